"""A job's kept layout, stamped: its PDF and its sides."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from printserver import db
from printserver.documents import (
    parse_pages,
)
from printserver.formats import BlockValues, Faces, Format, SeloValues
from printserver.ledger import bodies
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


def job_format(office: Office, row: Mapping[Any, Any]) -> Format:
    """Return the very version of the format that the job was laid out with."""
    known = office.kept_formats.get(row["formato_versao"])
    if known is not None:
        return known
    table = db.formato
    query = sa.select(table.c.definicao).where(
        table.c.serventia_id == office.serventia_id, table.c.versao == row["formato_versao"]
    )
    with office.db.read() as conn:
        page_format = Format.model_validate(conn.execute(query).scalar_one(), strict=False)
    office.kept_formats[row["formato_versao"]] = page_format
    return page_format


def job_request(office: Office, row: Mapping[Any, Any], page_format: Format) -> LayoutRequest:
    """Return what the job was laid out from."""
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


def stamp_job(office: Office, row: Mapping[Any, Any], *, copy_without_value: bool = False) -> bytes:
    """Return the job's finished PDF, from its kept layout; or the marked copy that anyone may see (X9)."""
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


def _layout_do_job(office: Office, row: Mapping[Any, Any], page_format: Format) -> Layout:
    """Return the job's kept layout, or make it anew. Raises ValueError if it came out otherwise than it was sealed."""
    layout = office.render.kept(row["layout"]) or office.render.layout(job_request(office, row, page_format))
    if layout.paginas != row["paginas"]:
        raise ValueError(f"the layout has {layout.paginas} pages, and was sealed with {row['paginas']}")
    return layout


def positions_in_file(office: Office, row: Mapping[Any, Any], paginas: Sequence[int]) -> list[int]:
    """Return where the document's pages (from 1) stand in its printed file (from 0): empty sides may lie between."""
    order = job_sides(office, row)
    return [place for page in paginas for place, side in enumerate(order) if side.pagina == page]


def job_sides(office: Office, row: Mapping[Any, Any]) -> tuple[PrintedSide, ...]:
    """Return the sides of the job's printed file in order: the document's pages, and empty sides between them."""
    page_format = job_format(office, row)
    return page_sides(_layout_do_job(office, row, page_format), page_format, _stamp(row["carimbo"]))


def _stamp(kept: Mapping[str, Any]) -> Stamp:
    values = dict(kept)
    for name in ("faixas", "folhas", "papeis", "paginas"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Stamp(**values | {"valores": _values(kept["valores"])})


def _values(kept: Mapping[str, Any] | None) -> BlockValues | None:
    if kept is None:
        return None
    values = dict(kept)
    return BlockValues(
        **values | {"selos": tuple(SeloValues(**each) for each in values["selos"]), "custas": tuple(values["custas"])}
    )


def count_pages(paginas: str | None, total: int) -> int:
    """Return how many pages an extract (`2-3`, `1,4`) holds; of None, all `total`; of an empty side alone, none."""
    if paginas == "":
        return 0
    chosen = parse_pages(paginas, total)
    return total if chosen is None else len(chosen)
