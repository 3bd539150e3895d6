"""Printable equivalents of common characters without a glyph in the vendored fonts (P2a). Data and look-up.

Typographic hyphens and blanks, ligatures, check marks, bullets, arrows; and the letters of symbol fonts (Symbol,
Wingdings …), mapped to their symbols.
"""

import unicodedata
from functools import cache
from typing import Final

ALIKE: Final = {
    "\u2011": "-",  # the no-break hyphen, which Word inserts with Ctrl+Shift+_
    "\u2043": "-",
    "\ufe63": "-",
    "\ufe58": "—",
    "\u2e3a": "——",
    "\u2e3b": "———",
    "\u202f": "\u00a0",
    "\u2027": "·",
    "\u22c5": "·",
    "\u30fb": "·",
    "\u2236": ":",
    "\u223c": "~",
    "\u2217": "*",
    "\u2223": "|",
    "\u22ef": "…",
    "\u27e8": "‹",
    "\u27e9": "›",
    "\u3008": "‹",
    "\u3009": "›",
    "\u2057": "″″",
    "\u275b": "‘",
    "\u275c": "’",
    "\u275d": "“",
    "\u275e": "”",
    "\u301d": "“",
    "\u301e": "”",
    "\u25fb": "□",
    "\u25fc": "■",
    "\u25fd": "□",
    "\u25fe": "▪",
    "\u2b1b": "■",
    "\u2b1c": "□",
    "\u26aa": "○",
    "\u26ab": "●",
    "\u2b24": "●",
    "\u25b6": "►",
    "\u25c0": "◄",
    "\u25b8": "►",
    "\u2023": "►",
    "\u25c7": "◊",
    "\u27f5": "←",
    "\u27f6": "→",
    "\u27f7": "↔",
    "\u2794": "→",
    "\u279c": "→",
    "\u279d": "→",
    "\u279e": "→",
    "\u27a1": "→",
    "\u2b05": "←",
    "\u2b06": "↑",
    "\u2b07": "↓",
    "\u2a7d": "≤",
    "\u2a7e": "≥",
    "\u2266": "≤",
    "\u2267": "≥",
    "\u2715": "×",
    # Word's list bullets, in Symbol and in Wingdings
    "\uf0b7": "•",
    "\uf0a7": "▪",
}
"""Equivalents that look the same: no aviso."""

SIMILAR: Final = {
    "\u2610": "(\u00a0)",
    "\u2611": "(X)",
    "\u2713": "√",
    "\u2717": "×",
    "\u2612": "(X)",
    "\u2327": "(X)",
    "\u2705": "√",
    "\u2714": "√",
    "\u2716": "×",
    "\u2718": "×",
    "\u274c": "×",
    "\u21d2": "→",
    "\u21d0": "←",
    "\u21d1": "↑",
    "\u21d3": "↓",
    "\u27a2": "►",
    "\u27a4": "►",
    "\u27a3": "►",
    "\u25c6": "♦",
    "\u2b25": "♦",
    "\u2b27": "♦",
    "\u29eb": "♦",
    "\u2756": "♦",
    "\u274f": "□",
    "\u2750": "□",
    "\u2751": "□",
    "\u2752": "□",
    "\u274d": "○",
    "\u25c9": "●",
    "\u25ce": "○",
    "\u2605": "*",
    "\u2606": "*",
    "\u2726": "*",
    "\u2736": "*",
    "\u2734": "*",
    "\u2205": "Ø",
    "\u2300": "Ø",
    "\u2b1a": "□",
}
"""Equivalents that look different: reported by an aviso."""

_SAME_LOOK: Final = frozenset({"<wide>", "<narrow>", "<compat>", "<noBreak>"})
_OTHER_LOOK: Final = frozenset({"<square>", "<fraction>", "<font>"})
_CIRCLED: Final = {chr(0x2460 + at): f"({at + 1})" for at in range(20)} | {
    chr(first + at): f"({at + 1})" for first in (0x2776, 0x2780, 0x278A) for at in range(10)
}


@cache
def equivalent(character: str) -> tuple[str, bool] | None:
    """Return (equivalent of a character, whether it looks the same), or None.

    The result may contain characters without a glyph too. Superscripts are not converted to digits: 10⁰ is not 100.
    """
    if character in ALIKE:
        return ALIKE[character], True
    other = SIMILAR.get(character) or _CIRCLED.get(character)
    if other is not None:
        return other, False
    kind, _, codes = unicodedata.decomposition(character).partition(" ")
    if kind not in _SAME_LOOK | _OTHER_LOOK:
        return None
    parts = "".join(chr(int(code, 16)) for code in codes.split())
    if any(unicodedata.category(part)[0] in "MZC" for part in parts):
        return None
    return parts, kind in _SAME_LOOK


def _row(first: int, drawn: str) -> dict[int, str]:
    """Return a table of codes from `first`; a blank in `drawn` is no entry."""
    return {first + at: character for at, character in enumerate(drawn) if character != " "}


_SYMBOL: Final = {
    **_row(0x21, "!∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    **_row(0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    **_row(0x60, "‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"),
    **_row(0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|―↵"),
    **_row(0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    **_row(0xE0, "◊⟨®©™∑"),
    **_row(0xF1, "⟩∫⌠"),
    0xF5: "⌡",
}
_WINGDINGS: Final = {
    **_row(0x4A, "☺"),
    **_row(0x52, "☼"),
    **_row(0x6A, "&&●❍■□□❑❒⬧⧫◆❖⬥⌧"),
    **_row(0x7D, "“”"),
    **_row(0x81, "①②③④⑤⑥⑦⑧⑨⑩"),
    **_row(0x8C, "❶❷❸❹❺❻❼❽❾❿"),
    **_row(0x9E, "·• ○○○◉◎ ▪□"),
    **_row(0xAA, "✦★✶✴"),
    0xD8: "➢",
    **_row(0xDF, "←→↑↓"),
    **_row(0xE7, "←→↑↓    ⇐⇒⇑⇓↔"),
    **_row(0xFB, "✗✔☒☑"),
}
_WINGDINGS_2: Final = {**_row(0x4F, "✗✓☒☑☒☒"), **_row(0x96, "•●"), 0xA3: "☐"}
_WINGDINGS_3: Final = {**_row(0x66, "←→↑↓"), **_row(0x70, "▲▼  ◄►"), 0x7C: "◄", 0x7D: "►"}
_WEBDINGS: Final = {**_row(0x33, "◄►▲▼"), 0x59: "♥", 0x61: "✔", 0x63: "☐", 0x67: "■", 0x6E: "●", 0x72: "✖"}
_DINGBATS: Final = {**_row(0x33, "✓✔✕✖✗✘"), **_row(0x6C, "●❍■❏❐❑❒▲▼◆❖")}
SYMBOL_FONTS: Final = {
    "symbol": _SYMBOL,
    "symbol mt": _SYMBOL,
    "standard symbols ps": _SYMBOL,
    "standard symbols l": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
    "zapf dingbats": _DINGBATS,
    "zapfdingbats": _DINGBATS,
    "itc zapf dingbats": _DINGBATS,
    "mt extra": {},
    "marlett": {},
    "bookshelf symbol 7": {},
    "ms outlook": {},
}
"""By lower-case font name: the symbols of its codes. Missing codes are refused."""


def symbol(character: str, font: str) -> str | None:
    """Return the symbol of `character` in a symbol font, itself if the font does not apply, None if unknown."""
    if character.isspace():
        return character
    code = ord(character)
    if 0xF000 <= code <= 0xF0FF:
        code -= 0xF000
    else:
        try:
            code = character.encode("cp1252")[0]
        except UnicodeEncodeError:
            return character  # not a code of the font: another font draws it
        if 0x80 <= code < 0xA0 and code not in SYMBOL_FONTS[font]:
            return character  # dashes, quotation marks, bullets: another font draws them
    return SYMBOL_FONTS[font].get(code)
