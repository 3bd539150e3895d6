"""The reasons that a rule gives by itself, of a zero or of a past date: no person chose it, it is no exception (A4)."""

from typing import Final

FIRST_TRASLADO: Final = "primeiro traslado"  # N3
UNCHARGED_TRASLADO: Final = "traslado não cobrado por esta serventia"  # N4
OPTIONAL_SEAL: Final = "selo facultativo"  # N9
BY_LAW: Final = "gratuidade da lei"  # C13
IN_HABILITACAO: Final = "emolumentos na habilitação"  # C18; the code of its seal may follow

REPRINT_ASKED: Final = "reimpressão pedida em"  # X1, S7: the question may be answered after midnight; a day follows

_WHOLE: Final = (FIRST_TRASLADO, UNCHARGED_TRASLADO, OPTIONAL_SEAL, BY_LAW)
_BEGUN: Final = (IN_HABILITACAO, REPRINT_ASKED)


def is_by_rule(reason: str) -> bool:
    """Return whether `reason` (`motivo_isencao` of a seal, `motivo_data` of an act) is one that a rule gives."""
    return reason in _WHOLE or reason.startswith(_BEGUN)
