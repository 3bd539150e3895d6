"""VALUE of a request: fees, services or *isento*, and its ato (S9)."""

from typing import Annotated, ClassVar, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from printserver.documents.fields import (
    Boolean,
    CodigoDoAto,
    Integer,
    RequestModel,
    Stamped,
    StampedReason,
    Text,
    field_error,
)
from printserver.selo import COMPONENTS, Emolumentos, Reais

_T = TypeVar("_T")


def check_at_least_one(itens: tuple[_T, ...]) -> tuple[_T, ...]:
    if not itens:
        raise field_error("não pode ficar vazio: dê ao menos um")
    return itens


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
        """The components as `Emolumentos`."""
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
    """A service covered by a seal, and its quantity (D3)."""

    servico: Text
    quantidade: Annotated[Integer, Field(ge=1, le=9999)] = 1


class Value(RequestModel):
    """VALUE: exactly one of `emolumentos`, `servico`, `servicos`, `isento` and its reason; optional in some objects."""

    value_required: ClassVar[bool] = False

    emolumentos: EmolumentosPedido | None = None
    servico: Text | None = None
    servicos: Annotated[tuple[ServicoPedido, ...], Field(max_length=50), AfterValidator(check_at_least_one)] | None = (
        None
    )
    isento: Boolean = False
    motivo_isencao: StampedReason | None = None

    @property
    def charged(self) -> str | None:
        """The name of the charging field; None without a value or if *isento*."""
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
        if self.isento and self.motivo_isencao is None and self._requires_reason():
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

    def _requires_reason(self) -> bool:
        return True


class Ato(Value):
    """One ato of an instrumento, with its VALUE; `principal` is the escrevente's choice (N2)."""

    ato: CodigoDoAto
    descricao: Stamped | None = None
    principal: Boolean = False


class AtoDoLivro(Ato):
    """An ato of a livro: its VALUE is required."""

    value_required: ClassVar[bool] = True
