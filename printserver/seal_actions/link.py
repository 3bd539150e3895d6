"""Links by hand: one vinculador, many vinculados; each goes to the court when it has both (R4, R5)."""

from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import CodigoDoSelo, RequestModel, Text, read
from printserver.errors import invalid_input
from printserver.ledger import seals
from printserver.office import Author, LogEntry, Office, change_proof, people
from printserver.seal_actions.common import acting_author, office_selo
from printserver.seal_actions.once import do_once


class Vinculos(RequestModel):
    """`POST /vinculos`."""

    vinculador: CodigoDoSelo
    vinculados: Annotated[tuple[CodigoDoSelo, ...], Field(min_length=1, max_length=1000)]
    escrevente: Text


def link_selos(office: Office, author: Author, data: object, key: str | None = None) -> tuple[dict[str, Any], bool]:
    """Link seals of the office. Return the links, and whether the key had made them before.

    Never refused for being late (R4). Raises `Recusa` `entrada-invalida` for a seal that is not of this office, is no
    longer live, is linked elsewhere, or would close a ring.
    """
    people.require_right(author, "selos")

    def make(conn: Connection) -> tuple[Any, list[LogEntry]]:
        request = read(Vinculos, data)
        who = acting_author(conn, office, author, request.escrevente)
        log = write_links(conn, office, request.vinculador, request.vinculados, who)
        return {"vinculador": request.vinculador, "vinculados": list(request.vinculados)}, log

    return do_once(office, author, "POST /api/v1/vinculos", data, key, make)


def write_links(
    conn: Connection, office: Office, vinculador: str, vinculados: tuple[str, ...], who: Author
) -> list[LogEntry]:
    """Write the links and what the court is to be told of them. Return what the log is to say."""
    if len(set(vinculados)) != len(vinculados):
        raise invalid_input("vinculados", "há códigos repetidos")
    codes = sorted({vinculador, *vinculados})
    rows = {
        code: office_selo(conn, office, code, "vinculador" if code == vinculador else "vinculados") for code in codes
    }
    for code, row in rows.items():
        if not row["vivo"]:
            newest = f": use o mais novo da cadeia, {row['retificado_por']}" if row["retificado_por"] else ""
            raise invalid_input("vinculados", f"o selo {code} não é válido{newest}")
    above = _above(conn, office, vinculador)
    for code in vinculados:
        if code in above:
            raise invalid_input(
                "vinculados", f"o selo {code} já está acima do vinculador {vinculador}: seria um círculo"
            )
        linked_to = rows[code]["vinculador"]
        if linked_to is not None:
            raise invalid_input("vinculados", f"o selo {code} já está vinculado a {linked_to}")
    table = db.selo
    conn.execute(
        sa.update(table)
        .where(table.c.serventia_id == office.serventia_id, table.c.codigo.in_(vinculados))
        .values(vinculador=vinculador)
    )
    now = office.clock()
    seals.enqueue_vinculos(conn, office, [rows[code] for code in vinculados], vinculador, now)
    whose, what = (who.pessoa, who.sistema, who.endereco), {"vinculador": vinculador}
    return [LogEntry("selo", code, rows[code]["estado"], *whose, what, change_proof(**what)) for code in vinculados]


def _above(conn: Connection, office: Office, codigo: str) -> set[str]:
    """Return the seal and all that it hangs on."""
    table = db.selo
    found: set[str] = set()
    code: str | None = codigo
    while code is not None and code not in found:
        found.add(code)
        query = sa.select(table.c.vinculador).where(table.c.serventia_id == office.serventia_id, table.c.codigo == code)
        code = conn.execute(query).scalar_one_or_none()
    return found
