"""Stores a prepared print in the caller's transaction: seals, folhas, sheets and job; or its question."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from printserver import db
from printserver.common.data import Columns
from printserver.documents import FolhaSide, check_occupied, names_of, normalize, with_last_folha
from printserver.errors import Recusa, invalid_input
from printserver.jobs import compose
from printserver.jobs.guard import Locked
from printserver.jobs.prepare import Prepared
from printserver.ledger import (
    ACCEPTED,
    AWAITING_SELO,
    AWAITING_XA,
    Changed,
    Job,
    bodies,
    change_state,
    jobs,
    names,
    questions,
    remember,
    seals,
)
from printserver.office import Act, Office
from printserver.selo import IssuedSelo, parse_matricula

# Columns of a held job that an answer keeps.
_OF_THE_REQUESTER = ("id", "serventia_id", "escrevente", "chave_id", "sistema", "resumo", "criado_em")


@dataclass(frozen=True, slots=True)
class Place:
    """The rows of a print, and its request."""

    job_id: str
    locked: Locked
    dados: object
    resumo: str

    @property
    def documento_id(self) -> int:
        """The row of its document."""
        return self.locked.documento_id

    @property
    def instrumento_id(self) -> int | None:
        """The row of its instrumento; None without one."""
        return self.locked.instrumento_id


def seal(act: Act, p: Prepared, place: Place, held: Job | None = None) -> None:
    """Issue the seals of a prepared document and store its job; `held` is the job if it waited for an answer.

    Raises `Changed` if the held job was answered concurrently.
    """
    conn, office = act.conn, act.office
    _occupy_folhas(act, p, place)
    _use_sheets(act, p, place)
    _replace(act, p, place)
    livro, folha = _address(p)
    termo, matricula = _civil_address(p)
    issued = seals.seal(
        act,
        p.plan.selos,
        seals.Place(place.job_id, place.documento_id, place.instrumento_id, livro, folha, termo, matricula),
    )
    stamp_data = compose.stamp_data(office, p.pedido, p.composicao, issued, p.taken, p.layout.paginas)
    row = _row(act, p, place) | {
        "estado": ACCEPTED,
        "viva": bool(issued),
        "carimbo": asdict(stamp_data),
        "qr_selo": stamp_data.valores.qr_codigo if stamp_data.valores else None,
        "qr_url": stamp_data.valores.qr_url if stamp_data.valores else None,
        "vence_em": act.now,
    }
    if held is not None:
        # requester and time are kept; the answering person is in the log and on the seals
        changes = {name: value for name, value in row.items() if name not in ("estado", *_OF_THE_REQUESTER)}
        if not change_state(conn, office.serventia_id, held.n, held.estado, ACCEPTED, changes):
            raise Changed
        row = jobs.get_job(conn, office.serventia_id, place.job_id).as_row()
    else:
        jobs.insert_job(conn, row)
    _cite(act, p, place)
    _remember_minuta(act, p, place)
    _remember_assento(act, p, place)
    _keep_names(act, p, place)
    if row["tipo"] == "livro":  # the state of the signatures is what this livro says, from here on (N11)
        said = row["instrumento_fixado"]["assinaturas"]
        here = {"serventia_id": office.serventia_id, "id": place.instrumento_id}
        values = {"assinaturas": said if said == "pendentes" else None, "primeira_assinatura": None}
        db.update(conn, db.instrumento, here, values)
    act.log("job", place.job_id, ACCEPTED, _detail(p, issued), jobs.stored_proof(row))


def hold(act: Act, p: Prepared, place: Place, blocker: questions.Text) -> None:
    """Hold the job of a prepared document for a person's answer, without sealing."""
    state = AWAITING_XA if blocker.tipo == "xa" else AWAITING_SELO
    row = _row(act, p, place)
    jobs.insert_job(act.conn, row | {"estado": state, "vence_em": None})
    if blocker.tipo != "xa":  # the print that stands keeps its names until the answer is yes
        _keep_names(act, p, place)
    act.add([questions.ask(act.conn, act.office, place.job_id, place.documento_id, blocker, act.now)])
    what = {"pergunta": blocker.tipo, "selos": list(blocker.selos)}
    act.log("job", place.job_id, state, what, jobs.stored_proof(row))


def _detail(p: Prepared, issued: list[IssuedSelo]) -> Columns:
    what: Columns = {"documento": p.plan.identity.chave, "paginas": p.layout.paginas}
    if issued:
        what["selos"] = [issued_selo.codigo for issued_selo in issued]
    instrumento = p.plan.instrumento
    if p.pedido.documento.tipo == "livro" and instrumento is not None and instrumento.motivo_data:
        what["motivo_data"] = instrumento.motivo_data
    if p.plan.ordem_judicial:
        what["ordem_judicial"] = p.plan.ordem_judicial
    if p.plan.selo_livro is not None and p.plan.selo_livro.externo:
        what["selo_externo"] = p.plan.selo_livro.codigo
    return what


def _from_certificate(office: Office, p: Prepared, now: datetime) -> list[dict[str, str]]:
    """Return the warning that the court may refuse the seals because of the certificate's validity (T4)."""
    why = office.certificado.out_of_validity(now) if p.plan.selos else None
    return [] if why is None else [{"campo": "certificado", "mensagem": f"{why}: o tribunal pode recusar os selos."}]


def _row(act: Act, p: Prepared, place: Place) -> Columns:
    """Return the job's row without its state and the columns derived from its seals."""
    conn, office, who = act.conn, act.office, act.author
    sid = office.serventia_id
    instrumento = p.plan.instrumento
    fixed = None
    texts = bodies.Bodies()
    civil = p.plan.civil
    fields = dict(p.plan.identity.campos)
    if p.taken and instrumento is not None:
        instrumento = with_last_folha(instrumento, p.taken)
        fields["folha_final"] = instrumento.folha_final
    if p.pedido.documento.tipo == "livro" and instrumento is not None:
        fixed = texts.take(instrumento.model_dump(mode="json", exclude_none=True))
    given, composed = texts.take(place.dados), compose.store(conn, office, p.composicao.pedido, texts)
    texts.store(conn, sid)
    livro, folha = _address(p)
    return {
        "id": place.job_id,
        "serventia_id": sid,
        "documento_id": place.documento_id,
        "instrumento_id": place.instrumento_id,
        "tipo": p.pedido.documento.kind,
        "imprimir": getattr(p.pedido.documento, "imprimir", True),
        "pedido": given,
        "campos": fields,
        "escrevente": who.pessoa,
        "subscritor": p.subscritor.usuario,
        "chave_id": who.chave_id,
        "sistema": who.sistema,
        "resumo": place.resumo,
        "formato": p.formato.nome,
        "formato_versao": p.formato.versao,
        "composicao": composed,
        "layout": p.layout.hash,
        "paginas": p.layout.paginas,
        "instrumento_fixado": fixed,
        "avisos": [
            *({"campo": each.campo, "mensagem": each.mensagem} for each in (*p.pedido.avisos, *p.plan.avisos)),
            *({"campo": each.campo, "mensagem": each.mensagem} for each in p.layout.avisos),
            *_from_certificate(office, p, act.now),
        ],
        "valor": asdict(civil.price) if civil is not None and civil.price is not None else None,
        "substitui": p.plan.substitui,
        "livro": livro,
        "folha": folha,
        "fila": p.fila.nome,
        "copias": p.pedido.copias,
        "bandeja": p.pedido.bandeja,
        "faces": p.faces,
        "criado_em": act.now,
    }


def _address(p: Prepared) -> tuple[str | None, str | None]:
    """Return the normalized livro and first folha, for searches (X0)."""
    fields = p.plan.identity.campos
    livro, folha = fields.get("livro"), fields.get("folha_inicial")
    return (normalize(str(livro)) if livro else None, str(int(folha)) if folha else None)


def _civil_address(p: Prepared) -> tuple[str | None, str | None]:
    """Return the termo and matrícula that a document of Registro Civil is found by (T5, C10)."""
    matricula = p.plan.identity.campos.get("matricula")
    return (str(int(parse_matricula(str(matricula)).termo)), str(matricula)) if matricula else (None, None)


def _occupy_folhas(act: Act, p: Prepared, place: Place) -> None:
    """Occupy the sides of the livro's folhas. Raises `Recusa` for sides of another document (X0)."""
    if p.pedido.documento.tipo != "livro" or not p.taken:
        return
    conn, office, table = act.conn, act.office, db.folha_lado
    livro, _ = _address(p)
    folhas = sorted({side.folha for side in p.taken})
    held = conn.execute(_held_sides(), {"serventia": office.serventia_id, "do_livro": livro, "folhas": folhas})
    occupied = {FolhaSide(row.folha, row.lado): "" if row.estado == "inutilizada" else row.chave for row in held}
    check_occupied(p.plan.identity, p.taken, occupied)
    db.insert(
        conn,
        table,
        [
            {
                "serventia_id": office.serventia_id,
                "livro": livro,
                "folha": side.folha,
                "lado": side.lado,
                "documento_id": place.documento_id,
                "job_id": place.job_id,
                "estado": "ocupada",
            }
            for side in p.taken
        ],
    )


@cache
def _held_sides() -> sa.Select[Any]:
    table, document = db.folha_lado, db.documento
    return (
        sa.select(table.c.folha, table.c.lado, table.c.estado, document.c.chave)
        .join(document, (document.c.serventia_id == table.c.serventia_id) & (document.c.id == table.c.documento_id))
        .where(
            table.c.serventia_id == sa.bindparam("serventia"),
            table.c.livro == sa.bindparam("do_livro"),
            table.c.folha.in_(sa.bindparam("folhas", expanding=True)),
            table.c.estado != "livre",
        )
    )


def _use_sheets(act: Act, p: Prepared, place: Place) -> None:
    """Record the sheets of security paper (P5)."""
    if not p.papeis:
        return
    check_sheets(act, p)
    table = db.papel
    rows = [
        {
            "serventia_id": act.office.serventia_id,
            "numero": number,
            "job_id": place.job_id,
            "folha": sheet,
            "estado": "usado",
            "quem": act.author.pessoa,
            "quando": act.now,
            "saiu_em": act.now,
        }
        for sheet, number in enumerate(p.papeis, 1)
    ]
    db.insert(act.conn, table, rows)


def check_sheets(act: Act, p: Prepared, of_document: int | None = None) -> None:
    """Raise `Recusa` `papel-ja-usado` for numbers used or spoiled elsewhere (P5), except those of `of_document`."""
    if not p.papeis:
        return
    sid, table, job = act.office.serventia_id, db.papel, db.job
    used = sa.select(table.c.numero).where(table.c.serventia_id == sid, table.c.numero.in_(p.papeis))
    if of_document is not None:
        own = sa.select(job.c.id).where(job.c.serventia_id == sid, job.c.documento_id == of_document)
        used = used.where(table.c.job_id.is_(None) | table.c.job_id.not_in(own))
    if taken := sorted(act.conn.execute(used).scalars()):
        raise Recusa(
            "papel-ja-usado",
            f"papel_seguranca: já usados ou inutilizados: {', '.join(taken)}. "
            "Mande o trabalho com os números das folhas que estão na bandeja.",
        )


def _replace(act: Act, p: Prepared, place: Place) -> None:
    """Mark the print with the seal named by this one as replaced (X8); its seal is neither excluded nor rectified.

    Raises `Recusa` `entrada-invalida` if another live print has replaced it already.
    """
    if p.plan.substitui is None:
        return
    conn, sid, table = act.conn, act.office.serventia_id, db.job
    old = jobs.job_do_selo(conn, sid, p.plan.substitui)
    if old.substituido_por and jobs.get_job(conn, sid, old.substituido_por).viva:
        raise invalid_input("documento.substitui", f"este selo já foi substituído, pelo trabalho {old.substituido_por}")
    changes: dict[str, object] = {"substituido_por": place.job_id}
    if old.documento_id == place.documento_id:
        changes["viva"] = False  # the new print is now the document's live one
    conn.execute(sa.update(table).where(table.c.serventia_id == sid, table.c.n == old.n).values(**changes))
    reason = getattr(p.pedido.documento, "motivo", None)
    jobs.log_job(act, old.id, old.estado, {"substituido_por": place.job_id, "motivo": reason}, **changes)


def _cite(act: Act, p: Prepared, place: Place) -> None:
    """Record the seals of other documents that this one shows or is made from (X6, C7, C21)."""
    quoted = {p.plan.selo_livro, p.plan.civil.habilitacao if p.plan.civil is not None else None}
    for selo in quoted:
        if selo is not None and not selo.externo:
            row = {"serventia_id": act.office.serventia_id, "codigo": selo.codigo, "job_id": place.job_id}
            db.insert(act.conn, db.citacao, row)


def _remember_minuta(act: Act, p: Prepared, place: Place) -> None:
    """Store the instrumento of the newest minuta: references use it until the livro is printed (N8)."""
    instrumento = getattr(p.pedido.documento, "instrumento", None)
    if p.pedido.documento.tipo != "minuta" or instrumento is None or place.instrumento_id is None:
        return
    dumped = instrumento.model_dump(mode="json", exclude_none=True)
    sid, table = act.office.serventia_id, db.instrumento
    kept = bodies.store_bodies(act.conn, sid, dumped)
    change = sa.update(table).where(table.c.serventia_id == sid, table.c.id == place.instrumento_id)
    act.conn.execute(change.values(minuta=kept, minuta_em=act.now))


def _remember_assento(act: Act, p: Prepared, place: Place) -> None:
    """Keep the ASSENTO of a document of Registro Civil as last sent: certidões are made from it (C12, C21)."""
    civil = p.plan.civil
    if civil is not None and civil.remembered is not None and place.instrumento_id is not None:
        remember(act.conn, act.office.serventia_id, place.instrumento_id, civil.remembered, civil.matricula)


def _keep_names(act: Act, p: Prepared, place: Place) -> None:
    """Keep what the document is called and found by; the papers of a wedding bear the nubentes of their processo."""
    found = names_of(p.pedido.documento, p.plan, p.context.civil.assento)
    processo = p.plan.identity.campos.get("processo")
    if not found.partes and processo:
        couple = names.of_habilitacao(act.conn, act.office.serventia_id, normalize(str(processo)))
        found = replace(found, partes=couple)
    names.keep(act, place.documento_id, found, new=place.locked.new)
