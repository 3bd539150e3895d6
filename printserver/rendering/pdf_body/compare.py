"""Holds the prepared pages against the PDF that came, as another program draws both (P2a, S12).

It knows nothing of what can go wrong in a PDF: a word, picture or line that one shows and the other does not is found
whatever the cause.
"""

import time
from collections.abc import Sequence
from typing import Any, Final

from PIL import ImageChops

from printserver.rendering.body.characters import refuse
from printserver.rendering.pdf_body.picture import (
    Unreadable,
    draw,
    loaded,
    opened,
)

MAX_CPU_S: Final = 5.0
"""Seconds of the processor's time that comparing may take. The checks before it hold for all pages."""

_DPI: Final = 36
_NOISE: Final = 24
"""Grey levels of 255 by which a pixel may differ. Both drawings are of one program, and mostly the same to the bit."""
_WAYS: Final = ((0.37, False), (0.37, True), (0.12, True))
"""How pages are drawn until they agree: moved by this part of a pixel, with smooth text or not.

Within a transparency group text is always smooth. Pictures go from whole pixel to whole pixel: one that begins within a
rounding error of a pixel's edge may come out a pixel larger, but not at two places.
"""


def compare(received: bytes, prepared: bytes, size_mm: tuple[float, float], units: Sequence[float]) -> None:
    """Refuse `prepared` where a page of it does not show what the page of `received` does.

    `units` says of each page how much larger (UserUnit) the received one is than its points say. Pages are looked at
    from the upper left corner, to `size_mm` (width, height), as many as `MAX_CPU_S` allows: a scan of 300 pages in
    colours would take longer than all else. Raises `Recusa` `corpo-invalido`.
    """
    end = time.process_time() + MAX_CPU_S
    try:
        with opened(received) as before, opened(prepared) as after:
            if len(before) != len(after):
                raise refuse("O PDF está corrompido: suas páginas não são as que ele conta. Gere-o de novo.")
            for number, unit in enumerate(units, 1):
                if time.process_time() > end:
                    return
                with loaded(before, number) as page, loaded(after, number) as fresh:
                    if not _agree(page, fresh, size_mm, unit):
                        raise refuse(
                            f"A página {number} do PDF não aparece igual em todos os programas: parte dela se perderia"
                            " na impressão. Gere-o de novo, de outro modo."
                        )
    except Unreadable as error:
        raise refuse("O PDF está corrompido ou incompleto. Gere-o de novo.") from error


def _agree(page: Any, fresh: Any, size_mm: tuple[float, float], unit: float) -> bool:
    for shift, smooth in _WAYS:
        before = draw(page, size_mm, _DPI, unit=unit, shift=shift, smooth=smooth)
        after = draw(fresh, size_mm, _DPI, shift=shift, smooth=smooth)
        if not any(ImageChops.difference(before, after).histogram()[_NOISE + 1 :]):
            return True
    return False
