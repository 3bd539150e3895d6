"""The minuta (N8): the livro's text without seal or question. Refusals of the livro are warnings here."""

from datetime import datetime

from printserver.clock import local_date
from printserver.documents.identity import identify
from printserver.documents.instrumento import Instrumento
from printserver.documents.model import Minuta
from printserver.documents.moment import ato_moment, refuse_empty_date
from printserver.documents.notas import livro
from printserver.documents.plan import Context, Custas, Plan
from printserver.documents.values import Ato
from printserver.errors import BadField, Recusa, invalid_input
from printserver.selo import Emolumentos


def make_plan(document: Minuta, context: Context) -> Plan:
    """Return the minuta's plan: without seals, and not refused for data that may still be missing (N8).

    Raises Recusa `data-do-ato` for an impossible date (S7a).
    """
    instrumento = document.instrumento
    atos, notices = _choose(instrumento)
    custas = []
    for index, ato in enumerate(atos):
        linha, do_ato = _custas(ato, context, index)
        custas.append(linha)
        notices.extend(do_ato)
    notices.extend(_data(instrumento, context.agora))
    fixed = livro.fix(instrumento, atos, custas)
    return Plan(
        identity=identify(document, context),
        instrumento=fixed.model_copy(update={"data": instrumento.data or local_date(context.agora)}),
        corpo=instrumento.corpo,
        qr="principal",
        custas=livro.principal_first(custas),
        avisos=tuple(notices),
    )


def parse_pages(paginas: str | None, total: int) -> tuple[int, ...] | None:
    """Return the pages (from 1) of `paginas` (`3-5`, `2,7`) in a minuta with `total` pages; None: all.

    Raises Recusa `entrada-invalida` if one of them does not exist.
    """
    if paginas is None:
        return None
    requested: set[int] = set()
    for page_range in paginas.split(","):
        first, _, last = page_range.partition("-")
        de, ate = int(first), int(last or first)
        if not 1 <= de <= ate <= total:
            raise invalid_input(
                "documento.paginas", f"a faixa {page_range} não existe: a minuta tem {total} página{'s'[: total > 1]}"
            )
        requested.update(range(de, ate + 1))
    return tuple(sorted(requested))


def _choose(instrumento: Instrumento) -> tuple[tuple[Ato, ...], list[BadField]]:
    if not instrumento.atos:
        return (), []
    try:
        return livro.choose_principal(instrumento.atos), []
    except Recusa as refusal:
        unchosen = tuple(ato.model_copy(update={"principal": index == 0}) for index, ato in enumerate(instrumento.atos))
        return unchosen, list(refusal.errors)


def _custas(ato: Ato, context: Context, index: int) -> tuple[Custas, list[BadField]]:
    try:
        return livro.custas_do_ato(ato, context, f"{livro.FIELD}.atos.{index}")
    except Recusa as refusal:
        to_be_set = Custas(ato.descricao or ato.ato, Emolumentos.zero(), False, None, ato.ato, ato.principal)
        return to_be_set, list(refusal.errors)


def _data(instrumento: Instrumento, now: datetime) -> list[BadField]:
    """Return warnings about the date: a past day needs a reason in the livro; a future one is allowed in a minuta."""
    if instrumento.data is None or instrumento.data >= local_date(now):
        return []
    refuse_empty_date(instrumento.data, instrumento.motivo_data, field=f"{livro.FIELD}.data")
    try:
        ato_moment(instrumento.data, instrumento.motivo_data, now, field=livro.FIELD)
    except Recusa as refusal:
        return list(refusal.errors)
    return []
