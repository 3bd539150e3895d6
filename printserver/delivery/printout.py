"""The PDF and the printed sides of a job, from its stored layout."""

import dataclasses
from collections.abc import Sequence
from typing import cast

import sqlalchemy as sa

from printserver import db
from printserver.common.data import JsonView
from printserver.documents import (
    parse_pages,
)
from printserver.formats import BlockValues, Faces, Format, SeloValues
from printserver.ledger import JobRow, bodies
from printserver.office import Office
from printserver.rendering import (
    DamagedBase,
    Layout,
    LayoutRequest,
    PrintedSide,
    Side,
    Stamp,
    apply_stamp,
    page_sides,
)

COPY_WITHOUT_VALUE = "CÓPIA SEM VALOR"


def job_format(office: Office, row: JobRow) -> Format:
    """Return the format version of the job's layout."""
    known = office.kept_formats.get(row["formato_versao"])
    if known is not None:
        return known
    table = db.formato
    query = sa.select(table.c.definicao).where(table.c.serventia_id == office.serventia_id)
    with office.db.read() as conn:
        kept = conn.execute(query.where(table.c.versao == row["formato_versao"])).scalar_one()
        sources = conn.execute(query.where(table.c.versao == kept["modelos"])).scalar_one()
    page_format = Format.model_validate(kept | {"modelos": sources}, strict=False)
    office.kept_formats[row["formato_versao"]] = page_format
    return page_format


def job_request(office: Office, row: JobRow, page_format: Format) -> LayoutRequest:
    """Return the layout request of the job."""
    kept = row["composicao"]
    with office.db.read() as conn:
        body = bodies.restore_bodies(conn, office.serventia_id, kept["corpo"])
    return LayoutRequest(
        formato=page_format,
        dados=kept["dados"],
        corpo=(body["formato"], body["conteudo"]),
        mark_values=kept["marcas"],
        valores=_values(kept["valores"]),
        lado_inicial=cast("Side", kept["lado_inicial"]),
        faces=cast("Faces", kept["faces"]),
    )


def stamp_job(office: Office, row: JobRow, *, copy_without_value: bool = False) -> bytes:
    """Return the stamped PDF of the job, from its stored layout; or the marked copy without restriction (X9)."""
    page_format = job_format(office, row)
    layout = _layout_do_job(office, row, page_format)
    stamp = _stamp(row["carimbo"])
    if copy_without_value:
        stamp = dataclasses.replace(stamp, faixas=(*stamp.faixas, COPY_WITHOUT_VALUE), qr_riscado=True)
    try:
        return apply_stamp(layout, office.render.pdf(layout.hash), page_format, stamp)
    except DamagedBase:
        office.render.discard(layout.hash)
        layout = _layout_do_job(office, row, page_format)
        return apply_stamp(layout, office.render.pdf(layout.hash), page_format, stamp)


def _layout_do_job(office: Office, row: JobRow, page_format: Format) -> Layout:
    """Return the job's stored layout, or lay it out again. Raises ValueError if its page count has changed."""
    layout = office.render.kept(row["layout"]) or office.render.layout(job_request(office, row, page_format))
    if layout.paginas != row["paginas"]:
        raise ValueError(f"the layout has {layout.paginas} pages, and was sealed with {row['paginas']}")
    return layout


def positions_in_file(office: Office, row: JobRow, paginas: Sequence[int]) -> list[int]:
    """Return the positions (from 0) of pages (from 1) in the printed file, which may contain empty sides."""
    order = job_sides(office, row)
    return [place for page in paginas for place, side in enumerate(order) if side.pagina == page]


def job_sides(office: Office, row: JobRow) -> tuple[PrintedSide, ...]:
    """Return the sides of the printed file in order: the document's pages and empty sides."""
    page_format = job_format(office, row)
    return page_sides(_layout_do_job(office, row, page_format), page_format, _stamp(row["carimbo"]))


def _stamp(kept: JsonView) -> Stamp:
    values = dict(kept)
    for name in ("faixas", "folhas", "papeis", "paginas"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Stamp(**values | {"valores": _values(kept["valores"])})


def _values(kept: JsonView | None) -> BlockValues | None:
    if kept is None:
        return None
    values = dict(kept)
    return BlockValues(
        **values
        | {
            "selos": tuple(SeloValues(**each) for each in values["selos"]),
            "custas": tuple(values["custas"]),
            "citados": tuple((name, codigo) for name, codigo in values.get("citados", ())),
        }
    )


def count_pages(paginas: str | None, total: int) -> int:
    """Return the page count of an extract (`2-3`, `1,4`); None: all `total` pages; empty: only an empty side."""
    if paginas == "":
        return 0
    chosen = parse_pages(paginas, total)
    return total if chosen is None else len(chosen)
