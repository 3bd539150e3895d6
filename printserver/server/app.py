"""The Flask application: the API for systems and the screens for people, over one open office."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask

from printserver import api, web
from printserver.office import SECRET_FILE, Office

_HSTS: Final = ("Strict-Transport-Security", "max-age=31536000")

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def create_app(office: Office) -> Flask:
    """Return the application over `office`."""
    app = api.new_app(__name__)
    app.secret_key = (office.instance / SECRET_FILE).read_text("ascii").strip()
    api.register(app, office)
    web.register(app, office)
    app.wsgi_app = _Front(app.wsgi_app)  # type: ignore[method-assign]  # Flask's documented place for a middleware
    return app


class _Front:
    """Middleware for every URL: HEAD is handled as GET without the body; over TLS, HSTS is sent.

    Flask routes HEAD to the views of GET. A view that checks the method would take HEAD for a posted form.
    """

    def __init__(self, wsgi: "WSGIApplication") -> None:
        self._wsgi = wsgi

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        secure = environ["wsgi.url_scheme"] == "https"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, [*headers, _HSTS] if secure else headers, exc_info)

        if environ["REQUEST_METHOD"] != "HEAD":
            return self._wsgi(environ, start)
        answer = self._wsgi({**environ, "REQUEST_METHOD": "GET"}, start)
        if hasattr(answer, "close"):
            answer.close()
        return []
