"""Page of one seal: its data, the court's answers, its chain, and the actions of the person who is logged in.

The actions: rectify (R1, R2), exclude (X4), send a refused report again (T2). `seal_actions` checks each one again.
"""

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, rendering, search
from printserver.clock import local, local_date
from printserver.common.data import JsonObject, JsonView
from printserver.court import standing
from printserver.errors import Recusa
from printserver.ledger import seal_view
from printserver.office import people
from printserver.seal_actions import exclude, price_day, rectify
from printserver.selo import COMPONENTS, EXCLUSION, LABELS, NewSelo, centavos
from printserver.web import fee_input, pin, polling, seal_words, words
from printserver.web.civil.records import record_of
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, ticked, typed_day, typed_text
from printserver.web.seals import graph

LEAP = 3  # times the current value; the preview warns from there on
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
    return polling.answer(_part(jobs.selo(office(), codigo)))


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
    preview: dict[str, object] | None = None
    try:
        check_fields("data", "ato", "identificador", *fee_input.FIELDS, "motivo", "fora_do_prazo", "visto")
        data = _rectification(codigo)
        before, depois = rectify.simulate(office(), author(), codigo, data)
        preview = _preview(codigo, before, depois) | {"pin": (*pin.free(data), *pin.late(data))}
        if not ticked("confirmo") or typed_text("visto") != preview["marca"]:
            return _render_rectify_form(codigo, refused_form(Recusa("entrada-invalida", "")), preview)
        pin.check(*pin.free(data), *pin.late(data))
        new, _repeated = rectify.rectify_selo(office(), author(), codigo, data, key())
    except Recusa as refusal:
        return _refused(refusal, lambda form: _render_rectify_form(codigo, form, preview))
    flash("O selo foi retificado. Este é o selo que vale agora.")
    return redirect(url_for("web.selo", codigo=new), 303)


def exclude_selo(codigo: str) -> ResponseReturnValue:
    """Ask for the reason, then exclude the seal by XA."""
    if request.method == "GET":
        return _render_exclude_form(codigo, Form())
    data: dict[str, object] = {"escrevente": find_person().usuario, "motivo": typed_text("motivo")}
    try:
        check_fields("motivo", "fora_do_prazo")
        check_confirmed()
        if ticked("fora_do_prazo"):
            data["fora_do_prazo"] = True
        pin.check("xa", *pin.late(data))
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
    refused = [each for each in found["comunicacoes"] if each["estado"] in _REFUSED]
    return {
        "retificar": found["vivo"] and found["ato"] != EXCLUSION,
        "excluir": found["vivo"] and found["ato"] != EXCLUSION,
        "mandar": any(each["tipo"] == "vinculo" or not found["retificado_por"] for each in refused),
    }


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


def _preview(codigo: str, before: NewSelo, depois: NewSelo) -> dict[str, object]:
    """Return the preview of a rectification: each change before and after, the totals, and a mark of its content."""
    rows = [
        ("Data do ato", *(words.day(local_date(each.momento)) for each in (before, depois))),
        ("Ato", *(f"{each.ato} · {each.descricao}" for each in (before, depois))),
        ("Identificador", before.identificador, depois.identificador),
        *(
            (LABELS[name], *(_reais(getattr(each.emolumentos, name)) for each in (before, depois)))
            for name in COMPONENTS
        ),
        ("Isento", *((each.motivo_isencao or "sim") if each.isento else "não" for each in (before, depois))),
    ]
    totals = [centavos(each.emolumentos.total_do_selo(each.iss_a_parte)) for each in (before, depois)]
    changed = [row for row in rows if row[1] != row[2]]
    mark = hashlib.sha256(repr((codigo, changed, totals)).encode()).hexdigest()
    leap = totals[0] > 0 and totals[1] >= LEAP * totals[0]
    return {"mudancas": changed, "totais": totals, "marca": mark, "vezes": totals[1] / totals[0] if leap else None}


def _reais(value: Decimal) -> str:
    return words.reais(centavos(value))


def _render_rectify_form(codigo: str, form: Form, preview: JsonView | None = None) -> str:
    found = jobs.selo(office(), codigo)
    here = office()
    kind = here.atos.get(found["ato"], found["natureza"])
    atos = [here.atos.get(code, found["natureza"]) for code in here.atos.codigos(found["natureza"])]
    day = price_day(found["natureza"], date.fromisoformat(found["data"]), now())
    return render_template(
        "screens/retificar.html",
        selo=found,
        forma=form,
        visto=preview,
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
        permitido=_can(found)["excluir"],
        **_term(datetime.fromisoformat(found["xa_ate"])),
    )


def _term(until: datetime) -> JsonObject:
    """Return the term of X4, whether it is over, and whether this person may exceed it."""
    return {"ate": local(until), "encerrado": now() > until, "chefia": find_person().papel in people.HEADS}
