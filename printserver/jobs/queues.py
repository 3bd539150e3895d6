"""The office's queues by name: which one a print goes to, and the object that talks to it."""

from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import Recusa
from printserver.jobs.office import Office
from printserver.printing import Capacidades, FilaCups, FilaFora, FilaPasta, FilaRecusa

Fila = FilaCups | FilaPasta

ASK_AGAIN_S: Final = 60.0


def escolher(conn: Connection, office: Office, nome: str | None, tipo: str) -> sa.RowMapping:
    """Return the row of the queue that the job names, else the type's, else the office's default.

    Raises `Recusa` `fila-desconhecida`.
    """
    table = db.fila
    wanted = nome or office.settings.filas.de(tipo)
    which = table.c.nome == wanted if wanted else table.c.padrao
    found = conn.execute(sa.select(table).where(table.c.serventia_id == office.serventia_id, which)).mappings().first()
    if found is None:
        names = conn.execute(sa.select(table.c.nome).where(table.c.serventia_id == office.serventia_id)).scalars()
        raise Recusa("fila-desconhecida", f"Não há fila {wanted!r}. As filas são: {', '.join(sorted(names))}.")
    return found


def por_nome(office: Office, nome: str) -> Fila:
    """Return the queue of that name, ready to be handed to. Raises `FilaRecusa` if it is gone."""
    table = db.fila
    with office.db.read() as conn:
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == nome)
        row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise FilaRecusa(f"a fila {nome!r} não existe mais")
    return abrir(row)


def abrir(row: sa.RowMapping) -> Fila:
    """Return the object that talks to the queue of this row."""
    if row["tipo"] == "pasta":
        return FilaPasta(row["nome"], Path(row["destino"]))
    return FilaCups(row["nome"], row["destino"], row["servidor"])


def conferir(office: Office, row: sa.RowMapping, bandeja: str | None, faces: str) -> None:
    """Refuse what the queue says it cannot do, before anything is sealed; what it does not say is taken as possible.

    Raises `Recusa` `bandeja-desconhecida`, `papel-incompativel`, or `servidor-ocupado` where a queue that must be asked
    does not answer.
    """
    if row["tipo"] == "pasta":
        if bandeja is not None:
            raise _sem_bandeja(row, bandeja, [])
        return
    if faces == "frente-depois-verso":
        raise Recusa(
            "papel-incompativel",
            "faces: a frente e depois o verso ainda não se imprime numa impressora: use frente-verso ou frente.",
        )
    if bandeja is None and faces == "frente":
        return
    try:
        can = _capacidades(office, row)
    except (FilaFora, FilaRecusa) as error:
        if bandeja is None:
            return  # the print waits for its queue
        raise Recusa("servidor-ocupado", f"A fila {row['nome']!r} não responde: {error}", retry_after=5) from error
    if bandeja is not None and can["bandejas"] and bandeja not in can["bandejas"]:
        raise _sem_bandeja(row, bandeja, can["bandejas"])
    if can["faces"] and faces not in can["faces"]:
        raise Recusa(
            "papel-incompativel",
            f"faces: a fila {row['nome']!r} não imprime {faces!r}. Ela imprime: {', '.join(can['faces'])}.",
        )


def _capacidades(office: Office, row: sa.RowMapping) -> Capacidades:
    """Return what a CUPS queue can do, asked once a minute: pycups leaks a little at each asking."""
    now = monotonic()
    known = office.capacidades.get(row["nome"])
    if known is not None and now - known[0] < ASK_AGAIN_S:
        return known[1]
    can = abrir(row).capacidades()
    office.capacidades[row["nome"]] = (now, can)
    return can


def _sem_bandeja(row: sa.RowMapping, bandeja: str, known: list[str]) -> Recusa:
    which = f"As bandejas são: {', '.join(known)}." if known else "Ela não tem bandejas."
    return Recusa("bandeja-desconhecida", f"A fila {row['nome']!r} não tem a bandeja {bandeja!r}. {which}")


def listar(office: Office) -> list[dict[str, Any]]:
    """Return every queue as the contract's `GET /filas` shows it."""
    with office.db.read() as conn:
        table = db.fila
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id).order_by(table.c.nome)
        rows = conn.execute(query).mappings().all()
    shown: list[dict[str, Any]] = []
    for row in rows:
        item: dict[str, Any] = {
            "nome": row["nome"],
            "padrao": row["padrao"],
            "tipo": row["tipo"],
            "papel_numerado": row["papel_numerado"],
        }
        try:
            item |= abrir(row).capacidades()
        except (FilaFora, FilaRecusa) as error:
            item |= {
                "estado": "stopped",
                "motivos": ["fila-fora"],
                "mensagem": str(error),
                "bandejas": [],
                "papeis": [],
                "faces": [],
            }
        shown.append(item)
    return shown
