"""The upgrade of a machine, step by step, each on record before it begins; or the way back to the release before.

Whoever runs it after a kill or a power failure goes on where it was. A step that fails, or is cut off `TRIES` times,
leads back. It ends with the offices served: by the new release, or by the old one.
"""

import fcntl
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from printserver.clock import Clock, rfc3339, system_clock
from printserver.common import faults
from printserver.errors import ConfigError, Recusa
from printserver.office import folders
from printserver.release.installed import Release, prune, put_units
from printserver.release.journal import TRIES, Journal, Keeper, Outcome, Step
from printserver.release.machine import Machine, Place, point
from printserver.release.services import Services

_PAUSE_S: Final = 1.0
_INSIDE: Final = "from printserver.release.inside import run; run()"


class Upgrade:
    """The upgrade under way on a machine."""

    def __init__(self, machine: Machine, services: Services, clock: Clock = system_clock) -> None:
        self._machine = machine
        self._services = services
        self._clock = clock
        self._keeper = Keeper(machine)

    def run(self) -> Outcome | None:
        """Bring the upgrade under way to its end; return how it ended, None if there is none.

        Raises `ConfigError` if not even the way back succeeds now; it can be run again.
        """
        with self._alone():
            while (journal := self._keeper.read()) is not None:
                self._one_step(journal)
            return self._keeper.outcome()

    def _one_step(self, journal: Journal) -> None:
        if journal.step != "back" and journal.tries >= TRIES:
            self._keeper.write(journal.at("back", why=f"a etapa foi interrompida {TRIES} vezes"))
            return
        self._keeper.write(replace(journal, tries=journal.tries + 1))
        steps: Mapping[Step, Callable[[Journal], Journal | None]] = {
            "drain": self._drain,
            "copy": self._copy,
            "migrate": self._migrate,
            "switch": self._switch,
            "start": self._start,
            "prove": self._prove,
            "close": self._close,
            "back": self._back,
        }
        try:
            following = steps[journal.step](journal)
        except (ConfigError, Recusa, OSError) as error:
            why = _sentence(error)
            if journal.step == "back":
                self._say(f"A volta ainda não deu certo: {why}")
                raise ConfigError(
                    f"a volta à versão {self._old(journal).manifest.version} não deu certo: {why}"
                ) from error
            self._say(f"Não deu certo: {why}")
            following = journal.at("back", why=why)
        if following is not None:
            self._keeper.write(following)

    # -- forward ------------------------------------------------------------------------------------------------------

    def _drain(self, journal: Journal) -> Journal:
        """Stop the offices at a moment in which no paper is half way."""
        end, told = time.monotonic() + journal.wait_s, False
        while True:
            if waiting := self._waiting():
                if not told:
                    self._say(f"Esperando o papel que está a caminho ({waiting}).")
                    self._serve(journal)  # cut off after the stop it left no server to follow the paper
                    told = True
                if time.monotonic() > end:
                    raise ConfigError(
                        f"há papel a caminho há mais de {journal.wait_s / 60:.0f} min ({waiting}): veja em Hoje o que "
                        "espera, e repita"
                    )
                time.sleep(_PAUSE_S)
                continue
            self._keeper.hold()
            self._stop_all()
            marks = self._marks()
            if not any(found["open"] for found in marks.values()):
                break
            self._serve(journal)  # a print set out just before the stop: it is followed by a running server
        self._say("Servidor parado.")
        return journal.at("copy", marks=marks)

    def _copy(self, journal: Journal) -> Journal:
        for place in self._machine.offices():
            self._inside("keep", place.folder, place.folder / folders.BEFORE_UPGRADE)
        self._say("Banco de dados guardado à parte.")
        return journal.at("migrate", kept=True)

    def _migrate(self, journal: Journal) -> Journal:
        new = self._new(journal)
        for place in self._machine.offices():
            self._program(new, "migrar", "--instance", place.folder)
        self._say(f"Banco de dados no esquema {new.manifest.schema}.")
        return journal.at("switch")

    def _switch(self, journal: Journal) -> Journal:
        point(self._machine.last, self._old(journal).folder)
        self._use(self._new(journal))
        return journal.at("start", served=True)

    def _start(self, journal: Journal) -> Journal:
        self._serve(journal)
        self._say(f"Versão {self._new(journal).manifest.version} no ar.")
        return journal.at("prove")

    def _prove(self, journal: Journal) -> Journal:
        new = self._new(journal)
        self._start_all(journal)  # after a power failure they are still starting: the boot began them
        for place in self._running(journal):
            words: list[str | Path] = [
                "--destino",
                place.folder / folders.UPGRADE_PROOF,
                "--endereco",
                place.host,
                "--porta",
                str(place.port),
            ]
            words += ["--tls"] if place.door.tls else []
            self._program(new, "provar", "--instance", place.folder, *words)
        self._say("Página de prova conferida.")
        return journal.at("close")

    def _close(self, journal: Journal) -> None:
        self._note(journal, "atualizado", "")
        self._clear()
        prune(self._machine)
        self._say("Atualização terminada.")
        self._end(journal, done=True)

    # -- back ---------------------------------------------------------------------------------------------------------

    def _back(self, journal: Journal) -> None:
        old = self._old(journal)
        self._say(f"Voltando à versão {old.manifest.version}.")
        if journal.kept:  # else nothing was changed, or all is as it was: the servers may have paper half way
            self._keeper.hold()
            self._stop_all()
            migrated = self._migrated(journal)
            if after := [place.name for place, worked in migrated if worked]:
                self._stay(journal, after)
                return
            for place, _worked in migrated:
                self._inside("bring-back", place.folder, place.folder / folders.BEFORE_UPGRADE)
            journal = replace(journal, kept=False)  # the old release seals again: what lies aside is older from now on
            self._keeper.write(journal)
        self._use(old)
        if journal.before_last:
            point(self._machine.last, self._machine.releases / journal.before_last)
        else:
            self._machine.last.unlink(missing_ok=True)
        self._serve(journal)
        self._note(journal, "voltou", journal.why)
        self._clear()
        self._say(f"De volta à versão {old.manifest.version}: {journal.why}")
        self._end(journal, done=False)

    def _stay(self, journal: Journal, names: list[str]) -> None:
        """Stay with the new release: going back would lose seals or prints."""
        why = f"{journal.why}. Já se selou ou imprimiu depois da mudança ({', '.join(names)}): fica a versão nova"
        self._use(self._new(journal))
        self._serve(journal)
        self._note(journal, "atualizado", why)
        self._clear()
        self._say(why)
        self._end(replace(journal, why=why), done=False, stayed=True)

    def _migrated(self, journal: Journal) -> list[tuple[Place, bool]]:
        """Return the offices whose database is no longer in the schema that it had, and whether they worked since.

        Work is a seal or a print since the office was stopped. A database that does not answer was changed; if it was
        served after that, it counts as one that worked.
        """
        found = []
        for place in self._machine.offices():
            before = journal.marks.get(place.name)
            if before is None:  # it came to the machine since
                continue
            try:
                now = self._inside("mark", place.folder)
            except ConfigError:
                found.append((place, journal.served))
                continue
            if now["schema"] != before["schema"]:
                worked = any(now[name] != before[name] for name in ("seals", "events"))
                found.append((place, journal.served and worked))
        return found

    # -- tools --------------------------------------------------------------------------------------------------------

    def _marks(self) -> dict[str, dict[str, Any]]:
        return {place.name: self._inside("mark", place.folder) for place in self._machine.offices()}

    def _waiting(self) -> int:
        return sum(int(found["open"]) for found in self._marks().values())

    def _running(self, journal: Journal) -> list[Place]:
        return [place for place in self._machine.offices() if place.name in journal.running]

    def _serve(self, journal: Journal) -> None:
        self._keeper.let_go()
        self._start_all(journal)

    def _start_all(self, journal: Journal) -> None:
        for place in self._running(journal):
            self._services.start(place)

    def _stop_all(self) -> None:
        for place in self._machine.offices():
            self._services.stop(place)

    def _use(self, release: Release) -> None:
        point(self._machine.current, release.folder)
        if self._machine.units.is_dir() and put_units(self._machine, release):
            self._services.reload()

    def _note(self, journal: Journal, state: str, why: str) -> None:
        old, new = (release.manifest.version for release in (self._old(journal), self._new(journal)))
        for place in self._machine.offices():
            try:
                self._inside("note", place.folder, state, old, new, why)
            except ConfigError as error:  # no reason to undo what was done
                self._say(f"O registro da serventia {place.name} não foi escrito: {error}")

    def _clear(self) -> None:
        """Remove what the upgrade made in the offices' folders: their user does it, no other may (0700)."""
        for place in self._machine.offices():
            try:
                self._inside("clear", place.folder / folders.BEFORE_UPGRADE, place.folder / folders.UPGRADE_PROOF)
            except ConfigError as error:  # no reason to undo what was done
                self._say(f"Na pasta da serventia {place.name} ficou o que é só da atualização: {error}")

    def _end(self, journal: Journal, *, done: bool, stayed: bool = False) -> None:
        old, new = (release.manifest.version for release in (self._old(journal), self._new(journal)))
        self._keeper.end(Outcome(old, new, done, journal.why, rfc3339(self._clock()), stayed))

    def _old(self, journal: Journal) -> Release:
        return Release(self._machine.releases / journal.old)

    def _new(self, journal: Journal) -> Release:
        return Release(self._machine.releases / journal.new)

    def _inside(self, *words: str | Path) -> Any:
        """Return the answer of `inside`, as the offices' user, by the conducting release. Raises `ConfigError`."""
        python = Release(self._keeper.conductor.resolve()).python
        done = self._machine.run_inside([python, "-c", _INSIDE, *words])
        if done.returncode != 0:
            raise ConfigError(_last_line(done.stderr))
        return json.loads(done.stdout)

    def _program(self, release: Release, *words: str | Path) -> None:
        """Run a command of a release as the offices' user. Raises `ConfigError` with what it said."""
        done = self._machine.run_inside([release.printserver, *words])
        if done.returncode != 0:
            raise ConfigError(_last_line(done.stderr).removeprefix("printserver: "))

    def _say(self, text: str) -> None:
        self._keeper.say(self._clock(), text)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One conductor at a time; the lock ends with its process."""
        self._machine.upgrade.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (self._machine.upgrade / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _sentence(error: Exception) -> str:
    if isinstance(error, Recusa):
        return error.detail
    return faults.passing(error) or str(error)


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "o programa terminou sem dizer por quê"
