"""The traslado (N3, N4, N13): the first is isento and bears the QR of the livro's principal, the others their own."""

from printserver.documents import copies, external, fees
from printserver.documents.fees import SERVICO_DA_CERTIDAO, ValorDoAto
from printserver.documents.identity import identificar, numero_do_traslado
from printserver.documents.model import Traslado
from printserver.documents.plan import (
    Contexto,
    Custas,
    LivroVivo,
    Plano,
)
from printserver.errors import entrada_invalida

ATO = "TR"
DESCRICAO = "Traslado"


def planejar(documento: Traslado, contexto: Contexto) -> Plano:
    """Return the traslado's plan, made from the livro as it stands now (S11) or one of another program (N13).

    Raises Recusa as `copias.livro_da_copia`, `externo.livro_externo`, `valores.do_pedido` and
    `copias.valor_da_substituicao` do.
    """
    identidade = identificar(documento, contexto)
    if documento.livro_externo is not None:
        livro, avisos = external.livro_externo(documento, contexto)
    else:
        livro, avisos = copies.livro_da_copia(documento, contexto), []
    primeiro = numero_do_traslado(documento, contexto) == 1
    valor = copies.valor_da_substituicao(documento, identidade, contexto) or (
        _do_primeiro(documento) if primeiro else _do_segundo_em_diante(documento, contexto)
    )
    instrumento = livro.instrumento
    return Plano(
        identidade=identidade,
        instrumento=instrumento,
        corpo=copies.corpo_da_copia(documento, instrumento),
        selos=(copies.selo_da_copia(ATO, DESCRICAO, instrumento.id, instrumento, valor, contexto),),
        qr="principal" if primeiro else "proprio",
        selo_livro=livro.principal,
        custas=_custas_do_livro(livro) if primeiro else (valor.custas(ATO, DESCRICAO),),
        substitui=documento.substitui,
        avisos=tuple(avisos),
        momento=contexto.agora,
        ordem_judicial=documento.ordem_judicial,
    )


def _do_primeiro(documento: Traslado) -> ValorDoAto:
    """Return the zero value of traslado 1 (N3)."""
    fees.recusar_cobranca(documento, copies.CAMPO, "o primeiro traslado é isento")
    return fees.isento(documento.motivo_isencao or "primeiro traslado")


def _do_segundo_em_diante(documento: Traslado, contexto: Contexto) -> ValorDoAto:
    """Return the value given, else that of a certidão where the office charges, else zero (N4)."""
    dado = fees.do_pedido(documento, contexto, copies.CAMPO)
    if dado is not None:
        return dado
    if contexto.regras.cobra_segundo_traslado:
        return fees.do_servico(SERVICO_DA_CERTIDAO, contexto, f"{copies.CAMPO}.servico")
    return fees.isento("traslado não cobrado por esta serventia")


def _custas_do_livro(livro: LivroVivo) -> tuple[Custas, ...]:
    """Return the fee lines of the livro as its live seals have them: traslado 1 bears those (P4)."""
    if not livro.selos:
        raise entrada_invalida(f"{copies.CAMPO}.instrumento", "o livro não tem selos vivos")
    return tuple(
        Custas(selo.descricao, selo.emolumentos, selo.isento, selo.motivo_isencao, selo.ato, selo.principal)
        for selo in livro.selos
    )
