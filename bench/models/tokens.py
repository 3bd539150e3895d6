"""An RTF file as tokens that keep their bytes. Independent of `printserver.rtf`, whose reading is measured."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(rb"\\([A-Za-z]+)(-?\d+)? ?|\\'[0-9A-Fa-f]{2}|\\[^A-Za-z]|[{}]|[^\\{}]+|\\", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A control word with its parameter, or other bytes (`word` is empty): a brace, a symbol, text."""

    raw: bytes
    word: str = ""
    parameter: int | None = None

    @property
    def text(self) -> bool:
        """Return whether it is text other than blanks, NULs and line ends of the file."""
        if self.word or self.raw in (b"{", b"}"):
            return False
        return self.raw.startswith((b"\\'", b"\\~", b"\\_", b"\\\\", b"\\{", b"\\}")) or bool(
            not self.raw.startswith(b"\\") and self.raw.strip(b"\r\n\0 ")
        )


def control(word: str, parameter: int | None = None) -> Token:
    """Return a control word, with the blank that ends it."""
    return Token(f"\\{word}{'' if parameter is None else parameter} ".encode(), word, parameter)


def tokens(content: bytes) -> Iterator[Token]:
    """Yield the tokens of a file. A binary block is part of its `\\bin`."""
    at = 0
    while found := _TOKEN.match(content, at):
        at = found.end()
        word = (found[1] or b"").decode()
        parameter = int(found[2]) if found[2] else None
        if word == "bin":
            at = max(at, at + (parameter or 0))
        yield Token(content[found.start() : at], word, parameter)


def group_end(all_tokens: Sequence[Token], start: int) -> int:
    """Return the index after the group that begins at `start`; the number of tokens if it is not closed."""
    depth = 0
    for index in range(start, len(all_tokens)):
        raw = all_tokens[index].raw
        if raw == b"{":
            depth += 1
        elif raw == b"}":
            depth -= 1
            if depth == 0:
                return index + 1
    return len(all_tokens)
