"""The stamp: seals, QR, numbers and marks on kept pages (N3, P2, P3, P6, X9), the same bytes for the same input."""

from dataclasses import replace
from pathlib import Path

import pytest
from layouts import (
    CODIGO,
    FORMATS,
    QR_FORMATS,
    Workbench,
    codigos_qr,
    open_pdf,
    page_image,
    placed_words,
    texts_of,
    with_codigo,
    words,
)

from printserver.formats import EXAMPLE_BODY, Format, PrintedField, example_values
from printserver.formats.model import MIN_QR_SIDE, Block
from printserver.rendering import (
    DamagedBase,
    Layout,
    Stamp,
    apply_stamp,
    page_sides,
    previsualizar,
    qr,
)

DUPLEX = "frente-verso"


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


@pytest.fixture(scope="module")
def traslado(workbench: Workbench) -> Layout:
    return workbench.make_layout("traslado", words(500))


def format_with(nome: str, **block: object) -> Format:
    page_format = FORMATS.get(nome)
    new = Block.model_validate({**page_format.bloco.model_dump(exclude_none=True), **block})
    return page_format.model_copy(update={"bloco": new, "versao": repr(block)})


@pytest.mark.parametrize("nome", QR_FORMATS)
def test_p6_the_qr_of_every_shipped_format_is_read_at_300_dpi(workbench: Workbench, nome: str) -> None:
    page_format = FORMATS.get(nome)
    if page_format.tipo == "livro":  # as shipped a livro has none (N7); an office's format may ask for it
        assert page_format.bloco.qr == "nenhum"
        page_format = format_with(nome, qr="principal")
    values = example_values(page_format.tipo)
    layout = workbench.make_layout(page_format, EXAMPLE_BODY)
    pdf = workbench.apply_stamp(
        layout, page_format, Stamp(values, faixas=("SEM VALOR LEGAL",), faces=page_format.faces)
    )
    assert codigos_qr(pdf, layout.boxes[0].pagina) == [values.qr_url]


@pytest.mark.parametrize("nome", FORMATS.names())
def test_every_shipped_format_can_be_previewed(nome: str) -> None:
    pdf = previsualizar(FORMATS.get(nome))
    assert all("SEM VALOR LEGAL" in text for text in texts_of(pdf))


def test_n3_both_codes_of_the_first_traslado_are_named(workbench: Workbench, traslado: Layout) -> None:
    values = example_values("traslado")
    text = texts_of(workbench.apply_stamp(traslado, "traslado", Stamp(values)))[-1]
    assert f"Selo deste traslado: {values.selos[0].codigo}" in text
    assert "Selo do ato principal" in text and "https://selodigital.tjsp.jus.br" in text
    assert str(values.qr_codigo) in text


def test_p6_the_code_of_the_qr_stands_under_it_and_in_the_block(workbench: Workbench, traslado: Layout) -> None:
    values = replace(example_values("traslado"), selo_livro=None)
    found_words = placed_words(workbench.apply_stamp(traslado, "traslado", Stamp(values)))
    (box,) = traslado.boxes
    ((_, _, x, y, x2, y2),) = (p for p in found_words if p[1] == values.qr_codigo)
    assert box.x <= x and x2 <= box.x + box.largura and box.y <= y and y2 <= box.y + box.altura
    assert x2 - x > 30


def test_n1_every_code_of_a_livro_is_printed_and_no_qr(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", words(100))
    values = example_values("livro")
    pdf = workbench.apply_stamp(layout, "livro", Stamp(values))
    assert all(selo.codigo in texts_of(pdf)[-1] for selo in values.selos)
    assert codigos_qr(pdf, 1, dpi=150) == []


def test_p4_fee_lines_are_whole(workbench: Workbench) -> None:
    values = example_values("livro")
    layout = workbench.make_layout("livro", words(100))
    text = " ".join(texts_of(workbench.apply_stamp(layout, "livro", Stamp(values)))[-1].replace("\u00a0", " ").split())
    assert text.count(values.custas[0]) == 2


@pytest.mark.parametrize("banner", ["MINUTA", "SEM VALOR LEGAL", "CÓPIA SEM VALOR"])
def test_marks_are_text_on_every_page(workbench: Workbench, traslado: Layout, banner: str) -> None:
    paginas = texts_of(workbench.apply_stamp(traslado, "traslado", Stamp(faixas=(banner,))))
    assert len(paginas) == 2 and all(banner in text for text in paginas)


def test_n8_a_minuta_leaves_the_box_empty(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", words(100))
    pdf = workbench.apply_stamp(layout, "livro", Stamp(faixas=("MINUTA", "SEM VALOR LEGAL")))
    assert "Selo" not in texts_of(pdf)[0] and "MINUTA" in texts_of(pdf)[0]


def test_x9_the_struck_qr_cannot_be_read(workbench: Workbench, traslado: Layout) -> None:
    values = example_values("traslado")
    marked = Stamp(values, faixas=("CÓPIA SEM VALOR",), qr_riscado=True)
    pdf = workbench.apply_stamp(traslado, "traslado", marked)
    for dpi in (100, 150, 300, 600):
        assert codigos_qr(pdf, 2, dpi) == []
    (box,) = traslado.boxes
    point = 300 / 25.4
    cropped = page_image(pdf, 2).crop(tuple(int(v * point) for v in (box.x, box.y, box.x + 160, box.y + 46)))
    assert cropped.getextrema()[0] == 0
    # nor does the file hold the real one under the cross: it is not drawn at all
    url = str(values.qr_url)
    assert qr.modules_path(qr.matrix(url, "M"), 31.0)[:200] not in _content(pdf)
    clean = _content(
        workbench.apply_stamp(traslado, "traslado", replace(marked, valores=replace(values, qr_url=url[::-1])))
    )
    assert clean == _content(pdf)


def _content(pdf: bytes) -> bytes:
    with open_pdf(pdf) as document:
        return b"".join(part.read_bytes() for page in document.pages for part in page.obj.Contents)


def test_two_stamps_are_byte_identical_and_another_seal_is_not(workbench: Workbench, traslado: Layout) -> None:
    values = example_values("traslado")
    stamp_data = Stamp(values, copia="1º traslado", titulo="Traslado 1")
    assert workbench.apply_stamp(traslado, "traslado", stamp_data) == workbench.apply_stamp(
        traslado, "traslado", stamp_data
    )
    other = replace(stamp_data, valores=with_codigo(values, CODIGO[:-1] + "9"))
    assert workbench.apply_stamp(traslado, "traslado", stamp_data) != workbench.apply_stamp(traslado, "traslado", other)


def test_pdf_a_title_language_and_embedded_fonts(workbench: Workbench, traslado: Layout) -> None:
    title = "Traslado 1 <de> P-2026 & mais"
    pdf = workbench.apply_stamp(traslado, "traslado", Stamp(example_values("traslado"), titulo=title))
    with open_pdf(pdf) as document:
        assert str(document.docinfo.Title) == title
        assert str(document.Root.Lang) == "pt-BR"
        assert not {"/CreationDate", "/ModDate"} & set(document.docinfo.keys())
        assert str(document.Root.OutputIntents[0].S) == "/GTS_PDFA1"
        assert not {"/Names", "/Outlines", "/AcroForm", "/OpenAction"} & set(document.Root.keys())
        with document.open_metadata() as xmp:
            assert (xmp.pdfa_status, xmp["dc:title"], xmp["pdf:Producer"]) == ("2B", title, "printserver")
        for page in document.pages:
            assert "/Annots" not in page.obj
            for font in page.obj.Resources.Font.values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in descriptor and "/ToUnicode" in font


def test_p3_pages_are_numbered_and_bear_copy_folha_and_paper(workbench: Workbench, traslado: Layout) -> None:
    stamp_data = Stamp(
        example_values("traslado"),
        folhas=("Livro 1, folha 5", "Livro 1, folha 5 verso"),
        copia="2º traslado",
        papeis=("A0000007", "A0000008"),
    )
    for numero, text in enumerate(texts_of(workbench.apply_stamp(traslado, "traslado", stamp_data)), 1):
        assert f"Página {numero} de 2" in text and "Rubricas:" in text and "2º traslado" in text
        assert f"Papel A000000{6 + numero}" in text
    assert "folha 5 verso" in text


def test_what_a_print_does_not_have_is_not_written(workbench: Workbench, traslado: Layout) -> None:
    assert "Papel" not in texts_of(workbench.apply_stamp(traslado, "traslado", Stamp()))[0]


def test_p5_on_both_sides_a_paper_number_belongs_to_a_sheet(workbench: Workbench) -> None:
    layout = workbench.make_layout("traslado", words(700), faces=DUPLEX)
    assert layout.paginas == 3
    stamp_data = Stamp(example_values("traslado"), papeis=("A1", "A2"), faces=DUPLEX)
    findings = [
        [p for p in ("A1", "A2") if f"Papel {p}" in text]
        for text in texts_of(workbench.apply_stamp(layout, "traslado", stamp_data))
    ]
    assert findings == [["A1"], ["A1"], ["A2"], []]


def test_p2_a_back_left_over_says_that_it_is_blank(workbench: Workbench) -> None:
    layout = workbench.make_layout("traslado", words(700), faces=DUPLEX)
    stamp_data = Stamp(example_values("traslado"), faces=DUPLEX)
    assert ["EM BRANCO" in text for text in texts_of(workbench.apply_stamp(layout, "traslado", stamp_data))] == [
        False
    ] * 3 + [True]
    assert len(texts_of(workbench.apply_stamp(layout, "traslado", replace(stamp_data, valores=None)))) == 3
    livro = workbench.make_layout("livro", words(50))
    assert len(texts_of(workbench.apply_stamp(livro, "livro", Stamp(example_values("livro"), faces=DUPLEX)))) == 1


def test_p2_an_act_that_begins_on_the_back_gets_an_empty_front(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", words(500), first_side="verso")
    stamp_data = Stamp(example_values("livro"), faces=DUPLEX, lado_inicial="verso", folhas=("f. 1v", "f. 2"))
    pdf = workbench.apply_stamp(layout, "livro", stamp_data)
    paginas = texts_of(pdf)
    assert paginas[0].strip() == "" and "f. 1v" in paginas[1] and "f. 2" in paginas[2] and len(paginas) == 3
    assert page_image(pdf, 1, 50).getextrema()[0] == 255
    sizes = {tuple(float(side) for side in page.mediabox) for page in open_pdf(pdf).pages}
    assert len(sizes) == 1


@pytest.mark.parametrize(
    ("faces", "side", "paginas", "expected"),
    [
        ("frente", "frente", (2, 3), [2, 3]),
        (DUPLEX, "frente", (2, 3), [None, 2, 3]),
        (DUPLEX, "frente", (1, 3), [1, None, 3]),
        (DUPLEX, "verso", (1,), [None, 1]),
        (DUPLEX, "verso", (2, 3), [2, 3]),
    ],
)
def test_x5_an_extract_keeps_each_page_on_its_side(
    workbench: Workbench, faces: str, side: str, paginas: tuple[int, ...], expected: list[int | None]
) -> None:
    layout = Layout("0" * 64, 3, (), (), (), "")
    stamp_data = Stamp(paginas=paginas, faces=faces, lado_inicial=side)  # type: ignore[arg-type]
    assert [side.pagina for side in page_sides(layout, FORMATS.get("traslado"), stamp_data)] == expected


def test_x5_an_extract_shows_the_pages_as_they_were(workbench: Workbench, traslado: Layout) -> None:
    stamp_data = Stamp(example_values("traslado"), copia="1º traslado")
    whole = texts_of(workbench.apply_stamp(traslado, "traslado", stamp_data))
    assert texts_of(workbench.apply_stamp(traslado, "traslado", replace(stamp_data, paginas=(2,)))) == whole[1:]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_fixed_turned_block_lies_in_its_place_and_its_qr_is_read(workbench: Workbench, rotation: int) -> None:
    base = FORMATS.get("certidao")
    sideways = rotation in (90, 270)
    margens = base.margens.model_copy(update={"direita": 70.0} if sideways else {"inferior": 70.0})
    block = Block.model_validate(
        {
            "onde": "ultima",
            "canto": "inferior-direito",
            "x": 10.0,
            "y": 18.0,
            "largura": 130.0,
            "altura": 50.0,
            "rotacao": rotation,
            "linhas": ["selos", "custas"],
        }
    )
    page_format = base.model_copy(update={"margens": margens, "bloco": block, "versao": f"r{rotation}"})
    layout = workbench.make_layout(page_format, words(500))
    (box,) = layout.boxes
    assert (box.largura, box.altura) == ((50.0, 130.0) if sideways else (130.0, 50.0))
    assert box.pagina == layout.paginas and box.x + box.largura == pytest.approx(200.0)
    values = example_values("certidao")
    pdf = workbench.apply_stamp(layout, page_format, Stamp(values))
    assert codigos_qr(pdf, box.pagina) == [values.qr_url]
    inside = [p for p in placed_words(pdf) if p[1] in (values.selos[0].codigo, "https://selodigital.tjsp.jus.br")]
    assert len(inside) == 3
    for _, _, x, y, x2, y2 in inside:
        assert box.x <= x and x2 <= box.x + box.largura and box.y <= y and y2 <= box.y + box.altura


@pytest.mark.parametrize("lado_qr", ["direita", "esquerda", "abaixo"])
@pytest.mark.parametrize("nivel", ["M", "L"])
def test_the_qr_may_stand_on_either_side_or_below(workbench: Workbench, lado_qr: str, nivel: str) -> None:
    page_format = format_with("certidao", lado_qr=lado_qr, nivel=nivel, largura=90.0)
    values = example_values("certidao")
    layout = workbench.make_layout(page_format, words(50))
    assert codigos_qr(workbench.apply_stamp(layout, page_format, Stamp(values)), 1) == [values.qr_url]


def test_s5_least_side_of_the_formats_is_that_of_the_drawing() -> None:
    for nivel, side in MIN_QR_SIDE.items():
        assert 0 <= qr.min_side(nivel) - side < 0.01  # type: ignore[arg-type]


def test_a_field_wider_than_its_place_is_set_smaller(workbench: Workbench, traslado: Layout) -> None:
    field = PrintedField(texto="{titulo}", canto="superior-esquerdo", x=30.0, y=5.0, largura=40.0, tamanho=10.0)
    page_format = FORMATS.get("traslado").model_copy(update={"campos": (field,)})
    found_words = placed_words(workbench.apply_stamp(traslado, page_format, Stamp(titulo="TituloMuitoComprido" * 3)))
    (_, _, x, _, x2, _) = next(p for p in found_words if p[1].startswith("TituloMuito"))
    assert (x, x2) == (pytest.approx(30.0, abs=0.2), pytest.approx(70.0, abs=0.2))


def test_a_block_that_outgrew_its_box_is_not_drawn_over_text(workbench: Workbench) -> None:
    values = example_values("livro")
    layout = workbench.make_layout("livro", words(50), values=replace(values, selos=values.selos[:1], custas=()))
    with pytest.raises(ValueError, match="reservou"):
        workbench.apply_stamp(layout, "livro", Stamp(values))


def test_s12_pages_laid_out_without_a_box_take_no_seal(workbench: Workbench) -> None:
    layout = workbench.make_layout("ficha", "", values=None)
    with pytest.raises(ValueError, match="sem lugar"):
        workbench.apply_stamp(layout, "ficha", Stamp(example_values("ficha_abertura")))


def test_a_character_that_the_stamp_cannot_write_is_an_error(workbench: Workbench, traslado: Layout) -> None:
    with pytest.raises(ValueError, match="caractere"):
        workbench.apply_stamp(traslado, "traslado", Stamp(copia="李"))


def test_damaged_pages_are_never_stamped(workbench: Workbench, traslado: Layout, tmp_path: Path) -> None:
    bad = tmp_path / "mau.pdf"
    bad.write_bytes(workbench.pdf(traslado).read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedBase):
        apply_stamp(traslado, bad, FORMATS.get("traslado"), Stamp())
