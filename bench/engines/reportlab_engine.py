"""ReportLab's Platypus, warmed up: fonts registered once, paragraphs and tables as in its guide."""

from html import escape
from io import BytesIO
from typing import Any

import reportlab
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, KeepTogether, PageTemplate, Paragraph, Table

from bench import deed as deeds
from bench.deed import Deed
from bench.engines import Warm
from bench.page import FONTS, qr_runs
from printserver.formats import BlockValues, Format

_FONTS = {"Serif": "LiberationSerif-Regular", "Serif-Bold": "LiberationSerif-Bold", "Mono-Bold": "LiberationMono-Bold"}


class _Qr(Flowable):
    def __init__(self, url: str, side: float) -> None:
        super().__init__()
        self._url = url
        self.width = self.height = side
        self.hAlign = "CENTER"

    def draw(self) -> None:
        modules, runs = qr_runs(self._url)
        module = self.width / modules
        path = self.canv.beginPath()
        for x, y, length in runs:
            path.rect(x * module, self.height - (y + 1) * module, length * module, module)
        self.canv.drawPath(path, stroke=0, fill=1)


class _NumberedCanvas(Canvas):
    """Writes header and footer when the page count is known, as is usual in ReportLab."""

    formato: Format
    folhas: tuple[str, ...]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, state in enumerate(self._pages, 1):
            self.__dict__.update(state)
            self._furniture(number, len(self._pages))
            super().showPage()
        super().save()

    def _furniture(self, number: int, total: int) -> None:
        page, margins = self.formato.pagina, self.formato.margens
        left, right = margins.esquerda * mm, margins.direita * mm
        if number % 2 == 0:
            left, right = right, left
        self.setFont("Serif-Bold", 10)
        folha = self.folhas[min(number, len(self.folhas)) - 1]
        self.drawRightString(page.largura * mm - right, (page.altura - 17) * mm, folha)
        self.setFont("Serif", 8.5)
        self.drawString(left, 12 * mm, f"Página {number} de {total}")
        self.drawRightString(page.largura * mm - right, 12 * mm, deeds.INITIALS)


class ReportLab(Warm):
    """Platypus."""

    name = "ReportLab"

    def __init__(self, page_format: Format) -> None:
        self.version = reportlab.__version__
        self._format = page_format
        for name, file in _FONTS.items():
            pdfmetrics.registerFont(TTFont(name, FONTS / f"{file}.ttf"))
        faces = {"normal": "Serif", "bold": "Serif-Bold", "italic": "Serif", "boldItalic": "Serif-Bold"}
        pdfmetrics.registerFontFamily("Serif", **faces)
        size, leading = page_format.fontes.tamanho, page_format.fontes.tamanho * page_format.fontes.entrelinha
        text = ParagraphStyle("text", fontName="Serif", fontSize=size, leading=leading, spaceAfter=1.5 * mm)
        text.allowWidows = text.allowOrphans = 0
        small = ParagraphStyle("small", text, fontSize=7.5, leading=9, spaceAfter=0)
        self._styles = {
            "text": text,
            "body": ParagraphStyle("body", text, alignment=TA_JUSTIFY),
            "office": ParagraphStyle("office", text, alignment=TA_CENTER, fontSize=0.9 * size, spaceAfter=3 * mm),
            "title": ParagraphStyle(
                "title",
                text,
                alignment=TA_CENTER,
                fontName="Serif-Bold",
                fontSize=page_format.fontes.titulo,
                leading=page_format.fontes.titulo * page_format.fontes.entrelinha,
                spaceAfter=4 * mm,
            ),
            "party": ParagraphStyle("party", text, leftIndent=5 * mm, firstLineIndent=-5 * mm, spaceAfter=0.7 * mm),
            "signer": ParagraphStyle("signer", text, alignment=TA_CENTER, leading=size * 1.2, spaceAfter=0),
            "small": small,
            "caption": ParagraphStyle("caption", small, alignment=TA_CENTER, fontSize=7, leading=8.4),
        }

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        out = BytesIO()
        page, margins = self._format.pagina, self._format.margens
        document = BaseDocTemplate(out, pagesize=(page.largura * mm, page.altura * mm), title=deeds.TITLE)
        width = (page.largura - margins.esquerda - margins.direita) * mm
        height = (page.altura - margins.superior - margins.inferior) * mm
        document.addPageTemplates(
            [
                PageTemplate(id=name, frames=[Frame(left * mm, margins.inferior * mm, width, height, 0, 0, 0, 0)])
                for name, left in (("front", margins.esquerda), ("back", margins.direita))
            ]
        )
        document.handle_nextPageTemplate(["front", "back"])
        canvas = type("Canvas", (_NumberedCanvas,), {"formato": self._format, "folhas": deed.folhas})
        document.build(self._story(deed, values, width), canvasmaker=canvas)
        return out.getvalue()

    def _story(self, deed: Deed, values: BlockValues, width: float) -> list[Flowable]:
        styles, office = self._styles, deeds.OFFICE
        head = f"<b>{office['nome']}</b><br/>{office['cidade']} – {office['uf']} · CNS {office['cns']}"
        story: list[Flowable] = [
            Paragraph(head, styles["office"]),
            Paragraph(deeds.TITLE.upper(), styles["title"]),
            *(Paragraph(f"<b>{p.quality}:</b> {p.name}, {p.document}.", styles["party"]) for p in deed.parties),
            *(Paragraph(escape(text), styles["body"]) for text in deed.paragraphs),
        ]
        end = [Paragraph(f"{office['cidade']}, {deeds.today()}.", styles["text"]), self._signers(deed, width)]
        return [*story, KeepTogether([*end, self._seal(values, width)])]

    def _signers(self, deed: Deed, width: float) -> Table:
        cells = [
            Paragraph(f"{name}<br/><font size='9.8'>{what}</font>", self._styles["signer"])
            for name, what in deed.signers
        ]
        rows = [[*cells[i : i + 2], ""][:2] for i in range(0, len(cells), 2)]
        lines = [("LINEABOVE", (i % 2, i // 2), (i % 2, i // 2), 0.5, "black") for i in range(len(cells))]
        space = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 9 * mm)]
        return Table(rows, colWidths=[width / 2] * 2, style=[*lines, *space], spaceBefore=9 * mm)

    def _seal(self, values: BlockValues, width: float) -> Table:
        lines = [
            Paragraph(f"<b>{label}</b>{f'<font name=Mono-Bold>{text}</font>' if code else text}", self._styles["small"])
            for label, text, code in deeds.block_lines(values)
        ]
        qr = [_Qr(values.qr_url or "", self._format.bloco.lado * mm)]
        captions = [Paragraph(text, self._styles["caption"]) for text in deeds.captions(values)]
        style = [("BOX", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        style += [
            (side, (0, 0), (-1, -1), 1 * mm) for side in ("LEFTPADDING", "RIGHTPADDING", "TOPPADDING", "BOTTOMPADDING")
        ]
        return Table([[lines, [*qr, *captions]]], colWidths=[width - 42 * mm, 42 * mm], style=style)
