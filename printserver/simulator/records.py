"""The simulated court's records: seals in, links in, look-ups out. Every batch is one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.clock import rfc3339
from printserver.simulator import tables
from printserver.simulator.batch import Lote, Objeta
from printserver.simulator.links import Par, contar_vinculo, vincular
from printserver.simulator.reading import follow, resposta, um
from printserver.simulator.rules import (
    OBJETADO,
    RECEBIDO,
    Envio,
    Guardado,
    Rules,
)

POR_PAGINA: Final = 500


class Acervo:
    """What the court keeps, in the file `path`. Threads may share it."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self._db = tables.open_database(path)
        self._regras = rules

    def fechar(self) -> None:
        """Close the file."""
        self._db.close()

    # -- in -----------------------------------------------------------------------------------------------------------

    def receber(self, envios: Sequence[Envio], agora: datetime, objeta: Objeta) -> list[dict[str, Any]]:
        """Judge the seals in their order, store those that hold, and return the answer of each."""
        parsed = [self._regras.read(envio) for envio in envios]  # signatures are checked before anything is locked
        with self._db.write() as conn:
            lote = Lote(conn, envios, parsed)
            respostas = [lote.receber(envio, lido, agora, objeta) for envio, lido in zip(envios, parsed, strict=True)]
            lote.save()
        return respostas

    def contar_selos(self, envios: Sequence[Envio]) -> None:
        """Keep that these seals were sent, and nothing else: the court broke down before it read them."""
        with self._db.write() as conn:
            lote = Lote(conn, envios, [])
            for envio in envios:
                lote.count(envio)
            lote.save()

    def vincular(self, pairs: Sequence[Par], objeta: Objeta) -> list[dict[str, Any]]:
        """Store the links whose two ends are here, and return the answer of each (R4, R5)."""
        with self._db.write() as conn:
            return [resposta(par.vinculado, vincular(conn, par, objeta)) for par in pairs]

    def contar_vinculos(self, pairs: Sequence[Par]) -> None:
        """Keep that these links were sent, and nothing else."""
        with self._db.write() as conn:
            for par in pairs:
                contar_vinculo(conn, par, aceito=0)

    # -- out ----------------------------------------------------------------------------------------------------------

    def consultar(self, codigo: str) -> dict[str, Any] | None:
        """Return what the court says of a code; None: it has never judged it."""
        with self._db.read() as conn:
            achado = um(conn, codigo)
            return _consulta(conn, [achado])[0] if achado is not None and achado.situacao is not None else None

    def listar(self, de: date, ate: date, page: int) -> dict[str, Any]:
        """Return page `pagina` (from 1) of the seals stored whose act is of these days."""
        table = tables.selo
        where = (table.c.situacao == RECEBIDO, table.c.dia.between(de, ate))
        with self._db.read() as conn:
            total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
            query = sa.select(table).where(*where).order_by(table.c.dia, table.c.codigo)
            rows = conn.execute(query.limit(POR_PAGINA).offset((page - 1) * POR_PAGINA)).mappings()
            itens = _consulta(conn, [Guardado(**row) for row in rows])
        return {"itens": itens, "pagina": page, "total": total}

    def cadeia(self, codigo: str) -> list[Guardado]:
        """Return the chain of a code from its first seal to its newest (R1); empty: it is not stored."""
        with self._db.read() as conn:
            achado = um(conn, codigo)
            if achado is None or achado.situacao != RECEBIDO:
                return []
            return [*reversed(follow(conn, achado, "retifica")), achado, *follow(conn, achado, "retificado_por")]

    def vinculos(self, codigos: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the vinculadores and the vinculados of these codes."""
        table, wanted = tables.vinculo, list(codigos)
        with self._db.read() as conn:
            stored = sa.select(table).where(table.c.aceito > 0)
            acima = conn.execute(stored.where(table.c.vinculado.in_(wanted)).order_by(table.c.vinculador)).all()
            abaixo = conn.execute(stored.where(table.c.vinculador.in_(wanted)).order_by(table.c.vinculado)).all()
        return [row.vinculador for row in acima], [row.vinculado for row in abaixo]

    # -- for tests ----------------------------------------------------------------------------------------------------

    def registros(self, codigos: Sequence[str]) -> list[dict[str, Any]]:
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

    def pairs(self) -> list[dict[str, Any]]:
        """Return every link that was sent, with how often it was sent and stored."""
        table = tables.vinculo
        with self._db.read() as conn:
            rows = conn.execute(sa.select(table).order_by(table.c.vinculador, table.c.vinculado)).all()
        return [
            {"vinculador": row.vinculador, "vinculado": row.vinculado, "recebido": row.enviado, "aceito": row.aceito}
            for row in rows
        ]

    def resumo(self) -> dict[str, int]:
        """Return how many codes and links there are, by what became of them: quick where there are many."""
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

    def lembrar(self, value: Mapping[str, Any]) -> None:
        """Keep how the court is to misbehave."""
        row = insert(tables.control).values(id=1, valor=dict(value))
        with self._db.write() as conn:
            conn.execute(row.on_conflict_do_update(index_elements=["id"], set_={"valor": row.excluded.valor}))

    def remembered(self) -> dict[str, Any]:
        """Return how the court was told to misbehave; empty: never."""
        with self._db.read() as conn:
            return dict(conn.execute(sa.select(tables.control.c.valor)).scalar_one_or_none() or {})


def _consulta(conn: Connection, findings: Sequence[Guardado]) -> list[dict[str, Any]]:
    table = tables.vinculo
    query = sa.select(table.c.vinculado, table.c.vinculador).where(
        table.c.aceito > 0, table.c.vinculado.in_([achado.codigo for achado in findings])
    )
    vinculadores = {row.vinculado: row.vinculador for row in conn.execute(query)}
    return [
        {
            "selo": achado.codigo,
            "situacao": achado.situacao,
            "registro": achado.registro,
            "recebidoEm": rfc3339(achado.recebido_em) if achado.recebido_em else None,
            "atrasado": achado.atrasado,
            "retifica": achado.retifica,
            "retificadoPor": achado.retificado_por,
            "vinculador": vinculadores.get(achado.codigo),
            "erros": achado.erros,
        }
        for achado in findings
    ]
