"""Formats: what a page looks like, where the seal stands, what is written besides the body. Draws nothing."""

from printserver.formats.block import BlockValues, SeloValues
from printserver.formats.model import Faces, Format, Kind
from printserver.formats.reader import Formats, check, read_format

__all__ = ["BlockValues", "Faces", "Format", "Formats", "Kind", "SeloValues", "check", "read_format"]
