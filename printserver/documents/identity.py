"""What *the same document* is (X0, C11). Reads no table."""

from printserver.documents.civil.identity import civil_identity
from printserver.documents.civil_documents import CivilDocument
from printserver.documents.instrumento import Instrumento, Referencia
from printserver.documents.kinds import FIELDS, KINDS, FieldValue, FieldValues, kind_of
from printserver.documents.model import Certidao, Document, Livro, Minuta, Traslado
from printserver.documents.plan import Context, Identity
from printserver.documents.spelling import normalize
from printserver.errors import Recusa


def traslado_number(document: Traslado, context: Context) -> int:
    """Return the traslado's number; `proximo` is the next one of its instrumento."""
    return context.next_traslado if document.numero == "proximo" else document.numero


def identify(document: Document, context: Context) -> Identity:
    """Return what the document is (X0). Raises Recusa `instrumento-desconhecido` for a livro and folha unknown here."""
    if isinstance(document, CivilDocument):
        return civil_identity(document, context)
    kind = KINDS[document.tipo]
    named: dict[str, FieldValue] = dict.fromkeys(FIELDS)
    named |= {"tipo": document.tipo, "natureza": document.natureza} | _naming_fields(document, context)
    key = ":".join((document.tipo, *(_compared(named[field]) for field in kind.key)))
    return Identity(tipo=document.tipo, chave=key, rotulo=label(named), campos=named)


def unknown_instrumento(reference: Referencia) -> Recusa:
    """Return the refusal of a reference to an unknown instrumento (404)."""
    if reference.id is not None:
        which = f"o instrumento {reference.id}"
    else:
        which = f"instrumento no livro {reference.livro}, folha {reference.folha_inicial},"
    return Recusa(
        "instrumento-desconhecido",
        f"Não há {which} neste servidor. Confira a referência, ou mande o instrumento inteiro.",
    )


def label(fields: FieldValues) -> str:
    """Return a document's name for people, as its own request spelled it; `fields` is the job's `documento`."""
    return kind_of(fields).label.format_map(fields)


def _compared(value: FieldValue) -> str:
    return normalize(value) if isinstance(value, str) else str(value)


def _naming_fields(document: Document, context: Context) -> dict[str, FieldValue]:
    """Return the fields of the job's `documento` for this document."""
    match document:
        case Minuta() | Livro():
            return _instrumento_fields(document.instrumento)
        case Traslado():
            return {"numero": traslado_number(document, context), **_origin_fields(document.instrumento, context)}
        case Certidao():
            origin = _origin_fields(document.instrumento, context) if document.instrumento else {}
            return {"pedido": document.pedido, "via": document.via, **origin}
        case _:
            return {field: getattr(document, field) for field in KINDS[document.tipo].key}


def _origin_fields(instrumento: Instrumento | Referencia, context: Context) -> dict[str, FieldValue]:
    """Return the copied instrumento's fields: of its live livro, else of the request, else of its minuta."""
    if context.livro is not None:
        return _instrumento_fields(context.livro.instrumento)
    if isinstance(instrumento, Instrumento):
        return _instrumento_fields(instrumento)
    if context.minuta is not None:
        return _instrumento_fields(context.minuta)
    if instrumento.id is None:
        raise unknown_instrumento(instrumento)
    return {"instrumento": instrumento.id}


def _instrumento_fields(instrumento: Instrumento) -> dict[str, FieldValue]:
    return {
        "instrumento": instrumento.id,
        "livro": instrumento.livro,
        "folha_inicial": instrumento.folha_inicial,
        "folha_final": instrumento.folha_final,
    }
