"""The documents of Registro Civil in a request: the six kinds (C1), as strict Pydantic models.

What a rule forbids is refused by the document's own module in `civil`, with the contract's word for it.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator, model_validator

from printserver.documents.assento import NATUREZA, AssentoDoLivro, AssentoOrReference, AverbacaoAnotacao, PlaceOnLeaf
from printserver.documents.fields import (
    CodigoDoSelo,
    Data,
    Identifier,
    Integer,
    Printed,
    Reason,
    RequestModel,
    Stamped,
    State,
    Text,
    field_error,
)
from printserver.documents.instrumento import Corpo
from printserver.documents.values import Value

CertidaoEspecie = Literal[
    "primeira-via",
    "breve-relato",
    "inteiro-teor",
    "quesitos",
    "negativa",
    "habilitacao",
    "tramite-edital",
    "materializacao",
]
Fundamento = Literal[
    "lei",
    "declaracao",
    "justica-gratuita",
    "crianca-adolescente",
    "paternidade",
    "erro-do-oficio",
    "cpf",
    "requisicao-oficial",
    "troca",
]
"""Why an act is free of charge (C13): a closed list, kept on record and never printed."""


def _registro_civil(natureza: int) -> int:
    if natureza != NATUREZA:
        raise field_error('este documento é de Registro Civil: "natureza": 2')
    return natureza


Natureza = Annotated[Integer, AfterValidator(_registro_civil), WithJsonSchema({"type": "integer", "const": NATUREZA})]


class CivilValue(Value):
    """VALUE with the fundamento of an isento (C13). A rule may set the value itself (C13, C18)."""

    fundamento: Fundamento | None = None

    @model_validator(mode="after")
    def _fundamento_of_isento(self) -> Self:
        if self.fundamento is not None and not self.isento:
            raise field_error('só se dá fundamento com "isento": true', "fundamento")
        return self

    def _requires_reason(self) -> bool:
        return False  # the fundamento says it, and its absence has a word of its own


class _CivilDocument(RequestModel):
    natureza: Natureza

    @property
    def kind(self) -> str:
        """The word of its kind, by which `documents.kinds` knows it."""
        return str(self.tipo)  # type: ignore[attr-defined]  # every document has one


class AssentoPage(_CivilDocument, CivilValue):
    """The page of an assento in its livro (C6)."""

    tipo: Literal["assento"]
    assento: AssentoDoLivro


class Busca(RequestModel):
    """The search at the national exchange that a negativa rests on (C17)."""

    hash_crc: Stamped
    de: Data
    ate: Data
    natureza_do_ato: Printed
    territorio: Printed


class HabilitacaoOfCertidao(RequestModel):
    """What a certidão de habilitação is for (C17)."""

    processo: Identifier
    finalidade: Literal["outra-serventia", "religioso"]


class EditalReference(RequestModel):
    """The edital whose trâmite is certified (C17)."""

    id: Identifier


class OrigemDaMaterializacao(RequestModel):
    """Whose electronic certidão is printed (C22)."""

    cns: Annotated[str, Field(strict=True, pattern=r"^[0-9]{6}$")]
    codigo_validacao: Stamped
    selo: CodigoDoSelo | None = None


class CivilCertidao(_CivilDocument, CivilValue):
    """A certidão of Registro Civil (C4, C12-C17): from FIELDS or from its own text."""

    tipo: Literal["certidao"]
    pedido: Identifier
    via: Annotated[Integer, Field(ge=1, le=9999)] = 1
    data_pedido: Data | None = None
    especie: CertidaoEspecie
    assento: AssentoOrReference | None = None
    modelo: Text | None = None
    campos: dict[str, object] | None = None
    corpo: Corpo | None = None
    averbacoes_anotacoes: Annotated[tuple[AverbacaoAnotacao, ...], Field(max_length=500)] = ()
    averbacoes: Annotated[Integer, Field(ge=0, le=9999)] = 0
    substitui: CodigoDoSelo | None = None
    motivo: Reason | None = None
    busca: Busca | None = None
    habilitacao: HabilitacaoOfCertidao | None = None
    edital: EditalReference | None = None
    origem: OrigemDaMaterializacao | None = None

    @property
    def kind(self) -> str:
        """The word of its kind, apart from the certidão of Notas."""
        return "certidao_civil"

    @field_validator("campos", mode="before")
    @classmethod
    def _object(cls, campos: object) -> object:
        if campos is not None and not isinstance(campos, dict):
            raise field_error("deve ser um objeto")
        return campos

    @model_validator(mode="after")
    def _one_text(self) -> Self:
        if self.campos is not None and self.corpo is not None:
            raise field_error("a certidão vem de campos ou de corpo, não dos dois", "corpo")
        if self.campos is None and self.corpo is None:
            raise field_error("falta o conteúdo da certidão: campos ou corpo", "corpo")
        if self.substitui is not None and self.motivo is None:
            raise field_error("a troca precisa do motivo", "motivo")
        if self.substitui is None and self.motivo is not None:
            raise field_error("o motivo acompanha substitui, que falta", "motivo")
        return self


class Habilitacao(_CivilDocument, CivilValue):
    """A piece of a habilitação; all its pieces are one document with one seal (C7, C11)."""

    tipo: Literal["habilitacao"]
    processo: Identifier
    peca: Literal["capa", "memorial", "folha-do-selo"]
    situacao: Literal["pendente", "paga", "gratuita"]
    contraentes: Annotated[tuple[Printed, ...], Field(min_length=2, max_length=2)]
    corpo: Corpo | None = None


class ServentiaOfOrigin(RequestModel):
    """The office that an edital comes from (C19)."""

    cns: Annotated[str, Field(strict=True, pattern=r"^[0-9]{6}$")]
    nome: Stamped
    cidade: Printed
    uf: State


class Edital(_CivilDocument, CivilValue):
    """An edital de proclamas: another office's is sealed, the own one quotes the habilitação (C7, C19)."""

    tipo: Literal["edital"]
    id: Identifier
    origem: Literal["propria", "outra"]
    serventia_origem: ServentiaOfOrigin | None = None
    processo: Identifier | None = None
    corpo: Corpo

    @model_validator(mode="after")
    def _fits_its_origin(self) -> Self:
        if self.origem == "outra" and self.serventia_origem is None:
            raise field_error("diga de que serventia vem o edital", "serventia_origem")
        if self.origem == "propria" and self.processo is None:
            raise field_error("diga o processo da habilitação", "processo")
        return self


class KnownAssento(RequestModel):
    """An assento named by its `id`."""

    id: Identifier


class Averbacao(_CivilDocument, CivilValue):
    """A marginal note, printed on the leaf that exists (C20). An anotação is never sealed (C1)."""

    tipo: Literal["averbacao"]
    id: Identifier
    assento: KnownAssento
    especie: Literal["averbacao", "anotacao"]
    onde: Literal["verso", "margem", "etiqueta", "folha"]
    lugar: PlaceOnLeaf | None = None
    corpo: Corpo


class Procedimento(_CivilDocument, CivilValue):
    """A procedure before the registrar, sealed with its value (C1)."""

    tipo: Literal["procedimento"]
    processo: Identifier
    especie: Literal["retificacao", "patronimico", "reconhecimento", "prenome", "genero", "registro-tardio", "outro"]
    corpo: Corpo


CivilDocument = AssentoPage | CivilCertidao | Habilitacao | Edital | Averbacao | Procedimento
