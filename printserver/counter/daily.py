"""Daily seals (D1–D3): one for each day and type, with the day's total; a new total rectifies it."""

from datetime import date, datetime
from statistics import median
from typing import Final, Literal, Self, get_args

import sqlalchemy as sa
from pydantic import model_validator

from printserver import db
from printserver.clock import local_date
from printserver.documents import (
    Data,
    PlannedSelo,
    Reason,
    Text,
    Value,
    ato_moment,
    field_error,
    read,
    refuse_empty_date,
)
from printserver.errors import BadField, Recusa, invalid_input
from printserver.ledger import Call, Outcome, Seal, do_once, seals
from printserver.office import Act, Author, Office, acting, people
from printserver.seal_actions import (
    BUSY,
    act_as,
    as_new,
    confirmed_ato,
    newest_code,
    note_date_reason,
    office_selo,
    resolve_value,
)
from printserver.selo import (
    COMPONENTS,
    EXCLUSION,
    ZERO,
    AtoType,
    Emolumentos,
    NewSelo,
    Reais,
    format_reais,
    from_centavos,
)

Kind = Literal["fotocopia", "cenad"]
DIARIO_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Diario(Value):
    """`POST /diarios`: the day's total so far, without the ISS; or a VALUE with its components.

    `iss` absent: the day's seal keeps its ISS (A7); 0.00 removes it.
    """

    tipo: Kind
    data: Data
    total: Reais | None = None
    iss: Reais | None = None
    motivo: Reason | None = None
    escrevente: Text

    @model_validator(mode="after")
    def _total_or_value(self) -> Self:
        if self.isento:
            raise field_error("o selo do dia não é isento: sem cópias não há selo", "isento")
        if self.charged is None and self.total is None:
            raise field_error("falta o total do dia, ou o valor: emolumentos, servico ou servicos", "total")
        if self.total == ZERO:
            raise field_error("o total do dia não pode ser zero: sem cópias não há selo do dia", "total")
        return self


def enter_total(office: Office, author: Author, data: object, key: str | None = None) -> tuple[str, bool]:
    """Issue the day's seal, or the retificador with the new total. Return its code, and whether the key already had.

    A total without components becomes the tabelião's component; the ISS is separate. An equal value changes nothing.
    Raises `Recusa` `data-do-ato`, `entrada-invalida` (a smaller total than before without `motivo`),
    `servico-a-confirmar`, and `ja-excluido` if the day's seal was excluded and there is no `motivo` for another.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            return call.done(act, made=_enter_total(act, read(Diario, data)))

    outcome, repeated = do_once(office, author, "POST /api/v1/diarios", data, key, make, BUSY)
    return str(outcome.feito), repeated


def _enter_total(act: Act, request: Diario) -> str:
    conn, office = act.conn, act.office
    act_as(act, request.escrevente)
    ato = _ato(office, request.tipo)
    table = db.diario
    mine = (table.c.serventia_id == office.serventia_id, table.c.tipo == request.tipo, table.c.dia == request.data)
    known = conn.execute(sa.select(table.c.codigo).where(*mine).with_for_update()).scalar_one_or_none()
    newest = None if known is None else office_selo(conn, office, newest_code(conn, office, known))
    live = newest if newest is not None and newest.ato != EXCLUSION else None
    emolumentos = _emolumentos(act, request, live)
    if live is not None:
        return _new_total(act, request, live, ato, emolumentos)
    if newest is not None and request.motivo is None:
        raise Recusa(
            "ja-excluido",
            f"O selo do dia {request.data:%d/%m/%Y} foi excluído (XA). Para fazer outro, diga o motivo.",
        )
    codigo = _first(act, request, ato, emolumentos)
    if newest is None:
        row = {"serventia_id": office.serventia_id, "tipo": request.tipo, "dia": request.data, "codigo": codigo}
        conn.execute(sa.insert(table).values(**row))
    else:
        conn.execute(sa.update(table).where(*mine).values(codigo=codigo))
    return codigo


def of_day(office: Office, day: date) -> dict[Kind, str | None]:
    """Return by type the code of the newest seal of a day's chain, including an XA; None if there is none."""
    table = db.diario
    with office.db.read() as conn:
        query = sa.select(table.c.tipo, table.c.codigo).where(
            table.c.serventia_id == office.serventia_id, table.c.dia == day
        )
        found = {row.tipo: newest_code(conn, office, row.codigo) for row in conn.execute(query)}
    return {kind: found.get(kind) for kind in DIARIO_KINDS}


def usual(office: Office, kind: Kind, day: date) -> int | None:
    """Return the median, in centavos and without ISS, of the last ten days of that type before `day`.

    None if there are fewer than three such days.
    """
    table = db.diario
    mine = (table.c.serventia_id == office.serventia_id, table.c.tipo == kind, table.c.dia < day)
    with office.db.read() as conn:
        codes = conn.execute(sa.select(table.c.codigo).where(*mine).order_by(table.c.dia.desc()).limit(10)).scalars()
        newest = [newest_code(conn, office, code) for code in codes.all()]
        selo = db.selo
        query = sa.select(selo.c.emolumentos).where(
            selo.c.serventia_id == office.serventia_id, selo.c.codigo.in_(newest), selo.c.ato != EXCLUSION
        )
        totals = [sum(fees.values()) - fees["iss"] for fees in conn.execute(query).scalars()]
    return int(median(totals)) if len(totals) >= 3 else None


def _ato(office: Office, kind: Kind) -> AtoType:
    setting = f"diarios.{kind}"
    ato = confirmed_ato(office, getattr(office.settings.diarios, kind), setting, hibrido=False)
    if kind == "fotocopia" and not ato.iss_a_parte:
        raise invalid_input(setting, f"o ato {ato.codigo} não tem iss_a_parte em atos.toml (D1)")
    return ato


def _emolumentos(act: Act, request: Diario, before: Seal | None) -> Emolumentos:
    """Return the components: those of the VALUE, which total and ISS must match where they are given too.

    With only a total and no ISS, the ISS of the day's current seal (`before`) is kept.
    """
    if request.charged is None:
        zeros = dict.fromkeys(COMPONENTS, ZERO)
        kept = ZERO if before is None else from_centavos(before.emolumentos["iss"])
        iss = kept if request.iss is None else request.iss
        return Emolumentos(**zeros | {"tabeliao": request.total or ZERO, "iss": iss})
    emolumentos = resolve_value(act.office, request, 1, local_date(act.now))[0]
    total = emolumentos.total_do_selo(True)
    for name, given, is_ in (("total", request.total, total), ("iss", request.iss, emolumentos.iss)):
        if given is not None and given != is_:
            raise invalid_input(name, f"difere do valor dado, em que é {format_reais(is_)}")
    if total == ZERO:
        raise invalid_input(str(request.charged), "o total do dia, sem o ISS, não pode ser zero")
    return emolumentos


def _first(act: Act, request: Diario, ato: AtoType, emolumentos: Emolumentos) -> str:
    new_selo = NewSelo(
        natureza=1,
        ato=ato.codigo,
        descricao=ato.descricao,
        identificador=f"{request.tipo}-{request.data.isoformat()}",
        partes=(),
        momento=_moment(request, act.now),
        emolumentos=emolumentos,
        iss_a_parte=ato.iss_a_parte,
    )
    issued = seals.seal(act, [PlannedSelo(new_selo)], seals.Place(None, None, None, origem="diario"))
    note_date_reason(act, request.motivo)
    return issued[0].codigo


def _moment(request: Diario, now: datetime) -> datetime:
    """Return the moment of the day's first seal (S7); a past day requires a `motivo`."""
    if request.data < local_date(now) and request.motivo is None:
        refuse_empty_date(request.data, None, field="data")
        text = f"o dia {request.data:%d/%m/%Y} já passou: diga o motivo de o selo ser feito só agora"
        raise Recusa("data-do-ato", f"motivo: {text}.", errors=[BadField("motivo", text)])
    return ato_moment(request.data, request.motivo, now, field="diario")


def _new_total(act: Act, request: Diario, seal: Seal, ato: AtoType, emolumentos: Emolumentos) -> str:
    if emolumentos == seal.fees:
        return seal.codigo
    before = seal.fees.total_do_selo(True)
    if emolumentos.total_do_selo(True) < before and request.motivo is None:
        raise invalid_input("motivo", f"o total do dia já era {format_reais(before)}: para diminuí-lo, diga o motivo")
    new_selo = as_new(seal, emolumentos=emolumentos, iss_a_parte=ato.iss_a_parte, isento=False, motivo_isencao=None)
    return seals.rectify_selo(act, [(seal, new_selo)], request.motivo or "novo total do dia")[0].codigo
