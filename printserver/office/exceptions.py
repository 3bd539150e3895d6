"""The exceptions of A4 in the log: what the tabelião is to see, by day and person.

An entry is classed once, when it is written, and its class is covered by the chain (`audit`): the list is found among
millions of entries by an index of these entries alone.
"""

from collections.abc import Callable, Mapping
from typing import Final

from printserver.documents import is_by_rule
from printserver.selo import EXCLUSION

XA: Final = "xa"
ISENTO: Final = "isento"
REPLACED: Final = "substituicao"
NOTHING_OUT: Final = "nao-saiu"
SPOILED: Final = "inutilizada"
LATE: Final = "data-passada"

EXCEPTIONS: Final = (XA, ISENTO, REPLACED, NOTHING_OUT, SPOILED, LATE)
"""The classes: an exclusion, an isento that somebody chose, a substitution, pages that did not come out, sheets or
paper seals spoiled, an act dated in the past (S7)."""


def exception_of(objeto: str, objeto_id: str, detalhe: Mapping[str, object]) -> str | None:
    """Return the class of an entry; None if it is no exception."""
    found = _OF.get(objeto)
    return None if found is None else found(objeto_id, detalhe)


def _of_seal(_id: str, what: Mapping[str, object]) -> str | None:
    by = what.get("retificado_por")
    if "motivo" in what and isinstance(by, str) and by[7:9] == EXCLUSION:  # the court's answer has no motivo
        return XA
    if what.get("ato") == EXCLUSION:  # the excluded seal's own entry is the exception
        return None
    return ISENTO if _chosen(what.get("motivo_isencao")) else LATE if _chosen(what.get("motivo_data")) else None


def _of_job(_id: str, what: Mapping[str, object]) -> str | None:
    if "substituido_por" in what:
        return REPLACED
    pages = what.get("paginas")
    said = set(pages.values()) if isinstance(pages, Mapping) else set()
    if "inutilizada" in said or what.get("papeis_inutilizados"):
        return SPOILED
    if "nao_saiu" in said or "reenviado" in what:
        return NOTHING_OUT
    return LATE if _chosen(what.get("motivo_data")) else None


def _chosen(reason: object) -> bool:
    """Return whether somebody gave the reason, and no rule."""
    return isinstance(reason, str) and not is_by_rule(reason)


def _of_queue(_id: str, what: Mapping[str, object]) -> str | None:
    return SPOILED if what.get("inutilizados") else None


def _of_counter(_id: str, what: Mapping[str, object]) -> str | None:
    if what.get("papel_inutilizado"):
        return SPOILED
    return ISENTO if what.get("motivo_isencao") is not None else None


def _of_paper_seals(nome: str, _what: Mapping[str, object]) -> str | None:
    return SPOILED if nome == "inutilizados" else None


_OF: Final[Mapping[str, Callable[[str, Mapping[str, object]], str | None]]] = {
    "selo": _of_seal,
    "job": _of_job,
    "fila": _of_queue,
    "balcao": _of_counter,
    "hibridos": _of_paper_seals,
}
