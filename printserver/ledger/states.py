"""The states of a job, in the contract's words, and what each means for whoever acts on it."""

from collections.abc import Mapping
from typing import Any, Final

AWAITING_XA: Final = "aguardando_xa"
AWAITING_SELO: Final = "aguardando_selo"
ACCEPTED: Final = "aceito"
RENDERED: Final = "renderizado"
HANDED_OFF: Final = "entregue"
PRINTED: Final = "impresso"
UNCERTAIN: Final = "incerto"
FAILED: Final = "falhou"
CANCELLED: Final = "cancelado"

HELD: Final = (AWAITING_XA, AWAITING_SELO)
# what the engine, or the queue, still works on
MOVING: Final = (ACCEPTED, RENDERED, HANDED_OFF)

CUPS_ENDS: Final = ("canceled", "aborted", "completed")


def on_its_way(row: Mapping[Any, Any]) -> bool:
    """Whether something of this job may still come out on paper by itself."""
    return not row["encerrado"] and row["estado"] in MOVING


def at_an_end(row: Mapping[Any, Any]) -> bool:
    """Whether a caller who waits has nothing more to wait for: handed over, over, or held for a person."""
    return row["encerrado"] or row["estado"] in (HANDED_OFF, *HELD)
