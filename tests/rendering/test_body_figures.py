"""The size, shape and place of images on paper, measured in what poppler draws (P2a)."""

import base64
import io
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import FORMATS, Workbench, texts_of
from PIL import Image, ImageDraw

from printserver.errors import Recusa
from printserver.rendering.body.characters import Notices
from printserver.rendering.body.figures import Room, draw
from printserver.rendering.body.indents import Measures

DPI = 100
MM = 25.4 / DPI
RED, BLUE = (255, 0, 0), (0, 0, 255)


def address(image: Image.Image, kind: str = "PNG") -> str:
    output = io.BytesIO()
    image.save(output, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(output.getvalue()).decode()}"


def plain(width: int, height: int, colour: tuple[int, int, int] = RED) -> str:
    return address(Image.new("RGB", (width, height), colour))


def circle(width: int, height: int) -> str:
    """Return a red ellipse that fills a white image of that size."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse((0, 0, width - 1, height - 1), fill=RED)
    return address(image)


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def laid(workbench: Workbench, html: str, page_format: str = "certidao") -> tuple[list[Image.Image], list[str]]:
    """Return the pages as poppler draws them, and the avisos."""
    layout = workbench.make_layout(page_format, ("html", html))
    order = ["pdftoppm", "-r", str(DPI), str(workbench.pdf(layout))]
    data = subprocess.run(order, capture_output=True, check=True).stdout
    pages = []
    while data:
        head = re.match(rb"P6\n(\d+) (\d+)\n255\n", data)
        assert head is not None
        width, height = int(head[1]), int(head[2])
        end = head.end() + width * height * 3
        pages.append(Image.frombytes("RGB", (width, height), data[head.end() : end]))
        data = data[end:]
    return pages, [notice.mensagem for notice in layout.avisos]


def box(pages: list[Image.Image], colour: tuple[int, int, int] = RED) -> tuple[float, float, float, float]:
    """Return (x, y, width, height) in mm of what has that colour; it is all on one page."""
    found = []
    for page in pages:
        bands = [
            band.point(lambda value, wanted=wanted: 255 * (abs(value - wanted) < 90))
            for band, wanted in zip(page.split(), colour, strict=True)
        ]
        mask = Image.merge("RGB", bands).convert("L").point(lambda value: 255 * (value == 255))
        if edges := mask.getbbox():
            found.append(edges)
    assert len(found) == 1, found
    left, top, right, bottom = found[0]
    return left * MM, top * MM, (right - left) * MM, (bottom - top) * MM


COLUMN = FORMATS.get("certidao").texto.largura
PX = 25.4 / 96

SIZES = [
    ('width="200" height="100"', (200 * PX, 100 * PX)),
    ('width="200px" height="auto"', (200 * PX, 200 * PX)),
    ('height="5cm"', (50, 50)),
    ('width="50%"', (COLUMN / 2, COLUMN / 2)),
    ("", (600 * PX, 600 * PX)),
    ('style="width:3cm;height:3cm"', (30, 30)),
    ('style="width:40mm"', (40, 40)),
    ('style="height:1in"', (25.4, 25.4)),
    ('style="WIDTH: 72pt !important; height: 6pc"', (25.4, 25.4)),
    ('style="width:10em;height:5em"', (120 * 25.4 / 72, 60 * 25.4 / 72)),
    ('style="width:25%;height:auto" width="10" height="10"', (COLUMN / 4, COLUMN / 4)),
    ('style="width:2cm" width="600" height="100"', (20, 100 * PX)),
    ('style="width:auto;height:4cm" width="10"', (40, 40)),
    ('style="max-width:5cm"', (50, 50)),
    ('style="max-width:25%"', (COLUMN / 4, COLUMN / 4)),
    ('style="max-width:100%;height:auto" width="300" height="900"', (300 * PX, 300 * PX)),
    ('style="width:1cm;min-width:3cm"', (30, 30)),
    ('style="max-height:2cm"', (20, 20)),
    ('style="width:6cm;height:3cm;object-fit:contain"', (30, 30)),
    ('style="width:6cm;height:3cm;object-fit:cover"', (30, 30)),
    ('width="1600" height="400"', (COLUMN, COLUMN / 4)),
    ('style="width:300mm;height:75mm"', (COLUMN, COLUMN / 4)),
]


@pytest.mark.parametrize(("asked", "expected"), SIZES)
def test_p2a_an_image_has_the_size_asked_for(workbench: Workbench, asked: str, expected: tuple[float, float]) -> None:
    pages, notices = laid(workbench, f"<p><img src='{plain(600, 600)}' {asked}></p><p>Fim.</p>")
    assert box(pages)[2:] == pytest.approx(expected, abs=0.6)
    reduced = any("foi reduzida a" in notice for notice in notices)
    assert reduced == ("1600" in asked or "300mm" in asked)
    assert bool(notices) == (reduced or "cover" in asked)


@given(st.integers(5, 80), st.integers(5, 80), st.integers(10, 300), st.integers(10, 300))
def test_p2a_whole_pixels_miss_the_shape_that_was_asked_for_by_less_than_is_seen(
    width: int, height: int, across: int, down: int
) -> None:
    attributes = {"style": f"width:{width}mm;height:{height}mm"}
    figure = draw((across, down), attributes, Measures(), Room(), Notices())
    assert figure is not None
    if abs(across * height / (down * width) - 1) > 0.01:
        assert width * figure.pixels[1] / figure.pixels[0] == pytest.approx(height, abs=0.1)


@pytest.mark.parametrize(
    ("pixels", "asked", "shape"),
    [
        ((400, 100), 'width="1600" height="400"', 4.0),
        ((400, 100), 'width="1600" height="1600"', 1.0),
        ((100, 400), 'style="height:900mm"', 0.25),
        ((100, 400), "", 0.25),
        ((100, 400), 'style="width:100%"', 0.25),
        ((100, 100), 'style="width:200mm;height:800mm"', 0.25),
        ((3000, 1000), "", 3.0),
    ],
)
@pytest.mark.parametrize(
    "around", ["<p>{}</p><p>Fim.</p>", "<p>{}</p>", "<table><tr><td>{}</td><td>a</td></tr></table>"]
)
def test_p2a_the_page_bounds_the_size_and_keeps_the_shape(
    workbench: Workbench, pixels: tuple[int, int], asked: str, shape: float, around: str
) -> None:
    pages, notices = laid(workbench, around.format(f"<img src='{circle(*pixels)}' {asked}>"))
    x, y, width, height = box(pages)
    area = FORMATS.get("certidao").texto
    assert width / height == pytest.approx(shape, rel=0.03)
    assert x >= area.x - 0.5
    assert x + width <= area.x + area.largura + 0.5
    assert y + height <= area.y + area.altura + 0.5
    natural = pixels == (100, 400) and not asked
    assert natural or any("foi reduzida a" in notice for notice in notices)


def test_p2a_an_image_as_tall_as_a_page_fills_it(workbench: Workbench) -> None:
    pages, notices = laid(
        workbench, f"<p>Antes.</p><p><img src='{plain(100, 400)}' style='height:900mm'></p><p>Fim.</p>"
    )
    area = FORMATS.get("certidao").texto
    assert area.altura - 16 < box(pages)[3] <= area.altura
    told = r"Uma imagem de 225 × 900 mm foi reduzida a 5\d × 2\d\d mm para caber em seu lugar \(página 2\)\."
    assert re.search(told, notices[0])


def test_p2a_an_image_at_the_end_leaves_room_for_signatures_and_seal(workbench: Workbench) -> None:
    """P3: they stand beside the last of the text, which is the image."""
    for page_format in ("livro", "traslado", "certidao", "livro-notas-216x305", "certidao-menta-212x298"):
        pages, _ = laid(
            workbench, f"<p>{'Texto. ' * 300}</p><p><img src='{plain(100, 400)}' style='height:900mm'></p>", page_format
        )
        assert box(pages[-1:])[3] > 60


@pytest.mark.parametrize(
    ("style", "place"),
    [
        ("display:block;margin:0 auto", "centre"),
        ("display:block;margin-left:auto;margin-right:auto", "centre"),
        ("display:block;margin-left:auto", "right"),
        ("display:block", "left"),
        ("", "left"),
    ],
)
def test_p2a_a_block_stands_where_its_margins_put_it(workbench: Workbench, style: str, place: str) -> None:
    pages, notices = laid(workbench, f"<p>Antes <img src='{plain(60, 60)}' style='width:3cm;{style}'> depois.</p>")
    area = FORMATS.get("certidao").texto
    expected = {"left": area.x, "centre": area.x + (area.largura - 30) / 2, "right": area.x + area.largura - 30}[place]
    assert (abs(box(pages)[0] - expected) < 0.6) == bool(style)
    assert not notices


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("style='float:right;width:3cm'", "float"),
        ("align=left width=100", "não contorna"),
        ("style='width:calc(1cm + 2%)'", "width"),
        ("style='transform:rotate(90deg);width:3cm'", "transform"),
        ("style='margin:5mm;width:3cm'", "margin"),
        ("width=-3", "width"),
        ("style='width:-3cm'", "width"),
    ],
)
def test_p2a_what_is_asked_and_not_done_is_told(workbench: Workbench, asked: str, word: str) -> None:
    pages, notices = laid(workbench, f"<p><img src='{plain(60, 60)}' {asked}></p>")
    assert box(pages)[2] > 15
    assert any(word in notice for notice in notices)


def test_p2a_small_images_are_drawn_and_those_of_no_size_are_told(workbench: Workbench) -> None:
    dot = plain(1, 1)
    pages, notices = laid(workbench, f"<p>Antes<img src='{dot}'>.</p><p><img src='{dot}' width=400 height=4></p>")
    assert box(pages)[2] == pytest.approx(400 * PX, abs=0.6)
    assert not notices
    for asked in ("width=0 height=0", "style='width:0'", "style='max-height:0px'", "width='0%'"):
        pages, notices = laid(workbench, f"<p>Antes<img src='{dot}' {asked}>.</p>")
        with pytest.raises(AssertionError):
            box(pages)
        assert "tamanho zero" in notices[0]


def test_p2a_photographs_come_with_the_pixels_that_paper_needs(workbench: Workbench) -> None:
    photo = address(Image.effect_noise((4000, 3000), 60), "JPEG")
    layout = workbench.make_layout("certidao", ("html", f"<p><img src='{photo}' style='width:80mm'></p><p>Fim.</p>"))
    listed = subprocess.run(
        ["pdfimages", "-list", str(workbench.pdf(layout))], capture_output=True, text=True, check=True
    )
    assert re.search(r"\s945\s+709\s", listed.stdout)
    assert not layout.avisos


def test_p2a_text_beside_an_image_as_wide_as_the_column_stays_on_the_page(workbench: Workbench) -> None:
    image = f"<img src='{plain(100, 10)}' width='100%'>"
    pages, _ = laid(workbench, f"<p>um&nbsp;{image}&nbsp;dois{image},tres&nbsp;&nbsp;</p><p>Fim.</p>")
    right = int((FORMATS.get("certidao").texto.x + COLUMN + 0.5) / MM)
    assert pages[0].crop((right, 0, pages[0].width, pages[0].height)).convert("L").getextrema() == (255, 255)


UNITS = st.sampled_from(["px", "mm", "cm", "in", "pt", "pc", "em", "%"])
LENGTHS = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 300), UNITS)
STYLES = st.dictionaries(
    st.sampled_from(
        ["width", "height", "max-width", "min-width", "max-height", "object-fit", "vertical-align", "display"]
    ),
    LENGTHS | st.sampled_from(["auto", "contain", "cover", "top", "text-top", "sub", "block"]),
    max_size=5,
)
AROUND = st.sampled_from(
    [
        "<p>{}</p>",
        "<p style='text-indent:30mm'>um&nbsp;{}&nbsp;dois</p>",
        "<ul><li><ul><li>{}</li></ul></li></ul>",
        "<table><tr><td>a</td><td>{}</td><td>{}</td></tr></table>",
        "<table><tr><td>a<table><tr><td>{}</td><td>b</td></tr></table></td><td>c</td></tr></table>",
        "<p style='font-size:36pt;margin-left:40mm'>a<sup>{}</sup></p>",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    AROUND,
    STYLES,
    st.sampled_from([(60, 60), (300, 20), (20, 300)]),
    st.sampled_from(["", "width=900", "height='40%'"]),
)
def test_p2a_no_image_leaves_the_text_whatever_is_asked(
    workbench: Workbench, around: str, style: dict[str, str], pixels: tuple[int, int], attributes: str
) -> None:
    written = ";".join(f"{name}:{value}" for name, value in style.items())
    image = f'<img src="{plain(*pixels)}" style="{written}" {attributes}>'
    try:
        pages, notices = laid(workbench, f"<p>Antes.</p>{around.replace('{}', image)}<p>Fim.</p>")
    except Recusa as refusal:
        assert "Uma imagem não cabe" in refusal.detail
        return
    assert not any("tamanho zero" in notice for notice in notices)
    area, seen = FORMATS.get("certidao").texto, False
    for page in pages:
        blank = Image.new("RGB", page.size, "white")
        left, right = int((area.x - 0.7) / MM), int((area.x + area.largura + 0.7) / MM) + 1
        low = int((area.y + area.altura + 0.7) / MM) + 1
        for outside in ((0, 0, left, page.height), (right, 0, *page.size), (0, low, *page.size)):
            assert page.crop(outside).tobytes() == blank.crop(outside).tobytes()
        seen = seen or any(
            pixel[0] > 150 and pixel[1] < 150 for _, pixel in page.getcolors(page.width * page.height) or []
        )
    assert seen


@pytest.mark.parametrize(
    "body",
    [
        "<p>Antes {} depois.</p>",
        "<p>Antes<br>{}<br>depois.</p>",
        "<p>Antes {} depois.</p><p>Outro.</p>",
        "<ul><li>Antes {} depois.</ul>",
        "<div>Antes {} depois.</div>",
        "Antes {} depois.",
    ],
)
def test_p2a_a_line_before_and_after_an_image_as_tall_as_a_page(workbench: Workbench, body: str) -> None:
    """P3: title and first line are not pushed from page to page."""
    layout = workbench.make_layout("certidao", ("html", body.format(f"<img src='{plain(1240, 1754)}'>")))
    texts = texts_of(workbench.pdf(layout).read_bytes())
    assert "Antes" in texts[0]
    assert "depois." in texts[-1]
    assert len(texts) == 3
