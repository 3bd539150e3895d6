"""The characters of a short text: removed, refused by name, or printable.

For names, numbers, reasons and settings, not for bodies of documents (see `rendering`). Every input (request, setting,
command line) is checked here, so that no text can fail after the seal (S12).
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Final

from printserver.common.text import unaccented

_BLANKS: Final = frozenset("\t\n\v\f\r\x85")
# Word writes these two as no-break hyphens; they are printed as a hyphen (most fonts lack the second).
_HYPHENS: Final = str.maketrans({"\u2010": "-", "\u2011": "-"})
# They change the meaning: the order of the letters, or which letters belong to the text.
_MISLEADING: Final = frozenset({*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC)})
# They are invisible and without meaning between Latin letters: word-break marks, variation selectors, tags.
_HARMLESS: Final = frozenset(
    {
        *(0x00AD, 0x034F, 0x061C, 0xFEFF, 0xE0001),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),
        *range(0x2060, 0x2065),
        *range(0x206A, 0x2070),
        *range(0xFE00, 0xFE10),
        *range(0xE0020, 0xE0080),
        *range(0xE0100, 0xE01F0),
    }
)
_UNSEEN: Final = frozenset({0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0})  # invisible letters
_LONG_NAME: Final = 5
# No language combines more marks on one letter; more would cover the lines above and below.
_MARKS: Final = 4
STAMPED: Final = frozenset(
    {
        *range(0x20, 0x7F),
        *range(0xA0, 0xAD),
        *range(0xAE, 0x180),
        *(code for code in range(0x2010, 0x2023) if code not in (0x2011, 0x2016)),
        *(0x2026, 0x2039, 0x203A, 0x20AC, 0x2122, 0x2212),
    }
)
"""The code points of the stamp's fonts in every cached layout (seal block, header, footer); checked by a test."""


class UnfitText(ValueError):
    """An unusable text; the message (Portuguese) names the character and its position."""


def named(character: str) -> str:
    """Return code point and Unicode name of a character: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def without_invisible(text: str) -> tuple[str, list[str]]:
    """Return `text` without harmless invisible characters, and the removed ones, each with its position.

    Raises `UnfitText` for a character that changes the meaning (direction of writing), for a control character, and
    for one that does not exist in Unicode.
    """
    if text.isascii() and text.isprintable():
        return text, []
    kept, taken = [], []
    for place, character in enumerate(text, 1):
        if ord(character) in _HARMLESS:
            taken.append(f"{named(character)}, na posição {place}")
        elif why := _unfit(character):
            raise UnfitText(f"contém {named(character)}, na posição {place}: {why}; retire-o")
        else:
            kept.append(character)
    return "".join(kept), taken


def plain(text: str) -> str:
    """Return `text` composed (NFC), with single plain blanks and Word's hyphens as hyphens; it may be empty.

    Raises `UnfitText` for every invisible character, named, and for a letter with too many combining marks.
    """
    visible, taken = without_invisible(text)
    if taken:
        raise UnfitText(f"contém o caractere invisível {taken[0]}: retire-o")
    composed = unicodedata.normalize("NFC", visible).translate(_HYPHENS)
    if not composed.isascii():
        _refuse_piled_marks(composed)
    return " ".join(composed.split())


def printed(text: str) -> str:
    """Return `text` as `plain` does. Raises `UnfitText` also for a character missing in a vendored font."""
    return _within(plain(text), None, "não existe nas fontes de impressão")


def stamped(text: str) -> str:
    """Return `text` as `plain` does. Raises `UnfitText` also for a character that the stamp cannot draw."""
    return _within(plain(text), STAMPED, "não pode ser escrito no selo, no cabeçalho ou no rodapé")


def mistyped(name: str, known: Iterable[str]) -> str | None:
    """Return the name in `known` that `name` probably misspells: one letter missing, added, changed or swapped.

    None for a known name, for one that extends a known name (`documento2`), and for one similar to a short name (`rg`),
    which resembles too many words.
    """
    plain_name = _bare(name)
    long_ones = [each for each in known if len(each) >= _LONG_NAME]
    if any(plain_name.startswith(_bare(each)) for each in known if each in long_ones or plain_name == each):
        return None
    return next((each for each in long_ones if _one_slip(plain_name, each)), None)


def _bare(name: str) -> str:
    """Return a name in lower case, without accents, its words joined by `_`."""
    return "_".join(unaccented(name).split())


def _one_slip(typed: str, meant: str) -> bool:
    at = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest, other = typed[at:], meant[at:]
    swapped = rest[:2] == other[1::-1] and len(other) > 1 and rest[2:] == other[2:]
    return swapped or other == rest[1:] or other[1:] == rest or (bool(rest) and other[1:] == rest[1:])


@cache
def printable() -> frozenset[int]:
    """Return the code points that every face of a format has, so that they print in any format, bold or not."""
    from fontTools.ttLib import TTFont  # slow to import, and not needed for ASCII texts

    folder = resources.files("printserver") / "fonts"
    cmaps: list[set[int]] = []
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.startswith("Liberation") and path.name.endswith(".ttf"):  # no format is set in the other family
            with resources.as_file(path) as file, TTFont(file, lazy=True) as font:
                cmaps.append(set(font.getBestCmap()))
    # fonts have glyphs for some invisible characters too
    return frozenset(code for code in set.intersection(*cmaps) if unicodedata.category(chr(code)) != "Cf")


def _within(text: str, allowed: frozenset[int] | None, why: str) -> str:
    for character in dict.fromkeys(text):
        if ord(character) in STAMPED or (allowed is None and ord(character) in printable()):
            continue
        shown = f"“{character}” ({named(character)})" if character.isprintable() else named(character)
        raise UnfitText(f"o caractere {shown}, perto da posição {text.index(character) + 1}, {why}: troque-o")
    return text


def _unfit(character: str) -> str | None:
    """Return the reason to refuse a character that is not harmless, None if it is allowed."""
    if character in _BLANKS:
        return None
    if ord(character) in _MISLEADING:
        return "ele muda o que se lê"
    category = unicodedata.category(character)
    if category == "Cc":
        return "é um caractere de controle"
    if category in ("Cs", "Cn"):
        return "ele não existe em Unicode"
    if category == "Co":
        return "cada fonte lhe dá outro desenho"
    return "ele não se vê" if category == "Cf" or ord(character) in _UNSEEN else None


def _refuse_piled_marks(text: str) -> None:
    run = 0
    for place, character in enumerate(text, 1):
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me", "Mc") else 0
        if run > _MARKS:
            raise UnfitText(f"tem mais de {_MARKS} sinais combinados sobre uma só letra, na posição {place}: retire-os")
