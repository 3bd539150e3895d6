"""The stamp: seals, QR, numbers and marks on kept pages (N3, P2, P3, P6, X9), the same bytes for the same input."""

from dataclasses import replace
from pathlib import Path

import pytest
from layouts import CODIGO, FORMATOS, Mesa, abrir, codigos_qr, com_codigo, imagem, palavras, palavras_com_lugar, textos

from printserver.formats import Formato
from printserver.formats.model import LADO_MINIMO_DO_QR, Bloco, CampoImpresso
from printserver.formats.template_data import CORPO_DE_EXEMPLO, valores_de_exemplo
from printserver.rendering import (
    BaseDanificada,
    Carimbo,
    Layout,
    carimbar,
    previsualizar,
    qr,
)
from printserver.rendering.stamp import lados

DUPLEX = "frente-verso"


@pytest.fixture(scope="module")
def mesa(tmp_path_factory: pytest.TempPathFactory) -> Mesa:
    return Mesa(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(scope="module")
def traslado(mesa: Mesa) -> Layout:
    return mesa.montar("traslado", palavras(500))


def formato_com(nome: str, **bloco: object) -> Formato:
    formato = FORMATOS.get(nome)
    novo = Bloco.model_validate({**formato.bloco.model_dump(exclude_none=True), **bloco})
    return formato.model_copy(update={"bloco": novo, "versao": repr(bloco)})


@pytest.mark.parametrize("nome", FORMATOS.nomes())
def test_p6_the_qr_of_every_shipped_format_is_read_at_300_dpi(mesa: Mesa, nome: str) -> None:
    formato = FORMATOS.get(nome)
    if formato.tipo == "livro":  # as shipped a livro has none (N7); an office's format may ask for it
        assert formato.bloco.qr == "nenhum"
        formato = formato_com(nome, qr="principal")
    valores = valores_de_exemplo(formato.tipo)
    layout = mesa.montar(formato, CORPO_DE_EXEMPLO)
    pdf = mesa.carimbar(layout, formato, Carimbo(valores, faixas=("SEM VALOR LEGAL",), faces=formato.faces))
    assert codigos_qr(pdf, layout.caixas[0].pagina) == [valores.qr_url]


@pytest.mark.parametrize("nome", FORMATOS.nomes())
def test_every_shipped_format_can_be_previewed(nome: str) -> None:
    pdf = previsualizar(FORMATOS.get(nome))
    assert all("SEM VALOR LEGAL" in texto for texto in textos(pdf))


def test_n3_both_codes_of_the_first_traslado_are_named(mesa: Mesa, traslado: Layout) -> None:
    valores = valores_de_exemplo("traslado")
    texto = textos(mesa.carimbar(traslado, "traslado", Carimbo(valores)))[-1]
    assert f"Selo deste traslado: {valores.selos[0].codigo}" in texto
    assert "Selo do ato principal" in texto and "https://selodigital.tjsp.jus.br" in texto
    assert str(valores.qr_codigo) in texto


def test_p6_the_code_of_the_qr_stands_under_it_and_in_the_block(mesa: Mesa, traslado: Layout) -> None:
    valores = replace(valores_de_exemplo("traslado"), selo_livro=None)
    achadas = palavras_com_lugar(mesa.carimbar(traslado, "traslado", Carimbo(valores)))
    (caixa,) = traslado.caixas
    ((_, _, x, y, x2, y2),) = (p for p in achadas if p[1] == valores.qr_codigo)
    assert caixa.x <= x and x2 <= caixa.x + caixa.largura and caixa.y <= y and y2 <= caixa.y + caixa.altura
    assert x2 - x > 30


def test_n1_every_code_of_a_livro_is_printed_and_no_qr(mesa: Mesa) -> None:
    layout = mesa.montar("livro", palavras(100))
    valores = valores_de_exemplo("livro")
    pdf = mesa.carimbar(layout, "livro", Carimbo(valores))
    assert all(selo.codigo in textos(pdf)[-1] for selo in valores.selos)
    assert codigos_qr(pdf, 1, dpi=150) == []


def test_p4_fee_lines_are_whole(mesa: Mesa) -> None:
    valores = valores_de_exemplo("livro")
    layout = mesa.montar("livro", palavras(100))
    texto = " ".join(textos(mesa.carimbar(layout, "livro", Carimbo(valores)))[-1].replace("\u00a0", " ").split())
    assert texto.count(valores.custas[0]) == 2


@pytest.mark.parametrize("faixa", ["MINUTA", "SEM VALOR LEGAL", "CÓPIA SEM VALOR"])
def test_marks_are_text_on_every_page(mesa: Mesa, traslado: Layout, faixa: str) -> None:
    paginas = textos(mesa.carimbar(traslado, "traslado", Carimbo(faixas=(faixa,))))
    assert len(paginas) == 2 and all(faixa in texto for texto in paginas)


def test_n8_a_minuta_leaves_the_box_empty(mesa: Mesa) -> None:
    layout = mesa.montar("livro", palavras(100))
    pdf = mesa.carimbar(layout, "livro", Carimbo(faixas=("MINUTA", "SEM VALOR LEGAL")))
    assert "Selo" not in textos(pdf)[0] and "MINUTA" in textos(pdf)[0]


def test_x9_the_struck_qr_cannot_be_read(mesa: Mesa, traslado: Layout) -> None:
    valores = valores_de_exemplo("traslado")
    marcada = Carimbo(valores, faixas=("CÓPIA SEM VALOR",), qr_riscado=True)
    pdf = mesa.carimbar(traslado, "traslado", marcada)
    for dpi in (100, 150, 300, 600):
        assert codigos_qr(pdf, 2, dpi) == []
    (caixa,) = traslado.caixas
    ponto = 300 / 25.4
    corte = imagem(pdf, 2).crop(tuple(int(v * ponto) for v in (caixa.x, caixa.y, caixa.x + 160, caixa.y + 46)))
    assert corte.getextrema()[0] == 0
    # nor does the file hold the real one under the cross: it is not drawn at all
    url = str(valores.qr_url)
    assert qr.caminho(qr.matriz(url, "M"), 31.0)[:200] not in _conteudo(pdf)
    limpo = _conteudo(mesa.carimbar(traslado, "traslado", replace(marcada, valores=replace(valores, qr_url=url[::-1]))))
    assert limpo == _conteudo(pdf)


def _conteudo(pdf: bytes) -> bytes:
    with abrir(pdf) as documento:
        return b"".join(parte.read_bytes() for pagina in documento.pages for parte in pagina.obj.Contents)


def test_two_stamps_are_byte_identical_and_another_seal_is_not(mesa: Mesa, traslado: Layout) -> None:
    valores = valores_de_exemplo("traslado")
    carimbo = Carimbo(valores, copia="1º traslado", titulo="Traslado 1")
    assert mesa.carimbar(traslado, "traslado", carimbo) == mesa.carimbar(traslado, "traslado", carimbo)
    outro = replace(carimbo, valores=com_codigo(valores, CODIGO[:-1] + "9"))
    assert mesa.carimbar(traslado, "traslado", carimbo) != mesa.carimbar(traslado, "traslado", outro)


def test_pdf_a_title_language_and_embedded_fonts(mesa: Mesa, traslado: Layout) -> None:
    titulo = "Traslado 1 <de> P-2026 & mais"
    pdf = mesa.carimbar(traslado, "traslado", Carimbo(valores_de_exemplo("traslado"), titulo=titulo))
    with abrir(pdf) as documento:
        assert str(documento.docinfo.Title) == titulo
        assert str(documento.Root.Lang) == "pt-BR"
        assert not {"/CreationDate", "/ModDate"} & set(documento.docinfo.keys())
        assert str(documento.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert not {"/Names", "/Outlines", "/AcroForm", "/OpenAction"} & set(documento.Root.keys())
        with documento.open_metadata() as xmp:
            assert (xmp.pdfa_status, xmp["dc:title"], xmp["pdf:Producer"]) == ("2B", titulo, "printserver")
        for pagina in documento.pages:
            assert "/Annots" not in pagina.obj
            for fonte in pagina.obj.Resources.Font.values():
                descritor = fonte.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in descritor and "/ToUnicode" in fonte


def test_p3_pages_are_numbered_and_bear_copy_folha_and_paper(mesa: Mesa, traslado: Layout) -> None:
    carimbo = Carimbo(
        valores_de_exemplo("traslado"),
        folhas=("Livro 1, folha 5", "Livro 1, folha 5 verso"),
        copia="2º traslado",
        papeis=("A0000007", "A0000008"),
    )
    for numero, texto in enumerate(textos(mesa.carimbar(traslado, "traslado", carimbo)), 1):
        assert f"Página {numero} de 2" in texto and "Rubricas:" in texto and "2º traslado" in texto
        assert f"Papel A000000{6 + numero}" in texto
    assert "folha 5 verso" in texto


def test_what_a_print_does_not_have_is_not_written(mesa: Mesa, traslado: Layout) -> None:
    assert "Papel" not in textos(mesa.carimbar(traslado, "traslado", Carimbo()))[0]


def test_p5_on_both_sides_a_paper_number_belongs_to_a_sheet(mesa: Mesa) -> None:
    layout = mesa.montar("traslado", palavras(700), faces=DUPLEX)
    assert layout.paginas == 3
    carimbo = Carimbo(valores_de_exemplo("traslado"), papeis=("A1", "A2"), faces=DUPLEX)
    achados = [
        [p for p in ("A1", "A2") if f"Papel {p}" in texto]
        for texto in textos(mesa.carimbar(layout, "traslado", carimbo))
    ]
    assert achados == [["A1"], ["A1"], ["A2"], []]


def test_p2_a_back_left_over_says_em_branco(mesa: Mesa) -> None:
    layout = mesa.montar("traslado", palavras(700), faces=DUPLEX)
    carimbo = Carimbo(valores_de_exemplo("traslado"), faces=DUPLEX)
    assert ["EM BRANCO" in texto for texto in textos(mesa.carimbar(layout, "traslado", carimbo))] == [False] * 3 + [
        True
    ]
    assert len(textos(mesa.carimbar(layout, "traslado", replace(carimbo, valores=None)))) == 3
    livro = mesa.montar("livro", palavras(50))
    assert len(textos(mesa.carimbar(livro, "livro", Carimbo(valores_de_exemplo("livro"), faces=DUPLEX)))) == 1


def test_p2_an_act_that_begins_on_the_back_gets_an_empty_front(mesa: Mesa) -> None:
    layout = mesa.montar("livro", palavras(500), lado_inicial="verso")
    carimbo = Carimbo(valores_de_exemplo("livro"), faces=DUPLEX, lado_inicial="verso", folhas=("f. 1v", "f. 2"))
    pdf = mesa.carimbar(layout, "livro", carimbo)
    paginas = textos(pdf)
    assert paginas[0].strip() == "" and "f. 1v" in paginas[1] and "f. 2" in paginas[2] and len(paginas) == 3
    assert imagem(pdf, 1, 50).getextrema()[0] == 255
    tamanhos = {tuple(float(lado) for lado in pagina.mediabox) for pagina in abrir(pdf).pages}
    assert len(tamanhos) == 1


@pytest.mark.parametrize(
    ("faces", "lado", "paginas", "esperado"),
    [
        ("frente", "frente", (2, 3), [2, 3]),
        (DUPLEX, "frente", (2, 3), [None, 2, 3]),
        (DUPLEX, "frente", (1, 3), [1, None, 3]),
        (DUPLEX, "verso", (1,), [None, 1]),
        (DUPLEX, "verso", (2, 3), [2, 3]),
    ],
)
def test_x5_an_extract_keeps_each_page_on_its_side(
    mesa: Mesa, faces: str, lado: str, paginas: tuple[int, ...], esperado: list[int | None]
) -> None:
    layout = Layout("0" * 64, 3, (), (), (), "")
    carimbo = Carimbo(paginas=paginas, faces=faces, lado_inicial=lado)  # type: ignore[arg-type]
    assert [lado.pagina for lado in lados(layout, FORMATOS.get("traslado"), carimbo)] == esperado


def test_x5_an_extract_shows_the_pages_as_they_were(mesa: Mesa, traslado: Layout) -> None:
    carimbo = Carimbo(valores_de_exemplo("traslado"), copia="1º traslado")
    inteiro = textos(mesa.carimbar(traslado, "traslado", carimbo))
    assert textos(mesa.carimbar(traslado, "traslado", replace(carimbo, paginas=(2,)))) == inteiro[1:]


@pytest.mark.parametrize("rotacao", [0, 90, 180, 270])
def test_a_fixed_turned_block_lies_in_its_place_and_its_qr_is_read(mesa: Mesa, rotacao: int) -> None:
    base = FORMATOS.get("certidao")
    deitado = rotacao in (90, 270)
    margens = base.margens.model_copy(update={"direita": 70.0} if deitado else {"inferior": 70.0})
    bloco = Bloco.model_validate(
        {
            "onde": "ultima",
            "canto": "inferior-direito",
            "x": 10.0,
            "y": 18.0,
            "largura": 130.0,
            "altura": 50.0,
            "rotacao": rotacao,
            "linhas": ["selos", "custas"],
        }
    )
    formato = base.model_copy(update={"margens": margens, "bloco": bloco, "versao": f"r{rotacao}"})
    layout = mesa.montar(formato, palavras(500))
    (caixa,) = layout.caixas
    assert (caixa.largura, caixa.altura) == ((50.0, 130.0) if deitado else (130.0, 50.0))
    assert caixa.pagina == layout.paginas and caixa.x + caixa.largura == pytest.approx(200.0)
    valores = valores_de_exemplo("certidao")
    pdf = mesa.carimbar(layout, formato, Carimbo(valores))
    assert codigos_qr(pdf, caixa.pagina) == [valores.qr_url]
    dentro = [
        p for p in palavras_com_lugar(pdf) if p[1] in (valores.selos[0].codigo, "https://selodigital.tjsp.jus.br")
    ]
    assert len(dentro) == 3
    for _, _, x, y, x2, y2 in dentro:
        assert caixa.x <= x and x2 <= caixa.x + caixa.largura and caixa.y <= y and y2 <= caixa.y + caixa.altura


@pytest.mark.parametrize("lado_qr", ["direita", "esquerda", "abaixo"])
@pytest.mark.parametrize("nivel", ["M", "L"])
def test_the_qr_may_stand_on_either_side_or_below(mesa: Mesa, lado_qr: str, nivel: str) -> None:
    formato = formato_com("certidao", lado_qr=lado_qr, nivel=nivel, largura=90.0)
    valores = valores_de_exemplo("certidao")
    layout = mesa.montar(formato, palavras(50))
    assert codigos_qr(mesa.carimbar(layout, formato, Carimbo(valores)), 1) == [valores.qr_url]


def test_s5_least_side_of_the_formats_is_that_of_the_drawing() -> None:
    for nivel, lado in LADO_MINIMO_DO_QR.items():
        assert 0 <= qr.lado_minimo(nivel) - lado < 0.01  # type: ignore[arg-type]


def test_a_field_wider_than_its_place_is_set_smaller(mesa: Mesa, traslado: Layout) -> None:
    campo = CampoImpresso(texto="{titulo}", canto="superior-esquerdo", x=30.0, y=5.0, largura=40.0, tamanho=10.0)
    formato = FORMATOS.get("traslado").model_copy(update={"campos": (campo,)})
    achadas = palavras_com_lugar(mesa.carimbar(traslado, formato, Carimbo(titulo="TituloMuitoComprido" * 3)))
    (_, _, x, _, x2, _) = next(p for p in achadas if p[1].startswith("TituloMuito"))
    assert (x, x2) == (pytest.approx(30.0, abs=0.2), pytest.approx(70.0, abs=0.2))


def test_a_block_that_outgrew_its_box_is_not_drawn_over_text(mesa: Mesa) -> None:
    valores = valores_de_exemplo("livro")
    layout = mesa.montar("livro", palavras(50), valores=replace(valores, selos=valores.selos[:1], custas=()))
    with pytest.raises(ValueError, match="reservou"):
        mesa.carimbar(layout, "livro", Carimbo(valores))


def test_s12_pages_laid_out_without_a_box_take_no_seal(mesa: Mesa) -> None:
    layout = mesa.montar("ficha", "", valores=None)
    with pytest.raises(ValueError, match="sem lugar"):
        mesa.carimbar(layout, "ficha", Carimbo(valores_de_exemplo("ficha_abertura")))


def test_a_character_that_the_stamp_cannot_write_is_an_error(mesa: Mesa, traslado: Layout) -> None:
    with pytest.raises(ValueError, match="caractere"):
        mesa.carimbar(traslado, "traslado", Carimbo(copia="李"))


def test_damaged_pages_are_never_stamped(mesa: Mesa, traslado: Layout, tmp_path: Path) -> None:
    mau = tmp_path / "mau.pdf"
    mau.write_bytes(mesa.pdf(traslado).read_bytes()[:-1] + b"x")
    with pytest.raises(BaseDanificada):
        carimbar(traslado, mau, FORMATOS.get("traslado"), Carimbo())
