"""Signatures on different days (N11): a livro's seals are rectified to zero, to the full value, or to one third."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.documents import Boolean, Data, Reason, RequestModel, Text, normalize, read
from printserver.errors import Recusa, invalid_input
from printserver.ledger import Call, Outcome, Seal, do_once, documents, jobs, keys, seals, seals_by_code
from printserver.office import Act, Author, Office, acting, people
from printserver.seal_actions.common import BUSY, act_as, as_new
from printserver.selo import COMPONENTS, Emolumentos, NewSelo, centavos, from_centavos

DEADLINE: Final = timedelta(days=30)  # from the first signature
WARN: Final = timedelta(days=5)  # before the deadline
_ZERO_REASON: Final = "assinaturas pendentes: retificado ao valor quando todos assinarem (ou a um terço)"
_REASONS: Final = {
    "zero": "assinaturas incompletas: valores a zero",
    "cheio": "assinaturas completas: valor cheio",
    "terco": "assinaturas fora do prazo ou desistência: um terço do valor",
}


class Assinaturas(RequestModel):
    """`POST /instrumentos/{id}/assinaturas`. `simular` shows the values without issuing seals."""

    estado: Literal["pendentes", "completas", "desistencia"]
    primeira: Data | None = None
    motivo: Reason | None = None
    escrevente: Text
    simular: Boolean = False


def one_third(full: Emolumentos) -> Emolumentos:
    """Return one third of a fee: each component divided separately, half a centavo rounded up (N11)."""
    parts = {
        nome: (Decimal(value) / 3).quantize(Decimal(1), ROUND_HALF_UP) for nome, value in full.to_centavos().items()
    }
    return Emolumentos(*(from_centavos(int(parts[nome])) for nome in COMPONENTS))


def sign_instrumento(
    office: Office, author: Author, instrumento: str, data: object, key: str | None = None
) -> tuple[JsonObject, bool]:
    """Record the state of an instrumento's signatures and rectify all live seals of its livro in one transaction.

    `pendentes`: to zero. `completas`: to the full value, or to one third later than 30 days after the first signature.
    `desistencia`: to one third. Return the livro's seals (or, simulated, the planned ones), and whether the key had
    already done it. Raises `Recusa` `instrumento-desconhecido`, `livro-nao-impresso`, `estado-nao-permite`,
    `entrada-invalida`.
    """
    people.require_right(author, "selos")
    if isinstance(data, dict) and data.get("simular") is True:
        with office.db.read() as conn:
            return _plan(conn, office, instrumento, read(Assinaturas, data))[0], False

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            return call.done(act, made=_sign(act, instrumento, read(Assinaturas, data)))

    route = f"POST /api/v1/instrumentos/{instrumento}/assinaturas"
    outcome, repeated = do_once(office, author, route, data, key, make, BUSY)
    return dict(outcome.feito), repeated


def _sign(act: Act, instrumento: str, request: Assinaturas) -> JsonObject:
    act_as(act, request.escrevente)
    sid, instrumento_key = act.office.serventia_id, normalize(instrumento)
    keys.lock_instrumento(act.conn, sid, instrumento_key)
    shown, pairs = _plan(act.conn, act.office, instrumento, request)
    reason = request.motivo or _REASONS[shown["valor"]]
    issued = seals.rectify_selo(act, pairs, reason) if pairs else []
    for item, issued_selo in zip(shown["selos"], issued, strict=True):
        item["codigo"] = issued_selo.codigo
    table = db.instrumento
    act.conn.execute(
        sa.update(table)
        .where(table.c.serventia_id == sid, table.c.chave == instrumento_key)
        .values(
            assinaturas=request.estado,
            primeira_assinatura=None if shown["primeira"] is None else date.fromisoformat(shown["primeira"]),
        )
    )
    what = {name: shown[name] for name in ("estado", "valor", "primeira")} | {"motivo": reason}
    act.log("instrumento", instrumento_key, request.estado, what)
    return shown


def _plan(
    conn: Connection, office: Office, instrumento: str, request: Assinaturas
) -> tuple[JsonObject, list[tuple[Seal, NewSelo]]]:
    """Return the answer's data and the planned retificadores."""
    sid, key = office.serventia_id, normalize(instrumento)
    table = db.instrumento
    known = conn.execute(sa.select(table).where(table.c.serventia_id == sid, table.c.chave == key)).mappings().first()
    document = keys.document_id(conn, sid, f"livro:{key}")
    job = jobs.live_job(conn, sid, document) if document is not None else None
    if known is None and document is None:
        raise Recusa("instrumento-desconhecido", f"Não há instrumento com o identificador {instrumento!r}.")
    if job is None or document is None:
        raise Recusa(
            "livro-nao-impresso", f"O livro do instrumento {instrumento!r} não está impresso com selos válidos."
        )
    before = (known["assinaturas"] if known else None) or (job.instrumento_fixado or {}).get("assinaturas")
    first_before = known["primeira_assinatura"] if known else None
    first = request.primeira or first_before
    how = _which(office, request, before, first)
    live = [_seal(conn, sid, each.codigo) for each in documents.live_selos(conn, sid, document)]
    _require_after_ato(request.primeira, min((seal.dia for seal in live), default=date.min))
    planned = [(seal, _new_selo(seal, _full_value(conn, sid, seal), how)) for seal in live]
    pairs = [(seal, new_selo) for seal, new_selo in planned if new_selo != as_new(seal)]
    if not pairs and before == request.estado and first == first_before:
        raise Recusa("estado-nao-permite", "Os selos deste livro já têm estes valores: nada há a retificar.")
    shown = {
        "instrumento": instrumento,
        "estado": request.estado,
        "valor": how,
        "primeira": first.isoformat() if first else None,
        "prazo": (first + DEADLINE).isoformat() if first else None,
        "selos": [
            {
                "retifica": seal.codigo,
                "descricao": seal.descricao,
                "de_centavos": seal.total_centavos,
                "total_centavos": centavos(new_selo.emolumentos.total),
                "emolumentos_centavos": new_selo.emolumentos.to_centavos(),
            }
            for seal, new_selo in pairs
        ],
    }
    return shown, pairs


def _which(office: Office, request: Assinaturas, before: str | None, first: date | None) -> str:
    if before == "desistencia":
        raise Recusa("estado-nao-permite", "As partes deste instrumento já desistiram: nada mais se retifica por isso.")
    today = local_date(office.clock())
    if request.primeira is not None and request.primeira > today:
        raise invalid_input("primeira", "a data da primeira assinatura ainda não chegou")
    if request.estado == "pendentes":
        if first is None:
            raise invalid_input("primeira", "diga a data da primeira assinatura: o prazo de 30 dias conta dela")
        return "zero"
    if before != "pendentes":
        raise Recusa("estado-nao-permite", "As assinaturas deste instrumento não estão pendentes.")
    if request.estado == "desistencia":
        return "terco"
    if first is None:
        raise invalid_input("primeira", "diga a data da primeira assinatura: dela depende o valor")
    return "terco" if today > first + DEADLINE else "cheio"


def _require_after_ato(first: date | None, day: date) -> None:
    """Raise `Recusa` `entrada-invalida` for a first signature before the act: the term would end too early (N11)."""
    if first is not None and first < day:
        raise invalid_input("primeira", f"a primeira assinatura não vem antes do ato, que é de {day:%d/%m/%Y}")


def _new_selo(seal: Seal, full: Seal, how: str) -> NewSelo:
    if how == "zero":
        reason = seal.motivo_isencao if seal.isento else _ZERO_REASON
        return as_new(seal, emolumentos=Emolumentos.zero(), isento=True, motivo_isencao=reason)
    value = one_third(full.fees) if how == "terco" else full.fees
    zero = value.isento_total
    reason = (full.motivo_isencao or _REASONS[how]) if zero else None
    return as_new(seal, emolumentos=value, isento=zero, motivo_isencao=reason)


def _full_value(conn: Connection, sid: int, seal: Seal) -> Seal:
    """Return the newest seal of the chain with the full value, before the rectification to zero."""
    while seal.isento and seal.motivo_isencao == _ZERO_REASON and seal.retifica is not None:
        seal = _seal(conn, sid, seal.retifica)
    return seal


def _seal(conn: Connection, sid: int, codigo: str) -> Seal:
    return seals_by_code(conn, sid, [codigo])[codigo]


def pending(office: Office) -> list[JsonObject]:
    """Return the instrumentos with pending signatures, ordered by term; `falta_dias` is negative past the term.

    Those without a date of the first signature are first.
    """
    table = db.instrumento
    today = local_date(office.clock())
    sid = office.serventia_id
    few = sa.select(table.c.id).where(table.c.serventia_id == sid, table.c.assinaturas == "pendentes")
    livros = sa.select(db.documento.c.id).where(db.documento.c.serventia_id == sid, db.documento.c.tipo == "livro")
    query = (
        sa.select(table.c.primeira_assinatura, db.job.c.id, db.job.c.livro, db.job.c.folha, db.job.c.instrumento_fixado)
        .join(db.job, (db.job.c.serventia_id == table.c.serventia_id) & (db.job.c.instrumento_id == table.c.id))
        .order_by(table.c.primeira_assinatura.is_not(None), table.c.primeira_assinatura, table.c.id)
    )
    with office.db.read() as conn:
        # Step by step from the few: in one query, SQLite begins with every live print.
        of_few = conn.scalars(livros.where(db.documento.c.instrumento_id.in_(conn.scalars(few).all()))).all()
        mine = sa.and_(db.job.c.serventia_id == sid, db.job.c.documento_id.in_(of_few), db.job.c.viva)
        rows = conn.execute(query.where(mine)).all() if of_few else []
    found = []
    for row in rows:
        term = None if row.primeira_assinatura is None else row.primeira_assinatura + DEADLINE
        left = None if term is None else (term - today).days
        found.append(
            {
                "instrumento": row.instrumento_fixado["id"],
                "job": row.id,
                "livro": row.livro,
                "folha_inicial": row.folha,
                "primeira": row.primeira_assinatura.isoformat() if row.primeira_assinatura else None,
                "prazo": term.isoformat() if term else None,
                "falta_dias": left,
                "aviso": left is not None and left <= WARN.days,
            }
        )
    return found
