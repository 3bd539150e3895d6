"""Page of one seal: its data, the court's answers, its chain, and the actions of the person who is logged in.

The actions: rectify (R1, R2), exclude (X4), send a refused report again (T2). `seal_actions` checks each one again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, rendering, search
from printserver.clock import local, local_date
from printserver.common.data import JsonObject, JsonView
from printserver.court import standing
from printserver.errors import Recusa, invalid_input
from printserver.ledger import seal_view
from printserver.office import people
from printserver.seal_actions import exclude, price_day, rectify
from printserver.selo import COMPONENTS, EXCLUSION, LABELS, NewSelo, centavos
from printserver.web import access, pin, polling, words
from printserver.web.civil.records import record_of
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_fields, key, refused_form, ticked, typed_day, typed_text
from printserver.web.seals import change, fee_input, graph, seal_words

_REFUSED = ("objetado", "impossivel")


def selo(codigo: str) -> ResponseReturnValue:
    """Show the page of a seal."""
    found = jobs.selo(office(), codigo)
    return render_template(
        "screens/selo.html",
        selo=found,
        registro=record_of(jobs.look_up(office(), found["job"])["documento"]) if found["job"] else None,
        parte=_part(found).html,
        rotulos=LABELS,
        consulta=_court_address(found),
    )


def live_selo(codigo: str) -> ResponseReturnValue:
    """Answer the poll of a seal's page."""
    return polling.answer(lambda: _part(jobs.selo(office(), codigo)))


def qr_image(codigo: str) -> ResponseReturnValue:
    """Return the QR of a seal as an image; it never changes."""
    url = jobs.selo(office(), codigo)["qr"]["url"]
    response = Response(rendering.as_svg(rendering.matrix(url, "M")), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def _part(found: JsonView) -> polling.Part:
    listed = [search.list_all(office(), {"codigo": each})["itens"] for each in found["cadeia"]]
    chain = [one for some in listed for one in some]
    newer = next((each for each in chain if each["codigo"] == found["retificado_por"]), None)
    return polling.live_part(
        "screens/_selo.html",
        "web.vivo_selo",
        {"codigo": found["codigo"]},
        selo=found,
        agora=seal_words.seal_state(found["estado"], newer),
        cadeia=chain,
        grafo=graph.draw(found, chain),
        pode=_can(found),
    )


def _court_address(found: JsonView) -> str | None:
    """Return where the court answers for a seal: of a demonstration or test, the simulated court, or None."""
    here = office()
    if not (here.demonstracao or here.certificado.self_signed):
        return str(found["qr"]["url"])
    court = here.settings.tribunal
    return court.url.rstrip("/") + court.caminho_consulta.format(codigo=found["codigo"]) if court.url else None


def rectify_selo(codigo: str) -> ResponseReturnValue:
    """Ask for the corrections, show a preview, and create the retificador once the preview is confirmed."""
    if request.method == "GET":
        return _render_rectify_form(codigo, Form())
    try:
        check_fields("data", "ato", "identificador", *fee_input.FIELDS, "motivo", "fora_do_prazo", *change.FIELDS)
        data = _rectification(codigo)
        if not change.repeated():
            rectified = _rectified(*rectify.simulate(office(), author(), codigo, data))
            shown = replace(rectified, pin=(*pin.free(data), *pin.late(data)))
            page = _to_confirm(shown, lambda form: _render_rectify_form(codigo, form, shown))
            if page is not None:
                return page
        new, _repeated = rectify.rectify_selo(office(), author(), codigo, data, key())
    except Recusa as refusal:
        return _refused(refusal, lambda form: _render_rectify_form(codigo, form))
    flash("O selo foi retificado. Este é o selo que vale agora.")
    return redirect(url_for("web.selo", codigo=new), 303)


def exclude_selo(codigo: str) -> ResponseReturnValue:
    """Show what the exclusion of a seal changes, ask for the reason, and exclude it by XA."""
    if request.method == "GET":
        return _render_exclude_form(codigo, Form())
    data: dict[str, object] = {"escrevente": find_person().usuario, "motivo": typed_text("motivo")}
    try:
        check_fields("motivo", "fora_do_prazo", "papel_em_maos", *change.FIELDS)
        if ticked("fora_do_prazo"):
            data["fora_do_prazo"] = True
        found = jobs.selo(office(), codigo)
        if found["job"] and not ticked("papel_em_maos"):
            raise invalid_input("papel_em_maos", "confirme que o papel está em mãos, e o inutilize")
        if not change.repeated():
            exclude.simulate(office(), author(), codigo, data)
            if not ticked("confirmo"):
                return _render_exclude_form(codigo, change.shown_form())
            if not change.confirmed(replace(_excluded(found), pin=("xa", *pin.late(data)))):
                raise Recusa("estado-nao-permite", "O selo mudou desde que a tela se abriu. Confira, e peça de novo.")
        xa, _repeated = exclude.exclude_selo(office(), author(), codigo, data, key())
    except Recusa as refusal:
        return _refused(refusal, lambda form: _render_exclude_form(codigo, form))
    flash(f"Exclusão pedida ao tribunal, pelo selo {xa}.")
    return redirect(url_for("web.selo", codigo=codigo), 303)


def send_again(codigo: str) -> ResponseReturnValue:
    """Send the refused reports of a seal again, unchanged."""
    check_fields()
    standing.report(office(), author(), {"selos": [codigo], "escrevente": find_person().usuario})
    flash("O que o tribunal recusou vai ser mandado de novo, como está.")
    return redirect(url_for("web.selo", codigo=codigo), 303)


def _can(found: JsonView) -> dict[str, bool]:
    """Return the actions allowed for a seal."""
    if not access.may(access.SEALS):
        return {"retificar": False, "excluir": False, "mandar": False}
    refused = [each for each in found["comunicacoes"] if each["estado"] in _REFUSED]
    return {
        "retificar": found["vivo"] and found["ato"] != EXCLUSION,
        "excluir": found["vivo"] and found["ato"] != EXCLUSION,
        "mandar": any(each["tipo"] == "vinculo" or not found["retificado_por"] for each in refused),
    }


def _to_confirm(shown: change.Change, show: Callable[[Form], str]) -> ResponseReturnValue | None:
    """Return the page that shows a change; None once its form confirms it."""
    try:
        return None if change.confirmed(shown) else show(change.shown_form())
    except Recusa as refusal:
        return _refused(refusal, show)


def _refused(refusal: Recusa, show: Callable[[Form], str]) -> ResponseReturnValue:
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    return show(refused_form(refusal)), refusal.kind.status


def _rectification(codigo: str) -> dict[str, object]:
    """Return the body of `POST /selos/{codigo}/retificacao`: only the fields that the person changed."""
    found = jobs.selo(office(), codigo)
    data: dict[str, object] = {"escrevente": find_person().usuario, "motivo": typed_text("motivo")}
    data |= {name: typed_text(name) for name in ("ato", "identificador") if typed_text(name)}
    data |= {"data": day.isoformat()} if (day := typed_day("data")) else {}
    data |= fee_input.changed_value(_value_of(found))
    data |= {"fora_do_prazo": True} if ticked("fora_do_prazo") else {}
    if data.keys() <= {"escrevente", "motivo", "fora_do_prazo"}:
        raise Recusa("entrada-invalida", "Nada mudaria: diga o que se retifica, data, ato, identificador ou valor.")
    return data


def _value_of(found: JsonView) -> dict[str, str]:
    """Return a seal's value as form fields."""
    reason = {"motivo_isencao": found["motivo_isencao"]} if found["isento"] else {}
    return fee_input.as_fields(found["emolumentos_centavos"]) | reason


def _rectified(before: NewSelo, depois: NewSelo) -> change.Change:
    """Return what a rectification changes."""

    def row(label: str, say: Callable[[NewSelo], str]) -> tuple[str, str | None, str]:
        return label, say(before), say(depois)

    def component(name: str) -> tuple[str, str | None, str]:
        return row(LABELS[name], lambda each: _reais(getattr(each.emolumentos, name)))

    rows = [
        row("Data do ato", lambda each: words.day(local_date(each.momento))),
        row("Ato", lambda each: f"{each.ato} · {each.descricao}"),
        row("Identificador", lambda each: each.identificador),
        *map(component, COMPONENTS),
        row("Isento", lambda each: (each.motivo_isencao or "sim") if each.isento else "não"),
    ]
    old, new = (centavos(each.emolumentos.total_do_selo(each.iss_a_parte)) for each in (before, depois))
    doubts = change.unusual(depois.natureza, depois.ato, new, old) if new != old else []
    return change.Change([each for each in rows if each[1] != each[2]], (old, new), doubts)


def _excluded(found: JsonView) -> change.Change:
    """Return what the exclusion of a seal changes."""
    what = [("Selo", "vale", "não vale: excluído (XA)")]
    notices = ["As cópias que mostram este selo ficam desatualizadas."] if found["job"] else []
    return change.Change(what, (found["total_centavos"], 0), (), notices)


def _reais(value: Decimal) -> str:
    return words.reais(centavos(value))


def _render_rectify_form(codigo: str, form: Form, shown: change.Change | None = None) -> str:
    found = jobs.selo(office(), codigo)
    here = office()
    kind = here.atos.get(found["ato"], found["natureza"])
    atos = [here.atos.get(code, found["natureza"]) for code in here.atos.codigos(found["natureza"])]
    day = price_day(found["natureza"], date.fromisoformat(found["data"]), now())
    return render_template(
        "screens/retificar.html",
        selo=found,
        forma=form,
        visto=shown,
        permitido=_can(found)["retificar"],
        hoje=local_date(now()),
        valores=_value_of(found),
        rotulos={name: LABELS[name] for name in COMPONENTS},
        de_papel=kind is not None and kind.hibrido,
        atos=[
            each
            for each in atos
            if each and not each.so_retificador and not each.hibrido and each.seals(demonstracao=here.demonstracao)
        ],
        servicos=[each for each, _ in here.servicos.usable(found["natureza"], day, demonstracao=here.demonstracao)],
        **_term(seal_view.rectification_until(here, codigo)),
    )


def _render_exclude_form(codigo: str, form: Form) -> str:
    found = jobs.selo(office(), codigo)
    return render_template(
        "screens/excluir_selo.html",
        selo=found,
        forma=form,
        visto=_excluded(found),
        permitido=_can(found)["excluir"],
        **_term(datetime.fromisoformat(found["xa_ate"])),
    )


def _term(until: datetime) -> JsonObject:
    """Return the term of X4, whether it is over, and whether this person may exceed it."""
    return {"ate": local(until), "encerrado": now() > until, "chefia": find_person().papel in people.HEADS}
