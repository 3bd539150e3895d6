"""Test pages that are being printed, in a thread each: a printer takes its time. The queue's page polls them."""

import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from printserver.delivery import queue_setup, queue_trial
from printserver.errors import ConfigError, Recusa
from printserver.ledger import Queue
from printserver.office import Author, Office, acting
from printserver.printing import Proof, QueueRefused, QueueUnavailable, State, diagnose_job

_log = structlog.get_logger()

LIMIT_S: Final = 90.0
_STATES: Final = {
    "pending": "na fila da impressora",
    "pending-held": "retida na fila",
    "processing": "imprimindo",
    "processing-stopped": "a impressora parou",
    "completed": "pronta",
    "canceled": "cancelada",
    "aborted": "não saiu",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A test page: since when, what is known of it (Portuguese), and how it is: `tom` as in `words.Status`."""

    desde: datetime
    texto: str
    tom: str
    pronto: bool = False


_lock = threading.Lock()
_trials: dict[tuple[str, str], Trial] = {}


def start(office: Office, author: Author, queue: Queue, page: queue_trial.TestPage) -> None:
    """Print the page in a thread. Raises `Recusa` `servidor-ocupado` while one is printed at that queue."""
    key = (office.instance_name, queue.nome)
    with _lock:
        found = _trials.get(key)
        if found is not None and not found.pronto:
            raise Recusa("servidor-ocupado", "A página de teste desta fila já está a caminho: espere que acabe.")
        _trials[key] = Trial(office.clock(), "a caminho", "andamento")
    threading.Thread(target=_run, args=(office, author, queue, page), name="test page", daemon=True).start()


def last(office: Office, nome: str) -> Trial | None:
    """Return the last test page of a queue since the server started, None if there was none."""
    with _lock:
        return _trials.get((office.instance_name, nome))


def _run(office: Office, author: Author, queue: Queue, page: queue_trial.TestPage) -> None:
    def tell(text: str, tone: str, *, done: bool = False) -> None:
        with _lock:
            key = (office.instance_name, queue.nome)
            _trials[key] = Trial(_trials[key].desde, text, tone, done)

    def on_state(state: State) -> None:
        found = diagnose_job(state.estado, state.motivos, state.mensagem)
        said = f"{found.situacao}. {found.o_que_fazer}" if found else _STATES.get(state.estado, state.estado)
        tell(said, "espera" if found else "andamento")

    try:
        found = queue_trial.print_page(office.instance, queue, page, office.clock(), LIMIT_S, on_state)
        if isinstance(found, Path):
            _record(office, author, queue.nome, {"arquivo": found.name})
            tell(f"Gravada na pasta, em {found.name}.", "feito", done=True)
        else:
            _keep(office, author, queue.nome, found)
            tell(" ".join(queue_trial.lessons(found)), "espera" if found.keeps_files else "feito", done=True)
    except (QueueUnavailable, QueueRefused, ConfigError) as error:
        said = str(error)
        tell(f"{said[0].upper()}{said[1:]}.", "problema", done=True)
    except Exception:
        _log.exception("test page failed", queue=queue.nome)
        tell("Algo inesperado aconteceu: nada se aprendeu. Repita.", "problema", done=True)


def _record(office: Office, author: Author, nome: str, what: dict[str, object]) -> None:
    with acting(office, author) as act:
        act.log("fila", nome, "provada", what)


def _keep(office: Office, author: Author, nome: str, proof: Proof) -> None:
    with acting(office, author) as act:
        queue = queue_setup.require_queue(act.conn, office.serventia_id, nome)
        act.log("fila", nome, "provada", queue_trial.learn(act.conn, queue, proof, act.now))
