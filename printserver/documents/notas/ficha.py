"""The ficha de abertura de firma (N9): its seal is optional by law; the office or the escrevente decides."""

from printserver.documents import fees
from printserver.documents.fees import ValorDoAto
from printserver.documents.identity import identificar
from printserver.documents.model import Corpo, FichaAbertura
from printserver.documents.parties import exigir_iniciais
from printserver.documents.plan import (
    NATUREZA,
    Contexto,
    Plano,
    SeloPlanejado,
)
from printserver.errors import Campo, entrada_invalida
from printserver.selo.issue import SeloNovo

ATO = "AF"
SEM_TEXTO = Corpo(formato="texto", conteudo="")
_CAMPO = "documento"


def planejar(documento: FichaAbertura, contexto: Contexto) -> Plano:
    """Return the ficha's plan: with its seal, without, or with the question still open.

    Raises Recusa `entrada-invalida` if the request and the office's setting contradict each other, or the person's name
    has no initials (S6).
    """
    gerar = _gerar_selo(documento, contexto)
    tipo = contexto.atos.conferir(ATO, natureza=NATUREZA, campo=_CAMPO) if gerar else None
    avisos = [Campo(_CAMPO, tipo.aviso)] if tipo and tipo.aviso else []
    if gerar is False and documento.tem_valor:
        avisos.append(Campo(f"{_CAMPO}.gerar_selo", "a ficha sai sem selo: o valor enviado não foi usado"))
    valor = _valor(documento, contexto)
    selo = SeloNovo(
        natureza=NATUREZA,
        ato=ATO,
        descricao=tipo.descricao if tipo else "",
        identificador=documento.ficha,
        partes=exigir_iniciais([(documento.pessoa.nome, f"{_CAMPO}.pessoa.nome")]),
        momento=contexto.agora,
        emolumentos=valor.emolumentos,
        isento=valor.isento,
        motivo_isencao=valor.motivo,
    )
    return Plano(
        identidade=identificar(documento, contexto),
        instrumento=None,
        corpo=SEM_TEXTO,
        selos=(SeloPlanejado(selo),) if gerar else (),
        pergunta_selo=gerar is None,
        qr="proprio" if gerar else "nenhum",
        custas=(valor.custas(ATO, selo.descricao),) if gerar and not valor.isento else (),
        avisos=tuple(avisos),
        momento=contexto.agora,
        pessoa={nome: texto for nome, texto in documento.pessoa.model_dump().items() if texto},
    )


def com_resposta(documento: FichaAbertura, gerar: bool) -> FichaAbertura:
    """Return the ficha with the escrevente's yes or no to the question, to be planned again at that moment."""
    return documento.model_copy(update={"gerar_selo": gerar})


def _gerar_selo(documento: FichaAbertura, contexto: Contexto) -> bool | None:
    """Return whether the ficha gets its seal; None: the escrevente is asked."""
    regra, pedido = contexto.regras.selo_da_ficha, documento.gerar_selo
    if regra == "perguntar":
        return pedido
    sempre = regra == "sempre"
    if pedido is not None and pedido is not sempre:
        como = "sempre leva selo" if sempre else "nunca leva selo"
        raise entrada_invalida(f"{_CAMPO}.gerar_selo", f"por ajuste da serventia, a ficha {como}")
    return sempre


def _valor(documento: FichaAbertura, contexto: Contexto) -> ValorDoAto:
    """Return the value given, else that of the service set for fichas, else zero."""
    dado = fees.do_pedido(documento, contexto, _CAMPO)
    if dado is not None:
        return dado
    servico = contexto.regras.servico_da_ficha
    return fees.do_servico(servico, contexto, f"{_CAMPO}.servico") if servico else fees.isento("selo facultativo")
