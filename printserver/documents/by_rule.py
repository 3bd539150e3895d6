"""The reasons of a zero that a rule sets by itself: no person chose it, and it is no exception (A4)."""

from typing import Final

FIRST_TRASLADO: Final = "primeiro traslado"  # N3
UNCHARGED_TRASLADO: Final = "traslado não cobrado por esta serventia"  # N4
OPTIONAL_SEAL: Final = "selo facultativo"  # N9
BY_LAW: Final = "gratuidade da lei"  # C13
IN_HABILITACAO: Final = "emolumentos na habilitação"  # C18; the code of its seal may follow

_ALL: Final = (FIRST_TRASLADO, UNCHARGED_TRASLADO, OPTIONAL_SEAL, BY_LAW)


def is_by_rule(reason: str) -> bool:
    """Return whether `reason` (a seal's `motivo_isencao`) is one that a rule sets."""
    return reason in _ALL or reason.startswith(IN_HABILITACAO)
