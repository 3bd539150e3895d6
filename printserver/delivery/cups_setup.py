"""CUPS server and queue settings required for sealed documents: changes wrong settings and says the reasons."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from printserver.errors import ConfigError
from printserver.printing import Change, CupsServer, QueueUnavailable, apply_changes, needed_changes


class UnfitServer(ConfigError):
    """The server keeps what it printed, or forgets it: a person must allow the change of its settings."""


ERROR_POLICY: Final = "abort-job"
_POLICY_REASON: Final = "o que falha termina ali; nada sai sozinho mais tarde"
_READY_WITHIN_S: Final = 20.0  # time limit for a printer to report its capabilities


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was changed in CUPS, and remarks (Portuguese) on what was not."""

    changes: list[Change] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def prepare_server(server: CupsServer, *, mudar_servidor: bool) -> Prepared:
    """Change the server's settings if `mudar_servidor`. Raises ConfigError if a required change is not allowed."""
    conf = server.configuration()
    if conf is None:
        text = "A configuração do servidor CUPS não pôde ser lida: a página de teste dirá se ele guarda arquivos."
        return Prepared(remarks=[text])
    wanted = needed_changes(conf)
    if mudar_servidor and wanted:
        server.put_settings(apply_changes(conf, wanted))
        _wait_until(
            lambda: not needed_changes(server.configuration() or conf), "o servidor CUPS não voltou com a configuração"
        )
        return Prepared(wanted)
    bad = [change for change in wanted if change.required]
    if bad:
        raise UnfitServer(
            "o servidor CUPS não serve assim para papel selado: "
            + "; ".join(map(str, bad))
            + ". Mude em cupsd.conf, ou diga --mudar-servidor"
        )
    return Prepared(remarks=[f"convém mudar no servidor: {change}" for change in wanted])


def prepare_queue(server: CupsServer, queue: str, uri: str | None) -> Prepared:
    """Create the queue in CUPS if `uri` is given, and set its error policy. Raises ConfigError."""
    changes = []
    found = server.queue(queue)
    if uri is not None:
        if found is not None:
            raise ConfigError(f"o CUPS já tem uma fila {queue!r}, em {found['uri']}: use --cups {queue}")
        server.create_driverless(queue, uri)
        try:
            _wait_until(lambda: _knows_capabilities(server, queue), f"a impressora {uri} não respondeu")
        except ConfigError:
            server.remove(queue)
            raise
        found = server.queue(queue)
        changes.append(Change(f"fila {queue} no CUPS", "não havia", uri, "sem driver, por IPP"))
    if found is None:
        names = ", ".join(each["nome"] for each in server.queues()) or "nenhuma"
        raise ConfigError(f"o CUPS não tem a fila {queue!r}. As que tem: {names}")
    if found["politica"] != ERROR_POLICY:
        server.set_error_policy(queue, ERROR_POLICY)
        changes.append(
            Change(f"política de erro da fila {queue}", str(found["politica"]), ERROR_POLICY, _POLICY_REASON)
        )
    raw = "Fila crua: não diz que papel, bandejas e faces tem; nada disso é conferido antes de selar."
    return Prepared(changes, [] if found["papeis"] else [raw])


def is_local(cups_server: str) -> bool:
    """Return whether HOST:PORT is this machine: a password does not go over a network."""
    host = cups_server.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _knows_capabilities(server: CupsServer, queue: str) -> bool:
    found = server.queue(queue)
    return found is not None and bool(found["papeis"])


def _wait_until(ready: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            if ready():
                return
        except QueueUnavailable:
            if time.monotonic() > end:
                raise
        if time.monotonic() > end:
            raise ConfigError(otherwise)
        time.sleep(0.2)
