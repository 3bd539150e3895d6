"""The calls about the server itself: is it alive, can it work, its numbers, and the description of this API."""

import tempfile
from pathlib import Path

import sqlalchemy as sa
import structlog
from apiflask import APIBlueprint
from flask import Response

from printserver import __version__
from printserver.api import schemas
from printserver.api.context import context, office
from printserver.api.documented import SECURITY, refusals, returns
from printserver.api.problems import json_response, problem
from printserver.errors import Recusa

log = structlog.get_logger(__name__)

# Asked by supervisors and load balancers, which bear no key.
open_blueprint = APIBlueprint("health", __name__, tag="server")
blueprint = APIBlueprint("status", __name__, tag="server")


@open_blueprint.get("/healthz")
@open_blueprint.output(schemas.Health, description="The process answers.")
@open_blueprint.doc(summary="Is it alive? Needs no key.")
def healthz() -> Response:
    """Say that the process answers, and which office it serves."""
    return json_response(
        {
            "estado": "ok",
            "instancia": office().nome_da_instancia,
            "demonstracao": office().demonstracao,
            "versao": __version__,
        }
    )


@open_blueprint.get("/readyz")
@open_blueprint.output(schemas.Readiness, description="It can work.")
@open_blueprint.doc(summary="Can it work? Needs no key.", responses=refusals(("servidor-ocupado",)))
def readyz() -> Response:
    """Say whether the database answers, and spool and the renderer's cache can be written."""
    instance = office().instance
    found = {"banco": _database(), "spool": _writable(office().spool), "render": _writable(instance / "cache")}
    if all(found.values()):
        return json_response({"pronto": True, **found})
    missing = ", ".join(name for name, there in found.items() if not there)
    return problem(
        Recusa("servidor-ocupado", f"Sem condições de imprimir agora: {missing}.", extra={"pronto": False, **found})
    )


@blueprint.get("/metrics")
@blueprint.doc(
    responses=returns("text/plain", "Prometheus text.", type="string"),
    security=SECURITY,
)
def metrics() -> Response:
    """Give the server's numbers to Prometheus."""
    return Response(context().meter.text(), content_type="text/plain; version=0.0.4; charset=utf-8")


@blueprint.get("/api/v1/openapi.json")
@blueprint.doc(
    responses=returns("application/json", "OpenAPI 3.1.", type="object"),
    security=SECURITY,
)
def openapi() -> Response:
    """Describe this API."""
    return json_response(context().describe())


def _database() -> bool:
    try:
        with office().db.read() as conn:
            conn.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        log.exception("database_not_ready")
        return False
    return True


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(prefix=".readyz-", dir=folder):
            return True
    except OSError:
        log.exception("folder_not_writable", folder=str(folder))
        return False
