"""A body that comes as PDF: what is seen of it comes out on fresh pages, nothing else does, and the bad is refused."""

import base64
import io
import re
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pikepdf
import pytest
import weasyprint
from pikepdf import Array, Dictionary, Name, Pdf
from PIL import Image, ImageChops

import printserver
from printserver.errors import Recusa
from printserver.rendering.pdf_body import prepare
from printserver.rendering.pdf_body.prepare import PreparedPdf, prepare_pdf

FONT = Path(printserver.__file__).parent / "fonts" / "LiberationSerif-Regular.ttf"
WIDTH, HEIGHT = 216.0, 305.0
Change = Callable[[Pdf], None]


@cache
def made(width: float = WIDTH, height: float = HEIGHT, pages: int = 1) -> bytes:
    css = (
        f"@font-face {{ font-family: Serifa; src: url({FONT.as_uri()}) }}"
        f"@page {{ size: {width}mm {height}mm; margin: 20mm }} body {{ margin: 0 }}"
        "p { font: 14pt Serifa; break-after: page }"
    )
    text = "".join(f"<p>Escritura de venda e compra, página {number + 1}.</p>" for number in range(pages))
    return weasyprint.HTML(string=f"<style>{css}</style>{text}").write_pdf()


def changed(change: Change, pdf: bytes | None = None, **save: object) -> bytes:
    with Pdf.open(io.BytesIO(pdf or made())) as document:
        change(document)
        output = io.BytesIO()
        document.save(output, **save)
        return output.getvalue()


def prepared(pdf: bytes, width: float = WIDTH, height: float = HEIGHT) -> PreparedPdf:
    return prepare_pdf(base64.b64encode(pdf).decode(), width, height)


def reason(pdf: bytes) -> str:
    with pytest.raises(Recusa) as info:
        prepared(pdf)
    assert info.value.word == "corpo-invalido"
    return info.value.detail


def text_of(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def seen(pdf: bytes, folder: Path, name: str) -> Image.Image:
    command = ["pdftoppm", "-cropbox", "-r", "50", "-gray", "-singlefile", "-", str(folder / name)]
    subprocess.run(command, input=pdf, check=True, capture_output=True)
    return Image.open(folder / f"{name}.pgm")


def contents(document: Pdf, prefix: bytes = b"", suffix: bytes = b"") -> None:
    for page in document.pages:
        page.contents_add(prefix, prepend=True)
        page.contents_add(suffix)


def turn(degrees: int) -> Change:
    def change(document: Pdf) -> None:
        for page in document.pages:
            page.obj.Rotate = degrees

    return change


def crop(document: Pdf) -> None:
    for page in document.pages:
        left, bottom, right, top = (float(edge) for edge in page.mediabox)
        page.obj.MediaBox = Array([left - 50, bottom - 70, right + 30, top + 10])
        page.obj.CropBox = Array([left, bottom, right, top])


def crop_and_turn(document: Pdf) -> None:
    crop(document)
    turn(180)(document)


@pytest.mark.parametrize(
    ("change", "width", "height"),
    [
        (lambda document: None, WIDTH, HEIGHT),
        (turn(90), HEIGHT, WIDTH),
        (turn(180), WIDTH, HEIGHT),
        (turn(270), HEIGHT, WIDTH),
        (turn(-90), HEIGHT, WIDTH),
        (crop, WIDTH, HEIGHT),
        (crop_and_turn, WIDTH, HEIGHT),
        (lambda document: contents(document, b"q q 1 0 0 1 90 -90 cm "), WIDTH, HEIGHT),
    ],
)
def test_a_fresh_page_looks_as_the_one_that_came(change: Change, width: float, height: float, tmp_path: Path) -> None:
    source = changed(change, made(width, height))
    ready = prepared(source)
    before, after = seen(source, tmp_path, "before"), seen(ready.pdf, tmp_path, "after")
    assert before.size == after.size
    assert before.getextrema()[0] < 100, "the source shows something"
    assert ImageChops.difference(before, after).getbbox() is None
    with Pdf.open(io.BytesIO(ready.pdf)) as document:
        page = document.pages[0]
        assert (page.obj.get("/Rotate"), page.obj.get("/UserUnit"), page.obj.get("/CropBox")) == (None, None, None)
        assert [round(float(edge) * 25.4 / 72, 2) for edge in page.mediabox] == [0, 0, WIDTH, HEIGHT]


def test_a_user_unit_counts(tmp_path: Path) -> None:
    def change(document: Pdf) -> None:
        document.pages[0].obj.UserUnit = 2

    ready = prepared(changed(change, made(WIDTH / 2, HEIGHT / 2)))
    box = seen(ready.pdf, tmp_path, "after").point(lambda value: 255 - value).getbbox()
    assert box is not None
    assert box[0] / 50 * 25.4 == pytest.approx(40, abs=1.5), "its margin of 20 mm is twice as wide"


def test_pages_of_300_are_accepted_and_301_not() -> None:
    assert prepared(made(pages=300)).paginas == 300
    with Pdf.open(io.BytesIO(made(pages=300))) as document:
        document.pages.append(document.pages[0])
        output = io.BytesIO()
        document.save(output)
    assert "301 páginas" in reason(output.getvalue())


def test_the_same_body_gives_the_same_bytes() -> None:
    assert prepared(made(pages=3)).pdf == prepared(made(pages=3)).pdf


@pytest.mark.parametrize("change", [b"Q Q Q ", b"q 0 0 0 0 0 0 cm "])
def test_an_unbalanced_state_cannot_touch_the_stamp(change: bytes, tmp_path: Path) -> None:
    """Whatever state the body leaves, a square drawn after it comes out where it was drawn."""
    ready = prepared(changed(lambda document: contents(document, b"", b" " + change)))
    with Pdf.open(io.BytesIO(ready.pdf)) as document:
        document.pages[0].contents_add(b"q 0 g 0 0 72 72 re f Q")
        output = io.BytesIO()
        document.save(output)
    image = seen(output.getvalue(), tmp_path, "stamped")
    assert image.getpixel((25, image.height - 25)) == 0
    assert image.getpixel((60, image.height - 60)) == 255


def test_what_is_not_seen_does_not_come_along() -> None:
    def change(document: Pdf) -> None:
        script = Dictionary(S=Name.JavaScript, JS="app.alert('segredo')")
        document.Root.OpenAction = script
        document.attachments["segredo.txt"] = b"segredo"
        page = document.pages[0].obj
        page.AA = Dictionary(O=script)
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=[0, 0, 99, 99],
            A=Dictionary(S=Name.URI, URI="http://segredo.example"),
        )
        page.Annots = Array([document.make_indirect(link)])
        page.PieceInfo = Dictionary(X=Dictionary(Private="segredo"))
        page.Metadata = document.make_stream(b"segredo")
        form = document.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
        form.PieceInfo = Dictionary(X=Dictionary(Private="segredo"))
        form.Ref = Dictionary(F="segredo.pdf", Page=0)
        page.Resources.XObject = Dictionary(X=form)

    ready = prepared(changed(change))
    with Pdf.open(io.BytesIO(ready.pdf)) as document:
        assert set(document.Root.keys()) <= {"/Type", "/Pages", "/OutputIntents"}
        output = io.BytesIO()
        document.save(output, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert b"segredo" not in output.getvalue()
    assert "página 1" in text_of(ready.pdf)


def appearance(document: Pdf, text: str) -> pikepdf.Object:
    fonts = document.pages[0].obj.Resources.Font
    name = next(iter(fonts.keys()))
    form = document.make_stream(f"BT {name} 20 Tf 0 0 Td <0001> Tj ET 0 g 0 0 50 50 re f % {text}".encode())
    form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 50, 50])
    form.Resources = Dictionary(Font=fonts)
    return form


def annotated(flags: int, *, drawn: bool = True, kind: Name = Name.Stamp) -> bytes:
    def change(document: Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=kind, Rect=[300, 300, 350, 350], F=flags, Contents="nota")
        if drawn:
            note.AP = Dictionary(N=appearance(document, "carimbo"))
        document.pages[0].obj.Annots = Array([document.make_indirect(note)])

    return changed(change)


def test_an_annotation_that_prints_becomes_part_of_the_page(tmp_path: Path) -> None:
    ready = prepared(annotated(4))
    assert ready.avisos == ()
    image = seen(ready.pdf, tmp_path, "after")
    assert image.getpixel((int(325 / 72 * 50), image.height - int(325 / 72 * 50))) == 0


def test_an_annotation_that_does_not_print_is_left_out_with_a_notice(tmp_path: Path) -> None:
    ready = prepared(annotated(0))
    assert "Stamp" in ready.avisos[0].mensagem
    image = seen(ready.pdf, tmp_path, "after")
    assert image.getpixel((int(325 / 72 * 50), image.height - int(325 / 72 * 50))) == 255


def test_an_annotation_with_text_but_no_picture_is_refused() -> None:
    assert "não desenhada" in reason(annotated(4, drawn=False, kind=Name.FreeText))


def signed(document: Pdf) -> None:
    signature = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3], Contents=b"\0\0")
    field = Dictionary(FT=Name.Sig, T="Assinatura", V=document.make_indirect(signature))
    document.Root.AcroForm = Dictionary(SigFlags=3, Fields=[document.make_indirect(field)])


def bare_font(document: Pdf) -> None:
    document.pages[0].obj.Resources.Font["/Nua"] = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica
    )
    contents(document, b"", b" BT /Nua 9 Tf (texto) Tj ET")


def layers_off(document: Pdf) -> None:
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name="Oculta"))
    document.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))
    document.pages[0].obj.Resources.Properties = Dictionary({"/Oculta": layer})
    contents(document, b"/OC /Oculta BDC ", b" EMC")


def undrawn_form(document: Pdf) -> None:
    field = document.make_indirect(Dictionary(FT=Name.Tx, T="Nome", V="Maria"))
    document.Root.AcroForm = Dictionary(NeedAppearances=True, Fields=[field])


def external(document: Pdf) -> None:
    image = document.make_stream(b"", Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, F="/etc/passwd")
    document.pages[0].obj.Resources.XObject = Dictionary(X=image)
    contents(document, b"", b" /X Do")


def post_script(document: Pdf) -> None:
    document.pages[0].obj.Resources.XObject = Dictionary(
        X=document.make_stream(b"showpage", Type=Name.XObject, Subtype=Name.PS)
    )
    contents(document, b"", b" /X Do")


def wrong_types(document: Pdf) -> None:
    document.pages[0].obj.UserUnit = Name.Dois


def broken_content(document: Pdf) -> None:
    stream = document.make_stream(b"")
    stream.write(b"not deflated at all", filter=Name.FlateDecode)
    document.pages[0].obj.Contents = stream


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (signed, "assinado"),
        (bare_font, "Helvetica"),
        (layers_off, "camadas"),
        (undrawn_form, "formulário"),
        (external, "outro arquivo"),
        (post_script, "PostScript"),
        (turn(45), "rotação"),
        (wrong_types, "estrutura inválida"),
        (broken_content, "corrompido"),
    ],
)
def test_what_cannot_be_stamped_safely_is_refused_with_its_reason(change: Change, word: str) -> None:
    assert word in reason(changed(change))


@pytest.mark.parametrize("user", ["", "senha"])
def test_an_encrypted_pdf_is_refused(user: str) -> None:
    encrypted = changed(lambda document: None, encryption=pikepdf.Encryption(owner="dono", user=user))
    assert "cifrado" in reason(encrypted)


@pytest.mark.parametrize(("width", "height"), [(210, 297), (WIDTH + 1.2, HEIGHT), (WIDTH, HEIGHT - 1.2)])
def test_p1_a_page_of_another_size_is_refused_with_both(width: float, height: float) -> None:
    detail = reason(made(width, height))
    assert "216 × 305 mm" in detail
    assert f"{width:.1f} × {height:.1f} mm" in detail


def test_p1_within_a_millimetre_is_the_same_size() -> None:
    assert prepared(made(WIDTH + 0.8, HEIGHT - 0.8)).paginas == 1


def test_broken_files_are_refused() -> None:
    whole = made()
    assert "corrompido" in reason(whole[: len(whole) // 2])
    assert "não é um PDF" in reason(b"MZ" + whole)
    with pytest.raises(Recusa, match="base64"):
        prepare_pdf("não é base64", WIDTH, HEIGHT)
    with pytest.raises(Recusa, match="base64"):
        prepare_pdf(base64.b64encode(whole).decode()[:-3], WIDTH, HEIGHT)


def test_line_breaks_in_base64_are_taken() -> None:
    assert prepare_pdf(base64.encodebytes(made()).decode(), WIDTH, HEIGHT).paginas == 1


def test_over_16_mb_is_refused() -> None:
    assert "16 MB" in reason(made() + b"%" * prepare.MAX_BYTES)


def test_profile_of_a_pdf_a_stays() -> None:
    def change(document: Pdf) -> None:
        profile = document.make_stream(b"icc", N=3)
        intent = Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, DestOutputProfile=profile)
        document.Root.OutputIntents = Array([document.make_indirect(intent)])

    with Pdf.open(io.BytesIO(prepared(changed(change)).pdf)) as document:
        assert document.Root.OutputIntents[0].DestOutputProfile.read_bytes() == b"icc"


def test_any_damage_is_a_refusal_or_a_page_never_a_crash() -> None:
    plain = changed(lambda document: None, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    places = [found.start() for found in re.finditer(rb"/[A-Z]|\d+ \d R|obj", plain)]
    random = Random(20261120)
    outcomes = set()
    for _ in range(300):
        damaged = bytearray(plain)
        for _ in range(random.randint(1, 4)):
            at = random.choice(places)
            damaged[at : at + 3] = bytes(random.choice(b"/[<(0 9R~") for _ in range(3))
        try:
            prepared(bytes(damaged))
            outcomes.add("page")
        except Recusa as refusal:
            outcomes.add(refusal.word)
    assert outcomes <= {"page", "corpo-invalido"}
    assert "corpo-invalido" in outcomes
