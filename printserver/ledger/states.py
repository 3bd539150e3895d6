"""The states of a job, in the contract's words, and what each means for whoever acts on it."""

from collections.abc import Mapping
from typing import Any, Final

AGUARDANDO_XA: Final = "aguardando_xa"
AGUARDANDO_SELO: Final = "aguardando_selo"
ACEITO: Final = "aceito"
RENDERIZADO: Final = "renderizado"
ENTREGUE: Final = "entregue"
IMPRESSO: Final = "impresso"
INCERTO: Final = "incerto"
FALHOU: Final = "falhou"
CANCELADO: Final = "cancelado"

HELD: Final = (AGUARDANDO_XA, AGUARDANDO_SELO)
# what the engine, or the queue, still works on
MOVING: Final = (ACEITO, RENDERIZADO, ENTREGUE)

CUPS_ENDS: Final = ("canceled", "aborted", "completed")


def on_its_way(row: Mapping[Any, Any]) -> bool:
    """Whether something of this job may still come out on paper by itself."""
    return not row["encerrado"] and row["estado"] in MOVING


def at_an_end(row: Mapping[Any, Any]) -> bool:
    """Whether a caller who waits has nothing more to wait for: handed over, over, or held for a person."""
    return row["encerrado"] or row["estado"] in (ENTREGUE, *HELD)
