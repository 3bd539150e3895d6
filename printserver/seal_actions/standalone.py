"""A seal without a print: an act made elsewhere, or one not printed by this server (N12)."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from printserver.clock import local_date
from printserver.documents import (
    OBJECT,
    OBJECT_OR_OTHER,
    OTHER,
    CodigoDoAto,
    Data,
    Identifier,
    Parte,
    PlannedSelo,
    Reason,
    Text,
    Value,
    ato_moment,
    read,
    require_initials,
)
from printserver.ledger import Call, Outcome, do_once, seals
from printserver.office import Act, Author, Office, acting, people
from printserver.seal_actions.common import (
    BUSY,
    act_as,
    note_date_reason,
    placement,
    price_day,
    resolve_value,
)
from printserver.selo import NewSelo


class SeloAvulso(Value):
    """`POST /selos`."""

    value_required: ClassVar[bool] = True

    natureza: Literal[1, 2] = 1
    ato: CodigoDoAto
    identificador: Identifier
    descricao: Text | None = None
    data: Data | None = None
    motivo_data: Reason | None = None
    partes: Annotated[
        tuple[Annotated[Annotated[Parte, OBJECT] | Annotated[Text, OTHER], OBJECT_OR_OTHER], ...],
        Field(max_length=1000),
    ] = ()
    escrevente: Text


def _names(request: SeloAvulso) -> tuple[str, ...]:
    """Return the parties' names. Raises `Recusa` `entrada-invalida` for one without initials (S6)."""
    return require_initials(
        [
            (party, f"partes.{n}") if isinstance(party, str) else (party.nome, f"partes.{n}.nome")
            for n, party in enumerate(request.partes)
        ]
    )


def seal(office: Office, author: Author, data: object, key: str | None = None) -> tuple[str, bool]:
    """Issue a seal without a print. Return its code, and whether the key had already issued it.

    Raises `Recusa` `entrada-invalida`, `data-do-ato` (S7), `servico-a-confirmar`, `escrevente-desconhecido`,
    `sem-permissao`.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            return call.done(act, made=_seal(act, read(SeloAvulso, data)))

    outcome, repeated = do_once(office, author, "POST /api/v1/selos", data, key, make, BUSY)
    return str(outcome.feito), repeated


def simulate(office: Office, author: Author, data: object) -> NewSelo:
    """Return the seal that `seal` would issue, without writing. Raises as `seal`."""
    people.require_right(author, "selos")
    return _plan(office, read(SeloAvulso, data), office.clock())


def _seal(act: Act, request: SeloAvulso) -> str:
    act_as(act, request.escrevente)
    planned = PlannedSelo(_plan(act.office, request, act.now))
    issued = seals.seal(act, [planned], placement("avulso", request.identificador))
    note_date_reason(act, request.motivo_data)
    return issued[0].codigo


def _plan(office: Office, request: SeloAvulso, now: datetime) -> NewSelo:
    ato = office.atos.check(request.ato, natureza=request.natureza, field="ato", demonstracao=office.demonstracao)
    moment = ato_moment(request.data, request.motivo_data, now, field="selo")
    day = price_day(request.natureza, local_date(moment), now)
    emolumentos, isento, reason = resolve_value(office, request, request.natureza, day)
    return NewSelo(
        natureza=request.natureza,
        ato=request.ato,
        descricao=request.descricao or ato.descricao,
        identificador=request.identificador,
        partes=_names(request),
        momento=moment,
        emolumentos=emolumentos,
        isento=isento,
        motivo_isencao=reason,
        iss_a_parte=ato.iss_a_parte,
    )
