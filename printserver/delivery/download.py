"""Download of a job's PDF: the original (logged) with the right `original`; otherwise a marked copy (X9)."""

from functools import partial

import structlog

from printserver.delivery import original, printout
from printserver.errors import Recusa
from printserver.ledger import JobRow, jobs
from printserver.office import Author, Office, acting
from printserver.rendering import DamagedBase, Undrawable

_log = structlog.get_logger()


def pdf(office: Office, author: Author, job_id: str, copia: bool) -> bytes:
    """Return the PDF of a job: the original if the author has the right `original` and `copia` is false.

    Raises `Recusa` `nao-encontrado`, `pdf-ainda-nao`, `erro-interno` if the sealed bytes are lost.
    """
    row = _with_pdf(office, job_id)
    if copia or "original" not in author.direitos:
        return _marked_copy(office, row)
    try:
        content = original.intact_pdf(office, row)
    except original.LostPdf as error:
        raise Recusa("erro-interno", str(error)) from error
    with acting(office, author, ring=False) as act:
        act.log("pdf", job_id, "lido", {"sha256": row["pdf_sha256"]})
    return content


def page_image(office: Office, job_id: str, page: int, width: int) -> bytes:
    """Return page `page` (from 1) of the marked copy as PNG, `width` (one of `rendering.WIDTHS`) pixels wide (X9).

    Raises `Recusa` `nao-encontrado`, `pdf-ainda-nao`; `erro-interno` if it cannot be drawn; `servidor-ocupado`.
    """
    row = _with_pdf(office, job_id)
    if not 1 <= page <= row["paginas"]:
        raise Recusa("nao-encontrado", f"O documento não tem a página {page}.")
    try:
        place = printout.positions_in_file(office, row, [page])[0] + 1
        return office.imagens.get(row["pdf_sha256"], place, width, partial(_marked_copy, office, row))
    except Recusa as refusal:
        if refusal.word == "servidor-ocupado":
            raise
        raise _undrawn(job_id, page) from refusal
    except (DamagedBase, Undrawable, LookupError, OSError, ValueError) as error:
        raise _undrawn(job_id, page) from error


def _undrawn(job_id: str, page: int) -> Recusa:
    _log.warning("a page cannot be drawn", job=job_id, page=page, exc_info=True)
    return Recusa("erro-interno", "Esta página não pôde ser desenhada: abra o PDF.")


def _with_pdf(office: Office, job_id: str) -> JobRow:
    """Return the row of a job that has its PDF. Raises `Recusa` `nao-encontrado`, `pdf-ainda-nao`."""
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, job_id)
    jobs.require_kept(row)
    if row["pdf_sha256"] is None:
        raise Recusa(
            "pdf-ainda-nao",
            f"O PDF deste trabalho ainda não existe (estado {row['estado']}): tente de novo em um instante.",
            retry_after=1,
        )
    return row


def _marked_copy(office: Office, row: JobRow) -> bytes:
    return printout.stamp_job(office, row, copy_without_value=True)


def page_size(office: Office, job_id: str) -> tuple[float, float]:
    """Return width and height of the job's pages in mm."""
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, job_id)
    page = printout.job_format(office, row).pagina
    return float(page.largura), float(page.altura)
