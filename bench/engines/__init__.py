"""The compared engines: same text, page, fonts and QR; each used as its manual describes, and warmed up."""

from typing import Protocol

from bench.deed import Deed
from printserver.formats import BlockValues


class Engine(Protocol):
    """Makes a PDF of a deed and its seal block. One-time work is done in `__init__`."""

    name: str
    version: str
    whole_livro: bool  # False: it makes another document or a part

    def prepare(self, deed: Deed) -> None:
        """Do the work that precedes this print in daily use; not measured."""

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the complete PDF; measured."""
        ...

    def close(self) -> None:
        """Stop everything that was started."""


class Warm:
    """An engine without preparation and cleanup."""

    whole_livro = True

    def prepare(self, deed: Deed) -> None:
        """No preparation: the text is new."""

    def close(self) -> None:
        """No cleanup: nothing was started."""
