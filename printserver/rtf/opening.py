"""What is looked at before a file is read as RTF, and after its end."""

import codecs
import re
from typing import Final

from printserver.rtf.limits import MAX_BYTES, SAVE_AGAIN, refuse

_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf")
_KNOWN: Final = (
    (
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",),
        "O arquivo é um documento .doc do Word, e não RTF: abra-o e salve como RTF.",
    ),
    ((b"PK\x03\x04",), "O arquivo é um .docx, .odt ou .zip, e não RTF: abra-o e salve como RTF."),
    ((b"%PDF-",), "O arquivo é um PDF, e não RTF."),
    (
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\0\\\0", b"\0{\0\\"),
        "O arquivo está em UTF-16, e um RTF não: salve-o de novo como RTF.",
    ),
)
_BLANKS: Final = "\0\r\n\t \x1a"
_MEGABYTE: Final = 1024 * 1024


def check_beginning(content: bytes) -> None:
    """Raise `Recusa` `corpo-invalido` for a file that is empty, too large or no RTF; say what it is."""
    if not content.strip(_BLANKS.encode()):
        raise refuse("O arquivo RTF está vazio.")
    if len(content) > MAX_BYTES:
        raise refuse(f"O RTF tem {len(content) / _MEGABYTE:.0f} MB; o máximo são {MAX_BYTES // _MEGABYTE} MB.")
    for heads, reason in _KNOWN:
        if content.startswith(heads):
            raise refuse(reason)
    if _BEGINNING.match(content) is None:
        raise refuse("O arquivo não é RTF: não começa por “{\\rtf”. Abra-o no programa de origem e salve como RTF.")


def has_second_document(source: str, end: int) -> bool:
    """Return whether another document follows the one that ends at `end`; blanks and NULs count for nothing.

    Raises `Recusa` `corpo-invalido` if text follows: a brace too many has ended the document before it.
    """
    rest = source[end:].strip(_BLANKS + "}")
    if rest and not rest.startswith("{\\rtf"):
        line = source.count("\n", 0, end) + 1
        raise refuse(
            f"O RTF tem uma chave de fechamento a mais na linha {line}, byte {end}: o texto continua depois do fim do"
            f" documento. {SAVE_AGAIN}"
        )
    return bool(rest)
