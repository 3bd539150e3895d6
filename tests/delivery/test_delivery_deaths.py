"""Every point of the hand-off at which engine, print server or machine can die (docs/decisions/14): sheets are counted.

A print comes out once; where nobody can know, the job is `incerto` and a person is asked.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cups
import pytest

from printserver import db
from printserver.delivery import claims, handoff
from printserver.delivery.advance import advance
from printserver.printing import CupsQueue
from support.cups import KeptQueue, PrivateCups
from support.dying import Death, DyingEngines
from support.office import Rig
from support.process import wait_until

# Each call to the print server on the way of a print, and the point of the table that a death there stands for.
BEFORE_THE_RELEASE = [
    ("before", "find"),
    ("before", "create"),
    ("after", "create"),  # made, its id not on record
    ("before", "send"),  # its id on record
    ("after", "send"),
    ("after", "connection"),  # the release not on record yet
]
ASKED_FOR = ("before", "release")  # the release is on record
RELEASED = [("after", "release"), ("before", "states"), ("after", "states")]


@pytest.fixture(scope="module")
def engines() -> Iterator[DyingEngines]:
    with DyingEngines() as warm:
        yield warm


@pytest.fixture
def server() -> Iterator[PrivateCups]:
    """A print server of this test alone: it is killed."""
    with PrivateCups() as started:
        yield started


@pytest.fixture
def queue(rig: Rig, server: PrivateCups) -> KeptQueue:
    made = server.keeping_queue()
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": made.name, "servidor": str(server.socket)}
        conn.execute(db.fila.update().values(**where))
    return made


@pytest.fixture
def ready(rig: Rig, queue: KeptQueue, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A job whose PDF is made and which is to be handed over."""
    taken = rig.taken(rig.livro())
    with monkeypatch.context() as patch:
        patch.setattr(handoff, "hand_off", lambda *_: None)
        rig.engine.run_once()
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    assert (rig.job(taken["id"])["estado"], queue.runs()) == ("renderizado", [])
    return taken


def die(engines: DyingEngines, rig: Rig, where: tuple[str, str], *also: int) -> None:
    when, call = where
    engines.run(Death(str(rig.folder), rig.clock().isoformat(), call, when, also))
    rig.clock.forward(seconds=2 * rig.office.settings.motor.posse_s)


def at_rest(rig: Rig, server: PrivateCups, job_id: str) -> dict[str, Any]:
    """Let another engine go on until the job is at rest, and nothing is left at the queue."""

    def over() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(rig.job(job_id)["encerrado"]) and not unfinished(server)

    wait_until(over, f"the job's end: {rig.job(job_id)}")
    rig.engine.run_once()
    return rig.job(job_id)


def unfinished(server: PrivateCups) -> list[int]:
    return list(cups.Connection(host=str(server.socket)).getJobs(which_jobs="not-completed"))


def printed_once(rig: Rig, server: PrivateCups, queue: KeptQueue, job_id: str) -> None:
    done = at_rest(rig, server, job_id)
    assert (done["estado"], done["cups"]["estado"], done["pergunta"]) == ("entregue", "completed", None)
    assert queue.runs() == [done["cups"]["id"]]
    assert queue.printed() == {done["cups"]["id"]: rig.pdf(job_id)}
    nothing_owed(rig)


def in_doubt(rig: Rig, server: PrivateCups, job_id: str) -> None:
    done = at_rest(rig, server, job_id)
    assert (done["estado"], done["pergunta"]["tipo"]) == ("incerto", "folhas")
    nothing_owed(rig)


def nothing_owed(rig: Rig) -> None:
    """Every try but those that a death before the record hid is known to have left its queue."""
    assert [row for row in rig.rows(db.tentativa) if row["fim_em"] is None] == []


def restart(server: PrivateCups) -> None:
    server.stop(signal.SIGKILL)
    server.start()


# -- the engine dies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [*BEFORE_THE_RELEASE, ASKED_FOR, *RELEASED], ids=" ".join)
def test_x5_an_engine_killed_at_any_call_prints_once(
    engines: DyingEngines,
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    ready: dict[str, Any],
    where: tuple[str, str],
) -> None:
    die(engines, rig, where)
    printed_once(rig, server, queue, ready["id"])


# -- the machine dies: engine and print server ------------------------------------------------------------------------


@pytest.mark.parametrize("where", BEFORE_THE_RELEASE, ids=" ".join)
def test_x5_a_machine_that_dies_before_the_release_prints_once(
    engines: DyingEngines,
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    ready: dict[str, Any],
    where: tuple[str, str],
) -> None:
    die(engines, rig, where, server.pid)
    restart(server)
    printed_once(rig, server, queue, ready["id"])


def test_x5_a_machine_that_dies_when_the_release_is_on_record_leaves_a_doubt_and_no_job_to_print(
    engines: DyingEngines, rig: Rig, server: PrivateCups, queue: KeptQueue, ready: dict[str, Any]
) -> None:
    die(engines, rig, ASKED_FOR, server.pid)
    restart(server)
    in_doubt(rig, server, ready["id"])
    assert queue.runs() == []
    assert rig.act(ready["id"], "reenviar").status == 200
    printed_once(rig, server, queue, ready["id"])


@pytest.mark.parametrize("where", RELEASED, ids=" ".join)
def test_x5_a_machine_that_dies_after_the_release_leaves_a_doubt(
    engines: DyingEngines,
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    ready: dict[str, Any],
    where: tuple[str, str],
) -> None:
    queue.fault("waits")
    die(engines, rig, where, server.pid)
    restart(server)
    queue.fault(None)
    in_doubt(rig, server, ready["id"])


# -- the print server dies --------------------------------------------------------------------------------------------


@contextmanager
def server_dies(patch: pytest.MonkeyPatch, server: PrivateCups, where: tuple[str, str]) -> Iterator[None]:
    """Kill the print server, and have it back, at the first call of that name."""
    when, name = where
    original, once = getattr(CupsQueue, name), iter([True])

    def call(*arguments: Any) -> Any:
        first = next(once, False)
        if first and when == "before":
            restart(server)
        found = original(*arguments)
        if first and when == "after":
            restart(server)
        return found

    with patch.context() as inner:
        inner.setattr(CupsQueue, name, call)
        yield


@pytest.mark.parametrize("where", BEFORE_THE_RELEASE, ids=" ".join)
def test_x5_a_print_server_that_dies_before_the_release_prints_once(
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    ready: dict[str, Any],
    where: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with server_dies(monkeypatch, server, where):
        rig.engine.run_once()
    done = at_rest(rig, server, ready["id"])
    # Its life was noted right before it died: then it cannot be told from a death after the release.
    assert done["estado"] == ("incerto" if where == ("after", "connection") else "entregue")
    assert len(queue.runs()) == 1


@pytest.mark.parametrize("where", [ASKED_FOR, *RELEASED], ids=" ".join)
def test_x5_a_print_server_that_dies_with_a_released_print_leaves_a_doubt(
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    ready: dict[str, Any],
    where: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue.fault("waits")
    with server_dies(monkeypatch, server, where):
        rig.engine.run_once()
    queue.fault(None)
    in_doubt(rig, server, ready["id"])


def test_x5_a_print_server_that_lost_its_table_before_the_release_gets_the_print_anew(
    rig: Rig,
    server: PrivateCups,
    queue: KeptQueue,
    engines: DyingEngines,
    ready: dict[str, Any],
) -> None:
    """Its id is given to somebody else's job meanwhile, which stays untouched."""
    die(engines, rig, ("before", "send"), server.pid)
    server.stop(signal.SIGKILL)
    for file in (server.base / "spool").glob("c*"):
        file.unlink()
    (server.base / "cache" / "job.cache").unlink()
    server.start()
    other = cups.Connection(host=str(server.socket)).createJob(queue.name, "foto", {"job-hold-until": "indefinite"})
    (first,) = rig.rows(db.tentativa)
    assert other == first["cups_id"]

    def over() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(rig.job(ready["id"])["encerrado"])

    wait_until(over, "the job's end")
    done = rig.job(ready["id"])
    assert (done["estado"], done["cups"]["estado"], len(queue.runs())) == ("entregue", "completed", 1)
    assert [row["resultado"] for row in rig.rows(db.tentativa)] == ["perdida", "completed"]
    assert unfinished(server) == [other]


# -- a word that comes too late ---------------------------------------------------------------------------------------


def test_x5_an_engine_that_lost_its_claim_takes_its_own_cups_job_off(
    rig: Rig, server: PrivateCups, queue: KeptQueue, ready: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = CupsQueue.create

    def slowly(self: CupsQueue, errand: Any) -> int:
        made = original(self, errand)
        with rig.office.db.write() as conn:  # its lease ran out, another engine took over
            conn.execute(db.job.update().values(dono="outro:1:1"))
        return made

    with monkeypatch.context() as patch:
        patch.setattr(CupsQueue, "create", slowly)
        rig.engine.run_once()
    assert unfinished(server) == []
    rig.clock.forward(seconds=2 * rig.office.settings.motor.posse_s)
    printed_once(rig, server, queue, ready["id"])


def test_x5_an_engine_that_lost_its_claim_leaves_the_print_of_the_other_alone(
    rig: Rig, server: PrivateCups, queue: KeptQueue, ready: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = CupsQueue.find
    queue.fault("waits")

    def stalled(self: CupsQueue, job_id: str) -> list[int]:
        monkeypatch.setattr(CupsQueue, "find", original)
        with rig.office.db.write() as conn:  # its lease ran out: another engine takes over and hands the print over
            conn.execute(db.job.update().values(dono=None, posse_ate=None))
        (row,) = claims.claim_due(rig.office, "outro:1:1", rig.office.clock())
        advance(rig.office, row, "outro:1:1")
        return original(self, job_id)

    monkeypatch.setattr(CupsQueue, "find", stalled)
    rig.engine.run_once()
    queue.fault(None)
    printed_once(rig, server, queue, ready["id"])
