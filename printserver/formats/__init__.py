"""Formats: page geometry, position of the seal block, and the text around the body. Draws nothing."""

from printserver.formats.block import BlockValues, SeloValues
from printserver.formats.block_in_text import with_block_in_text
from printserver.formats.block_layout import ComposedBlock, QrPlace, compose
from printserver.formats.fonts import POINTS_PER_MM, FontName
from printserver.formats.geometry import block_place, field_rectangle, fixed_block_rectangle, text_rectangle
from printserver.formats.kinds import FORMAT_KINDS, FormatKind, FormatType
from printserver.formats.messages import WrongFormat
from printserver.formats.model import (
    FIELD_VARIABLES,
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
    "EXAMPLE_BODY",
    "FIELD_VARIABLES",
    "FORMAT_KINDS",
    "NAME_PATTERN",
    "POINTS_PER_MM",
    "STAMPED",
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
    "parse",
    "plain",
    "printable",
    "printed",
    "read_format",
    "stamped",
    "template_variables",
    "templates",
    "text_rectangle",
    "with_block_in_text",
    "without_invisible",
]
