"""The first half of an acceptance: all that can be said of a document before its one transaction. Writes nothing (S12).

What was read is kept as a `Snapshot`; the transaction reads it again and, where it changed, all is prepared again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from printserver.delivery import queues
from printserver.documents import (
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
from printserver.formats import Format
from printserver.jobs import compose
from printserver.ledger import Queue, documents, keys
from printserver.office import Office, Person, acting_person, people, ready
from printserver.rendering import Layout


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an acceptance was based on: the document's live seals, the livro's, the number `proximo` stood for."""

    live: tuple[str, ...]
    livro: str | None
    selos_do_livro: tuple[str, ...]
    proximo: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document laid out and ready to be sealed."""

    pedido: Pedido
    context: Context
    plan: Plan
    snapshot: Snapshot
    instrumento_key: str | None
    formato: Format
    fila: Queue
    faces: str
    subscritor: Person
    composicao: compose.Composition
    layout: Layout
    taken: Sequence[FolhaSide]
    papeis: tuple[str, ...]


def prepare(office: Office, request: Pedido, now: datetime) -> Prepared:
    """Plan, lay out and check a document. Raises `Recusa` with whatever keeps it from being sealed or taken."""
    ready.require(office)
    with office.db.read() as conn:
        who = acting_person(conn, office, request.escrevente)
        subscritor = _subscritor(conn, office, request)
        queue = queues.choose(conn, office, request.fila, request.documento.tipo)
        context, key = documents.context(conn, office, request.documento, now)
        plan = make_plan(request.documento, context)
        snapshot = look(conn, office, plan, context, key)
    if plan.substitui:
        people.require_head(who.papel, "a substituição de um documento já entregue")
    check_copies(plan, request.copias)
    page_format = _format(office, request)
    faces = request.faces or page_format.faces
    tamanho = (float(page_format.pagina.largura), float(page_format.pagina.altura))
    queues.check(office, queue, request.bandeja, faces, tamanho)
    composicao = compose.compose(office, request, plan, page_format, faces, subscritor)
    layout = _lay_out(office, composicao, request)
    taken = _folhas(office, request, plan, layout.paginas, faces)
    papeis = check_sheets(
        request.documento.tipo,
        request.papel_seguranca,
        count_sheets(layout.paginas, faces, request.lado_inicial),
        # a queue that counts its own paper gives the numbers when its turn comes
        replace(office.rules, sheets_required=office.rules.sheets_required and not queue.papel_numerado),
    )
    compose.dry_run(office, request, composicao, taken, layout)
    return Prepared(
        pedido=request,
        context=context,
        plan=plan,
        snapshot=snapshot,
        instrumento_key=key,
        formato=page_format,
        fila=queue,
        faces=faces,
        subscritor=subscritor,
        composicao=composicao,
        layout=layout,
        taken=taken,
        papeis=papeis,
    )


def look(conn: Connection, office: Office, plan: Plan, context: Context, key: str | None) -> Snapshot:
    """Read what the acceptance rests on; read again inside the transaction, it must be the same."""
    sid = office.serventia_id
    document = keys.document_id(conn, sid, plan.identity.chave)
    live = documents.live_selos(conn, sid, document) if document is not None else ()
    livro = documents.live_livro(conn, sid, key, text=False) if key is not None and context.livro is not None else None
    return Snapshot(
        live=tuple(selo.codigo for selo in live),
        livro=livro.job_id if livro else None,
        selos_do_livro=tuple(selo.codigo for selo in livro.selos) if livro else (),
        proximo=context.next_traslado,
    )


def _subscritor(conn: Connection, office: Office, request: Pedido) -> Person:
    """Return who subscribes a copy (P3): the one named, else the office's."""
    name = request.subscritor or office.settings.pessoas.subscritor
    found = acting_person(conn, office, name, "subscritor")
    people.require_subscritor(found.papel)
    return found


def _format(office: Office, request: Pedido) -> Format:
    kind = request.documento.tipo
    name = request.formato or office.settings.formatos.of(kind)
    if not name and kind == "minuta":
        name = office.settings.formatos.livro  # a minuta is its livro's own layout
    page_format = office.formatos.get(name or office.formatos.default_name(kind))
    if page_format.tipo != ("livro" if kind == "minuta" else kind):
        raise invalid_input(
            "formato", f"o formato {page_format.nome!r} é de {page_format.tipo}, e não serve para {kind}"
        )
    return page_format


def _lay_out(office: Office, composicao: compose.Composition, request: Pedido) -> Layout:
    """Lay out; what the renderer says of the body is said by its place in the request."""
    where = body_field(request)
    try:
        layout = office.render.layout(composicao.pedido)
    except Recusa as refusal:
        if refusal.word == "corpo-invalido" and not refusal.errors:
            refusal.errors = (BadField(where, refusal.detail),)
        raise
    notices = tuple(
        replace(notice, campo=f"{where}{notice.campo.removeprefix('corpo')}")
        if notice.campo.startswith("corpo")
        else notice
        for notice in layout.avisos
    )
    return replace(layout, avisos=notices)


def body_field(request: Pedido) -> str:
    """Return the dotted path of the text that is printed: the document's own, or its instrumento's."""
    own = getattr(request.documento, "corpo", None) is not None
    return "documento.corpo" if own else "documento.instrumento.corpo"


def _folhas(office: Office, request: Pedido, plan: Plan, paginas: int, faces: str) -> Sequence[FolhaSide]:
    """Return the sides of the livro's folhas that the pages take; none where there is no livro or place yet (N8)."""
    instrumento: Any = plan.instrumento
    if request.documento.tipo not in ("livro", "minuta") or instrumento is None or instrumento.folha_inicial is None:
        return ()
    final = instrumento.folha_final if request.documento.tipo == "livro" else None
    return page_sides(
        instrumento.folha_inicial,
        request.lado_inicial,
        paginas,
        faces,  # type: ignore[arg-type]
        office.rules.lados_da_folha,
        final,
    )
