"""Find the browser that the tests of the screens drive."""

from support import process


def chromium() -> str:
    """Return the path of a Chromium or Chrome of this machine (Debian's package, Ubuntu's snap, Google's).

    Raises RuntimeError, which says what to do, if there is none.
    """
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return process.program(*names, folders=("/usr/bin", "/snap/bin"))
