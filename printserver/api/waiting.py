"""Delays early answers to waiting requests: at most half of the HTTP threads wait at once."""

from time import monotonic
from typing import Final

from flask import request

HOLD: Final = "printserver.hold"
"""WSGI environ: a function that delays the answer by a number of seconds without a thread; set by the HTTP server."""

HELD_S: Final = 1.0


def hold_if_early(began: float, espera: float, arrived: bool) -> None:
    """Delay the answer by `HELD_S` seconds, without a thread, if it comes earlier than requested.

    `began` is `monotonic()` before the wait of `espera` seconds, `arrived` is whether the awaited change has happened.
    Without the delay, a client that retries at once would send hundreds of requests a second.
    """
    if espera > 0 and not arrived and monotonic() - began < espera - 0.5:
        request.environ.get(HOLD, lambda _seconds: None)(HELD_S)
