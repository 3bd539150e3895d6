"""Pages of an RTF document as CSS: paper, margins, headers and footers of each section. Lengths in points."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from printserver.rendering.rtf_body.flow import Column, Flow
from printserver.rendering.rtf_body.markup import points
from printserver.rtf import TWIPS_PER_POINT, Block, Paper, Paragraph, Section, Shape, Table

Edge = Literal["top", "bottom"]
_USUAL: Final = (
    *(5953, 8391, 11906, 16838, 23811),  # A6 to A2
    *(7087, 9978, 14173, 20013),  # B6 to B4
    *(12240, 15840, 20160, 24480, 10440, 15120, 18720),  # letter, legal, tabloid, executive, folio
    *(12200, 12472, 13039, 17291),  # quarto and others
)
"""Sides of usual papers in twips."""
_NEAR: Final = 12
_LEAST_ROOM: Final = 8.0
_OTHER: Final = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class Pages:
    """Pages of a section: `css` for them, `running` the HTML of headers and footers, `padding` left of the text.

    `room` is the height of their text, at least that of a small line; `lines` are those of header and footer on each.
    """

    css: str
    running: str
    padding: float
    room: float
    lines: float


@dataclass(frozen=True, slots=True)
class _Margin:
    """A header or footer: name of its running element, HTML, the margin of the page that it needs, its lines."""

    name: str
    html: str
    margin: float
    padding: str = ""
    lines: int = 0


def pages(section: Section, name: str, flow: Flow, backs: tuple[str, ...], *, first: bool) -> Pages:
    """Return the pages of a section, named `name`; `first`: it begins the document.

    `backs` selects the pages whose margins are mirrored.
    """
    paper = section.paper
    padding = (min(paper.left, paper.right) if paper.mirrored else paper.left) / TWIPS_PER_POINT
    head, foot = (
        _margin(section.header, "top", f"{name}c", paper, flow),
        _margin(section.footer, "bottom", f"{name}r", paper, flow),
    )
    size = f"{points(paper.width / TWIPS_PER_POINT)} {points(paper.height / TWIPS_PER_POINT)}"
    css = [f"@page {name}{{size:{size};{_sides(paper)}{_rule(head, 'top')}{_rule(foot, 'bottom')}}}"]
    if paper.mirrored:
        css += [f"@page {name}{back}{{{_mirrored(paper, 'left')}}}" for back in backs]
    running, lines = [head, foot], float(head.lines + foot.lines)
    for others in _others(section, name, first=first):
        one = _margin(others.header, "top", f"{name}{others.short}c", paper, flow)
        two = _margin(others.footer, "bottom", f"{name}{others.short}r", paper, flow)
        rules = _rule(one, "top", instead=head) + _rule(two, "bottom", instead=foot)
        css.append(f"@page {others.selector}{{{rules}}}")
        running += [one, two]
        if others.half:
            lines = (lines + one.lines + two.lines) / 2
    shown = "".join(_running(each, padding) for each in running if each.html)
    room = max(paper.height / TWIPS_PER_POINT - head.margin - foot.margin, _LEAST_ROOM)
    return Pages("\n".join(css), shown, padding, room, lines)


@dataclass(frozen=True, slots=True)
class _Others:
    """Header and footer of pages that have others than the rest; `short` is part of their names.

    `half`: half of the pages have them.
    """

    selector: str
    short: str
    header: tuple[Block, ...]
    footer: tuple[Block, ...]
    half: bool = False


def _others(section: Section, name: str, *, first: bool) -> Iterator[_Others]:
    """Yield those of even pages, then those of the first page, which come before them."""
    if section.even_header is not None or section.even_footer is not None:
        header = section.header if section.even_header is None else section.even_header
        footer = section.footer if section.even_footer is None else section.even_footer
        yield _Others(f"{name}:nth(2n)", "v", header, footer, half=True)
    if section.first_header is not None or section.first_footer is not None:
        selector = f"{name}:first" if first else f"{name}:nth(1 of {name})"
        yield _Others(selector, "p", section.first_header or (), section.first_footer or ())


def _running(margin: _Margin, padding: float) -> str:
    style = f"position:running({margin.name});{margin.padding}padding-left:{points(padding)}"
    return f'<div class="rtf" style="{style}">{margin.html}</div>'


def text_column(paper: Paper) -> Column:
    """Return the column of a page's text. Text beyond it may go to the paper's edge."""
    width, edge = usual(paper.width) - paper.left - paper.right, paper.width - paper.left
    return Column(width / TWIPS_PER_POINT, edge / TWIPS_PER_POINT)


def usual(length: int) -> int:
    """Return the side of a usual paper that a side of the paper differs from by a fifth of a millimetre at most.

    Text fills the paper that is meant: LibreOffice takes 216 mm for the 8.5 inches of a letter.
    """
    return next((side for side in _USUAL if abs(side - length) <= _NEAR), length)


def _margin(blocks: tuple[Block, ...], edge: Edge, name: str, paper: Paper, flow: Flow) -> _Margin:
    margin = (paper.top if edge == "top" else paper.bottom + paper.height - usual(paper.height)) / TWIPS_PER_POINT
    if not blocks:
        return _Margin(name, "", margin)
    away = (paper.header if edge == "top" else paper.footer) / TWIPS_PER_POINT
    flowed = flow.lay_out_again(blocks, text_column(paper), _ended)
    padding = f"padding-{edge}:{points(away)};"
    return _Margin(name, flowed.html, max(margin, away + flowed.height), padding, flowed.lines)


def _ended(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks that end in a paragraph: no text ends in a table, Word and LibreOffice print a line after it."""
    return (*blocks, Paragraph(Shape(), ())) if isinstance(blocks[-1], Table) else blocks


def _rule(margin: _Margin, edge: Edge, instead: _Margin | None = None) -> str:
    """Return the declarations of a page for a header or footer, or for none `instead` of one."""
    css = f"margin-{edge}:{points(margin.margin)};"
    if margin.html:
        return f"{css}@{edge}-left{{content:element({margin.name});width:100%;text-align:left;vertical-align:{edge}}}"
    return f"{css}@{edge}-left{{content:none}}" if instead and instead.html else css


def _sides(paper: Paper) -> str:
    return "margin-left:0;margin-right:0;" if not paper.mirrored else _mirrored(paper, "right")


def _mirrored(paper: Paper, side: str) -> str:
    """Return the outer margins of a mirrored page: what differs between its sides; the rest is padding."""
    least = min(paper.left, paper.right)
    other = _OTHER[side]
    near, far = (paper.left - least) / TWIPS_PER_POINT, (paper.right - least) / TWIPS_PER_POINT
    return f"margin-{other}:{points(near)};margin-{side}:{points(far)};"
