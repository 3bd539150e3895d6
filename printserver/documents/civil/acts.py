"""The plans of the acts of Registro Civil but for certidões: what is sealed, what quotes, which value (C1, C6, C7)."""

from datetime import datetime

from printserver.clock import local_date
from printserver.documents.assento import NATUREZA, Assento
from printserver.documents.by_rule import IN_HABILITACAO
from printserver.documents.civil import values
from printserver.documents.civil.identity import civil_identity
from printserver.documents.civil.matricula import assento_matricula
from printserver.documents.civil.values import CivilFee
from printserver.documents.civil_documents import AssentoPage, Averbacao, Edital, Habilitacao, Procedimento
from printserver.documents.instrumento import Corpo
from printserver.documents.moment import ato_moment
from printserver.documents.parties import require_initials
from printserver.documents.plan import CivilPlan, Context, Custas, Identity, LiveSelo, Plan, PlannedSelo
from printserver.errors import BadField, Recusa, invalid_input
from printserver.selo import NewSelo

ASSENTO, HABILITACAO, EDITAL, AVERBACAO, PROCEDIMENTO, LIVRO_E = "AS", "HB", "ED", "AV", "PD", "LE"
_FIELD = "documento"
_NO_TEXT = Corpo(formato="texto", conteudo="")
_TITLES = {"capa": "Habilitação para casamento", "memorial": "Memorial", "folha-do-selo": "Habilitação para casamento"}

_PROCEDURES = {
    "retificacao": "Procedimento de retificação",
    "patronimico": "Procedimento de alteração de patronímico",
    "reconhecimento": "Procedimento de reconhecimento de filiação",
    "prenome": "Procedimento de alteração de prenome",
    "genero": "Procedimento de alteração de prenome e gênero",
    "registro-tardio": "Procedimento de registro tardio",
    "outro": "Procedimento",
}


def assento_plan(document: AssentoPage, context: Context) -> Plan:
    """Return the plan of an assento's page (C3, C6, C13, C18): its code alone, no QR.

    Raises Recusa `matricula-invalida`, `matricula-nao-combina`, `ato-gratuito`, `data-do-ato` and as `values.fee`.
    """
    assento = document.assento
    field = f"{_FIELD}.assento"
    matricula = assento_matricula(assento, context.rules.cns, field)
    momento = ato_moment(assento.data, assento.motivo_data, context.agora, field=field)
    fee, quoted, notices = _assento_fee(document, context)
    identity = civil_identity(document, context)
    description = f"Assento de {assento.especie}" if assento.ato_livro_e is None else assento.ato_livro_e
    selos: tuple[PlannedSelo, ...] = ()
    if fee is not None:
        selos = (
            planned_selo(
                LIVRO_E if assento.especie == "livro-e" else ASSENTO,
                description,
                str(matricula),
                names_of(assento, field),
                fee,
                context,
                notices,
                momento=momento,
            ),
        )
    return _plan(
        identity,
        assento.corpo,
        selos,
        notices,
        CivilPlan(
            free="isento" if fee is not None and fee.value.isento else None,
            price=fee.price if fee is not None else None,
            fundamento=fee.fundamento if fee is not None else None,
            habilitacao=quoted,
            matricula=str(matricula),
            title=description,
            remembered=assento,
        ),
        momento=momento,
    )


def _assento_fee(document: AssentoPage, context: Context) -> tuple[CivilFee | None, LiveSelo | None, list[BadField]]:
    """Return the value of an assento, the habilitação's seal that it names, and warnings."""
    assento = document.assento
    if assento.especie in values.FREE_BY_LAW:
        return values.free_by_law(document), None, []
    own = assento.habilitacao is not None and assento.habilitacao.origem == "propria"
    if not own:
        return values.fee(document, context, local_date(context.agora)), None, []
    if document.charged is not None:
        raise invalid_input(
            f"{_FIELD}.{document.charged}", "o casamento com habilitação desta serventia está pago na habilitação"
        )
    quoted = context.civil.habilitacao
    notices = []
    if quoted is None:
        notices.append(
            BadField(
                f"{_FIELD}.assento.habilitacao.processo", "a habilitação deste processo não tem selo neste servidor"
            )
        )
    if context.rules.casamento_selo == "nenhum":
        return None, quoted, notices
    reason = f"{IN_HABILITACAO} {quoted.codigo}" if quoted is not None else IN_HABILITACAO
    fee = values.zero(reason)
    return fee, quoted, notices


def habilitacao_plan(document: Habilitacao, context: Context) -> Plan:
    """Return the plan of a piece of a habilitação: the first one paid or free makes the seal, others quote it (C7)."""
    quoted = context.civil.habilitacao
    if quoted is not None and context.civil.peca == document.peca:
        quoted = None  # this very piece bears the seal: the reprint guard asks
    identity = civil_identity(document, context)
    notices: list[BadField] = []
    fee: CivilFee | None = None
    if quoted is None and document.situacao != "pendente":
        fee = _habilitacao_fee(document, context)
    elif document.has_value:
        notices.append(BadField(_FIELD, "esta peça sai sem selo novo: o valor enviado não foi usado"))
    names = require_initials([(nome, f"{_FIELD}.contraentes.{n}") for n, nome in enumerate(document.contraentes)])
    selos: tuple[PlannedSelo, ...] = ()
    if fee is not None:
        selos = (
            planned_selo(HABILITACAO, "Habilitação para casamento", document.processo, names, fee, context, notices),
        )
    return _plan(
        identity,
        document.corpo or _NO_TEXT,
        selos,
        notices,
        CivilPlan(
            free="isento" if fee is not None and fee.value.isento else None,
            price=fee.price if fee is not None else None,
            fundamento=fee.fundamento if fee is not None else None,
            habilitacao=quoted,
            title=_TITLES[document.peca],
            sentences=(f"Processo {document.processo}", f"Contraentes: {' e '.join(document.contraentes)}"),
        ),
    )


def _habilitacao_fee(document: Habilitacao, context: Context) -> CivilFee:
    fee = values.fee(document, context, local_date(context.agora))
    if (document.situacao == "gratuita") != fee.value.isento:
        raise invalid_input(
            f"{_FIELD}.situacao",
            "a habilitação gratuita vai isenta, com o fundamento"
            if document.situacao == "gratuita"
            else "a habilitação paga leva valor; a isenta tem situação gratuita",
        )
    return fee


def edital_plan(document: Edital, context: Context) -> Plan:
    """Return the plan of an edital: another office's is sealed, the own one quotes the habilitação's code (C7, C19).

    Raises Recusa `edital-proprio-nao-sela` where a value is given for the own one.
    """
    notices: list[BadField] = []
    identity = civil_identity(document, context)
    if document.origem == "propria":
        if document.has_value:
            mensagem = "o edital próprio cita o selo da habilitação e não leva outro: não mande valor"
            raise Recusa(
                "edital-proprio-nao-sela", f"{_FIELD}: {mensagem}.", errors=[BadField(f"{_FIELD}.origem", mensagem)]
            )
        quoted = context.civil.habilitacao
        if quoted is None:
            notices.append(BadField(f"{_FIELD}.processo", "a habilitação deste processo ainda não tem selo"))
        processo = (f"Processo {document.processo}",) if document.processo is not None else ()
        civil = CivilPlan(habilitacao=quoted, title="Edital de proclamas", sentences=processo)
        return _plan(identity, document.corpo, (), notices, civil)
    origin = document.serventia_origem
    if origin is not None and origin.cns == context.rules.cns:
        mensagem = "este é o CNS desta serventia: o edital próprio vai com origem propria, sem selo"
        field = f"{_FIELD}.serventia_origem.cns"
        raise Recusa("edital-proprio-nao-sela", f"{field}: {mensagem}.", errors=[BadField(field, mensagem)])
    fee = values.fee(document, context, local_date(context.agora))
    where = f", de {origin.nome}" if origin is not None else ""
    said = (f"De {origin.nome}, {origin.cidade} – {origin.uf}, CNS {origin.cns}",) if origin is not None else ()
    selos = (planned_selo(EDITAL, f"Afixação de edital{where}", document.id, (), fee, context, notices),)
    return _plan(identity, document.corpo, selos, notices, _of(fee, "Edital de proclamas", said))


def averbacao_plan(document: Averbacao, context: Context) -> Plan:
    """Return the plan of a marginal note: an averbação is sealed, code alone; an anotação never is (C1, C20)."""
    notices: list[BadField] = []
    identity = civil_identity(document, context)
    facts = context.civil
    if facts.assento is None:
        raise unknown_assento(document.assento.id)
    if document.especie == "anotacao":
        if document.has_value:
            raise invalid_input(f"{_FIELD}.especie", "a anotação nunca leva selo nem valor")
        civil = CivilPlan(matricula=facts.matricula, place=document.lugar)
        return _plan(identity, document.corpo, (), notices, civil, selo_livro=facts.selo)
    fee = values.fee(document, context, local_date(context.agora))
    names = names_of(facts.assento, f"{_FIELD}.assento")
    selos = (planned_selo(AVERBACAO, "Averbação", facts.matricula or document.id, names, fee, context, notices),)
    civil = CivilPlan(
        free="isento" if fee.value.isento else None,
        price=fee.price,
        fundamento=fee.fundamento,
        matricula=facts.matricula,
        place=document.lugar,
    )
    return _plan(identity, document.corpo, selos, notices, civil, selo_livro=facts.selo)


def procedimento_plan(document: Procedimento, context: Context) -> Plan:
    """Return the plan of a procedure, sealed with its value, code alone (C1, C2)."""
    notices: list[BadField] = []
    fee = values.fee(document, context, local_date(context.agora))
    selos = (planned_selo(PROCEDIMENTO, "Procedimento", document.processo, (), fee, context, notices),)
    civil = _of(fee, _PROCEDURES[document.especie], (f"Processo {document.processo}",))
    return _plan(civil_identity(document, context), document.corpo, selos, notices, civil)


def planned_selo(
    ato: str,
    description: str,
    identifier: str,
    names: tuple[str, ...],
    fee: CivilFee,
    context: Context,
    notices: list[BadField],
    *,
    momento: datetime | None = None,
) -> PlannedSelo:
    """Return the one seal of a document, of this moment or the given one (S7); a warning of its ato joins `notices`.

    Raises Recusa where the ato is to be confirmed and the office is no demonstration (S10).
    """
    kind = context.atos.check(ato, natureza=NATUREZA, field=_FIELD, demonstracao=context.rules.demonstracao)
    if kind.aviso:
        notices.append(BadField(_FIELD, kind.aviso))
    return PlannedSelo(
        NewSelo(
            natureza=NATUREZA,
            ato=ato,
            descricao=description,
            identificador=identifier,
            partes=names,
            momento=momento or context.agora,
            emolumentos=fee.value.emolumentos,
            isento=fee.value.isento,
            motivo_isencao=fee.value.motivo,
            fundamento=fee.fundamento,
        )
    )


def names_of(assento: Assento, field: str) -> tuple[str, ...]:
    """Return the names of an assento's persons. Raises Recusa `entrada-invalida` for one without initials (S6)."""
    return require_initials(
        [(each.nome, f"{field}.registrados.{n}.nome") for n, each in enumerate(assento.registrados)]
    )


def custas_of(selos: tuple[PlannedSelo, ...]) -> tuple[Custas, ...]:
    """Return the fee lines of planned seals; the reason of an isento one stays off the paper (C13, Lei 11.789/2008)."""
    return tuple(
        Custas(each.new_selo.descricao, each.new_selo.emolumentos, each.new_selo.isento, None, each.new_selo.ato)
        for each in selos
    )


def unknown_assento(which: str) -> Recusa:
    """Return the refusal of a reference to an assento that is unknown here (404)."""
    return Recusa(
        "instrumento-desconhecido",
        f"Não há o assento {which} neste servidor. Confira a referência, ou mande o assento inteiro.",
    )


def _of(fee: CivilFee, title: str, sentences: tuple[str, ...] = ()) -> CivilPlan:
    return CivilPlan(
        free="isento" if fee.value.isento else None,
        price=fee.price,
        fundamento=fee.fundamento,
        title=title,
        sentences=sentences,
    )


def _plan(
    identity: Identity,
    corpo: Corpo,
    selos: tuple[PlannedSelo, ...],
    notices: list[BadField],
    civil: CivilPlan,
    *,
    selo_livro: LiveSelo | None = None,
    momento: datetime | None = None,
) -> Plan:
    return Plan(
        identity=identity,
        instrumento=None,
        corpo=corpo,
        selos=selos,
        custas=custas_of(selos),
        selo_livro=selo_livro,
        avisos=tuple(notices),
        momento=momento,
        civil=civil,
    )
