"""Who gets in and what a browser may do: sessions, login, CSRF, limits, headers. Passwords are `people`'s matter."""

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_login import LoginManager, login_user, logout_user
from flask_wtf.csrf import CSRFProtect

from printserver import people
from printserver.jobs import Office
from printserver.web.context import Usuario, agora, is_htmx, office

ENTROU_EM = "entrou_em"

# No inline script or style, nothing from elsewhere; `object` and `frame` are for the PDF shown inside a page.
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
# The PDF is shown by the browser's own viewer, which a stricter policy breaks; only our own pages may hold it.
CSP_DO_PDF = "frame-ancestors 'self'"


class _Sessions(SecureCookieSessionInterface):
    """Marks the cookie Secure whenever the request came over TLS, so that one program serves loopback and TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def preparar(app: Flask, office: Office) -> tuple[CSRFProtect, Limiter]:
    """Set the application's sessions, login, CSRF and limits up; the API's calls are touched by none of them."""
    # Cookies do not tell ports apart: two offices on one machine must not log each other out.
    mark = hashlib.sha256(office.nome_da_instancia.encode()).hexdigest()[:8]
    app.config.update(
        SESSION_COOKIE_NAME=f"sessao_{mark}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,  # the screens ask for it; a system's key needs none
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a question may stay open for hours
    )
    app.session_interface = _Sessions()
    manager = LoginManager()
    manager.session_protection = "strong"
    manager.user_loader(_load)
    manager.unauthorized_handler(_to_login)
    manager.init_app(app)
    csrf = CSRFProtect()
    csrf.init_app(app)
    limiter = Limiter(_address, app=app, storage_uri="memory://", strategy="fixed-window")
    return csrf, limiter


def limite_da_entrada() -> str:
    """Return how many wrong passwords a minute one address may send."""
    return f"{office().settings.http.senhas_erradas_por_minuto} per minute"


def entrar(pessoa: people.Pessoa) -> None:
    """Begin a session of `pessoa`; what an older session held is forgotten."""
    session.clear()
    login_user(Usuario(pessoa))
    session[ENTROU_EM] = agora().timestamp()


def sair() -> None:
    """End the session."""
    logout_user()
    session.clear()


def destino_seguro(texto: str | None) -> str:
    """Return the path to go to after login: one of ours, else the first page. Never another site."""
    if not texto or not texto.startswith("/") or texto.startswith(("//", "/\\")):
        return url_for("web.painel")
    partes = urlsplit(texto)
    if partes.scheme or partes.netloc or any(ord(c) < 32 for c in texto):
        return url_for("web.painel")
    return texto


def cabecalhos(response: Response) -> Response:
    """Add the security headers to an answer of the screens; what a view has set already stays."""
    pdf = response.mimetype == "application/pdf"
    response.headers.setdefault("Content-Security-Policy", CSP_DO_PDF if pdf else CSP)
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN" if pdf else "DENY")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if request.endpoint != "web.static":
        response.headers["Cache-Control"] = "no-store"
    elif "v" in request.args:  # its address changes with its content
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _load(usuario: str) -> Usuario | None:
    """Return the logged-in person as they are now: one who left, or whose hours are over, is nobody."""
    here = office()
    since = session.get(ENTROU_EM)
    if not isinstance(since, int | float):
        return None
    hours = timedelta(hours=here.settings.pessoas.sessao_horas)
    if not timedelta(0) <= here.clock() - datetime.fromtimestamp(since, UTC) < hours:
        return None
    with here.db.read() as conn:
        pessoa = people.pessoa(conn, here.serventia_id, usuario)
    return None if pessoa is None else Usuario(pessoa)


def _to_login() -> ResponseReturnValue:
    """Send whoever is not logged in to the login, and back afterwards; a live part sends its whole page there."""
    if is_htmx():
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = page.path + (f"?{page.query}" if page.query else "")
        return Response(status=401, headers={"HX-Redirect": url_for("web.entrar", proximo=destino_seguro(back))})
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("web.entrar", proximo=None if back == "/" else back), 303)


def _address() -> str:
    return request.remote_addr or "?"
