"""The last look at laid-out pages: all of the text is there, once, in order, and inside its place (P2a, S12).

It does not matter why the layout engine left something out or where it put it: such pages are never sealed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from printserver.errors import Recusa
from printserver.rendering.body.characters import recusar
from printserver.rendering.drawn import Desenho, Letras, Limites
from printserver.rendering.model import Caixa

_FOLGA_MM: Final = 0.5
_NO_INK: Final = str.maketrans("", "", "\u00ad\u200b\u2010")
"""Marks of where a word may be broken, and the hyphen that is written where it was."""


def check_whole(corpo: Any, desenho: Desenho) -> None:
    """Raise `Recusa` `corpo-invalido`, naming the first words, where text or an image of `corpo` is not on the pages.

    `corpo` is the `body` element that the pages were made of. Its text is compared without blanks and without regard to
    capitals (a style may change those), and without what a style writes by itself (numbers of lists).
    """
    _check_images(corpo, desenho)
    _check_places(desenho)
    if _bare(corpo.itertext()) == _bare(letras.texto for letras in desenho.letras):
        return
    # In a table row that goes on on the next page, each cell does: the text of each element is whole, and in order.
    drawn: defaultdict[Any, list[str]] = defaultdict(list)
    for letras in desenho.letras:
        drawn[letras.elemento].append(letras.texto)
    for element in corpo.iter():
        expected, found = _bare(_own_text(element)), _bare(drawn[element])
        if expected != found:
            raise recusar(_missing(" ".join(_own_text(element)), expected, found))


def check_clear(desenho: Desenho, caixas: Iterable[Caixa]) -> None:
    """Raise `Recusa` `bloco-sem-lugar` where text or an image lies in a box of the seal block (P3)."""
    for caixa in caixas:
        x_final, y_final = caixa.x + caixa.largura, caixa.y + caixa.altura
        for parte in (*desenho.letras, *desenho.imagens):
            onde = parte.onde
            beside = onde.x_final < caixa.x + _FOLGA_MM or onde.x > x_final - _FOLGA_MM
            above_or_below = onde.y_final < caixa.y + _FOLGA_MM or onde.y > y_final - _FOLGA_MM
            if parte.pagina == caixa.pagina and not beside and not above_or_below:
                coberto = f"“{parte.texto.strip()[:80]}”" if parte.texto else "uma imagem"
                raise Recusa(
                    "bloco-sem-lugar",
                    f"Na página {caixa.pagina}, o bloco do selo ficaria sobre {coberto}."
                    " Mude o lugar do bloco ou as margens do formato.",
                )


def inked(text: str) -> str:
    """Return text without its blanks, and without marks of where it may be broken."""
    return "".join(text.split()).translate(_NO_INK)


def _bare(pieces: Iterable[str]) -> str:
    return inked("".join(pieces)).casefold()


def _own_text(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str):  # a comment
        return
    yield element.text or ""
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


def _check_images(corpo: Any, desenho: Desenho) -> None:
    drawn = {imagem.elemento for imagem in desenho.imagens}
    if any(element not in drawn for element in corpo.iter("img")):
        raise recusar("Uma imagem do texto não se imprime nas páginas. Diminua-a, ou tire-a da tabela.")
    for imagem in desenho.imagens:
        if not _inside(imagem.onde, imagem.dentro, desenho.areas[imagem.pagina - 1]):
            raise recusar(f"Uma imagem não cabe na página {imagem.pagina} e sairia cortada. Diminua-a.")


def outside(desenho: Desenho) -> Iterator[Letras]:
    """Yield the pieces of text that leave the place where they have to stay."""
    for letras in desenho.letras:
        if letras.texto.strip() and not _inside(letras.onde, letras.dentro, desenho.areas[letras.pagina - 1]):
            yield letras


def _check_places(desenho: Desenho) -> None:
    for letras in outside(desenho):
        shown = " ".join(letras.texto.split()[:6])[:80]
        raise recusar(
            f"Na página {letras.pagina}, “{shown}” não cabe no seu lugar e sairia cortado ou sobre outro texto."
            " Use menos colunas ou letra menor."
        )


def _inside(onde: Limites, dentro: Limites, area: Limites) -> bool:
    return (
        onde.x >= max(dentro.x, area.x) - _FOLGA_MM
        and onde.x_final <= min(dentro.x_final, area.x_final) + _FOLGA_MM
        and onde.y >= area.y - _FOLGA_MM
        and onde.y_final <= area.y_final + _FOLGA_MM
    )
