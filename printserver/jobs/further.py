"""Documents made at a screen from a print: the one that replaces it (X8), and a copy by court order (N11).

Each is a request as a program would send it, made from what is kept, and `accept` takes it as any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
from printserver.documents import KINDS, CivilValue, count_sheets, read_request
from printserver.errors import ErrorWord, Recusa, invalid_input
from printserver.jobs.prepare import Prepared, prepare
from printserver.ledger import FAILED, UNCERTAIN, Job, bodies, documents, idempotency, jobs, keys
from printserver.office import Author, Office, people
from printserver.selo import NewSelo

REPLACEMENT: Final = "substituir"
COURT_COPY: Final = "copia_judicial"
# What the replacement does not take from the request that it repeats: its value, and the averbações charged (X8, C4).
_CHARGED: Final = frozenset({*CivilValue.model_fields, "averbacoes"})
_PRINT_OPTIONS: Final = ("subscritor", "formato", "faces", "lado_inicial")
_GONE: Final = "O texto deste documento já foi removido deste servidor: mande-o pelo programa, com o texto"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why something may not be made of a print: the word of the refusal, and the reason in plain Portuguese."""

    palavra: ErrorWord
    texto: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What `accept` would make of a request now: nothing was sealed, held or printed.

    `documento` as in a job; `folhas` is the number of sheets; `qr` is the code of the seal whose QR is drawn, where it
    is another document's; `avisos` are the notices of request, plan and layout, in Portuguese.
    """

    documento: JsonObject
    selos: tuple[NewSelo, ...]
    qr: str | None
    paginas: int
    folhas: int
    fila: str
    papel_numerado: bool
    subscritor: str
    avisos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replacement:
    """The request that replaces a print, and its idempotency key: one for each time that the seal may be replaced.

    `codigo` is the seal replaced; `prazo` is the end of its term of XA (RFC 3339).
    """

    pedido: JsonObject
    chave: str
    codigo: str
    prazo: str


def further(office: Office, author: Author, job_id: str) -> dict[str, str]:
    """Return what else may be made of a print at a screen: `substituir` and `copia_judicial`.

    The value is empty where the author may, else it says why not, in plain Portuguese. A word is missing where the kind
    of document never has it.
    """
    with office.db.read() as conn:
        job = jobs.get_job(conn, office.serventia_id, job_id)
        found: dict[str, str] = {}
        if KINDS[job.tipo].leaves_office:
            found[REPLACEMENT] = _text(_why_not_replaced(conn, office, author, job))
        if job.tipo == "livro":
            found[COURT_COPY] = _text(_why_no_court_copy(conn, office, author, job))
        return found


def replacement(
    office: Office, author: Author, job_id: str, motivo: str, fila: str | None = None, papeis: Sequence[str] = ()
) -> Replacement:
    """Return the request that replaces a print (X8): its own as kept, of no charge, naming the seal that it replaces.

    A copy of a livro of this server is made from the livro as it stands now, with its own text if it had one. Raises
    `Recusa` `estado-nao-permite`, `sem-permissao`.
    """
    sid = office.serventia_id
    with office.db.read() as conn:
        job = jobs.get_job(conn, sid, job_id)
        _refuse(_why_not_replaced(conn, office, author, job))
        kept = bodies.restore_bodies(conn, sid, job.pedido)
        live = documents.live_selos(conn, sid, job.documento_id)
        key = keys.key_of_instrumento(conn, job.serventia_id, job.instrumento_id)
        here = key is not None and documents.live_livro(conn, sid, key, text=False) is not None
        table = db.job
        earlier = sa.select(sa.func.count()).where(table.c.serventia_id == sid, table.c.substitui == live[0].codigo)
        times = conn.execute(earlier).scalar_one()
    codigo = live[0].codigo
    document = {name: value for name, value in kept["documento"].items() if name not in _CHARGED}
    if "numero" in document:
        document["numero"] = job.campos["numero"]  # not the next one
    if here and KINDS[job.tipo].is_copy:
        document = _of_the_livro(document, str(job.campos["instrumento"]))
    options = {name: kept[name] for name in _PRINT_OPTIONS if kept.get(name) is not None}
    if job.bandeja is not None and fila in (None, job.fila):
        options["bandeja"] = job.bandeja
    request = {
        "documento": document | {"substitui": codigo, "motivo": motivo},
        "escrevente": author.pessoa,
        "fila": fila or job.fila,
        **options,
        **({"papel_seguranca": list(papeis)} if papeis else {}),
    }
    term = office.rules.terms.xa_until(job.tipo, live[0].momento)
    return Replacement(request, f"substituir-{codigo}-{times}", codigo, rfc3339(term))


def court_copy(
    office: Office,
    author: Author,
    job_id: str,
    copy: Mapping[str, object],
    fila: str | None = None,
    papeis: Sequence[str] = (),
) -> JsonObject:
    """Return the request of a copy of a livro by court order (N11). `copy` has its type, number, order and value.

    Raises `Recusa` `estado-nao-permite`, `entrada-invalida` without the order.
    """
    with office.db.read() as conn:
        job = jobs.get_job(conn, office.serventia_id, job_id)
        _refuse(_why_no_court_copy(conn, office, author, job))
    if not copy.get("ordem_judicial"):
        raise invalid_input("ordem_judicial", "informe o número do processo")
    return {
        "documento": {**copy, "instrumento": {"id": job.campos["instrumento"]}},
        "escrevente": author.pessoa,
        **({"fila": fila} if fila else {}),
        **({"papel_seguranca": list(papeis)} if papeis else {}),
    }


def simulate(office: Office, author: Author, data: object) -> Preview:
    """Return what `accept` would make of the print `data` now. Raises as `accept`, and where it would be held."""
    people.require_right(author, "imprimir")
    p = prepare(office, read_request(data), office.clock())
    if p.snapshot.live and p.plan.substitui not in p.snapshot.live:
        field = f"documento.{KINDS[p.plan.identity.tipo].named_by}"
        raise invalid_input(field, f"{p.plan.identity.rotulo} já foi impresso, e vale: dê outro número ou outra via")
    return _preview(p)


def made_with(office: Office, author: Author, key: str | None) -> str | None:
    """Return the id of the job that the author made with an idempotency key; None if it made none."""
    return idempotency.job_of_key(office, author, key)


def _preview(p: Prepared) -> Preview:
    plan, book = p.plan, p.plan.selo_livro
    notices = [each.mensagem for each in (*p.pedido.avisos, *plan.avisos)]
    return Preview(
        documento=dict(plan.identity.campos),
        selos=tuple(each.new_selo for each in plan.selos),
        qr=book.codigo if plan.qr == "principal" and book is not None else None,
        paginas=p.layout.paginas,
        folhas=count_sheets(p.layout.paginas, p.faces, p.pedido.lado_inicial),
        fila=p.fila.nome,
        papel_numerado=p.fila.papel_numerado,
        subscritor=p.subscritor.usuario,
        avisos=(*notices, *(each.mensagem for each in p.layout.avisos)),
    )


def _of_the_livro(document: dict[str, Any], instrumento: str) -> dict[str, Any]:
    """Return the document with a reference to its instrumento, and the text that its INSTRUMENTO brought, if any."""
    brought = document["instrumento"].get("corpo")
    own = {"corpo": brought} if brought is not None and document.get("corpo") is None else {}
    return document | own | {"instrumento": {"id": instrumento}}


def _why_not_replaced(conn: Connection, office: Office, author: Author, job: Job) -> WhyNot | None:
    if job.substituido_por is not None:
        return _not_now("Este documento já foi substituído.")
    if not job.sealed or job.held:
        return _not_now("Este documento ainda não tem selo: nada há a substituir.")
    if not job.viva:
        return _not_now("Os selos desta impressão foram excluídos (XA): imprima o documento de novo pelo programa.")
    if job.on_its_way:
        return _not_now("O documento está a caminho do papel: espere que termine, ou cancele-o.")
    if job.estado == FAILED:
        return _not_now("Esta impressão não saiu: mande-a de novo, com os mesmos selos.")
    if job.estado == UNCERTAIN:
        return _not_now("Não se sabe o que saiu desta impressão: informe antes as folhas.")
    if author.papel not in people.HEADS:
        return WhyNot("sem-permissao", "Somente o tabelião ou o substituto pode substituir um documento já entregue.")
    if not bodies.are_kept(conn, office.serventia_id, job.pedido):
        return _not_now(f"{_GONE}, o selo que ele substitui e o motivo.")
    return None


def _why_no_court_copy(conn: Connection, office: Office, author: Author, job: Job) -> WhyNot | None:
    if not job.viva or job.substituido_por is not None:
        return _not_now("Esta impressão do livro não vale mais: tire a cópia da que vale.")
    if "imprimir" not in author.direitos:
        return WhyNot("sem-permissao", "O seu papel não permite tirar cópias.")
    if job.on_its_way:
        return _not_now("O livro está a caminho do papel: espere que termine.")
    key = keys.key_of_instrumento(conn, job.serventia_id, job.instrumento_id)
    livro = documents.live_livro(conn, office.serventia_id, key, text=False) if key is not None else None
    if livro is None or livro.assinaturas != "pendentes":
        return _not_now("Não faltam assinaturas neste ato: as cópias saem pelo programa, sem ordem judicial.")
    if not bodies.are_kept(conn, office.serventia_id, job.instrumento_fixado):
        return _not_now(f"{_GONE} e a ordem judicial.")
    return None


def _not_now(text: str) -> WhyNot:
    return WhyNot("estado-nao-permite", text)


def _text(found: WhyNot | None) -> str:
    return "" if found is None else found.texto


def _refuse(found: WhyNot | None) -> None:
    if found is not None:
        raise Recusa(found.palavra, found.texto)
