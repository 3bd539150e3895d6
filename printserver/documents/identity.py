"""What *the same document* is (X0): numbers compared without leading zeros, blanks and case. Looks nothing up."""

import re
import unicodedata
from collections.abc import Mapping
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
from printserver.documents.plan import Contexto, Identidade
from printserver.errors import Recusa, entrada_invalida

# Leading zeros of a word's first number: `000123`, `2026/000123`, `P-001234`, `P001234`; not those inside `A10B003`,
# and not those after a point or comma within a number: `7.005` is not `7.5`.
_ZEROS = re.compile(r"(?<![^\W_])(?<![0-9][.,])([^\W\d_]*)0+(?=[0-9])")
# Letters and digits that Unicode has in another shape too (wide, bold …) are the same to who reads them. These are not:
# 7² is not 72, ½ is not 1/2.
_OUTRA_COISA = frozenset({"<super>", "<sub>", "<fraction>", "<circle>", "<square>"})
_BARRAS = "\u2044\u2215\u29f8"
_APOSTROFOS = "\u2018\u2019\u02bc\u2032"
_PAPEL = re.compile(r"(.*?[^0-9]|)([0-9]+)", re.DOTALL)
_CAMPOS = ("numero", "instrumento", "livro", "folha_inicial", "folha_final", "pedido", "via", "ficha")


def forma(numero: str) -> str:
    """Return `numero` without what people do not compare: blanks, case, the shape of letters, hyphens and bars."""
    atual = ""
    proxima = "".join(numero.split())
    while proxima != atual:  # case may bring letters that have a plainer shape, and composing others
        atual = proxima
        proxima = unicodedata.normalize("NFC", "".join(_simples(letra) for letra in atual).upper())
    return atual


def normalizar(numero: str) -> str:
    """Return `numero` as it is compared (X0): its `forma`, without the leading zeros of its whole numbers."""
    return _ZEROS.sub(r"\1", forma(numero))


def normalizar_id(identificador: str) -> str:
    """Return the id of an instrumento as it is compared: a livro is *the same* by it, whatever its folhas (X0)."""
    return normalizar(identificador)


def normalizar_livro(livro: str) -> str:
    """Return the number of a livro as it is compared (X0)."""
    return normalizar(livro)


def normalizar_papel(papel: str) -> str:
    """Return the number of a sheet of security paper as it is compared (X0, P5): its last digits are a whole number."""
    inteiro = forma(papel)
    achado = _PAPEL.fullmatch(inteiro)
    return f"{normalizar(achado[1])}{int(achado[2])}" if achado else normalizar(inteiro)


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
            return _identidade(
                tipo="traslado",
                chave=f"traslado:{normalizar(origem['instrumento'])}:{numero}",
                campos=_campos("traslado", numero=numero, **origem),
            )
        case Certidao():
            origem = _campos_da_origem(documento.instrumento, contexto) if documento.instrumento else {}
            return _identidade(
                tipo="certidao",
                chave=f"certidao:{normalizar(documento.pedido)}:{documento.via}",
                campos=_campos("certidao", pedido=documento.pedido, via=documento.via, **origem),
            )
        case FichaAbertura():
            return _identidade(
                tipo="ficha_abertura",
                chave=f"ficha_abertura:{normalizar(documento.ficha)}",
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


def rotulo(campos: Mapping[str, Any]) -> str:
    """Return a document's name for people, as its own request spelled it; `campos` is the job's `documento`."""
    match campos["tipo"]:
        case "traslado":
            return f"traslado {campos['numero']} do instrumento {campos['instrumento']}"
        case "certidao":
            return f"certidão do pedido {campos['pedido']}, via {campos['via']}"
        case "ficha_abertura":
            return f"ficha de abertura {campos['ficha']}"
        case tipo:
            return f"{tipo} do instrumento {campos['instrumento']}"


def _identidade(tipo: str, chave: str, campos: dict[str, Any]) -> Identidade:
    return Identidade(tipo=tipo, chave=chave, rotulo=rotulo(campos), campos=campos)


def _simples(letra: str) -> str:
    """Return a character as people compare it: its plain digit, hyphen, bar or letter."""
    if letra.isascii():
        return letra
    algarismo = unicodedata.decimal(letra, None)
    if algarismo is not None:
        return str(algarismo)
    if unicodedata.category(letra) == "Pd" or letra == "\u2212":
        return "-"
    if letra in _BARRAS:
        return "/"
    if letra in _APOSTROFOS:
        return "'"
    como, _, codigos = unicodedata.decomposition(letra).partition(" ")
    if not como.startswith("<") or como in _OUTRA_COISA:
        return letra
    inteira = "".join(chr(int(codigo, 16)) for codigo in codigos.split())
    return inteira if como in ("<wide>", "<narrow>") or inteira.isalpha() else letra


def _do_instrumento(tipo: str, instrumento: Instrumento) -> Identidade:
    return _identidade(
        tipo=tipo,
        chave=f"{tipo}:{normalizar(instrumento.id)}",
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
