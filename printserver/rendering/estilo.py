"""The style of an `html` body: alignment, indent and size, within limits that keep all text visible and on the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from printserver.rendering.caracteres import Avisos

TAMANHO_PT: Final = (6.0, 36.0)
RECUO_MAXIMO_MM: Final = 60.0
"""Indents of nested elements together, in mm; with a first line's, what the narrowest page (116 mm) can bear."""
PRIMEIRA_LINHA_MAXIMO_MM: Final = 40.0
RECUO_DA_LISTA_MM: Final = 8.0

_BASE_PT: Final = 12.0
_POINTS: Final = {"pt": 1.0, "px": 0.75, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72.0, "pc": 12.0, "q": 18 / 25.4}
_LENGTH: Final = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))([a-z%]{0,4})")
_SIZES: Final = {
    "xx-small": 7.0,
    "x-small": 7.5,
    "small": 10.0,
    "medium": 12.0,
    "large": 14.0,
    "x-large": 18.0,
    "xx-large": 24.0,
}
_WORDS: Final = {
    "text-align": frozenset({"left", "right", "center", "justify"}),
    "font-weight": frozenset({"normal", "bold"}),
    "font-style": frozenset({"normal", "italic"}),
    "text-decoration": frozenset({"none", "underline", "line-through"}),
}


@dataclass(frozen=True, slots=True)
class Medidas:
    """What an element has from those around it: the font size in pt, the sum of indents and a first line's in mm."""

    tamanho_pt: float = _BASE_PT
    recuo_mm: float = 0.0
    primeira_linha_mm: float = 0.0


def filtrar(marca: str, style: str, align: str, medidas: Medidas, avisos: Avisos) -> tuple[str, Medidas]:
    """Return (CSS declarations, measures for what is inside) for an element's `style` and `align`.

    Sizes are 6 to 36 pt and absolute (relative ones would multiply), indents 0 to 60 mm in sum, a first line's 0 to
    40 mm; a value beyond is brought to the limit, anything else is left out, each with an aviso.
    """
    kept: dict[str, str] = {}
    if align:
        _word("text-align", align.strip().lower(), kept, avisos)
    indent = 0.0
    for name, value in declaracoes(style):
        if name in _WORDS:
            _word(name, value, kept, avisos)
        elif name == "font-size":
            size = _size(value, medidas, avisos)
            if size is not None:
                medidas = replace(medidas, tamanho_pt=size)
                kept[name] = f"{size:g}pt"
        elif name in ("margin-left", "padding-left", "text-indent"):
            length = _indent(name, value, medidas, avisos)
            if name != "text-indent" and length is not None:
                indent = length
            if name == "text-indent" and length is not None:
                medidas = replace(medidas, primeira_linha_mm=length)
            if length is not None:
                kept["text-indent" if name == "text-indent" else "margin-left"] = f"{length:g}mm"
        else:
            sem_efeito(name, avisos)
    if marca in ("ul", "ol"):
        indent = _list_indent(indent, medidas, kept, avisos)
    medidas = replace(medidas, recuo_mm=medidas.recuo_mm + indent)
    return ";".join(f"{name}:{value}" for name, value in kept.items()), medidas


def declaracoes(style: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each declaration in a `style`, in small letters."""
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name := name.strip().lower():
            yield name, value.lower().replace("!important", "").strip()


def _word(name: str, value: str, kept: dict[str, str], avisos: Avisos) -> None:
    if value in _WORDS[name]:
        kept[name] = value
    else:
        sem_efeito(name, avisos)


def sem_efeito(name: str, avisos: Avisos) -> None:
    """Tell that the style `name`, or its value, was left out."""
    shown = name[:30] if name.isascii() and name.isprintable() else "?"
    avisos.add(f"O estilo {shown} não é aceito (ou o seu valor) e ficou sem efeito.")


def pontos(value: str, em_pt: float, percent_pt: float) -> float | None:
    """Return a CSS length in points, None where it is none; `em_pt` and `percent_pt`: what 1em and 100% are."""
    found = _LENGTH.fullmatch(value)
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "%":
        return number / 100 * percent_pt
    if unit == "":
        return 0.0 if number == 0 else None
    factor = {"em": em_pt, "rem": _BASE_PT, "ex": em_pt / 2}.get(unit) or _POINTS.get(unit)
    return None if factor is None else number * factor


def _size(value: str, medidas: Medidas, avisos: Avisos) -> float | None:
    relative = {"smaller": medidas.tamanho_pt / 1.2, "larger": medidas.tamanho_pt * 1.2}
    points = _SIZES.get(value) or relative.get(value) or pontos(value, medidas.tamanho_pt, medidas.tamanho_pt)
    if points is None:
        sem_efeito("font-size", avisos)
        return None
    least, most = TAMANHO_PT
    if not least <= points <= most:
        avisos.add(f"Um tamanho de letra foi trazido ao limite de {least:g} a {most:g} pt.")
    return round(min(max(points, least), most), 2)


def _indent(name: str, value: str, medidas: Medidas, avisos: Avisos) -> float | None:
    # of a percentage only the page's width could tell the length: 150 mm stand for it
    points = pontos(value, medidas.tamanho_pt, 150 * 72 / 25.4)
    if points is None:
        sem_efeito(name, avisos)
        return None
    length = points * 25.4 / 72
    most = PRIMEIRA_LINHA_MAXIMO_MM if name == "text-indent" else RECUO_MAXIMO_MM - medidas.recuo_mm
    allowed = min(max(length, 0.0), most)
    if allowed != length:
        avisos.add(f"Um recuo foi trazido ao limite de 0 a {most:g} mm.")
    return round(allowed, 2)


def _list_indent(indent: float, medidas: Medidas, kept: dict[str, str], avisos: Avisos) -> float:
    """Give a list its own indent, as long as the lists around it leave room for it."""
    room = RECUO_MAXIMO_MM - medidas.recuo_mm - indent
    own = RECUO_DA_LISTA_MM if room >= RECUO_DA_LISTA_MM else 0.0
    if not own:
        avisos.add(f"Um recuo foi trazido ao limite de 0 a {RECUO_MAXIMO_MM:g} mm.")
    kept["padding-left"] = f"{own:g}mm"
    return indent + own
