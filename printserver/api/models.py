"""The calls about models: the national ones of Registro Civil (C14), and the office's own in RTF."""

from apiflask import APIBlueprint
from flask import Response

from printserver import models
from printserver.api import schemas
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.problems import json_response
from printserver.common.data import JsonObject
from printserver.documents import describe_models
from printserver.errors import Recusa
from printserver.models import Model

blueprint = APIBlueprint("models", __name__, url_prefix="/api/v1", tag="Modelos")


@call(blueprint, "GET /modelos", answer=(200, schemas.AnyModels, "The models."))
def list_models() -> Response:
    """List the national models of certidões with their fields in print order, and the office's with their variables."""
    with office().db.read() as conn:
        own = models.newest(conn, office())
    return json_response({"itens": [*describe_models(), *map(_describe, own)]})


@call(
    blueprint,
    "GET /modelos/<path:name>",
    answer=(200, schemas.AnyModel, "The model."),
    refuses=("modelo-desconhecido",),
)
def get_model(name: str) -> Response:
    """Show one model. A national one comes before one of the office with the same name."""
    national = next((each for each in describe_models() if each["nome"] == name), None)
    if national is not None:
        return json_response(national)
    with office().db.read() as conn:
        found = models.find(conn, office(), name)
    if found is None:
        raise Recusa("modelo-desconhecido", f"Não há modelo “{name[:100]}”.")
    return json_response(_describe(found))


def _describe(model: Model) -> JsonObject:
    """Return a model of the office as the contract shows it; the variables that the server fills need no value."""
    seen = model.exame
    return {
        "nome": model.nome,
        "origem": "serventia",
        "tipo": seen.tipo,
        "versao": str(model.numero),
        "estado": model.estado,
        "motivos": list(model.motivos),
        "formato": seen.formato,
        "variaveis": [
            {
                "nome": name,
                "rotulo": name.replace("_", " "),
                "obrigatorio": source == "programa",
                "exemplo": models.example_of(name),
            }
            for name, _, source in models.variables_of(office(), seen)
        ],
    }
