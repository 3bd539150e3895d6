"""A thousand seals through every misbehaviour of the court while their sender is killed: each is stored once (T2)."""

import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.clock import local_date
from printserver.simulator.faults import FAULTS
from support.court import Court, rig_with_court
from support.engines import Engines, SharedClock
from support.office import FEES, Rig
from support.postgres import PrivatePostgres
from support.process import wait_until

HALF = dict.fromkeys(FEES, "1.00")
IMPATIENT = {
    "tribunal": {"lote": 10, "em_paralelo": 2, "selos_por_segundo": 0, "espera_s": 0.5},
    "motor": {"espera_s": 0.05},
}
SLOW_S = 0.8  # longer than the office waits for an answer
OUT = db.outbox.c
_papers = count(1)


@pytest.mark.parametrize("workers", [pytest.param(1, id="sqlite"), pytest.param(2, id="postgres")])
def test_t2_a_thousand_seals_through_every_fault_and_kill_9_are_each_stored_once(
    request: pytest.FixtureRequest, tmp_path: Path, workers: int
) -> None:
    postgres: PrivatePostgres | None = request.getfixturevalue("postgres_server") if workers > 1 else None
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    chance = Random(seed)
    clock = SharedClock(tmp_path / "relogio")
    with (
        rig_with_court(tmp_path / "casa", settings=IMPATIENT, clock=clock, postgres=postgres) as (rig, court),
        Engines(rig.folder, tmp_path / "relogio") as engines,
    ):
        with killing(rig, engines, workers, chance) as killed:
            for fault in chance.sample(FAULTS, len(FAULTS)):
                court.fail(fault, vezes=chance.randint(1, 4), segundos=SLOW_S)
                a_good_hour(rig, chance)
                wait_until(lambda: urged(rig, court), f"{fault} is over")
            mend(rig, court)
        assert_all_there(rig, court)
        assert rig.proof().gaps == []
        assert len(killed) > 3


# -- the office at work -----------------------------------------------------------------------------------------------


def a_good_hour(rig: Rig, chance: Random) -> None:
    """Make 87 seals: paper seals, a livro, others with a link by hand; some are rectified or excluded at once."""
    first = next(_papers) * 1000
    span = {
        "ato": "AU",
        "serie": "0371AJ",
        "de": first,
        "ate": first + 77,
        "data": local_date(rig.clock()).isoformat(),
    }
    papers = done(rig, "/hibridos", span | {"emolumentos": HALF})["selos"]
    rig.taken(rig.livro())
    act = {"natureza": 1, "ato": "ES", "emolumentos": FEES}
    others = [done(rig, "/selos", act | {"identificador": f"ATA-{n}"})["codigo"] for n in range(3)]
    done(rig, "/vinculos", {"vinculador": others[0], "vinculados": others[1:]})
    excluded, *rectified = chance.sample(papers, 3)
    for code in (*rectified, chance.choice(others)):
        rectify(rig, code)
    done(rig, f"/selos/{excluded}/xa", {"motivo": "papel rasgado"})


def rectify(rig: Rig, code: str) -> None:
    """Give a seal another value than it has."""
    total = rig.selo(code)["total_centavos"]
    value = HALF | {"tabeliao": f"{1 + total % 7}.5{total % 10}"}
    done(rig, f"/selos/{code}/retificacao", {"emolumentos": value, "motivo": "valor errado"})


def done(rig: Rig, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = rig.call("POST", path, {"escrevente": "maria"} | body)
    assert answer.status in (200, 201), answer
    return dict(answer.json)


def urged(rig: Rig, court: Court) -> bool:
    """Ask as an operator does that what waits goes now; tell whether the court is itself again."""
    assert rig.call("POST", "/comunicacoes", {}).status == 202
    threading.Event().wait(0.1)
    return court.estado["falha"] is None


def mend(rig: Rig, court: Court) -> None:
    """See that all comes to an end; what the court refused is rectified, or sent again as it is, until it has all."""
    court.fail(None)
    for _ in range(4):
        wait_until(lambda: settled(rig), "an end of all")
        rows = rig.rows(db.outbox, OUT.estado == "objetado")
        refused = [row for row in rows if rig.selo(row["codigo"])["retificado_por"] is None]
        if not refused:
            assert not rig.rows(db.outbox, OUT.fim_em.is_(None))
            return
        again = []
        for n, row in enumerate(refused):
            if n % 2 and row["tipo"] != "vinculo" and row["codigo"][7:9] != "XA":
                rectify(rig, row["codigo"])
            else:
                again.append(row["codigo"])
        # A refused link of a seal that was rectified meanwhile is reported again, with the retificador.
        still = [code for code in again if rig.selo(code)["retificado_por"] is None]
        assert rig.call("POST", "/comunicacoes", {"selos": still, "escrevente": "maria"}).status == 202
    raise AssertionError("the court refuses without end")


def settled(rig: Rig) -> bool:
    assert rig.call("POST", "/comunicacoes", {}).status == 202
    threading.Event().wait(0.2)
    open_rows = rig.rows(db.outbox, OUT.fim_em.is_(None))
    if not open_rows:
        return True
    refused = {row["codigo"] for row in rig.rows(db.outbox, OUT.estado == "objetado")}  # a link waits for its ends
    return all(row["tipo"] == "vinculo" and not refused.isdisjoint((row["codigo"], row["alvo"])) for row in open_rows)


# -- death ------------------------------------------------------------------------------------------------------------


@contextmanager
def killing(rig: Rig, engines: Engines, workers: int, chance: Random) -> Iterator[list[int]]:
    """Run so many engines; after every few exchanges one of them is killed, and another started in its place.

    Give the list of those that were killed.
    """
    running = [engines.start() for _ in range(workers)]
    killed: list[int] = []
    over = threading.Event()

    def strike() -> None:
        mark = 0
        while not over.wait(chance.uniform(0.001, 0.05)):
            if begun(rig) >= mark:
                mark = begun(rig) + chance.randint(20, 80)
                victim = chance.randrange(workers)
                engines.kill(running[victim])
                killed.append(running[victim])
                running[victim] = engines.start()

    death = threading.Thread(target=strike)
    death.start()
    try:
        yield killed
    finally:
        over.set()
        death.join()


def begun(rig: Rig) -> int:
    """Return how many exchanges with the court were begun."""
    with rig.office.db.read() as conn:
        return conn.execute(sa.select(sa.func.coalesce(sa.func.max(db.comunicacao.c.id), 0))).scalar_one()


# -- the count --------------------------------------------------------------------------------------------------------


def assert_all_there(rig: Rig, court: Court) -> None:
    """Each seal is stored once, or refused and its retificador is stored; links and states are as they should be."""
    seals = {row["codigo"]: row for row in rig.rows(db.selo)}
    kept = court.registros
    assert len(seals) >= 1000
    assert set(kept) == set(seals)
    newest = {code: newest_of(seals, code) for code in seals}
    for code, seal in seals.items():
        replaced = seal["retificado_por"]
        assert kept[code]["linha"] == seal["registro"]
        assert kept[code]["aceito"] == (0 if kept[code]["situacao"] == "objetado" else 1)
        assert kept[code]["situacao"] == "recebido" or replaced, code
        expected = "comunicado" if not replaced else "excluído" if replaced[7:9] == "XA" else "retificado"
        assert seal["estado"] == expected, code
    assert {each["aceito"] for each in court.vinculos.values()} <= {0, 1}
    links = [pair for pair, each in court.vinculos.items() if each["aceito"]]
    told = Counter(code for _vinculador, code in links)
    for code, seal in seals.items():
        if seal["vinculador"] and seal["vivo"]:
            assert told[code] == 1, code
    assert all(newest[above] == newest[seals[code]["vinculador"]] for above, code in links)


def newest_of(seals: dict[str, dict[str, Any]], code: str) -> str:
    while (after := seals[code]["retificado_por"]) is not None:
        code = after
    return code
