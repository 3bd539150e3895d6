"""The stamp's fonts as PDF objects: subsets of the vendored fonts, embedded in every cached layout, so that a stamp
only writes text.

Glyph numbers are those of the full font: text can be encoded without the subset.
"""

import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats import STAMPED, FontName, fonts

RESOURCE_NAMES: Final[dict[FontName, str]] = {
    "serifa": "PsSerifa",
    "serifa-negrito": "PsSerifaNegrito",
    "mono": "PsMono",
    "mono-negrito": "PsMonoNegrito",
    "sem-serifa": "PsSem",
    "sem-serifa-negrito": "PsSemNegrito",
}
"""Names of the fonts in a page's resources."""
BASE_FONTS: Final[tuple[FontName, ...]] = ("serifa", "serifa-negrito", "mono", "mono-negrito")
"""Fonts of the seal block and the banners in every format."""


class MissingGlyph(ValueError):
    """A text of the stamp has a character without a glyph in its fonts."""


def check(text: str) -> str:
    """Return the characters of `text` that the stamp cannot draw, each once."""
    return "".join(c for c in dict.fromkeys(text) if ord(c) not in STAMPED)


def encode(text: str, name: FontName) -> bytes:
    """Return `text` as a hexadecimal PDF string of glyph numbers. Raises `MissingGlyph`."""
    if missing := check(text):
        raise MissingGlyph(f"o caractere {missing[0]!r} não pode ser impresso no selo, no cabeçalho ou no rodapé")
    return b"<" + b"".join(map(_codes(name).__getitem__, text)) + b">"


@cache
def _codes(name: FontName) -> dict[str, bytes]:
    """Return the characters of the stamp, each with its glyph number as PDF writes it."""
    glyphs = fonts.font(name).glyphs
    return {chr(point): b"%04X" % glyphs[point] for point in STAMPED}


@dataclass(frozen=True)
class _Subset:
    postscript_name: str
    file: bytes  # zlib
    length: int
    widths: bytes  # the W array as PDF writes it
    to_unicode: bytes  # zlib
    metrics: tuple[int, int, int, tuple[int, int, int, int]]  # ascent, descent, cap height, bounding box


def add_fonts(pdf: Pdf, names: Iterable[FontName]) -> dict[str, pikepdf.Object]:
    """Add the fonts to `pdf`; return them by their resource names."""
    return {RESOURCE_NAMES[name]: _font_object(pdf, _subset(name)) for name in dict.fromkeys(names)}


@cache
def _subset(name: FontName) -> _Subset:
    from fontTools.subset import Options, Subsetter  # only the pool makes subsets

    font = fonts.font(name)
    points = sorted(STAMPED)
    options = Options(retain_gids=True, hinting=False, layout_features=[], notdef_outline=True, recalc_timestamp=False)
    options.drop_tables += ["FFTM", "kern", "DSIG", "gasp", "post", "name"]
    with TTFont(font.file, recalcTimestamp=False) as ttf:
        postscript_name = ttf["name"].getDebugName(6)
        scale = 1000 / ttf["head"].unitsPerEm
        box = tuple(round(ttf["head"].__dict__[side] * scale) for side in ("xMin", "yMin", "xMax", "yMax"))
        ascent, descent = round(ttf["hhea"].ascent * scale), round(ttf["hhea"].descent * scale)
        cap_height = round(ttf["OS/2"].sCapHeight * scale)
        for table in ("GPOS", "GSUB", "GDEF"):  # read whole before they are dropped, a third of the time
            if table in ttf:
                del ttf[table]
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=points)
        subsetter.subset(ttf)
        output = io.BytesIO()
        ttf.save(output)
    data = output.getvalue()
    widths = {font.glyphs[p]: f"{font.advances[p]:.3f}" for p in points}
    return _Subset(
        f"PSCART+{postscript_name}",
        zlib.compress(data, 9),
        len(data),
        _width_array(dict(sorted(widths.items()))),
        zlib.compress(_to_unicode([(font.glyphs[p], p) for p in points]), 9),
        (ascent, descent, cap_height, (box[0], box[1], box[2], box[3])),
    )


def _width_array(widths: Mapping[int, str]) -> bytes:
    """Return the W array, `widths` in the order of the glyphs. It is short: each layout and stamp reads and writes it.

    Glyphs that follow each other share an entry: a list of their widths, or one width.
    """
    groups: dict[int, list[str]] = {}
    first = before = -2
    for glyph, width in widths.items():
        first = first if glyph == before + 1 else glyph
        groups.setdefault(first, []).append(width)
        before = glyph
    entries = (
        f"{first} {first + len(each) - 1} {each[0]}" if len(set(each)) == 1 else f"{first} [{' '.join(each)}]"
        for first, each in groups.items()
    )
    return f"[{' '.join(entries)}]".encode("ascii")


def _to_unicode(pairs: list[tuple[int, int]]) -> bytes:
    """Return the ToUnicode map, which makes the stamped text searchable and machine-readable."""
    seen = dict(sorted(pairs, reverse=True))  # of two characters with one glyph, the lower
    items = sorted(seen.items())
    blocks = [
        f"{len(part)} beginbfchar\n" + "".join(f"<{g:04X}> <{p:04X}>\n" for g, p in part) + "endbfchar\n"
        for part in (items[i : i + 100] for i in range(0, len(items), 100))
    ]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "".join(blocks)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _font_object(pdf: Pdf, subset: _Subset) -> pikepdf.Object:
    file = _compressed(pdf, subset.file)
    file.Length1 = subset.length
    ascent, descent, cap_height, box = subset.metrics
    name = Name("/" + subset.postscript_name)
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array(list(box)),
        ItalicAngle=0,
        Ascent=ascent,
        Descent=descent,
        CapHeight=cap_height,
        StemV=80,
        FontFile2=file,
    )
    cid = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        CIDToGIDMap=Name.Identity,
        DW=1000,
        W=pikepdf.Object.parse(subset.widths),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(cid)]),
            ToUnicode=_compressed(pdf, subset.to_unicode),
        )
    )


def _compressed(pdf: Pdf, data: bytes) -> pikepdf.Stream:
    stream = pdf.make_stream(b"")
    stream.write(data, filter=Name.FlateDecode)
    return stream
