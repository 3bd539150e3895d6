"""The office's queues by name: which one a print goes to, and the object that talks to it."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import Recusa
from printserver.jobs.office import Office
from printserver.printing import FilaCups, FilaFora, FilaPasta, FilaRecusa

Fila = FilaCups | FilaPasta


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


def conferir_bandeja(row: sa.RowMapping, bandeja: str | None) -> None:
    """Refuse a tray that the queue says it does not have; a queue that names none is taken at the caller's word.

    Raises `Recusa` `bandeja-desconhecida`, or `servidor-ocupado` where the queue cannot be asked now.
    """
    if bandeja is None or row["tipo"] == "pasta":
        return
    try:
        known = abrir(row).capacidades()["bandejas"]
    except FilaFora as error:
        raise Recusa("servidor-ocupado", f"A fila {row['nome']!r} não responde: {error}", retry_after=5) from error
    if known and bandeja not in known:
        raise Recusa(
            "bandeja-desconhecida",
            f"A fila {row['nome']!r} não tem a bandeja {bandeja!r}. As bandejas são: {', '.join(known)}.",
        )


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
