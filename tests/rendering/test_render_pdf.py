"""A finished PDF as body takes the same second step: the block where the format says, never over what is there (P3)."""

import base64
import io

import pikepdf
import pytest
from layouts import FORMATOS, Mesa, abrir, codigos_qr, palavras, textos

from printserver.errors import Recusa
from printserver.formats.model import Bloco
from printserver.formats.template_data import valores_de_exemplo
from printserver.rendering import Carimbo


@pytest.fixture(scope="module")
def mesa(tmp_path_factory: pytest.TempPathFactory) -> Mesa:
    return Mesa(tmp_path_factory.mktemp("layouts"))


def pdf_com(*, fim_mm: float, paginas: int = 2, largura: float = 210, altura: float = 297, rodape: bool = False) -> str:
    """Return a PDF, as base64, whose last page has a black bar that ends `fim_mm` from its top."""
    documento = pikepdf.new()
    ponto = 72 / 25.4
    for _ in range(paginas):
        documento.add_blank_page(page_size=(largura * ponto, altura * ponto))
    barra = f"0 g {40 * ponto} {(altura - fim_mm) * ponto} {60 * ponto} {5 * ponto} re f"
    if rodape:
        barra += f" {40 * ponto} {10 * ponto} {60 * ponto} {3 * ponto} re f"
    documento.pages[-1].Contents = documento.make_stream(barra.encode())
    saida = io.BytesIO()
    documento.save(saida, deterministic_id=True)
    return base64.b64encode(saida.getvalue()).decode()


@pytest.mark.parametrize("rodape", [False, True])
def test_p3_the_block_follows_what_the_last_page_shows(mesa: Mesa, rodape: bool) -> None:
    layout = mesa.montar("traslado", ("pdf", pdf_com(fim_mm=150, rodape=rodape)))
    (caixa,) = layout.caixas
    assert (layout.paginas, caixa.pagina) == (2, 2)
    assert 152 < caixa.y < 156
    assert not layout.tracos and not layout.pdf_a
    valores = valores_de_exemplo("traslado")
    pdf = mesa.carimbar(layout, "traslado", Carimbo(valores, faixas=("SEM VALOR LEGAL",), titulo="PDF"))
    assert codigos_qr(pdf, 2) == [valores.qr_url]
    assert valores.selos[0].codigo in textos(pdf)[1] and "Página 1 de 2" in textos(pdf)[0]
    with abrir(pdf) as documento, documento.open_metadata() as xmp:
        assert xmp.pdfa_status == ""
        assert str(documento.Root.Lang) == "pt-BR"


def test_p3_without_room_it_is_refused_with_the_measures(mesa: Mesa) -> None:
    with pytest.raises(Recusa) as recusa:
        mesa.montar("traslado", ("pdf", pdf_com(fim_mm=240)))
    assert recusa.value.word == "bloco-sem-lugar"
    assert recusa.value.extra["disponivel_mm"] < recusa.value.extra["altura_mm"]
    assert "mm livres" in recusa.value.detail


def test_a_blank_last_page_takes_the_block_at_its_top(mesa: Mesa) -> None:
    layout = mesa.montar("traslado", ("pdf", pdf_com(fim_mm=-20)))
    assert layout.caixas[0].y == pytest.approx(FORMATOS.get("traslado").margens.superior)


def test_a_fixed_block_over_something_is_refused(mesa: Mesa) -> None:
    base = FORMATOS.get("certidao")
    bloco = {"onde": "ultima", "canto": "inferior-esquerdo", "x": 30.0, "y": 20.0, "largura": 130.0, "altura": 50.0}
    formato = base.model_copy(update={"bloco": Bloco.model_validate(bloco), "versao": "fixo"})
    assert mesa.montar(formato, ("pdf", pdf_com(fim_mm=200))).caixas[0].y == pytest.approx(227.0)
    with pytest.raises(Recusa) as recusa:
        mesa.montar(formato, ("pdf", pdf_com(fim_mm=250)))
    assert recusa.value.word == "bloco-sem-lugar" and "página 2" in recusa.value.detail


def test_a_fixed_block_on_every_page_looks_at_every_page(mesa: Mesa) -> None:
    base = FORMATOS.get("certidao")
    bloco = {"onde": "todas", "canto": "inferior-esquerdo", "x": 30.0, "y": 20.0, "largura": 130.0, "altura": 50.0}
    formato = base.model_copy(update={"bloco": Bloco.model_validate(bloco), "versao": "todas"})
    layout = mesa.montar(formato, ("pdf", pdf_com(fim_mm=100, paginas=3)))
    assert [caixa.pagina for caixa in layout.caixas] == [1, 2, 3]
    with pytest.raises(Recusa, match="página 3"):
        mesa.montar(formato, ("pdf", pdf_com(fim_mm=240, paginas=3)))


def test_a_pdf_of_another_size_is_refused(mesa: Mesa) -> None:
    with pytest.raises(Recusa) as recusa:
        mesa.montar("traslado-215x301", ("pdf", pdf_com(fim_mm=100)))
    assert recusa.value.word == "corpo-invalido"


def test_the_same_pdf_gives_the_same_bytes(mesa: Mesa) -> None:
    corpo = ("pdf", pdf_com(fim_mm=100))
    layout = mesa.montar("livro-corpo", corpo)
    primeiro = mesa.pdf(layout).read_bytes()
    mesa.pdf(layout).unlink()
    assert mesa.montar("livro-corpo", corpo) == layout and mesa.pdf(layout).read_bytes() == primeiro


def test_a_document_without_seal_needs_no_room(mesa: Mesa) -> None:
    assert mesa.montar("traslado", ("pdf", pdf_com(fim_mm=260)), valores=None).caixas == ()
    assert mesa.montar("traslado", palavras(3), valores=None).caixas == ()
