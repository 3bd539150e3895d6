"""The printer dies while it prints: CUPS calls that completed, and counts what it had sent."""

from collections.abc import Iterator

import pytest

from printserver import db
from support.cups import DriverlessPrinter, PrivateCups
from support.office import Rig
from support.process import wait_until


@pytest.fixture
def server() -> Iterator[PrivateCups]:
    with PrivateCups() as started:
        yield started


def test_x5_a_printer_that_dies_while_it_prints_leaves_a_doubt(
    rig: Rig, server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    queue = server.driverless_queue("laser", driverless_printer.uri)
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": queue, "servidor": str(server.socket)}
        conn.execute(db.fila.update().values(**where))
    driverless_printer.waits(True)
    job = rig.taken(rig.livro())
    rig.engine.run_once()
    wait_until(lambda: list(driverless_printer.kept.glob("*.words")), "the printer at work")
    driverless_printer.switch_off()
    driverless_printer.switch_on()

    def over() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(rig.job(job["id"])["encerrado"])

    wait_until(over, "the end")
    driverless_printer.waits(False)
    done = rig.job(job["id"])
    assert (done["estado"], done["cups"]["estado"], done["pergunta"]["tipo"]) == ("incerto", "completed", "folhas")
