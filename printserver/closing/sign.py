"""A day closed by name, reopened with a reason, and closed again: each signature stays (A1, A3, A4).

Of a day at most one signature holds: a unique index lets one of two commit. What was signed is kept with its hash, in
the table and in the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.closing.compute import compute, moved_days
from printserver.closing.figures import Figures, digest
from printserver.closing.periods import Period, a_day
from printserver.common.data import JsonObject, JsonView, Row
from printserver.documents import Reason, RequestModel, read
from printserver.errors import BadField, Recusa, invalid_input
from printserver.ledger import Call, Outcome, do_once
from printserver.office import Act, Author, HeadDiffers, Office, acting, people, proof
from printserver.selo import COMPONENTS, LABELS, Reais, centavos, format_reais, from_centavos

OBJECT: Final = "fechamento"
SIGNED, REOPENED = "assinado", "reaberto"
IN_USE_DAYS: Final = 60
"""An office that signed no day for so long does not use closings: nothing is asked of it."""
_LATE_DAYS: Final = 7  # days back that are looked at for one that was not signed
_BUSY: Final = "O fechamento deste dia muda a cada tentativa: mande de novo."
_log: Final = structlog.get_logger()
_f = db.fechamento.c


class Till(RequestModel):
    """The total that the office's till reports for the day, and its components where they were typed.

    `motivo` is the reason of a difference; `visto` the mark of the figures that the person saw.
    """

    total: Reais
    parcelas: Mapping[str, Reais] | None = None
    motivo: Reason | None = None
    visto: str


class Reopening(RequestModel):
    """The reason for which a day is reopened, and the number of the signature that no longer holds."""

    motivo: Reason
    numero: int


@dataclass(frozen=True, slots=True)
class Compared:
    """The day's sum and the till's total, and both values of each component that was typed; in centavos."""

    soma: int
    caixa: int
    parcelas: Sequence[tuple[str, int, int]]

    @property
    def falta(self) -> int:
        """The till's total minus the day's sum, in centavos."""
        return self.caixa - self.soma

    @property
    def differs(self) -> bool:
        """Whether the total or a component differs."""
        return self.falta != 0 or any(ours != theirs for _, ours, theirs in self.parcelas)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature of a day as kept. `confere`: its content has the hash that stands in the log."""

    dia: date
    numero: int
    figuras: Figures
    sha256: str
    caixa: Compared
    motivo: str | None
    quem: str
    quando: datetime
    reaberto_por: str | None
    reaberto_em: datetime | None
    reaberto_motivo: str | None
    confere: bool

    @property
    def vale(self) -> bool:
        """Whether the day is closed by this signature."""
        return self.reaberto_em is None


def compare_till(figures: Figures, total: int, parts: Mapping[str, int] | None) -> Compared:
    """Return the day's sum beside what the till says, in centavos."""
    ours = figures.parcelas
    rows = [(name, ours[name], parts.get(name, 0)) for name in COMPONENTS] if parts is not None else []
    return Compared(figures.soma, total, rows)


def sign(office: Office, author: Author, day: date, data: object, key: str | None = None) -> tuple[int, bool]:
    """Close a day as it was shown. Return the signature's number, and whether the key had already done so.

    Raises `Recusa` `sem-permissao`; `entrada-invalida` for a day that is not over, for components that do not add up,
    or for a difference without a reason; `estado-nao-permite` if the day is closed, or its figures are no longer those
    that were shown.
    """
    people.require_head(author.papel, "o fechamento do dia")

    def make(call: Call) -> Outcome:
        try:
            with acting(office, author) as act:
                return call.done(act, made=_sign(act, day, read(Till, data)))
        except IntegrityError:
            raise _closed_meanwhile(day) from None

    outcome, repeated = do_once(office, author, f"fechamento {day.isoformat()}", data, key, make, _BUSY)
    return int(outcome.feito), repeated


def check(office: Office, day: date, data: object) -> None:
    """Raise what `sign` would raise, and write nothing."""
    with office.db.read() as conn:
        _check(conn, office, office.clock(), day, read(Till, data))


def keep_head(office: Office) -> str | None:
    """Sign the head of the log and keep it outside the database (A6). Return why not (Portuguese); None if it is kept.

    The signature holds all the same: the engine keeps the head again on the next day.
    """
    try:
        proof.store(office.db, office.serventia_id, office.instance, office.certificado, office.clock())
    except (HeadDiffers, OSError) as error:
        _log.error("the head of the log cannot be kept", why=str(error))
        return str(error)
    return None


def _check(conn: Connection, office: Office, now: datetime, day: date, till: Till) -> tuple[Figures, Compared, int]:
    """Return what is signed: the figures, beside the till, and the number of the signature. Raises as `sign`."""
    period = a_day(day, now)
    if not period.is_over(now):
        raise invalid_input("dia", f"o dia {day:%d/%m/%Y} ainda não acabou: assine depois da meia-noite")
    earlier = _rows(conn, office, day)
    if any(row["reaberto_em"] is None for row in earlier):
        raise _closed_meanwhile(day)
    figures = compute(conn, office, period)[day]
    if figures.mark() != till.visto:
        raise Recusa(
            "estado-nao-permite",
            "Nada foi assinado: os números do dia mudaram depois que a página foi aberta. Confira-os de novo.",
        )
    compared = compare_till(figures, centavos(till.total), _parts(till))
    _check_till(compared, till)
    return figures, compared, len(earlier) + 1


def _parts(till: Till) -> dict[str, int] | None:
    return None if till.parcelas is None else {name: centavos(value) for name, value in till.parcelas.items()}


def _sign(act: Act, day: date, till: Till) -> int:
    conn, office = act.conn, act.office
    figures, compared, number = _check(conn, office, act.now, day, till)
    row = {
        "serventia_id": office.serventia_id,
        "dia": day,
        "numero": number,
        "figuras": figures.as_json(),
        "soma_centavos": compared.soma,
        "caixa_centavos": compared.caixa,
        "caixa": _parts(till),
        "motivo": till.motivo if compared.differs else None,
        "quem": act.author.pessoa,
        "quando": act.now,
    }
    sha256 = digest(_signed_content(office, row))
    conn.execute(sa.insert(db.fechamento).values(**row, sha256=sha256))
    what = {
        "numero": number,
        "sha256": sha256,
        "soma_centavos": compared.soma,
        "caixa_centavos": compared.caixa,
        **({"motivo": till.motivo} if compared.differs else {}),
    }
    act.log(OBJECT, day.isoformat(), SIGNED, what)
    return number


def _check_till(compared: Compared, till: Till) -> None:
    if compared.parcelas and (parts := sum(theirs for _, _, theirs in compared.parcelas)) != compared.caixa:
        text = f"as parcelas do caixa somam {format_reais(from_centavos(parts))}, e o total dele é outro: corrija"
        raise invalid_input("total", text)
    if not compared.differs or till.motivo is not None:
        return
    if compared.falta:
        more = "a mais" if compared.falta > 0 else "a menos"
        text = f"o caixa tem {format_reais(from_centavos(abs(compared.falta)))} {more}: diga por quê"
    else:
        names = [LABELS[name] for name, ours, theirs in compared.parcelas if ours != theirs]
        text = f"o total confere, mas não as parcelas {', '.join(names)}: diga por quê"
    raise Recusa("entrada-invalida", text, errors=[BadField("motivo", text)])


def reopen(office: Office, author: Author, day: date, data: object) -> None:
    """Take back the signature of a day: it stays on record, and the day may be signed again.

    Raises `Recusa` `sem-permissao`, `entrada-invalida` without a reason, `estado-nao-permite` if the signature that was
    shown no longer holds.
    """
    people.require_head(author.papel, "a reabertura de um dia fechado")
    request = read(Reopening, data)
    with acting(office, author) as act:
        change = sa.update(db.fechamento).where(
            _f.serventia_id == office.serventia_id,
            _f.dia == day,
            _f.numero == request.numero,
            _f.reaberto_em.is_(None),
        )
        note = {"reaberto_por": act.author.pessoa, "reaberto_em": act.now, "reaberto_motivo": request.motivo}
        if not act.conn.execute(change.values(**note)).rowcount:
            text = f"O dia {day:%d/%m/%Y} não está fechado por esta assinatura: veja como ele está agora."
            raise Recusa("estado-nao-permite", text)
        act.log(OBJECT, day.isoformat(), REOPENED, {"numero": request.numero, "motivo": request.motivo})


def signatures(conn: Connection, office: Office, day: date) -> list[Signature]:
    """Return all signatures of a day, oldest first."""
    rows = _rows(conn, office, day)
    return [_signature(office, row, _logged(conn, office, day)) for row in rows]


def holding(conn: Connection, office: Office, period: Period) -> dict[date, Signature]:
    """Return the signature that holds of each closed day of the period."""
    query = sa.select(db.fechamento).where(
        _f.serventia_id == office.serventia_id,
        _f.dia.between(period.first, period.last),
        _f.reaberto_em.is_(None),
    )
    rows = conn.execute(query).mappings().all()
    return {row["dia"]: _signature(office, row, _logged(conn, office, row["dia"])) for row in rows}


def unsigned_days(conn: Connection, office: Office, now: datetime) -> list[date]:
    """Return the days of the last week, but today, on which something was done and that nobody closed.

    None in an office that does not use closings.
    """
    today = local_date(now)
    used = sa.select(_f.id).where(
        _f.serventia_id == office.serventia_id, _f.quando >= now - timedelta(days=IN_USE_DAYS)
    )
    if conn.execute(used.limit(1)).first() is None:
        return []
    first = sa.select(sa.func.min(_f.dia)).where(_f.serventia_id == office.serventia_id)
    begun = max(conn.execute(first).scalar_one(), today - timedelta(days=_LATE_DAYS))
    if begun >= today:
        return []
    period = Period(begun, today - timedelta(days=1))
    closed = sa.select(_f.dia).where(
        _f.serventia_id == office.serventia_id, _f.dia.between(period.first, period.last), _f.reaberto_em.is_(None)
    )
    return sorted(moved_days(conn, office, period) - set(conn.execute(closed).scalars()))


def _rows(conn: Connection, office: Office, day: date) -> Sequence[Row]:
    query = sa.select(db.fechamento).where(_f.serventia_id == office.serventia_id, _f.dia == day)
    return conn.execute(query.order_by(_f.numero)).mappings().all()


def _logged(conn: Connection, office: Office, day: date) -> dict[int, str]:
    """Return the hashes of a day's signatures in the log, by number."""
    log = db.log.c
    query = sa.select(log.detalhe).where(
        log.serventia_id == office.serventia_id,
        log.objeto == OBJECT,
        log.objeto_id == day.isoformat(),
        log.estado == SIGNED,
    )
    return {detail["numero"]: detail["sha256"] for detail in conn.execute(query).scalars()}


def _signature(office: Office, row: Row, logged: Mapping[int, str]) -> Signature:
    figures = Figures.from_json(row["figuras"])
    kept = row["caixa"]
    parts = [(name, figures.parcelas[name], kept.get(name, 0)) for name in COMPONENTS] if kept is not None else []
    true = digest(_signed_content(office, row))
    return Signature(
        dia=row["dia"],
        numero=row["numero"],
        figuras=figures,
        sha256=row["sha256"],
        caixa=Compared(row["soma_centavos"], row["caixa_centavos"], parts),
        motivo=row["motivo"],
        quem=row["quem"],
        quando=row["quando"],
        reaberto_por=row["reaberto_por"],
        reaberto_em=row["reaberto_em"],
        reaberto_motivo=row["reaberto_motivo"],
        confere=true == row["sha256"] == logged.get(row["numero"]),
    )


def _signed_content(office: Office, row: JsonView) -> JsonObject:
    """Return all that a signature stands for, as JSON."""
    return {
        "cns": office.cns,
        "dia": row["dia"].isoformat(),
        "numero": row["numero"],
        "figuras": row["figuras"],
        "soma_centavos": row["soma_centavos"],
        "caixa_centavos": row["caixa_centavos"],
        "caixa": row["caixa"],
        "motivo": row["motivo"],
        "quem": row["quem"],
        "quando": rfc3339(row["quando"]),
    }


def _closed_meanwhile(day: date) -> Recusa:
    return Recusa("estado-nao-permite", f"O dia {day:%d/%m/%Y} já está fechado: veja quem o assinou.")
