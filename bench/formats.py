"""`python -m bench.formats`: how long the page beside a format takes after a change, over HTTP.

Each change is one that was never drawn: what is typed goes to the server, is checked as `printserver formatos check`
does, laid out, stamped and drawn, and its image is fetched. Aim at p95: 500 ms.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlencode

from bench import machine, office
from bench.report import percentile, table
from bench.screens import Person
from bench.server import serve
from printserver.formats import Formats
from printserver.web.formats import form

_AIM_MS: Final = 500
_FIXED: Final = 'onde = "ultima"\ncanto = "inferior-esquerdo"\nx = 30.0\ny = 25.0\nlargura = 160.0\naltura = 46.3'
_CHANGES: Final = {
    "certidao": ("margens.superior", 30.0),
    "livro": ("margens.superior", 30.0),
    "traslado": ("fontes.entrelinha", 1.2),
    "certidao-civil": ("fontes.tamanho", 9.0),
    "bloco-fixo": ("bloco.x", 20.0),
}
"""By format, the field that is changed and its first value; each change adds a tenth of a mm, or less to a size."""


def main() -> None:
    """Measure and print the table; exit status 1 if the aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.formats", description=__doc__)
    parser.add_argument("--times", type=int, default=40, help="changes of each format")
    asked = parser.parse_args()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program", file=sys.stderr)
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = office.make(Path(folder) / "office")
        _fixed_block(made.folder)
        with serve(made) as server:
            held = _measure(Person(server), Formats(made.folder), asked.times)
    sys.exit(0 if held else 1)


def _fixed_block(folder: Path) -> None:
    """Add the format `bloco-fixo`, whose block has a place of its own in the bottom margin."""
    text = Formats(folder).shipped_file("certidao").replace("inferior = 25.0", "inferior = 85.0")
    (folder / "formatos" / "bloco-fixo.toml").write_text(text.replace('onde = "fim"', _FIXED), "utf-8")


def _measure(person: Person, formats: Formats, times: int) -> bool:
    lines, held = [], True
    for name, (path, first) in _CHANGES.items():
        page = person.get(f"/ajustes/formatos/{name}")[2]
        token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
        fields = {"csrf_token": token, **_fields(formats, name)}
        spent = [_change(person, name, each) for each in _changed(fields, path, first, times + 2)][2:]
        p95 = percentile(spent, 0.95)
        held = held and p95 <= _AIM_MS
        verdict = "held" if p95 <= _AIM_MS else "**missed**"
        lines.append((name, path, f"{median(spent):.0f}", f"{p95:.0f}", f"{max(spent):.0f}", verdict))
    print(table(("format", "field", "p50 ms", "p95 ms", "max ms", "aim"), lines))
    return held


def _fields(formats: Formats, name: str) -> dict[str, str | list[str]]:
    shown = form.shown(formats.get(name)).values
    return {f"f.{path}": value if isinstance(value, str) else list(value) for path, value in shown.items() if value}


def _changed(
    fields: Mapping[str, str | list[str]], path: str, first: float, times: int
) -> Iterator[dict[str, str | list[str]]]:
    step = 0.01 if path.startswith("fontes") else 0.1
    for n in range(times):
        yield {**fields, f"f.{path}": f"{first + n * step:.2f}".rstrip("0").rstrip(".").replace(".", ",")}


def _change(person: Person, name: str, fields: Mapping[str, str | list[str]]) -> float:
    """Return the milliseconds until the image is there. Raises RuntimeError if the change is refused."""
    spent, _, text = person.send("POST", f"/ajustes/formatos/{name}/pagina", urlencode(fields, doseq=True))
    answer = json.loads(text)
    if answer["estado"] is None:
        raise RuntimeError(f"{name}: {answer}")
    return spent + person.get(answer["estado"]["imagem"])[0]


if __name__ == "__main__":
    main()
