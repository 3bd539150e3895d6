"""Common logic of traslado and certidão: their livro, its signatures (N11), and the replaced document (X8)."""

from collections.abc import Sequence

from printserver.documents import fees
from printserver.documents.fees import AtoValue
from printserver.documents.identity import unknown_instrumento
from printserver.documents.instrumento import Corpo, Instrumento
from printserver.documents.kinds import FieldValues
from printserver.documents.model import Certidao, Traslado
from printserver.documents.parties import party_names
from printserver.documents.plan import (
    NATUREZA,
    Context,
    Identity,
    LiveLivro,
    LiveSelo,
    PlannedSelo,
)
from printserver.documents.spelling import normalize
from printserver.documents.values import Ato
from printserver.errors import BadField, Recusa, invalid_input
from printserver.selo import NewSelo

FIELD = "documento"
Copy = Traslado | Certidao


def copy_livro(document: Copy, context: Context) -> LiveLivro:
    """Return the live livro of the copy.

    Raises Recusa `instrumento-desconhecido` (a reference to an instrumento without any record), `livro-nao-impresso`
    (N3), `difere-do-livro` (the copy sends other atos or values), `assinaturas-pendentes` (N11).
    """
    brought = document.instrumento
    livro = context.livro
    if livro is None:
        if brought is not None and not isinstance(brought, Instrumento) and not _left_trace(context):
            raise unknown_instrumento(brought)
        raise Recusa(
            "livro-nao-impresso",
            "O livro deste instrumento não está impresso e selado neste servidor: imprima-o antes de tirar cópias.",
        )
    if isinstance(brought, Instrumento):
        _check_against_livro(brought, livro, context)
    check_signatures(livro.assinaturas, document.ordem_judicial)
    return livro


def check_signatures(signatures: str, ordem_judicial: str | None) -> None:
    """Raise Recusa `assinaturas-pendentes` for an act with missing signatures, unless a court order is given (N11)."""
    if signatures == "pendentes" and ordem_judicial is None:
        raise Recusa(
            "assinaturas-pendentes",
            "Faltam assinaturas neste ato: não se tira traslado nem certidão, salvo por ordem judicial, com o número "
            "do processo em documento.ordem_judicial.",
        )


def copy_body(document: Copy, instrumento: Instrumento | None) -> Corpo:
    """Return the copy's text: its own, else that of its INSTRUMENTO, else the livro's.

    Raises Recusa `entrada-invalida` if there is none.
    """
    brought_body = document.instrumento.corpo if isinstance(document.instrumento, Instrumento) else None
    body = document.corpo or brought_body or (instrumento.corpo if instrumento else None)
    if body is None:
        raise invalid_input(f"{FIELD}.corpo", "falta o texto: nem o pedido nem o livro deste servidor o traz")
    return body


def substitution_value(document: Copy, identity: Identity, context: Context) -> AtoValue | None:
    """Return the zero value of a copy that replaces another (X8), None if it replaces none.

    The required role is checked elsewhere. Raises Recusa `entrada-invalida` if the named seal is not a live one of
    the same kind of document and of the same instrumento or pedido, or if a value is charged.
    """
    if document.substitui is None:
        return None
    replaced = context.replaced
    if replaced is None:
        raise invalid_input(f"{FIELD}.substitui", "não há selo vivo com este código nesta serventia")
    if replaced.tipo != identity.tipo or not _have_same_origin(replaced.campos, identity.campos):
        raise invalid_input(
            f"{FIELD}.substitui", f"este selo é de outro documento ({replaced.rotulo}), que este não substitui"
        )
    fees.refuse_charge(document, FIELD, "a substituição é isenta")
    return fees.isento(f"substituição do selo {document.substitui}: {document.motivo}")


def copy_selo(
    ato: str,
    description: str,
    identifier: str,
    instrumento: Instrumento | None,
    value: AtoValue,
    context: Context,
) -> PlannedSelo:
    """Return the seal of a copy, of the current moment (S7)."""
    return PlannedSelo(
        NewSelo(
            natureza=NATUREZA,
            ato=ato,
            descricao=description,
            identificador=identifier,
            partes=party_names(instrumento) if instrumento else (),
            momento=context.agora,
            emolumentos=value.emolumentos,
            isento=value.isento,
            motivo_isencao=value.motivo,
        )
    )


def _left_trace(context: Context) -> bool:
    return context.known or context.minuta is not None


def _have_same_origin(single: FieldValues, other: FieldValues) -> bool:
    """Return whether two copies are of the same instrumento, or certidões of the same pedido."""
    return any(
        single.get(field) and other.get(field) and normalize(str(single[field])) == normalize(str(other[field]))
        for field in ("instrumento", "pedido")
    )


def _check_against_livro(brought: Instrumento, livro: LiveLivro, context: Context) -> None:
    """Raise Recusa `difere-do-livro` unless the sent atos and values equal those of the live livro (S11).

    While signatures are pending, the live values differ from the act's (N11); the printed values are accepted too.
    """
    principal = brought.atos[0].model_copy(update={"principal": True}) if len(brought.atos) == 1 else None
    brought_atos = [principal] if principal else list(brought.atos)
    fixed = livro.instrumento.atos
    do_livro = sorted(_do_selo(selo) for selo in livro.selos)
    equal = sorted(_do_ato(index, ato, livro, context) for index, ato in enumerate(brought_atos)) == do_livro
    if not equal and livro.assinaturas == "pendentes":
        equal = _as_printed(brought_atos, context) == _as_printed(fixed, context)
    if not equal:
        mensagem = "os atos ou os valores não são os do livro impresso"
        raise Recusa(
            "difere-do-livro",
            f"{FIELD}.instrumento.atos: {mensagem}. Mande só a referência ao instrumento, ou corrija o livro antes.",
            errors=[BadField(f"{FIELD}.instrumento.atos", mensagem)],
        )


_Key = tuple[bool, str, str, bool, tuple[int, ...]]


def _key(principal: bool, ato: str, description: str, value: AtoValue | LiveSelo) -> _Key:
    return (
        not principal,
        ato,
        " ".join(description.casefold().split()),
        value.isento,
        tuple(value.emolumentos.to_centavos().values()),
    )


def _do_selo(selo: LiveSelo) -> _Key:
    return _key(selo.principal, selo.ato, selo.descricao, selo)


def _do_ato(index: int, ato: Ato, livro: LiveLivro, context: Context) -> _Key:
    """Return the key of a sent ato; a service that the livro names too has its value in the livro."""
    for fixed, selo in zip(_principal_first(livro.instrumento.atos), livro.selos, strict=False):
        if ato.servico and ato.servico == fixed.servico and (ato.ato, ato.principal) == (selo.ato, selo.principal):
            return _key(ato.principal, ato.ato, _description(ato, context), selo)
    return _without_livro(index, ato, context)


def _without_livro(index: int, ato: Ato, context: Context) -> _Key:
    field = f"{FIELD}.instrumento.atos.{index}"
    value = fees.from_request(ato, context, field)
    if value is None:
        raise fees.missing_value(field)
    return _key(ato.principal, ato.ato, _description(ato, context), value)


def _as_printed(atos: Sequence[Ato], context: Context) -> list[_Key]:
    return sorted(_without_livro(index, ato, context) for index, ato in enumerate(atos))


def _description(ato: Ato, context: Context) -> str:
    kind = context.atos.get(ato.ato, NATUREZA)
    return ato.descricao or (kind.descricao if kind else "")


def _principal_first(atos: Sequence[Ato]) -> list[Ato]:
    return sorted(atos, key=lambda ato: not ato.principal)
