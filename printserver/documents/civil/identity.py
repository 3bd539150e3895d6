"""What *the same document* is among those of Registro Civil (C11), and where it is found by."""

from printserver.documents.assento import NATUREZA, Assento
from printserver.documents.civil.matricula import assento_matricula
from printserver.documents.civil_documents import (
    AssentoPage,
    Averbacao,
    CivilCertidao,
    CivilDocument,
    Edital,
    Habilitacao,
    Procedimento,
)
from printserver.documents.kinds import FIELDS, KINDS, FieldValue, FieldValues
from printserver.documents.plan import Context, Identity
from printserver.documents.spelling import normalize
from printserver.selo import parse_matricula


def civil_identity(document: CivilDocument, context: Context) -> Identity:
    """Return what the document is (C11): assento, averbação, edital by id; habilitação, procedimento by processo."""
    kind = KINDS[document.kind]
    named: dict[str, FieldValue] = dict.fromkeys(FIELDS)
    named |= {"tipo": document.tipo, "natureza": NATUREZA}
    named |= _fields(document, context)
    key = ":".join((document.kind, *(_compared(named[field]) for field in kind.key)))
    return Identity(tipo=document.kind, chave=key, rotulo=kind.label.format_map(named), campos=named)


def record_key(document: CivilDocument, assento_id: str | None) -> str | None:
    """Return the key of the record that a document belongs to: its assento's, else its processo's, else none (C21).

    Small letters part these keys from an instrumento's id, which has none when compared (X0).
    """
    if assento_id is not None:
        return f"assento:{normalize(assento_id)}"
    processo = getattr(document, "processo", None)
    return f"processo:{normalize(processo)}" if processo is not None else None


def _compared(value: FieldValue) -> str:
    return normalize(value) if isinstance(value, str) else str(value)


def _fields(document: CivilDocument, context: Context) -> FieldValues:
    facts = context.civil
    match document:
        case AssentoPage():
            return {"especie": document.assento.especie, **_assento_fields(document.assento, context)}
        case CivilCertidao():
            found: dict[str, FieldValue] = {
                "especie": document.especie,
                "pedido": document.pedido,
                "via": document.via,
                "processo": document.habilitacao.processo if document.habilitacao else None,
                "edital": document.edital.id if document.edital else None,
            }
            brought = document.assento if isinstance(document.assento, Assento) else facts.assento
            return found | (_assento_fields(brought, context) if brought is not None else {})
        case Averbacao():
            known = _assento_fields(facts.assento, context) if facts.assento is not None else {}
            return {"especie": document.especie, "id": document.id, **known}
        case Habilitacao():
            return {"processo": document.processo, "especie": document.peca}
        case Edital():
            return {"edital": document.id, "processo": document.processo}
        case Procedimento():
            return {"processo": document.processo, "especie": document.especie}


def _assento_fields(assento: Assento, context: Context) -> dict[str, FieldValue]:
    """Return what names an assento: its id, its matrícula, and its livro and folha, by which it is found too (T5)."""
    facts = context.civil
    known = facts.matricula if facts.assento is assento else None
    matricula = (
        parse_matricula(known)
        if known is not None
        else assento_matricula(assento, context.rules.cns, "documento.assento")
    )
    return {
        "assento": assento.id,
        "matricula": str(matricula),
        "livro": str(int(matricula.livro)),
        "folha_inicial": str(int(matricula.folha)),
    }
