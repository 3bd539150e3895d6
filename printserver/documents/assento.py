"""ASSENTO of a request, references to one, and its marginal notes."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from printserver.documents.fields import (
    TAG_PREFIX,
    Boolean,
    Cpf,
    Data,
    Identifier,
    Printed,
    PrintedText,
    Reason,
    RequestModel,
    Stamped,
    Text,
    field_error,
)
from printserver.documents.instrumento import Corpo

NATUREZA = 2  # Registro Civil (S1)

Especie = Literal["nascimento", "casamento", "casamento-religioso", "obito", "natimorto", "livro-e"]


class Registrado(RequestModel):
    """A person of the assento."""

    nome: Printed
    cpf: Cpf | None = None


class MatriculaParts(RequestModel):
    """The parts of a matrícula; its check digits are made here (C10). `cns`: of the incorporated office, else ours."""

    acervo: Text = "01"
    ano: Text
    livro: Text
    folha: Text
    termo: Text
    cns: Text | None = None


def _matricula_form(data: object) -> str | None:
    if isinstance(data, dict | MatriculaParts):
        return f"{TAG_PREFIX}partes"
    return f"{TAG_PREFIX}texto"


MatriculaOrParts = Annotated[
    Annotated[Text, Tag(f"{TAG_PREFIX}texto")] | Annotated[MatriculaParts, Tag(f"{TAG_PREFIX}partes")],
    Discriminator(_matricula_form),
]


class HabilitacaoOfAssento(RequestModel):
    """The habilitação of an assento de casamento (C18)."""

    processo: Identifier
    origem: Literal["propria", "outra"]


class Assento(RequestModel):
    """ASSENTO: an entry of the registry. `id` is the calling program's name of it and never changes (X0, C11).

    `acervo`, `ano`, `livro`, `folha`, `termo`, `cns` beside the `matricula` are compared with it (C10).
    """

    id: Identifier
    especie: Especie
    ato_livro_e: Stamped | None = None
    matricula: MatriculaOrParts | None = None
    acervo: Text | None = None
    ano: Text | None = None
    livro: Text | None = None
    folha: Text | None = None
    termo: Text | None = None
    cns: Text | None = None
    data: Data
    motivo_data: Reason | None = None
    de_antes: Boolean = False
    registrados: Annotated[tuple[Registrado, ...], Field(min_length=1, max_length=20)]
    habilitacao: HabilitacaoOfAssento | None = None
    corpo: Corpo | None = None

    @model_validator(mode="after")
    def _fits_its_especie(self) -> Self:
        if (self.ato_livro_e is not None) != (self.especie == "livro-e"):
            raise field_error("diga em ato_livro_e o ato do Livro E, e só nele", "ato_livro_e")
        if self.habilitacao is not None and not self.especie.startswith("casamento"):
            raise field_error("só o assento de casamento tem habilitação", "habilitacao")
        if self.matricula is None and not (self.ano and self.livro and self.folha and self.termo):
            raise field_error("falta a matrícula, ou acervo, ano, livro, folha e termo", "matricula")
        return self


class AssentoDoLivro(Assento):
    """An ASSENTO as its own page needs it: with its text."""

    corpo: Corpo


class AssentoReference(RequestModel):
    """An assento that is known here, by its `id` or by its matrícula."""

    id: Identifier | None = None
    matricula: Text | None = None

    @model_validator(mode="after")
    def _one_way_only(self) -> Self:
        if (self.id is None) == (self.matricula is None):
            raise field_error("diga o assento pelo id ou pela matrícula, um dos dois", "id")
        return self


def _assento_or_reference(data: object) -> str | None:
    if isinstance(data, dict):
        return f"{TAG_PREFIX}{'referencia' if data.keys() <= AssentoReference.model_fields.keys() else 'assento'}"
    if isinstance(data, AssentoReference):
        return f"{TAG_PREFIX}referencia"
    return f"{TAG_PREFIX}assento" if isinstance(data, Assento) else None


AssentoOrReference = Annotated[
    Annotated[Assento, Tag(f"{TAG_PREFIX}assento")] | Annotated[AssentoReference, Tag(f"{TAG_PREFIX}referencia")],
    Discriminator(_assento_or_reference),
]


class AverbacaoAnotacao(RequestModel):
    """A marginal note of an assento (C15). `mencao`: a breve relato shows it; `restrita`: it never does."""

    tipo: Literal["averbacao", "anotacao"]
    data: Data
    texto: PrintedText
    mencao: Boolean = True
    restrita: Boolean = False


class PlaceOnLeaf(RequestModel):
    """Where an averbação stands on its leaf, in mm from the upper left corner (C20)."""

    x: Annotated[float, Field(ge=0, le=400)]
    y: Annotated[float, Field(ge=0, le=600)]
    largura: Annotated[float, Field(ge=20, le=400)]
