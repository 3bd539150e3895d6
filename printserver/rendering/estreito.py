"""Text that leaves its place as it is written: given places to break, then the room of its indents (P2a).

A no-break space or a word that elements part joins pieces that fit a narrow column one by one and not together. No
style sheet breaks there, so the body is changed where the first layout shows it, and laid out again.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from printserver.rendering.arvore import CELULAS
from printserver.rendering.caracteres import Avisos
from printserver.rendering.desenhado import Desenho
from printserver.rendering.inteireza import outside

_BREAK: Final = "\u200b"
_IN_LINE: Final = frozenset({"span", "b", "strong", "i", "em", "u", "s", "sub", "sup", "img", "br"})
_STRETCH: Final = re.compile("[^ \\t\\n\\r\\f\u200b–—/-]+")
_JOINED: Final = re.compile(f"\u00a0(?!{_BREAK})")
_INDENTED: Final = re.compile(r"(?:^|;)(?:margin-left|text-indent|padding-left):(?!0mm)")
_NO_INDENT: Final = "margin-left:0mm;text-indent:0mm;padding-left:0mm;list-style-position:inside"

Passo = Callable[[Any, Desenho, Avisos], bool]


def passos() -> tuple[Passo, ...]:
    """Return what may be done, one after the other, while a layout shows text outside its place.

    Each takes the `body` element, what was drawn of it and the avisos; it changes the element and tells whether it did.
    """
    return _break_at_blanks, _break_between_elements, _leave_indents


def _break_at_blanks(body: Any, desenho: Desenho, _: Avisos) -> bool:
    """Let no-break spaces break where text leaves its place, or where a word beside one is broken instead."""
    outside_texts = [(element, name, _JOINED) for element, name, _first in _texts(body, desenho)]
    changed = False
    for element, name, joined in (*outside_texts, *_broken(body, desenho)):
        text = getattr(element, name)
        setattr(element, name, joined.sub(_breakable, text))
        changed |= getattr(element, name) != text
    return changed


def _breakable(found: re.Match[str]) -> str:
    return _JOINED.sub(f"\u00a0{_BREAK}", found[0])


def _broken(body: Any, desenho: Desenho) -> Iterator[tuple[Any, str, re.Pattern[str]]]:
    """Yield (element, `text` or `tail`, what) of stretches without a plain blank that are drawn on several lines."""
    drawn: defaultdict[Any, set[str]] = defaultdict(set)
    for letras in desenho.letras:
        drawn[letras.elemento].update(_STRETCH.findall(letras.texto.casefold()))
    for element in body.iter():
        for holder, name in ((element, "text"), *((child, "tail") for child in element)):
            text = getattr(holder, name) or ""
            for stretch in _STRETCH.findall(text) if _JOINED.search(text) else ():
                if _JOINED.search(stretch) and element in drawn and stretch.casefold() not in drawn[element]:
                    yield holder, name, re.compile(re.escape(stretch))


def _break_between_elements(body: Any, desenho: Desenho, _: Avisos) -> bool:
    changed = False
    for element, name, first in _texts(body, desenho):
        text = getattr(element, name)
        if not first and text[0] not in f" \n{_BREAK}":
            setattr(element, name, f"{_BREAK}{text}")
            changed = True
    return changed


def _leave_indents(body: Any, desenho: Desenho, avisos: Avisos) -> bool:
    changed = False
    above = {child: parent for parent in body.iter() for child in parent}
    for block in _blocks(body, desenho):
        element = block
        while element is not None and element.tag not in CELULAS:
            if _INDENTED.search(element.get("style", "")):
                element.set("style", f"{element.get('style')};{_NO_INDENT}")
                changed = True
            element = above.get(element)
    if changed:
        avisos.add("Um recuo não cabia na sua coluna e foi retirado.")
    return changed


def _blocks(body: Any, desenho: Desenho) -> list[Any]:
    """Return the paragraphs, cells … whose text leaves its place."""
    above = {child: parent for parent in body.iter() for child in parent}
    found: dict[Any, None] = {}
    for letras in outside(desenho):
        element = letras.elemento
        while element.tag in _IN_LINE and element in above:
            element = above[element]
        if element.tag != "body":
            found[element] = None
    return list(found)


def _texts(body: Any, desenho: Desenho) -> Iterator[tuple[Any, str, bool]]:
    """Yield (element, `text` or `tail`, whether it begins a line) of the texts of such blocks, in order."""
    for block in _blocks(body, desenho):
        first = True
        for element, name in _places(block):
            if name == "":
                first = True
            elif getattr(element, name):
                yield element, name, first
                first = False


def _places(element: Any) -> Iterator[tuple[Any, str]]:
    """Yield each place of a text, and (element, "") where an element ends the line before it."""
    yield element, "text"
    for child in element:
        if child.tag in _IN_LINE - {"img", "br"}:
            yield from _places(child)
        else:
            yield child, ""
        yield child, "tail"
