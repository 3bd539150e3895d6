"""An office with as many seals as years of work make: one real print, multiplied, with its log and a chain that holds.

All rows are as the program wrote those of the one print, with other keys, numbers and times; the evidence in the log is
that of each row (A6). The signatures are those of the first seal, so `auditoria verificar` counts a fault for each.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench import deed as deeds
from bench import office as offices
from printserver import db, jobs
from printserver.db import Database
from printserver.office import JOB, SELO, Author, LogEntry, Office, audit, change_proof, evidence, people
from printserver.selo import assemble_code
from printserver.server.engine import Engine

SEALS_A_PRINT: Final = 5
_PRINTS_A_DAY: Final = 140
_AT_ONCE: Final = 500  # prints of one INSERT
_COMMIT: Final = 20  # of those
_PDF_BYTES: Final = 88_000  # as a certidão of one page has

Row = dict[str, Any]


def key(office: Office) -> Author:
    """Return a program with every right."""
    return Author(office.serventia_id, None, "programa", None, None, frozenset(people.RIGHTS), None)


def document(number: int) -> Row:
    """Return the body of a print with one seal."""
    body = {"formato": "texto", "conteudo": "CERTIFICO que o ato consta do livro."}
    found = {"tipo": "certidao", "pedido": f"2026/{number:06}", "corpo": body, "isento": True}
    return {"documento": found | {"motivo_isencao": "beneficiário da justiça gratuita"}, "escrevente": offices.CLERK}


def make(folder: Path, database: str = "", cns: str = deeds.CNS) -> offices.MeasuredOffice:
    """Create an office that has one print, on paper that is a folder in its own."""
    made = offices.make(folder, database, cns)
    with offices.opened(made) as office:
        with office.db.write() as conn:
            (folder / "saida").mkdir(exist_ok=True)
            mine = db.fila.c.serventia_id == office.serventia_id
            conn.execute(sa.update(db.fila).where(mine).values(tipo="pasta", destino=str(folder.absolute() / "saida")))
        jobs.accept(office, key(office), document(0), "doc-0")
        engine = Engine(office)
        while engine.run_once():
            pass
    return made


def fill(office: Office, seals: int, pattern: Office | None = None) -> None:
    """Multiply the one print, of this office or of the office `pattern`, until there are `seals` seals more."""
    prints = seals // SEALS_A_PRINT
    of_print = _Pattern.read(pattern or office, office)
    with _quickly(office.db):
        for start in range(0, prints, _AT_ONCE * _COMMIT):
            with office.db.write() as conn:
                for first in range(start, min(start + _AT_ONCE * _COMMIT, prints), _AT_ONCE):
                    _put(conn, office, of_print, range(first, min(first + _AT_ONCE, prints)), prints)
        with office.db.write() as conn:
            mine = db.sequencia.c.serventia_id == office.serventia_id
            conn.execute(sa.update(db.sequencia).where(mine).values(proximo=prints * SEALS_A_PRINT + 1000))
    if office.db.sqlite:
        _checkpoint(office.db)


def fill_spool(spool: Path, count: int) -> int:
    """Put `count` files as long as a PDF of one page into the spool, named by their hash; return their bytes."""
    block = os.urandom(_PDF_BYTES - 8)  # PDFs are compressed already
    for n in range(count):
        content = n.to_bytes(8, "big") + block[n % 4096 :] + block[: n % 4096]
        name = sha256(content).hexdigest()
        (spool / name[:2]).mkdir(exist_ok=True)
        (spool / name[:2] / f"{name}.pdf").write_bytes(content)
    return count * _PDF_BYTES


@dataclass(frozen=True, slots=True)
class _Pattern:
    """The rows of the one print."""

    documento: Row
    job: Row
    selo: Row
    tentativa: Row
    outbox: Row
    cns: str

    @classmethod
    def read(cls, of: Office, office: Office) -> "_Pattern":
        """Return the rows of the print of the office `of`, as rows of `office`."""
        mine = {"serventia_id": office.serventia_id}
        found = []
        with of.db.read() as conn:
            for table in _TABLES.values():
                query = sa.select(table).where(table.c.serventia_id == of.serventia_id).limit(1)
                found.append(dict(conn.execute(query).mappings().one()) | mine)
        found[1]["chave_id"] = None  # the key is of that office
        return cls(*found, cns=office.cns)


def _put(conn: sa.Connection, office: Office, pattern: _Pattern, numbers: range, prints: int) -> None:
    """Insert some prints with all their rows, and their entries."""
    rows: dict[str, list[Row]] = {name: [] for name in ("documento", "job", "selo", "tentativa", "outbox")}
    entries: list[LogEntry] = []
    now = office.clock()
    # Rows of other offices in the same database have numbers too.
    base = 10 + office.serventia_id * 10_000_000
    for n in numbers:
        moment = now - timedelta(days=1 + (prints - n) // _PRINTS_A_DAY, seconds=n % _PRINTS_A_DAY)
        _print(rows, entries, pattern, n, base, moment)
    for name, table in _TABLES.items():
        conn.execute(sa.insert(table), rows[name])
    audit.write(conn, office.serventia_id, now, entries)


_TABLES: Final = {
    "documento": db.documento,
    "job": db.job,
    "selo": db.selo,
    "tentativa": db.tentativa,
    "outbox": db.outbox,
}


def _print(
    rows: dict[str, list[Row]], entries: list[LogEntry], pattern: _Pattern, n: int, base: int, moment: datetime
) -> None:
    """Add the rows and entries of one print."""
    number, job_id = base + n, sha256(f"{pattern.cns}:{base + n}".encode()).hexdigest()[:32]
    rows["documento"].append(pattern.documento | {"id": number, "chave": f"certidao:2022/{n}:1"})
    job = pattern.job | {"n": number, "id": job_id, "documento_id": number, "criado_em": moment}
    rows["job"].append(job)
    rows["tentativa"].append(
        pattern.tentativa | {"id": number, "job_id": job_id, "criada_em": moment, "fim_em": moment}
    )
    codes = []
    for order in range(SEALS_A_PRINT):
        at = n * SEALS_A_PRINT + order
        code = str(assemble_code(pattern.cns, 1, "CE", f"{at + 2:013}", 26))
        seal = pattern.selo | {
            "id": base + at,
            "codigo": code,
            **{name: code[part] for name, part in db.PARTS_OF_CODE.items()},
            "job_id": job_id,
            "documento_id": number,
            "ordem": order,
            "principal": order == 0,
            "estado": "comunicado",
            "comunicado_em": moment,
            "momento": moment,
            "dia": moment.date(),
            "criado_em": moment,
        }
        rows["selo"].append(seal)
        done = {"estado": "aceito", "vence_em": None, "fim_em": moment, "criado_em": moment, "prazo": moment}
        rows["outbox"].append(pattern.outbox | {"id": base + at, "codigo": code, **done})
        told = {"ato": "CE", "total_centavos": 0, "job": job_id}
        entries.append(
            LogEntry("selo", code, "comunicação pendente", offices.CLERK, "programa", None, told, evidence(SELO, seal))
        )
        codes.append(code)
    asked = {"documento": f"certidao:2022/{n}:1", "paginas": 1, "selos": codes}
    proof = evidence(JOB, job, viva=job["viva"], fila=job["fila"])
    entries.append(LogEntry("job", job_id, "aceito", offices.CLERK, "programa", None, asked, proof))
    made = change_proof(pdf_sha256=job["pdf_sha256"])
    entries.append(LogEntry("job", job_id, "renderizado", prova=made))
    entries += [LogEntry("job", job_id, state, detalhe={"fila": job["fila"]}) for state in ("entregue", "impresso")]
    sent = change_proof(comunicado_em=moment)
    entries += [
        LogEntry("selo", code, "comunicado", sistema="tribunal", detalhe={"comunicacao": 1}, prova=sent)
        for code in codes
    ]


@contextmanager
def _quickly(database: Database) -> Iterator[None]:
    """On SQLite, do without indexes and syncs meanwhile: ten times as fast."""
    if not database.sqlite:
        yield
        return
    names = ", ".join(f"'{name}'" for name in (*_TABLES, "log"))
    made = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ({names}) AND sql IS NOT NULL"
    unique = " AND sql NOT LIKE 'CREATE UNIQUE%'"
    with database.engine.connect() as conn:
        raw: Any = conn.connection.cursor()
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-400000")
        indexes = raw.execute(made + unique).fetchall()
        for name, _sql in indexes:
            raw.execute(f"DROP INDEX {name}")
    yield
    with database.engine.connect() as conn:
        raw = conn.connection.cursor()
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-400000")
        for _name, sql in indexes:
            raw.execute(sql)


def _checkpoint(database: Database) -> None:
    """Move the write-ahead log into the database's file."""
    with database.engine.connect() as conn:
        cursor: Any = conn.connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def database_mb(folder: Path) -> float:
    """Return the size of an office's SQLite file in MB."""
    return (folder / "printserver.db").stat().st_size / 1e6
