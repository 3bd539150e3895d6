"""A print into the tables, in the caller's transaction: its seals, folhas, papers and job; or its question."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import FolhaSide, check_occupied, normalize, with_last_folha
from printserver.errors import Recusa, invalid_input
from printserver.jobs import compose
from printserver.jobs.prepare import Prepared
from printserver.ledger import ACCEPTED, AWAITING_SELO, AWAITING_XA, bodies, jobs, questions, seals
from printserver.office import JOB, Author, LogEntry, Office, change_proof, evidence
from printserver.selo import IssuedSelo

# What stays of a job that waited, whoever answered.
_OF_THE_REQUESTER = ("id", "serventia_id", "escrevente", "chave_id", "sistema", "resumo", "criado_em")


@dataclass(frozen=True, slots=True)
class Place:
    """The rows that a print belongs to, and the request it came as."""

    job_id: str
    documento_id: int
    instrumento_id: int | None
    dados: object
    resumo: str


def seal(
    conn: Connection, office: Office, p: Prepared, who: Author, now: datetime, place: Place, *, held: bool = False
) -> list[LogEntry]:
    """Make the seals of a prepared document and take its job (`held`: a job that waited). Return the log's lines."""
    _occupy_folhas(conn, office, p, place)
    _use_sheets(conn, office, p, place, who, now)
    entries = _replace(conn, office, p, place, who)
    livro, folha = _address(p)
    issued, sealed = seals.seal(
        conn,
        office,
        p.plan.selos,
        seals.Place(place.job_id, place.documento_id, place.instrumento_id, livro, folha),
        who,
        now,
    )
    stamp_data = compose.stamp_data(office, p.pedido, p.composicao, issued, p.taken, p.layout.paginas)
    row = _row(conn, office, p, place, who, now) | {
        "estado": ACCEPTED,
        "viva": bool(issued),
        "carimbo": asdict(stamp_data),
        "qr_selo": stamp_data.valores.qr_codigo if stamp_data.valores else None,
        "qr_url": stamp_data.valores.qr_url if stamp_data.valores else None,
        "vence_em": now,
    }
    if held:
        # who asked for it, and when, stays; who answered is in the log and on the seals
        changes = {name: value for name, value in row.items() if name not in _OF_THE_REQUESTER}
        table = db.job
        mine = (table.c.serventia_id == office.serventia_id, table.c.id == place.job_id)
        conn.execute(sa.update(table).where(*mine).values(**changes))
        row = dict(jobs.job_by_id(conn, office.serventia_id, place.job_id))
    else:
        conn.execute(sa.insert(db.job).values(**row))
    _cite(conn, office, p, place)
    _remember_minuta(conn, office, p, place, now)
    if row["tipo"] == "livro":  # its own word on the signatures counts from here on (N11)
        said = row["instrumento_fixado"]["assinaturas"]
        here = db.instrumento.c.id == place.instrumento_id
        values = {"assinaturas": said if said == "pendentes" else None, "primeira_assinatura": None}
        conn.execute(sa.update(db.instrumento).where(here).values(**values))
    return [*entries, *sealed, _registro(place.job_id, ACCEPTED, who, _detail(p, issued), _evidence(row))]


def hold(
    conn: Connection, office: Office, p: Prepared, who: Author, now: datetime, place: Place, blocker: questions.Text
) -> list[LogEntry]:
    """Hold the job of a prepared document for a person's answer; nothing of it is sealed. Return the log's lines."""
    state = AWAITING_XA if blocker.tipo == "xa" else AWAITING_SELO
    row = _row(conn, office, p, place, who, now)
    conn.execute(sa.insert(db.job).values(**row | {"estado": state, "vence_em": None}))
    asked = questions.ask(conn, office, place.job_id, place.documento_id, blocker, now)
    what = {"pergunta": blocker.tipo, "selos": list(blocker.selos)}
    return [asked, _registro(place.job_id, state, who, what, _evidence(row))]


def _evidence(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the log keeps of a job as it was taken, or held (A6)."""
    whole = dict.fromkeys(db.job.c.keys()) | row
    return evidence(JOB, whole, viva=bool(whole["viva"]), fila=whole["fila"], bandeja=whole["bandeja"])


def _registro(job_id: str, state: str, who: Author, detalhe: Mapping[str, Any], kept: Mapping[str, Any]) -> LogEntry:
    return LogEntry("job", job_id, state, who.pessoa, who.sistema, who.endereco, detalhe, kept)


def _detail(p: Prepared, issued: list[IssuedSelo]) -> dict[str, Any]:
    what: dict[str, Any] = {"documento": p.plan.identity.chave, "paginas": p.layout.paginas}
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
    """Return the warning that the court may refuse the document's seals for the certificate that signs them (T4)."""
    why = office.certificado.out_of_validity(now) if p.plan.selos else None
    return [] if why is None else [{"campo": "certificado", "mensagem": f"{why}: o tribunal pode recusar os selos."}]


def _row(conn: Connection, office: Office, p: Prepared, place: Place, who: Author, now: datetime) -> dict[str, Any]:
    """Return the job's row, but for its state and what its seals bring."""
    sid = office.serventia_id
    instrumento = p.plan.instrumento
    fixed = None
    fields = dict(p.plan.identity.campos)
    if p.taken and instrumento is not None:
        instrumento = with_last_folha(instrumento, p.taken)
        fields["folha_final"] = instrumento.folha_final
    if p.pedido.documento.tipo == "livro" and instrumento is not None:
        kept = instrumento.model_dump(mode="json", exclude_none=True)
        fixed = bodies.store_bodies(conn, sid, kept)
    livro, folha = _address(p)
    return {
        "id": place.job_id,
        "serventia_id": sid,
        "documento_id": place.documento_id,
        "instrumento_id": place.instrumento_id,
        "tipo": p.pedido.documento.tipo,
        "imprimir": getattr(p.pedido.documento, "imprimir", True),
        "pedido": bodies.store_bodies(conn, sid, place.dados),
        "campos": fields,
        "escrevente": who.pessoa,
        "subscritor": p.subscritor.usuario,
        "chave_id": who.chave_id,
        "sistema": who.sistema,
        "resumo": place.resumo,
        "formato": p.formato.nome,
        "formato_versao": p.formato.versao,
        "composicao": compose.store(conn, office, p.composicao.pedido),
        "layout": p.layout.hash,
        "paginas": p.layout.paginas,
        "instrumento_fixado": fixed,
        "avisos": [
            *({"campo": each.campo, "mensagem": each.mensagem} for each in (*p.pedido.avisos, *p.plan.avisos)),
            *({"campo": each.campo, "mensagem": each.mensagem} for each in p.layout.avisos),
            *_from_certificate(office, p, now),
        ],
        "substitui": p.plan.substitui,
        "livro": livro,
        "folha": folha,
        "fila": p.fila["nome"],
        "copias": p.pedido.copias,
        "bandeja": p.pedido.bandeja,
        "faces": p.faces,
        "criado_em": now,
    }


def _address(p: Prepared) -> tuple[str | None, str | None]:
    """Return the livro and first folha that a document is found by, normalised (X0)."""
    fields = p.plan.identity.campos
    livro, folha = fields.get("livro"), fields.get("folha_inicial")
    return (normalize(str(livro)) if livro else None, str(int(folha)) if folha else None)


def _occupy_folhas(conn: Connection, office: Office, p: Prepared, place: Place) -> None:
    """Take the sides of the livro's folhas; refuse those that another holds (X0)."""
    if p.pedido.documento.tipo != "livro" or not p.taken:
        return
    table = db.folha_lado
    livro, _ = _address(p)
    held = conn.execute(
        sa.select(table.c.folha, table.c.lado, table.c.estado, db.documento.c.chave)
        .join(db.documento, db.documento.c.id == table.c.documento_id)
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.livro == livro,
            table.c.folha.in_(sorted({side.folha for side in p.taken})),
            table.c.estado != "livre",
        )
    )
    occupied = {FolhaSide(row.folha, row.lado): "" if row.estado == "inutilizada" else row.chave for row in held}
    check_occupied(p.plan.identity, p.taken, occupied)
    conn.execute(
        sa.insert(table),
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


def _use_sheets(conn: Connection, office: Office, p: Prepared, place: Place, who: Author, now: datetime) -> None:
    """Record the sheets of security paper (P5)."""
    if not p.papeis:
        return
    check_sheets(conn, office, p)
    table = db.papel
    rows = [
        {
            "serventia_id": office.serventia_id,
            "numero": number,
            "job_id": place.job_id,
            "folha": sheet,
            "estado": "usado",
            "quem": who.pessoa,
            "quando": now,
        }
        for sheet, number in enumerate(p.papeis, 1)
    ]
    conn.execute(sa.insert(table), rows)


def check_sheets(conn: Connection, office: Office, p: Prepared, of_document: int | None = None) -> None:
    """Refuse numbers that stand on another print, or were spoiled (P5); those of the document `of_document` pass."""
    table, job = db.papel, db.job
    used = sa.select(table.c.numero).where(table.c.serventia_id == office.serventia_id, table.c.numero.in_(p.papeis))
    if of_document is not None:
        own = sa.select(job.c.id).where(job.c.serventia_id == office.serventia_id, job.c.documento_id == of_document)
        used = used.where(table.c.job_id.is_(None) | table.c.job_id.not_in(own))
    if taken := sorted(conn.execute(used).scalars()):
        raise Recusa(
            "papel-ja-usado",
            f"papel_seguranca: já usados ou inutilizados: {', '.join(taken)}. "
            "Mande o trabalho com os números das folhas que estão na bandeja.",
        )


def _replace(conn: Connection, office: Office, p: Prepared, place: Place, who: Author) -> list[LogEntry]:
    """Mark the print whose seal this one names as replaced (X8); its seal is neither excluded nor rectified.

    Raises `Recusa` `entrada-invalida` if another live print has replaced it already.
    """
    if p.plan.substitui is None:
        return []
    job = db.job
    old = jobs.job_do_selo(conn, office.serventia_id, p.plan.substitui)
    if old["substituido_por"] and jobs.job_by_id(conn, office.serventia_id, old["substituido_por"])["viva"]:
        raise invalid_input(
            "documento.substitui", f"este selo já foi substituído, pelo trabalho {old['substituido_por']}"
        )
    changes: dict[str, Any] = {"substituido_por": place.job_id}
    if old["documento_id"] == place.documento_id:
        changes["viva"] = False  # the new print is now the document's one
    conn.execute(sa.update(job).where(job.c.n == old["n"]).values(**changes))
    reason = getattr(p.pedido.documento, "motivo", None)
    what = {"substituido_por": place.job_id, "motivo": reason}
    return [_registro(old["id"], old["estado"], who, what, change_proof(**changes))]


def _cite(conn: Connection, office: Office, p: Prepared, place: Place) -> None:
    """Remember that this copy was made from the livro with that principal seal (X6)."""
    principal = p.plan.selo_livro
    if principal is not None and not principal.externo:
        row = {"serventia_id": office.serventia_id, "codigo": principal.codigo, "job_id": place.job_id}
        conn.execute(sa.insert(db.citacao).values(**row))


def _remember_minuta(conn: Connection, office: Office, p: Prepared, place: Place, now: datetime) -> None:
    """Keep the instrumento as its newest minuta has it: references are made from it until the livro stands (N8)."""
    instrumento = getattr(p.pedido.documento, "instrumento", None)
    if p.pedido.documento.tipo != "minuta" or instrumento is None or place.instrumento_id is None:
        return
    kept = bodies.store_bodies(conn, office.serventia_id, instrumento.model_dump(mode="json", exclude_none=True))
    table = db.instrumento
    conn.execute(sa.update(table).where(table.c.id == place.instrumento_id).values(minuta=kept, minuta_em=now))
