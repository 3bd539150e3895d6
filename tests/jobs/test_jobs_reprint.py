"""A document with live seals is not printed again: the question, its answers, and what a yes does (X1–X4, X6, X7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from printserver import db, jobs
from printserver.office import people
from support.office import LONG, Rig


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


@pytest.fixture
def held(rig: Rig) -> dict[str, Any]:
    """The job of a livro's reprint, held by its question."""
    document = rig.livro()
    rig.printed(document)
    return rig.question(document)


# -- X1: the question --------------------------------------------------------------------------------------------------


def test_x1_a_document_with_live_seals_stops_with_a_question(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    copy = rig.printed(rig.traslado(first["documento"]["instrumento"]))
    before = rig.codes()
    found = rig.post(document)
    assert (found.status, found.word, found.json["repetir"]) == (409, "reimpressao-exige-xa", "perguntar")
    asked = found.job["pergunta"]
    assert (found.job["estado"], found.job["encerrado"], found.job["selos"]) == ("aguardando_xa", False, [])
    assert (asked["tipo"], asked["selos"], asked["xa_ate"]) == ("xa", seals(first), "2026-11-23T14:30:00-03:00")
    assert [each["job"] for each in asked["atinge"]] == [copy["id"]]
    assert {"traslado", "retificacao"} <= {each["acao"] for each in asked["alternativas"]}
    assert found.json["anterior"] == {
        "id": first["id"],
        "quando": "2026-11-20T14:30:00-03:00",
        "quem": "maria",
        "fila": "notas",
        "estado": "impresso",
    }
    assert rig.engine.run_once() == 0
    assert rig.codes() == before


def test_x1_the_same_job_finds_the_same_question(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    assert rig.question(document)["id"] == rig.question(document, idempotency_key="outra")["id"]
    assert len(rig.rows(db.pergunta)) == 1


def test_x1_another_body_replaces_the_question(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    first = rig.question(document)
    second = rig.question({"tipo": "livro", "instrumento": document["instrumento"] | {"titulo": "Outro título"}})
    assert second["id"] != first["id"]
    assert (rig.job(first["id"])["estado"], rig.job(first["id"])["pergunta"]) == ("cancelado", None)
    assert rig.yes(first["id"]).word == "pergunta-respondida"
    assert rig.yes(second["id"]).status == 200


def test_x1_a_question_unanswered_for_12_hours_is_closed_on_record(rig: Rig, held: dict[str, Any]) -> None:
    rig.clock.forward(hours=12, seconds=-1)
    rig.engine.housekeeping()
    assert rig.job(held["id"])["estado"] == "aguardando_xa"
    rig.clock.forward(seconds=1)
    late = rig.yes(held["id"])
    assert (late.status, late.word) == (409, "pergunta-respondida")
    rig.engine.housekeeping()
    job = rig.job(held["id"])
    assert (job["estado"], job["encerrado"], job["pergunta"]) == ("cancelado", True, None)
    assert "12 horas" in str(job["historico"][-1]["detalhe"])
    assert rig.yes(held["id"]).word == "pergunta-respondida"
    assert len(rig.codes()) == 2


def test_x1_a_question_that_ran_out_is_asked_anew(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    first = rig.question(document)
    rig.clock.forward(hours=12)
    second = rig.question(document)
    assert second["id"] != first["id"]
    assert rig.yes(second["id"]).status == 200


def test_x1_a_question_about_other_seals_is_not_found_again(rig: Rig) -> None:
    """The seals of a document change without a print where they are rectified."""
    document = rig.livro()
    first = rig.printed(document)
    held = rig.question(document)
    with rig.office.db.write() as conn:
        conn.execute(db.pergunta.update().values(selos=["1234561ES0000000000099260"]))
    assert rig.yes(held["id"]).word == "pergunta-mudou"
    anew = rig.question(document)
    assert (anew["id"] != held["id"], anew["pergunta"]["selos"]) == (True, seals(first))
    assert rig.job(held["id"])["estado"] == "cancelado"


def test_x1_a_yes_holds_only_for_the_seals_it_was_shown(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    held = rig.question(document)
    assert rig.yes(held["id"], selos=seals(first)[:1]).word == "pergunta-mudou"
    rig.act(first["id"], "excluir")
    second = rig.printed(document | {"instrumento": document["instrumento"] | {"titulo": "Outro"}})
    before = rig.codes()
    changed = rig.yes(held["id"])
    assert (changed.status, changed.word) == (409, "pergunta-respondida")  # the new print took the question's place
    assert changed.job["id"] == held["id"]
    assert rig.codes() == before
    anew = rig.question(document)  # the very body that asked before: it is asked of the seals of now
    assert anew["pergunta"]["selos"] == seals(second)
    assert rig.yes(anew["id"], selos=seals(second)).status == 200


def test_x1_a_yes_to_seals_excluded_meanwhile_is_refused(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    held = rig.question(document)
    rig.act(first["id"], "excluir")
    before = rig.codes()
    found = rig.yes(held["id"])
    assert (found.status, found.word, found.job["id"]) == (409, "pergunta-mudou", held["id"])
    assert rig.codes() == before


def test_x1_no_question_while_the_document_is_on_its_way(rig: Rig) -> None:
    document = rig.livro()
    first = rig.taken(document)
    found = rig.post(document)
    assert (found.status, found.word, found.json["anterior"]["id"]) == (409, "impressao-em-andamento", first["id"])
    assert len(rig.rows(db.job)) == 1
    rig.engine.run_once()
    rig.question(document)


# -- X2: yes ----------------------------------------------------------------------------------------------------------


def test_x2_a_yes_excludes_each_live_seal_and_prints_with_new_ones(any_rig: Rig) -> None:
    rig = any_rig
    document = rig.livro()
    first = rig.printed(document)
    held = rig.question(document)
    rig.clock.forward(hours=1)
    answered = rig.yes(held["id"])
    assert (answered.status, answered.job["estado"], answered.job["pergunta"]) == (200, "aceito", None)
    rig.engine.run_once()
    second = rig.job(held["id"])
    assert second["estado"] == "impresso"
    assert not set(seals(second)) & set(seals(first))
    for old in seals(first):
        seal = rig.selo(old)
        xa = rig.selo(seal["retificado_por"])
        assert (xa["ato"], xa["retifica"], xa["total_centavos"], xa["isento"]) == ("XA", old, 0, True)
        assert xa["momento"] == "2026-11-20T15:30:00-03:00"
        assert seal["cadeia"] == xa["cadeia"] == [old, xa["codigo"]]
        assert (seal["vivo"], xa["vivo"]) == (False, False)
    assert all(rig.selo(code)["vivo"] for code in seals(second))
    rig.assert_gapless()
    assert sorted(row["codigo"] for row in rig.rows(db.outbox) if row["tipo"] != "vinculo") == sorted(rig.codes())


@pytest.mark.parametrize(
    ("answer", "field"),
    [({"motivo": None}, "motivo"), ({"motivo": "  "}, "motivo"), ({"papel_em_maos": False}, "papel_em_maos")],
)
def test_x2_a_yes_needs_a_reason_and_the_paper_of_what_leaves_the_office(
    rig: Rig, answer: dict[str, Any], field: str
) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name))
    held = rig.question(rig.traslado(name))
    before = rig.state()
    found = rig.yes(held["id"], **answer)
    assert (found.status, found.json["errors"][0]["campo"]) == (422, field)
    assert rig.state() == before
    assert rig.job(held["id"])["estado"] == "aguardando_xa"
    assert rig.yes(held["id"]).status == 200


def test_x2_a_yes_needs_a_person_of_the_office(rig: Rig, held: dict[str, Any]) -> None:
    assert rig.yes(held["id"], escrevente="ninguem").word == "escrevente-desconhecido"
    assert rig.job(held["id"])["estado"] == "aguardando_xa"


def test_x2_a_key_needs_the_right_to_answer(rig: Rig, held: dict[str, Any]) -> None:
    with rig.office.db.write() as conn:
        key = people.create_key(conn, 1, "fraca", ["imprimir"], rig.clock())
    answer = {"confirma": True, "escrevente": "maria", "motivo": "erro"}
    assert rig.call("POST", f"/jobs/{held['id']}/xa", answer, key=key).word == "sem-permissao"
    assert rig.job(held["id"])["estado"] == "aguardando_xa"


def test_x2_all_of_it_or_nothing(rig: Rig) -> None:
    """The yes fails at its last step, the folhas: no XA, no seal, no number is left."""
    document = rig.livro(folha_inicial="050")
    rig.printed(document)
    rig.printed(rig.livro(folha_inicial="090"))
    held = rig.question(document)
    before = rig.state()
    assert rig.yes(held["id"], folha_inicial="090").word == "folha-ocupada"
    assert rig.state() == before
    assert rig.yes(held["id"]).status == 200
    rig.assert_gapless()


def test_x2_what_is_on_its_way_is_taken_off_before_a_yes_goes_on(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    copy = rig.taken(rig.traslado(first["documento"]["instrumento"]))
    held = rig.question(document)
    assert rig.yes(held["id"]).status == 200
    assert rig.job(copy["id"])["estado"] == "falhou"
    rig.engine.run_once()
    assert not (rig.out / f"{copy['id']}.pdf").exists()
    assert (rig.job(held["id"])["estado"], rig.job(copy["id"])["desatualizado"]) == ("impresso", True)


def test_x2_an_answer_that_is_refused_takes_nothing_off_its_queue(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    copy = rig.taken(rig.traslado(first["documento"]["instrumento"]))
    held = rig.question(document)
    assert rig.yes(held["id"], motivo=None).status == 422
    assert rig.act(first["id"], "excluir", motivo=" ").status == 422
    assert rig.job(copy["id"])["estado"] == "aceito"


def test_x2_nothing_goes_on_while_an_engine_holds_the_print(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    copy = rig.taken(rig.traslado(first["documento"]["instrumento"]))
    held = rig.question(document)
    with rig.office.db.write() as conn:
        mine = db.job.c.id == copy["id"]
        conn.execute(db.job.update().where(mine).values(dono="motor:1:1", posse_ate=rig.clock() + timedelta(seconds=1)))
    before = rig.state()
    found = rig.yes(held["id"])
    assert (found.status, found.word) == (409, "impressao-em-andamento")
    assert rig.state() == before


def test_x2_a_ficha_whose_seal_was_asked_for_gets_its_new_seal(rig: Rig) -> None:
    ficha = rig.ficha()
    asked = rig.post(ficha).job
    rig.act(asked["id"], "selo", gerar=True)
    rig.engine.run_once()
    held = rig.question(ficha)
    answered = rig.yes(held["id"])
    assert (answered.status, len(answered.job["selos"])) == (200, 1)
    assert rig.selo(seals(rig.job(asked["id"]))[0])["vivo"] is False


def test_x2_the_papers_of_an_excluded_print_are_spoiled(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name), papel_seguranca=["A1"])
    held = rig.question(rig.traslado(name), papel_seguranca=["A2"])
    assert rig.yes(held["id"]).status == 200
    assert [(row["numero"], row["estado"]) for row in rig.rows(db.papel)] == [("A1", "inutilizado"), ("A2", "usado")]
    assert rig.post(rig.traslado(name, 2), papel_seguranca=["A1"]).word == "papel-ja-usado"


def test_x1_the_same_press_with_the_same_papers_finds_the_question_and_its_yes_needs_new_ones(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name), papel_seguranca=["A1"])
    held = rig.question(rig.traslado(name), papel_seguranca=["A1"])
    before = rig.state()
    refused = rig.yes(held["id"])
    assert (refused.status, refused.word) == (422, "papel-ja-usado")
    assert rig.state() == before
    again = rig.question(rig.traslado(name), papel_seguranca=["A2"])
    assert rig.yes(again["id"]).status == 200


# -- X3: no -----------------------------------------------------------------------------------------------------------


def test_x3_a_no_changes_nothing_and_stays_on_record(rig: Rig, held: dict[str, Any]) -> None:
    before = rig.codes()
    answered = rig.no(held["id"], motivo="não é preciso")
    assert (answered.status, answered.job["estado"], answered.job["pergunta"]) == (200, "cancelado", None)
    assert answered.job["historico"][-1]["quem"] == "maria"
    assert answered.job["historico"][-1]["detalhe"]["resposta"] == "não"
    assert rig.engine.run_once() == 0
    assert rig.codes() == before
    assert all(rig.selo(code)["vivo"] for code in before)
    (asked,) = rig.rows(db.pergunta)
    assert (asked["estado"], asked["resposta"]["confirma"]) == ("respondida", False)


def test_x3_a_question_is_answered_once(rig: Rig, held: dict[str, Any]) -> None:
    rig.no(held["id"])
    for second in (rig.yes(held["id"]), rig.no(held["id"])):
        assert (second.status, second.word, second.job["estado"]) == (409, "pergunta-respondida", "cancelado")
    document = {"tipo": "minuta", "instrumento": rig.instrumento()}
    assert rig.yes(rig.taken(document)["id"]).word == "estado-nao-permite"


def test_x3_after_a_no_the_same_job_asks_again(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    first = rig.question(document)
    rig.no(first["id"])
    assert rig.question(document)["id"] != first["id"]


# -- X4: the term -----------------------------------------------------------------------------------------------------


def test_x4_past_72_hours_there_is_no_question_but_a_refusal(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    rig.clock.forward(hours=72)
    rig.no(rig.question(document)["id"])
    rig.clock.forward(seconds=1)
    before = rig.state()
    found = rig.post(document)
    assert (found.status, found.word) == (409, "prazo-xa-encerrado")
    assert "fora_do_prazo" in {each["acao"] for each in found.json["alternativas"]}
    assert "job" not in found.json
    assert rig.state() == before


def test_x4_the_term_counts_from_the_act_not_from_the_print(rig: Rig) -> None:
    document = rig.livro(data="2026-11-16", motivo_data="atraso")
    rig.printed(document)
    assert rig.post(document).word == "prazo-xa-encerrado"


def test_x4_the_term_is_a_setting(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(xa={"prazo_horas": 24})
    document = rig.livro()
    rig.printed(document)
    rig.clock.forward(hours=25)
    assert rig.post(document).word == "prazo-xa-encerrado"


@pytest.mark.parametrize(("who", "allowed"), [("maria", False), ("admin", False), ("rui", True), ("tereza", True)])
def test_x4_only_the_heads_of_the_office_go_on_past_the_term(rig: Rig, who: str, allowed: bool) -> None:
    first = rig.printed(rig.livro())
    rig.clock.forward(hours=73)
    before = rig.state()
    assert rig.act(first["id"], "excluir", escrevente=who).word == "prazo-xa-encerrado"
    found = rig.act(first["id"], "excluir", escrevente=who, fora_do_prazo=True)
    if allowed:
        assert found.status == 200
        assert [rig.selo(code)["vivo"] for code in seals(first)] == [False, False]
    else:
        assert (found.status, found.word) == (403, "sem-permissao")
        assert rig.state() == before


@pytest.mark.parametrize(("who", "status"), [("maria", 403), ("tereza", 200)])
def test_x4_the_term_may_end_while_the_question_waits(rig: Rig, who: str, status: int) -> None:
    document = rig.livro()
    rig.printed(document)
    rig.clock.forward(hours=71)
    held = rig.question(document)
    rig.clock.forward(hours=2)
    assert rig.yes(held["id"], escrevente=who).word == "prazo-xa-encerrado"
    assert rig.yes(held["id"], escrevente=who, fora_do_prazo=True).status == status


# -- excluir ----------------------------------------------------------------------------------------------------------


def test_exclude_makes_the_xa_of_every_live_seal_and_prints_nothing(rig: Rig) -> None:
    document = rig.livro()
    first = rig.printed(document)
    files = sorted(rig.out.iterdir())
    assert rig.act(first["id"], "excluir").status == 200
    assert rig.engine.run_once() == 0
    assert sorted(rig.out.iterdir()) == files
    assert [rig.selo(code)["vivo"] for code in seals(first)] == [False, False]
    again = rig.act(first["id"], "excluir")
    assert (again.status, again.word) == (409, "estado-nao-permite")
    assert rig.printed(document)["estado"] == "impresso"  # its folhas are free again
    rig.assert_gapless()


def test_exclude_of_a_copy_needs_the_paper_in_hand(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    copy = rig.printed(rig.traslado(name))
    assert rig.act(copy["id"], "excluir").json["errors"][0]["campo"] == "papel_em_maos"
    assert rig.act(copy["id"], "excluir", papel_em_maos=True).status == 200
    assert rig.printed(rig.traslado(name))["documento"]["numero"] == 1


def test_exclude_takes_the_print_off_its_way(rig: Rig) -> None:
    first = rig.taken(rig.livro())
    assert rig.act(first["id"], "excluir").status == 200
    assert rig.engine.run_once() == 0
    assert (rig.job(first["id"])["estado"], list(rig.out.iterdir())) == ("falhou", [])


# -- X6, X7 -----------------------------------------------------------------------------------------------------------


def test_x6_what_was_printed_from_an_excluded_livro_is_marked_stale(rig: Rig) -> None:
    document = rig.livro()
    name = rig.printed(document)["documento"]["instrumento"]
    first, second = rig.printed(rig.traslado(name, 1)), rig.printed(rig.traslado(name, 2))
    held = rig.question(document)
    assert [each["job"] for each in held["pergunta"]["atinge"]] == [first["id"], second["id"]]
    rig.yes(held["id"])
    rig.engine.run_once()
    assert rig.job(first["id"])["desatualizado"] is True
    anew = rig.printed(rig.traslado(name, 3))
    assert anew["desatualizado"] is False
    assert rig.selo(seals(first)[0])["vivo"] is True  # its own seal stays


def test_x6_a_copy_made_after_the_reprint_bears_the_new_principal(rig: Rig) -> None:
    document = rig.livro()
    name = rig.printed(document)["documento"]["instrumento"]
    held = rig.question(document)
    rig.yes(held["id"])
    rig.engine.run_once()
    copy = rig.printed(rig.traslado(name))
    assert copy["qr"]["selo"] == seals(rig.job(held["id"]))[0]


def test_x7_a_livro_with_numbered_sheets_is_printed_again_on_new_folhas(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(livro={"folhas_novas": True})
    document = rig.livro(folha_inicial="010", corpo=LONG)
    first = rig.printed(document)
    last = int(first["documento"]["folha_final"])
    held = rig.question(document)
    before = rig.state()
    assert rig.yes(held["id"]).json["errors"][0]["campo"] == "folha_inicial"
    assert rig.yes(held["id"], folha_inicial=str(last)).status == 422
    assert rig.state() == before
    assert rig.yes(held["id"], folha_inicial="050").status == 200
    rig.engine.run_once()
    second = rig.job(held["id"])
    assert (second["estado"], second["documento"]["folha_inicial"]) == ("impresso", "050")
    found = rig.post(rig.livro(folha_inicial=str(last)))
    assert (found.word, "inutilizada" in found.json["detail"]) == ("folha-ocupada", True)


def test_x7_copies_are_made_of_the_new_folhas(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(livro={"folhas_novas": True})
    document = rig.livro(folha_inicial="010")
    name = rig.printed(document)["documento"]["instrumento"]
    rig.yes(rig.question(document)["id"], folha_inicial="050")
    rig.engine.run_once()
    assert rig.printed(rig.traslado(name))["documento"]["folha_inicial"] == "050"


def test_x7_where_sheets_are_not_numbered_the_same_folhas_serve_again(rig: Rig) -> None:
    document = rig.livro(folha_inicial="010")
    rig.printed(document)
    rig.yes(rig.question(document)["id"])
    rig.engine.run_once()
    states = [(row["folha"], row["estado"]) for row in rig.rows(db.folha_lado)]
    assert states == [(10, "livre"), (10, "ocupada")]


def test_open_questions_wait_oldest_first(rig: Rig) -> None:
    documents = [rig.livro(), rig.livro()]
    for document in documents:
        rig.printed(document)
    held = [rig.question(document)["id"] for document in documents]
    assert [job["id"] for job in jobs.open_questions(rig.office)] == held
    rig.no(held[0])
    assert [job["id"] for job in jobs.open_questions(rig.office)] == held[1:]
