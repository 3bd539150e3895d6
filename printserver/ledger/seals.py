"""Creates seals in the caller's transaction: numbers, signatures, rows, outbox rows.

`documents` decides which seals are made and their values; `selo` builds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import court, db
from printserver.clock import local_date
from printserver.common.data import Columns
from printserver.documents import LiveSelo, PlannedSelo, selos_xa
from printserver.ledger.rows import Seal
from printserver.office import SELO, Act, change_proof, evidence, ready
from printserver.selo import (
    EXCLUSION,
    IssuedSelo,
    NewSelo,
    centavos,
    issue_selo,
    sequence_name,
    sequential_informacao,
    take_many,
)

PENDING = "comunicação pendente"
REPORT_HOURS = 24  # T1
GOES_BY_ITSELF_AFTER = timedelta(hours=2)  # T1


@dataclass(frozen=True, slots=True)
class Place:
    """What new seals belong to: job, document and instrumento, and their place in the livro for searching (T5)."""

    job_id: str | None
    documento_id: int | None
    instrumento_id: int | None
    livro: str | None = None
    folha: str | None = None
    termo: str | None = None
    matricula: str | None = None
    origem: str = "documento"


def number_selos(act: Act, new_selos: Sequence[NewSelo]) -> list[IssuedSelo]:
    """Take the next numbers (S3) and return the seals made with them; a rollback of the caller leaves no gap.

    A seal with its own informação (S4) takes no number. Raises `Recusa` `servidor-ocupado` if the clock is behind the
    latest stored time, or if the office was restored and not released (B3).
    """
    office = act.office
    ready.require_work(act.conn, office)
    ready.require_clock(act.conn, office, office.clock())
    modo = office.settings.selo.sequencia
    ours = [new_selo for new_selo in new_selos if new_selo.informacao is None]
    names = [sequence_name(modo, n.natureza, n.ato, local_date(n.momento).year) for n in ours]
    numbers = iter(take_many(act.conn, office.serventia_id, names))
    return [
        issue_selo(
            new_selo,
            cns=office.cns,
            informacao=new_selo.informacao or sequential_informacao(next(numbers)),
            certificate=office.certificado,
        )
        for new_selo in new_selos
    ]


def seal(act: Act, planned_selos: Sequence[PlannedSelo], place: Place) -> list[IssuedSelo]:
    """Make the seals of a document, linked to the principal (N2)."""
    if not planned_selos:
        return []
    issued = number_selos(act, [planned_selo.new_selo for planned_selo in planned_selos])
    principal = next(e.codigo for e, p in zip(issued, planned_selos, strict=True) if p.principal)
    rows = []
    for ordem, (issued_selo, planned_selo) in enumerate(zip(issued, planned_selos, strict=True)):
        rows.append(
            _row(act, issued_selo, place)
            | {
                "ordem": ordem,
                "principal": planned_selo.principal,
                "vinculador": principal if planned_selo.vinculado_to_principal else None,
            }
        )
    db.insert(act.conn, db.selo, rows)
    _enqueue(act, rows)
    for row in rows:
        _log(act, row)
    return issued


def exclude(act: Act, live: Sequence[LiveSelo], reason: str) -> None:
    """Make the XA of each live seal of a document (X2)."""
    table = db.selo
    codes = [live_seal.codigo for live_seal in live]
    query = sa.select(table).where(table.c.serventia_id == act.office.serventia_id, table.c.codigo.in_(codes))
    found = {row["codigo"]: Seal.from_row(row) for row in act.conn.execute(query).mappings()}
    pairs = [(found[new_selo.retifica or ""], new_selo) for new_selo in selos_xa(live, act.now)]
    rectify_selo(act, pairs, reason)


def rectify_selo(act: Act, pairs: Sequence[tuple[Seal, NewSelo]], reason: str) -> list[IssuedSelo]:
    """Make the retificador of each seal (R1).

    A retificador is live in place of the seal it rectifies: same print, document and link. An XA is never live. If two
    transactions rectify the same seal, the unique index lets one commit.
    """
    issued = number_selos(act, [new_selo for _old, new_selo in pairs])
    rows = []
    for issued_selo, (old, new_selo) in zip(issued, pairs, strict=True):
        place = Place(
            old.job_id if new_selo.ato != EXCLUSION else None,
            old.documento_id,
            old.instrumento_id,
            old.livro,
            old.folha_inicial,
            old.termo,
            old.matricula,
            old.origem,
        )
        row = _row(act, issued_selo, place) | {"retifica": old.codigo, "motivo": reason}
        if new_selo.ato == EXCLUSION:
            row["vivo"] = False
        else:
            row |= {"ordem": old.ordem, "principal": old.principal, "vinculador": old.vinculador}
        rows.append(row)
    act.conn.execute(sa.insert(db.selo), rows)
    states = [_replace(act, row["retifica"], row["codigo"]) for row in rows]
    _enqueue(act, rows)
    for row in rows:
        _log(act, row, motivo=reason)
    for row, state in zip(rows, states, strict=True):
        act.log(
            "selo",
            row["retifica"],
            state,
            {"retificado_por": row["codigo"], "motivo": reason},
            change_proof(vivo=False, retificado_por=row["codigo"]),
        )
    return issued


def _replace(act: Act, codigo: str, by: str) -> str:
    """Store a seal's retificador. Return the seal's state, which an answer of the court may have changed."""
    table = db.selo
    mine = (table.c.serventia_id == act.office.serventia_id, table.c.codigo == codigo)
    change = sa.update(table).where(*mine).values(vivo=False, retificado_por=by)
    return str(act.conn.execute(change.returning(table.c.estado)).scalar_one())


def _row(act: Act, issued_selo: IssuedSelo, place: Place) -> Columns:
    new_selo = issued_selo.new_selo
    return {
        "serventia_id": act.office.serventia_id,
        "codigo": issued_selo.codigo,
        "natureza": new_selo.natureza,
        "ato": new_selo.ato,
        "descricao": new_selo.descricao,
        "job_id": place.job_id,
        "documento_id": place.documento_id,
        "instrumento_id": place.instrumento_id,
        "ordem": 0,
        "principal": False,
        "externo": False,
        "vivo": True,
        "retifica": new_selo.retifica,
        "vinculador": None,
        "origem": place.origem,
        "estado": PENDING,
        "identificador": new_selo.identificador,
        "momento": new_selo.momento,
        "dia": local_date(new_selo.momento),
        "isento": new_selo.isento,
        "motivo_isencao": new_selo.motivo_isencao,
        "fundamento": new_selo.fundamento,
        "emolumentos": new_selo.emolumentos.to_centavos(),
        "total_centavos": centavos(issued_selo.total),
        "iss_centavos": centavos(issued_selo.iss),
        "registro": issued_selo.registro,
        "assinatura": issued_selo.assinatura,
        "qr_url": issued_selo.qr_url,
        "escrevente": act.author.pessoa,
        "sistema": act.author.sistema,
        "motivo": None,
        "livro": place.livro,
        "folha_inicial": place.folha,
        "termo": place.termo,
        "matricula": place.matricula,
        "criado_em": act.now,
    }


def _enqueue(act: Act, rows: Sequence[Columns]) -> None:
    """Write the outbox rows of new seals, in their transaction (T1, T2); a link is sent after its two seals.

    The rows of a document wait for its PDF (`make_due`), at most two hours; others are due at once.
    """
    sid, now = act.office.serventia_id, act.now
    errands = []
    for row in rows:
        waits = row["job_id"] is not None and row["retifica"] is None
        common = {
            "serventia_id": sid,
            "codigo": row["codigo"],
            "alvo": None,
            "estado": "pendente",
            # The act of a retificador is the rectification, which begins its own term of 24 hours.
            "prazo": (now if row["retifica"] else row["momento"]) + timedelta(hours=REPORT_HOURS),
            "vence_em": now + GOES_BY_ITSELF_AFTER if waits else now,
            "criado_em": now,
        }
        kind = "ato" if row["retifica"] is None else "xa" if row["ato"] == EXCLUSION else "retificacao"
        errands.append(common | {"tipo": kind, "alvo": row["retifica"], "carga": {"registro": row["registro"]}})
        above = row["vinculador"]
        if above and row["retifica"]:  # the link is reported again; its vinculador may have changed
            above = court.valid_vinculador(act.conn, sid, above)
        if above:
            errands.append(common | {"tipo": "vinculo", "alvo": above, "carga": {}})
    db.insert(act.conn, db.outbox, errands)


def enqueue_vinculos(act: Act, vinculados: Sequence[Seal], vinculador: str) -> None:
    """Write the outbox rows of links made by a person; each waits for both of its seals (R4)."""
    errands = [
        {
            "serventia_id": act.office.serventia_id,
            "codigo": each.codigo,
            "tipo": "vinculo",
            "alvo": vinculador,
            "carga": {},
            "estado": "pendente",
            "prazo": max(each.momento, act.now) + timedelta(hours=REPORT_HOURS),
            "vence_em": act.now,
            "criado_em": act.now,
        }
        for each in vinculados
    ]
    act.conn.execute(sa.insert(db.outbox), errands)


def make_due(conn: Connection, serventia_id: int, job_id: str, now: datetime) -> None:
    """Make the outbox rows of a job's seals due, once its PDF exists (T1)."""
    conn.execute(_make_due(), {"serventia": serventia_id, "trabalho": job_id, "agora": now})


@cache
def _make_due() -> sa.Update:
    seals, outbox = db.selo, db.outbox
    office = sa.bindparam("serventia", type_=sa.Integer)
    codes = sa.select(seals.c.codigo).where(seals.c.serventia_id == office, seals.c.job_id == sa.bindparam("trabalho"))
    return (
        sa.update(outbox)
        .where(outbox.c.serventia_id == office, outbox.c.codigo.in_(codes), outbox.c.vence_em > sa.bindparam("agora"))
        .where(outbox.c.estado == "pendente", outbox.c.tentativas == 0)
        .values(vence_em=outbox.c.criado_em)
    )


def _log(act: Act, row: Columns, **detalhe: str) -> None:
    what = {"ato": row["ato"], "total_centavos": row["total_centavos"], "job": row["job_id"], **detalhe}
    if row["retifica"]:
        what["retifica"] = row["retifica"]
    if row["isento"]:
        what["motivo_isencao"] = row["motivo_isencao"]
    kept = evidence(SELO, row, vivo=row["vivo"], vinculador=row["vinculador"])
    act.log("selo", row["codigo"], row["estado"], what, kept)
