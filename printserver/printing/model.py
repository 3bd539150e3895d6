"""Data of a hand-off, reported state of a queue's job, and errors of a queue. The only I/O is reading the PDF."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from printserver.common import faults

_JOB_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}", re.ASCII)


class QueueUnavailable(Exception):
    """The queue, or its server, cannot be reached or rejects jobs now: retry later.

    The call may have taken effect (the answer was lost): check before a retry.
    """


class CertificateChanged(QueueUnavailable):
    """The server's certificate differs from the recorded one: nothing was sent to it."""


class QueueGone(QueueUnavailable):
    """The server answers, but has no queue of that name now."""


class QueueRefused(Exception):
    """The queue refuses this hand-off permanently: a retry will not help."""


@dataclass(frozen=True, slots=True)
class Server:
    """A CUPS server and the access to it.

    `endereco` is a socket's path or HOST:PORT; None is CUPS of this machine. With `tls` nothing is sent unencrypted,
    nor to a server whose certificate differs from `certificado` (SHA-256, hex). `password` is excluded from the `repr`.
    """

    endereco: str | None = None
    usuario: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    certificado: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """One print to hand to a queue.

    `job_id` is this program's id (letters, digits, `-` and `_`). `pdf` is the file to print and `sha256` (hex) its
    hash: a file that has changed is not handed over. `titulo` is shown in the queue's list. `copias` ≥ 1. `faces` and
    `bandeja` None use the queue's defaults. Page sizes are in mm.

    Raises ValueError for a `job_id` that is unsafe as a file name, and for invalid numbers.
    """

    job_id: str
    pdf: Path
    titulo: str
    copias: int
    faces: str | None
    bandeja: str | None
    width_mm: float
    height_mm: float
    sha256: str

    def __post_init__(self) -> None:
        if not _JOB_ID.fullmatch(self.job_id):
            raise ValueError(f"identificador de trabalho impróprio para uma fila: {self.job_id!r}")
        if self.copias < 1:
            raise ValueError(f"número de cópias impossível: {self.copias}")
        if self.width_mm <= 0 or self.height_mm <= 0:
            raise ValueError(f"tamanho de página impossível: {self.width_mm} × {self.height_mm} mm")

    def read_content(self) -> bytes:
        """Return the bytes to print. Raises QueueUnavailable if the file cannot be read, or has changed."""
        try:
            content = self.pdf.read_bytes()
        except OSError as error:
            raise QueueUnavailable(
                f"o PDF do trabalho {self.job_id} não pode ser lido: {faults.of_os(error)}"
            ) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise QueueUnavailable(f"o PDF do trabalho {self.job_id} mudou no disco: não é impresso, e é refeito")
        return content


@dataclass(frozen=True, slots=True)
class State:
    """State of a job as reported by the queue.

    `estado` is one of IPP's words (`pending`, `pending-held`, `processing`, `processing-stopped`, `canceled`,
    `aborted`, `completed`); `completed` is no proof of paper. `motivos` are IPP's state reasons, without `none`.
    `folhas` (sheets) and `impressions` (printed sides) are counts; None if the queue counted nothing, since CUPS writes
    0 both for "none came out" and for "this queue does not count". For two-sided prints CUPS 2.4.2 counts too few
    sheets but all sides: compare the sides with pages × copies. `mensagem` is the printer's last message (often the
    only sign of a printer that is down). `inicio` is the Unix time at which printing began: it changes when CUPS prints
    a job again. `job_id` is the id in the job's name: a server that lost its table gives its ids to other jobs.
    """

    estado: str
    motivos: tuple[str, ...]
    folhas: int | None
    impressions: int | None = None
    mensagem: str | None = None
    inicio: int | None = None
    job_id: str | None = None


class Capabilities(TypedDict):
    """State and capabilities of a queue, as in `GET /filas`: IPP words for state and trays, the contract's for faces.

    `mensagem` is the printer's own; `politica` is CUPS's error policy for failed jobs.
    """

    estado: str
    motivos: list[str]
    mensagem: str | None
    politica: str | None
    bandejas: list[str]
    papeis: list[str]
    faces: list[str]
