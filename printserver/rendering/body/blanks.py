"""Visible blanks: runs inside a line, indents, tabs. Written so that lines can still be justified.

The layout engine does not justify a paragraph with preserved blanks (`white-space: pre-wrap`), and a no-break space at
a line's end keeps the line short of its edge. So a run of blanks becomes one plain blank of the run's width, which
disappears at a line's end.
"""

import re
from collections.abc import Iterable
from html import escape
from itertools import pairwise
from typing import Final

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.runs import Boundary, Part, TextRun

MAX_WIDE: Final = 2000
"""Wide blanks in one body; each slows the layout. Further runs are written as no-break spaces."""
MAX_RUN: Final = 80
"""Maximum width of one run in blanks: the largest indent that fits the narrowest page."""
TAB_SIZE: Final = 4
"""Blanks from one tab stop to the next."""

_END: Final = Boundary()
_HALF: Final = 0.5  # a blank is half as wide as a digit (`ch`) in every vendored face
_PLAIN: Final = re.compile(r"[ \t\n\f]+")
_RUN: Final = re.compile(r"[ \t\n\f\u00a0]{2,}")
_START: Final = re.compile(r"[ \t\u00a0]*")
_UNBROKEN: Final = re.compile(r"[^ \t\n\f]{60,}")


class Blanks:
    """Writes the pieces of text of one body as XHTML."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._left = MAX_WIDE

    def write(self, parts: Iterable[Part]) -> str:
        """Return the whole body as XHTML."""
        written: list[str] = []
        at_start = True
        for part, following in pairwise((*parts, _END)):
            if isinstance(part, TextRun):
                piece = self._piece(part, at_start)
                written.append(piece if isinstance(following, Boundary) else _parted(piece))
                at_start = at_start and not part.text.strip()
            else:
                written.append(part)
                at_start = at_start or isinstance(part, Boundary)
        return "".join(written)

    def line(self, text: str, *, at_start: bool = True) -> str:
        """Return a line of plain text with all its blanks visible; `at_start`: nothing is before it."""
        tab = text.rfind("\t") + 1
        if text[:tab].strip():
            head = f'<span style="white-space:pre-wrap;tab-size:{TAB_SIZE}">{_escape(text[:tab])}</span>'
            return head + self.line(text[tab:], at_start=False)
        if not at_start:
            return self._blanks(text)
        found = _START.match(text)
        start = found.end() if found else 0
        return self._indent(self._columns(text[:start])) + self._blanks(text[start:])

    def _piece(self, text_run: TextRun, at_start: bool) -> str:
        if text_run.struck:
            return _escape(_seen(text_run.text) if text_run.mode == "pre" else text_run.text)
        if text_run.mode == "normal":
            return self._joined(text_run.text, at_start)
        lines = text_run.text.split("\n")
        if text_run.mode == "lines":
            return "<br/>".join(self._joined(line, at_start or at > 0) for at, line in enumerate(lines))
        return "<br/>".join(self.line(line, at_start=at_start or at > 0) for at, line in enumerate(lines))

    def _joined(self, text: str, at_start: bool) -> str:
        """Return text with plain blanks collapsed as in HTML; no-break spaces stay visible."""
        text = _UNBROKEN.sub(_breakable, text)
        if "\u00a0" not in text:
            return _escape(text)
        text = _PLAIN.sub(" ", text)
        indent = ""
        if at_start:
            rest = text.lstrip(" \u00a0")
            indent, text = text[: len(text) - len(rest)], rest
        return indent + self._blanks(text)

    def _blanks(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for run in _RUN.finditer(text):
            parts += [_escape(text[at : run.start()]), self._wide(self._columns(run[0]))]
            at = run.end()
        return "".join(parts) + _escape(text[at:])

    def _columns(self, blanks: str) -> int:
        """Return the width of a run in blanks; tabs advance to the next tab stop, counted from the run's start."""
        width = 0
        for blank in blanks:
            width += TAB_SIZE - width % TAB_SIZE if blank == "\t" else 1
        if width > MAX_RUN:
            self._notices.add(f"Uma sequência de espaços foi trazida ao limite de {MAX_RUN}.")
        return min(width, MAX_RUN)

    def _wide(self, blanks: int) -> str:
        if blanks < 2:
            return " "
        self._left -= 1
        if self._left < 0:
            return "\u00a0" * (blanks - 1) + " "
        return f'<span style="letter-spacing:{_HALF * (blanks - 1):g}ch"> </span>'

    def _indent(self, blanks: int) -> str:
        return f'<span style="padding-left:{_HALF * blanks:g}ch"></span>' if blanks else ""


def _parted(piece: str) -> str:
    """Insert an empty element before the trailing blank of a piece, so that text and blank are two pieces.

    WeasyPrint breaks a piece after its first word if it fits the line only without its trailing blank.
    """
    core = piece.rstrip(" \t\n\f")
    return f"{core}<span></span>{piece[len(core) :]}" if 0 < len(core) < len(piece) else piece


def _breakable(found: re.Match[str]) -> str:
    """Replace each single no-break space of a long text without plain blanks by a blank: otherwise words are broken."""
    return re.sub("(?<=[^\u00a0])\u00a0(?=[^\u00a0])", " ", found[0])


def _seen(text: str) -> str:
    return re.sub("  +", lambda run: "\u00a0" * len(run[0]), text)


def _escape(text: str) -> str:
    return escape(text, quote=False)
