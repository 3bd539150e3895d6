"""Where the text of a paragraph may be cut into lines: as UAX 14 in the form that LibreOffice follows.

A text is read as words and spaces. A word holds the spaces at which no line may break: those before a closing sign
(`acrescentam: .....`) and those after an opening one.

A line may break after a slash, but LibreOffice then goes back to the last blank, if one is near: such a part of a word
is `tied`. So a path or `e/ou` goes to the next line as a whole, and is cut only where it is wider than a line.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, cast

Kind = Literal["palavra", "ligada", "espaco", "tab", "linha", "pagina"]
"""`palavra` and `ligada` (tied) are words or parts of them: no line breaks inside."""

_CLOSING: Final = ".,;:!?)\\]}/\\\\"
_OPENING: Final = "(\\[{"
_TIED: Final = "\"'“”‘’«»\u00a0\u2011\u2060"
"""No line breaks before or after these: quotes, and what is written to tie words."""
_HYPHENS: Final = "\\-\u2010–|\u00ad\u200b"

_TOKEN: Final = re.compile(
    f"(?P<palavra>(?:[ ]+(?=[{_CLOSING}]))?[^ \\t\\n\\f]+"
    f"(?:(?:(?<=[{_OPENING}])[ ]+|[ ]+(?=[{_CLOSING}]))[^ \\t\\n\\f]+)*)"
    "|(?P<espaco>[ ]+)|(?P<tab>\\t)|(?P<linha>\\n)|(?P<pagina>\\f)"
)
_NEAR: Final = 66
"""Characters within which a blank before a slash ties what follows it."""
_BLANK: Final = re.compile("[ \\t\\n\\f]")
_MAY_BREAK: Final = re.compile(f"[{_HYPHENS}/!?—\\\\…´%′({'['}{{$+€]")
"""Signs without which a word has no break inside."""
_BREAK: Final = re.compile(
    f"(?<=[{_HYPHENS}!?—\\\\…])(?![ {_CLOSING}{_TIED}{_HYPHENS}—…])"
    f"|(?<=/)(?![ {_CLOSING}{_TIED}{_HYPHENS}…])(?:(?<![0-9]/)|(?![0-9]))"
    f"|(?<=[^ {_OPENING}{_TIED}/—´])(?=[—´])"
    f"|(?<=[^ {_OPENING}{_TIED}/—´\\d])(?=[%′])"
    f"|(?<=[.,;:!?)\\]}}%$€+′])(?=[{_OPENING}$+€])"
    f"|(?<=[{_HYPHENS}.,;:!?)\\]}}%$€+′—\\\\])(?=…)"
)


def tokens(text: str) -> Iterator[tuple[Kind, int, int]]:
    """Yield the kind, start and end of each token of a text."""
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        kind = cast("Kind", match.lastgroup)
        if kind == "palavra" and _MAY_BREAK.search(text, start, end):
            for cut in _BREAK.finditer(text, start + 1, end):
                if cut.start() < end:
                    yield kind, start, cut.start()
                    start = cut.start()
                    kind = "ligada" if _is_tied(text, start) else "palavra"
        yield kind, start, end


def _is_tied(text: str, at: int) -> bool:
    return text[at - 1] == "/" and _BLANK.search(text, max(at - _NEAR, 0), at) is not None
