"""Login with user name and password, and logout; every login, refused login and logout is logged (A5)."""

from urllib.parse import urlsplit

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer

from printserver.office import people
from printserver.web import drafts, security
from printserver.web.context import find_person, is_htmx, office, register
from printserver.web.forms import typed_text

_STEP_S = 10 * 60  # between password and code
UNKNOWN = "desconhecido"  # logged instead of an unknown name, which may be a mistyped password


def log_in() -> ResponseReturnValue:
    """Show the login, or begin a session and redirect to the earlier page, with the draft if there is one."""
    proximo = request.values.get("proximo")
    if request.method == "GET":
        if wants_json():
            me = find_person().usuario if current_user.is_authenticated else None
            return {"csrf": generate_csrf(), "usuario": me}
        if current_user.is_authenticated:
            return redirect(security.safe_target(proximo), 303)
        return render_page(proximo, notice=security.why_ended())
    if typed_text("passo"):
        return _second_step()
    usuario = typed_text("usuario").lower()
    if espera := security.wait_time(usuario):
        error = f"Senha errada muitas vezes seguidas. Espere {espera} e tente de novo."
        return _refuse(proximo, usuario, error, 429)
    here = office()
    with here.db.read() as conn:
        who = people.check_password(conn, here.serventia_id, usuario, request.form.get("senha", ""))
        exists = people.exists(conn, here.serventia_id, usuario)
    if who is None:
        register("pessoa", usuario if exists else UNKNOWN, "entrada recusada", {"texto": "usuário ou senha"})
        return _refuse(proximo, usuario, "Usuário ou senha não conferem. Digite de novo.", 401)
    security.attempts().succeed(usuario, request.remote_addr or "")
    with here.db.read() as conn:
        factor = people.find_factor(conn, who)
    return _ask_code(who) if factor.ativo else _enter(who)


def _enter(who: people.Person) -> ResponseReturnValue:
    """Begin the session of a person whose password, and code, were right; go back to where they were."""
    security.log_in(who)
    if wants_json():
        return {"csrf": generate_csrf()}
    draft = drafts.read(typed_text("guardado"))
    if draft is not None:
        return redirect(drafts.return_address(draft, who.usuario), 303)
    return redirect(security.safe_target(request.values.get("proximo")), 303)


def _ask_code(who: people.Person, error: str = "", status: int = 200) -> ResponseReturnValue:
    """Ask the code of the second factor; the page carries a signed proof that the password was right (A5)."""
    step = _steps().dumps(who.usuario)
    if wants_json():
        return {"passo": step, "erro": error}, status
    page = render_template(
        "screens/entrar_codigo.html",
        passo=step,
        erro=error,
        proximo=request.values.get("proximo"),
        guardado=drafts.kept_draft(),
    )
    return page, status


def _second_step() -> ResponseReturnValue:
    """Check the code of the second factor, and begin the session."""
    try:
        usuario = str(_steps().loads(typed_text("passo")[:1000], max_age=_STEP_S))
    except BadData:
        return _refuse(request.values.get("proximo"), "", "A senha foi digitada há muito tempo. Entre de novo.", 401)
    here = office()
    with here.db.read() as conn:
        who = people.find_person(conn, here.serventia_id, usuario)
    if who is None:
        return _refuse(None, "", "Usuário ou senha não conferem. Digite de novo.", 401)
    held = security.try_code(who, typed_text("codigo_fator")[:40])
    if not held:
        return _enter(who)
    register("pessoa", usuario, "entrada recusada", {"texto": "código"})
    if held > 1:
        return _ask_code(who, f"Código errado muitas vezes seguidas. Espere {held} segundos e tente de novo.", 429)
    return _ask_code(who, "O código não confere, ou já foi usado. Espere o próximo e digite-o.", 401)


def _steps() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(security.secret(), salt="segundo-passo")


def wants_json() -> bool:
    """Whether a page asks by itself, to log in over a form (see `tela.js`)."""
    return request.accept_mimetypes.best == "application/json"


def _refuse(proximo: str | None, usuario: str, error: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return {"erro": error}, status
    return render_page(proximo, usuario, error), status


def render_page(
    proximo: str | None,
    usuario: str = "",
    error: str | None = None,
    notice: str | None = None,
    draft: str | None = None,
) -> str:
    """Return the login page; it carries the draft of a form that could not be processed, signed.

    `draft` is that of the current request, unless it was taken before.
    """
    return render_template(
        "screens/entrar.html",
        proximo=proximo,
        usuario=usuario[:64],
        erro=error,
        aviso=notice,
        guardado=drafts.kept_draft() if draft is None else draft,
    )


def log_out() -> ResponseReturnValue:
    """End the session."""
    security.log_out(find_person().usuario if current_user.is_authenticated else None)
    return redirect(url_for("web.entrar"), 303)


def continue_form() -> ResponseReturnValue:
    """Redirect to an expired form, filled in again; nothing is executed."""
    draft = drafts.read(typed_text("guardado"))
    if draft is None:
        flash("O que você digitou não pôde ser guardado. Abra a página de novo e repita.")
        return redirect(url_for("web.hoje"), 303)
    return redirect(drafts.return_address(draft, find_person().usuario), 303)


def send_to_login() -> ResponseReturnValue:
    """Redirect to the login and back afterwards; a live part redirects its whole page.

    The login page carries the fields of a posted form as a draft; the form is not executed.
    """
    if is_htmx():
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = page.path + (f"?{page.query}" if page.query else "")
        return Response(status=401, headers={"HX-Redirect": url_for("web.entrar", proximo=security.safe_target(back))})
    if request.method == "POST":
        notice = "Sua entrada terminou, e nada foi feito. O que você digitou está guardado: entre, e a página volta."
        return render_page(None, notice=notice), 401
    back = request.full_path.rstrip("?")
    return redirect(url_for("web.entrar", proximo=None if back == "/" else back), 303)
