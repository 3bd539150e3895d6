"""Plans a document by its kind."""

from printserver.documents.civil import acts, certidoes
from printserver.documents.civil_documents import (
    AssentoPage,
    Averbacao,
    CivilCertidao,
    Edital,
    Habilitacao,
    Procedimento,
)
from printserver.documents.identity import identify
from printserver.documents.model import Avulso, Certidao, Document, FichaAbertura, Livro, Minuta, Traslado
from printserver.documents.notas import certidao, ficha, livro, minuta, traslado
from printserver.documents.plan import Context, Plan
from printserver.errors import BadField, Recusa


def make_plan(document: Document, context: Context) -> Plan:
    """Return the plan of a document. Raises Recusa as the module of its kind does."""
    match document:
        case Minuta():
            return minuta.make_plan(document, context)
        case Livro():
            return livro.make_plan(document, context)
        case Traslado():
            return traslado.make_plan(document, context)
        case Certidao():
            return certidao.make_plan(document, context)
        case FichaAbertura():
            return ficha.make_plan(document, context)
        case AssentoPage():
            return acts.assento_plan(document, context)
        case CivilCertidao():
            return certidoes.certidao_plan(document, context)
        case Habilitacao():
            return acts.habilitacao_plan(document, context)
        case Edital():
            return acts.edital_plan(document, context)
        case Averbacao():
            return acts.averbacao_plan(document, context)
        case Procedimento():
            return acts.procedimento_plan(document, context)
        case Avulso():  # no seal, no value: only its text (C1)
            return Plan(identity=identify(document, context), instrumento=None, corpo=document.corpo)


def check_copies(plan: Plan, copias: int) -> None:
    """Raise Recusa `copia-de-documento-selado` for several copies of a document that has or may get a seal (N1)."""
    if copias > 1 and (plan.selos or plan.asks_selo):
        mensagem = "um selo não vai em dois papéis: documento com selo se imprime uma vez só"
        raise Recusa("copia-de-documento-selado", f"copias: {mensagem}.", errors=[BadField("copias", mensagem)])
