"""Compares a print with its body, using only poppler: words by `pdftotext`, pages and images by `pdftoppm`."""

import html
import io
import re
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image, ImageChops, ImageFilter

from bench.hostile.bodies import Body
from bench.hostile.words import difference, found
from printserver.formats import Format, Rectangle
from printserver.rendering import Box

DPI = 50
LIMIT_S = 60
_MM = 25.4 / 72
_DARK, _LIGHT = 150, 225
_SLACK_MM = 1.0
_MOST_LINES = 12
"""Maximum lines per page that are searched for the parts of one word."""
_BOX = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
_PPM = re.compile(rb"P5\n(\d+) (\d+)\n255\n")


@dataclass(frozen=True, slots=True)
class Print:
    """A finished print: the file, its format, and the seal's boxes."""

    pdf: bytes
    formato: Format
    boxes: tuple[Box, ...]


class Unreadable(Exception):
    """Poppler cannot read the file."""


def judge(body: Body, made: Print) -> str:
    """Return the defect of a print in words; empty if it shows its complete body.

    Raises `Unreadable` if poppler cannot read the print.
    """
    if body.pdf is not None:
        return _same_pages(body.pdf, made)
    return _words(body, made) or (_picture(body, made) if body.picture is not None else "")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word by pdftotext, and its bounds in mm."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float


def _words(body: Body, made: Print) -> str:
    """Compare the printed words and their positions with those of the body."""
    pieces = list(_pieces(made.pdf))
    # without blanks: a word that is broken in a narrow cell still counts as one
    owners: list[_Piece] = []
    for piece in pieces:
        owners += [piece] * len(piece.text)
    text = "".join(piece.text for piece in pieces)
    places = [(at, word, owners[at : at + len(word)]) for word, at in found(text, body.words)]
    whole = {word for _, word, _ in places}
    for word in (word for word in body.words if word not in whole):
        for broken in _broken_by_a_page(word, pieces, made.formato.texto):
            places.append((owners.index(broken[0]), word, broken))
    places.sort(key=lambda place: place[0])
    for _, word, parts in places:
        for piece in dict.fromkeys(parts):
            if wrong := _misplaced(piece, made):
                return f"{word} {wrong}"
    return difference(body.words, body.places, [word for _, word, _ in places])


def _broken_by_a_page(word: str, pieces: list[_Piece], area: Rectangle) -> Iterator[list[_Piece]]:
    """Yield the pieces of `word` if it is split between a cell's last lines on a page and its first on the next.

    A page end splits a word only if it is wider than its cell and therefore broken anyway.
    """
    inside = sorted(
        (each for each in pieces if area.y - 1 <= each.top and each.bottom <= area.y + area.altura + 1),
        key=lambda each: (each.page, round(each.bottom), each.left),
    )
    for first in inside:
        if first.text[0] not in word or any(_above(each, first) for each in inside):
            continue
        ending = _column(first, [each for each in reversed(inside) if each.page == first.page - 1])[::-1]
        beginning = [first, *_column(first, [each for each in inside if each.page == first.page and each != first])]
        owners = [each for each in (*ending, *beginning) for _ in each.text]
        at = "".join(each.text for each in (*ending, *beginning)).find(word)
        if at >= 0:
            yield list(dict.fromkeys(owners[at : at + len(word)]))


def _column(first: _Piece, pieces: list[_Piece]) -> list[_Piece]:
    """Return the pieces of the column of `first`, in the order of `pieces`: those that overlap it horizontally."""
    found: list[_Piece] = []
    left, right = first.left, first.right
    for each in pieces:
        if each.left < right and left < each.right and len(found) < _MOST_LINES:
            found.append(each)
            left, right = min(left, each.left), max(right, each.right)
    return found


def _above(piece: _Piece, other: _Piece) -> bool:
    return piece.page == other.page and piece.bottom < (other.top + other.bottom) / 2 and _over(piece, other)


def _over(piece: _Piece, other: _Piece) -> bool:
    return piece.left < other.right and other.left < piece.right


def _misplaced(piece: _Piece, made: Print) -> str:
    area = made.formato.texto
    if piece.left < area.x - _SLACK_MM or piece.right > area.x + area.largura + _SLACK_MM:
        return f"leaves the text area of page {piece.page}: {piece.left:.1f} to {piece.right:.1f} mm"
    if piece.bottom > area.y + area.altura + 2 * _SLACK_MM:
        return f"leaves the foot of page {piece.page}: {piece.bottom:.1f} mm"
    for block in made.boxes:
        if block.pagina == piece.page and piece.top < block.y + block.altura - 1 and piece.bottom > block.y + 1:
            return "lies in the seal block"
    return ""


def _pieces(pdf: bytes) -> Iterator[_Piece]:
    xml = _run("pdftotext", "-raw", "-bbox", "-", "-", data=pdf).decode()
    for page, part in enumerate(xml.split("<page ")[1:], 1):
        for x, y, x_end, y_end, raw in _BOX.findall(part):
            text = unicodedata.normalize("NFC", html.unescape(raw))
            yield _Piece(text, page, *(float(edge) * _MM for edge in (x, y, x_end, y_end)))


def _same_pages(source: bytes, made: Print) -> str:
    """Compare each page with the source's, drawn by poppler; seal block and margins may have additional ink."""
    try:
        wanted = list(pages(source))
    except Unreadable:
        return ""  # no reference to compare with
    printed = list(pages(made.pdf))
    if len(wanted) != len(printed):
        return f"{len(printed)} pages instead of {len(wanted)}"
    for number, (page, other) in enumerate(zip(wanted, printed, strict=True), 1):
        lost = _dark_without(page, other)
        if lost > 3:
            return f"page {number} lost {lost} of {_dark(page)} dark dots"
        for block in (made.formato.texto, *(box for box in made.boxes if box.pagina == number)):
            other = _without(other, block, inside=isinstance(block, Box))
        if (gained := _dark_without(other, page)) > 3:
            return f"page {number} gained {gained} dark dots"
    return ""


def _picture(body: Body, made: Print) -> str:
    """Compare the image's position, size and ink with the requested ones."""
    picture = body.picture
    assert picture is not None
    places = list(_images(made.pdf))
    if len(places) != 1:
        return f"{len(places)} images instead of one"
    page, x, y, width, height = places[0]
    if abs(width - picture.width) > 0.3 or abs(height - picture.height) > 0.3:
        return f"the image measures {width:.1f} × {height:.1f} mm instead of {picture.width} × {picture.height}"
    area = made.formato.texto
    if x < area.x - 0.5 or x + width > area.x + area.largura + 0.5 or y + height > area.y + area.altura + 0.5:
        return f"the image leaves the text area of page {page}"
    if picture.reference is None:
        return ""
    try:
        wanted = next(pages(picture.reference))
    except Unreadable:
        return ""
    dot = DPI / 25.4
    drawn = list(pages(made.pdf))[page - 1]
    cut = drawn.crop(tuple(round(edge * dot) for edge in (x, y, x + width, y + height)))
    grid = (8, 8)
    pairs = zip(*(image.resize(grid, Image.Resampling.BOX).tobytes() for image in (wanted, cut)), strict=True)
    worst = max(abs(a - b) for a, b in pairs)
    return f"the image differs from what poppler sees in it by {worst} of 255" if worst > 90 else ""


def _images(pdf: bytes) -> Iterator[tuple[int, float, float, float, float]]:
    """Yield (page, x, y, width, height) in mm of each image drawn directly on a page."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, page in enumerate(document.pages, 1):
            tall, matrix, kept = float(page.mediabox[3]), pikepdf.Matrix(), []
            for operation in pikepdf.parse_content_stream(page):
                operator = str(operation.operator)
                if operator == "q":
                    kept.append(matrix)
                elif operator == "Q":
                    matrix = kept.pop()
                elif operator == "cm":
                    matrix = pikepdf.Matrix(*(float(value) for value in operation.operands)) @ matrix
                elif operator == "Do" and page.resources.XObject[operation.operands[0]].Subtype == "/Image":
                    box = matrix.transform(pikepdf.Rectangle(0, 0, 1, 1))
                    yield number, box.llx * _MM, (tall - box.ury) * _MM, box.width * _MM, box.height * _MM


def pages(pdf: bytes) -> Iterator[Image.Image]:
    """Yield the pages drawn by poppler, in grey. Raises `Unreadable`."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        file = Path(folder) / "a.pdf"
        file.write_bytes(pdf)
        data = _run("pdftoppm", "-r", str(DPI), "-gray", str(file))
    at = 0
    while head := _PPM.match(data, at):
        size = int(head[1]), int(head[2])
        at = head.end() + size[0] * size[1]
        yield Image.frombytes("L", size, data[head.end() : at])
    if not at:
        raise Unreadable("pdftoppm draws no page")


def _run(*command: str, data: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"{command[0]} never ends") from error
    if done.returncode and not done.stdout:
        raise Unreadable(f"{command[0]}: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout


def _dark(page: Image.Image) -> int:
    return page.point(lambda value: 255 * (value < _DARK)).histogram()[255]


def _dark_without(page: Image.Image, other: Image.Image) -> int:
    """Count the dark pixels of `page` without ink nearby in `other`."""
    near = other.filter(ImageFilter.MinFilter(3))
    if near.size != page.size:  # rounding of a pixel
        near = near.crop((0, 0, *page.size))
        near.paste(0, (other.width, 0, *page.size))
        near.paste(0, (0, other.height, *page.size))
    dark = page.point(lambda value: 255 * (value < _DARK))
    blank = near.point(lambda value: 255 * (value > _LIGHT))
    return ImageChops.darker(dark, blank).histogram()[255]


def _without(page: Image.Image, area: Rectangle | Box, *, inside: bool) -> Image.Image:
    """Return the page with `area` blanked (`inside`), or everything outside it."""
    dot = DPI / 25.4
    edges = (area.x - 1, area.y - 1, area.x + area.largura + 1, area.y + area.altura + 1)
    place = tuple(round(edge * dot) for edge in edges)
    blank = Image.new("L", page.size, 255)
    if inside:
        kept = page.copy()
        kept.paste(255, place)
        return kept
    blank.paste(page.crop(place), place[:2])
    return blank
