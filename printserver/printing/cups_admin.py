"""Administration calls to a CUPS server (queues, settings): run in the helper, like `cups_calls`.

Each is one step of an installation by a person; the server never calls them while it prints.
"""

import tempfile
from pathlib import Path
from typing import TypedDict

import cups

from printserver.common.data import JsonObject
from printserver.printing.cups_calls import PRINTER_STATES, connected, texts
from printserver.printing.model import QueueRefused, Server

_CONF = "/admin/conf/cupsd.conf"
_WANTED = [
    "printer-name",
    "device-uri",
    "printer-make-and-model",
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-error-policy",
    "printer-is-accepting-jobs",
    "media-supported",
]
_FORBIDDEN = (401, 403, 404, 405)


class QueueDescription(TypedDict):
    """A queue as reported by CUPS."""

    nome: str
    uri: str
    modelo: str
    estado: str
    motivos: list[str]
    mensagem: str | None
    politica: str | None
    papeis: list[str]


def queues(server: Server, queue: str) -> list[QueueDescription]:
    """Return every queue of the server, by name; `queue` is ignored."""
    with connected(server, queue) as open_:
        found = open_.getPrinters()
        return [
            _described(name, open_.getPrinterAttributes(name, requested_attributes=_WANTED)) for name in sorted(found)
        ]


def describe(server: Server, queue: str) -> QueueDescription | None:
    """Return the queue; None if the server has no such queue."""
    with connected(server, queue) as open_:
        if queue not in open_.getPrinters():
            return None
        return _described(queue, open_.getPrinterAttributes(queue, requested_attributes=_WANTED))


def add_driverless(server: Server, queue: str, uri: str) -> None:
    """Create a driverless queue to the IPP printer at `uri`. CUPS queries the printer's capabilities a moment later."""
    with connected(server, queue) as open_:
        open_.addPrinter(queue, ppdname="everywhere", device=uri, info=queue)
        open_.enablePrinter(queue)
        open_.acceptJobs(queue)


def remove(server: Server, queue: str) -> None:
    """Delete a queue."""
    with connected(server, queue) as open_:
        open_.deletePrinter(queue)


def set_error_policy(server: Server, queue: str, policy: str) -> None:
    """Set the error policy of a queue."""
    with connected(server, queue) as open_:
        open_.setPrinterErrorPolicy(queue, policy)


def settings(server: Server, queue: str) -> str | None:
    """Return the text of the server's cupsd.conf; None if access is denied.

    It is requested from the server: libcups' own call reads this machine's file for any server reached by a socket.
    """
    with connected(server, queue) as open_, tempfile.TemporaryFile() as file:
        try:
            open_.getFile(_CONF, fd=file.fileno())
        except cups.HTTPError as error:
            if error.args[0] in _FORBIDDEN:
                return None
            raise
        file.seek(0)
        return file.read().decode("utf-8", "replace")


def put_settings(server: Server, queue: str, text: str) -> None:
    """Replace the server's cupsd.conf; it restarts once nothing prints. Raises QueueRefused if forbidden."""
    with connected(server, queue) as open_, tempfile.NamedTemporaryFile(suffix=".conf") as file:
        Path(file.name).write_text(text, "utf-8")
        try:
            open_.putFile(_CONF, filename=file.name)
        except cups.HTTPError as error:
            if error.args[0] in _FORBIDDEN:
                raise QueueRefused(
                    "o servidor CUPS não deixa mudar a sua configuração: entre como quem o administra"
                ) from None
            if error.args[0] != 201:  # 201 (created) is the answer to a new cupsd.conf
                raise


def keeps_file(server: Server, queue: str, cups_id: int) -> bool:
    """Return whether CUPS still has a job's file, and so could print it again from its history."""
    with connected(server, queue) as open_:
        try:
            found = open_.getDocument(f"ipp://localhost/printers/{queue}", cups_id, 1)
        except cups.IPPError:
            return False
        Path(found["file"]).unlink(missing_ok=True)
        return True


def _described(name: str, printer: JsonObject) -> QueueDescription:
    reasons = [reason for reason in texts(printer.get("printer-state-reasons")) if reason != "none"]
    if not printer.get("printer-is-accepting-jobs", True):
        reasons.append("not-accepting-jobs")
    return {
        "nome": name,
        "uri": printer.get("device-uri", ""),
        "modelo": printer.get("printer-make-and-model", ""),
        "estado": PRINTER_STATES.get(printer.get("printer-state", 0), "unknown"),
        "motivos": reasons,
        "mensagem": printer.get("printer-state-message") or None,
        "politica": printer.get("printer-error-policy"),
        "papeis": texts(printer.get("media-supported")),
    }
