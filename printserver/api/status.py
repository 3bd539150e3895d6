"""Calls about the server: health, readiness, metrics, and the description of this API."""

from apiflask import APIBlueprint
from flask import Response

from printserver import __version__
from printserver.api import schemas
from printserver.api.context import context, office
from printserver.api.documented import SECURITY, refusals, returns
from printserver.api.problems import json_response, problem
from printserver.errors import Recusa
from printserver.office import ready

# Called by supervisors and load balancers, without a key.
open_blueprint = APIBlueprint("health", __name__, tag="server")
blueprint = APIBlueprint("status", __name__, tag="server")


@open_blueprint.get("/healthz")
@open_blueprint.output(schemas.Health, description="The process answers.")
@open_blueprint.doc(summary="Is it alive? Needs no key.", responses=refusals(keyed=False), security=[])
def healthz() -> Response:
    """Report that the process answers, and its office."""
    return json_response(
        {
            "estado": "ok",
            "instancia": office().instance_name,
            "demonstracao": office().demonstracao,
            "versao": __version__,
            "banco": office().db.versao,
        }
    )


@open_blueprint.get("/readyz")
@open_blueprint.output(schemas.Readiness, description="It can work.")
@open_blueprint.doc(summary="Can it work? Needs no key.", responses=refusals(keyed=False), security=[])
def readyz() -> Response:
    """Report whether database, disk and clock allow sealing, and whether spool and renderer cache are writable."""
    found = ready.conditions(office())
    fit = {name: reason is None for name, reason in found.items()}
    if all(fit.values()):
        return json_response({"pronto": True, **fit})
    reasons = " ".join(reason for reason in found.values() if reason is not None)
    refusal = Recusa("servidor-ocupado", f"Sem condições de selar agora. {reasons}", extra={"pronto": False, **fit})
    return problem(refusal)


@blueprint.get("/metrics")
@blueprint.doc(
    responses=returns("text/plain", "Prometheus text.", type="string") | refusals(),
    security=SECURITY,
)
def metrics() -> Response:
    """Get the metrics in Prometheus's text format."""
    return Response(context().meter.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/api/v1/openapi.json")
@blueprint.doc(
    responses=returns("application/json", "OpenAPI 3.1.", type="object") | refusals(),
    security=SECURITY,
)
def openapi() -> Response:
    """Describe this API."""
    return json_response(context().describe())
