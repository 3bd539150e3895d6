"""HTTP for systems: the contract under `/api/v1`, and the server's health.

It knows how things are asked for and answered over HTTP, and nothing of what a document, a seal or a job is.
"""

from apiflask import APIFlask
from flask import Flask, Response, request

from printserver import __version__
from printserver.api import lookups, prints, problems, status
from printserver.api.auth import Gate
from printserver.api.context import Context, context, put
from printserver.api.documented import SECURITY, StrictRequest
from printserver.api.metrics import Meter
from printserver.api.openapi import finish
from printserver.jobs.office import Office

# Every path that answers in problems; all else belongs to the screens.
PREFIXES = ("/api/", "/healthz", "/readyz", "/metrics")
_MB = 1024 * 1024

__all__ = ["PREFIXES", "nova_aplicacao", "registrar"]


def nova_aplicacao(import_name: str) -> APIFlask:
    """Return an application, without any route yet, that describes its API and keeps its errors to us."""
    app = APIFlask(
        import_name,
        title="printserver",
        version=__version__,
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None: no static route
    )
    app.request_class = StrictRequest
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        AUTO_200_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_SERVERS=False,
        SECURITY_SCHEMES={SECURITY: {"type": "http", "scheme": "bearer", "description": "The key of a system."}},
    )
    app.spec_processor(finish)
    return app


def registrar(app: Flask, office: Office) -> None:
    """Put the API of `office` on `app`, which must come from `nova_aplicacao`."""
    put(app, Context(office=office, gate=Gate(office), meter=Meter(office)))
    limit = office.settings.http.corpo_mb * _MB
    guarded = (status.blueprint, prints.blueprint, lookups.blueprint)
    names = {blueprint.name for blueprint in (status.open_blueprint, *guarded)}

    def arrive() -> None:
        if request.blueprint in names:
            context().meter.start()
            request.max_content_length = limit

    def leave(response: Response) -> Response:
        return context().meter.count(response) if request.blueprint in names else response

    app.before_request(arrive)
    app.after_request(leave)
    for blueprint in guarded:
        app.before_request_funcs.setdefault(blueprint.name, []).append(lambda: context().gate.admit())
    for blueprint in (status.open_blueprint, *guarded):
        app.register_blueprint(blueprint)
    problems.install(app, PREFIXES)
