"""Writes the office's tables, servicos.toml and atos.toml: as a whole, checked by loading, on record (S10, C5).

The file is the truth. A change is computed from what stands in it, and refused if it is no longer what the person saw.
Each content that it had is kept, also one written by hand, so that a person can go back to it.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.errors import ConfigError, Recusa
from printserver.office import people
from printserver.office.act import Act, replacing
from printserver.office.audit import LogEntry
from printserver.office.office import Office
from printserver.office.people import Author
from printserver.selo import ATOS_FILE as ATOS
from printserver.selo import SERVICES_FILE as SERVICES
from printserver.selo import AtoTable, AtoType, Service, ServiceTable, TableFile, atos_of, in_force, services_of

_TABLES: Final = (SERVICES, ATOS)
_BY_HAND: Final = "Escrito fora das telas"
_SHIPPED: Final = "Como veio com o programa"
_t = db.tabela_guardada.c


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table's file as read once: its text, and the mark of that text (SHA-256)."""

    nome: str
    texto: str
    marca: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that a file had: what the change was, who made it (None: outside the screens) and when."""

    id: int
    marca: str
    texto: str
    feito: str
    quem: str | None
    quando: datetime


def look(office: Office, name: str) -> Snapshot:
    """Read a table's file. Raises `ConfigError` if it cannot be read; a file that is not there is empty."""
    found = TableFile.of_office(office.instance, name)
    return _snapshot(name, found.text if found is not None else "")


def services_in(office: Office, text: str) -> ServiceTable:
    """Return the service table that this text gives. Raises `ConfigError`."""
    return services_of(TableFile(office.instance / SERVICES, text), demonstracao=office.demonstracao)


def atos_in(office: Office, text: str) -> AtoTable:
    """Return the table of atos that this text gives. Raises `ConfigError`."""
    return atos_of(TableFile(office.instance / ATOS, text))


def save(
    office: Office,
    who: Author,
    seen: Snapshot,
    text: str,
    what: str,
    *,
    check: Callable[[Act], None] | None = None,
) -> str:
    """Put `text` in the place of the table's file that was `seen`, and return its mark.

    In one transaction with the record of every row that changes, before and after; `check` runs in it first and may
    refuse. Raises `Recusa` `sem-permissao` unless the author is a head of the office, `estado-nao-permite` if the file
    is no longer the one seen, `entrada-invalida` if the new text does not load, `servidor-ocupado` if the disk refuses.
    """
    people.require_head(who.papel, "a mudança de valores e de atos")
    new = _snapshot(seen.nome, text)
    try:
        entries = _entries(office, seen, new)
    except ConfigError as error:
        raise Recusa("entrada-invalida", f"Nada foi gravado: {error}") from error
    with replacing(office, who, office.instance / seen.nome, text.encode()) as act:
        _refuse_stale(act.conn, office, seen)
        if check is not None:
            check(act)
        _keep(act, seen, _BY_HAND if seen.texto else _SHIPPED, None)
        _keep(act, new, what, who.pessoa)
        act.log("tabela", seen.nome, "gravada", {"texto": what, "antes": seen.marca, "depois": new.marca})
        act.add(who.record(each.objeto, each.objeto_id, each.estado, each.detalhe) for each in entries)
    office.files.look(at_once=True)  # the next act of this process has it
    return new.marca


def refuse_stale(office: Office, seen: Snapshot) -> None:
    """Raise `Recusa` `estado-nao-permite` if the file is no longer the one that was seen, by its mark."""
    with office.db.read() as conn:
        _refuse_stale(conn, office, seen)


def kept(office: Office, name: str) -> list[Kept]:
    """Return the contents that a table's file had, the newest first."""
    query = sa.select(_t.id, _t.sha256, _t.conteudo, _t.feito, _t.quem, _t.quando)
    query = query.where(_t.serventia_id == office.serventia_id, _t.nome == name).order_by(_t.id.desc())
    with office.db.read() as conn:
        return [Kept(*row) for row in conn.execute(query)]


def changed_services(before: ServiceTable, after: ServiceTable) -> Mapping[str, tuple[list[Service], list[Service]]]:
    """Return the versions of each service that differ: those that go, and those that come, by name."""
    found = {}
    for name in sorted({*before.names(), *after.names()}):
        old, new = before.versions(name), after.versions(name)
        if old != new:
            found[name] = ([each for each in old if each not in new], [each for each in new if each not in old])
    return found


def changed_atos(before: AtoTable, after: AtoTable) -> list[tuple[AtoType | None, AtoType | None]]:
    """Return the atos that differ, each before and after."""
    old = {(each.natureza, each.codigo): each for each in before.every()}
    new = {(each.natureza, each.codigo): each for each in after.every()}
    return [(old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key)]


def _snapshot(name: str, text: str) -> Snapshot:
    assert name in _TABLES
    return Snapshot(name, text, hashlib.sha256(text.encode()).hexdigest())


def _entries(office: Office, seen: Snapshot, new: Snapshot) -> list[LogEntry]:
    """Return the record of each row that changes. Raises `ConfigError` if the new text does not load.

    A row that the file in force cannot give, as it is broken, has no *before*.
    """
    if seen.nome == SERVICES:
        services = services_in(office, new.texto)
        try:
            before = services_in(office, seen.texto)
        except ConfigError:
            before = office.servicos
        return [
            _service_entry(before.versions(name), services.versions(name), old, last)
            for name, (old, last) in changed_services(before, services).items()
        ]
    atos = atos_in(office, new.texto)
    try:
        earlier = atos_in(office, seen.texto)
    except ConfigError:
        earlier = office.atos
    return [
        LogEntry(
            *("ato", f"{each.natureza}.{each.codigo}", _state(old, last)),
            detalhe={"antes": old and _ato(old), "depois": last and _ato(last)},
        )
        for old, last in changed_atos(earlier, atos)
        if (each := last or old) is not None
    ]


def _service_entry(
    before: Sequence[Service], after: Sequence[Service], old: Sequence[Service], new: Sequence[Service]
) -> LogEntry:
    """Return the record of a service: the versions that go and that come, or what they take the place of."""
    days = [each.desde for each in (*old, *new)]
    old = old or [each for each in (in_force(before, min(days)),) if each is not None]
    new = new or [each for each in (in_force(after, min(days)),) if each is not None]
    detail = {"antes": [_service(each) for each in old], "depois": [_service(each) for each in new]}
    name = (*before, *after)[0].nome
    return LogEntry("servico", name, _state(before, after), detalhe=detail)


def _state(before: object, after: object) -> str:
    return "criado" if not before else "retirado" if not after else "mudado"


def _service(version: Service) -> dict[str, object]:
    fees = version.emolumentos
    return {
        "desde": None if version.desde.year == 1 else version.desde.isoformat(),
        "descricao": version.descricao,
        "ano": version.ano,
        "emolumentos_centavos": None if fees is None else fees.to_centavos(),
        "total": None if version.total is None else f"{version.total:.2f}",
        "a_confirmar": version.a_confirmar,
        "encerrado": version.encerrado,
        "fonte": version.fonte,
    }


def _ato(ato: AtoType) -> dict[str, object]:
    names = ("descricao", "so_retificador", "hibrido", "iss_a_parte", "a_confirmar")
    return {name: getattr(ato, name) for name in names}


def _refuse_stale(conn: Connection, office: Office, seen: Snapshot) -> None:
    now = look(office, seen.nome)
    if now.marca == seen.marca:
        return
    last = _newest(conn, office, seen.nome)
    by = ""
    if last is not None and last.sha256 == now.marca and last.quem:
        name = people.names(conn, office.serventia_id).get(last.quem, last.quem)
        by = f", por {name}, às {local(last.quando):%H:%M}"
    raise Recusa(
        "estado-nao-permite",
        f"Nada foi gravado: a tabela mudou depois que você abriu esta página{by}. Confira como está e envie de novo.",
    )


def _newest(conn: Connection, office: Office, name: str) -> sa.Row[Any, Any, Any] | None:
    query = sa.select(_t.sha256, _t.quem, _t.quando)
    query = query.where(_t.serventia_id == office.serventia_id, _t.nome == name)
    return conn.execute(query.order_by(_t.id.desc()).limit(1)).first()


def _keep(act: Act, content: Snapshot, what: str, who: str | None) -> None:
    """Keep a content, unless it is the one kept last."""
    last = _newest(act.conn, act.office, content.nome)
    if last is not None and last.sha256 == content.marca:
        return
    values = {"nome": content.nome, "sha256": content.marca, "conteudo": content.texto, "feito": what, "quem": who}
    act.conn.execute(
        sa.insert(db.tabela_guardada).values(serventia_id=act.office.serventia_id, quando=act.now, **values)
    )
