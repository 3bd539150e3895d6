"""Everybody who lays out the deed: the same text, page, fonts and QR; each as its own manual has it, and warm."""

from typing import Protocol

from bench.deed import Deed
from printserver.formats import BlockValues


class Engine(Protocol):
    """One way from a deed and its seal block to a PDF. Whatever can be done once is done in `__init__`."""

    name: str
    version: str
    whole_livro: bool  # False: what it makes is another document, or not the whole of it

    def prepare(self, deed: Deed) -> None:
        """Do what has been done before in daily work; not measured."""

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF; measured."""
        ...

    def close(self) -> None:
        """End what was started."""


class Warm:
    """An engine that prepares nothing and has nothing to end."""

    whole_livro = True

    def prepare(self, deed: Deed) -> None:
        """Nothing was done before: the text is new."""

    def close(self) -> None:
        """Nothing was started."""
