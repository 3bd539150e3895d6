"""A PDF to print, and the errand that hands it off."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from printserver.printing import Handoff

_POINTS_PER_MM = 72 / 25.4


@pytest.fixture
def errand(tmp_path: Path) -> Callable[..., Handoff]:
    """Return a function that makes an `Handoff` of a real PDF: one page, a black square of 30 mm on it."""

    def make(job_id: str = "01JOB", pages: int = 1, width: float = 210, height: float = 297, **more: object) -> Handoff:
        path = tmp_path / f"{job_id}.pdf"
        square = 30 * _POINTS_PER_MM
        with pikepdf.new() as pdf:
            for _ in range(pages):
                page = pdf.add_blank_page(page_size=(width * _POINTS_PER_MM, height * _POINTS_PER_MM))
                page.Contents = pdf.make_stream(f"0 g 100 400 {square:.4f} {square:.4f} re f".encode())
            pdf.save(path, deterministic_id=True)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        fields: dict[str, object] = {"titulo": "Traslado 1", "copias": 1, "faces": None, "bandeja": None, **more}
        return Handoff(job_id=job_id, pdf=path, width_mm=width, height_mm=height, sha256=digest, **fields)

    return make
