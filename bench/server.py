"""The measured server, started by `printserver serve`, and the resources of its processes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from bench.office import MeasuredOffice
from printserver.server.processes import PREFIX

HOST = "127.0.0.1"
# As installed: without `rich`, a tool of development that structlog loads where it is there.
_PROGRAM = "import sys; sys.modules['rich'] = None; from printserver.cli import main; main()"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory in MB (its share of shared pages, PSS) and CPU time in seconds of the server's processes, by task."""

    memory: dict[str, float]
    cpu: dict[str, float]


class Server:
    """A running server."""

    def __init__(self, office: MeasuredOffice, port: int, process: subprocess.Popen[bytes]) -> None:
        self.office = office
        self.port = port
        self._process = process

    @property
    def output(self) -> Path:
        """The folder of its queue."""
        return self.office.folder / "saida" / "notas"

    def delivered(self) -> int:
        """Return the number of PDFs in the queue."""
        return sum(1 for entry in os.scandir(self.output) if entry.name.endswith(".pdf"))

    def wait_delivered(self, count: int, limit_s: float = 300) -> None:
        """Wait until `count` PDFs are in the queue. Raises TimeoutError."""
        end = time.monotonic() + limit_s
        while (there := self.delivered()) < count:
            if time.monotonic() > end:
                raise TimeoutError(f"{there} of {count} PDFs at the queue after {limit_s:.0f} s")
            time.sleep(0.02)  # listing the folder costs time on the measured machine

    def pages(self) -> int:
        """Return the number of pages of the only PDF in the queue."""
        (file,) = self.output.glob("*.pdf")
        with pikepdf.open(file) as pdf:
            return len(pdf.pages)

    def shares(self, task: str) -> list[float]:
        """Return the memory in MB (PSS) of each process of a task."""
        found = [share(pid) for pid, each in tasks(self._process.pid) if each == task]
        return [each for each in found if each is not None]

    def usage(self) -> Usage:
        """Return the resources of its processes."""
        memory: dict[str, float] = {}
        cpu: dict[str, float] = {}
        for pid, task in tasks(self._process.pid):
            held = share(pid)
            try:
                spent = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            memory[task] = memory.get(task, 0) + (held or 0.0)
            cpu[task] = cpu.get(task, 0) + (int(spent[11]) + int(spent[12])) / _TICKS
            if task == "pool":  # CPU time of ended children: pool processes that were replaced
                cpu[task] += (int(spent[13]) + int(spent[14])) / _TICKS
        return Usage(memory, cpu)


@contextmanager
def serve(office: MeasuredOffice) -> Iterator[Server]:
    """Start the server, wait until it is ready, and stop it at the end of the block."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", _PROGRAM, "serve"]
    command += ["--instance", str(office.folder), "--port", str(port)]
    with (office.folder / "bench.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | office.environment, start_new_session=True
        )
    try:
        _wait_ready(process, port, office.folder / "bench.log")
        yield Server(office, port, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < end:
        connection = http.client.HTTPConnection(HOST, port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def share(pid: int) -> float | None:
    """Return the memory of a process in MB, its share of shared pages (PSS); None if it has ended."""
    try:
        status = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("Pss:")), None)


def tasks(supervisor: int) -> list[tuple[int, str]]:
    """Return the processes of a `serve` with their task: http, pool (render processes), engine, others."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            names[int(folder.name)] = (folder / "comm").read_text("utf-8").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [(supervisor, "others")]
    for child in children.get(supervisor, []):
        if names[child] == f"{PREFIX}engine":
            found.append((child, "engine"))
            found += [(pid, "others") for pid in _below(child, children)]
            continue
        found.append((child, "http"))
        found += [(pid, "pool") for pid in _below(child, children)]
    return found


def _below(pid: int, children: dict[int, list[int]]) -> list[int]:
    below = []
    for child in children.get(pid, []):
        below += [child, *_below(child, children)]
    return below
