"""Plain text of legacy programs: line ends of all systems, tabs, invisible and rare characters, markup, marks."""

from bench.hostile.words import Words

_BETWEEN = [
    "\r\n", "\r", "\n\n", "\n\n\n\n", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\u00a0", "\u2003", "\u200b ",
    " \u00ad", " \ufeff", " \u200e", "\u202e ", "\u2060 ", "\x00 ", "\x07 ", "\x1a ", "   ", " <b>", " </p> ",
    " &amp; ", " &nbsp; ", " [[TOTAL]] ", " [[PAPEL]] ", " [[OUTRA]] ", " {{ corpo }} ", " {% if %} ",
    " %s ", " $x ", " \\n ", " — ",
    " “", "” ", " º ª § ", " € ", " ½ ", " … ", " • ", " ______________ ",
    " " + "x" * 400 + " ", " " + "_" * 300 + " ", " ﬁ ",
    " e\u0301 ", " a\u0303\u0323 ", " -- ", " - ", " 1.000,00 ",
]  # fmt: skip
_REFUSED = [
    " \u0410 ",
    " 😀 ",
    " 中文 ",
    " \x80 ",
    " \ufffd ",
    " \ue000 ",
    " " + "e" + "\u0301" * 9 + " ",
    " ✓ ",
    " Ω ",
]


def odd(words: Words, parts: int) -> str:
    """Return a text of words with unusual characters between them, rarely one without a glyph in any font."""
    chance = words.chance
    text = ""
    for _ in range(parts):
        text += " ".join(words.some(30)) + chance.choice(_BETWEEN)
        if chance.random() < 0.01:
            text += chance.choice(_REFUSED)
    return text + chance.choice(["", "\n" * 5, "\r\n\r\n", " ", "\x0c"])
