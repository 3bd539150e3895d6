"""The traslado (N3, N4, N13): the first is isento and shows the QR of the livro's principal, others their own."""

from printserver.documents import by_rule, fees
from printserver.documents.fees import CERTIDAO_SERVICE, AtoValue
from printserver.documents.identity import identify, traslado_number
from printserver.documents.model import Traslado
from printserver.documents.notas import copies, external
from printserver.documents.plan import (
    Context,
    Custas,
    LiveLivro,
    Plan,
)
from printserver.errors import invalid_input

ATO = "TR"
DESCRIPTION = "Traslado"


def make_plan(document: Traslado, context: Context) -> Plan:
    """Return the traslado's plan, from the current state of the livro (S11) or from one of another program (N13).

    Raises Recusa as `copies.copy_livro`, `external.external_livro`, `fees.from_request` and
    `copies.substitution_value` do.
    """
    identity = identify(document, context)
    if document.livro_externo is not None:
        livro, notices = external.external_livro(document, context)
    else:
        livro, notices = copies.copy_livro(document, context), []
    primeiro = traslado_number(document, context) == 1
    value = copies.substitution_value(document, identity, context) or (
        _first_value(document) if primeiro else _later_value(document, context)
    )
    instrumento = livro.instrumento
    return Plan(
        identity=identity,
        instrumento=instrumento,
        corpo=copies.copy_body(document, instrumento),
        selos=(copies.copy_selo(ATO, DESCRIPTION, instrumento.id, instrumento, value, context),),
        qr="principal" if primeiro else "proprio",
        selo_livro=livro.principal,
        custas=_custas_do_livro(livro) if primeiro else (value.custas(ATO, DESCRIPTION),),
        substitui=document.substitui,
        avisos=tuple(notices),
        momento=context.agora,
        ordem_judicial=document.ordem_judicial,
    )


def _first_value(document: Traslado) -> AtoValue:
    """Return the zero value of traslado 1 (N3)."""
    fees.refuse_charge(document, copies.FIELD, "o primeiro traslado é isento")
    return fees.isento(document.motivo_isencao or by_rule.FIRST_TRASLADO)


def _later_value(document: Traslado, context: Context) -> AtoValue:
    """Return the given value, else that of a certidão if the office charges, else zero (N4)."""
    given = fees.from_request(document, context, copies.FIELD)
    if given is not None:
        return given
    if context.rules.charges_second_traslado:
        return fees.from_service(CERTIDAO_SERVICE, context, f"{copies.FIELD}.servico")
    return fees.isento(by_rule.UNCHARGED_TRASLADO)


def _custas_do_livro(livro: LiveLivro) -> tuple[Custas, ...]:
    """Return the fee lines of the livro's live seals, which traslado 1 shows (P4)."""
    if not livro.selos:
        raise invalid_input(f"{copies.FIELD}.instrumento", "o livro não tem selos vivos")
    return tuple(
        Custas(selo.descricao, selo.emolumentos, selo.isento, selo.motivo_isencao, selo.ato, selo.principal)
        for selo in livro.selos
    )
