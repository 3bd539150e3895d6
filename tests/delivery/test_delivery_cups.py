"""A job at a real CUPS: handed over held, released once, followed to its end, taken off before an answer goes on."""

import hashlib
from collections.abc import Callable
from typing import Any

import cups
import pytest

from printserver import db
from printserver.delivery import attempts, handoff
from printserver.printing import CupsQueue, Handoff
from support.cups import KeptQueue, PrivateCups
from support.office import LONG, Rig, pages, text
from support.process import wait_until


@pytest.fixture
def queue(rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue) -> KeptQueue:
    """The office's default queue: a raw one of a private CUPS, whose folder shows what came out."""
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
        conn.execute(db.fila.update().values(**where))
    return kept_queue


@pytest.fixture
def at_cups(cups_server: PrivateCups, kept_queue: KeptQueue) -> Callable[[], dict[int, int]]:
    """Tell the state of every job this queue ever had, by CUPS id."""

    def ask() -> dict[int, int]:
        found = cups.Connection(host=str(cups_server.socket)).getJobs(
            which_jobs="all", requested_attributes=["job-id", "job-state", "job-printer-uri"]
        )
        mine = {n: job for n, job in found.items() if job["job-printer-uri"].endswith(f"/{kept_queue.name}")}
        return {n: int(job["job-state"]) for n, job in mine.items()}

    return ask


def follow(rig: Rig, job_id: str, until: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Let the engine work, the clock going on, until the job is as wanted."""

    def arrived() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(until(rig.job(job_id)))

    wait_until(arrived, "the job")
    return rig.job(job_id)


def ended(job: dict[str, Any]) -> bool:
    return bool(job["encerrado"])


def test_a_job_is_handed_over_once_and_followed_to_its_end(rig: Rig, queue: KeptQueue) -> None:
    taken = rig.taken(rig.livro())
    done = follow(rig, taken["id"], ended)
    assert (done["estado"], done["cups"]["estado"]) == ("entregue", "completed")
    (cups_id,) = queue.printed()
    assert done["cups"]["id"] == cups_id
    assert queue.printed()[cups_id] == rig.pdf(taken["id"])
    assert taken["id"] in queue.words(cups_id)[0]
    assert rig.act(taken["id"], "reenviar").word == "estado-nao-permite"


def test_x5_what_was_cancelled_at_the_queue_is_sent_again_on_a_persons_word(
    rig: Rig, queue: KeptQueue, cups_server: PrivateCups
) -> None:
    queue.fault("waits")
    taken = rig.taken(rig.livro())
    moving = follow(rig, taken["id"], lambda job: job["estado"] == "entregue")
    cups.Connection(host=str(cups_server.socket)).cancelJob(moving["cups"]["id"])
    queue.fault(None)
    done = follow(rig, taken["id"], ended)
    assert (done["estado"], done["cups"]["estado"]) == ("entregue", "canceled")
    assert rig.act(taken["id"], "reenviar").status == 200
    again = follow(rig, taken["id"], ended)
    assert (again["estado"], again["cups"]["estado"]) == ("entregue", "completed")
    assert list(queue.printed()) == [again["cups"]["id"]]
    assert again["selos"] == taken["selos"]


def test_x5_a_print_ended_half_way_at_its_queue_is_uncertain_and_a_person_says_what_came_out(
    rig: Rig, queue: KeptQueue, cups_server: PrivateCups
) -> None:
    queue.fault("halfway")
    taken = rig.taken(rig.livro(corpo=LONG))
    # Of the first side of a two-sided print CUPS counts no sheet yet: the side is what is known to be out.
    begun = follow(rig, taken["id"], lambda _job: rig.rows(db.job)[0]["cups"]["impressoes"])
    cups.Connection(host=str(cups_server.socket)).cancelJob(begun["cups"]["id"])
    done = follow(rig, taken["id"], ended)
    queue.fault(None)
    assert (done["estado"], done["cups"]["estado"], done["pergunta"]["tipo"]) == ("incerto", "canceled", "folhas")
    assert rig.act(taken["id"], "reenviar").word == "diga-as-folhas"
    missing = range(2, done["paginas"] + 1)
    said = [{"pagina": 1, "estado": "boa"}, *({"pagina": n, "estado": "nao_saiu"} for n in missing)]
    assert rig.act(taken["id"], "folhas", paginas=said, imprimir=f"2-{done['paginas']}").status == 200
    follow(rig, taken["id"], ended)
    (rest,) = queue.printed().values()
    assert pages(rest) == done["paginas"]  # an empty front stands for page 1, so that page 2 lies on a back again
    assert "Cláusula 0" in text(rig.pdf(taken["id"])) and "Cláusula 0" not in text(rest)


def test_x5_a_print_that_begins_right_before_it_is_cancelled_is_not_taken_as_not_begun(
    rig: Rig, queue: KeptQueue, cups_server: PrivateCups, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.fault("waits")
    cups_server.run("cupsdisable", queue.name)
    taken = rig.taken(rig.livro())
    follow(rig, taken["id"], lambda job: job["estado"] == "entregue")
    cancel = CupsQueue.cancel

    def begins_first(self: CupsQueue, cups_id: int) -> None:
        cups_server.run("cupsenable", queue.name)
        wait_until(lambda: (state := self.state(cups_id)) and state.inicio, "the printing")
        cancel(self, cups_id)

    monkeypatch.setattr(CupsQueue, "cancel", begins_first)
    found = rig.act(taken["id"], "cancelar")
    queue.fault(None)
    assert (found.status, found.job["estado"], found.job["pergunta"]["tipo"]) == (200, "incerto", "folhas")


def test_cancelling_takes_a_waiting_job_off_its_queue(
    rig: Rig, queue: KeptQueue, cups_server: PrivateCups, at_cups: Callable[[], dict[int, int]]
) -> None:
    cups_server.run("cupsdisable", queue.name)
    taken = rig.taken(rig.livro())
    follow(rig, taken["id"], lambda job: job["estado"] == "entregue")
    found = rig.act(taken["id"], "cancelar")
    assert (found.status, found.job["estado"]) == (200, "falhou")
    assert set(at_cups().values()) == {cups.IPP_JOB_CANCELED}
    cups_server.run("cupsenable", queue.name)
    assert queue.printed() == {}


def test_x2_a_yes_first_takes_the_old_print_off_its_queue(rig: Rig, queue: KeptQueue, cups_server: PrivateCups) -> None:
    document = rig.livro()
    livro = rig.taken(document)
    follow(rig, livro["id"], ended)
    cups_server.run("cupsdisable", queue.name)
    copy = rig.taken(rig.traslado(livro["documento"]["instrumento"]))
    follow(rig, copy["id"], lambda job: job["estado"] == "entregue")
    held = rig.question(document)
    assert rig.yes(held["id"]).status == 200
    assert rig.job(copy["id"])["estado"] == "falhou"
    cups_server.run("cupsenable", queue.name)
    done = follow(rig, held["id"], ended)
    assert done["cups"]["estado"] == "completed"
    assert len(queue.printed()) == 2  # the livro and its reprint, never the copy
    assert not any(copy["id"] in queue.words(cups_id)[0] for cups_id in queue.printed())


def test_x2_nothing_goes_on_while_the_queue_cannot_be_asked(rig: Rig, queue: KeptQueue) -> None:
    document = rig.livro()
    livro = rig.taken(document)
    queue.fault("waits")
    follow(rig, livro["id"], lambda job: job["estado"] == "entregue")
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(servidor="/nada/cups.sock"))
    before = rig.state()
    assert rig.act(livro["id"], "excluir").word == "impressao-em-andamento"
    assert rig.act(livro["id"], "cancelar").word == "impressao-em-andamento"
    assert rig.post(document).word == "impressao-em-andamento"
    assert rig.state() == before
    queue.fault(None)


def test_a_server_that_is_down_is_tried_again_then_given_up_with_the_seals_kept(
    rig: Rig, queue: KeptQueue, cups_server: PrivateCups
) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(servidor="/nada/cups.sock"))
    taken = rig.taken(rig.livro())
    rig.engine.run_once()
    assert (rig.job(taken["id"])["estado"], rig.job(taken["id"])["encerrado"]) == ("renderizado", False)
    failed = follow(rig, taken["id"], lambda job: (rig.clock.forward(minutes=2), job["encerrado"])[1])
    assert (failed["estado"], failed["selos"]) == ("falhou", taken["selos"])
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(servidor=str(cups_server.socket)))
    rig.act(taken["id"], "reenviar")
    assert follow(rig, taken["id"], ended)["cups"]["estado"] == "completed"
    assert len(queue.printed()) == 1


class Killed(BaseException):
    """Stands for `kill -9`: nothing of the engine's own runs after it."""


STEPS = ["create", "recorded", "send", "released", "release", "handed"]


@pytest.mark.parametrize("step", STEPS)
def test_an_engine_killed_after_any_step_prints_once(
    rig: Rig, queue: KeptQueue, monkeypatch: pytest.MonkeyPatch, step: str, at_cups: Callable[[], dict[int, int]]
) -> None:
    taken = rig.taken(rig.livro())
    with monkeypatch.context() as patch:
        _kill_after(patch, step)
        with pytest.raises(Killed):
            rig.engine.run_once()
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    done = follow(rig, taken["id"], ended)
    assert (done["estado"], done["cups"]["estado"]) == ("entregue", "completed")
    assert list(queue.printed()) == [done["cups"]["id"]]
    assert set(at_cups().values()) <= {cups.IPP_JOB_COMPLETED, cups.IPP_JOB_CANCELED, cups.IPP_JOB_ABORTED}


def _kill_after(patch: pytest.MonkeyPatch, step: str) -> None:
    def then_die(target: Any, name: str, when: Callable[..., bool] = lambda *_a: True) -> None:
        original = getattr(target, name)

        def call(*arguments: Any, **more: Any) -> Any:
            found = original(*arguments, **more)
            if when(*arguments, **more):
                raise Killed
            return found

        patch.setattr(target, name, call)

    if step in ("create", "send", "release"):
        then_die(CupsQueue, step)
    elif step == "handed":
        then_die(handoff, "_handed")
    else:
        wanted = {"recorded": "cups_id", "released": "liberada_em"}[step]
        then_die(attempts, "save", lambda *given: wanted in given[-1])


def test_x5_a_job_the_queue_forgot_is_uncertain_and_a_person_decides(rig: Rig, queue: KeptQueue) -> None:
    queue.fault("waits")
    taken = rig.taken(rig.livro())
    follow(rig, taken["id"], lambda job: job["estado"] == "entregue")
    with rig.office.db.write() as conn:
        conn.execute(db.tentativa.update().values(cups_id=987_654))
    done = follow(rig, taken["id"], ended)
    queue.fault(None)
    assert (done["estado"], done["pergunta"]["tipo"]) == ("incerto", "folhas")
    assert rig.act(taken["id"], "folhas", paginas=[{"pagina": 1, "estado": "boa"}]).job["estado"] == "impresso"
    assert rig.job(taken["id"])["pergunta"] is None


@pytest.mark.parametrize("offset", [None, {"": [1.5, -2.0]}])
@pytest.mark.parametrize("content", [None, b"%PDF-1.7 de outro trabalho"])
def test_p2a_what_changes_on_disk_between_the_held_job_and_its_file_is_not_printed(
    rig: Rig,
    queue: KeptQueue,
    monkeypatch: pytest.MonkeyPatch,
    offset: dict[str, list[float]] | None,
    content: bytes | None,
) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(deslocamentos=offset))
    create, damaged = CupsQueue.create, list[str]()

    def create_and_damage(self: CupsQueue, errand: Handoff) -> int:
        cups_id = create(self, errand)
        if not damaged:
            for path in rig.office.spool.rglob("*.pdf"):
                path.unlink()
                if content is not None:
                    path.write_bytes(content)
                damaged.append(path.stem)
        return cups_id

    monkeypatch.setattr(CupsQueue, "create", create_and_damage)
    taken = rig.taken(rig.livro())
    done = follow(rig, taken["id"], ended)
    assert (done["estado"], done["cups"]["estado"]) == ("entregue", "completed")
    (printed,) = queue.printed().values()
    assert hashlib.sha256(printed).hexdigest() in damaged
    assert (hashlib.sha256(printed).hexdigest() == done["sha256"]) is (offset is None)
    assert taken["selos"][0]["codigo"] in text(printed)
