"""Control words of characters, paragraphs, rows and cells: each changes the state in force."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from printserver.rtf.limits import MAX_TABLE_DEPTH, length
from printserver.rtf.model import Alignment, Border, Leader, Side, StopKind
from printserver.rtf.state import Control, RowDef, State, with_face

_SIDES: Final[Mapping[str, Side]] = {"t": "top", "l": "left", "b": "bottom", "r": "right"}
_AUTOMATIC: Final = 100
"""Space that LibreOffice and Word choose, in twips."""
_ALL_SIDES: Final[tuple[Side, ...]] = ("top", "left", "bottom", "right")


def _on(parameter: int | None) -> bool:
    return parameter != 0


def _face(**of: Callable[[int | None], object]) -> Control:
    """Return the control that sets fields of the face, each from the parameter."""

    def do(state: State, parameter: int | None) -> None:
        for name, make in of.items():
            state.face = with_face(state.face, name, make(parameter))

    return do


def _shape(name: str) -> Control:
    def do(state: State, parameter: int | None) -> None:
        state.shape = replace(state.shape, **{name: length(parameter or 0)})  # type: ignore[arg-type]

    return do


def _automatic(name: str) -> Control:
    """Return the control of a space that the program chooses (`\\sbauto`, `\\saauto`)."""

    def do(state: State, parameter: int | None) -> None:
        if _on(parameter):
            state.shape = replace(state.shape, **{name: _AUTOMATIC})  # type: ignore[arg-type]

    return do


def _shape_flag(name: str) -> Control:
    def do(state: State, parameter: int | None) -> None:
        state.shape = replace(state.shape, **{name: _on(parameter)})  # type: ignore[arg-type]

    return do


def _no_widow_control(state: State, _: int | None) -> None:
    state.shape = replace(state.shape, widow_control=False)


def _document_widow_control(state: State, _: int | None) -> None:
    state.widow_control = True
    state.shape = replace(state.shape, widow_control=True)


def _align(alignment: Alignment) -> Control:
    def do(state: State, _: int | None) -> None:
        state.shape = replace(state.shape, alignment=alignment)

    return do


def _row(name: str, make: Callable[[int | None], object]) -> Control:
    def do(state: State, parameter: int | None) -> None:
        setattr(state.row, name, make(parameter))

    return do


def _cell(name: str, make: Callable[[int | None], object]) -> Control:
    def do(state: State, parameter: int | None) -> None:
        setattr(state.row.coming, name, make(parameter))

    return do


def _row_padding(side: Side) -> Control:
    def do(state: State, parameter: int | None) -> None:
        state.row.padding[side] = max(length(parameter or 0), 0)

    return do


def _cell_padding(side: Side) -> Control:
    def do(state: State, parameter: int | None) -> None:
        state.row.coming.padding[side] = max(length(parameter or 0), 0)

    return do


def _stop_kind(kind: StopKind) -> Control:
    def do(state: State, _: int | None) -> None:
        state.next_stop = kind

    return do


def _stop_leader(leader: Leader) -> Control:
    def do(state: State, _: int | None) -> None:
        state.next_leader = leader

    return do


def _paragraph_border(*sides: Side) -> Control:
    def do(state: State, _: int | None) -> None:
        state.borders = dict(state.borders)  # the group around keeps its own
        state.border_place, state.border_sides = state.borders, sides

    return do


def _cell_border(side: Side) -> Control:
    def do(state: State, _: int | None) -> None:
        state.border_place, state.border_sides = state.row.coming.borders, (side,)

    return do


def _no_border(state: State, _: int | None) -> None:
    """Borders that only the row has, or between paragraphs, are not drawn."""
    state.border_place, state.border_sides = None, ()


def _border(change: Callable[[Border, int], Border]) -> Control:
    def do(state: State, parameter: int | None) -> None:
        if state.border_place is not None:
            for side in state.border_sides:
                state.border_place[side] = change(state.border_place.get(side, Border()), parameter or 0)

    return do


def _remove_border(state: State, _: int | None) -> None:
    if state.border_place is not None:
        for side in state.border_sides:
            state.border_place.pop(side, None)


def _begin_row(state: State, _: int | None) -> None:
    state.row = RowDef()
    state.border_place = None


def _end_cell_definition(state: State, parameter: int | None) -> None:
    state.row.end_cell(parameter or 0)
    state.border_place = None


def _paragraph_reset(state: State, _: int | None) -> None:
    state.reset_paragraph()


def _stop(state: State, parameter: int | None) -> None:
    state.add_stop(parameter or 0)


def _in_table(state: State, parameter: int | None) -> None:
    state.in_table = _on(parameter)


def _depth(state: State, parameter: int | None) -> None:
    state.depth = max(0, min(parameter or 0, MAX_TABLE_DEPTH))


def _shading(state: State, parameter: int | None) -> None:
    state.shading = replace(state.shading, share=parameter or 0)


def _listed(state: State, parameter: int | None) -> None:
    state.listed = bool(parameter)


def _hidden(state: State, parameter: int | None) -> None:
    state.hidden = _on(parameter)


def _deleted(state: State, parameter: int | None) -> None:
    state.deleted = _on(parameter)


def _unicode_stand_ins(state: State, parameter: int | None) -> None:
    state.uc = max(0, min(1 if parameter is None else parameter, 100))


def _cell_shading(state: State, parameter: int | None) -> None:
    state.row.coming.shading = replace(state.row.coming.shading, share=parameter or 0)


def _size(parameter: int | None) -> int:
    return max(2, min(24 if parameter is None else parameter, 3276))


def _raised(sign: int) -> Callable[[int | None], int]:
    return lambda parameter: sign * max(-200, min(6 if parameter is None else parameter, 200))


_UNDERLINES: Final = (
    *("ul", "ulw", "uld", "uldb", "ulth", "uldash", "uldashd", "uldashdd", "ulwave", "ulhwave", "ulldash"),
    *("ulthd", "ulthdash", "ulthdashd", "ulthdashdd", "ulthldash", "ululdbwave"),
)

_DOUBLE: Final = (
    *("brdrdb", "brdrtriple", "brdrwavydb"),
    *(f"brdr{kind}{gap}g" for kind in ("tnth", "thtn", "tnthtn") for gap in ("s", "m", "l")),
)
_DASHED: Final = ("brdrdash", "brdrdashsm", "brdrdashd", "brdrdashdd", "brdrdashdotstr")
_SINGLE: Final = ("brdrs", "brdrhair", "brdrsh", "brdrwavy", "brdremboss", "brdrengrave", "brdrinset", "brdroutset")

CONTROLS: Final[Mapping[str, Control]] = {
    "b": _face(bold=_on),
    "i": _face(italic=_on),
    **{word: _face(underline=_on) for word in _UNDERLINES},
    "ulnone": _face(underline=lambda _: False),
    "strike": _face(strike=_on),
    "striked": _face(strike=_on),
    "caps": _face(caps=_on),
    "scaps": _face(small_caps=_on),
    "super": _face(script=lambda parameter: "super" if _on(parameter) else ""),
    "sub": _face(script=lambda parameter: "sub" if _on(parameter) else ""),
    "nosupersub": _face(script=lambda _: "", raised=lambda _: 0),
    "up": _face(raised=_raised(1)),
    "dn": _face(raised=_raised(-1)),
    "expnd": _face(spacing=lambda parameter: max(-1440, min((parameter or 0) * 5, 1440))),
    "expndtw": _face(spacing=lambda parameter: max(-1440, min(parameter or 0, 1440))),
    "fs": _face(size=_size),
    "v": _hidden,
    "deleted": _deleted,
    "uc": _unicode_stand_ins,
    "pard": _paragraph_reset,
    "ql": _align("esquerda"),
    "qc": _align("centro"),
    "qr": _align("direita"),
    "qj": _align("justificado"),
    "qd": _align("justificado"),
    "fi": _shape("first"),
    "li": _shape("left"),
    "ri": _shape("right"),
    "lin": _shape("left"),
    "rin": _shape("right"),
    "sb": _shape("before"),
    "sa": _shape("after"),
    "sbauto": _automatic("before"),
    "saauto": _automatic("after"),
    "contextualspace": _shape_flag("contextual"),
    "s": _shape("style"),
    "sl": _shape("line"),
    "slmult": _shape_flag("multiple"),
    "keep": _shape_flag("keep"),
    "keepn": _shape_flag("keep_next"),
    "pagebb": _shape_flag("page_break"),
    "widctlpar": _shape_flag("widow_control"),
    "nowidctlpar": _no_widow_control,
    "widowctrl": _document_widow_control,
    "intbl": _in_table,
    "itap": _depth,
    "tx": _stop,
    "tqc": _stop_kind("centro"),
    "tqr": _stop_kind("direita"),
    "tqdec": _stop_kind("decimal"),
    "tldot": _stop_leader("."),
    "tlmdot": _stop_leader("."),
    "tlhyph": _stop_leader("-"),
    "tlul": _stop_leader("_"),
    "tlth": _stop_leader("_"),
    "tleq": _stop_leader("_"),
    "shading": _shading,
    "ls": _listed,
    "box": _paragraph_border(*_ALL_SIDES),
    **{f"brdr{letter}": _paragraph_border(side) for letter, side in _SIDES.items()},
    **{f"clbrdr{letter}": _cell_border(side) for letter, side in _SIDES.items()},
    **{f"trbrdr{letter}": _no_border for letter in "tlbrvh"},
    **dict.fromkeys(("brdrbtw", "brdrbar", "chbrdr", "pgbrdrt", "pgbrdrl", "pgbrdrb", "pgbrdrr"), _no_border),
    **dict.fromkeys(("cldglu", "cldgll"), _no_border),
    **{word: _border(lambda border, _: border) for word in _SINGLE},
    "brdrth": _border(lambda border, _: replace(border, width=max(border.width, 30))),
    **{word: _border(lambda border, _: replace(border, style="dupla")) for word in _DOUBLE},
    "brdrdot": _border(lambda border, _: replace(border, style="pontilhada")),
    **{word: _border(lambda border, _: replace(border, style="tracejada")) for word in _DASHED},
    "brdrw": _border(lambda border, width: replace(border, width=max(1, min(width, 255)))),
    "brsp": _border(lambda border, space: replace(border, space=max(0, min(space, 1440)))),
    "brdrnone": _remove_border,
    "brdrnil": _remove_border,
    "trowd": _begin_row,
    "cellx": _end_cell_definition,
    "trleft": _row("left", lambda parameter: length(parameter or 0)),
    "trrh": _row("height", lambda parameter: length(parameter or 0)),
    "trgaph": _row("gap", lambda parameter: max(length(parameter or 0), 0)),
    "trwWidth": _row("width", lambda parameter: max(length(parameter or 0), 0)),
    "trftsWidth": _row("width_unit", lambda parameter: parameter or 0),
    "trqc": _row("alignment", lambda _: "centro"),
    "trqr": _row("alignment", lambda _: "direita"),
    "trql": _row("alignment", lambda _: "esquerda"),
    "trkeep": _row("keep", _on),
    "trhdr": _row("header", _on),
    **{f"trpadd{letter}": _row_padding(side) for letter, side in _SIDES.items()},
    # Word and LibreOffice write the left padding of a cell as `clpadt` and the top one as `clpadl`.
    "clpadt": _cell_padding("left"),
    "clpadl": _cell_padding("top"),
    "clpadb": _cell_padding("bottom"),
    "clpadr": _cell_padding("right"),
    "clmgf": _cell("merge", lambda _: "first"),
    "clmrg": _cell("merge", lambda _: "next"),
    "clvmgf": _cell("merge_down", lambda _: "first"),
    "clvmrg": _cell("merge_down", lambda _: "next"),
    "clvertalt": _cell("vertical", lambda _: "alto"),
    "clvertalc": _cell("vertical", lambda _: "meio"),
    "clvertalb": _cell("vertical", lambda _: "baixo"),
    "clshdng": _cell_shading,
}
"""By control word; colours and fonts are not here, since they need the tables of the document."""

PARAGRAPH_WORDS: Final = frozenset({"pard", "ql", "qc", "qr", "qj", "fi", "li", "ri", "sb", "sa", "sl"})
"""Control words that begin to set a paragraph."""
