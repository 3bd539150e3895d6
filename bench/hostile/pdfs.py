"""PDFs by the installed programs, and typical damage by disks, mail and faulty programs.

Each PDF is made once and kept in bench/out. The lower half of the last page is free for the seal block.
"""

import base64
import io
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pikepdf

from bench.hostile import pictures
from printserver.formats import fonts

KEPT = Path(__file__).parents[1] / "out" / "hostile" / "sources"
LEAST = 5
"""Minimum number of installed programs for a full run."""

_FACE = fonts.PASTA / "LiberationSerif-Regular.ttf"
_TEXT = (
    "Certifico e dou fé que as partes declararam ter lido e aceito a presente escritura em todos os seus termos. " * 4
)
_ROWS = [(f"Imóvel {row}", f"matrícula {row * 1234}", f"R$ {row * 1000},00") for row in range(1, 9)]


def _html(chance: random.Random) -> str:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in _ROWS)
    page = f"<h2>Certidão</h2><p>{_TEXT}</p><p><img src='{pictures.small(chance)}' width=150 height=100></p>"
    faces = "".join(
        f"@font-face{{font-family:Livro;font-weight:{weight};src:url({file.as_uri()})}}"
        for weight, file in (("normal", _FACE), ("bold", fonts.PASTA / "LiberationSerif-Bold.ttf"))
    )
    body = "body{font-family:Livro,'Liberation Serif';font-size:12pt}"
    style = f"{faces}@page{{size:A4;margin:25mm}}{body}td{{border:1px solid}}"
    return (
        f"<html><head><meta charset=utf-8><style>{style}</style></head><body>{page}<p>{_TEXT * 3}</p>"
        f"<div style='page-break-before:always'></div><p>{_TEXT}</p><table>{rows}</table></body></html>"
    )


def _weasyprint(chance: random.Random) -> bytes:
    import weasyprint

    pdf = weasyprint.HTML(string=_html(chance)).write_pdf()
    assert isinstance(pdf, bytes)
    return pdf


def _reportlab(chance: random.Random) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Image, PageBreak, Paragraph, SimpleDocTemplate, Table

    pdfmetrics.registerFont(TTFont("Livro", _FACE))
    style = ParagraphStyle("Livro", fontName="Livro", fontSize=12, leading=15)
    output = io.BytesIO()
    image = Image(io.BytesIO(base64.b64decode(pictures.small(chance).partition(",")[2])), 150, 100)
    table = Table(
        [[Paragraph(cell, style) for cell in row] for row in _ROWS], style=[("BOX", (0, 0), (-1, -1), 1, "black")]
    )
    story = [Paragraph(_TEXT, style), image, Paragraph(_TEXT * 3, style), PageBreak(), Paragraph(_TEXT, style), table]
    SimpleDocTemplate(output, pagesize=A4, initialFontName="Livro").build(story)
    return output.getvalue()


def _typst(chance: random.Random) -> bytes:
    import typst

    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        image = base64.b64decode(pictures.small(chance).partition(",")[2])
        (Path(folder) / "i.png").write_bytes(image)
        cells = ", ".join(f"[{cell.replace('$', chr(92) + '$')}]" for row in _ROWS for cell in row)
        source = (
            '#set page(paper: "a4", margin: 25mm)\n#set text(font: "Liberation Serif", size: 12pt)\n'
            f'{_TEXT}\n\n#image("i.png", width: 5cm)\n\n{_TEXT * 3}\n'
            f"#pagebreak()\n{_TEXT}\n#table(columns: 3, {cells})\n"
        )
        (Path(folder) / "d.typ").write_text(source, "utf-8")
        paths = [str(fonts.PASTA)]
        typst_fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
        pdf = typst.Compiler(str(Path(folder) / "d.typ"), root=folder, font_paths=typst_fonts).compile(format="pdf")
    assert isinstance(pdf, bytes)
    return pdf


def _chromium(chance: random.Random) -> bytes:
    program = _program("chromium", "chromium-browser", "google-chrome")
    return _converted(
        chance,
        [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--user-data-dir={folder}/profile",
        ],
        ["--print-to-pdf={folder}/d.pdf", "{folder}/d.html"],
    )


def _libreoffice(chance: random.Random) -> bytes:
    program = _program("soffice", "libreoffice")
    return _converted(
        chance,
        [
            program,
            "-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf:writer_web_pdf_Export",
        ],
        ["--outdir", "{folder}", "{folder}/d.html"],
    )


def _converted(chance: random.Random, *words: list[str]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        (Path(folder) / "d.html").write_text(_html(chance), "utf-8")
        command = [word.replace("{folder}", folder) for part in words for word in part]
        subprocess.run(command, capture_output=True, check=True, timeout=120)
        return (Path(folder) / "d.pdf").read_bytes()


def _cairo(chance: random.Random) -> bytes:
    return _rewritten(chance, [_program("pdftocairo"), "-pdf", "{folder}/d.pdf", "{folder}/e.pdf"])


def _ghostscript(chance: random.Random) -> bytes:
    return _rewritten(
        chance,
        [_program("gs"), "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-o", "{folder}/e.pdf", "{folder}/d.pdf"],
    )


def _qpdf(chance: random.Random) -> bytes:
    """Return a PDF with uncompressed content streams and without object streams, so that damage affects the content."""
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(_weasyprint(chance))) as pdf:
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable, qdf=True, static_id=True)
    return output.getvalue()


def _rewritten(chance: random.Random, command: list[str]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        (Path(folder) / "d.pdf").write_bytes(_weasyprint(chance))
        subprocess.run(
            [word.replace("{folder}", folder) for word in command], capture_output=True, check=True, timeout=120
        )
        return (Path(folder) / "e.pdf").read_bytes()


def _program(*names: str) -> str:
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise FileNotFoundError(names[0])
    return found


MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    "weasyprint": _weasyprint,
    "qpdf": _qpdf,
    "cairo": _cairo,
    "ghostscript": _ghostscript,
    "reportlab": _reportlab,
    "typst": _typst,
    "chromium": _chromium,
    "libreoffice": _libreoffice,
}


def sources(names: tuple[str, ...] = tuple(MAKERS), folder: Path = KEPT) -> dict[str, bytes]:
    """Return an intact PDF of each installed program, made once and kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in names:
        file = folder / f"{name}.pdf"
        if not file.exists():
            try:
                file.write_bytes(MAKERS[name](random.Random(name)))
            except (ImportError, FileNotFoundError):
                continue
        found[name] = file.read_bytes()
    return found


def damage(pdf: bytes, chance: random.Random) -> bytes:
    """Return `pdf` with one to four faults."""
    data = bytearray(pdf)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        chance.choice(_FAULTS)(data, chance)
        if len(data) < 200:
            break
    return bytes(data)


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) // 2, len(data)) :]


def _lose(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice([1, 2, 16, 512, 4096])]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.choice([b"\n", b"\r\n", b"%", b"\0" * 512, b"endstream ", b"endobj ", chance.randbytes(16)])


def _line_ends(data: bytearray, _: random.Random) -> None:
    data[:] = data.replace(b"\n", b"\r\n")


def _before(data: bytearray, chance: random.Random) -> None:
    data[:0] = chance.choice([b"\xef\xbb\xbf", b"\n\n", b"HTTP/1.1 200 OK\r\n\r\n"])


def _after(data: bytearray, chance: random.Random) -> None:
    data += chance.choice([b"\n", b"\0" * 2000, b"</html>", chance.randbytes(300)])


def _number(pattern: bytes) -> Callable[[bytearray, random.Random], None]:
    """Return a fault that replaces a number after `pattern`."""

    def fault(data: bytearray, chance: random.Random) -> None:
        found = list(re.finditer(pattern + rb"\s*(-?[\d.]+)", data))
        if found:
            each = chance.choice(found)
            value = str(chance.choice([0, 1, 7, -1, 90, 99999, chance.randrange(3000)])).encode()
            data[each.start(1) : each.end(1)] = value

    return fault


_NAMES = (
    rb"Contents|Resources|Font|XObject|Filter|FlateDecode|Type|Kids|Length|MediaBox|Parent|W|"
    rb"FontFile2|FontDescriptor|DescendantFonts|ToUnicode|Encoding|ColorSpace|Root|Pages"
)


def _name(data: bytearray, chance: random.Random) -> None:
    """Change a name, so that its object is not found."""
    found = list(re.finditer(rb"/(" + _NAMES + rb")\b", data))
    if found:
        data[chance.choice(found).start() + 1] = ord("Q")


def _word(data: bytearray, chance: random.Random) -> None:
    """Delete a keyword of the file structure."""
    words = (
        rb"endstream",
        rb"stream",
        rb"endobj",
        rb"\bobj",
        rb"xref",
        rb"trailer",
        rb"startxref",
        rb"%%EOF",
        rb"<<",
        rb">>",
    )
    found = list(re.finditer(chance.choice(words), data))
    if found:
        each = chance.choice(found)
        del data[each.start() : each.end()]


def _reference(data: bytearray, chance: random.Random) -> None:
    found = list(re.finditer(rb"(\d+) 0 R", data))
    if found:
        each = chance.choice(found)
        data[each.start(1) : each.end(1)] = str(chance.randrange(40)).encode()


def _place(data: bytearray, chance: random.Random) -> None:
    """Change an entry of the cross-reference table."""
    found = list(re.finditer(rb"\d{10} \d{5} n", data))
    if found:
        each = chance.choice(found)
        data[each.start() : each.start() + 10] = f"{chance.randrange(len(data)):010d}".encode()


def _key(data: bytearray, chance: random.Random) -> None:
    """Insert an entry into a page, pages or catalog dictionary."""
    entries = (b"/Rotate 90", b"/UserUnit 2", b"/CropBox [0 0 300 300]", b"/OC << /Type /OCG /Name (c) >>",
               b"/Length 0",
               b"/Contents []", b"/Annots [<< /Subtype /Square /Rect [90 600 200 700] /F 4 >>]", b"/Encrypt << >>",
               b"/AcroForm << /NeedAppearances true >>", b"/OCProperties << /D << /BaseState /OFF >> >>",
               b"/Group << /S /Transparency >>", b"/MediaBox [0 0 595.28 841.89]", b"/Resources << >>")  # fmt: skip
    found = list(re.finditer(rb"/Type\s*/(?:Page|Pages|Catalog)\b", data))
    if found:
        at = chance.choice(found).end()
        data[at:at] = b" " + chance.choice(entries) + b" "


def _operator(data: bytearray, chance: random.Random) -> None:
    """Change an operator of an uncompressed content stream."""
    found = list(re.finditer(rb"(?<=[\d\]\s)])\s(q|Q|cm|Tj|TJ|Tf|Tm|Td|BT|ET|Do|re|f|n|W|gs|rg|l|m|S)\s", data))
    if found:
        each = chance.choice(found)
        new = chance.choice(
            [b"q", b"Q", b"W n", b"ET", b"BT", b"n", b"0 g", b"1 g", b"3 Tr", b"0 Tf", b"zz", b"", b"BI", b"EMC"]
        )
        data[each.start(1) : each.end(1)] = new


_FAULTS = (
    _flip, _flip, _cut, _lose, _insert, _line_ends, _before, _after, _name, _word, _reference, _place, _key, _key,
    _operator, _operator, _number(rb"/Length"), _number(rb"/Length"), _number(rb"/Count"), _number(rb"/Rotate"),
    _number(rb"startxref"),
    _number(rb"/Size"), _number(rb"MediaBox\s*\["), _number(rb"/Columns"), _number(rb"/Predictor"), _number(rb"/First"),
    _number(rb"/Width"),
)  # fmt: skip
