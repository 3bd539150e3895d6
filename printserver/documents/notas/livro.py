"""The livro (N1, N2, N7, S7): one seal per ato, the principal's the vinculador; its QR is the principal's, if any."""

from collections.abc import Sequence
from typing import TypeVar

from printserver.clock import local_date
from printserver.documents import fees
from printserver.documents.identity import identify
from printserver.documents.instrumento import Instrumento
from printserver.documents.model import Livro
from printserver.documents.moment import ato_moment
from printserver.documents.parties import party_names
from printserver.documents.plan import (
    NATUREZA,
    Context,
    Custas,
    Plan,
    PlannedSelo,
)
from printserver.documents.values import Ato
from printserver.errors import BadField, invalid_input
from printserver.selo import NewSelo

FIELD = "documento.instrumento"
_Ato = TypeVar("_Ato", bound=Ato)


def make_plan(document: Livro, context: Context) -> Plan:
    """Return the livro's plan: a seal for every ato at the moment of the act, the principal first.

    Raises Recusa `data-do-ato` (S7), `entrada-invalida` (not exactly one principal ato, N2; an ato that is unknown, of
    a paper seal, or only a retificador, S8), `servico-a-confirmar` (S9).
    """
    instrumento = document.instrumento
    moment = ato_moment(instrumento.data, instrumento.motivo_data, context.agora, field=FIELD)
    atos = choose_principal(instrumento.atos)
    custas, notices = [], []
    for index, ato in enumerate(atos):
        linha, do_ato = custas_do_ato(ato, context, f"{FIELD}.atos.{index}")
        custas.append(linha)
        notices.extend(do_ato)
    if moment != context.agora:
        notices.append(BadField(f"{FIELD}.data", "ato de dia anterior: a data e o motivo ficam registrados"))
    fixed = fix(instrumento, atos, custas).model_copy(update={"data": local_date(moment)})
    in_order = principal_first(custas)
    return Plan(
        identity=identify(document, context),
        instrumento=fixed,
        corpo=instrumento.corpo,
        selos=tuple(
            PlannedSelo(
                new_selo=NewSelo(
                    natureza=NATUREZA,
                    ato=linha.ato,
                    descricao=linha.descricao,
                    identificador=instrumento.id,
                    partes=party_names(instrumento),
                    momento=moment,
                    emolumentos=linha.emolumentos,
                    isento=linha.isento,
                    motivo_isencao=linha.motivo,
                ),
                principal=linha.principal,
                vinculado_to_principal=not linha.principal,
            )
            for linha in in_order
        ),
        qr="principal",
        custas=in_order,
        avisos=tuple(notices),
        momento=moment,
    )


def choose_principal(atos: Sequence[_Ato]) -> tuple[_Ato, ...]:
    """Return the atos in order, with exactly one of them principal; a single ato needs no choice (N2).

    Raises Recusa `entrada-invalida` if none or several were chosen.
    """
    if len(atos) == 1:
        return (atos[0].model_copy(update={"principal": True}),)
    chosen = sum(ato.principal for ato in atos)
    if chosen != 1:
        how_many = "nenhum" if chosen == 0 else str(chosen)
        raise invalid_input(f"{FIELD}.atos", f"com mais de um ato, escolha um, e só um, como principal; há {how_many}")
    return tuple(atos)


def custas_do_ato(ato: Ato, context: Context, field: str) -> tuple[Custas, list[BadField]]:
    """Return the fee line of one ato of the instrumento and warnings; `field` is its dotted path.

    Raises Recusa `entrada-invalida` (S8, S10, no VALUE) or `servico-a-confirmar` (S9).
    """
    kind = context.atos.check(ato.ato, natureza=NATUREZA, field=f"{field}.ato")
    value = fees.from_request(ato, context, field)
    if value is None:
        raise fees.missing_value(field)
    notices = [BadField(f"{field}.ato", kind.aviso)] if kind.aviso else []
    return value.custas(ato.ato, ato.descricao or kind.descricao, principal=ato.principal), notices


def principal_first(custas: Sequence[Custas]) -> tuple[Custas, ...]:
    """Return the fee lines with the principal ato's first, the others in order."""
    return tuple(sorted(custas, key=lambda linha: not linha.principal))


def fix(instrumento: Instrumento, atos: Sequence[Ato], custas: Sequence[Custas]) -> Instrumento:
    """Return the instrumento as stored with the livro: principal ato and all descriptions filled in."""
    completed = [ato.model_copy(update={"descricao": linha.descricao}) for ato, linha in zip(atos, custas, strict=True)]
    return instrumento.model_copy(update={"atos": tuple(completed)})
