"""The page format for all engines: the shipped livro, with the QR of the principal ato (N7) added."""

from pathlib import Path

from printserver.formats import Format, Formats, fonts
from printserver.rendering.qr import QUIET_ZONE, matrix

NAME = "livro-com-qr"
FONTS = fonts.PASTA

_SHIPPED = Path(fonts.__file__).parent / "shipped" / "livro.toml"


def write_format(instance: Path) -> None:
    """Write the format into the office in folder `instance`."""
    text = _SHIPPED.read_text("utf-8")
    changed = text.replace('qr = "nenhum"', 'qr = "principal"')
    if changed == text:
        raise RuntimeError(f'{_SHIPPED} no longer says qr = "nenhum"')
    folder = instance / "formatos"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.toml").write_text(changed, "utf-8")


def load_format(instance: Path) -> Format:
    """Read the format written by `write_format`."""
    return Formats(instance).get(NAME)


def qr_runs(url: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return a QR as (modules per side with quiet zone, dark runs (x, y from the top, length)).

    All engines use it (half a millisecond): the benchmark compares layout, not QR libraries.
    """
    rows = matrix(url, "M")
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while (x := row.find(1, x)) >= 0:
            end = row.find(0, x)
            end = len(row) if end < 0 else end
            runs.append((x + QUIET_ZONE, y + QUIET_ZONE, end - x))
            x = end
    return len(rows) + 2 * QUIET_ZONE, runs


def qr_svg(url: str, side_mm: float) -> str:
    """Return a QR as SVG."""
    modules, runs = qr_runs(url)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in runs)
    size = f'width="{side_mm}mm" height="{side_mm}mm" viewBox="0 0 {modules} {modules}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} shape-rendering="crispEdges"><path d="{path}"/></svg>'
