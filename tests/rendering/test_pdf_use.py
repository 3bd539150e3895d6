"""What the pages of a PDF body use comes along whole; what is named and unused is no fault (P2a)."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pdfs import BAR, BAR_BOX, FORM, IMAGE, POINTS, Objects, assemble, darkest, drawn, pages, prepared, reason, stream
from PIL import ImageChops

import printserver
from printserver.errors import Recusa
from printserver.rendering.pdf_body.compare import compare

FONT = (Path(printserver.__file__).parent / "fonts" / "LiberationSerif-Regular.ttf").read_bytes()
HELVETICA = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> "
SERIF = {
    40: b"<< /Type /Font /Subtype /TrueType /BaseFont /Serif /Encoding /WinAnsiEncoding /FirstChar 65 /LastChar 67"
    b" /Widths [700 700 700] /FontDescriptor 41 0 R >>",
    41: b"<< /Type /FontDescriptor /FontName /Serif /Flags 32 /FontBBox [0 0 900 900] /ItalicAngle 0 /Ascent 900"
    b" /Descent -200 /CapHeight 700 /StemV 80 /FontFile2 42 0 R >>",
    42: stream(FONT, b"/Length1 %d " % len(FONT)),
}
WITH_SERIF = b"/Resources << /Font << /F1 40 0 R >> >> "
WRITE = b"BT /F1 40 Tf 100 600 Td (ABC) Tj ET"


def same_ink(source: bytes) -> bytes:
    """Return the prepared pages after seeing that poppler draws them as the source."""
    ready = prepared(source).pdf
    before, after = drawn(source), drawn(ready)
    assert [image.size for image in before] == [image.size for image in after]
    for one, other in zip(before, after, strict=True):
        assert one.getextrema()[0] < 60, "the source shows something"
        inner = 2, 2, one.width - 2, one.height - 2  # at the very edge a pixel is shared with what is outside
        assert ImageChops.difference(one, other).crop(inner).getextrema()[1] < 40
    return ready


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"BT /F1 12 Tf 14.4 TL ET " + BAR, id="set"),
        pytest.param(b"BT /F1 12 Tf () Tj [() -3 ()] TJ T* ET " + BAR, id="nothing written"),
        pytest.param(b"BT /F1 12 Tf (  ) Tj ET " + BAR, id="blanks"),
        pytest.param(b"BT /F1 12 Tf 3 Tr (invisivel) Tj ET " + BAR, id="text of a scan"),
        pytest.param(b"q BT 3 Tr /F1 12 Tf (invisivel) Tj ET Q " + BAR, id="mode before font"),
        pytest.param(BAR, id="named"),
    ],
)
def test_p2a_a_font_that_shows_nothing_need_not_be_embedded(content: bytes) -> None:
    ready = same_ink(assemble(pages(content=content, page=HELVETICA)))
    assert darkest(ready, BAR_BOX) == 0
    assert not subprocess.run(["pdftotext", "-", "-"], input=ready, capture_output=True, check=True).stderr


def test_p2a_a_font_that_writes_nothing_does_not_come_along() -> None:
    ready = prepared(assemble(pages(content=b"BT /F1 12 Tf ET " + BAR, page=HELVETICA))).pdf
    with pikepdf.open(io.BytesIO(ready)) as document:
        assert all(obj.get("/BaseFont") is None for obj in document.objects if isinstance(obj, pikepdf.Dictionary))


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 12 Tf (a) Tj ET",
        b"BT /F1 12 Tf [( ) (a)] TJ ET",
        b"BT /F1 12 Tf ( ) ' (b) ' ET",
        b'BT /F1 12 Tf 1 2 (a) " ET',
        b"BT 3 Tr /F1 12 Tf (a) Tj 0 Tr (b) Tj ET",
        b"q BT 3 Tr /F1 12 Tf (a) Tj ET Q BT /F1 12 Tf (b) Tj ET",
        b"BT /F1 12 Tf 7 Tr (a) Tj ET",
    ],
)
def test_p2a_a_font_that_shows_text_must_be_embedded(content: bytes) -> None:
    assert "Helvetica" in reason(assemble(pages(content=content, page=HELVETICA)))


def test_p2a_a_form_may_write_with_its_callers_font() -> None:
    form = {30: stream(b"BT 100 600 Td (ABC) Tj ET", FORM + b"/Resources << >> ")}
    page = b"/Resources << /Font << /F1 %s >> /XObject << /X 30 0 R >> >> "
    content = b"BT /F1 40 Tf ET /X Do"
    same_ink(assemble(pages(content=content, page=page % b"40 0 R", more={**form, **SERIF})))
    bare = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    assert "Helvetica" in reason(assemble(pages(content=content, page=page % bare, more=form)))
    assert prepared(assemble(pages(content=BAR + b"BT 3 Tr ET " + content, page=page % bare, more=form))).paginas == 1


def test_p2a_a_font_set_by_a_graphics_state_counts() -> None:
    bare = {40: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"}
    content = b"/E gs BT 100 600 Td (ABC) Tj ET"
    page = b"/Resources << /ExtGState << /E << /Font [40 0 R 40] >> >> >> "
    same_ink(assemble(pages(content=content, page=page, more=SERIF)))
    assert "Helvetica" in reason(assemble(pages(content=content, page=page, more=bare)))


TILE = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 20 20] /XStep 20 /YStep 20 "
TYPE_3 = (
    b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 999 999] /FontMatrix [0.001 0 0 0.001 0 0]"
    b" /CharProcs << /a 31 0 R >> /Encoding << /Type /Encoding /Differences [97 /a] >>"
    b" /FirstChar 97 /LastChar 97 /Widths [999] %s >>"
)
SQUARE = b"0 g 0 0 %d %d re f "
GLYPH = stream(b"999 0 d0 /Y Do")
INNER = stream(b"0 g 0 0 200 20 re f", FORM)
TURNED = b"/Rotate 180 /CropBox [0 0 %.4f %.4f] " % POINTS


@pytest.mark.parametrize(
    ("content", "resources", "more"),
    [
        pytest.param(
            b"/X Do", b"/XObject << /X 30 0 R /Y 31 0 R >>", {30: stream(b"/Y Do", FORM), 31: INNER}, id="form"
        ),
        pytest.param(
            b"/X Do",
            b"/XObject << /X 30 0 R /Y 31 0 R >>",
            {30: stream(b"/Y Do", FORM + b"/Resources << /ProcSet [/PDF] >> "), 31: INNER},
            id="form that lacks one",
        ),
        pytest.param(
            b"/P cs /Q scn 90 600 200 20 re f",
            b"/ColorSpace << /P [/Pattern] >> /Pattern << /Q 30 0 R >>",
            {30: stream(SQUARE % (10, 10), TILE + b"/Resources << >> ")},
            id="tile",
        ),
        pytest.param(
            b"BT /F1 100 Tf 100 600 Td (aa) Tj ET",
            b"/Font << /F1 30 0 R >>",
            {
                30: TYPE_3 % b"/Resources << /XObject << /Y 32 0 R >> >>",
                31: GLYPH,
                32: stream(SQUARE % (700, 700), FORM),
            },
            id="drawn font",
        ),
        pytest.param(
            b"BT /F1 100 Tf 100 600 Td (aa) Tj ET",
            b"/Font << /F1 30 0 R >> /XObject << /Y 32 0 R >>",
            {30: TYPE_3 % b"", 31: GLYPH, 32: stream(SQUARE % (700, 700), FORM)},
            id="drawn font that lacks its own",
        ),
        pytest.param(
            b"/E gs 0 g 0 0 600 800 re f",
            b"/ExtGState << /E << /SMask << /S /Luminosity /G 30 0 R >> >> >>",
            {
                30: stream(
                    b"1 g 90 600 200 20 re f", FORM + b"/Resources << >> /Group << /S /Transparency /CS /DeviceGray >> "
                )
            },
            id="mask",
        ),
        pytest.param(
            b"q 200 0 0 20 90 600 cm BI /W 1 /H 1 /BPC 8 /CS /C ID \1 EI Q",
            b"/ColorSpace << /C [/Indexed /DeviceGray 1 <FF00>] >>",
            {},
            id="inline picture",
        ),
        pytest.param(
            b"/S sh",
            b"/Shading << /S 30 0 R >>",
            {
                30: b"<< /ShadingType 2 /ColorSpace /DeviceGray /Coords [0 0 600 0] /Extend [true true]"
                b" /Function << /FunctionType 2 /Domain [0 1] /C0 [0] /C1 [1] /N 1 >> >>"
            },
            id="shading",
        ),
        pytest.param(b"BX /Q unknown EX " + BAR, b"", {}, id="unknown command that may be"),
    ],
)
@pytest.mark.parametrize("inherited", [False, True], ids=["own", "of the parent"])
def test_p2a_what_is_used_comes_along_wherever_it_is_named(
    content: bytes, resources: bytes, more: Objects, inherited: bool
) -> None:
    attribute = b"/Resources << %s >> " % resources
    options = {"page": b"", "parent": attribute + TURNED} if inherited else {"page": attribute}
    same_ink(assemble(pages(2, content, more=more, **options)))


@pytest.mark.parametrize(
    ("content", "resources", "more"),
    [
        pytest.param(
            b"/X Do",
            b"/XObject << /X 30 0 R /Y 32 0 R >>",
            {
                30: stream(b"/Z Do /Z Do", FORM + b"/Resources << /XObject << /Z 31 0 R >> >> "),
                31: stream(b"/Y Do", FORM),
                32: INNER,
            },
            id="form in a form",
        ),
        pytest.param(
            b"/Pattern cs /Q scn 90 600 200 20 re f",
            b"/Pattern << /Q 30 0 R >> /XObject << /Y 31 0 R >>",
            {30: stream(b"/Y Do", TILE), 31: stream(SQUARE % (10, 10), FORM)},
            id="tile that lacks its own",
        ),
        pytest.param(
            b"q 200 0 0 20 90 600 cm /I Do Q",
            b"/XObject << /I 30 0 R >> /ColorSpace << /C [/Indexed /DeviceGray 1 <FF00>] >>",
            {30: stream(b"\1", IMAGE.replace(b"/DeviceGray", b"/C"))},
            id="colours by name",
        ),
    ],
)
def test_p2a_what_viewers_show_in_different_ways_is_refused(content: bytes, resources: bytes, more: Objects) -> None:
    """Some look for a name around the content that lacks it, some do not."""
    source = assemble(pages(2, content, page=b"/Resources << %s >> " % resources, more=more))
    assert "não aparece igual em todos os programas" in reason(source)


@pytest.mark.parametrize(
    "pieces", [(b"q 0 g 90 6", b"00 200 20 re f Q"), (b"BT /F1 40 Tf 100 600 Td [(A)", b"(BC)] TJ ET")]
)
def test_p2a_content_in_pieces_is_put_together_as_viewers_do(pieces: tuple[bytes, bytes]) -> None:
    objects = pages(page=WITH_SERIF, more={**SERIF, 30: stream(pieces[0]), 31: stream(pieces[1])})
    objects[20] = b"[30 0 R 31 0 R]"
    source = assemble(objects)
    before, after = drawn(source)[0], drawn(prepared(source).pdf)[0]
    assert ImageChops.difference(before, after).getbbox() is None


def test_p2a_the_same_name_means_each_contents_own_resource() -> None:
    """/X is a form on the page and in that form; a font of the caller's does not replace the form's of that name."""
    objects = pages(
        content=b"BT /F1 40 Tf ET /X Do",
        page=b"/Resources << /XObject << /X 30 0 R >> /Font << /F1 40 0 R >> >> ",
        more={
            **SERIF,
            30: stream(
                b"q BT /F1 1 Tf ET Q BT 100 500 Td (ABC) Tj /F1 90 Tf 0 100 Td (a) Tj ET /X Do",
                FORM + b"/Resources << /XObject << /X 31 0 R >> /Font << /F1 32 0 R >> >> ",
            ),
            31: stream(BAR, FORM + b"/Resources << >> "),
            32: TYPE_3.replace(b"31 0 R", b"33 0 R") % b"/Resources << >>",
            33: stream(b"999 0 0 0 999 999 d1 0 0 700 700 re f"),
        },
    )
    same_ink(assemble(objects))


def test_p2a_fonts_written_within_the_resources_are_told_apart() -> None:
    fonts = b"/F1 %s /F2 %s" % (
        TYPE_3 % b"/Resources << >>",
        TYPE_3.replace(b"31 0 R", b"32 0 R") % b"/Resources << >>",
    )
    content = b"BT /F1 90 Tf 100 600 Td (a) Tj /F2 90 Tf 0 -200 Td (a) Tj ET"
    glyphs = {31: stream(b"999 0 d0 0 0 700 700 re f"), 32: stream(b"999 0 d0 0 0 300 90 re f")}
    same_ink(assemble(pages(content=content, page=b"/Resources << /Font << %s >> >> " % fonts, more=glyphs)))


def test_p2a_a_form_is_judged_with_each_font_that_it_is_given() -> None:
    """An embedded font does not excuse one that is not embedded, both direct objects of the resources."""
    embedded = SERIF[40]
    bare = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"/Resources << /Font << /F1 %s /F2 %s >> /XObject << /X 30 0 R >> >> " % (embedded, bare)
    form = {30: stream(b"BT 100 600 Td (ABC) Tj ET", FORM + b"/Resources << >> ")}
    content = b"BT /F1 40 Tf ET /X Do BT /F2 40 Tf ET /X Do"
    assert "Helvetica" in reason(assemble(pages(content=content, page=page, more={**SERIF, **form})))


def test_p2a_the_words_of_a_page_stay_in_their_order() -> None:
    ready = prepared(
        assemble(pages(3, lambda place: WRITE.replace(b"ABC", b"CBA"[place:]), page=WITH_SERIF, more=SERIF))
    )
    text = subprocess.run(["pdftotext", "-", "-"], input=ready.pdf, capture_output=True, check=True).stdout.decode()
    assert text.split() == ["CBA", "BA", "A"]


def test_p2a_forms_without_end_are_refused() -> None:
    loop = {30: stream(b"/X Do", FORM + b"/Resources << /XObject << /X 30 0 R >> >> ")}
    page = b"/Resources << /XObject << /X 30 0 R >> >> "
    assert "aninhados" in reason(assemble(pages(content=b"/X Do", page=page, more=loop)))


SIZE = (216.0, 305.0)


def commas(text: bytes) -> bytes:
    return assemble(pages(content=b"BT /F1 10 Tf 100 600 Td (%s) Tj ET" % text, page=WITH_SERIF, more=SERIF))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (assemble(pages()), assemble(pages(content=b" "))),
        (assemble(pages(content=b" ")), assemble(pages())),
        (commas(b"A,B"), commas(b"A B")),
        (assemble(pages(2)), assemble(pages(1))),
        (b"%PDF-1.7 broken", assemble(pages())),
    ],
    ids=["bar lost", "bar added", "comma lost", "page lost", "unreadable"],
)
def test_p2a_a_page_that_shows_something_else_than_the_one_that_came_is_refused(before: bytes, after: bytes) -> None:
    with pytest.raises(Recusa) as info:
        compare(before, after, [SIZE], [1.0])
    assert info.value.word == "corpo-invalido"
    compare(after, after, [SIZE], [1.0])


def test_p2a_a_picture_from_edge_to_edge_is_compared_to_the_pixel() -> None:
    """A full scan, whose edges are those of the page, at sizes whose pixels do not divide the page."""
    image = {30: stream(bytes(range(256)) * 16, IMAGE.replace(b"/Width 1 /Height 1", b"/Width 64 /Height 64"))}
    content = b"q %.4f 0 0 %.4f 0 0 cm /I Do Q" % POINTS
    assert (
        prepared(
            assemble(pages(content=content, page=b"/Resources << /XObject << /I 30 0 R >> >> ", more=image))
        ).paginas
        == 1
    )


def test_p2a_pages_beyond_what_is_compared_are_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printserver.rendering.pdf_body.compare.MAX_CPU_S", -1.0)
    image = {30: stream(b"\0", IMAGE)}
    objects = pages(
        content=b"q 200 0 0 20 90 600 cm /I Do Q", page=b"/Resources << /XObject << /I 30 0 R >> >> ", more=image
    )
    assert darkest(prepared(assemble(objects)).pdf) == 0
    assert "página 1" in reason(assemble(objects, free=30))


def test_p2a_nothing_of_the_file_but_what_is_used_comes_along() -> None:
    page = b"/Resources << /Properties << /M << /Private (segredo) /ActualText (ok) >> >> /XObject << /I 30 0 R >> >> "
    image = {30: stream(b"\0", IMAGE + b"/Metadata 31 0 R /PieceInfo << /X (segredo) >> "), 31: stream(b"segredo")}
    ready = prepared(assemble(pages(content=b"/Span /M BDC " + BAR + b" EMC /I Do", page=page, more=image))).pdf
    with pikepdf.open(io.BytesIO(ready)) as document:
        output = io.BytesIO()
        document.save(output, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"segredo" not in output.getvalue()
    assert b"(ok)" in output.getvalue()
