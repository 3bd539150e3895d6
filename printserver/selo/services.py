"""The service table (S9, C5): what a service costs on a day, by component. The office's rows over the shipped."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from printserver.errors import BadField, Recusa, invalid_input
from printserver.selo._tables import TableFile, VersionRow, load_versions
from printserver.selo.fees import COMPONENTS, Emolumentos
from printserver.selo.money import Reais

FILE_NAME: Final = "servicos.toml"
# Made-up fees of what no fees are published for: of a demonstration office alone.
DEMONSTRATION_FILE: Final = "servicos-demonstracao.toml"
NAME_FORM: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Service:
    """A version of a row: `ano` is the year of the price list, `total` in reais, `desde` the first day it is valid on.

    Without `emolumentos` it cannot be used yet. One that is `encerrado` ends the service on that day.
    """

    nome: str
    descricao: str
    natureza: int
    ano: int
    emolumentos: Emolumentos | None
    total: Decimal | None
    a_confirmar: bool
    fonte: str
    desde: date = date.min
    encerrado: bool = False

    def usable(self, *, demonstracao: bool) -> bool:
        """Return whether it seals: it has its components, and is confirmed or of a demonstration office (S9)."""
        return self.emolumentos is not None and (demonstracao or not self.a_confirmar)


class ServiceTable:
    """The services of an office, by name: of each its versions, the newest first (C5)."""

    def __init__(self, services: Mapping[str, Sequence[Service]]) -> None:
        self._services = {
            name: tuple(sorted(versions, key=lambda each: each.desde, reverse=True))
            for name, versions in services.items()
        }

    def versions(self, name: str) -> tuple[Service, ...]:
        """Return all versions of a service, the newest first; empty if there is no such service."""
        return self._services.get(name, ())

    def until(self, version: Service) -> date | None:
        """Return the day on which the next version takes the place of `version`; None if there is none (C5)."""
        later = [each.desde for each in self.versions(version.nome) if each.desde > version.desde]
        return min(later, default=None)

    def with_versions(self, changed: Mapping[str, Sequence[Service]]) -> "ServiceTable":
        """Return the table with other versions of some services; those without any are gone."""
        found = {**self._services, **changed}
        return ServiceTable({name: versions for name, versions in found.items() if versions})

    def get(self, name: str, day: date) -> Service | None:
        """Return the version of the service that is valid on `day`, None if there is none, or none yet (C5)."""
        return next((each for each in self._services.get(name, ()) if each.desde <= day), None)

    def names(self, natureza: int | None = None) -> tuple[str, ...]:
        """Return the names of all services, or of those of a natureza, in alphabetical order."""
        found = self._services.items()
        return tuple(sorted(name for name, (newest, *_) in found if natureza in (None, newest.natureza)))

    def usable(self, natureza: int, day: date, *, demonstracao: bool) -> list[tuple[Service, Emolumentos]]:
        """Return the services of a natureza that `resolve` gives on `day`, with their fees, in alphabetical order."""
        found = (self.get(name, day) for name in self.names(natureza))
        return [
            (each, each.emolumentos)
            for each in found
            if each is not None and each.emolumentos is not None and each.usable(demonstracao=demonstracao)
        ]

    def resolve(
        self, name: str, *, day: date, demonstracao: bool, field: str, natureza: int | None = None
    ) -> Emolumentos:
        """Return the fee of service `name` on `day`; `field` is the dotted path of the field that asked for it (C5).

        Raises Recusa `entrada-invalida` if there is no such service, it has no price so early, has ended, or is of
        another `natureza`, where one is given; and `servico-a-confirmar` if it has no components yet, or is still to be
        confirmed and the office is no demonstration (S9).
        """
        versions = self._services.get(name)
        if versions is None:
            known = ", ".join(self.names(natureza))
            raise invalid_input(field, f"serviço desconhecido: {name[:60]!r}; há: {known}")
        service = self.get(name, day)
        if service is None:
            first = versions[-1].desde
            text = f"o serviço {name!r} só tem preço a partir de {first:%d/%m/%Y}: para {day:%d/%m/%Y} não há"
            raise invalid_input(field, f"{text}; escreva o daquele tempo em {FILE_NAME} da serventia")
        if natureza is not None and service.natureza != natureza:
            raise invalid_input(field, f"o serviço {name!r} é de natureza {service.natureza}, não {natureza}")
        if service.encerrado:
            raise invalid_input(field, f"o serviço {name!r} foi encerrado: não existe desde {service.desde:%d/%m/%Y}")
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


def load_services(instance_dir: Path | None, *, demonstracao: bool = False) -> ServiceTable:
    """Return the shipped services with those of `instance_dir`/servicos.toml laid over them, row by row.

    A row of the office replaces all versions of the shipped one (C5). A demonstration office also has made-up ones.
    Raises ConfigError (Portuguese) that names the file and the key.
    """
    return services_of(TableFile.of_office(instance_dir, FILE_NAME), demonstracao=demonstracao)


def services_of(office: TableFile | None, *, demonstracao: bool = False) -> ServiceTable:
    """Return the table of an office whose own file is `office` (None: it has none). Raises as `load_services`."""
    names = [FILE_NAME, DEMONSTRATION_FILE] if demonstracao else [FILE_NAME]
    rows = load_versions(names, office, _ServiceRow, NAME_FORM)
    return ServiceTable({name: [each.service(name) for each in versions] for name, versions in rows.items()})


class _ServiceRow(VersionRow):
    """One table of servicos.toml: all eight components, or none of them and a total, or the end of the service."""

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
    encerrado: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.encerrado:
            if any(getattr(self, name) is not None for name in (*COMPONENTS, "total")):
                raise ValueError("o que encerra o serviço não tem parcelas nem total")
            return self
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
            desde=self.desde,
            encerrado=self.encerrado,
        )

    def _emolumentos(self) -> Emolumentos | None:
        values = {name: value for name in COMPONENTS if (value := getattr(self, name)) is not None}
        return Emolumentos(**values) if len(values) == len(COMPONENTS) else None


def _unconfirmed(field: str, mensagem: str) -> Recusa:
    return Recusa("servico-a-confirmar", f"{field}: {mensagem}.", errors=[BadField(field, mensagem)])
