"""The demonstration: an office, its server, a simulated court, and one print of each document over the API.

It prints only in an office that it has created.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

import click

from printserver.clock import system_clock
from printserver.common import faults
from printserver.db import Database
from printserver.demo.civil import exchange, print_civil
from printserver.demo.prints import (
    HOST,
    Legacy,
    Outcome,
    look_up,
    print_one_of_each,
    table,
    wait_reported,
)
from printserver.errors import ConfigError
from printserver.office import Office, audit, create, load_settings, people
from printserver.server.processes import die_with_parent

CREDENTIALS: Final = "demonstracao.json"
LOG: Final = "demonstracao.log"
COURT_LOG: Final = "demonstracao-tribunal.log"

_START_S: Final = 180.0


def run_demo(folder: Path, port: int, court_port: int | None = None, *, stay: bool) -> int:
    """Run the demonstration in the office of `folder`, on `port` of this machine; return the exit status.

    The simulated court is on `court_port` (None: the next one, or any free one). `stay`: keep the servers running until
    Ctrl-C. The status is not 0 if a document has a fault, or a seal did not reach the court. Raises `ConfigError`
    (Portuguese) if the demonstration did not create the office, a port is taken, or a server does not start.
    """
    _refuse_taken_port(port, "--port")
    if court_port is not None:
        _refuse_taken_port(court_port, "--port-tribunal")
    login = _office(folder)
    court_port = court_port or _port_of_the_court(port)
    court = f"http://{HOST}:{court_port}"
    try:
        with _court(folder, court_port) as simulated, _server(folder, port, court) as server:
            _wait_ready(simulated, folder / COURT_LOG, lambda: _behave(court_port))
            _wait_ready(server, folder / LOG, lambda: Legacy(port, "").call("GET", "/readyz")[0] == 200)
            legacy = Legacy(port, login["chave"])
            outcomes = [*print_one_of_each(legacy, folder), *print_civil(legacy, folder)]
            sent, unsent = exchange(legacy, outcomes)
            wait_reported(legacy, outcomes)
            _tell(outcomes, folder, port, court, login)
            click.echo(sent)
            wrong = [fault for outcome in outcomes for fault in outcome.faults] + unsent
            for fault in wrong:
                click.echo(f"ERRADO: {fault}", err=True)
            if stay:
                click.echo("\nNo ar até Ctrl-C.")
                server.wait()
                raise ConfigError(f"o servidor terminou sozinho:\n{_end_of_log(folder / LOG)}")
            return 1 if wrong else 0
    except KeyboardInterrupt:
        click.echo("\nEncerrado.")
        return 0


def _tell(outcomes: Sequence[Outcome], folder: Path, port: int, court: str, login: Mapping[str, str]) -> None:
    """Show the results, and the addresses and credentials."""
    url = f"http://{HOST}:{port}"
    click.echo(table(outcomes))
    for outcome in outcomes:
        if outcome.job.get("pergunta"):
            click.echo("\n" + click.wrap_text(f"Pergunta em aberto: {outcome.job['pergunta']['texto']}", 118))
    click.echo(f"\nCada PDF: {folder / 'saida' / create.FIRST_QUEUE}/JOB.pdf")
    click.echo(f"Telas: {url}")
    click.echo(f"  tabeliã:       usuário: {login['chefe']}   senha: {login['senha_do_chefe']}")
    click.echo(f"  administrador: usuário: {login['usuario']}   senha: {login['senha']}")
    click.echo(f"API:   {url}/api/v1   chave: {login['chave']}")
    click.echo(f"Banco: {Database(create.database_url(folder, load_settings(folder))).versao}")
    click.echo(f"Tribunal SIMULADO: {court}")
    if link := look_up(outcomes, court):
        click.echo(f"O QR do traslado 1 leva a: {link}")


# -- the office and its server ----------------------------------------------------------------------------------------


def _office(folder: Path) -> dict[str, str]:
    """Create the office if missing; return its login and key, stored in a file that only the user can read."""
    kept = folder / CREDENTIALS
    if kept.exists():
        login: dict[str, str] = json.loads(kept.read_text("utf-8"))
        return login
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} não foi criada pela demonstração, e ela não imprime em serventia alheia: escolha outra pasta"
        )
    made = create.create_office(folder, system_clock())
    login = {"usuario": made.usuario, "senha": made.password, "chave": made.chave} | _head(folder)
    create.write_private(kept, json.dumps(login, indent=2))
    click.echo(f"Serventia de demonstração criada em {folder}.")
    return login


def _head(folder: Path) -> dict[str, str]:
    """Create the head of the office and return their login: an administrador answers no question (A5)."""
    password = secrets.token_urlsafe(12)
    office = Office.open_folder(folder)
    try:
        with office.db.write() as conn:
            who = people.create_person(
                conn, office.serventia_id, "tabelia", "Tereza de Assunção Lima", "tabeliao", password, office.clock()
            )
            entry = audit.LogEntry("pessoa", who.usuario, "criada", detalhe={"papel": who.papel})
            audit.write(conn, office.serventia_id, office.clock(), [entry])
    finally:
        office.close()
    return {"chefe": who.usuario, "senha_do_chefe": password}


def _refuse_taken_port(port: int, option: str) -> None:
    if why := _taken(port):
        raise ConfigError(
            f"a porta {port} não pode ser usada ({why}): encerre o programa que a ocupa, ou dê outra em {option}"
        )


def _taken(port: int) -> str | None:
    """Return why the port of this machine cannot be used; None if it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return faults.of_os(error)
    return None


def _port_of_the_court(port: int) -> int:
    """Return the port after the server's if it is free, else any free one."""
    if port < 65535 and _taken(port + 1) is None:
        return port + 1
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _court(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the simulated court while the block runs."""
    with _beside(folder, COURT_LOG, "tribunal-simulado", "--port", str(port)) as court:
        yield court


@contextmanager
def _server(folder: Path, port: int, court: str) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the office while the block runs; its court is the simulated one, overriding the settings."""
    arguments = ("serve", "--host", HOST, "--port", str(port))
    with _beside(folder, LOG, *arguments, PRINTSERVER_TRIBUNAL_URL=court) as server:
        yield server


@contextmanager
def _beside(folder: Path, log_name: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of this program for the office; it ends with the block, or with this process."""
    command = [sys.executable, "-c", "from printserver.cli import main; main()"]
    command += [*arguments, "--instance", str(folder)]
    previous = signal.signal(signal.SIGTERM, _interrupt)
    with (folder / log_name).open("wb") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | environment,
            start_new_session=True,  # keeps Ctrl-C from the child: this process terminates it
            preexec_fn=die_with_parent,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait()
            signal.signal(signal.SIGTERM, previous)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _behave(court_port: int) -> bool:
    """Reset faults injected into the simulated court; return whether it answered."""
    return Legacy(court_port, "").call("POST", "/_controle", {"falha": None, "relogio_s": 0})[0] == 200


def _wait_ready(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < end:
        try:
            if ready():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise ConfigError(f"o servidor não entrou no ar:\n{_end_of_log(log)}")


def _end_of_log(log: Path) -> str:
    text = log.read_text("utf-8", "replace")
    return "\n".join(text.splitlines()[-15:])
