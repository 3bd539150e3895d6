"""Short names of documents for PDF metadata and queues."""

from collections.abc import Mapping
from typing import Any

_NOMES = {
    "minuta": "Minuta",
    "livro": "Livro",
    "traslado": "Traslado",
    "certidao": "Certidão",
    "ficha_abertura": "Ficha de abertura",
}


def titulo(campos: Mapping[str, Any]) -> str:
    """Return a document's short name, for the PDF's title and the queue's list: no person's name is in it."""
    name = _NOMES[campos["tipo"]]
    if campos.get("numero"):
        name = f"{campos['numero']}º {name.lower()}"
    if campos.get("livro") and campos.get("folha_inicial"):
        return f"{name}, livro {campos['livro']}, folha {campos['folha_inicial']}"
    which = campos.get("pedido") or campos.get("ficha") or campos.get("instrumento")
    return f"{name} {which}" if which else name
