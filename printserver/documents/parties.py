"""The parties' names of a seal: only their initials go into its registro do ato (S6)."""

from collections.abc import Sequence

from printserver.documents.instrumento import Instrumento
from printserver.errors import invalid_input
from printserver.selo import has_initials


def require_initials(names: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the names, each given with its field's dotted path.

    Raises Recusa `entrada-invalida` for one without a letter or digit: its party would be missing in the signed line.
    """
    for nome, field in names:
        if not has_initials(nome):
            raise invalid_input(
                field, f"o nome {nome[:40]!r} não tem letra nem algarismo: dele não se tiram as iniciais"
            )
    return tuple(nome for nome, _ in names)


def party_names(instrumento: Instrumento) -> tuple[str, ...]:
    """Return the parties' names, in order. Raises Recusa `entrada-invalida` for one without initials (S6)."""
    return require_initials(
        [(party.nome, f"documento.instrumento.partes.{index}.nome") for index, party in enumerate(instrumento.partes)]
    )
