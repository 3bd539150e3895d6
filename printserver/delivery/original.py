"""The sealed bytes of a job's PDF: read from the spool and checked by SHA-256, or stamped again."""

import hashlib

import structlog

from printserver.delivery import printout, spool
from printserver.ledger import JobRow, jobs
from printserver.office import Office

_log = structlog.get_logger()


class LostPdf(Exception):
    """The sealed PDF is missing and cannot be reproduced with the same bytes: a person must act."""


def intact_pdf(office: Office, row: JobRow) -> bytes:
    """Return the bytes with the job's `pdf_sha256`; they are in the spool on return.

    A missing or changed file is stamped again from the stored layout and the seals, which gives the same bytes. Raises
    `LostPdf` if it does not; `Recusa` `removido` after its term; OSError if the disk fails.
    """
    jobs.require_kept(row)
    digest = row["pdf_sha256"]
    try:
        return spool.read(office.spool, digest)
    except spool.Altered:
        _log.warning("the PDF of a job was missing or changed: stamped again", job=row["id"], sha256=digest)
    content = printout.stamp_job(office, row)
    check(office, content, digest)
    spool.store(office.spool, content)
    return content


def check(office: Office, content: bytes, digest: str) -> None:
    """Raise `LostPdf` unless `content` has that SHA-256."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise LostPdf(
            "O PDF deste trabalho sumiu do disco ou foi alterado, e não pôde ser refeito igual ao que foi selado: nada "
            f"mais é impresso dele. Traga {spool.path_of(office.spool, digest)} de uma cópia e mande de novo; ou "
            "exclua os selos (XA) e imprima o documento outra vez."
        )
