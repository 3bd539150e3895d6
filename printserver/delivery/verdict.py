"""What a queue's word about a released print means for the job. Pure: nothing is asked or written here.

`completed` is no proof of paper: it is where the queue counted as many sides as expected, and no claim where it counts
none. Signs that contradict each other are for a person, and so is a print that was ended half way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from printserver.ledger.states import ENTREGUE, IMPRESSO, INCERTO
from printserver.printing import Estado

# A printer that was switched off in the midst of it: CUPS says `completed`, and counts what it had sent.
_ESQUECIDO: Final = "cups-ipp-missing-job-history"


@dataclass(frozen=True, slots=True)
class Veredito:
    """The job's end, and why in a sentence (None: as the queue said)."""

    estado: str
    texto: str | None = None


def julgar(
    state: Estado | None,
    before: Mapping[str, Any],
    *,
    esperadas: int,
    conta: bool | None,
    caiu: bool,
    uma_vez: bool = False,
) -> Veredito | None:
    """Return the verdict on a released print; None while it is under way.

    `state`: what the queue says now (None: it does not know our job). `before`: `cups` of the job, as it was last
    written. `esperadas`: sides that should come out. `conta`: whether the queue is known to count (None: not known).
    `caiu`: its server died since the release; then `uma_vez` says that the printing is known to have begun in an
    earlier second than that of the death, so that another beginning would show.
    """
    if state is None:
        return Veredito(INCERTO, "a fila não conhece mais o trabalho: não se sabe se as páginas saíram")
    began = before.get("inicio")
    if began is not None and state.inicio != began:
        return Veredito(
            INCERTO, "a fila imprimiu o trabalho de novo, desde o começo: as páginas podem ter saído 2 vezes"
        )
    if caiu and not (state.estado == "completed" and began is not None and uma_vez):
        return Veredito(INCERTO, "o servidor de impressão parou enquanto o trabalho estava com ele")
    if state.estado == "completed" and _ESQUECIDO in state.motivos:
        return Veredito(INCERTO, "a impressora esqueceu o trabalho antes de o dizer pronto: pode ter sido desligada")
    if state.estado == "completed":
        return _concluido(state, esperadas, conta)
    if state.estado in ("canceled", "aborted"):
        return _interrompido(state, before, esperadas)
    return None


def _interrompido(state: Estado, before: Mapping[str, Any], esperadas: int) -> Veredito:
    # What was counted came out, whatever the queue says now; how much of the rest did, no count tells (X5).
    sides = max(state.impressoes or 0, before.get("impressoes") or 0)
    if sides or state.folhas or before.get("folhas"):
        return Veredito(INCERTO, f"a fila encerrou o trabalho no meio, com {sides} de {esperadas} páginas contadas")
    return Veredito(ENTREGUE, f"a fila encerrou o trabalho sem o concluir: {state.estado}")


def _concluido(state: Estado, esperadas: int, conta: bool | None) -> Veredito:
    # Printed sides, not sheets: of a two-sided print CUPS counts too few sheets.
    if state.impressoes is None and not conta:
        return Veredito(ENTREGUE)
    counted = state.impressoes or 0
    if counted >= esperadas:
        return Veredito(IMPRESSO)
    return Veredito(INCERTO, f"a impressora contou {counted} de {esperadas} páginas")
