"""The HTTP server: waitress with TLS, deadlines for slow connections, and errors as problems.

waitress reads a whole request before a thread gets it and writes the answer by itself, so a stalled connection blocks
no thread. Added here: TLS, a time limit for each phase of a connection, a limit for the bytes buffered in memory and on
disk, reading a body that is too large to its end so that the caller sees the answer, and a graceful shutdown. Depends
on neither Flask nor the office.
"""

import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from printserver.api import HOLD, REPEATED

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

HEAD_BYTES: Final = 32 * 1024
CONNECTIONS: Final = 1000
BUFFERED_BYTES: Final = 512 * 1024 * 1024
"""Buffered bytes of incomplete request bodies, over all connections."""
DRAIN_TIMES: Final = 3
"""A refused body is read and discarded up to this many times the limit: many callers read only after sending all."""

_MAINTENANCE_S: Final = 1
_KEPT_OUT: Final = 512 * 1024 * 1024  # bytes of an answer buffered for a slow reader while its thread continues
_TLS_RECORD: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in full: status line (`400 BAD REQUEST`), media type, body."""

    status: str
    media_type: str
    body: bytes


Problem = Callable[[int], Answer]
"""Returns the answer for a status (400, 413, 431, 500, 501) that the application did not produce."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Time limits of a connection, in seconds."""

    head: float = 10.0
    """From the connection, or the first byte of a later request, to the end of the head; TLS handshake included."""
    body: float = 300.0
    """For a whole body."""
    stall: float = 30.0
    """Without a byte in either direction during a body or an answer."""
    idle: float = 15.0
    """Between two requests."""


def create_server(
    application: "WSGIApplication",
    listener: socket.socket,
    *,
    threads: int,
    body_bytes: int,
    problem: Problem,
    tls: ssl.SSLContext | None = None,
    trusted_proxy: str | None = None,
    deadlines: Deadlines | None = None,
) -> "Server":
    """Return a server for the WSGI `application` on `listener`, an open listening socket; `run` serves.

    A head over 32 kB is 431 and a body of more than `body_bytes` is 413, both answered by `problem`. Forwarding headers
    are accepted from the address `trusted_proxy` alone, and removed otherwise.
    """
    forwarding: dict[str, object] = {}
    if trusted_proxy:
        forwarding = {"trusted_proxy": trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
    adjustments = Adjustments(
        threads=threads,
        ident="",
        recv_bytes=64 * 1024,
        connection_limit=CONNECTIONS,
        cleanup_interval=_MAINTENANCE_S,
        max_request_header_size=HEAD_BYTES,
        max_request_body_size=body_bytes + 1,
        outbuf_high_watermark=_KEPT_OUT,
        log_socket_errors=False,
        url_scheme="https" if tls else "http",
        clear_untrusted_proxy_headers=True,
        sockets=[listener],
        **forwarding,
    )
    return Server(application, listener, adjustments, problem, tls, deadlines or Deadlines())


def repeated_headers(head: bytes) -> frozenset[str]:
    """Return the names (capitals, with hyphens) of headers that occur twice, or with `_` instead of `-`.

    WSGI joins the values of repeated headers by a comma, which a value may contain. waitress drops headers with `_`.
    """
    names = [line.partition(b":")[0].strip().upper() for line in head.split(b"\r\n")[1:] if b":" in line]
    meant = Counter(name.replace(b"_", b"-") for name in names)
    odd = {name for name, times in meant.items() if times > 1} | {n.replace(b"_", b"-") for n in names if b"_" in n}
    return frozenset(name.decode("latin-1") for name in odd)


class _Nowhere:
    """A buffer that discards everything."""

    def append(self, data: bytes) -> None:
        """Discard `data`."""

    def close(self) -> None:
        """Do nothing."""

    def __len__(self) -> int:
        return 0


class _Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Records repeated headers; reads a body over the limit to its end, without buffering it."""

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.repeated: frozenset[str] = frozenset()
        self.started = time.monotonic()
        self._thrown_away: int | None = None

    def parse_header(self, header_plus: bytes) -> None:
        self.repeated = repeated_headers(header_plus)
        super().parse_header(header_plus)

    def received(self, data: bytes) -> int:
        if self._thrown_away is not None:
            return self._throw_away(data)
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) and self.body_rcv is not None:
            self.body_rcv.getbuf().close()
            self.body_rcv.buf = _Nowhere()
            self._thrown_away = 0
            self.completed = self.content_length > self.adj.max_request_body_size * (DRAIN_TIMES + 1)
        return consumed

    def _throw_away(self, data: bytes) -> int:
        consumed: int = self.body_rcv.received(data)
        self._thrown_away = (self._thrown_away or 0) + consumed
        enough = self._thrown_away > self.adj.max_request_body_size * DRAIN_TIMES
        self.completed = bool(self.body_rcv.completed or self.body_rcv.error or enough)
        return consumed

    def kept(self) -> int:
        """Return how many bytes of the body are buffered."""
        return 0 if self.body_rcv is None or self._thrown_away is not None else int(self.body_bytes_received)


class _Task(WSGITask):  # type: ignore[misc]
    def get_environment(self) -> "WSGIEnvironment":
        environ: WSGIEnvironment = super().get_environment()
        environ[REPEATED] = self.request.repeated
        environ[HOLD] = self.channel.hold
        return environ


class _ErrorTask(ErrorTask):  # type: ignore[misc]
    """Answers requests that waitress itself refuses, in the format of all other errors."""

    def execute(self) -> None:
        answer: Answer = self.channel.server.problem(self.request.error.code)
        self.status = answer.status
        self.response_headers += [("Content-Type", answer.media_type), ("Cache-Control", "no-store")]
        self.set_close_on_finish()
        self.content_length = len(answer.body)
        self.write(answer.body)


class _NotYet(Exception):
    """TLS needs more input before it can return data."""


class _Channel(HTTPChannel):  # type: ignore[misc]
    """One connection: its TLS and its deadlines."""

    parser_class = _Parser
    task_class = _Task
    error_task_class = _ErrorTask

    server: "Server"
    request: _Parser | None

    def __init__(
        self, server: "Server", sock: socket.socket, addr: object, adj: Adjustments, map: object = None
    ) -> None:
        self._since = self._progress = time.monotonic()
        self._held_until = 0.0
        self._served = False
        self._shaking_hands = server.tls is not None
        super().__init__(server, sock, addr, adj, map=map)

    def readable(self) -> bool:
        """Read no further bodies while too many bytes are buffered."""
        if self.server.full and self.request is not None and self.request.headers_finished:
            return False
        return bool(super().readable())

    def hold(self, seconds: float) -> None:
        """Delay the answer by `seconds`."""
        self._held_until = time.monotonic() + seconds

    def writable(self) -> bool:
        """Return False while the answer is delayed."""
        return bool(super().writable()) and time.monotonic() >= self._held_until

    def _flush_some(self, do_close: bool = True) -> bool:
        return time.monotonic() >= self._held_until and bool(super()._flush_some(do_close))

    def handle_read(self) -> None:
        """Read the available data, or continue the TLS handshake."""
        try:
            if self._shaking_hands:
                self.socket.do_handshake()
                self._shaking_hands = False
            else:
                super().handle_read()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, _NotYet):
            pass
        except OSError:  # the handshake failed
            self.handle_close()

    def recv(self, buffer_size: int) -> bytes:
        """Return the received bytes; a whole TLS record, because bytes left inside OpenSSL would not wake the loop."""
        try:
            data: bytes = super().recv(max(buffer_size, _TLS_RECORD))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise _NotYet from None  # an empty result, or an OSError, would close the connection
        if data:
            self._progress = time.monotonic()
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send what the connection accepts now; return the number of bytes."""
        try:
            sent: int = super().send(data, do_close)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        if sent:
            self._progress = time.monotonic()
        return sent

    def service(self) -> None:
        """Answer a request, in a thread."""
        super().service()
        self._served = True
        self._progress = time.monotonic()

    def overdue(self, now: float, limits: Deadlines) -> str | None:
        """Return the phase that took too long, or None. A request that a thread is processing has no limit here."""
        quiet = now - self._progress
        request = self.request
        if self.total_outbufs_len:
            return "answer" if quiet > limits.stall else None
        if self.requests:
            return None
        if request is None and self._served:
            return "idle" if quiet > limits.idle else None
        if request is None or not request.headers_finished:
            return "head" if now - (self._since if request is None else request.started) > limits.head else None
        return "body" if now - request.started > limits.body or quiet > limits.stall else None


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A waitress server that closes slow connections and shuts down gracefully."""

    channel_class = _Channel

    def __init__(
        self,
        application: "WSGIApplication",
        listener: socket.socket,
        adjustments: Adjustments,
        problem: Problem,
        tls: ssl.SSLContext | None,
        deadlines: Deadlines,
    ) -> None:
        self.problem = problem
        self.tls = tls
        self.deadlines = deadlines
        self.full = False
        self._stopping = False
        sockinfo = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(application, _sock=listener, adj=adjustments, sockinfo=sockinfo, bind_socket=False)

    def handle_accept(self) -> None:
        """Accept a connection. Its errors are caught: an exception here would close the listening socket."""
        try:
            accepted = self.accept()
        except OSError:
            return
        if accepted is None:
            return
        connection, address = accepted
        try:
            self.set_socket_options(connection)
            if self.tls is not None:
                connection.setblocking(False)
                connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._map)
        except OSError:
            connection.close()

    def maintenance(self, now: float) -> None:  # noqa: ARG002  # waitress gives wall time, which may jump
        """Close connections that take too long; once a second."""
        instant = time.monotonic()
        channels = list(self.active_channels.values())
        for channel in channels:
            late = channel.overdue(instant, self.deadlines)
            if late is not None:
                if late != "idle":
                    log.info("slow_connection_closed", phase=late, address=channel.addr[0])
                channel.handle_close()  # not `will_close`: a stalled reader never accepts the rest
        kept = sum(channel.request.kept() for channel in channels if channel.request is not None)
        self.full = kept > BUFFERED_BYTES

    def stop(self) -> None:
        """Make `run` return; safe from any thread."""
        self._stopping = True
        with suppress(OSError):  # it has already stopped
            self.pull_trigger()

    def run(self, grace_s: float = 10.0) -> None:
        """Serve until `stop`; then accept no more connections, and let requests finish for `grace_s` seconds."""
        while not self._stopping:
            self._turn(_MAINTENANCE_S)
        self.accepting = False
        self.socket.close()
        del self._map[self._fileno]
        deadline = time.monotonic() + grace_s
        while self._busy() and time.monotonic() < deadline:
            self._turn(0.05)
        self.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def _turn(self, timeout_s: float) -> None:
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._map, count=1)

    def _busy(self) -> bool:
        return any(channel.requests or channel.total_outbufs_len for channel in self.active_channels.values())
