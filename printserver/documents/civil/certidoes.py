"""The plan of a certidão of Registro Civil: what it needs, its seal with QR, its value, its text (C4, C12-C17)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from pydantic import ValidationError

from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.documents.assento import Assento, AverbacaoAnotacao
from printserver.documents.civil import values
from printserver.documents.civil.acts import custas_of, names_of, planned_selo, unknown_assento
from printserver.documents.civil.days import check_days
from printserver.documents.civil.fields import FIELDS_OF, Especie, Fields, OtherFields
from printserver.documents.civil.frames import DEFAULT_NORM
from printserver.documents.civil.identity import civil_identity
from printserver.documents.civil.models import MODELS, missing
from printserver.documents.civil.sheet import sheet
from printserver.documents.civil.values import CivilFee
from printserver.documents.civil_documents import CivilCertidao
from printserver.documents.instrumento import Corpo
from printserver.documents.moment import refuse_empty_date
from printserver.documents.plan import CivilPlan, Context, Identity, Plan
from printserver.documents.reading import bad_fields
from printserver.documents.spelling import normalize
from printserver.errors import BadField, ErrorWord, Recusa, invalid_input

PV, CE, MATERIALIZATION = "PV", "CE", "MT"
HABILITACAO_DAYS: Final = 90  # a certidão de habilitação holds that long (C17, NSCGJ XVII.65)
_FIELD = "documento"
# These rest on a search, a processo, an edital or another office's certidão, not on an assento.
_WITHOUT_ASSENTO: Final = frozenset({"negativa", "habilitacao", "tramite-edital", "materializacao"})
_OF_ONE_ESPECIE: Final = {
    "busca": "negativa",
    "habilitacao": "habilitacao",
    "edital": "tramite-edital",
    "origem": "materializacao",
}
_TITLES: Final = {
    "primeira-via": "Certidão",
    "breve-relato": "Certidão em breve relato",
    "inteiro-teor": "Certidão em inteiro teor",
    "quesitos": "Certidão por quesitos",
    "negativa": "Certidão negativa",
    "habilitacao": "Certidão de habilitação para casamento",
    "tramite-edital": "Certidão de trâmite de edital",
    "materializacao": "Materialização de certidão eletrônica",
}
_FIELDS_OF_ESPECIE: Final[Mapping[str, Especie]] = {
    "nascimento": "nascimento",
    "casamento": "casamento",
    "casamento-religioso": "casamento",
    "obito": "obito",
    "natimorto": "natimorto",
}
_OF_ASSENTO: Final = {
    "nascimento": "nascimento",
    "casamento": "casamento",
    "casamento-religioso": "casamento religioso com efeito civil",
    "obito": "óbito",
    "natimorto": "natimorto",
    "livro-e": "Livro E",
}


def certidao_plan(document: CivilCertidao, context: Context) -> Plan:
    """Return the plan of a certidão: one seal with its own QR (C2).

    Raises Recusa `primeira-via-ja-expedida`, `assento-nao-impresso` (C12), `negativa-sem-consulta`,
    `habilitacao-desta-serventia` (C17), `instrumento-desconhecido`, `data-do-ato` (C5), and as `values.certidao_fee`.
    """
    facts = context.civil
    notices: list[BadField] = []
    _check_content(document)
    _check_facts(document, context)
    assento = _assento(document, context)
    identity = civil_identity(document, context)
    day = _request_day(document, context)
    if document.especie == "primeira-via":
        _check_first(document, identity, context)
    text_only = document.corpo is not None and not document.averbacoes_anotacoes
    shown = None if text_only else len(shown_notes(document))
    fee = _fee(document, assento, identity, context, day, shown)
    title = _title(document, assento)
    matricula = identity.campos["matricula"]
    selo = planned_selo(
        _ato(document),
        title,
        str(matricula or _number(document)),
        names_of(assento, f"{_FIELD}.assento") if assento is not None else (),
        fee,
        context,
        notices,
    )
    return Plan(
        identity=identity,
        instrumento=None,
        corpo=document.corpo or Corpo(formato="texto", conteudo=""),
        selos=(selo,),
        qr="proprio",
        selo_livro=facts.selo,
        custas=custas_of((selo,)),
        substitui=document.substitui,
        avisos=tuple(notices),
        momento=context.agora,
        civil=CivilPlan(
            free="isenta" if fee.value.isento else None,
            price=fee.price,
            fundamento=fee.fundamento,
            matricula=str(matricula) if matricula else None,
            title=title,
            sentences=_sentences(document, context),
            sheet=_sheet(document, context, assento, title, str(matricula) if matricula else None),
            remembered=document.assento if isinstance(document.assento, Assento) else None,
            page_images=_has_page_images(document),
        ),
    )


def shown_notes(document: CivilCertidao) -> Sequence[AverbacaoAnotacao]:
    """Return the marginal notes that a certidão shows, by date: inteiro teor all, others those to mention (C15)."""
    each_once = {(note.tipo, note.data, note.texto): note for note in document.averbacoes_anotacoes}
    notes = sorted(each_once.values(), key=lambda note: note.data)
    if document.especie == "inteiro-teor":
        return notes
    return [note for note in notes if note.mencao and not note.restrita]


def civil_fields(document: CivilCertidao, context: Context) -> Fields:
    """Return the FIELDS of a certidão, read by the especie of its assento (C14).

    Raises Recusa `entrada-invalida` with the path of each bad field.
    """
    assento = _assento(document, context)
    especie = _FIELDS_OF_ESPECIE.get(assento.especie if assento is not None else "", "outros")
    if document.especie == "inteiro-teor":
        especie = "outros"
    try:
        return FIELDS_OF[especie].model_validate(document.campos or {})
    except ValidationError as error:
        errors = [BadField(f"{_FIELD}.campos.{each.campo}", each.mensagem) for each in bad_fields(error)]
        detail = "; ".join(f"{each.campo}: {each.mensagem}" for each in errors)
        raise Recusa("entrada-invalida", detail, errors=errors) from None


def _sheet(
    document: CivilCertidao, context: Context, assento: Assento | None, title: str, matricula: str | None
) -> JsonObject:
    """Return the certidão as frames (C14): of its FIELDS, or whose it is where it is a text (C16).

    Raises Recusa `modelo-incompleto` with the path of each field that the model needs.
    """
    norm = document.modelo or DEFAULT_NORM
    fields = civil_fields(document, context) if document.campos is not None else _names_only(assento)
    check_days(document, fields, context)
    especie = next(name for name, kind in FIELDS_OF.items() if type(fields) is kind)
    model = next((each for each in MODELS.values() if norm in (each.norm, each.nome) and each.especie == especie), None)
    if model is None:
        known = ", ".join(sorted({each.norm for each in MODELS.values()}))
        raise invalid_input(f"{_FIELD}.modelo", f"modelo desconhecido; há: {known}")
    if document.campos is not None and (lacking := missing(model, fields)):
        errors = [BadField(f"{_FIELD}.campos.{path}", "falta este campo, que o modelo exige") for path in lacking]
        raise Recusa(
            "modelo-incompleto",
            f"Faltam campos do modelo {model.nome}: {', '.join(lacking)}.",
            errors=errors,
        )
    return sheet(
        model,
        fields,
        matricula=matricula,
        averbacoes=document.averbacoes_anotacoes,
        full=document.especie == "inteiro-teor",
        titulo=title,
    )


def _has_page_images(document: CivilCertidao) -> bool:
    """Return whether the body is images of the book's pages, to be set on sheets of the format (C16)."""
    return document.especie == "inteiro-teor" and document.corpo is not None and document.corpo.formato == "pdf"


def _names_only(assento: Assento | None) -> OtherFields:
    people = assento.registrados if assento is not None else ()
    return OtherFields.model_construct(
        nomes=tuple(each.nome for each in people),
        cpf=tuple(re.sub(r"[^0-9]", "", each.cpf) for each in people if each.cpf),
    )


def _check_content(document: CivilCertidao) -> None:
    """Raise unless the certidão brings what its especie needs (C17)."""
    if document.especie == "negativa" and document.busca is None:
        raise _refusal(
            "negativa-sem-consulta",
            "busca",
            "a negativa precisa da consulta à central: hash_crc, período, natureza do ato e território",
        )
    if document.especie == "habilitacao" and document.habilitacao is None:
        raise invalid_input(f"{_FIELD}.habilitacao", "diga o processo e a finalidade da habilitação")
    if document.especie == "tramite-edital" and document.edital is None:
        raise invalid_input(f"{_FIELD}.edital", "diga o edital que tramitou nesta serventia")
    if document.especie == "materializacao" and document.origem is None:
        raise invalid_input(f"{_FIELD}.origem", "diga a serventia e o código de validação da certidão eletrônica")
    for name, especie in _OF_ONE_ESPECIE.items():
        if getattr(document, name) is not None and document.especie != especie:
            raise invalid_input(f"{_FIELD}.{name}", f"só a certidão de especie {especie} leva {name}")
    if document.especie in _WITHOUT_ASSENTO and document.assento is not None:
        raise invalid_input(f"{_FIELD}.assento", f"a certidão {document.especie} não tem assento")
    if document.especie not in _WITHOUT_ASSENTO and document.assento is None:
        raise invalid_input(f"{_FIELD}.assento", "diga o assento de que se tira a certidão")


def _check_facts(document: CivilCertidao, context: Context) -> None:
    """Raise where what is certified is not so here (C17)."""
    if document.edital is not None and not context.civil.edital_posted:
        raise Recusa(
            "instrumento-desconhecido",
            f"O edital {document.edital.id} não foi impresso neste servidor: só se certifica o trâmite do que foi "
            "afixado aqui.",
        )
    if document.origem is not None and document.origem.cns == context.rules.cns:
        raise invalid_input(
            f"{_FIELD}.origem.cns", "este é o CNS desta serventia: materializa-se a certidão de outra serventia"
        )
    if context.civil.married_here:
        raise _refusal(
            "habilitacao-desta-serventia",
            "habilitacao.processo",
            "o casamento desta habilitação foi celebrado nesta serventia: não se expede certidão de habilitação",
        )


def _assento(document: CivilCertidao, context: Context) -> Assento | None:
    """Return the assento that is certified: as sent, else as known here. Raises Recusa `instrumento-desconhecido`."""
    brought = document.assento
    if brought is None or isinstance(brought, Assento):
        return brought
    known = context.civil.assento
    if known is None:
        raise unknown_assento(brought.id or f"de matrícula {brought.matricula}")
    return known


def _request_day(document: CivilCertidao, context: Context) -> date:
    """Return the day whose prices hold (C5): that of the request, not after the act."""
    today = local_date(context.agora)
    day = document.data_pedido or today
    refuse_empty_date(day, None, field=f"{_FIELD}.data_pedido")
    if day > today:
        raise _refusal("data-do-ato", "data_pedido", f"o pedido é de {day:%d/%m/%Y}, que ainda não chegou")
    return day


def _check_first(document: CivilCertidao, identity: Identity, context: Context) -> None:
    """Raise unless the first certidão of the assento may be made (C12)."""
    facts = context.civil
    if document.substitui is None and facts.pv is not None and facts.pv_document != identity.chave:
        raise Recusa(
            "primeira-via-ja-expedida",
            f"A primeira via deste assento já foi expedida, com o selo {facts.pv.codigo}. Tire uma certidão em breve "
            "relato ou inteiro teor (paga ou isenta); se a primeira via saiu com erro, faça a troca, com substitui.",
            extra={"selos": [facts.pv.codigo]},
        )
    brought = document.assento
    older = isinstance(brought, Assento) and brought.de_antes
    older = older or (facts.assento is not None and facts.assento.de_antes)
    if facts.selo is None and not older:
        raise Recusa(
            "assento-nao-impresso",
            "O assento não está impresso neste servidor: imprima-o antes da primeira via, ou diga de_antes, se é "
            "anterior a este servidor.",
        )


def _fee(
    document: CivilCertidao,
    assento: Assento | None,
    identity: Identity,
    context: Context,
    day: date,
    shown: int | None,
) -> CivilFee:
    if document.substitui is not None:
        return _exchange(document, identity, context)
    if document.especie == "primeira-via" and assento is not None and assento.especie in values.FREE_BY_LAW:
        if document.averbacoes:
            raise _refusal(
                "averbacoes-em-certidao-isenta", "averbacoes", "a primeira via é gratuita: não se cobram averbações"
            )
        return values.free_by_law(document)
    return values.certidao_fee(document, context, day, shown)


def _exchange(document: CivilCertidao, identity: Identity, context: Context) -> CivilFee:
    """Return the zero of a troca (C8, X8): the seal named must be a live one of the same kind and assento or pedido."""
    replaced = context.replaced
    if replaced is None:
        raise invalid_input(f"{_FIELD}.substitui", "não há selo vivo com este código nesta serventia")
    if replaced.tipo != identity.tipo or not any(
        replaced.campos.get(name)
        and identity.campos.get(name)
        and normalize(str(replaced.campos[name])) == normalize(str(identity.campos[name]))
        for name in ("assento", "pedido")
    ):
        raise invalid_input(
            f"{_FIELD}.substitui", f"este selo é de outro documento ({replaced.rotulo}), que este não substitui"
        )
    if document.charged is not None:
        raise invalid_input(f"{_FIELD}.{document.charged}", "a troca é isenta: não mande valor")
    return values.free("troca", f"troca da certidão de selo {document.substitui}: {document.motivo}")


def _ato(document: CivilCertidao) -> str:
    if document.especie == "materializacao":
        return MATERIALIZATION
    return PV if document.especie == "primeira-via" and document.substitui is None else CE


def _number(document: CivilCertidao) -> str:
    """Return the identifier of a certidão of what has no matrícula (C10): its process, else its request."""
    return document.habilitacao.processo if document.habilitacao is not None else document.pedido


def _title(document: CivilCertidao, assento: Assento | None) -> str:
    title = _TITLES[document.especie]
    if assento is None:
        return title
    return f"{title} de {_OF_ASSENTO[assento.especie]}"


def _sentences(document: CivilCertidao, context: Context) -> tuple[str, ...]:
    """Return the sentences that the especie adds to the text (C17, C22)."""
    said = []
    if document.busca is not None:
        found = document.busca
        said.append(
            f"Busca de {found.natureza_do_ato} de {found.de:%d/%m/%Y} a {found.ate:%d/%m/%Y}, em {found.territorio}. "
            f"Consulta à Central do Registro Civil: {found.hash_crc}."
        )
    if document.especie == "habilitacao" and document.habilitacao is not None:
        last = local_date(context.agora) + timedelta(days=HABILITACAO_DAYS)
        aim = (
            "para casamento em outra serventia"
            if document.habilitacao.finalidade == "outra-serventia"
            else "para casamento religioso com efeito civil"
        )
        said.append(f"Habilitação {aim}, processo {document.habilitacao.processo}. Válida até {last:%d/%m/%Y}.")
    if document.origem is not None:
        other = f", selo {document.origem.selo}" if document.origem.selo else ""
        said.append(
            f"Materialização de certidão eletrônica da serventia de CNS {document.origem.cns}, código de validação "
            f"{document.origem.codigo_validacao}{other}."
        )
    return tuple(said)


def _refusal(word: ErrorWord, field: str, mensagem: str) -> Recusa:
    path = f"{_FIELD}.{field}"
    return Recusa(word, f"{path}: {mensagem}.", errors=[BadField(path, mensagem)])
