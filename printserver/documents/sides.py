"""Folhas of a livro and sheets of paper: which sides a print takes (P2, X0), and the numbers of security paper (P5)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from printserver.documents.identity import normalizar_papel
from printserver.documents.model import Faces, Instrumento, Lado
from printserver.documents.plan import Identidade, Regras
from printserver.errors import Campo, Recusa, entrada_invalida


class LadoDaFolha(NamedTuple):
    """One side of one folha of a livro."""

    folha: int
    lado: Lado


def lados(
    folha_inicial: str,
    lado_inicial: Lado,
    paginas: int,
    faces: Faces | None,
    lados_da_folha: int,
    folha_final: str | None = None,
) -> list[LadoDaFolha]:
    """Return the side that each page takes. A folha has one side used if the setting or `faces` says so, else two.

    Raises Recusa `folhas-insuficientes` (with `paginas` and `folhas` needed) if they go past `folha_final`, and
    `entrada-invalida` if an act of a livro with one side a folha is to begin on the back.
    """
    if lados_da_folha == 1 and lado_inicial == "verso":
        raise entrada_invalida("lado_inicial", "neste livro só se usa a frente das folhas")
    um_lado = lados_da_folha == 1 or faces == "frente"
    folha, lado = int(folha_inicial), lado_inicial
    tomados = []
    for _ in range(paginas):
        tomados.append(LadoDaFolha(folha, lado))
        if um_lado or lado == "verso":
            folha, lado = folha + 1, "frente"
        else:
            lado = "verso"
    if folha_final is not None and tomados[-1].folha > int(folha_final):
        raise _insuficientes(folha_inicial, folha_final, paginas, tomados[-1].folha - int(folha_inicial) + 1)
    return tomados


def escrever_folha(folha: int, como: str) -> str:
    """Return a folha's number with as many digits as `como`, the first one's, has: `046` after `045`."""
    return f"{folha:0{len(como)}d}"


def com_folha_final(instrumento: Instrumento, tomados: Sequence[LadoDaFolha]) -> Instrumento:
    """Return the instrument with the last folha that its pages take."""
    assert instrumento.folha_inicial is not None
    return instrumento.model_copy(update={"folha_final": escrever_folha(tomados[-1].folha, instrumento.folha_inicial)})


def rotulos(instrumento: Instrumento, tomados: Sequence[LadoDaFolha]) -> tuple[str, ...]:
    """Return what each page says of its place in the livro: `Livro 0123, folha 045 verso`."""
    livro = f"Livro {instrumento.livro}, folha" if instrumento.livro else "Folha"
    return tuple(
        f"{livro} {escrever_folha(lado.folha, instrumento.folha_inicial or '')}"
        + (" verso" if lado.lado == "verso" else "")
        for lado in tomados
    )


def conferir_ocupadas(
    identidade: Identidade, tomados: Sequence[LadoDaFolha], ocupadas: Mapping[LadoDaFolha, str]
) -> None:
    """Raise Recusa `folha-ocupada` if another document's live print holds one of the sides (X0).

    `ocupadas` gives, of the sides held in that livro, the key of the document that holds each; a folha that was
    recorded as inutilizada is held by no document, the empty key (X7).
    """
    for lado in tomados:
        dono = ocupadas.get(lado)
        if dono is not None and dono != identidade.chave:
            porque = "foi inutilizada" if dono == "" else "já é de outro instrumento"
            raise Recusa(
                "folha-ocupada",
                f"A folha {lado.folha} ({lado.lado}) deste livro {porque}. Confira livro, folha e lado inicial.",
                errors=[Campo("documento.instrumento.folha_inicial", f"a folha {lado.folha} ({lado.lado}) {porque}")],
            )


def folhas_de_papel(paginas: int, faces: Faces | None, lado_inicial: Lado = "frente") -> int:
    """Return how many sheets of paper `paginas` take."""
    if faces in (None, "frente"):
        return paginas
    return (paginas + (lado_inicial == "verso") + 1) // 2


def conferir_papeis(tipo: str, papeis: Sequence[str], folhas: int, regras: Regras) -> tuple[str, ...]:
    """Return the numbers of security paper as they are compared (X0), one a sheet; empty if none were given (P5).

    Raises Recusa `entrada-invalida` if numbers are required and missing, are not one a sheet, or repeat.
    """
    campo = "papel_seguranca"
    if not papeis:
        if regras.papel_obrigatorio and tipo in ("traslado", "certidao"):
            raise entrada_invalida(campo, "a serventia exige o número do papel de segurança, um por folha")
        return ()
    numeros = tuple(normalizar_papel(papel) for papel in papeis)
    if len(set(numeros)) != len(numeros):
        raise entrada_invalida(campo, "há números repetidos: cada folha tem o seu")
    if len(numeros) != folhas:
        raise entrada_invalida(campo, f"são {len(numeros)} números para {folhas} folhas: dê um por folha")
    return numeros


def _insuficientes(folha_inicial: str, folha_final: str, paginas: int, folhas: int) -> Recusa:
    mensagem = (
        f"o texto tem {paginas} páginas e precisa de {folhas} folhas a partir da {folha_inicial}; até a {folha_final} "
        f"há {int(folha_final) - int(folha_inicial) + 1}"
    )
    return Recusa(
        "folhas-insuficientes",
        f"documento.instrumento.folha_final: {mensagem}.",
        errors=[Campo("documento.instrumento.folha_final", mensagem)],
        extra={"paginas": paginas, "folhas": folhas},
    )
