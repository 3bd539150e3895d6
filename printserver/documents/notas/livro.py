"""The livro (N1, N2, N7, S7): one seal per ato, the principal's the vinculador; its QR is the principal's, if any."""

from collections.abc import Sequence
from typing import TypeVar

from printserver.clock import local_date
from printserver.documents import fees
from printserver.documents.identity import identificar
from printserver.documents.model import Ato, Instrumento, Livro
from printserver.documents.moment import momento_do_ato
from printserver.documents.parties import exigir_iniciais
from printserver.documents.plan import (
    NATUREZA,
    Contexto,
    Custas,
    Plano,
    SeloPlanejado,
)
from printserver.errors import Campo, entrada_invalida
from printserver.selo.issue import SeloNovo

CAMPO = "documento.instrumento"
_Ato = TypeVar("_Ato", bound=Ato)


def planejar(documento: Livro, contexto: Contexto) -> Plano:
    """Return the livro's plan: every ato sealed at the moment of the act, the principal first.

    Raises Recusa `data-do-ato` (S7), `entrada-invalida` (no single principal ato, N2; an ato that is unknown, of a
    paper seal, or only a retificador, S8), `servico-a-confirmar` (S9).
    """
    instrumento = documento.instrumento
    momento = momento_do_ato(instrumento.data, instrumento.motivo_data, contexto.agora, campo=CAMPO)
    atos = escolher_principal(instrumento.atos)
    custas, avisos = [], []
    for indice, ato in enumerate(atos):
        linha, do_ato = custas_do_ato(ato, contexto, f"{CAMPO}.atos.{indice}")
        custas.append(linha)
        avisos.extend(do_ato)
    if momento != contexto.agora:
        avisos.append(Campo(f"{CAMPO}.data", "ato de dia anterior: a data e o motivo ficam registrados"))
    fixado = fixar(instrumento, atos, custas).model_copy(update={"data": local_date(momento)})
    em_ordem = principal_primeiro(custas)
    return Plano(
        identidade=identificar(documento, contexto),
        instrumento=fixado,
        corpo=instrumento.corpo,
        selos=tuple(
            SeloPlanejado(
                novo=SeloNovo(
                    natureza=NATUREZA,
                    ato=linha.ato,
                    descricao=linha.descricao,
                    identificador=instrumento.id,
                    partes=nomes_das_partes(instrumento),
                    momento=momento,
                    emolumentos=linha.emolumentos,
                    isento=linha.isento,
                    motivo_isencao=linha.motivo,
                ),
                principal=linha.principal,
                vinculado_ao_principal=not linha.principal,
            )
            for linha in em_ordem
        ),
        qr="principal",
        custas=em_ordem,
        avisos=tuple(avisos),
        momento=momento,
    )


def escolher_principal(atos: Sequence[_Ato]) -> tuple[_Ato, ...]:
    """Return the atos, in their order, with exactly one of them principal; a single one needs no choice (N2).

    Raises Recusa `entrada-invalida` if none or more than one of several was chosen.
    """
    if len(atos) == 1:
        return (atos[0].model_copy(update={"principal": True}),)
    escolhidos = sum(ato.principal for ato in atos)
    if escolhidos != 1:
        quantos = "nenhum" if escolhidos == 0 else str(escolhidos)
        raise entrada_invalida(
            f"{CAMPO}.atos", f"com mais de um ato, escolha um, e só um, como principal; há {quantos}"
        )
    return tuple(atos)


def custas_do_ato(ato: Ato, contexto: Contexto, campo: str) -> tuple[Custas, list[Campo]]:
    """Return the fee line of one ato of the instrument and what its caller should know; `campo` is its dotted path.

    Raises Recusa `entrada-invalida` (S8, S10, no VALUE) or `servico-a-confirmar` (S9).
    """
    tipo = contexto.atos.conferir(ato.ato, natureza=NATUREZA, campo=f"{campo}.ato")
    valor = fees.do_pedido(ato, contexto, campo)
    if valor is None:
        raise fees.falta_valor(campo)
    avisos = [Campo(f"{campo}.ato", tipo.aviso)] if tipo.aviso else []
    return valor.custas(ato.ato, ato.descricao or tipo.descricao, principal=ato.principal), avisos


def principal_primeiro(custas: Sequence[Custas]) -> tuple[Custas, ...]:
    """Return the fee lines with the principal ato's first, the others in their order."""
    return tuple(sorted(custas, key=lambda linha: not linha.principal))


def fixar(instrumento: Instrumento, atos: Sequence[Ato], custas: Sequence[Custas]) -> Instrumento:
    """Return the instrument as the livro keeps it: its principal ato and the descriptions of all filled in."""
    completos = [ato.model_copy(update={"descricao": linha.descricao}) for ato, linha in zip(atos, custas, strict=True)]
    return instrumento.model_copy(update={"atos": tuple(completos)})


def nomes_das_partes(instrumento: Instrumento) -> tuple[str, ...]:
    """Return the parties' names, in order. Raises Recusa `entrada-invalida` for one without initials (S6)."""
    return exigir_iniciais(
        [(parte.nome, f"{CAMPO}.partes.{indice}.nome") for indice, parte in enumerate(instrumento.partes)]
    )
