"""Paragraphs and tables that follow one another, as HTML. Lengths in points unless a name says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from printserver.rendering.rtf_body.borders import border_css, border_space, border_width
from printserver.rendering.rtf_body.faces import letter
from printserver.rendering.rtf_body.heights import line_height
from printserver.rendering.rtf_body.lines import break_lines
from printserver.rendering.rtf_body.markup import Sheet, line_html, points
from printserver.rendering.rtf_body.stops import Room, stops
from printserver.rendering.rtf_body.tables import Cells, table_html
from printserver.rendering.rtf_body.tokens import Reader
from printserver.rtf import Block, Paragraph, Run, Shape, Table

_LONGEST_CHAIN: Final = 3
"""Paragraphs that may be kept with the next in a row. A longer chain is a habit of the writer, not a wish."""


@dataclass(frozen=True, slots=True)
class Flowed:
    """HTML of blocks, their height, and the space that the last paragraph wants after itself (not in the height)."""

    html: str
    height: float
    after: float


@dataclass(slots=True)
class _Open:
    """What is known of the blocks above: the space that the last one wants after itself."""

    after: float = 0.0
    height: float = 0.0


class Flow:
    """Lays out blocks of one document. `default_tab` in twips."""

    def __init__(self, reader: Reader, sheet: Sheet, default_tab: int) -> None:
        self._reader = reader
        self._sheet = sheet
        self._default_tab = default_tab

    def lay_out(self, blocks: tuple[Block, ...], width: float, *, in_cell: bool = False) -> Flowed:
        """Return blocks in a column of `width`. In a cell there are no page breaks."""
        state = _Open()
        html = []
        for group in _groups(_without_chains(blocks)):
            if isinstance(group, Table):
                html.append(self._table(group, width, state))
            else:
                html.append(self._group(group, width, state, in_cell=in_cell))
        return Flowed("".join(html), state.height, state.after)

    def _table(self, table: Table, width: float, state: _Open) -> str:
        cells = Cells(lambda blocks, room: self._cell(blocks, room))
        html, height = table_html(table, width, cells)
        above, state.after = state.after, 0.0
        state.height += above + height
        return f'<div style="margin-top:{points(above)}">{html}</div>' if above else html

    def _cell(self, blocks: tuple[Block, ...], width: float) -> tuple[str, float]:
        flowed = self.lay_out(blocks, width, in_cell=True)
        html = flowed.html
        if flowed.after:
            html += f'<div style="height:{points(flowed.after)}"></div>'
        return html, flowed.height + flowed.after

    def _group(self, group: list[Paragraph], width: float, state: _Open, *, in_cell: bool) -> str:
        """Return paragraphs of one box, or one without borders and shading."""
        shape = group[0].shape
        if not shape.borders and shape.shading is None:
            return self._paragraph(group[0], width, 0.0, state, in_cell=in_cell)
        borders = dict(shape.borders)
        left, right, top, bottom = (borders.get(side) for side in ("left", "right", "top", "bottom"))
        start = min(shape.left, shape.left + shape.first) / 20 - border_space(left)
        above, state.after = state.after + shape.before / 20, 0.0
        state.height += above + sum(border_space(each) + border_width(each) for each in (top, bottom))
        first = replace(group[0], shape=replace(shape, before=0, page_break=False))
        inner = "".join(self._paragraph(each, width, start, state, in_cell=in_cell) for each in [first, *group[1:]])
        end = width - shape.right / 20 + border_space(right)
        style = f"margin:{points(above)} 0 0 {points(start - border_width(left))};width:{points(end - start)};"
        style += f"padding:{points(border_space(top))} 0 {points(border_space(bottom))};"
        style += "".join(border_css(side, border) for side, border in borders.items())
        style += f"background:#{shape.shading};" if shape.shading else ""
        style += "break-before:page;" if shape.page_break and not in_cell else ""
        return f'<div style="{style}">{inner}</div>'

    def _paragraph(self, paragraph: Paragraph, width: float, origin: float, state: _Open, *, in_cell: bool) -> str:
        shape = paragraph.shape
        runs = paragraph.runs
        if in_cell:
            runs = tuple(Run(run.text.replace("\f", ""), run.face) for run in runs)
        indent, end = shape.left / 20, width - shape.right / 20
        room = Room(indent, end, indent)
        first = Room(indent + shape.first / 20, end, indent)
        tokens = self._reader.read(runs)
        lines = break_lines(tokens, first, room, stops(shape, self._default_tab), shape.alignment)
        last_letter = letter(paragraph.end)
        html = []
        before = state.after + shape.before / 20
        for at, line in enumerate(lines):
            height = line_height(line, last_letter, shape)
            state.height += height.height + before
            breaks = line.page_break or (at == 0 and shape.page_break and not in_cell)
            more = "break-before:page;" if breaks else ""
            if shape.keep_next and at == len(lines) - 1:
                more += "break-after:avoid;"
            html.append(line_html(line, height, last_letter, self._sheet, origin=origin, before=before, more=more))
            before = 0.0
        state.after = shape.after / 20
        whole = "".join(html)
        if shape.keep and len(lines) > 1:
            outer = "break-after:avoid;" if shape.keep_next else ""
            return f'<div style="break-inside:avoid;{outer}">{whole}</div>'
        return whole


def _groups(blocks: tuple[Block, ...]) -> Iterator[Table | list[Paragraph]]:
    """Yield tables, and paragraphs that share one box (equal borders, shading and indents) together."""
    for key, found in groupby(enumerate(blocks), key=lambda each: _box_key(*each)):
        group = [block for _, block in found]
        if key[0] == "tabela":
            yield from (block for block in group if isinstance(block, Table))
        else:
            yield [block for block in group if isinstance(block, Paragraph)]


def _box_key(at: int, block: Block) -> tuple[object, ...]:
    if isinstance(block, Table):
        return ("tabela",)
    shape = block.shape
    if not shape.borders and shape.shading is None:
        return ("solto", at)
    return ("caixa", shape.borders, shape.shading, shape.left, shape.right, at if shape.page_break else -1)


def _without_chains(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks without `keep_next` where too many paragraphs in a row have it, and on the last block."""
    made: list[Block] = []
    for kept, found in groupby(blocks, key=_keeps):
        group = list(found)
        if kept and (len(group) > _LONGEST_CHAIN or group[-1] is blocks[-1]):
            group = [_loose(block) for block in group]
        made += group
    return tuple(made)


def _keeps(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.shape.keep_next


def _loose(block: Block) -> Block:
    if isinstance(block, Table):
        return block
    shape: Shape = replace(block.shape, keep_next=False)
    return replace(block, shape=shape)
