"""Screens of the court: term of each seal, refusals, outbox, notices; the status strip on every page.

Refused seals are corrected on the seal's page, or sent again from here by a named person (T1, T2, T4, R5).
"""

import threading
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import copies, incidents
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.court import notices, pending, standing
from printserver.errors import Recusa
from printserver.office import Office, ready
from printserver.web import polling
from printserver.web.address import requested_option, requested_page
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, refused_form

TABS: Final = ("pendentes", "recusados", "vinculos", "avisos")
AT_ONCE: Final = 1000  # refused seals that one request sends again
KEPT_S: Final = 5.0  # cache of the court status, shared by all screens

_lock = threading.Lock()
_kept: dict[str, tuple[float, int, JsonObject]] = {}


def court_settings() -> ResponseReturnValue:
    """Show the office's status with the court."""
    on = bool(office().settings.tribunal.url)
    return render_template("screens/tribunal.html", parte=_part().html, ligado=on)


def live_court() -> ResponseReturnValue:
    """Answer the poll of the court's page."""
    return polling.answer(_part)


def report() -> ResponseReturnValue:
    """Send the pending reports now."""
    check_fields()
    found = standing.report(office(), author(), {"escrevente": find_person().usuario})
    forget_status()
    n = found["pendentes"]
    message = f"Pedido feito: {n} {'vai' if n == 1 else 'vão'} ao tribunal agora."
    flash(message if n else "Nada espera por comunicação.")
    return redirect(url_for("web.tribunal"), 303)


def order_faults() -> ResponseReturnValue:
    """Ask for confirmation that refused reports (of one seal, or all) are sent again unchanged, then send them."""
    if request.method == "GET":
        return _ask(Form())
    try:
        check_fields(multiple=("selos",))
        check_confirmed()
        codes = request.form.getlist("selos")
        standing.report(office(), author(), {"selos": codes, "escrevente": find_person().usuario})
    except Recusa as refusal:
        return _ask(refused_form(refusal)), refusal.kind.status
    forget_status()
    flash(f"{len(codes)} {'selo vai' if len(codes) == 1 else 'selos vão'} de novo ao tribunal.")
    return redirect(url_for("web.tribunal"), 303)


def _ask(form: Form) -> str:
    refused: list[JsonObject] = []
    for quais in ("recusados", "vinculos"):
        page = 1
        while found := pending.list_all(office(), quais, page)["itens"]:
            refused += [item for item in found if item["recusado_em"]]
            page += 1
            if len(refused) >= AT_ONCE:
                break
    if only := request.values.get("selo"):
        refused = [item for item in refused if item["selo"] == only]
    refused = refused[:AT_ONCE]
    codes = list(dict.fromkeys(item["selo"] for item in refused))
    return render_template("screens/tribunal_mandar.html", recusados=refused, codigos=codes, forma=form)


def _part() -> polling.Part:
    tab = requested_option("ver", TABS) or "pendentes"
    page = requested_page()
    here = office()
    listing = notices.list_all(here, page) if tab == "avisos" else pending.list_all(here, tab, page)  # type: ignore[arg-type]
    paginas = max(1, -(-listing["total"] // pending.PER_PAGE))
    return polling.live_part(
        "screens/_tribunal.html",
        "web.vivo_tribunal",
        {"ver": tab, "pagina": page},
        como=standing.as_json(standing.status(here)),
        ver=tab,
        lista=listing,
        paginas=paginas,
        por_email=bool(here.settings.avisos.servidor),
    )


# -- the strip on every page -----------------------------------------------------------------------------------------


def strip() -> str:
    """Return the status strip of every page as a live part; it has no text while the court needs no action."""
    return _strip().html


def live_strip() -> ResponseReturnValue:
    """Answer the poll of the strip."""
    return polling.answer(_strip)


def _strip() -> polling.Part:
    return polling.live_part("screens/_faixa.html", "web.vivo_faixa", {}, cada="15s", como=court_status())


def court_status() -> JsonObject:
    """Return the court status, read at most once in `KEPT_S` seconds for all screens."""
    here, seconds = office(), now().timestamp()
    with _lock:
        kept = _kept.get(here.instance_name)
    if kept is not None and 0 <= seconds - kept[0] < KEPT_S and kept[1] == here.state.generation:
        return kept[2]
    keeps = [reason for reason in ready.conditions(here).values() if reason is not None]
    with here.db.read() as conn:
        open_ones = incidents.open_ones(conn, here.serventia_id)
        copied = copies.standing(conn, here, now())
    found = standing.status(here) | {"impedimentos": keeps, "faltas": _missing(here), "incidentes": open_ones}
    found |= {"copias": copied.warnings, "chave_das_copias": copied.chave.reminder}
    with _lock:
        _kept[here.instance_name] = (seconds, here.state.generation, found)
    return found


def forget_status() -> None:
    """Have the status read again: this request changed it."""
    with _lock:
        _kept.clear()


def _missing(here: Office) -> list[str]:
    """Return what a real office lacks before its seals are valid: said on every screen (S5, S9)."""
    if here.demonstracao:
        return []
    found = []
    if here.certificado.self_signed:
        found.append("o certificado é de teste: os selos não têm valor")
    day = local_date(now())
    if not any(here.servicos.usable(natureza, day, demonstracao=False) for natureza in (1, 2)):
        found.append("nenhum serviço tem valores: só se sela o que traz as parcelas")
    return found
