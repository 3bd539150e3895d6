"""Form fields and annotations of a PDF body: what a viewer shows of them is printed, or the body is refused (P2a)."""

import pytest
from pdfs import BAR, FORM, Objects, assemble, darkest, pages, prepared, reason, stream

LOOK = stream(b"0 g 0 0 200 20 re f", FORM.replace(b"700 900", b"200 20"))
EMPTY = stream(b"/Tx BMC EMC", FORM.replace(b"700 900", b"200 20"))
RECT = b"/Rect [90 400 290 420] "
FIELD_BOX = (92, 402, 288, 418)
TEXT = b"/Subtype /Widget /FT /Tx /T (preco) /V (R$ 100.000,00) "
BOX = b"/Subtype /Widget /FT /Btn /T (casado) "
DRAWN = b"/AP << /N 31 0 R >> "
STATES = b"/AP << /N << /Sim 31 0 R >> >> "
NOT_DRAWN, SCREEN, PAPER = "não desenhada", "só aparece na tela", "só aparece impressa"


def annotated(annotation: bytes, *, catalog: bytes = b"", look: bytes = LOOK, more: Objects | None = None) -> bytes:
    """Return a page with one annotation (object 30) and its picture (31)."""
    dictionary = b"<< /Type /Annot %s%s >>" % (b"" if b"/Rect" in annotation else RECT, annotation)
    objects = {30: dictionary, 31: look, **(more or {})}
    return assemble(pages(page=b"/Resources << >> /Annots [30 0 R] ", catalog=catalog, more=objects))


FORM_OF = b"/AcroForm << /Fields [30 0 R] >>"
PARENT = {32: b"<< /FT /Tx /V (R$ 100.000,00) /Kids [30 0 R] >>"}
PARENT_BOX = {32: b"<< /FT /Btn /V /Sim /Kids [30 0 R] >>"}


@pytest.mark.parametrize(
    ("annotation", "more"),
    [
        pytest.param(TEXT + b"/F 4 " + DRAWN, {}, id="text"),
        pytest.param(b"/Subtype /Widget /Parent 32 0 R /F 4 " + DRAWN, PARENT, id="value of the parent"),
        pytest.param(BOX + b"/V /Sim /AS /Sim /F 4 " + STATES, {}, id="box"),
        pytest.param(BOX + b"/AS /Sim /F 4 " + STATES, {}, id="box without value"),
        pytest.param(b"/Subtype /Widget /Parent 32 0 R /AS /Sim /F 4 " + STATES, PARENT_BOX, id="box of a parent"),
        pytest.param(b"/Subtype /Widget /FT /Ch /V (Solteiro) /F 4 " + DRAWN, {}, id="choice"),
        pytest.param(b"/Subtype /Widget /FT /Btn /Ff 65536 /F 4 " + DRAWN, {}, id="button"),
        pytest.param(b"/Subtype /Widget /FT /Sig /F 4 " + DRAWN, {}, id="place to sign"),
        pytest.param(b"/Subtype /Stamp /F 4 " + DRAWN, {}, id="stamp"),
        pytest.param(b"/Subtype /FreeText /F 4 /Contents (nota) " + DRAWN, {}, id="text on the page"),
        pytest.param(b"/Subtype /Stamp /F 4 /AS /Sim " + STATES, {}, id="stamp with a state"),
    ],
)
@pytest.mark.parametrize("catalog", [b"", FORM_OF, b"/AcroForm << >>"], ids=["no form", "in the form", "orphan"])
def test_p2a_a_picture_that_prints_is_on_the_page(annotation: bytes, more: Objects, catalog: bytes) -> None:
    ready = prepared(annotated(annotation, catalog=catalog, more=more))
    assert darkest(ready.pdf, FIELD_BOX) == 0
    assert darkest(ready.pdf) == 0
    assert ready.avisos == ()


@pytest.mark.parametrize(
    ("annotation", "more", "why"),
    [
        pytest.param(TEXT + b"/F 4", {}, NOT_DRAWN, id="text"),
        pytest.param(b"/Subtype /Widget /Parent 32 0 R /F 4", PARENT, NOT_DRAWN, id="value of the parent"),
        pytest.param(b"/Subtype /Widget /Parent 32 0 R /F 4", PARENT_BOX, NOT_DRAWN, id="box of a parent"),
        pytest.param(BOX + b"/AS /Sim /F 4", {}, NOT_DRAWN, id="box"),
        pytest.param(b"/Subtype /Widget /FT /Ch /V [(Casado)] /F 4", {}, NOT_DRAWN, id="choice"),
        pytest.param(b"/Subtype /StrikeOut /F 4 /QuadPoints [1 2 3 4 5 6 7 8]", {}, NOT_DRAWN, id="struck text"),
        pytest.param(b"/Subtype /Line /F 4 /L [1 2 3 4]", {}, NOT_DRAWN, id="line"),
        pytest.param(TEXT + DRAWN, {}, SCREEN, id="text on the screen"),
        pytest.param(TEXT + b"/F 36 " + DRAWN, {}, PAPER, id="text on paper"),
        pytest.param(b"/Subtype /FreeText " + DRAWN, {}, SCREEN, id="note on the screen"),
        pytest.param(b"/Subtype /Stamp /F 36 " + DRAWN, {}, PAPER, id="stamp on paper"),
        pytest.param(BOX + b"/AS /Nao /F 4 " + STATES, {}, "num estado", id="state without picture"),
        pytest.param(BOX + b"/V /Sim /F 4 " + STATES, {}, "num estado", id="no state"),
        pytest.param(BOX + b"/V /Sim /AS /Off /F 4 " + STATES, {}, "num estado", id="state against the value"),
        pytest.param(
            b"/Subtype /Widget /Parent 32 0 R /AS /Off /F 4 " + STATES,
            PARENT_BOX,
            "num estado",
            id="against the parent",
        ),
        pytest.param(TEXT + b"/F 4 /AP << /N 77 0 R >>", {}, "não está no arquivo", id="picture missing"),
        pytest.param(TEXT + b"/F 4 /AP << /N (nada) >>", {}, "não pôde ser lida", id="picture that is none"),
        pytest.param(TEXT + b"/F 4 /Rect [0 0] " + DRAWN, {}, "inválida", id="no place"),
        pytest.param(b"/Subtype /Link /F 4", {}, "moldura", id="frame of a link"),
    ],
)
def test_p2a_what_would_be_lost_is_refused(annotation: bytes, more: Objects, why: str) -> None:
    detail = reason(annotated(annotation, more=more))
    assert why in detail
    assert "ágina 1" in detail


def test_p2a_a_filled_field_whose_picture_is_empty_is_refused() -> None:
    assert "figura vazia" in reason(annotated(TEXT + b"/F 4 " + DRAWN, look=EMPTY))
    assert prepared(annotated(TEXT.replace(b"R$ 100.000,00", b"") + b"/F 4 " + DRAWN, look=EMPTY)).paginas == 1


@pytest.mark.parametrize(
    ("annotation", "notices"),
    [
        (TEXT + b"/F 2 " + DRAWN, 0),
        (TEXT + b"/F 32 " + DRAWN, 0),
        (BOX + b"/V /Off /AS /Off /F 4 " + STATES, 0),
        (BOX + b"/F 4 " + STATES, 0),
        (b"/Subtype /Popup /F 4", 0),
        (b"/Subtype /Link /Border [0 0 0] /F 4", 0),
        (b"/Subtype /Link /BS << /W 0 >> /F 4", 0),
        (b"/Subtype /Link /BS << /W 2 >>", 1),
        (b"/Subtype /Stamp " + DRAWN, 1),
        (b"/Subtype /Widget /FT /Tx /F 4", 1),
        (b"/Subtype /FileAttachment /F 4", 1),
        (TEXT + b"/F 4 /Rect [90 400 90 400] " + DRAWN, 0),
    ],
)
def test_p2a_what_no_viewer_prints_is_left_out(annotation: bytes, notices: int) -> None:
    ready = prepared(annotated(annotation))
    assert darkest(ready.pdf, FIELD_BOX) == 255
    assert len(ready.avisos) == notices


@pytest.mark.parametrize(
    "form",
    [
        b"<< /NeedAppearances true >>",
        b"<< /NeedAppearances true /Fields [] >>",
        b"<< /NeedAppearances true /Fields [30 0 R] >>",
        b"<< /NeedAppearances 34 0 R >>",
        b"33 0 R",
    ],
)
@pytest.mark.parametrize("annotation", [TEXT, b"/Subtype /Widget /Parent 32 0 R "], ids=["own", "inherited"])
def test_p2a_fields_that_a_viewer_draws_anew_are_refused(form: bytes, annotation: bytes) -> None:
    more = {**PARENT, 33: b"<< /NeedAppearances 34 0 R >>", 34: b"true"}
    pdf = annotated(annotation + b"/F 4 " + DRAWN, catalog=b"/AcroForm " + form, more=more)
    assert "Achate o formulário" in reason(pdf)


def test_p2a_a_form_without_fields_changes_nothing() -> None:
    assert darkest(prepared(assemble(pages(catalog=b"/AcroForm << /NeedAppearances true >>"))).pdf) == 0


SIGNATURE = b"<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> >>"


@pytest.mark.parametrize(
    ("catalog", "annotation", "more"),
    [
        (FORM_OF, b"/Subtype /Widget /FT /Sig /F 4 /V " + SIGNATURE, {}),
        (FORM_OF, b"/Subtype /Widget /FT /Sig /F 4 /V 32 0 R", {32: SIGNATURE}),
        (b"", b"/Subtype /Widget /FT /Sig /F 2 /V " + SIGNATURE, {}),
        (b"", b"/Subtype /Widget /Parent 32 0 R /F 4", {32: b"<< /FT /Sig /V %s >>" % SIGNATURE}),
        (b"/AcroForm << /Fields [<< /FT /Sig /V %s >>] >>" % SIGNATURE, b"/Subtype /Popup", {}),
        (b"/AcroForm << /Fields [<< /Kids [<< /V %s >>] >>] >>" % SIGNATURE, b"/Subtype /Popup", {}),
        (b"/AcroForm << /Fields [<< /FT /Sig /V << /SubFilter /x >> >>] >>", b"/Subtype /Popup", {}),
        (b"/Perms << /DocMDP %s >>" % SIGNATURE, b"/Subtype /Popup", {}),
    ],
    ids=["direct", "reference", "hidden", "inherited", "direct field", "direct kid", "by its field", "permissions"],
)
def test_p2a_a_signed_pdf_is_refused_wherever_its_signature_is(
    catalog: bytes, annotation: bytes, more: Objects
) -> None:
    assert "assinado" in reason(annotated(annotation, catalog=catalog, more=more))


def test_p2a_an_unbalanced_page_does_not_move_its_fields() -> None:
    field = {30: b"<< /Type /Annot %s%s/F 4 %s>>" % (RECT, TEXT, DRAWN), 31: LOOK}
    for content in (b"Q 2 0 0 2 50 50 cm " + BAR, b"q q q 2 0 0 2 50 50 cm "):
        ready = prepared(assemble(pages(content=content, page=b"/Resources << >> /Annots [30 0 R] ", more=field)))
        assert darkest(ready.pdf, FIELD_BOX) == 0
