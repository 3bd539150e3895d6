"""Compares the layout of a deed by this program, WeasyPrint, Chromium, Typst and ReportLab; interleaved, new text."""

import random
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import deed as deeds
from bench import office, page
from bench.deed import Deed
from bench.engines import Engine
from bench.engines.chromium import Chromium, ChromiumKeptPage, ChromiumNewPage
from bench.engines.ours import FirstLayout, LivroAfterMinuta, LivroOfNewText, SecondTraslado, Traslado, Workshop
from bench.engines.plain_weasyprint import KeptFontsWeasyPrint, PlainWeasyPrint
from bench.engines.reportlab_engine import ReportLab
from bench.engines.typst_engine import Typst
from printserver.formats import BlockValues
from printserver.jobs import Office

OURS = (FirstLayout, LivroAfterMinuta, LivroOfNewText, Traslado, SecondTraslado)

SETTLE_S = 0.05  # before each print: Chromium, for example, cleans up after its answer

_WORD = re.compile(r"\w+")
_CODE = re.compile(rf"{deeds.CNS}[0-9a-z]{{19}}")


@contextmanager
def engines(folder: Path) -> Iterator[list[Engine]]:
    """Start all engines, this program's first."""
    measured = Office.open_folder(office.make(folder / "office").folder)
    chromium = Chromium()
    started: list[Engine] = []
    try:
        workshop = Workshop(measured)
        page_format = page.load_format(measured.instance)
        started += [kind(workshop) for kind in OURS]
        started += [kind(page_format) for kind in (PlainWeasyPrint, KeptFontsWeasyPrint, Typst, ReportLab)]
        started += [kind(chromium, page_format) for kind in (ChromiumKeptPage, ChromiumNewPage)]
        yield started
    finally:
        for engine in started:
            engine.close()
        chromium.close()
        measured.close()


def measure(rounds: int) -> tuple[dict[str, list[float]], dict[str, str]]:
    """Return milliseconds by engine, one per round, and versions; every print has a new text.

    Raises RuntimeError if an engine does not make two pages with all the words of the deed.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, engines(Path(folder)) as everybody:
        numbers = iter(range(1, 10**6))
        for engine in everybody:
            _check(engine, next(numbers))
            for _ in range(3):
                _time(engine, next(numbers))
        times: dict[str, list[float]] = {engine.name: [] for engine in everybody}
        order = random.Random(rounds)
        for _ in range(rounds):
            for engine in order.sample(everybody, len(everybody)):
                times[engine.name].append(_time(engine, next(numbers)))
        return times, {engine.name: engine.version for engine in everybody}


def _time(engine: Engine, number: int) -> float:
    deed, values = deeds.make(number), deeds.seals(number)
    engine.prepare(deed)
    time.sleep(SETTLE_S)
    start = time.perf_counter()
    engine.render(deed, values)
    return (time.perf_counter() - start) * 1000


def _check(engine: Engine, number: int) -> None:
    deed, values = deeds.make(number), deeds.seals(number)
    engine.prepare(deed)
    pdf = engine.render(deed, values)
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        info = subprocess.run(["pdfinfo", file.name], capture_output=True, text=True, check=True).stdout
        text = subprocess.run(["pdftotext", file.name, "-"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"^Pages:\s+(\d+)", info, re.MULTILINE)
    if found is None or found[1] != "2":
        raise RuntimeError(f"{engine.name}: not two pages:\n{info}")
    printed = words(text)
    if missing := words(" ".join(deed.paragraphs)) - printed:
        raise RuntimeError(f"{engine.name}: words missing: {missing}")
    if engine.whole_livro and (printed != (expected := words(livro_text(deed, values)))):
        raise RuntimeError(f"{engine.name}: missing {expected - printed}, too many {printed - expected}")


def words(text: str) -> Counter[str]:
    """Count the words of a text; all seal codes count as one word, and lines of underscores are ignored."""
    found = (word.casefold() for word in _WORD.findall(text) if word.strip("_"))
    return Counter("CODE" if _CODE.fullmatch(word) else word for word in found)


def livro_text(deed: Deed, values: BlockValues) -> str:
    """Return all text of the livro's two pages, in any order."""
    parties = [f"{party.quality} {party.name} {party.document}" for party in deed.parties]
    signers = [f"{name} {what}" for name, what in deed.signers]
    furniture = [*deed.folhas, "Página 1 de 2", "Página 2 de 2", "Rubricas", "Rubricas"]
    head = (*deeds.OFFICE.values(), "CNS", deeds.TITLE, *parties, deeds.OFFICE["cidade"], deeds.today(), *signers)
    block = [f"{label}{line}" for label, line, _ in deeds.block_lines(values)]
    return " ".join((*head, *deed.paragraphs, *furniture, *block, *deeds.captions(values)))
