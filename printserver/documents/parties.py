"""The parties' names as a seal takes them: only their initials go into its registro do ato (S6)."""

from collections.abc import Sequence

from printserver.errors import entrada_invalida
from printserver.selo import tem_iniciais


def exigir_iniciais(nomes: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the names, each given with its field's dotted path.

    Raises Recusa `entrada-invalida` for one without a letter or digit: its party would be missing in what is signed.
    """
    for nome, campo in nomes:
        if not tem_iniciais(nome):
            raise entrada_invalida(
                campo, f"o nome {nome[:40]!r} não tem letra nem algarismo: dele não se tiram as iniciais"
            )
    return tuple(nome for nome, _ in nomes)
