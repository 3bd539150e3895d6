"""Lays out an RTF document: lines broken from the fonts' advances, as HTML that WeasyPrint draws and paginates."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Final

from printserver.rendering.body.characters import Notices
from printserver.rendering.rtf_body.faces import substitute
from printserver.rendering.rtf_body.flow import Column, Flow
from printserver.rendering.rtf_body.markup import BASE_CSS, Sheet, points
from printserver.rendering.rtf_body.pages import pages, text_column
from printserver.rendering.rtf_body.tokens import Box, Reader
from printserver.rtf import PAGE_NUMBER, TWIPS_PER_POINT, Block, Notice, Rtf, paragraphs_of

_POINTS_PER_MM: Final = 72 / 25.4
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Fragment:
    """A document's pages as HTML and CSS.

    `html` is the text; `running` the headers and footers, which go before it in the `body`; `css` needs the fonts of
    `stylesheet.fonts_css`.
    """

    html: str
    css: str
    notices: tuple[Notice, ...]
    running: str = ""

    @property
    def own_css(self) -> str:
        """The CSS of this document alone, without `BASE_CSS`."""
        return self.css.removeprefix(BASE_CSS)


def lay_out(
    rtf: Rtf,
    column: float | None = None,
    boxes: Mapping[str, Box] | None = None,
    backs: tuple[str, ...] = (":left",),
) -> Fragment:
    """Return the pages of `rtf` on its own paper, or its text in a column of `column` mm, without headers and footers.

    `boxes` maps private characters (U+E000 to U+F8FF) of the text to the empty boxes that take their place.
    `backs` selects the pages on the back of a sheet, for mirrored margins.

    Raises `Recusa` `corpo-invalido` for a character that cannot be printed.
    """
    characters = Notices()
    sheet = Sheet()
    flow = Flow(Reader(boxes or {}, characters), sheet, rtf.default_tab)
    if column is None:
        html, running, css = _own_pages(rtf, flow, backs)
        notices = _fonts(rtf)
    else:
        blocks = tuple(block for section in rtf.sections for block in section.blocks)
        width = column * _POINTS_PER_MM
        html, running, css = flow.lay_out(blocks, Column(width, width)).html, "", ""
        notices = [*_fonts(rtf), *_dropped(rtf)]
    notices += [Notice("caractere", notice.mensagem) for notice in characters.all()]
    style = "\n".join(part for part in (BASE_CSS, css, sheet.css()) if part)
    return Fragment(f'<div class="rtf">{html}</div>', style, tuple(notices), running)


def _own_pages(rtf: Rtf, flow: Flow, backs: tuple[str, ...]) -> tuple[str, str, str]:
    html, running, css = [], [], []
    name, before = "", None
    for number, section in enumerate(rtf.sections):
        if before is None or not section.continues(before):
            name, before = f"rtf{number}", section
            made = pages(section, name, flow, backs, first=number == 0)
            running.append(made.running)
            css.append(made.css)
        breaks = flow.breaks
        flowed = flow.lay_out(section.blocks, text_column(section.paper))
        filled = min(floor(flowed.height / made.room), flowed.lines - 1)  # a page holds a line at least
        further = max(flow.breaks - breaks, filled, 0)
        flow.count_lines(round(further * made.lines))
        padding = max(made.padding + (section.paper.left - before.paper.left) / TWIPS_PER_POINT, 0.0)
        html.append(f'<div style="page:{name};padding-left:{points(padding)}">{flowed.html}</div>')
    return "".join(html), "".join(running), "\n".join(["body{margin:0}", *css])


def _fonts(rtf: Rtf) -> list[Notice]:
    """Return a notice for each font whose stand-in has other widths."""
    used = {run.face.font: None for each in rtf.paragraphs() for run in each.runs if run.text.strip()}
    return [
        Notice("fonte", f"A fonte “{name}” foi trocada por outra, de largura diferente.")
        for name in used
        if not substitute(name)[1]
    ]


def _dropped(rtf: Rtf) -> list[Notice]:
    """Return a notice for each header and footer; sections that share one have the same notice."""
    read: dict[int, str] = {}
    notices = []
    for section in rtf.sections:
        parts = list(section.margin_texts())
        read.update((id(part), _text(part)) for part in parts if id(part) not in read)
        for text in dict.fromkeys(read[id(part)] for part in parts):
            if text:
                notices.append(Notice("mudado", f"Cabeçalho ou rodapé não impresso: “{text[:_SHOWN]}”."))
    return notices


def _text(blocks: tuple[Block, ...]) -> str:
    text = " ".join(paragraph.text for paragraph in paragraphs_of(blocks))
    return " ".join(text.replace(PAGE_NUMBER, "").split())
