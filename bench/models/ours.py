"""Our layout of a model, as a print makes it, and how long it takes."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal, TypeVar

from printserver import rtf
from printserver.formats import Format, Formats, example_data
from printserver.rendering import assemble
from printserver.rendering.model import LayoutTask

Kind = Literal["prose", "tabs", "tables"]

_FORMAT: Final = "certidao-corpo"
_ROUNDS: Final = 3
_UNSIZED: Final = (0.0, 0.0)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Made:
    """Our pages of a model. Times in ms of a warm process; `html_ms`: the same text as an `html` body.

    `leaders`: the characters that tab stops draw rows of. `margins` in mm: left, right, top, bottom.
    """

    pdf: bytes
    kind: Kind
    leaders: str
    margins: tuple[float, float, float, float]
    read_ms: float
    layout_ms: float
    html_ms: float


def warm_up() -> None:
    """Prepare this process as the pool's processes are."""
    assemble.warm_up()


def make(content: bytes) -> Made:
    """Lay out a model on its own paper, its variables unfilled. Raises `Recusa`."""
    document, read_ms = _timed(lambda: rtf.read(content))
    page_format = _format(document.sections[0].paper)
    pdf, both_ms = _timed(lambda: _pdf(page_format, "rtf", content.decode("latin-1")))
    _, html_ms = _timed(lambda: _pdf(page_format, "html", _html(document)))
    paper = document.sections[0].paper
    return Made(
        pdf=pdf,
        kind=_kind(document),
        leaders="".join({stop.leader for each in document.paragraphs() for stop in each.shape.stops}),
        margins=(_mm(paper.left), _mm(paper.right), _mm(paper.top), _mm(paper.bottom)),
        read_ms=read_ms,
        layout_ms=both_ms - read_ms,
        html_ms=html_ms,
    )


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    times = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - start)
    return result, min(times) * 1000


def _format(paper: rtf.Paper) -> Format:
    """Return a format that writes nothing itself, on the model's paper, which may be smaller than one of an office."""
    base = Formats(Path()).get(_FORMAT)
    page = base.pagina.model_copy(update={"largura": _mm(paper.width), "altura": _mm(paper.height)})
    margins = base.margens.model_copy(
        update={
            "esquerda": _mm(paper.left),
            "direita": _mm(paper.right),
            "superior": _mm(paper.top),
            "inferior": _mm(paper.bottom),
            "espelhadas": paper.mirrored,
        }
    )
    return base.model_copy(
        update={"pagina": page, "margens": margins, "campos": (), "tracejado": False, "faces": "frente-verso"}
    )


def _pdf(page_format: Format, kind: Literal["rtf", "html"], content: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        task = LayoutTask(
            formato=page_format,
            dados=example_data(page_format.tipo),
            corpo=(kind, content),
            mark_values={},
            bloco=_UNSIZED,
            lado_inicial="frente",
            faces=page_format.faces,
            pasta=folder,
        )
        layout = assemble.make_layout(task)
        return (Path(folder) / f"{layout.hash}.pdf").read_bytes()


def _html(document: rtf.Rtf) -> str:
    texts = (paragraph.text.replace(rtf.PAGE_NUMBER, "") for paragraph in document.paragraphs())
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _kind(document: rtf.Rtf) -> Kind:
    if any(isinstance(block, rtf.Table) for section in document.sections for block in section.blocks):
        return "tables"
    return "tabs" if any("\t" in paragraph.text for paragraph in document.paragraphs()) else "prose"


def _mm(twips: int) -> float:
    return twips / rtf.TWIPS_PER_MM
