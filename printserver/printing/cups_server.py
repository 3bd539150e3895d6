"""Administration of a CUPS server: its queues, their error policy, and whether it keeps printed files.

Sealed paper requires three settings: a failed job ends (`abort-job`), finished jobs are remembered, and their files
are deleted (a sealed page cannot be printed again from CUPS's history).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, Final, ParamSpec, TypeVar

from printserver.printing import (
    cups_admin,
    cups_calls,
    helper,
    tls_tunnel,
)
from printserver.printing.cups_admin import QueueDescription
from printserver.printing.model import Server

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Directive:
    """A line of cupsd.conf: its required value, CUPS's default, and the reason."""

    nome: str
    wanted: str
    default: str
    motivo: str
    required: bool = True


DIRECTIVES: Final = (
    Directive(
        "PreserveJobFiles",
        "No",
        "86400",
        "o CUPS não guarda o que imprimiu: ninguém reimprime uma página selada pelo histórico dele",
    ),
    Directive(
        "PreserveJobHistory",
        "Yes",
        "Yes",
        "o CUPS lembra os trabalhos terminados: sem isso não se sabe como acabaram",
    ),
    Directive(
        "DirtyCleanInterval",
        "0",
        "30",
        "o CUPS grava a fila na hora: se cair, não esquece o que recebeu há pouco",
        required=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A required change: item, value before and after, and reason."""

    what: str
    antes: str
    depois: str
    motivo: str
    required: bool = True

    def __str__(self) -> str:
        return f"{self.what}: {self.antes} → {self.depois} ({self.motivo})"


class CupsServer:
    """One CUPS server. Every call may raise QueueUnavailable or QueueRefused, and ends within `limit_s` seconds."""

    def __init__(self, cups_server: Server, limit_s: float = 20.0) -> None:
        self.servidor = cups_server
        self.limit_s = limit_s

    def certificate(self) -> str:
        """Return the SHA-256 (hex) of the server's current certificate."""
        return helper.run(self.limit_s, tls_tunnel.fingerprint, *cups_calls.address(self.servidor))

    def queues(self) -> list[QueueDescription]:
        """Return every queue of the server."""
        return self._call("", cups_admin.queues)

    def queue(self, queue: str) -> QueueDescription | None:
        """Return one queue; None if there is none."""
        return self._call(queue, cups_admin.describe)

    def create_driverless(self, queue: str, uri: str) -> None:
        """Create a driverless queue to an IPP printer."""
        self._call(queue, cups_admin.add_driverless, uri)

    def remove(self, queue: str) -> None:
        """Delete a queue."""
        self._call(queue, cups_admin.remove)

    def set_error_policy(self, queue: str, politica: str) -> None:
        """Set a queue's error policy."""
        self._call(queue, cups_admin.set_error_policy, politica)

    def configuration(self) -> str | None:
        """Return the text of cupsd.conf; None if access is denied."""
        return self._call("", cups_admin.settings)

    def put_settings(self, text: str) -> None:
        """Replace cupsd.conf; the server restarts with it."""
        self._call("", cups_admin.put_settings, text)

    def keeps_file(self, queue: str, cups_id: int) -> bool:
        """Return whether CUPS still has the file of that job."""
        return self._call(queue, cups_admin.keeps_file, cups_id)

    def _call(
        self,
        queue: str,
        function: Callable[Concatenate[Server, str, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        return helper.run(self.limit_s, function, self.servidor, queue, *args, **kwargs)


def needed_changes(conf: str) -> list[Change]:
    """Return the changes that a cupsd.conf needs before sealed paper may be printed."""
    found = []
    for each in DIRECTIVES:
        value = _value(conf, each.nome) or each.default
        if value.casefold() not in _synonyms(each.wanted):
            found.append(Change(each.nome, value, each.wanted, each.motivo, each.required))
    return found


def apply_changes(conf: str, what: list[Change]) -> str:
    """Return the cupsd.conf with these lines changed, or inserted at the start; other lines are unchanged."""
    for each in what:
        line = f"{each.what} {each.depois}"
        pattern = re.compile(rf"^[ \t]*{each.what}[ \t].*$", re.IGNORECASE | re.MULTILINE)
        conf = pattern.sub(line, conf) if pattern.search(conf) else f"{line}\n{conf}"
    return conf


def _value(conf: str, nome: str) -> str | None:
    found = re.findall(rf"^[ \t]*{nome}[ \t]+(\S+)", conf, re.IGNORECASE | re.MULTILINE)
    return str(found[-1]) if found else None  # cupsd uses the last one


def _synonyms(value: str) -> tuple[str, ...]:
    return {"No": ("no", "off", "false", "0"), "Yes": ("yes", "on", "true")}.get(value, (value.casefold(),))
