"""What *the same document* is (X0): numbers compared without leading zeros, blanks and case. Looks nothing up."""

import re
import unicodedata
from typing import Any

from printserver.documents.model import (
    Certidao,
    Documento,
    FichaAbertura,
    Instrumento,
    Livro,
    Minuta,
    Referencia,
    Traslado,
)
from printserver.documents.plano import Contexto, Identidade
from printserver.errors import Recusa, entrada_invalida

# Leading zeros of a word's first number: `000123`, `2026/000123`, `P-001234`, `P001234`; not those inside `A10B003`.
_ZEROS = re.compile(r"(?<![^\W_])([^\W\d_]*)0+(?=[0-9])")
_CAMPOS = ("numero", "instrumento", "livro", "folha_inicial", "folha_final", "pedido", "via", "ficha")


def normalizar(numero: str) -> str:
    """Return `numero` as it is compared (X0): without blanks, case, and leading zeros of each word of it."""
    maiusculo = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", numero).upper())
    # without the blanks, a letter and a mark of its own may have come together: composed once more
    inteiro = unicodedata.normalize("NFKC", "".join(maiusculo.split()))
    return _ZEROS.sub(r"\1", inteiro)


def normalizar_id(identificador: str) -> str:
    """Return the id of an instrumento as it is compared: a livro is *the same* by it, whatever its folhas (X0)."""
    return normalizar(identificador)


def normalizar_livro(livro: str) -> str:
    """Return the number of a livro as it is compared (X0)."""
    return normalizar(livro)


def normalizar_papel(papel: str) -> str:
    """Return the number of a sheet of security paper as it is compared (X0, P5)."""
    return normalizar(papel)


def normalizar_folha(folha: str, campo: str = "folha") -> int:
    """Return the number of a folha. Raises Recusa `entrada-invalida` naming `campo` if it is not written in digits."""
    limpa = folha.strip()
    if not (limpa.isascii() and limpa.isdigit() and len(limpa) <= 6):
        raise entrada_invalida(campo, "deve ser o número da folha, só algarismos")
    return int(limpa)


def numero_do_traslado(documento: Traslado, contexto: Contexto) -> int:
    """Return the traslado's number; `proximo` is the next one of its instrument."""
    return contexto.proximo_traslado if documento.numero == "proximo" else documento.numero


def identificar(documento: Documento, contexto: Contexto) -> Identidade:
    """Return what the document is (X0). Raises Recusa `instrumento-desconhecido` for a livro and folha unknown here."""
    match documento:
        case Minuta() | Livro():
            return _do_instrumento(documento.tipo, documento.instrumento)
        case Traslado():
            numero = numero_do_traslado(documento, contexto)
            origem = _campos_da_origem(documento.instrumento, contexto)
            return Identidade(
                tipo="traslado",
                chave=f"traslado:{normalizar(origem['instrumento'])}:{numero}",
                rotulo=f"traslado {numero} do instrumento {origem['instrumento']}",
                campos=_campos("traslado", numero=numero, **origem),
            )
        case Certidao():
            origem = _campos_da_origem(documento.instrumento, contexto) if documento.instrumento else {}
            return Identidade(
                tipo="certidao",
                chave=f"certidao:{normalizar(documento.pedido)}:{documento.via}",
                rotulo=f"certidão do pedido {documento.pedido}, via {documento.via}",
                campos=_campos("certidao", pedido=documento.pedido, via=documento.via, **origem),
            )
        case FichaAbertura():
            return Identidade(
                tipo="ficha_abertura",
                chave=f"ficha_abertura:{normalizar(documento.ficha)}",
                rotulo=f"ficha de abertura {documento.ficha}",
                campos=_campos("ficha_abertura", ficha=documento.ficha),
            )


def instrumento_desconhecido(referencia: Referencia) -> Recusa:
    """Return the refusal of a reference to an instrument that left no trace here (404)."""
    if referencia.id is not None:
        qual = f"o instrumento {referencia.id}"
    else:
        qual = f"instrumento no livro {referencia.livro}, folha {referencia.folha_inicial},"
    return Recusa(
        "instrumento-desconhecido",
        f"Não há {qual} neste servidor. Confira a referência, ou mande o instrumento inteiro.",
    )


def _do_instrumento(tipo: str, instrumento: Instrumento) -> Identidade:
    return Identidade(
        tipo=tipo,
        chave=f"{tipo}:{normalizar(instrumento.id)}",
        rotulo=f"{tipo} do instrumento {instrumento.id}",
        campos=_campos(tipo, **_campos_do_instrumento(instrumento)),
    )


def _campos_da_origem(instrumento: Instrumento | Referencia, contexto: Contexto) -> dict[str, Any]:
    """Return the copied instrument's fields: as its live livro fixed them, else as brought, else of its minuta."""
    if contexto.livro is not None:
        return _campos_do_instrumento(contexto.livro.instrumento)
    if isinstance(instrumento, Instrumento):
        return _campos_do_instrumento(instrumento)
    if contexto.minuta is not None:
        return _campos_do_instrumento(contexto.minuta)
    if instrumento.id is None:
        raise instrumento_desconhecido(instrumento)
    return {"instrumento": instrumento.id}


def _campos_do_instrumento(instrumento: Instrumento) -> dict[str, Any]:
    return {
        "instrumento": instrumento.id,
        "livro": instrumento.livro,
        "folha_inicial": instrumento.folha_inicial,
        "folha_final": instrumento.folha_final,
    }


def _campos(tipo: str, **dados: Any) -> dict[str, Any]:
    return {"tipo": tipo} | {campo: dados.get(campo) for campo in _CAMPOS}
