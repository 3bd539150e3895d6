"""The first half of an acceptance: gather, plan, lay out and check, before its one transaction. Writes nothing (S12).

The state that the acceptance depends on is kept as a `Snapshot`. The transaction reads it again; if it changed, the
preparation is repeated.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from printserver import models
from printserver.delivery import queues
from printserver.documents import (
    KINDS,
    Context,
    FolhaSide,
    Pedido,
    Plan,
    check_copies,
    check_sheets,
    count_sheets,
    make_plan,
    page_sides,
)
from printserver.errors import BadField, Recusa, invalid_input
from printserver.formats import Faces, Format
from printserver.jobs import compose, rtf_variables
from printserver.jobs.gather import Gathered, Snapshot, gather
from printserver.ledger import Queue
from printserver.office import Office, Person, people
from printserver.rendering import Layout, RtfFacts


@dataclass(frozen=True, slots=True)
class Prepared:
    """A laid-out document, ready to be sealed."""

    pedido: Pedido
    context: Context
    plan: Plan
    snapshot: Snapshot
    instrumento_key: str | None
    formato: Format
    fila: Queue
    faces: Faces
    subscritor: Person
    composicao: compose.Composition
    layout: Layout
    taken: Sequence[FolhaSide]
    papeis: tuple[str, ...]


def prepare(office: Office, request: Pedido, now: datetime) -> Prepared:
    """Gather, plan, lay out and check. Raises `Recusa` for a document that cannot be sealed or accepted."""
    found = gather(office, request, now)
    plan = _plan(request, found)
    return _lay_out_and_check(office, request, found, plan)


def _plan(request: Pedido, found: Gathered) -> Plan:
    """Return the plan of the document. Reads nothing."""
    plan = make_plan(request.documento, found.context)
    if plan.substitui:
        people.require_head(found.who.papel, "a substituição de um documento já entregue")
    check_copies(plan, request.copias)
    begins_on_back = request.documento.kind == "assento" and request.lado_inicial == "verso"
    if begins_on_back and not found.context.rules.assento_on_back:
        raise invalid_input("lado_inicial", "o assento começa na frente: o verso fica para as averbações")  # C23
    return plan


def _lay_out_and_check(office: Office, request: Pedido, found: Gathered, plan: Plan) -> Prepared:
    """Lay the planned document out and check it against format, queue, folhas and sheets; a dry run is the last one."""
    variables = _variables(office, request, plan)
    page_format = rtf_variables.place_block(on_leaf(_format(office, request, variables.facts), plan), variables)
    left = rtf_variables.require_values(plan, variables, _body_field(request))
    plan = replace(plan, avisos=(*plan.avisos, *left))
    faces = request.faces or page_format.faces
    tamanho = (float(page_format.pagina.largura), float(page_format.pagina.altura))
    queues.check(office, found.fila, request.bandeja, faces, tamanho)
    composicao = compose.compose(office, request, plan, page_format, faces, found.subscritor, variables)
    layout = _lay_out(office, composicao, request)
    taken = _folhas(office, request, plan, layout.paginas, faces)
    papeis = check_sheets(
        request.documento.kind,
        request.papel_seguranca,
        count_sheets(layout.paginas, faces, request.lado_inicial),
        # a queue with numbered paper assigns the numbers at the job's turn
        replace(office.rules, sheets_required=office.rules.sheets_required and not found.fila.papel_numerado),
    )
    compose.dry_run(office, request, composicao, taken, layout)
    return Prepared(
        pedido=request,
        context=found.context,
        plan=plan,
        snapshot=found.snapshot,
        instrumento_key=found.instrumento_key,
        formato=page_format,
        fila=found.fila,
        faces=faces,
        subscritor=found.subscritor,
        composicao=composicao,
        layout=layout,
        taken=taken,
        papeis=papeis,
    )


def _format(office: Office, request: Pedido, facts: RtfFacts | None) -> Format:
    """Return the format of a print. An RTF has that of the office's models with its paper and margins, if there is one.

    A format that the request or the office's settings name comes before it.
    """
    kind = request.documento.kind
    of_kind, formats = KINDS[kind].format, office.settings.formatos
    # a minuta has the layout of its livro
    named = request.formato or formats.of(kind) or formats.of(of_kind)
    own = models.own_format(office, of_kind, facts) if facts is not None and not named else None
    name = named or own or office.formatos.default_name(of_kind)
    page_format = office.formatos.get(name)
    if page_format.tipo != of_kind:
        raise invalid_input(
            "formato", f"o formato “{page_format.nome}” é de {page_format.tipo}, e não serve para {kind}"
        )
    return page_format


def on_leaf(page_format: Format, plan: Plan) -> Format:
    """Return the format with its text area where a marginal note has its place on the leaf (C20).

    Raises `Recusa` `entrada-invalida` for a place off the leaf.
    """
    place = plan.civil.place if plan.civil is not None else None
    if place is None:
        return page_format
    page, margins = page_format.pagina, page_format.margens
    right = page.largura - place.x - place.largura
    if right < 0 or place.y >= page.altura - margins.inferior:
        raise invalid_input(
            "documento.lugar",
            f"não cabe na folha de {page.largura:g} × {page.altura:g} mm do formato “{page_format.nome}”",
        )
    moved = margins.model_copy(update={"esquerda": place.x, "direita": right, "superior": place.y, "espelhadas": False})
    version = hashlib.sha256(f"{page_format.versao}:{place.x}:{place.y}:{place.largura}".encode()).hexdigest()[:16]
    return page_format.model_copy(update={"margens": moved, "versao": version})


def _lay_out(office: Office, composicao: compose.Composition, request: Pedido) -> Layout:
    """Lay out; refusals and notices about the body get its field path in the request."""
    where = _body_field(request)
    try:
        layout = office.render.layout(composicao.pedido)
    except Recusa as refusal:
        if refusal.word in ("corpo-invalido", "imagem-nao-cabe") and not refusal.errors:
            refusal.errors = (BadField(where, refusal.detail),)
        raise
    notices = tuple(
        replace(notice, campo=f"{where}{notice.campo.removeprefix('corpo')}")
        if notice.campo.startswith("corpo")
        else notice
        for notice in layout.avisos
    )
    return replace(layout, avisos=notices)


def _body_field(request: Pedido) -> str:
    """Return the dotted path of the printed text: the document's own, or its instrumento's."""
    own = getattr(request.documento, "corpo", None) is not None
    return "documento.corpo" if own else "documento.instrumento.corpo"


def _variables(office: Office, request: Pedido, plan: Plan) -> rtf_variables.BodyVariables:
    """Return the variables of an RTF body; a refusal of the body gets its field path in the request."""
    try:
        return rtf_variables.find(office, plan)
    except Recusa as refusal:
        refusal.errors = refusal.errors or (BadField(_body_field(request), refusal.detail),)
        raise


def _folhas(office: Office, request: Pedido, plan: Plan, paginas: int, faces: Faces) -> Sequence[FolhaSide]:
    """Return the sides of the livro's folhas for the pages; none without a livro or a folha (N8)."""
    instrumento = plan.instrumento
    if not KINDS[request.documento.kind].is_book or instrumento is None or instrumento.folha_inicial is None:
        return ()
    final = instrumento.folha_final if request.documento.tipo == "livro" else None
    return page_sides(
        instrumento.folha_inicial,
        request.lado_inicial,
        paginas,
        faces,
        office.rules.lados_da_folha,
        final,
    )
