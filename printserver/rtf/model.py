"""What an RTF document says, as plain data. No HTML, no layout.

Lengths are integers in twips (1/1440 inch), as in the file. Character sizes are in half points, as in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

Alignment = Literal["esquerda", "centro", "direita", "justificado"]
StopKind = Literal["esquerda", "centro", "direita", "decimal"]
Leader = Literal["", ".", "-", "_"]
Side = Literal["top", "left", "bottom", "right"]
NoticeKind = Literal["descartado", "mudado", "fonte", "caractere", "conferir"]

TWIPS_PER_MM: Final = 1440 / 25.4
TWIPS_PER_POINT: Final = 20
PAGE_NUMBER: Final = "\uf8f0"
"""Character of the text in whose place the number of its page is printed (`\\chpgn`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is not printed as the file says (Portuguese). Text is never dropped without one."""

    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """How characters look. `size` in half points; `raised` in half points (negative: lowered); `spacing` in twips.

    `font` is the font's name in the file. `color` and `highlight` are RRGGBB; None: black, none.
    """

    font: str = "Times New Roman"
    size: int = 24
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    caps: bool = False
    small_caps: bool = False
    script: Literal["", "super", "sub"] = ""
    raised: int = 0
    spacing: int = 0
    color: str | None = None
    highlight: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one face. A tab is `\\t`, a line break `\\n`, a page break `\\f`."""

    text: str
    face: Face


@dataclass(frozen=True, slots=True)
class Stop:
    """A tab stop: `at` twips from the left margin (of the page or cell), not from the indent."""

    at: int
    kind: StopKind = "esquerda"
    leader: Leader = ""


@dataclass(frozen=True, slots=True)
class Border:
    """A border's line: width and distance from the text in twips; `color` RRGGBB."""

    width: int = 15
    space: int = 0
    style: Literal["simples", "dupla", "pontilhada", "tracejada"] = "simples"
    color: str = "000000"


Borders = dict[Side, Border]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a paragraph is set: RTF's `\\ql \\fi \\li \\ri \\sb \\sa \\sl \\slmult \\tx \\brdr… \\keep \\keepn \\pagebb`.

    `line`: 0 automatic; otherwise with `multiple` in 240ths of the line, without: at least so many twips, exactly so
    many if negative. `widow_control` (`\\widctlpar`, `\\widowctrl`): neither first nor last line is alone on a page.
    `contextual` (`\\contextualspace`): no space to paragraphs of the same `style`, the number of its `\\s`.
    All properties are those in force at the paragraph's end, with the groups' scopes.
    """

    alignment: Alignment = "esquerda"
    first: int = 0
    left: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    line: int = 0
    multiple: bool = False
    stops: tuple[Stop, ...] = ()
    borders: tuple[tuple[Side, Border], ...] = ()
    shading: str | None = None
    keep: bool = False
    keep_next: bool = False
    page_break: bool = False
    widow_control: bool = False
    contextual: bool = False
    style: int = 0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. A list label is its first run, followed by a tab, as `\\listtext` gives it.

    `end` is the face of the paragraph mark: it gives the height of a paragraph without text.
    """

    shape: Shape
    runs: tuple[Run, ...]
    end: Face = Face()

    @property
    def text(self) -> str:
        """The characters of all runs."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row. `right` is its right edge from the left margin, as `\\cellx`; padding in twips.

    `left` is where it begins. `merge_down`: rows below that it covers. A covered cell is not in its row.
    """

    right: int
    blocks: tuple["Block", ...]
    left: int = 0
    borders: tuple[tuple[Side, Border], ...] = ()
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Top, right, bottom, left."""
    shading: str | None = None
    vertical: Literal["alto", "meio", "baixo"] = "alto"
    merge_down: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of cells; `height` 0 automatic, positive: at least, negative: exactly.

    `left` is `\\trleft`, `right` the right edge of its last cell, even if a cell above covers that.
    `width` is the width that the row says of itself (`\\trwWidth` in twips), 0 without one; cells may be narrower.
    `fills`: it leaves its width to the program or says it in percents (`\\trftsWidth`).
    """

    cells: tuple[Cell, ...]
    left: int = 0
    right: int = 0
    height: int = 0
    alignment: Alignment = "esquerda"
    keep: bool = False
    header: bool = False
    width: int = 0
    fills: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that follow one another at one level of nesting."""

    rows: tuple[Row, ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """Paper and margins in twips. `mirrored`: left and right change places on even pages (`\\margmirror`).

    `header` and `footer`: distance of header and footer from the paper's edge.
    """

    width: int = 12240
    height: int = 15840
    left: int = 1800
    right: int = 1800
    top: int = 1440
    bottom: int = 1440
    header: int = 720
    footer: int = 720
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its paper, its text, and the texts of its margins; `first_…` with a title page (`\\titlepg`).

    `even_…`: the texts of even pages, if they are others (`\\facingp` and `\\headerl`, `\\footerl`).
    Blank headers and footers are empty here. `new_page`: it begins on a new page (not `\\sbknone`).
    """

    paper: Paper
    blocks: tuple[Block, ...]
    header: tuple[Block, ...] = ()
    footer: tuple[Block, ...] = ()
    first_header: tuple[Block, ...] | None = None
    first_footer: tuple[Block, ...] | None = None
    even_header: tuple[Block, ...] | None = None
    even_footer: tuple[Block, ...] | None = None
    new_page: bool = True

    def margin_texts(self) -> Iterator[tuple[Block, ...]]:
        """Yield its headers and footers."""
        yield from (self.header, self.footer)
        for text in (self.first_header, self.first_footer, self.even_header, self.even_footer):
            if text is not None:
                yield text

    def continues(self, before: "Section") -> bool:
        """Return whether it goes on in the page of the section before it."""
        own, other = self.paper, before.paper
        return not self.new_page and (own.width, own.height, own.mirrored) == (
            other.width,
            other.height,
            other.mirrored,
        )


@dataclass(frozen=True, slots=True)
class Rtf:
    """A whole document. `default_tab` is `\\deftab`."""

    sections: tuple[Section, ...]
    default_tab: int = 720
    notices: tuple[Notice, ...] = field(default=())

    def paragraphs(self) -> Iterator[Paragraph]:
        """Yield every paragraph of the text in reading order, those of cells too; headers and footers are not here."""
        for section in self.sections:
            yield from paragraphs_of(section.blocks)


def paragraphs_of(blocks: "tuple[Block, ...]") -> Iterator[Paragraph]:
    """Yield the paragraphs of blocks in reading order, those of cells too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row.cells:
                    yield from paragraphs_of(cell.blocks)
