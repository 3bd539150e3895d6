"""A proof of a format, sent to a queue: the page that the editor shows, without a seal and without a job (A3)."""

import hashlib
import tempfile
from pathlib import Path
from typing import Final

from printserver import db
from printserver.delivery import queues
from printserver.errors import Recusa
from printserver.ledger import Queue, idempotency
from printserver.office import Author, Office, acting
from printserver.printing import CupsQueue, FolderQueue, Handoff, QueueRefused, QueueUnavailable
from printserver.rendering import Proof, shift

_ROUTE: Final = "formato/prova"


def send(office: Office, author: Author, found: Proof, fila: str, key: str | None) -> bool:
    """Send a proof to a queue, on record; the same `key` sends it once, and returns False the second time.

    Raises `Recusa` `fila-desconhecida`, `estado-nao-permite` for a queue with numbered paper (a proof would use a sheet
    without an account of it, P5), `papel-incompativel`, `servidor-ocupado` if the queue does not take it.
    """
    page_format = found.formato
    size = (float(page_format.pagina.largura), float(page_format.pagina.altura))
    digest = idempotency.digest(_ROUTE, {"formato": page_format.versao, "fila": fila})
    with idempotency.working_on(office, author, key):
        if idempotency.find(office, author, key, digest) is not None:
            return False
        with office.db.read() as conn:
            row = queues.choose(conn, office, fila, page_format.tipo)
        if row.papel_numerado:
            text = f"A fila {fila} tem papel numerado, e a prova gastaria uma folha: escolha outra."
            raise Recusa("estado-nao-permite", text)
        queues.check(office, row, None, page_format.faces, size)
        sent = _hand_off(office, row, found, hashlib.sha256((key or digest).encode()).hexdigest()[:32])
        with acting(office, author) as act:
            what = {"fila": row.nome, "versao": page_format.versao, "sha256": sent, "paginas": len(found.sides)}
            act.log("formato", page_format.nome, "prova", what)
            idempotency.register(act, author, key, digest, idempotency.Outcome("", feito=[row.nome]))
    return True


def queues_for_proofs(office: Office) -> list[str]:
    """Return the names of the queues without numbered paper, the default one first."""
    table = db.fila.c
    query = db.fila.select().where(table.serventia_id == office.serventia_id, ~table.papel_numerado)
    with office.db.read() as conn:
        return list(conn.execute(query.with_only_columns(table.nome).order_by(~table.padrao, table.nome)).scalars())


def _hand_off(office: Office, row: Queue, found: Proof, name: str) -> str:
    """Give the PDF to the queue; return the hash of what was sent."""
    page_format = found.formato
    offset = queues.offset_of(row.deslocamentos, None) if row.tipo == "cups" else None
    content = shift(found.pdf, *offset) if offset is not None else found.pdf
    digest = hashlib.sha256(content).hexdigest()
    with tempfile.TemporaryDirectory(prefix="printserver-") as folder:
        pdf = Path(folder) / "prova.pdf"
        pdf.write_bytes(content)
        errand = Handoff(
            job_id=f"prova-{name}",
            pdf=pdf,
            titulo=f"Prova do formato {page_format.nome}, sem valor",
            copias=1,
            faces=page_format.faces if page_format.faces != "frente-depois-verso" else "frente",
            bandeja=None,
            width_mm=float(page_format.pagina.largura),
            height_mm=float(page_format.pagina.altura),
            sha256=digest,
        )
        try:
            queue = queues.open_queue(office, row)
            if isinstance(queue, FolderQueue):
                queue.hand_off(errand)
            else:
                _to_cups(queue, errand)
        except (QueueUnavailable, QueueRefused) as error:
            raise Recusa(
                "servidor-ocupado", f"A fila {row.nome} não recebeu a prova: {error}", retry_after=5
            ) from error
    return digest


def _to_cups(queue: CupsQueue, errand: Handoff) -> None:
    cups_id = queue.create(errand)
    try:
        queue.send(cups_id, errand)
    except (QueueUnavailable, QueueRefused):
        queue.cancel(cups_id)
        raise
    queue.release(cups_id)
