"""PDF content operators of a stamp. Coordinates are mm from the page's upper left corner; sizes are points."""

from typing import Final

from printserver.formats import POINTS_PER_MM, FontName, fonts
from printserver.rendering.pdf_fonts import RESOURCE_NAMES, encode

_BANNER_GREY: Final = "0.5"
_DASH_PT: Final = 0.5


def pt(mm: float) -> str:
    """Return a length in mm as points."""
    return f"{mm * POINTS_PER_MM:.3f}"


class Canvas:
    """Collects the operators of one page of `height` mm."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._parts: list[bytes] = []

    def operators(self) -> bytes:
        """Return the operators collected so far."""
        return b"\n".join(self._parts)

    def raw(self, operators: bytes) -> None:
        """Add operators unchanged."""
        self._parts.append(operators)

    def text(self, x: float, y: float, font: FontName, size: float, text: str) -> None:
        """Write `text` with its left end and baseline at x, y."""
        self._parts.append(
            b"BT /%s %.2f Tf %s %s Td %s Tj ET"
            % (
                RESOURCE_NAMES[font].encode(),
                size,
                pt(x).encode(),
                pt(self._height - y).encode(),
                encode(text, font),
            )
        )

    def dashed(self, lines: list[tuple[float, float, float]]) -> None:
        """Draw dashed lines, each as (x, end x, y)."""
        if not lines:
            return
        path = " ".join(f"{pt(x)} {pt(self._height - y)} m {pt(end)} {pt(self._height - y)} l" for x, end, y in lines)
        self._parts.append(f"q 0 G {_DASH_PT} w [5 3] 0 d {path} S Q".encode())

    def rectangle(self, x: float, y: float, width: float, height: float, *, border: bool) -> None:
        """Paint a white rectangle, with a hairline around it if `border`."""
        corner = f"{pt(x)} {pt(self._height - y - height)} {pt(width)} {pt(height)} re"
        self._parts.append(f"q 1 g {corner} f Q".encode())
        if border:
            self._parts.append(f"q 0 G 0.4 w {corner} S Q".encode())

    def banner(self, text: str, width: float, y: float, maximum: float) -> None:
        """Write `text` in outline across a page of `width` mm, centred on y, letters at most `maximum` mm high.

        It is searchable text and does not hide what is under it.
        """
        font: FontName = "serifa-negrito"
        single = fonts.width(text, font, 1.0) / POINTS_PER_MM
        size = min(width * 0.82 / single, maximum * POINTS_PER_MM / 0.66)
        x = (width - single * size) / 2
        base = y + size * 0.66 / POINTS_PER_MM / 2
        self._parts.append(b"q %s G 0.8 w 1 Tr" % _BANNER_GREY.encode())
        self.text(x, base, font, size, text)
        self._parts.append(b"Q")

    def from_bottom(self, y: float) -> float:
        """Convert y from mm below the page's top to mm above its bottom, as in PDF."""
        return self._height - y

    def strike_out(self, x: float, y: float, side: float) -> None:
        """Strike out a square of `side` mm with a thick cross."""
        x1, x2, y1, y2 = pt(x), pt(x + side), pt(self._height - y), pt(self._height - y - side)
        thickness = pt(side / 9)
        self._parts.append(f"q 0 G {thickness} w {x1} {y1} m {x2} {y2} l {x1} {y2} m {x2} {y1} l S Q".encode())

    def rotate(self, x: float, y: float, width: float, height: float, degrees: int) -> "Canvas":
        """Return a canvas for a block rotated into this rectangle; its origin is the block's corner. See `join`."""
        sine = {0: 0, 90: 1, 180: 0, 270: -1}[degrees]
        cosine = {0: 1, 90: 0, 180: -1, 270: 0}[degrees]
        # position of the block's lower left corner on the page
        origin = {
            0: (x, y + height),
            90: (x + width, y + height),
            180: (x + width, y),
            270: (x, y),
        }[degrees]
        inner = Canvas(width if degrees in (90, 270) else height)
        matrix = f"{cosine} {sine} {-sine} {cosine} {pt(origin[0])} {pt(self._height - origin[1])} cm"
        inner.raw(f"q {matrix}".encode())
        return inner

    def join(self, inner: "Canvas") -> None:
        """Add the operators of a canvas from `rotate`, and restore the graphics state."""
        self._parts.append(inner.operators() + b"\nQ")
