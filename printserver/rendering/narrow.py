"""Repairs for text that overflows its bounds: add break opportunities, then remove indents (P2a).

If the first layout has such text, the body is changed and laid out again. Words are broken in the middle only there:
with `overflow-wrap`, WeasyPrint breaks words of an element that begins a line although they fit on the next. Text
joined by no-break spaces or elements may fit a narrow column in pieces.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.tags import CELL_TAGS
from printserver.rendering.completeness import inked, outside
from printserver.rendering.drawn import Drawing

Step = Callable[[Element, Drawing, Notices], bool]
Place = tuple[Element, str]
"""Location of a text: an element, and `text` or `tail`."""

_BREAK: Final = "\u200b"
_NO_BREAK: Final = "\u00a0"
_IN_LINE: Final = frozenset({"span", "b", "strong", "i", "em", "u", "s", "sub", "sup"})
_BREAKS_WORDS: Final = "overflow-wrap:anywhere"
_INDENTS: Final = ("margin-left", "text-indent", "padding-left")
_NO_INDENT: Final = f"{':0mm;'.join(_INDENTS)}:0mm;list-style-position:inside"


def steps() -> tuple[Step, ...]:
    """Return the repairs, applied in order while a layout has text outside its bounds.

    Each takes the `body` element, its drawing and the avisos, changes the element, and returns whether it did.
    """
    return _part_what_is_joined, _break_words, _leave_indents


def _part_what_is_joined(body: Element, drawing: Drawing, _: Notices) -> bool:
    """Allow a line break after no-break spaces, and between elements before overflowing text."""
    pieces: defaultdict[Element, set[str]] = defaultdict(set)
    for drawn_text in outside(drawing):
        pieces[drawn_text.element].add(drawn_text.text)
    changed = False
    for block in _blocks(body, drawing):
        for owner, place, first in _line_texts(block):
            text = _get(place)
            parted = text.replace(_NO_BREAK, _NO_BREAK + _BREAK).replace(_BREAK * 2, _BREAK)
            joined = not first and text[0] not in f"{_NO_BREAK}{_BREAK} \n"
            if joined and any(text.startswith(piece) for piece in pieces[owner]):
                parted = _BREAK + parted
            changed |= parted != text
            setattr(*place, parted)
    return changed


def _break_words(_: Element, drawing: Drawing, __: Notices) -> bool:
    """Allow overflowing words to break anywhere."""
    drawn: defaultdict[Element, list[bool]] = defaultdict(list)  # per non-blank character: whether it overflows
    beyond = {id(drawn_text) for drawn_text in outside(drawing)}
    for drawn_text in drawing.drawn_text:
        drawn[drawn_text.element] += [id(drawn_text) in beyond] * len(inked(drawn_text.text))
    changed = False
    for element, marks in drawn.items():
        if not any(marks) or _BREAKS_WORDS in element.get("style", ""):
            continue
        at = 0
        for place in [(element, "text"), *((child, "tail") for child in element)]:
            text = _get(place)
            length = len(inked(text))
            _wrap(element, place, text, marks[at : at + length])
            at += length
        changed = True
    return changed


def _wrap(element: Element, place: Place, text: str, marks: list[bool]) -> None:
    """Wrap each marked part of a text of `element` in an element that breaks anywhere."""
    if not any(marks):
        return
    left = iter(marks)
    marked, each = False, []
    for character in text:
        marked = next(left, False) if inked(character) else marked
        each.append((marked, character))
    setattr(*place, "")
    index = 0 if place[1] == "text" else list(element).index(place[0]) + 1
    for breaks, characters in groupby(each, key=lambda pair: pair[0]):
        part = "".join(character for _, character in characters)
        if not breaks:
            setattr(*place, part)
            continue
        span = element.makeelement("span", {"style": _BREAKS_WORDS})
        span.text = part
        element.insert(index, span)
        index += 1
        place = (span, "tail")


def _leave_indents(body: Element, drawing: Drawing, notices: Notices) -> bool:
    changed = False
    above = _parents(body)
    for block in _blocks(body, drawing):
        element: Element | None = block
        while element is not None and element.tag not in CELL_TAGS:
            style = element.get("style", "")
            if any(indent in style for indent in _INDENTS) and not style.endswith(_NO_INDENT):
                element.set("style", f"{style};{_NO_INDENT}")
                changed = True
            element = above.get(element)
    if changed:
        notices.add("Um recuo não cabia na sua coluna e foi retirado.")
    return changed


def _blocks(body: Element, drawing: Drawing) -> list[Element]:
    """Return the paragraphs, cells … whose text overflows."""
    above = _parents(body)
    found: dict[Element, None] = {}
    for drawn_text in outside(drawing):
        element = drawn_text.element
        while element.tag in _IN_LINE and element in above:
            element = above[element]
        found[element] = None
    return list(found)


def _parents(body: Element) -> dict[Element, Element]:
    return {child: parent for parent in body.iter() for child in parent}


def _get(place: Place) -> str:
    text: str = getattr(*place) or ""
    return text


def _line_texts(block: Element) -> Iterator[tuple[Element, Place, bool]]:
    """Yield (owning element, place, whether it begins a line) for each text of a block's lines."""
    first = True
    for owner, place in _places(block):
        if place is None:
            first = True
        elif _get(place):
            yield owner, place, first
            first = False


def _places(element: Element) -> Iterator[tuple[Element, Place | None]]:
    """Yield the places of texts in order, and None at each line end between them."""
    yield element, (element, "text")
    for child in element:
        if child.tag in _IN_LINE:
            yield from _places(child)
        else:
            yield element, None
        yield element, (child, "tail")
