"""The simulated court of many offices as a separate process, to measure its CPU time separately."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from printserver.office.create import PASSWORD_FILE
from printserver.selo import Certificate, load_atos
from printserver.simulator import Simulator

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A court at `url`, in process `pid`."""

    url: str
    pid: int

    def cpu(self) -> float:
        """Return its CPU time in seconds."""
        spent = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(spent[11]) + int(spent[12])) / _TICKS


@contextmanager
def court(folder: Path, offices: Sequence[str]) -> Iterator[Running]:
    """Run a court for these offices (by CNS), with the certificate of the office in `folder`."""
    spawn = get_context("spawn")
    ours, its = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(folder, list(offices), its), daemon=True)
    process.start()
    try:
        url = ours.recv()
        assert process.pid is not None
        yield Running(url, process.pid)
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, offices: list[str], told: Connection) -> None:
    certificate = Certificate.load(folder / "certificado.p12", (folder / PASSWORD_FILE).read_text().strip())
    simulator = Simulator(folder, dict.fromkeys(offices, certificate), load_atos(folder))
    told.send(simulator.url)
    simulator.serve()
    sys.exit(0)
