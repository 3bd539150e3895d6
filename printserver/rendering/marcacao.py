"""The markup of an `html` body, read token by token in linear time and written anew in the few tags that print.

It comes before nh3, which builds the tree: what it gives on is shallow, holds only known tags and attributes, and no
text is swallowed by the parser's special cases (`template`, `title`, `textarea`, a `<` that closes nowhere …). nh3 is
slow at text with many `&` too (it copies what it has at each; 15 s for 1,500,000), so `E_COMERCIAL` stands for them.
Only comments, declarations, `script` and `style` are no text.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final

from printserver.rendering.caracteres import Avisos, recusar

MAXIMO_PROFUNDIDADE: Final = 100
"""Elements open one inside the other (nh3 took 22 s for 100,000)."""
MAXIMO_MARCAS: Final = 100_000
"""Tags in one body."""

MAXIMO_ATRIBUTO: Final = 5_000
"""Characters of an attribute's value, images apart; the rest is cut off."""
E_COMERCIAL: Final = "\ufdd0"
"""Stands for `&` in the text between here and the tree; no text has it (it is no character)."""

VAZIAS: Final = frozenset({"br", "img"})
BLOCOS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "div", "ul", "ol", "li"})
FORMAS: Final = frozenset({"b", "strong", "i", "em", "u", "s", "sub", "sup"})
TABELA: Final = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th"})
MARCAS: Final = BLOCOS | FORMAS | TABELA | VAZIAS | {"span"}

# Other tags that carry form: by what they are written anew; without an aviso where nothing is lost.
_SAME: Final = {"del": "s", "strike": "s", "ins": "u", "center": "div"}
_BLOCK_WORDS: Final = """
    address article aside blockquote body caption dd details dialog dir dl dt fieldset figcaption figure footer form
    frameset h5 h6 header hgroup hr html iframe legend listing main menu nav noembed noframes noscript object optgroup
    option plaintext pre search section select summary svg template text textarea title xmp
"""
_AS_BLOCK: Final = frozenset(_BLOCK_WORDS.split())
_SILENT: Final = frozenset({"html", "body", "head", "div", "span", "a", "col", "colgroup", "meta", "link"})
_NO_TEXT: Final = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>", re.IGNORECASE) for name in ("script", "style")}
_ATTRIBUTES: Final = {
    "*": frozenset({"style", "align"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start", "type"}),
    "li": frozenset({"value"}),
}

_FORM_WORDS: Final = """
    background bgcolor border bordercolor cellpadding cellspacing class color compact dir face height hidden href id
    lang name noshade nowrap onclick onerror onload reversed rules size span valign width
"""
_FORM_ATTRIBUTES: Final = frozenset(_FORM_WORDS.split())

_OPENING: Final = re.compile(r"<(?:!--|[!?]|/?[A-Za-z])")
_END: Final = re.compile(">")
_COMMENT_END: Final = re.compile("--!?>")
# As HTML splits them: a name, then "value", 'value', value or nothing; possessive, so that time stays linear.
_ATTRIBUTE: Final = r"""[\s/]*+(=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)|(?=>)))?+"""
_EACH_ATTRIBUTE: Final = re.compile(_ATTRIBUTE)
_TAG: Final = re.compile(rf"<(/?)([A-Za-z][^\s/><]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>")


@dataclass
class Marcacao:
    """A body's markup as `reescrever` leaves it: `html`, and the `src` of images by the number that stands there."""

    html: str = ""
    imagens: list[str] = field(default_factory=list)


def reescrever(conteudo: str, avisos: Avisos) -> Marcacao:
    """Return `conteudo` written anew; all text stays, in its order.

    Raises `Recusa` `corpo-invalido` for more than 100 elements inside one another, for too many tags, and for a tag,
    comment or script that never closes (a browser would swallow all that follows).
    """
    writer = _Writer(avisos)
    if "\0" in conteudo:
        avisos.add("O caractere nulo (U+0000) foi retirado do texto.")
        conteudo = conteudo.replace("\0", "")
    at = 0
    while (found := _OPENING.search(conteudo, at)) is not None:
        start = found.start()
        writer.text(conteudo[at:start])
        if conteudo.startswith("<!--", start):
            at = _after(_COMMENT_END, conteudo, start + 2, f"O comentário da posição {start + 1} do HTML")
        elif conteudo[start + 1] in "!?":
            at = _after(_END, conteudo, start, f"A declaração da posição {start + 1} do HTML")
        else:
            at = writer.tag(conteudo, start)
    writer.text(conteudo[at:])
    return Marcacao("".join(writer.parts), writer.images)


def _after(end: re.Pattern[str], conteudo: str, start: int, what: str) -> int:
    found = end.search(conteudo, start)
    if found is None:
        raise recusar(f"{what} não tem fim: tudo o que vem depois se perderia.")
    return found.end()


class _Writer:
    """Writes the tokens, and keeps count of what is open."""

    def __init__(self, avisos: Avisos) -> None:
        self.parts: list[str] = []
        self.images: list[str] = []
        self._avisos = avisos
        self._open: list[str] = []
        self._tags = 0

    def text(self, text: str) -> None:
        if text:
            plain = html.unescape(text).replace(E_COMERCIAL, "\ufffd").replace("&", E_COMERCIAL)
            self.parts.append(html.escape(plain, quote=False))

    def tag(self, conteudo: str, start: int) -> int:
        """Write the tag at `start`; return where the next token begins."""
        found = _TAG.match(conteudo, start)
        if found is None:
            raise recusar(f"A marca da posição {start + 1} do HTML não tem o “>” que a fecha.")
        self._tags += 1
        if self._tags > MAXIMO_MARCAS:
            raise recusar(f"O HTML tem mais de {MAXIMO_MARCAS} marcas.")
        name = found[2].lower()
        if name in _NO_TEXT and not found[1]:
            return self._skip(conteudo, name, found.end())
        target = self._target(name)
        if target is not None:
            if found[1]:
                self._close(target)
            else:
                self._start(name, target, found[3])
        return found.end()

    def _skip(self, conteudo: str, name: str, at: int) -> int:
        """Leave out a script or style sheet, to the end of its closing tag."""
        self._avisos.add(f"A marca <{name}> não é texto e foi retirada com o seu conteúdo.")
        return _after(_NO_TEXT[name], conteudo, at, f"A marca <{name}> do HTML")

    def _target(self, name: str) -> str | None:
        """Return the tag that is written for `name`, None for none (its text stays)."""
        if name in MARCAS:
            return name
        if name not in _SAME and name not in _SILENT:
            shown = name[:20] if name.isprintable() else "?"
            self._avisos.add(f"A marca <{shown}> não é aceita: o texto ficou, sem a forma dela.")
        return _SAME.get(name, "div" if name in _AS_BLOCK else None)

    def _start(self, name: str, target: str, raw: str) -> None:
        attributes = self._attributes(target, raw)
        if name == "center":
            attributes.setdefault("align", "center")
        if target == "img":
            self.images.append(attributes.get("src", ""))
            attributes["src"] = str(len(self.images) - 1)
        written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
        self.parts.append(f"<{target}{written}>")
        self._imply(target)
        if target not in VAZIAS:
            self._open.append(target)
            if len(self._open) > MAXIMO_PROFUNDIDADE:
                raise recusar(f"O HTML tem mais de {MAXIMO_PROFUNDIDADE} marcas abertas umas dentro das outras.")
        if name == "hr":
            self._close(target)

    def _imply(self, name: str) -> None:
        """Close what the opening of `name` closes (HTML lets `</p>`, `</li>`, `</td>` … be left out)."""
        closes, barriers = _IMPLIED.get(name, (_NOTHING, _NOTHING))
        found = None
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] in closes:
                found = at
            elif self._open[at] in barriers:
                break
        if found is not None:
            self._cut(found)

    def _attributes(self, target: str, raw: str) -> dict[str, str]:
        """Return the attributes that may matter, their values plain."""
        kept: dict[str, str] = {}
        allowed = _ATTRIBUTES["*"] | _ATTRIBUTES.get(target, frozenset())
        for found in _EACH_ATTRIBUTE.finditer(raw):
            name = found[1].lower()
            value = next((group for group in found.groups()[1:] if group is not None), "")
            if name in allowed:
                kept.setdefault(name, html.unescape(value if name == "src" else value[:MAXIMO_ATRIBUTO]))
            elif name in _FORM_ATTRIBUTES:
                self._avisos.add(f"O atributo {name} não é aceito e ficou sem efeito.")
        return kept

    def _close(self, name: str) -> None:
        """Write a closing tag, if it closes something."""
        if name in VAZIAS:
            if name == "br":
                self.parts.append("<br>")
            return
        barriers = _BARRIERS.get(name, _CELLS | {"table"})
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] == name:
                self.parts.append(f"</{name}>")
                self._cut(at)
                return
            if self._open[at] in barriers:
                return

    def _cut(self, at: int) -> None:
        """Close the element at `at` and all inside it, but for forms (b, i …) that are in no table cell.

        Those go on in HTML until their own closing tag, so they still count.
        """
        in_cell = self._open[at] in _CELLS
        left = []
        for name in self._open[at + 1 :]:
            in_cell = in_cell or name in _CELLS
            if name in FORMAS and not in_cell:
                left.append(name)
        self._open[at:] = left


_NOTHING: Final[frozenset[str]] = frozenset()
_CELLS: Final = frozenset({"td", "th"})
_BARRIERS: Final = {
    "li": _CELLS | {"table", "ul", "ol"},
    **dict.fromkeys(("td", "th", "tr", "thead", "tbody", "tfoot"), frozenset({"table"})),
    "table": _NOTHING,
}
_IMPLIED: Final = {
    **dict.fromkeys(("p", "h1", "h2", "h3", "h4", "div", "ul", "ol", "table"), (frozenset({"p"}), MARCAS - FORMAS)),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"}) | _CELLS),
    "td": (_CELLS, frozenset({"table"})),
    "th": (_CELLS, frozenset({"table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **dict.fromkeys(("thead", "tbody", "tfoot"), (frozenset({"thead", "tbody", "tfoot"}), frozenset({"table"}))),
}
