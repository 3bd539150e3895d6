"""The operator's guide as pages: one for each chapter, with its sections, searched without accents."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from anyascii import anyascii
from markdown_it import MarkdownIt
from markdown_it.token import Token

_FILE: Final = Path(__file__).with_name("guide.md")
_AROUND: Final = 90  # characters of text before and after what was found


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, or a paragraph that begins with its subject in bold, with its text; `ancora` is its id in the page."""

    titulo: str
    ancora: str
    texto: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the guide: address, title, HTML, and its sections; the first is its own text."""

    endereco: str
    titulo: str
    html: str
    secoes: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A section that a search found, with some of the text around what was found."""

    capitulo: Chapter
    secao: Section
    trecho: str


@cache
def chapters() -> tuple[Chapter, ...]:
    """Return the chapters of the guide, in their order."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(_FILE.read_text("utf-8"))
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    ends = [*starts[1:], len(tokens)]
    return tuple(_chapter(parser, tokens[first:last]) for first, last in zip(starts, ends, strict=True))


def find(text: str) -> list[Hit]:
    """Return the sections that have all words of `text`, those with a word in the title first."""
    words = _plain(text).split()
    hits = [
        (not any(word in _plain(section.titulo) for word in words), Hit(chapter, section, _excerpt(section, words)))
        for chapter in chapters()
        for section in chapter.secoes
        if words and all(word in _plain(f"{section.titulo} {section.texto}") for word in words)
    ]
    return [hit for _rank, hit in sorted(hits, key=lambda each: each[0])]


def _chapter(parser: MarkdownIt, tokens: list[Token]) -> Chapter:
    sections: list[Section] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = _text(tokens[at + 1])
            token.attrSet("id", slug(title))
            sections.append(Section(title, slug(title), ""))
        elif token.type == "paragraph_open" and (subject := _subject(tokens[at + 1])):
            token.attrSet("id", slug(subject))
            sections.append(Section(subject, slug(subject), _text(tokens[at + 1])))
        elif token.type in ("inline", "fence") and sections and not tokens[at - 1].attrGet("id"):
            last = sections[-1]
            sections[-1] = Section(last.titulo, last.ancora, f"{last.texto} {_text(token)}".strip())
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):  # the chapter is a page of its own
            token.tag = f"h{int(token.tag[1]) - 1}"
    html: str = parser.renderer.render(tokens, parser.options, {})
    return Chapter(sections[0].ancora, sections[0].titulo, html, tuple(sections))


def _subject(token: Token) -> str:
    """Return the words in bold that a paragraph begins with; empty if there are none."""
    children = token.children or []
    at = next((n for n, each in enumerate(children) if each.type != "text" or each.content), None)
    if at is None or children[at].type != "strong_open" or token.level != 1:
        return ""
    end = next(n for n, each in enumerate(children) if each.type == "strong_close")
    return "".join(each.content for each in children[at:end]).rstrip(".: ")


def _text(token: Token) -> str:
    parts = [each.content or (" " if each.type == "softbreak" else "") for each in token.children or ()]
    return "".join(parts) or token.content


def slug(title: str) -> str:
    """Return a title as an id: `A fila parou` is `a-fila-parou`."""
    return "-".join(re.findall(r"[a-z0-9]+", _plain(title)))


def _plain(text: str) -> str:
    return anyascii(text).lower()


def _excerpt(section: Section, words: list[str]) -> str:
    """Return some text around the first word that is in it."""
    plain = _plain(section.texto)
    found = min((at for word in words if (at := plain.find(word)) >= 0), default=0)
    start, end = max(0, found - _AROUND), found + _AROUND
    return ("… " if start else "") + section.texto[start:end] + (" …" if end < len(section.texto) else "")
