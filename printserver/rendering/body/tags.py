"""Tags and attributes of HTML: their replacement in a printed body, and the tags that they close (P2a)."""

from typing import Final

VOID_TAGS: Final = frozenset({"br", "hr", "img"})
BLOCK_TAGS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "div", "ul", "ol", "li"})
FORMATTING_TAGS: Final = frozenset({"b", "strong", "i", "em", "u", "s", "sub", "sup"})
TABLE_TAGS: Final = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th"})
TAGS: Final = BLOCK_TAGS | FORMATTING_TAGS | TABLE_TAGS | VOID_TAGS | {"span"}

WRITTEN_AS: Final = {
    "del": "s",
    "strike": "s",
    "ins": "u",
    "center": "div",
    "cite": "i",
    "dfn": "i",
    "var": "i",
    "menu": "ul",
    "dir": "ul",
    "h5": "h4",
    "h6": "h4",
    "pre": "div",
    "listing": "div",
    **dict.fromkeys(
        ("a", "abbr", "acronym", "bdi", "big", "data", "font", "label", "nobr", "q", "small", "time"), "span"
    ),
}
IMPLIED_STYLE: Final = {
    "big": "font-size:larger",
    "small": "font-size:smaller",
    "center": "text-align:center",
    "caption": "text-align:center",
    "address": "font-style:italic",
    "blockquote": "margin-left:40px",
    "dd": "margin-left:40px",
    "nobr": "white-space:nowrap",
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext", "textarea"), "white-space:pre"),
}
_BLOCK_WORDS: Final = """
    address article aside blockquote body button caption dd details dialog dl dt fieldset figcaption figure footer form
    frameset header hgroup html iframe legend main nav noembed noframes noscript object optgroup
    option plaintext search section select summary svg template text textarea title tspan xmp
"""
AS_BLOCK: Final = frozenset(_BLOCK_WORDS.split())
_WITHOUT_LOSS: Final = """
    address article aside blockquote caption col colgroup dd dl dt fieldset figcaption figure footer form head header
    hgroup html body link main meta nav section
"""
WITHOUT_NOTICE: Final = frozenset(_WITHOUT_LOSS.split()) | WRITTEN_AS.keys() | {"wbr", "o:p"}
OFFICE_PREFIXES: Final = ("st1:", "st2:")
_UNSEEN_WORDS: Final = "datalist dialog noembed noframes noscript rp template title"
UNSEEN: Final = frozenset(_UNSEEN_WORDS.split())
DRAWN_WORDS: Final = """
    audio canvas embed iframe map math object svg video v:shape v:imagedata v:rect v:line v:oval v:roundrect
"""
_FORMULA_WORDS: Final = """
    mfrac mmultiscripts mover mroot msqrt msub msubsup msup mtable munder munderover m:f m:rad m:nary m:ssub m:ssup
    m:ssubsup
"""
FORMULAS: Final = frozenset(_FORMULA_WORDS.split())
ATTRIBUTES: Final = {
    "*": frozenset({"style", "align"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}),
    "ol": frozenset({"start", "type"}),
    "li": frozenset({"value"}),
    "table": frozenset({"border"}),
}
# Old attributes, as styles.
_AS_STYLE: Final[dict[tuple[str, str], str]] = {
    ("font", "face"): "font-family",
    ("font", "color"): "color",
    ("td", "vertical"): "vertical-align",
    ("th", "vertical"): "vertical-align",
}
_FONT_SIZES: Final = ("7.5pt", "10pt", "12pt", "13.5pt", "18pt", "24pt", "36pt")
_LIST_TYPES: Final = {
    "1": "decimal",
    "a": "lower-alpha",
    "A": "upper-alpha",
    "i": "lower-roman",
    "I": "upper-roman",
    **{word: word for word in ("disc", "circle", "square", "none")},
}

_FORM_WORDS: Final = """
    alink background bgcolor bordercolor bordercolordark bordercolorlight cellpadding cellspacing char charoff checked
    color cols compact dir face frame height href hspace link nowrap noshade poster reversed rows rules selected
    size span src srcset text type vertical vlink vspace width wrap
"""
FORM_ATTRIBUTES: Final = frozenset(_FORM_WORDS.split())
TEXT_ATTRIBUTES: Final = frozenset({"label", "placeholder", "srcdoc", "value"})
TYPES_WITHOUT_LOOK: Final = frozenset({"a", "link", "object", "script", "source", "style"})

NOTHING: Final[frozenset[str]] = frozenset()
CELL_TAGS: Final = frozenset({"td", "th"})
BARRIERS: Final = {
    "li": CELL_TAGS | {"table", "ul", "ol"},
    **dict.fromkeys(("td", "th", "tr", "thead", "tbody", "tfoot"), frozenset({"table"})),
    "table": NOTHING,
}
IMPLIED_END: Final = {
    **dict.fromkeys(
        ("p", "h1", "h2", "h3", "h4", "div", "ul", "ol", "table", "hr"), (frozenset({"p"}), TAGS - FORMATTING_TAGS)
    ),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"}) | CELL_TAGS),
    "td": (CELL_TAGS, frozenset({"table"})),
    "th": (CELL_TAGS, frozenset({"table"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    **dict.fromkeys(("thead", "tbody", "tfoot"), (frozenset({"thead", "tbody", "tfoot"}), frozenset({"table"}))),
}


def as_style(name: str, attribute: str, value: str) -> str:
    """Return the style of an old attribute, "" for none."""
    if (name, attribute) in _AS_STYLE:
        return f"{_AS_STYLE[name, attribute]}:{value}"
    if (name, attribute) == ("font", "size"):
        return f"font-size:{_font_size(value.strip())}"
    if name in ("ul", "li") and attribute == "type" and value in _LIST_TYPES:
        return f"list-style-type:{_LIST_TYPES[value]}"
    return ""


def _font_size(value: str) -> str:
    """Return the size of `<font size>` in HTML: 1 to 7, or relative to 3."""
    digits = value.lstrip("+-")[:3]
    if not digits.isascii() or not digits.isdigit():
        return value
    size = int(digits)
    size = 3 + size if value[0] == "+" else 3 - size if value[0] == "-" else size
    return _FONT_SIZES[min(max(size, 1), 7) - 1]
