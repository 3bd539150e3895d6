"""The calls that make, rectify, exclude and link seals; those of signatures and cartas de sentença."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, url_for

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.jobs import idempotency_key
from printserver.api.problems import json_response
from printserver.api.queries import NoQuery
from printserver.seal_actions import (
    carta,
    exclude,
    signatures,
    standalone,
)
from printserver.seal_actions import (
    link as vinculos,
)
from printserver.seal_actions import (
    rectify as rectification,
)

MAKE = (
    "json-invalido",
    "corpo-grande-demais",
    "escrevente-desconhecido",
    "em-processamento",
    "chave-reutilizada",
    "servico-a-confirmar",
    "data-do-ato",
)
_CHAIN = ("nao-encontrado", "ja-excluido", "selo-ja-retificado", "prazo-xa-encerrado", "estado-nao-permite")

blueprint = APIBlueprint("seals", __name__, url_prefix="/api/v1", tag="seals without a print")


def replayed(repeated: bool) -> dict[str, str]:
    """Return the header that says whether the key had done it before."""
    return {"Idempotent-Replay": "true"} if repeated else {}


def made(codigo: str, repeated: bool) -> Response:
    """Return a seal that was made, as it stands now."""
    place = url_for("lookups.get_seal", codigo=codigo)
    return json_response(jobs.selo(office(), codigo), 201, replayed(repeated) | {"Location": place})


@blueprint.post("/selos")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(standalone.SeloAvulso), arg_name="data", examples=examples.STANDALONE_SELO)
@blueprint.output(schemas.Seal, status_code=201, description="The seal, with its QR.")
@blueprint.doc(responses=refusals(MAKE), security=SECURITY)
def make_seal(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Make a seal without a print: of an act made elsewhere, an apostila, an ata notarial … (N12)."""
    return made(*standalone.seal(office(), author(), data, idempotency_key()))


@blueprint.post("/selos/<codigo>/retificacao")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(rectification.Retificacao), arg_name="data", examples=examples.RECTIFICATION)
@blueprint.output(schemas.Seal, status_code=201, description="The retificador.")
@blueprint.doc(responses=refusals((*MAKE, *_CHAIN)), security=SECURITY)
def rectify(codigo: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Rectify date, type, identifier or value of a seal: the retificador takes its place (R1)."""
    return made(*rectification.rectify_selo(office(), author(), codigo, data, idempotency_key()))


@blueprint.post("/selos/<codigo>/xa")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(exclude.Exclusao), arg_name="data", examples=examples.XA_OF_SELO)
@blueprint.output(schemas.Seal, status_code=201, description="The XA.")
@blueprint.doc(responses=refusals((*MAKE, *_CHAIN, "impressao-em-andamento")), security=SECURITY)
def exclude_seal(codigo: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Exclude one seal by XA, within its term or by the word of the head of the office (X4)."""
    return made(*exclude.exclude_selo(office(), author(), codigo, data, idempotency_key()))


@blueprint.post("/vinculos")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(vinculos.Vinculos), arg_name="data", examples=examples.VINCULOS)
@blueprint.output(schemas.Links, status_code=201, description="The links.")
@blueprint.doc(responses=refusals(MAKE), security=SECURITY)
def link(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Link seals to a vinculador; the court is told when it has both ends (R4)."""
    found, repeated = vinculos.link_selos(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@blueprint.post("/instrumentos/<path:instrumento>/assinaturas")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(signatures.Assinaturas), arg_name="data", examples=examples.SIGNATURES)
@blueprint.output(schemas.Signatures, description="The seals of the livro, rectified (or as they would be).")
@blueprint.doc(
    responses=refusals((*MAKE, "instrumento-desconhecido", "livro-nao-impresso", "estado-nao-permite")),
    security=SECURITY,
)
def sign(instrumento: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Say how the signatures of an instrumento stand: its seals go to zero, to the full value or to one third (N11)."""
    found, repeated = signatures.sign_instrumento(office(), author(), instrumento, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


@blueprint.get("/instrumentos/assinaturas")
@needs("consultar")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.OpenSignatures, description="Instrumentos whose signatures are incomplete.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def open_signatures(query: NoQuery) -> Response:  # noqa: ARG001
    """List the instrumentos with incomplete signatures, and the term of 30 days of each (N11)."""
    found = signatures.pending(office())
    return json_response({"itens": found, "pagina": 1, "total": len(found)})


@blueprint.post("/cartas-de-sentenca")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(carta.Carta), arg_name="data", examples=examples.CARTA)
@blueprint.output(schemas.Seal, status_code=201, description="The seal of the carta, with its links.")
@blueprint.doc(responses=refusals(MAKE), security=SECURITY)
def make_carta(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Make the seal of a carta de sentença, vinculador of its certidão and its autenticações (N10)."""
    found, repeated = carta.make_carta(office(), author(), data, idempotency_key())
    return made(found["codigo"], repeated)
