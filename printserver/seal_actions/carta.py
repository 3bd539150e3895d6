"""The carta de sentença (N10): a seal of zero value, the vinculador of its certidão's and autenticações' seals."""

from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.documents import (
    OBJECT,
    OBJECT_OR_OTHER,
    OTHER,
    CodigoDoSelo,
    Data,
    Identifier,
    Integer,
    PlannedSelo,
    Reason,
    RequestModel,
    Text,
    Value,
    ato_moment,
    read,
)
from printserver.errors import invalid_input
from printserver.ledger import Call, Outcome, do_once, seals
from printserver.office import Act, Author, Office, acting, people
from printserver.seal_actions.common import (
    BUSY,
    act_as,
    newest_code,
    note_date_reason,
    resolve_value,
)
from printserver.seal_actions.link import write_links
from printserver.selo import Emolumentos, NewSelo

ATO = "CS"
CERTIDAO_ATO = "CE"
AUTHENTICATION_ATO = "AU"
LARGEST_RANGE = 500
_REASON = "carta de sentença: o valor está nos selos vinculados"


class _ValorDaCertidao(Value):
    value_required = True


class Faixa(RequestModel):
    """A range of paper seals, already reported or loaded."""

    serie: Annotated[str, Field(pattern=r"^[0-9A-Z]{6}$")]
    de: Annotated[Integer, Field(ge=1, le=9_999_999)]
    ate: Annotated[Integer, Field(ge=1, le=9_999_999)]


class Carta(RequestModel):
    """`POST /cartas-de-sentenca`. `certidao` is the code of its seal, or the VALUE of one to issue."""

    identificador: Identifier
    data: Data | None = None
    motivo_data: Reason | None = None
    certidao: Annotated[
        Annotated[_ValorDaCertidao, OBJECT] | Annotated[CodigoDoSelo, OTHER],
        OBJECT_OR_OTHER,
    ]
    autenticacoes: Annotated[
        Annotated[Faixa, OBJECT] | Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000), OTHER],
        OBJECT_OR_OTHER,
    ] = ()
    escrevente: Text


def make_carta(office: Office, author: Author, data: object, key: str | None = None) -> tuple[JsonObject, bool]:
    """Issue the seal of a carta de sentença, that of its certidão if a VALUE is given, and the links.

    All in one transaction. Return the codes, and whether the key had already issued them. Raises `Recusa` as
    `standalone.seal` and `link.link_selos`.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            request = read(Carta, data)
            act_as(act, request.escrevente)
            issued = seals.seal(act, _plan(act, request), seals.Place(None, None, None, origem="carta"))
            note_date_reason(act, request.motivo_data)
            carta, *made = [issued_selo.codigo for issued_selo in issued]
            certidao = request.certidao if isinstance(request.certidao, str) else made[0]
            copies = _authentications(act.conn, office, request.autenticacoes)
            write_links(act, carta, (certidao, *copies))
            return call.done(act, made={"codigo": carta, "certidao": certidao, "autenticacoes": list(copies)})

    outcome, repeated = do_once(office, author, "POST /api/v1/cartas-de-sentenca", data, key, make, BUSY)
    return dict(outcome.feito), repeated


def _plan(act: Act, request: Carta) -> list[PlannedSelo]:
    """Return the carta's seal, and that of its certidão if a VALUE is given."""
    moment = ato_moment(request.data, request.motivo_data, act.now, field="carta")

    def new_selo(ato: str, emolumentos: Emolumentos, isento: bool, reason: str | None) -> PlannedSelo:
        kind = act.office.atos.check(ato, natureza=1, field="ato")
        return PlannedSelo(
            NewSelo(1, ato, kind.descricao, request.identificador, (), moment, emolumentos, isento, reason)
        )

    planned = [new_selo(ATO, Emolumentos.zero(), True, _REASON)]
    if not isinstance(request.certidao, str):
        value = resolve_value(act.office, request.certidao, 1, local_date(act.now), "certidao.")
        planned.append(new_selo(CERTIDAO_ATO, *value))
    return planned


def _authentications(conn: Connection, office: Office, named: tuple[str, ...] | Faixa) -> tuple[str, ...]:
    if isinstance(named, tuple):
        return named
    if named.ate < named.de or named.ate - named.de >= LARGEST_RANGE:
        raise invalid_input("autenticacoes", f"dê de e ate em ordem, no máximo {LARGEST_RANGE} selos")
    table = db.selo_papel
    query = sa.select(table.c.numero, table.c.codigo).where(
        table.c.serventia_id == office.serventia_id,
        table.c.ato == AUTHENTICATION_ATO,
        table.c.serie == named.serie,
        table.c.numero.between(named.de, named.ate),
        table.c.codigo.is_not(None),
    )
    found = {row.numero: row.codigo for row in conn.execute(query)}
    missing = [n for n in range(named.de, named.ate + 1) if n not in found]
    if missing:
        raise invalid_input(
            "autenticacoes",
            f"estes selos de papel da série {named.serie} ainda não foram comunicados daqui: "
            f"{', '.join(f'{n:07}' for n in missing[:10])}. Faça antes a carga deles.",
        )
    return tuple(newest_code(conn, office, found[n]) for n in range(named.de, named.ate + 1))
