"""Fetches the newest whole copy from a repository of restic or a folder, and checks it (B3, B4)."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from printserver.common import faults
from printserver.copies import manifest as manifests
from printserver.copies import restic, stage
from printserver.copies.manifest import Manifest
from printserver.copies.restic import NoRoom, PlaceFault, Repository, Snapshot
from printserver.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole copy in a folder of its own: its parts, its manifest, where it came from, and the copies passed over.

    `branch` is the newest branch of the log of which the place has a copy (see `mirror.branch`).
    """

    folder: Path
    manifest: Manifest
    origem: str
    instantaneo: str | None
    passed_over: tuple[str, ...]
    branch: str = ""

    @property
    def stage(self) -> Path:
        """The folder of database, files and manifest."""
        return self.folder / stage.STAGE

    @property
    def spool(self) -> Path:
        """The folder of the PDFs."""
        return self.folder / stage.SPOOL


@dataclass(frozen=True, slots=True)
class Source:
    """Where a copy is fetched from: a repository or a folder; `cns` and `snapshot` choose one of several."""

    place: str
    key: str | None = None
    credentials: Mapping[str, str] | None = None
    cns: str | None = None
    snapshot: str | None = None


def fetch(source: Source, target: Path, cache: Path) -> Fetched:
    """Put the newest whole copy into the new folder `target`.

    A copy that is not whole is passed over for the one before. Raises ConfigError (Portuguese) if none is whole, the
    key is wrong, the place is not there, or the disk is full; nothing is left then.
    """
    try:
        return _fetch(source, target, cache)
    except OSError as error:
        raise ConfigError(f"a cópia não pôde ser trazida: {faults.of_os(error)} ({error.filename})") from error


def _fetch(source: Source, target: Path, cache: Path) -> Fetched:
    folder = Path(source.place)
    if not restic.remote(source.place) and not restic.is_repository(folder):
        return _from_folder(folder, target)
    if source.key is None:
        raise ConfigError(f"{source.place}: dê a chave das cópias, que está na folha de emergência")
    place = source.place if restic.remote(source.place) else str(folder.absolute())
    repo = Repository(place, source.key, cache, source.credentials or {})
    passed_over: list[str] = []
    listed = [each for each in repo.snapshots() if source.cns in (None, each.cns)]
    for snapshot in _choices(listed, source):
        shutil.rmtree(target, ignore_errors=True)
        try:
            repo.restore(snapshot.id, target)
            found = _whole(target)
        except NoRoom:
            raise
        except ConfigError as error:
            passed_over.append(f"{snapshot.quando:%Y-%m-%d %H:%M} UTC ({snapshot.id[:8]}): {error}")
            continue
        return Fetched(target, found, source.place, snapshot.id, tuple(passed_over), listed[-1].branch)
    shutil.rmtree(target, ignore_errors=True)
    raise ConfigError(f"nenhuma cópia em {source.place} está inteira. {' '.join(passed_over[:3])}")


def _choices(found: Sequence[Snapshot], source: Source) -> Iterator[Snapshot]:
    """Return the copies to try, the newest first. Raises ConfigError if there is none, or the office is not clear."""
    if source.snapshot is not None:
        found = [each for each in found if each.id.startswith(source.snapshot)]
    if not found:
        raise PlaceFault(f"{source.place}: não há nenhuma cópia ali")
    if len(offices := sorted({each.cns for each in found})) > 1:
        raise ConfigError(f"{source.place} tem cópias de várias serventias: diga --cns ({', '.join(offices)})")
    return reversed(found)


def _from_folder(folder: Path, target: Path) -> Fetched:
    if not (folder / stage.STAGE).is_dir():
        raise ConfigError(f"{folder} não é um lugar de cópias: nem repositório do restic, nem pasta com {stage.STAGE}")
    shutil.copytree(folder / stage.STAGE, target / stage.STAGE)
    if (folder / stage.SPOOL).is_dir():
        shutil.copytree(folder / stage.SPOOL, target / stage.SPOOL)
    try:
        found = _whole(target)
    except ConfigError:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return Fetched(target, found, str(folder), None, ())


def _whole(target: Path) -> Manifest:
    """Return the manifest of a fetched copy. Raises ConfigError with the first thing that is missing or differs."""
    found = manifests.read_manifest(target / stage.STAGE)
    for fault in manifests.faults(target / stage.STAGE, target / stage.SPOOL, found):
        raise ConfigError(f"a cópia não está inteira: {fault}. Use outra cópia")
    return found
