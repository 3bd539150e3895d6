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
from support.office import ISENTO, SHORT, Answer, Rig, reopen

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


def warm(rig: Rig) -> None:
    """Lay out once what the threads will ask for, and make the renderer ready."""
    rig.taken({"tipo": "minuta", "instrumento": rig.instrumento()})


def outcomes(answers: Iterable[Answer]) -> Counter[tuple[int, str | None]]:
    return Counter((answer.status, answer.word) for answer in answers)


def seals(answer: Answer) -> list[str]:
    return [selo["codigo"] for selo in answer.job["selos"]]


def assert_sound(rig: Rig) -> None:
    rig.assert_gapless()
    assert Counter(row["documento_id"] for row in rig.rows(db.job, db.job.c.viva)).most_common(1)[0][1] == 1
    assert rig.proof().gaps == []


def test_s3_numbers_are_unique_and_gapless_under_accepted_and_refused_posts_at_once(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    good = [rig.livro(corpo=SHORT) for _ in range(THREADS)]
    bad: list[dict[str, Any]] = [rig.traslado("P-nunca-visto"), rig.livro(data="2027-01-01"), {"tipo": "livro"}] * 4
    told = at_once([lambda d=document: rig.post(d) for document in [*good, *bad]])
    assert Counter(answer.status for answer in told)[202] == len(good)
    codes = [code for answer in told if answer.status == 202 for code in seals(answer)]
    assert len(set(codes)) == 2 * len(good)
    assert rig.numbers_taken() == list(range(1, 2 * len(good) + 1))
    assert_sound(rig)


def test_x1_one_of_many_posts_of_a_document_prints_it(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    document = rig.livro()
    told = at_once([lambda n=n: rig.post(document, idempotency_key=f"k{n}") for n in range(THREADS)])
    assert outcomes(told) == {(202, None): 1, (409, "impressao-em-andamento"): THREADS - 1}
    assert len(rig.codes()) == 2
    assert_sound(rig)


def test_x1_many_posts_of_a_printed_document_find_one_question(any_rig: Rig) -> None:
    rig = any_rig
    document = rig.livro()
    rig.printed(document)
    told = at_once([lambda n=n: rig.post(document, idempotency_key=f"k{n}") for n in range(THREADS)])
    assert outcomes(told) == {(409, "reimpressao-exige-xa"): THREADS}
    assert len({answer.job["id"] for answer in told}) == 1
    assert len(rig.rows(db.pergunta)) == 1


def test_x2_of_many_answers_to_a_question_one_counts(any_rig: Rig) -> None:
    rig = any_rig
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document)["id"]
    told = at_once([lambda n=n: rig.yes(held) if n % 2 else rig.no(held) for n in range(8)])
    found = outcomes(told)
    assert found[200, None] == 1
    assert set(found) <= {(200, None), (409, "pergunta-respondida"), (409, "impressao-em-andamento")}
    assert len(rig.codes()) in (2, 6)
    assert_sound(rig)


def test_identical_posts_with_one_key_make_one_job(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    document = rig.livro()
    told = at_once([lambda: rig.post(document, idempotency_key="k") for _ in range(THREADS)])
    assert set(outcomes(told)) <= {(202, None), (409, "em-processamento")}
    assert len({answer.job["id"] for answer in told if answer.status == 202}) == 1
    assert rig.post(document, idempotency_key="k").replay
    assert len(rig.codes()) == 2


def test_identical_posts_with_one_key_at_two_servers_make_one_job(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    other = reopen(rig.folder, rig.clock, rig.key)
    document = rig.livro()
    told = at_once([lambda h=h: h.post(document, idempotency_key="k") for h in [rig, other] * 4])
    assert set(outcomes(told)) <= {(202, None), (409, "em-processamento")}
    assert len({answer.job["id"] for answer in told if answer.status == 202}) == 1
    assert len(rig.codes()) == 2
    rig.engine.run_once()
    held = rig.question(document)["id"]
    told = at_once([lambda h=h: h.yes(held, idempotency_key="sim") for h in [rig, other] * 4])
    assert set(outcomes(told)) <= {(200, None), (409, "em-processamento")}
    assert len(rig.codes()) == 6
    other.office.db.close()


def test_n4_next_gives_each_its_own_number(any_rig: Rig) -> None:
    rig = any_rig
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.taken(rig.traslado(name, "proximo"))
    told = at_once(
        [lambda n=n: rig.post(rig.traslado(name, "proximo", **ISENTO), idempotency_key=f"k{n}") for n in range(8)]
    )
    assert set(outcomes(told)) <= {(202, None), (503, "servidor-ocupado")}
    numbers = sorted(answer.job["documento"]["numero"] for answer in told if answer.status == 202)
    assert numbers == list(range(2, len(numbers) + 2))
    assert_sound(rig)


def test_x0_a_side_of_a_folha_goes_to_one_of_many(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    told = at_once([lambda d=d: rig.post(d) for d in [rig.livro(folha_inicial="500") for _ in range(6)]])
    assert outcomes(told) == {(202, None): 1, (409, "folha-ocupada"): 5}
    assert_sound(rig)


def test_x2_new_folhas_of_a_reprint_and_of_another_livro_do_not_lock_each_other_out(any_rig: Rig) -> None:
    rig = any_rig
    documents = [rig.livro() for _ in range(4)]
    for document in documents:
        rig.printed(document)
    held = [rig.question(document)["id"] for document in documents]
    tasks: list[Callable[[], Answer]] = [
        lambda n=n, j=j: rig.yes(j, folha_inicial=str(700 + n)) for n, j in enumerate(held)
    ]
    others = [rig.livro(folha_inicial=str(700 + n)) for n in range(4)]
    told = at_once(tasks + [lambda d=d: rig.post(d) for d in others])
    for first, second in zip(told[:4], told[4:], strict=True):
        assert {first.word, second.word} == {None, "folha-ocupada"}
    assert_sound(rig)


def test_p5_a_paper_goes_to_one_of_many(any_rig: Rig) -> None:
    rig = any_rig
    warm(rig)
    told = at_once([lambda d=d: rig.post(d, papel_seguranca=["A1"]) for d in [rig.certidao() for _ in range(6)]])
    assert outcomes(told) == {(202, None): 1, (422, "papel-ja-usado"): 5}
    assert_sound(rig)


def test_x2_who_sends_the_old_print_again_during_a_yes_waits_and_is_refused(
    any_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = any_rig
    document = rig.livro()
    old = rig.taken(document)["id"]
    rig.act(old, "cancelar")
    held = rig.question(document)["id"]
    undo_print, found = undo.undo_print, []
    again = threading.Thread(target=lambda: found.append(rig.act(old, "reenviar")))

    def undo_slowly(*arguments: Any) -> Any:
        again.start()
        again.join(0.5)  # all the time it would need, were it not for the lock
        return undo_print(*arguments)

    monkeypatch.setattr(undo, "undo_print", undo_slowly)
    assert rig.yes(held).status == 200
    again.join(60)
    assert [answer.word for answer in found] == ["estado-nao-permite"]
    rig.engine.run_once()
    assert [path.stem for path in rig.out.iterdir()] == [held]


def test_what_lost_to_a_deadlock_is_done_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    seal, failures = sealing.seal, iter([True])

    def fail_once(*arguments: Any) -> Any:
        made = seal(*arguments)
        if next(failures, False):
            raise OperationalError("UPDATE sequencia", {}, DeadlockDetected())
        return made

    monkeypatch.setattr(sealing, "seal", fail_once)
    rig.taken(rig.livro())
    assert len(rig.codes()) == 2
    assert_sound(rig)


def test_x5_a_print_is_either_excluded_or_sent_to_paper_again_never_both(any_rig: Rig) -> None:
    rig = any_rig
    documents = [rig.livro() for _ in range(5)]
    failed = []
    for document in documents:
        failed.append(rig.taken(document)["id"])
        rig.act(failed[-1], "cancelar")
    held = [rig.question(document)["id"] for document in documents]
    tasks: list[Callable[[], Answer]] = [lambda j=j: rig.yes(j) for j in held]
    at_once(tasks + [lambda j=j: rig.act(j, "reenviar") for j in failed])
    for old, new in zip(failed, held, strict=True):
        alive = {rig.job(old)["estado"], rig.job(new)["estado"]} & {"aceito", "renderizado"}
        assert len(alive) == 1
        dead = rig.rows(db.job, db.job.c.id == old)[0]
        assert dead["viva"] or dead["encerrado"]
    assert_sound(rig)


# -- the database itself ----------------------------------------------------------------------------------------------


def test_x1_two_live_prints_of_a_document_cannot_exist_in_the_database(any_rig: Rig) -> None:
    rig = any_rig
    rig.printed(rig.livro())
    (row,) = rig.rows(db.job)
    second = {name: value for name, value in row.items() if name != "n"} | {"id": "outro"}
    with pytest.raises(IntegrityError), rig.office.db.write() as conn:
        conn.execute(sa.insert(db.job).values(**second))
    with rig.office.db.write() as conn:
        conn.execute(sa.insert(db.job).values(**second | {"viva": False}))
    with pytest.raises(IntegrityError), rig.office.db.write() as conn:
        conn.execute(sa.update(db.job).where(db.job.c.id == "outro").values(viva=True))


def test_x1_two_open_questions_of_a_document_cannot_exist_in_the_database(any_rig: Rig) -> None:
    rig = any_rig
    document = rig.livro()
    rig.printed(document)
    rig.question(document)
    (row,) = rig.rows(db.pergunta)
    second = {name: value for name, value in row.items() if name != "id"}
    with pytest.raises(IntegrityError), rig.office.db.write() as conn:
        conn.execute(sa.insert(db.pergunta).values(**second))


def test_s11_a_seal_is_excluded_once_in_the_database(any_rig: Rig) -> None:
    rig = any_rig
    job = rig.printed(rig.livro())
    rig.act(job["id"], "excluir")
    xa = next(row for row in rig.rows(db.selo) if row["retifica"])
    second = {name: value for name, value in xa.items() if name != "id"} | {"codigo": "1234561XA0000000000099260"}
    with pytest.raises(IntegrityError), rig.office.db.write() as conn:
        conn.execute(sa.insert(db.selo).values(**second))


# -- engines ----------------------------------------------------------------------------------------------------------


def test_two_engines_take_each_job_once(any_rig: Rig) -> None:
    rig = any_rig
    other = reopen(rig.folder, rig.clock, rig.key)
    made = [rig.taken(rig.ficha(gerar_selo=False))["id"] for _ in range(20)]
    at_once([rig.engine.run_once, Engine(other.office).run_once])
    rig.engine.run_once()  # what one engine gave back because the print before it was still at the other
    assert [row["numero"] for row in rig.rows(db.tentativa)] == [1] * len(made)
    assert {path.stem for path in rig.out.iterdir()} == set(made)
    told = Counter((row["objeto_id"], row["estado"]) for row in rig.rows(db.log, db.log.c.objeto == "job"))
    assert set(told.values()) == {1}
    assert {rig.job(job)["estado"] for job in made} == {"impresso"}
    other.office.db.close()


def test_a_claim_keeps_others_away_until_its_time_is_over(any_rig: Rig) -> None:
    rig = any_rig
    job = rig.taken(rig.livro())
    claimed = claims.claim_due(rig.office, "maquina-alheia:1:1", rig.clock())
    assert [row["id"] for row in claimed] == [job["id"]]
    rig.engine.housekeeping()  # a stranger's claim is not ours to free
    assert rig.engine.run_once() == 0
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    assert rig.engine.run_once() == 1
    assert rig.job(job["id"])["estado"] == "impresso"


def test_the_work_of_a_dead_engine_of_this_machine_is_taken_over_at_once(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    machine, pid, ticks = owner_name().rsplit(":", 2)
    claims.claim_due(rig.office, f"{machine}:{pid}:{int(ticks) - 1}", rig.clock())  # its number was given to us
    assert rig.engine.run_once() == 0
    rig.engine.housekeeping()
    assert rig.engine.run_once() == 1
    assert rig.job(job["id"])["estado"] == "impresso"


def test_an_engine_that_lost_its_claim_records_nothing(rig: Rig) -> None:
    from printserver.delivery.advance import advance

    job = rig.taken(rig.livro())
    (slow,) = claims.claim_due(rig.office, "lento:1:1", rig.clock())
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    rig.engine.run_once()
    before = rig.state()
    advance(rig.office, slow, "lento:1:1")
    assert rig.state() == before
    assert rig.job(job["id"])["estado"] == "impresso"
    assert len(list(rig.out.iterdir())) == 1
