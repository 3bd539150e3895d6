"""*Minha conta*: password, PIN, second factor and open sessions of the person who is logged in (A1, A4, A5)."""

import re
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from printserver.errors import Recusa, invalid_input
from printserver.office import Act, acting, people, sessions
from printserver.rendering import as_svg, matrix
from printserver.web import security, words
from printserver.web.context import author, find_person, now, office, pending, register
from printserver.web.forms import Form, check_fields, refused_form, typed_text

PIN_ACTS = {
    "xa": "exclusão de selo (XA)",
    "isento": "ato isento",
    "substituicao": "substituição de documento",
    "fora-do-prazo": "ato fora do prazo",
    "fechamento": "fechamento do dia",
}
# The endpoints that are open to who must first do something; see `context.User`.
_BEFORE: Final = {"senha": ("conta", "conta_senha", "presente"), "fator": ("segundo_fator", "presente")}
_SECRET_S: Final = 60 * 60  # the page with a new secret may stand open
_NUMBER: Final = re.compile(r"[0-9a-f]{16}|outras")


def required_first(endpoint: str) -> ResponseReturnValue | None:
    """Return the answer that leads to what the person must do before anything else; None if there is nothing (A5)."""
    required = pending()
    if not required or endpoint in _BEFORE[required]:
        return None
    if endpoint.startswith("vivo_"):
        return "", 204
    return redirect(url_for("web.conta" if required == "senha" else "web.segundo_fator"), 303)


def own_account() -> ResponseReturnValue:
    """Show the person's account, or set their PIN."""
    if request.method == "GET":
        return _show()
    try:
        check_fields("senha", "pin_novo", "pin_repetido")
        before = _set_pin()
    except Recusa as refusal:
        return _show(pin=refused_form(refusal)), refusal.kind.status
    flash("O seu PIN foi mudado." if before else "O seu PIN foi criado. Se outra aba espera por ele, volte a ela.")
    return redirect(url_for("web.conta"), 303)


def own_password() -> ResponseReturnValue:
    """Set a new password; the person's other sessions end, and this one goes on (A5)."""
    if request.method == "GET":
        return redirect(url_for("web.conta"), 303)
    required = pending()
    try:
        check_fields("senha", "senha_nova", "senha_repetida")
        _change_password()
    except Recusa as refusal:
        return _show(senha=refused_form(refusal)), refusal.kind.status
    flash("A sua senha foi mudada. As suas outras entradas terminaram.")
    return redirect(url_for("web.hoje" if required == "senha" else "web.conta"), 303)


def own_factor() -> ResponseReturnValue:
    """Set up or remove the person's second factor; the recovery codes are shown once (A5)."""
    person, form = find_person(), Form()
    if request.method == "POST":
        try:
            check_fields("senha", "codigo_fator", "segredo")
            _check_password(person, "segundo fator recusado")  # an unattended session must not set a factor up
            if not _has_factor(person):
                return render_template("screens/segundo_fator_pronto.html", codigos=_enable_factor(person))
            _check_code(person)
            with acting(office(), author()) as act:
                people.disable_factor(act.conn, person)
                act.log("pessoa", person.usuario, "segundo fator removido")
            flash("O segundo fator foi removido.")
            return redirect(url_for("web.segundo_fator" if _is_required(person) else "web.conta"), 303)
        except Recusa as refusal:
            form = refused_form(refusal)
    page = _show_factor(person, form)
    return (page, 422) if form.aviso else page


def own_sessions() -> ResponseReturnValue:
    """End one of the person's sessions, or all others."""
    try:
        check_fields("entrada")
        number = typed_text("entrada")
        if not _NUMBER.fullmatch(number):
            raise Recusa("entrada-invalida", "Nada foi feito: use um dos botões.")
        ended = _end_sessions(number)
    except Recusa as refusal:
        return _show(entradas=refused_form(refusal)), refusal.kind.status
    flash(f"{words.plural(ended, 'entrada encerrada', 'entradas encerradas')}.")
    return redirect(url_for("web.conta"), 303)


def still_here() -> ResponseReturnValue:
    """Answer the person who says that they are still there: the session goes on."""
    return "", 204


def _end_sessions(number: str) -> int:
    """End the session of that number, or with `outras` all but this one; return how many ended."""
    person = find_person()
    with acting(office(), author()) as act:
        if number == "outras":
            ended = sessions.end_all(act.conn, person, act.now, but=security.token())
        else:
            ended = int(sessions.end_one(act.conn, person, number, act.now))
        if ended:
            act.log("pessoa", person.usuario, "entradas encerradas", {"quantas": ended})
    return ended


def _set_pin() -> bool:
    """Set the PIN typed twice, if the password is right; return whether there was one before. Both are on record."""
    here, person = office(), find_person()
    new = typed_text("pin_novo")
    people.check_pin(new, "pin_novo")
    if new != typed_text("pin_repetido"):
        raise invalid_input("pin_repetido", "não é igual ao PIN novo: digite os dois outra vez")
    _check_password(person, "PIN recusado")
    with here.db.read() as conn:
        if people.is_pin(conn, person, new):  # the form was sent twice
            return True
    with acting(here, author()) as act:
        people.lock_person(act.conn, here.serventia_id, person.usuario)
        before = people.has_pin(act.conn, person)
        people.set_pin(act.conn, person, new)
        act.log("pessoa", person.usuario, "PIN mudado" if before else "PIN criado")
    return before


def _change_password() -> None:
    here, person = office(), find_person()
    new = request.form.get("senha_nova", "")
    names = (person.nome, here.settings.serventia.nome)
    people.check_strength(new, person.usuario, names, "senha_nova")
    if new != request.form.get("senha_repetida", ""):
        raise invalid_input("senha_repetida", "não é igual à senha nova: digite as duas outra vez")
    if new == request.form.get("senha", ""):
        raise invalid_input("senha_nova", "é igual à de agora: escolha outra")
    _check_password(person, "mudança de senha recusada")

    def change(act: Act) -> None:
        people.change_password(act.conn, here.serventia_id, person.usuario, new, act.now)
        act.log("pessoa", person.usuario, "senha mudada")

    security.log_in(person, change)


def _check_password(person: people.Person, refused: str) -> None:
    """Raise `Recusa` at the field unless the person's password was typed; a wrong one is on record as `refused`."""
    here = office()
    if wait := security.wait_time(person.usuario):
        raise invalid_input("senha", f"errada muitas vezes seguidas: espere {wait} e tente de novo")
    with here.db.read() as conn:
        right = people.check_password(conn, here.serventia_id, person.usuario, request.form.get("senha", ""))
    if right is None:
        register("pessoa", person.usuario, refused, {"texto": "senha errada"})
        raise invalid_input("senha", "não confere: digite de novo")
    security.attempts().succeed(person.usuario, request.remote_addr or "")


def _check_code(person: people.Person) -> None:
    if held := security.try_code(person, typed_text("codigo_fator")[:40]):
        register("pessoa", person.usuario, "segundo fator recusado", {"texto": "código"})
        wait = f"errado muitas vezes seguidas: espere {held} segundos" if held > 1 else "não confere, ou já foi usado"
        raise invalid_input("codigo_fator", wait)


def _enable_factor(person: people.Person) -> list[str]:
    """Store the secret of the form if the code is one of it; return the recovery codes."""
    here = office()
    try:
        usuario, secret = _sealer().loads(typed_text("segredo")[:1000], max_age=_SECRET_S)
    except (BadData, ValueError):
        usuario, secret = "", ""
    if usuario != person.usuario:
        raise Recusa("entrada-invalida", "A página ficou aberta muito tempo. Leia o desenho de novo com o celular.")
    step = people.factor_step(secret, typed_text("codigo_fator")[:40], here.clock())
    if step is None:
        raise invalid_input("codigo_fator", "não confere: veja se a hora do celular está certa, e digite o de agora")
    with acting(here, author()) as act:
        codes = people.enable_factor(act.conn, person, secret, step, security.secret())
        act.log("pessoa", person.usuario, "segundo fator criado")
    return codes


def _show_factor(person: people.Person, form: Form) -> str:
    values: dict[str, object] = {"ativo": _has_factor(person), "obrigatorio": _is_required(person)}
    if not values["ativo"]:
        secret = _kept_secret(person) or people.new_factor_secret()
        address = people.factor_address(secret, person, office().settings.serventia.nome)
        values |= {
            "segredo": _sealer().dumps([person.usuario, secret]),
            "desenho": as_svg(matrix(address, "M")),
            "escrito": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        }
    return render_template("screens/segundo_fator.html", forma=form, **values)


def _kept_secret(person: people.Person) -> str | None:
    """Return the secret of a form that is shown again: the phone has read it."""
    try:
        usuario, secret = _sealer().loads(typed_text("segredo")[:1000], max_age=_SECRET_S)
    except (BadData, ValueError):
        return None
    return str(secret) if usuario == person.usuario else None


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(security.secret(), salt="segundo-fator")


def _has_factor(person: people.Person) -> bool:
    with office().db.read() as conn:
        return people.find_factor(conn, person).ativo


def _is_required(person: people.Person) -> bool:
    return security.needs_second_factor(person.papel)


def _show(pin: Form | None = None, senha: Form | None = None, entradas: Form | None = None) -> str:
    here, person = office(), find_person()
    settings = here.settings.pessoas
    with here.db.read() as conn:
        has_pin, factor = people.has_pin(conn, person), people.find_factor(conn, person)
        open_sessions = sessions.list_open(
            conn,
            person,
            now(),
            hours=settings.sessao_horas,
            minutes=settings.sessao_ociosa_minutos,
            token=security.token(),
        )
    return render_template(
        "screens/conta.html",
        forma=pin or senha or entradas or Form(),
        forma_pin=pin or Form(),
        forma_senha=senha or Form(),
        tem_pin=has_pin,
        fator=factor,
        fator_obrigatorio=_is_required(person),
        entradas=open_sessions,
        minimo=people.SHORTEST_PASSWORD,
        atos=[PIN_ACTS[act] for act in settings.pin],
        papel=words.ROLES.get(person.papel, person.papel),
        falta=pending(),
    )
