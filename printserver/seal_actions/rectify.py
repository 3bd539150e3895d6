"""Rectification of a seal (R1): a new seal with another type, date, value or identifier replaces it."""

from dataclasses import replace
from datetime import datetime

from pydantic import model_validator
from sqlalchemy.engine import Connection

from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.documents import (
    Boolean,
    CodigoDoAto,
    Data,
    Identifier,
    Reason,
    Text,
    Value,
    ato_moment,
    field_error,
    read,
)
from printserver.errors import invalid_input
from printserver.ledger import Call, Outcome, Seal, do_once, seal_view, seals
from printserver.office import Author, Office, acting, acting_author, people
from printserver.seal_actions.common import (
    BUSY,
    act_as,
    as_new,
    office_selo,
    placement,
    price_day,
    require_live,
    require_within_term,
    resolve_value,
)
from printserver.selo import NewSelo


class Retificacao(Value):
    """`POST /selos/{codigo}/retificacao`: the corrected values."""

    data: Data | None = None
    ato: CodigoDoAto | None = None
    identificador: Identifier | None = None
    motivo: Reason
    fora_do_prazo: Boolean = False  # in addition to the contract: for type and identifier past their term (X4)
    escrevente: Text

    @model_validator(mode="after")
    def _something_changes(self) -> "Retificacao":
        if self.data is None and self.ato is None and self.identificador is None and not self.has_value:
            raise field_error("diga o que se retifica: data, ato, identificador ou valor", "data")
        return self


def rectify_selo(office: Office, author: Author, codigo: str, data: object, key: str | None = None) -> tuple[str, bool]:
    """Issue the retificador of a live seal. Return its code, and whether the key had already issued it.

    Raises `Recusa` `ja-excluido`, `selo-ja-retificado`, `prazo-xa-encerrado` (type and identifier, X4), `data-do-ato`,
    `entrada-invalida` (R3: only date and value of a paper seal), `nao-encontrado` and as `standalone.seal`.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            request = read(Retificacao, data)
            who = act_as(act, request.escrevente)
            old, new_selo = _plan(act.conn, office, who, codigo, request, act.now)
            if new_selo.identificador != old.identificador and old.job_id is None:
                place = placement(old.origem, request.identificador or "")
                old = replace(
                    old, livro=place.livro, folha_inicial=place.folha, termo=place.termo, matricula=place.matricula
                )
            issued = seals.rectify_selo(act, [(old, new_selo)], request.motivo)
            return call.done(act, made=issued[0].codigo)

    outcome, repeated = do_once(office, author, f"POST /api/v1/selos/{codigo}/retificacao", data, key, make, BUSY)
    return str(outcome.feito), repeated


def simulate(office: Office, author: Author, codigo: str, data: object) -> tuple[NewSelo, NewSelo]:
    """Return the current seal and its retificador without writing. Raises as `rectify_selo`."""
    people.require_right(author, "selos")
    request = read(Retificacao, data)
    with office.db.read() as conn:
        who = acting_author(conn, office, author, request.escrevente, "selos")
        seal, new_selo = _plan(conn, office, who, codigo, request, office.clock())
        return as_new(seal), new_selo


def _plan(
    conn: Connection, office: Office, who: Author, codigo: str, request: Retificacao, now: datetime
) -> tuple[Seal, NewSelo]:
    """Return the seal and its planned retificador. Raises as `rectify_selo`."""
    seal = office_selo(conn, office, codigo)
    require_live(seal)
    changed = _changed(office, request, seal, now)
    if {"ato", "identificador"} & set(changed):
        until = office.rules.terms.rectification_until(seal_view.document_kind(conn, seal), seal.momento)
        require_within_term(
            seal, until, now, who.papel, request.fora_do_prazo, "a retificação do tipo ou do identificador"
        )
    if request.data is not None:
        changed["momento"] = ato_moment(request.data, request.motivo, now, field="retificacao")
    new_selo = as_new(seal, **changed)
    if new_selo == as_new(seal):
        raise invalid_input("corpo", "nada muda: o selo já tem estes dados")
    return seal, new_selo


def _changed(office: Office, request: Retificacao, seal: Seal, now: datetime) -> JsonObject:
    changed: JsonObject = {}
    old = office.atos.get(seal.ato, seal.natureza)
    hibrido = old is not None and old.hibrido
    for name in ("ato", "identificador"):
        value = getattr(request, name)
        if value is None or value == getattr(seal, name):
            continue
        if hibrido:
            raise invalid_input(name, "de um selo de papel (híbrido) só se retificam a data e o valor")
        changed[name] = value
    if "ato" in changed:
        kind = office.atos.check(
            changed["ato"], natureza=seal.natureza, field="ato", retifica=True, demonstracao=office.demonstracao
        )
        if kind.so_retificador:
            raise invalid_input("ato", "a exclusão se faz pela chamada própria: /xa")
        changed |= {"descricao": kind.descricao, "iss_a_parte": kind.iss_a_parte}
    if request.has_value:
        day = price_day(seal.natureza, request.data or local_date(seal.momento), now)
        emolumentos, isento, reason = resolve_value(office, request, seal.natureza, day)
        changed |= {"emolumentos": emolumentos, "isento": isento, "motivo_isencao": reason}
        if old is not None and "ato" not in changed:
            changed["iss_a_parte"] = old.iss_a_parte  # D1: also if the seal has reported no ISS so far
    return changed
