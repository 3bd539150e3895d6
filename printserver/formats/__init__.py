"""Formats: page geometry, position of the seal block, and the text around the body. Draws nothing."""

from printserver.formats.block import BlockValues, SeloValues
from printserver.formats.block_layout import CODE_PT, ComposedBlock, QrPlace, compose, narrowest
from printserver.formats.fonts import POINTS_PER_MM, FontName
from printserver.formats.geometry import block_place, field_rectangle, fixed_block_rectangle, text_rectangle
from printserver.formats.kinds import FORMAT_KINDS, FormatKind, FormatType
from printserver.formats.messages import WrongFormat
from printserver.formats.model import (
    FIELD_VARIABLES,
    Block,
    BlockLine,
    Definition,
    Faces,
    Format,
    Margins,
    PrintedField,
)
from printserver.formats.reader import NAME_PATTERN, Formats, check, examine, parse, read_format
from printserver.formats.rectangle import Rectangle
from printserver.formats.template_data import EXAMPLE_BODY, complete, example_data, example_values, template_variables
from printserver.formats.text import (
    STAMPED,
    UnfitText,
    mistyped,
    named,
    plain,
    printable,
    printed,
    stamped,
    without_invisible,
)

__all__ = [
    "CODE_PT",
    "EXAMPLE_BODY",
    "FIELD_VARIABLES",
    "FORMAT_KINDS",
    "NAME_PATTERN",
    "POINTS_PER_MM",
    "STAMPED",
    "Block",
    "BlockLine",
    "BlockValues",
    "ComposedBlock",
    "Definition",
    "Faces",
    "FontName",
    "Format",
    "FormatKind",
    "FormatType",
    "Formats",
    "Margins",
    "PrintedField",
    "QrPlace",
    "Rectangle",
    "SeloValues",
    "UnfitText",
    "WrongFormat",
    "block_place",
    "check",
    "complete",
    "compose",
    "examine",
    "example_data",
    "example_values",
    "field_rectangle",
    "fields",
    "files",
    "fixed_block_rectangle",
    "fonts",
    "mistyped",
    "named",
    "narrowest",
    "parse",
    "plain",
    "printable",
    "printed",
    "read_format",
    "stamped",
    "template_variables",
    "templates",
    "text_rectangle",
    "without_invisible",
]
