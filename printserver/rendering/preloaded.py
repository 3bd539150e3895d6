"""Imported by the process from which the pool's are forked: loads and prepares what they share."""

import gc
from contextlib import suppress
from typing import Final

__all__: list[str] = []

_C_TYPES: Final = (
    *("FcChar8 **", "PangoFcFontMap *", "PangoLogAttr[]", "PangoRectangle *", "char[]", "char[4]"),
    *("hb_codepoint_t[11]", "hb_tag_t[100]", "unsigned int *"),
)
"""That WeasyPrint uses in every layout. cffi parses each at its first use, for milliseconds."""


def _prepare() -> None:
    gc.disable()  # nothing that an import makes is garbage
    with suppress(Exception):  # what fails here fails again in the pool's process, which tells its owner
        from weasyprint.text.ffi import ffi

        from printserver.rendering import assemble

        assemble.prepare()
        for each in _C_TYPES:
            ffi.typeof(each)
    gc.enable()
    gc.collect()
    gc.freeze()  # no collection of a process writes into the pages that all share


_prepare()
