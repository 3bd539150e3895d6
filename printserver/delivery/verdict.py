"""What the state of a released CUPS job means for our job. Pure: no I/O.

`completed` alone is no proof of paper: it is proof if the queue counted the expected sides, and says nothing if the
queue counts none. Contradictory signs and prints that ended halfway are left to a person.
"""

from dataclasses import dataclass
from typing import Final

from printserver.ledger import HANDED_OFF, PRINTED, UNCERTAIN, CupsState
from printserver.printing import State

# A printer that was switched off during the print: CUPS says `completed`, and counts what it had sent.
_FORGOTTEN: Final = "cups-ipp-missing-job-history"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The job's final state, with the reason in a sentence (None: as the queue said)."""

    estado: str
    texto: str | None = None


def judge(
    state: State | None,
    before: CupsState,
    *,
    expected: int,
    tally: bool | None,
    died: bool,
    seen_begun: bool = False,
) -> Verdict | None:
    """Return the verdict on a released print; None while it is in progress.

    `state`: what the queue says now (None: it does not know our job). `before`: `cups` of the job, as last written.
    `expected`: sides that should come out. `tally`: whether the queue is known to count (None: not known). `died`: its
    server died since the release; then `seen_begun` says that the printing is known to have begun in an earlier second
    than the death, so that a second beginning would be visible.
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


def _interrupted(state: State, before: CupsState, expected: int) -> Verdict:
    # Counted sides came out, whatever the queue says now; how many of the others did is not known (X5).
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
