"""Make one layout in a pool process: body and data → HTML → pages with an empty box → cached file.

The input may be hostile, so this module runs under the pool's limits. Each process keeps two things between layouts:
one font configuration (a new one per layout would leak) and the parsed style sheets.
"""

import functools
import gc
import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element

import weasyprint
from markupsafe import Markup
from weasyprint.html import UA, UA_COUNTER_STYLE
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

import printserver
from printserver.errors import ConfigError, Recusa
from printserver.formats import block_place, complete, fonts, templates
from printserver.rendering import base_pdf, cache, narrow, page_images, rtf_lines, rtf_pages, whole_paragraphs
from printserver.rendering.body.body import prepare_body
from printserver.rendering.body.characters import (
    BodyNotice,
    Notices,
    printable_characters,
    refuse,
)
from printserver.rendering.body.image_place import check_images, image_room
from printserver.rendering.completeness import check_clear, check_whole
from printserver.rendering.drawn import Drawing, read_pages
from printserver.rendering.keep_together import check_together, find_early_end, loneliness
from printserver.rendering.model import (
    Box,
    Layout,
    LayoutTask,
    from_json,
    to_json,
)
from printserver.rendering.pdf_body.prepare import prepare_pdf
from printserver.rendering.placement import Measures, boxes_on_pdf, measure_pages, new_anchor
from printserver.rendering.rtf_body import BASE_CSS
from printserver.rendering.stylesheet import css, fonts_css, is_verso
from printserver.rendering.text_drawing import TextPage, operators

_BOX_TAG: Final = re.compile(r'(<(?:div|span) id=")' + rtf_pages.BLOCK_ID + '"')
"""The box's tag, with a fixed name in place of the random one while the HTML is hashed. Body text cannot be a tag."""

Styles = tuple[str, ...]
"""Style sheets. The rules of later ones win. Each is parsed once in a process."""

_SAMPLE: Final = "<h1>AVAÍ VO To.</h1>" + 3 * (
    "<p>Saibam quantos este público instrumento virem, aos 12/10, <b>às 9:30, </b><i>em “To” </i>– a saber – de Pinhais"
    "<b> <i>VAT nº&nbsp;7</i> a saber,</b> no valor de R$&nbsp;1.250,00, que to<u>dos</u> <b>leem</b> e assinam.</p>"
)

_MAX_LAYOUTS: Final = 5
_SLACK_MM: Final = 0.3
"""Between the line that moves to the next page and the page's end: less than a line, more than rounding errors."""


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Loads only the vendored fonts and PNG and JPEG data URLs. No network."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) or url in _font_files():
            return super().fetch(url, headers)
        raise ValueError("this address is not fetched")


@functools.cache
def _fetcher() -> _Fetcher:
    return _Fetcher()


@functools.cache
def _font_files() -> frozenset[str]:
    return frozenset(file.as_uri() for file in fonts.PASTA.glob("*.ttf"))


@functools.cache
def configuration() -> FontConfiguration:
    """Return this process's one font configuration, with the vendored fonts in it. Not for threads."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # otherwise it logs each unknown CSS property
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # otherwise it logs an odd date in Carlito at each use
    configuration = FontConfiguration()
    weasyprint.CSS(string=fonts_css(), font_config=configuration, url_fetcher=_fetcher())
    return configuration


@functools.lru_cache(maxsize=64)
def _stylesheet(text: str) -> weasyprint.CSS:
    return _parse_sheet(text)


@functools.lru_cache(maxsize=64)
def _own_stylesheet(text: str) -> weasyprint.CSS:
    """Return the sheet of an RTF: the prints of a model with other values mostly have the same.

    It has its own cache: a text printed once must not evict the sheet of a format.
    """
    return _parse_sheet(text)


def _parse_sheet(text: str) -> weasyprint.CSS:
    return weasyprint.CSS(string=text, font_config=configuration(), url_fetcher=_fetcher())


@functools.cache
def _versions() -> str:
    """Return the versions of programs and fonts, which affect every layout."""
    names = ("weasyprint", "pydyf", "pikepdf", "fonttools", "pypdfium2", "pillow")
    return "|".join((printserver.__version__, *(version(name) for name in names), fonts.fingerprint()))


def prepare() -> None:
    """Do the part of `warm_up` without Pango, whose thread a fork would lose: forked processes share it."""
    _versions()
    printable_characters()
    base_pdf.warm_up()
    _text_alone()


def warm_up() -> None:
    """Prepare a new process: load the libraries and fonts and make a first layout (half a second)."""
    prepare()
    _stylesheet("html { font-family: PsSerifa }")
    draws_text()
    gc.collect()
    gc.freeze()  # fonts and style sheets stay: no later collection walks through them


@functools.cache
def draws_text() -> bool:
    """Return whether `text_drawing` draws as WeasyPrint does with the Pango of this machine. Makes a first layout."""
    style = "@page { size: 60mm 90mm } html { font-family: PsSerifa; text-align: justify } h1 { font-size: 9pt }"
    document = _pages(parse(_SAMPLE, style), (style,))
    by_weasyprint = document.write_pdf(pdf_variant="pdf/a-2b", uncompressed_pdf=True)
    document.pages = [TextPage(page) for page in document.pages]
    made = document.write_pdf(pdf_variant="pdf/a-2b", uncompressed_pdf=True)
    assert isinstance(made, bytes) and isinstance(by_weasyprint, bytes)
    if operators(made) == operators(by_weasyprint):
        return True
    logging.getLogger(__name__).warning("WeasyPrint draws text in another way than known: it draws all text itself")
    return False


def make_report(html: str, stylesheet: str) -> bytes:
    """Return the pages of a whole HTML document of this program's own as PDF/A-2b: no body, no seal, nothing kept."""
    pdf = _pages(parse(html, stylesheet), (stylesheet,)).write_pdf(pdf_variant="pdf/a-2b")
    assert isinstance(pdf, bytes)
    return pdf


def make_layout(task: LayoutTask) -> Layout:
    """Return the layout of `task` from the cache, or make it. Raises `Recusa` as `Render.layout` does."""
    if task.corpo[0] == "pdf":
        return _assemble_pdf(task)
    if task.corpo[0] == "imagens":
        return _assemble_images(task)
    if task.corpo[0] == "rtf":
        return _assemble_rtf(task)
    page_format = task.formato
    kind, content = task.corpo
    room = image_room(task)
    body = prepare_body("html" if kind == "html" else "texto", content, task.mark_values, room)
    if content and body.vazio:  # a ficha has no body
        raise refuse("O texto está vazio: nada dele aparece no papel. Envie o texto do documento.")
    html = _fill(task, body.html)
    stylesheet = css(page_format, task.faces, task.lado_inicial)
    hash = _hash("html", page_format.versao, html, stylesheet, task.lado_inicial, task.faces, task.bloco)
    return _find_kept(task, hash, body.avisos) or _assemble_html(task, hash, html, (stylesheet,), body.avisos)


def _assemble_rtf(task: LayoutTask) -> Layout:
    """Return the layout of an RTF, whose lines are broken already."""
    page_format = task.formato
    body = rtf_pages.prepare(task)
    html = _fill(task, body.html, rtf=body)
    styles = (css(page_format, task.faces, task.lado_inicial), BASE_CSS)
    hash = _hash("rtf", page_format.versao, html, (*styles, body.css), task.lado_inicial, task.faces, task.bloco)
    if found := _find_kept(task, hash, body.notices):
        return found
    made = _text_pages(task, html, styles, own=(body.css,), block_follows=not body.has_qr)
    return _keep(task, hash, made.pdf, made.count, made.measures, body.notices, made.notices, pdf_a=True)


def _fill(task: LayoutTask, body: str, rtf: rtf_pages.RtfBody | None = None) -> str:
    page_format = task.formato
    data = {
        **complete(task.dados),
        "corpo": Markup(body),  # noqa: S704 - prepare_body keeps only the allowed tags
        "imprime": page_format.imprime,
        "bloco": Markup(_empty_box(task, rtf)),  # noqa: S704 - built by this module
    }
    try:
        return templates.fill(page_format.modelos, page_format.template, data)
    except ValueError as error:
        raise ConfigError(f"{page_format.nome}.toml: {error}") from error


@dataclass(frozen=True, slots=True)
class _TextPages:
    """Laid-out pages of a text: their PDF, and what a layout keeps of them."""

    pdf: bytes
    count: int
    measures: Measures
    notices: tuple[BodyNotice, ...]


def _assemble_html(task: LayoutTask, hash: str, html: str, styles: Styles, notices: tuple[BodyNotice, ...]) -> Layout:
    made = _text_pages(task, html, styles)
    return _keep(task, hash, made.pdf, made.count, made.measures, notices, made.notices, pdf_a=True)


def _text_pages(
    task: LayoutTask, html: str, styles: Styles, *, own: Styles = (), block_follows: bool = True
) -> _TextPages:
    """Return the pages of a text. `own`: style sheets of this text.

    `block_follows`: the seal's box is after the text, not at a place in it (N7).
    """
    page_format = task.formato
    anchor = new_anchor()
    if task.bloco[1] and page_format.bloco.onde == "fim" and len(_BOX_TAG.findall(html)) != 1:
        raise ConfigError(
            f"{page_format.nome}.toml: o modelo {page_format.template} não escreve {{{{ bloco }}}} uma vez só"
        )
    from_pages = Notices()
    html = _BOX_TAG.sub(rf'\g<1>{anchor}"', html)
    source = _Source(
        parse(html, *styles),
        anchor if block_follows else None,
        task.corpo[0] == "rtf",
        tuple(map(_own_stylesheet, own)),
    )
    document, drawing = _draw(source, styles, page_format.pagina.altura, from_pages)
    page_count = len(document.pages)
    measures = measure_pages(document.pages, drawing, task, anchor)
    check_clear(drawing, measures.boxes)
    check_images(document.pages, task, from_pages)
    for page in document.pages:
        page.anchors.clear()  # otherwise the box's name would be written into the file
    if draws_text():
        document.pages = [TextPage(page) for page in document.pages]
    base = document.write_pdf(pdf_variant="pdf/a-2b", uncompressed_pdf=True)  # base_pdf compresses it faster
    assert isinstance(base, bytes)
    return _TextPages(base, page_count, measures, from_pages.all())


def _assemble_images(task: LayoutTask) -> Layout:
    """Return the layout of page images (C16): what certifies them, then a sheet for each."""
    page_format, faces, side = task.formato, task.faces, task.lado_inicial
    stylesheet = css(page_format, faces, side)
    hash = _hash("imagens", page_format.versao, task.dados, task.corpo[1], stylesheet, side, faces, task.bloco)
    if found := _find_kept(task, hash, None):
        return found
    images = page_images.prepare(task.corpo[1], page_format)
    on_back = is_verso(2, faces, side)
    for text in page_images.certifying_texts(images.paginas, on_back=on_back):
        made = _text_pages(task, _fill(task, f"<p>{text}</p>"), (stylesheet,))
        if made.count == 1:
            break
    pdf = page_images.append(made.pdf, images, page_format)
    count = made.count + images.paginas
    notices = (*images.avisos, *made.notices)
    return _keep(task, hash, pdf, count, made.measures, notices, pdf_a=True, images=images.paginas)


def _assemble_pdf(task: LayoutTask) -> Layout:
    """Return the layout of a finished PDF: pages unchanged, box at the format's place or the last page's free end."""
    page_format = task.formato
    page = page_format.pagina
    hash = _hash("pdf", page_format.versao, task.corpo[1], task.lado_inicial, task.faces, task.bloco)
    if found := _find_kept(task, hash, None):
        return found
    prepared = prepare_pdf(task.corpo[1], page.largura, page.altura)
    boxes: tuple[Box, ...] = ()
    if task.bloco[1]:
        boxes = boxes_on_pdf(prepared.pdf, prepared.paginas, task)
    return _keep(task, hash, prepared.pdf, prepared.paginas, Measures(boxes), prepared.avisos, pdf_a=False)


def _find_kept(task: LayoutTask, hash: str, notices: tuple[BodyNotice, ...] | None) -> Layout | None:
    layout = from_json(cache.read(Path(task.pasta), hash))
    # bodies that differ only in dropped formatting share pages, not avisos
    return layout if layout is None or notices is None else replace(layout, avisos=(*notices, *layout.from_pages))


def _keep(
    task: LayoutTask,
    hash: str,
    pdf: bytes,
    page_count: int,
    measures: Measures,
    notices: tuple[BodyNotice, ...],
    from_pages: tuple[BodyNotice, ...] = (),
    *,
    pdf_a: bool,
    images: int = 0,
) -> Layout:
    prepared = base_pdf.prepare(pdf, task.formato)
    digest = hashlib.sha256(prepared).hexdigest()
    layout = Layout(
        hash=hash,
        paginas=page_count,
        boxes=measures.boxes,
        dashes=measures.dashes,
        avisos=(*notices, *from_pages),
        sha256=digest,
        pdf_a=pdf_a,
        from_pages=from_pages,
        imagens=images,
        codes=measures.codes,
    )
    cache.save(
        Path(task.pasta), hash, prepared, to_json(layout, task.formato.model_dump(mode="json", exclude={"modelos"}))
    )
    return layout


@dataclass(frozen=True, slots=True)
class _Source:
    """HTML to lay out; `broken`: its lines are broken, and nothing is moved in them.

    `anchor`: the name of the seal's box, None if it does not follow the text. `own`: style sheets of this text.
    """

    html: weasyprint.HTML
    anchor: str | None
    broken: bool
    own: tuple[weasyprint.CSS, ...]


def _draw(source: _Source, styles: Styles, height: float, notices: Notices) -> tuple[weasyprint.Document, Drawing]:
    """Return the pages of `source`, each `height` mm high, and their drawing.

    The whole text is drawn (P2a) and the keep-together rules hold (P3). Signatures and seal share one page; if no page
    can hold them with lines of the text, the seal goes on the next page with the last signatures.
    """
    made = _lay_out_first(source, styles, notices)
    try:
        return _lay_out(source, height, styles, made)
    except Recusa:
        styles = (*styles, ".fecho { break-inside: auto }")
        return _lay_out(source, height, styles, _draw_once(source, styles))


def _draw_once(source: _Source, styles: Styles, *more: weasyprint.CSS) -> tuple[weasyprint.Document, Drawing]:
    document = _pages(source.html, styles, *source.own, *more)
    return document, read_pages(document.pages, source.anchor, cells_bound=not source.broken)


def _lay_out_first(source: _Source, styles: Styles, notices: Notices) -> tuple[weasyprint.Document, Drawing]:
    """Return a first layout of `source`; changes its HTML where its text overflows (`narrow`)."""
    document, drawing = _draw_once(source, styles)
    for step in () if source.broken else narrow.steps():
        if step(_body(source.html), drawing, notices):
            document, drawing = _draw_once(source, styles)
    return document, drawing


def _body(source: weasyprint.HTML) -> Element:
    body: Element = source.etree_element.find("body")
    return body


def _lay_out(
    source: _Source, height: float, styles: Styles, made: tuple[weasyprint.Document, Drawing]
) -> tuple[weasyprint.Document, Drawing]:
    """Repeat the layout until the keep-together rules hold: each violation makes the page before end higher.

    Most texts need only the layout `made`. If every layout violates the rules, return the best complete one.
    """
    layouts = [made]
    ends: dict[int, float] = {}
    while len(layouts) < _MAX_LAYOUTS and (end := find_early_end(layouts[-1][1])) is not None:
        ends[end.page] = end.y + _SLACK_MM
        layouts.append(_draw_once(source, styles, *(_end_page(page, height - y) for page, y in ends.items())))
    refusals = []
    for document, drawing in sorted(layouts, key=lambda made: (loneliness(made[1]), len(made[1].areas))):
        try:
            check_whole(_body(source.html), drawing)
        except Recusa as refusal:
            refusals.append(refusal)
            continue
        check_together(drawing)
        return document, drawing
    raise refusals[0]


def _end_page(page: int, margin: float) -> weasyprint.CSS:
    return weasyprint.CSS(string=f"@page :nth({page}) {{ margin-bottom: {margin:.2f}mm !important }}")


_BESIDE_THE_TEXT: Final = re.compile("footnote|note-(?:area|call|marker)|@(?:top|right|bottom|left)-")


class _Html(weasyprint.HTML):  # type: ignore[misc]
    """HTML without footnotes and margin boxes, under WeasyPrint's own style sheet without its rules for them.

    Those give each element five pseudo-elements and each page eighteen, each with a style to compute: a seventh of the
    time of a layout.
    """

    def _ua_stylesheets(self, forms: bool = False) -> list[weasyprint.CSS]:  # noqa: ARG002
        return [_text_alone()]


@functools.cache
def _text_alone() -> weasyprint.CSS:
    kept = re.sub(r"^::(?:footnote|note)-[^{]*\{[^}]*\}$", "", UA, flags=re.M)
    kept = re.sub(r"^ +@[a-z-]+ +\{[^}]*\}$", "", kept, flags=re.M)
    kept = re.sub(r"^::marker(?= \{)", "li::marker", kept, flags=re.M)
    return weasyprint.CSS(string=kept, counter_style=UA_COUNTER_STYLE)


def parse(html: str, *styles: str) -> weasyprint.HTML:
    """Parse HTML to lay out; `styles`: its style sheets."""
    kind = weasyprint.HTML if any(map(_BESIDE_THE_TEXT.search, (html, *styles))) else _Html
    return kind(string=html, url_fetcher=_fetcher(), base_url=None)


def _pages(html: weasyprint.HTML, styles: Styles, *more: weasyprint.CSS) -> weasyprint.Document:
    def render(further: Sequence[weasyprint.CSS]) -> weasyprint.Document:
        return html.render(
            font_config=configuration(),
            stylesheets=[*map(_stylesheet, styles), *more, *further],
            pdf_variant="pdf/a-2b",
            presentational_hints=True,  # otherwise lists lose their numbers (`start`, `type`, `value`)
        )

    document = whole_paragraphs.lay_out(html, styles, render)
    rtf_lines.fill(document.pages)
    return document


def _empty_box(task: LayoutTask, rtf: rtf_pages.RtfBody | None) -> str:
    """Return what keeps the block's place in the text: its box, or what the text of the first page goes around.

    The lines of an RTF do not go around it: they begin below it. A place of its own in the text needs no other.
    """
    width, height = task.bloco
    block = task.formato.bloco
    if rtf is not None and rtf.has_qr:
        return ""
    if rtf is not None and block.no_texto and height:
        return f'<div class="antes-do-texto" style="height:{block_place(task.formato)[1] + 2:.1f}mm"></div>'
    if block.no_texto and height:
        width, height, corner = block_place(task.formato)
        if width >= task.formato.texto.largura - 0.01:
            return f'<div style="height:{height + 2:.1f}mm"></div>'
        side, other = ("left", "right") if corner.endswith("esquerdo") else ("right", "left")
        gap = f"padding-bottom:2mm;padding-{other}:3mm"
        return f'<div style="float:{side};width:{width:.1f}mm;height:{height:.1f}mm;{gap}"></div>'
    if block.onde != "fim" or height == 0:
        return ""
    return f'<div id="{rtf_pages.BLOCK_ID}" style="width:{width:.1f}mm;height:{height:.1f}mm"></div>'


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps([_versions(), *parts], default=str).encode()).hexdigest()
