"""Reporting to the court, against its simulator: each seal once, in order, whatever the line and the court do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db
from support.court import Court, rig_with_court
from support.office import FEES, Rig


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa") as (rig, court):
        yield rig, court


def states(rig: Rig) -> set[str]:
    return {row["estado"] for row in rig.rows(db.selo)}


def until_settled(rig: Rig, steps: int = 60) -> None:
    """Run the engine, moving the clock on, until nothing waits for the court any more."""
    for _ in range(steps):
        rig.engine.run_once()
        if not rig.rows(db.outbox, db.outbox.c.fim_em.is_(None)):
            return
        rig.clock.forward(minutes=5, seconds=1)
    raise AssertionError([(row["tipo"], row["estado"]) for row in rig.rows(db.outbox)])


def test_t1_a_print_reports_its_seals_and_their_link_by_itself(both: tuple[Rig, Court]) -> None:
    rig, court = both
    job = rig.taken(rig.livro())
    assert {selo["estado"] for selo in job["selos"]} == {"comunicação pendente"}
    rig.engine.run_once()
    principal, other = rig.job(job["id"])["selos"]
    assert (principal["estado"], other["estado"]) == ("comunicado", "comunicado")
    assert {code: each["aceito"] for code, each in court.registros.items()} == dict.fromkeys(rig.codes(), 1)
    assert list(court.vinculos) == [(principal["codigo"], other["codigo"])]
    assert rig.selo(other["codigo"])["andamentos"][-1]["estado"].startswith("vínculo")


def test_t2_the_very_request_and_answer_are_kept(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    code = rig.printed(rig.certidao())["selos"][0]["codigo"]
    (exchange,) = rig.rows(db.comunicacao)
    assert (exchange["operacao"], exchange["status"]) == ("enviar", 200)
    assert code in exchange["pedido"]
    assert rig.selo(code)["registro"] in exchange["pedido"]
    assert code in exchange["resposta"]


@pytest.mark.parametrize(
    "fault", ["500", "fecha-antes", "fecha-depois", "500-depois", "resposta-errada", "resposta-trocada"]
)
def test_t2_a_court_that_fails_gets_each_seal_once(both: tuple[Rig, Court], fault: str) -> None:
    rig, court = both
    court.fail(fault, vezes=5)
    for _ in range(3):
        rig.printed(rig.livro())
    until_settled(rig)
    assert states(rig) == {"comunicado"}
    assert {each["aceito"] for each in court.registros.values()} == {1}
    assert len(court.registros) == 6
    assert len(court.vinculos) == 3


def test_t2_what_arrived_unanswered_is_asked_about_and_not_sent_again(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fecha-depois", vezes=1)
    code = rig.printed(rig.certidao())["selos"][0]["codigo"]
    until_settled(rig)
    assert court.selo(code)["recebido"] == 1
    assert [row["operacao"] for row in rig.rows(db.comunicacao)] == ["enviar", "consultar"]


def test_t2_a_refusal_is_shown_waits_and_is_sent_again_by_a_person(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("objeta", vezes=1)
    code = rig.printed(rig.certidao())["selos"][0]["codigo"]
    rig.clock.forward(hours=1)
    rig.engine.run_once()
    seal = rig.selo(code)
    assert seal["estado"] == "aguardando retificação"
    assert seal["andamentos"][-1]["detalhe"]["erros"][0]["mensagem"]
    assert court.selo(code)["recebido"] == 1
    assert rig.call("POST", "/comunicacoes", {"selos": [code], "escrevente": "maria"}).status == 202
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "comunicado"
    assert court.selo(code)["aceito"] == 1


def rectify(rig: Rig, code: str, reais: int) -> str:
    """Give a seal another value; return its retificador."""
    value = dict.fromkeys(FEES, "0.00") | {"tabeliao": f"{reais}.00"}
    body = {"emolumentos": value, "motivo": "valor errado", "escrevente": "maria"}
    answer = rig.call("POST", f"/selos/{code}/retificacao", body)
    assert answer.status == 201, answer
    return str(answer.json["codigo"])


def test_t3_a_retificador_of_a_refused_one_stands_in_the_place_of_both(both: tuple[Rig, Court]) -> None:
    rig, court = both
    first = rig.printed(rig.livro())["selos"][1]["codigo"]
    court.fail("objeta", vezes=1)
    second = rectify(rig, first, 3)
    rig.engine.run_once()
    assert [rig.selo(code)["estado"] for code in (first, second)] == ["comunicado", "aguardando retificação"]
    third = rectify(rig, second, 4)
    until_settled(rig)
    assert [rig.selo(code)["estado"] for code in (first, second, third)] == ["retificado", "retificado", "comunicado"]


def test_r1_a_link_follows_its_vinculador_past_refused_retificadores(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("objeta", selos=[rig.taken(rig.livro())["selos"][0]["codigo"]])
    principal, other = rig.codes()
    rig.engine.run_once()
    assert court.vinculos == {}
    second = rectify(rig, principal, 3)
    court.fail("objeta", selos=[second])
    rig.engine.run_once()
    third = rectify(rig, second, 4)
    until_settled(rig)
    assert list(court.vinculos) == [(third, other)]


def test_r1_a_vinculado_mended_after_its_vinculador_is_linked_to_what_the_court_has(both: tuple[Rig, Court]) -> None:
    rig, court = both
    rig.taken(rig.livro())
    principal, other = rig.codes()
    court.fail("objeta", selos=[principal, other])
    rig.engine.run_once()
    above = rectify(rig, principal, 3)
    rig.engine.run_once()
    below = rectify(rig, other, 4)
    until_settled(rig)
    assert list(court.vinculos) == [(above, below)]


def test_r4_a_link_to_what_is_excluded_and_never_was_accepted_is_at_an_end(both: tuple[Rig, Court]) -> None:
    rig, court = both
    job = rig.taken(rig.livro())
    principal, other = rig.codes()
    court.fail("objeta", selos=[principal])
    rig.engine.run_once()
    assert rig.act(job["id"], "excluir", papel_em_maos=True).status == 200
    until_settled(rig)
    assert (rig.selo(principal)["estado"], rig.selo(other)["estado"]) == ("excluído", "excluído")
    assert court.vinculos == {}
    again = rig.call("POST", "/comunicacoes", {"selos": [other], "escrevente": "maria"})
    assert (again.status, again.word) == (422, "entrada-invalida")


def test_t3_an_exclusion_goes_after_its_seal_and_excludes_it(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    job = rig.printed(rig.certidao())
    (code,) = [selo["codigo"] for selo in job["selos"]]
    rig.act(job["id"], "excluir", papel_em_maos=True)
    court.fail(None)
    until_settled(rig)
    xa = rig.selo(code)["retificado_por"]
    assert (rig.selo(code)["estado"], rig.selo(xa)["estado"]) == ("excluído", "comunicado")
    rows = rig.rows(db.outbox)
    assert [row["estado"] for row in rows] == ["aceito", "aceito"]
    assert court.registros[xa]["aceito"] == 1


def test_t1_t2_after_a_day_of_outage_all_is_shown_as_overdue_and_goes_late_and_once(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    rig.printed(rig.livro())
    shown = []
    for _ in range(30):
        rig.clock.forward(minutes=50)
        rig.engine.run_once()
        shown.append(rig.call("GET", "/comunicacoes").json)
    assert states(rig) == {"comunicação pendente"}
    hours_left = [each["falta_s"] / 3600 for each in shown]
    for left, each in zip(hours_left, shown, strict=True):
        counts = (each["a_vencer"], each["urgentes"], each["atrasados"])
        assert counts == (
            (0, 0, 2) if left <= 0 else (0, 2, 0) if left <= 4 else (2, 0, 0) if left <= 12 else (0, 0, 0)
        )
    assert hours_left[-1] == pytest.approx(-1)
    assert shown[-1]["ultima_falha"]
    court.fail(None)
    until_settled(rig)
    assert states(rig) == {"comunicado"}
    assert {(each["aceito"], each["atrasado"]) for each in court.registros.values()} == {(1, True)}


def test_t2_the_breaker_opens_for_ten_seconds_and_doubles(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("500")
    rig.taken(rig.certidao())
    pauses = []
    for _ in range(40):
        rig.engine.run_once()
        (line,) = rig.rows(db.remetente)
        if line["aberto_ate"] is not None and line["aberto_ate"] > rig.clock():
            pauses.append((line["aberto_ate"] - rig.clock()).total_seconds())
            rig.clock.now = line["aberto_ate"]
        rig.clock.forward(minutes=5, seconds=1)
    assert pauses[:7] == [10, 20, 40, 80, 160, 300, 300]


def test_t2_a_wish_closes_the_breaker_at_once(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    for _ in range(4):
        rig.printed(rig.certidao())
    rig.engine.run_once()
    court.fail(None)
    answer = rig.call("POST", "/comunicacoes", {})
    assert (answer.status, answer.json["pendentes"]) == (202, 4)
    rig.engine.run_once()
    assert states(rig) == {"comunicado"}


def test_t2_a_sender_that_died_between_send_and_answer_repeats_nothing(both: tuple[Rig, Court]) -> None:
    """State after kill -9: the row is `enviando`, the court has it, the answer is not recorded."""
    rig, court = both
    code = rig.taken(rig.certidao())["selos"][0]["codigo"]
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.outbox).values(estado="enviando", dono="morto:1", tentativas=1))
    assert court.send(item(rig, code)) == [{"selo": code, "totalErros": 0, "erros": []}]
    rig.clock.forward(minutes=1)
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "comunicado"
    assert court.selo(code)["recebido"] == 1


def item(rig: Rig, code: str) -> dict[str, object]:
    (row,) = rig.rows(db.selo, db.selo.c.codigo == code)
    return {
        "selo": code,
        "registro": row["registro"],
        "natureza": row["natureza"],
        "ato": row["ato"],
        "isento": row["isento"],
        "motivoIsencao": row["motivo_isencao"],
        "vinculador": row["vinculador"],
        "autor": row["escrevente"],
    }


def test_t1_the_clock_going_back_an_hour_holds_nothing_up(both: tuple[Rig, Court]) -> None:
    rig, court = both
    rig.printed(rig.certidao())
    court.fail("fora")
    rig.printed(rig.certidao())
    rig.clock.forward(hours=-1)
    court.fail(None)
    rig.engine.run_once()
    assert states(rig) == {"comunicado"}
    assert {each["recebido"] for each in court.registros.values()} == {1}


def test_t1_what_was_sent_again_before_the_clock_went_back_goes_at_once(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("objeta")
    code = rig.printed(rig.certidao())["selos"][0]["codigo"]
    court.fail(None)
    rig.clock.forward(hours=2)
    assert rig.call("POST", "/comunicacoes", {"selos": [code], "escrevente": "maria"}).status == 202
    rig.clock.forward(hours=-1)
    rig.engine.run_once()
    assert states(rig) == {"comunicado"}


def test_t1_on_request_only_nothing_goes_until_asked(tmp_path: Path) -> None:
    with rig_with_court(tmp_path / "casa", settings={"tribunal": {"modo": "manual"}}) as (rig, court):
        rig.printed(rig.certidao())
        assert court.registros == {}
        rig.call("POST", "/comunicacoes", {})
        rig.clock.forward(minutes=1)
        later = rig.printed(rig.certidao())["selos"][0]["codigo"]
        assert states(rig) == {"comunicado", "comunicação pendente"}
        assert later not in court.registros


def test_t1_at_set_hours_what_was_made_before_the_hour_goes(tmp_path: Path) -> None:
    """The office's clock is at 14:30."""
    hours = {"modo": "horarios", "horarios": ["08:00", "15:00"]}
    with rig_with_court(tmp_path / "casa", settings={"tribunal": hours}) as (rig, court):
        first = rig.printed(rig.certidao())["selos"][0]["codigo"]
        assert court.registros == {}
        rig.clock.forward(minutes=45)
        second = rig.printed(rig.certidao())["selos"][0]["codigo"]
        assert set(court.registros) == {first}
        rig.clock.forward(hours=17)
        rig.engine.run_once()
        assert set(court.registros) == {first, second}
