"""The body of `POST /api/v1/jobs`, as the contract writes it: strict Pydantic models of what is well written.

`read_request` (in `leitura`) reads one. What a rule of the book forbids is refused by the document's own module.
"""

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from printserver.documents.fields import (
    Boolean,
    CodigoDoAto,
    CodigoDoSelo,
    Data,
    Folha,
    Identifier,
    Integer,
    Pages,
    Printed,
    Reason,
    RequestModel,
    Stamped,
    StampedReason,
    Text,
    TrasladoNumber,
    field_error,
)
from printserver.errors import BadField
from printserver.formats import UnfitText, mistyped, printed
from printserver.selo import COMPONENTS, Emolumentos, Reais

_T = TypeVar("_T")


def _check_at_least_one(itens: tuple[_T, ...]) -> tuple[_T, ...]:
    if not itens:
        raise field_error("não pode ficar vazio: dê ao menos um")
    return itens


BodyFormat = Literal["texto", "html", "pdf", "rtf"]
Faces = Literal["frente", "frente-verso", "frente-depois-verso"]
Side = Literal["frente", "verso"]
Assinaturas = Literal["completas", "pendentes"]


class Corpo(RequestModel):
    """BODY: the text of a document; `conteudo` of a pdf is base64. It is checked where it is laid out."""

    formato: BodyFormat
    conteudo: Annotated[str, Field(strict=True)]


class EmolumentosPedido(RequestModel):
    """FEES: all eight components, in reais; `total` is optional and must be their sum (S9)."""

    tabeliao: Reais
    estado: Reais
    secretaria_fazenda: Reais
    santa_casa: Reais
    registro_civil: Reais
    tribunal_justica: Reais
    iss: Reais
    ministerio_publico: Reais
    total: Reais | None = None

    @property
    def emolumentos(self) -> Emolumentos:
        """The same as the seal knows them."""
        return Emolumentos(**{nome: getattr(self, nome) for nome in COMPONENTS})

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.total is not None:
            try:
                self.emolumentos.check_total(self.total)
            except ValueError as error:
                raise field_error(str(error), "total") from None
        if self.emolumentos.isento_total:
            raise field_error('todas as parcelas são zero: diga "isento": true e o motivo_isencao, ou dê os valores')
        return self


class ServicoPedido(RequestModel):
    """One of the services that a seal stands for, and how often (D3)."""

    servico: Text
    quantidade: Annotated[Integer, Field(ge=1, le=9999)] = 1


class Value(RequestModel):
    """VALUE: exactly one of `emolumentos`, `servico`, `servicos`, `isento` with its reason; in some places none."""

    value_required: ClassVar[bool] = False

    emolumentos: EmolumentosPedido | None = None
    servico: Text | None = None
    servicos: Annotated[tuple[ServicoPedido, ...], Field(max_length=50), AfterValidator(_check_at_least_one)] | None = (
        None
    )
    isento: Boolean = False
    motivo_isencao: StampedReason | None = None

    @property
    def charged(self) -> str | None:
        """The name of the field that charges, or None: nothing was given, or *isento*."""
        return next((nome for nome in ("emolumentos", "servico", "servicos") if getattr(self, nome) is not None), None)

    @property
    def has_value(self) -> bool:
        """Whether a VALUE was given."""
        return self.isento or self.charged is not None

    @model_validator(mode="after")
    def _one_value_only(self) -> Self:
        data = [nome for nome in ("emolumentos", "servico", "servicos") if getattr(self, nome) is not None]
        data += ["isento"] if self.isento else []
        if len(data) > 1:
            raise field_error(f"há mais de um valor ({', '.join(data)}): dê só um deles", data[1])
        if self.isento and self.motivo_isencao is None:
            raise field_error("o ato isento precisa do motivo da isenção", "motivo_isencao")
        if not self.isento and self.motivo_isencao is not None:
            raise field_error('só se dá motivo de isenção com "isento": true', "motivo_isencao")
        if not data and self._requires_value():
            raise field_error(
                "falta o valor: emolumentos, servico, servicos, ou isento com motivo_isencao", "emolumentos"
            )
        return self

    def _requires_value(self) -> bool:
        return self.value_required


class Ato(Value):
    """One ato of an instrumento, with its VALUE; `principal` is the escrevente's choice (N2)."""

    ato: CodigoDoAto
    descricao: Stamped | None = None
    principal: Boolean = False


class AtoDoLivro(Ato):
    """An ato as the livro needs it: its VALUE is given."""

    value_required: ClassVar[bool] = True


class Parte(RequestModel):
    """One of the parties."""

    qualidade: Printed | None = None
    nome: Printed
    documento: Printed | None = None


class Instrumento(RequestModel):
    """INSTRUMENTO: what one deed holds. `id` is the legacy program's own name of it and never changes (X0)."""

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
    """An INSTRUMENTO as a minuta needs it: its text; livro, folha and values may still be missing (N8)."""

    corpo: Corpo


class InstrumentoDoLivro(Instrumento):
    """An INSTRUMENTO as the livro needs it: with its place in the book, its atos and their values, and its text."""

    livro: Identifier
    folha_inicial: Folha
    atos: Annotated[tuple[AtoDoLivro, ...], Field(max_length=200), AfterValidator(_check_at_least_one)]
    corpo: Corpo


class Referencia(RequestModel):
    """REFERENCE: an instrumento that is known here, by its `id` or by its livro and first folha."""

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


def _instrumento_or_reference(data: Any) -> str | None:
    """Return which of the two was sent: an object with none but a reference's fields is a reference."""
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
    """A seal of the livro made by another program (N13); the QR of the principal is needed for traslado 1."""

    codigo: CodigoDoSelo
    ato: CodigoDoAto
    principal: Boolean = False
    qr: Annotated[str, Field(strict=True, min_length=1, max_length=2000)] | None = None


class Externo(RequestModel):
    """EXTERNAL: a livro sealed by another program before the office moved here (N13)."""

    selos: Annotated[tuple[SeloExterno, ...], Field(max_length=200), AfterValidator(_check_at_least_one)]


def _so_notas(natureza: int) -> int:
    if natureza == 2:
        raise field_error("os documentos de Registro Civil (natureza 2) ainda não são aceitos por esta versão")
    if natureza != 1:
        raise field_error("a natureza é 1 (Tabelionato de Notas)")
    return natureza


class _Document(RequestModel):
    natureza: Annotated[Integer, AfterValidator(_so_notas), WithJsonSchema({"type": "integer", "const": 1})] = 1


class Minuta(_Document):
    """The draft (N8). `imprimir` false: the PDF and its page count only; `paginas`: a part of it, as `3-5`."""

    tipo: Literal["minuta"]
    instrumento: InstrumentoDaMinuta
    imprimir: Boolean = True
    paginas: Pages | None = None


class Livro(_Document):
    """The book's page (N1, N2)."""

    tipo: Literal["livro"]
    instrumento: InstrumentoDoLivro


class _Copy(_Document, Value):
    """What traslado and certidão share: their text, a court order (N11) and the seal that they replace (X8)."""

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
    """A certified statement (N5). Its VALUE is always given, but where it replaces another (X8)."""

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


PERSON_FIELDS = (
    *("nome", "documento", "nacionalidade", "naturalidade", "nascimento", "estado_civil", "regime_de_bens", "conjuge"),
    *("profissao", "filiacao", "pai", "mae", "endereco", "bairro", "cidade", "telefone", "email", "rg", "cpf"),
)
"""The fields of a person that have one spelling; an office may print others."""


class Pessoa(BaseModel):
    """Whose signature card it is: name, document, and whatever else the office prints on it, as short texts.

    Others than `PERSON_FIELDS` are printed under their own name; one that is a slip of the pen away from a known
    one is refused.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={"examples": [dict.fromkeys(PERSON_FIELDS, "…")]},
    )
    __pydantic_extra__: dict[str, Printed | None]

    nome: Printed
    documento: Printed | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_too_many(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data.keys() - cls.model_fields.keys()) > 40:
            raise field_error("há mais de 40 campos além de nome e documento")
        return data

    @model_validator(mode="after")
    def _fields_are_printable(self) -> Self:
        for nome in self.__pydantic_extra__:
            try:
                printed_name = printed(nome)
            except UnfitText as error:
                raise field_error(f"o nome de um campo {error}") from None
            if not printed_name.strip("_ ") or len(nome) > 60:
                raise field_error("há um campo cujo nome não se imprime, ou tem mais de 60 caracteres")
            if (meant := mistyped(nome, PERSON_FIELDS)) is not None:
                raise field_error(f'campo desconhecido; quis dizer "{meant}"?', nome)
        return self


class FichaAbertura(_Document, Value):
    """The signature card (N9). `gerar_selo` absent: the office's setting decides."""

    tipo: Literal["ficha_abertura"]
    ficha: Identifier
    pessoa: Pessoa
    gerar_selo: Boolean | None = None


Document = Annotated[Minuta | Livro | Traslado | Certidao | FichaAbertura, Field(discriminator="tipo")]


class Pedido(RequestModel):
    """The whole body: a document, who acts, and how and where it is printed."""

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
        """What was taken out of the request's texts where it was read."""
        return self._notices

    def set_notices(self, notices: Iterable[BadField]) -> None:
        """Keep what was taken out of the request's texts where it was read."""
        self._notices = tuple(notices)
