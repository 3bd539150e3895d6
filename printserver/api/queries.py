"""Query parameters of each call, as Pydantic models; unknown parameters are refused by name."""

from datetime import date
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from printserver.clock import local_date
from printserver.documents import DocumentType
from printserver.errors import BadField, Recusa
from printserver.formats import UnfitText, without_invisible
from printserver.office import Office

MAX_WAIT_S = 30

State = Literal[
    "aguardando_xa",
    "aguardando_selo",
    "aceito",
    "renderizado",
    "entregue",
    "impresso",
    "incerto",
    "falhou",
    "cancelado",
]
_KINDS = get_args(DocumentType)


def _day(text: str | None) -> str | None:
    """Refuse a date that is not AAAA-MM-DD; `fromisoformat` also accepts weeks and dates without hyphens."""
    if text is not None and date.fromisoformat(text).isoformat() != text:
        raise ValueError
    return text


def _visible(text: str | None) -> str | None:
    """Refuse an invisible character by name: a search for it would never match."""
    try:
        _, taken = without_invisible(text or "")
    except UnfitText as error:
        raise PydanticCustomError("texto", "{mensagem}", {"mensagem": str(error)}) from None
    if taken:
        mensagem = f"contém caractere invisível: {taken[0]}; retire-o"
        raise PydanticCustomError("texto", "{mensagem}", {"mensagem": mensagem})
    return text


Wait = Annotated[float, Field(ge=0, le=MAX_WAIT_S, allow_inf_nan=False, description="Segundos de espera, de 0 a 30.")]
Page = Annotated[int, Field(ge=1, le=1_000_000, description="Número da página da lista, a partir de 1.")]
Day = Annotated[str | None, AfterValidator(_day), Field(description="Dia, como AAAA-MM-DD.")]
Text = Annotated[
    str | None, AfterValidator(_visible), Field(max_length=255, description="Texto de até 255 caracteres.")
]


Reais = Annotated[str | None, Field(pattern=r"^[0-9]{1,9}\.[0-9]{2}$", description="Valor em reais, como 95.12.")]


class Query(BaseModel):
    """Base model: unknown names are refused, empty values count as absent, errors are reported in Portuguese."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="wrap")
    @classmethod
    def _in_portuguese(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        given = {name: value for name, value in dict(data).items() if value != "" or name not in cls.model_fields}
        try:
            return handler(given)
        except ValidationError as error:
            faults = [_fault(cls, str(item["loc"][0]), item) for item in error.errors()]
            detail = "; ".join(f"{fault.campo}: {fault.mensagem}" for fault in faults)
            raise Recusa("entrada-invalida", f"Endereço: {detail}", errors=faults) from error

    def filters(self) -> dict[str, str]:
        """Return the parameters that are set, except page and format, as text by name."""
        given = self.model_dump(mode="json", exclude={"pagina", "formato"}, exclude_none=True)
        return {name: str(value) for name, value in given.items()}


def _fault(model: type[BaseModel], name: str, error: ErrorDetails) -> BadField:
    if error["type"] == "texto":
        return BadField(name, error["msg"])
    if error["type"] == "extra_forbidden":
        return BadField(name, f"parâmetro desconhecido; use: {', '.join(model.model_fields) or 'nenhum'}")
    return BadField(name, f"valor não aceito. {model.model_fields[name].description or ''}".strip())


class PostQuery(Query):
    """`POST /jobs`."""

    espera: Wait = 0


class ActQuery(Query):
    """The calls that answer a question or act on a job."""

    espera: Wait = 0


class JobQuery(Query):
    """`GET /jobs/{id}`."""

    espera: Wait = 0
    desde: State | None = Field(None, description="Estado já conhecido, por exemplo aceito.")


class PdfQuery(Query):
    """`GET /jobs/{id}/pdf`."""

    copia: Literal["0", "1"] = Field("0", description="1: a cópia sem valor; 0: o que a chave permite.")


class MonthQuery(Query):
    """`GET /gratuidades`, `GET /papel`."""

    mes: str | None = Field(None, pattern=r"^[0-9]{4}-[0-9]{2}$", description="Mês, como 2026-11; sem ele, o de hoje.")
    formato: Literal["json", "csv"] = Field("json", description="json ou csv.")


class CertidoesQuery(Query):
    """`GET /certidoes`."""

    situacao: Literal["vencidas", "a_retirar", "retiradas", "descartadas"] = Field(
        "vencidas", description="vencidas, a_retirar, retiradas ou descartadas."
    )
    formato: Literal["json", "csv"] = Field("json", description="json ou csv; em csv vão todas.")
    pagina: Page = 1


class ExchangeQuery(Query):
    """`GET /crc/certidoes`."""

    estado: Literal["selada", "enviada", "falhou", "recusada"] | None = Field(None, description="Estado da entrega.")


class JobsQuery(Query):
    """`GET /jobs`."""

    chave: Text = None
    estado: State | None = Field(None, description="Um dos estados do trabalho, por exemplo entregue.")
    tipo: DocumentType | None = Field(None, description=f"{', '.join(_KINDS[:-1])} ou {_KINDS[-1]}.")
    instrumento: Text = None
    livro: Text = None
    folha: Text = None
    fila: Text = None
    de: Day = None
    ate: Day = None
    pagina: Page = 1


class SealFilters(Query):
    """Search filters of seals (T5)."""

    codigo: Text = None
    parte: Text = Field(
        None,
        description="Começo ou fim de um código (4 caracteres ao menos), ou número de selo de papel ou folha numerada.",
    )
    natureza: Literal["1", "2"] | None = Field(None, description="1: Notas; 2: Registro Civil.")
    ato: Text = None
    estado: Text = None
    livro: Text = None
    folha: Text = None
    termo: Text = None
    matricula: Text = None
    identificador: Text = None
    escrevente: Text = None
    origem: Literal["documento", "avulso", "hibrido", "diario", "carta", "crc"] | None = Field(
        None, description="documento, avulso, hibrido, diario, carta ou crc."
    )
    de: Day = None
    ate: Day = None
    valor_de: Reais = None
    valor_ate: Reais = None
    validos: Literal["0", "1"] = Field("0", description="1: só os que valem, nem retificados nem excluídos; 0: todos.")


class SealsQuery(SealFilters):
    """`GET /selos`."""

    pagina: Page = 1


class TotalsQuery(SealFilters):
    """`GET /selos/totais`."""

    validos: Literal["0", "1"] = Field("1", description="1: só os que valem, nem retificados nem excluídos; 0: todos.")


class ExportQuery(SealFilters):
    """`GET /selos/exportacao`."""

    formato: Literal["csv", "xlsx"] = Field("csv", description="csv ou xlsx.")


class CounterQuery(Query):
    """`GET /atos-de-balcao`."""

    data: Day = None
    estado: Literal["aguardando", "carregado", "estornado"] | None = Field(
        None, description="aguardando, carregado ou estornado."
    )
    pagina: Page = 1


class PeriodQuery(Query):
    """A period of days; today by default."""

    de: Day = None
    ate: Day = None

    def days(self, office: Office) -> tuple[date, date]:
        """Return first and last day. Raises `Recusa` `entrada-invalida` if they are not in order."""
        today = local_date(office.clock())
        first = date.fromisoformat(self.de) if self.de else date.fromisoformat(self.ate) if self.ate else today
        last = date.fromisoformat(self.ate) if self.ate else max(first, today)
        if last < first:
            raise Recusa("entrada-invalida", "ate: o último dia vem antes do primeiro")
        return first, last


class DayQuery(Query):
    """One day; today by default."""

    data: Day = None

    def day(self, office: Office) -> date:
        """Return the day."""
        return date.fromisoformat(self.data) if self.data else local_date(office.clock())


class EventsQuery(Query):
    """`GET /eventos`."""

    depois: Annotated[int, Field(ge=0, lt=2**63, description="Número do último evento já lido.")] = 0
    espera: Wait = 0


class PageQuery(Query):
    """`GET /avisos`."""

    pagina: Page = 1


class PendingQuery(Query):
    """`GET /comunicacoes/pendencias`."""

    quais: Literal["pendentes", "recusados", "vinculos"] = Field(
        "pendentes", description="pendentes, recusados ou vinculos."
    )
    pagina: Page = 1


class NoQuery(Query):
    """Calls without query parameters."""
