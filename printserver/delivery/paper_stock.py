"""What a person says and sees of a queue's numbered paper (P5): lots received, the sheet that is next in the tray."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.delivery import numbered_paper, queues, sheet_numbers, turns
from printserver.delivery.requests import LoteDePapel, PapelDaFila
from printserver.delivery.sheet_numbers import Numero
from printserver.documents.reading import ler
from printserver.office import audit, people
from printserver.office.office import Office, quem_age
from printserver.office.people import Autor


def papel_da_fila(office: Office, autor: Autor, nome: str, dados: object) -> dict[str, Any]:
    """Record which number of paper is next in a queue's tray, and which were spoiled. Return the queue.

    Raises `Recusa` as `papers.dizer`.
    """
    people.exigir_direito(autor, "responder")
    answer, now = ler(PapelDaFila, dados), office.clock()
    with office.db.write() as conn:
        quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
        sid = office.serventia_id
        entries = numbered_paper.dizer(conn, sid, nome, answer.proximo, answer.inutilizados, quem, now)
        audit.escrever(conn, sid, now, entries)
    office.bell.ring()
    return _fila(office, nome)


def receber_papel(office: Office, autor: Autor, nome: str, dados: object) -> dict[str, Any]:
    """Record a lot of numbered paper as received for a queue. Return the queue. Raises `Recusa` as `papers.receber`."""
    people.exigir_direito(autor, "responder")
    answer, now = ler(LoteDePapel, dados), office.clock()
    with office.db.write() as conn:
        quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
        _count, entries = numbered_paper.receber(conn, office.serventia_id, nome, answer.de, answer.ate, quem, now)
        audit.escrever(conn, office.serventia_id, now, entries)
    office.bell.ring()
    return _fila(office, nome)


def papel(office: Office) -> list[dict[str, Any]]:
    """Return the queues with numbered paper: as `GET /filas` shows them, their lots, and the print they wait for.

    `lotes`: newest first; `parou_em`: the job after which the queue stands still, with the numbers that it took.
    """
    shown = [each for each in com_papel(office, queues.listar(office)) if each["papel_numerado"]]
    with office.db.read() as conn:
        return [
            each | {"lotes": _lotes(conn, office, each["nome"]), "parou_em": _parou_em(conn, office, each["nome"])}
            for each in shown
        ]


def contas(conn: Connection, fila: Mapping[Any, Any]) -> dict[str, int]:
    """Return how many sheets a queue received, used, spoiled and still has."""
    table = db.papel
    query = (
        sa.select(table.c.estado, sa.func.count())
        .where(table.c.serventia_id == fila["serventia_id"], table.c.fila == fila["nome"])
        .group_by(table.c.estado)
    )
    known = {estado: int(count) for estado, count in conn.execute(query).all()}
    received = sum(lot.ate - lot.de + 1 for lot in sheet_numbers.lotes(conn, fila))
    used, spoiled = known.get(numbered_paper.USADO, 0), known.get(numbered_paper.INUTILIZADO, 0)
    return {"recebidos": received, "usados": used, "inutilizados": spoiled, "estoque": received - used - spoiled}


def como_impresso(conn: Connection, serventia_id: int, chave: str) -> str:
    """Return a number, kept as numbers are compared, as its maker printed it: with the zeros of its lot."""
    number, lots = sheet_numbers.ler_numero(chave, "numero"), db.papel_lote
    query = sa.select(lots.c.algarismos).where(
        lots.c.serventia_id == serventia_id,
        lots.c.prefixo == number.prefixo,
        lots.c.de <= number.n,
        lots.c.ate >= number.n,
    )
    return str(replace(number, algarismos=conn.execute(query).scalar() or number.algarismos))


def com_papel(office: Office, filas: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return queues as `GET /filas` shows them, with the numbers of their paper and why they stand still."""
    table = db.fila
    shown = []
    with office.db.read() as conn:
        for item in filas:
            query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == item["nome"])
            fila = conn.execute(query).mappings().one()
            paper: dict[str, Any] = {"papel_proximo": None, "papel": None, "espera_por": None}
            if fila["papel_numerado"]:
                paper = {
                    "papel_proximo": fila["papel_proximo"],
                    "papel": contas(conn, fila),
                    "espera_por": turns.porque_parou(conn, fila),
                }
            shown.append(item | paper)
    return shown


def _fila(office: Office, nome: str) -> dict[str, Any]:
    return next(each for each in com_papel(office, queues.listar(office)) if each["nome"] == nome)


def _lotes(conn: Connection, office: Office, nome: str) -> list[dict[str, Any]]:
    table = db.papel_lote
    mine = (table.c.serventia_id == office.serventia_id, table.c.fila == nome)
    return [
        {
            "de": str(Numero(lot["prefixo"], lot["de"], lot["algarismos"])),
            "ate": str(Numero(lot["prefixo"], lot["ate"], lot["algarismos"])),
            "folhas": lot["ate"] - lot["de"] + 1,
            "quem": lot["quem"],
            "quando": rfc3339(lot["quando"]),
        }
        for lot in conn.execute(sa.select(table).where(*mine).order_by(table.c.id.desc())).mappings()
    ]


def _parou_em(conn: Connection, office: Office, nome: str) -> Mapping[str, Any] | None:
    fila, tries, sheets = db.fila, db.tentativa, db.papel
    mine = (fila.c.serventia_id == office.serventia_id, fila.c.nome == nome)
    query = sa.select(tries.c.job_id, tries.c.numero).join(fila, fila.c.papel_tentativa == tries.c.id).where(*mine)
    found = conn.execute(query).one_or_none()
    if found is None:
        return None
    taken = sa.select(sheets.c.numero).where(
        sheets.c.serventia_id == office.serventia_id,
        sheets.c.job_id == found.job_id,
        sheets.c.tentativa == found.numero,
    )
    numbers = conn.execute(taken.order_by(sheets.c.folha)).scalars()
    return {"job": found.job_id, "numeros": [como_impresso(conn, office.serventia_id, each) for each in numbers]}
