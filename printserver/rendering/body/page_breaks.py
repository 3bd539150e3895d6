"""Page breaks of a body: kept only between visible content, so that none makes an empty page (P2)."""

from collections.abc import Iterator, Sequence
from typing import Final

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.runs import (
    PAGE_BREAK,
    RULE,
    Part,
    TextRun,
)

_SEEN: Final = ("<img", "<td", "<th ", "<th>")
_UNSEEN: Final = "\u00ad\u200b"


def place_breaks(parts: Sequence[Part], notices: Notices) -> Iterator[Part]:
    """Yield the parts of a body without breaks before or after all visible content, and without repeated breaks."""
    waiting: list[Part] = []
    seen = broken = False
    for part in parts:
        if part is PAGE_BREAK:
            if broken or not seen:
                tell_dropped(notices)
            broken = broken or seen
            if not broken:
                continue
        elif _is_seen(part):
            yield from _once(waiting, broken=broken)
            waiting, seen, broken = [], True, False
        waiting.append(part)
    if broken:
        tell_dropped(notices)
    yield from (part for part in waiting if part is not PAGE_BREAK)


def _once(parts: Sequence[Part], *, broken: bool) -> Iterator[Part]:
    for part in parts:
        if part is not PAGE_BREAK:
            yield part
        elif broken:
            yield part
            broken = False


def _is_seen(part: Part) -> bool:
    if isinstance(part, TextRun):
        return bool(part.text.strip().strip(_UNSEEN))
    alternative_text = not part.startswith("<") and not part.isspace() and part != ""
    return part is RULE or part.startswith(_SEEN) or alternative_text


def tell_dropped(notices: Notices) -> None:
    """Report that a break was dropped."""
    notices.add("Uma quebra de página no começo ou no fim do texto, ou logo após outra, não deixa página vazia: saiu.")
