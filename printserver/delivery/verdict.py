"""What a queue's word about a released print means for the job. Pure: nothing is asked or written here.

`completed` is no proof of paper: it is where the queue counted as many sides as expected, and no claim where it counts
none. Signs that contradict each other are for a person, and so is a print that was ended half way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from printserver.ledger import HANDED_OFF, PRINTED, UNCERTAIN
from printserver.printing import State

# A printer that was switched off in the midst of it: CUPS says `completed`, and counts what it had sent.
_FORGOTTEN: Final = "cups-ipp-missing-job-history"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The job's end, and why in a sentence (None: as the queue said)."""

    estado: str
    texto: str | None = None


def judge(
    state: State | None,
    before: Mapping[str, Any],
    *,
    expected: int,
    tally: bool | None,
    died: bool,
    seen_begun: bool = False,
) -> Verdict | None:
    """Return the verdict on a released print; None while it is under way.

    `state`: what the queue says now (None: it does not know our job). `before`: `cups` of the job, as it was last
    written. `expected`: sides that should come out. `tally`: whether the queue is known to count (None: not known).
    `died`: its server died since the release; then `uma_vez` says that the printing is known to have begun in an
    earlier second than that of the death, so that another beginning would show.
    """
    if state is None:
        return Verdict(UNCERTAIN, "a fila não conhece mais o trabalho: não se sabe se as páginas saíram")
    began = before.get("inicio")
    if began is not None and state.inicio != began:
        return Verdict(
            UNCERTAIN, "a fila imprimiu o trabalho de novo, desde o começo: as páginas podem ter saído 2 vezes"
        )
    if died and not (state.estado == "completed" and began is not None and seen_begun):
        return Verdict(UNCERTAIN, "o servidor de impressão parou enquanto o trabalho estava com ele")
    if state.estado == "completed" and _FORGOTTEN in state.motivos:
        return Verdict(UNCERTAIN, "a impressora esqueceu o trabalho antes de o dizer pronto: pode ter sido desligada")
    if state.estado == "completed":
        return _completed(state, expected, tally)
    if state.estado in ("canceled", "aborted"):
        return _interrupted(state, before, expected)
    return None


def _interrupted(state: State, before: Mapping[str, Any], expected: int) -> Verdict:
    # What was counted came out, whatever the queue says now; how much of the rest did, no count tells (X5).
    sides = max(state.impressions or 0, before.get("impressoes") or 0)
    if sides or state.folhas or before.get("folhas"):
        return Verdict(UNCERTAIN, f"a fila encerrou o trabalho no meio, com {sides} de {expected} páginas contadas")
    return Verdict(HANDED_OFF, f"a fila encerrou o trabalho sem o concluir: {state.estado}")


def _completed(state: State, expected: int, tally: bool | None) -> Verdict:
    # Printed sides, not sheets: of a two-sided print CUPS counts too few sheets.
    if state.impressions is None and not tally:
        return Verdict(HANDED_OFF)
    counted = state.impressions or 0
    if counted >= expected:
        return Verdict(PRINTED)
    return Verdict(UNCERTAIN, f"a impressora contou {counted} de {expected} páginas")
