"""The office that the tests print in: its server and its queues."""

from dataclasses import dataclass

from support.cups import KeptQueue
from support.server import Client, PrintServer

PAPER = "papel"  # the name of its CUPS queue


@dataclass(frozen=True)
class Office:
    """A demonstration office, its running server, and its two queues: a folder (the default) and CUPS."""

    server: PrintServer
    paper: KeptQueue

    @property
    def client(self) -> Client:
        return self.server.client
