"""Download of a job's PDF: the original (logged) with the right `original`; otherwise a marked copy (X9)."""

from printserver.delivery import original, printout
from printserver.errors import Recusa
from printserver.ledger import jobs
from printserver.office import Author, Office, acting


def pdf(office: Office, author: Author, job_id: str, copia: bool) -> bytes:
    """Return the PDF of a job: the original if the author has the right `original` and `copia` is false.

    Raises `Recusa` `nao-encontrado`, `pdf-ainda-nao`, `erro-interno` if the sealed bytes are lost.
    """
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, job_id)
    if row["pdf_sha256"] is None:
        raise Recusa(
            "pdf-ainda-nao",
            f"O PDF deste trabalho ainda não existe (estado {row['estado']}): tente de novo em um instante.",
            retry_after=1,
        )
    if copia or "original" not in author.direitos:
        return printout.stamp_job(office, row, copy_without_value=True)
    try:
        content = original.intact_pdf(office, row)
    except original.LostPdf as error:
        raise Recusa("erro-interno", str(error)) from error
    with acting(office, author, ring=False) as act:
        act.log("pdf", job_id, "lido", {"sha256": row["pdf_sha256"]})
    return content
