"""Draws the lines of text of WeasyPrint's pages, with the words that this process has shaped before.

WeasyPrint shapes each line again when it draws it, and handles its glyphs one by one in Python: a quarter of the time
of a layout. In a justified line Pango makes each word a run of its own, because the blanks around it have another
letter spacing. The glyphs of a word are the same in every line, and are cached here. Without kerning and ligatures,
as in the lines of an RTF, those of each character are.

Only plain text is drawn this way, of one face and in Latin script, without decoration. WeasyPrint draws other text at
its turn, and all of a page with text in a box with a transformation, clipping or a place of its own. What is drawn is
byte by byte what WeasyPrint draws (without kerning in longer strings); `assemble.draws_text` tries it in each process.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from weasyprint.document import Page
from weasyprint.draw.text import draw_text
from weasyprint.formatting_structure import boxes
from weasyprint.matrix import Matrix
from weasyprint.text.ffi import FROM_UNITS, TO_UNITS, ffi, pango
from weasyprint.text.fonts import get_pango_font_key
from weasyprint.text.line_break import Layout

_MAX_WORDS: Final = 2500
"""Words kept for each face: less than 1 MB."""
_MAX_FACES: Final = 32
_MAX_FACES_ALONE: Final = 256
"""Faces of characters that are shaped alone: each keeps these only."""

_LETTER: Final = re.compile("[A-Za-z\u00c0-\u024f]")
_OTHER: Final = re.compile("[^ -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027\u2032\u2033]")
"""Characters other than those of the Latin script, digits and signs."""
_BLANKS: Final = re.compile("([ \u00a0])")

SHAPING: Final = (
    "font_family",
    "font_style",
    "font_stretch",
    "font_weight",
    "font_size",
    "font_kerning",
    "font_variant_ligatures",
    "font_variant_position",
    "font_variant_caps",
    "font_variant_numeric",
    "font_variant_alternates",
    "font_variant_east_asian",
    "font_feature_settings",
    "font_variation_settings",
    "font_language_override",
    "lang",
)
"""The properties that decide which glyphs a text has."""


class _Shaped(NamedTuple):
    """A shaped text: operand of the operator TJ; its glyphs with their widths, in 1/1000 em, and characters."""

    operand: str
    glyphs: tuple[tuple[int, int, str], ...]


class _Blank(NamedTuple):
    """The glyph of a blank and its width, in Pango's units."""

    glyph: int
    width: int


class TextPage(Page):  # type: ignore[misc]
    """A laid-out page that draws its text itself. Drawing changes the boxes: it is done once."""

    def __init__(self, page: Page) -> None:
        self.__dict__.update(page.__dict__)

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Draw the page: what WeasyPrint draws without the text, then the text over it, in its order."""
        text = _TextOfPage()
        for child in self._page_box.children:
            if child.element_tag == "html":
                text.read(child)
        if text.elsewhere:
            super().paint(stream, scale)
            return
        for box, children in text.without:
            box.children = children
        _learn(text.pieces)
        super().paint(stream, scale)
        with stream.stacked():
            stream.transform(a=scale, d=scale)
            _draw(stream, text.pieces)


class SetText(Layout):  # type: ignore[misc]
    """The layout of a text as WeasyPrint leaves it: what draws the text sets it up again, and only if it needs it."""

    def __init__(self, style: Any, text: str, spacing: float) -> None:
        self.justification_spacing = spacing
        self.text = text
        self.max_width = None
        if style["text_decoration_line"] != "none":
            self.setup(style)  # measures where its lines are
            self.deactivate()


def is_latin(text: str) -> bool:
    """Return whether a text has only characters of the Latin script, digits and signs."""
    return _OTHER.search(text) is None


@dataclass(slots=True)
class _Face:
    """A face in one size and the texts shaped in it.

    `alone`: what is beside a character does not change its glyph, since the style has neither kerning nor ligatures.
    `words` are its characters then.
    """

    style: Any
    sample: Layout
    font: Any
    size: float
    plain: Layout
    alone: bool
    words: dict[str, _Shaped | None] = field(default_factory=dict)
    blanks: dict[str, _Blank] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    pieces: dict[tuple[int, int], str] = field(default_factory=dict)

    def shape(self, text: str) -> _Shaped | None:
        """Return a whole line that is not justified; None if it takes more than one face."""
        self.plain.set_text(text)
        line, _ = self.plain.get_first_line()
        return self._joined(list(_runs(line)), text.encode())

    def spaced(self, text: str, spacing: int) -> _Shaped | None:
        """Return a whole line of characters that are shaped alone; its blanks are wider by `spacing` Pango units."""
        shaped: dict[str, _Shaped] = {}
        for character in dict.fromkeys(text):
            if spacing and character in " \u00a0":
                one = self.blank(character, spacing, first=False, last=False)
            else:
                if character not in self.words:
                    self.words[character] = self.shape(character)
                one = self.words[character]
            if one is None:
                return None
            shaped[character] = one
        operands = [shaped[character].operand for character in text]
        for at in (0, -1):
            if spacing and (edge := self.blank(text[at], spacing, first=at == 0, last=at == -1)):
                operands[at] = edge.operand
        glyphs = tuple(glyph for one in shaped.values() for glyph in one.glyphs)
        return _Shaped("".join(operands).replace("><", ""), glyphs)

    def learn(self, words: list[str]) -> None:
        """Shape words that are not known yet, and the blanks."""
        text = " ".join(("a\u00a0a", *words))
        layout = Layout(self.style, justification_spacing=1)
        pango.pango_layout_set_single_paragraph_mode(layout.layout, True)
        layout.set_text(text, justify=True)
        line, _ = layout.get_first_line()
        encoded = text.encode()
        runs: dict[int, list[Any]] = {}  # by the start of their word
        ends, start = set(), 0
        for part in _BLANKS.split(text):
            ends.add(start)
            start += len(part.encode())
        at = 0
        for run in _runs(line):
            at = run.item.offset if run.item.offset in ends else at
            runs.setdefault(at, []).append(run)
        at = 0
        for part in _BLANKS.split(text):
            found = runs.get(at, [])
            at += len(part.encode())
            if part in " \u00a0":
                if len(found) == 1 and found[0].glyphs.num_glyphs == 1 and part not in self.blanks:
                    glyph = found[0].glyphs.glyphs[0]
                    self.blanks[part] = _Blank(glyph.glyph, glyph.geometry.width - TO_UNITS)
                    self._width(glyph.glyph)
            elif part not in self.words:
                self.words[part] = self._joined(found, encoded)

    def blank(self, part: str, spacing: int, *, first: bool, last: bool) -> _Shaped | None:
        """Return a blank that is wider by `spacing` Pango units, as Pango spaces letters.

        WeasyPrint doubles the spacing of a blank at either end of a text, since Pango takes half of it away there.
        """
        if part not in self.blanks:
            return None
        glyph, width = self.blanks[part]
        if first or last:
            spacing *= 2
        left = int(spacing / 2)
        if spacing % TO_UNITS == 0:
            left = (left + TO_UNITS // 2) // TO_UNITS * TO_UNITS
        width += spacing - (left if first else 0) - (spacing - left if last else 0)
        offset = 0 if first else left / self.size
        kerning = self.widths[glyph] + offset - width * 1000 * FROM_UNITS / self.size
        before = f">{-offset}<" if offset else ""
        operand = f"<{before}{glyph:04x}>{int(kerning) if kerning else ''}"
        return _Shaped(operand, ((glyph, self.widths[glyph], part),))

    def _joined(self, runs: list[Any], text: bytes) -> _Shaped | None:
        operands: list[str] = []
        glyphs: dict[int, str] = {}
        for run in runs:
            if run.item.analysis.font != self.font or run.item.analysis.level % 2:
                return None
            operand = self._operand(run, text, glyphs)
            if operand is None:
                return None
            operands.append(operand)
        return _Shaped("".join(operands), tuple((glyph, self.widths[glyph], of) for glyph, of in glyphs.items()))

    def _operand(self, run: Any, text: bytes, glyphs: dict[int, str]) -> str | None:
        count, offset = run.glyphs.num_glyphs, run.item.offset
        clusters = [*ffi.unpack(run.glyphs.log_clusters, count), run.item.length]
        values = memoryview(ffi.buffer(run.glyphs.glyphs, count * _INFO)).cast("i").tolist()
        if any(values[2::_FIELDS]) or any(values[3::_FIELDS]):  # moved to the side, or up
            return None
        pieces = ["<"]
        for at, drawn in enumerate(zip(values[::_FIELDS], values[1::_FIELDS], strict=True)):
            glyph = drawn[0]
            if glyph not in glyphs:
                if glyph < 0 or glyph >= pango.PANGO_GLYPH_EMPTY:
                    return None
                glyphs[glyph] = text[offset + clusters[at] : offset + clusters[at + 1]].decode()
            pieces.append(self.pieces.get(drawn) or self._piece(*drawn))
        string = "".join(pieces)
        return string[:-1] if string[-1] == "<" else string + ">"

    def _piece(self, glyph: int, width: int) -> str:
        logical = self.widths[glyph] if glyph in self.widths else self._width(glyph)
        kerning = logical - width * 1000 * FROM_UNITS / self.size
        self.pieces[glyph, width] = piece = f"{glyph:04x}>{int(kerning)}<" if kerning else f"{glyph:04x}"
        return piece

    def _width(self, glyph: int) -> int:
        logical = ffi.new("PangoRectangle *")
        pango.pango_font_get_glyph_extents(self.font, glyph, ffi.NULL, logical)
        self.widths[glyph] = round(logical.width * 1000 * FROM_UNITS / self.size)
        return self.widths[glyph]


_INFO: Final = ffi.sizeof("PangoGlyphInfo")
_FIELDS: Final = _INFO // 4

_faces: Final[dict[tuple[object, ...], _Face]] = {}
"""Faces by the properties that decide on the glyphs. A process has one font configuration."""


class _Text(NamedTuple):
    """A piece of a line: its box, and where it begins in the line. Without `face` it is not plain.

    `parts` are words with the blanks between them, each wider by `spacing` Pango units; or the text as it is.
    """

    box: Any
    start: float
    face: _Face | None
    parts: list[str]
    spacing: int


class _TextOfPage:
    """The text of a page. `without`: boxes, and their children without the text.

    `elsewhere`: some text stands in a box that is moved, clipped or translucent, or is not drawn in the order of the
    text (floats, numbers of lists).
    """

    def __init__(self) -> None:
        self.pieces: list[_Text] = []
        self.without: list[tuple[Any, list[Any]]] = []
        self.elsewhere = False
        self._faces: dict[int, _Face | None] = {}

    def read(self, box: Any, line_x: float = 0) -> None:
        """Read the text in `box`; `line_x`: where its line begins."""
        if not _in_order(box):
            self.elsewhere |= any(isinstance(each, boxes.TextBox) for each in box.descendants(placeholders=True))
            return
        if isinstance(box, boxes.LineBox):
            line_x = box.position_x
        left = []
        for child in box.children:
            if isinstance(child, boxes.TextBox):
                self.pieces.append(self._piece(child, child.position_x - line_x))
                continue
            left.append(child)
            self.read(child, line_x)
        if len(left) != len(box.children):
            self.without.append((box, left))

    def _piece(self, box: Any, start: float) -> _Text:
        key = id(box.style)
        if key not in self._faces:
            self._faces[key] = _face(box.style)
        face, text = self._faces[key], box.text
        spacing = int(box.pango_layout.justification_spacing * TO_UNITS)
        parts = _BLANKS.split(text) if spacing else [text]
        if face is None or text != box.pango_layout.text or not is_latin(text) or not _splits(parts):
            return _Text(box, start, None, [], 0)
        return _Text(box, start, face, [text] if face.alone else parts, spacing)


def _in_order(box: Any) -> bool:
    style = box.style
    return bool(
        style["position"] == "static"
        and style["float"] == "none"
        and style["overflow"] == "visible"
        and style["opacity"] == 1
        and style["transform"] == ()
        and not (isinstance(box, boxes.LineBox) and box.block_ellipsis != "none")
    )


def _splits(parts: list[str]) -> bool:
    """Return whether each part of a text is a run of its own for Pango.

    Not if blanks follow each other. Digits and signs are shaped like the letters of the text: there must be some.
    """
    if len(parts) == 1:
        return True
    return all(parts[1:-1]) and parts[-2:] != ["\u00a0", ""] and any(map(_LETTER.search, parts[::2]))


def _face(style: Any) -> _Face | None:
    """Return the face of a style; None if its text is not plain."""
    if (
        style["text_decoration_line"] != "none"
        or style["letter_spacing"] != "normal"
        or style["word_spacing"] != 0
        or style["visibility"] != "visible"
        or style["direction"] != "ltr"
        or style["font_size"] < 1
    ):
        return None
    key = tuple(style[name] for name in SHAPING)
    if key not in _faces:
        face = _new_face(style)
        if sum(other.alone == face.alone for other in _faces.values()) >= (
            _MAX_FACES_ALONE if face.alone else _MAX_FACES
        ):
            _faces.clear()
        _faces[key] = face
    return _faces[key]


def _new_face(style: Any) -> _Face:
    sample, plain = Layout(style), Layout(style)
    pango.pango_layout_set_single_paragraph_mode(plain.layout, True)
    sample.set_text("a")  # keeps the font alive
    line, _ = sample.get_first_line()
    font = next(_runs(line)).item.analysis.font
    alone = style["font_kerning"] == "none" and style["font_variant_ligatures"] == "none"
    return _Face(style, sample, font, get_pango_font_key(font)[2], plain, alone)


def _runs(line: Any) -> Iterator[Any]:
    run = line.runs[0]
    while run != ffi.NULL:
        yield run.data
        run = run.next


def _learn(texts: list[_Text]) -> None:
    """Shape the words of justified lines that this process has not shaped yet."""
    for face in _faces.values():
        if len(face.words) > _MAX_WORDS:
            face.words.clear()
    unknown: dict[int, tuple[_Face, dict[str, None]]] = {}
    for text in texts:
        if text.face is not None and text.face.alone and not text.face.blanks:
            text.face.learn(["a"])
        if text.face is not None and len(text.parts) > 1:
            new = unknown.setdefault(id(text.face), (text.face, {}))[1]
            for word in text.parts[::2]:
                if word and word not in text.face.words:
                    new[word] = None
    for face, new in unknown.values():
        if new:
            face.learn(list(new))


def _shape(text: _Text) -> list[_Shaped] | None:
    """Return the shaped parts of a text; None if one of them is not plain."""
    face, parts, spacing = text.face, text.parts, text.spacing
    if face is None:
        return None
    if len(parts) == 1:
        whole = face.spaced(parts[0], spacing) if face.alone else face.shape(parts[0])
        return whole and [whole]
    words, end = face.words, len(parts) - 1
    inner = {part: face.blank(part, spacing, first=False, last=False) for part in set(parts[1::2])}
    shaped = [inner[part] if at % 2 else words[part] for at, part in enumerate(parts) if part]
    if not parts[0]:
        shaped[0] = face.blank(parts[1], spacing, first=True, last=False)
    if not parts[end]:
        shaped[-1] = face.blank(parts[end - 1], spacing, first=False, last=True)
    return None if None in shaped else shaped  # type: ignore[return-value]  # none is None


def _draw(stream: Any, texts: list[_Text]) -> None:
    seen: dict[int, _Shaped] = {}  # by identity: it keeps them, so that no other takes their place
    fonts: dict[int, tuple[Any, float]] = {}
    for text in texts:
        box, shaped = text.box, _shape(text)
        if text.face is None or shaped is None:
            draw_text(stream, box, text.start, "clip", "none")
            continue
        if not box.text.strip():
            continue
        if id(text.face) not in fonts:
            fonts[id(text.face)] = stream.add_font(text.face.font)
        font, size = fonts[id(text.face)]
        for part in shaped:
            if id(part) not in seen:
                seen[id(part)] = part
                for glyph, width, of in part.glyphs:
                    if glyph not in font.to_unicode:
                        font.to_unicode[glyph], font.widths[glyph] = of, width
        stream.set_color(box.style["color"])
        stream.begin_text()
        stream.set_text_matrix(*Matrix(d=-1, e=box.position_x, f=box.position_y + box.baseline).values)
        stream.set_font_size(font.hash, size)
        stream.show_text("".join(part.operand for part in shaped))
        stream.end_text()


def operators(pdf: bytes) -> list[bytes]:
    """Return what an uncompressed PDF of WeasyPrint says of its text: places, sizes and glyphs."""
    return [line for line in pdf.split(b"\n") if line.endswith((b"TJ", b"Tm", b"Tf"))]
