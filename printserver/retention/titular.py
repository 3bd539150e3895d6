"""What is held of one person, found by CPF: the answer to a titular (LGPD, art. 18; CNN 98).

It says where the CPF stands and until when that is kept. It never quotes a document: the acervo is seen by certidão.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.documents import KINDS, cpf_check_digits
from printserver.documents import title as title_of
from printserver.errors import ConfigError
from printserver.office import Office, acting
from printserver.retention import named

_AT_ONCE: Final = 50  # rows that may hold a whole text

# What the columns of a table are, for a person; tables that are not named here are `other`.
_MEANT: Final[Mapping[str, str]] = {
    "job": "dados do pedido de impressão",
    "corpo": "texto do documento",
    "nome": "título e nomes, para achar o documento",
    "instrumento": "minuta e dados do assento, para as certidões dele",
    "pergunta": "pergunta sobre uma reimpressão",
    "pedido_crc": "certidão para a central nacional",
    "retirada": "quem retirou uma certidão",
    "selo": "registro do selo",
    "comunicacao": "comunicação com o tribunal",
    "outbox": "comunicação com o tribunal",
    "log": "registro do que foi feito (auditoria)",
}
_OTHER: Final = "outro registro"
_TIMES: Final = ("criado_em", "criada_em", "quando", "inicio", "desde", "aberta_em")


@dataclass(frozen=True, slots=True)
class Held:
    """One place where the CPF stands.

    `o_que` (Portuguese) is what is held, `campos` the fields, `documento` and `tipo` of the print it belongs to, if it
    is of one. `desde`, `ate`: days (ISO); `ate` None: no term. `removido`: text and PDF were removed already.
    """

    o_que: str
    tabela: str
    campos: tuple[str, ...]
    documento: str | None
    tipo: str | None
    desde: str | None
    ate: str | None
    removido: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is held of the person with this CPF, masked, as of `quando`."""

    cpf: str
    quando: datetime
    itens: Sequence[Held]


def parse_cpf(text: str) -> str:
    """Return the 11 digits of a CPF, written with or without points. Raises `ConfigError`."""
    digits = re.sub(r"[.\-/\s]", "", text)
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
        raise ConfigError(f"{text!r} não é um CPF: são 11 algarismos, com ou sem pontos")
    if cpf_check_digits(digits[:9]) != digits[9:]:
        raise ConfigError(f"{text!r} não é um CPF: os dois últimos algarismos não conferem")
    return digits


def masked(digits: str) -> str:
    """Return a CPF as it may stand in a log: without its first and last digits."""
    return f"***.{digits[3:6]}.{digits[6:9]}-**"


def find_titular(office: Office, digits: str, who: str) -> Answer:
    """Return what is held of the person with that CPF. The look-up is on record, under `who` (A1)."""
    now = office.clock()
    with office.db.snapshot() as conn:
        found = tuple(_find(conn, office, digits))
    with acting(office, now=now) as act:
        what = {"achados": len(found), "quem_pediu": who}
        act.log("titular", masked(digits), "consultado", what)
    return Answer(masked(digits), now, found)


def _find(conn: Connection, office: Office, digits: str) -> Iterator[Held]:
    written = _written(digits)
    texts: list[str] = []
    for table in db.metadata.sorted_tables:
        if "serventia_id" not in table.c:
            continue
        for row, fields in _rows(conn, office.serventia_id, table, digits, written):
            if table is db.corpo:
                texts.append(row["sha256"])
            else:
                yield _held(conn, office, table, row, fields)
    yield from _of_texts(conn, office, texts)


def _written(digits: str) -> re.Pattern[str]:
    """Return the pattern of a CPF in a text, with and without points, and of no longer number."""
    first, second, third, last = digits[:3], digits[3:6], digits[6:9], digits[9:]
    return re.compile(rf"(?<!\d){first}[.\s]?{second}[.\s]?{third}[-./\s]?{last}(?!\d)")


def _rows(
    conn: Connection, serventia_id: int, table: sa.Table, digits: str, written: re.Pattern[str]
) -> Iterator[tuple[sa.RowMapping, tuple[str, ...]]]:
    """Yield the rows of a table in which the CPF stands, with the columns."""
    kept = [column for column in table.c if isinstance(column.type, sa.Text | sa.JSON)]
    if not kept:
        return
    about = "%" + "%".join((digits[:3], digits[3:6], digits[6:9], digits[9:])) + "%"  # the few that are looked at
    texts = {column.name: sa.cast(column, sa.Text) for column in kept}
    others = [column for column in table.c if column not in set(kept)]
    query = sa.select(*others, *(text.label(f"texto_{name}") for name, text in texts.items())).where(
        table.c.serventia_id == serventia_id, sa.or_(*(text.like(about) for text in texts.values()))
    )
    for row in conn.execute(query.execution_options(yield_per=_AT_ONCE)).mappings():
        found = tuple(name for name in texts if written.search(row[f"texto_{name}"] or ""))
        if found:
            yield row, found


def _held(conn: Connection, office: Office, table: sa.Table, row: sa.RowMapping, fields: tuple[str, ...]) -> Held:
    its = _print_of(conn, office.serventia_id, table, row)
    what = _MEANT.get(table.name, _OTHER)
    if its is not None:
        return _of_print(office, what, table.name, fields, its)
    since = next((row[name] for name in _TIMES if isinstance(row.get(name), datetime)), None)
    day = local_date(since).isoformat() if since is not None else None
    return Held(what, table.name, fields, None, None, day, None, removido=False)


def _print_of(conn: Connection, serventia_id: int, table: sa.Table, row: sa.RowMapping) -> sa.RowMapping | None:
    """Return the newest print that a row belongs to; None if it is of none."""
    job = db.job.c
    if table is db.job:
        which = job.n == row["n"]
    elif table is db.instrumento:
        which = job.instrumento_id == row["id"]
    elif row.get("job_id"):
        which = job.id == row["job_id"]
    elif row.get("documento_id"):
        which = job.documento_id == row["documento_id"]
    else:
        return None
    query = _prints(serventia_id).where(which).order_by(job.n.desc()).limit(1)
    return conn.execute(query).mappings().one_or_none()


def _prints(serventia_id: int) -> sa.Select[Any]:
    job = db.job.c
    return sa.select(job.tipo, job.campos, job.criado_em, job.removido_em).where(job.serventia_id == serventia_id)


def _of_texts(conn: Connection, office: Office, texts: Sequence[str]) -> Iterator[Held]:
    """Yield the prints whose text has the CPF."""
    job = db.job.c
    for digest in texts:
        names_it = sa.or_(*(sa.cast(job[name], sa.Text).like(f"%{digest}%") for name in named.WITH_BODIES))
        for its in conn.execute(_prints(office.serventia_id).where(names_it).order_by(job.n)).mappings():
            yield _of_print(office, _MEANT["corpo"], "corpo", ("conteudo",), its)


def _of_print(office: Office, what: str, table: str, fields: tuple[str, ...], its: sa.RowMapping) -> Held:
    days = office.settings.prazos.of(its["tipo"]) if table == "corpo" else 0
    since = local_date(its["criado_em"])
    until = (since + timedelta(days=days)).isoformat() if days else None
    kind = KINDS[its["tipo"]].name
    gone = its["removido_em"] is not None
    return Held(what, table, fields, title_of(its["campos"]), kind, since.isoformat(), until, removido=gone)
