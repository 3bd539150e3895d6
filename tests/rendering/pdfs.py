"""PDF bodies written by hand for the tests, prepared in this process, and looked at with poppler."""

import base64
import re
import subprocess
from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from printserver.errors import Recusa
from printserver.rendering.pdf_body.prepare import PreparedPdf, prepare_pdf

WIDTH, HEIGHT = 216.0, 305.0
POINTS = (612.2835, 864.5669)
BAR = b"q 0 g 90 600 200 20 re f Q\n"
"""A black bar, and where it is: left, bottom, right, top in points."""
BAR_BOX = (92, 602, 288, 618)
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 700 900] "
IMAGE = b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "

Objects = dict[int, bytes]
_PGM = re.compile(rb"P5\n(\d+) (\d+)\n255\n")


def stream(data: bytes, extra: bytes = b"", length: int | None = None) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data) if length is None else length, extra, data)


def pages(
    count: int = 1,
    content: bytes | Callable[[int], bytes] = BAR,
    *,
    page: bytes = b"/Resources << >> ",
    catalog: bytes = b"",
    parent: bytes = b"",
    more: Mapping[int, bytes] | None = None,
) -> Objects:
    """Return the objects of a PDF: catalog 1, tree 2, pages 10 …, their contents 20 …, and `more`."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        2: b"<< /Type /Pages /Count %d /MediaBox [0 0 %.4f %.4f] /Kids [%s] %s >>"
        % (count, *POINTS, b" ".join(b"%d 0 R" % (10 + place) for place in range(count)), parent),
    }
    for place in range(count):
        objects[10 + place] = b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R %s >>" % (20 + place, page)
        objects[20 + place] = stream(content if isinstance(content, bytes) else content(place))
    return objects | dict(more or {})


def assemble(objects: Objects, *, free: int = 0, moved: int = 0, before: bytes = b"", counted: bool = False) -> bytes:
    """Return the file of numbered objects; the table says that `free` is none and puts `moved` at a wrong place.

    `before` stands before the header; `counted` says whether the table counts it.
    """
    file, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
    shift = len(before) if counted else 0
    for number, body in sorted(objects.items()):
        places[number] = len(file) + shift + (7 if number == moved else 0)
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = [
        b"%010d 00000 n \n" % places[number] if number in places and number != free else b"0000000000 65535 f \n"
        for number in range(max(objects) + 1)
    ]
    table = b"xref\n0 %d\n%s" % (len(rows), b"".join(rows))
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(rows), len(file) + shift)
    return before + file + table + trailer


def prepared(pdf: bytes, size: tuple[float, float] = (WIDTH, HEIGHT)) -> PreparedPdf:
    return prepare_pdf(base64.b64encode(pdf).decode(), *size)


def reason(pdf: bytes) -> str:
    with pytest.raises(Recusa) as info:
        prepared(pdf)
    assert info.value.word == "corpo-invalido"
    return info.value.detail


def drawn(pdf: bytes, dpi: int = 72) -> list[Image.Image]:
    """Return the pages as poppler shows them, in grey."""
    command = ["pdftoppm", "-cropbox", "-r", str(dpi), "-gray", "-"]
    raw = subprocess.run(command, input=pdf, capture_output=True).stdout
    images, start = [], 0
    while head := _PGM.match(raw, start):
        size = int(head[1]), int(head[2])
        start = head.end() + size[0] * size[1]
        images.append(Image.frombytes("L", size, raw[head.end() : start]))
    return images


def darkest(pdf: bytes, box: tuple[int, int, int, int] = BAR_BOX, page: int = 1) -> int:
    """Return the darkest grey (0 is black) in a box: left, bottom, right, top in points."""
    image = drawn(pdf)[page - 1]
    left, bottom, right, top = box
    return int(image.crop((left, image.height - top, right, image.height - bottom)).getextrema()[0])
