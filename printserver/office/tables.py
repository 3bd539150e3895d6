"""The tables of services and atos in force, read again when a file changes, without a restart (C5, S10).

Every look asks the file system whether a file is another one; then the next act gets the new table as a whole. A file
that is broken changes nothing: the table before stays in force, and `faults` says what is wrong.
"""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Generic, TypeVar

import structlog

from printserver.errors import ConfigError
from printserver.selo import AtoTable, ServiceTable, TableFile, atos_of, services_of

SERVICES: Final = "servicos.toml"
ATOS: Final = "atos.toml"
_SETTLED_S: Final = 1.0
_log = structlog.get_logger(__name__)
T = TypeVar("T")
_Mark = tuple[int, int, int]


class LiveTables:
    """The tables of one office, thread-safe. Opening them raises `ConfigError` for a faulty file."""

    def __init__(self, instance: Path, *, demonstracao: bool) -> None:
        def services(file: TableFile | None) -> ServiceTable:
            return services_of(file, demonstracao=demonstracao)

        self._services = _Live(instance / SERVICES, services)
        self._atos = _Live(instance / ATOS, atos_of)

    @property
    def servicos(self) -> ServiceTable:
        """The service table as it is now."""
        return self._services.now()

    @property
    def atos(self) -> AtoTable:
        """The table of atos as it is now."""
        return self._atos.now()

    def faults(self) -> Mapping[str, str]:
        """Return what is wrong with a file that changed and is not in force, by its name."""
        found = {SERVICES: self._services.fault(), ATOS: self._atos.fault()}
        return {name: fault for name, fault in found.items() if fault is not None}


class _Live(Generic[T]):
    """One table and the file that it was read from."""

    def __init__(self, path: Path, read: Callable[[TableFile | None], T]) -> None:
        self._path = path
        self._parse = read
        self._lock = threading.Lock()
        self._mark = _mark(path)
        self._seen: tuple[_Mark | None, float] = (self._mark, 0.0)
        self._fault: str | None = None
        self._table = self._read()

    def now(self) -> T:
        try:
            changed = _mark(self._path) != self._mark
        except OSError:
            return self._table  # the folder is out of reach: what was read stays in force
        if changed:
            self._renew()
        return self._table

    def fault(self) -> str | None:
        self.now()
        return self._fault

    def _read(self) -> T:
        return self._parse(TableFile.of_office(self._path.parent, self._path.name))

    def _renew(self) -> None:
        """Read the file if it is complete. The mark is taken before: what changes meanwhile is read next time."""
        with self._lock:
            try:
                mark = _mark(self._path)
            except OSError:
                return
            if mark == self._mark or not self._complete(mark):
                return
            try:
                self._table, self._fault = self._read(), None
                _log.info("table changed", file=self._path.name)
            except ConfigError as error:
                self._fault = str(error)
                _log.warning("table not taken: the one before stays in force", file=self._path.name, why=str(error))
            self._mark = mark

    def _complete(self, mark: _Mark | None) -> bool:
        """Return whether the file is another one, or has not changed for a moment."""
        if mark is not None and (self._mark is None or mark[0] != self._mark[0]):
            return True
        if self._seen[0] != mark:
            self._seen = (mark, time.monotonic())
        written = 0.0 if mark is None else time.time() - mark[1] / 1e9
        return max(written, time.monotonic() - self._seen[1]) >= _SETTLED_S


def _mark(path: Path) -> _Mark | None:
    """Return what tells one state of a file from another; None if there is no file. Raises OSError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
