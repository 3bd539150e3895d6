"""Short names of documents for PDF metadata and queues."""

from printserver.documents.kinds import KINDS, FieldValues


def title(fields: FieldValues) -> str:
    """Return a document's short name, without persons' names, for the PDF title and the queue's list."""
    kind = KINDS[str(fields["tipo"])]
    name = kind.name
    if fields.get("numero"):
        name = f"{fields['numero']}º {name.lower()}"
    if fields.get("livro") and fields.get("folha_inicial"):
        return f"{name}, livro {fields['livro']}, folha {fields['folha_inicial']}"
    which = fields.get(kind.named_by)
    return f"{name} {which}" if which else name
