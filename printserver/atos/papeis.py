"""Paper seals by their numbers (S4): each is used once for ever, across years and imports, or is void."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import Recusa
from printserver.jobs.office import Office
from printserver.people import Autor
from printserver.selo import SeloDePapel

COMUNICADO: Final = "comunicado"
INUTILIZADO: Final = "inutilizado"


def recusar_vistos(
    conn: Connection, office: Office, ato: str, serie: str, de: int, ate: int, *, menos: Sequence[int] = ()
) -> None:
    """Raise `hibrido-ja-comunicado`, with the numbers, if one of the range has met its fate or waits at the counter.

    `menos` are ids of acts at the counter that are meant.
    """
    seen, waits = db.selo_papel, db.ato_balcao
    numbers = set(
        conn.execute(
            sa.select(seen.c.numero).where(
                seen.c.serventia_id == office.serventia_id,
                seen.c.ato == ato,
                seen.c.serie == serie,
                seen.c.numero.between(de, ate),
            )
        ).scalars()
    )
    query = sa.select(waits.c.numero).where(
        waits.c.serventia_id == office.serventia_id,
        waits.c.ato == ato,
        waits.c.serie == serie,
        waits.c.numero.between(de, ate),
        waits.c.estado != "estornado",
    )
    numbers |= set(conn.execute(query.where(waits.c.id.not_in(menos)) if menos else query).scalars())
    if numbers:
        known = [f"{ato}{serie} {number:07}" for number in sorted(numbers)]
        raise Recusa(
            "hibrido-ja-comunicado",
            f"Já registrados, comunicados ou inutilizados: {', '.join(known[:10])}"
            f"{f' e mais {len(known) - 10}' if len(known) > 10 else ''}. Nenhum selo foi feito.",
            extra={"numeros": sorted(numbers)},
        )


def usar(
    conn: Connection, office: Office, papeis: Sequence[tuple[SeloDePapel, str, date]], quem: Autor, agora: datetime
) -> None:
    """Write that these paper seals were reported, each with the code that reports it and its day."""
    conn.execute(
        sa.insert(db.selo_papel),
        [
            _linha(office, papel, dia, quem, agora) | {"estado": COMUNICADO, "codigo": codigo, "motivo": None}
            for papel, codigo, dia in papeis
        ],
    )


def anular(
    conn: Connection,
    office: Office,
    papeis: Sequence[SeloDePapel],
    dia: date,
    motivo: str,
    quem: Autor,
    agora: datetime,
) -> None:
    """Write that these paper seals are void: they are never reported (H2)."""
    conn.execute(
        sa.insert(db.selo_papel),
        [
            _linha(office, papel, dia, quem, agora) | {"estado": INUTILIZADO, "codigo": None, "motivo": motivo}
            for papel in papeis
        ],
    )


def _linha(office: Office, papel: SeloDePapel, dia: date, quem: Autor, agora: datetime) -> dict[str, Any]:
    return {
        "serventia_id": office.serventia_id,
        "ato": papel.ato,
        "serie": papel.serie,
        "numero": papel.numero,
        "data": dia,
        "quem": quem.pessoa or "",
        "quando": agora,
    }
