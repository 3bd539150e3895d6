"""The ficha de abertura de firma (N9): its seal is optional by law; the office or the escrevente decides."""

from printserver.documents import by_rule, fees
from printserver.documents.fees import AtoValue
from printserver.documents.identity import identify
from printserver.documents.instrumento import Corpo
from printserver.documents.model import FichaAbertura
from printserver.documents.parties import require_initials
from printserver.documents.plan import (
    NATUREZA,
    Context,
    Plan,
    PlannedSelo,
)
from printserver.errors import BadField, invalid_input
from printserver.selo import NewSelo

ATO = "AF"
NO_TEXT = Corpo(formato="texto", conteudo="")
_FIELD = "documento"


def make_plan(document: FichaAbertura, context: Context) -> Plan:
    """Return the ficha's plan: with a seal, without one, or with an open question.

    Raises Recusa `entrada-invalida` if the request and the office's setting contradict each other, or the person's name
    has no initials (S6).
    """
    gerar = _wants_selo(document, context)
    kind = context.atos.check(ATO, natureza=NATUREZA, field=_FIELD) if gerar else None
    notices = [BadField(_FIELD, kind.aviso)] if kind and kind.aviso else []
    if gerar is False and document.has_value:
        notices.append(BadField(f"{_FIELD}.gerar_selo", "a ficha sai sem selo: o valor enviado não foi usado"))
    value = _value(document, context)
    selo = NewSelo(
        natureza=NATUREZA,
        ato=ATO,
        descricao=kind.descricao if kind else "",
        identificador=document.ficha,
        partes=require_initials([(document.pessoa.nome, f"{_FIELD}.pessoa.nome")]),
        momento=context.agora,
        emolumentos=value.emolumentos,
        isento=value.isento,
        motivo_isencao=value.motivo,
    )
    return Plan(
        identity=identify(document, context),
        instrumento=None,
        corpo=NO_TEXT,
        selos=(PlannedSelo(selo),) if gerar else (),
        asks_selo=gerar is None,
        qr="proprio" if gerar else "nenhum",
        custas=(value.custas(ATO, selo.descricao),) if gerar and not value.isento else (),
        avisos=tuple(notices),
        momento=context.agora,
        pessoa={nome: text for nome, text in document.pessoa.model_dump().items() if text},
    )


def with_answer(document: FichaAbertura, gerar: bool) -> FichaAbertura:
    """Return the ficha with the escrevente's answer, to be planned again."""
    return document.model_copy(update={"gerar_selo": gerar})


def _wants_selo(document: FichaAbertura, context: Context) -> bool | None:
    """Return whether the ficha gets a seal; None: the escrevente is asked."""
    rule, request = context.rules.ficha_selo, document.gerar_selo
    if rule == "perguntar":
        return request
    always = rule == "sempre"
    if request is not None and request is not always:
        how = "sempre leva selo" if always else "nunca leva selo"
        raise invalid_input(f"{_FIELD}.gerar_selo", f"por ajuste da serventia, a ficha {how}")
    return always


def _value(document: FichaAbertura, context: Context) -> AtoValue:
    """Return the given value, else that of the service configured for fichas, else zero."""
    given = fees.from_request(document, context, _FIELD)
    if given is not None:
        return given
    service = context.rules.ficha_service
    return fees.from_service(service, context, f"{_FIELD}.servico") if service else fees.isento(by_rule.OPTIONAL_SEAL)
