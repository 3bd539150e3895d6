"""A CUPS server as whoever installs it sees it: its queues, their error policy, and whether it keeps what it printed.

Sealed paper asks three things of it: a job that fails is over (`abort-job`), finished jobs stay known, and their files
do not (nobody prints a sealed page again from CUPS's own history).
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
from printserver.printing.cups_admin import FilaDoCups
from printserver.printing.model import Servidor

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Diretiva:
    """A line of cupsd.conf: what it must say, what CUPS takes without it, and why it matters."""

    nome: str
    certo: str
    sem_ela: str
    motivo: str
    obrigatoria: bool = True


DIRETIVAS: Final = (
    Diretiva(
        "PreserveJobFiles",
        "No",
        "86400",
        "o CUPS não guarda o que imprimiu: ninguém reimprime uma página selada pelo histórico dele",
    ),
    Diretiva(
        "PreserveJobHistory",
        "Yes",
        "Yes",
        "o CUPS lembra os trabalhos terminados: sem isso não se sabe como acabaram",
    ),
    Diretiva(
        "DirtyCleanInterval",
        "0",
        "30",
        "o CUPS grava a fila na hora: se cair, não esquece o que recebeu há pouco",
        obrigatoria=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Mudanca:
    """One thing to change: what it is, before → after, and why."""

    o_que: str
    antes: str
    depois: str
    motivo: str
    obrigatoria: bool = True

    def __str__(self) -> str:
        return f"{self.o_que}: {self.antes} → {self.depois} ({self.motivo})"


class ServidorCups:
    """One CUPS server. Every call may raise FilaFora or FilaRecusa, and ends within `limite_s` seconds."""

    def __init__(self, servidor: Servidor, limite_s: float = 20.0) -> None:
        self.servidor = servidor
        self.limite_s = limite_s

    def certificado(self) -> str:
        """Return the SHA-256 (hex) of the certificate that the server shows now."""
        return helper.run(self.limite_s, tls_tunnel.impressao_digital, *cups_calls.address(self.servidor))

    def filas(self) -> list[FilaDoCups]:
        """Return every queue of the server."""
        return self._call("", cups_admin.queues)

    def fila(self, queue: str) -> FilaDoCups | None:
        """Return one queue; None if there is none."""
        return self._call(queue, cups_admin.describe)

    def criar_sem_driver(self, queue: str, uri: str) -> None:
        """Make a driverless queue to an IPP printer."""
        self._call(queue, cups_admin.add_driverless, uri)

    def tirar(self, queue: str) -> None:
        """Take a queue away."""
        self._call(queue, cups_admin.remove)

    def por_politica(self, queue: str, politica: str) -> None:
        """Set a queue's error policy."""
        self._call(queue, cups_admin.set_error_policy, politica)

    def configuracao(self) -> str | None:
        """Return the text of cupsd.conf; None where it may not be read."""
        return self._call("", cups_admin.settings)

    def por_configuracao(self, texto: str) -> None:
        """Replace cupsd.conf; the server begins anew with it."""
        self._call("", cups_admin.put_settings, texto)

    def guarda_arquivo(self, queue: str, cups_id: int) -> bool:
        """Tell whether CUPS still has the file of that job."""
        return self._call(queue, cups_admin.keeps_file, cups_id)

    def _call(
        self,
        queue: str,
        function: Callable[Concatenate[Servidor, str, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        return helper.run(self.limite_s, function, self.servidor, queue, *args, **kwargs)


def mudancas(conf: str) -> list[Mudanca]:
    """Return what must be changed in a cupsd.conf before sealed paper goes there."""
    found = []
    for each in DIRETIVAS:
        value = _valor(conf, each.nome) or each.sem_ela
        if value.casefold() not in _o_mesmo(each.certo):
            found.append(Mudanca(each.nome, value, each.certo, each.motivo, each.obrigatoria))
    return found


def mudar(conf: str, o_que: list[Mudanca]) -> str:
    """Return the cupsd.conf with these lines changed, or put at its head, and every other as it was."""
    for each in o_que:
        line = f"{each.o_que} {each.depois}"
        pattern = re.compile(rf"^[ \t]*{each.o_que}[ \t].*$", re.IGNORECASE | re.MULTILINE)
        conf = pattern.sub(line, conf) if pattern.search(conf) else f"{line}\n{conf}"
    return conf


def _valor(conf: str, nome: str) -> str | None:
    found = re.findall(rf"^[ \t]*{nome}[ \t]+(\S+)", conf, re.IGNORECASE | re.MULTILINE)
    return str(found[-1]) if found else None  # cupsd takes the last


def _o_mesmo(valor: str) -> tuple[str, ...]:
    return {"No": ("no", "off", "false", "0"), "Yes": ("yes", "on", "true")}.get(valor, (valor.casefold(),))
