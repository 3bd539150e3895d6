"""INSTRUMENTO of a request, a reference to one, and the seals of a livro made by another program."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from printserver.documents.fields import (
    Boolean,
    CodigoDoAto,
    CodigoDoSelo,
    Data,
    Folha,
    Identifier,
    Printed,
    Reason,
    RequestModel,
    field_error,
)
from printserver.documents.values import Ato, AtoDoLivro, check_at_least_one

BodyFormat = Literal["texto", "html", "pdf", "rtf", "modelo"]
Assinaturas = Literal["completas", "pendentes"]


class Corpo(RequestModel):
    """BODY: the text of a document; `conteudo` of a pdf is base64. It is checked at layout.

    A body `modelo` names an imported model and the values of its variables. The server puts the model's file and
    these values into `conteudo` before the document is planned: copies print the model as it was.
    """

    formato: BodyFormat
    conteudo: Annotated[str, Field(strict=True)] = ""
    modelo: Printed | None = None
    valores: Annotated[Mapping[str, Annotated[str, Field(strict=True, max_length=10_000)]], Field(max_length=2000)] = (
        Field(default_factory=dict)
    )

    @model_validator(mode="after")
    def _of_its_format(self) -> Self:
        if self.formato == "modelo":
            if self.modelo is None:
                raise field_error("falta o nome do modelo", "modelo")
            if self.conteudo:
                raise field_error("de um modelo vêm os valores, não o conteúdo", "conteudo")
        elif self.modelo is not None or self.valores:
            raise field_error('só de corpo em "modelo"', "modelo" if self.modelo is not None else "valores")
        elif "conteudo" not in self.model_fields_set:
            raise field_error("falta este campo, que é obrigatório", "conteudo")
        return self


class Parte(RequestModel):
    """A party."""

    qualidade: Printed | None = None
    nome: Printed
    documento: Printed | None = None


class Instrumento(RequestModel):
    """INSTRUMENTO: the content of one deed. `id` is the calling program's identifier and never changes (X0)."""

    id: Identifier
    livro: Identifier | None = None
    folha_inicial: Folha | None = None
    folha_final: Folha | None = None
    data: Data | None = None
    motivo_data: Reason | None = None
    titulo: Printed | None = None
    partes: Annotated[tuple[Parte, ...], Field(max_length=1000)] = ()
    atos: Annotated[tuple[Ato, ...], Field(max_length=200)] = ()
    assinaturas: Assinaturas = "completas"
    corpo: Corpo | None = None

    @model_validator(mode="after")
    def _folhas_in_order(self) -> Self:
        if self.folha_final is not None:
            if self.folha_inicial is None:
                raise field_error("há folha final sem folha inicial", "folha_inicial")
            if int(self.folha_final) < int(self.folha_inicial):
                raise field_error("a folha final vem antes da inicial", "folha_final")
        return self


class InstrumentoDaMinuta(Instrumento):
    """An INSTRUMENTO of a minuta: its text is required; livro, folha and values are optional (N8)."""

    corpo: Corpo


class InstrumentoDoLivro(Instrumento):
    """An INSTRUMENTO of a livro: with livro and folha, its atos and their values, and its text."""

    livro: Identifier
    folha_inicial: Folha
    atos: Annotated[tuple[AtoDoLivro, ...], Field(max_length=200), AfterValidator(check_at_least_one)]
    corpo: Corpo


class Referencia(RequestModel):
    """REFERENCE: a known instrumento, by its `id` or by its livro and first folha."""

    id: Identifier | None = None
    livro: Identifier | None = None
    folha_inicial: Folha | None = None

    @model_validator(mode="after")
    def _one_way_only(self) -> Self:
        by_livro = self.livro is not None or self.folha_inicial is not None
        if self.id is not None and by_livro:
            raise field_error("diga o instrumento pelo id ou por livro e folha_inicial, não pelos dois", "id")
        if self.id is None and self.livro is None:
            raise field_error("falta dizer o instrumento: id, ou livro e folha_inicial", "livro" if by_livro else "id")
        if self.id is None and self.folha_inicial is None:
            raise field_error("com o livro, diga também a folha inicial", "folha_inicial")
        return self


def _instrumento_or_reference(data: object) -> str | None:
    """Return the type of the sent object: one with only the fields of a reference is a reference."""
    if isinstance(data, dict):
        return "referencia" if data.keys() <= Referencia.model_fields.keys() else "instrumento"
    if isinstance(data, Referencia):
        return "referencia"
    return "instrumento" if isinstance(data, Instrumento) else None


InstrumentoOrReference = Annotated[
    Annotated[Instrumento, Tag("instrumento")] | Annotated[Referencia, Tag("referencia")],
    Discriminator(_instrumento_or_reference),
]


class SeloExterno(RequestModel):
    """A seal of the livro issued by another program (N13); the QR of the principal is required for traslado 1."""

    codigo: CodigoDoSelo
    ato: CodigoDoAto
    principal: Boolean = False
    qr: Annotated[str, Field(strict=True, min_length=1, max_length=2000)] | None = None


class Externo(RequestModel):
    """EXTERNAL: a livro sealed by another program before the office moved here (N13)."""

    selos: Annotated[tuple[SeloExterno, ...], Field(max_length=200), AfterValidator(check_at_least_one)]
