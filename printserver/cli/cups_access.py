"""Access of `printserver filas` to a CUPS server: address, login, and certificate."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from printserver.cli.base import office
from printserver.delivery import cups_setup, queue_setup
from printserver.errors import ConfigError
from printserver.printing import CupsServer, QueueRefused, QueueUnavailable, Server, read_password, readable

Command = TypeVar("Command", bound=Callable[..., Any])

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def server_options(command: Command) -> Command:
    """Add the options for the CUPS server and its login."""
    for option in (
        click.option(
            "--certificado", "certificate", help="SHA-256 do certificado do servidor, para não ter de confirmá-lo."
        ),
        click.option("--tls", is_flag=True, help="Fala com o servidor CUPS só por TLS."),
        click.option("--usuario", help="Usuário no servidor CUPS; a senha é pedida (ou PRINTSERVER_SENHA_DO_CUPS)."),
        click.option(
            "--servidor",
            "cups_server",
            help="Servidor CUPS: caminho do socket, ou HOST:PORTA (sem ele: o desta máquina).",
        ),
    ):
        command = option(command)
    return command


def server_access(
    folder: Path,
    cups_server: str | None,
    usuario: str | None,
    certificate: str | None,
    *,
    tls: bool,
    nova_senha: bool = False,
) -> Server:
    """Return the server of the options. No password is sent in clear text over a network or to an unverified server."""
    away = cups_server is not None and not cups_server.startswith("/")
    if tls and not away:
        raise ConfigError("--tls acompanha --servidor MAQUINA:PORTA: a esta máquina não se vai por rede")
    if usuario is not None and not tls and away and not cups_setup.is_local(cups_server or ""):
        raise ConfigError("--usuario num servidor de outra máquina pede --tls: a senha não vai aberta pela rede")
    shown = _certificate(folder, cups_server or "", certificate) if tls else None
    if usuario is None:
        return Server(cups_server, tls=tls, certificado=shown)
    known = None if nova_senha else read_password(folder, cups_server, usuario)
    text = os.environ.get("PRINTSERVER_SENHA_DO_CUPS") or known
    text = text or click.prompt("Senha no servidor CUPS", hide_input=True)
    return Server(cups_server, usuario, text, tls, shown)


def _certificate(folder: Path, cups_server: str, given: str | None) -> str:
    """Return the expected SHA-256 of the server's certificate.

    It is the given one, else the one stored with a queue of that server, else the current one after a person's
    confirmation (trust on first use).
    """
    if given is not None:
        return parse_fingerprint(given)
    if (kept := _kept_certificate(folder, cups_server)) is not None:
        return kept
    return confirm_certificate(cups_server)


def confirm_certificate(cups_server: str) -> str:
    """Return the SHA-256 of the server's current certificate, after a person's confirmation."""
    with plain_faults():
        shown = CupsServer(Server(cups_server)).certificate()
    click.echo(f"O servidor CUPS {cups_server} mostra o certificado de SHA-256\n  {readable(shown)}")
    click.echo("Confira-o naquela máquina: openssl x509 -noout -fingerprint -sha256 -in /etc/cups/ssl/NOME.crt")
    if click.prompt("É o mesmo (sim ou não)?", prompt_suffix=" ").strip().lower() not in ("s", "sim"):
        raise ConfigError("nada foi feito: o certificado do servidor CUPS não foi confirmado")
    return shown


def parse_fingerprint(given: str) -> str:
    """Return a normalized fingerprint. Raises ConfigError if it is invalid."""
    plain = given.replace(":", "").replace(" ", "").lower()
    if not _SHA256.fullmatch(plain):
        raise ConfigError("--certificado: escreva os 64 algarismos do SHA-256, com ou sem dois-pontos")
    return plain


def _kept_certificate(folder: Path, cups_server: str) -> str | None:
    if not folder.is_dir():
        return None
    with office(folder, writing=False) as (conn, serventia_id, _now):
        return queue_setup.kept_certificate(conn, serventia_id, cups_server)


@contextmanager
def plain_faults() -> Iterator[None]:
    """Convert errors of a print server into ConfigError, which ends the command with its message."""
    try:
        yield
    except (QueueUnavailable, QueueRefused) as error:
        raise ConfigError(str(error)) from error
