"""What a CUPS queue can prove, learnt from a test page: whether it counts what comes out, and keeps what it printed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from printserver.printing.cups_queue import FilaCups
from printserver.printing.cups_server import ServidorCups
from printserver.printing.model import Entrega, Estado

_FIM: Final = ("completed", "canceled", "aborted")
_PAUSA_S: Final = 0.2
_APAGAR_S: Final = 2.0  # a file that CUPS is taking away is gone by then


@dataclass(frozen=True, slots=True)
class Prova:
    """How the test page ended. `conta_folhas`: the printed sides that CUPS counted were those of the page.

    `estado` None: CUPS does not know the job any more. `guarda_arquivos` None: it could not be asked.
    """

    estado: str | None
    impressoes: int
    conta_folhas: bool
    guarda_arquivos: bool | None

    @property
    def concluida(self) -> bool:
        """Whether the queue says that the page is done: only then does the rest mean anything."""
        return self.estado == "completed"


def provar(
    fila: FilaCups,
    entrega: Entrega,
    paginas: int,
    limite_s: float,
    ver: Callable[[Estado], None] = lambda _estado: None,
) -> Prova:
    """Print the page and wait for its end, at most `limite_s` seconds: then it is taken off the queue.

    `ver` is told each new state. Raises FilaFora, FilaRecusa.
    """
    cups_id = fila.criar(entrega)
    fila.enviar(cups_id, entrega)
    fila.liberar(cups_id)
    end = time.monotonic() + limite_s
    last: Estado | None = None
    while True:
        state = fila.estado(cups_id)
        if state is None:
            return Prova(None, 0, conta_folhas=False, guarda_arquivos=None)
        if state != last:
            ver(state)
            last = state
        if state.estado in _FIM:
            break
        if time.monotonic() > end:
            fila.cancelar(cups_id)
            return Prova(state.estado, state.impressoes or 0, conta_folhas=False, guarda_arquivos=None)
        time.sleep(_PAUSA_S)
    sides = state.impressoes or 0
    return Prova(state.estado, sides, conta_folhas=sides >= paginas, guarda_arquivos=_guarda(fila, cups_id))


def _guarda(fila: FilaCups, cups_id: int) -> bool:
    """Tell whether CUPS keeps the job's file: asked for it, nothing is printed by that."""
    server = ServidorCups(fila.acesso, fila.limite_s)
    end = time.monotonic() + _APAGAR_S
    while server.guarda_arquivo(fila.queue, cups_id):
        if time.monotonic() > end:
            return True
        time.sleep(_PAUSA_S)
    return False
