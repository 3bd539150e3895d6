"""The certidão of Notas (N5): with its own seal and QR, always with a value; also of acts unknown to this server."""

from printserver.documents import fees
from printserver.documents.identity import identify
from printserver.documents.instrumento import Instrumento
from printserver.documents.model import Certidao
from printserver.documents.notas import copies
from printserver.documents.plan import Context, LiveLivro, Plan
from printserver.errors import BadField

ATO = "CE"
DESCRIPTION = "Certidão"


def make_plan(document: Certidao, context: Context) -> Plan:
    """Return the certidão's plan; without a known instrumento its `instrumento` is that of the request, or None (N5).

    Raises Recusa as `copies.copy_livro`, `fees.from_request` and `copies.substitution_value` do.
    """
    identity = identify(document, context)
    notices: list[BadField] = []
    livro: LiveLivro | None = None
    instrumento = _outside_instrumento(document, context)
    if instrumento is not None:
        copies.check_signatures(instrumento.assinaturas, document.ordem_judicial)
        notices.append(
            BadField("documento.instrumento", "instrumento sem livro neste servidor: a certidão é do texto enviado")
        )
    elif document.instrumento is not None:
        livro = copies.copy_livro(document, context)
        instrumento = livro.instrumento
    value = copies.substitution_value(document, identity, context) or fees.from_request(document, context, copies.FIELD)
    if value is None:
        raise fees.missing_value(copies.FIELD)
    return Plan(
        identity=identity,
        instrumento=instrumento,
        corpo=copies.copy_body(document, livro.instrumento if livro else None),
        selos=(copies.copy_selo(ATO, DESCRIPTION, document.pedido, instrumento, value, context),),
        qr="proprio",
        selo_livro=livro.principal if livro else None,
        custas=(value.custas(ATO, DESCRIPTION),),
        substitui=document.substitui,
        avisos=tuple(notices),
        momento=context.agora,
        ordem_judicial=document.ordem_judicial,
    )


def _outside_instrumento(document: Certidao, context: Context) -> Instrumento | None:
    """Return the INSTRUMENTO sent with a certidão that has its own text, if it is unknown to this server (N5)."""
    unknown = context.livro is None and context.minuta is None and not context.known
    if unknown and document.corpo is not None and isinstance(document.instrumento, Instrumento):
        return document.instrumento
    return None
