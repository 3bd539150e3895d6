"""The papers, margins and sections of a document, and the texts of its margins."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from printserver.rtf.limits import MAX_SECTIONS, length, refuse
from printserver.rtf.model import Block, Paper, Section, paragraphs_of
from printserver.rtf.notices import Notices
from printserver.rtf.state import Control, State

_OF_DOCUMENT: Final = {
    "paperw": "width",
    "paperh": "height",
    "margl": "left",
    "margr": "right",
    "margt": "top",
    "margb": "bottom",
}
_OF_SECTION: Final = {
    "pgwsxn": "width",
    "pghsxn": "height",
    "marglsxn": "left",
    "margrsxn": "right",
    "margtsxn": "top",
    "margbsxn": "bottom",
    "headery": "header",
    "footery": "footer",
}
_KEPT: Final = ("header", "footer")  # `\sectd` leaves the distances of the section before
_DEFAULT_TAB: Final = 720
_EXTENTS: Final = ("width", "height")


@dataclass(slots=True)
class _Own:
    """What a section says of itself; the rest is the document's."""

    sides: dict[str, int] = field(default_factory=dict)
    gutter: int | None = None
    mirrored: bool = False
    title_page: bool = False
    new_page: bool = True


class Sections:
    """The sections of a document. Headers and footers stay in force until a section has its own."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._paper = Paper()
        self._gutter = 0
        self._facing = False
        self._own = _Own()
        self._texts: dict[str, tuple[Block, ...]] = {}
        self._equal: dict[str, int] = {}  # by name: texts of the same number are equal
        self._different = 0
        self._ended: list[Section] = []
        self.default_tab = _DEFAULT_TAB

    def controls(self) -> Mapping[str, Control]:
        """Return the control words of paper and sections."""
        return {
            **{word: self._of_document(name) for word, name in _OF_DOCUMENT.items()},
            **{word: self._of_section(name) for word, name in _OF_SECTION.items()},
            "deftab": self._set_default_tab,
            "sectd": lambda *_: self._begin(),
            "gutter": self._set_gutter,
            "guttersxn": lambda _, width: setattr(self._own, "gutter", max(width or 0, 0)),
            "facingp": lambda *_: setattr(self, "_facing", True),
            "margmirror": lambda *_: setattr(self, "_paper", replace(self._paper, mirrored=True)),
            "margmirsxn": lambda *_: setattr(self._own, "mirrored", True),
            "titlepg": lambda *_: setattr(self._own, "title_page", True),
            "sbknone": lambda *_: setattr(self._own, "new_page", False),
            **{word: lambda *_: setattr(self._own, "new_page", True) for word in ("sbkpage", "sbkodd", "sbkeven")},
        }

    def set_text(self, name: str, blocks: tuple[Block, ...]) -> None:
        """Take the text of a header or footer by its control word; a blank one is empty."""
        printed = blocks if _is_printed(blocks) else ()
        self._different += 1
        same = (self._equal[other] for other, text in self._texts.items() if text == printed)
        self._equal[name] = next(same, self._different)
        self._texts[name] = printed

    def end(self, blocks: list[Block]) -> None:
        """End a section with its text; one without text is left out, unless it is the only one."""
        if not blocks and self._ended:
            return
        if len(self._ended) >= MAX_SECTIONS:
            raise refuse(f"O RTF tem mais de {MAX_SECTIONS} seções. Divida o documento.")
        own, texts = self._own, self._texts
        self._ended.append(
            Section(
                paper=self._whole_paper(),
                blocks=tuple(blocks),
                header=self._text("header"),
                footer=self._text("footer"),
                first_header=texts.get("headerf", ()) if own.title_page else None,
                first_footer=texts.get("footerf", ()) if own.title_page else None,
                even_header=self._even_text("header"),
                even_footer=self._even_text("footer"),
                new_page=own.new_page,
            )
        )

    def all(self) -> tuple[Section, ...]:
        """Return the sections that have ended."""
        return tuple(self._ended)

    def _begin(self) -> None:
        kept = {name: value for name, value in self._own.sides.items() if name in _KEPT}
        self._own = _Own(sides=kept)

    def _text(self, name: str) -> tuple[Block, ...]:
        """Return the text of all pages, or of odd ones."""
        return self._texts.get(self._name(name), ())

    def _name(self, name: str) -> str:
        """Return the name of the text of all pages, or of odd ones; it may have none."""
        names = (f"{name}r", name) if self._facing else (name, f"{name}r")
        return next((each for each in names if self._texts.get(each)), "")

    def _even_text(self, name: str) -> tuple[Block, ...] | None:
        """Return the text of even pages, None if it is that of the others."""
        if not self._facing:
            return None
        even, others = (f"{name}l" if f"{name}l" in self._texts else name), self._name(name)
        found = self._texts.get(even, ())
        same = self._equal.get(even) == self._equal.get(others) if found else not others
        return None if same else found

    def _whole_paper(self) -> Paper:
        """Return the section's paper, the gutter in its left margin."""
        own = self._own
        paper = replace(self._paper, **own.sides)  # type: ignore[arg-type]  # lengths only
        gutter = self._gutter if own.gutter is None else own.gutter
        return replace(paper, left=length(paper.left + gutter), mirrored=paper.mirrored or own.mirrored)

    def _of_document(self, name: str) -> Control:
        def do(_: State, value: int | None) -> None:
            sides = _measured(name, value)
            self._paper = replace(self._paper, **sides)  # type: ignore[arg-type]  # lengths only

        return do

    def _of_section(self, name: str) -> Control:
        return lambda _, value: self._own.sides.update(_measured(name, value))

    def _set_default_tab(self, _: State, width: int | None) -> None:
        if width and width > 0:
            self.default_tab = length(width)

    def _set_gutter(self, _: State, width: int | None) -> None:
        self._gutter = max(width or 0, 0)


def _measured(name: str, value: int | None) -> dict[str, int]:
    """Return a side by its name, within the limits; nothing for a paper without extent.

    A negative margin is one that a header does not push down: its length counts.
    """
    measure = abs(length(value or 0))
    return {} if name in _EXTENTS and not measure else {name: measure}


def _is_printed(blocks: tuple[Block, ...]) -> bool:
    return any(paragraph.text.strip() for paragraph in paragraphs_of(blocks))
