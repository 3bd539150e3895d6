"""A certidão for the national exchange: its one seal, its answer and files, and how its delivery went (C9, C22).

The exchange itself is called by the office's program. The same `codigo_hash` has the same seal for ever: the row and
the seal are written in one transaction, and the row is unique.
"""

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Annotated, Final, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.common.data import JsonObject
from printserver.documents import (
    AssentoOrReference,
    AverbacaoAnotacao,
    Boolean,
    CivilCertidao,
    CivilPrice,
    CivilValue,
    Context,
    Delivery,
    Fields,
    Integer,
    Plan,
    Reason,
    RequestModel,
    Text,
    as_text,
    as_xml,
    averbacao_price,
    canonical,
    civil_fields,
    fee_lines,
    make_plan,
    read,
    seal_fields,
    shown_notes,
)
from printserver.errors import BadField, Recusa, invalid_input
from printserver.ledger import Call, Changed, Outcome, civil_facts, digest, do_once, keys, remember, seals
from printserver.office import Act, Author, Office, acting, acting_person, people
from printserver.seal_actions.common import BUSY, act_as, placement
from printserver.selo import Emolumentos

ROUTE: Final = "POST /api/v1/crc/certidoes"
STATES: Final = ("selada", "enviada", "falhou", "recusada")
ORIGIN: Final = "crc"
# What is sealed: with another value of one of these the request is another one.
_SEALED: Final = (
    *("especie", "assento", "campos", "averbacoes_anotacoes", "averbacoes", "servico", "servicos", "emolumentos"),
    *("isento", "motivo_isencao", "fundamento"),
)


class ExchangeRequest(CivilValue):
    """`POST /crc/certidoes`."""

    canal: Literal["crc", "crc-jud", "e-protocolo", "unidade-interligada"]
    codigo_hash: Annotated[str, Field(strict=True, pattern=r"^[0-9A-Za-z._-]{1,100}$")]
    num_pedido: Text | None = None
    solicitante: Annotated[str, Field(strict=True, pattern=r"^[0-9]{6}$")] | None = None
    especie: Literal["primeira-via", "breve-relato", "inteiro-teor"]
    assento: AssentoOrReference
    campos: dict[str, object]
    averbacoes_anotacoes: Annotated[tuple[AverbacaoAnotacao, ...], Field(max_length=500)] = ()
    averbacoes: Annotated[Integer, Field(ge=0, le=9999)] = 0
    entrega: Literal["servico", "arquivo"]
    previa: Boolean
    escrevente: Text


class ExchangeOutcome(RequestModel):
    """`POST /crc/certidoes/{codigo_hash}/entrega`."""

    estado: Literal["enviada", "falhou", "recusada"]
    retorno: Reason | None = None
    escrevente: Text


@dataclass(frozen=True, slots=True)
class ExchangeAnswer:
    """The answer, and its status: 201 the first time, 200 a preview or a repetition."""

    content: JsonObject
    status: int


def request_certidao(office: Office, author: Author, data: object, key: str | None = None) -> ExchangeAnswer:
    """Seal a certidão for the exchange, or show what would be sealed (`previa`).

    Raises `Recusa` `pedido-ja-selado` for the same `codigo_hash` with other data or value, `servico-obrigatorio`,
    `modelo-incompleto`, and as a printed certidão does.
    """
    people.require_right(author, "selos")
    request = read(ExchangeRequest, data)
    with office.db.read() as conn:
        acting_person(conn, office, request.escrevente)
        known = _row(conn, office, request.codigo_hash)
        if known is None:
            plan, _key, delivery = _plan(conn, office, request)
    if known is not None:
        _require_same(known, data)
        if not request.previa:
            _keep_files(office, known, request)
        return ExchangeAnswer(show(office, request.codigo_hash), 200)
    if request.previa:
        return ExchangeAnswer(_preview(plan, delivery), 200)

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            act_as(act, request.escrevente)
            return call.done(act, made=_seal(act, request, data))

    do_once(office, author, ROUTE, data, key, make, BUSY)
    return ExchangeAnswer(show(office, request.codigo_hash), 201)


def show(office: Office, codigo_hash: str) -> JsonObject:
    """Return a request of the exchange with its seal, fields and state. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        return _show(conn, office, _required(conn, office, codigo_hash))


def list_all(office: Office, estado: str | None = None) -> list[JsonObject]:
    """Return the newest requests of the exchange, of one state or of all."""
    table = db.pedido_crc
    query = sa.select(table).where(table.c.serventia_id == office.serventia_id).order_by(table.c.id.desc()).limit(200)
    if estado:
        query = query.where(table.c.estado == estado)
    with office.db.read() as conn:
        return [_show(conn, office, row) for row in conn.execute(query).mappings().all()]


def file_of(office: Office, codigo_hash: str, name: str) -> bytes:
    """Return the file `xml` (ISO-8859-1) or `texto` (UTF-8) as first written. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        row = _required(conn, office, codigo_hash)
    if name not in ("xml", "texto"):
        raise Recusa("nao-encontrado", f"Não há o arquivo {name!r}: são xml e texto.")
    text = row[name]
    if text is None:
        raise Recusa("nao-encontrado", 'O pedido não tem arquivos: mande-o de novo com "entrega": "arquivo".')
    return str(text).encode("iso-8859-1" if name == "xml" else "utf-8")


def report_outcome(
    office: Office, author: Author, codigo_hash: str, data: object, key: str | None = None
) -> JsonObject:
    """Record how the delivery went. The seal stays; after a failure the file bears it (C22)."""
    people.require_right(author, "selos")

    def make(call: Call) -> Outcome:
        request = read(ExchangeOutcome, data)
        with acting(office, author) as act:
            act_as(act, request.escrevente)
            row, table = _required(act.conn, office, codigo_hash), db.pedido_crc
            values = {"estado": request.estado, "retorno": request.retorno, "mudou_em": act.now}
            act.conn.execute(
                sa.update(table).where(db.this_row(table, office.serventia_id, row["id"])).values(**values)
            )
            act.log("crc", codigo_hash, request.estado, {"retorno": request.retorno, "selo": row["codigo"]})
            return call.done(act, made=codigo_hash)

    do_once(office, author, f"{ROUTE}/{codigo_hash}/entrega", data, key, make, BUSY)
    return show(office, codigo_hash)


def _plan(conn: Connection, office: Office, request: ExchangeRequest) -> tuple[Plan, str | None, Delivery]:
    """Return the plan of the certidão, the key of its record, and what is delivered, without the seal's own data."""
    document = _document(request)
    facts, key = civil_facts(conn, office.serventia_id, document)
    context = replace(
        Context(agora=office.clock(), rules=office.rules, servicos=office.servicos, atos=office.atos), civil=facts
    )
    if request.canal == "unidade-interligada" and request.especie != "primeira-via":
        raise invalid_input("especie", "à unidade interligada só vai a primeira via: peça as outras por outro canal")
    if request.especie != "primeira-via" and request.charged is None and not request.isento:
        mensagem = "escolha o serviço antes: ele dá o ato e o valor (ou isento, com fundamento)"
        raise Recusa("servico-obrigatorio", f"servico: {mensagem}.", errors=[BadField("servico", mensagem)])
    try:
        plan = make_plan(document, context)
        campos = civil_fields(document, context)
    except Recusa as refusal:  # the fields of this request have no `documento` before them
        refusal.errors = tuple(
            BadField(each.campo.removeprefix("documento."), each.mensagem) for each in refusal.errors
        )
        refusal.detail = refusal.detail.removeprefix("documento.")
        raise
    extra = Decimal("0.00")
    if request.averbacoes:
        extra = averbacao_price(context, local_date(context.agora)).times(request.averbacoes).total
    matricula = str(plan.identity.campos["matricula"] or "")
    fee_line = "; ".join(fee_lines(plan))
    delivery = _delivery(office, request, campos, matricula=matricula, fee_line=fee_line, valor_adicional=extra)
    return plan, key, delivery


def _delivery(
    office: Office,
    request: ExchangeRequest,
    campos: Fields,
    *,
    matricula: str,
    fee_line: str,
    valor_adicional: Decimal,
) -> Delivery:
    """Return what is delivered, without the seal's code and link."""
    settings = office.settings.serventia
    return Delivery(
        codigo_hash=request.codigo_hash,
        cns=office.cns,
        matricula=matricula,
        registry=f"{settings.cidade}-{settings.uf}",
        campos=campos,
        notes=tuple(shown_notes(_document(request))),
        charged=request.averbacoes,
        selo="",
        qr_url="",
        fee_line=fee_line,
        valor_adicional=valor_adicional,
    )


def _document(request: ExchangeRequest) -> CivilCertidao:
    given = request.model_dump(exclude={"canal", "codigo_hash", "num_pedido", "solicitante", "entrega", "previa"})
    given = {name: getattr(request, name) for name in given if name != "escrevente"}
    return CivilCertidao.model_construct(
        natureza=2, tipo="certidao", pedido=request.codigo_hash, via=1, corpo=None, **given
    )


def _seal(act: Act, request: ExchangeRequest, data: object) -> str:
    conn, office = act.conn, act.office
    sid = office.serventia_id
    _plan_before, key, _delivery = _plan(conn, office, request)
    record = keys.lock_instrumento(conn, sid, key) if key is not None else None
    document = keys.lock_document(conn, sid, f"crc:{canonical(request.codigo_hash)}", "certidao_civil", record, None).id
    if _row(conn, office, request.codigo_hash) is not None:
        raise Changed
    plan, _key, delivery = _plan(conn, office, request)  # again, now that the record is locked
    matricula = delivery.matricula or None
    where = placement(ORIGIN, matricula or request.codigo_hash)  # livro, folha and termo to search it by (T5)
    issued = seals.seal(act, plan.selos, replace(where, documento_id=document, instrumento_id=record))
    (selo,) = issued
    sent = replace(delivery, selo=selo.codigo, qr_url=selo.qr_url)
    if plan.civil is not None and plan.civil.remembered is not None and record is not None:
        remember(conn, office.serventia_id, record, plan.civil.remembered, matricula)
    row = {
        "serventia_id": sid,
        "codigo_hash": request.codigo_hash,
        "canal": request.canal,
        "num_pedido": request.num_pedido,
        "solicitante": request.solicitante,
        "resumo": _digest(data),
        "pedido": data,
        "codigo": selo.codigo,
        "adicional_centavos": int(delivery.valor_adicional * 100),
        "estado": "selada",
        "retorno": None,
        **_files(sent, request.entrega),
        "escrevente": act.author.pessoa,
        "criado_em": act.now,
        "mudou_em": act.now,
    }
    conn.execute(sa.insert(db.pedido_crc).values(**row))
    act.log("crc", request.codigo_hash, "selada", {"canal": request.canal, "selo": selo.codigo})
    return request.codigo_hash


def _files(delivery: Delivery, entrega: str) -> dict[str, str | None]:
    if entrega != "arquivo":
        return {"xml": None, "texto": None}
    return {"xml": as_xml(delivery).decode("iso-8859-1"), "texto": as_text(delivery)}


def _keep_files(office: Office, known: sa.RowMapping, request: ExchangeRequest) -> None:
    """Write the files of a request whose sending failed: with the seal that it has (C22). Written once."""
    if request.entrega != "arquivo" or known["xml"] is not None:
        return
    table = db.pedido_crc
    with office.db.read() as conn:
        seal = _seal_of(conn, office, known["codigo"])
        document = _document(request)
        facts, _key = civil_facts(conn, office.serventia_id, document)
        context = Context(
            agora=office.clock(), rules=office.rules, servicos=office.servicos, atos=office.atos, civil=facts
        )
        campos = civil_fields(document, context)
    delivery = replace(
        _delivery(
            office,
            request,
            campos,
            matricula=seal["matricula"] or "",
            fee_line=_fee_line(seal),
            valor_adicional=Decimal(known["adicional_centavos"]) / 100,
        ),
        selo=seal["codigo"],
        qr_url=seal["qr_url"],
    )
    with office.db.write() as conn:
        change = sa.update(table).where(db.this_row(table, office.serventia_id, known["id"]), table.c.xml.is_(None))
        conn.execute(change.values(**_files(delivery, "arquivo")))


def _require_same(known: sa.RowMapping, data: object) -> None:
    if known["resumo"] != _digest(data):
        raise Recusa(
            "pedido-ja-selado",
            f"O pedido {known['codigo_hash']} já tem o selo {known['codigo']}, com outros dados ou outro valor. Se o "
            "ato mudou, exclua esse selo e use o código de um pedido novo.",
            extra={"selos": [known["codigo"]]},
        )


def _digest(data: object) -> str:
    assert isinstance(data, dict)
    return digest(ROUTE, {name: data.get(name) for name in _SEALED})


def _row(conn: Connection, office: Office, codigo_hash: str) -> sa.RowMapping | None:
    table = db.pedido_crc
    query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.codigo_hash == codigo_hash)
    return conn.execute(query).mappings().one_or_none()


def _required(conn: Connection, office: Office, codigo_hash: str) -> sa.RowMapping:
    row = _row(conn, office, codigo_hash)
    if row is None:
        raise Recusa("nao-encontrado", f"Não há pedido da central com o código {codigo_hash!r}.")
    return row


def _seal_of(conn: Connection, office: Office, codigo: str) -> sa.RowMapping:
    table = db.selo
    query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.codigo == codigo)
    return conn.execute(query).mappings().one()


def _fee_line(seal: sa.RowMapping) -> str:

    return "Isenta de emolumentos" if seal["isento"] else Emolumentos.from_centavos(seal["emolumentos"]).civil_line()


def _preview(plan: Plan, delivery: Delivery) -> JsonObject:
    price = plan.civil.price if plan.civil is not None else None
    return {
        "previa": True,
        "codigo_hash": delivery.codigo_hash,
        "selo": None,
        "qr": None,
        "ato": plan.selos[0].new_selo.ato,
        "valor_adicional": f"{delivery.valor_adicional:.2f}",
        "campos": seal_fields(delivery) | {"num_selo": "", "cod_selo": ""},
        "valor": _price(price),
    }


def _price(price: CivilPrice | None) -> JsonObject | None:
    return None if price is None else asdict(price)


def _show(conn: Connection, office: Office, row: sa.RowMapping) -> JsonObject:
    seal = _seal_of(conn, office, row["codigo"])
    extra = f"{Decimal(row['adicional_centavos']) / 100:.2f}"
    base = f"/api/v1/crc/certidoes/{row['codigo_hash']}"
    return {
        "previa": False,
        "codigo_hash": row["codigo_hash"],
        "canal": row["canal"],
        "num_pedido": row["num_pedido"],
        "selo": row["codigo"],
        "qr": {"selo": row["codigo"], "url": seal["qr_url"]},
        "ato": seal["ato"],
        "total_centavos": seal["total_centavos"],
        "vivo": seal["vivo"],
        "valor_adicional": extra,
        "campos": {
            "num_selo": row["codigo"],
            "cod_selo": seal["qr_url"],
            "desc_selo": _fee_line(seal),
            "valor_adicional": extra,
        },
        "arquivos": {"xml": f"{base}/arquivos/xml", "texto": f"{base}/arquivos/texto"} if row["xml"] else None,
        "estado": row["estado"],
        "retorno": row["retorno"],
        "escrevente": row["escrevente"],
        "criado_em": rfc3339(row["criado_em"]),
        "mudou_em": rfc3339(row["mudou_em"]),
    }
