"""Cancel a job."""

import sqlalchemy as sa

from printserver import db
from printserver.delivery.withdraw import tirar_da_fila
from printserver.documents.reading import ler
from printserver.errors import Recusa
from printserver.jobs.accept import Aceite
from printserver.jobs.once import uma_vez
from printserver.jobs.paper_rows import close_question, log_entry
from printserver.jobs.requests import Cancelamento
from printserver.ledger import idempotency, jobs
from printserver.ledger.idempotency import Feito
from printserver.ledger.states import (
    CANCELADO,
    HELD,
    on_its_way,
)
from printserver.office import audit, people
from printserver.office.office import Office, quem_age
from printserver.office.people import Autor


def cancelar(office: Office, autor: Autor, job_id: str, dados: object, chave: str | None = None) -> Aceite:
    """Cancel a held job, or take a print off its queue; its seals stay live. Raises `Recusa` `estado-nao-permite`."""
    people.exigir_direito(autor, "imprimir")

    def do(resumo: str) -> None:
        answer = ler(Cancelamento, dados)
        with office.db.read() as conn:
            quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
            row = jobs.job_por_id(conn, office.serventia_id, job_id)
        if row["estado"] in HELD:
            _cancel_held(office, row, quem, answer)
        elif on_its_way(row):
            tirar_da_fila(office, row, quem, f"cancelado: {answer.motivo}")
        else:
            raise Recusa("estado-nao-permite", f"O trabalho está {row['estado']}: nada há a cancelar.")
        with office.db.write() as conn:
            idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), office.clock())
        office.bell.ring()

    return uma_vez(office, autor, f"POST /api/v1/jobs/{job_id}/cancelar", job_id, dados, chave, do)


def _cancel_held(office: Office, row: sa.RowMapping, quem: Autor, answer: Cancelamento) -> None:
    now = office.clock()
    with office.db.write() as conn:
        entries = close_question(conn, office, row["id"], answer.model_dump(mode="json"), quem)
        table = db.job
        mine = (table.c.n == row["n"], table.c.estado == row["estado"])
        over = {"estado": CANCELADO, "encerrado": True, "vence_em": None}
        if not conn.execute(sa.update(table).where(*mine).values(**over)).rowcount:
            raise Recusa("estado-nao-permite", "O trabalho mudou neste instante: veja como está.")
        entries.append(log_entry(row["id"], CANCELADO, quem, {"motivo": answer.motivo}))
        audit.escrever(conn, office.serventia_id, now, entries)
