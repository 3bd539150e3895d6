"""The QR of a seal as vector drawing: its matrix (S5: one version per level, one fixed mask) and PDF operators.

Independent of seals, pages and fonts. The `qrcode` library supplies tables, patterns and segmentation. This module
fills the matrix: 0.3 ms per symbol, where the library takes 6 ms and fails on a block that begins with a zero. A test
compares the two matrices.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, zip_longest
from operator import add, itemgetter, sub
from typing import Final, Literal

from qrcode import LUT, QRCode, base, util

Level = Literal["M", "L"]
Matrix = tuple[bytes, ...]
"""Rows from the top; one byte per module, 1 is dark. Without the quiet zone."""

VERSION: Final = {"M": 17, "L": 14}
QUIET_ZONE: Final = 4
"""Modules of quiet zone on every side."""
DOTS_PER_MODULE: Final = 4
"""Minimum width of a module in dots of a 300-dpi printer (S5)."""

_DOT_MM: Final = 25.4 / 300
_EC: Final = {"M": 0, "L": 1}  # the two bits of ISO 18004, also qrcode's constants
# Fixed for speed; of the eight masks, the lowest mean penalty (ISO 18004, 7.8.3) over 60 seals, at both levels.
_MASK: Final = 2
_RUN: Final = re.compile(b"\x01+")


@dataclass(frozen=True, slots=True)
class _Template:
    """The parts of a symbol that do not depend on its content, for one version and level."""

    side: int
    data_bits: int
    zeros: int  # the data modules of a symbol of all-zero data, first bit highest
    arrange: Callable[[bytes], tuple[int, ...]]  # data modules in order + b"01" → all modules, row by row


def matrix(url: str, level: Level) -> Matrix:
    """Return the matrix of `url` at error-correction level `level`, in the version that S5 fixes for it.

    A URL too long for that version (at level L a few seals in a thousand) gets the next version that holds it: an
    existing seal must be printed, and it stays readable at the same side. Raises `ValueError` for text that is not
    ASCII or fits no version.
    """
    data = url.encode("ascii")
    for version in range(VERSION[level], 27):  # beyond 26 the segments' length fields have another size
        capacity = sum(block.data_count for block in base.rs_blocks(version, _EC[level]))
        content = _content(data, version, capacity * 8)
        if content is not None:
            return _fill(_template(version, _EC[level]), _codewords(content, version, _EC[level]))
    raise ValueError("texto longo demais para o QR")


def modules_path(matrix: Matrix, side_mm: float) -> bytes:
    """Return PDF content operators that draw `matrix` black, in a square of `side_mm` with its quiet zone.

    The origin is the square's lower left corner. The quiet zone stays empty; the graphics state is restored.
    Rectangles, one for each run of a row, are a hundredth of a module smaller on every side: a printer blackens every
    dot that is touched, and a rounding error at the dot grid would make every module a dot (a quarter) wider.
    """
    scale = f"{side_mm * 72 / 25.4 / (len(matrix) + 2 * QUIET_ZONE) / 100:.8f}"
    corners, sizes = _rectangles(len(matrix))
    # A light module ends each row, so that runs begin and end by turns. No loop of Python: a symbol has 1,900 runs.
    modules = b"\x00".join(matrix) + b"\x00"
    number = int.from_bytes(modules, "big")
    changes = list(compress(range(len(modules)), (number ^ number >> 8).to_bytes(len(modules), "big")))
    starts, ends = changes[::2], changes[1::2]
    runs = map(add, map(corners.__getitem__, starts), map(sizes.__getitem__, map(sub, ends, starts)))
    return f"q 0 g {scale} 0 0 {scale} 0 0 cm {' '.join(runs)} f Q".encode("ascii")


@cache
def _rectangles(side: int) -> tuple[Sequence[str], Sequence[str]]:
    """Return the rectangles' lower left corners by their first module, and their sizes by the number of modules.

    As operators. The modules are counted row by row, with one more at each row's end.
    """
    corners = [f"{x + QUIET_ZONE}01 {side + QUIET_ZONE - 1 - row}01 " for row in range(side) for x in range(side + 1)]
    return corners, [f"{100 * width - 2} 98 re" for width in range(side + 1)]


def as_svg(matrix: Matrix) -> str:
    """Return `matrix` as an SVG image, black on white with its quiet zone; one unit is a module."""
    total = len(matrix) + 2 * QUIET_ZONE
    path = "".join(f"M{x} {total - y - 1}h{width}v1h-{width}z" for x, y, width in _runs(matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {total}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{total}v{total}h-{total}z"/><path d="{path}"/></svg>'
    )


def min_side(level: Level) -> float:
    """Return the minimum side in mm, quiet zone included, by S5: 31.496 (M) or 27.432 (L)."""
    return (VERSION[level] * 4 + 17 + 2 * QUIET_ZONE) * DOTS_PER_MODULE * _DOT_MM


def fit(module_count: int, side_mm: float, x_mm: float, y_mm: float) -> tuple[float, float, float]:
    """Return (x, y, side) in mm of the best symbol within a square, aligned to the dots of a 300-dpi printer.

    `module_count` is `len(matrix)`; `x_mm`, `y_mm` is the square's upper left corner from the page's upper left. The
    side is the largest up to `side_mm` with a whole number of dots per module, centred in the square. (Read from paper
    20 of 20 times, against 14 to 16 times at a slightly smaller side.) A symbol below 4 dots per module keeps the
    square's side: modules of 3 dots would waste a quarter of it.
    """
    total = module_count + 2 * QUIET_ZONE
    # tolerance of a tenth of a dot: 31.496 mm written as 31.5 or 31.49 is the same square
    dots = int((side_mm / _DOT_MM + 0.1) / total)
    side = dots * total * _DOT_MM if dots >= DOTS_PER_MODULE else side_mm
    spare = (side_mm - side) / 2
    return _on_grid(x_mm + spare), _on_grid(y_mm + spare), side


def _on_grid(mm: float) -> float:
    return round(mm / _DOT_MM) * _DOT_MM


@cache
def _template(version: int, ec: int) -> _Template:
    """Draw the symbol with `qrcode` for all-zero and all-one data; the modules that differ hold data."""
    symbols = []
    for byte in (0x00, 0xFF):
        symbol = QRCode(version=version, error_correction=ec, mask_pattern=_MASK)
        symbol.data_cache = [byte] * sum(block.total_count for block in base.rs_blocks(version, ec))
        symbol.makeImpl(False, _MASK)
        symbols.append(symbol.modules)
    zeros, ones = symbols
    side = len(zeros)

    def order(place: tuple[int, int]) -> tuple[int, int, int]:
        """Return the zigzag sort key: pairs of columns from the right, without column 6, alternately up and down."""
        row, column = place
        pair = (side - 2 - (column - (column > 6))) // 2
        return pair, (row if pair % 2 else -row), -column

    data = sorted(((r, c) for r in range(side) for c in range(side) if zeros[r][c] != ones[r][c]), key=order)
    index = {place: i for i, place in enumerate(data)}
    sources = [index.get((r, c), len(data) + bool(zeros[r][c])) for r in range(side) for c in range(side)]
    masked = "".join("1" if zeros[r][c] else "0" for r, c in data)
    return _Template(side, len(data), int(masked, 2), itemgetter(*sources))


def _fill(template: _Template, codewords: bytes) -> Matrix:
    bits = int.from_bytes(codewords, "big") ^ template.zeros
    modules = bytes(template.arrange(f"{bits:0{template.data_bits}b}01".encode("ascii")))
    side = template.side
    return tuple(modules[at : at + side].translate(_TO_NUMBERS) for at in range(0, side * side, side))


_TO_NUMBERS: Final = bytes.maketrans(b"01", b"\x00\x01")


def _content(data: bytes, version: int, capacity_bits: int) -> bytes | None:
    """Return the data codewords before error correction, or None if they do not fit."""
    bits = "".join(_segment(segment, version) for segment in util.optimal_data_chunks(data, minimum=20))
    if len(bits) > capacity_bits:
        return None
    bits += "0" * min(4, capacity_bits - len(bits))
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, "big")
    missing = capacity_bits // 8 - len(content)
    return content + (b"\xec\x11" * (missing // 2 + 1))[:missing]


def _segment(segment: util.QRData, version: int) -> str:
    text: bytes = segment.data
    head = f"{segment.mode:04b}{len(text):0{util.length_in_bits(segment.mode, version)}b}"
    if segment.mode == util.MODE_8BIT_BYTE:
        return head + "".join(f"{byte:08b}" for byte in text)
    buffer = util.BitBuffer()
    segment.write(buffer)
    return head + "".join("1" if buffer.get(i) else "0" for i in range(len(buffer)))


def _codewords(content: bytes, version: int, ec: int) -> bytes:
    """Split into blocks, add each block's error correction, interleave (ISO 18004, 7.6)."""
    data, corrections, at = [], [], 0
    for block in base.rs_blocks(version, ec):
        part = content[at : at + block.data_count]
        at += block.data_count
        data.append(part)
        corrections.append(_correction(part, block.total_count - block.data_count))
    columns = (*zip_longest(*data), *zip(*corrections, strict=True))
    return bytes(byte for column in columns for byte in column if byte is not None)


@cache
def _correction_table(length: int) -> tuple[int, ...]:
    """Return, for each byte, byte × the generator polynomial of `length` (without its first term), as one integer."""
    logs = [base.glog(coefficient) for coefficient in LUT.rsPoly_LUT[length][1:]]
    rows = [bytes(length)] + [bytes(base.gexp(base.glog(f) + log) for log in logs) for f in range(1, 256)]
    return tuple(int.from_bytes(row, "big") for row in rows)


def _correction(part: bytes, length: int) -> bytes:
    """Return the Reed-Solomon codewords: the division's remainder, in a register of `length` bytes."""
    table, top, keep = _correction_table(length), (length - 1) * 8, (1 << (length - 1) * 8) - 1
    remainder = 0
    for byte in part:
        remainder = ((remainder & keep) << 8) ^ table[(remainder >> top) ^ byte]
    return remainder.to_bytes(length, "big")


def _runs(matrix: Matrix) -> Iterator[tuple[int, int, int]]:
    """Yield x, y (from below) and width in modules of each run of dark modules in a row, quiet zone included."""
    below = len(matrix) + QUIET_ZONE - 1
    for row, modules in enumerate(matrix):
        for run in _RUN.finditer(modules):
            start, end = run.span()
            yield start + QUIET_ZONE, below - row, end - start
