"""What people call a document by: its title and persons, and the other words that it is found by."""

from dataclasses import dataclass

from printserver.documents.assento import Assento
from printserver.documents.civil_documents import AssentoPage, Averbacao, CivilCertidao, Habilitacao
from printserver.documents.kinds import KINDS
from printserver.documents.model import Document, FichaAbertura
from printserver.documents.plan import Plan

# Fields of a job's `documento` that name it or where it stands; a folha's number would be found everywhere.
_NAMING = ("instrumento", "livro", "pedido", "ficha", "id", "especie", "assento", "matricula", "processo", "edital")


@dataclass(frozen=True, slots=True)
class Named:
    """A person of a document, and in which quality."""

    nome: str
    qualidade: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Title and persons of a document; `texto` are the other words that it is found by, which name no person."""

    titulo: str | None
    partes: tuple[Named, ...]
    texto: str


def names_of(document: Document, plan: Plan, known: Assento | None) -> Names:
    """Return what a planned document is called and found by; `known` is the assento it belongs to, as last sent."""
    title = plan.civil.title if plan.civil is not None else None
    if plan.instrumento is not None:
        title = plan.instrumento.titulo
    if isinstance(document, Habilitacao):
        title = None  # its pieces are one document, and their titles differ
    kind, fields = KINDS[document.kind], plan.identity.campos
    texts = [kind.name, *(str(value) for name in _NAMING if (value := fields.get(name)))]
    texts += [title] if plan.civil is not None and title else []
    texts += [selo.new_selo.descricao for selo in plan.selos]
    return Names(title or None, _persons(document, plan, known), " ".join(texts))


def _persons(document: Document, plan: Plan, known: Assento | None) -> tuple[Named, ...]:
    match document:
        case FichaAbertura():
            return (Named(document.pessoa.nome),)
        case Habilitacao():
            return tuple(map(Named, document.contraentes))
        case AssentoPage():
            return _registered(document.assento)
        case CivilCertidao(assento=Assento() as brought):
            return _registered(brought)
        case CivilCertidao() | Averbacao():
            return _registered(known) if known is not None else ()
        case _ if plan.instrumento is not None:
            return tuple(Named(party.nome, party.qualidade) for party in plan.instrumento.partes)
        case _:
            return ()


def _registered(assento: Assento) -> tuple[Named, ...]:
    return tuple(Named(each.nome) for each in assento.registrados)
