"""The HTTP server by itself: stalled connections hold no thread and end in time; errors are problems; orderly end."""

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from printserver.api import HOLD, REPEATED
from printserver.server.http_server import (
    Answer,
    Deadlines,
    Server,
    create_server,
)
from support.tls import self_signed

HOST = "127.0.0.1"
SHORT = Deadlines(head=0.5, body=60.0, stall=0.5, idle=0.5)
PATIENT = Deadlines(head=600.0, body=600.0, stall=600.0, idle=600.0)
BODY_BYTES = 100_000
HUGE = b"x" * (8 << 20)  # more than the kernel keeps for a connection


@dataclass
class Running:
    """A server in a thread of this process."""

    server: Server
    port: int
    thread: threading.Thread
    tls: ssl.SSLContext | None

    def connect(self) -> socket.socket:
        """Return a connection on which nothing was sent, not even a handshake."""
        return socket.create_connection((HOST, self.port), timeout=60)

    def send(self, raw: bytes) -> socket.socket:
        """Return a connection, with TLS where the server has it, on which `raw` was sent."""
        connection = self.connect()
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_hostname="localhost")
        connection.sendall(raw)
        return connection

    def ask(self, raw: bytes = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") -> http.client.HTTPResponse:
        """Return the answer to `raw`, its head read."""
        answer = http.client.HTTPResponse(self.send(raw))
        answer.begin()
        return answer


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/huge":
        answer = HUGE
    elif environ["PATH_INFO"] == "/fails":
        raise ValueError("a fault of the application")
    elif environ["PATH_INFO"] == "/held":
        environ[HOLD](1.0)
        answer = b"held"
    elif environ["PATH_INFO"] == "/slow":
        time.sleep(1)
        answer = b"slow"
    else:
        told = {"bytes": len(body), "address": environ["REMOTE_ADDR"], "scheme": environ["wsgi.url_scheme"]}
        told |= {"script": environ["SCRIPT_NAME"], "repeated": sorted(environ[REPEATED])}
        told |= {"forwarded": environ.get("HTTP_X_FORWARDED_FOR")}
        answer = json.dumps(told).encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


def problem(status: int) -> Answer:
    return Answer(f"{status} NO", "application/problem+json", b'{"status":%d}' % status)


@contextmanager
def running(deadlines: Deadlines, *, threads: int = 2, tls: Path | None = None, **more: Any) -> Iterator[Running]:
    """Serve `application` until the block ends."""
    listener = socket.create_server((HOST, 0))
    context = client = None
    if tls is not None:
        certificate, key = self_signed(tls)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        client = ssl.create_default_context(cafile=str(certificate))
    server = create_server(
        application,
        listener,
        threads=threads,
        body_bytes=BODY_BYTES,
        problem=problem,
        tls=context,
        deadlines=deadlines,
        **more,
    )
    thread = threading.Thread(target=server.run, args=(30.0,), daemon=True)
    thread.start()
    try:
        yield Running(server, listener.getsockname()[1], thread, client)
    finally:
        server.stop()
        thread.join(60)


STALLS = {
    "silent": b"",
    "head": b"GET / HTTP/1.1\r\nHost: a\r\nX-Half",
    "body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nhalf",
    "chunk": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\nhalf",
    "reader": b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n",
    "between requests": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_64_stalled_connections_of_each_kind_leave_the_server_answering(tls: bool, tmp_path: Path) -> None:
    with running(PATIENT, tls=tmp_path if tls else None) as server, ExitStack() as held:
        for raw in STALLS.values():
            for _ in range(64):
                held.enter_context(server.send(raw))
        if tls:
            for begun in (b"", b"\x16"):
                for _ in range(64):
                    held.enter_context(server.connect()).sendall(begun)
        assert server.ask().status == 200


@pytest.mark.parametrize("stall", STALLS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_stalled_connection_ends_in_time(tls: bool, stall: str, tmp_path: Path) -> None:
    with running(SHORT, tls=tmp_path if tls else None) as server, server.send(STALLS[stall]) as connection:
        if stall == "reader":
            _wait(lambda: not server.server.active_channels)
        else:
            _until_closed(connection)


def test_a_stalled_handshake_ends_in_time(tmp_path: Path) -> None:
    with running(SHORT, tls=tmp_path) as server:
        for begun in (b"", b"\x16", b"GET / HTTP/1.1\r\n\r\n"):
            with server.connect() as connection:
                connection.sendall(begun)
                _until_closed(connection)
        assert server.ask().status == 200


def test_a_head_or_body_that_drips_ends_in_time() -> None:
    limits = Deadlines(head=1.0, body=1.0, stall=600.0, idle=600.0)
    with running(limits) as server:
        for raw in (b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n"):
            with server.send(raw) as connection:
                connection.settimeout(0.05)
                end = time.monotonic() + 60
                while not _ended(connection):
                    assert time.monotonic() < end, "a dripping request is still open after a minute"


def _ended(connection: socket.socket) -> bool:
    """Send one more byte; return whether the server has closed the connection."""
    try:
        connection.sendall(b"a")
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_large_bodies_and_answers_pass_whole(tls: bool, tmp_path: Path) -> None:
    with running(PATIENT, tls=tmp_path if tls else None) as server:
        raw = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES + b"x" * BODY_BYTES
        assert json.loads(server.ask(raw).read())["bytes"] == BODY_BYTES
        assert server.ask(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n").read() == HUGE


def test_a_body_over_the_limit_is_413_and_read_to_its_end() -> None:
    size = BODY_BYTES * 3
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"".join(b"2710\r\n" + b"x" * 10_000 + b"\r\n" for _ in range(30)) + b"0\r\n\r\n"
    with running(PATIENT) as server:
        for raw in (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size, chunked):
            answer = server.ask(raw)
            assert (answer.status, json.loads(answer.read())) == (413, {"status": 413})
        endless = server.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        assert endless.status == 413


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
        (b"what is this\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(5000)) + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET /fails HTTP/1.1\r\n\r\n", 500),
    ],
)
def test_what_the_application_never_sees_is_answered_as_a_problem(raw: bytes, status: int) -> None:
    with running(PATIENT) as server:
        answer = server.ask(raw)
        assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
        assert answer.headers["Server"] is None


def test_headers_that_repeat_are_named_and_forwarding_ones_not_believed() -> None:
    raw = (
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nx-a: 2\r\nX-B: 1,2\r\nScript-Name: /x\r\nX-Forwarded-For: 10.9.8.7\r\n"
    )
    raw += b"X-Forwarded-Proto: https\r\n\r\n"
    with running(PATIENT) as server:
        told = json.loads(server.ask(raw).read())
    assert told["repeated"] == ["X-A"]
    assert (told["address"], told["scheme"], told["script"], told["forwarded"]) == (HOST, "http", "", None)
    with running(PATIENT, trusted_proxy=HOST) as server:
        told = json.loads(server.ask(raw).read())
    assert (told["address"], told["scheme"]) == ("10.9.8.7", "https")


def test_an_answer_is_held_back_without_a_thread() -> None:
    with running(PATIENT, threads=1) as server, ExitStack() as stack:
        began = time.monotonic()
        held = [stack.enter_context(server.send(b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n")) for _ in range(20)]
        assert server.ask().status == 200
        for connection in held:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.read() == b"held"
        assert time.monotonic() - began >= 1


def test_stop_lets_a_running_request_end_and_takes_no_more() -> None:
    with running(PATIENT) as server, server.send(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n") as connection:
        _wait(lambda: any(channel.requests for channel in server.server.active_channels.values()))
        server.server.stop()
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.read() == b"slow"
        server.thread.join(60)
        assert not server.thread.is_alive()
        with pytest.raises(ConnectionError):
            server.connect()


def test_a_client_that_disconnects_harms_nobody() -> None:
    with running(PATIENT) as server:
        for raw in STALLS.values():
            server.send(raw).close()
        assert server.ask().status == 200


def _until_closed(connection: socket.socket) -> None:
    with suppress(ConnectionResetError):
        while connection.recv(65536):
            pass


def _wait(true: Callable[[], bool], limit_s: float = 60) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
