"""Folhas of a livro and sheets of paper: the sides of a print (P2, X0), and the numbers of security paper (P5)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from printserver.documents.instrumento import Instrumento
from printserver.documents.kinds import KINDS
from printserver.documents.model import Faces, Side
from printserver.documents.plan import Identity, Rules
from printserver.documents.spelling import normalize_sheet
from printserver.errors import BadField, Recusa, invalid_input


class FolhaSide(NamedTuple):
    """One side of one folha of a livro."""

    folha: int
    lado: Side


def page_sides(
    folha_inicial: str,
    first_side: Side,
    paginas: int,
    faces: Faces | None,
    lados_da_folha: int,
    folha_final: str | None = None,
) -> list[FolhaSide]:
    """Return the side of each page. One side per folha is used if the setting or `faces` requires it, else two.

    Raises Recusa `folhas-insuficientes` (with the required `paginas` and `folhas`) if they exceed `folha_final`, and
    `entrada-invalida` if an act of a livro with one side per folha begins on the back.
    """
    if lados_da_folha == 1 and first_side == "verso":
        raise invalid_input("lado_inicial", "neste livro só se usa a frente das folhas")
    one_side = lados_da_folha == 1 or faces == "frente"
    folha, side = int(folha_inicial), first_side
    taken = []
    for _ in range(paginas):
        taken.append(FolhaSide(folha, side))
        if one_side or side == "verso":
            folha, side = folha + 1, "frente"
        else:
            side = "verso"
    if folha_final is not None and taken[-1].folha > int(folha_final):
        raise _insufficient_folhas(folha_inicial, folha_final, paginas, taken[-1].folha - int(folha_inicial) + 1)
    return taken


def write_folha(folha: int, like: str) -> str:
    """Return a folha's number with the digit count of `like`: `046` after `045`."""
    return f"{folha:0{len(like)}d}"


def with_last_folha(instrumento: Instrumento, taken: Sequence[FolhaSide]) -> Instrumento:
    """Return the instrumento with the last folha of its pages."""
    assert instrumento.folha_inicial is not None
    return instrumento.model_copy(update={"folha_final": write_folha(taken[-1].folha, instrumento.folha_inicial)})


def labels(instrumento: Instrumento, taken: Sequence[FolhaSide]) -> tuple[str, ...]:
    """Return the text of each page's place in the livro: `Livro 0123, folha 045 verso`."""
    livro = f"Livro {instrumento.livro}, folha" if instrumento.livro else "Folha"
    return tuple(
        f"{livro} {write_folha(side.folha, instrumento.folha_inicial or '')}"
        + (" verso" if side.lado == "verso" else "")
        for side in taken
    )


def check_occupied(identity: Identity, taken: Sequence[FolhaSide], occupied: Mapping[FolhaSide, str]) -> None:
    """Raise Recusa `folha-ocupada` if another document's live print occupies one of the sides (X0).

    `occupied` maps each occupied side of that livro to the key of its document; a folha recorded as inutilizada has the
    empty key (X7).
    """
    for side in taken:
        dono = occupied.get(side)
        if dono is not None and dono != identity.chave:
            why = "foi inutilizada" if dono == "" else "já é de outro instrumento"
            raise Recusa(
                "folha-ocupada",
                f"A folha {side.folha} ({side.lado}) deste livro {why}. Confira livro, folha e lado inicial.",
                errors=[BadField("documento.instrumento.folha_inicial", f"a folha {side.folha} ({side.lado}) {why}")],
            )


def count_sheets(paginas: int, faces: Faces | None, first_side: Side = "frente") -> int:
    """Return the number of sheets of paper for `paginas`."""
    if faces in (None, "frente"):
        return paginas
    return (paginas + (first_side == "verso") + 1) // 2


def check_sheets(kind: str, papeis: Sequence[str], folhas: int, rules: Rules) -> tuple[str, ...]:
    """Return the compared numbers of security paper (X0), one per sheet; empty if none were given (P5).

    Raises Recusa `entrada-invalida` if required numbers are missing, are not one per sheet, or are repeated.
    """
    field = "papel_seguranca"
    if not papeis:
        if rules.sheets_required and KINDS[kind].leaves_office:
            raise invalid_input(field, "a serventia exige o número do papel de segurança, um por folha")
        return ()
    numbers = tuple(normalize_sheet(papel) for papel in papeis)
    if len(set(numbers)) != len(numbers):
        raise invalid_input(field, "há números repetidos: cada folha tem o seu")
    if len(numbers) != folhas:
        raise invalid_input(field, f"são {len(numbers)} números para {folhas} folhas: dê um por folha")
    return numbers


def _insufficient_folhas(folha_inicial: str, folha_final: str, paginas: int, folhas: int) -> Recusa:
    mensagem = (
        f"o texto tem {paginas} páginas e precisa de {folhas} folhas a partir da {folha_inicial}; até a {folha_final} "
        f"há {int(folha_final) - int(folha_inicial) + 1}"
    )
    return Recusa(
        "folhas-insuficientes",
        f"documento.instrumento.folha_final: {mensagem}.",
        errors=[BadField("documento.instrumento.folha_final", mensagem)],
        extra={"paginas": paginas, "folhas": folhas},
    )
