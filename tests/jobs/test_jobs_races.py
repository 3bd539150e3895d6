"""Many at once: threads, processes' engines and people racing for the same document, number, folha, paper or key."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import IntegrityError, OperationalError

from printserver import db
from printserver.delivery import claims
from printserver.jobs import undo
from printserver.ledger import seals as sealing
from printserver.office import owner_name
from printserver.server.engine import Engine
from support.office import ISENTO, SHORT, Answer, House, reopen

T = TypeVar("T")
THREADS = 12


def at_once(tasks: Iterable[Callable[[], T]]) -> list[T]:
    """Run all tasks, each in a thread of its own, started at one moment."""
    made = list(tasks)
    gate = threading.Barrier(len(made))

    def one(task: Callable[[], T]) -> T:
        gate.wait(60)
        return task()

    with ThreadPoolExecutor(len(made)) as pool:
        return list(pool.map(one, made))


def warm(house: House) -> None:
    """Lay out once what the threads will ask for, and make the renderer ready."""
    house.taken({"tipo": "minuta", "instrumento": house.instrumento()})


def outcomes(answers: Iterable[Answer]) -> Counter[tuple[int, str | None]]:
    return Counter((answer.status, answer.word) for answer in answers)


def seals(answer: Answer) -> list[str]:
    return [selo["codigo"] for selo in answer.job["selos"]]


def assert_sound(house: House) -> None:
    house.assert_gapless()
    assert Counter(row["documento_id"] for row in house.rows(db.job, db.job.c.viva)).most_common(1)[0][1] == 1
    assert house.proof().gaps == []


def test_s3_numbers_are_unique_and_gapless_under_accepted_and_refused_posts_at_once(any_house: House) -> None:
    house = any_house
    warm(house)
    good = [house.livro(corpo=SHORT) for _ in range(THREADS)]
    bad: list[dict[str, Any]] = [house.traslado("P-nunca-visto"), house.livro(data="2027-01-01"), {"tipo": "livro"}] * 4
    told = at_once([lambda d=document: house.post(d) for document in [*good, *bad]])
    assert Counter(answer.status for answer in told)[202] == len(good)
    codes = [code for answer in told if answer.status == 202 for code in seals(answer)]
    assert len(set(codes)) == 2 * len(good)
    assert house.numbers_taken() == list(range(1, 2 * len(good) + 1))
    assert_sound(house)


def test_x1_one_of_many_posts_of_a_document_prints_it(any_house: House) -> None:
    house = any_house
    warm(house)
    document = house.livro()
    told = at_once([lambda n=n: house.post(document, idempotency_key=f"k{n}") for n in range(THREADS)])
    assert outcomes(told) == {(202, None): 1, (409, "impressao-em-andamento"): THREADS - 1}
    assert len(house.codes()) == 2
    assert_sound(house)


def test_x1_many_posts_of_a_printed_document_find_one_question(any_house: House) -> None:
    house = any_house
    document = house.livro()
    house.printed(document)
    told = at_once([lambda n=n: house.post(document, idempotency_key=f"k{n}") for n in range(THREADS)])
    assert outcomes(told) == {(409, "reimpressao-exige-xa"): THREADS}
    assert len({answer.job["id"] for answer in told}) == 1
    assert len(house.rows(db.pergunta)) == 1


def test_x2_of_many_answers_to_a_question_one_counts(any_house: House) -> None:
    house = any_house
    document = house.livro()
    house.printed(document)
    held = house.question(document)["id"]
    told = at_once([lambda n=n: house.yes(held) if n % 2 else house.no(held) for n in range(8)])
    found = outcomes(told)
    assert found[200, None] == 1
    assert set(found) <= {(200, None), (409, "pergunta-respondida"), (409, "impressao-em-andamento")}
    assert len(house.codes()) in (2, 6)
    assert_sound(house)


def test_identical_posts_with_one_key_make_one_job(any_house: House) -> None:
    house = any_house
    warm(house)
    document = house.livro()
    told = at_once([lambda: house.post(document, idempotency_key="k") for _ in range(THREADS)])
    assert set(outcomes(told)) <= {(202, None), (409, "em-processamento")}
    assert len({answer.job["id"] for answer in told if answer.status == 202}) == 1
    assert house.post(document, idempotency_key="k").replay
    assert len(house.codes()) == 2


def test_identical_posts_with_one_key_at_two_servers_make_one_job(any_house: House) -> None:
    house = any_house
    warm(house)
    other = reopen(house.folder, house.clock, house.key)
    document = house.livro()
    told = at_once([lambda h=h: h.post(document, idempotency_key="k") for h in [house, other] * 4])
    assert set(outcomes(told)) <= {(202, None), (409, "em-processamento")}
    assert len({answer.job["id"] for answer in told if answer.status == 202}) == 1
    assert len(house.codes()) == 2
    house.engine.run_once()
    held = house.question(document)["id"]
    told = at_once([lambda h=h: h.yes(held, idempotency_key="sim") for h in [house, other] * 4])
    assert set(outcomes(told)) <= {(200, None), (409, "em-processamento")}
    assert len(house.codes()) == 6
    other.office.db.close()


def test_n4_next_gives_each_its_own_number(any_house: House) -> None:
    house = any_house
    name = house.printed(house.livro())["documento"]["instrumento"]
    house.taken(house.traslado(name, "proximo"))
    told = at_once(
        [lambda n=n: house.post(house.traslado(name, "proximo", **ISENTO), idempotency_key=f"k{n}") for n in range(8)]
    )
    assert set(outcomes(told)) <= {(202, None), (503, "servidor-ocupado")}
    numbers = sorted(answer.job["documento"]["numero"] for answer in told if answer.status == 202)
    assert numbers == list(range(2, len(numbers) + 2))
    assert_sound(house)


def test_x0_a_side_of_a_folha_goes_to_one_of_many(any_house: House) -> None:
    house = any_house
    warm(house)
    told = at_once([lambda d=d: house.post(d) for d in [house.livro(folha_inicial="500") for _ in range(6)]])
    assert outcomes(told) == {(202, None): 1, (409, "folha-ocupada"): 5}
    assert_sound(house)


def test_x2_new_folhas_of_a_reprint_and_of_another_livro_do_not_lock_each_other_out(any_house: House) -> None:
    house = any_house
    documents = [house.livro() for _ in range(4)]
    for document in documents:
        house.printed(document)
    held = [house.question(document)["id"] for document in documents]
    tasks: list[Callable[[], Answer]] = [
        lambda n=n, j=j: house.yes(j, folha_inicial=str(700 + n)) for n, j in enumerate(held)
    ]
    others = [house.livro(folha_inicial=str(700 + n)) for n in range(4)]
    told = at_once(tasks + [lambda d=d: house.post(d) for d in others])
    for first, second in zip(told[:4], told[4:], strict=True):
        assert {first.word, second.word} == {None, "folha-ocupada"}
    assert_sound(house)


def test_p5_a_paper_goes_to_one_of_many(any_house: House) -> None:
    house = any_house
    warm(house)
    told = at_once([lambda d=d: house.post(d, papel_seguranca=["A1"]) for d in [house.certidao() for _ in range(6)]])
    assert outcomes(told) == {(202, None): 1, (422, "papel-ja-usado"): 5}
    assert_sound(house)


def test_x2_who_sends_the_old_print_again_during_a_yes_waits_and_is_refused(
    any_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = any_house
    document = house.livro()
    old = house.taken(document)["id"]
    house.act(old, "cancelar")
    held = house.question(document)["id"]
    undo_print, found = undo.undo_print, []
    again = threading.Thread(target=lambda: found.append(house.act(old, "reenviar")))

    def undo_slowly(*arguments: Any) -> Any:
        again.start()
        again.join(0.5)  # all the time it would need, were it not for the lock
        return undo_print(*arguments)

    monkeypatch.setattr(undo, "undo_print", undo_slowly)
    assert house.yes(held).status == 200
    again.join(60)
    assert [answer.word for answer in found] == ["estado-nao-permite"]
    house.engine.run_once()
    assert [path.stem for path in house.out.iterdir()] == [held]


def test_what_lost_to_a_deadlock_is_done_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seal, failures = sealing.seal, iter([True])

    def fail_once(*arguments: Any) -> Any:
        made = seal(*arguments)
        if next(failures, False):
            raise OperationalError("UPDATE sequencia", {}, DeadlockDetected())
        return made

    monkeypatch.setattr(sealing, "seal", fail_once)
    house.taken(house.livro())
    assert len(house.codes()) == 2
    assert_sound(house)


def test_x5_a_print_is_either_excluded_or_sent_to_paper_again_never_both(any_house: House) -> None:
    house = any_house
    documents = [house.livro() for _ in range(5)]
    failed = []
    for document in documents:
        failed.append(house.taken(document)["id"])
        house.act(failed[-1], "cancelar")
    held = [house.question(document)["id"] for document in documents]
    tasks: list[Callable[[], Answer]] = [lambda j=j: house.yes(j) for j in held]
    at_once(tasks + [lambda j=j: house.act(j, "reenviar") for j in failed])
    for old, new in zip(failed, held, strict=True):
        alive = {house.job(old)["estado"], house.job(new)["estado"]} & {"aceito", "renderizado"}
        assert len(alive) == 1
        dead = house.rows(db.job, db.job.c.id == old)[0]
        assert dead["viva"] or dead["encerrado"]
    assert_sound(house)


# -- the database itself ----------------------------------------------------------------------------------------------


def test_x1_two_live_prints_of_a_document_cannot_exist_in_the_database(any_house: House) -> None:
    house = any_house
    house.printed(house.livro())
    (row,) = house.rows(db.job)
    second = {name: value for name, value in row.items() if name != "n"} | {"id": "outro"}
    with pytest.raises(IntegrityError), house.office.db.write() as conn:
        conn.execute(sa.insert(db.job).values(**second))
    with house.office.db.write() as conn:
        conn.execute(sa.insert(db.job).values(**second | {"viva": False}))
    with pytest.raises(IntegrityError), house.office.db.write() as conn:
        conn.execute(sa.update(db.job).where(db.job.c.id == "outro").values(viva=True))


def test_x1_two_open_questions_of_a_document_cannot_exist_in_the_database(any_house: House) -> None:
    house = any_house
    document = house.livro()
    house.printed(document)
    house.question(document)
    (row,) = house.rows(db.pergunta)
    second = {name: value for name, value in row.items() if name != "id"}
    with pytest.raises(IntegrityError), house.office.db.write() as conn:
        conn.execute(sa.insert(db.pergunta).values(**second))


def test_s11_a_seal_is_excluded_once_in_the_database(any_house: House) -> None:
    house = any_house
    job = house.printed(house.livro())
    house.act(job["id"], "excluir")
    xa = next(row for row in house.rows(db.selo) if row["retifica"])
    second = {name: value for name, value in xa.items() if name != "id"} | {"codigo": "1234561XA0000000000099260"}
    with pytest.raises(IntegrityError), house.office.db.write() as conn:
        conn.execute(sa.insert(db.selo).values(**second))


# -- engines ----------------------------------------------------------------------------------------------------------


def test_two_engines_take_each_job_once(any_house: House) -> None:
    house = any_house
    other = reopen(house.folder, house.clock, house.key)
    made = [house.taken(house.ficha(gerar_selo=False))["id"] for _ in range(20)]
    at_once([house.engine.run_once, Engine(other.office).run_once])
    house.engine.run_once()  # what one engine gave back because the print before it was still at the other
    assert [row["numero"] for row in house.rows(db.tentativa)] == [1] * len(made)
    assert {path.stem for path in house.out.iterdir()} == set(made)
    told = Counter((row["objeto_id"], row["estado"]) for row in house.rows(db.log, db.log.c.objeto == "job"))
    assert set(told.values()) == {1}
    assert {house.job(job)["estado"] for job in made} == {"impresso"}
    other.office.db.close()


def test_a_claim_keeps_others_away_until_its_time_is_over(any_house: House) -> None:
    house = any_house
    job = house.taken(house.livro())
    claimed = claims.claim_due(house.office, "maquina-alheia:1:1", house.clock())
    assert [row["id"] for row in claimed] == [job["id"]]
    house.engine.housekeeping()  # a stranger's claim is not ours to free
    assert house.engine.run_once() == 0
    house.clock.forward(seconds=house.office.settings.motor.posse_s)
    assert house.engine.run_once() == 1
    assert house.job(job["id"])["estado"] == "impresso"


def test_the_work_of_a_dead_engine_of_this_machine_is_taken_over_at_once(house: House) -> None:
    job = house.taken(house.livro())
    machine, pid, ticks = owner_name().rsplit(":", 2)
    claims.claim_due(house.office, f"{machine}:{pid}:{int(ticks) - 1}", house.clock())  # its number was given to us
    assert house.engine.run_once() == 0
    house.engine.housekeeping()
    assert house.engine.run_once() == 1
    assert house.job(job["id"])["estado"] == "impresso"


def test_an_engine_that_lost_its_claim_records_nothing(house: House) -> None:
    from printserver.delivery.advance import advance

    job = house.taken(house.livro())
    (slow,) = claims.claim_due(house.office, "lento:1:1", house.clock())
    house.clock.forward(seconds=house.office.settings.motor.posse_s)
    house.engine.run_once()
    before = house.state()
    advance(house.office, slow, "lento:1:1")
    assert house.state() == before
    assert house.job(job["id"])["estado"] == "impresso"
    assert len(list(house.out.iterdir())) == 1
