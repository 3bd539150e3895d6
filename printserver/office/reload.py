"""Settings, tables and certificate of an office, read from its files, and read again when a file changes.

Every process that holds an office looks at the files (one `stat` each) before each request, act or round. A file that
cannot be used changes nothing: what it said before stays in force, and `State.faults` says why. Nothing here stops a
running server.
"""

import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import structlog

from printserver.common import faults
from printserver.documents import VARIABLES_FILE, Rules, Terms, VariableTable, load_variables
from printserver.errors import ConfigError, Recusa
from printserver.office.create import PASSWORD_FILE, certificate
from printserver.office.settings import (
    SETTINGS_FILE,
    Settings,
    all_settings,
    read_settings,
    value_of,
    with_started,
)
from printserver.selo import (
    ATOS_FILE,
    SERVICES_FILE,
    AtoTable,
    Certificate,
    ServiceTable,
    load_atos,
    load_services,
)

_log = structlog.get_logger()

QUIET_S: Final = 1.0
"""A file edited by hand is read once it has not changed for so long: an editor may still be writing it."""
AGAIN_S: Final = 5.0
"""Pause before a file that could not be taken for a passing reason is read again."""

T = TypeVar("T")
_Stamp = tuple[tuple[int, int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the office's files say, and what of it is not in force. Immutable.

    `generation` grows with every change. `settings_mark` is the SHA-256 of the settings file that was read.
    `faults`: by file name, why (Portuguese) its content is not in force. `waiting`: settings of the file that take
    effect at the next start.
    """

    generation: int
    settings: Settings
    settings_mark: str
    rules: Rules
    atos: AtoTable
    servicos: ServiceTable
    variaveis: VariableTable
    certificado: Certificate
    faults: Mapping[str, str]
    waiting: tuple[str, ...]


def stamp(paths: tuple[Path, ...]) -> _Stamp:
    """Return what tells a changed file from the same one: size, times and inode of each; None if it is not there."""
    return tuple(_stat(path) for path in paths)


def _stat(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


class _Source(Generic[T]):
    """One or more files read as one value. Not thread-safe."""

    def __init__(self, name: str, paths: Callable[[], tuple[Path, ...]], load: Callable[[], T]) -> None:
        """`load` may raise `ConfigError`, whose message is shown; it is called at once. Its first error is raised."""
        self.name = name
        self.fault: str | None = None
        self._paths = paths
        self._load = load
        self._read = self._seen = stamp(paths())
        self._whole = self._read  # of the value in force
        self._since = self._not_before = 0.0
        self.value: T = load()

    def look(self, *, at_once: bool) -> bool:
        """Read the files again if they have changed and are quiet; return whether value or fault changed."""
        current = stamp(self._paths())
        if current == self._read and not self._not_before:
            return False
        now = time.monotonic()
        if now < self._not_before and not at_once:
            return False
        if current != self._seen:
            self._seen, self._since = current, now
        if not at_once and not self._quiet(current, now):
            return False
        before = self.fault
        self._read, self._not_before = current, 0.0
        return self._take(current) or self.fault != before

    def _take(self, current: _Stamp) -> bool:
        """Read the value, or keep the old one and say why."""
        gone = [path for path, was, now in zip(self._paths(), self._whole, current, strict=False) if was and not now]
        emptied = any(was and was[2] and now and not now[2] for was, now in zip(self._whole, current, strict=False))
        try:
            if gone:
                raise ConfigError(f"{gone[0]}: o arquivo não existe mais")
            if emptied:
                raise ConfigError(f"{self._paths()[0]}: o arquivo está vazio")
            value = self._load()
        except ConfigError as error:
            self._say(str(error))
            return False
        except Exception as error:  # nothing that stands in a file may stop a running server
            reason = faults.of_os(error) if isinstance(error, OSError) else faults.passing(error)
            reason = error.detail if isinstance(error, Recusa) else reason
            if reason is None:
                _log.exception("a file of the office cannot be taken", file=self.name)
            self._not_before = time.monotonic() + AGAIN_S
            self._say(reason or "erro inesperado: veja o registro técnico do servidor")
            return False
        self.value, self._whole, self.fault = value, current, None
        _log.info("a file of the office was read again", file=self.name)
        return True

    def _say(self, reason: str) -> None:
        if reason != self.fault:
            _log.error("a file of the office cannot be used: what it said before stays", file=self.name, why=reason)
        self.fault = reason

    def _quiet(self, current: _Stamp, now: float) -> bool:
        """Whether nobody is writing the files any more."""
        if now - self._since >= QUIET_S:
            return True
        if any(was and not found for was, found in zip(self._whole, current, strict=False)):
            return False  # an editor may be replacing it
        newest = max((each[0] for each in current if each), default=0)
        return abs(time.time_ns() - newest) >= QUIET_S * 1e9


class Files:
    """The files of an office and their state. Thread-safe; `look` costs a few microseconds if nothing changed."""

    def __init__(self, instance: Path, cns: str, settings: Settings, registered: Callable[[Certificate], None]) -> None:
        """`settings` are those of the start. `registered` is called with a certificate before it is first in force.

        Raises `ConfigError` that names the faulty file.
        """
        self.instance = instance
        self.lock = threading.Lock()
        self._cns = cns
        self._started = settings
        self._in_file = settings
        demo = settings.serventia.demonstracao

        def read_certificate() -> Certificate:
            found = certificate(instance, self._settings.value)
            registered(found)
            return found

        def read_file() -> Settings:
            path = instance / SETTINGS_FILE
            content = path.read_bytes() if path.exists() else b""
            found = read_settings(content, path)
            check_authority(instance, found)
            self._mark = hashlib.sha256(content).hexdigest()
            return found

        self._mark = ""

        def file(name: str) -> Callable[[], tuple[Path, ...]]:
            paths = (instance / name,)
            return lambda: paths

        self._settings = _Source(SETTINGS_FILE, file(SETTINGS_FILE), read_file)
        self._atos = _Source(ATOS_FILE, file(ATOS_FILE), lambda: load_atos(instance))
        self._services = _Source(SERVICES_FILE, file(SERVICES_FILE), lambda: load_services(instance, demonstracao=demo))
        self._variables = _Source(VARIABLES_FILE, file(VARIABLES_FILE), lambda: load_variables(instance))
        self._certificate = _Source(
            "certificado",
            lambda: (instance / self._settings.value.selo.certificado, instance / PASSWORD_FILE),
            read_certificate,
        )
        self.state = self._new_state(1)

    def look(self, *, at_once: bool = False) -> State:
        """Return the state of the files now.

        `at_once`: after a change by this process, do not wait until the files are quiet. Otherwise the state is the
        one before while another thread reads the files.
        """
        if not self.lock.acquire(blocking=at_once):
            return self.state
        try:
            # Not a generator: every file is looked at. The settings first: they name the certificate's file.
            changed = [source.look(at_once=at_once) for source in self._sources()]
            if any(changed):
                self.state = self._new_state(self.state.generation + 1)
            return self.state
        finally:
            self.lock.release()

    def _sources(self) -> "tuple[_Source[Any], ...]":
        return self._settings, self._atos, self._services, self._variables, self._certificate

    def _new_state(self, generation: int) -> State:
        settings, waiting = with_started(self._settings.value, self._started)
        self._log_changes()
        return State(
            generation=generation,
            settings=settings,
            settings_mark=self._mark,
            rules=_rules(settings, self._cns),
            atos=self._atos.value,
            servicos=self._services.value,
            variaveis=self._variables.value,
            certificado=self._certificate.value,
            faults=MappingProxyType({each.name: each.fault for each in self._sources() if each.fault is not None}),
            waiting=waiting,
        )

    def _log_changes(self) -> None:
        """Log the names, not the values, of the settings that changed: some are secret."""
        before, self._in_file = self._in_file, self._settings.value
        changed = [name for name in all_settings() if value_of(before, name) != value_of(self._in_file, name)]
        if changed:
            _log.info("settings changed", names=changed)


def check_authority(instance: Path, settings: Settings) -> None:
    """Raise ConfigError unless the authority of the court's certificate can be read: no report would go."""
    if name := settings.tribunal.autoridade:
        try:
            ssl.create_default_context(cafile=str(instance / name))
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"tribunal.autoridade: {name} não pode ser lido ({error})") from error


def _rules(settings: Settings, cns: str) -> Rules:
    return Rules(
        cns=cns,
        demonstracao=settings.serventia.demonstracao,
        charges_second_traslado=settings.traslado.cobra_do_segundo,
        ficha_selo=settings.ficha.selo,
        ficha_service=settings.ficha.servico or None,
        terms=Terms(settings.xa.prazo_horas, settings.xa.prazo_tipo_horas),
        lados_da_folha=settings.livro.lados_da_folha,
        folhas_novas=settings.livro.folhas_novas,
        externos_ate=settings.livro.externos_ate,
        sheets_required=settings.papel.exigir_numeros,
        casamento_selo=settings.civil.casamento_selo,
        assento_on_back=settings.civil.assento_no_verso,
    )
