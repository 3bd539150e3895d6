"""The body of `POST /api/v1/jobs` as strict Pydantic models: the documents and the request.

`reading.read_request` parses one. The document's own module checks the business rules.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from printserver.documents.civil_documents import (
    AssentoPage,
    Averbacao,
    CivilCertidao,
    Edital,
    Habilitacao,
    Procedimento,
)
from printserver.documents.fields import (
    Boolean,
    CodigoDoSelo,
    Identifier,
    Integer,
    Pages,
    Printed,
    Reason,
    RequestModel,
    Text,
    TrasladoNumber,
    field_error,
)
from printserver.documents.instrumento import (
    Corpo,
    Externo,
    InstrumentoDaMinuta,
    InstrumentoDoLivro,
    InstrumentoOrReference,
)
from printserver.documents.kinds import kind_word
from printserver.documents.person import Pessoa
from printserver.documents.values import Value
from printserver.errors import BadField

Faces = Literal["frente", "frente-verso", "frente-depois-verso"]
Side = Literal["frente", "verso"]


def _so_notas(natureza: int) -> int:
    if natureza != 1:
        raise field_error("este tipo de documento é de Tabelionato de Notas: a natureza é 1")
    return natureza


class _Document(RequestModel):
    @property
    def kind(self) -> str:
        """The word of its kind, by which `kinds` knows it."""
        return str(self.tipo)  # type: ignore[attr-defined]  # every document has one

    natureza: Annotated[Integer, AfterValidator(_so_notas), WithJsonSchema({"type": "integer", "const": 1})] = 1


class Minuta(_Document):
    """The draft (N8). `imprimir` false: only the PDF and its page count; `paginas`: a part of it, as `3-5`."""

    tipo: Literal["minuta"]
    instrumento: InstrumentoDaMinuta
    imprimir: Boolean = True
    paginas: Pages | None = None


class Livro(_Document):
    """The page of the livro (N1, N2)."""

    tipo: Literal["livro"]
    instrumento: InstrumentoDoLivro


class _Copy(_Document, Value):
    """Common fields of traslado and certidão: text, court order (N11) and replaced seal (X8)."""

    corpo: Corpo | None = None
    ordem_judicial: Printed | None = None
    substitui: CodigoDoSelo | None = None
    motivo: Reason | None = None

    @model_validator(mode="after")
    def _substitution_reason(self) -> Self:
        if self.substitui is not None and self.motivo is None:
            raise field_error("a substituição precisa do motivo", "motivo")
        if self.substitui is None and self.motivo is not None:
            raise field_error("o motivo acompanha substitui, que falta", "motivo")
        return self


class Traslado(_Copy):
    """A copy for the parties, numbered (N3, N4)."""

    tipo: Literal["traslado"]
    numero: TrasladoNumber
    instrumento: InstrumentoOrReference
    livro_externo: Externo | None = None


class Certidao(_Copy):
    """A certified statement (N5). Its VALUE is required unless it replaces another (X8)."""

    tipo: Literal["certidao"]
    pedido: Identifier
    via: Annotated[Integer, Field(ge=1, le=9999)] = 1
    instrumento: InstrumentoOrReference | None = None
    averbacoes: Annotated[Integer, Field(ge=0, le=9999)] = 0

    @field_validator("averbacoes")
    @classmethod
    def _no_averbacoes(cls, averbacoes: int) -> int:
        if averbacoes:
            raise field_error("averbações cobradas são das certidões de Registro Civil; na de Notas, 0")
        return averbacoes

    @model_validator(mode="after")
    def _has_text(self) -> Self:
        if self.instrumento is None and self.corpo is None:
            raise field_error("a certidão sem instrumento precisa do seu próprio corpo", "corpo")
        return self

    def _requires_value(self) -> bool:
        return self.substitui is None


class FichaAbertura(_Document, Value):
    """The signature card (N9). `gerar_selo` absent: the office's setting decides."""

    tipo: Literal["ficha_abertura"]
    ficha: Identifier
    pessoa: Pessoa
    gerar_selo: Boolean | None = None


def _known_natureza(natureza: int) -> int:
    if natureza not in (1, 2):
        raise field_error("a natureza é 1 (Tabelionato de Notas) ou 2 (Registro Civil)")
    return natureza


class Avulso(_Document):
    """A document that is never sealed: a petition, a communication, a receipt (C1). Of either natureza."""

    natureza: Annotated[
        Integer, AfterValidator(_known_natureza), WithJsonSchema({"type": "integer", "enum": [1, 2]})
    ] = 1
    tipo: Literal["avulso"]
    id: Identifier
    corpo: Corpo


def _kind_of(data: object) -> str | None:
    """Return the word of the kind of a document as sent, None where it names none."""
    if isinstance(data, dict):
        natureza = data.get("natureza")
        return kind_word(str(data.get("tipo")), natureza if isinstance(natureza, int) else None)
    return getattr(data, "kind", None)


Document = Annotated[
    Annotated[Minuta, Tag("minuta")]
    | Annotated[Livro, Tag("livro")]
    | Annotated[Traslado, Tag("traslado")]
    | Annotated[Certidao, Tag("certidao")]
    | Annotated[FichaAbertura, Tag("ficha_abertura")]
    | Annotated[Avulso, Tag("avulso")]
    | Annotated[AssentoPage, Tag("assento")]
    | Annotated[CivilCertidao, Tag("certidao_civil")]
    | Annotated[Habilitacao, Tag("habilitacao")]
    | Annotated[Edital, Tag("edital")]
    | Annotated[Averbacao, Tag("averbacao")]
    | Annotated[Procedimento, Tag("procedimento")],
    Discriminator(_kind_of),
]


class Pedido(RequestModel):
    """The request body: a document, the escrevente, and the print options."""

    documento: Document
    escrevente: Text
    subscritor: Text | None = None
    formato: Text | None = None
    fila: Text | None = None
    copias: Annotated[Integer, Field(ge=1, le=99)] = 1
    bandeja: Text | None = None
    faces: Faces | None = None
    lado_inicial: Side = "frente"
    papel_seguranca: Annotated[tuple[Identifier, ...], Field(max_length=1000)] = ()

    _notices: tuple[BadField, ...] = PrivateAttr(default=())

    @property
    def avisos(self) -> tuple[BadField, ...]:
        """Notices of characters removed from the request's texts."""
        return self._notices

    def set_notices(self, notices: Iterable[BadField]) -> None:
        """Store the notices of characters removed from the request's texts."""
        self._notices = tuple(notices)
