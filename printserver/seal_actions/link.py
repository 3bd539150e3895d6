"""Manual links: one vinculador, many vinculados; each is reported once the court has both seals (R4, R5)."""

from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.documents import CodigoDoSelo, RequestModel, Text, read
from printserver.errors import invalid_input
from printserver.ledger import Call, Outcome, do_once, seals
from printserver.office import Act, Author, Office, acting, change_proof, people
from printserver.seal_actions.common import BUSY, act_as, office_selo


class Vinculos(RequestModel):
    """`POST /vinculos`."""

    vinculador: CodigoDoSelo
    vinculados: Annotated[tuple[CodigoDoSelo, ...], Field(min_length=1, max_length=1000)]
    escrevente: Text


def link_selos(office: Office, author: Author, data: object, key: str | None = None) -> tuple[JsonObject, bool]:
    """Link seals of the office. Return the links, and whether the key had already made them.

    There is no deadline (R4). Raises `Recusa` `entrada-invalida` for a seal that is not of this office, is no longer
    live, is already linked, or would form a cycle.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            request = read(Vinculos, data)
            act_as(act, request.escrevente)
            write_links(act, request.vinculador, request.vinculados)
            return call.done(act, made={"vinculador": request.vinculador, "vinculados": list(request.vinculados)})

    outcome, repeated = do_once(office, author, "POST /api/v1/vinculos", data, key, make, BUSY)
    return dict(outcome.feito), repeated


def write_links(act: Act, vinculador: str, vinculados: tuple[str, ...]) -> None:
    """Write the links, and their rows in the court's outbox."""
    conn, office = act.conn, act.office
    if len(set(vinculados)) != len(vinculados):
        raise invalid_input("vinculados", "há códigos repetidos")
    codes = sorted({vinculador, *vinculados})
    found = {
        code: office_selo(conn, office, code, "vinculador" if code == vinculador else "vinculados") for code in codes
    }
    for code, seal in found.items():
        if not seal.vivo:
            newest = f": use o mais novo da cadeia, {seal.retificado_por}" if seal.retificado_por else ""
            raise invalid_input("vinculados", f"o selo {code} não é válido{newest}")
    above = _above(conn, office, vinculador)
    for code in vinculados:
        if code in above:
            raise invalid_input(
                "vinculados", f"o selo {code} já está acima do vinculador {vinculador}: seria um círculo"
            )
        linked_to = found[code].vinculador
        if linked_to is not None:
            raise invalid_input("vinculados", f"o selo {code} já está vinculado a {linked_to}")
    table = db.selo
    conn.execute(
        sa.update(table)
        .where(table.c.serventia_id == office.serventia_id, table.c.codigo.in_(vinculados))
        .values(vinculador=vinculador)
    )
    seals.enqueue_vinculos(act, [found[code] for code in vinculados], vinculador)
    what = {"vinculador": vinculador}
    for code in vinculados:
        act.log("selo", code, found[code].estado, what, change_proof(**what))


def _above(conn: Connection, office: Office, codigo: str) -> set[str]:
    """Return the code and those of its vinculadores, up to the top of the chain."""
    table = db.selo
    found: set[str] = set()
    code: str | None = codigo
    while code is not None and code not in found:
        found.add(code)
        query = sa.select(table.c.vinculador).where(table.c.serventia_id == office.serventia_id, table.c.codigo == code)
        code = conn.execute(query).scalar_one_or_none()
    return found
