"""*Minha conta*: the person who is logged in, and their PIN, set with the password (A1, A4)."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa, invalid_input
from printserver.office import people
from printserver.web import security, words
from printserver.web.context import find_person, office, register
from printserver.web.forms import Form, check_fields, refused_form, typed_text

PIN_ACTS = {
    "xa": "exclusão de selo (XA)",
    "isento": "ato isento",
    "substituicao": "substituição de documento",
    "fora-do-prazo": "ato fora do prazo",
}


def own_account() -> ResponseReturnValue:
    """Show the person's account, or set their PIN."""
    if request.method == "GET":
        return _show(Form())
    try:
        check_fields("senha", "pin_novo", "pin_repetido")
        before = _set_pin()
    except Recusa as refusal:
        return _show(refused_form(refusal)), refusal.kind.status
    flash("O seu PIN foi mudado." if before else "O seu PIN foi criado. Se outra aba espera por ele, volte a ela.")
    return redirect(url_for("web.conta"), 303)


def _set_pin() -> bool:
    """Set the PIN typed twice, if the password is right; return whether there was one before. Both are on record."""
    here, person = office(), find_person()
    new = typed_text("pin_novo")
    people.check_pin(new, "pin_novo")
    if new != typed_text("pin_repetido"):
        raise invalid_input("pin_repetido", "não é igual ao PIN novo: digite os dois outra vez")
    if wait := security.wait_time(person.usuario):
        raise invalid_input("senha", f"errada muitas vezes seguidas: espere {wait} e tente de novo")
    with here.db.read() as conn:
        right = people.check_password(conn, here.serventia_id, person.usuario, request.form.get("senha", ""))
        before, same = people.has_pin(conn, person), people.is_pin(conn, person, new)
    if right is None:
        register("pessoa", person.usuario, "PIN recusado", {"texto": "senha errada ao criar ou mudar o PIN"})
        raise invalid_input("senha", "não confere: digite de novo")
    security.attempts().succeed(person.usuario, request.remote_addr or "")
    if same:  # the form was sent twice
        return before
    with here.db.write() as conn:
        people.set_pin(conn, person, new)
    register("pessoa", person.usuario, "PIN mudado" if before else "PIN criado")
    return before


def _show(form: Form) -> str:
    here, person = office(), find_person()
    with here.db.read() as conn:
        has_pin = people.has_pin(conn, person)
    return render_template(
        "screens/conta.html",
        forma=form,
        tem_pin=has_pin,
        atos=[PIN_ACTS[act] for act in here.settings.pessoas.pin],
        papel=words.ROLES.get(person.papel, person.papel),
    )
