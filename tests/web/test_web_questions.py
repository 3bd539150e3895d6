"""The questions on the screen: yes, no, once, with a reason, by whom it may be (X1-X4, X7, N9, A1, A4)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from web_rig import Clock, Person, Rig

REASON = "erro de digitação no nome da outorgante"


@pytest.fixture
def time_travel(clock: Clock) -> Iterator[None]:
    """Put the clock back afterwards."""
    before = clock.ahead
    yield
    clock.ahead = before


def _ask(job_id: str) -> str:
    return f"/trabalhos/{job_id}/pergunta"


def _answer(who: Person, job_id: str, resposta: str, **fields: str) -> tuple[int, str]:
    """Answer an XA question from its page; return status and text (of the page that follows, if it was taken)."""
    answer = who.send(_ask(job_id), f"/trabalhos/{job_id}/xa", resposta=resposta, **fields)
    if answer.status_code == 303:
        return 303, who.get(answer.location).get_data(as_text=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_x1_the_question_shows_seals_what_else_is_hit_until_when_and_what_would_be_right(
    maria: Person, rig: Rig
) -> None:
    livro = {"tipo": "livro", "instrumento": rig.instrumento()}
    before = rig.printed(livro)
    copy = rig.printed(rig.traslado_for(before))
    text = maria.get(_ask(rig.send(livro)["id"])).get_data(as_text=True)
    for selo in before["selos"]:
        assert selo["codigo"] in text
    assert "R$ 95,12" in text
    assert f"/trabalhos/{copy['id']}" in text
    assert "tire o traslado 2" in text
    assert "Exclusão possível até" in text
    assert "Maria Souza" in text
    assert "o prazo passou" not in text


def test_x3_a_no_excludes_and_prints_nothing_and_is_on_record_with_the_person(maria: Person, rig: Rig) -> None:
    before, held = rig.xa_question()
    status, text = _answer(maria, held["id"], "nao")
    assert status == 303
    assert "Nada foi excluído e nada vai ser impresso" in text
    job = rig.job(held["id"])
    assert (job["estado"], job["selos"], job["pergunta"]) == ("cancelado", [], None)
    assert job["historico"][-1]["quem"] == "maria"
    assert job["historico"][-1]["sistema"] is None
    assert rig.job(before["id"])["selos"] == before["selos"]


def test_x2_a_yes_excludes_makes_new_seals_and_prints(maria: Person, rig: Rig) -> None:
    before, held = rig.xa_question()
    status, text = _answer(maria, held["id"], "sim", motivo=REASON)
    assert status == 303
    assert "Os selos anteriores foram excluídos" in text
    rig.engine.run_once()
    job = rig.job(held["id"])
    assert job["estado"] == "impresso"
    assert len(job["selos"]) == 2
    assert all(selo["retificado_por"] for selo in rig.job(before["id"])["selos"])
    assert REASON in maria.get(f"/trabalhos/{before['id']}").get_data(as_text=True)


def test_a4_a_yes_without_a_reason_is_shown_again_and_nothing_happens(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    status, text = _answer(maria, held["id"], "sim", motivo="  ")
    assert status == 422
    assert 'id="erro-motivo"' in text
    assert rig.job(held["id"])["pergunta"] is not None


def test_x2_a_yes_to_a_traslado_needs_the_paper_in_hand(maria: Person, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    status, text = _answer(maria, held["id"], "sim", motivo=REASON)
    assert status == 422
    assert 'id="erro-papel_em_maos"' in text
    assert REASON in text  # what was typed is still there
    assert rig.job(held["id"])["selos"] == []
    assert _answer(maria, held["id"], "sim", motivo=REASON, papel_em_maos="sim")[0] == 303
    assert len(rig.job(held["id"])["selos"]) == 1


def test_x2_only_what_leaves_the_office_asks_for_the_paper(maria: Person, rig: Rig) -> None:
    _before, livro = rig.xa_question()
    _before, traslado = rig.traslado_question()
    assert "papel_em_maos" not in maria.get(_ask(livro["id"])).get_data(as_text=True)
    assert "papel_em_maos" in maria.get(_ask(traslado["id"])).get_data(as_text=True)


def test_x7_a_livro_of_numbered_folhas_asks_for_new_ones(
    maria: Person, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    _before, held = rig.xa_question()
    assert "folha_inicial" not in maria.get(_ask(held["id"])).get_data(as_text=True)
    monkeypatch.setattr(rig.office, "rules", replace(rig.office.rules, folhas_novas=True))
    old = held["documento"]["folha_inicial"]
    for given in ({}, {"folha_inicial": old}):
        status, text = _answer(maria, held["id"], "sim", motivo=REASON, **given)
        assert status == 422
        assert 'id="erro-folha_inicial"' in text
    assert _answer(maria, held["id"], "sim", motivo=REASON, folha_inicial="906", folha_final="909")[0] == 303
    assert rig.job(held["id"])["documento"]["folha_inicial"] == "906"


def test_x1_a_question_is_answered_once_and_the_second_person_is_told_by_whom(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    second = Person(maria.client.application.test_client())
    second.login("rui")
    form = second.hidden(_ask(held["id"]), f"/trabalhos/{held['id']}/xa")
    assert _answer(maria, held["id"], "nao")[0] == 303
    answer = second.client.post(f"/trabalhos/{held['id']}/xa", data={**form, "resposta": "sim", "motivo": REASON})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Esta pergunta não está mais aberta" in text
    assert "Maria Souza" in text
    assert rig.job(held["id"])["estado"] == "cancelado"
    alive = second.get(f"/trabalhos/{held['id']}/pergunta/vivo").get_data(as_text=True)
    assert "já foi respondida" in alive


def test_x1_a_yes_holds_only_for_the_seals_that_were_shown(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    form = maria.hidden(_ask(held["id"]), f"/trabalhos/{held['id']}/xa")
    shown = form["selos"].split()
    form["selos"] = shown[0]
    answer = maria.client.post(f"/trabalhos/{held['id']}/xa", data={**form, "resposta": "sim", "motivo": REASON})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "os selos mudaram" in text
    assert all(codigo in text for codigo in shown)
    assert REASON in text
    assert rig.job(held["id"])["pergunta"] is not None


def test_the_same_form_sent_twice_is_answered_once_and_no_error(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    to = f"/trabalhos/{held['id']}/xa"
    form = {**maria.hidden(_ask(held["id"]), to), "resposta": "sim", "motivo": REASON}
    assert [maria.client.post(to, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(rig.job(held["id"])["selos"]) == 2
    changed = maria.client.post(to, data={**form, "motivo": "outro motivo"})
    assert changed.status_code in (409, 422)
    assert len(rig.job(held["id"])["selos"]) == 2


@pytest.mark.parametrize("resposta", ["", "talvez", "SIM"])
def test_an_answer_that_is_neither_yes_nor_no_does_nothing(maria: Person, rig: Rig, resposta: str) -> None:
    _before, held = rig.xa_question()
    status, text = _answer(maria, held["id"], resposta, motivo=REASON)
    assert status == 422
    assert REASON in text
    assert rig.job(held["id"])["pergunta"] is not None


def test_x4_past_the_term_only_the_heads_may_go_on_and_must_say_so(
    maria: Person, rig: Rig, clock: Clock, time_travel: None
) -> None:
    data = {"tipo": "livro", "instrumento": rig.instrumento() | {"motivo_data": "assinada na sexta-feira"}}
    rig.printed(data)
    clock.ahead += timedelta(hours=rig.office.settings.xa.prazo_horas - 1)
    held = rig.send(data)
    clock.ahead += timedelta(hours=2)
    maria.login("maria")
    text = maria.get(_ask(held["id"])).get_data(as_text=True)
    assert "o prazo passou" in text
    assert "Só o tabelião ou o substituto pode responder sim" in text
    to = f"/trabalhos/{held['id']}/xa"
    form = {**maria.hidden(_ask(held["id"]), to), "resposta": "sim", "motivo": REASON, "fora_do_prazo": "sim"}
    assert maria.client.post(to, data=form).status_code == 403
    assert rig.job(held["id"])["pergunta"] is not None

    head = Person(maria.client.application.test_client())
    head.login("tereza")
    assert _answer(head, held["id"], "sim", motivo=REASON)[0] == 409
    status, _text = _answer(head, held["id"], "sim", motivo=REASON, fora_do_prazo="sim")
    assert status == 303
    assert rig.job(held["id"])["historico"][-1]["quem"] == "tereza"
    rig.engine.run_once()  # before the clock goes back: a row due in three days would block its queue until then


def test_n9_the_ficha_is_printed_with_a_seal_or_without(maria: Person, rig: Rig) -> None:
    for resposta, seals in (("com", 1), ("sem", 0)):
        held = rig.ficha_question()
        answer = maria.send(_ask(held["id"]), f"/trabalhos/{held['id']}/selo", resposta=resposta)
        assert answer.status_code == 303
        assert f"ficha {resposta.upper()} SELO" in maria.get(answer.location).get_data(as_text=True)
        rig.engine.run_once()
        job = rig.job(held["id"])
        assert (job["estado"], len(job["selos"])) == ("impresso", seals)


def test_n9_no_answer_is_no_answer(maria: Person, rig: Rig) -> None:
    held = rig.ficha_question()
    answer = maria.send(_ask(held["id"]), f"/trabalhos/{held['id']}/selo", resposta="")
    assert answer.status_code == 422
    assert rig.job(held["id"])["pergunta"] is not None


def test_a_job_without_a_question_says_so(maria: Person, rig: Rig) -> None:
    answer = maria.get(_ask(rig.livro()["id"]))
    assert answer.status_code == 200
    assert "não está mais aberta" in answer.get_data(as_text=True)
