"""A queue that is a folder: every print becomes the file `DIR/JOB-ID.pdf`, written atomically.

It prints nothing: another program of the office may take the files from there.
"""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from printserver.common import faults
from printserver.common.files import sync_folder
from printserver.printing.model import Capabilities, Handoff, QueueRefused, QueueUnavailable


class FolderQueue:
    """A folder of finished prints, the queue of a new office.

    `pasta` must exist (see `prepare`): a missing folder, such as a share that is not mounted, is never created
    by a print, or the files would go to the wrong place.
    """

    def __init__(self, nome: str, pasta: Path) -> None:
        self.nome = nome
        self.pasta = Path(pasta)

    def prepare(self) -> None:
        """Create the folder, for its owner only, unless it exists. Raises QueueUnavailable on failure."""
        try:
            self.pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unavailable(error) from error

    def hand_off(self, handoff: Handoff) -> Path:
        """Write the print to disk (fsync) and return its path.

        The file is readable by its owner, and by the folder's group if the folder is: a spooler that runs as another
        user can take it.

        Idempotent per job. Raises QueueUnavailable if the folder cannot be written (full, gone, no permission; no
        partial file is left) or if the PDF has changed; QueueRefused if the folder holds a different file under this
        job's name: that file is never overwritten.
        """
        final = self.pasta / f"{handoff.job_id}.pdf"
        content = handoff.read_content()
        try:
            if not self._already_there(final, content):
                self._write(final, content)
            sync_folder(self.pasta)
        except OSError as error:
            raise self._unavailable(error) from error
        return final

    def capabilities(self) -> Capabilities:
        """Return the folder's capabilities, in the form of other queues; `stopped` if it is not writable."""
        usable = self.pasta.is_dir() and os.access(self.pasta, os.W_OK | os.X_OK)
        return {
            "estado": "idle" if usable else "stopped",
            "motivos": [] if usable else ["pasta-inacessivel"],
            "mensagem": None,
            "politica": None,
            "bandejas": [],
            "papeis": [],
            "faces": ["frente", "frente-verso", "frente-depois-verso"],
        }

    def _already_there(self, final: Path, content: bytes) -> bool:
        try:
            present = final.read_bytes()
        except FileNotFoundError:
            return False
        if present != content:
            raise QueueRefused(f"a pasta {self.pasta} já tem outro arquivo de nome {final.name}")
        return True

    def _write(self, final: Path, content: bytes) -> None:
        # One draft folder per job: listing the queue's folder would take longer the fuller it is. Drafts left by a
        # killed process are deleted first. A worker that lost its claim but still writes finds its draft gone and
        # fails, which is correct: the other worker writes the file.
        drafts = self.pasta / f".{final.name}.tmp"
        drafts.mkdir(mode=0o700, exist_ok=True)
        for stale in drafts.iterdir():
            stale.unlink(missing_ok=True)
        temporary = drafts / secrets.token_hex(6)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                _open_to_group(file.fileno(), self.pasta.stat())
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(final)
        finally:
            temporary.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # another worker writes there
                drafts.rmdir()

    def _unavailable(self, error: OSError) -> QueueUnavailable:
        return QueueUnavailable(
            f"a pasta da fila {self.nome} ({self.pasta}) não pode ser escrita: {faults.of_os(error)}"
        )


def _open_to_group(file: int, folder: os.stat_result) -> None:
    if folder.st_mode & stat.S_IRGRP:
        os.fchown(file, -1, folder.st_gid)
        os.fchmod(file, 0o640)
