"""Sessions, login, CSRF, limits and security headers of the screens. Passwords: see `people`."""

import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, login_user, logout_user
from flask_wtf.csrf import CSRFProtect

from printserver.jobs import Office
from printserver.office import Act, acting, people, sessions
from printserver.web.attempts import Attempts
from printserver.web.context import User, now, office, register

_SESSION = "sessao"  # the key of the session token in the cookie
_ATTEMPTS = "printserver.tentativas"
_PIN_ATTEMPTS = "printserver.tentativas_de_pin"
_CODE_ATTEMPTS = "printserver.tentativas_de_codigo"
_EVERYWHERE = "*"  # PINs are counted by person alone, whatever the address
_PIN_TRIES = 5  # wrong PINs in a row, after which the person must enter again with the password

# No inline script or style, no external content; `object` and `frame` are for the PDF inside a page.
CSP = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",
        "object-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
# The browser's PDF viewer breaks under a stricter policy; only pages of this server may embed it.
PDF_CSP = "frame-ancestors 'self'"


class _Sessions(SecureCookieSessionInterface):
    """Marks the cookie Secure if the request came over TLS: the same program serves loopback and TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def prepare(app: Flask, office: Office, send_to_login: Callable[[], ResponseReturnValue]) -> CSRFProtect:
    """Set up sessions, login, CSRF and limits of the screens; API calls are not affected.

    `send_to_login` answers requests without a login.
    """
    # Cookies are shared by all ports: two offices on one machine must not overwrite each other's cookie.
    mark = hashlib.sha256(office.instance_name.encode()).hexdigest()[:8]
    app.config.update(
        SESSION_COOKIE_NAME=f"sessao_{mark}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # the screens check it themselves; API keys need no token
        WTF_CSRF_TIME_LIMIT=None,  # valid as long as the session: a question may stay open for hours
    )
    app.session_interface = _Sessions()
    manager = LoginManager()
    manager.session_protection = "strong"
    manager.user_loader(_load)
    manager.unauthorized_handler(send_to_login)
    manager.init_app(app)
    csrf = CSRFProtect()
    csrf.init_app(app)
    app.extensions[_ATTEMPTS] = Attempts(office.settings.http.senhas_erradas_por_minuto)
    app.extensions[_PIN_ATTEMPTS] = Attempts(_PIN_TRIES)
    app.extensions[_CODE_ATTEMPTS] = Attempts(_PIN_TRIES)
    return csrf


def attempts() -> Attempts:
    """Return the counter of failed password attempts of the running application."""
    found: Attempts = current_app.extensions[_ATTEMPTS]
    return found


def wait_time(usuario: str) -> str:
    """Count an attempt at a password; return how long the person must wait here instead, empty if not at all (A5)."""
    here, address = office(), request.remote_addr or ""

    def known() -> bool:
        with here.db.read() as conn:
            return sessions.known_address(conn, here.serventia_id, usuario, address)

    seconds = attempts().begin(usuario, address, known)
    minutes = -(-seconds // 60)
    return "" if not seconds else "um minuto" if minutes == 1 else f"{minutes} minutos"


def try_pin(person: people.Person, pin: str) -> tuple[bool, bool]:
    """Return whether the PIN is the person's, and whether they may try another: counted by person, at every address.

    The right one, and the password, make the count begin again.
    """
    found: Attempts = current_app.extensions[_PIN_ATTEMPTS]
    if found.begin(person.usuario, _EVERYWHERE, lambda: True):
        return False, False
    with office().db.read() as conn:
        right = people.is_pin(conn, person, pin)
    if right:
        found.succeed(person.usuario, _EVERYWHERE)
    return right, right or not found.waits(person.usuario, _EVERYWHERE)


def end_sessions(person: people.Person) -> None:
    """End every session of a person, and the one of this request: they enter again with the password."""
    here = office()
    with here.db.write() as conn:
        sessions.end_all(conn, person, here.clock())
    logout_user()


def log_in(person: people.Person, before: Callable[[Act], None] | None = None) -> None:
    """End the older session and forget its content, begin a session of `person`, and log it (A1).

    `before` is what the person does in the same transaction, first.
    """
    here, older = office(), session.get(_SESSION)
    with acting(here, people.author_of_person(person, request.remote_addr)) as act:
        if before is not None:
            before(act)
        if isinstance(older, str):
            sessions.end(act.conn, act.office.serventia_id, older, act.now)
        token = sessions.begin(act.conn, person, act.now, request.remote_addr, _browser())
        act.log("pessoa", person.usuario, "entrou")
    session.clear()
    login_user(User(person))
    current_app.extensions[_PIN_ATTEMPTS].succeed(person.usuario, _EVERYWHERE)
    session[_SESSION] = token


def token() -> str | None:
    """Return the token of the visitor's session."""
    found = session.get(_SESSION)
    return found if isinstance(found, str) else None


def secret() -> str:
    """Return the office's secret, with which it signs and encrypts."""
    found = current_app.secret_key
    assert isinstance(found, str)
    return found


def try_code(person: people.Person, code: str) -> int:
    """Try a code of the second factor: 0 if it is right, else the seconds to wait before another, at least 1 (A5)."""
    found: Attempts = current_app.extensions[_CODE_ATTEMPTS]
    if held := found.begin(person.usuario, _EVERYWHERE, lambda: True):
        return held
    here = office()
    with here.db.write() as conn:
        if not people.use_factor(conn, person, code, here.clock(), secret()):
            return 1
    found.succeed(person.usuario, _EVERYWHERE)
    return 0


def _browser() -> str:
    """Return browser and system of the request in words, as a person tells their machines apart."""
    agent = request.headers.get("User-Agent", "")
    browsers = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "Mac OS": "Mac", "Linux": "Linux"}
    names = [next((nome for part, nome in known.items() if part in agent), "") for known in (browsers, systems)]
    return " em ".join(filter(None, names)) or "navegador desconhecido"


def log_out(usuario: str | None) -> None:
    """End the session on the server and in the browser; logged if someone was logged in."""
    here, token = office(), session.get(_SESSION)
    if isinstance(token, str):
        with here.db.write() as conn:
            sessions.end(conn, here.serventia_id, token, here.clock())
    if usuario is not None:
        register("pessoa", usuario, "saiu")
    logout_user()
    session.clear()


def why_ended() -> str | None:
    """Return why the visitor's session is over, in words; None if there was no session."""
    if _SESSION not in session:
        return None
    minutes = office().settings.pessoas.sessao_ociosa_minutos
    return f"Sua entrada terminou: foi encerrada, ou ficou {minutes} minutos sem uso. Entre de novo."


def safe_target(text: str | None) -> str:
    """Return the path to go to after login: a path of this server, else the first page."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return url_for("web.hoje")
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in text):
        return url_for("web.hoje")
    return text


def headers(response: Response) -> Response:
    """Add the security headers to an answer of the screens; headers set by a view are kept."""
    pdf = response.mimetype == "application/pdf"
    response.headers.setdefault("Content-Security-Policy", PDF_CSP if pdf else CSP)
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN" if pdf else "DENY")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.endpoint in ("web.imagem", "web.formato_imagem") and "immutable" in response.headers.get(
        "Cache-Control", ""
    ):
        return response
    if request.endpoint != "web.static":
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:  # the URL changes with the content
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _load(usuario: str) -> User | None:
    """Return the logged-in person, read from the database; None once the session is over (A5).

    Polls of live parts do not extend the session.
    """
    here, token = office(), session.get(_SESSION)
    if not isinstance(token, str):
        return None
    people_settings, moment = here.settings.pessoas, now()
    with here.db.read() as conn:
        found = sessions.find(
            conn,
            here.serventia_id,
            token,
            moment,
            hours=people_settings.sessao_horas,
            minutes=people_settings.sessao_ociosa_minutos,
        )
    if found is None or found.pessoa.usuario != usuario:
        return None
    if found.due and not _by_itself():
        with here.db.write() as conn:
            sessions.touch(conn, here.serventia_id, token, moment)
    return User(found.pessoa, _pending(found))


def _pending(found: sessions.Found) -> str:
    """Return what the person must do first: see `User`. A demonstration office asks nobody for a second factor."""
    if found.senha_provisoria:
        return "senha"
    asked = needs_second_factor(found.pessoa.papel) and not found.second_factor
    return "fator" if asked else ""


def needs_second_factor(papel: str) -> bool:
    """Return whether people of the role must have a second factor (A5)."""
    here = office()
    return not here.demonstracao and papel in here.settings.pessoas.segundo_fator


def _by_itself() -> bool:
    """Whether the page itself sent the current request, without an action of the person."""
    return (request.endpoint or "").startswith("web.vivo_") or request.endpoint == "web.static"
