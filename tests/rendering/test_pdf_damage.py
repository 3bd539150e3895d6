"""A PDF body that is damaged where a page needs it is refused; damage that no page shows is none (S12, P2a)."""

import io
import zlib
from functools import cache
from pathlib import Path

import pikepdf
import pytest
import weasyprint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdfs import BAR, FORM, HEIGHT, IMAGE, WIDTH, Objects, assemble, darkest, drawn, pages, prepared, reason, stream
from PIL import ImageChops, ImageFilter

import printserver
from printserver.errors import Recusa

FONT = Path(printserver.__file__).parent / "fonts" / "LiberationSerif-Regular.ttf"


def two(second: bytes, more: Objects | None = None, page: bytes = b"/Resources << >> ") -> Objects:
    """Return two pages, the second with an object of its own as content."""
    return pages(2, page=page, more={21: second, **(more or {})})


def drawing(
    value: bytes, *, category: bytes = b"XObject", command: bytes = b"/X Do", more: Objects | None = None
) -> Objects:
    """Return two pages whose second one uses the resource /X, object 30."""
    resources = b"/Resources << /%s << /X 30 0 R >> >> " % category
    objects = pages(2, lambda place: command if place else BAR, page=resources, more={30: value, **(more or {})})
    return objects | {10: objects[10].replace(resources, b"/Resources << >> ")}


MASKED = stream(b"\0", IMAGE + b"/SMask 31 0 R ")
PROFILED = stream(b"\0", IMAGE.replace(b"/DeviceGray", b"[/ICCBased 31 0 R]"))
SHADING = b"<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 9 9] /Function 31 0 R >>"
FUNCTION = b"<< /FunctionType 2 /Domain [0 1] /N 1 >>"
TILE = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9] /XStep 9 /YStep 9 /Resources << >> "
FONT_3 = (
    b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 31 0 R >>"
    b" /Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [1] >>"
)
EMBEDDED = b"<< /Type /Font /Subtype /TrueType /BaseFont /F /FontDescriptor << /FontName /F /FontFile2 31 0 R >> >>"
WRITE = b"BT /X 9 Tf 90 90 Td (a) Tj ET"
PAINT = b"/Pattern cs /X scn 0 0 99 99 re f"
CUT = zlib.compress(BAR * 20)[:-9]
WRONG_SUM = zlib.compress(BAR)[:-4] + b"\1\2\3\4"
FLATE = b"/Filter /FlateDecode "


@pytest.mark.parametrize(
    "pdf",
    [
        pytest.param(assemble(two(stream(BAR, length=0))), id="length 0"),
        pytest.param(assemble(two(stream(BAR, length=9))), id="length short"),
        pytest.param(assemble(two(stream(BAR, length=4000))), id="length long"),
        pytest.param(assemble(two(stream(BAR).replace(b"/Length 27", b"/Length 77 0 R"))), id="length missing"),
        pytest.param(assemble(two(stream(BAR)), moved=21), id="content at a wrong place"),
        pytest.param(assemble(two(stream(BAR)), free=21), id="content free"),
        pytest.param(assemble(two(stream(BAR)), free=11), id="page free"),
        pytest.param(assemble(two(b"[22 0 R 77 0 R]", {22: stream(BAR)})), id="piece missing"),
        pytest.param(assemble(two(stream(CUT, FLATE))), id="deflated data cut"),
        pytest.param(assemble(two(stream(WRONG_SUM, FLATE))), id="wrong checksum"),
        pytest.param(assemble(two(stream(b"garbage", FLATE))), id="not deflated"),
        pytest.param(assemble(two(stream(b"zzz", b"/Filter /ASCIIHexDecode "))), id="no hexadecimal"),
        pytest.param(assemble(two(stream(b"\x7f~>", b"/Filter /ASCII85Decode "))), id="no base 85"),
        pytest.param(assemble(two(stream(BAR, b"/Filter /Crypt "))), id="unknown filter"),
        pytest.param(assemble(two(stream(BAR.replace(b"re", b"rx")))), id="unknown command"),
        pytest.param(assemble(two(stream(b"BT (never closed"))), id="text without end"),
        pytest.param(assemble(two(stream(b"[ 1 2 " + BAR))), id="list without end"),
        pytest.param(assemble(two(stream(b"BI /W 9 /H 9 ID abc"))), id="inline picture without end"),
        pytest.param(
            assemble(two(stream(b"q BI /W 9 /H 9 /BPC 8 /CS /G /F /Fl ID abcdefgh EI Q"))), id="inline picture damaged"
        ),
        pytest.param(
            assemble(two(b"[22 0 R 23 0 R]", {22: stream(b"BT (a"), 23: stream(b"b) Tj ET")})), id="text split"
        ),
        pytest.param(assemble(two(b"[22 0 R 23 0 R]", {22: stream(b"% a"), 23: stream(BAR)})), id="comment split"),
        pytest.param(assemble(pages(2, page=b"/Resources 30 0 R ", more={30: b"<< >>"}), free=30), id="resources free"),
        pytest.param(assemble(drawing(stream(b"\0", IMAGE)), moved=30), id="picture at a wrong place"),
        pytest.param(assemble(drawing(stream(b"\0", IMAGE)), free=30), id="picture free"),
        pytest.param(assemble(drawing(MASKED, more={31: stream(b"\0", IMAGE)}), free=31), id="mask free"),
        pytest.param(assemble(drawing(PROFILED, more={31: stream(CUT, FLATE + b"/N 1 ")})), id="profile cut"),
        pytest.param(assemble(drawing(stream(b"\xff\xd8\xff\xe0", IMAGE + b"/Filter /DCTDecode "))), id="JPEG cut"),
        pytest.param(assemble(drawing(stream(BAR, FORM, length=3))), id="form with a wrong length"),
        pytest.param(assemble(drawing(stream(b"/Y Do", FORM + b"/Resources << >> "))), id="picture of a form missing"),
        pytest.param(
            assemble(drawing(stream(CUT, TILE + FLATE), category=b"Pattern", command=PAINT)), id="pattern damaged"
        ),
        pytest.param(
            assemble(drawing(SHADING, category=b"Shading", command=b"/X sh", more={31: FUNCTION}), free=31),
            id="shading without its function",
        ),
        pytest.param(assemble(drawing(FONT_3, category=b"Font", command=WRITE)), id="glyph missing"),
        pytest.param(
            assemble(drawing(FONT_3, category=b"Font", command=WRITE, more={31: stream(CUT, FLATE)})),
            id="glyph damaged",
        ),
        pytest.param(
            assemble(drawing(EMBEDDED, category=b"Font", command=WRITE, more={31: stream(b"no font")})),
            id="font that is none",
        ),
        pytest.param(
            assemble(drawing(EMBEDDED, category=b"Font", command=WRITE, more={31: stream(FONT.read_bytes()[:90_000])})),
            id="font cut",
        ),
        pytest.param(assemble(drawing(b"<< >>", category=b"ExtGState", command=b"/Z gs")), id="graphics state missing"),
        pytest.param(
            assemble(drawing(b"<< >>", category=b"Font", command=WRITE.replace(b"/X", b"/Z"))), id="font missing"
        ),
    ],
)
def test_s12_damage_that_a_page_needs_is_refused_with_the_page(pdf: bytes) -> None:
    detail = reason(pdf)
    assert "corrompido ou incompleto" in detail
    assert "página 2" in detail or "página" not in detail, "never the page that is whole"


def test_s12_pages_that_the_tree_does_not_count_are_refused() -> None:
    objects = pages(2)
    objects[2] = objects[2].replace(b"/Count 2", b"/Count 1")
    assert "lista de páginas" in reason(assemble(objects))


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_s12_a_damaged_object_stream_is_refused(at: float) -> None:
    with pikepdf.open(io.BytesIO(assemble(drawing(stream(b"\0", IMAGE))))) as document:
        output = io.BytesIO()
        document.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    whole = output.getvalue()
    start, end = whole.index(b"stream\n") + 7, whole.index(b"endstream")
    place = start + int((end - start) * at)
    assert prepared(whole).paginas == 2
    assert "corrompido" in reason(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])


UNUSED = (
    b"/Resources << /XObject << /X 30 0 R /Y 77 0 R >> /Font << /F 31 0 R /G 77 0 R >>"
    b" /ColorSpace << /C [/ICCBased 30 0 R] >>"
    b" /Pattern << /P 30 0 R >> /ExtGState << /E 77 0 R >> /Properties << /M 77 0 R >> >>"
    b" /Thumb 77 0 R /Metadata 77 0 R "
)


@pytest.mark.parametrize("broken", [stream(CUT, IMAGE + FLATE), stream(BAR, FORM, length=1), b"<< /Broken", b"null"])
def test_p2a_what_is_named_and_unused_is_no_fault_and_does_not_come_along(broken: bytes) -> None:
    pdf = assemble(pages(page=UNUSED, more={30: broken, 31: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}))
    ready = prepared(pdf).pdf
    assert darkest(ready) == 0
    with pikepdf.open(io.BytesIO(ready)) as document:
        assert not document.pages[0].Resources.XObject.Corpo.Resources.keys()


BEFORE = [b"\xef\xbb\xbf", b"\r\n\r\n", b" \t\n", b"\xef\xbb\xbf\r\n", b"\n" * 300]


@pytest.mark.parametrize("counted", [False, True], ids=["from the header", "from the first byte"])
@pytest.mark.parametrize("before", BEFORE, ids=["mark", "lines", "blanks", "mark and line", "many lines"])
def test_p2a_blanks_before_the_header_are_no_fault(before: bytes, counted: bool) -> None:
    assert darkest(prepared(assemble(pages(), before=before, counted=counted)).pdf) == 0


def test_other_bytes_before_the_header_are_refused() -> None:
    assert "não é um PDF" in reason(b"\0\1garbage" + assemble(pages()))


@cache
def originals() -> tuple[bytes, ...]:
    """Return PDFs of several makes, small enough that most of their bytes matter."""
    css = (
        f"@font-face {{ font-family: Serifa; src: url({FONT.as_uri()}) }}"
        f"@page {{ size: {WIDTH}mm {HEIGHT}mm; margin: 20mm }} p {{ font: 14pt Serifa; break-after: page }}"
    )
    text = "<p>Escritura de venda e compra.<p>R$ 100.000,00"
    deed = weasyprint.HTML(string=f"<style>{css}</style>{text}").write_pdf()
    made = [assemble(drawing(MASKED, more={31: stream(b"\xff", IMAGE)}, command=BAR + b"q 90 0 0 90 90 90 cm /X Do Q"))]
    with pikepdf.open(io.BytesIO(deed)) as document:
        for options in (
            {"compress_streams": False, "object_stream_mode": pikepdf.ObjectStreamMode.disable},
            {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        ):
            output = io.BytesIO()
            document.save(output, deterministic_id=True, **options)
            made.append(output.getvalue())
    return tuple(made)


@cache
def whole_ink(place: int) -> list:
    return drawn(originals()[place])


def lost_ink(before: object, after: object) -> bool:
    """Say whether one of two pictures is dark where the other is light all around."""
    for one, other in ((before, after), (after, before)):
        near = other.filter(ImageFilter.MinFilter(5))
        if any(ImageChops.subtract(near, one).histogram()[110:]):
            return True
    return False


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_p2a_any_damage_is_refused_or_shows_what_poppler_shows(data: st.DataObject) -> None:
    """Cut, overwrite or repeat bytes anywhere: no page ever comes out with less than the damaged file shows."""
    place = data.draw(st.integers(0, len(originals()) - 1))
    whole = originals()[place]
    at = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.sampled_from([0, 1, 1, 2, 10, 200]))
    new = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"0", b"9", b" f", b"/X", b"null", b"7 0 R"])))
    damaged = whole[:at] + new + whole[at + length :]
    try:
        ready = prepared(damaged).pdf
    except Recusa as refusal:
        assert refusal.word == "corpo-invalido"
        return
    before, after = drawn(damaged) or whole_ink(place), drawn(ready)
    assert len(before) == len(after)
    assert not any(lost_ink(one, other) for one, other in zip(before, after, strict=True))
