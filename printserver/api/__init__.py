"""HTTP API for systems: the contract under `/api/v1`, and the server's health.

It maps requests and answers. It has no rules of documents, seals or jobs.
"""

from flask import Flask, Response, request

from printserver.api import (
    civil,
    counter,
    court,
    jobs,
    lookups,
    models,
    problems,
    queues,
    seals,
    search,
    status,
)
from printserver.api.auth import Gate
from printserver.api.context import Context, context, put
from printserver.api.documented import StrictRequest
from printserver.api.headers import REPEATED, refuse_repeated
from printserver.api.metrics import Meter
from printserver.api.openapi import describe
from printserver.api.waiting import HOLD
from printserver.office import Office

__all__ = [
    "HOLD",
    "PREFIXES",
    "REPEATED",
    "answer_for",
    "new_app",
    "problems",
    "register",
]


# Paths whose errors are problem answers; all other paths belong to the screens.
PREFIXES = ("/api/", "/healthz", "/readyz", "/metrics")
BLUEPRINTS = (
    status.open_blueprint,
    status.blueprint,
    jobs.blueprint,
    lookups.blueprint,
    queues.blueprint,
    search.blueprint,
    seals.blueprint,
    counter.blueprint,
    civil.blueprint,
    models.blueprint,
    court.blueprint,
)
_MB = 1024 * 1024


def new_app(import_name: str) -> Flask:
    """Return an application without routes that reads JSON strictly."""
    app = Flask(import_name, static_folder=None)
    app.request_class = StrictRequest
    return app


def _methods(app: Flask, path: str) -> set[str]:
    """Return the methods of a path, without those of other rules that match the same URLs."""
    return {method for rule in app.url_map.iter_rules() if rule.rule == path for method in rule.methods or ()}


def answer_for(app: Flask, office: Office) -> None:
    """Have the API on `app` answer for `office`, and for no other from now on."""
    put(app, Context(office=office, gate=Gate(office), meter=Meter(office), describe=lambda: describe(BLUEPRINTS)))


def register(app: Flask, office: Office) -> None:
    """Register the API of `office` on `app`, which must come from `new_app`."""
    answer_for(app, office)
    names = {blueprint.name for blueprint in BLUEPRINTS}

    def arrive() -> None:
        if request.blueprint in names:
            context().meter.start()
            request.max_content_length = context().office.settings.http.corpo_mb * _MB
            refuse_repeated(request)

    def leave(response: Response) -> Response:
        if request.method == "OPTIONS" and request.url_rule is not None:
            response.headers["Allow"] = ", ".join(sorted(_methods(app, request.url_rule.rule)))
        return context().meter.count(response) if request.blueprint in names else response

    app.before_request(arrive)
    app.after_request(leave)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
        if blueprint is not status.open_blueprint:
            app.before_request_funcs.setdefault(blueprint.name, []).append(lambda: context().gate.admit())
    problems.install(app, PREFIXES, lambda refusal: context().gate.record(refusal))
