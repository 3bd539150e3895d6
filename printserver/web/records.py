"""The screen *Selo Digital* of a record of Registro Civil, and the free acts of a month (C21, C24)."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import search
from printserver.clock import local_date
from printserver.common.data import JsonView
from printserver.errors import Recusa, invalid_input
from printserver.office import people
from printserver.seal_actions import records
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, ticked, typed_text

FUNDAMENTOS = {
    "lei": "gratuidade da lei",
    "declaracao": "declaração da pessoa",
    "justica-gratuita": "justiça gratuita",
    "crianca-adolescente": "criança e adolescente",
    "paternidade": "paternidade",
    "erro-do-oficio": "erro do ofício",
    "cpf": "averbação de CPF",
    "requisicao-oficial": "requisição oficial",
    "troca": "troca de certidão",
}


def record_of(document: JsonView) -> str | None:
    """Return the id of the record that a job's `documento` belongs to, None for one of Notas."""
    if document.get("natureza") != 2:
        return None
    record = document.get("assento") or document.get("processo")
    return str(record) if record else None


def record_seals() -> ResponseReturnValue:
    """Show every seal of a record; exclude those marked, all or none (C21)."""
    record_id = request.args.get("id", "").strip()
    if not record_id:
        raise invalid_input("Endereço", "abra o registro pelo trabalho ou pelo selo")
    if request.method == "GET":
        return _show(record_id, Form())
    try:
        check_fields("motivo", "papel_em_maos", "fora_do_prazo", multiple=("selos",))
        marked = request.form.getlist("selos")
        if not marked:
            raise invalid_input("selos", "marque ao menos um selo")
        data: dict[str, object] = {"selos": marked, "motivo": typed_text("motivo"), "escrevente": find_person().usuario}
        data |= {name: True for name in ("papel_em_maos", "fora_do_prazo") if ticked(name)}
        check_confirmed()
        records.exclude_marked(office(), author(), record_id, data, key())
    except Recusa as refusal:
        return _show(record_id, refused_form(refusal)), refusal.kind.status
    flash(f"{'1 selo excluído' if len(marked) == 1 else f'{len(marked)} selos excluídos'}: nada foi impresso.")
    return redirect(url_for("web.registro", id=record_id), 303)


def _show(record_id: str, form: Form) -> str:
    return render_template(
        "screens/registro.html",
        registro=records.list_seals(office(), record_id),
        forma=form,
        marcados=set(request.form.getlist("selos")),
        agora=now().isoformat(),
        chefia=find_person().papel in people.HEADS,
    )


def free_acts() -> ResponseReturnValue:
    """Show the free acts of a month by fundamento and ato, or give them as CSV (C24)."""
    month = request.args.get("mes", "").strip() or f"{local_date(now()):%Y-%m}"
    found = search.free_acts(office(), month)
    if request.args.get("formato") == "csv":
        answer = Response(search.free_acts_csv(found), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="gratuidades-{month}.csv"'
        return answer
    return render_template("screens/gratuidades.html", achado=found, mes=month, fundamentos=FUNDAMENTOS)
