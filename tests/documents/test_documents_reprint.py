"""The reprint guard's rules (X1–X4, X6–X8): the question, its answer, its term, and the XAs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from notas_examples import (
    AGORA,
    CORPO,
    ISENTO,
    REFERENCIA,
    REGRAS,
    contexto,
    documento,
    instrumento,
    livro_vivo,
    selos_vivos,
)

from printserver.documents import (
    Atingido,
    Identidade,
    Pergunta,
    Resposta,
    SeloVivo,
    conferir_exclusao,
    conferir_resposta,
    decidir,
    identificar,
    planejar,
    selos_xa,
    xa_ate,
)
from printserver.errors import Recusa
from printserver.selo import Emolumentos

LIVRO = identificar(documento("livro", instrumento=instrumento()), contexto())
VIVOS = livro_vivo().selos
CODIGOS = tuple(selo.codigo for selo in VIVOS)
SIM = Resposta(motivo="saiu torto")


def do_traslado() -> tuple[Identidade, tuple[SeloVivo, ...]]:
    doc = documento("traslado", numero=1, instrumento=REFERENCIA)
    com = contexto(livro=livro_vivo())
    return identificar(doc, com), selos_vivos(planejar(doc, com), 50)


def perguntar(identidade: Identidade = LIVRO, vivos: tuple[SeloVivo, ...] = VIVOS, **dados: object) -> Pergunta:
    pergunta = decidir(identidade, vivos, AGORA, REGRAS, **dados)  # type: ignore[arg-type]  # as decidir names them
    assert pergunta is not None
    return pergunta


def acoes(identidade: Identidade, vivos: tuple[SeloVivo, ...]) -> list[str]:
    return [uma.acao for uma in perguntar(identidade, vivos).alternativas]


def test_x1_without_live_seals_there_is_no_question() -> None:
    assert decidir(LIVRO, (), AGORA, REGRAS) is None


def test_x1_the_question_tells_the_seals_the_term_and_what_would_be_right_instead() -> None:
    pergunta = perguntar(proximo_traslado=3)
    assert pergunta.selos == CODIGOS
    assert pergunta.xa_ate == AGORA + timedelta(hours=72)
    for parte in (
        "Livro do instrumento P-2026-001234: já impresso, com 2 selos válidos",
        f"{CODIGOS[0]} (Venda e compra, ato principal)",
        f"{CODIGOS[1]} (Usufruto)",
        "até 23/11/2026 às 14h30",
    ):
        assert parte in pergunta.texto
    textos = {uma.acao: uma.texto for uma in pergunta.alternativas}
    assert "traslado 3" in textos["traslado"]
    assert {"folhas", "traslado", "retificacao"} == textos.keys()


def test_x1_alternatives_are_those_of_the_document() -> None:
    assert acoes(*do_traslado()) == ["folhas", "traslado", "retificacao", "substituicao"]
    doc = documento("certidao", pedido="1", corpo=CORPO, **ISENTO)
    identidade, vivos = identificar(doc, contexto()), selos_vivos(planejar(doc, contexto()))
    assert acoes(identidade, vivos) == ["folhas", "certidao", "retificacao", "substituicao"]
    assert "via 2" in perguntar(identidade, vivos).alternativas[1].texto
    ficha = documento("ficha_abertura", ficha="1", pessoa={"nome": "A"}, gerar_selo=True)
    assert acoes(identificar(ficha, contexto()), selos_vivos(planejar(ficha, contexto()))) == ["folhas", "retificacao"]


def test_x1_traslado_2_rather_than_1_again() -> None:
    identidade, vivos = do_traslado()
    assert "traslado 2" in perguntar(identidade, vivos).alternativas[1].texto
    assert "traslado 4" in perguntar(identidade, vivos, proximo_traslado=4).alternativas[1].texto


def test_x6_the_question_tells_what_else_is_hit() -> None:
    campos = {"tipo": "traslado", "numero": 1}
    pergunta = perguntar(atinge=[Atingido("job-9", "traslado 1 do instrumento P-2026-001234", campos)])
    assert "desatualizado o que já mostra esses selos: traslado 1 do instrumento P-2026-001234" in pergunta.texto
    assert pergunta.como_json()["atinge"] == [{"job": "job-9", "documento": campos}]


def test_the_question_is_written_as_the_contract_does() -> None:
    dados = perguntar().como_json()
    assert dados.keys() == {"tipo", "texto", "selos", "atinge", "xa_ate", "alternativas"}
    assert (dados["tipo"], dados["xa_ate"]) == ("xa", "2026-11-23T14:30:00-03:00")
    assert dados["alternativas"][0].keys() == {"acao", "texto"}


def test_x4_the_term_counts_from_the_earliest_act() -> None:
    antigo = replace(VIVOS[1], momento=AGORA - timedelta(hours=70))
    assert xa_ate((VIVOS[0], antigo), REGRAS) == AGORA + timedelta(hours=2)
    assert xa_ate(VIVOS, replace(REGRAS, xa_horas=24)) == AGORA + timedelta(hours=24)


def test_x4_past_the_term_there_is_a_refusal_that_says_what_can_be_done() -> None:
    fim = AGORA + timedelta(hours=72)
    assert decidir(LIVRO, VIVOS, fim, REGRAS) is not None
    identidade, vivos = do_traslado()
    with pytest.raises(Recusa) as recusa:
        decidir(identidade, vivos, fim + timedelta(seconds=1), REGRAS)
    assert recusa.value.word == "prazo-xa-encerrado"
    alternativas = [uma["acao"] for uma in recusa.value.extra["alternativas"]]
    assert alternativas == ["traslado", "retificacao", "substituicao", "fora_do_prazo"]
    assert "terminou em 23/11/2026 às 14h30" in recusa.value.detail


def conferir(identidade: Identidade, vivos: tuple[SeloVivo, ...], resposta: Resposta, **dados: object) -> None:
    com: dict[str, object] = {"agora": AGORA, "regras": REGRAS} | dados
    conferir_resposta(identidade, resposta, CODIGOS if identidade is LIVRO else [vivos[0].codigo], vivos, **com)  # type: ignore[arg-type]  # as conferir_resposta names them


def recusada(identidade: Identidade, vivos: tuple[SeloVivo, ...], resposta: Resposta, **dados: object) -> Recusa:
    with pytest.raises(Recusa) as recusa:
        conferir(identidade, vivos, resposta, **dados)
    return recusa.value


def test_x1_a_yes_holds_for_the_seals_that_it_was_shown() -> None:
    conferir(LIVRO, VIVOS, SIM)
    conferir(LIVRO, VIVOS, replace(SIM, selos=CODIGOS[::-1]))
    outro = replace(VIVOS[0], codigo=do_traslado()[1][0].codigo)
    assert recusada(LIVRO, (outro, VIVOS[1]), SIM).word == "pergunta-mudou"
    assert recusada(LIVRO, VIVOS[:1], SIM).word == "pergunta-mudou"
    assert recusada(LIVRO, (), SIM).word == "pergunta-mudou"
    assert recusada(LIVRO, VIVOS, replace(SIM, selos=CODIGOS[:1])).word == "pergunta-mudou"


@pytest.mark.parametrize("motivo", [None, "", "  "])
def test_x2_a_yes_needs_its_reason(motivo: str | None) -> None:
    assert recusada(LIVRO, VIVOS, Resposta(motivo=motivo)).errors[0].campo == "motivo"


def test_x2_what_leaves_the_office_must_be_in_hand() -> None:
    identidade, vivos = do_traslado()
    assert recusada(identidade, vivos, SIM).errors[0].campo == "papel_em_maos"
    conferir(identidade, vivos, replace(SIM, papel_em_maos=True))
    conferir(LIVRO, VIVOS, SIM)


def test_x4_a_yes_past_the_term_goes_on_only_by_saying_so() -> None:
    depois = AGORA + timedelta(hours=73)
    assert recusada(LIVRO, VIVOS, SIM, agora=depois).word == "prazo-xa-encerrado"
    conferir(LIVRO, VIVOS, replace(SIM, fora_do_prazo=True), agora=depois)
    with pytest.raises(Recusa):
        conferir_exclusao(LIVRO, VIVOS, depois, REGRAS, motivo="x", papel_em_maos=False)
    conferir_exclusao(LIVRO, VIVOS, depois, REGRAS, motivo="x", papel_em_maos=False, fora_do_prazo=True)


def test_x7_a_livro_printed_again_takes_new_folhas_where_the_setting_says_so() -> None:
    novas = replace(REGRAS, folhas_novas=True)
    antigas = {45, 46}
    conferir(LIVRO, VIVOS, SIM, folhas_antigas=antigas)
    conferir(LIVRO, VIVOS, replace(SIM, folha_inicial="047"), regras=novas, folhas_antigas=antigas)
    conferir(LIVRO, VIVOS, replace(SIM, folha_inicial="045"), folhas_antigas=antigas)
    for folhas in (
        {},
        {"folha_inicial": "046"},
        {"folha_inicial": "044", "folha_final": "045"},
        {"folha_inicial": "044", "folha_final": "050"},
    ):
        achada = recusada(LIVRO, VIVOS, replace(SIM, **folhas), regras=novas, folhas_antigas=antigas)
        assert achada.errors[0].campo == "folha_inicial"
    achada = recusada(LIVRO, VIVOS, replace(SIM, folha_inicial="048", folha_final="047"), regras=novas)
    assert achada.errors[0].campo == "folha_final"
    assert "folhas novas" in (decidir(LIVRO, VIVOS, AGORA, novas) or perguntar()).texto


def test_x2_every_live_seal_gets_its_xa_of_this_moment_with_zero_values() -> None:
    depois = AGORA + timedelta(hours=1)
    xas = selos_xa(VIVOS, depois)
    assert [xa.retifica for xa in xas] == list(CODIGOS)
    assert {(xa.ato, xa.natureza, xa.isento, xa.momento) for xa in xas} == {("XA", 1, True, depois)}
    assert {xa.emolumentos for xa in xas} == {Emolumentos.zero()}
    assert {xa.identificador for xa in xas} == {"P-2026-001234"}
    assert xas[0].partes == VIVOS[0].partes
