"""The rule book of Notas: what each document is, which seals it needs, whose QR, which values. Pure, over plain data.

One module a document: `minuta`, `livro`, `traslado`, `certidao`, `ficha`; what copies share in `copias`; the reprint
and its question in `reimpressao`. It knows no table, no queue, no page.
"""

from printserver.documents.fees import add_up_services
from printserver.documents.fields import (
    OBJECT,
    OBJECT_OR_OTHER,
    OTHER,
    TAG_PREFIX,
    Boolean,
    CodigoDoAto,
    CodigoDoSelo,
    Data,
    Folha,
    Identifier,
    Integer,
    Pages,
    Reason,
    RequestModel,
    Serie,
    Text,
    field_error,
)
from printserver.documents.identity import (
    canonical,
    identify,
    label,
    normalize,
    normalize_folha,
    normalize_id,
    normalize_livro,
    normalize_sheet,
)
from printserver.documents.instrumento import Assinaturas, Corpo, Instrumento, Parte, Referencia
from printserver.documents.kinds import KINDS, DocumentFields, Kind, KindWord, shown_fields
from printserver.documents.model import Certidao, Document, FichaAbertura, Livro, Minuta, Pedido, Traslado
from printserver.documents.moment import ato_moment, refuse_empty_date
from printserver.documents.notas import (
    certidao,
    ficha,
    livro,
    minuta,
    traslado,
)
from printserver.documents.notas.ficha import with_answer
from printserver.documents.notas.minuta import parse_pages
from printserver.documents.parties import require_initials
from printserver.documents.plan import (
    Context,
    Custas,
    Identity,
    LiveLivro,
    LiveSelo,
    Plan,
    PlannedSelo,
    Rules,
)
from printserver.documents.reading import bad_fields, read, read_request, strip_invisible
from printserver.documents.reprint import (
    AffectedPrint,
    Alternative,
    Answer,
    Question,
    alternatives,
    check_answer,
    check_exclusion,
    decide,
    selos_xa,
    spelled_before,
)
from printserver.documents.sides import (
    FolhaSide,
    check_occupied,
    check_sheets,
    count_sheets,
    labels,
    page_sides,
    with_last_folha,
    write_folha,
)
from printserver.documents.terms import Terms
from printserver.documents.titles import title
from printserver.documents.values import Value
from printserver.documents.view import (
    block_values,
    copy_name,
    mark_values,
    template_data,
)
from printserver.errors import BadField, Recusa

__all__ = [
    "KINDS",
    "OBJECT",
    "OBJECT_OR_OTHER",
    "OTHER",
    "TAG_PREFIX",
    "AffectedPrint",
    "Alternative",
    "Answer",
    "Assinaturas",
    "Boolean",
    "Certidao",
    "CodigoDoAto",
    "CodigoDoSelo",
    "Context",
    "Corpo",
    "Custas",
    "Data",
    "Document",
    "DocumentFields",
    "FichaAbertura",
    "Folha",
    "FolhaSide",
    "Identifier",
    "Identity",
    "Instrumento",
    "Integer",
    "Kind",
    "KindWord",
    "LiveLivro",
    "LiveSelo",
    "Livro",
    "Minuta",
    "Pages",
    "Parte",
    "Pedido",
    "Plan",
    "PlannedSelo",
    "Question",
    "Reason",
    "Referencia",
    "RequestModel",
    "Rules",
    "Serie",
    "Terms",
    "Text",
    "Traslado",
    "Value",
    "add_up_services",
    "alternatives",
    "ato_moment",
    "bad_fields",
    "block_values",
    "canonical",
    "check_answer",
    "check_copies",
    "check_exclusion",
    "check_occupied",
    "check_sheets",
    "copy_name",
    "count_sheets",
    "decide",
    "field_error",
    "identify",
    "label",
    "labels",
    "make_plan",
    "mark_values",
    "normalize",
    "normalize_folha",
    "normalize_id",
    "normalize_livro",
    "normalize_sheet",
    "page_sides",
    "parse_pages",
    "read",
    "read_request",
    "refuse_empty_date",
    "require_initials",
    "selos_xa",
    "shown_fields",
    "spelled_before",
    "strip_invisible",
    "template_data",
    "title",
    "titles",
    "with_answer",
    "with_last_folha",
    "write_folha",
]


def make_plan(document: Document, context: Context) -> Plan:
    """Return the plan of any document, by its kind. Raises Recusa as its module says."""
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


def check_copies(plan: Plan, copias: int) -> None:
    """Raise Recusa `copia-de-documento-selado` for more than one copy of what has, or may get, a seal (N1)."""
    if copias > 1 and (plan.selos or plan.asks_selo):
        mensagem = "um selo não vai em dois papéis: documento com selo se imprime uma vez só"
        raise Recusa("copia-de-documento-selado", f"copias: {mensagem}.", errors=[BadField("copias", mensagem)])
