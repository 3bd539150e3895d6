"""The facts of a correição: all that is on record of one seal, one print or one act, for a judge (A6).

The subject is what belongs together: the seals of a document or an act with their retificadores and exclusions, its
prints, questions, sheets, the court's answers, and the entries of the log about them. Each count is bounded; what is
left out is counted. Reads alone.
"""

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView
from printserver.documents import normalize, normalize_sheet
from printserver.errors import Recusa
from printserver.office import Office, audit, proof
from printserver.search.log import rows_of

MOST_SEALS: Final = 120
MOST_PRINTS: Final = 40
MOST_ENTRIES: Final = 1_200
MOST_ANSWERS: Final = 60
_DIGITS: Final = re.compile(r"[0-9]+$")
ANSWER_CHARS: Final = 4_000
"""Above this length an answer of the court is cut to what it says of these seals."""

_s, _j, _l = db.selo.c, db.job.c, db.log.c

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class CourtAnswer:
    """An exchange with the court: the whole answer as it came, or the part about these seals (`cut`); its SHA-256."""

    linha: JsonView
    texto: str
    cut: bool
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log (as of `read_log`), the hash of the entry before it, and whether its own hash is right."""

    registro: JsonObject
    anterior: str
    right: bool


@dataclass(slots=True)
class Inspection:
    """What is on record. Lists are in the order in which things came to be; rows have their columns by name.

    `signers`: by code, the holder of the certificate that signed the seal; None: no certificate of the office.
    `pdfs`: by SHA-256, whether the stored PDF is whole; None: it is not kept any more. `left_out`: how many seals,
    prints and entries there are beyond those listed. `head` is the log's head, `N:HASH`; `kept`: the day and content
    of the newest head that was signed and stored outside the database.
    """

    seals: list[JsonView] = field(default_factory=list)
    signers: dict[str, str | None] = field(default_factory=dict)
    linked: dict[str, list[str]] = field(default_factory=dict)
    prints: list[JsonView] = field(default_factory=list)
    pdfs: dict[str, bool | None] = field(default_factory=dict)
    questions: list[JsonView] = field(default_factory=list)
    attempts: list[JsonView] = field(default_factory=list)
    pages: list[JsonView] = field(default_factory=list)
    sheets: list[JsonView] = field(default_factory=list)
    reports: list[JsonView] = field(default_factory=list)
    answers: list[CourtAnswer] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    head: str = ""
    kept: tuple[str, proof.Head] | None = None


def of_seal(office: Office, codigo: str) -> Inspection:
    """Return what is on record of a seal, its chain and its document. Raises `Recusa` `nao-encontrado`."""
    with office.db.snapshot() as conn:
        row = conn.execute(sa.select(_s.documento_id).where(_mine(office, _s), _s.codigo == codigo)).one_or_none()
        if row is None:
            raise Recusa("nao-encontrado", f"Não há selo com o código {codigo!r} nesta serventia.")
        where = _s.codigo.in_(_chain(conn, office, codigo))
        prints: Condition = sa.false()
        if row.documento_id is not None:
            where, prints = where | (_s.documento_id == row.documento_id), _j.documento_id == row.documento_id
        return _gather(conn, office, where, prints)


def of_print(office: Office, job_id: str) -> Inspection:
    """Return what is on record of a print: all prints and seals of its document. Raises `Recusa` `nao-encontrado`."""
    with office.db.snapshot() as conn:
        query = sa.select(_j.documento_id).where(_mine(office, _j), _j.id == job_id)
        document = conn.execute(query).scalar_one_or_none()
        if document is None:
            raise Recusa("nao-encontrado", f"Não há trabalho {job_id!r}.")
        return _gather(conn, office, _s.documento_id == document, _j.documento_id == document)


def of_act(office: Office, instrumento: str) -> Inspection:
    """Return what is on record of an instrumento or a record: livro, copies, certidões. Raises `nao-encontrado`."""
    key = normalize(instrumento)
    keys = [key, f"assento:{key}", f"processo:{key}"]
    table = db.instrumento.c
    with office.db.snapshot() as conn:
        query = sa.select(table.id, table.chave).where(_mine(office, table), table.chave.in_(keys))
        found = conn.execute(query).all()
        if not found:
            raise Recusa("nao-encontrado", f"Não há instrumento nem registro {instrumento!r} neste servidor.")
        ids = [row.id for row in found]
        about = [("instrumento", row.chave) for row in found]
        return _gather(conn, office, _s.instrumento_id.in_(ids), _j.instrumento_id.in_(ids), about)


def _dicts(conn: Connection, query: sa.Select[Any]) -> list[JsonView]:
    return [dict(row) for row in conn.execute(query).mappings()]


def _mine(office: Office, columns: Any) -> Condition:
    found: Condition = columns.serventia_id == office.serventia_id
    return found


def _chain(conn: Connection, office: Office, codigo: str) -> list[str]:
    """Return the codes of a seal's chain (R1)."""
    found = {codigo}
    for here, there in ((_s.codigo, _s.retifica), (_s.codigo, _s.retificado_por)):
        code: str | None = codigo
        while code is not None:
            found.add(code)
            code = conn.execute(sa.select(there).where(_mine(office, _s), here == code)).scalar_one_or_none()
            if code in found:
                break
    return sorted(found)


def _gather(
    conn: Connection, office: Office, seals: Condition, prints: Condition, about: Sequence[tuple[str, str]] = ()
) -> Inspection:
    found = Inspection(head=proof.point(conn, office.serventia_id))
    newest = _some(conn, office, db.selo, seals, _s.id, MOST_SEALS, found, "selos")
    found.seals = _with_retificadores(conn, office, newest)
    found.prints = _some(conn, office, db.job, prints, _j.n, MOST_PRINTS, found, "impressões")
    codes, ids = [each["codigo"] for each in found.seals], [each["id"] for each in found.prints]
    usados = proof.used_certificates(conn, office.serventia_id)
    for each in found.seals:
        signer = proof.signer(each, usados)
        found.signers[each["codigo"]] = signer.holder if signer is not None else None
    found.linked = _linked(conn, office, codes)
    found.pdfs = {sha: _is_whole(office.spool, sha) for each in found.prints if (sha := each["pdf_sha256"])}
    for table, listed in (
        (db.pergunta, found.questions),
        (db.tentativa, found.attempts),
        (db.pagina, found.pages),
        (db.papel, found.sheets),
    ):
        where = (_mine(office, table.c), table.c.job_id.in_(ids))
        listed.extend(_dicts(conn, sa.select(table).where(*where).order_by(table.c.id)))
    found.sheets = _as_printed(conn, office, found)
    out = db.outbox.c
    reports = sa.select(db.outbox).where(_mine(office, out), out.codigo.in_(codes))
    found.reports = _dicts(conn, reports.order_by(out.id))
    own = [*(("selo", code) for code in codes), *((kind, job_id) for job_id in ids for kind in _OF_PRINT), *about]
    found.entries = _entries(conn, office, own, found)
    found.answers = list(_answers(conn, office, found, codes))
    heads = [(path.stem, head) for path, head in proof.read_all(office.instance) if head is not None]
    found.kept = heads[-1] if heads else None
    return found


_OF_PRINT: Final = ("job", "pergunta", "pdf")


def _some(
    conn: Connection,
    office: Office,
    table: sa.Table,
    where: Condition,
    order: sa.ColumnElement[Any],
    most: int,
    found: Inspection,
    name: str,
) -> list[JsonView]:
    """Return the newest `most` rows, oldest first; the others are counted."""
    query = sa.select(table).where(_mine(office, table.c), where)
    rows = _dicts(conn, query.order_by(order.desc()).limit(most + 1))
    if len(rows) > most:
        total = conn.execute(sa.select(sa.func.count()).select_from(table).where(_mine(office, table.c), where))
        found.left_out[name] = int(total.scalar_one()) - most
    return list(reversed(rows[:most]))


def _with_retificadores(conn: Connection, office: Office, seals: list[JsonView]) -> list[JsonView]:
    """Return the seals and what rectified or excluded them, in the order in which they were made."""
    known = {each["codigo"]: each for each in seals}
    wanted = {each["retificado_por"] for each in seals} - known.keys() - {None}
    while wanted:
        query = sa.select(db.selo).where(_mine(office, _s), _s.codigo.in_(sorted(wanted)))
        fresh = {row["codigo"]: row for row in conn.execute(query).mappings()}
        known |= fresh
        wanted = {row["retificado_por"] for row in fresh.values()} - known.keys() - {None}
    return sorted(known.values(), key=lambda each: each["id"])


def _as_printed(conn: Connection, office: Office, found: Inspection) -> list[JsonView]:
    """Return the sheets with their numbers as they stand on the paper: rows have them as they are compared (X0)."""
    brought = [number for each in found.prints for number in each["pedido"].get("papel_seguranca") or ()]
    said = {normalize_sheet(number): number for number in brought}
    lots = db.papel_lote.c
    queues = {each["fila"] for each in found.sheets} - {None}
    known = _dicts(conn, sa.select(db.papel_lote).where(_mine(office, lots), lots.fila.in_(queues)))
    for each in found.sheets:
        digits = _DIGITS.search(each["numero"])
        number = int(digits[0]) if digits else -1
        for lot in known:
            printed = f"{lot['prefixo']}{number:0{lot['algarismos']}}"
            if lot["de"] <= number <= lot["ate"] and normalize_sheet(printed) == each["numero"]:
                said.setdefault(each["numero"], printed)
    return [{**each, "numero": said.get(each["numero"], each["numero"])} for each in found.sheets]


def _linked(conn: Connection, office: Office, codes: Collection[str]) -> dict[str, list[str]]:
    """Return the vinculados of each vinculador."""
    query = sa.select(_s.vinculador, _s.codigo).where(_mine(office, _s), _s.vinculador.in_(list(codes)))
    found: dict[str, list[str]] = {}
    for row in conn.execute(query.order_by(_s.id).limit(MOST_ENTRIES)):
        found.setdefault(row.vinculador, []).append(row.codigo)
    return found


def _is_whole(folder: Path, sha256: str) -> bool | None:
    try:
        content = (folder / sha256[:2] / f"{sha256}.pdf").read_bytes()
    except OSError:
        return None
    return hashlib.sha256(content).hexdigest() == sha256


def _entries(conn: Connection, office: Office, objects: Sequence[tuple[str, str]], found: Inspection) -> list[Entry]:
    by_kind: dict[str, list[str]] = {}
    for kind, name in objects:
        by_kind.setdefault(kind, []).append(name)
    keys: list[int] = []
    for kind, names in by_kind.items():
        query = sa.select(_l.n).where(_mine(office, _l), _l.objeto == kind, _l.objeto_id.in_(names))
        keys += conn.execute(query).scalars()
    keys.sort()
    if len(keys) > MOST_ENTRIES:
        found.left_out["registros"] = len(keys) - MOST_ENTRIES
        keys = keys[-MOST_ENTRIES:]
    before = [n - 1 for n in keys]
    previous = sa.select(_l.n, _l.hash).where(_mine(office, _l), _l.n.in_(before))
    hashes = {row.n: row.hash for row in conn.execute(previous)} | {0: audit.GENESIS}
    right = audit.hashes_right(conn, office.serventia_id, keys)
    rows = rows_of(conn, office.serventia_id, keys)
    return [Entry(row, hashes.get(row["n"] - 1, ""), row["n"] in right) for row in rows]


def _answers(conn: Connection, office: Office, found: Inspection, codes: Collection[str]) -> Iterator[CourtAnswer]:
    """Yield the exchanges that settled the reports, with the court's answers as they came."""
    numbers = {each["comunicacao_id"] for each in found.reports}
    for entry in found.entries:
        what = entry.registro["detalhe"]
        numbers.add(what.get("comunicacao") if isinstance(what, dict) else None)
    wanted = sorted(number for number in numbers if isinstance(number, int))
    if len(wanted) > MOST_ANSWERS:
        found.left_out["respostas do tribunal"] = len(wanted) - MOST_ANSWERS
        wanted = wanted[-MOST_ANSWERS:]
    table = db.comunicacao
    query = sa.select(table).where(_mine(office, table.c), table.c.id.in_(wanted)).order_by(table.c.id)
    for row in _dicts(conn, query):
        whole = row["resposta"] or ""
        text = excerpt(whole, codes)
        digest = hashlib.sha256(whole.encode()).hexdigest() if whole else None
        yield CourtAnswer(row, text, text != whole, digest)


def excerpt(answer: str, codes: Collection[str], most: int = ANSWER_CHARS) -> str:
    """Return an answer of the court, or what it says of these seals if it is longer than `most` characters."""
    if len(answer) <= most:
        return answer
    try:
        parts = [json.dumps(item, ensure_ascii=False) for item in _items(json.loads(answer), frozenset(codes))]
    except (ValueError, RecursionError):
        parts = []
        for code in codes:
            if (at := answer.find(code)) >= 0:
                parts.append(answer[max(0, at - 200) : at + 400])
    return "\n".join(parts)[:most] or answer[:most]


def _items(value: object, codes: frozenset[str]) -> Iterator[object]:
    """Yield the innermost objects that name one of the codes."""
    if isinstance(value, list):
        for item in value:
            yield from _items(item, codes)
    elif isinstance(value, dict):
        if any(isinstance(item, str) and item in codes for item in value.values()):
            yield value
        else:
            for item in value.values():
                yield from _items(item, codes)
