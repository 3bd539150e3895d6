"""Calls that make, rectify, exclude and link seals; calls of signatures and cartas de sentença."""

from apiflask import APIBlueprint
from flask import Response, url_for

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.jobs import idempotency_key
from printserver.api.problems import json_response, one_page
from printserver.errors import ErrorWord
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

MAKE: tuple[ErrorWord, ...] = (
    "json-invalido",
    "corpo-grande-demais",
    "escrevente-desconhecido",
    "em-processamento",
    "chave-reutilizada",
    "servico-a-confirmar",
    "data-do-ato",
)
_CHAIN: tuple[ErrorWord, ...] = (
    "nao-encontrado",
    "ja-excluido",
    "selo-ja-retificado",
    "prazo-xa-encerrado",
    "estado-nao-permite",
)

blueprint = APIBlueprint("seals", __name__, url_prefix="/api/v1", tag="seals without a print")


def replayed(repeated: bool) -> dict[str, str]:
    """Return the header that marks a replay of an idempotency key."""
    return {"Idempotent-Replay": "true"} if repeated else {}


def made(codigo: str, repeated: bool) -> Response:
    """Return a created seal, in its current state."""
    place = url_for("lookups.get_seal", codigo=codigo)
    return json_response(jobs.selo(office(), codigo), 201, replayed(repeated) | {"Location": place})


@call(
    blueprint,
    "POST /selos",
    right="selos",
    body=(standalone.SeloAvulso, examples.STANDALONE_SELO),
    answer=(201, schemas.Seal, "The seal, with its QR."),
    refuses=MAKE,
)
def make_seal(data: object) -> Response:
    """Make a seal without a print, e.g. of an act made elsewhere, an apostila or an ata notarial (N12)."""
    return made(*standalone.seal(office(), author(), data, idempotency_key()))


@call(
    blueprint,
    "POST /selos/<codigo>/retificacao",
    right="selos",
    body=(rectification.Retificacao, examples.RECTIFICATION),
    answer=(201, schemas.Seal, "The retificador."),
    refuses=(*MAKE, *_CHAIN),
)
def rectify(codigo: str, data: object) -> Response:
    """Rectify date, type, identifier or value of a seal: the retificador replaces it (R1)."""
    return made(*rectification.rectify_selo(office(), author(), codigo, data, idempotency_key()))


@call(
    blueprint,
    "POST /selos/<codigo>/xa",
    right="selos",
    body=(exclude.Exclusao, examples.XA_OF_SELO),
    answer=(201, schemas.Seal, "The XA."),
    refuses=(*MAKE, *_CHAIN, "impressao-em-andamento"),
)
def exclude_seal(codigo: str, data: object) -> Response:
    """Exclude one seal by XA, within its term or by order of the head of the office (X4)."""
    return made(*exclude.exclude_selo(office(), author(), codigo, data, idempotency_key()))


@call(
    blueprint,
    "POST /vinculos",
    right="selos",
    body=(vinculos.Vinculos, examples.VINCULOS),
    answer=(201, schemas.Links, "The links."),
    refuses=MAKE,
)
def link(data: object) -> Response:
    """Link seals to a vinculador; a link is reported once the court has both seals (R4)."""
    found, repeated = vinculos.link_selos(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@call(
    blueprint,
    "POST /instrumentos/<path:instrumento>/assinaturas",
    right="selos",
    body=(signatures.Assinaturas, examples.SIGNATURES),
    answer=(200, schemas.Signatures, "The seals of the livro, rectified (or as they would be)."),
    refuses=(*MAKE, "instrumento-desconhecido", "livro-nao-impresso", "estado-nao-permite"),
)
def sign(instrumento: str, data: object) -> Response:
    """Report the signatures of an instrumento: its seals change to zero, the full value or one third (N11)."""
    found, repeated = signatures.sign_instrumento(office(), author(), instrumento, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


@call(
    blueprint,
    "GET /instrumentos/assinaturas",
    right="consultar",
    answer=(200, schemas.OpenSignatures, "Instrumentos whose signatures are incomplete."),
)
def open_signatures() -> Response:
    """List the instrumentos with incomplete signatures, each with its term of 30 days (N11)."""
    return one_page(signatures.pending(office()))


@call(
    blueprint,
    "POST /cartas-de-sentenca",
    right="selos",
    body=(carta.Carta, examples.CARTA),
    answer=(201, schemas.Seal, "The seal of the carta, with its links."),
    refuses=MAKE,
)
def make_carta(data: object) -> Response:
    """Make the seal of a carta de sentença, vinculador of its certidão and its autenticações (N10)."""
    found, repeated = carta.make_carta(office(), author(), data, idempotency_key())
    return made(found["codigo"], repeated)
