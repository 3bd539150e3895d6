"""Size and position of an image of an `html` body, from style and attributes, complete and on the page (P2a).

If the page limits the size, the requested aspect ratio is kept: the pixels are resampled to it and CSS gets only a
width. Requests without effect are reported in the avisos.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.declarations import declarations, to_points, warn_no_effect
from printserver.rendering.body.indents import Measures

DPI: Final = 300
"""Pixels per inch for paper. Images with more than 1.5 times as many are reduced to it."""

PX_PER_MM: Final = 96 / 25.4
_PX_PER_PT: Final = 96 / 72
_DENSITY: Final = DPI / 96
_SPARE: Final = 1.5
_COARSEST: Final = 150 / 96  # below this, rounding to whole pixels would distort visibly
_SAME_SHAPE: Final = 0.002
_BREAK: Final = "\u200b"
_NUMBER: Final = re.compile(r"\+?(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})\s*([a-z%]*)")
_UPRIGHT: Final = frozenset({"baseline", "top", "middle", "bottom", "text-top", "text-bottom", "sub", "super"})
_ALIGN: Final = {"absmiddle": "middle", "abscenter": "middle", "center": "middle", "texttop": "text-top",
                 "absbottom": "bottom"}  # fmt: skip
_LENGTHS: Final = frozenset({"width", "height", "max-width", "max-height", "min-width", "min-height"})
_MARGINS: Final = frozenset({"margin", "margin-left", "margin-right", "margin-top", "margin-bottom"})
_AS_IT_IS: Final = {
    "display": frozenset({"inline", "inline-block", "initial"}),
    "float": frozenset({"none"}),
    "position": frozenset({"static"}),
    "visibility": frozenset({"visible"}),
    "aspect-ratio": frozenset({"auto"}),
}
"""Values without effect on an image."""


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a page for an image, in CSS px (96 per inch).

    `end_height` is the height left by signatures and seal, for an image that ends the text (P3).
    """

    width: float = 160 * PX_PER_MM
    height: float = 150 * PX_PER_MM
    end_height: float = 150 * PX_PER_MM


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn image. `pixels`: the size of its file; `template`: its markup, with `{}` for its URL."""

    pixels: tuple[int, int]
    template: str


@dataclass
class _Asked:
    """Sizes requested by style and attributes: px by name, and fractions of the column by name."""

    px: dict[str, float]
    parts: dict[str, float]
    fit: str = "fill"
    vertical: str = ""
    block: Literal["", "left", "center", "right"] = ""


def draw(
    pixels: tuple[int, int],
    attributes: Mapping[str, str],
    measures: Measures,
    room: Room,
    notices: Notices,
) -> Figure | None:
    """Return how an image of `pixels` (width, height) is drawn; None if its requested size is zero.

    `measures` are inherited from the elements around it, `room` is the room of the page. `image_place` reads the
    `data-` attributes to find images that the page reduced.
    """
    asked = _read(attributes, measures.size_pt, notices)
    drawn = (_of_the_column if "width" in asked.parts else _of_its_own)(pixels, asked, room)
    if drawn is None:
        return None
    # a first line is indented before its image
    limit = f"calc(100% - {measures.first_line_mm:g}mm)" if measures.first_line_mm else "100%"
    style = f"{drawn.style};max-width:{f'min({drawn.limit},{limit})' if drawn.limit else limit}"
    if asked.vertical:
        style += f";vertical-align:{asked.vertical}"
    # a line may break at an image without blanks: otherwise adjacent text would overflow the page
    image = f'{_BREAK}<img src="{{}}" alt="" data-imagem="{drawn.what}"{drawn.note} style="{style}"/>{_BREAK}'
    if asked.block:
        image = f'<span style="display:block;text-align:{asked.block}">{image}</span>'
    return Figure(_enough(pixels, drawn.width, drawn.height), image)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """An image's position in CSS; `width` and `height` in px are the size that its pixels must resolve."""

    what: str
    style: str
    width: float
    height: float
    limit: str = ""
    note: str = ""


def _of_the_column(pixels: tuple[int, int], asked: _Asked, room: Room) -> _Drawn | None:
    """Return the position of an image whose width is a fraction of the column, which only the layout knows."""
    part = min(asked.parts["width"], asked.parts.get("max-width", 1.0), 1.0)
    ratio = pixels[0] / pixels[1]
    most = min(room.width * part, asked.px.get("max-width", room.width))
    height, tallest = asked.px.get("height"), min(room.height, asked.px.get("max-height", room.height))
    if not most or not tallest or height == 0:
        return None
    what, style = f"{part * 100:g}% da coluna", f"width:{part * 100:g}%"
    if height is not None and asked.fit == "fill":
        height = min(height, tallest)
        return _Drawn(what, f"{style};height:{height:.2f}px", most, most / ratio, f"{most:.2f}px")
    note = f' data-teto="{tallest * ratio:.2f}"' if tallest == room.height else ""
    most = min(most, min(tallest, height or tallest) * ratio)
    return _Drawn(what, style, most, most / ratio, f"{most:.2f}px", note)


def _of_its_own(pixels: tuple[int, int], asked: _Asked, room: Room) -> _Drawn | None:
    """Return the position of an image with an absolute size, or with the size of its pixels (one px each)."""
    width, height = _computed(pixels, asked)
    part = asked.parts.get("max-width", 1.0)
    if not width or not height or not part:
        return None
    shrink = min(1.0, room.width / width, room.height / height)
    drawn = max(width * shrink, min(1.0, width)), max(height * shrink, min(1.0, height))  # thin, but visible
    what = f"{_mm(width)} × {_mm(height)} mm" if asked.px else f"{pixels[0]} × {pixels[1]} pixels"
    if part < 1 or "max-width" not in asked.parts:
        note = f' data-largura="{width:.2f}"' if "max-width" not in asked.parts else ""
    else:
        note = f' data-teto="{drawn[0]:.2f}"' if shrink * height == room.height else ""
    return _Drawn(what, f"width:{drawn[0]:.2f}px", *drawn, f"{part * 100:g}%" if part < 1 else "", note)


def _mm(px: float) -> str:
    return f"{px / PX_PER_MM:.1f}".removesuffix(".0").replace(".", ",")


def _computed(pixels: tuple[int, int], asked: _Asked) -> tuple[float, float]:
    """Return the size in px as CSS computes it, with both limits and the image's aspect ratio."""
    width, height, ratio = asked.px.get("width"), asked.px.get("height"), pixels[0] / pixels[1]
    least = asked.px.get("min-width", 0.0), asked.px.get("min-height", 0.0)
    most = asked.px.get("max-width", float("inf")), asked.px.get("max-height", float("inf"))
    if width is None and height is None:
        down = min(1.0, most[0] / pixels[0], most[1] / pixels[1])
        scale = max(down, least[0] / pixels[0], least[1] / pixels[1])
        return pixels[0] * scale, pixels[1] * scale
    if width is None:
        assert height is not None
        height = max(min(height, most[1]), least[1])
        return max(min(height * ratio, most[0]), least[0]), height
    width = max(min(width, most[0]), least[0])
    box = width, max(min(width / ratio if height is None else height, most[1]), least[1])
    if asked.fit == "fill":
        return box
    return min(box[0], box[1] * ratio), min(box[1], box[0] / ratio)


def _enough(pixels: tuple[int, int], width: float, height: float) -> tuple[int, int]:
    """Return the pixel size for an image drawn `width` × `height` px: that aspect ratio at the paper's resolution."""
    across, down = pixels[0] / width, pixels[1] / height
    same = abs(across / down - 1) <= _SAME_SHAPE
    density = max(across, down)
    if same and density <= _DENSITY * _SPARE:
        return pixels
    density = min(max(density, _COARSEST) if not same else density, _DENSITY)
    # compute the longer side from the shorter: whole pixels then come closest to the requested aspect ratio
    if width < height:
        whole = max(1, round(width * density))
        return whole, max(1, round(whole * height / width))
    whole = max(1, round(height * density))
    return max(1, round(whole * width / height)), whole


def _read(attributes: Mapping[str, str], in_points: float, notices: Notices) -> _Asked:
    asked = _Asked({}, {})
    for name in ("width", "height"):
        _attribute(name, attributes.get(name, ""), in_points, asked, notices)
    _align(attributes.get("align", "").strip().lower(), asked, notices)
    margins = dict.fromkeys(("margin-left", "margin-right"), "")
    block = False
    for name, value in declarations(attributes.get("style", "")):
        if name in _LENGTHS:
            _length(name, value, in_points, asked, notices)
        elif name in _MARGINS:
            _margin(name, value, margins, notices)
        elif name == "display" and value in ("block", "table", "flex"):
            block = True
        elif name == "object-fit" and value in ("fill", "contain", "scale-down", "cover", "none"):
            asked.fit = value
        elif name == "vertical-align" and value in _UPRIGHT:
            asked.vertical = value
        elif value not in _AS_IT_IS.get(name, ()):
            warn_no_effect(name, notices)
    if asked.fit in ("cover", "none"):
        notices.add("O estilo object-fit cortaria uma imagem: ela foi impressa inteira.")
    if block:
        asked.block = _side(margins)
    return asked


def _side(margins: Mapping[str, str]) -> Literal["left", "center", "right"]:
    if margins["margin-left"] != "auto":
        return "left"
    return "center" if margins["margin-right"] == "auto" else "right"


def _attribute(name: str, value: str, in_points: float, asked: _Asked, notices: Notices) -> None:
    """Read `width` or `height` as HTML does: px, or fractions with `%`. A unit of length is accepted too."""
    value = value.strip().lower()
    if value in ("", "auto"):
        return
    found = _NUMBER.match(value)
    if found is None:
        notices.add(f"O atributo {name} de uma imagem não é um tamanho e ficou sem efeito.")
        return
    points = to_points(found[1] + found[2], in_points, 0.0)
    if found[2] == "%" or points is None or not points:
        _set(name, float(found[1]), "%" if found[2] == "%" else "px", asked)
    else:
        _set(name, points * _PX_PER_PT, "px", asked)


def _length(name: str, value: str, in_points: float, asked: _Asked, notices: Notices) -> None:
    """Read a length of the style, which overrides that of an attribute."""
    if value in ("auto", "none", "initial", "unset"):
        asked.px.pop(name, None)
        asked.parts.pop(name, None)
        return
    part = to_points(value, in_points, 100.0) if value.endswith("%") else None
    points = to_points(value, in_points, 0.0)
    if points is None or points < 0 or (part is not None and (part < 0 or name == "min-width")):
        warn_no_effect(name, notices)
    elif part is not None:
        _set(name, part, "%", asked)
    else:
        _set(name, points * _PX_PER_PT, "px", asked)


def _set(name: str, number: float, unit: Literal["px", "%"], asked: _Asked) -> None:
    asked.px.pop(name, None)
    asked.parts.pop(name, None)
    if unit == "px":
        asked.px[name] = number
    elif name.endswith("width"):  # a relative height is `auto`, as in a browser: no parent has a height
        asked.parts[name] = number / 100


def _align(value: str, asked: _Asked, notices: Notices) -> None:
    value = _ALIGN.get(value, value)
    if value in _UPRIGHT:
        asked.vertical = value
    elif value:
        notices.add("O texto não contorna imagens: o align de uma ficou sem efeito.")


def _margin(name: str, value: str, margins: dict[str, str], notices: Notices) -> None:
    """Record the margins that are `auto`, and report those that take room."""
    sides = value.split()
    if name in margins:
        margins[name] = value
    elif name == "margin" and sides:
        margins["margin-right"] = sides[1 % len(sides)]
        margins["margin-left"] = sides[3] if len(sides) > 3 else margins["margin-right"]
    if any(side != "auto" and to_points(side, 12.0, 100.0) != 0 for side in sides):
        warn_no_effect(name, notices)
