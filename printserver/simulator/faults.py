"""How the simulated court misbehaves, as its control says; kept in its file, so that a restart changes nothing."""

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
BEFORE: Final = {"500", "429", "403", "fecha-antes"}  # nothing is stored: the send is only counted
SLOW_S: Final = 20.0


class Command(BaseModel):
    """What `POST /_controle` takes; what is left out stays as it is, but a new `falha` begins anew."""

    model_config = ConfigDict(extra="forbid")

    falha: FaultKind | None = None
    vezes: int | None = Field(None, ge=0)
    selos: list[str] | None = None
    segundos: float = Field(SLOW_S, ge=0, le=3600)
    relogio_s: float = Field(0.0, ge=-(10**9), le=10**9)


@dataclass(frozen=True, slots=True)
class State:
    """The misbehaviour now. `vezes`: how many sends are left of it (None: until it is changed); `selos`: whose seals
    it hits (None: all); `segundos`: how long `lento` waits; `relogio_s`: how far the court's clock is put forward."""

    falha: FaultKind | None = None
    vezes: int | None = None
    selos: Sequence[str] | None = None
    segundos: float = SLOW_S
    relogio_s: float = 0.0

    def objects_to(self, codigo: str) -> bool:
        """Return whether a seal or link of this code is to be objected to."""
        return self.falha == "objeta" and (self.selos is None or codigo in self.selos)


class Faults:
    """The misbehaviour, shared by the threads that serve."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._lock = threading.Lock()
        self._state = State(**records.remembered())

    @property
    def estado(self) -> State:
        """The misbehaviour now; a look-up takes nothing off it."""
        return self._state

    def change(self, command: Command) -> None:
        """Do as `POST /_controle` says."""
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
        """Return how one send goes wrong, and take it off `vezes`; `matches` tells whether the fault hits this send."""
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
