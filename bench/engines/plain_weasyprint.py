"""Plain WeasyPrint with the QR in the HTML: as in its manual, and with the fonts kept as the manual allows."""

import logging

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from bench.deed import Deed
from bench.engines import Warm, html
from printserver.formats import BlockValues, Format


class PlainWeasyPrint(Warm):
    """No state between documents, as in the manual's first example."""

    name = "WeasyPrint, plain"

    def __init__(self, page_format: Format) -> None:
        logging.getLogger("weasyprint").setLevel(logging.ERROR)
        self.version = weasyprint.__version__
        self._side = page_format.bloco.lado
        self._css = html.style(page_format, with_fonts=True)

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        text = html.document(self._css, deed, values, self._side)
        pdf = weasyprint.HTML(string=text).write_pdf(font_config=FontConfiguration())
        assert pdf is not None
        return pdf


class KeptFontsWeasyPrint(PlainWeasyPrint):
    """The fonts loaded once."""

    name = "WeasyPrint, fonts kept"

    def __init__(self, page_format: Format) -> None:
        super().__init__(page_format)
        self._css = html.style(page_format, with_fonts=False)
        self._fonts = FontConfiguration()
        weasyprint.CSS(string=html.style(page_format, with_fonts=True), font_config=self._fonts)

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        text = html.document(self._css, deed, values, self._side)
        pdf = weasyprint.HTML(string=text).write_pdf(font_config=self._fonts)
        assert pdf is not None
        return pdf
