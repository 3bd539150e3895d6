"""The tree of an `html` body, and the removal of blank content at its end (P2a)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from printserver.rendering.body.tags import CELL_TAGS


@dataclass
class Node:
    """An element: tag, attributes, children, and generated CSS declarations."""

    tag: str
    attributes: dict[str, str]
    children: "list[Node | str]" = field(default_factory=list)
    css: str = ""


def is_blank(text: str) -> bool:
    """Return whether `text` has no ink: only blanks of any width and invisible characters."""
    return all(character.isspace() or unicodedata.category(character) in ("Cc", "Cf") for character in text)


def strip_blank_end(text: str) -> str:
    """Return `text` without trailing blank characters."""
    end = len(text)
    while end and is_blank(text[end - 1]):
        end -= 1
    return text[:end]


def trim_end(node: Node) -> list[Node]:
    """Remove everything without ink from the end of `node`: blanks, line breaks, empty elements (P2a).

    A table with content keeps its cells; only the end of its last cell is trimmed. Return the removed elements, with
    their descendants.
    """
    taken: list[Node] = []
    while node.children:
        last = node.children[-1]
        if isinstance(last, str):
            kept = strip_blank_end(last)
            if kept:
                node.children[-1] = kept
                break
        elif _is_lined(last):
            break
        elif last.tag != "br" and _has_ink(last):
            taken += trim_end(_last_cell(last) if last.tag == "table" else last)
            break
        else:
            taken += _elements(last)
        node.children.pop()
    return taken


def _elements(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from _elements(child)


def _has_ink(node: Node) -> bool:
    if node.tag in ("hr", "img") or _is_lined(node):
        return True
    return any(not is_blank(child) if isinstance(child, str) else _has_ink(child) for child in reversed(node.children))


def _is_lined(node: Node) -> bool:
    """Return whether a line is drawn under or through the content of `node`, including blanks."""
    style = node.attributes.get("style", "").lower()
    lined = node.tag in ("u", "s") or "underline" in style or "line-through" in style
    return lined and any(isinstance(child, str) and child for each in _elements(node) for child in each.children)


def _last_cell(node: Node) -> Node:
    """Return the last cell of a table, row group or row."""
    while node.tag not in CELL_TAGS:
        inside = [child for child in node.children if isinstance(child, Node)]
        if not inside:
            break
        node = inside[-1]
    return node
