"""Composes the layout request and the stamp of a planned document. No business rules."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.db import insert_or_ignore
from printserver.documents import (
    FieldValues,
    FolhaSide,
    Pedido,
    Plan,
    block_values,
    copy_name,
    kind_of,
    labels,
    mark_values,
    parse_pages,
    template_data,
    title,
)
from printserver.errors import invalid_input
from printserver.formats import Faces, Format, templates
from printserver.jobs import rtf_variables
from printserver.ledger import bodies
from printserver.office import Office, Person
from printserver.rendering import (
    Layout,
    LayoutRequest,
    Stamp,
    UnprintableText,
    dry_run_stamp,
)
from printserver.selo import IssuedSelo

MINUTA = "MINUTA"
WITHOUT_VALUE = "SEM VALOR LEGAL"

# The request field of each stamped variable of headers and footers.
_FIELDS = {"folha": "documento.instrumento.livro", "papel": "papel_seguranca"}


@dataclass(frozen=True, slots=True)
class Composition:
    """The layout request, and the plan as printed by the format (`plan.qr` is the owner of the drawn QR)."""

    pedido: LayoutRequest
    plan: Plan


def compose(
    office: Office,
    request: Pedido,
    plan: Plan,
    page_format: Format,
    faces: Faces,
    subscritor: Person,
    variables: rtf_variables.BodyVariables,
) -> Composition:
    """Return the composition of a planned document, with placeholders for the seal's values (S12)."""
    plan = _with_format_qr(plan, page_format)
    settings = office.settings.serventia
    data = template_data(
        plan,
        serventia={"nome": settings.nome, "cns": office.cns, "cidade": settings.cidade, "uf": settings.uf}
        | ({"oficial": settings.oficial, "endereco": settings.endereco} if plan.civil is not None else {}),
        subscritor={"nome": subscritor.nome, "papel": subscritor.papel},
        now=office.clock(),
    )
    marks = mark_values(plan, request.papel_seguranca)
    values = block_values(plan, None, demonstracao=office.demonstracao)
    return Composition(
        LayoutRequest(
            formato=page_format,
            dados=data,
            corpo=(_body_format(plan, page_format), plan.corpo.conteudo),
            mark_values=marks | rtf_variables.values(office, variables, data, marks, page_format),
            valores=values,
            lado_inicial=request.lado_inicial,
            faces=faces,
        ),
        plan,
    )


def _body_format(plan: Plan, page_format: Format) -> str:
    """Return the format of the body, `imagens` for a PDF whose pages are set on sheets of the format (C16)."""
    images = plan.civil is not None and plan.civil.page_images and page_format.takes_page_images
    return "imagens" if images else plan.corpo.formato


def _with_format_qr(plan: Plan, page_format: Format) -> Plan:
    """Return the plan without QR if the format draws none (N7)."""
    return dataclasses.replace(plan, qr="nenhum") if page_format.bloco.qr == "nenhum" else plan


def stamp_data(
    office: Office,
    request: Pedido,
    composicao: Composition,
    issued: Sequence[IssuedSelo],
    taken: Sequence[FolhaSide],
    paginas: int,
) -> Stamp:
    """Return the stamp of the laid-out pages, with the issued seals."""
    plan = composicao.plan
    minuta = plan.identity.tipo == "minuta"
    banners = ((MINUTA,) if minuta else ()) + ((WITHOUT_VALUE,) if office.demonstracao else ())
    shown = len(issued) == len(plan.selos) and (issued or _quotes(plan))
    values = None if minuta or not shown else block_values(plan, issued, demonstracao=office.demonstracao)
    printed_pages = parse_pages(getattr(request.documento, "paginas", None), paginas)
    return Stamp(
        valores=values,
        faixas=banners,
        folhas=labels(plan.instrumento, taken) if taken and plan.instrumento else None,
        copia=copy_name(plan),
        papeis=tuple(request.papel_seguranca),
        paginas=printed_pages,
        qr_riscado=False,
        matricula=plan.civil.sheet["matricula"] if plan.civil is not None and plan.civil.sheet is not None else None,
        titulo=title(plan.identity.campos),
        lado_inicial=request.lado_inicial,
        faces=composicao.pedido.faces,
    )


def dry_run(
    office: Office, request: Pedido, composicao: Composition, taken: Sequence[FolhaSide], layout: Layout
) -> None:
    """Stamp the print with placeholders for codes and QR, to refuse unprintable text before the seal (S12).

    Raises `Recusa` `entrada-invalida` that names the field of the request.
    """
    plan = composicao.plan
    stamp = stamp_data(office, request, composicao, (), taken, layout.paginas)
    values = composicao.pedido.valores if plan.selos or _quotes(plan) else None
    if values is not None:  # a QR of ours is always of a size that is drawn; another program's may not be
        book = plan.selo_livro if plan.qr == "principal" else None
        values = dataclasses.replace(values, qr_url=book.qr_url if book is not None and book.externo else None)
    try:
        dry_run_stamp(layout, composicao.pedido.formato, dataclasses.replace(stamp, valores=values))
    except UnprintableText as error:
        field = next((_FIELDS[name] for name in error.variaveis if name in _FIELDS), "documento")
        raise invalid_input(_where(field, plan.identity.campos), str(error)) from error


def _quotes(plan: Plan) -> bool:
    """Return whether the document shows the code of another document's seal beside its own, or alone (C7, C18)."""
    return plan.civil is not None and plan.civil.habilitacao is not None


def _where(field: str, fields: FieldValues) -> str:
    """Return the dotted path of a stamped text; a copy's number or a title comes from the document's naming field."""
    if field != "documento":
        return field
    name = kind_of(fields).named_by
    if name != "instrumento":
        return f"documento.{name}"
    return "documento.instrumento.livro" if fields.get("livro") else "documento.instrumento.id"


# -- as rows ----------------------------------------------------------------------------------------------------------


def store(conn: Connection, office: Office, request: LayoutRequest, kept: bodies.Bodies) -> JsonObject:
    """Return the layout request as JSON for the job's row, its text in `kept`; store the format's definition."""
    page_format = request.formato
    here = {"serventia": office.serventia_id, "desta": page_format.versao}
    if conn.execute(_stored_version(), here).first() is None:
        sources = templates.fingerprint(
            page_format.modelos
        )  # a row of their own: many versions of a leaf have the same (C20)
        definition = page_format.model_dump(mode="json", exclude={"modelos"}) | {"modelos": sources}
        rows = ((page_format.versao, definition), (sources, page_format.modelos))
        for version, said in rows:
            row = {"serventia_id": office.serventia_id, "versao": version, "nome": page_format.nome, "definicao": said}
            insert_or_ignore(conn, db.formato, row)
    body = {"formato": request.corpo[0], "conteudo": request.corpo[1]}
    return {
        "dados": dict(request.dados),
        "corpo": kept.take(body),
        "marcas": dict(request.mark_values),
        "valores": dataclasses.asdict(request.valores) if request.valores else None,
        "lado_inicial": request.lado_inicial,
        "faces": request.faces,
    }


@cache
def _stored_version() -> sa.Select[Any]:
    table = db.formato.c
    mine = (table.serventia_id == sa.bindparam("serventia"), table.versao == sa.bindparam("desta"))
    return sa.select(table.versao).where(*mine)
