"""What a person typed into the one search, told apart: livro and folha, a seal, a matrícula, a number, words. Pure."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from printserver.common.text import typed_words, unaccented
from printserver.selo import matricula_digits, read

_CODE: Final = re.compile(r"(?<![0-9A-Z])[0-9]{6}[1-5][0-9A-Z]{2}[0-9A-Z]{13}[0-9]{2}[0-9A-Z](?![0-9A-Z])")
_PART: Final = re.compile(r"[0-9A-Z]{4,24}")
_JOB: Final = re.compile(r"[0-9a-f]{32}")
_MATRICULA: Final = re.compile(r"[0-9]{32}")
_NUMBER: Final = r"(?:n[o.]?\s*)?"
_LIVRO: Final = re.compile(rf"(?<![a-z0-9])(?:livro|liv\.?|l\.?)\s*{_NUMBER}((?:[a-z]-?)?[0-9][0-9a-z/-]*)(?![a-z0-9])")
_FOLHA: Final = re.compile(
    rf"(?<![a-z0-9])(?:folhas?|fls?\.?|f\.)\s*{_NUMBER}([0-9]{{1,6}})\s*(v(?:erso)?|f(?:rente)?)?(?![a-z0-9])"
    r"(?:\s*(?:-|–|/|a|e)\s*[0-9]{0,6}\s*(?:v(?:erso)?|f(?:rente)?)?(?![a-z0-9]))?"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was typed. `text` is what is left for a search by words, `words` its words.

    `codigo` is a whole code of a seal, also out of a QR; `wrong_codigo`: its check digit does not match. `part` is
    what may be part of a code, `number` what may be the number of a document, of a sheet or of a matrícula: the whole
    text where it is a single one. `side` is `frente` or `verso`. `job_id` is the id of a print.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    codigo: str | None = None
    wrong_codigo: bool = False
    part: str | None = None
    matricula: str | None = None
    wrong_matricula: bool = False
    job_id: str | None = None
    number: str | None = None
    livro: str | None = None
    folha: str | None = None
    side: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing can be searched by this."""
        return self == Terms(text=self.text)


def parse_terms(text: str) -> Terms:
    """Return what a person typed, scanned or pasted. Never fails: what is nothing else is words."""
    typed = " ".join(text.split())
    close = "".join(character for character in typed if character not in " .-")
    if code := _code(typed):
        return Terms(codigo=code, wrong_codigo=not _valid(code))
    if _MATRICULA.fullmatch(close):
        return Terms(matricula=close, wrong_matricula=not _valid_matricula(close))
    if _JOB.fullmatch(typed.lower()):
        return Terms(job_id=typed.lower())
    livro, folha, side, rest = _place(typed)
    if livro or folha:
        return Terms(text=rest, words=typed_words(rest), livro=livro, folha=folha, side=side)
    single = typed if " " not in typed and any(letter.isdigit() for letter in typed) else None
    part = close.upper() if _PART.fullmatch(close.upper()) and any(map(str.isdigit, close)) else None
    return Terms(text=typed, words=typed_words(typed), number=single, part=part)


def _code(typed: str) -> str | None:
    """Return the code of a seal that stands alone, whatever its blanks and case, or that begins a QR's content."""
    alone = "".join(typed.split()).upper()
    if _CODE.fullmatch(alone):
        return alone
    if "|" in (whole := unquote(typed)):
        first = _CODE.search(whole.partition("|")[0].upper())
        return first[0] if first is not None else None
    return None


def _valid(code: str) -> bool:
    try:
        read(code)
    except ValueError:
        return False
    return True


def _valid_matricula(digits: str) -> bool:
    try:
        matricula_digits(digits)
    except ValueError:
        return False
    return True


def _place(typed: str) -> tuple[str | None, str | None, str | None, str]:
    """Return livro, first folha, its side, and the text without them."""
    plain = unaccented(typed).replace("º", "o").replace("°", "o")
    livro, folha = _LIVRO.search(plain), _FOLHA.search(plain)
    rest = plain
    for found in (folha, livro):
        if found is not None:
            rest = rest.replace(found[0], " ", 1)
    side = None if folha is None or not folha[2] else "verso" if folha[2].startswith("v") else "frente"
    left = " ".join(rest.replace(",", " ").split())
    return (livro[1].upper() if livro else None), (folha[1] if folha else None), side, left
