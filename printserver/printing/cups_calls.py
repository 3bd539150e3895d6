"""Calls to a CUPS server, each on a new connection: run in the helper process, never in the server itself.

They have no time limits (see `helper`) and no state except pycups' own thread settings.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import cups

from printserver.common.data import JsonObject
from printserver.printing import tls_tunnel
from printserver.printing.media import FACES_BY_SIDES, is_keyword, our_job_id
from printserver.printing.model import Capabilities, QueueGone, QueueRefused, QueueUnavailable, Server, State

_JOB_STATES = {
    3: "pending",
    4: "pending-held",
    5: "processing",
    6: "processing-stopped",
    7: "canceled",
    8: "aborted",
    9: "completed",
}
_HELD = 4
_ENDED_BADLY = (7, 8)
_COMPLETED = 9
PRINTER_STATES = {3: "idle", 4: "processing", 5: "stopped"}

_NOT_FOUND = 0x406
_NOT_POSSIBLE = 0x404
# Permanent IPP client errors: bad request, forbidden, not authenticated, not authorized, too large, value too long,
# format, attributes. All others are temporary (1280 means an unknown queue as well as a server that is down).
_PERMANENT = {0x400, 0x401, 0x402, 0x403, 0x408, 0x409, 0x40A, 0x40B, 0x40D, 0x40E, 0x411}

_STATE_ATTRIBUTES = [
    "job-state",
    "job-state-reasons",
    "job-media-sheets-completed",
    "job-impressions-completed",
    "job-printer-state-message",
    "job-printer-state-reasons",
    "time-at-processing",
    "number-of-documents",
    "job-k-octets",
]
_HTTP_CONTINUE = 100
_CHUNK = 64 * 1024

# Default server and user of pycups (CUPS_SERVER, client.conf, the local socket).
_DEFAULT_SERVER = (cups.getServer(), cups.getPort())
_DEFAULT_USER = cups.getUser()


def create(server: Server, queue: str, name: str, options: dict[str, str]) -> int:
    """Create a held job without a file and return its id."""
    with connected(server, queue) as connection:
        return int(connection.createJob(queue, name, options))


def send(server: Server, queue: str, cups_id: int, pdf: bytes, name: str) -> None:
    """Send the PDF of a job that is held and has no file; does nothing if it has it."""
    size = len(pdf)
    with connected(server, queue) as connection:
        job = _job(connection, cups_id)
        if job is None or job["job-state"] in _ENDED_BADLY:
            raise QueueRefused(f"o trabalho {cups_id} já não espera por um arquivo na fila {queue}")
        if job["job-state"] == _COMPLETED or _has_file(job, queue, size):
            return
        if job["job-state"] != _HELD:
            raise QueueRefused(f"o trabalho {cups_id} não está retido na fila {queue}: nada lhe é enviado")
        status = connection.startDocument(queue, cups_id, name, "application/pdf", 1)
        for start in range(0, size, _CHUNK):
            if status != _HTTP_CONTINUE:
                break
            chunk = pdf[start : start + _CHUNK]
            status = connection.writeRequestData(chunk, len(chunk))
        if status != _HTTP_CONTINUE:
            raise QueueUnavailable(f"a fila {queue} interrompeu o envio do arquivo (HTTP {status})")
        connection.finishDocument(queue)
    # Checked: pycups reported success for 6 of 60 connections that broke midway, and CUPS had no file.
    with connected(server, queue) as connection:
        job = _job(connection, cups_id)
    if job is None or not _has_file(job, queue, size):
        raise QueueUnavailable(f"o arquivo do trabalho {cups_id} não chegou à fila {queue}")


def release(server: Server, queue: str, cups_id: int) -> None:
    """Release a held job that has its file; does nothing if it was released before."""
    with connected(server, queue) as connection:
        job = _job(connection, cups_id)
        if job is None:
            raise QueueRefused(f"o trabalho {cups_id} é desconhecido na fila {queue}")
        if job["job-state"] != _HELD:
            return
        if job.get("number-of-documents", 0) < 1:
            raise QueueRefused(f"o trabalho {cups_id} não tem arquivo: não é liberado")
        connection.setJobHoldUntil(cups_id, "no-hold")


def state(server: Server, queue: str, cups_id: int) -> State | None:
    """Return the status of a job; None if CUPS does not know the id, or does not show the job to this user."""
    return states(server, queue, [cups_id]).get(cups_id)


def states(server: Server, queue: str, cups_ids: Sequence[int]) -> dict[int, State]:
    """Return the status of these jobs, at any queue of the server; unknown ones are left out.

    Several jobs: one request for all active ones (500 take 10 ms), then one per ended job (0.2 ms each).
    """
    found: dict[int, JsonObject] = {}
    with connected(server, queue) as connection:
        if len(cups_ids) > 1:
            found = _jobs(connection, which_jobs="not-completed")
        for cups_id in cups_ids:
            if cups_id not in found:
                found |= _jobs(connection, which_jobs="all", first_job_id=cups_id, limit=1)
    return {cups_id: _state(found[cups_id]) for cups_id in cups_ids if cups_id in found}


def history(server: Server, queue: str) -> dict[int, State]:
    """Return the status of every job of this user, ended or not, at any queue of the server (500: 10 ms)."""
    with connected(server, queue) as connection:
        return {cups_id: _state(job) for cups_id, job in _jobs(connection, which_jobs="all").items()}


def _jobs(connection: Any, **which: Any) -> dict[int, JsonObject]:
    # Without `my_jobs` pycups does not send the user's name, and CUPS's default policy then hides every job's name.
    # Without `job-id` among the attributes the answer is empty.
    wanted = ["job-id", "job-name", *_STATE_ATTRIBUTES]
    return dict(connection.getJobs(my_jobs=True, requested_attributes=wanted, **which))


def _state(job: JsonObject) -> State:
    reasons = [*texts(job.get("job-state-reasons")), *texts(job.get("job-printer-state-reasons"))]
    began = job.get("time-at-processing")
    return State(
        estado=_JOB_STATES.get(job["job-state"], str(job["job-state"])),
        motivos=tuple(dict.fromkeys(reason for reason in reasons if reason != "none")),
        folhas=job.get("job-media-sheets-completed") or None,
        impressions=job.get("job-impressions-completed") or None,
        mensagem=job.get("job-printer-state-message") or None,
        inicio=began if isinstance(began, int) and began > 0 else None,
        job_id=our_job_id(job.get("job-name", "")) or None,
    )


def find(server: Server, queue: str, job_id: str) -> list[int]:
    """Return the ids of all jobs at the server, ended or not, whose name begins with `job_id` (`ID`, or `ID-2` …)."""
    with connected(server, queue) as connection:
        # Without `my_jobs` pycups does not send the user's name, and CUPS's default policy then hides every job's name.
        # Without `job-id` among the attributes the answer is empty.
        jobs = connection.getJobs(which_jobs="all", my_jobs=True, requested_attributes=["job-id", "job-name"])
    names = {cups_id: our_job_id(job.get("job-name", "")) for cups_id, job in jobs.items()}
    return sorted(cups_id for cups_id, name in names.items() if name == job_id or name.startswith(f"{job_id}-"))


def cancel(server: Server, queue: str, cups_id: int) -> None:
    """Cancel a job; does nothing if it is unknown or has ended."""
    with connected(server, queue) as connection:
        try:
            connection.cancelJob(cups_id)
        except cups.IPPError as error:
            if error.args[0] not in (_NOT_FOUND, _NOT_POSSIBLE):
                raise


def capabilities(server: Server, queue: str) -> Capabilities:
    """Return the queue's state, trays, media and faces. Raises QueueGone if the server has no such queue."""
    wanted = [
        "printer-state",
        "printer-state-reasons",
        "printer-state-message",
        "printer-error-policy",
        "printer-is-accepting-jobs",
        "media-source-supported",
        "media-supported",
        "sides-supported",
    ]
    with connected(server, queue) as connection:
        try:
            printer = connection.getPrinterAttributes(queue, requested_attributes=wanted)
        except cups.IPPError as error:
            if error.args[0] == _NOT_FOUND:
                raise QueueGone(f"o servidor de impressão não tem a fila {queue}") from None
            raise
    reasons = [reason for reason in texts(printer.get("printer-state-reasons")) if reason != "none"]
    if not printer.get("printer-is-accepting-jobs", True):
        reasons.append("not-accepting-jobs")
    sides = texts(printer.get("sides-supported"))
    faces = [face for side, face in FACES_BY_SIDES.items() if side in sides]
    return {
        "estado": PRINTER_STATES.get(printer.get("printer-state", 0), "unknown"),
        "motivos": reasons,
        "mensagem": printer.get("printer-state-message") or None,
        "politica": printer.get("printer-error-policy"),
        "bandejas": [tray for tray in texts(printer.get("media-source-supported")) if is_keyword(tray)],
        "papeis": texts(printer.get("media-supported")),
        "faces": [*faces, "frente-depois-verso"] if "frente" in faces else faces,
    }


@contextmanager
def connected(server: Server, queue: str) -> Iterator[Any]:
    """Yield a new connection to the server; its errors are raised as QueueUnavailable or QueueRefused."""
    with tls_tunnel.endpoint(server, *_address(server.endereco)) as (host, port), _failures(server, queue):
        # The tunnel encrypts.
        encryption = cups.HTTP_ENCRYPT_NEVER if server.tls else cups.HTTP_ENCRYPT_IF_REQUESTED
        # Set for the thread and for the connection: calls of pycups use one or the other.
        cups.setServer(host)
        cups.setPort(port)
        cups.setUser(server.usuario or _DEFAULT_USER)
        cups.setEncryption(encryption)
        cups.setPasswordCB2(_password_once(server.password))
        yield cups.Connection(host=host, port=port, encryption=encryption)


@contextmanager
def _failures(server: Server, queue: str) -> Iterator[None]:
    try:
        yield
    except cups.IPPError as error:
        raise _failure(queue, *error.args[:2]) from None
    except cups.HTTPError as error:
        raise QueueUnavailable(f"a fila {queue} não pôde ser alcançada (HTTP {error.args[0]})") from None
    except RuntimeError as error:
        where = server.endereco or _DEFAULT_SERVER[0]
        of = f" da fila {queue}" if queue else ""
        raise QueueUnavailable(f"o servidor de impressão {where}{of} não responde: {error}") from None


def _address(server: str | None) -> tuple[str, int]:
    if server is None:
        return _DEFAULT_SERVER
    if server.startswith("/"):
        return server, _DEFAULT_SERVER[1]
    host, separator, port = server.rpartition(":")
    if not separator or not port.isdigit():
        raise QueueRefused(f"servidor de impressão {server!r}: use o caminho do soquete ou MÁQUINA:PORTA")
    return host.strip("[]"), int(port)


def _password_once(password: str | None) -> Callable[..., str | None]:
    """Return a callback that gives libcups the password once; without it libcups asks at the terminal and waits."""
    left = [password]

    def give(*_: object) -> str | None:
        given, left[0] = left[0], None
        return given

    return give


def _failure(queue: str, status: int, text: str) -> QueueUnavailable | QueueRefused:
    if status in _PERMANENT:
        return QueueRefused(f"a fila {queue} recusou o trabalho: {text} ({status})")
    return QueueUnavailable(f"a fila {queue} não está disponível: {text} ({status})")


def _job(connection: Any, cups_id: int) -> JsonObject | None:
    try:
        return dict(connection.getJobAttributes(cups_id, _STATE_ATTRIBUTES))
    except cups.IPPError as error:
        if error.args[0] == _NOT_FOUND:
            return None
        raise


def _has_file(job: JsonObject, queue: str, size: int) -> bool:
    """Return whether the job has its file; QueueRefused if that is not of `size` bytes (CUPS counts in KiB)."""
    if job.get("number-of-documents", 0) == 0:
        return False
    if job["number-of-documents"] != 1 or job.get("job-k-octets") != (size + 1023) // 1024:
        raise QueueRefused(f"um trabalho na fila {queue} tem outro arquivo que não o seu: não é usado")
    return True


def texts(value: object) -> list[str]:
    """Return an attribute of keywords as a list: for a single keyword pycups returns a str."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(item) for item in value]  # type: ignore[attr-defined]


def address(server: Server) -> tuple[str, int]:
    """Return the server's socket path or host, and its port."""
    return _address(server.endereco)
