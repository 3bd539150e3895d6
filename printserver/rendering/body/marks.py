"""The marks `[[…]]` of a body: replaced if written exactly, reported if they are only similar (N6).

Editors split typed text by tags, entities, comments and soft hyphens. A mark is found across all of these, and its
value takes the formatting of its first character. A mark cannot cross a line break or a block's end.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.runs import TextRun

MARKS: Final = ("SELO_LIVRO", "CUSTAS", "TOTAL", "PAPEL")
"""The marks `[[…]]` of the contract that are replaced; all other text stays unchanged."""

EXACT: Final = re.compile(r"\[\[(" + "|".join(MARKS) + r")\]\]")
"""A mark as it is replaced; its name is the first group."""
_UNSEEN: Final = "\u00ad\u200b"
_NO_UNSEEN: Final = str.maketrans("", "", _UNSEEN)
_LINE: Final = "\x00"
_GAP: Final = rf"[\s{_LINE}{_UNSEEN}]*+"
_ALIKE: Final = re.compile(
    rf"\[{_GAP}\[{_GAP}(?:"
    + "|".join(_GAP.join("[_ -]?" if letter == "_" else letter for letter in name) for name in MARKS)
    + rf"){_GAP}\]{_GAP}\]",
    re.IGNORECASE,
)
_BRACKET: Final = re.compile("[\\[\uff3b]|&(?:#0*+91|#x0*+5b|#0*+65339|#x0*+ff3b|lbrack|lsqb)", re.IGNORECASE)


def may_be_in(content: str) -> bool:
    """Return whether a body may contain a mark: any opening bracket counts, because the text is not parsed yet."""
    return _BRACKET.search(content) is not None


def replace(lines: Sequence[Sequence[TextRun]], values: Mapping[str, str], notices: Notices) -> None:
    """Replace the marks in the pieces of each line, in place; a mark without a value stays, with an aviso.

    `values` is by name without brackets. Marks within a value are not replaced.
    """
    _tell_alike(lines, notices)
    for pieces in lines:
        if any("[" in piece.text for piece in pieces):
            _replace_in_line(pieces, values, notices)


def _replace_in_line(pieces: Sequence[TextRun], values: Mapping[str, str], notices: Notices) -> None:
    text = "".join(piece.text for piece in pieces)
    seen = [at for at, character in enumerate(text) if character not in _UNSEEN]
    found: list[tuple[int, int, str]] = []
    for mark in EXACT.finditer("".join(text[at] for at in seen)):
        value = values.get(mark[1])
        if value is None:
            notices.add("A marca {} ficou como está escrita: ela não tem valor neste documento.", mark[0])
        else:
            found.append((seen[mark.start()], seen[mark.end() - 1] + 1, value))
    if found:
        _write(pieces, found)


def _write(pieces: Sequence[TextRun], found: list[tuple[int, int, str]]) -> None:
    """Write each value into the piece where its mark begins, and remove the mark from all its pieces."""
    before = 0
    waiting = iter([*found, (before + sum(len(piece.text) for piece in pieces), 0, "")])
    start, end, value = next(waiting)
    for piece in pieces:
        text, at, written = piece.text, 0, ""
        while start < before + len(text):
            if start >= before:
                written += text[at : start - before] + value
            at = min(end - before, len(text))
            if end > before + len(text):
                break
            start, end, value = next(waiting)
        before += len(text)
        piece.text = written + text[at:]


def _tell_alike(lines: Sequence[Sequence[TextRun]], notices: Notices) -> None:
    text = _LINE.join("".join(piece.text for piece in pieces) for pieces in lines)
    for found in _ALIKE.finditer(text) if "[" in text else ():
        shown = found[0].translate(_NO_UNSEEN)
        if EXACT.fullmatch(shown):
            continue
        if _LINE in shown:
            notices.add("A marca {} está partida em linhas ou células e ficou como está escrita.", _one_line(shown))
        else:
            notices.add(
                "{} parece uma marca mas não está escrita exatamente como ela (maiúsculas, sem espaços): ficou assim.",
                _one_line(shown),
            )


def _one_line(text: str) -> str:
    return " ".join(text.replace(_LINE, " ").split())
