"""The RTF in a body's `conteudo`: its characters, base64, or a model's file with the values of its variables.

Pure functions for the render pool: the content may be hostile.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Final

from printserver import rtf
from printserver.rendering.body.characters import refuse
from printserver.rendering.body.marks import EXACT as MARK

_BEGINNING: Final = re.compile(r"\s*\{\\rtf")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_PLACE: Final = re.compile(f"{rtf.VARIABLE.pattern}|{MARK.pattern}")
_PARAGRAPHS_OF_BEGINNING: Final = 8
_PACKED: Final = '{"rtf":'

QR_BOX: Final = "\ue000"
"""Stands for the seal block in the values of variables."""
CODE_BOX: Final = "\ue001"
"""Stands for the code of the document's seal in the values of variables."""
MAX_CODES: Final = 100
"""Places of codes in one text; each has the character `CODE_BOX` plus its number."""


@dataclass(frozen=True, slots=True)
class RtfFacts:
    """What an RTF is, before it is laid out.

    `variables`: those without a value and the number of their places, in the order of the text; `in_margins`: those
    that are only in headers and footers. `page` is width and height, `margins` left, right, top and bottom, in mm.
    """

    variables: Mapping[str, int]
    in_margins: frozenset[str]
    page: tuple[float, float]
    margins: tuple[float, float, float, float]
    mirrored: bool


@dataclass(frozen=True, slots=True)
class RtfModel:
    """What the import of a model asks of it, too.

    `slips`: names that are probably misspelt, each with the one that is meant. `text` is that of its paragraphs, one a
    line, `beginning` that of the first ones.
    """

    facts: RtfFacts
    slips: tuple[tuple[str, str], ...]
    text: str
    beginning: str


def pack(file: bytes, values: Mapping[str, str]) -> str:
    """Return a model's file with the values of its variables as the `conteudo` of an rtf body."""
    return json.dumps({"rtf": base64.b64encode(file).decode(), "valores": dict(values)}, ensure_ascii=False)


def examine(content: str) -> RtfFacts:
    """Read an rtf body. Raises `Recusa` `corpo-invalido` that names what is wrong and where."""
    return _facts(*_read(content))


def examine_model(content: str) -> RtfModel:
    """Read a model. Raises as `examine`."""
    document, own = _read(content)
    facts = _facts(document, own)
    paragraphs = (paragraph.text.replace(rtf.PAGE_NUMBER, "") for paragraph in document.paragraphs())
    texts = [text for text in paragraphs if text.strip()]
    return RtfModel(
        facts,
        slips=rtf.likely_slips(facts.variables),
        text="\n".join(texts),
        beginning="\n".join(texts[:_PARAGRAPHS_OF_BEGINNING]),
    )


def _facts(document: rtf.Rtf, own: Mapping[str, str]) -> RtfFacts:
    names = {name: places for name, places in rtf.variables(document).items() if name not in own}
    in_text = {match[1] for each in document.paragraphs() for match in rtf.VARIABLE.finditer(each.text)}
    paper = document.sections[0].paper
    mm = [round(each / rtf.TWIPS_PER_MM, 1) for each in (paper.width, paper.height)]
    margins = [round(each / rtf.TWIPS_PER_MM, 1) for each in (paper.left, paper.right, paper.top, paper.bottom)]
    return RtfFacts(
        variables=names,
        in_margins=frozenset(names.keys() - in_text),
        page=(mm[0], mm[1]),
        margins=(margins[0], margins[1], margins[2], margins[3]),
        mirrored=paper.mirrored,
    )


def load(content: str, values: Mapping[str, str], *, whole: bool) -> rtf.Rtf:
    """Return the document of an rtf body with `values`, and those of its model, in the places of marks and variables.

    The keys of `values` are as the text has them: `[[TOTAL]]`, `<Nome>`. A place without a value stays as it is.
    `whole`: headers and footers are printed; otherwise they stay as they are. Raises `Recusa` `corpo-invalido`, also
    for the place of the seal's block in a header or footer that is printed.
    """
    document, own = _read(content)
    if any(_PRIVATE.search(each.text.replace(rtf.PAGE_NUMBER, "")) for each in rtf.every_paragraph(document)):
        raise refuse("O RTF tem um caractere de uso privado, que não se imprime.")
    known = {**values, **{f"<{name}>": text for name, text in own.items()}}
    boxes, blocks = count(), count()

    def value(place: str) -> str | None:
        """Return the value of a place; each one of a code has a box of its own, only the first one of a QR has one."""
        text = known.get(place)
        if text == CODE_BOX:
            return chr(ord(CODE_BOX) + min(next(boxes), MAX_CODES - 1))
        return "" if text == QR_BOX and next(blocks) else text

    def in_margins(place: str) -> str | None:
        if not whole:
            return None
        if known.get(place) == QR_BOX:
            raise refuse(
                f"O lugar do selo, {place}, está num cabeçalho ou rodapé, que se repete em cada página: o bloco do selo"
                " sai uma vez só. Ponha-o no texto."
            )
        return value(place)

    return rtf.substitute(document, value, _PLACE, margins=in_margins)


def _read(content: str) -> tuple[rtf.Rtf, Mapping[str, str]]:
    """Return the document of an rtf body as it is, and the values that came with it."""
    file, values = _unpack(content)
    return rtf.read(file), values


def _unpack(content: str) -> tuple[bytes, Mapping[str, str]]:
    if _BEGINNING.match(content):
        return _characters(content), {}
    if content.startswith(_PACKED):
        return _packed(content)
    try:
        return base64.b64decode("".join(content.split()), validate=True), {}
    except (binascii.Error, ValueError) as error:
        raise refuse("O conteúdo não é RTF: não começa por “{\\rtf” e não é base64. Envie o texto do RTF.") from error


def _packed(content: str) -> tuple[bytes, Mapping[str, str]]:
    try:
        packed = json.loads(content)
        file, values = base64.b64decode(packed["rtf"]), dict(packed["valores"])
    except (ValueError, KeyError, TypeError) as error:
        raise refuse("O conteúdo não é o de um modelo preenchido.") from error
    if not all(isinstance(value, str) for value in values.values()):
        raise refuse("O conteúdo não é o de um modelo preenchido: cada valor é um texto.")
    if any(_PRIVATE.search(value) for value in values.values()):
        raise refuse("Um valor tem um caractere de uso privado, que não se imprime.")
    return file, values


def _characters(content: str) -> bytes:
    """Return the bytes of an RTF's characters: U+0080 to U+00FF are the bytes of its code page."""
    try:
        return content.encode("latin-1")
    except UnicodeEncodeError as error:
        raise refuse(
            f"O RTF tem o caractere “{content[error.start]}” na posição {error.start + 1}: num RTF ele é escrito"
            " como \\u… ou \\'…. Envie o arquivo em base64."
        ) from error
