"""Numbers and names as people compare them: without leading zeros, blanks and case (X0)."""

import re
import unicodedata

from printserver.errors import invalid_input

# Leading zeros of a word's first number: `000123`, `2026/000123`, `P-001234`, `P001234`; not those inside `A10B003`,
# and not those after a point or comma within a number: `7.005` is not `7.5`.
_ZEROS = re.compile(r"(?<![^\W_])(?<![0-9][.,])([^\W\d_]*)0+(?=[0-9])")
# Letters and digits that Unicode has in another shape too (wide, bold …) are the same to who reads them. These are not:
# 7² is not 72, ½ is not 1/2.
_DISTINCT_FORMS = frozenset({"<super>", "<sub>", "<fraction>", "<circle>", "<square>"})
_SLASHES = "\u2044\u2215\u29f8"
_APOSTROPHES = "\u2018\u2019\u02bc\u2032"
_SHEET = re.compile(r"(.*?[^0-9]|)([0-9]+)", re.DOTALL)


def canonical(numero: str) -> str:
    """Return `numero` without what people do not compare: blanks, case, the shape of letters, hyphens and bars."""
    atual = ""
    following = "".join(numero.split())
    while following != atual:  # case may bring letters that have a plainer shape, and composing others
        atual = following
        following = unicodedata.normalize("NFC", "".join(_plain(letter) for letter in atual).upper())
    return atual


def normalize(numero: str) -> str:
    """Return `numero` as it is compared (X0): its `forma`, without the leading zeros of its whole numbers."""
    return _ZEROS.sub(r"\1", canonical(numero))


def normalize_id(identifier: str) -> str:
    """Return the id of an instrumento as it is compared: it identifies a livro, independent of the folhas (X0)."""
    return normalize(identifier)


def normalize_livro(livro: str) -> str:
    """Return the number of a livro as it is compared (X0)."""
    return normalize(livro)


def normalize_sheet(papel: str) -> str:
    """Return the number of a sheet of security paper as it is compared (X0, P5): its last digits are a whole number."""
    whole = canonical(papel)
    found_row = _SHEET.fullmatch(whole)
    return f"{normalize(found_row[1])}{int(found_row[2])}" if found_row else normalize(whole)


def normalize_folha(folha: str, field: str = "folha") -> int:
    """Return the number of a folha. Raises Recusa `entrada-invalida` naming `field` if it is not written in digits."""
    stripped = folha.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 6):
        raise invalid_input(field, "deve ser o número da folha, só algarismos")
    return int(stripped)


def _plain(letter: str) -> str:
    """Return a character as people compare it: its plain digit, hyphen, bar or letter."""
    if letter.isascii():
        return letter
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(letter) == "Pd" or letter == "\u2212":
        return "-"
    if letter in _SLASHES:
        return "/"
    if letter in _APOSTROPHES:
        return "'"
    tag, _, codigos = unicodedata.decomposition(letter).partition(" ")
    if not tag.startswith("<") or tag in _DISTINCT_FORMS:
        return letter
    whole = "".join(chr(int(codigo, 16)) for codigo in codigos.split())
    return whole if tag in ("<wide>", "<narrow>") or whole.isalpha() else letter
