"""Pages of a PDF as PNG for the screens: drawn by PDFium in a process of its own, and kept on disk.

Never used for printed output. The folder is bounded, the image used longest ago is deleted first; every image can be
drawn again. Many processes may read and write the same folder.
"""

import contextlib
import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from printserver.common.files import write_whole
from printserver.rendering.pool import Pool

WIDTHS: Final = (660, 1320)
"""Widths of an image in pixels: 80 and 160 dots per inch of an A4 page."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_TALLEST: Final = 4  # heights of a page's width
_TIME_S: Final = 10.0
_MEMORY_MB: Final = 768  # address space: libraries and the largest image take less than half of it
_TARGET: Final = 0.9  # fraction of the limit kept, so that not every new image deletes others


class Undrawable(Exception):
    """The page does not exist, or PDFium cannot draw it."""


class PageImages:
    """The folder of page images. Thread-safe. The process starts at the first image that is drawn."""

    def __init__(self, pasta: Path, *, limit_mb: int) -> None:
        self._pasta = pasta
        self._limit = limit_mb * 1_000_000
        self._pool = Pool(1, _TIME_S, _MEMORY_MB)

    def get(self, sha256: str, page: int, width: int, pdf: Callable[[], bytes]) -> bytes:
        """Return page `page` (from 1) as a grey PNG, `width` pixels wide, from the folder or drawn from `pdf()`.

        `sha256` (hex) names the content: `pdf()` must be the same for the same name. Raises `Undrawable`, and `Recusa`
        as `Pool.run`.
        """
        if not _HASH.fullmatch(sha256) or width not in WIDTHS:
            raise ValueError("not the hash of a PDF, or not one of the widths")
        file = self._pasta / f"{sha256}-{page}-{width}.png"
        with contextlib.suppress(FileNotFoundError):
            content = file.read_bytes()
            os.utime(file)
            return content
        image = self.draw(pdf(), page, width)
        self._keep(file, image)
        return image

    def draw(self, pdf: bytes, page: int, width: int) -> bytes:
        """Return page `page` (from 1) as a grey PNG of that width, which is not kept. Raises as `get`."""
        image = self._pool.run(draw_page, pdf, page, width)
        if image is None:
            raise Undrawable(f"page {page}")
        return image

    def texts(self, pdf: bytes) -> tuple[str, ...]:
        """Return the text of each page. Raises `Undrawable` for a PDF that cannot be read, and `Recusa`."""
        found: tuple[str, ...] | None = self._pool.run(read_texts, pdf)
        if found is None:
            raise Undrawable("the PDF cannot be read")
        return found

    def discard(self, sha256: str) -> None:
        """Delete the images of the pages of a content. Raises OSError."""
        for file in self._pasta.glob(f"{sha256}-*.png"):
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """End the process."""
        self._pool.close()

    def _keep(self, file: Path, image: bytes) -> None:
        self._pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, image)
        found = []
        for each in self._pasta.iterdir():
            with contextlib.suppress(FileNotFoundError):
                status = each.stat()
                found.append((status.st_mtime, status.st_size, each))
        total = sum(size for _, size, _ in found)
        if total <= self._limit:
            return
        for _, size, each in sorted(found):
            if each != file:
                each.unlink(missing_ok=True)
                total -= size
            if total <= self._limit * _TARGET:
                return


def read_texts(pdf: bytes) -> tuple[str, ...] | None:
    """Return the text of each page; None if the PDF cannot be read. Runs in the pool process."""
    from printserver.rendering.pdf_body import picture  # only the pool loads PDFium

    try:
        with picture.opened(pdf) as document:
            return tuple(page.get_textpage().get_text_bounded() for page in document)
    except picture.Unreadable:
        return None


def draw_page(pdf: bytes, page: int, width: int) -> bytes | None:
    """Return the page as PNG; None if it cannot be drawn. Runs in the pool process."""
    from printserver.rendering.pdf_body import picture  # only the pool loads PDFium

    try:
        with picture.opened(pdf) as document:
            if not 1 <= page <= len(document):
                return None
            with picture.loaded(document, page) as loaded:
                points = loaded.get_size()
                dpi = width / points[0] * 72
                height = min(points[1], points[0] * _TALLEST)
                image = picture.draw(loaded, (points[0] / 72 * 25.4, height / 72 * 25.4), dpi, smooth=True)
    except picture.Unreadable:
        return None
    png = io.BytesIO()
    image.point(lambda grey: (grey + 8) // 17 * 17).save(png, "PNG")  # sixteen greys: fewer bytes than 256
    return png.getvalue()
