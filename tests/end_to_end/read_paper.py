"""What stands on a printed page, read as others would: text by poppler, the QR from a 300-dpi picture by zxing-cpp."""

import io
import subprocess

import zxingcpp
from PIL import Image

_DPI = 300


def text(pdf: bytes) -> str:
    """Return all text of a PDF, blanks and line ends made one blank each."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    return " ".join(done.stdout.decode().split())


def picture(pdf: bytes, page: int, dpi: int = _DPI) -> Image.Image:
    """Return one page (from 1 on) as a printer of `dpi` would print it, in grey."""
    command = ["pdftoppm", "-gray", "-r", str(dpi), "-f", str(page), "-l", str(page), "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True, timeout=60)
    return Image.open(io.BytesIO(done.stdout))


def codes(pdf: bytes, pages: int) -> list[str]:
    """Return the content of every QR on the pages."""
    return [
        found.text
        for page in range(1, pages + 1)
        for found in zxingcpp.read_barcodes(picture(pdf, page), formats=zxingcpp.BarcodeFormat.QRCode)
    ]
