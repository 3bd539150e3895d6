"""What a plan looks like on paper: data of templates, the seal block, the marks (N3, N6, N8, P3, P4, P6, S12)."""

import json
from dataclasses import replace
from datetime import date

import pytest
from notas_examples import (
    AGORA,
    CORPO,
    FEES,
    ISENTO,
    REFERENCIA,
    contexto,
    documento,
    instrumento,
    livro_vivo,
    selos_vivos,
)

from printserver.documents import (
    Plano,
    dados_do_modelo,
    marcas,
    nome_da_copia,
    planejar,
    valores_do_bloco,
)
from printserver.documents.view import CODIGO_RESERVADO, QR_RESERVADO, por_extenso
from printserver.formats.block import ValoresBloco
from printserver.formats.template_data import VARIAVEIS
from printserver.selo import SeloEmitido

SERVENTIA = {"nome": "Cartório de Demonstração", "cns": "123456", "cidade": "São Paulo", "uf": "SP"}
JOSE = {"nome": "José de Assunção", "papel": "substituto"}


def livro(**outros: object) -> Plano:
    return planejar(documento("livro", instrumento=instrumento(**outros)), contexto())


def minuta() -> Plano:
    sem_lugar = {nome: valor for nome, valor in instrumento().items() if nome not in ("livro", "folha_inicial")}
    return planejar(documento("minuta", instrumento=sem_lugar), contexto())


def traslado(numero: int = 1, **dados: object) -> Plano:
    return planejar(documento("traslado", numero=numero, instrumento=REFERENCIA, **dados), contexto(livro=livro_vivo()))


def certidao() -> Plano:
    doc = documento("certidao", pedido="2026/000123", instrumento=REFERENCIA, emolumentos=FEES)
    return planejar(doc, contexto(livro=livro_vivo()))


def ficha(**dados: object) -> Plano:
    pessoa = {"nome": "Ana Souza", "documento": "RG 1", "estado_civil": "casada", "apelido": None}
    return planejar(documento("ficha_abertura", ficha="000123", pessoa=pessoa, **dados), contexto())


def dados(plano: Plano) -> dict[str, object]:
    return dados_do_modelo(plano, serventia=SERVENTIA, subscritor=JOSE, agora=AGORA)


def emitidos(plano: Plano) -> list[SeloEmitido]:
    return [
        SeloEmitido(selo.novo, vivo.codigo, "", "", vivo.qr_url, selo.novo.emolumentos.total, selo.novo.emolumentos.iss)
        for selo, vivo in zip(plano.selos, selos_vivos(plano, 70), strict=True)
    ]


def bloco(plano: Plano, *, feito: bool = True) -> ValoresBloco:
    valores = valores_do_bloco(plano, emitidos(plano) if feito else None, demonstracao=True)
    assert valores is not None
    return valores


@pytest.mark.parametrize("plano", [livro(), minuta(), traslado(), certidao(), ficha()], ids=lambda p: p.identidade.tipo)
def test_templates_get_plain_json_with_every_variable(plano: Plano) -> None:
    lidos = dados(plano)
    assert lidos.keys() == VARIAVEIS.keys()
    assert json.loads(json.dumps(lidos)) == lidos


def test_n8_a_minuta_shares_the_layout_of_its_livro() -> None:
    um, outro = minuta(), livro()
    assert dados(um) == dados(outro)
    assert marcas(um) == marcas(outro)
    um_bloco, outro_bloco = bloco(um, feito=False), bloco(outro, feito=False)
    assert um_bloco == outro_bloco
    assert [selo.codigo for selo in um_bloco.selos] == [CODIGO_RESERVADO] * 2
    assert um_bloco.qr_url == QR_RESERVADO


def test_traslados_share_their_data_but_for_what_is_stamped() -> None:
    assert dados(traslado(2)) == dados(traslado(3))
    assert [nome_da_copia(plano) for plano in (traslado(1), traslado(12), livro(), certidao())] == [
        "1º traslado",
        "12º traslado",
        None,
        "certidão 2026/000123, via 1",
    ]


def test_p3_a_traslado_names_its_subscritor_and_its_place_in_the_book() -> None:
    lidos = dados(traslado())
    assert lidos["subscritor"] == {"nome": "José de Assunção", "papel": "Tabelião Substituto"}
    assert lidos["assinaturas"] == [{"nome": "José de Assunção", "legenda": "Tabelião Substituto"}]
    origem = lidos["instrumento"]
    assert isinstance(origem, dict)
    assert (origem["livro"], origem["folha_inicial"], origem["folha_final"]) == ("0123", "045", "046")
    assert origem["data"] == "20 de novembro de 2026"


def test_the_livro_has_its_parties_sign_and_its_place_stamped() -> None:
    lidos = dados(livro())
    assert [linha["nome"] for linha in lidos["assinaturas"]] == ["João da Silva", "Maria Alves", "José de Assunção"]  # type: ignore[attr-defined]  # a list
    assert lidos["instrumento"]["folha_inicial"] is None  # type: ignore[index]  # a dict
    assert dados(livro(data="2026-11-01", motivo_data="x"))["data"] == "1º de novembro de 2026"
    assert por_extenso(date(2027, 3, 31)) == "31 de março de 2027"


def test_a_ficha_shows_what_the_request_says_of_the_person() -> None:
    assert dados(ficha())["pessoa"] == [
        {"rotulo": "Nome", "valor": "Ana Souza"},
        {"rotulo": "Documento", "valor": "RG 1"},
        {"rotulo": "Estado civil", "valor": "casada"},
    ]


def test_n3_first_traslado_prints_both_codes_and_names_them() -> None:
    plano = traslado(1)
    valores = bloco(plano)
    assert plano.selo_livro is not None
    assert valores.rotulo == "selo deste traslado"
    assert valores.selos[0].codigo == emitidos(plano)[0].codigo
    assert valores.selos[0].isento
    assert valores.qr_rotulo == "selo do ato principal"
    assert (valores.qr_codigo, valores.qr_url) == (plano.selo_livro.codigo, plano.selo_livro.qr_url)
    assert plano.selo_livro.codigo in str(valores.qr_url)


@pytest.mark.parametrize(
    ("plano", "rotulo"), [(traslado(2), "selo deste traslado"), (certidao(), "selo desta certidão")]
)
def test_n4_n5_n6_other_copies_bear_their_own_qr_and_may_name_the_livros_seal(plano: Plano, rotulo: str) -> None:
    valores = bloco(plano)
    assert (valores.rotulo, valores.qr_rotulo) == (rotulo, rotulo)
    assert valores.qr_codigo == valores.selos[0].codigo
    assert valores.selo_livro == livro_vivo().principal.codigo


def test_n7_on_the_livro_all_codes_stand_and_the_qr_would_be_the_principals() -> None:
    valores = bloco(livro())
    assert [selo.descricao for selo in valores.selos] == ["Venda e compra", "Usufruto"]
    assert valores.qr_codigo == valores.selos[0].codigo
    assert valores.qr_rotulo == "selo do ato principal"
    assert valores.selo_livro is None


def test_s12_the_place_kept_is_of_the_size_of_what_comes() -> None:
    for plano in (livro(), traslado(1), traslado(2), certidao(), ficha(gerar_selo=True)):
        antes, depois = bloco(plano, feito=False), bloco(plano)
        assert [len(selo.codigo) for selo in antes.selos] == [len(selo.codigo) for selo in depois.selos]
        assert antes.custas == depois.custas
        assert (antes.qr_codigo is None) == (depois.qr_codigo is None)
        assert (antes.selo_livro is None) == (depois.selo_livro is None)


def test_a_document_without_seal_has_no_block() -> None:
    assert valores_do_bloco(ficha(), None, demonstracao=True) is None
    assert valores_do_bloco(ficha(gerar_selo=False), [], demonstracao=True) is None
    with pytest.raises(ValueError, match="argument"):
        valores_do_bloco(livro(), [], demonstracao=True)


def test_p4_the_fee_line_has_all_components_one_an_ato() -> None:
    linhas = bloco(livro()).custas
    assert [linha.split(":")[0] for linha in linhas] == ["Venda e compra", "Usufruto"]
    for parte in ("Tabelião R$ 55,70", "Santa Casa R$ 0,56", "ISS R$ 2,78", "Total R$ 95,12"):
        assert parte in linhas[0]
    assert bloco(traslado(1)).custas == linhas
    assert bloco(certidao()).custas == (linhas[0].removeprefix("Venda e compra: "),)
    assert bloco(traslado(2, **ISENTO)).custas == ("Isento de emolumentos: beneficiário da justiça gratuita",)


def test_n6_the_marks_of_a_body() -> None:
    principal = livro_vivo().principal.codigo
    do_traslado = marcas(traslado(1), ["A0000001", "A0000002"])
    assert do_traslado["SELO_LIVRO"] == principal
    assert do_traslado["TOTAL"] == "R$ 140,24"
    assert do_traslado["PAPEL"] == "A0000001, A0000002"
    assert "Total R$ 95,12" in do_traslado["CUSTAS"]
    assert "SELO_LIVRO" not in marcas(livro())


def test_n13_a_foreign_seal_is_marked() -> None:
    plano = traslado(1)
    assert plano.selo_livro is not None
    assert not bloco(plano).externo
    assert bloco(replace(plano, selo_livro=replace(plano.selo_livro, externo=True))).externo


def test_a_minuta_without_values_says_so() -> None:
    doc = documento("minuta", instrumento={"id": "P", "atos": [{"ato": "ES"}], "corpo": CORPO})
    assert bloco(planejar(doc, contexto()), feito=False).custas == ("emolumentos a definir",)
