"""Records of the simulated court: receive seals and links, look them up. Every batch is one transaction."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.clock import rfc3339
from printserver.common.data import JsonObject, JsonView
from printserver.simulator import tables
from printserver.simulator.batch import Batch, Objects
from printserver.simulator.links import Pair, describe_vinculo, link_selos
from printserver.simulator.reading import answer_of, follow, single
from printserver.simulator.rules import (
    OBJETADO,
    RECEBIDO,
    Rules,
    Sending,
    StoredSelo,
)

PER_PAGE: Final = 500


class Records:
    """The court's records, in the file `path`. Thread-safe."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self._db = tables.open_database(path)
        self._rules = rules

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    # -- in -----------------------------------------------------------------------------------------------------------

    def receive(self, sendings: Sequence[Sending], now: datetime, objects_to: Objects) -> list[JsonObject]:
        """Judge the seals in order, store the valid ones, and return the answer of each."""
        parsed = [self._rules.read(envio) for envio in sendings]  # signatures are checked before the lock is taken
        with self._db.write() as conn:
            lote = Batch(conn, sendings, parsed)
            answers_given = [
                lote.receive(envio, parsed_selo, now, objects_to)
                for envio, parsed_selo in zip(sendings, parsed, strict=True)
            ]
            lote.save()
        return answers_given

    def describe_selos(self, sendings: Sequence[Sending]) -> None:
        """Record only that these seals were sent: the simulated failure occurs before processing."""
        with self._db.write() as conn:
            lote = Batch(conn, sendings, [])
            for envio in sendings:
                lote.count(envio)
            lote.save()

    def link_selos(self, pairs: Sequence[Pair], objects_to: Objects) -> list[JsonObject]:
        """Store the links whose two seals are stored, and return the answer of each (R4, R5)."""
        with self._db.write() as conn:
            return [answer_of(par.vinculado, link_selos(conn, par, objects_to)) for par in pairs]

    def describe_vinculos(self, pairs: Sequence[Pair]) -> None:
        """Record only that these links were sent."""
        with self._db.write() as conn:
            for par in pairs:
                describe_vinculo(conn, par, aceito=0)

    # -- out ----------------------------------------------------------------------------------------------------------

    def look_up(self, codigo: str) -> JsonObject | None:
        """Return the court's record of a code; None if it was never judged."""
        with self._db.read() as conn:
            found_row = single(conn, codigo)
            return _query(conn, [found_row])[0] if found_row is not None and found_row.situacao is not None else None

    def list_all(self, de: date, ate: date, page: int) -> JsonObject:
        """Return page `page` (from 1) of the stored seals with an act date from `de` to `ate`."""
        table = tables.selo
        where = (table.c.situacao == RECEBIDO, table.c.dia.between(de, ate))
        with self._db.read() as conn:
            total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
            query = sa.select(table).where(*where).order_by(table.c.dia, table.c.codigo)
            rows = conn.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).mappings()
            itens = _query(conn, [StoredSelo(**row) for row in rows])
        return {"itens": itens, "pagina": page, "total": total}

    def chain(self, codigo: str) -> list[StoredSelo]:
        """Return the chain of a code from its first seal to its newest (R1); empty if it is not stored."""
        with self._db.read() as conn:
            found_row = single(conn, codigo)
            if found_row is None or found_row.situacao != RECEBIDO:
                return []
            return [
                *reversed(follow(conn, found_row, "retifica")),
                found_row,
                *follow(conn, found_row, "retificado_por"),
            ]

    def vinculos(self, codigos: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the vinculadores and the vinculados of these codes."""
        table, wanted = tables.vinculo, list(codigos)
        with self._db.read() as conn:
            stored = sa.select(table).where(table.c.aceito > 0)
            above = conn.execute(stored.where(table.c.vinculado.in_(wanted)).order_by(table.c.vinculador)).all()
            below = conn.execute(stored.where(table.c.vinculador.in_(wanted)).order_by(table.c.vinculado)).all()
        return [row.vinculador for row in above], [row.vinculado for row in below]

    # -- for tests ----------------------------------------------------------------------------------------------------

    def registros(self, codigos: Sequence[str]) -> list[JsonObject]:
        """Return every code that was sent (or those named), with how often it was sent and stored."""
        table = tables.selo
        query = sa.select(table).order_by(table.c.codigo)
        if codigos:
            query = query.where(table.c.codigo.in_(codigos))
        with self._db.read() as conn:
            return [
                {
                    "codigo": row.codigo,
                    "recebido": row.enviado,
                    "aceito": row.aceito,
                    "linha": row.registro,
                    "situacao": row.situacao,
                    "atrasado": row.atrasado,
                    "erros": row.erros,
                }
                for row in conn.execute(query)
            ]

    def pairs(self) -> list[JsonObject]:
        """Return every link that was sent, with how often it was sent and stored."""
        table = tables.vinculo
        with self._db.read() as conn:
            rows = conn.execute(sa.select(table).order_by(table.c.vinculador, table.c.vinculado)).all()
        return [
            {"vinculador": row.vinculador, "vinculado": row.vinculado, "recebido": row.enviado, "aceito": row.aceito}
            for row in rows
        ]

    def summary(self) -> dict[str, int]:
        """Return counts of codes and links by state; fast for many rows."""
        seals, links = tables.selo, tables.vinculo
        with self._db.read() as conn:
            count = conn.execute(
                sa.select(
                    sa.func.count().label("selos"),
                    sa.func.coalesce(sa.func.sum(seals.c.enviado), 0).label("recebidos"),
                    sa.func.coalesce(sa.func.sum(seals.c.aceito), 0).label("aceitos"),
                    sa.func.count().filter(seals.c.situacao == OBJETADO).label("objetados"),
                    sa.func.count().filter(seals.c.atrasado).label("atrasados"),
                    sa.func.coalesce(sa.func.max(seals.c.enviado), 0).label("mais_recebido"),
                )
            ).one()
            accepted = sa.select(sa.func.count()).select_from(links).where(links.c.aceito > 0)
            return {**count._mapping, "vinculos": conn.execute(accepted).scalar_one()}

    def remember(self, value: JsonView) -> None:
        """Store the injected fault."""
        row = insert(tables.control).values(id=1, valor=dict(value))
        with self._db.write() as conn:
            conn.execute(row.on_conflict_do_update(index_elements=["id"], set_={"valor": row.excluded.valor}))

    def remembered(self) -> JsonObject:
        """Return the stored fault; empty if there is none."""
        with self._db.read() as conn:
            return dict(conn.execute(sa.select(tables.control.c.valor)).scalar_one_or_none() or {})


def _query(conn: Connection, findings: Sequence[StoredSelo]) -> list[JsonObject]:
    table = tables.vinculo
    query = sa.select(table.c.vinculado, table.c.vinculador).where(
        table.c.aceito > 0, table.c.vinculado.in_([found_row.codigo for found_row in findings])
    )
    vinculadores = {row.vinculado: row.vinculador for row in conn.execute(query)}
    return [
        {
            "selo": found_row.codigo,
            "situacao": found_row.situacao,
            "registro": found_row.registro,
            "recebidoEm": rfc3339(found_row.recebido_em) if found_row.recebido_em else None,
            "atrasado": found_row.atrasado,
            "retifica": found_row.retifica,
            "retificadoPor": found_row.retificado_por,
            "vinculador": vinculadores.get(found_row.codigo),
            "erros": found_row.erros,
        }
        for found_row in findings
    ]
