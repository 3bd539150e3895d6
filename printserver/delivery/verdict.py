"""Maps the state of a released CUPS job to the final state of its job. Pure, no I/O.

`completed` proves a print only if the queue counted the expected sides; it proves nothing if the queue does not count.
Contradictory evidence and partial prints are left to a person.
"""

from dataclasses import dataclass
from typing import Final

from printserver.ledger import HANDED_OFF, PRINTED, UNCERTAIN, CupsState
from printserver.printing import State

# A printer that was switched off during the print: CUPS reports `completed` and counts the sent sides.
_FORGOTTEN: Final = "cups-ipp-missing-job-history"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The job's final state, with the reason in a sentence (None: the state reported by the queue)."""

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

    `state`: the queue's current state (None: it does not know the job). `before`: `cups` of the job, as last written.
    `expected`: expected sides. `tally`: whether the queue is known to count sides (None: unknown). `died`: its server
    died since the release; then `seen_begun` means that the printing began in an earlier second than the death, so that
    a restart would be detected.
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
    # Counted sides came out, regardless of the current state; the number of others is unknown (X5).
    sides = max(state.impressions or 0, before.get("impressoes") or 0)
    if sides or state.folhas or before.get("folhas"):
        return Verdict(UNCERTAIN, f"a fila encerrou o trabalho no meio, com {sides} de {expected} páginas contadas")
    return Verdict(HANDED_OFF, f"a fila encerrou o trabalho sem o concluir: {state.estado}")


def _completed(state: State, expected: int, tally: bool | None) -> Verdict:
    # Printed sides, not sheets: CUPS counts too few sheets of a duplex print.
    if state.impressions is None and not tally:
        return Verdict(HANDED_OFF)
    counted = state.impressions or 0
    if counted >= expected:
        return Verdict(PRINTED)
    return Verdict(UNCERTAIN, f"a impressora contou {counted} de {expected} páginas")
