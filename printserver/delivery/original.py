"""The very bytes of a job's PDF, whatever became of the file: read and held against their SHA-256, or stamped again."""

import hashlib
from collections.abc import Mapping
from typing import Any

import structlog

from printserver.delivery import printout, spool
from printserver.office.office import Office

_log = structlog.get_logger()


class PdfPerdido(Exception):
    """The sealed PDF is gone from the disk and cannot be made again with the same bytes: a person must act."""


def inteiro(office: Office, row: Mapping[Any, Any]) -> bytes:
    """Return the job's PDF, the very bytes of its `pdf_sha256`; they are in the spool on return.

    Missing or changed, it is stamped again from the kept layout and the seals, which gives the same bytes. Raises
    `PdfPerdido` where it does not; OSError where the disk fails.
    """
    digest = row["pdf_sha256"]
    try:
        return spool.ler(office.spool, digest)
    except spool.Alterado:
        _log.warning("the PDF of a job was missing or changed: stamped again", job=row["id"], sha256=digest)
    content = printout.carimbar_job(office, row)
    conferir(office, content, digest)
    spool.guardar(office.spool, content)
    return content


def conferir(office: Office, content: bytes, digest: str) -> None:
    """Raise `PdfPerdido` unless `content` is of that SHA-256."""
    if hashlib.sha256(content).hexdigest() != digest:
        raise PdfPerdido(
            "O PDF deste trabalho sumiu do disco ou foi alterado, e não pôde ser refeito igual ao que foi selado: nada "
            f"mais é impresso dele. Traga {spool.caminho(office.spool, digest)} de uma cópia e mande de novo; ou "
            "exclua os selos (XA) e imprima o documento outra vez."
        )
