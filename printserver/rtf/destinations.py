"""The destinations of RTF (groups with a meaning of their own) and fields: which are read, and what is said of them."""

import re
from collections.abc import Mapping
from typing import Final

from printserver.rtf.model import NoticeKind

SKIPPED: Final = frozenset(
    {
        *("info", "stylesheet", "filetbl", "revtbl", "listtable", "listoverridetable", "rsidtbl", "themedata"),
        *("colorschememapping", "datastore", "latentstyles", "xe", "tc", "tcn", "pntxta", "pntxtb", "pnseclvl"),
        *("template", "nextfile", "private", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
        *("nonesttables", "shprslt", "sp", "nonshppict", "datafield", "bkmkstart", "bkmkend", "pict", "annotation"),
        *("falt", "panose", "fname", "fontemb", "atnid", "atnauthor", "objclass", "objname", "objdata", "ffname"),
        "generator",
    }
)
"""Destinations whose text is not the document's."""
READ_THOUGH_IGNORABLE: Final = frozenset({"shpinst", "ud", "nesttableprops", "shppict"})
"""Destinations marked as ignorable (`\\*`) that are groups of the text all the same."""
BOXES: Final = frozenset({"shptxt", "dptxbxtext", "footnote"})
MARGIN_TEXTS: Final = frozenset({"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"})
DRAWINGS: Final = frozenset({"shp", "do"})
LABELS: Final = frozenset({"listtext", "pntext"})
ASIDE: Final = frozenset({"fonttbl", "colortbl", "fldinst"})
"""Destinations whose text is read, but not printed."""

Said = tuple[NoticeKind, str]

OF_DESTINATION: Final[Mapping[str, Said]] = {
    "pict": ("descartado", "imagem"),
    "object": ("mudado", "Objeto não impresso; sai só o texto guardado"),
    "annotation": ("descartado", "comentário de revisão"),
    "mmath": ("conferir", "fórmula matemática, que não se imprime"),
}
"""What is said of a destination where it begins."""
DRAWING: Final[Said] = ("descartado", "desenho (linha, moldura ou figura)")
BOX: Final[Said] = ("conferir", "caixa de texto: o texto vai no corpo, no lugar em que ela está presa")
NOTE: Final[Said] = ("conferir", "nota de rodapé: o texto vai no corpo, antes do parágrafo da chamada")

_FRAME: Final[Said] = ("mudado", "Quadro de texto posicionado na página impresso no corpo")
_TABLE: Final[Said] = ("mudado", "Tabela posicionada na página impressa no corpo")

OF_WORD: Final[Mapping[str, tuple[frozenset[int], Said]]] = {
    "cols": (frozenset({0, 1}), ("mudado", "Texto em colunas impresso numa só")),
    "charscalex": (frozenset({0, 100}), ("mudado", "Letras alargadas ou estreitadas impressas na largura normal")),
    "absw": (frozenset({0}), _FRAME),
    "posx": (frozenset({0}), _FRAME),
    "posy": (frozenset({0}), _FRAME),
    "tposx": (frozenset({0}), _TABLE),
    "tposy": (frozenset({0}), _TABLE),
    "chdate": (frozenset(), ("descartado", "data automática")),
    "chtime": (frozenset(), ("descartado", "hora automática")),
}
"""What is said of a control word, unless its number is one of these."""

_STORED_DATE: Final[Said] = ("conferir", "data ou hora automática impressa como está escrita")
_STORED_PAGE: Final[Said] = ("conferir", "número de página automático impresso como está escrito")
_FORM: Final[Said] = ("mudado", "Caixas de formulário impressas pelo seu texto")
_LINK: Final[Said] = ("mudado", "Vínculo com outro arquivo não aberto; sai só o texto guardado")
_EMPTY: Final[Said] = ("conferir", "campo automático sem texto guardado, que não se imprime")

_OF_FIELD: Final[Mapping[str, Said]] = {
    "FORMTEXT": _FORM,
    "FORMCHECKBOX": ("mudado", "Caixas de marcar do formulário não se imprimem"),
    **dict.fromkeys(("TIME", "DATE", "CREATEDATE", "SAVEDATE", "PRINTDATE"), _STORED_DATE),
    **dict.fromkeys(("PAGE", "NUMPAGES", "SECTIONPAGES", "PAGEREF"), _STORED_PAGE),
    **dict.fromkeys(("INCLUDETEXT", "INCLUDEPICTURE", "DDE", "DDEAUTO", "LINK", "EMBED", "IMPORT"), _LINK),
}
_PAGE: Final = re.compile(r"\s*PAGE\s*(\\\*\s*(MERGEFORMAT|CHARFORMAT|ARABIC)\s*)*", re.IGNORECASE)
_COMPUTED: Final = frozenset(
    {
        *("SYMBOL", "EQ", "MACROBUTTON", "GOTOBUTTON", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "LISTNUM", "SEQ", "="),
        *("MERGEFIELD", "QUOTE", "FILENAME", "DOCPROPERTY", "FORMDROPDOWN"),
    }
)
"""Fields that show a text in Word even where the file does not store it."""


def is_page_number(instruction: str) -> bool:
    """Return whether a field is the number of its page in plain digits."""
    return _PAGE.fullmatch(instruction) is not None


def of_field(instruction: str, *, printed: bool) -> Said | None:
    """Return what is said of a field; `printed`: a text is stored for it."""
    if is_page_number(instruction):
        return None
    words = instruction.split(maxsplit=1)
    name = words[0].upper() if words else ""
    if name in _OF_FIELD:
        return _OF_FIELD[name]
    if name == "FORMDROPDOWN" and printed:
        return _FORM
    return _EMPTY if name in _COMPUTED and not printed else None
