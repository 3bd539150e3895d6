"""The whole server for tests: a real `printserver serve` over an office of its own, and a small client of its API.

It is killed and started again as a machine's crash would, whole or only one of its processes.
"""

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from printserver.server.processes import PREFIX
from support import process, warm

PROGRAM = str(Path(sys.executable).with_name("printserver"))
WAIT_S = 10  # the server answers sooner where too many wait


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The answer's JSON value."""
        return json.loads(self.content)

    @property
    def word(self) -> str:
        """The word of a problem answer; empty where it is none."""
        if self.headers.get("Content-Type") != "application/problem+json":
            return ""
        return str(self.json["type"]).rpartition("/")[2]

    @property
    def replayed(self) -> bool:
        """Whether the server says that it gave this answer before."""
        return self.headers.get("Idempotent-Replay") == "true"

    @property
    def job(self) -> dict[str, Any]:
        """The job of a success, or the one that a refusal holds."""
        value = self.json
        found: dict[str, Any] = value.get("job", value)
        assert "estado" in found, value
        return found


class Client:
    """A legacy program with its key. Threads may share it: each call has a connection of its own."""

    def __init__(self, port: int, key: str, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.key = key
        self._tls = tls

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        limit_s: float = process.LIMIT_S,
    ) -> Answer:
        """Send one request (`body`: bytes as they are, else as JSON; `key`: its Idempotency-Key)."""
        sent = {"Authorization": f"Bearer {self.key}", "Connection": "close"}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if key is not None:
            sent["Idempotency-Key"] = key
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=limit_s, context=self._tls)
            if self._tls
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit_s)
        )
        try:
            connection.request(method, path, body, sent | dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """Ask for something."""
        return self.call("GET", path)

    def post(self, path: str, body: Any, *, key: str | None = None) -> Answer:
        """Send something."""
        return self.call("POST", path, body, key=key)

    def print(self, body: Any, *, key: str | None = None, wait: int = 0) -> Answer:
        """Post a print, and wait up to `wait` seconds for it to be handed over or at an end."""
        return self.post(f"/api/v1/jobs?espera={wait}" if wait else "/api/v1/jobs", body, key=key)

    def printed(self, body: Any, *, key: str | None = None) -> dict[str, Any]:
        """Post a print that must be taken, and return its job when it came to an end."""
        answer = self.print(body, key=key)
        assert answer.status == 202, answer.content.decode()
        return self.ended(answer.job["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as it stands."""
        answer = self.get(f"/api/v1/jobs/{job_id}")
        assert answer.status == 200, answer.content
        return answer.job

    def ended(self, job_id: str, limit_s: float = process.LIMIT_S) -> dict[str, Any]:
        """Wait until nothing more happens to the job by itself, and return it."""
        end = time.monotonic() + limit_s
        found = self.job(job_id)
        while not found["encerrado"]:
            if time.monotonic() > end:
                raise TimeoutError(f"job {job_id} is still {found['estado']}: {found['cups']}")
            found = self.get(f"/api/v1/jobs/{job_id}?espera={WAIT_S}&desde={found['estado']}").job
        return found

    def pdf(self, job_id: str) -> bytes:
        """Return the very bytes that were printed."""
        answer = self.get(f"/api/v1/jobs/{job_id}/pdf")
        assert answer.status == 200, answer.content
        return answer.content

    def jobs(self, query: str = "") -> list[dict[str, Any]]:
        """Return every job that the query finds."""
        return self._all("/api/v1/jobs", query)

    def seals(self, query: str = "") -> list[str]:
        """Return the code of every seal that the query finds."""
        return [seal["codigo"] for seal in self._all("/api/v1/selos", query)]

    def _all(self, path: str, query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.get(f"{path}?pagina={page}&{query}").json
            found += answer["itens"]
            if not answer["itens"] or len(found) >= answer["total"]:
                return found
            page += 1


@dataclass
class PrintServer:
    """An office in a folder of its own and the server over it. Use as a context manager, or `start` and `destroy`."""

    base: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    made: dict[str, str] = field(init=False)
    port: int = field(init=False, default=0)
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _workers: list[subprocess.Popen[bytes]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.made = json.loads(self.run("init", "--json").stdout)

    def __enter__(self) -> "PrintServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.destroy()

    @property
    def instance(self) -> Path:
        """The office's folder."""
        return self.base / "serventia"

    @property
    def log(self) -> Path:
        """What the server's processes write."""
        return self.base / "log"

    @property
    def out(self) -> Path:
        """The folder of the first queue."""
        return self.instance / "saida" / "notas"

    @property
    def client(self) -> Client:
        """A client with the first key, which has all rights."""
        return Client(self.port, self.made["chave"], self.tls)

    @property
    def pid(self) -> int:
        """The parent process of the running server."""
        assert self._process is not None
        return self._process.pid

    def run(self, command: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of the program's commands over this office."""
        self.base.mkdir(parents=True, exist_ok=True)
        words = [*command.split(), *arguments, "--instance", str(self.instance)]
        return warm.program().run(words, self._environment(), check=check)

    def start(self, *options: str) -> "PrintServer":
        """Start the server on a port of its own and wait until it can work."""
        self.launch(*options)
        process.wait_until(self.ready, f"server, see {self.log}", self._process)
        return self

    def launch(self, *options: str) -> subprocess.Popen[bytes]:
        """Start the server and do not wait for it."""
        self.port = process.free_port()
        command = [PROGRAM, "serve", "--instance", str(self.instance), "--port", str(self.port), *options]
        self._process = process.start(command, self.log, env=self._environment())
        return self._process

    def worker(self) -> int:
        """Start one more engine; return its process id."""
        command = [PROGRAM, "worker", "--instance", str(self.instance)]
        self._workers.append(process.start(command, self.log, env=self._environment()))
        return self._workers[-1].pid

    def end(self, pid: int) -> int:
        """End one of the other engines, after what it has in hand; return its exit status."""
        one = next(one for one in self._workers if one.pid == pid)
        process.stop(one)
        return one.returncode

    def ready(self) -> bool:
        """Whether the server says that it can work."""
        try:
            return self.client.call("GET", "/readyz", limit_s=30).status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """End all processes of the server, other engines too, as a power failure does."""
        pids = self.processes()
        for one in (self._process, *self._workers):
            if one is not None and one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
                one.wait()
        process.wait_until(lambda: not any(alive(pid) for pid in pids), "killed processes")
        self._workers.clear()

    def stop(self) -> int:
        """End the server as an operator does; return its exit status."""
        assert self._process is not None
        process.stop(self._process)
        return self._process.returncode

    def destroy(self) -> None:
        """End all and remove the office."""
        self.kill()
        shutil.rmtree(self.base, ignore_errors=True)

    def processes(self) -> list[int]:
        """Return the ids of all processes of the server's group and of the other engines' groups."""
        groups = {one.pid for one in (self._process, *self._workers) if one is not None}
        return [pid for pid, stat in _stats().items() if int(stat[2]) in groups and stat[0] != "Z"]

    def child(self, name: str) -> int:
        """Return the process id of the parent's own child, `http` or `engine`."""
        for pid, stat in _stats().items():
            if int(stat[1]) == self.pid and _name(pid) == f"{PREFIX}{name}":
                return pid
        raise LookupError(name)

    def verified(self) -> str:
        """Verify the audit and return what the program says; raises CalledProcessError where it does not hold."""
        return self.run("auditoria verificar").stdout

    def _environment(self) -> dict[str, str]:
        """Return the environment of the processes. One renderer: a second is started for nothing in most tests."""
        return os.environ | {"PYTHONUNBUFFERED": "1", "PRINTSERVER_RENDER_PROCESSOS": "1"} | dict(self.environment)


def together(calls: list[Any], *, threads: int | None = None) -> list[Any]:
    """Make all the calls at once, each in a thread of its own (or by `threads`), and return their results in order."""
    results: list[Any] = [None] * len(calls)
    waiting = iter(range(len(calls)))
    take = threading.Lock()
    gate = threading.Barrier(threads or len(calls))

    def work() -> None:
        gate.wait()
        while True:
            with take:
                index = next(waiting, None)
            if index is None:
                return
            try:
                results[index] = calls[index]()
            except Exception as error:
                results[index] = error

    crew = [threading.Thread(target=work, daemon=True) for _ in range(gate.parties)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


def alive(pid: int) -> bool:
    """Whether the process is there and not a mere entry that its parent has not read yet."""
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX"


def _stats() -> dict[int, list[str]]:
    """Return state, parent, process group … of every process (the fields of /proc/PID/stat from the third on)."""
    found = {int(entry.name): _stat(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    return {pid: stat for pid, stat in found.items() if stat is not None}


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", errors="replace").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
