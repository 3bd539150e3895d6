"""The tokens of an RTF file. A token is a tuple: (kind, value, parameter, position in bytes).

Kinds: `word` (control word; its parameter or None), `symbol` (control symbol, one character), `byte` (`\\'hh`),
`open`, `close`, `text`. Line ends of the file, NULs and binary blocks give no token.
"""

import re
from collections.abc import Iterator
from typing import Final

from printserver.rtf.limits import MAX_TOKENS, SAVE_AGAIN, refuse, said

Token = tuple[str, str, int | None, int]

_TOKEN: Final = re.compile(
    r"\\([A-Za-z]{1,64})(-?\d+)? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|([^\\{}\r\n\0]+)|[\r\n\0]+|(\\)", re.DOTALL
)
_WORD, _NUMBER, _BYTE, _SYMBOL, _BRACE, _TEXT, _LONE = range(1, 8)
_LARGEST: Final = 2**31 - 1
_TOO_MANY: Final = f"O RTF tem códigos de formatação demais: mais de {said(MAX_TOKENS)}. Divida o documento."
_DIGITS: Final = 12  # more than the largest number has


def tokens(source: str, start: int) -> Iterator[Token]:
    """Yield the tokens of `source` (one character a byte) from `start` on. Raises `Recusa` `corpo-invalido`."""
    if "\\bin" not in source and sum(map(source.count, "\\{}")) > 2 * MAX_TOKENS:  # `\\` is one sign
        raise refuse(_TOO_MANY)
    at, count = start, 0
    match, end = _TOKEN.match, len(source)
    while at < end:
        found = match(source, at)
        assert found is not None  # every character is matched by one of the alternatives
        index, at = found.lastindex, found.end()
        if index == _TEXT:
            yield "text", found[_TEXT], None, found.start()
            continue
        count += index is not None
        if count > MAX_TOKENS:
            raise refuse(_TOO_MANY)
        if index in (_WORD, _NUMBER):
            parameter = None if found[_NUMBER] is None else _clamped(found[_NUMBER])
            if found[_WORD] == "bin":
                at = _after_block(at, parameter or 0, end)
                continue
            yield "word", found[_WORD], parameter, found.start()
        elif index == _BYTE:
            yield "byte", chr(int(found[_BYTE], 16)), None, found.start()
        elif index == _BRACE:
            yield ("open" if found[_BRACE] == "{" else "close"), "", None, found.start()
        elif index == _SYMBOL:
            yield "symbol", found[_SYMBOL], None, found.start()
        elif index == _LONE:
            raise refuse(f"O RTF está cortado: acaba num sinal incompleto, no byte {found.start() + 1}. {SAVE_AGAIN}")


def _clamped(digits: str) -> int:
    return max(-_LARGEST, min(_LARGEST, int(digits[:_DIGITS])))


def _after_block(at: int, length: int, end: int) -> int:
    if length < 0 or at + length > end:
        raise refuse(
            f"O RTF anuncia no byte {at + 1} um bloco binário de {length} bytes, maior que o arquivo: ele está cortado"
            f" ou foi alterado. {SAVE_AGAIN}"
        )
    return at + length
