"""Fault injection at the simulated court, set by its control; stored in its file, so it survives a restart."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from printserver.common.data import JsonObject
from printserver.simulator.records import Records

FaultKind = Literal[
    "500",
    "500-depois",
    "429",
    "403",
    "lento",
    "lento-antes",
    "fecha-antes",
    "fecha-depois",
    "objeta",
    "resposta-errada",
    "resposta-trocada",
    "fora",
]
FAULTS: Final[tuple[str, ...]] = get_args(FaultKind)
BEFORE: Final = {"500", "429", "403", "fecha-antes"}  # nothing is stored; the send is only counted
SLOW_S: Final = 20.0


class Command(BaseModel):
    """Body of `POST /_controle`; omitted fields are unchanged, but a new `falha` resets its parameters."""

    model_config = ConfigDict(extra="forbid")

    falha: FaultKind | None = None
    vezes: int | None = Field(None, ge=0)
    selos: list[str] | None = None
    segundos: float = Field(SLOW_S, ge=0, le=3600)
    relogio_s: float = Field(0.0, ge=-(10**9), le=10**9)


@dataclass(frozen=True, slots=True)
class State:
    """The injected fault. `vezes`: sends left (None: no limit); `selos`: affected codes (None: all);
    `segundos`: delay of `lento` and `lento-antes`; `relogio_s`: offset of the court's clock.
    """

    falha: FaultKind | None = None
    vezes: int | None = None
    selos: Sequence[str] | None = None
    segundos: float = SLOW_S
    relogio_s: float = 0.0

    def objects_to(self, codigo: str) -> bool:
        """Return whether a seal or link of this code must be refused."""
        return self.falha == "objeta" and (self.selos is None or codigo in self.selos)


class Faults:
    """The injected fault, shared by the threads of the server."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._lock = threading.Lock()
        self._state = State(**records.remembered())

    @property
    def estado(self) -> State:
        """The injected fault; reading it does not consume a send."""
        return self._state

    def change(self, command: Command) -> None:
        """Apply the body of `POST /_controle`."""
        said = command.model_dump(exclude_unset=True)
        with self._lock:
            now = asdict(self._state)
            if "falha" in said:
                now |= {"vezes": None, "selos": None, "segundos": SLOW_S}
            now |= said
            if now["falha"] is None or now["vezes"] == 0:
                now |= {"falha": None, "vezes": None, "selos": None}
            self._remember(State(**now))

    def take(self, matches: Callable[[State], bool] = lambda _: True) -> State:
        """Return the fault of one send and subtract it from `vezes`; `matches` decides whether the fault applies."""
        with self._lock:
            state = self._state
            if state.falha is None or not matches(state):
                return State(relogio_s=state.relogio_s)
            if state.vezes is not None:
                left = state.vezes - 1
                rest = asdict(state) | ({"vezes": left} if left else {"falha": None, "vezes": None, "selos": None})
                self._remember(State(**rest))
            return state

    def _remember(self, state: State) -> None:
        values: JsonObject = asdict(state)
        self._records.remember(values)
        self._state = state
