"""Compares the office's seals of a period with the court's list: equal, missing on one side, or different.

A seal that is pending at the court or was refused does not count as missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated, Final, Literal, TypeVar

import sqlalchemy as sa
from pydantic import Discriminator, Tag, WithJsonSchema
from sqlalchemy.engine import Connection

from printserver import court, db
from printserver.common.data import JsonObject, JsonView
from printserver.documents import TAG_PREFIX, Data, RequestModel, read
from printserver.errors import Recusa, invalid_input
from printserver.office import Author, Office, acting, people
from printserver.search.court_list import (
    CourtList,
    Item,
    from_court,
    from_file,
    normalize_identifier,
)
from printserver.search.filters import conditions
from printserver.search.results import SearchRow, all_rows
from printserver.selo import COMPONENTS, split_registro

CONFORMS, DIFFERS = "conforme", "difere"
MISSING_THERE, MISSING_HERE = "nao-consta-la", "nao-consta-aqui"
PENDING, REFUSED = "pendente", "recusado"
RESULTS: Final = (CONFORMS, DIFFERS, MISSING_THERE, MISSING_HERE, PENDING, REFUSED)
MAX_DAYS: Final = 92
MAX_SHOWN: Final = 5_000
WAIT_SECONDS: Final = 30.0  # for the whole list
_BATCH: Final = 500
_s = db.selo.c
T = TypeVar("T")


class Arquivo(RequestModel):
    """A court's list in a file."""

    formato: Literal["csv", "json"]
    conteudo: Annotated[
        Annotated[str, Tag(f"{TAG_PREFIX}texto")] | Annotated[bytes, Tag(f"{TAG_PREFIX}bytes")],
        Discriminator(lambda data: TAG_PREFIX + ("bytes" if isinstance(data, bytes) else "texto")),  # an uploaded file
        WithJsonSchema({"type": "string"}),
    ]


class Pedido(RequestModel):
    """`POST /selos/comparacao`. Without `lista` the list is requested from the court."""

    de: Data
    ate: Data
    lista: Arquivo | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result: the count of each of `RESULTS`, and the seals that do not conform, up to `MAX_SHOWN`."""

    de: date
    ate: date
    fonte: str
    resumo: Mapping[str, int]
    itens: Sequence[JsonView]
    ignored: Sequence[str]

    def as_json(self) -> JsonObject:
        """Return it in the contract's form."""
        unlike = sum(self.resumo.values()) - self.resumo[CONFORMS]
        return {
            "de": self.de.isoformat(),
            "ate": self.ate.isoformat(),
            "fonte": self.fonte,
            "resumo": dict(self.resumo),
            "itens": list(self.itens),
            "nao_mostrados": unlike - len(self.itens),
            "colunas_ignoradas": list(self.ignored),
        }


def compare_lists(office: Office, author: Author, data: object) -> Comparison:
    """Compare the seals of acts from `de` to `ate` with the court's list, or the given one.

    The comparison is logged (A3). Raises `Recusa` `entrada-invalida` (more than 92 days, an unreadable list, no court
    configured), `tribunal-nao-responde`, `servidor-ocupado`, `sem-permissao`.
    """
    people.require_right(author, "selos")
    asked = read(Pedido, data)
    de, ate, file = asked.de, asked.ate, asked.lista
    if ate < de:
        raise invalid_input("ate", "o último dia vem antes do primeiro")
    if (ate - de).days >= MAX_DAYS:
        raise invalid_input("ate", f"no máximo {MAX_DAYS} dias de cada vez")
    if not office.listeners.acquire(blocking=False):
        raise Recusa("servidor-ocupado", "Já há muitas esperas em andamento: tente de novo.")
    try:
        since = office.clock()
        listed = _ask_court(office, de, ate) if file is None else from_file(file.formato, file.conteudo)
        counts = dict.fromkeys(RESULTS, 0)
        shown: list[JsonView] = []
        for each in _each_result(office, de, ate, listed, since):
            counts[each["resultado"]] += 1
            if each["resultado"] != CONFORMS and len(shown) < MAX_SHOWN:
                shown.append(each)
    finally:
        office.listeners.release()
    source = "tribunal" if file is None else "arquivo"
    done = Comparison(de, ate, source, counts, shown, listed.ignored)
    what = {"de": str(de), "ate": str(ate), "fonte": source, "resumo": counts}
    with acting(office, author) as act:
        act.log("tribunal", "comparacao", "feita", what)
    return done


def codes_of_court(office: Office, de: date, ate: date, file: Arquivo | None = None) -> set[str]:
    """Return the codes in the court's list of acts from `de` to `ate`, or in the given one.

    Raises `Recusa` `entrada-invalida` (an unreadable list, a seal of another office, no court configured),
    `tribunal-nao-responde`.
    """
    found: set[str] = set()
    if file is not None:
        found = set(from_file(file.formato, file.conteudo).itens)
    while file is None and de <= ate:
        last = min(ate, de + timedelta(days=MAX_DAYS - 1))
        found |= set(_ask_court(office, de, last).itens)
        de = last + timedelta(days=1)
    if foreign := sorted(code for code in found if not code.startswith(office.cns)):
        raise invalid_input("lista", f"o selo {foreign[0]} é de outra serventia: esta é a de CNS {office.cns}")
    return found


def _ask_court(office: Office, de: date, ate: date) -> CourtList:
    settings = office.settings.tribunal
    if not settings.url:
        raise invalid_input("lista", "esta serventia não tem o endereço do tribunal: carregue a lista de um arquivo")
    transport = court.HttpTransport(settings, office.certificado, office.instance)
    return from_court(court.request_listing(transport, de, ate, min(WAIT_SECONDS, 3 * settings.espera_s)))


def _each_result(office: Office, de: date, ate: date, listed: CourtList, since: datetime) -> Iterator[JsonObject]:
    """Yield every seal of either side with its result: first the office's, then those only in the list."""
    left = dict(listed.itens)
    period = conditions(office, {"de": de.isoformat(), "ate": ate.isoformat()})
    for rows in _in_batches(all_rows(office, period)):
        yield from _pair(office, rows, left, since)
    for codes in _in_batches(sorted(left)):
        with office.db.read() as conn:
            where = (*conditions(office, {}), _s.codigo.in_(codes))
            found = list(conn.execute(sa.select(db.selo).where(*where)).mappings())
        yield from _pair(office, found, left, since)
    for code in sorted(left):
        yield _result(code, MISSING_HERE, None)


def _in_batches(many: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(many)
    while some := list(islice(rest, _BATCH)):
        yield some


def _pair(office: Office, rows: Sequence[SearchRow], left: dict[str, Item], since: datetime) -> Iterator[JsonObject]:
    """Yield the office's seals with their results, removing the listed ones from `left`."""
    with office.db.read() as conn:
        links = _vinculos(conn, office, [row["codigo"] for row in rows])
    for row in rows:
        item = left.pop(row["codigo"], None)
        if item is None:
            yield _result(row["codigo"], _absence(row, since), row)
        else:
            unlike = _differences(row, item, links.get(row["codigo"], {}))
            yield _result(row["codigo"], DIFFERS if unlike else CONFORMS, row, unlike)


def _absence(row: SearchRow, since: datetime) -> str:
    """Return the result for an unlisted seal: missing, or not accepted by the court at the time of the request."""
    if row["comunicado_em"] is not None:
        return MISSING_THERE if row["comunicado_em"] <= since else PENDING
    return PENDING if row["estado"] == court.REPORT_PENDING else REFUSED


def _result(codigo: str, resultado: str, row: SearchRow | None, fields: Sequence[Mapping[str, str]] = ()) -> JsonObject:
    return {
        "codigo": codigo,
        "resultado": resultado,
        "estado": row["estado"] if row else None,
        "data": row["dia"].isoformat() if row else None,
        "campos": list(fields),
    }


def _differences(row: SearchRow, item: Item, links: Mapping[str, bool]) -> list[dict[str, str]]:
    """Return the listed fields that differ from the office's, with both values."""
    ours = _ours(row)
    unlike = []
    for name, theirs in item.campos.items():
        if name == "registro":
            unlike += _no_registro(row["registro"], theirs)
        elif name == "vinculador":
            if theirs not in links and not (theirs == "" and not any(links.values())):
                unlike.append(_side_by_side(name, ", ".join(code for code, has in links.items() if has), theirs))
        elif ours[name] != theirs:
            unlike.append(_side_by_side(name, ours[name], theirs))
    return unlike


def _ours(row: SearchRow) -> dict[str, str]:
    return {
        "ato": row["ato"],
        "data": row["dia"].isoformat(),
        "identificador": normalize_identifier(row["identificador"]),
        "retifica": row["retifica"] or "",
        "total_centavos": str(row["total_centavos"]),
        "iss_centavos": str(row["iss_centavos"]),
        **{f"emolumentos_{name}_centavos": str(row["emolumentos"][name]) for name in COMPONENTS},
    }


def _no_registro(ours: str, theirs: str) -> list[dict[str, str]]:
    """Return the differences between two registros do ato, field by field (S6)."""
    if ours == theirs:
        return []
    here, there = split_registro(ours), split_registro(theirs)
    if here is None or there is None:
        return [_side_by_side("registro", ours, theirs)]
    money = {*COMPONENTS, "total"}
    return [
        _side_by_side(f"{name}_centavos" if name in money else name, here[name], there[name])
        for name in here
        if here[name] != there[name]
    ]


def _side_by_side(field: str, aqui: str, la: str) -> dict[str, str]:
    return {"campo": field, "aqui": aqui, "la": la}


def _vinculos(conn: Connection, office: Office, codes: Sequence[str]) -> dict[str, dict[str, bool]]:
    """Return for each seal the vinculadores of its links in the outbox, and whether the court accepted each (R4)."""
    out = db.outbox
    query = sa.select(out.c.codigo, out.c.alvo, out.c.estado, out.c.fim_em).where(
        out.c.serventia_id == office.serventia_id, out.c.codigo.in_(codes), out.c.tipo == "vinculo"
    )
    found: dict[str, dict[str, bool]] = {}
    for row in conn.execute(query):
        if row.estado == "aceito" or row.fim_em is None:
            found.setdefault(row.codigo, {})[row.alvo] = row.estado == "aceito"
    return found
