"""Headless Chromium through Playwright, warmed up: one page for all documents, or a new page for each."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.deed import Deed
from bench.engines import Warm, html
from bench.page import FONTS
from printserver.formats import BlockValues, Format

PROGRAMS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""


class Chromium:
    """The browser, shared by both engines. The vendored fonts are installed as system fonts: no loading."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bench-chromium-")
        folder = Path(self._folder.name)
        config = folder / "fonts.conf"
        config.write_text(_FONTCONFIG.format(fonts=FONTS, cache=folder / "fonts"))
        self._playwright = sync_playwright().start()
        program = next((path for path in PROGRAMS if Path(path).exists()), None)
        if program is None:
            raise RuntimeError(f"no Chromium: none of {', '.join(PROGRAMS)}")
        self.browser: Browser = self._playwright.chromium.launch(
            executable_path=program, args=list(_FLAGS), env={"FONTCONFIG_FILE": str(config), "HOME": str(folder)}
        )

    def close(self) -> None:
        """Stop the browser."""
        self.browser.close()
        self._playwright.stop()
        self._folder.cleanup()


class _OnChromium(Warm):
    def __init__(self, chromium: Chromium, page_format: Format) -> None:
        self._browser = chromium.browser
        self.version = self._browser.version
        self._side = page_format.bloco.lado
        self._css = html.style(page_format, with_fonts=False)

    def _print(self, page: Page, deed: Deed, values: BlockValues) -> bytes:
        page.set_content(html.document(self._css, deed, values, self._side))
        return page.pdf(prefer_css_page_size=True, print_background=True)


class ChromiumKeptPage(_OnChromium):
    """One page, reused for all documents."""

    name = "Chromium, one page kept"

    def __init__(self, chromium: Chromium, page_format: Format) -> None:
        super().__init__(chromium, page_format)
        self._page = self._browser.new_page()

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        return self._print(self._page, deed, values)

    def close(self) -> None:
        """Close the page."""
        self._page.close()


class ChromiumNewPage(_OnChromium):
    """A new page for each document, without shared state."""

    name = "Chromium, new page"

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        page = self._browser.new_page()
        try:
            return self._print(page, deed, values)
        finally:
            page.close()
