"""Fonts whose characters are symbols: their codes as Unicode characters.

Word draws the labels of lists with them. In Unicode, their codes are U+F020 to U+F0FF.
"""

from collections.abc import Mapping
from typing import Final

_PRIVATE: Final = 0xF000

_GREEK: Final = dict(
    zip(
        "ABCDEFGHIKLMNOPQRSTUWXYZabcdefghiklmnopqrstuwxyz",
        "ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖαβχδεφγηικλμνοπθρστυωξψζ",
        strict=True,
    )
)
_SYMBOL: Final[Mapping[str, str]] = {
    **{chr(code): chr(code) for code in range(0x20, 0x7F) if chr(code) not in "\"$'@\\^`JVjv"},
    **_GREEK,
    **dict(zip("\xa3\xb0\xb1\xb3\xb4\xb7\xb8\xb9", "≤°±≥×•÷≠", strict=True)),
    **dict(zip("\xac\xad\xae\xaf\xd2\xd3\xd4", "←↑→↓®©™", strict=True)),
    "\x2d": "−",
}
_WINGDINGS: Final[Mapping[str, str]] = {
    " ": " ",
    **dict(zip("lnoqvw", "●■□❑❖♦", strict=True)),
    **dict(zip("\x9f\xa7\xa8\xd8\xe0\xfb\xfc\xfd\xfe", "•▪☐➢→✗✓☒☑", strict=True)),
}
_FONTS: Final[Mapping[str, Mapping[str, str]]] = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
_OTHERS: Final = frozenset({"webdings", "wingdings 2", "wingdings 3", "zapfdingbats"})


def has_symbols(font: str) -> bool:
    """Return whether the characters of a font are symbols."""
    return font.casefold() in _FONTS or font.casefold() in _OTHERS


def as_unicode(text: str, font: str) -> tuple[str, int]:
    """Return the codes (one character each) of a symbol font as text, and how many of them are not known.

    An unknown one is printed by its code in cp1252, or as `?` if it was given as a private character.
    """
    known = _FONTS.get(font.casefold(), {})
    found, missing = [], 0
    for character in text:
        private = ord(character) - _PRIVATE
        code = chr(private) if 0x20 <= private <= 0xFF else character
        if code in known:
            found.append(known[code])
        elif code == character and ord(code) > 0xFF:
            found.append(character)  # a Unicode character that is no code of the font
        else:
            missing += 1
            found.append("?" if code != character else code.encode("latin-1").decode("cp1252", "replace"))
    return "".join(found).replace("\ufffd", "?"), missing
