"""Slows down who asks to wait and finds no room: at most half of the HTTP threads wait at once."""

from time import monotonic
from typing import Final

from flask import request

HOLD: Final = "printserver.hold"
"""WSGI environ: a function that delays the answer by a number of seconds without a thread; set by the HTTP server."""

HELD_S: Final = 1.0


def hold_if_early(began: float, espera: float, arrived: bool) -> None:
    """Hold the answer back for a second, without a thread, where it comes earlier than was asked for.

    `began` is `monotonic()` before the wait of `espera` seconds, `arrived` says whether what was waited for is there.
    Else a client that asks again at once would ask hundreds of times a second.
    """
    if espera > 0 and not arrived and monotonic() - began < espera - 0.5:
        request.environ.get(HOLD, lambda _seconds: None)(HELD_S)
