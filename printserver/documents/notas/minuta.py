"""The minuta (N8): the livro's own text, no seal, no question. What the livro would be refused for is a warning."""

from datetime import datetime

from printserver.clock import local_date
from printserver.documents.identity import identificar
from printserver.documents.model import Ato, Instrumento, Minuta
from printserver.documents.moment import momento_do_ato, recusar_data_vazia
from printserver.documents.notas import livro
from printserver.documents.plan import Contexto, Custas, Plano
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.selo.fees import Emolumentos


def planejar(documento: Minuta, contexto: Contexto) -> Plano:
    """Return the minuta's plan: never a seal, never refused for what may still be missing (N8).

    Raises Recusa `data-do-ato` for a date that no act can have (S7a).
    """
    instrumento = documento.instrumento
    atos, avisos = _escolher(instrumento)
    custas = []
    for indice, ato in enumerate(atos):
        linha, do_ato = _custas(ato, contexto, indice)
        custas.append(linha)
        avisos.extend(do_ato)
    avisos.extend(_data(instrumento, contexto.agora))
    fixado = livro.fixar(instrumento, atos, custas)
    return Plano(
        identidade=identificar(documento, contexto),
        instrumento=fixado.model_copy(update={"data": instrumento.data or local_date(contexto.agora)}),
        corpo=instrumento.corpo,
        qr="principal",
        custas=livro.principal_primeiro(custas),
        avisos=tuple(avisos),
    )


def paginas_do_extrato(paginas: str | None, total: int) -> tuple[int, ...] | None:
    """Return the pages, from 1, that `paginas` (`3-5`, `2,7`) asks of a minuta with `total` pages; None: all of them.

    Raises Recusa `entrada-invalida` if one of them does not exist.
    """
    if paginas is None:
        return None
    pedidas: set[int] = set()
    for faixa in paginas.split(","):
        primeira, _, ultima = faixa.partition("-")
        de, ate = int(primeira), int(ultima or primeira)
        if not 1 <= de <= ate <= total:
            raise entrada_invalida(
                "documento.paginas", f"a faixa {faixa} não existe: a minuta tem {total} página{'s'[: total > 1]}"
            )
        pedidas.update(range(de, ate + 1))
    return tuple(sorted(pedidas))


def _escolher(instrumento: Instrumento) -> tuple[tuple[Ato, ...], list[Campo]]:
    if not instrumento.atos:
        return (), []
    try:
        return livro.escolher_principal(instrumento.atos), []
    except Recusa as recusa:
        sem_escolha = tuple(
            ato.model_copy(update={"principal": indice == 0}) for indice, ato in enumerate(instrumento.atos)
        )
        return sem_escolha, list(recusa.errors)


def _custas(ato: Ato, contexto: Contexto, indice: int) -> tuple[Custas, list[Campo]]:
    try:
        return livro.custas_do_ato(ato, contexto, f"{livro.CAMPO}.atos.{indice}")
    except Recusa as recusa:
        a_definir = Custas(ato.descricao or ato.ato, Emolumentos.zero(), False, None, ato.ato, ato.principal)
        return a_definir, list(recusa.errors)


def _data(instrumento: Instrumento, agora: datetime) -> list[Campo]:
    """Return what the livro will ask about its date: a past day's reason; a day to come is a minuta's right."""
    if instrumento.data is None or instrumento.data >= local_date(agora):
        return []
    recusar_data_vazia(instrumento.data, instrumento.motivo_data, campo=f"{livro.CAMPO}.data")
    try:
        momento_do_ato(instrumento.data, instrumento.motivo_data, agora, campo=livro.CAMPO)
    except Recusa as recusa:
        return list(recusa.errors)
    return []
