"""The test page of a queue: printed, and what it teaches about the queue kept (X5, P7)."""

import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local, rfc3339
from printserver.common.data import JsonObject
from printserver.delivery.queues import cups_server, offset_of
from printserver.errors import ConfigError
from printserver.ledger import Queue, QueueProof
from printserver.printing import CupsQueue, FolderQueue, Handoff, Proof, State, prove
from printserver.rendering import QueueTestPage, draw, shift

_SIZE: Final = re.compile(r"(\d+(?:[.,]\d)?) ?[x×] ?(\d+(?:[.,]\d)?)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TestPage:
    """What to print: tray (None: the queue's), width and height in mm, and whether on both sides."""

    __test__ = False  # no class of tests

    bandeja: str | None
    largura: float
    altura: float
    frente_verso: bool


def parse_size(papel: str) -> tuple[float, float]:
    """Return width and height in mm of a text such as `216x305`. Raises ConfigError."""
    found = _SIZE.fullmatch(papel)
    if found is None:
        raise ConfigError(f"papel {papel}: escreva largura e altura em mm, como 216x305")
    width, height = (float(part.replace(",", ".")) for part in found.groups())
    if not (100 <= width <= 450 and 140 <= height <= 450):
        raise ConfigError(f"papel {papel}: de 100x140 a 450x450 mm")
    return width, height


def print_page(
    instance: Path, queue: Queue, page: TestPage, now: datetime, limit_s: float, on_state: Callable[[State], None]
) -> Proof | Path:
    """Print the page and wait at most `limit_s` for its end. Return what it proves; of a folder the path of the file.

    Raises QueueUnavailable, QueueRefused.
    """
    offset = offset_of(queue.deslocamentos, page.bandeja) or (0.0, 0.0)
    moment = f"{local(now):%d/%m/%Y às %H:%M}"
    drawn = draw(QueueTestPage(queue.nome, page.bandeja, page.largura, page.altura, offset, moment, page.frente_verso))
    content = shift(drawn, *offset) if offset != (0.0, 0.0) else drawn
    with tempfile.TemporaryDirectory() as temporary:
        pdf = Path(temporary) / "teste.pdf"
        pdf.write_bytes(content)
        faces = "frente-verso" if page.frente_verso else "frente"
        job_id, digest = f"teste-{now:%Y%m%d%H%M%S%f}", hashlib.sha256(content).hexdigest()
        errand = Handoff(job_id, pdf, "Página de teste", 1, faces, page.bandeja, page.largura, page.altura, digest)
        if queue.tipo == "pasta":
            return FolderQueue(queue.nome, Path(queue.destino)).hand_off(errand)
        cups = CupsQueue(queue.nome, queue.destino, cups_server(instance, queue))
        return prove(cups, errand, 2 if page.frente_verso else 1, limit_s, on_state)


def learn(conn: Connection, queue: Queue, proof: Proof, now: datetime) -> JsonObject:
    """Keep what a test page taught; return what goes on record. Raises ConfigError if the page did not come out."""
    if not proof.is_done:
        raise ConfigError(
            f"a página de teste não foi concluída ({proof.estado or 'a fila não a conhece mais'}): nada se aprendeu. "
            "Veja a impressora e repita"
        )
    evidence: QueueProof = {
        "conta_folhas": proof.counts_sheets,
        "guarda_arquivos": proof.keeps_files,
        "quando": rfc3339(now),
    }
    conn.execute(sa.update(db.fila).where(db.this_row(db.fila, queue.serventia_id, queue.id)).values(prova=evidence))
    return {"antes": queue.prova, "depois": evidence}


def lessons(proof: Proof) -> list[str]:
    """Return what a finished test page taught, in sentences."""
    counts = (
        "A fila conta as folhas: um trabalho inteiro termina como impresso."
        if proof.counts_sheets
        else "A fila não conta as folhas: um trabalho inteiro termina como entregue. Confira o papel."
    )
    keeps = (
        "ATENÇÃO: o CUPS guarda os arquivos impressos. Ponha PreserveJobFiles No em cupsd.conf."
        if proof.keeps_files
        else "O CUPS não guarda o que imprimiu: ninguém reimprime pelo histórico dele."
    )
    return [counts, keeps]
