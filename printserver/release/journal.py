"""The journal of an upgrade under way: what it does, step by step, so that whoever comes next can end it.

upgrade/journal.json   the steps done, and all that is needed to go on or back
upgrade/conductor      link to the release whose program conducts it: the one that was in use when it began
upgrade/hold           while it is there, no office is started but by the upgrade
upgrade/log            what was done, in words, for the person who waits
upgrade/outcome.json   how the last upgrade ended
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from printserver.clock import local
from printserver.common.files import sync_folder, write_whole
from printserver.errors import ConfigError
from printserver.release.machine import Machine, point

Step = Literal["drain", "copy", "migrate", "switch", "start", "prove", "close", "back"]
"""The steps, in their order; `back` comes after one that failed."""
TRIES: Final = 3
"""How often a step that was cut off is begun again before the upgrade goes back."""


@dataclass(frozen=True, slots=True)
class Journal:
    """An upgrade under way. `marks`: what each office had done when it was stopped (see `inside.mark`)."""

    old: str  # folders' names of the releases
    new: str
    before_last: str  # where `last` led; empty: nowhere
    step: Step
    wait_s: float
    begun: str
    by: str
    running: tuple[str, ...]  # the offices that were served
    tries: int = 0
    why: str = ""  # why it goes back
    kept: bool = False  # the databases lie aside as they were stopped: only then they may be brought back
    served: bool = False  # the new release may have been served: there may be seals that the old one does not know
    marks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def at(self, step: Step, **changes: Any) -> "Journal":
        """Return the journal at another step."""
        return replace(self, step=step, tries=0, **changes)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an upgrade ended: from and to which version, whether it succeeded, why not, when (RFC 3339).

    `stayed`: it did not succeed, and the new version is in use all the same.
    """

    old: str
    new: str
    done: bool
    why: str
    when: str
    stayed: bool = False


class Keeper:
    """Reads and writes the journal of a machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folder = machine.upgrade

    @property
    def conductor(self) -> Path:
        """The link to the release that conducts the upgrade under way."""
        return self._folder / "conductor"

    @property
    def under_way(self) -> bool:
        """Whether an upgrade is under way."""
        return self.conductor.is_symlink()

    def read(self) -> Journal | None:
        """Return the upgrade under way, or None. Raises `ConfigError` if it cannot be read."""
        path = self._folder / "journal.json"
        try:
            found = json.loads(path.read_text("utf-8"))
            found["running"] = tuple(found["running"])
            return Journal(**found)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(f"{path}: não pode ser lido; chame quem cuida do programa") from error

    def write(self, journal: Journal) -> None:
        """Keep the journal, atomically and durably."""
        write_whole(self._folder / "journal.json", json.dumps(asdict(journal), indent=1).encode())
        sync_folder(self._folder)

    def begin(self, journal: Journal) -> None:
        """Begin an upgrade. The link comes last: with it the upgrade is resumed by itself."""
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        (self._folder / "log").write_text("")
        (self._folder / "outcome.json").unlink(missing_ok=True)
        self.write(journal)
        point(self.conductor, self._machine.releases / journal.old)

    def hold(self) -> None:
        """Let no office start but by the upgrade."""
        (self._folder / "hold").touch()
        sync_folder(self._folder)

    def let_go(self) -> None:
        """Let the offices start again."""
        (self._folder / "hold").unlink(missing_ok=True)
        sync_folder(self._folder)

    def end(self, outcome: Outcome) -> None:
        """End the upgrade: keep its outcome, and remove what resumes it."""
        self.let_go()
        path = self._folder / "outcome.json"
        write_whole(path, json.dumps(asdict(outcome), ensure_ascii=False).encode())
        path.chmod(0o644)  # `printserver saude` reads it as the offices' user
        self.conductor.unlink(missing_ok=True)
        (self._folder / "journal.json").unlink(missing_ok=True)
        sync_folder(self._folder)

    def outcome(self) -> Outcome | None:
        """Return how the last upgrade ended; None: there was none, or one is under way."""
        try:
            return Outcome(**json.loads((self._folder / "outcome.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def say(self, now: datetime, text: str) -> None:
        """Tell the person who waits."""
        with (self._folder / "log").open("a", encoding="utf-8") as file:
            file.write(f"{local(now):%H:%M:%S} {text}\n")

    def said(self) -> list[str]:
        """Return what was told."""
        try:
            return (self._folder / "log").read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
