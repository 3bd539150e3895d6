"""Brings the rows that only the mirror has back into the restored database, each on record (B3).

Rows keep their ids: nothing else was made since the copy, because a restored office makes nothing. A print comes back
without its PDF, which is made again when it is wanted.
"""

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView
from printserver.copies.read_mirror import Lost
from printserver.ledger import HELD, MOVING, UNCERTAIN, questions
from printserver.office import JOB, SELO, Act, change_proof, evidence, mirror_lines

_TEXT: Final = "recuperado do espelho: foi feito depois da cópia"
# Columns of a seal that may change; all others of one that is there already are the same (A6).
_SEAL_CHANGES: Final = ("estado", "vivo", "vinculador", "retificado_por", "comunicado_em")
_JOB_PROVED: Final = ("viva", "desatualizado", "substituido_por", "pdf_sha256", "fila", "bandeja")


def bring_back(act: Act, lost: Lost) -> dict[str, int]:
    """Insert or update the rows of `lost`; return how many seals and prints came back or changed."""
    held = {row["id"] for row in _rows(lost, db.job) if row["estado"] in HELD}
    counts = {"selos": 0, "impressoes": 0}
    for table in mirror_lines.TABLES:
        rows = [row for row in _rows(lost, table) if row.get("job_id" if table is not db.job else "id") not in held]
        changed, new = _split(act.conn, table, rows)
        for row, before in changed:
            counts["selos"] += table is db.selo and _update_seal(act, row, before)
            counts["impressoes"] += table is db.job and _update_job(act, row, before)
            if table not in (db.selo, db.job):
                _update(act.conn, table, row, [name for name in row if row[name] != before[name]])
        for row in new:
            _insert(act, table, row)
            counts["selos"] += table is db.selo
            counts["impressoes"] += table is db.job
    _restart_ids(act.conn, act.office.serventia_id)
    return counts


def _rows(lost: Lost, table: sa.Table) -> list[JsonObject]:
    return list(lost.rows.get(table.name, {}).values())


def _split(
    conn: Connection, table: sa.Table, rows: Iterable[JsonObject]
) -> tuple[list[tuple[JsonObject, JsonView]], list[JsonObject]]:
    """Return the rows that are there in another state, with that state, and those that are not there."""
    changed: list[tuple[JsonObject, JsonView]] = []
    new: list[JsonObject] = []
    keys = list(table.primary_key.columns)
    for row in rows:
        same = [column == row[column.name] for column in (table.c.serventia_id, *keys)]
        before = conn.execute(sa.select(table).where(*same)).mappings().one_or_none()
        if before is None:
            new.append(row)
        elif any(before[name] != value for name, value in row.items()):
            changed.append((row, dict(before)))
    return changed, new


def _insert(act: Act, table: sa.Table, row: JsonObject) -> None:
    if table is db.job:
        row |= {"dono": None, "posse_ate": None}
        key = row["chave_id"]
        if key is not None and not _there(act.conn, db.this_row(db.chave_api, act.office.serventia_id, key)):
            row["chave_id"] = None  # made after the copy: the key is gone, the print is not
    act.conn.execute(sa.insert(table).values(**row))
    if table is db.selo:
        values = {name: row[name] for name in _SEAL_CHANGES if name != "estado"}
        act.log(
            "selo", row["codigo"], row["estado"], {"texto": _TEXT, "job": row["job_id"]}, evidence(SELO, row, **values)
        )
    if table is db.job:
        values = {name: row[name] for name in _JOB_PROVED}
        act.log("job", row["id"], row["estado"], {"texto": _TEXT}, evidence(JOB, row, **values))


def _there(conn: Connection, condition: sa.ColumnElement[bool]) -> bool:
    return conn.execute(sa.select(sa.exists().where(condition))).scalar_one()


def _update_seal(act: Act, row: JsonView, before: JsonView) -> bool:
    names = [name for name in _SEAL_CHANGES if row[name] != before[name]]
    if names:
        _update(act.conn, db.selo, row, names)
        proof = change_proof(**{name: row[name] for name in names if name != "estado"})
        act.log("selo", row["codigo"], row["estado"], {"texto": _TEXT}, proof)
    return bool(names)


def _update_job(act: Act, row: JsonObject, before: JsonView) -> bool:
    """Take a print's later state. One that is *incerto* since the restore and was on its way then stays so."""
    row |= {"dono": None, "posse_ate": None}
    moving = row["estado"] in MOVING and not row["encerrado"]
    if moving and before["estado"] == UNCERTAIN:
        row |= {name: before[name] for name in ("estado", "encerrado", "vence_em")}
    names = [name for name in row if row[name] != before[name]]
    if not names:
        return False
    _update(act.conn, db.job, row, names)
    if not moving:
        _close_question(act, row["id"])
    was_held = before["carimbo"] is None and row["carimbo"] is not None  # sealed after the copy: its proof is new
    values = {name: row[name] for name in _JOB_PROVED if was_held or name in names}
    proof = evidence(JOB, row, **values) if was_held else change_proof(**values)
    act.log("job", row["id"], row["estado"], {"texto": _TEXT}, proof)
    return True


def _close_question(act: Act, job_id: str) -> None:
    """Close the question about the sheets that the restore asked: the mirror knows what came out."""
    table = db.pergunta
    mine = (table.c.serventia_id == act.office.serventia_id, table.c.job_id == job_id, table.c.estado == "aberta")
    for row in act.conn.execute(sa.select(table).where(*mine)).mappings().all():
        act.add(questions.end(act.conn, row, "substituida"))


def _update(conn: Connection, table: sa.Table, row: JsonView, names: Iterable[str]) -> None:
    values: dict[str, Any] = {name: row[name] for name in names}
    if values:
        same = [column == row[column.name] for column in (table.c.serventia_id, *table.primary_key.columns)]
        conn.execute(sa.update(table).where(*same).values(**values))


def _restart_ids(conn: Connection, serventia_id: int) -> None:
    """Have PostgreSQL count on from the ids that came back; SQLite does so by itself."""
    if conn.dialect.name != "postgresql":
        return
    for table in mirror_lines.TABLES:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                highest = sa.select(sa.func.max(column)).where(table.c.serventia_id == serventia_id).scalar_subquery()
                counter = sa.func.pg_get_serial_sequence(table.name, column.name)
                conn.execute(sa.select(sa.func.setval(counter, sa.func.coalesce(highest, 1))))
