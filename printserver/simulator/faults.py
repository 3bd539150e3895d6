"""How the simulated court misbehaves, as its control says; kept in its file, so that a restart changes nothing."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from printserver.simulator.records import Acervo

Falha = Literal[
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
FALHAS: Final[tuple[str, ...]] = get_args(Falha)
ANTES: Final = {"500", "429", "403", "fecha-antes"}  # nothing is stored: the send is only counted
LENTO_S: Final = 20.0


class Comando(BaseModel):
    """What `POST /_controle` takes; what is left out stays as it is, but a new `falha` begins anew."""

    model_config = ConfigDict(extra="forbid")

    falha: Falha | None = None
    vezes: int | None = Field(None, ge=0)
    selos: list[str] | None = None
    segundos: float = Field(LENTO_S, ge=0, le=3600)
    relogio_s: float = Field(0.0, ge=-(10**9), le=10**9)


@dataclass(frozen=True, slots=True)
class State:
    """The misbehaviour now. `vezes`: how many sends are left of it (None: until it is changed); `selos`: whom `objeta`
    hits (None: all); `segundos`: how long `lento` waits; `relogio_s`: how far the court's clock is put forward."""

    falha: Falha | None = None
    vezes: int | None = None
    selos: Sequence[str] | None = None
    segundos: float = LENTO_S
    relogio_s: float = 0.0

    def objeta(self, codigo: str) -> bool:
        """Return whether a seal or link of this code is to be objected to."""
        return self.falha == "objeta" and (self.selos is None or codigo in self.selos)


class Falhas:
    """The misbehaviour, shared by the threads that serve."""

    def __init__(self, records: Acervo) -> None:
        self._acervo = records
        self._lock = threading.Lock()
        self._estado = State(**records.remembered())

    @property
    def estado(self) -> State:
        """The misbehaviour now; a look-up takes nothing off it."""
        return self._estado

    def mudar(self, command: Comando) -> None:
        """Do as `POST /_controle` says."""
        said = command.model_dump(exclude_unset=True)
        with self._lock:
            agora = asdict(self._estado)
            if "falha" in said:
                agora |= {"vezes": None, "selos": None, "segundos": LENTO_S}
            agora |= said
            if agora["falha"] is None or agora["vezes"] == 0:
                agora |= {"falha": None, "vezes": None, "selos": None}
            self._lembrar(State(**agora))

    def take(self, acerta: Callable[[State], bool] = lambda _: True) -> State:
        """Return how one send goes wrong, and take it off `vezes`; `acerta` tells whether the fault hits this send."""
        with self._lock:
            state = self._estado
            if state.falha is None or not acerta(state):
                return State(relogio_s=state.relogio_s)
            if state.vezes is not None:
                left = state.vezes - 1
                rest = asdict(state) | ({"vezes": left} if left else {"falha": None, "vezes": None, "selos": None})
                self._lembrar(State(**rest))
            return state

    def _lembrar(self, state: State) -> None:
        values: dict[str, Any] = asdict(state)
        self._acervo.lembrar(values)
        self._estado = state
