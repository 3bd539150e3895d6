"""Rewrites the markup of an `html` body, token by token in linear time, to the printable tags.

It runs before nh3, which builds the tree. Its output is shallow and has only known tags and attributes, and no text is
lost to the parser's special cases (`template`, `title`, `textarea`, an unclosed `<` …). nh3 is also slow at text with
many `&`, `º`, `§` or other characters below U+00C0 (it copies its buffer at each; 15 s for 1,500,000), so placeholders
replace them.

Only comments, declarations, `script` and `style` are not text; CDATA is. Formatting by tags and attributes is kept (old
attributes become styles), reported by an aviso, or known to have no visible effect (P2a).
"""

import html
import re
from dataclasses import dataclass, field
from typing import Final

from printserver.rendering.body import tags
from printserver.rendering.body.characters import Notices, refuse

MAX_DEPTH: Final = 100
"""Maximum nesting of elements (nh3 took 22 s for 100,000)."""
MAX_TAGS: Final = 100_000
"""Maximum tags in one body."""

MAX_ATTRIBUTE: Final = 5_000
"""Maximum characters of an attribute's value, except of images; the rest is cut off."""
_STAND_INS: Final = {"&": "\ufdd0", "<": "\ufdd1", ">": "\ufdd2"} | {
    chr(code): chr(0xF0000 + code) for code in range(0x80, 0xC0)
}
_TO_STAND_INS: Final = str.maketrans(_STAND_INS | dict.fromkeys(_STAND_INS.values(), "\ufffd"))
TO_TEXT: Final = str.maketrans({stand_in: character for character, stand_in in _STAND_INS.items()})
"""Replaces the placeholders for `&`, `º` … by their characters when the tree is read (`str.translate`)."""

_NO_TEXT: Final = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>", re.IGNORECASE) for name in ("script", "style")}
_UNSEEN_TEXT: Final = "Foi impresso o que um navegador não mostraria: {}. Retire-o, se não deve sair."
_WITH_LINES: Final = frozenset({"pre", "listing", "textarea"})
_STYLE_HIDES: Final = re.compile(r"display\s*+:\s*+none|visibility\s*+:\s*+hidden", re.IGNORECASE)
_STYLE_WRITES: Final = re.compile(r"[;{\s]content\s*+:\s*+(?!normal|none)", re.IGNORECASE)

_OPENING: Final = re.compile(r"<(?:!--|[!?]|/?[A-Za-z])")
_END: Final = re.compile(">")
_CDATA: Final = "<![CDATA["
_CDATA_END: Final = re.compile("]]>")
_KNOWN_DECLARATION: Final = re.compile(r"<(?:!doctype\b|!\[(?:if|endif)\b|\?xml\b|\?import\b|!>|\?>)", re.IGNORECASE)
_COMMENT_END: Final = re.compile("--!?>")
_ZEROS: Final = re.compile("&#0++(?=[0-9])")
_LONG_NUMBER: Final = re.compile("&#[0-9]{8,}+;?")
# As in HTML: a name, then "value", 'value', value or nothing. Possessive, for linear time.
_ATTRIBUTE: Final = r"""[\s/]*+(=?[^\s/>=]++|=)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"'][^\s>]*+)|(?=>)))?+"""
_EACH_ATTRIBUTE: Final = re.compile(_ATTRIBUTE)
_TAG: Final = re.compile(rf"<(/?)([A-Za-z][^\s/><]*+)((?:{_ATTRIBUTE})*+)[\s/]*+>")
_NAME: Final = re.compile("[a-z][a-z0-9:.-]*+")
"""Valid tag names; `<R$ 5>` and `<ana@exemplo.br>` are unescaped text."""


@dataclass
class RewrittenMarkup:
    """Result of `rewrite`: `html`, and the `src` of images by the number that replaces it."""

    html: str = ""
    images: list[str] = field(default_factory=list)


def rewrite(content: str, notices: Notices) -> RewrittenMarkup:
    """Return `content` rewritten; all text is kept, in order.

    Raises `Recusa` `corpo-invalido` for more than 100 nested elements, for too many tags, for an unclosed tag, comment
    or script (a browser would drop everything after it), and for text between `<` and `>` that HTML would read as a tag
    (P2a).
    """
    writer = _Writer(notices)
    if "\0" in content:
        notices.add("O caractere nulo (U+0000) foi retirado do texto.")
        content = content.replace("\0", "")
    at = 0
    while (found := _OPENING.search(content, at)) is not None:
        start = found.start()
        writer.text(content[at:start])
        if content.startswith("<!--", start):
            at = _after(_COMMENT_END, content, start + 2, f"O comentário da posição {start + 1} do HTML")
        elif content.startswith(_CDATA, start):
            at = _after(_CDATA_END, content, start, f"O CDATA da posição {start + 1} do HTML")
            writer.cdata(content[start + len(_CDATA) : at - 3])
        elif content[start + 1] in "!?":
            if _KNOWN_DECLARATION.match(content, start) is None:
                notices.add("Instruções e declarações (<? …> e <! …>) não são texto e foram retiradas.")
            at = _after(_END, content, start, f"A declaração da posição {start + 1} do HTML")
        else:
            at = writer.tag(content, start)
    writer.text(content[at:])
    return RewrittenMarkup("".join(writer.parts), writer.images)


def _after(end: re.Pattern[str], content: str, start: int, what: str) -> int:
    found = end.search(content, start)
    if found is None:
        raise refuse(f"{what} não tem fim: tudo o que vem depois se perderia.")
    return found.end()


class _Writer:
    """Writes the tokens and tracks the open elements."""

    def __init__(self, notices: Notices) -> None:
        self.parts: list[str] = []
        self.images: list[str] = []
        self._notices = notices
        self._open: list[str] = []
        self._tags = 0
        self._quotes = 0

    def text(self, text: str) -> None:
        """Write HTML text with entities."""
        if text:
            self._plain(_unescape(text))

    def cdata(self, text: str) -> None:
        """Write CDATA text, without entities; XHTML shows it, HTML hides it."""
        self._notices.add("O texto de CDATA, que um navegador não mostraria, foi impresso. Retire-o, se não deve sair.")
        self._plain(text)

    def _plain(self, text: str) -> None:
        self.parts.append(text.translate(_TO_STAND_INS))

    def tag(self, content: str, start: int) -> int:
        """Write the tag at `start`; return the start of the next token."""
        found = _TAG.match(content, start)
        if found is None:
            raise refuse(f"A marca da posição {start + 1} do HTML não tem o “>” que a fecha.")
        self._tags += 1
        if self._tags > MAX_TAGS:
            raise refuse(f"O HTML tem mais de {MAX_TAGS} marcas.")
        name = found[2].lower()
        if _NAME.fullmatch(name) is None or any("<" in each[1] for each in _EACH_ATTRIBUTE.finditer(found[3])):
            raise refuse(
                f"“<{_shown(found[2])}”, na posição {start + 1} do HTML, não é marca de HTML: o que está até o “>” se"
                " perderia. Se é texto, escreva &lt; em lugar de “<”."
            )
        if name in _NO_TEXT and not found[1]:
            return self._skip(content, name, found.end())
        if name in tags.FORMULAS:
            raise refuse(f"O HTML tem uma fórmula (<{name}>), que não se imprime. Escreva-a como texto.")
        empty = content.startswith("/", found.end() - 2) or content.startswith(f"</{name}", found.end())
        target = self._target(name, empty=empty)
        if not found[1]:
            self._start(name, target, found[3])
            return _after_line_end(content, found.end()) if name in _WITH_LINES else found.end()
        if name == "q":
            self._quote(opens=False)
        if target is not None:
            self._close(target)
        return found.end()

    def _quote(self, *, opens: bool) -> None:
        """Write the quotation marks that a browser adds around `q`."""
        if opens:
            self._quotes += 1
            self._plain("“" if self._quotes % 2 else "‘")
        elif self._quotes:
            self._plain("”" if self._quotes % 2 else "’")
            self._quotes -= 1

    def _skip(self, content: str, name: str, at: int) -> int:
        """Skip a script or style sheet, to the end of its closing tag."""
        end = _after(_NO_TEXT[name], content, at, f"A marca <{name}> do HTML")
        self._notices.add(f"A marca <{name}> não é texto e foi retirada com o seu conteúdo.")
        if name == "style":
            if _STYLE_WRITES.search(content, at, end):
                self._notices.add("A folha de estilo (<style>) escreve texto (content), que não é impresso.")
            if _STYLE_HIDES.search(content, at, end):
                self._notices.add("A folha de estilo (<style>) esconde texto, que foi impresso.")
        return end

    def _target(self, name: str, *, empty: bool) -> str | None:
        """Return the tag written for `name`, or None (its text is kept)."""
        if name in tags.TAGS:
            return name
        lost = name not in tags.WITHOUT_NOTICE and not name.startswith(tags.OFFICE_PREFIXES)
        if lost and not (empty and name in tags.UNSEEN):
            self._notices.add(_LOSS.get(name, _NOT_TAKEN), f"<{name[:20]}>" if name.isprintable() else "<?>")
        return tags.WRITTEN_AS.get(name, "div" if name in tags.AS_BLOCK else None)

    def _start(self, name: str, target: str | None, raw: str) -> None:
        attributes = self._attributes(name, target, raw)
        if name == "wbr":
            self._plain("\u200b")
        if target is None:
            for attribute in attributes:
                self._notices.add(_NO_EFFECT, f"{attribute} de <{name[:20]}>")
            return
        if target == "img":
            self.images.append(attributes.get("src", ""))
            attributes["src"] = str(len(self.images) - 1)
        written = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
        self.parts.append(f"<{target}{written}>")
        self._imply(target)
        if target not in tags.VOID_TAGS:
            self._open.append(target)
            if len(self._open) > MAX_DEPTH:
                raise refuse(f"O HTML tem mais de {MAX_DEPTH} marcas abertas umas dentro das outras.")
        if name == "q":
            self._quote(opens=True)

    def _imply(self, name: str) -> None:
        """Close the elements that the opening of `name` ends (`</p>`, `</li>`, `</td>` … are optional in HTML)."""
        closes, barriers = tags.IMPLIED_END.get(name, (tags.NOTHING, tags.NOTHING))
        found = None
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] in closes:
                found = at
            elif self._open[at] in barriers:
                break
        if found is not None:
            self._cut(found)

    def _attributes(self, name: str, target: str | None, raw: str) -> dict[str, str]:
        """Return the relevant attributes with unescaped values; old attributes are converted to styles."""
        kept: dict[str, str] = {}
        styles = [tags.IMPLIED_STYLE[name]] if name in tags.IMPLIED_STYLE else []
        allowed = tags.ATTRIBUTES["*"] | tags.ATTRIBUTES.get(target or "", frozenset())
        for found in _EACH_ATTRIBUTE.finditer(raw):
            attribute = found[1].lower()
            value = next((group for group in found.groups()[1:] if group is not None), "")
            value = _unescape(value if attribute == "src" else self._bounded(value))
            if style := tags.as_style(name, attribute, value):
                styles.append(style)
            elif attribute in allowed:
                kept.setdefault(attribute, value)
            else:
                self._tell_attribute(name, attribute, value)
        if styles:
            kept["style"] = ";".join((*styles, kept.get("style", "")))
        return kept

    def _bounded(self, value: str) -> str:
        if len(value) > MAX_ATTRIBUTE:
            self._notices.add(f"De um atributo de mais de {MAX_ATTRIBUTE} caracteres só valeu o começo.")
        return value[:MAX_ATTRIBUTE]

    def _tell_attribute(self, name: str, attribute: str, value: str) -> None:
        """Report a dropped attribute if it would have a visible effect in a browser."""
        if attribute == "hidden":
            self._notices.add(_UNSEEN_TEXT, f"<{name[:20]}>")
        elif attribute in tags.TEXT_ATTRIBUTES:
            self._notices.add("O texto que só está num atributo não é impresso: {}.", f"{attribute} “{_shown(value)}”")
        elif _has_no_look(name, attribute, value):
            return
        elif attribute in tags.FORM_ATTRIBUTES or attribute.startswith("on"):
            self._notices.add(_NO_EFFECT, attribute[:30] if attribute.isprintable() else "?")

    def _close(self, name: str) -> None:
        """Write a closing tag, if it closes something."""
        if name in tags.VOID_TAGS:
            if name == "br":
                self.parts.append("<br>")
            return
        barriers = tags.BARRIERS.get(name, tags.CELL_TAGS | {"table"})
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at] == name:
                self.parts.append(f"</{name}>")
                self._cut(at)
                return
            if self._open[at] in barriers:
                return

    def _cut(self, at: int) -> None:
        """Close the element at `at` and all inside it, except formatting tags (b, i …) outside table cells.

        In HTML these continue until their closing tag, so they still count as open.
        """
        in_cell = self._open[at] in tags.CELL_TAGS
        left = []
        for name in self._open[at + 1 :]:
            in_cell = in_cell or name in tags.CELL_TAGS
            if name in tags.FORMATTING_TAGS and not in_cell:
                left.append(name)
        self._open[at:] = left


def _shown(text: str) -> str:
    """Return the beginning of `text`, for a message."""
    return "".join(character for character in text[:40] if character.isprintable())


def _has_no_look(name: str, attribute: str, value: str) -> bool:
    """Return whether an attribute with the name of a formatting attribute has no visible effect here."""
    if attribute == "dir":
        return value.lower() == "ltr"
    return attribute == "type" and name in tags.TYPES_WITHOUT_LOOK


def _unescape(text: str) -> str:
    """Return `text` with its entities replaced by characters.

    A number too long for Python to parse becomes U+FFFD, as HTML specifies for invalid numbers.
    """
    return html.unescape(_LONG_NUMBER.sub("\ufffd", _ZEROS.sub("&#", text)) if "&#" in text else text)


def _after_line_end(content: str, at: int) -> int:
    """Return the position after the line end at `at`, which HTML ignores at the start of `pre`."""
    return at + (2 if content.startswith("\r\n", at) else content.startswith("\n", at))


_NO_EFFECT: Final = "Atributos que não são aceitos ficaram sem efeito: {}."
_NOT_TAKEN: Final = "Marcas que não são aceitas: {}. O texto delas ficou, sem a forma."
_LOSS: Final = {
    **dict.fromkeys(tags.UNSEEN, _UNSEEN_TEXT),
    **dict.fromkeys(tags.DRAWN_WORDS.split(), "Desenhos e objetos não são impressos (só img com PNG ou JPEG): {}."),
}
