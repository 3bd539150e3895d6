"""A finished PDF as body takes the same second step: the block where the format says, never over what is there (P3)."""

import base64
import io

import pikepdf
import pytest
from layouts import FORMATS, Workbench, codigos_qr, open_pdf, texts_of, words

from printserver.errors import Recusa
from printserver.formats import example_values
from printserver.formats.model import Block
from printserver.rendering import Stamp


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


def pdf_with(*, end_mm: float, paginas: int = 2, width: float = 210, height: float = 297, footer: bool = False) -> str:
    """Return a PDF, as base64, whose last page has a black bar that ends `end_mm` from its top."""
    document = pikepdf.new()
    point = 72 / 25.4
    for _ in range(paginas):
        document.add_blank_page(page_size=(width * point, height * point))
    bar = f"0 g {40 * point} {(height - end_mm) * point} {60 * point} {5 * point} re f"
    if footer:
        bar += f" {40 * point} {10 * point} {60 * point} {3 * point} re f"
    document.pages[-1].Contents = document.make_stream(bar.encode())
    output = io.BytesIO()
    document.save(output, deterministic_id=True)
    return base64.b64encode(output.getvalue()).decode()


@pytest.mark.parametrize("footer", [False, True])
def test_p3_the_block_follows_what_the_last_page_shows(workbench: Workbench, footer: bool) -> None:
    layout = workbench.make_layout("traslado", ("pdf", pdf_with(end_mm=150, footer=footer)))
    (box,) = layout.boxes
    assert (layout.paginas, box.pagina) == (2, 2)
    assert 152 < box.y < 156
    assert not layout.dashes and not layout.pdf_a
    values = example_values("traslado")
    pdf = workbench.apply_stamp(layout, "traslado", Stamp(values, faixas=("SEM VALOR LEGAL",), titulo="PDF"))
    assert codigos_qr(pdf, 2) == [values.qr_url]
    assert values.selos[0].codigo in texts_of(pdf)[1] and "Página 1 de 2" in texts_of(pdf)[0]
    with open_pdf(pdf) as document, document.open_metadata() as xmp:
        assert xmp.pdfa_status == ""
        assert str(document.Root.Lang) == "pt-BR"


def test_p3_without_room_it_is_refused_with_the_measures(workbench: Workbench) -> None:
    with pytest.raises(Recusa) as refusal:
        workbench.make_layout("traslado", ("pdf", pdf_with(end_mm=240)))
    assert refusal.value.word == "bloco-sem-lugar"
    assert refusal.value.extra["disponivel_mm"] < refusal.value.extra["altura_mm"]
    assert "mm livres" in refusal.value.detail


def test_a_blank_last_page_takes_the_block_at_its_top(workbench: Workbench) -> None:
    layout = workbench.make_layout("traslado", ("pdf", pdf_with(end_mm=-20)))
    assert layout.boxes[0].y == pytest.approx(FORMATS.get("traslado").margens.superior)


def test_a_fixed_block_over_something_is_refused(workbench: Workbench) -> None:
    base = FORMATS.get("certidao")
    block = {"onde": "ultima", "canto": "inferior-esquerdo", "x": 30.0, "y": 20.0, "largura": 130.0, "altura": 50.0}
    page_format = base.model_copy(update={"bloco": Block.model_validate(block), "versao": "fixo"})
    assert workbench.make_layout(page_format, ("pdf", pdf_with(end_mm=200))).boxes[0].y == pytest.approx(227.0)
    with pytest.raises(Recusa) as refusal:
        workbench.make_layout(page_format, ("pdf", pdf_with(end_mm=250)))
    assert refusal.value.word == "bloco-sem-lugar" and "página 2" in refusal.value.detail


def test_a_fixed_block_on_every_page_looks_at_every_page(workbench: Workbench) -> None:
    base = FORMATS.get("certidao")
    block = {"onde": "todas", "canto": "inferior-esquerdo", "x": 30.0, "y": 20.0, "largura": 130.0, "altura": 50.0}
    page_format = base.model_copy(update={"bloco": Block.model_validate(block), "versao": "todas"})
    layout = workbench.make_layout(page_format, ("pdf", pdf_with(end_mm=100, paginas=3)))
    assert [box.pagina for box in layout.boxes] == [1, 2, 3]
    with pytest.raises(Recusa, match="página 3"):
        workbench.make_layout(page_format, ("pdf", pdf_with(end_mm=240, paginas=3)))


def test_a_pdf_of_another_size_is_refused(workbench: Workbench) -> None:
    with pytest.raises(Recusa) as refusal:
        workbench.make_layout("traslado-215x301", ("pdf", pdf_with(end_mm=100)))
    assert refusal.value.word == "corpo-invalido"


def test_the_same_pdf_gives_the_same_bytes(workbench: Workbench) -> None:
    body = ("pdf", pdf_with(end_mm=100))
    layout = workbench.make_layout("livro-corpo", body)
    primeiro = workbench.pdf(layout).read_bytes()
    workbench.pdf(layout).unlink()
    assert workbench.make_layout("livro-corpo", body) == layout and workbench.pdf(layout).read_bytes() == primeiro


def test_a_document_without_seal_needs_no_room(workbench: Workbench) -> None:
    assert workbench.make_layout("traslado", ("pdf", pdf_with(end_mm=260)), values=None).boxes == ()
    assert workbench.make_layout("traslado", words(3), values=None).boxes == ()
