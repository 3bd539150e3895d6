"""The characters of a body: printed, removed (with an aviso) or refused.

Works on plain text, one piece at a time, independent of HTML.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from printserver.errors import Recusa
from printserver.formats import printable
from printserver.rendering.body.equivalents import equivalent

FIELD: Final = "corpo.conteudo"
"""Field name in refusals and avisos of a body; the caller adds the path before it."""

_LINE_ENDS: Final = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_KEPT: Final = "\t\n\u00ad\u200b"  # blanks, and two invisible marks of possible word breaks
# No language combines more marks on one letter; more would cover the lines above and below.
_MAX_MARKS: Final = 4
_MAX_NOTICES: Final = 30
_MAX_NAMES: Final = 40


@dataclass(frozen=True, slots=True)
class BodyNotice:
    """A warning about a body that is printed: the field, and a text in Portuguese."""

    campo: str
    mensagem: str


@dataclass
class Notices:
    """Collects avisos, each once, in order. None is dropped: the thirtieth contains all later ones.

    A message about several names (styles, attributes, tags) is one aviso that lists them.
    """

    _names: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, mensagem: str, nome: str = "") -> None:
        """Add `mensagem`, a whole sentence; `{}` in it is replaced by the names."""
        self._names.setdefault(mensagem, {}).setdefault(nome)

    def all(self) -> tuple[BodyNotice, ...]:
        messages = [_message(message, list(names)) for message, names in self._names.items()]
        if len(messages) > _MAX_NOTICES:
            messages[_MAX_NOTICES - 1 :] = [" ".join(messages[_MAX_NOTICES - 1 :])]
        return tuple(BodyNotice(FIELD, message) for message in messages)


def _message(message: str, names: list[str]) -> str:
    if names == [""]:
        return message
    shown = ", ".join(names[:_MAX_NAMES])
    if len(names) > _MAX_NAMES:
        shown += f" e mais {len(names) - _MAX_NAMES}"
    return message.replace("{}", shown)


printable_characters: Final = printable


def refuse(reason: str) -> Recusa:
    """Return the refusal `corpo-invalido` for `reason` (Portuguese, a whole sentence)."""
    return Recusa("corpo-invalido", reason)


def clean(text: str, notices: Notices, *, before: int = 0) -> str:
    """Return `text` in printable characters, composed (NFC); `before` is the number of preceding characters.

    Line ends become `\\n`. Blanks without a glyph become a plain blank. Other characters without a glyph become their
    equivalent (`equivalent`), with an aviso if it looks different. Control characters and invisible format characters
    (for example those that reorder text) are removed with an aviso. Raises `Recusa` `corpo-invalido` for any other
    unprintable character, with its name and position: text is never dropped (P2a).
    """
    if text.isascii() and text.isprintable():
        return text
    text = _compose(text.replace("\r\n", "\n").replace("\r", "\n"))
    changes: dict[int, str | None] = {}
    numbers = ""
    for character in sorted(set(text)):
        code = ord(character)
        verdict = _verdict(character)
        if verdict == character:
            continue
        if verdict is None:
            at = text.index(character)
            raise refuse(_unprintable(character, before + at + 1, _context(text, at)))
        if verdict == "":
            notices.add(f"O caractere invisível {_name(code)} foi retirado do texto.")
        elif not _looks_the_same(character):
            notices.add(
                "Sinais que as fontes não têm foram escritos de outra forma: {}.", f"{character} como {verdict}"
            )
        if verdict[:1].isdigit() and unicodedata.category(character) == "No":
            numbers += character
        changes[code] = verdict
    if numbers:  # 1⅕ must not become 11⁄5
        text = re.sub(f"(?:^|(?<=[0-9]))(?=[{re.escape(numbers)}])", "\u00a0", text)
    return text.translate(changes) if changes else text


def _verdict(character: str) -> str | None:
    """Return the text to print for a character (`""`: nothing), or None if it must be refused."""
    code = ord(character)
    if code in _LINE_ENDS:
        return _LINE_ENDS[code]
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category == "Zs" and character != "\u202f":
        return character if code in printable_characters() else " "
    if category == "Cf" or code in _VARIATION or (category == "Cc" and code < 0x80):
        return ""
    # private use: fonts differ in its meaning; controls above 0x7f: letters read in the wrong encoding
    if category not in ("Cc", "Co") and code != 0xFFFD and code in printable_characters():
        return character
    return _instead(character)


@cache
def _instead(character: str) -> str | None:
    """Return the printable equivalent of `character`, or None."""
    found = equivalent(character)
    if found is None:
        return None
    parts = [part if ord(part) in printable_characters() else _instead(part) for part in found[0]]
    return None if None in parts else "".join(part for part in parts if part is not None)


def _looks_the_same(character: str) -> bool:
    """Return whether the text printed instead of `character` looks the same."""
    found = equivalent(character)
    if found is None:
        return True  # a blank or a line end
    return found[1] and all(ord(part) in printable_characters() or _looks_the_same(part) for part in found[0])


_VARIATION: Final = frozenset({0x034F, *range(0xFE00, 0xFE10)})


def _compose(text: str) -> str:
    """Return `text` in NFC. Long runs of combining marks are refused first: sorting them takes quadratic time."""
    if text.isascii():
        return text
    marks = "".join(character for character in set(text) if unicodedata.category(character) in ("Mn", "Me", "Mc"))
    if marks:
        run = re.search(f"[{re.escape(marks)}]{{{_MAX_MARKS + 1}}}", text)
        if run:
            raise refuse(
                f"O texto tem mais de {_MAX_MARKS} sinais combinados sobre uma só letra, perto de "
                f"“{_context(text, run.start())}”: eles cobririam outras linhas. Retire-os."
            )
    return unicodedata.normalize("NFC", text)


def _context(text: str, at: int) -> str:
    """Return the end of the text before `at`, for a message."""
    before = (character if character.isprintable() else " " for character in text[max(0, at - 20) : at])
    return "".join(before).strip()


def _unprintable(character: str, place: int, before: str) -> str:
    code = ord(character)
    shown = f"“{character}” ({_name(code)})" if character.isprintable() else _name(code)
    near = f", depois de “{before}”" if before else ""
    hint = ""
    if 0x80 <= code < 0xA0:
        hint = " O texto parece ter sido lido na codificação errada (Windows-1252 como Latin-1)."
    if 0xF000 <= code <= 0xF0FF:
        hint = " Ele é de uma fonte de símbolos (Symbol, Wingdings)."
    if code == 0xFFFD:
        hint = " Ele marca um caractere que já se perdeu antes de chegar aqui."
    return f"Nenhuma fonte do servidor imprime o caractere {shown}, na posição {place} do texto{near}.{hint} Troque-o."


def _name(code: int) -> str:
    name = unicodedata.name(chr(code), "") if not 0xD800 <= code < 0xE000 else "SURROGATE"
    return f"U+{code:04X} {name}".rstrip()
