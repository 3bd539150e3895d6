"""The comparison as Markdown and CSV."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from bench import report
from bench.models import soffice
from bench.models.measure import Model, Result

_KINDS: Final = ("prose", "tabs", "tables")
_SHOWN: Final = 90  # characters of a line that differs
_HEAD: Final = (
    "",
    "models",
    "text",
    "paper, margins",
    "pages",
    "every line",
    "lines",
    "last baseline mm, median / max",
    "read ms",
    "layout ms",
    "as `html` ms",
)
_COLUMNS: Final = (
    "name",
    "kind",
    "pages_ours",
    "pages_theirs",
    "paper",
    "margins",
    "text",
    "order",
    "same_lines",
    "lines",
    "last_baseline_mm",
    "read_ms",
    "layout_ms",
    "html_ms",
    "first_difference",
)
MISSING: Final = f"Not measured: LibreOffice is missing. Install it with `{soffice.INSTALL}`."


def part(result: Result | None) -> str:
    """Return part (g); without a result, how to get one."""
    return "## (g) RTF models, compared with LibreOffice\n\n" + (render(result) if result else MISSING)


def render(result: Result) -> str:
    """Return the table by kind, and a line for each model that differs."""
    measured = [model for model in result.models if model.comparison]
    rows = [_row(kind, [model for model in measured if model.made and model.made.kind == kind]) for kind in _KINDS]
    about = (
        f"{len(result.models)} models, variables unfilled, compared with {result.version} with the same fonts. It "
        "reads the files mended: as RTF says where it departs from that, without style sheets, kerning, ligatures and "
        "`\\keepn`. Shares are of models, those of lines are of all lines. Baselines are of models whose lines are all "
        f"the same. Times are medians of a warm process. Files that are no RTF: {result.skipped}."
    )
    table = report.table(_HEAD, [row for row in (*rows, _row("all", measured)) if row])
    differing = [line for model in result.models if (line := _difference(model))]
    return "\n\n".join((about, table, *(["\n".join(differing)] if differing else [])))


def write_csv(result: Result, file: Path) -> None:
    """Write one row a model."""
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(_COLUMNS)
        writer.writerows(map(_fields, result.models))


def _row(kind: str, models: Sequence[Model]) -> tuple[str, ...]:
    found = [(model, model.comparison, model.made) for model in models if model.comparison and model.made]
    if not found:
        return ()
    compared = [comparison for _, comparison, _ in found]
    off = [abs(each.last_baseline) for each in compared if each.last_baseline is not None]
    return (
        kind,
        str(len(found)),
        _share(each.text for each in compared),
        _share(each.paper and model.margins for model, each, _ in found),
        _share(each.same_pages for each in compared),
        _share(each.every_line for each in compared),
        _percent(sum(each.same_lines for each in compared), sum(each.lines for each in compared)),
        f"{median(off):.2f} / {max(off):.2f}" if off else "—",
        *(
            f"{median(times):.1f}"
            for times in zip(*((made.read_ms, made.layout_ms, made.html_ms) for _, _, made in found), strict=True)
        ),
    )


def _share(answers: Iterable[bool]) -> str:
    counted = list(answers)
    return _percent(sum(counted), len(counted))


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _difference(model: Model) -> str:
    """Return what differs in a model, as an item of a list; nothing if all is the same."""
    compared = model.comparison
    if compared is None:
        return f"- {model.name}: {f'refused: {model.refused}' if model.refused else 'LibreOffice gave no PDF'}"
    found = []
    if not compared.text:
        found.append("other text")
    if not (compared.paper and model.margins):
        found.append("other paper or margins")
    if not compared.same_pages:
        found.append("{} pages, not {}".format(*compared.pages))
    if compared.first:
        page, ours, theirs = compared.first.page, compared.first.ours[:_SHOWN], compared.first.theirs[:_SHOWN]
        found.append(f"{compared.same_lines} of {compared.lines} lines; page {page}: ours “{ours}”, its “{theirs}”")
    return f"- {model.name}: {'; '.join(found)}" if found else ""


def _fields(model: Model) -> tuple[object, ...]:
    compared, made = model.comparison, model.made
    if compared is None or made is None:
        return (model.name, *[""] * 13, model.refused or "LibreOffice gave no PDF")
    last = "" if compared.last_baseline is None else f"{compared.last_baseline:.2f}"
    times = (f"{each:.1f}" for each in (made.read_ms, made.layout_ms, made.html_ms))
    first = f"{compared.first.page}|{compared.first.ours}|{compared.first.theirs}" if compared.first else ""
    same = (compared.paper, model.margins, compared.text, compared.order)
    return (model.name, made.kind, *compared.pages, *same, compared.same_lines, compared.lines, last, *times, first)
