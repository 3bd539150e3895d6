"""Changes of services and atos planned from the tables' files, shown, and then kept (C5, S10)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Final

from sqlalchemy.engine import Connection

from printserver.clock import local_date
from printserver.documents import AVERBACAO_SERVICE, CERTIDAO_SERVICE
from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.office import table_files, table_use
from printserver.office.act import Act
from printserver.office.office import Office
from printserver.office.people import Author
from printserver.office.table_files import Snapshot
from printserver.selo import ATOS_FILE as ATOS
from printserver.selo import (
    EXCLUSION,
    AtoTable,
    AtoType,
    Column,
    Compared,
    Fault,
    Service,
    ServiceChange,
    ServiceTable,
    compare,
    in_force,
    load_atos,
    read_list,
    with_ato,
    with_services,
    without_ato,
)
from printserver.selo import SERVICES_FILE as SERVICES
from printserver.selo import service_changes as changes

_FIRST_DAY: Final = date(1900, 1, 2)  # before it there are no acts (S7a)
_Also = Callable[[Act], None] | None
_BY_HAND: Final = "escreva a mudança à mão no arquivo"


@dataclass(frozen=True, slots=True)
class Services:
    """The service table as its file gives it now, and that file."""

    seen: Snapshot
    table: ServiceTable


@dataclass(frozen=True, slots=True)
class Atos:
    """The table of atos as its file gives it now, and that file."""

    seen: Snapshot
    table: AtoTable


@dataclass(frozen=True, slots=True)
class Imported:
    """What a list would do: its columns, its good lines, its faulty lines, and services that it does not name."""

    columns: Sequence[Column]
    compared: Sequence[Compared]
    faults: Sequence[Fault]
    unnamed: Sequence[str]

    def of_kind(self, kind: str) -> list[Compared]:
        """Return the good lines of a kind: `novo`, `mudado`, `igual`."""
        return [each for each in self.compared if each.especie == kind]


# -- services ----------------------------------------------------------------------------------------------------------


def services(office: Office) -> Services:
    """Read the service table. Raises `Recusa` `estado-nao-permite` if its file is broken."""
    try:
        seen = table_files.look(office, SERVICES)
        return Services(seen, table_files.services_in(office, seen.texto))
    except ConfigError as error:
        raise _broken(error) from error


def past_acts(office: Office, change: ServiceChange) -> int:
    """Return how many acts already made the change would concern: those of days up to today (C5)."""
    with office.db.read() as conn:
        return _past_acts(conn, office, change)


def refuse_past(office: Office, change: ServiceChange) -> None:
    """Raise `Recusa` `entrada-invalida` if the price of a past day changes on which the service was used (C5)."""
    with office.db.read() as conn:
        _refuse_past(conn, office, change)


def keep_services(
    office: Office, who: Author, seen: Snapshot, made: Sequence[ServiceChange], what: str, also: _Also = None
) -> None:
    """Write changes of services into their file; `also` joins the transaction.

    Raises `Recusa` as `refuse_past` and `table_files.save`.
    """
    before = table_files.services_in(office, seen.texto)
    wanted = {each.nome: each.after for each in made}
    text = with_services(seen.texto, before, wanted)
    expected = before.with_versions(wanted)
    try:
        written = table_files.services_in(office, text)
    except ConfigError as error:
        raise _unwritable(SERVICES, str(error)) from error
    gone = {name for name, versions in wanted.items() if not versions}  # then the shipped row is back, if there is one
    if any(written.versions(name) != expected.versions(name) for name in {*written.names(), *expected.names()} - gone):
        raise _unwritable(SERVICES, "ele tem uma forma que as telas não sabem mudar")

    def check(act: Act) -> None:
        for each in made:
            _refuse_past(act.conn, office, each)
        if also is not None:
            also(act)

    table_files.save(office, who, seen, text, what, check=check)


def import_list(office: Office, content: bytes, day: date, source: str) -> tuple[Services, Imported]:
    """Read a list and compare it with the table on `day`, the day from which it is to be in force.

    Raises `Recusa` `entrada-invalida` if the file cannot be read. Faulty are also the lines whose acts were made.
    """
    found = services(office)
    listed = read_list(content)
    compared, faults = compare(listed, found.table, day, source)
    good = []
    with office.db.read() as conn:
        for each in compared:
            fault = None if each.especie == "igual" else _late(conn, office, import_change(found.table, each))
            if fault is None:
                good.append(each)
            else:
                faults.append(Fault(each.linha, each.new.nome, "", fault))
    named = {each.new.nome for each in compared}
    unnamed = [name for name in found.table.names() if name not in named and _lives(found.table, name, day)]
    return found, Imported(listed.columns, good, sorted(faults, key=lambda each: each.linha), unnamed)


def import_change(table: ServiceTable, line: Compared) -> ServiceChange:
    """Return the change that a line of a list makes; a version of the same day is replaced."""
    versions = table.versions(line.new.nome)
    if any(each.desde == line.new.desde for each in versions):
        return changes.correct(versions, line.new)
    return changes.add(versions, line.new)


def used_by_program(office: Office, service: str) -> str | None:
    """Return for what the program itself takes a service of this name; None if it does not."""
    return {
        CERTIDAO_SERVICE: "o traslado cobrado como certidão",
        AVERBACAO_SERVICE: "a averbação cobrada numa certidão",
        office.settings.ficha.servico: "a ficha de abertura",
    }.get(service)


def unready(office: Office) -> tuple[int, int]:
    """Return how many services in force today have no components, and how many more are to be confirmed (S9)."""
    today, table = local_date(office.clock()), office.servicos
    found = [version for name in table.names() if (version := table.get(name, today)) and not version.encerrado]
    empty = sum(each.emolumentos is None for each in found)
    return empty, sum(each.emolumentos is not None and each.a_confirmar for each in found)


# -- atos --------------------------------------------------------------------------------------------------------------


def atos(office: Office) -> Atos:
    """Read the table of atos. Raises `Recusa` `estado-nao-permite` if its file is broken."""
    try:
        seen = table_files.look(office, ATOS)
        return Atos(seen, table_files.atos_in(office, seen.texto))
    except ConfigError as error:
        raise _broken(error) from error


def flags_fixed(office: Office, ato: AtoType) -> str | None:
    """Return why the flags of an ato do not change; None if they may: no seal has it, no rule rests on them (S8)."""
    shipped = load_atos(None).get(ato.codigo, ato.natureza)
    if ato.codigo == EXCLUSION or (shipped is not None and not shipped.a_confirmar):
        return "o código é do tribunal, e o programa conta com isto"
    with office.db.read() as conn:
        used = table_use.uses_of_ato(conn, office.serventia_id, ato.natureza, ato.codigo)
    return "já há selos com este código" if used else None


def why_kept(office: Office, ato: AtoType) -> str | None:
    """Return why an ato cannot be taken out of the table; None if it can."""
    if load_atos(None).get(ato.codigo, ato.natureza) is not None:
        return "o código vem com o programa"
    if ato.codigo in (office.settings.diarios.fotocopia, office.settings.diarios.cenad):
        return "o código é o dos selos do dia, na configuração"
    with office.db.read() as conn:
        used = table_use.uses_of_ato(conn, office.serventia_id, ato.natureza, ato.codigo)
    return "já há selos com este código" if used else None


def keep_ato(
    office: Office, who: Author, found: Atos, old: AtoType | None, new: AtoType | None, what: str, also: _Also = None
) -> None:
    """Write an ato into its file: a new one (`old` None), a change, or its removal (`new` None).

    Raises `Recusa` `entrada-invalida` if the code is taken, `estado-nao-permite` if it is in use, and as
    `table_files.save`.
    """
    ato = new or old
    assert ato is not None
    if old is None and found.table.get(ato.codigo, ato.natureza) is not None:
        raise invalid_input("codigo", "este código já está na tabela: mude-o lá")
    if old is not None and new is not None and _flags(old) != _flags(new) and (why := flags_fixed(office, old)):
        raise Recusa("estado-nao-permite", f"Isto não muda: {why}.")
    if new is None and (why := why_kept(office, ato)):
        raise Recusa("estado-nao-permite", f"O ato {ato.codigo} não se retira: {why}.")
    text = with_ato(found.seen.texto, new) if new is not None else without_ato(found.seen.texto, ato)
    try:
        written = table_files.atos_in(office, text)
    except ConfigError as error:
        raise _unwritable(ATOS, str(error)) from error
    if [each for _, each in table_files.changed_atos(found.table, written)] != [new]:
        raise _unwritable(ATOS, "ele tem uma forma que as telas não sabem mudar")
    table_files.save(office, who, found.seen, text, what, check=also)


def refuse_lost_atos(office: Office, before: AtoTable, after: AtoTable) -> None:
    """Raise `Recusa` `estado-nao-permite` if an ato in use is gone from a table, or is of another kind in it (S10)."""
    for old, new in table_files.changed_atos(before, after):
        if old is None or (new is not None and _flags(new) == _flags(old)):
            continue
        with office.db.read() as conn:
            used = table_use.uses_of_ato(conn, office.serventia_id, old.natureza, old.codigo)
        if used:
            lost = "não tem o ato" if new is None else "tem de outra espécie o ato"
            raise Recusa("estado-nao-permite", f"Esta versão {lost} {old.codigo}: já há selos com este código.")


def unconfirmed_atos(office: Office) -> int:
    """Return how many atos are to be confirmed (S10)."""
    return sum(each.a_confirmar for each in office.atos.every())


# -- both --------------------------------------------------------------------------------------------------------------


def past_of_return(office: Office, before: ServiceTable, after: ServiceTable) -> int:
    """Return how many acts already made are of a day whose price differs between two tables (C5)."""
    total = 0
    with office.db.read() as conn:
        for name, (old, new) in table_files.changed_services(before, after).items():
            first = min((each.desde for each in (*old, *new)), default=date.min)
            change = ServiceChange(name, before.versions(name), after.versions(name), None, None, first, None)
            total += _past_acts(conn, office, change)
    return total


def _past_acts(conn: Connection, office: Office, change: ServiceChange) -> int:
    today = local_date(office.clock())
    if change.first is None or change.first > today:
        return 0
    first = max(change.first, _FIRST_DAY)
    last = today if change.until is None else min(today, change.until - timedelta(days=1))
    count = 0
    for version, until in _periods(change.before):
        begin, end = max(first, version.desde), last if until is None else min(last, until - timedelta(days=1))
        if version.usable(demonstracao=office.demonstracao):
            count += table_use.acts_with(conn, office.serventia_id, version, begin, end)
    return count


def _periods(versions: Iterable[Service]) -> list[tuple[Service, date | None]]:
    """Return each version with the day on which the next begins."""
    ordered = sorted(versions, key=lambda each: each.desde)
    begins = [each.desde for each in ordered[1:]]
    return list(zip_longest(ordered, begins))


def _late(conn: Connection, office: Office, change: ServiceChange) -> str | None:
    """Return why the day is too early; None if it is not."""
    today = local_date(office.clock())
    if change.first is None or change.first > today:
        return None
    corrects = any(each.desde == change.first for each in change.before)
    if change.first == today and not corrects:
        return None
    if not (count := _past_acts(conn, office, change)):
        return None
    made = "1 ato já foi feito" if count == 1 else f"{count} atos já foram feitos"
    begin = f"{max(change.first, _FIRST_DAY):%d/%m/%Y}"
    if change.until is None or change.until > today:
        cure = (
            f"ponha o valor a partir de {today + timedelta(days=1):%d/%m/%Y}"
            if corrects
            else "ponha o valor de hoje em diante"
        )
    else:
        cure = "deixe esse tempo como está"
    said = f"{made} com o valor que valia desde {begin}: ele não muda mais"
    return f"{said}; {cure}, e retifique os selos que saíram errados"


def _refuse_past(conn: Connection, office: Office, change: ServiceChange) -> None:
    if fault := _late(conn, office, change):
        raise invalid_input("desde", fault)


def _lives(table: ServiceTable, name: str, day: date) -> bool:
    version = in_force(table.versions(name), day)
    return version is not None and not version.encerrado


def _flags(ato: AtoType) -> tuple[bool, ...]:
    return ato.so_retificador, ato.hibrido, ato.iss_a_parte


def _broken(error: ConfigError) -> Recusa:
    return Recusa(
        "estado-nao-permite",
        f"O arquivo da tabela tem um erro: {error}. Corrija-o, ou volte a uma versão anterior. Até lá vale a de antes.",
    )


def _unwritable(name: str, why: str) -> Recusa:
    return Recusa("estado-nao-permite", f"Nada foi gravado: {name} não se escreve daqui ({why}); {_BY_HAND}.")
