"""Send a print to its queue again."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.delivery import (
    passes,
)
from printserver.delivery.attempts import nova_tentativa
from printserver.documents.reading import ler
from printserver.errors import Recusa
from printserver.jobs.accept import Aceite
from printserver.jobs.once import uma_vez
from printserver.jobs.paper_rows import (
    close_question,
    destination,
    locked,
    log_entry,
    require_live,
    said_pages,
    send_again,
)
from printserver.jobs.requests import Reenvio
from printserver.ledger import idempotency, jobs
from printserver.ledger.idempotency import Feito
from printserver.ledger.states import (
    ACEITO,
    ENTREGUE,
    FALHOU,
    INCERTO,
    RENDERIZADO,
)
from printserver.office import audit, people
from printserver.office.office import Office, quem_age
from printserver.office.people import Autor


def reenviar(office: Office, autor: Autor, job_id: str, dados: object, chave: str | None = None) -> Aceite:
    """Print all again, as no page came out.

    Raises `Recusa` `diga-as-folhas`, `estado-nao-permite`, or as `destination`.
    """
    people.exigir_direito(autor, "imprimir")

    def do(resumo: str) -> None:
        answer, now = ler(Reenvio, dados), office.clock()
        with office.db.read() as conn:
            before = jobs.job_por_id(conn, office.serventia_id, job_id)
        fila, bandeja = destination(office, before, answer.fila, answer.bandeja)
        passada = passes.de_novo(office, before, fila) if before["pdf_sha256"] is not None else {}
        with office.db.write() as conn:
            quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
            row = locked(conn, office, job_id)
            _pode_reenviar(conn, row)
            if passada:
                state = RENDERIZADO
                nova_tentativa(conn, row, now, fila=fila, **passada)
            else:
                state = ACEITO
            send_again(conn, row, now, {"estado": state, "fila": fila, "bandeja": bandeja})
            entries = close_question(conn, office, job_id, answer.model_dump(mode="json"), quem)
            idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), now)
            what = {"reenviado": "nenhuma página saiu", "motivo": answer.motivo, "fila": fila, "bandeja": bandeja}
            moved = log_entry(job_id, state, quem, what, fila=fila, bandeja=bandeja)
            audit.escrever(conn, office.serventia_id, now, [*entries, moved])
        office.bell.ring()

    return uma_vez(office, autor, f"POST /api/v1/jobs/{job_id}/reenviar", job_id, dados, chave, do)


def _pode_reenviar(conn: Connection, row: sa.RowMapping) -> None:
    require_live(row)
    cups = row["cups"] or {}
    ended = row["estado"] == ENTREGUE and cups.get("estado") in ("canceled", "aborted")
    if row["estado"] not in (FALHOU, INCERTO) and not ended:
        raise Recusa(
            "estado-nao-permite",
            f"O trabalho está {row['estado']}: só se reenvia o que falhou, é incerto, ou foi cancelado na fila.",
        )
    if cups.get("folhas") or cups.get("impressoes") or said_pages(conn, row):
        raise Recusa(
            "diga-as-folhas",
            "Já há folhas contadas ou julgadas deste trabalho: diga, página por página, o que saiu (folhas).",
        )
