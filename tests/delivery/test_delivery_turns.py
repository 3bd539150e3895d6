"""Prints of one queue come out in the order of acceptance, with several engines too; each says what it waits for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.delivery import claims
from printserver.delivery.advance import advance
from printserver.server.engine import Engine
from support.cups import KeptQueue, PrivateCups
from support.office import Rig
from support.process import wait_until


def handed(rig: Rig) -> list[str]:
    """Return the jobs in the order in which their queues got them."""
    log = rig.rows(db.log, db.log.c.objeto == "job", db.log.c.estado == "entregue")
    return list(dict.fromkeys(row["objeto_id"] for row in log))


def another_queue(rig: Rig, folder: Path, name: str = "balcao") -> None:
    folder.mkdir(exist_ok=True)
    with rig.office.db.write() as conn:
        row = {"serventia_id": 1, "nome": name, "tipo": "pasta", "destino": str(folder), "criada_em": rig.clock()}
        conn.execute(db.fila.insert().values(**row))


def claim(rig: Rig, owner: str = "outro:1:1") -> list[dict[str, Any]]:
    return claims.claim_due(rig.office, owner, rig.clock())


def test_the_hand_off_waits_for_an_earlier_print_of_the_same_queue(any_rig: Rig) -> None:
    rig = any_rig
    first, second = (rig.taken(rig.livro()) for _ in range(2))
    mine, other = claim(rig)  # one engine holds both; another thread of it is quicker with the second
    advance(rig.office, other, "outro:1:1")
    seen = rig.job(second["id"])
    assert seen["estado"] == "renderizado"
    assert first["id"] in seen["espera_por"] and "notas" in seen["espera_por"]
    assert claim(rig, "terceiro:1:1") == []  # nor does another engine take it out of turn
    advance(rig.office, mine, "outro:1:1")
    rig.engine.run_once()
    assert handed(rig) == [first["id"], second["id"]]
    assert rig.job(second["id"])["espera_por"] is None


def test_a_print_that_its_queue_cannot_take_yet_holds_back_the_later_ones_of_that_queue_only(
    rig: Rig, tmp_path: Path
) -> None:
    another_queue(rig, tmp_path / "balcao")
    rig.out.rename(rig.out.with_name("longe"))
    first, second = rig.taken(rig.livro()), rig.taken(rig.livro())
    aside = rig.taken(rig.livro(), fila="balcao")
    rig.engine.run_once()
    assert handed(rig) == [aside["id"]]
    assert "nova tentativa às" in rig.job(first["id"])["espera_por"]
    assert first["id"] in rig.job(second["id"])["espera_por"]
    rig.out.with_name("longe").rename(rig.out)
    rig.clock.forward(minutes=2)
    rig.engine.run_once()
    assert handed(rig) == [aside["id"], first["id"], second["id"]]


def test_a_round_does_not_read_the_prints_that_wait_at_a_queue(rig: Rig) -> None:
    rig.out.rename(rig.out.with_name("longe"))
    for _ in range(2):
        rig.taken(rig.livro())
    rig.engine.run_once()
    assert {row["estado"] for row in rig.rows(db.job)} == {"renderizado"}
    few = steps(rig)
    with rig.office.db.write() as conn:
        waits = dict(conn.execute(sa.select(db.job).order_by(db.job.c.n.desc()).limit(1)).mappings().one())
        more = [waits | {"n": waits["n"] + count, "id": f"{count:032x}", "viva": False} for count in range(1, 501)]
        conn.execute(sa.insert(db.job), more)
    assert steps(rig) < few + 500 * 20  # the index of the order is walked: a turn takes ten times as many


def steps(rig: Rig) -> int:
    """Return how many steps SQLite takes to find that nothing is due."""
    taken = [0]

    def count() -> int:
        taken[0] += 1
        return 0

    with rig.office.db.read() as conn:
        line: Any = conn.connection.driver_connection
    line.set_progress_handler(count, 1)
    try:
        assert claim(rig) == []
    finally:
        line.set_progress_handler(None, 0)
    assert taken[0]
    return taken[0]


def test_a_held_or_failed_print_stops_nobody(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document)
    failed = rig.taken(rig.livro())
    rig.act(failed["id"], "cancelar")
    assert "pessoa" in rig.job(held["id"])["espera_por"]
    assert rig.job(failed["id"])["espera_por"] is None
    assert rig.printed(rig.livro())["estado"] == "impresso"


def test_a_minuta_that_is_only_laid_out_is_in_nobodys_way(rig: Rig) -> None:
    only = rig.taken({"tipo": "minuta", "instrumento": rig.instrumento(), "imprimir": False})
    second = rig.taken(rig.livro())
    (_, other) = claim(rig)
    advance(rig.office, other, "outro:1:1")
    assert (rig.job(second["id"])["estado"], rig.job(only["id"])["estado"]) == ("impresso", "aceito")


def test_pages_sent_to_another_queue_wait_there(rig: Rig, tmp_path: Path) -> None:
    another_queue(rig, tmp_path / "balcao")
    done = rig.printed(rig.livro())
    said = [{"pagina": 1, "estado": "inutilizada"}]
    rig.act(done["id"], "folhas", paginas=said, imprimir="1", fila="balcao")
    assert rig.job(done["id"])["fila"] == "balcao"
    rig.engine.run_once()
    assert len(list((tmp_path / "balcao").iterdir())) == 1


@pytest.mark.parametrize("lots", [40])
def test_three_engines_at_once_hand_over_in_the_order_of_acceptance(any_rig: Rig, tmp_path: Path, lots: int) -> None:
    rig = any_rig
    another_queue(rig, tmp_path / "balcao")
    names = ["notas", "balcao"]
    taken = {name: [] for name in names}  # type: dict[str, list[str]]
    for n in range(lots):
        taken[names[n % 2]].append(rig.taken(rig.certidao(), fila=names[n % 2])["id"])
    engines = [Engine(rig.office) for _ in range(3)]
    for n, engine in enumerate(engines):
        engine._owner = f"motor{n}:1:1"
    running = [threading.Thread(target=engine.run) for engine in engines]
    for thread in running:
        thread.start()
    try:
        open_jobs = sa.select(db.job.c.n).where(~db.job.c.encerrado)

        def idle() -> bool:
            with rig.office.db.read() as conn:
                return conn.execute(open_jobs).first() is None

        wait_until(idle, "all prints")
    finally:
        for engine in engines:
            engine.stop()
        for thread in running:
            thread.join()
    order = handed(rig)
    for name in names:
        assert [job for job in order if job in taken[name]] == taken[name]


def test_a_real_cups_prints_in_the_order_of_acceptance(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue, follow_all: Callable[[Rig], None]
) -> None:
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
        conn.execute(db.fila.update().values(**where))
    ids = [rig.taken(rig.certidao())["id"] for _ in range(6)]
    batch = claim(rig)
    for row in reversed(batch):  # the worst order that threads can take
        advance(rig.office, row, "outro:1:1")
    follow_all(rig)
    assert [kept_queue.words(cups_id)[0].split()[0] for cups_id in sorted(kept_queue.printed())] == ids


@pytest.fixture
def follow_all() -> Callable[[Rig], None]:
    """Let the engine work until every job is over."""

    def follow(rig: Rig) -> None:
        def over() -> bool:
            rig.clock.forward(seconds=1)
            rig.engine.run_once()
            return all(row["encerrado"] for row in rig.rows(db.job))

        wait_until(over, "all jobs")

    return follow
