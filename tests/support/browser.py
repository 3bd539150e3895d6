"""The browser that the tests of the screens drive: one for the whole run, a window a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect, sync_playwright

from support import process

_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running() -> Iterator[Browser]:
    """Start the browser. A process has one at a time: Playwright allows no second."""
    expect.set_options(timeout=60_000)  # a busy machine is no failure
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=list(_OPTIONS))
        yield chromium
        chromium.close()


def _chromium() -> str:
    """Return the path of a Chromium or Chrome of this machine (Debian's package, Ubuntu's snap, Google's).

    Raises RuntimeError, which says what to do, if there is none.
    """
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return process.program(*names, folders=("/usr/bin", "/snap/bin"))
