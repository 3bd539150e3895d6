"""Page images of an inteiro teor: each page whole on its sheet, upright, never under 85 % of its size (C16)."""

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import FORMATS, Workbench, codigos_qr, open_pdf, texts_of
from pdfs import drawn
from pikepdf import Array, Dictionary, Name
from PIL import Image

from printserver.documents.civil.models import MODELS
from printserver.documents.civil.sheet import sheet
from printserver.errors import Recusa
from printserver.formats import example_values
from printserver.rendering import Layout, Stamp
from printserver.rendering.page_images import MIN_SCALE, append, prepare
from support.civil import IN_GROUPS, MATRICULA, read

FULL = "certidao-inteiro-teor"
FRAME = FORMATS.get(FULL).image_frame
POINT = 72 / 25.4
DPI = 72

Change = Callable[[pikepdf.Pdf, pikepdf.Page], None]


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


def body(*sizes: tuple[float, float], content: str = "", change: Change | None = None) -> str:
    """Return a PDF in base64: grey pages of `sizes` in mm, each with a black bar along its top, then `content`."""
    document = pikepdf.new()
    for width, height in sizes:
        page = document.add_blank_page(page_size=(width * POINT, height * POINT))
        w, h = width * POINT, height * POINT
        bar = f"0.8 g 0 0 {w} {h} re f 0 g 0 {h * 0.8} {w} {h * 0.2} re f {content}"
        page.Contents = document.make_stream(bar.encode())
        if change is not None:
            change(document, page)
    output = io.BytesIO()
    document.save(output, deterministic_id=True)
    return base64.b64encode(output.getvalue()).decode()


def laid_out(workbench: Workbench, conteudo: str, **more: str) -> Layout:
    folha = sheet(MODELS["cnj-182", "outros"], read("outros"), matricula=MATRICULA, averbacoes=[], full=True)
    return workbench.make_layout(FULL, ("imagens", conteudo), folha=folha, **more)


def shown(image: Image.Image, darker_than: int) -> tuple[float, float, float, float]:
    """Return left, top, width and height in mm of what is darker on a page."""
    found = image.point(lambda grey: 255 if grey < darker_than else 0).getbbox()
    assert found is not None
    left, top, right, bottom = (edge / DPI * 25.4 for edge in found)
    return left, top, right - left, bottom - top


def on_sheet(workbench: Workbench, conteudo: str) -> Image.Image:
    return drawn(workbench.pdf(laid_out(workbench, conteudo)).read_bytes(), DPI)[1]


def rotated(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.Rotate = 270  # the right edge comes to the top


def cropped(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.CropBox = Array([210 * POINT, 0, 420 * POINT, 297 * POINT])


def doubled(_: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.UserUnit = 2


@pytest.mark.parametrize(
    ("size", "visible", "change", "bar_at"),
    [
        ((210, 297), (210, 297), None, "top"),
        ((231, 320), (231, 320), None, "top"),
        ((215.9, 330), (215.9, 330), None, "top"),
        ((100, 140), (100, 140), None, "top"),
        ((105, 148.5), (210, 297), doubled, "top"),
        ((420, 297), (210, 297), cropped, "top"),
        ((297, 210), (297, 210), None, "left"),
        ((297, 210), (210, 297), rotated, "left"),
    ],
)
def test_c16_a_page_is_whole_in_the_frame_at_85_percent_or_more(
    workbench: Workbench, size: tuple[float, float], visible: tuple[float, float], change: Change | None, bar_at: str
) -> None:
    sheet_of_it = on_sheet(workbench, body(size, change=change))
    left, top, width, height = shown(sheet_of_it, 240)
    turned = visible[0] > visible[1]
    across, along = visible[::-1] if turned else visible
    scale = min(1, FRAME.largura / across, FRAME.altura / along)
    assert scale >= MIN_SCALE
    assert (width, height) == (pytest.approx(across * scale, abs=0.8), pytest.approx(along * scale, abs=0.8))
    assert left > FRAME.x - 0.5 and top > FRAME.y - 0.5
    assert left + width < FRAME.x + FRAME.largura + 0.5 and top + height < FRAME.y + FRAME.altura + 0.5
    bar = shown(sheet_of_it, 100)
    assert bar[:2] == (pytest.approx(left, abs=0.5), pytest.approx(top, abs=0.5))
    assert (bar[3] < height / 2) == (bar_at == "top") and (bar[2] < width / 2) == (bar_at == "left")


@given(width=st.floats(21, 420), height=st.floats(21, 420))
@settings(max_examples=20, deadline=None)
def test_c16_any_size_is_set_whole_or_refused_with_its_measures(width: float, height: float) -> None:
    page_format = FORMATS.get(FULL)
    fits = any(MIN_SCALE * w <= FRAME.largura and MIN_SCALE * h <= FRAME.altura for w, h in _both(width, height))
    if not fits:
        with pytest.raises(Recusa) as refusal:
            prepare(body((width, height)), page_format)
        assert refusal.value.word == "imagem-nao-cabe" and refusal.value.extra["pagina"] == 1
        assert refusal.value.extra["quadro_mm"] == [198.0, 281.0]
        return
    base = pikepdf.new()
    base.add_blank_page(page_size=(210 * POINT, 297 * POINT))
    output = io.BytesIO()
    base.save(output)
    result = append(output.getvalue(), prepare(body((width, height)), page_format), page_format)
    left, top, drawn_width, drawn_height = shown(drawn(result, DPI)[1], 240)
    assert left > FRAME.x - 0.5 and top > FRAME.y - 0.5
    assert left + drawn_width < FRAME.x + FRAME.largura + 0.5 and top + drawn_height < FRAME.y + FRAME.altura + 0.5
    assert drawn_width * drawn_height >= (MIN_SCALE * width - 0.8) * (MIN_SCALE * height - 0.8)


def _both(width: float, height: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (width, height), (height, width)


def test_c16_every_sheet_has_matricula_and_number_and_page_1_alone_the_seal(workbench: Workbench) -> None:
    layout = laid_out(workbench, body(*[(210, 297)] * 3))
    values = replace(example_values("certidao_civil"), demonstracao=False)
    stamp = Stamp(valores=values, matricula=IN_GROUPS, faces="frente-verso", papeis=("AB 1", "AB 2"))
    pdf = workbench.apply_stamp(layout, FULL, stamp)
    assert pdf == workbench.apply_stamp(layout, FULL, stamp)
    assert (layout.paginas, layout.imagens, layout.pdf_a) == (4, 3, True)
    assert [box.pagina for box in layout.boxes] == [1]
    assert [codigos_qr(pdf, page) for page in (1, 2, 3, 4)] == [[values.qr_url], [], [], []]
    for number, text in enumerate(texts_of(pdf), 1):
        assert IN_GROUPS in text and f"Página {number} de 4" in text
        assert ("CERTIFICO" in text) == (number == 1)
        assert f"Papel AB {(number + 1) // 2}" in text


@pytest.mark.parametrize(
    ("faces", "side", "count", "said"),
    [
        ("frente-verso", "frente", 1, "a imagem que se segue, no verso desta folha, é a reprodução integral"),
        ("frente-verso", "frente", 2, "as 2 imagens que se seguem, a partir do verso desta folha, são a reprodução"),
        ("frente", "frente", 1, "a imagem que se segue a este texto é a reprodução integral"),
        ("frente-verso", "verso", 2, "as 2 imagens que se seguem a este texto são a reprodução integral"),
    ],
)
def test_c16_page_1_certifies_the_images_and_where_they_are(
    workbench: Workbench, faces: str, side: str, count: int, said: str
) -> None:
    layout = laid_out(workbench, body(*[(210, 297)] * count), faces=faces, first_side=side)
    assert said in " ".join(texts_of(workbench.pdf(layout).read_bytes())[0].split())


def test_c16_two_layouts_of_the_same_images_are_byte_identical(tmp_path: Path) -> None:
    made = [Workbench(tmp_path / name) for name in ("one", "two")]
    for bench in made:
        bench.pasta.mkdir()
    first, second = (bench.pdf(laid_out(bench, body((210, 297), (297, 210)))).read_bytes() for bench in made)
    assert first == second


def _image(space: Name, data: bytes) -> Change:
    def put(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
        image = document.make_stream(
            b"",
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=64,
            Height=64,
            ColorSpace=space,
            BitsPerComponent=8,
        )
        image.write(data, filter=Name.DCTDecode)
        page.add_resource(image, Name.XObject, Name.Scan)
        page.contents_add(b"q 300 0 0 300 100 100 cm /Scan Do Q")

    return put


def _jpeg(mode: str) -> bytes:
    output = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert(mode).save(output, "JPEG")
    return output.getvalue()


def _images_of(form: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for drawn_object in form.Resources.get("/XObject", Dictionary()).values():
        if drawn_object.Subtype == Name.Image:
            yield drawn_object
        else:
            yield from _images_of(drawn_object)


def _images(workbench: Workbench, conteudo: str) -> list[tuple[bytes, str]]:
    """Return the images of the image sheet as they are in the file, each with its colour space."""
    with open_pdf(workbench.pdf(laid_out(workbench, conteudo)).read_bytes()) as document:
        images = _images_of(document.pages[1].obj.Resources.XObject.Imagem)
        return [(each.read_raw_bytes(), str(each.ColorSpace)) for each in images]


def test_c16_a_scan_is_kept_byte_for_byte(workbench: Workbench) -> None:
    scan = _jpeg("L")
    assert _images(workbench, body((210, 297), change=_image(Name.DeviceGray, scan))) == [(scan, "/DeviceGray")]


def _transparent(document: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.Resources.ExtGState = Dictionary(Half=Dictionary(Type=Name.ExtGState, ca=0.5))
    page.contents_add(b"q /Half gs 0 g 100 100 200 200 re f Q")


# poppler and PDFium turn CMYK into other greys
@pytest.mark.parametrize(("change", "apart"), [(_image(Name.DeviceCMYK, _jpeg("CMYK")), 60), (_transparent, 12)])
def test_c16_what_pdf_a_does_not_take_is_drawn_and_looks_the_same(
    workbench: Workbench, change: Change, apart: int
) -> None:
    conteudo = body((198, 281), change=change)
    ((_, space),) = _images(workbench, conteudo)
    assert space in ("/DeviceGray", "/DeviceRGB")
    received = drawn(base64.b64decode(conteudo), 36)[0]
    printed = drawn(workbench.pdf(laid_out(workbench, conteudo)).read_bytes(), 36)[1]
    x, y = (round(edge / 25.4 * 36) for edge in (FRAME.x, FRAME.y))
    for place in [(60, 60), (120, 230), (150, 300), (70, 330), (30, 380)]:
        grey = received.getpixel(place)
        assert isinstance(grey, int)
        assert printed.getpixel((place[0] + x, place[1] + y)) == pytest.approx(grey, abs=apart)


def test_c16_a_pdf_that_shows_nothing_is_refused_and_a_blank_page_among_others_is_not(workbench: Workbench) -> None:
    blank = pikepdf.new()
    blank.add_blank_page(page_size=(210 * POINT, 297 * POINT))
    output = io.BytesIO()
    blank.save(output)
    with pytest.raises(Recusa, match="todas as páginas estão em branco"):
        laid_out(workbench, base64.b64encode(output.getvalue()).decode())
    with open_pdf(base64.b64decode(body((210, 297)))) as document:
        document.add_blank_page(page_size=(210 * POINT, 297 * POINT))
        both = io.BytesIO()
        document.save(both)
    assert laid_out(workbench, base64.b64encode(both.getvalue()).decode()).imagens == 2


def test_c16_a_page_of_a_wrong_resolution_is_refused_with_its_size(workbench: Workbench) -> None:
    with pytest.raises(Recusa, match=r"mede 15,0 × 21,0 mm: não é o tamanho de uma página"):
        laid_out(workbench, body((15, 21)))


def test_c16_on_the_small_form_an_image_keeps_off_the_pre_printed_column(workbench: Workbench) -> None:
    small = "certidao-civil-160x155"
    folha = sheet(MODELS["cnj-182", "outros"], read("outros"), matricula=MATRICULA, averbacoes=[], full=True)
    layout = workbench.make_layout(small, ("imagens", body((85, 120))), folha=folha)
    values = replace(example_values("certidao_civil"), demonstracao=False)
    stamp = Stamp(valores=values, matricula=IN_GROUPS, faces="frente-verso", papeis=("AB 000001", "AB 000002"))
    pdf = workbench.apply_stamp(layout, small, stamp)
    left, top, width, height = shown(drawn(pdf, DPI)[-1], 240)
    assert left > 66.5 and left + width < 150.5 and top > 20 and top + height < 145.5
    last = texts_of(pdf)[-1]
    assert IN_GROUPS in last and f"Página {layout.paginas} de {layout.paginas}" in last and "Papel AB 00000" in last
