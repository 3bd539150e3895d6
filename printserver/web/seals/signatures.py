"""Signatures gathered on different days (N11): open cases, and the rectification of a livro's seals, with a preview."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.common.data import JsonView
from printserver.errors import Recusa
from printserver.seal_actions import signatures as signature_actions
from printserver.web.context import author, find_person, office
from printserver.web.forms import Form, check_fields, key, refused_form, ticked, typed_choice, typed_day, typed_text

STATES: Mapping[str, str] = {
    "pendentes": "Faltam assinaturas: os selos vão a zero",
    "completas": "Todos assinaram: valor cheio (um terço, se passaram 30 dias da primeira assinatura)",
    "desistencia": "Uma parte desistiu, ou os 30 dias passaram sem todas as assinaturas: um terço do valor",
}
_OUTCOMES = {"zero": "a zero", "cheio": "ao valor cheio", "terco": "a um terço do valor"}


def signatures() -> ResponseReturnValue:
    """Show the instrumentos whose signatures are incomplete."""
    return render_template("screens/assinaturas.html", abertas=signature_actions.pending(office()))


def sign_instrumento(job_id: str) -> ResponseReturnValue:
    """Ask for the state of a livro's signatures, show a preview, and rectify once the preview is confirmed."""
    job = jobs.look_up(office(), job_id)
    if job["documento"]["tipo"] != "livro":
        raise Recusa("estado-nao-permite", "Só um livro espera por assinaturas.")
    if request.method == "GET":
        return _show(job, Form(), None)
    instrumento = job["documento"]["instrumento"]
    data = {"estado": typed_text("estado"), "escrevente": find_person().usuario}
    data |= {"motivo": typed_text("motivo")} if typed_text("motivo") else {}
    try:
        check_fields("estado", "primeira", "motivo", "visto")
        typed_choice("estado", STATES)
        first = typed_day("primeira")
        data |= {"primeira": first.isoformat()} if first else {}
        shown = signature_actions.sign_instrumento(office(), author(), instrumento, data | {"simular": True})[0]
        if not ticked("confirmo") or typed_text("visto") != _mark(shown):
            return _show(job, refused_form(Recusa("entrada-invalida", "")), shown)
        signature_actions.sign_instrumento(office(), author(), instrumento, data, key())
    except Recusa as refusal:
        return _show(job, refused_form(refusal), None), refusal.kind.status
    n = len(shown["selos"])
    made = f"{'1 selo retificado' if n == 1 else f'{n} selos retificados'} {_OUTCOMES[shown['valor']]}" if n else ""
    flash(f"Registrado. {made or 'Nenhum selo mudou de valor'}.")
    return redirect(url_for("web.assinaturas"), 303)


def _mark(shown: JsonView) -> str:
    """Return a mark of the preview, so that only what was shown is executed: the value may differ the next day."""
    seals = ",".join(f"{item['retifica']}:{item['total_centavos']}" for item in shown["selos"])
    return f"{shown['estado']};{shown['primeira']};{shown['valor']};{seals}"


def _show(job: JsonView, form: Form, shown: JsonView | None) -> str:
    open_case = next((item for item in signature_actions.pending(office()) if item["job"] == job["id"]), None)
    return render_template(
        "screens/assinar.html",
        job=job,
        forma=form,
        aberta=open_case,
        estados=STATES,
        visto=shown,
        marca=_mark(shown) if shown else "",
    )
