"""The characters of a body: what can be printed, what is taken out (said in an aviso), and what is refused.

Works on plain text, one piece at a time. Knows nothing of HTML.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from printserver.errors import Recusa
from printserver.text import printable

CAMPO: Final = "corpo.conteudo"
"""The field that refusals and avisos of a body name; the caller knows what stands before it."""

_LINE_ENDS: Final = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"}
_KEPT: Final = "\t\n\u00ad\u200b"  # blanks, and two invisible marks of where a word may be broken
# More marks than any language stacks on one letter would be painted over the lines above and below.
_MAX_MARKS: Final = 4
_MAX_AVISOS: Final = 30


@dataclass(frozen=True, slots=True)
class Aviso:
    """Something about a body that its sender should know, though it prints: the field, and a text in Portuguese."""

    campo: str
    mensagem: str


@dataclass
class Avisos:
    """Collects avisos: each once, in order, at most 30."""

    _messages: dict[str, None] = field(default_factory=dict)

    def add(self, mensagem: str) -> None:
        if len(self._messages) < _MAX_AVISOS:
            self._messages.setdefault(mensagem)

    def all(self) -> tuple[Aviso, ...]:
        return tuple(Aviso(CAMPO, message) for message in self._messages)


imprimiveis: Final = printable


def recusar(motivo: str) -> Recusa:
    """Return the refusal `corpo-invalido` for `motivo` (Portuguese, a whole sentence)."""
    return Recusa("corpo-invalido", motivo)


def limpar(texto: str, avisos: Avisos, *, antes: int = 0) -> str:
    """Return `texto` as it can be printed, composed (NFC); `antes` is how many characters of the body came before it.

    Line ends become `\\n`; blanks that the fonts lack become a plain one. Control characters, and invisible format
    characters (those that reorder text above all), are taken out with an aviso. Raises `Recusa` `corpo-invalido` for
    any other character that cannot be printed, naming it and its place: text is never dropped.
    """
    if texto.isascii() and texto.isprintable():
        return texto
    texto = _compose(texto.replace("\r\n", "\n").replace("\r", "\n"))
    changes: dict[int, str | None] = {}
    for character in sorted(set(texto)):
        code = ord(character)
        verdict = _verdict(character)
        if verdict == character:
            continue
        if verdict is None:
            at = texto.index(character)
            raise recusar(_unprintable(character, antes + at + 1, _context(texto, at)))
        if verdict == "":
            avisos.add(f"O caractere invisível {_name(code)} foi retirado do texto.")
        changes[code] = verdict
    return texto.translate(changes) if changes else texto


def _verdict(character: str) -> str | None:
    """Return what to print for a character (`""`: nothing), or None where it must be refused."""
    code = ord(character)
    if code in _LINE_ENDS:
        return _LINE_ENDS[code]
    if character in _KEPT:
        return character
    category = unicodedata.category(character)
    if category == "Zs":
        return character if code in imprimiveis() else " "
    if category == "Cf" or code in _VARIATION or (category == "Cc" and code < 0x80):
        return ""
    # private use: each font has its own idea of it; controls above 0x7f: letters read in the wrong encoding
    if category in ("Cc", "Co") or code == 0xFFFD or code not in imprimiveis():
        return None
    return character


_VARIATION: Final = frozenset({0x034F, *range(0xFE00, 0xFE10)})


def _compose(texto: str) -> str:
    """Return `texto` in NFC. Long runs of marks are refused first: sorting them takes quadratic time."""
    if texto.isascii():
        return texto
    marks = "".join(character for character in set(texto) if unicodedata.category(character) in ("Mn", "Me", "Mc"))
    if marks:
        run = re.search(f"[{re.escape(marks)}]{{{_MAX_MARKS + 1}}}", texto)
        if run:
            raise recusar(
                f"O texto tem mais de {_MAX_MARKS} sinais combinados sobre uma só letra, perto de "
                f"“{_context(texto, run.start())}”: eles cobririam outras linhas. Retire-os."
            )
    return unicodedata.normalize("NFC", texto)


def _context(texto: str, at: int) -> str:
    """Return the end of what stands before `at`, fit for a message."""
    before = (character if character.isprintable() else " " for character in texto[max(0, at - 20) : at])
    return "".join(before).strip()


def _unprintable(character: str, place: int, before: str) -> str:
    code = ord(character)
    shown = f"“{character}” ({_name(code)})" if character.isprintable() else _name(code)
    near = f", depois de “{before}”" if before else ""
    hint = ""
    if 0x80 <= code < 0xA0:
        hint = " O texto parece ter sido lido na codificação errada (Windows-1252 como Latin-1)."
    if code == 0xFFFD:
        hint = " Ele marca um caractere que já se perdeu antes de chegar aqui."
    return f"Nenhuma fonte do servidor imprime o caractere {shown}, na posição {place} do texto{near}.{hint} Troque-o."


def _name(code: int) -> str:
    name = unicodedata.name(chr(code), "") if not 0xD800 <= code < 0xE000 else "SURROGATE"
    return f"U+{code:04X} {name}".rstrip()
