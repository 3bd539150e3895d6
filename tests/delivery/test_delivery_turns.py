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
from support.office import House
from support.process import wait_until


def handed(house: House) -> list[str]:
    """Return the jobs in the order in which their queues got them."""
    log = house.rows(db.log, db.log.c.objeto == "job", db.log.c.estado == "entregue")
    return list(dict.fromkeys(row["objeto_id"] for row in log))


def another_queue(house: House, folder: Path, name: str = "balcao") -> None:
    folder.mkdir(exist_ok=True)
    with house.office.db.write() as conn:
        row = {"serventia_id": 1, "nome": name, "tipo": "pasta", "destino": str(folder), "criada_em": house.clock()}
        conn.execute(db.fila.insert().values(**row))


def claim(house: House, owner: str = "outro:1:1") -> list[dict[str, Any]]:
    return claims.claim_due(house.office, owner, house.clock())


def test_the_hand_off_waits_for_an_earlier_print_of_the_same_queue(any_house: House) -> None:
    house = any_house
    first, second = (house.taken(house.livro()) for _ in range(2))
    mine, other = claim(house)  # one engine holds both; another thread of it is quicker with the second
    advance(house.office, other, "outro:1:1")
    seen = house.job(second["id"])
    assert seen["estado"] == "renderizado"
    assert first["id"] in seen["espera_por"] and "notas" in seen["espera_por"]
    assert claim(house, "terceiro:1:1") == []  # nor does another engine take it out of turn
    advance(house.office, mine, "outro:1:1")
    house.engine.run_once()
    assert handed(house) == [first["id"], second["id"]]
    assert house.job(second["id"])["espera_por"] is None


def test_a_print_that_its_queue_cannot_take_yet_holds_back_the_later_ones_of_that_queue_only(
    house: House, tmp_path: Path
) -> None:
    another_queue(house, tmp_path / "balcao")
    house.out.rename(house.out.with_name("longe"))
    first, second = house.taken(house.livro()), house.taken(house.livro())
    aside = house.taken(house.livro(), fila="balcao")
    house.engine.run_once()
    assert handed(house) == [aside["id"]]
    assert "nova tentativa às" in house.job(first["id"])["espera_por"]
    assert first["id"] in house.job(second["id"])["espera_por"]
    house.out.with_name("longe").rename(house.out)
    house.clock.forward(minutes=2)
    house.engine.run_once()
    assert handed(house) == [aside["id"], first["id"], second["id"]]


def test_a_held_or_failed_print_stops_nobody(house: House) -> None:
    document = house.livro()
    house.printed(document)
    held = house.question(document)
    failed = house.taken(house.livro())
    house.act(failed["id"], "cancelar")
    assert "pessoa" in house.job(held["id"])["espera_por"]
    assert house.job(failed["id"])["espera_por"] is None
    assert house.printed(house.livro())["estado"] == "impresso"


def test_a_minuta_that_is_only_laid_out_is_in_nobodys_way(house: House) -> None:
    only = house.taken({"tipo": "minuta", "instrumento": house.instrumento(), "imprimir": False})
    second = house.taken(house.livro())
    (_, other) = claim(house)
    advance(house.office, other, "outro:1:1")
    assert (house.job(second["id"])["estado"], house.job(only["id"])["estado"]) == ("impresso", "aceito")


def test_pages_sent_to_another_queue_wait_there(house: House, tmp_path: Path) -> None:
    another_queue(house, tmp_path / "balcao")
    done = house.printed(house.livro())
    said = [{"pagina": 1, "estado": "inutilizada"}]
    house.act(done["id"], "folhas", paginas=said, imprimir="1", fila="balcao")
    assert house.job(done["id"])["fila"] == "balcao"
    house.engine.run_once()
    assert len(list((tmp_path / "balcao").iterdir())) == 1


@pytest.mark.parametrize("lots", [40])
def test_three_engines_at_once_hand_over_in_the_order_of_acceptance(
    any_house: House, tmp_path: Path, lots: int
) -> None:
    house = any_house
    another_queue(house, tmp_path / "balcao")
    names = ["notas", "balcao"]
    taken = {name: [] for name in names}  # type: dict[str, list[str]]
    for n in range(lots):
        taken[names[n % 2]].append(house.taken(house.certidao(), fila=names[n % 2])["id"])
    engines = [Engine(house.office) for _ in range(3)]
    for n, engine in enumerate(engines):
        engine._owner = f"motor{n}:1:1"
    running = [threading.Thread(target=engine.run) for engine in engines]
    for thread in running:
        thread.start()
    try:
        open_jobs = sa.select(db.job.c.n).where(~db.job.c.encerrado)

        def idle() -> bool:
            with house.office.db.read() as conn:
                return conn.execute(open_jobs).first() is None

        wait_until(idle, "all prints")
    finally:
        for engine in engines:
            engine.stop()
        for thread in running:
            thread.join()
    order = handed(house)
    for name in names:
        assert [job for job in order if job in taken[name]] == taken[name]


def test_a_real_cups_prints_in_the_order_of_acceptance(
    house: House, cups_server: PrivateCups, kept_queue: KeptQueue, follow_all: Callable[[House], None]
) -> None:
    with house.office.db.write() as conn:
        where = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
        conn.execute(db.fila.update().values(**where))
    ids = [house.taken(house.certidao())["id"] for _ in range(6)]
    batch = claim(house)
    for row in reversed(batch):  # the worst order that threads can take
        advance(house.office, row, "outro:1:1")
    follow_all(house)
    assert [kept_queue.words(cups_id)[0].split()[0] for cups_id in sorted(kept_queue.printed())] == ids


@pytest.fixture
def follow_all() -> Callable[[House], None]:
    """Let the engine work until every job is over."""

    def follow(house: House) -> None:
        def over() -> bool:
            house.clock.forward(seconds=1)
            house.engine.run_once()
            return all(row["encerrado"] for row in house.rows(db.job))

        wait_until(over, "all jobs")

    return follow
