"""Blanks of a body: runs of them are seen, and the lines that hold them are justified all the same."""

import time

import pytest

from printserver.rendering.body.body import prepare_body
from rendering.layouts import FORMATS, Workbench, page_image, placed_words

SENTENCE = (
    "SAIBAM quantos esta pública escritura virem que, nesta cidade, em cartório, compareceram as partes entre si"
    " justas e contratadas, do que dou fé."
)
EDGE_MM = 0.4


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("brancos"))


def lines(workbench: Workbench, page_format: str, source: str) -> list[tuple[float, float]]:
    """Return (left edge, right edge) in mm of each line of a body."""
    pdf = workbench.pdf(workbench.make_layout("certidao-corpo", (page_format, source), values=None)).read_bytes()
    found: dict[float, tuple[float, float]] = {}
    for _, _, x, y, x_end, _ in placed_words(pdf):
        left, right = found.get(round(y), (x, x_end))
        found[round(y)] = (min(left, x), max(right, x_end))
    return [found[y] for y in sorted(found)]


JUSTIFIED = {
    "two blanks after a full stop": ("texto", "  ".join([SENTENCE] * 4)),
    "two blanks after each word": ("texto", SENTENCE.replace(" ", "  ") * 3),
    "a blank at the end": ("texto", " ".join([SENTENCE] * 4) + " "),
    "an indent of blanks": ("texto", "      " + "  ".join([SENTENCE] * 4)),
    "an indent of a tab": ("texto", "\t" + "  ".join([SENTENCE] * 4)),
    "a tab behind a number": ("texto", "1)\t" + "  ".join([SENTENCE] * 4)),
    "no-break spaces of texto": ("texto", "\u00a0 ".join([SENTENCE] * 4)),
    "Word's runs": ("html", "<p>" + f"<span style='mso-spacerun:yes'>&nbsp; </span>{SENTENCE}" * 4 + "</p>"),
    "an editor's runs": ("html", "<p>" + f"{SENTENCE} &nbsp;" * 4 + "</p>"),
    "no-break spaces alone": ("html", "<p>" + f"{SENTENCE}&nbsp;&nbsp;" * 4 + "</p>"),
    "all blanks no-break": ("html", "<p>" + f"{SENTENCE} ".replace(" ", "&nbsp;") * 4 + "</p>"),
    "Google's kept blanks": ("html", f"<p><span style='white-space:pre-wrap'>{'  '.join([SENTENCE] * 4)}</span></p>"),
    "blanks before an element": (
        "html",
        "<p>" + " <i></i> ".join(SENTENCE[: 100 - 3 * at] for at in range(20)) + "</p>",
    ),
    "preformatted": ("html", f"<pre style='text-align:justify'>{'  '.join([SENTENCE] * 4)}</pre>"),
}


@pytest.mark.parametrize("name", JUSTIFIED)
def test_p2a_blanks_do_not_stop_justification(workbench: Workbench, name: str) -> None:
    page_format, source = JUSTIFIED[name]
    plain = lines(workbench, "texto", " ".join([SENTENCE] * 4))
    edge = max(right for _, right in plain)
    left = min(left for left, _ in plain)
    *full, _last = lines(workbench, page_format, source)
    assert len(full) >= 4
    assert all(abs(right - edge) < EDGE_MM for _, right in full), full
    assert all(abs(start - left) < EDGE_MM for start, _ in full[1:]), full


@pytest.mark.parametrize("blanks", [1, 2, 3, 7, 30])
@pytest.mark.parametrize("page_format", ["texto", "html", "pre"])
def test_p2a_a_run_of_blanks_is_as_wide_as_its_blanks(workbench: Workbench, page_format: str, blanks: int) -> None:
    between = {"texto": " ", "html": "&nbsp;", "pre": " "}[page_format] * blanks
    source = f"um.{between}dois"
    if page_format == "pre":
        source = f"<pre>{source}</pre>"
    pdf = workbench.pdf(
        workbench.make_layout("certidao-corpo", ("texto" if page_format == "texto" else "html", source), values=None)
    )
    (_, _, _, _, end, _), (_, _, start, *_) = placed_words(pdf.read_bytes())
    points = (start - end) / 25.4 * 72
    assert points == pytest.approx(blanks * 0.25 * FORMATS.get("certidao-corpo").fontes.tamanho, abs=0.1)


def test_indents_and_columns_of_tabs_stay(workbench: Workbench) -> None:
    found = lines(workbench, "texto", "zero\n    quatro\n\tquatro\n  \tquatro\n        oito")
    lefts = [round(left - found[0][0], 1) for left, _ in found]
    assert lefts[1] == lefts[2] == lefts[3] > 3
    assert lefts[4] == pytest.approx(2 * lefts[1], abs=0.2)
    pdf = workbench.pdf(workbench.make_layout("certidao-corpo", ("texto", "i\tum\nill\tum"), values=None)).read_bytes()
    assert len({round(x, 1) for _, word, x, *_ in placed_words(pdf) if word == "um"}) == 1


def test_a_line_of_underlined_blanks_stays(workbench: Workbench) -> None:
    pdf = workbench.pdf(
        workbench.make_layout("certidao-corpo", ("html", "<p>x<u>" + "&nbsp;" * 40 + "</u></p>"), values=None)
    )
    ink = page_image(pdf.read_bytes(), 1, 50)
    rows = [ink.crop((0, y, ink.width, y + 1)).tobytes() for y in range(ink.height)]
    assert max(row.count(0) for row in rows) > 40


def test_blanks_that_html_joins_are_joined() -> None:
    assert "letter-spacing" not in prepare_body("html", "<p>a \n\t b <b>c</b>  d</p>", {}).html
    assert prepare_body("html", "<p>R$&nbsp;10,00</p>", {}).html.count("\u00a0") == 1


@pytest.mark.parametrize(
    "unit", ["a  ", " \u00a0", "\u00a0", "a\u00a0", "\t", " \t", "a\t", "\n ", "  \n", "\f", "a\f"]
)
@pytest.mark.parametrize("page_format", ["texto", "html", "pre"])
def test_blanks_are_written_in_linear_time(page_format: str, unit: str) -> None:
    source = unit * (100_000 // len(unit))
    start = time.process_time()
    if page_format == "texto":
        prepare_body("texto", source, {})
    else:
        prepare_body("html", f"<pre>{source}</pre>" if page_format == "pre" else source, {})
    assert time.process_time() - start < 10  # what grows by the square takes minutes
