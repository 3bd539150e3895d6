"""The layers of a PDF (optional content), and whether every viewer shows them, on screen and on paper (P2a).

Content in a visible layer is printed. Content in a layer that is off, or that only some viewers show, is refused: the
seal must be on the document that the clerk saw.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from printserver.rendering.body.characters import refuse
from printserver.rendering.pdf_body.streams import (
    MAX_DEPTH,
    Defect,
    elements,
    items,
)

_SETTINGS: Final = (None, "View", "Print", "Export")
"""Ways to view a document: the default configuration (None), or a layer's setting for an event."""
_CHANGING: Final = (Name.Zoom, Name.Language, Name.User)


@dataclass(frozen=True)
class _Default:
    """The default configuration of a document. `changing`: layers that depend on zoom, language or user."""

    base: bool
    on: set[tuple[int, int]]
    off: set[tuple[int, int]]
    changing: set[tuple[int, int]]


class Layers:
    """The layers of one document, by its default configuration."""

    def __init__(self, pdf: Pdf) -> None:
        self._root: Any = pdf.Root

    @cached_property
    def _default(self) -> "_Default":
        """Read only if some content is in a layer: unused layers are not checked."""
        properties = dict(items(self._root, ("/OCProperties",))).get("/OCProperties", Dictionary())
        config = dict(items(properties)).get("/D", Dictionary())
        parts = dict(items(config))
        return _Default(
            base=parts.get("/BaseState") != Name.OFF,
            on=_groups(parts.get("/ON")),
            off=_groups(parts.get("/OFF")),
            changing={
                group
                for usage in parts.get("/AS", Array())
                if any(category in _CHANGING for category in usage.get("/Category", Array()))
                for group in _groups(usage.get("/OCGs"))
            },
        )

    def require_shown(self, content: Any) -> None:
        """Refuse content governed by `content` (a layer or a layer membership) unless every viewer shows it."""
        shown = {self._shows(content, setting) for setting in _SETTINGS}
        if shown == {False}:
            raise refuse("O PDF tem camadas desligadas. Deixe nele só o que deve ser impresso.")
        if shown != {True}:
            raise refuse(
                "O PDF tem camadas que aparecem ou não conforme o programa que o abre."
                " Deixe nele só o que deve ser impresso."
            )

    def _shows(self, content: Any, setting: str | None) -> bool:
        if not isinstance(content, Dictionary):
            raise Defect("uma camada não pôde ser lida")
        if content.get("/Type") != Name.OCMD:
            return self._is_on(content, setting)
        if "/VE" in content:
            return self._holds(content.VE, setting, 0)
        groups = content.get("/OCGs", Array())
        members = [groups] if isinstance(groups, Dictionary) else elements(groups, "uma camada")
        states = [self._is_on(member, setting) for member in members]
        if not states:
            return True
        policy = content.get("/P", Name.AnyOn)
        if policy == Name.AnyOn:
            return any(states)
        if policy == Name.AllOn:
            return all(states)
        if policy == Name.AnyOff:
            return not all(states)
        if policy == Name.AllOff:
            return not any(states)
        raise Defect("uma camada tem uma regra desconhecida")

    def _holds(self, expression: Any, setting: str | None, depth: int) -> bool:
        if isinstance(expression, Dictionary):
            return self._is_on(expression, setting)
        operator, *operands = elements(expression, "a regra de uma camada") or [None]
        if depth > MAX_DEPTH or not operands or (operator == Name.Not and len(operands) != 1):
            raise Defect("uma camada tem uma regra que não pôde ser lida")
        values = [self._holds(operand, setting, depth + 1) for operand in operands]
        if operator == Name.And:
            return all(values)
        if operator == Name.Or:
            return any(values)
        if operator == Name.Not:
            return not values[0]
        raise Defect("uma camada tem uma regra desconhecida")

    def _is_on(self, group: Any, setting: str | None) -> bool:
        if not isinstance(group, Dictionary):
            raise Defect("uma camada não pôde ser lida")
        key = _key(group)
        if key in self._default.changing or not _for_viewing(group.get("/Intent")):
            return setting is None  # ambiguous: shown by some programs and not by others
        usage = group.get("/Usage")
        wish = usage.get(f"/{setting}") if setting and isinstance(usage, Dictionary) else None
        state = wish.get(f"/{setting}State") if isinstance(wish, Dictionary) else None
        if state is not None:
            return bool(state != Name.OFF)
        if key in self._default.off:
            return False
        return self._default.base or key in self._default.on


def plain_layer() -> Dictionary:
    """Return a layer that every viewer shows, as a replacement for a visible layer."""
    return Dictionary(Type=Name.OCG, Name=String(""))


def is_layer(value: Any) -> bool:
    """Return whether a dictionary is a layer or a layer membership."""
    return (
        isinstance(value, Dictionary)
        and not isinstance(value, Stream)
        and value.get("/Type")
        in (
            Name.OCG,
            Name.OCMD,
        )
    )


def _for_viewing(intent: Any) -> bool:
    names = [Name.View] if intent is None else list(intent) if isinstance(intent, Array) else [intent]
    return Name.View in names or Name.All in names


def _groups(array: Any) -> set[tuple[int, int]]:
    return {_key(group) for group in array if isinstance(group, Dictionary)} if isinstance(array, Array) else set()


def _key(group: Dictionary) -> tuple[int, int]:
    if not group.is_indirect:
        raise Defect("uma camada não pôde ser lida")
    return group.objgen
