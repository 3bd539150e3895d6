"""A change in two steps: *como está* and *como fica* with the new total, then the confirmation.

A change is executed only as it was shown: the form carries a mark of what the page showed. Unusual values and numbers
are asked about, and need a tick.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.common.data import JsonView
from printserver.documents import Value, read
from printserver.errors import Recusa, invalid_input
from printserver.ledger import idempotency
from printserver.seal_actions import resolve_value
from printserver.selo import PaperSeal, centavos
from printserver.web import pin, words
from printserver.web.context import author, now, office
from printserver.web.forms import Form, key, refused_form, ticked, typed_text
from printserver.web.pin import PinAct

FIELDS: Final = ("visto", "certeza")
LEAP: Final = 3  # times the usual or current value; from there on a person confirms
JUMP: Final = 500  # numbers of paper; from a greater distance on a person confirms
_LAST: Final = 50  # seals of an ato whose median is its usual value
_ENOUGH: Final = 3
_s, _p = db.selo.c, db.selo_papel.c


@dataclass(frozen=True, slots=True)
class Change:
    """What a change would do. `linhas` are label, before (None: nothing was there) and after.

    `totais` is the total in centavos before (None: none) and after, None where no value changes; `duvidas` what is
    unusual; `avisos` what else happens; `pin` the acts for which the office may ask a PIN (A4).
    `rotulo` names the total.
    """

    linhas: Sequence[tuple[str, str | None, str]]
    totais: tuple[int | None, int] | None
    duvidas: Sequence[str] = ()
    avisos: Sequence[str] = ()
    pin: tuple[PinAct, ...] = ()
    rotulo: str = "Total do selo"

    @property
    def marca(self) -> str:
        """A hash of what is shown."""
        content = (tuple(self.linhas), self.totais, tuple(self.duvidas), tuple(self.avisos))
        return hashlib.sha256(repr(content).encode()).hexdigest()


def confirmed(change: Change) -> bool:
    """Return whether the form confirms exactly this change. Raises `Recusa` if only the tick or PIN is missing."""
    if not ticked("confirmo") or typed_text("visto") != change.marca:
        return False
    if change.duvidas and not ticked("certeza"):
        raise invalid_input("certeza", "confira, e marque que é isso mesmo")
    pin.check(*change.pin)
    return True


def unconfirmed(refusal: Recusa) -> bool:
    """Return whether only the tick or the PIN of the second step is missing, so that the step is shown again."""
    fields = {each.campo for each in refusal.errors}
    return bool(fields) and fields <= {"certeza", "pin"}


def repeated() -> bool:
    """Return whether this very form was sent before and did its act, which then gives the same answer again."""
    return idempotency.is_used(office(), author(), key())


def shown_form() -> Form:
    """Return the form of a change that waits for its confirmation."""
    return refused_form(Recusa("entrada-invalida", ""))


def total_of(value: JsonView, natureza: int, day: date, iss_a_parte: bool = False) -> int:
    """Return what a VALUE as typed comes to, in centavos. Raises `Recusa` as `resolve_value`."""
    fees, _isento, _reason = resolve_value(office(), read(Value, dict(value)), natureza, day)
    return centavos(fees.total_do_selo(iss_a_parte))


def unusual(natureza: int, ato: str, total: int, before: int | None = None, *, counter: bool = False) -> list[str]:
    """Return the doubts about a total of an ato: three times what it was, or what is usual for the ato, or more.

    `counter` takes what is usual from the acts at the counter.
    """
    if before and total >= LEAP * before:
        return [f"O valor novo é {_times(total, before)} o de antes ({words.reais(before)})."]
    usual = _usual(_of_counter(ato) if counter else _of_seals(natureza, ato))
    if usual and total >= LEAP * usual and total != before:
        return [f"O valor é {_times(total, usual)} o habitual deste ato ({words.reais(usual)})."]
    return []


def same_act(natureza: int, ato: str, identificador: str) -> list[str]:
    """Return the doubt about a new seal of an act that has one: a form sent from two tabs would make a second."""
    mine = (_s.serventia_id == office().serventia_id, _s.identificador == identificador)
    query = sa.select(_s.codigo, _s.criado_em).where(*mine, _s.natureza == natureza, _s.ato == ato, _s.vivo)
    with office().db.read() as conn:
        found = conn.execute(query.order_by(_s.id.desc()).limit(1)).first()
    if found is None:
        return []
    made = words.moment(found.criado_em, now())
    return [f"Já há um selo deste ato com o identificador {identificador}: {found.codigo}, feito {made}."]


def jumps(paper: PaperSeal) -> list[str]:
    """Return the doubt about a paper seal whose number is far from every number of its série on record."""
    mine = (_p.serventia_id == office().serventia_id, _p.ato == paper.ato, _p.serie == paper.serie)
    with office().db.read() as conn:
        below = conn.scalar(sa.select(sa.func.max(_p.numero)).where(*mine, _p.numero <= paper.numero))
        above = conn.scalar(sa.select(sa.func.min(_p.numero)).where(*mine, _p.numero >= paper.numero))
    near = min((each for each in (below, above) if each is not None), key=lambda n: abs(n - paper.numero), default=None)
    if near is None or abs(near - paper.numero) <= JUMP:
        return []
    far = f"{abs(near - paper.numero):,}".replace(",", ".")
    return [f"O número {paper.numero:07} está {far} números longe do mais próximo já registrado ({near:07})."]


def _of_seals(natureza: int, ato: str) -> sa.Select[int]:
    mine = (_s.serventia_id == office().serventia_id, _s.ato == ato, _s.natureza == natureza)
    query = sa.select(_s.total_centavos).where(*mine, _s.vivo, ~_s.isento, _s.total_centavos > 0)
    return query.order_by(_s.dia.desc(), _s.id.desc())


def _of_counter(ato: str) -> sa.Select[int]:
    acts = db.ato_balcao.c
    mine = (acts.serventia_id == office().serventia_id, acts.ato == ato, acts.estado != "estornado")
    query = sa.select(acts.total_centavos).where(*mine, acts.total_centavos > 0)
    return query.order_by(acts.data.desc(), acts.id.desc())


def _usual(totals: sa.Select[int]) -> int | None:
    """Return the median of the last totals of an ato that were charged; None where there are too few."""
    with office().db.read() as conn:
        found = list(conn.execute(totals.limit(_LAST)).scalars())
    return int(median(found)) if len(found) >= _ENOUGH else None


def _times(value: int, usual: int) -> str:
    return f"{value / usual:.1f} vezes".replace(".0 ", " ").replace(".", ",")
