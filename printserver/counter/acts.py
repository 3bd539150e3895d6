"""Acts at the counter, each with a numbered paper seal: recorded, reversed, listed (H1, H2)."""

import re
from datetime import date, timedelta
from typing import Annotated, ClassVar

import sqlalchemy as sa
from pydantic import AfterValidator, Field, Strict
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.common.data import JsonObject, Row
from printserver.counter import paper_seals
from printserver.court import CARREGADO, ESTORNADO, WAITING
from printserver.documents import Boolean, CodigoDoAto, Data, Reason, RequestModel, Text, Value, field_error, read
from printserver.errors import Recusa, invalid_input
from printserver.ledger import Call, Outcome, do_once
from printserver.office import Act, Author, Office, acting, people, ready
from printserver.seal_actions import BUSY, act_as, confirmed_ato, resolve_value
from printserver.selo import PaperSeal, centavos, parse_paper_seal

PAGE = 200
_NUMBER = re.compile(r"[0-9]{1,18}")
SEPARATORS = str.maketrans("", "", " .-/\t\r\n")


def _paper_seal(text: str) -> str:
    try:
        return str(parse_paper_seal(text.upper().translate(SEPARATORS)))
    except ValueError:
        raise field_error(f"o selo de papel se escreve como AU0371AJ 0979007; não se entende {text!r}") from None


# As typed or scanned: with or without blanks, hyphens and points.
PaperSealText = Annotated[str, Strict(), Field(max_length=40), AfterValidator(_paper_seal)]


class AtoDeBalcao(Value):
    """`POST /atos-de-balcao`. `papel` is the text of the paper seal, as AU0371AJ 0979007."""

    value_required: ClassVar[bool] = True

    ato: CodigoDoAto
    papel: PaperSealText
    data: Data | None = None
    escrevente: Text


class Estorno(RequestModel):
    """`POST /atos-de-balcao/{id}/estorno`. `papel_inutilizado` false: the number was recorded incorrectly."""

    motivo: Reason
    papel_inutilizado: Boolean = True
    escrevente: Text


def register(office: Office, author: Author, data: object, key: str | None = None) -> tuple[JsonObject, bool]:
    """Record an act at the counter, pending until the day's load. Return it, and whether the key had already done so.

    Raises `Recusa` `entrada-invalida`, `data-do-ato`, `hibrido-ja-comunicado`, `servico-a-confirmar`.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            ready.require_work(act.conn, office)
            return call.done(act, made=_register(act, read(AtoDeBalcao, data)))

    outcome, repeated = do_once(office, author, "POST /api/v1/atos-de-balcao", data, key, make, BUSY)
    return look_up(office, outcome.feito), repeated


def _register(act: Act, request: AtoDeBalcao) -> int:
    office = act.office
    who = act_as(act, request.escrevente)
    confirmed_ato(office, request.ato, "ato", hibrido=True)
    papel = parse_paper_seal(request.papel)
    if papel.ato != request.ato:
        raise invalid_input("papel", f"o selo de papel é de {papel.ato}, o ato é {request.ato}")
    day = paper_seals.require_until_today(request.data or local_date(act.now), act.now)
    paper_seals.refuse_seen(act, papel.ato, papel.serie, papel.numero, papel.numero)
    paper_seals.write(act, [papel], paper_seals.WAITING, day)
    emolumentos, isento, reason = resolve_value(office, request, 1, local_date(act.now))
    total = centavos(emolumentos.total)
    insert = sa.insert(db.ato_balcao).values(
        serventia_id=office.serventia_id,
        ato=papel.ato,
        serie=papel.serie,
        numero=papel.numero,
        data=day,
        isento=isento,
        motivo_isencao=reason,
        emolumentos=emolumentos.to_centavos(),
        total_centavos=total,
        estado=WAITING,
        escrevente=who.pessoa,
        sistema=who.sistema,
        criado_em=act.now,
    )
    number = int(act.conn.execute(insert.returning(db.ato_balcao.c.id)).scalar_one())
    what: dict[str, object] = {"papel": request.papel, "data": day.isoformat(), "total_centavos": total}
    what |= {"motivo_isencao": reason} if isento else {}
    act.log("balcao", str(number), WAITING, what)
    return number


def reverse(
    office: Office, author: Author, numero: str, data: object, key: str | None = None
) -> tuple[JsonObject, bool]:
    """Reverse a pending act: it is left out of the load (H2), and its paper seal is void by default.

    A paper seal that is not void (its number was recorded incorrectly) may be recorded again.

    Raises `Recusa` `nao-encontrado`, `estado-nao-permite` (already loaded: exclude its seal by XA; already reversed).
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            ready.require_work(act.conn, office)
            return call.done(act, made=_reverse(act, numero, read(Estorno, data)))

    outcome, repeated = do_once(office, author, f"POST /api/v1/atos-de-balcao/{numero}/estorno", data, key, make, BUSY)
    return look_up(office, outcome.feito), repeated


def _reverse(act: Act, numero: str, request: Estorno) -> int:
    who = act_as(act, request.escrevente)
    row = _row(act.conn, act.office, numero, lock=True)
    if row["estado"] != WAITING:
        raise Recusa(
            "estado-nao-permite",
            f"Este ato já foi {row['estado']}"
            + (f": exclua o selo {row['codigo']} (XA)." if row["estado"] == CARREGADO else "."),
        )
    note = {"motivo": request.motivo, "quem": who.pessoa, "quando": rfc3339(act.now)}
    table = db.ato_balcao
    act.conn.execute(sa.update(table).where(table.c.id == row["id"]).values(estado=ESTORNADO, estorno=note))
    papel = PaperSeal(row["ato"], row["serie"], row["numero"])
    if request.papel_inutilizado:
        paper_seals.void(act, papel, request.motivo)
    else:
        paper_seals.release(act, papel)
    what = {"motivo": request.motivo, "papel_inutilizado": request.papel_inutilizado}
    act.log("balcao", str(row["id"]), ESTORNADO, what)
    return int(row["id"])


def look_up(office: Office, numero: int | str) -> JsonObject:
    """Return an act at the counter. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        return show(_row(conn, office, numero))


def list_all(
    office: Office, day: date | None, state: str | None, page: int = 1, *, isentos: bool = False
) -> JsonObject:
    """Return a page of the acts at the counter, newest first; `isentos`: only those."""
    table = db.ato_balcao
    where = [table.c.serventia_id == office.serventia_id]
    if day is not None:
        where.append(table.c.data == day)
    if state is not None:
        where.append(table.c.estado == state)
    if isentos:
        where.append(table.c.isento)
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
        rows = conn.execute(
            sa.select(table).where(*where).order_by(table.c.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
        ).mappings()
        return {"itens": [show(row) for row in rows], "pagina": page, "total": total}


def last(office: Office, escrevente: str, ato: str) -> JsonObject | None:
    """Return the last act of that type recorded by a person within a month; None if there is none."""
    table = db.ato_balcao
    query = sa.select(table).where(
        table.c.serventia_id == office.serventia_id,
        table.c.data >= local_date(office.clock()) - timedelta(days=31),
        table.c.escrevente == escrevente,
        table.c.ato == ato,
    )
    with office.db.read() as conn:
        row = conn.execute(query.order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else show(row)


def show(row: Row) -> JsonObject:
    """Return an act at the counter in the API's form."""
    return {
        "id": row["id"],
        "ato": row["ato"],
        "papel": str(PaperSeal(row["ato"], row["serie"], row["numero"])),
        "data": row["data"].isoformat(),
        "estado": row["estado"],
        "isento": row["isento"],
        "motivo_isencao": row["motivo_isencao"],
        "emolumentos_centavos": row["emolumentos"],
        "total_centavos": row["total_centavos"],
        "selo": row["codigo"],
        "escrevente": row["escrevente"],
        "quando": rfc3339(row["criado_em"]),
        "estorno": row["estorno"],
    }


def _row(conn: Connection, office: Office, numero: int | str, *, lock: bool = False) -> Row:
    table = db.ato_balcao
    row = None
    if _NUMBER.fullmatch(str(numero)):
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.id == int(numero))
        row = conn.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há ato de balcão com o número {str(numero)[:40]!r}.")
    return row
