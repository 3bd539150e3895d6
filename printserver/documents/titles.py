"""Short names of documents for PDF metadata and queues."""

from collections.abc import Mapping
from typing import Any

_NAMES = {
    "minuta": "Minuta",
    "livro": "Livro",
    "traslado": "Traslado",
    "certidao": "Certidão",
    "ficha_abertura": "Ficha de abertura",
}


def title(fields: Mapping[str, Any]) -> str:
    """Return a document's short name, for the PDF's title and the queue's list: no person's name is in it."""
    name = _NAMES[fields["tipo"]]
    if fields.get("numero"):
        name = f"{fields['numero']}º {name.lower()}"
    if fields.get("livro") and fields.get("folha_inicial"):
        return f"{name}, livro {fields['livro']}, folha {fields['folha_inicial']}"
    which = fields.get("pedido") or fields.get("ficha") or fields.get("instrumento")
    return f"{name} {which}" if which else name
