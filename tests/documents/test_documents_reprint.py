"""The reprint guard's rules (X1–X4, X6–X8): the question, its answer, its term, and the XAs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from notas_examples import (
    BODY,
    ISENTO,
    NOW,
    REFERENCE,
    RULES,
    context,
    document,
    instrumento,
    live_livro,
    live_selos,
)

from printserver.documents import (
    AffectedPrint,
    Answer,
    Identity,
    LiveSelo,
    Question,
    Terms,
    check_answer,
    check_exclusion,
    decide,
    identify,
    make_plan,
    selos_xa,
)
from printserver.errors import Recusa
from printserver.selo import Emolumentos

LIVRO = identify(document("livro", instrumento=instrumento()), context())
LIVE_SELOS = live_livro().selos
CODIGOS = tuple(selo.codigo for selo in LIVE_SELOS)
YES = Answer(motivo="saiu torto")


def do_traslado() -> tuple[Identity, tuple[LiveSelo, ...]]:
    doc = document("traslado", numero=1, instrumento=REFERENCE)
    ctx = context(livro=live_livro())
    return identify(doc, ctx), live_selos(make_plan(doc, ctx), 50)


def ask(identity: Identity = LIVRO, live: tuple[LiveSelo, ...] = LIVE_SELOS, **data: object) -> Question:
    question = decide(identity, live, NOW, RULES, **data)  # type: ignore[arg-type]  # as decidir names them
    assert question is not None
    return question


def actions(identity: Identity, live: tuple[LiveSelo, ...]) -> list[str]:
    return [one.acao for one in ask(identity, live).alternativas]


def test_x1_without_live_seals_there_is_no_question() -> None:
    assert decide(LIVRO, (), NOW, RULES) is None


def test_x1_the_question_tells_the_seals_the_term_and_what_would_be_right_instead() -> None:
    question = ask(next_traslado=3)
    assert question.selos == CODIGOS
    assert question.xa_ate == NOW + timedelta(hours=72)
    for part in (
        "Livro do instrumento P-2026-001234: já impresso, com 2 selos válidos",
        f"{CODIGOS[0]} (Venda e compra, ato principal)",
        f"{CODIGOS[1]} (Usufruto)",
        "até 23/11/2026 às 14h30",
    ):
        assert part in question.texto
    texts = {one.acao: one.texto for one in question.alternativas}
    assert "traslado 3" in texts["traslado"]
    assert {"folhas", "traslado", "retificacao"} == texts.keys()


def test_x1_alternatives_are_those_of_the_document() -> None:
    assert actions(*do_traslado()) == ["folhas", "traslado", "retificacao", "substituicao"]
    doc = document("certidao", pedido="1", corpo=BODY, **ISENTO)
    identity, live = identify(doc, context()), live_selos(make_plan(doc, context()))
    assert actions(identity, live) == ["folhas", "certidao", "retificacao", "substituicao"]
    assert "via 2" in ask(identity, live).alternativas[1].texto
    ficha = document("ficha_abertura", ficha="1", pessoa={"nome": "A"}, gerar_selo=True)
    assert actions(identify(ficha, context()), live_selos(make_plan(ficha, context()))) == ["folhas", "retificacao"]


def test_x1_traslado_2_rather_than_1_again() -> None:
    identity, live = do_traslado()
    assert "traslado 2" in ask(identity, live).alternativas[1].texto
    assert "traslado 4" in ask(identity, live, next_traslado=4).alternativas[1].texto


def test_x6_the_question_tells_what_else_is_hit() -> None:
    fields = {"tipo": "traslado", "numero": 1}
    question = ask(atinge=[AffectedPrint("job-9", "traslado 1 do instrumento P-2026-001234", fields)])
    assert "desatualizado o que já mostra esses selos: traslado 1 do instrumento P-2026-001234" in question.texto
    assert question.as_json()["atinge"] == [{"job": "job-9", "documento": fields}]


def test_the_question_is_written_as_the_contract_does() -> None:
    data = ask().as_json()
    assert data.keys() == {"tipo", "texto", "selos", "atinge", "xa_ate", "alternativas"}
    assert (data["tipo"], data["xa_ate"]) == ("xa", "2026-11-23T14:30:00-03:00")
    assert data["alternativas"][0].keys() == {"acao", "texto"}


def test_x4_the_term_counts_from_the_earliest_act() -> None:
    old = replace(LIVE_SELOS[1], momento=NOW - timedelta(hours=70))
    assert ask(live=(LIVE_SELOS[0], old)).xa_ate == NOW + timedelta(hours=2)
    assert Terms(xa_hours=24).xa_until("livro", *(selo.momento for selo in LIVE_SELOS)) == NOW + timedelta(hours=24)


def test_x4_past_the_term_there_is_a_refusal_that_says_what_can_be_done() -> None:
    end = NOW + timedelta(hours=72)
    assert decide(LIVRO, LIVE_SELOS, end, RULES) is not None
    identity, live = do_traslado()
    with pytest.raises(Recusa) as refusal:
        decide(identity, live, end + timedelta(seconds=1), RULES)
    assert refusal.value.word == "prazo-xa-encerrado"
    alternatives = [one["acao"] for one in refusal.value.extra["alternativas"]]
    assert alternatives == ["traslado", "retificacao", "substituicao", "fora_do_prazo"]
    assert "terminou em 23/11/2026 às 14h30" in refusal.value.detail


def check(identity: Identity, live: tuple[LiveSelo, ...], resposta: Answer, **data: object) -> None:
    ctx: dict[str, object] = {"now": NOW, "rules": RULES} | data
    check_answer(identity, resposta, CODIGOS if identity is LIVRO else [live[0].codigo], live, **ctx)  # type: ignore[arg-type]  # as check_answer names them


def refusal_of(identity: Identity, live: tuple[LiveSelo, ...], resposta: Answer, **data: object) -> Recusa:
    with pytest.raises(Recusa) as refusal:
        check(identity, live, resposta, **data)
    return refusal.value


def test_x1_a_yes_holds_for_the_seals_that_it_was_shown() -> None:
    check(LIVRO, LIVE_SELOS, YES)
    check(LIVRO, LIVE_SELOS, replace(YES, selos=CODIGOS[::-1]))
    other = replace(LIVE_SELOS[0], codigo=do_traslado()[1][0].codigo)
    assert refusal_of(LIVRO, (other, LIVE_SELOS[1]), YES).word == "pergunta-mudou"
    assert refusal_of(LIVRO, LIVE_SELOS[:1], YES).word == "pergunta-mudou"
    assert refusal_of(LIVRO, (), YES).word == "pergunta-mudou"
    assert refusal_of(LIVRO, LIVE_SELOS, replace(YES, selos=CODIGOS[:1])).word == "pergunta-mudou"


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_x2_a_yes_needs_its_reason(reason: str | None) -> None:
    assert refusal_of(LIVRO, LIVE_SELOS, Answer(motivo=reason)).errors[0].campo == "motivo"


def test_x2_what_leaves_the_office_must_be_in_hand() -> None:
    identity, live = do_traslado()
    assert refusal_of(identity, live, YES).errors[0].campo == "papel_em_maos"
    check(identity, live, replace(YES, papel_em_maos=True))
    check(LIVRO, LIVE_SELOS, YES)


def test_x4_a_yes_past_the_term_goes_on_only_by_saying_so() -> None:
    depois = NOW + timedelta(hours=73)
    assert refusal_of(LIVRO, LIVE_SELOS, YES, now=depois).word == "prazo-xa-encerrado"
    check(LIVRO, LIVE_SELOS, replace(YES, fora_do_prazo=True), now=depois)
    with pytest.raises(Recusa):
        check_exclusion(LIVRO, LIVE_SELOS, depois, RULES, reason="x", papel_em_maos=False)
    check_exclusion(LIVRO, LIVE_SELOS, depois, RULES, reason="x", papel_em_maos=False, fora_do_prazo=True)


def test_x7_a_livro_printed_again_takes_new_folhas_where_the_setting_says_so() -> None:
    new_rules = replace(RULES, folhas_novas=True)
    former = {45, 46}
    check(LIVRO, LIVE_SELOS, YES, old_folhas=former)
    check(LIVRO, LIVE_SELOS, replace(YES, folha_inicial="047"), rules=new_rules, old_folhas=former)
    check(LIVRO, LIVE_SELOS, replace(YES, folha_inicial="045"), old_folhas=former)
    for folhas in (
        {},
        {"folha_inicial": "046"},
        {"folha_inicial": "044", "folha_final": "045"},
        {"folha_inicial": "044", "folha_final": "050"},
    ):
        found = refusal_of(LIVRO, LIVE_SELOS, replace(YES, **folhas), rules=new_rules, old_folhas=former)
        assert found.errors[0].campo == "folha_inicial"
    found = refusal_of(LIVRO, LIVE_SELOS, replace(YES, folha_inicial="048", folha_final="047"), rules=new_rules)
    assert found.errors[0].campo == "folha_final"
    assert "folhas novas" in (decide(LIVRO, LIVE_SELOS, NOW, new_rules) or ask()).texto


def test_x2_every_live_seal_gets_its_xa_of_this_moment_with_zero_values() -> None:
    depois = NOW + timedelta(hours=1)
    xas = selos_xa(LIVE_SELOS, depois)
    assert [xa.retifica for xa in xas] == list(CODIGOS)
    assert {(xa.ato, xa.natureza, xa.isento, xa.momento) for xa in xas} == {("XA", 1, True, depois)}
    assert {xa.emolumentos for xa in xas} == {Emolumentos.zero()}
    assert {xa.identificador for xa in xas} == {"P-2026-001234"}
    assert xas[0].partes == LIVE_SELOS[0].partes
