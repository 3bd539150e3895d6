"""Final check of laid-out pages: the whole text is drawn once, in order and inside its bounds (P2a, S12).

Pages that fail the check are never sealed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final
from xml.etree.ElementTree import Element

from printserver.errors import Recusa
from printserver.rendering.body.characters import refuse
from printserver.rendering.drawn import Bounds, Drawing, DrawnText
from printserver.rendering.model import Box
from printserver.rendering.rtf_body import text_of

_SLACK_MM: Final = 0.5
RUNNING: Final = "position:running("
"""How the style of a header or footer begins."""
_NO_INK: Final = str.maketrans("", "", "\u00ad\u200b\u2010")
"""Characters that mark possible word breaks, and the hyphen drawn at a break."""


def check_whole(body: Element, drawing: Drawing) -> None:
    """Raise `Recusa` `corpo-invalido`, naming the first words, where text or an image of `body` is not on the pages.

    `body` is the `body` element of the pages' HTML. The comparison ignores blanks, case (a style may change it) and
    generated content (list numbers).
    """
    _check_images(body, drawing)
    _check_places(drawing)
    elements = list(_in_the_text(body))
    if _bare(_all_text(body)) == _bare(drawn_text.text for drawn_text in drawing.drawn_text):
        return
    # A table row that continues on the next page splits each cell: compare the text of each element instead.
    drawn: defaultdict[Element, list[str]] = defaultdict(list)
    for drawn_text in drawing.drawn_text:
        drawn[drawn_text.element].append(drawn_text.text)
    for element in elements:
        expected, found = _bare(_own_text(element)), _bare(drawn[element])
        if expected != found:
            raise refuse(_missing(" ".join(_own_text(element)), expected, found))


def check_clear(drawing: Drawing, boxes: Iterable[Box]) -> None:
    """Raise `Recusa` `bloco-sem-lugar` where text or an image lies in a box of the seal block (P3)."""
    for box in boxes:
        x_end, y_end = box.x + box.largura, box.y + box.altura
        for part in (*drawing.drawn_text, *drawing.images):
            bounds = part.bounds
            beside = bounds.x_end < box.x + _SLACK_MM or bounds.x > x_end - _SLACK_MM
            above_or_below = bounds.y_end < box.y + _SLACK_MM or bounds.y > y_end - _SLACK_MM
            if part.page == box.pagina and not beside and not above_or_below:
                covered = f"“{part.text.strip()[:80]}”" if part.text else "uma imagem"
                raise Recusa(
                    "bloco-sem-lugar",
                    f"Na página {box.pagina}, o bloco do selo ficaria sobre {covered}."
                    " Mude o lugar do bloco ou as margens do formato.",
                )


def inked(text: str) -> str:
    """Return text without blanks and word-break marks."""
    return "".join(text.split()).translate(_NO_INK)


def _bare(pieces: Iterable[str]) -> str:
    return inked("".join(pieces)).casefold()


def _in_the_text(element: Element) -> Iterator[Element]:
    """Yield the element and those in it, but not the headers and footers of an RTF, which are on every page."""
    if not element.get("style", "").startswith(RUNNING):
        yield element
        for child in element:
            yield from _in_the_text(child)


def _all_text(element: Element) -> Iterator[str]:
    """Yield the text of the element and of those in it, headers and footers left out."""
    if not element.get("style", "").startswith(RUNNING) and isinstance(element.tag, str):
        yield element.text or ""
        yield from text_of(element)
        for child in element:
            yield from _all_text(child)
            yield child.tail or ""


def _own_text(element: Element) -> Iterator[str]:
    tag: object = element.tag
    if not isinstance(tag, str):  # a comment
        return
    yield element.text or ""
    yield from text_of(element)
    for child in element:
        yield child.tail or ""


def _missing(text: str, expected: str, found: str) -> str:
    same = next(
        (at for at, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), min(len(expected), len(found))
    )
    words, length = text.split(), 0
    for at, word in enumerate(words):
        length += len(_bare([word]))
        if length > same:
            shown = " ".join(words[at : at + 6])[:80]
            return (
                f"O texto não se imprime inteiro: falta nas páginas “{shown}”. Divida a tabela ou a célula em que está."
            )
    return (
        f"O texto não se imprime uma vez só: repete-se nas páginas “{' '.join(words[-6:])[:80]}”. Simplifique a tabela."
    )


def _check_images(body: Element, drawing: Drawing) -> None:
    drawn = {image.element for image in drawing.images}
    if any(element not in drawn for element in body.iter("img")):
        raise refuse("Uma imagem do texto não se imprime nas páginas. Diminua-a, ou tire-a da tabela.")
    for image in drawing.images:
        if not _inside(image.bounds, image.within, drawing.areas[image.page - 1]):
            raise refuse(f"Uma imagem não cabe na página {image.page} e sairia cortada. Diminua-a.")


def outside(drawing: Drawing) -> Iterator[DrawnText]:
    """Yield the pieces of text that overflow their bounds."""
    for drawn_text in drawing.drawn_text:
        if drawn_text.text.strip() and not _inside(
            drawn_text.bounds, drawn_text.within, drawing.areas[drawn_text.page - 1]
        ):
            yield drawn_text


def _check_places(drawing: Drawing) -> None:
    for drawn_text in outside(drawing):
        shown = " ".join(drawn_text.text.split()[:6])[:80]
        raise refuse(
            f"Na página {drawn_text.page}, “{shown}” não cabe no seu lugar e sairia cortado ou sobre outro texto."
            " Use menos colunas ou letra menor, ou diminua recuos e tabulações."
        )


def _inside(bounds: Bounds, within: Bounds, area: Bounds) -> bool:
    return (
        bounds.x >= max(within.x, area.x) - _SLACK_MM
        and bounds.x_end <= min(within.x_end, area.x_end) + _SLACK_MM
        and bounds.y >= area.y - _SLACK_MM
        and bounds.y_end <= area.y_end + _SLACK_MM
    )
