"""Resources used by the pages of a PDF: follows operators into forms, patterns, masks and glyphs (P2a, S12).

Each content stream keeps only the resources that it uses; unused ones are dropped without check. A used resource must
exist, be complete, be shown by every viewer, and not depend on the printing machine.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from printserver.rendering.body.characters import refuse
from printserver.rendering.pdf_body import streams
from printserver.rendering.pdf_body.commands import PAGE_KEYS, WRITING, Instructions, parse, written_strings
from printserver.rendering.pdf_body.layers import Layers, is_layer, plain_layer
from printserver.rendering.pdf_body.streams import (
    MAX_DEPTH,
    Defect,
    elements,
    items,
)

_INVISIBLE: Final = 3
_NO_NUMBER: Final = (0, 0)
_OWN_COLORS: Final = ("/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/Pattern", "/G", "/RGB", "/CMYK", "/I", "/Indexed")
_DEFAULT_COLORS: Final = ("/DefaultGray", "/DefaultRGB", "/DefaultCMYK")
_CONTENT_KEYS: Final = (
    "/Type /Subtype /FormType /BBox /Matrix /Resources /Group /Name /PatternType /PaintType /TilingType /XStep /YStep"
    " /Length /Filter /DecodeParms"
)
"""Keys of a form or tiling pattern that affect its drawing."""
_MARK_KEYS: Final = ("/ActualText", "/Alt", "/E", "/Lang", "/MCID")
_FONT_FILES: Final = ("/FontFile", "/FontFile2", "/FontFile3")
T = TypeVar("T")


@dataclass(frozen=True)
class _Text:
    """The text state: font (None before the first `Tf`), its resource name, rendering mode."""

    font: Any = None
    name: str = ""
    mode: int = 0


@dataclass
class _Scope:
    """The resources visible to one content stream (nearest first), and those that it uses."""

    around: list[Any]
    used: Dictionary = field(default_factory=Dictionary)
    borrowed: bool = False
    """Whether it used a resource of an enclosing content stream."""
    written: _Text | None = None
    """The last checked text state."""
    made: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def find(self, category: str, name: str) -> Any:
        """Return a resource of that name, or None."""
        for distance, resources in enumerate(self.around):
            group = resources.get(category)
            value = group.get(name) if isinstance(group, Dictionary) else None
            if value is not None:
                self.borrowed |= distance > 0
                return value
        return None

    def need(self, category: str, name: str) -> Any:
        """Return a resource of that name; raise `Defect` if it is missing."""
        value = self.find(category, name)
        if value is None:
            raise Defect(f"{name[:40]} é usado e não está no arquivo")
        return value

    def keep(self, category: str, name: str, value: Any) -> None:
        """Record `value` as a used resource."""
        if category not in self.used:
            self.used[category] = Dictionary()
        self.used[category][name] = value

    def inside(self, resources: Any) -> "_Scope":
        """Return the scope of a nested content stream. Missing resources come from the enclosing one, as in viewers."""
        return _Scope([resources if isinstance(resources, Dictionary) else Dictionary(), *self.around])


class Use:
    """Follows the pages of one document. Its checks raise `Defect`, or `Recusa` if the message needs no page number."""

    def __init__(self, pdf: Pdf, layers: Layers) -> None:
        self._pdf = pdf
        self._layers = layers
        self._sweep = streams.Sweep()
        self._resources: dict[tuple[int, int], Any] = {}
        self._made: dict[tuple[object, ...], Any] = {}
        self._fonts: set[tuple[int, int]] = set()
        self._no_glyphs: Object | None = None
        self._depth = 0

    def page(self, page: Page, instructions: Instructions) -> None:
        """Check the content of a page, and keep only the resources that it uses."""
        scope = _Scope([_page_resources(page)])
        self._follow(instructions, scope, _Text())
        page.obj.Resources = scope.used
        self._sweep.read(page.obj.get("/Group"))

    def _follow(self, instructions: Instructions, scope: _Scope, text: _Text) -> None:
        """Process the operators of one content stream, starting with the caller's text state."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Defect("os desenhos estão aninhados demais")
        self._default_colors(scope)
        saved: list[_Text] = []
        for operator, instruction in instructions:
            if operator == "q":
                saved.append(text)
            elif operator == "Q":
                text = saved.pop() if saved else text
            elif operator in WRITING:
                if text is not scope.written:
                    self._write(written_strings(instruction.operands), scope, text)
            elif operator == "Tf":
                name = str(instruction.operands[0])
                text = replace(text, font=scope.find("/Font", name), name=name)
                self._set_font(name, scope)
            elif operator == "Tr":
                text = replace(text, mode=int(instruction.operands[0]))
            elif operator == "gs":
                text = self._state(str(instruction.operands[0]), scope, text)
            elif operator == "Do":
                self._draw(str(instruction.operands[0]), scope, text)
            elif operator == "INLINE IMAGE":
                self._inline(instruction.iimage, scope)
            elif operator in ("BDC", "DP"):
                self._mark(*instruction.operands, scope=scope)
            elif operator in ("cs", "CS"):
                self._color(instruction.operands[0], scope)
            elif operator in ("scn", "SCN"):
                self._pattern(instruction.operands, scope)
            elif operator == "sh":
                self._take("/Shading", str(instruction.operands[0]), scope)
        self._depth -= 1

    def _take(self, category: str, name: str, scope: _Scope) -> None:
        value = scope.need(category, name)
        self._sweep.read(value)
        scope.keep(category, name, value)

    def _write(self, written: list[bytes], scope: _Scope, text: _Text) -> None:
        """Check and keep the font of shown text. The font of invisible text (OCR of scanners) is not checked."""
        if not any(written):
            return
        font, visible = text.font, text.mode != _INVISIBLE
        if not isinstance(font, Dictionary):
            if visible:
                raise Defect(f"a fonte {text.name[:40]} é usada e não está no arquivo")
            return
        if font.get("/Subtype") == Name.Type3:
            font = self._type3(font, scope)
        elif visible:
            if not isinstance(font.get("/Encoding"), Dictionary) and not any(part.strip(b" ") for part in written):
                visible = False  # only blanks
            else:
                self._check_font(font)
        self._sweep.read(font)
        if text.name:
            scope.keep("/Font", text.name, font)
        if visible or text.mode == _INVISIBLE:
            scope.written = text

    def _set_font(self, name: str, scope: _Scope) -> None:
        """Replace a font that shows no text by one without glyphs: `Tf` must find a resource."""
        if "/Font" in scope.used and name in scope.used.Font:
            return
        if self._no_glyphs is None:
            self._no_glyphs = self._pdf.make_indirect(_font_without_glyphs())
        scope.keep("/Font", name, self._no_glyphs)

    def _check_font(self, font: Dictionary) -> None:
        """Refuse a font that is not embedded: the output would depend on the machine."""
        if font.is_indirect and font.objgen in self._fonts:
            return
        whole = font
        if font.get("/Subtype") == Name.Type0:
            whole = elements(font.get("/DescendantFonts"), "uma fonte")[0]
        parts = dict(items(whole)).get("/FontDescriptor", Dictionary())
        described = dict(items(parts))
        programs = [described[key] for key in _FONT_FILES if isinstance(described.get(key), Stream)]
        if not programs:
            name = str(font.get("/BaseFont", "/sem nome"))[1:61]
            raise refuse(f"A fonte {name} não está embutida no PDF. Gere-o com as fontes embutidas.")
        self._sweep.read(font)
        streams.font_file(programs[0])
        if font.is_indirect:
            self._fonts.add(font.objgen)

    def _type3(self, font: Dictionary, scope: _Scope) -> Dictionary:
        """Return a Type 3 font that contains all resources of its glyphs."""

        def make() -> tuple[Dictionary, bool]:
            parts = dict(items(font))
            inner = scope.inside(parts.get("/Resources"))
            for _, glyph in items(parts.get("/CharProcs", Dictionary())):
                streams.check(glyph)
                self._follow(parse(self._pdf, glyph), inner, _Text())
            whole = self._pdf.make_indirect(copy.copy(font)) if inner.borrowed else font
            whole.Resources = inner.used
            return whole, inner.borrowed

        return self._once((font.objgen,) if font.is_indirect else None, scope, make)

    def _once(self, key: tuple[object, ...] | None, scope: _Scope, make: Callable[[], tuple[T, bool]]) -> T:
        """Return the result of `make` for `key`, cached per document, or per scope if it used enclosing resources.

        Without a key (direct objects have no number) it is made each time.
        """
        if key is None:
            return make()[0]
        for made in (scope.made, self._made):
            if key in made:
                found: T = made[key]
                return found
        value, borrowed = make()
        (scope.made if borrowed else self._made)[key] = value
        return value

    def _state(self, name: str, scope: _Scope, text: _Text) -> _Text:
        """Check and keep a graphics state, which may set the font and a soft mask."""
        state = copy.copy(scope.need("/ExtGState", name))
        parts = dict(items(state))
        mask = parts.get("/SMask")
        if isinstance(mask, Dictionary):
            mask = copy.copy(mask)
            mask.G = self._content(dict(items(mask)).get("/G"), scope, _Text())
            state.SMask = mask
        if "/ExtGState" not in scope.used or name not in scope.used.ExtGState:
            self._sweep.read(state)
            scope.keep("/ExtGState", name, state)
        if "/Font" in parts:
            return replace(text, font=elements(parts["/Font"], "uma fonte")[0], name="")
        return text

    def _draw(self, name: str, scope: _Scope, text: _Text) -> None:
        value = scope.need("/XObject", name)
        if "/OC" in value:
            self._layers.require_shown(value.OC)
        kind = value.get("/Subtype")
        if kind == Name.Image:
            self._image(value, scope)
        elif kind == Name.Form and value.get("/Subtype2") != Name.PS and "/PS" not in value:
            if text.name and isinstance(text.font, Dictionary):
                scope.keep("/Font", text.name, text.font)  # the form may use it
            value = self._content(value, scope, replace(text, name=""))
        elif kind in (Name.Form, Name.PS):
            raise refuse("O PDF tem um programa PostScript dentro.")
        else:
            raise Defect(f"{name[:40]} é desenhado e não pôde ser lido")
        scope.keep("/XObject", name, value)

    def _image(self, image: Stream, scope: _Scope) -> None:
        self._sweep.read(image)
        self._color(image.get("/ColorSpace"), scope)

    def _inline(self, image: Any, scope: _Scope) -> None:
        stream = self._pdf.make_stream(image.read_raw_bytes())
        for key in ("/Filter", "/DecodeParms"):
            if key in image.obj:
                stream[key] = image.obj[key]
        streams.check(stream)
        self._color(image.obj.get("/ColorSpace"), scope)

    def _color(self, space: Any, scope: _Scope) -> None:
        """Check and keep a colour space given by a resource name."""
        if isinstance(space, Name) and str(space) not in _OWN_COLORS:
            self._take("/ColorSpace", str(space), scope)

    def _default_colors(self, scope: _Scope) -> None:
        """Check and keep the default colour spaces, which no operator names."""
        group = scope.around[0].get("/ColorSpace", Dictionary())
        for name in _DEFAULT_COLORS:
            if name in group:
                self._take("/ColorSpace", name, scope)

    def _pattern(self, operands: Any, scope: _Scope) -> None:
        if not len(operands) or not isinstance(operands[-1], Name):
            return
        name = str(operands[-1])
        pattern = scope.need("/Pattern", name)
        if isinstance(pattern, Stream):
            pattern = self._content(pattern, scope, _Text())
        self._sweep.read(pattern)
        scope.keep("/Pattern", name, pattern)

    def _content(self, stream: Any, scope: _Scope, text: _Text) -> Stream:
        """Return a form or pattern that contains all its resources: itself, or a copy if it used enclosing ones."""
        if not isinstance(stream, Stream):
            raise Defect("um desenho não está no arquivo")

        def make() -> tuple[Stream, bool]:
            if stream.objgen not in self._resources:
                streams.check(stream)
                streams.keep_only(stream, _CONTENT_KEYS.split())
                parts = dict(items(stream))
                self._resources[stream.objgen] = parts.get("/Resources")
                self._sweep.read(parts.get("/Group"))
            inner = scope.inside(self._resources[stream.objgen])
            self._follow(parse(self._pdf, stream), inner, text)
            whole = self._pdf.make_indirect(copy.copy(stream)) if inner.borrowed else stream
            whole.Resources = inner.used
            self._sweep.skip(whole)
            return whole, inner.borrowed

        font = text.font.objgen if isinstance(text.font, Object) else None
        key = None if font == _NO_NUMBER else (stream.objgen, font, text.mode)
        return self._once(key, scope, make)

    def _mark(self, tag: Any, properties: Any, *, scope: _Scope) -> None:
        """Check marked content: a layer must be visible; of other marks only the text properties are kept."""
        if not isinstance(properties, Name):
            if tag == Name.OC and is_layer(properties):
                self._layers.require_shown(properties)
            return
        value = scope.find("/Properties", str(properties))
        if tag == Name.OC:
            self._layers.require_shown(value)
            value = plain_layer()
        elif isinstance(value, Dictionary):
            value = Dictionary({key: value[key] for key in _MARK_KEYS if key in value})
        else:
            return
        scope.keep("/Properties", str(properties), value)


def _font_without_glyphs() -> Dictionary:
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 0, 0]),
        FontMatrix=Array([1, 0, 0, 1, 0, 0]),
        CharProcs=Dictionary(),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array()),
        FirstChar=0,
        LastChar=0,
        Widths=Array([0]),
        Resources=Dictionary(),
    )


def _page_resources(page: Page) -> Any:
    """Return the resources of a page or of its nearest ancestor."""
    node: Any = page.obj
    for _ in range(MAX_DEPTH):
        if not isinstance(node, Dictionary):
            break
        parts = dict(items(node, PAGE_KEYS))
        if "/Resources" in parts:
            return parts["/Resources"]
        node = parts.get("/Parent")
    return Dictionary()
