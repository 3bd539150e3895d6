"""The stamp: draws on cached pages what differs between prints: seals and QR, numbers, folhas, copy, papers, marks.

No jobs and no business rules: it draws the given values at the positions of layout and format. The same input gives
the same bytes.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats import (
    POINTS_PER_MM,
    BlockValues,
    Faces,
    Format,
    PrintedField,
    QrPlace,
    compose,
    field_rectangle,
    fonts,
    named,
)
from printserver.rendering import pdf_fonts, qr
from printserver.rendering.canvas import Canvas, pt
from printserver.rendering.model import Box, Layout
from printserver.rendering.stylesheet import is_verso

PRODUCER = "printserver"
BLANK_SIDE = "EM BRANCO"
EDGE = 1.0
"""mm of a block without a frame at each side that stay as they are; its content begins further in."""
READABLE_PT = 5.0
"""Minimum size of a header's or footer's text that is reduced to fit its rectangle."""


class DamagedBase(Exception):
    """The cached pages differ from those that were laid out: the layout must be made again."""


class UnprintableText(ValueError):
    """A text that the stamp cannot draw legibly; `variaveis` are those of its field, empty for the seal block."""

    def __init__(self, message: str, variables: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.variaveis = variables


@dataclass(frozen=True, slots=True)
class Stamp:
    """The content that one print adds to its layout.

    `valores`: the seal block, None to leave its box empty (minuta). `faixas`: written across every page. `folhas`: each
    page's place in the livro, one a page of the layout. `papeis`: one number a sheet of this print. `paginas`: an
    extract, pages of the layout from 1 in order. `qr_riscado`: the marked copy (X9). `matricula`: that of the assento,
    as it is printed (C14).
    """

    valores: BlockValues | None = None
    faixas: tuple[str, ...] = ()
    folhas: tuple[str, ...] | None = None
    copia: str | None = None
    papeis: tuple[str, ...] = ()
    paginas: tuple[int, ...] | None = None
    qr_riscado: bool = False
    titulo: str = "Documento"
    lado_inicial: Literal["frente", "verso"] = "frente"
    faces: Faces = "frente"
    matricula: str | None = None


@dataclass(frozen=True, slots=True)
class PrintedSide:
    """One page of the printed file: its page of the layout (None: an empty side) and its sheet, from 0."""

    pagina: int | None
    sheet: int
    em_branco: bool = False


def page_sides(layout: Layout, page_format: Format, stamp_data: Stamp) -> tuple[PrintedSide, ...]:
    """Return the pages of the printed file in order (P2).

    In duplex, every page keeps its side of the sheet: an empty side precedes a page that begins on the back, and a
    remaining back shows EM BRANCO if the format has it and the document is sealed.
    """
    chosen = stamp_data.paginas if stamp_data.paginas is not None else tuple(range(1, layout.paginas + 1))
    if stamp_data.faces == "frente":
        return tuple(PrintedSide(page, sheet) for sheet, page in enumerate(chosen))
    sides: list[PrintedSide] = []
    for page in chosen:
        if is_verso(page, stamp_data.faces, stamp_data.lado_inicial) != (len(sides) % 2 == 1):
            sides.append(PrintedSide(None, len(sides) // 2))
        sides.append(PrintedSide(page, len(sides) // 2))
    leftover = (
        len(sides) % 2 == 1 and page_format.em_branco and stamp_data.valores is not None and stamp_data.paginas is None
    )
    if leftover:
        sides.append(PrintedSide(None, len(sides) // 2, em_branco=True))
    return tuple(sides)


def apply_stamp(layout: Layout, pdf: Path, page_format: Format, stamp_data: Stamp) -> bytes:
    """Return the finished PDF: the pages kept in `pdf` with `stamp_data` drawn on them.

    The result is PDF/A-2b if the layout is. The same input gives the same bytes. Raises `DamagedBase` if the file is
    not the one that was laid out, `ValueError` if the block does not fit its box or a text cannot be drawn.
    """
    if stamp_data.valores is not None and not layout.boxes and compose(page_format, stamp_data.valores).altura:
        raise ValueError("as páginas foram montadas sem lugar para o bloco do selo")
    base = pdf.read_bytes()
    if hashlib.sha256(base).hexdigest() != layout.sha256:
        raise DamagedBase(f"the kept pages of {layout.hash} are damaged")
    with pikepdf.open(BytesIO(base)) as document:
        originals = [page.obj for page in document.pages]
        sides = page_sides(layout, page_format, stamp_data)
        if any(side.pagina is None for side in sides) or stamp_data.paginas is not None:
            _arrange(document, originals, sides)
        for index, side in enumerate(sides):
            canvas = _draw(layout, page_format, stamp_data, side)
            if operators := canvas.operators():
                document.pages[index].obj.Contents.append(_make_stream(document, operators))
        _set_title(document, stamp_data.titulo, pdf_a=layout.pdf_a)
        output = BytesIO()
        mode = pikepdf.ObjectStreamMode.generate
        document.save(output, deterministic_id=True, object_stream_mode=mode, fix_metadata_version=False)
    return output.getvalue()


def dry_run_stamp(layout: Layout, page_format: Format, stamp_data: Stamp) -> None:
    """Draw the stamp and discard the result, to find errors before the seal is issued (S12).

    Codes and QR may be placeholders of the real size. Raises `UnprintableText`.
    """
    for side in page_sides(layout, page_format, stamp_data):
        for field, text, verso in _texts(layout, page_format, stamp_data, side):
            if missing := pdf_fonts.check(text):
                raise UnprintableText(
                    f"não se escreve o caractere {missing[0]!r} ({named(missing[0])})", field.variaveis
                )
            if _measure_field(page_format, field, text, verso)[0] < min(READABLE_PT, field.tamanho):
                available = f"{field.largura:g} mm".replace(".", ",")
                raise UnprintableText(
                    f"“{text[:40]}…” não cabe legível nos {available} do formato {page_format.nome}: encurte-o",
                    field.variaveis,
                )
        try:
            _draw(layout, page_format, stamp_data, side)
        except ValueError as error:
            raise UnprintableText(str(error)) from error


def _make_stream(document: Pdf, operators: bytes) -> pikepdf.Object:
    """Return a stream with fast compression: at the default level the QR alone costs as much as opening the file."""
    stream = document.make_stream(b"")
    stream.write(zlib.compress(operators, 1), filter=Name.FlateDecode)
    return stream


def _arrange(document: Pdf, originals: Sequence[pikepdf.Object], sides: tuple[PrintedSide, ...]) -> None:
    """Arrange the pages in the order of the print, with empty sides."""
    first = originals[0]
    new_pages = []
    for side in sides:
        if side.pagina is not None:
            new_pages.append(pikepdf.Page(originals[side.pagina - 1]))
            continue
        empty = Dictionary(
            Type=Name.Page,
            MediaBox=Array([float(side) for side in first.MediaBox]),
            Resources=Dictionary(Font=first.Resources.Font),
            Contents=Array(),
        )
        new_pages.append(pikepdf.Page(document.make_indirect(empty)))
    del document.pages[:]
    document.pages.extend(new_pages)


def _draw(layout: Layout, page_format: Format, stamp_data: Stamp, side: PrintedSide) -> Canvas:
    canvas = Canvas(page_format.pagina.altura)
    if side.em_branco:
        canvas.banner(BLANK_SIDE, page_format.pagina.largura, page_format.pagina.altura / 2, 20)
    if side.pagina is None:
        return canvas
    canvas.dashed([(t.x, t.x_end, t.y) for t in layout.dashes if t.pagina == side.pagina])
    for field, text, verso in _texts(layout, page_format, stamp_data, side):
        _draw_field(canvas, page_format, field, text, verso)
    _draw_banners(canvas, page_format, stamp_data.faixas)
    if stamp_data.valores is not None:
        for box in layout.boxes:
            if box.pagina == side.pagina:
                _draw_block(canvas, page_format, stamp_data, stamp_data.valores, box)
        for box in layout.codes:
            if box.pagina == side.pagina and stamp_data.valores.selos:
                _draw_code(canvas, stamp_data.valores, box)
    return canvas


def _texts(
    layout: Layout, page_format: Format, stamp_data: Stamp, side: PrintedSide
) -> Iterator[tuple[PrintedField, str, bool]]:
    """Yield the printed fields of a side, each with its text and whether the side is a back."""
    if side.pagina is None:
        return
    values = {
        "pagina": str(side.pagina),
        "paginas": str(layout.paginas),
        "folha": stamp_data.folhas[side.pagina - 1] if stamp_data.folhas else "",
        "copia": stamp_data.copia or "",
        "papel": stamp_data.papeis[side.sheet] if side.sheet < len(stamp_data.papeis) else "",
        "titulo": stamp_data.titulo,
        "matricula": stamp_data.matricula or "",
        "continua": _continues(layout, stamp_data, side.pagina),
    }
    verso = is_verso(side.pagina, stamp_data.faces, stamp_data.lado_inicial)
    of_image = side.pagina > layout.paginas - layout.imagens
    for field in page_format.image_fields if of_image else page_format.campos:
        if _is_on_page(field, side.pagina, layout.paginas) and all(values[name] for name in field.variaveis):
            yield field, field.texto.format_map(values), verso


def _continues(layout: Layout, stamp_data: Stamp, page: int) -> str:
    """Return what a page says of the one after it; nothing on the last (C14)."""
    if page == layout.paginas:
        return ""
    this, following = (is_verso(n, stamp_data.faces, stamp_data.lado_inicial) for n in (page, page + 1))
    return "Continua no verso" if following and not this else "Continua na folha seguinte"


def _is_on_page(field: PrintedField, page: int, paginas: int) -> bool:
    return {
        "todas": True,
        "primeira": page == 1,
        "demais": page > 1,
        "ultima": page == paginas,
    }[field.paginas]


def _measure_field(page_format: Format, field: PrintedField, text: str, verso: bool) -> tuple[float, float]:
    """Return size in points and width in mm of a field's text, reduced if it is wider than its rectangle."""
    available = field_rectangle(page_format, field, verso=verso).largura
    width = fonts.width(text, field.fonte, field.tamanho) / POINTS_PER_MM
    if width > available:
        return field.tamanho * available / width, available
    return field.tamanho, width


def _draw_field(canvas: Canvas, page_format: Format, field: PrintedField, text: str, verso: bool) -> None:
    rectangle = field_rectangle(page_format, field, verso=verso)
    size, width = _measure_field(page_format, field, text, verso)
    side = field.alinhamento
    if verso and page_format.margens.espelhadas:
        side = {"esquerda": "direita", "direita": "esquerda"}.get(side, side)  # type: ignore[assignment]
    x = rectangle.x + {"esquerda": 0.0, "centro": 0.5, "direita": 1.0}[side] * (rectangle.largura - width)
    canvas.text(x, rectangle.y + rectangle.altura * 0.8, field.fonte, size, text)


def _draw_banners(canvas: Canvas, page_format: Format, banners: tuple[str, ...]) -> None:
    """Write the marks across the page, each at least twice, so that a part of a cut sheet still shows one."""
    if not banners:
        return
    count = 3 if len(banners) == 1 else 2 * len(banners)
    page = page_format.pagina
    for number in range(count):
        y = page.altura * (number + 0.5) / count
        canvas.banner(banners[number % len(banners)], page.largura, y, 26)


def _draw_block(canvas: Canvas, page_format: Format, stamp_data: Stamp, values: BlockValues, box: Box) -> None:
    composed = compose(page_format, values)
    rotation = page_format.bloco.rotacao
    height = box.largura if rotation in (90, 270) else box.altura
    if composed.altura > height + 0.05:
        raise ValueError(
            f"o bloco do selo precisa de {composed.altura:.1f} mm de altura e a página reservou {height:.1f} mm"
        )
    block = page_format.bloco
    if rotation:
        inner = canvas.rotate(box.x, box.y, box.largura, box.altura, rotation)
        x = y = 0.0
    else:
        inner, x, y = canvas, box.x, box.y
    if block.moldura or block.onde != "fim":
        inner.rectangle(x, y, composed.largura, height, border=block.moldura)
    else:  # the lines of the table that it is in stay
        inner.rectangle(x + EDGE, y + EDGE, composed.largura - 2 * EDGE, height - 2 * EDGE, border=False)
    for text in composed.texts:
        inner.text(x + text.x, y + text.y, text.fonte, text.tamanho, text.texto)
    if composed.qr is not None and values.qr_url is not None:
        _qr(inner, page_format, values.qr_url, composed.qr, (x, y), struck=stamp_data.qr_riscado)
    if rotation:
        canvas.join(inner)


def _draw_code(canvas: Canvas, values: BlockValues, box: Box) -> None:
    """Write the code of the document's own seal, the principal ato's if there are several, as large as its box."""
    selo = next((each for each in values.selos if each.principal), values.selos[0])
    size = box.largura * POINTS_PER_MM / fonts.width(selo.codigo, "mono", 1)
    canvas.text(box.x, box.y + box.altura * 0.8, "mono", size, selo.codigo)


def _qr(
    canvas: Canvas, page_format: Format, url: str, place: QrPlace, origin: tuple[float, float], *, struck: bool
) -> None:
    level = page_format.bloco.nivel
    x, y = origin[0] + place.x, origin[1] + place.y
    matrix = qr.matrix(_without_content(url) if struck else url, level)
    x, y, side = qr.fit(len(matrix), place.lado, x, y)
    base = canvas.from_bottom(y + side)
    canvas.raw(f"q 1 0 0 1 {pt(x)} {pt(base)} cm ".encode() + qr.modules_path(matrix, side) + b" Q")
    if struck:
        canvas.strike_out(x, y, side)


def _without_content(url: str) -> str:
    """Return placeholder text of the length of `url`: a marked copy contains no seal's QR (X9)."""
    return ("SEM VALOR " * (len(url) // 10 + 1))[: len(url)]


def _set_title(document: Pdf, title: str, *, pdf_a: bool) -> None:
    """Write title and language into the document information and XMP, without dates, which would change the bytes.

    The XMP is fixed text: a lost PDF is stamped again and must match its `pdf_sha256`.
    """
    document.docinfo[Name.Title] = pikepdf.String(title)
    document.docinfo[Name.Producer] = pikepdf.String(PRODUCER)
    document.Root.Lang = pikepdf.String("pt-BR")
    document.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    conformance = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" if pdf_a else ""
    xmp = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f"{conformance}<pdf:Producer>{PRODUCER}</pdf:Producer>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        "<dc:language><rdf:Bag><rdf:li>pt-BR</rdf:li></rdf:Bag></dc:language>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    stream = document.make_stream(xmp.encode())
    stream.Type, stream.Subtype = Name.Metadata, Name.XML
    document.Root.Metadata = stream
