"""Paper sizes in IPP (PWG 5101.1), and the options of a CUPS job.

Without a size the queue scales the page, and its QR, to a default size; therefore every job sets the size and
`print-scaling=none`.
"""

import re
from collections.abc import Iterable

from printserver.printing.model import Handoff

# Portrait sizes in mm, with their PWG names.
_NAMED_SIZES = {
    "iso_a3_297x420mm": (297.0, 420.0),
    "iso_a4_210x297mm": (210.0, 297.0),
    "iso_a5_148x210mm": (148.0, 210.0),
    "iso_a6_105x148mm": (105.0, 148.0),
    "iso_b5_176x250mm": (176.0, 250.0),
    "na_letter_8.5x11in": (215.9, 279.4),
    "na_legal_8.5x14in": (215.9, 355.6),
    "na_oficio_8.5x13.4in": (215.9, 340.36),
    "na_foolscap_8.5x13in": (215.9, 330.2),
}
_TOLERANCE_MM = 0.5

_SIDES = {"frente": "one-sided", "frente-verso": "two-sided-long-edge", "frente-depois-verso": "one-sided"}
FACES_BY_SIDES = {"one-sided": "frente", "two-sided-long-edge": "frente-verso"}

# A tray's name is inserted into text that CUPS parses: only plain words are allowed.
_KEYWORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,254}", re.ASCII)

# The size at the end of a medium's name.
_SIZE = re.compile(r"_(\d+(?:\.\d+)?)x(\d+(?:\.\d+)?)(mm|in)$", re.ASCII)

# Length of a job's name in the queue's list: enough to recognize it, and within every server's limit.
_NAME_LENGTH = 120


def media_name(width_mm: float, height_mm: float) -> str:
    """Return the PWG name of a page of this size in mm: a known one within half a millimetre, else a custom one.

    Media have no orientation: a landscape page has the name of the portrait size.
    """
    short, long = sorted((width_mm, height_mm))
    for name, (width, height) in _NAMED_SIZES.items():
        if abs(short - width) <= _TOLERANCE_MM and abs(long - height) <= _TOLERANCE_MM:
            return name
    size = f"{_tenths(short)}x{_tenths(long)}mm"
    return f"custom_{size}_{size}"


def has_size(width_mm: float, height_mm: float, names: Iterable[str]) -> bool:
    """Return whether a page of this size in mm is among the media `names` (PWG's), or within its custom limits.

    The tolerance is half a millimetre. Names without a size are ignored.
    """
    short, long = sorted((width_mm, height_mm))
    least: list[tuple[float, float]] = []
    most: list[tuple[float, float]] = []
    for name in names:
        size = _size_of(name)
        if size is None:
            continue
        if name.startswith("custom_min"):
            least.append(size)
        elif name.startswith("custom_max"):
            most.append(size)
        elif abs(short - size[0]) <= _TOLERANCE_MM and abs(long - size[1]) <= _TOLERANCE_MM:
            return True
    above = any(short >= low[0] - _TOLERANCE_MM and long >= low[1] - _TOLERANCE_MM for low in least)
    return above and any(short <= top[0] + _TOLERANCE_MM and long <= top[1] + _TOLERANCE_MM for top in most)


def _size_of(name: str) -> tuple[float, float] | None:
    found = _SIZE.search(name)
    if found is None:
        return None
    unit = 25.4 if found[3] == "in" else 1.0
    short, long = sorted((float(found[1]) * unit, float(found[2]) * unit))
    return short, long


def job_name(handoff: Handoff) -> str:
    """Return the name of the CUPS job: `job_id`, by which it is found, then the title."""
    title = "".join(c if c.isprintable() else " " for c in handoff.titulo)
    return f"{handoff.job_id} {title}"[:_NAME_LENGTH].strip()


def our_job_id(name: str) -> str:
    """Return the `job_id` at the start of a CUPS job's name (see `job_name`)."""
    return name.split(" ", 1)[0]


def job_options(handoff: Handoff) -> dict[str, str]:
    """Return the options of the CUPS job, held until it is released.

    Banners and several pages per sheet are disabled explicitly: a queue's defaults must not affect sealed paper.
    Raises ValueError for an unknown word in `faces` and for a `bandeja` that is not an IPP keyword.
    """
    options = {
        "job-hold-until": "indefinite",
        "job-sheets": "none",
        "number-up": "1",
        "print-scaling": "none",
        "media": media_name(handoff.width_mm, handoff.height_mm),
    }
    if handoff.copias > 1:
        options["copies"] = str(handoff.copias)
    if handoff.faces is not None:
        if handoff.faces not in _SIDES:
            raise ValueError(f"faces desconhecidas: {handoff.faces!r}")
        options["sides"] = _SIDES[handoff.faces]
    if handoff.bandeja is not None:
        if not is_keyword(handoff.bandeja):
            raise ValueError(f"bandeja imprópria: {handoff.bandeja!r}")
        # CUPS honours the tray only inside `media-col`: it silently drops a plain `media-source` (2.4.2).
        short, long = sorted((handoff.width_mm, handoff.height_mm))
        size = f"x-dimension={round(short * 100)} y-dimension={round(long * 100)}"
        options["media-col"] = f"{{media-size={{{size}}} media-source={handoff.bandeja}}}"
    return options


def is_keyword(name: str) -> bool:
    """Return whether a tray's name is a plain word that a job can request (see `job_options`)."""
    return _KEYWORD.fullmatch(name) is not None


def _tenths(millimetres: float) -> str:
    return f"{millimetres:.1f}".removesuffix(".0")
