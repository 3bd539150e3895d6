"""Paragraphs and tables that follow one another, as HTML. Lengths in points unless a name says otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from printserver.rendering.rtf_body.borders import NO_FRAME, Frame, border_space, border_width
from printserver.rendering.rtf_body.faces import letter
from printserver.rendering.rtf_body.heights import line_height
from printserver.rendering.rtf_body.lines import Line, break_lines, check_lines
from printserver.rendering.rtf_body.markup import Sheet, line_html, points
from printserver.rendering.rtf_body.stops import Room, stops
from printserver.rendering.rtf_body.tables import Around, table_html
from printserver.rendering.rtf_body.tokens import Reader
from printserver.rtf import TWIPS_PER_POINT, Block, Paragraph, Run, Shape, Table

_NEW_PAGE: Final = "break-before:page;"
_LONGEST_CHAIN: Final = 3
"""Paragraphs that may be kept with the next in a row. A longer chain is a habit of the writer, not a wish."""


@dataclass(frozen=True, slots=True)
class Flowed:
    """HTML of blocks, their height with the space after the last, and how many lines they have."""

    html: str
    height: float
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """Where blocks are laid out: its width; how far text after a tab stop beyond it may go; whether it is a cell."""

    width: float
    edge: float
    cell: bool = False


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Space above and below a block. The space between two blocks is below the first, where a page's end drops it."""

    above: float
    below: float

    @property
    def css(self) -> str:
        """Its declarations."""
        above = f"margin-top:{points(self.above)};" if self.above else ""
        return above + (f"margin-bottom:{points(self.below)};" if self.below else "")


_Group = Table | list[Paragraph]


class Flow:
    """Lays out blocks of one document. `default_tab` in twips. `breaks`: the page breaks so far."""

    def __init__(self, reader: Reader, sheet: Sheet, default_tab: int) -> None:
        self._reader = reader
        self._sheet = sheet
        self._default_tab = default_tab
        self._count = 0
        self.breaks = 0
        self._known: dict[tuple[int, Column], tuple[tuple[Block, ...], Flowed]] = {}

    def count_lines(self, more: int) -> None:
        """Count lines that are printed. Raises `Recusa` `corpo-invalido` for too many."""
        self._count += more
        check_lines(self._count)

    def lay_out_again(
        self, blocks: tuple[Block, ...], column: Column, whole: Callable[[tuple[Block, ...]], tuple[Block, ...]]
    ) -> Flowed:
        """Return `whole` of blocks that several sections may share: they are laid out once in a column.

        Their lines count each time. Raises `Recusa` `corpo-invalido` for too many.
        """
        known = self._known.get((id(blocks), column))
        if known is not None:
            self.count_lines(known[1].lines)
            return known[1]
        flowed = self.lay_out(whole(blocks), column)
        self._known[id(blocks), column] = blocks, flowed  # with the blocks, whose id stays theirs
        return flowed

    def lay_out(self, blocks: tuple[Block, ...], column: Column) -> Flowed:
        """Return blocks in a column. In a cell there are no page breaks."""
        if not column.cell:
            blocks = _joined_breaks(blocks)
        before = self._count
        groups: list[_Group] = list(_groups(_contextual(_without_chains(blocks))))
        made, carried = [], 0.0
        for at, group in enumerate(groups):
            following = groups[at + 1] if at + 1 < len(groups) else None
            below = _after(group) + (_before(following, column) if following else 0.0)
            above = carried + (_own_before(group) if at == 0 or _breaks(group, column) else 0.0)
            carried = 0.0
            if (under := _under(group)) and following and not _breaks(following, column):
                below, carried = -under, below + under
            made.append(self._group(group, column, _Gaps(above, below)))
        return Flowed("".join(each.html for each in made), sum(each.height for each in made), self._count - before)

    def _group(self, group: _Group, column: Column, gaps: _Gaps) -> Flowed:
        if isinstance(group, Table):
            around = Around(column.width, column.edge, gaps.css, column.cell)
            html, height = table_html(group, around, self._cell, self._sheet)
            return Flowed(html, gaps.above + height + gaps.below)
        shape = group[0].shape
        if shape.borders or shape.shading:
            return self._boxed(group, column, gaps)
        return self._paragraph(group[0], column, gaps)

    def _cell(self, blocks: tuple[Block, ...], width: float) -> tuple[str, float]:
        flowed = self.lay_out(blocks, Column(width, width, cell=True))
        return flowed.html, flowed.height

    def _boxed(self, group: list[Paragraph], column: Column, gaps: _Gaps) -> Flowed:
        """Return paragraphs in one box. Its borders are at the indents and take room from the text."""
        box = Frame.of(group[0].shape, column.width)
        first = replace(group[0], shape=replace(group[0].shape, page_break=False))
        made = []
        for paragraph, following in zip([first, *group[1:]], [*group[1:], None], strict=True):
            below = (paragraph.shape.after + following.shape.before) / TWIPS_PER_POINT if following else 0.0
            made.append(self._paragraph(paragraph, column, _Gaps(0.0, below), box))
        new_page = _breaks(group, column)
        self.breaks += new_page
        style = gaps.css + box.css() + (_NEW_PAGE if new_page else "")
        inner = "".join(each.html for each in made)
        height = gaps.above + box.height + sum(each.height for each in made) + gaps.below
        return Flowed(f'<div style="{style}">{inner}</div>', height)

    def _paragraph(self, paragraph: Paragraph, column: Column, gaps: _Gaps, box: Frame = NO_FRAME) -> Flowed:
        shape = paragraph.shape
        end_letter = letter(paragraph.end)
        html, total = [], 0.0
        lines = self._lines(paragraph, column, box)
        self.count_lines(len(lines))
        heights = [line_height(line, end_letter, shape) for line in lines]
        carries = box is not NO_FRAME or column.cell  # a lower margin would count at a page's end
        pairs = shape.widow_control and not column.cell  # rows part between any lines
        carried = 0.0
        for at, (line, height) in enumerate(zip(lines, heights, strict=True)):
            last = at == len(lines) - 1
            below = heights[at if last else at + 1].below  # the space between two lines is that of the lower one
            here = _Gaps(carried + (gaps.above if at == 0 else 0.0), below + (gaps.below if last else 0.0))
            total += height.height + (gaps.above if at == 0 else 0.0) + here.below
            carried = 0.0
            if carries and not last:
                here, carried = _Gaps(here.above, 0.0), here.below
            style = here.css
            new_page = line.page_break or (at == 0 and _breaks([paragraph], column))
            self.breaks += new_page
            if (shape.keep_next and last and not shape.keep) or (pairs and _pairs(at, len(lines))):
                style += "break-after:avoid;"
            html.append(
                line_html(line, height, end_letter, self._sheet, origin=box.origin, style=style, new_page=new_page)
            )
        whole = "".join(html)
        if shape.keep:
            outer = "break-after:avoid;" if shape.keep_next else ""
            whole = f'<div style="break-inside:avoid;{outer}">{whole}</div>'
        return Flowed(whole, total)

    def _lines(self, paragraph: Paragraph, column: Column, box: Frame) -> list[Line]:
        shape, runs = paragraph.shape, paragraph.runs
        if column.cell:
            runs = tuple(Run(run.text.replace("\f", ""), run.face) for run in runs)
        indent = shape.left / TWIPS_PER_POINT + box.left
        end = column.width - box.right
        room = Room(indent, end - shape.right / TWIPS_PER_POINT, indent, end, column.edge)
        first = replace(room, start=indent + shape.first / TWIPS_PER_POINT)
        tokens = self._reader.read(runs)
        made = stops(shape, self._default_tab)
        return break_lines(tokens, first, room, made, shape.alignment, cell=column.cell)


def _under(group: _Group) -> float:
    """Return what a box has below its text.

    WeasyPrint counts it twice where a page's end cuts the box, unless its margin takes it away. The margin of the next
    block then gives it back.
    """
    if isinstance(group, Table):
        return 0.0
    border = dict(group[0].shape.borders).get("bottom")
    return border_width(border) + border_space(border)


def _pairs(at: int, lines: int) -> bool:
    """Return whether a line stays with the next one: the first or the last one would be alone on its page."""
    return at + 1 < lines and at in (0, lines - 2)


def _after(group: _Group) -> float:
    return 0.0 if isinstance(group, Table) else group[-1].shape.after / TWIPS_PER_POINT


def _own_before(group: _Group) -> float:
    return 0.0 if isinstance(group, Table) else group[0].shape.before / TWIPS_PER_POINT


def _before(group: _Group, column: Column) -> float:
    """Return the space that a group wants above itself, none at a page's beginning: it has it itself there."""
    return 0.0 if _breaks(group, column) else _own_before(group)


def _breaks(group: _Group, column: Column) -> bool:
    """Return whether a group begins a page."""
    return not isinstance(group, Table) and group[0].shape.page_break and not column.cell


def _groups(blocks: tuple[Block, ...]) -> Iterator[_Group]:
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
    edges = (min(shape.left, shape.left + shape.first), shape.right)
    return ("caixa", shape.borders, shape.shading, edges, at if shape.page_break else -1)


def _joined_breaks(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks without the paragraphs of a page break alone: the paragraph after them begins the page."""
    made: list[Block] = []
    begins = False
    for block, following in zip(blocks, (*blocks, None)[1:], strict=True):
        if made and _is_break(block) and isinstance(following, Paragraph) and not _is_break(following):
            begins = True
            continue
        if begins and isinstance(block, Paragraph):
            block = replace(block, shape=replace(block.shape, page_break=True))
        begins = False
        made.append(block)
    return tuple(made)


def _is_break(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.text.strip(" ") == "\f"


def _without_chains(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks without `keep_next` where too many paragraphs in a row have it, and on the last block."""
    made: list[Block] = []
    for kept, found in groupby(blocks, key=_keeps):
        group = list(found)
        if kept and (len(group) > _LONGEST_CHAIN or group[-1] is blocks[-1]):
            group = [_loose(block) for block in group]
        made += group
    return tuple(made)


def _contextual(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks without the spaces that paragraphs do not want to others of their style, as LibreOffice has it.

    One has no space below it; it has none above it if the paragraph before wants none either.
    """
    made = list(blocks)
    for at in range(len(made) - 1):
        one, other = made[at], made[at + 1]
        if not isinstance(one, Paragraph) or not isinstance(other, Paragraph):
            continue
        if one.shape.contextual and one.shape.style == other.shape.style:
            made[at] = replace(one, shape=replace(one.shape, after=0))
            if other.shape.contextual:
                made[at + 1] = replace(other, shape=replace(other.shape, before=0))
    return tuple(made)


def _keeps(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.shape.keep_next


def _loose(block: Block) -> Block:
    if isinstance(block, Table):
        return block
    shape: Shape = replace(block.shape, keep_next=False)
    return replace(block, shape=shape)
