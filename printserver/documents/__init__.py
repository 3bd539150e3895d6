"""The rule book of Notas: what each document is, which seals it needs, whose QR, which values. Pure, over plain data.

One module a document: `minuta`, `livro`, `traslado`, `certidao`, `ficha`; what copies share in `copias`; the reprint
and its question in `reimpressao`. It knows no table, no queue, no page.
"""

from printserver.documents.identity import (
    forma,
    identificar,
    normalizar,
    normalizar_folha,
    normalizar_id,
    normalizar_livro,
    normalizar_papel,
    rotulo,
)
from printserver.documents.model import (
    Certidao,
    Corpo,
    Documento,
    FichaAbertura,
    Instrumento,
    Livro,
    Minuta,
    Pedido,
    Referencia,
    Traslado,
)
from printserver.documents.notas import (
    certidao,
    ficha,
    livro,
    minuta,
    traslado,
)
from printserver.documents.notas.ficha import com_resposta
from printserver.documents.notas.minuta import paginas_do_extrato
from printserver.documents.plan import (
    Contexto,
    Custas,
    Identidade,
    LivroVivo,
    Plano,
    Regras,
    SeloPlanejado,
    SeloVivo,
)
from printserver.documents.reading import campos_errados, ler_pedido, sem_invisiveis
from printserver.documents.reprint import (
    Alternativa,
    Atingido,
    Pergunta,
    Resposta,
    alternativas,
    como_se_escreveu,
    conferir_exclusao,
    conferir_resposta,
    decidir,
    selos_xa,
    xa_ate,
)
from printserver.documents.sides import (
    LadoDaFolha,
    com_folha_final,
    conferir_ocupadas,
    conferir_papeis,
    escrever_folha,
    folhas_de_papel,
    lados,
    rotulos,
)
from printserver.documents.view import (
    dados_do_modelo,
    marcas,
    nome_da_copia,
    valores_do_bloco,
)
from printserver.errors import Campo, Recusa


def planejar(documento: Documento, contexto: Contexto) -> Plano:
    """Return the plan of any document, by its kind. Raises Recusa as its module says."""
    match documento:
        case Minuta():
            return minuta.planejar(documento, contexto)
        case Livro():
            return livro.planejar(documento, contexto)
        case Traslado():
            return traslado.planejar(documento, contexto)
        case Certidao():
            return certidao.planejar(documento, contexto)
        case FichaAbertura():
            return ficha.planejar(documento, contexto)


def conferir_copias(plano: Plano, copias: int) -> None:
    """Raise Recusa `copia-de-documento-selado` for more than one copy of what has, or may get, a seal (N1)."""
    if copias > 1 and (plano.selos or plano.pergunta_selo):
        mensagem = "um selo não vai em dois papéis: documento com selo se imprime uma vez só"
        raise Recusa("copia-de-documento-selado", f"copias: {mensagem}.", errors=[Campo("copias", mensagem)])


__all__ = [
    "Alternativa",
    "Atingido",
    "Certidao",
    "Contexto",
    "Corpo",
    "Custas",
    "Documento",
    "FichaAbertura",
    "Identidade",
    "Instrumento",
    "LadoDaFolha",
    "Livro",
    "LivroVivo",
    "Minuta",
    "Pedido",
    "Pergunta",
    "Plano",
    "Referencia",
    "Regras",
    "Resposta",
    "SeloPlanejado",
    "SeloVivo",
    "Traslado",
    "alternativas",
    "campos_errados",
    "com_folha_final",
    "com_resposta",
    "como_se_escreveu",
    "conferir_copias",
    "conferir_exclusao",
    "conferir_ocupadas",
    "conferir_papeis",
    "conferir_resposta",
    "dados_do_modelo",
    "decidir",
    "escrever_folha",
    "folhas_de_papel",
    "forma",
    "identificar",
    "lados",
    "ler_pedido",
    "marcas",
    "nome_da_copia",
    "normalizar",
    "normalizar_folha",
    "normalizar_id",
    "normalizar_livro",
    "normalizar_papel",
    "paginas_do_extrato",
    "planejar",
    "rotulo",
    "rotulos",
    "selos_xa",
    "sem_invisiveis",
    "valores_do_bloco",
    "xa_ate",
]
