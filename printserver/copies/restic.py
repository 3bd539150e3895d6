"""restic, as this program uses it: one repository, its commands, and its errors in plain Portuguese.

The key goes by the environment of the child process, which only its user can read. Debian 12 has restic 0.14: no option
of a later version is used.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.errors import ConfigError

TAG: Final = "printserver"
_REMOTE: Final = re.compile(r"^(sftp|s3|rest|rclone|b2|azure|gs|swift):")
_PROCESSORS: Final = str(max(1, (os.cpu_count() or 1) // 2))  # while the office works: it finds the others free
_LIMIT_S: Final = 6 * 3600.0  # of one command
_SHORT_S: Final = 120.0  # of a look at a repository

_RETRIES_HERE: Final = 3  # of a damaged file, until restic is ended
_RETRIES_REMOTE: Final = 7
_DAMAGED: Final = re.compile(r"returned error, retrying after .*(EOF|invalid data|ciphertext|hash|no such file)", re.I)

_FULL: Final = "o disco está cheio"
_CREDENTIAL: Final = "a credencial não foi aceita. Confira copias.credenciais"
NO_REPOSITORY: Final = "não há cópias desta serventia ali"
# What restic says, in small letters → what is wrong, and what to do.
_FAULTS: Final = (
    ("wrong password", "a chave não abre as cópias. Confira-a na folha de emergência"),
    ("no space left", f"{_FULL}. Libere espaço ou troque o disco"),
    ("disk quota exceeded", "o espaço ali acabou. Libere espaço ou aumente a cota"),
    (
        "read-only file system",
        "só se pode ler ali. Prepare o lugar como diz o guia, em «Cópias»; se já está, troque o disco",
    ),
    ("permission denied", "sem permissão. Confira quem pode gravar ali"),
    ("input/output error", "o disco falhou ao ler ou gravar. Troque-o"),
    ("no such host", "o endereço não foi achado. Confira a rede e o endereço"),
    ("connection refused", "a máquina não responde. Confira se está ligada"),
    ("connection timed out", "a máquina não responde. Confira a rede"),
    ("i/o timeout", "a máquina não responde. Confira a rede"),
    ("no route to host", "a máquina não responde. Confira a rede"),
    ("host key verification failed", "a chave SSH da máquina não é conhecida. Entre nela uma vez, à mão"),
    ("could not resolve", "o endereço não foi achado. Confira a rede e o endereço"),
    ("access key", _CREDENTIAL),
    ("access denied", _CREDENTIAL),
    ("signature we calculated", _CREDENTIAL),
    ("401 unauthorized", _CREDENTIAL),
    ("403 forbidden", _CREDENTIAL),
    ("x509:", "o certificado da máquina não é aceito. Confira o endereço e o relógio"),
    ("no snapshot found", "a cópia pedida não está ali"),
    ("ciphertext verification failed", "a cópia ali está estragada. Use outra, e troque o disco"),
    ("does not match", "a cópia ali está estragada. Use outra, e troque o disco"),
    ("invalid data returned", "a cópia ali está estragada. Use outra, e troque o disco"),
    ("not found in repository", "falta parte da cópia ali. Use outra, e troque o disco"),
    ("unexpected eof", "a cópia ali está estragada. Use outra, e troque o disco"),
    # said of every fault at a remote place, too: what is wrong there is named above
    ("is there a repository", f"{NO_REPOSITORY}. Se é um disco, ligue-o"),
    ("unable to open config file", f"{NO_REPOSITORY}. Se é um disco, ligue-o"),
)
# What is to be done with a disk of this machine → the same where the place is on another one.
_REMOTE_ADVICE: Final = (
    ("Se é um disco, ligue-o", "Confira o endereço, e se o lugar responde"),
    (", e troque o disco", ""),
    ("Prepare o lugar como diz o guia, em «Cópias»; se já está, troque o disco", "Confira quem pode gravar ali"),
)


_Done = subprocess.CompletedProcess[str]


class PlaceFault(ConfigError):
    """A place where a copy cannot be made or read: the message (Portuguese) names it and says what to do.

    `empty`: nothing of this program is there. `full`: a disk is full.
    """

    def __init__(self, message: str, *, empty: bool = False, full: bool = False) -> None:
        super().__init__(message)
        self.empty = empty
        self.full = full


class NoRoom(ConfigError):
    """The disk that a copy is brought to is full: no other copy fits either."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy in a repository: its id, its time as restic has it, its office, branch and head of the log in it."""

    id: str
    quando: datetime
    cns: str
    branch: str
    registro_n: int

    @property
    def order(self) -> tuple[str, int, datetime]:
        """What the newest copy has most of: the last restore, then entries of the log; a clock may have been wrong."""
        return self.branch, self.registro_n, self.quando


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at `place` (restic's own notation), opened with `key`; `cache` is a folder for restic's own use."""

    place: str
    key: str
    cache: Path
    credentials: Mapping[str, str]

    def init(self) -> None:
        """Make the repository. Raises PlaceFault."""
        if not remote(self.place) and not Path(self.place).parent.is_dir():
            raise PlaceFault(f"{self.place}: a pasta de cima não existe. Se é um disco, ligue-o", empty=True)
        self._run("init", limit_s=_SHORT_S)

    def backup(self, folder: Path, names: Sequence[str], cns: str, marks: Mapping[str, object]) -> JsonObject:
        """Copy the paths `names` of `folder`, with `marks` as tags; return restic's summary. Raises PlaceFault."""
        tags = ["--tag", ",".join([TAG, *(f"{name}={value}" for name, value in marks.items())])]
        output = self._run("backup", "--json", "--host", cns, *tags, *names, folder=folder)
        summaries = [each for each in _json_lines(output) if each.get("message_type") == "summary"]
        if not summaries:
            raise PlaceFault(f"{self.place}: o restic terminou sem dizer o que copiou")
        return summaries[-1]

    def snapshots(self) -> list[Snapshot]:
        """Return the copies there, the newest last. Raises PlaceFault."""
        listed = json.loads(self._run("snapshots", "--json", "--tag", TAG, limit_s=_SHORT_S) or "[]") or []
        return sorted((_snapshot(each) for each in listed), key=lambda each: each.order)

    def forget(self, cns: str, days: int, months: int) -> None:
        """Remove old copies: of the last days one a day, of the last months one a month. Raises PlaceFault."""
        keep = ["--keep-last", "96", "--keep-daily", str(days), "--keep-monthly", str(months or 1)]
        self._run("forget", "--prune", "--host", cns, "--tag", TAG, "--group-by", "host", *keep)

    def restore(self, snapshot: str, target: Path) -> None:
        """Put a copy's files into `target`. Raises PlaceFault; NoRoom if the disk of `target` is full."""
        try:
            self._run("restore", snapshot, "--target", str(target))
        except PlaceFault as fault:
            if fault.full:
                raise NoRoom(f"{target.parent.parent}: {_FULL}. Libere espaço e repita; nada foi mudado") from fault
            raise

    def _run(self, *arguments: str, folder: Path | None = None, limit_s: float = _LIMIT_S) -> str:
        """Run restic and return what it printed. A lock that a dead process left is removed. Raises PlaceFault."""
        done = self._call(arguments, folder, limit_s)
        if done.returncode and "already locked" in done.stderr:
            self._call(("unlock",), None, _SHORT_S)  # removes the locks of dead processes alone
            done = self._call(arguments, folder, limit_s)
        if done.returncode:
            raise _fault(self.place, done.stderr or done.stdout)
        return done.stdout

    def _call(self, arguments: Sequence[str], folder: Path | None, limit_s: float) -> _Done:
        program = shutil.which("restic")
        if program is None:
            raise ConfigError("falta o programa restic: instale-o (apt install restic) e repita")
        self.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = [program, "--quiet", "--repo", self.place, "--cache-dir", str(self.cache), *arguments]
        environment = {**os.environ, **self.credentials, "RESTIC_PASSWORD": self.key, "LC_ALL": "C"}
        if arguments[0] != "restore":
            environment["GOMAXPROCS"] = _PROCESSORS
        retries = _RETRIES_REMOTE if remote(self.place) else _RETRIES_HERE
        try:
            done = _watched(command, folder, environment, limit_s, retries)
        except OSError as error:  # its text names a file at random
            reason = faults.of_os(error)
            raise ConfigError(f"o restic não pôde trabalhar: {reason}. Confira a pasta temporária (/tmp)") from error
        if done is None:
            raise PlaceFault(f"{self.place}: não terminou no tempo. Confira a rede e o disco")
        return done


def _watched(
    command: Sequence[str], folder: Path | None, environment: Mapping[str, str], limit_s: float, retries: int
) -> _Done | None:
    """Run restic; None if the time was over.

    It is ended when it keeps on reading a damaged file: by itself it tries that for a quarter of an hour.
    """
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
        )
        timer = threading.Timer(limit_s, child.kill)
        timer.start()
        said: list[str] = []
        damaged = 0
        try:
            for line in child.stderr or ():
                said.append(line)
                damaged += _DAMAGED.search(line) is not None
                if damaged == retries:
                    said.append("unexpected eof")
                    child.terminate()
            child.wait()
        finally:
            over = not timer.is_alive()
            timer.cancel()
            if child.poll() is None:
                child.kill()
                child.wait()
            if child.stderr is not None:
                child.stderr.close()
        out.seek(0)
        return None if over else _Done(command, child.returncode, out.read().decode("utf-8", "replace"), "".join(said))


def remote(place: str) -> bool:
    """Return whether a place is on another machine."""
    return _REMOTE.match(place) is not None


def is_repository(folder: Path) -> bool:
    """Return whether a folder is restic's."""
    return (folder / "config").is_file() and (folder / "keys").is_dir()


def _fault(place: str, said: str) -> PlaceFault:
    low = said.lower()
    for part, text in _FAULTS:
        if part in low:
            for here, there in _REMOTE_ADVICE if remote(place) else ():
                text = text.replace(here, there)
            return PlaceFault(f"{place}: {text}.", empty=NO_REPOSITORY in text, full=_FULL in text)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return PlaceFault(f"{place}: o restic não conseguiu ({lines[-1] if lines else 'sem explicação'})")


def _json_lines(output: str) -> Iterator[JsonObject]:
    for line in output.splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _snapshot(item: Mapping[str, Any]) -> Snapshot:
    tags = dict(tag.split("=", 1) for tag in item.get("tags") or () if re.fullmatch(r"[nr]=[0-9]{0,18}", tag))
    moment = re.sub(r"(\.\d{6})\d+", r"\1", str(item["time"])).replace("Z", "+00:00")
    return Snapshot(
        str(item["id"]),
        datetime.fromisoformat(moment),
        str(item["hostname"]),
        tags.get("r", ""),
        int(tags.get("n") or 0),
    )
