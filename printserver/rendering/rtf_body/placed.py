"""The text of a line with its places, as an attribute of the line's element. Lengths in points.

The element has no text of its own: WeasyPrint would break, measure and align what is placed already. `rtf_lines` puts
the text into the laid-out pages.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from printserver.rendering.rtf_body.faces import MAX_LETTERS, Letter
from printserver.rtf import PAGE_NUMBER

ATTRIBUTE: Final = "t"
"""One letter: the HTML parser takes longer for a name than for what is in an attribute."""
_FALLBACK: Final = "PsSemSerifa"


@dataclass(frozen=True, slots=True)
class Look:
    """How text is drawn. `rise`: of its baseline above the line's; `middle`: of its middle above its own baseline."""

    families: tuple[str, ...]
    size: float
    bold: bool
    italic: bool
    underline: bool
    strike: bool
    color: str
    highlight: str
    spacing: float
    rise: float
    middle: float


class PlacedText(NamedTuple):
    """Text of one look; `x` from the left edge of its block, `stretch`: added to each of its spaces.

    The character `PAGE_NUMBER` alone is the number of the page.
    """

    x: float
    width: float
    stretch: float
    look: Look
    text: str


class PlacedLine(NamedTuple):
    """A line: the edges of its room below the upper edge of its block, its baseline, its texts from left to right."""

    top: float
    bottom: float
    baseline: float
    texts: tuple[PlacedText, ...]


def written(line: tuple[float, float, float], texts: Iterable[tuple[float, float, float, Letter, str]]) -> str:
    """Return the attribute with a line; `line` and `texts` are as in `PlacedLine` and `PlacedText`."""
    rows = ["{:.3f}\t{:.3f}\t{:.3f}".format(*line)]
    for x, width, stretch, letter, text in texts:
        rows.append(f"{x:.3f}\t{width:.3f}\t{stretch:.5f}\t{_look(letter)}\t{text}")
    whole = "\n".join(rows).replace("&", "&amp;").replace('"', "&quot;")
    return f' {ATTRIBUTE}="{whole}"'


def line_of(element: Element) -> PlacedLine | None:
    """Return the line of an element, None if it has none."""
    attribute = element.get(ATTRIBUTE)
    if attribute is None:
        return None
    first, *rows = attribute.split("\n")
    top, bottom, baseline = map(float, first.split("\t"))
    return PlacedLine(top, bottom, baseline, tuple(map(_text, rows)))


def text_of(element: Element) -> Iterator[str]:
    """Yield the texts of the line of an element, without numbers of pages."""
    for row in element.get(ATTRIBUTE, "").split("\n")[1:]:
        text = row.rpartition("\t")[2]
        if text != PAGE_NUMBER:
            yield text


def _text(row: str) -> PlacedText:
    x, width, stretch, look, text = row.split("\t")
    return PlacedText(float(x), float(width), float(stretch), _read(look), text)


@lru_cache(maxsize=MAX_LETTERS)
def _look(letter: Letter) -> str:
    face = letter.face
    flags = (face.bold, face.italic, face.underline, face.strike)
    numbers = (letter.size, letter.spacing, letter.rise, letter.middle)
    return " ".join(
        [
            letter.family,
            "".join(str(int(flag)) for flag in flags),
            face.color or "000000",
            face.highlight or "-",
            *(f"{number:.3f}" for number in numbers),
        ]
    )


@lru_cache(maxsize=MAX_LETTERS)
def _read(look: str) -> Look:
    family, flags, color, highlight, *numbers = look.split(" ")
    size, spacing, rise, middle = map(float, numbers)
    bold, italic, underline, strike = (flag == "1" for flag in flags)
    return Look(
        families=(family,) if family == _FALLBACK else (family, _FALLBACK),
        size=size,
        bold=bold,
        italic=italic,
        underline=underline,
        strike=strike,
        color=color,
        highlight="" if highlight == "-" else highlight,
        spacing=spacing,
        rise=rise,
        middle=middle,
    )
