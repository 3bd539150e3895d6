"""The menu *Selo Digital* of a record of Registro Civil: all its seals, and the exclusion of those marked (C21)."""

from typing import Annotated, Final

import sqlalchemy as sa
from pydantic import AfterValidator, Field
from sqlalchemy.engine import Connection

from printserver import db, jobs
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
from printserver.documents import CodigoDoSelo, check_at_least_one, normalize, read
from printserver.errors import BadField, Recusa
from printserver.jobs.requests import Exclusao
from printserver.ledger import Call, Job, Outcome, Seal, do_once, live_selo, printed_selo
from printserver.office import Author, Office, acting_author, people
from printserver.seal_actions.common import BUSY, require_within_term
from printserver.selo import EXCLUSION

CERTIDAO: Final = "certidao_civil"  # what a seal for the exchange is on


class ExclusaoDoRegistro(Exclusao):
    """`POST /registros/{id}/selos/excluir`: which seals, and why (C21)."""

    selos: Annotated[tuple[CodigoDoSelo, ...], Field(max_length=500), AfterValidator(check_at_least_one)]


def list_seals(office: Office, record_id: str) -> JsonObject:
    """Return every seal of the record: of its assento, certidões, averbações and habilitação, oldest first (C21).

    `record_id` is the `id` of an assento, else a processo. Each seal has its document, and until when it can be
    excluded. Raises `Recusa` `nao-encontrado`.
    """
    with office.db.read() as conn:
        records = _records(conn, office.serventia_id, record_id)
        items = [_item(conn, office, seal, job) for seal, job in _seals(conn, office.serventia_id, records)]
        return {"id": record_id, "registro": _assento(records), "itens": items}


def exclude_marked(
    office: Office, author: Author, record_id: str, data: object, key: str | None = None
) -> tuple[JsonObject, bool]:
    """Make the XA of the marked seals of a record, all or none; nothing is printed (C21). Return the record's seals.

    Raises `Recusa` `selo-de-outro-registro`, `ja-excluido`, `prazo-xa-encerrado`, `impressao-em-andamento`.
    """
    people.require_right(author, "responder")

    def make(call: Call) -> Outcome:
        request = read(ExclusaoDoRegistro, data)
        with office.db.read() as conn:
            records = _records(conn, office.serventia_id, record_id)
            found = {seal.codigo: (seal, job) for seal, job in _seals(conn, office.serventia_id, records)}
        marked = [_marked(codigo, n, found) for n, codigo in enumerate(request.selos)]
        answer = Exclusao.model_validate(request.model_dump(exclude={"selos"}))
        prints = list(dict.fromkeys(job.id for _seal, job in marked if job is not None))
        sent = [seal for seal, job in marked if job is None]
        for seal in sent:  # of the exchange: no print of it is checked below
            until = office.rules.terms.xa_until(CERTIDAO, seal.momento)
            papel = _role(office, author, request.escrevente)
            require_within_term(seal, until, office.clock(), papel, request.fora_do_prazo, "a exclusão")
        also = [live_selo(seal) for seal in sent]
        return jobs.exclude_prints(office, call, prints, answer, list(request.selos), also)

    _, repeated = do_once(office, author, f"POST /api/v1/registros/{record_id}/selos/excluir", data, key, make, BUSY)
    return list_seals(office, record_id), repeated


def _role(office: Office, author: Author, escrevente: str) -> str | None:
    with office.db.read() as conn:
        return acting_author(conn, office, author, escrevente, "responder").papel


def _marked(codigo: str, n: int, found: dict[str, tuple[Seal, Job | None]]) -> tuple[Seal, Job | None]:
    """Return a marked seal and its print. Raises `Recusa` for one of another record, or not live."""
    if codigo not in found:
        mensagem = f"o selo {codigo} não é deste registro"
        raise Recusa("selo-de-outro-registro", f"selos.{n}: {mensagem}.", errors=[BadField(f"selos.{n}", mensagem)])
    seal, job = found[codigo]
    if not seal.vivo:
        raise Recusa("ja-excluido", f"selos.{n}: o selo {codigo} já foi excluído ou retificado.")
    return seal, job


def _records(conn: Connection, serventia_id: int, record_id: str) -> list[sa.RowMapping]:
    """Return the rows of the record and of the habilitação that it rests on."""
    table = db.instrumento
    wanted = normalize(record_id)
    keys = [f"assento:{wanted}", f"processo:{wanted}"]
    query = sa.select(table).where(table.c.serventia_id == serventia_id).order_by(table.c.id)
    found = list(conn.execute(query.where(table.c.chave.in_(keys))).mappings())
    found = [row for row in found if row["chave"] == keys[0]] or found  # an assento before a processo of that name
    if not found:
        raise Recusa("nao-encontrado", f"Não há registro {record_id!r} neste servidor.")
    own = [f"processo:{row['processo']}" for row in found if row["processo"]]
    known = {row["id"] for row in found}
    return found + [
        row for row in conn.execute(query.where(table.c.chave.in_(own))).mappings() if row["id"] not in known
    ]


def _assento(records: list[sa.RowMapping]) -> JsonObject | None:
    for row in records:
        if row["registro"] is not None:
            return {
                "especie": row["registro"]["especie"],
                "matricula": row["matricula"],
                "registrados": [each["nome"] for each in row["registro"]["registrados"]],
            }
    return None


def _seals(conn: Connection, serventia_id: int, records: list[sa.RowMapping]) -> list[tuple[Seal, Job | None]]:
    """Return the record's seals, each with its print; one for the exchange has none."""
    table, job = db.selo, db.job
    query = (
        sa.select(table)
        .where(
            table.c.serventia_id == serventia_id,
            table.c.instrumento_id.in_([row["id"] for row in records]),
            table.c.ato != EXCLUSION,
        )
        .order_by(table.c.id)
    )
    seals = [Seal.from_row(row) for row in conn.execute(query).mappings()]
    ids = {seal.job_id for seal in seals if seal.job_id is not None}
    prints = conn.execute(sa.select(job).where(job.c.serventia_id == serventia_id, job.c.id.in_(ids))).mappings()
    by_id = {row["id"]: Job.from_row(row) for row in prints}
    return [(seal, by_id.get(seal.job_id or "")) for seal in seals]


def _item(conn: Connection, office: Office, seal: Seal, job: Job | None) -> JsonObject:
    return printed_selo(conn, office.serventia_id, seal) | {
        "job": job.id if job is not None else None,
        "documento": dict(job.campos) if job is not None else None,
        "desatualizado": job is not None and job.desatualizado,
        "momento": rfc3339(seal.momento),
        "xa_ate": rfc3339(office.rules.terms.xa_until(job.tipo if job is not None else CERTIDAO, seal.momento)),
    }
