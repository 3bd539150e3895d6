"""A job's PDF: the very bytes to who may print them, each time on record; to all others a marked copy (X9)."""

from printserver.delivery import original, printout
from printserver.errors import Recusa
from printserver.ledger import jobs
from printserver.office import Author, LogEntry, Office, audit


def pdf(office: Office, author: Author, job_id: str, copia: bool) -> bytes:
    """Return the PDF of a job: the original only with the right `original` and unless `copia` was asked for.

    Raises `Recusa` `nao-encontrado`, `pdf-ainda-nao`, `erro-interno` where the sealed bytes are lost.
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
    entry = LogEntry(
        "pdf", job_id, "lido", author.pessoa, author.sistema, author.endereco, {"sha256": row["pdf_sha256"]}
    )
    with office.db.write() as conn:
        audit.write(conn, office.serventia_id, office.clock(), [entry])
    return content
