"""The service table (S9, C5): fees of services by component. The office's `servicos.toml` over the shipped one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from printserver.errors import BadField, Recusa, invalid_input
from printserver.selo._tables import TableRow, load_table
from printserver.selo.fees import COMPONENTS, Emolumentos
from printserver.selo.money import Reais

FILE_NAME: Final = "servicos.toml"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Service:
    """A row: `ano` is the year of the fee table, `total` in reais. Without `emolumentos` it cannot be used yet."""

    nome: str
    descricao: str
    natureza: int
    ano: int
    emolumentos: Emolumentos | None
    total: Decimal | None
    a_confirmar: bool
    fonte: str


class ServiceTable:
    """The services of an office, by name."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = dict(services)

    def get(self, name: str) -> Service | None:
        """Return the service of that name, or None."""
        return self._services.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all services, in alphabetical order."""
        return tuple(sorted(self._services))

    def resolve(self, name: str, *, demonstracao: bool, field: str, natureza: int | None = None) -> Emolumentos:
        """Return the fee of service `name`; `field` is the dotted path of the requesting field.

        Raises Recusa `entrada-invalida` if the service does not exist (or is of another `natureza`, if given), and
        `servico-a-confirmar` if it has no components yet, or is still to be confirmed and the office is not a
        demonstration (S9).
        """
        service = self._services.get(name)
        if service is None:
            raise invalid_input(field, f"serviço desconhecido: {name[:60]!r}; há: {', '.join(self.names())}")
        if natureza is not None and service.natureza != natureza:
            raise invalid_input(field, f"o serviço {name!r} é de natureza {service.natureza}, não {natureza}")
        if service.emolumentos is None:
            raise _unconfirmed(
                field,
                f"o serviço {name!r} só tem o total; as oito parcelas não se calculam dele: preencha-as em {FILE_NAME} "
                "da serventia, ou mande os emolumentos no pedido",
            )
        if service.a_confirmar and not demonstracao:
            raise _unconfirmed(
                field,
                f"o serviço {name!r} ({service.ano}, {service.fonte}) ainda está a confirmar: confira os valores com a "
                f"tabela em vigor e escreva-o em {FILE_NAME} da serventia, sem a_confirmar, ou mande os emolumentos no "
                "pedido",
            )
        return service.emolumentos


def load_services(instance_dir: Path | None) -> ServiceTable:
    """Return the shipped services, with rows replaced or added from `instance_dir`/servicos.toml.

    Raises ConfigError (Portuguese) that names the file and the key.
    """
    rows = load_table(FILE_NAME, instance_dir, _ServiceRow, _NAME)
    return ServiceTable({name: row.service(name) for name, row in rows.items()})


class _ServiceRow(TableRow):
    """One table of servicos.toml: all eight components, or only a total."""

    descricao: Annotated[str, Field(min_length=1)]
    natureza: Literal[1, 2]
    ano: Annotated[int, Field(ge=2000, le=2099)]
    tabeliao: Reais | None = None
    estado: Reais | None = None
    secretaria_fazenda: Reais | None = None
    santa_casa: Reais | None = None
    registro_civil: Reais | None = None
    tribunal_justica: Reais | None = None
    iss: Reais | None = None
    ministerio_publico: Reais | None = None
    total: Reais | None = None
    fonte: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        faltam = [name for name in COMPONENTS if getattr(self, name) is None]
        if faltam and (len(faltam) < len(COMPONENTS) or self.total is None):
            raise ValueError(f'dê as oito parcelas (zero é "0.00"), ou só o total; faltam: {", ".join(faltam)}')
        if emolumentos := self._emolumentos():
            if emolumentos.isento_total:
                raise ValueError("todas as parcelas são zero: isento se diz no pedido, não na tabela")
            if self.total is not None:
                emolumentos.check_total(self.total)
        return self

    def service(self, name: str) -> Service:
        """Return the row as a `Service`."""
        emolumentos = self._emolumentos()
        return Service(
            nome=name,
            descricao=self.descricao,
            natureza=self.natureza,
            ano=self.ano,
            emolumentos=emolumentos,
            total=emolumentos.total if emolumentos else self.total,
            a_confirmar=self.a_confirmar,
            fonte=self.fonte,
        )

    def _emolumentos(self) -> Emolumentos | None:
        values = {name: value for name in COMPONENTS if (value := getattr(self, name)) is not None}
        return Emolumentos(**values) if len(values) == len(COMPONENTS) else None


def _unconfirmed(field: str, mensagem: str) -> Recusa:
    return Recusa("servico-a-confirmar", f"{field}: {mensagem}.", errors=[BadField(field, mensagem)])
