"""Page breaks of a body: kept where text stands before and after them, so that none makes an empty page (P2)."""

from collections.abc import Iterator, Sequence
from typing import Final

from printserver.rendering.body.characters import Avisos
from printserver.rendering.body.runs import (
    QUEBRA,
    REGUA,
    Parte,
    Trecho,
)

_SEEN: Final = ("<img", "<td", "<th ", "<th>")
_UNSEEN: Final = "\u00ad\u200b"


def place_breaks(partes: Sequence[Parte], avisos: Avisos) -> Iterator[Parte]:
    """Yield the parts of a body without the breaks that come before or after all that is seen, or after another."""
    waiting: list[Parte] = []
    seen = broken = False
    for parte in partes:
        if parte is QUEBRA:
            if broken or not seen:
                tell_dropped(avisos)
            broken = broken or seen
            if not broken:
                continue
        elif _is_seen(parte):
            yield from _once(waiting, broken=broken)
            waiting, seen, broken = [], True, False
        waiting.append(parte)
    if broken:
        tell_dropped(avisos)
    yield from (parte for parte in waiting if parte is not QUEBRA)


def _once(partes: Sequence[Parte], *, broken: bool) -> Iterator[Parte]:
    for parte in partes:
        if parte is not QUEBRA:
            yield parte
        elif broken:
            yield parte
            broken = False


def _is_seen(parte: Parte) -> bool:
    if isinstance(parte, Trecho):
        return bool(parte.texto.strip().strip(_UNSEEN))
    alternative_text = not parte.startswith("<") and not parte.isspace() and parte != ""
    return parte is REGUA or parte.startswith(_SEEN) or alternative_text


def tell_dropped(avisos: Avisos) -> None:
    """Say that a break was left out."""
    avisos.add("Uma quebra de página no começo ou no fim do texto, ou logo após outra, não deixa página vazia: saiu.")
