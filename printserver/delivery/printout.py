"""A job's kept layout, stamped: its PDF and its sides."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from printserver import db
from printserver.documents import (
    paginas_do_extrato,
)
from printserver.formats import Faces, Formato, ValoresBloco, ValorSelo
from printserver.ledger import bodies
from printserver.office.office import Office
from printserver.rendering import (
    BaseDanificada,
    Carimbo,
    Lado,
    LadoImpresso,
    Layout,
    PedidoLayout,
    carimbar,
    lados,
)

COPIA_SEM_VALOR = "CÓPIA SEM VALOR"


def formato_do_job(office: Office, row: Mapping[Any, Any]) -> Formato:
    """Return the very version of the format that the job was laid out with."""
    known = office.formatos_guardados.get(row["formato_versao"])
    if known is not None:
        return known
    table = db.formato
    query = sa.select(table.c.definicao).where(
        table.c.serventia_id == office.serventia_id, table.c.versao == row["formato_versao"]
    )
    with office.db.read() as conn:
        formato = Formato.model_validate(conn.execute(query).scalar_one(), strict=False)
    office.formatos_guardados[row["formato_versao"]] = formato
    return formato


def pedido_do_job(office: Office, row: Mapping[Any, Any], formato: Formato) -> PedidoLayout:
    """Return what the job was laid out from."""
    kept = row["composicao"]
    with office.db.read() as conn:
        body = bodies.devolver_corpos(conn, office.serventia_id, kept["corpo"])
    return PedidoLayout(
        formato=formato,
        dados=kept["dados"],
        corpo=(body["formato"], body["conteudo"]),
        marcas=kept["marcas"],
        valores=_valores(kept["valores"]),
        lado_inicial=cast("Lado", kept["lado_inicial"]),
        faces=cast("Faces", kept["faces"]),
    )


def carimbar_job(office: Office, row: Mapping[Any, Any], *, copia_sem_valor: bool = False) -> bytes:
    """Return the job's finished PDF, from its kept layout; or the marked copy that anyone may see (X9)."""
    formato = formato_do_job(office, row)
    layout = _layout_do_job(office, row, formato)
    stamp = _carimbo(row["carimbo"])
    if copia_sem_valor:
        stamp = dataclasses.replace(stamp, faixas=(*stamp.faixas, COPIA_SEM_VALOR), qr_riscado=True)
    try:
        return carimbar(layout, office.render.pdf(layout.hash), formato, stamp)
    except BaseDanificada:
        office.render.descartar(layout.hash)
        layout = _layout_do_job(office, row, formato)
        return carimbar(layout, office.render.pdf(layout.hash), formato, stamp)


def _layout_do_job(office: Office, row: Mapping[Any, Any], formato: Formato) -> Layout:
    """Return the job's kept layout, or make it anew. Raises ValueError if it came out otherwise than it was sealed."""
    layout = office.render.kept(row["layout"]) or office.render.layout(pedido_do_job(office, row, formato))
    if layout.paginas != row["paginas"]:
        raise ValueError(f"the layout has {layout.paginas} pages, and was sealed with {row['paginas']}")
    return layout


def posicoes_no_arquivo(office: Office, row: Mapping[Any, Any], paginas: Sequence[int]) -> list[int]:
    """Return where the document's pages (from 1) stand in its printed file (from 0): empty sides may lie between."""
    order = lados_do_job(office, row)
    return [place for page in paginas for place, side in enumerate(order) if side.pagina == page]


def lados_do_job(office: Office, row: Mapping[Any, Any]) -> tuple[LadoImpresso, ...]:
    """Return the sides of the job's printed file in order: the document's pages, and empty sides between them."""
    formato = formato_do_job(office, row)
    return lados(_layout_do_job(office, row, formato), formato, _carimbo(row["carimbo"]))


def _carimbo(kept: Mapping[str, Any]) -> Carimbo:
    values = dict(kept)
    for name in ("faixas", "folhas", "papeis", "paginas"):
        values[name] = tuple(values[name]) if values[name] is not None else None
    return Carimbo(**values | {"valores": _valores(kept["valores"])})


def _valores(kept: Mapping[str, Any] | None) -> ValoresBloco | None:
    if kept is None:
        return None
    values = dict(kept)
    return ValoresBloco(
        **values | {"selos": tuple(ValorSelo(**each) for each in values["selos"]), "custas": tuple(values["custas"])}
    )


def contar_paginas(paginas: str | None, total: int) -> int:
    """Return how many pages an extract (`2-3`, `1,4`) holds; of None, all `total`; of an empty side alone, none."""
    if paginas == "":
        return 0
    chosen = paginas_do_extrato(paginas, total)
    return total if chosen is None else len(chosen)
