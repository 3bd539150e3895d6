"""Paragraphs and tables that follow one another, as HTML. Lengths in points unless a name says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from printserver.rendering.rtf_body.borders import NO_FRAME, Frame
from printserver.rendering.rtf_body.faces import letter
from printserver.rendering.rtf_body.heights import line_height
from printserver.rendering.rtf_body.lines import Line, break_lines
from printserver.rendering.rtf_body.markup import Sheet, line_html, points
from printserver.rendering.rtf_body.stops import Room, stops
from printserver.rendering.rtf_body.tables import table_html
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


@dataclass(frozen=True, slots=True)
class Column:
    """Where blocks are laid out: its width; how far text after a tab stop beyond it may go; whether it is a cell."""

    width: float
    edge: float
    cell: bool = False


@dataclass(slots=True)
class _State:
    """What is known of the blocks above: their height, and the space that the last one wants after itself."""

    after: float = 0.0
    height: float = 0.0


class Flow:
    """Lays out blocks of one document. `default_tab` in twips."""

    def __init__(self, reader: Reader, sheet: Sheet, default_tab: int) -> None:
        self._reader = reader
        self._sheet = sheet
        self._default_tab = default_tab

    def lay_out(self, blocks: tuple[Block, ...], column: Column) -> Flowed:
        """Return blocks in a column. In a cell there are no page breaks."""
        state = _State()
        html = []
        for group in _groups(_without_chains(blocks)):
            if isinstance(group, Table):
                html.append(self._table(group, column, state))
            elif group[0].shape.borders or group[0].shape.shading:
                html.append(self._boxed(group, column, state))
            else:
                html.append(self._paragraph(group[0], column, state))
        return Flowed("".join(html), state.height, state.after)

    def _table(self, table: Table, column: Column, state: _State) -> str:
        html, height = table_html(table, column.width, self._cell)
        above, state.after = state.after, 0.0
        state.height += above + height
        return f'<div style="margin-top:{points(above)}">{html}</div>' if above else html

    def _cell(self, blocks: tuple[Block, ...], width: float) -> tuple[str, float]:
        flowed = self.lay_out(blocks, Column(width, width, cell=True))
        html = flowed.html
        if flowed.after:
            html += f'<div style="height:{points(flowed.after)}"></div>'
        return html, flowed.height + flowed.after

    def _boxed(self, group: list[Paragraph], column: Column, state: _State) -> str:
        """Return paragraphs in one box. Its borders are at the indents and take room from the text."""
        shape = group[0].shape
        box = Frame.of(shape, column.width)
        above, state.after = state.after + shape.before / 20, 0.0
        state.height += above + box.height
        first = replace(group[0], shape=replace(shape, before=0, page_break=False))
        inner = "".join(self._paragraph(each, column, state, box) for each in [first, *group[1:]])
        style = f"margin-top:{points(above)};{box.css()}"
        if shape.page_break and not column.cell:
            style += "break-before:page;"
        return f'<div style="{style}">{inner}</div>'

    def _paragraph(self, paragraph: Paragraph, column: Column, state: _State, box: Frame = NO_FRAME) -> str:
        shape = paragraph.shape
        end_letter = letter(paragraph.end)
        before = state.after + shape.before / 20
        state.after = shape.after / 20
        html = []
        lines = self._lines(paragraph, column, box)
        for at, line in enumerate(lines):
            height = line_height(line, end_letter, shape)
            state.height += height.height + before
            more = ""
            if line.page_break or (at == 0 and shape.page_break and not column.cell):
                more = "break-before:page;"
            if shape.keep_next and not shape.keep and at == len(lines) - 1:
                more += "break-after:avoid;"
            html.append(line_html(line, height, end_letter, self._sheet, origin=box.origin, before=before, more=more))
            before = 0.0
        whole = "".join(html)
        if shape.keep:
            outer = "break-after:avoid;" if shape.keep_next else ""
            return f'<div style="break-inside:avoid;{outer}">{whole}</div>'
        return whole

    def _lines(self, paragraph: Paragraph, column: Column, box: Frame) -> list[Line]:
        shape, runs = paragraph.shape, paragraph.runs
        if column.cell:
            runs = tuple(Run(run.text.replace("\f", ""), run.face) for run in runs)
        indent = shape.left / 20 + box.left
        room = Room(indent, column.width - shape.right / 20 - box.right, indent, column.edge)
        first = replace(room, start=indent + shape.first / 20)
        tokens = self._reader.read(runs)
        return break_lines(tokens, first, room, stops(shape, self._default_tab), shape.alignment)


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
