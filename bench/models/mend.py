"""Mends an RTF file for LibreOffice, where it departs from what the file says.

Each step names its reason. The text and its form stay as they are.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bench.models.tokens import Token, control, group_end, tokens

_PAPER: Final = {"paperw": 12240, "paperh": 15840, "margl": 1800, "margr": 1800, "margt": 1440, "margb": 1440}
"""What RTF says of a file that names none, in twips; LibreOffice takes other margins."""
_GENERATOR: Final = (Token(b"{"), Token(b"\\*"), control("generator"), Token(b"Riched20 10.0;"), Token(b"}"))
_MARGIN_TEXTS: Final = frozenset(
    ("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "footnote", "shptxt")
)
_ENDS: Final = frozenset(("par", "cell", "nestcell", "row", "nestrow", "sect"))
_TODAY: Final = re.compile(rb"\s*(TIME|DATE|PRINTDATE|SAVEDATE|CREATEDATE)\b", re.IGNORECASE)
_LIGATED: Final = re.compile(rb"\b(Calibri|Carlito)(?=;|$)")


def mend(content: bytes) -> bytes:
    """Return the file as LibreOffice must read it to lay it out as it says."""
    found = list(tokens(content))
    steps: tuple[Callable[[list[Token]], list[Token]], ...] = (
        _first_document,
        _without_styles,
        _word_by_word,
        _ended_scripts,
        _font_names,
        _typed_dates,
        _without_old_word,
        _with_head,
        _with_last_mark,
    )
    for step in steps:
        found = step(found)
    return b"".join(token.raw for token in found)


def _first_document(found: list[Token]) -> list[Token]:
    """Cut what follows the document: NULs, or a second one, which LibreOffice appends."""
    start = next((index for index, token in enumerate(found) if token.raw == b"{"), 0)
    return found[start : group_end(found, start)]


def _without_styles(found: list[Token]) -> list[Token]:
    """Remove the style sheet: a paragraph without a style gets the properties of style 0."""
    for index, token in enumerate(found):
        if token.word == "stylesheet":
            return found[: index - 1] + found[group_end(found, index - 1) :]
    return found


def _word_by_word(found: list[Token]) -> list[Token]:
    mended, after_page = [], False
    for token in found:
        if token.word == "page" or token.word in _ENDS:
            after_page = token.word == "page"
        match token.word, token.parameter:
            case "fcharset", 1:  # the system's charset: accents are lost on a system with UTF-8
                mended.append(control("fcharset", 0))
            case "keepn", _:  # on all paragraphs of many models; engines resolve such chains differently
                mended.append(Token(b""))
            case "kerning", _:  # it kerns unless the file says otherwise; other programs do not
                mended.append(control("kerning", 0))
            case "hyphauto", _:
                mended.append(control("hyphauto", 0))
            case "plain", _:
                mended += [control("plain"), control("kerning", 0)]
            case "pard", _ if after_page:  # it keeps the alignment of the paragraph before the break
                mended += [control("pard"), control("ql")]
            case word, _ if word in _MARGIN_TEXTS:
                mended += [control(word), control("kerning", 0)]
            case _:
                mended.append(token)
    return mended


def _ended_scripts(found: list[Token]) -> list[Token]:
    """End a raised or lowered script before `\\plain` and the paragraph's end: the text up to there gets lost.

    If it goes on in the next paragraph, it begins again before its text.
    """
    mended, raised, ended = [], [""], False
    for token in found:
        if token.raw == b"{":
            raised.append(raised[-1])
        elif token.raw == b"}" and len(raised) > 1:
            raised.pop()
        elif token.word in ("super", "sub"):
            raised[-1], ended = token.word if token.parameter != 0 else "", False
        elif token.word == "nosupersub":
            raised[-1] = ""
        elif token.word == "plain" and raised[-1]:
            mended += [] if ended else [control("nosupersub")]
            raised[-1] = ""
        elif token.word in _ENDS and raised[-1] and not ended:
            mended.append(control("nosupersub"))
            ended = True
        elif ended and raised[-1] and (token.text or token.word in ("tab", "line")):
            mended.append(control(raised[-1]))
            ended = False
        mended.append(token)
    return mended


def _font_names(found: list[Token]) -> list[Token]:
    """Turn the ligatures of Carlito off by a feature in its name: they make lines narrower."""
    start = next((index for index, token in enumerate(found) if token.word == "fonttbl"), None)
    if start is None:
        return found
    end = group_end(found, start - 1)
    names = [replace(token, raw=_LIGATED.sub(b"Carlito:-liga", token.raw)) for token in found[start:end]]
    return found[:start] + names + found[end:]


def _typed_dates(found: list[Token]) -> list[Token]:
    """Empty the fields of today's date: what was typed stays."""
    mended = list(found)
    for index, token in enumerate(found):
        if token.word == "fldinst":
            inside = range(index + 1, group_end(found, index - 2) - 1)
            if _TODAY.match(b"".join(found[place].raw for place in inside if not found[place].word).strip(b"{}\r\n")):
                for place in inside:
                    if found[place].raw not in (b"{", b"}"):
                        mended[place] = Token(b"")
    return mended


def _without_old_word(found: list[Token]) -> list[Token]:
    """Remove Word as the writer, unless `\\stshf…` shows that it is Word 2002 or newer: blanks get wider."""
    place = next((index for index, token in enumerate(found) if token.word == "generator"), None)
    if place is None or any(token.word.startswith("stshf") for token in found):
        return found
    if not found[place + 1].raw.startswith(b"Microsoft Word"):
        return found
    return found[: place - 2] + found[group_end(found, place - 2) :]


def _with_head(found: list[Token]) -> list[Token]:
    """Write the paper and the margins that RTF means without them; a writer, without whom blanks get wider."""
    there = {token.word for token in found}
    place = next((index for index, token in enumerate(found) if index and not token.word), len(found))
    head = [control(word, value) for word, value in _PAPER.items() if word not in there]
    writer = () if "generator" in there else _GENERATOR
    return [*found[:place], *head, control("kerning", 0), *writer, *found[place:]]


def _with_last_mark(found: list[Token]) -> list[Token]:
    """End the last paragraph, which is left out if its mark is missing."""
    for index in range(len(found) - 1, -1, -1):
        if found[index].word in _ENDS:
            return found
        if found[index].text:
            return [*found[: index + 1], control("par"), *found[index + 1 :]]
    return found
