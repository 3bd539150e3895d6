"""A mail server for tests: it speaks SMTP on its own port, keeps the mail, and has configurable faults."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


class Mailbox:
    """What the server took, and how it behaves: `falha` None, `refusal` (450 to every message) or `mudo` (no word)."""

    def __init__(self) -> None:
        self.port = 0
        self.falha: str | None = None
        self.messages: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.tried = 0
        self.over = threading.Event()


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box = cast("_Server", self.server).box
        box.tried += 1
        if box.falha == "mudo":
            box.over.wait(60)
            return
        self._say("220 correio de teste")
        sender, to = "", list[str]()
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith(("EHLO", "HELO")):
                self._say("250 correio")
            elif word.startswith("MAIL FROM:"):
                sender, to = line[10:].split(">")[0].strip("< "), []
                self._say("250 ok")
            elif word.startswith("RCPT TO:"):
                to.append(line[8:].strip("<> "))
                self._say("250 ok")
            elif word == "DATA":
                self._say("354 fale")
                self._take(box, sender, to)
            elif word == "QUIT":
                self._say("221 adeus")
                return
            else:
                self._say("250 ok")

    def _take(self, box: Mailbox, sender: str, to: list[str]) -> None:
        data = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            data += line.removeprefix(b".")
        if box.falha == "recusa":
            self._say("450 agora não")
            return
        box.messages.append(cast(EmailMessage, message_from_bytes(data, policy=policy.default)))
        box.envelopes.append((sender, to))
        self._say("250 aceito")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box: Mailbox) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.box = box


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Give a mail server that listens on `port` of 127.0.0.1."""
    box = Mailbox()
    with _Server(box) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            box.over.set()
            server.shutdown()
