"""Compares the prepared pages with the received PDF, both drawn by another program (P2a, S12).

It is independent of the kind of defect: it finds every word, image or line that only one of them shows.
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
"""Maximum CPU seconds of the comparison. The earlier checks cover all pages."""

_DPI: Final = 36
_NOISE: Final = 24
"""Grey levels of 255 by which a pixel may differ. Both images come from one program and are mostly identical."""
_WAYS: Final = ((0.37, False), (0.37, True), (0.12, True))
"""Drawing attempts until the pages agree: (shift in pixels, smooth text).

Text within a transparency group is always smooth. Images are aligned to whole pixels: one that begins within a rounding
error of a pixel's edge may be drawn a pixel larger, but not at both shifts.
"""


def compare(received: bytes, prepared: bytes, sizes: Sequence[tuple[float, float]], units: Sequence[float]) -> None:
    """Refuse `prepared` if a page of it looks different from the page of `received`.

    `units` are the UserUnits of the received pages. Each page is compared within its size (width, height in mm) from
    the upper left corner, as many pages as `MAX_CPU_S` allows: a colour scan of 300 pages would take longer than all
    other work. Raises `Recusa` `corpo-invalido`.
    """
    end = time.process_time() + MAX_CPU_S
    try:
        with opened(received) as before, opened(prepared) as after:
            if len(before) != len(after):
                raise refuse("O PDF está corrompido: suas páginas não são as que ele conta. Gere-o de novo.")
            for number, (size_mm, unit) in enumerate(zip(sizes, units, strict=True), 1):
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
