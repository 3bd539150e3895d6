"""Short names of documents for PDF metadata and queues."""

from collections.abc import Mapping
from typing import Any

from printserver.documents.kinds import KINDS


def title(fields: Mapping[str, Any]) -> str:
    """Return a document's short name, for the PDF's title and the queue's list: no person's name is in it."""
    kind = KINDS[fields["tipo"]]
    name = kind.name
    if fields.get("numero"):
        name = f"{fields['numero']}º {name.lower()}"
    if fields.get("livro") and fields.get("folha_inicial"):
        return f"{name}, livro {fields['livro']}, folha {fields['folha_inicial']}"
    which = fields.get(kind.named_by)
    return f"{name} {which}" if which else name
