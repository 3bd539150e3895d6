"""The pages of an RTF body."""

from printserver.rendering.rtf_body.layout import Fragment, lay_out
from printserver.rendering.rtf_body.markup import BASE_CSS
from printserver.rendering.rtf_body.placed import Look, PlacedLine, PlacedText, line_of, text_of
from printserver.rendering.rtf_body.tokens import Box

__all__ = ["BASE_CSS", "Box", "Fragment", "Look", "PlacedLine", "PlacedText", "lay_out", "line_of", "text_of"]
