"""The pages of an RTF body."""

from printserver.rendering.rtf_body.layout import Fragment, lay_out
from printserver.rendering.rtf_body.tokens import Box

__all__ = ["Box", "Fragment", "lay_out"]
