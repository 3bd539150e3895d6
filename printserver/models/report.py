"""The report of an import: a page in HTML with pictures, and the same as CSV."""

import csv
from io import StringIO
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from printserver.clock import local
from printserver.common.cells import mark
from printserver.errors import Recusa
from printserver.models.importing import Imported, Row
from printserver.models.kinds import LABELS
from printserver.office import Office
from printserver.rendering import Undrawable

_TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates" / "reports"
_PICTURE_WIDTH: Final = 420  # pixels
_HEADS: Final = (
    *("modelo", "arquivo", "novidade", "estado", "motivos", "avisos", "tipo", "formato", "paginas", "variaveis"),
)
_ORDER: Final = {"recusado": 0, "conferir": 1, "pronto": 2}


def write_report(office: Office, found: Imported, folder: Path) -> Path:
    """Write the report into a folder, beside the proofs that are in it, and return the path of the HTML page."""
    rows = sorted(found.rows, key=lambda row: (_ORDER[row.estado], row.nome.casefold()))
    pictures = {row.nome: _picture(office, row.prova) for row in rows if row.prova is not None}
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=select_autoescape(), undefined=StrictUndefined
    )
    page = environment.get_template("modelos.html").render(
        serventia=office.settings.serventia.nome,
        quando=f"{local(office.clock()):%d/%m/%Y às %H:%M}",
        achado=found,
        linhas=rows,
        imagens=pictures,
        tipos=LABELS,
        avisos=_notes,
    )
    path = folder / "relatorio.html"
    path.write_text(page, "utf-8")
    (folder / "relatorio.csv").write_text(_csv(rows), "utf-8-sig")
    return path


def _notes(row: Row) -> list[str]:
    """Return what a person should know of a model, and what a person cleared."""
    notes = list(row.exame.avisos)
    if row.conferido is not None and row.exame.motivos and row.estado == "pronto":
        notes += (f"conferido por {row.conferido.quem} ({row.conferido.motivo}): {each}" for each in row.exame.motivos)
    return notes


def _picture(office: Office, proof: Path) -> str:
    """Draw the first page of a proof beside it, and return the picture's file name; empty if it cannot be drawn."""
    try:
        image = office.imagens.draw(proof.read_bytes(), 1, _PICTURE_WIDTH)
    except (Undrawable, Recusa):  # the models are kept already: a missing picture must not hide what was done
        return ""
    path = proof.with_suffix(".png")
    path.write_bytes(image)
    return path.name


def _csv(rows: list[Row]) -> str:
    written = StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADS)
    for row in rows:
        seen = row.exame
        names = ", ".join(name for name, _, _ in seen.variaveis)
        state = row.estado if row.counts else row.novidade
        cells = (row.nome, row.arquivo, row.novidade, state, "; ".join(row.motivos), "; ".join(_notes(row)))
        writer.writerow(mark(str(each)) for each in (*cells, seen.tipo, seen.formato or "", seen.paginas, names))
    return written.getvalue()
