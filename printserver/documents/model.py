"""The body of `POST /api/v1/jobs`, as the contract writes it: strict Pydantic models of what is well written.

`ler_pedido` (in `leitura`) reads one. What a rule of the book forbids is refused by the document's own module.
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
    Carimbado,
    CodigoDoAto,
    CodigoDoSelo,
    Data,
    Folha,
    Identificador,
    Impresso,
    Inteiro,
    Logico,
    Modelo,
    Motivo,
    MotivoCarimbado,
    NumeroDeTraslado,
    Paginas,
    Texto,
    erro,
)
from printserver.errors import Campo
from printserver.formats.text import UnfitText, mistyped, printed
from printserver.selo.fees import COMPONENTES, Emolumentos
from printserver.selo.money import Reais

_T = TypeVar("_T")


def _ao_menos_um(itens: tuple[_T, ...]) -> tuple[_T, ...]:
    if not itens:
        raise erro("não pode ficar vazio: dê ao menos um")
    return itens


FormatoDoCorpo = Literal["texto", "html", "pdf", "rtf"]
Faces = Literal["frente", "frente-verso", "frente-depois-verso"]
Lado = Literal["frente", "verso"]
Assinaturas = Literal["completas", "pendentes"]


class Corpo(Modelo):
    """BODY: the text of a document; `conteudo` of a pdf is base64. It is checked where it is laid out."""

    formato: FormatoDoCorpo
    conteudo: Annotated[str, Field(strict=True)]


class EmolumentosPedido(Modelo):
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
        return Emolumentos(**{nome: getattr(self, nome) for nome in COMPONENTES})

    @model_validator(mode="after")
    def _conferir(self) -> Self:
        if self.total is not None:
            try:
                self.emolumentos.conferir_total(self.total)
            except ValueError as error:
                raise erro(str(error), "total") from None
        if self.emolumentos.isento_total:
            raise erro('todas as parcelas são zero: diga "isento": true e o motivo_isencao, ou dê os valores')
        return self


class ServicoPedido(Modelo):
    """One of the services that a seal stands for, and how often (D3)."""

    servico: Texto
    quantidade: Annotated[Inteiro, Field(ge=1, le=9999)] = 1


class Valor(Modelo):
    """VALUE: exactly one of `emolumentos`, `servico`, `servicos`, `isento` with its reason; in some places none."""

    valor_obrigatorio: ClassVar[bool] = False

    emolumentos: EmolumentosPedido | None = None
    servico: Texto | None = None
    servicos: Annotated[tuple[ServicoPedido, ...], Field(max_length=50), AfterValidator(_ao_menos_um)] | None = None
    isento: Logico = False
    motivo_isencao: MotivoCarimbado | None = None

    @property
    def cobrado(self) -> str | None:
        """The name of the field that charges, or None: nothing was given, or *isento*."""
        return next((nome for nome in ("emolumentos", "servico", "servicos") if getattr(self, nome) is not None), None)

    @property
    def tem_valor(self) -> bool:
        """Whether a VALUE was given."""
        return self.isento or self.cobrado is not None

    @model_validator(mode="after")
    def _um_valor_so(self) -> Self:
        dados = [nome for nome in ("emolumentos", "servico", "servicos") if getattr(self, nome) is not None]
        dados += ["isento"] if self.isento else []
        if len(dados) > 1:
            raise erro(f"há mais de um valor ({', '.join(dados)}): dê só um deles", dados[1])
        if self.isento and self.motivo_isencao is None:
            raise erro("o ato isento precisa do motivo da isenção", "motivo_isencao")
        if not self.isento and self.motivo_isencao is not None:
            raise erro('só se dá motivo de isenção com "isento": true', "motivo_isencao")
        if not dados and self._exige_valor():
            raise erro("falta o valor: emolumentos, servico, servicos, ou isento com motivo_isencao", "emolumentos")
        return self

    def _exige_valor(self) -> bool:
        return self.valor_obrigatorio


class Ato(Valor):
    """One ato of an instrumento, with its VALUE; `principal` is the escrevente's choice (N2)."""

    ato: CodigoDoAto
    descricao: Carimbado | None = None
    principal: Logico = False


class AtoDoLivro(Ato):
    """An ato as the livro needs it: its VALUE is given."""

    valor_obrigatorio: ClassVar[bool] = True


class Parte(Modelo):
    """One of the parties."""

    qualidade: Impresso | None = None
    nome: Impresso
    documento: Impresso | None = None


class Instrumento(Modelo):
    """INSTRUMENTO: what one deed holds. `id` is the legacy program's own name of it and never changes (X0)."""

    id: Identificador
    livro: Identificador | None = None
    folha_inicial: Folha | None = None
    folha_final: Folha | None = None
    data: Data | None = None
    motivo_data: Motivo | None = None
    titulo: Impresso | None = None
    partes: Annotated[tuple[Parte, ...], Field(max_length=1000)] = ()
    atos: Annotated[tuple[Ato, ...], Field(max_length=200)] = ()
    assinaturas: Assinaturas = "completas"
    corpo: Corpo | None = None

    @model_validator(mode="after")
    def _folhas_em_ordem(self) -> Self:
        if self.folha_final is not None:
            if self.folha_inicial is None:
                raise erro("há folha final sem folha inicial", "folha_inicial")
            if int(self.folha_final) < int(self.folha_inicial):
                raise erro("a folha final vem antes da inicial", "folha_final")
        return self


class InstrumentoDaMinuta(Instrumento):
    """An INSTRUMENTO as a minuta needs it: its text; livro, folha and values may still be missing (N8)."""

    corpo: Corpo


class InstrumentoDoLivro(Instrumento):
    """An INSTRUMENTO as the livro needs it: with its place in the book, its atos and their values, and its text."""

    livro: Identificador
    folha_inicial: Folha
    atos: Annotated[tuple[AtoDoLivro, ...], Field(max_length=200), AfterValidator(_ao_menos_um)]
    corpo: Corpo


class Referencia(Modelo):
    """REFERENCE: an instrumento that is known here, by its `id` or by its livro and first folha."""

    id: Identificador | None = None
    livro: Identificador | None = None
    folha_inicial: Folha | None = None

    @model_validator(mode="after")
    def _um_jeito_so(self) -> Self:
        pelo_livro = self.livro is not None or self.folha_inicial is not None
        if self.id is not None and pelo_livro:
            raise erro("diga o instrumento pelo id ou por livro e folha_inicial, não pelos dois", "id")
        if self.id is None and self.livro is None:
            raise erro("falta dizer o instrumento: id, ou livro e folha_inicial", "livro" if pelo_livro else "id")
        if self.id is None and self.folha_inicial is None:
            raise erro("com o livro, diga também a folha inicial", "folha_inicial")
        return self


def _instrumento_ou_referencia(dados: Any) -> str | None:
    """Return which of the two was sent: an object with none but a reference's fields is a reference."""
    if isinstance(dados, dict):
        return "referencia" if dados.keys() <= Referencia.model_fields.keys() else "instrumento"
    if isinstance(dados, Referencia):
        return "referencia"
    return "instrumento" if isinstance(dados, Instrumento) else None


InstrumentoOuReferencia = Annotated[
    Annotated[Instrumento, Tag("instrumento")] | Annotated[Referencia, Tag("referencia")],
    Discriminator(_instrumento_ou_referencia),
]


class SeloExterno(Modelo):
    """A seal of the livro made by another program (N13); the QR of the principal is needed for traslado 1."""

    codigo: CodigoDoSelo
    ato: CodigoDoAto
    principal: Logico = False
    qr: Annotated[str, Field(strict=True, min_length=1, max_length=2000)] | None = None


class Externo(Modelo):
    """EXTERNAL: a livro sealed by another program before the office moved here (N13)."""

    selos: Annotated[tuple[SeloExterno, ...], Field(max_length=200), AfterValidator(_ao_menos_um)]


def _so_notas(natureza: int) -> int:
    if natureza == 2:
        raise erro("os documentos de Registro Civil (natureza 2) ainda não são aceitos por esta versão")
    if natureza != 1:
        raise erro("a natureza é 1 (Tabelionato de Notas)")
    return natureza


class _Documento(Modelo):
    natureza: Annotated[Inteiro, AfterValidator(_so_notas), WithJsonSchema({"type": "integer", "const": 1})] = 1


class Minuta(_Documento):
    """The draft (N8). `imprimir` false: the PDF and its page count only; `paginas`: a part of it, as `3-5`."""

    tipo: Literal["minuta"]
    instrumento: InstrumentoDaMinuta
    imprimir: Logico = True
    paginas: Paginas | None = None


class Livro(_Documento):
    """The book's page (N1, N2)."""

    tipo: Literal["livro"]
    instrumento: InstrumentoDoLivro


class _Copia(_Documento, Valor):
    """What traslado and certidão share: their text, a court order (N11) and the seal that they replace (X8)."""

    corpo: Corpo | None = None
    ordem_judicial: Impresso | None = None
    substitui: CodigoDoSelo | None = None
    motivo: Motivo | None = None

    @model_validator(mode="after")
    def _motivo_da_substituicao(self) -> Self:
        if self.substitui is not None and self.motivo is None:
            raise erro("a substituição precisa do motivo", "motivo")
        if self.substitui is None and self.motivo is not None:
            raise erro("o motivo acompanha substitui, que falta", "motivo")
        return self


class Traslado(_Copia):
    """A copy for the parties, numbered (N3, N4)."""

    tipo: Literal["traslado"]
    numero: NumeroDeTraslado
    instrumento: InstrumentoOuReferencia
    livro_externo: Externo | None = None


class Certidao(_Copia):
    """A certified statement (N5). Its VALUE is always given, but where it replaces another (X8)."""

    tipo: Literal["certidao"]
    pedido: Identificador
    via: Annotated[Inteiro, Field(ge=1, le=9999)] = 1
    instrumento: InstrumentoOuReferencia | None = None
    averbacoes: Annotated[Inteiro, Field(ge=0, le=9999)] = 0

    @field_validator("averbacoes")
    @classmethod
    def _sem_averbacoes(cls, averbacoes: int) -> int:
        if averbacoes:
            raise erro("averbações cobradas são das certidões de Registro Civil; na de Notas, 0")
        return averbacoes

    @model_validator(mode="after")
    def _tem_texto(self) -> Self:
        if self.instrumento is None and self.corpo is None:
            raise erro("a certidão sem instrumento precisa do seu próprio corpo", "corpo")
        return self

    def _exige_valor(self) -> bool:
        return self.substitui is None


CAMPOS_DA_PESSOA = (
    *("nome", "documento", "nacionalidade", "naturalidade", "nascimento", "estado_civil", "regime_de_bens", "conjuge"),
    *("profissao", "filiacao", "pai", "mae", "endereco", "bairro", "cidade", "telefone", "email", "rg", "cpf"),
)
"""The fields of a person that have one spelling; an office may print others."""


class Pessoa(BaseModel):
    """Whose signature card it is: name, document, and whatever else the office prints on it, as short texts.

    Others than `CAMPOS_DA_PESSOA` are printed under their own name; one that is a slip of the pen away from a known
    one is refused.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={"examples": [dict.fromkeys(CAMPOS_DA_PESSOA, "…")]},
    )
    __pydantic_extra__: dict[str, Impresso | None]

    nome: Impresso
    documento: Impresso | None = None

    @model_validator(mode="before")
    @classmethod
    def _nao_sao_demais(cls, dados: Any) -> Any:
        if isinstance(dados, dict) and len(dados.keys() - cls.model_fields.keys()) > 40:
            raise erro("há mais de 40 campos além de nome e documento")
        return dados

    @model_validator(mode="after")
    def _campos_que_se_imprimem(self) -> Self:
        for nome in self.__pydantic_extra__:
            try:
                impresso = printed(nome)
            except UnfitText as error:
                raise erro(f"o nome de um campo {error}") from None
            if not impresso.strip("_ ") or len(nome) > 60:
                raise erro("há um campo cujo nome não se imprime, ou tem mais de 60 caracteres")
            if (meant := mistyped(nome, CAMPOS_DA_PESSOA)) is not None:
                raise erro(f'campo desconhecido; quis dizer "{meant}"?', nome)
        return self


class FichaAbertura(_Documento, Valor):
    """The signature card (N9). `gerar_selo` absent: the office's setting decides."""

    tipo: Literal["ficha_abertura"]
    ficha: Identificador
    pessoa: Pessoa
    gerar_selo: Logico | None = None


Documento = Annotated[Minuta | Livro | Traslado | Certidao | FichaAbertura, Field(discriminator="tipo")]


class Pedido(Modelo):
    """The whole body: a document, who acts, and how and where it is printed."""

    documento: Documento
    escrevente: Texto
    subscritor: Texto | None = None
    formato: Texto | None = None
    fila: Texto | None = None
    copias: Annotated[Inteiro, Field(ge=1, le=99)] = 1
    bandeja: Texto | None = None
    faces: Faces | None = None
    lado_inicial: Lado = "frente"
    papel_seguranca: Annotated[tuple[Identificador, ...], Field(max_length=1000)] = ()

    _avisos: tuple[Campo, ...] = PrivateAttr(default=())

    @property
    def avisos(self) -> tuple[Campo, ...]:
        """What was taken out of the request's texts where it was read."""
        return self._avisos

    def avisar(self, avisos: Iterable[Campo]) -> None:
        """Keep what was taken out of the request's texts where it was read."""
        self._avisos = tuple(avisos)
