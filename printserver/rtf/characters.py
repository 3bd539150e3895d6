"""Characters of an RTF file: code pages by font, control words that are characters, and Unicode by `\\u`."""

from collections.abc import Mapping
from typing import Final

from printserver.rtf.model import PAGE_NUMBER

# Windows character sets (`\fcharset`). 0 and 1 are the document's code page.
_CHARSETS: Final[Mapping[int, str]] = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
DEFAULT_CODEC: Final = "cp1252"
_PAGES: Final = frozenset(
    {
        *(154, 273, 367, 424, 437, 500, 720, 737, 775, 819, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863, 864, 865),
        *(866, 869, 874, 875, 932, 936, 949, 950, 1006, 1026, 1051, 1125, 1140, 1250, 1251, 1252, 1253, 1254, 1255),
        *(1256, 1257, 1258, 1361, 65001),
    }
)
"""The code pages that Python has. To ask it for one that it has not takes as long as a page of text."""

WORDS: Final[Mapping[str, str]] = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "softline": "\n",
    "page": "\f",
    "column": "\f",
    "chpgn": PAGE_NUMBER,
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "enspace": "\u2002",
    "emspace": "\u2003",
    "qmspace": "\u2005",
    "zwj": "",
    "zwnj": "",
    "zwbo": "\u200b",
    "zwnbo": "\u2060",
}
"""Control words that stand for characters."""

SYMBOLS: Final[Mapping[str, str]] = {
    "{": "{",
    "}": "}",
    "\\": "\\",
    "~": "\u00a0",
    "_": "\u2011",
    "-": "\u00ad",
    "\t": "\t",
}
"""Control symbols that stand for characters."""


def codec_of_page(page: int | None) -> str:
    """Return the codec of a Windows code page (`\\ansicpg`, `\\cpg`); that of Western Europe if it is unknown."""
    return f"cp{page}" if page in _PAGES else DEFAULT_CODEC


def codec_of_charset(charset: int, document: str) -> str:
    """Return the codec of a font's `\\fcharset`; `document` is that of the whole file."""
    return _CHARSETS.get(charset, document)


def decode(text: str, codec: str) -> tuple[str, int]:
    """Return bytes (one character each) as text, and how many of them the code page does not have (printed as `?`)."""
    decoded = text.encode("latin-1").decode(codec, "replace")
    missing = decoded.count("\ufffd")
    return decoded.replace("\ufffd", "?"), missing


def join_surrogates(high: int, low: int) -> str:
    """Return the character of a surrogate pair."""
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
