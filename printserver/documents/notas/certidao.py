"""The certidão of Notas (N5): its own seal and QR, always a value; also of acts that are not in this server."""

from printserver.documents import copies, fees
from printserver.documents.identity import identificar
from printserver.documents.model import Certidao, Instrumento
from printserver.documents.plan import Contexto, LivroVivo, Plano
from printserver.errors import Campo

ATO = "CE"
DESCRICAO = "Certidão"


def planejar(documento: Certidao, contexto: Contexto) -> Plano:
    """Return the certidão's plan; `instrumento` in it is None or as brought where there is none here (N5).

    Raises Recusa as `copias.livro_da_copia`, `valores.do_pedido` and `copias.valor_da_substituicao` do.
    """
    identidade = identificar(documento, contexto)
    avisos: list[Campo] = []
    livro: LivroVivo | None = None
    instrumento = _de_fora(documento, contexto)
    if instrumento is not None:
        copies.conferir_assinaturas(instrumento.assinaturas, documento.ordem_judicial)
        avisos.append(
            Campo("documento.instrumento", "instrumento sem livro neste servidor: a certidão é do texto enviado")
        )
    elif documento.instrumento is not None:
        livro = copies.livro_da_copia(documento, contexto)
        instrumento = livro.instrumento
    valor = copies.valor_da_substituicao(documento, identidade, contexto) or fees.do_pedido(
        documento, contexto, copies.CAMPO
    )
    if valor is None:
        raise fees.falta_valor(copies.CAMPO)
    return Plano(
        identidade=identidade,
        instrumento=instrumento,
        corpo=copies.corpo_da_copia(documento, livro.instrumento if livro else None),
        selos=(copies.selo_da_copia(ATO, DESCRICAO, documento.pedido, instrumento, valor, contexto),),
        qr="proprio",
        selo_livro=livro.principal if livro else None,
        custas=(valor.custas(ATO, DESCRICAO),),
        substitui=documento.substitui,
        avisos=tuple(avisos),
        momento=contexto.agora,
        ordem_judicial=documento.ordem_judicial,
    )


def _de_fora(documento: Certidao, contexto: Contexto) -> Instrumento | None:
    """Return the INSTRUMENTO brought with a text of the certidão's own, if it left no trace here (N5)."""
    desconhecido = contexto.livro is None and contexto.minuta is None and not contexto.conhecido
    if desconhecido and documento.corpo is not None and isinstance(documento.instrumento, Instrumento):
        return documento.instrumento
    return None
