"""A document with live seals is not printed again: the question, its answers, and what a yes does (X1–X4, X6, X7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from printserver import db, jobs
from printserver.office import people
from support.office import LONG, House


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


@pytest.fixture
def held(house: House) -> dict[str, Any]:
    """The job of a livro's reprint, held by its question."""
    document = house.livro()
    house.printed(document)
    return house.question(document)


# -- X1: the question --------------------------------------------------------------------------------------------------


def test_x1_a_document_with_live_seals_stops_with_a_question(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    copy = house.printed(house.traslado(first["documento"]["instrumento"]))
    before = house.codes()
    found = house.post(document)
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
    assert house.engine.run_once() == 0
    assert house.codes() == before


def test_x1_the_same_job_finds_the_same_question(house: House) -> None:
    document = house.livro()
    house.printed(document)
    assert house.question(document)["id"] == house.question(document, idempotency_key="outra")["id"]
    assert len(house.rows(db.pergunta)) == 1


def test_x1_another_body_replaces_the_question(house: House) -> None:
    document = house.livro()
    house.printed(document)
    first = house.question(document)
    second = house.question({"tipo": "livro", "instrumento": document["instrumento"] | {"titulo": "Outro título"}})
    assert second["id"] != first["id"]
    assert (house.job(first["id"])["estado"], house.job(first["id"])["pergunta"]) == ("cancelado", None)
    assert house.yes(first["id"]).word == "pergunta-respondida"
    assert house.yes(second["id"]).status == 200


def test_x1_a_question_unanswered_for_12_hours_is_closed_on_record(house: House, held: dict[str, Any]) -> None:
    house.clock.forward(hours=12, seconds=-1)
    house.engine.housekeeping()
    assert house.job(held["id"])["estado"] == "aguardando_xa"
    house.clock.forward(seconds=1)
    late = house.yes(held["id"])
    assert (late.status, late.word) == (409, "pergunta-respondida")
    house.engine.housekeeping()
    job = house.job(held["id"])
    assert (job["estado"], job["encerrado"], job["pergunta"]) == ("cancelado", True, None)
    assert "12 horas" in str(job["historico"][-1]["detalhe"])
    assert house.yes(held["id"]).word == "pergunta-respondida"
    assert len(house.codes()) == 2


def test_x1_a_question_that_ran_out_is_asked_anew(house: House) -> None:
    document = house.livro()
    house.printed(document)
    first = house.question(document)
    house.clock.forward(hours=12)
    second = house.question(document)
    assert second["id"] != first["id"]
    assert house.yes(second["id"]).status == 200


def test_x1_a_question_about_other_seals_is_not_found_again(house: House) -> None:
    """The seals of a document change without a print where they are rectified."""
    document = house.livro()
    first = house.printed(document)
    held = house.question(document)
    with house.office.db.write() as conn:
        conn.execute(db.pergunta.update().values(selos=["1234561ES0000000000099260"]))
    assert house.yes(held["id"]).word == "pergunta-mudou"
    anew = house.question(document)
    assert (anew["id"] != held["id"], anew["pergunta"]["selos"]) == (True, seals(first))
    assert house.job(held["id"])["estado"] == "cancelado"


def test_x1_a_yes_holds_only_for_the_seals_it_was_shown(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    held = house.question(document)
    assert house.yes(held["id"], selos=seals(first)[:1]).word == "pergunta-mudou"
    house.act(first["id"], "excluir")
    second = house.printed(document | {"instrumento": document["instrumento"] | {"titulo": "Outro"}})
    before = house.codes()
    changed = house.yes(held["id"])
    assert (changed.status, changed.word) == (409, "pergunta-respondida")  # the new print took the question's place
    assert changed.job["id"] == held["id"]
    assert house.codes() == before
    anew = house.question(document)  # the very body that asked before: it is asked of the seals of now
    assert anew["pergunta"]["selos"] == seals(second)
    assert house.yes(anew["id"], selos=seals(second)).status == 200


def test_x1_a_yes_to_seals_excluded_meanwhile_is_refused(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    held = house.question(document)
    house.act(first["id"], "excluir")
    before = house.codes()
    found = house.yes(held["id"])
    assert (found.status, found.word, found.job["id"]) == (409, "pergunta-mudou", held["id"])
    assert house.codes() == before


def test_x1_no_question_while_the_document_is_on_its_way(house: House) -> None:
    document = house.livro()
    first = house.taken(document)
    found = house.post(document)
    assert (found.status, found.word, found.json["anterior"]["id"]) == (409, "impressao-em-andamento", first["id"])
    assert len(house.rows(db.job)) == 1
    house.engine.run_once()
    house.question(document)


# -- X2: yes ----------------------------------------------------------------------------------------------------------


def test_x2_a_yes_excludes_each_live_seal_and_prints_with_new_ones(any_house: House) -> None:
    house = any_house
    document = house.livro()
    first = house.printed(document)
    held = house.question(document)
    house.clock.forward(hours=1)
    answered = house.yes(held["id"])
    assert (answered.status, answered.job["estado"], answered.job["pergunta"]) == (200, "aceito", None)
    house.engine.run_once()
    second = house.job(held["id"])
    assert second["estado"] == "impresso"
    assert not set(seals(second)) & set(seals(first))
    for old in seals(first):
        seal = house.selo(old)
        xa = house.selo(seal["retificado_por"])
        assert (xa["ato"], xa["retifica"], xa["total_centavos"], xa["isento"]) == ("XA", old, 0, True)
        assert xa["momento"] == "2026-11-20T15:30:00-03:00"
        assert seal["cadeia"] == xa["cadeia"] == [old, xa["codigo"]]
        assert (seal["vivo"], xa["vivo"]) == (False, False)
    assert all(house.selo(code)["vivo"] for code in seals(second))
    house.assert_gapless()
    assert sorted(row["codigo"] for row in house.rows(db.outbox) if row["tipo"] != "vinculo") == sorted(house.codes())


@pytest.mark.parametrize(
    ("answer", "field"),
    [({"motivo": None}, "motivo"), ({"motivo": "  "}, "motivo"), ({"papel_em_maos": False}, "papel_em_maos")],
)
def test_x2_a_yes_needs_a_reason_and_the_paper_of_what_leaves_the_office(
    house: House, answer: dict[str, Any], field: str
) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    house.printed(house.traslado(name))
    held = house.question(house.traslado(name))
    before = house.state()
    found = house.yes(held["id"], **answer)
    assert (found.status, found.json["errors"][0]["campo"]) == (422, field)
    assert house.state() == before
    assert house.job(held["id"])["estado"] == "aguardando_xa"
    assert house.yes(held["id"]).status == 200


def test_x2_a_yes_needs_a_person_of_the_office(house: House, held: dict[str, Any]) -> None:
    assert house.yes(held["id"], escrevente="ninguem").word == "escrevente-desconhecido"
    assert house.job(held["id"])["estado"] == "aguardando_xa"


def test_x2_a_key_needs_the_right_to_answer(house: House, held: dict[str, Any]) -> None:
    with house.office.db.write() as conn:
        key = people.create_key(conn, 1, "fraca", ["imprimir"], house.clock())
    answer = {"confirma": True, "escrevente": "maria", "motivo": "erro"}
    assert house.call("POST", f"/jobs/{held['id']}/xa", answer, key=key).word == "sem-permissao"
    assert house.job(held["id"])["estado"] == "aguardando_xa"


def test_x2_all_of_it_or_nothing(house: House) -> None:
    """The yes fails at its last step, the folhas: no XA, no seal, no number is left."""
    document = house.livro(folha_inicial="050")
    house.printed(document)
    house.printed(house.livro(folha_inicial="090"))
    held = house.question(document)
    before = house.state()
    assert house.yes(held["id"], folha_inicial="090").word == "folha-ocupada"
    assert house.state() == before
    assert house.yes(held["id"]).status == 200
    house.assert_gapless()


def test_x2_what_is_on_its_way_is_taken_off_before_a_yes_goes_on(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    copy = house.taken(house.traslado(first["documento"]["instrumento"]))
    held = house.question(document)
    assert house.yes(held["id"]).status == 200
    assert house.job(copy["id"])["estado"] == "falhou"
    house.engine.run_once()
    assert not (house.out / f"{copy['id']}.pdf").exists()
    assert (house.job(held["id"])["estado"], house.job(copy["id"])["desatualizado"]) == ("impresso", True)


def test_x2_an_answer_that_is_refused_takes_nothing_off_its_queue(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    copy = house.taken(house.traslado(first["documento"]["instrumento"]))
    held = house.question(document)
    assert house.yes(held["id"], motivo=None).status == 422
    assert house.act(first["id"], "excluir", motivo=" ").status == 422
    assert house.job(copy["id"])["estado"] == "aceito"


def test_x2_nothing_goes_on_while_an_engine_holds_the_print(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    copy = house.taken(house.traslado(first["documento"]["instrumento"]))
    held = house.question(document)
    with house.office.db.write() as conn:
        mine = db.job.c.id == copy["id"]
        conn.execute(
            db.job.update().where(mine).values(dono="motor:1:1", posse_ate=house.clock() + timedelta(seconds=1))
        )
    before = house.state()
    found = house.yes(held["id"])
    assert (found.status, found.word) == (409, "impressao-em-andamento")
    assert house.state() == before


def test_x2_a_ficha_whose_seal_was_asked_for_gets_its_new_seal(house: House) -> None:
    ficha = house.ficha()
    asked = house.post(ficha).job
    house.act(asked["id"], "selo", gerar=True)
    house.engine.run_once()
    held = house.question(ficha)
    answered = house.yes(held["id"])
    assert (answered.status, len(answered.job["selos"])) == (200, 1)
    assert house.selo(seals(house.job(asked["id"]))[0])["vivo"] is False


def test_x2_the_papers_of_an_excluded_print_are_spoiled(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    house.printed(house.traslado(name), papel_seguranca=["A1"])
    held = house.question(house.traslado(name), papel_seguranca=["A2"])
    assert house.yes(held["id"]).status == 200
    assert [(row["numero"], row["estado"]) for row in house.rows(db.papel)] == [("A1", "inutilizado"), ("A2", "usado")]
    assert house.post(house.traslado(name, 2), papel_seguranca=["A1"]).word == "papel-ja-usado"


def test_x1_the_same_press_with_the_same_papers_finds_the_question_and_its_yes_needs_new_ones(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    house.printed(house.traslado(name), papel_seguranca=["A1"])
    held = house.question(house.traslado(name), papel_seguranca=["A1"])
    before = house.state()
    refused = house.yes(held["id"])
    assert (refused.status, refused.word) == (422, "papel-ja-usado")
    assert house.state() == before
    again = house.question(house.traslado(name), papel_seguranca=["A2"])
    assert house.yes(again["id"]).status == 200


# -- X3: no -----------------------------------------------------------------------------------------------------------


def test_x3_a_no_changes_nothing_and_stays_on_record(house: House, held: dict[str, Any]) -> None:
    before = house.codes()
    answered = house.no(held["id"], motivo="não é preciso")
    assert (answered.status, answered.job["estado"], answered.job["pergunta"]) == (200, "cancelado", None)
    assert answered.job["historico"][-1]["quem"] == "maria"
    assert answered.job["historico"][-1]["detalhe"]["resposta"] == "não"
    assert house.engine.run_once() == 0
    assert house.codes() == before
    assert all(house.selo(code)["vivo"] for code in before)
    (asked,) = house.rows(db.pergunta)
    assert (asked["estado"], asked["resposta"]["confirma"]) == ("respondida", False)


def test_x3_a_question_is_answered_once(house: House, held: dict[str, Any]) -> None:
    house.no(held["id"])
    for second in (house.yes(held["id"]), house.no(held["id"])):
        assert (second.status, second.word, second.job["estado"]) == (409, "pergunta-respondida", "cancelado")
    document = {"tipo": "minuta", "instrumento": house.instrumento()}
    assert house.yes(house.taken(document)["id"]).word == "estado-nao-permite"


def test_x3_after_a_no_the_same_job_asks_again(house: House) -> None:
    document = house.livro()
    house.printed(document)
    first = house.question(document)
    house.no(first["id"])
    assert house.question(document)["id"] != first["id"]


# -- X4: the term -----------------------------------------------------------------------------------------------------


def test_x4_past_72_hours_there_is_no_question_but_a_refusal(house: House) -> None:
    document = house.livro()
    house.printed(document)
    house.clock.forward(hours=72)
    house.no(house.question(document)["id"])
    house.clock.forward(seconds=1)
    before = house.state()
    found = house.post(document)
    assert (found.status, found.word) == (409, "prazo-xa-encerrado")
    assert "fora_do_prazo" in {each["acao"] for each in found.json["alternativas"]}
    assert "job" not in found.json
    assert house.state() == before


def test_x4_the_term_counts_from_the_act_not_from_the_print(house: House) -> None:
    document = house.livro(data="2026-11-16", motivo_data="atraso")
    house.printed(document)
    assert house.post(document).word == "prazo-xa-encerrado"


def test_x4_the_term_is_a_setting(house_with: Callable[..., House]) -> None:
    house = house_with(xa={"prazo_horas": 24})
    document = house.livro()
    house.printed(document)
    house.clock.forward(hours=25)
    assert house.post(document).word == "prazo-xa-encerrado"


@pytest.mark.parametrize(("who", "allowed"), [("maria", False), ("admin", False), ("rui", True), ("tereza", True)])
def test_x4_only_the_heads_of_the_office_go_on_past_the_term(house: House, who: str, allowed: bool) -> None:
    first = house.printed(house.livro())
    house.clock.forward(hours=73)
    before = house.state()
    assert house.act(first["id"], "excluir", escrevente=who).word == "prazo-xa-encerrado"
    found = house.act(first["id"], "excluir", escrevente=who, fora_do_prazo=True)
    if allowed:
        assert found.status == 200
        assert [house.selo(code)["vivo"] for code in seals(first)] == [False, False]
    else:
        assert (found.status, found.word) == (403, "sem-permissao")
        assert house.state() == before


@pytest.mark.parametrize(("who", "status"), [("maria", 403), ("tereza", 200)])
def test_x4_the_term_may_end_while_the_question_waits(house: House, who: str, status: int) -> None:
    document = house.livro()
    house.printed(document)
    house.clock.forward(hours=71)
    held = house.question(document)
    house.clock.forward(hours=2)
    assert house.yes(held["id"], escrevente=who).word == "prazo-xa-encerrado"
    assert house.yes(held["id"], escrevente=who, fora_do_prazo=True).status == status


# -- excluir ----------------------------------------------------------------------------------------------------------


def test_exclude_makes_the_xa_of_every_live_seal_and_prints_nothing(house: House) -> None:
    document = house.livro()
    first = house.printed(document)
    files = sorted(house.out.iterdir())
    assert house.act(first["id"], "excluir").status == 200
    assert house.engine.run_once() == 0
    assert sorted(house.out.iterdir()) == files
    assert [house.selo(code)["vivo"] for code in seals(first)] == [False, False]
    again = house.act(first["id"], "excluir")
    assert (again.status, again.word) == (409, "estado-nao-permite")
    assert house.printed(document)["estado"] == "impresso"  # its folhas are free again
    house.assert_gapless()


def test_exclude_of_a_copy_needs_the_paper_in_hand(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    copy = house.printed(house.traslado(name))
    assert house.act(copy["id"], "excluir").json["errors"][0]["campo"] == "papel_em_maos"
    assert house.act(copy["id"], "excluir", papel_em_maos=True).status == 200
    assert house.printed(house.traslado(name))["documento"]["numero"] == 1


def test_exclude_takes_the_print_off_its_way(house: House) -> None:
    first = house.taken(house.livro())
    assert house.act(first["id"], "excluir").status == 200
    assert house.engine.run_once() == 0
    assert (house.job(first["id"])["estado"], list(house.out.iterdir())) == ("falhou", [])


# -- X6, X7 -----------------------------------------------------------------------------------------------------------


def test_x6_what_was_printed_from_an_excluded_livro_is_marked_stale(house: House) -> None:
    document = house.livro()
    name = house.printed(document)["documento"]["instrumento"]
    first, second = house.printed(house.traslado(name, 1)), house.printed(house.traslado(name, 2))
    held = house.question(document)
    assert [each["job"] for each in held["pergunta"]["atinge"]] == [first["id"], second["id"]]
    house.yes(held["id"])
    house.engine.run_once()
    assert house.job(first["id"])["desatualizado"] is True
    anew = house.printed(house.traslado(name, 3))
    assert anew["desatualizado"] is False
    assert house.selo(seals(first)[0])["vivo"] is True  # its own seal stays


def test_x6_a_copy_made_after_the_reprint_bears_the_new_principal(house: House) -> None:
    document = house.livro()
    name = house.printed(document)["documento"]["instrumento"]
    held = house.question(document)
    house.yes(held["id"])
    house.engine.run_once()
    copy = house.printed(house.traslado(name))
    assert copy["qr"]["selo"] == seals(house.job(held["id"]))[0]


def test_x7_a_livro_with_numbered_sheets_is_printed_again_on_new_folhas(house_with: Callable[..., House]) -> None:
    house = house_with(livro={"folhas_novas": True})
    document = house.livro(folha_inicial="010", corpo=LONG)
    first = house.printed(document)
    last = int(first["documento"]["folha_final"])
    held = house.question(document)
    before = house.state()
    assert house.yes(held["id"]).json["errors"][0]["campo"] == "folha_inicial"
    assert house.yes(held["id"], folha_inicial=str(last)).status == 422
    assert house.state() == before
    assert house.yes(held["id"], folha_inicial="050").status == 200
    house.engine.run_once()
    second = house.job(held["id"])
    assert (second["estado"], second["documento"]["folha_inicial"]) == ("impresso", "050")
    found = house.post(house.livro(folha_inicial=str(last)))
    assert (found.word, "inutilizada" in found.json["detail"]) == ("folha-ocupada", True)


def test_x7_copies_are_made_of_the_new_folhas(house_with: Callable[..., House]) -> None:
    house = house_with(livro={"folhas_novas": True})
    document = house.livro(folha_inicial="010")
    name = house.printed(document)["documento"]["instrumento"]
    house.yes(house.question(document)["id"], folha_inicial="050")
    house.engine.run_once()
    assert house.printed(house.traslado(name))["documento"]["folha_inicial"] == "050"


def test_x7_where_sheets_are_not_numbered_the_same_folhas_serve_again(house: House) -> None:
    document = house.livro(folha_inicial="010")
    house.printed(document)
    house.yes(house.question(document)["id"])
    house.engine.run_once()
    states = [(row["folha"], row["estado"]) for row in house.rows(db.folha_lado)]
    assert states == [(10, "livre"), (10, "ocupada")]


def test_open_questions_wait_oldest_first(house: House) -> None:
    documents = [house.livro(), house.livro()]
    for document in documents:
        house.printed(document)
    held = [house.question(document)["id"] for document in documents]
    assert [job["id"] for job in jobs.open_questions(house.office)] == held
    house.no(held[0])
    assert [job["id"] for job in jobs.open_questions(house.office)] == held[1:]
