"""Reports paper seals as digital ones (H2–H4): a day's load, ranges, and numbers that are never reported."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final

import sqlalchemy as sa
from pydantic import Field

from printserver import db
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.counter import paper_seals
from printserver.court import CARREGADO, WAITING
from printserver.documents import (
    CodigoDoAto,
    Data,
    Integer,
    PlannedSelo,
    Reason,
    RequestModel,
    Serie,
    Text,
    Value,
    ato_moment,
    read,
    refuse_empty_date,
)
from printserver.errors import Recusa, invalid_input
from printserver.ledger import Call, Outcome, do_once, seals
from printserver.office import Act, Author, Office, acting, people
from printserver.seal_actions import BUSY, act_as, confirmed_ato, resolve_value
from printserver.selo import Emolumentos, NewSelo, PaperSeal, Reais, centavos

PER_LOAD: Final = 500  # H3
# Numbers without seal are only rows; this many are written in a few seconds.
PER_RANGE_WITHOUT_SELO: Final = 100_000
_DATA: Final = "selos de papel, comunicados depois da conferência do dia (H2)"

Number = Annotated[Integer, Field(ge=1, le=9_999_999)]


class Carga(RequestModel):
    """`POST /hibridos/carga`. `quantidade` and `total`: checked values; the load is refused if they differ now."""

    data: Data
    quantidade: Annotated[Integer, Field(ge=0, le=1_000_000)] | None = None
    total: Reais | None = None
    escrevente: Text


class FaixaDePapel(Value):
    """`POST /hibridos`: a range of one type of act with one value."""

    value_required: ClassVar[bool] = True

    ato: CodigoDoAto
    serie: Serie
    de: Number
    ate: Number
    data: Data
    escrevente: Text


class FaixaSemSelo(RequestModel):
    """`POST /hibridos/inutilizados` and `/comunicados`: paper seals not to be reported, and the reason."""

    ato: CodigoDoAto
    serie: Serie
    de: Number
    ate: Number
    data: Data | None = None
    motivo: Reason
    escrevente: Text


def load(office: Office, author: Author, data: object, key: str | None = None) -> tuple[list[str], bool]:
    """Issue the seals of all pending counter acts of a day (H2).

    More than 500 are issued in transactions of 500 (H3), to limit the wait of other writers. An interrupted load is
    continued with the same key, or by another load. Return the codes in the order of the paper seals, and whether the
    key had already issued them. Raises `Recusa` `estado-nao-permite` if nothing is pending or checked values differ.
    """
    people.require_right(author, "selos")
    codes: list[str] = []
    again: list[bool] = []

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            return call.done(act, made=_load_part(act, read(Carga, data), first=not again))

    while True:
        part_key = _part_key(key, len(again))
        outcome, repeated = do_once(office, author, "POST /api/v1/hibridos/carga", data, part_key, make, BUSY)
        codes += outcome.feito
        again.append(repeated)
        if len(outcome.feito) < PER_LOAD:
            return codes, all(again)


def _part_key(key: str | None, n: int) -> str | None:
    """Return the idempotency key of the nth part of a load. Its control character cannot occur in a header."""
    if key is None or n == 0:
        return key
    return f"{hashlib.sha256(key.encode()).hexdigest()}\x1f{n}"


def _load_part(act: Act, request: Carga, *, first: bool) -> list[str]:
    conn, office = act.conn, act.office
    act_as(act, request.escrevente)
    refuse_empty_date(request.data, None, field="data")
    table = db.ato_balcao
    mine = (table.c.serventia_id == office.serventia_id, table.c.data == request.data, table.c.estado == WAITING)
    query = sa.select(table).where(*mine).order_by(table.c.ato, table.c.serie, table.c.numero).limit(PER_LOAD)
    rows = list(conn.execute(query.with_for_update()).mappings())
    if first:  # checked with the rows locked: another load may have been first
        count = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table.c.total_centavos), 0))
        _require_as_checked(request, *conn.execute(count.where(*mine)).one())
    if not rows:
        return []
    papers = [PaperSeal(row["ato"], row["serie"], row["numero"]) for row in rows]
    values = [(Emolumentos.from_centavos(row["emolumentos"]), row["isento"], row["motivo_isencao"]) for row in rows]
    codes = _seal(act, papers, values, request.data)
    paper_seals.report(act, papers, codes)
    conn.execute(
        sa.update(table).where(table.c.serventia_id == office.serventia_id, table.c.id == sa.bindparam("b_id")),
        [{"b_id": row["id"], "estado": CARREGADO, "codigo": code} for row, code in zip(rows, codes, strict=True)],
    )
    _log(act, "carga", {"data": request.data.isoformat(), "selos": len(codes)})
    return codes


def _require_as_checked(request: Carga, quantidade: int, total: int) -> None:
    if not quantidade:
        raise Recusa("estado-nao-permite", f"Nenhum ato de {request.data:%d/%m/%Y} espera pela carga.")
    checked = quantidade if request.quantidade is None else request.quantidade
    checked_total = total if request.total is None else centavos(request.total)
    if (checked, checked_total) != (quantidade, total):
        raise Recusa("estado-nao-permite", "Os atos que esperam mudaram depois da conferência: confira de novo.")


def by_range(office: Office, author: Author, data: object, key: str | None = None) -> tuple[list[str], bool]:
    """Issue the seals of a range of paper seals, at most 500 (H3), in one transaction.

    Raises `Recusa` `limite-de-hibridos`, `hibrido-ja-comunicado` (with `numeros`), `entrada-invalida`, `data-do-ato`,
    `servico-a-confirmar`.
    """
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            request = read(FaixaDePapel, data)
            act_as(act, request.escrevente)
            confirmed_ato(office, request.ato, "ato", hibrido=True)
            papers = _of_range(request, PER_LOAD)
            paper_seals.refuse_seen(act, request.ato, request.serie, request.de, request.ate)
            value = resolve_value(office, request, 1, local_date(act.now))
            codes = _seal(act, papers, [value] * len(papers), request.data)
            paper_seals.write(act, papers, paper_seals.REPORTED, request.data, codigos=codes)
            _log(act, "faixa", {"ato": request.ato, "serie": request.serie, "de": request.de, "ate": request.ate})
            return call.done(act, made=codes)

    outcome, repeated = do_once(office, author, "POST /api/v1/hibridos", data, key, make, BUSY)
    return list(outcome.feito), repeated


def spoil(office: Office, author: Author, data: object, key: str | None = None) -> tuple[JsonObject, bool]:
    """Record a range of paper seals as void (H2). Return it, and whether the key had already done so.

    Raises `Recusa` `hibrido-ja-comunicado` (with `numeros`), `limite-de-hibridos`, `entrada-invalida`, `data-do-ato`.
    """
    return _without_selo(office, author, data, key, "inutilizados", paper_seals.SPOILED)


def mark_reported(office: Office, author: Author, data: object, key: str | None = None) -> tuple[JsonObject, bool]:
    """Record a range of paper seals as reported by another program; this one never reports it (S4). Else as `spoil`."""
    return _without_selo(office, author, data, key, "comunicados", paper_seals.REPORTED)


def _without_selo(
    office: Office, author: Author, data: object, key: str | None, nome: str, state: str
) -> tuple[JsonObject, bool]:
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            request = read(FaixaSemSelo, data)
            act_as(act, request.escrevente)
            office.atos.check(request.ato, natureza=1, field="ato", hibrido=True)
            papers = _of_range(request, PER_RANGE_WITHOUT_SELO)
            day = paper_seals.require_until_today(request.data or local_date(act.now), act.now)
            paper_seals.refuse_seen(act, request.ato, request.serie, request.de, request.ate)
            paper_seals.write(act, papers, state, day, reason=request.motivo)
            what = request.model_dump(mode="json", exclude={"escrevente"}) | {"data": day.isoformat()}
            _log(act, nome, what)
            return call.done(act, made=what)

    outcome, repeated = do_once(office, author, f"POST /api/v1/hibridos/{nome}", data, key, make, BUSY)
    return dict(outcome.feito), repeated


def _of_range(request: FaixaDePapel | FaixaSemSelo, limit: int) -> list[PaperSeal]:
    count = request.ate - request.de + 1
    if count < 1:
        raise invalid_input("ate", "o último número vem antes do primeiro")
    if count > limit:
        raise Recusa("limite-de-hibridos", f"São {count} selos de papel: mande no máximo {limit} de cada vez.")
    return [PaperSeal(request.ato, request.serie, number) for number in range(request.de, request.ate + 1)]


def _seal(
    act: Act, papers: Sequence[PaperSeal], values: Sequence[tuple[Emolumentos, bool, str | None]], day: date
) -> list[str]:
    """Issue one seal for each paper seal, without a document (H4). Return the codes."""
    moment = ato_moment(day, _DATA, act.now, field="hibridos")
    names = {
        ato: act.office.atos.check(ato, natureza=1, field="ato", hibrido=True).descricao
        for ato in {paper.ato for paper in papers}
    }
    planned = [
        PlannedSelo(
            NewSelo(
                natureza=1,
                ato=paper.ato,
                descricao=names[paper.ato],
                identificador=f"{paper.ato}{paper.informacao}",
                partes=(),
                momento=moment,
                emolumentos=emolumentos,
                isento=isento,
                motivo_isencao=reason,
                informacao=paper.informacao,
            )
        )
        for paper, (emolumentos, isento, reason) in zip(papers, values, strict=True)
    ]
    issued = seals.seal(act, planned, seals.Place(None, None, None, origem="hibrido"))
    return [issued_selo.codigo for issued_selo in issued]


def _log(act: Act, nome: str, detalhe: Mapping[str, object]) -> None:
    act.log("hibridos", nome, "feita", detalhe)
