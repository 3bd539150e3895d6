"""Where things are on a machine, and what is installed there: releases, links, offices, the key of the releases.

/opt/printserver/releases/VERSION-TARGET/   a release: its files, and `venv/` built from its wheels
/opt/printserver/current, last              links to the release in use and to the one before
/opt/printserver/upgrade/                   the upgrade under way (see `journal`)
/etc/printserver/OFFICE.env                 address and port of an office's server
/etc/printserver/release.pub                the public key of the releases
/var/lib/printserver/OFFICE/                an office
"""

import grp
import os
import pwd
import re
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from printserver.common.files import sync_folder
from printserver.errors import ConfigError
from printserver.server import Door

USER: Final = "printserver"
OFFICE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
DEFAULT_PORT: Final = 8631


@dataclass(frozen=True, slots=True)
class Place:
    """An office of this machine: its name, folder, and the address and port of its server."""

    name: str
    folder: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    options: str = ""

    @property
    def door(self) -> Door:
        """Where its server answers."""
        return Door(self.host, self.port, "--tls" in self.options.split())


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine whose files are under `root` (`/`). `user` owns the offices; None: whoever runs this program."""

    root: Path = Path("/")
    user: str | None = USER

    @property
    def program(self) -> Path:
        """The folder of the program."""
        return self.root / "opt/printserver"

    @property
    def releases(self) -> Path:
        """The folder of the releases."""
        return self.program / "releases"

    @property
    def current(self) -> Path:
        """The link to the release in use."""
        return self.program / "current"

    @property
    def last(self) -> Path:
        """The link to the release before the one in use."""
        return self.program / "last"

    @property
    def upgrade(self) -> Path:
        """The folder of the upgrade under way."""
        return self.program / "upgrade"

    @property
    def etc(self) -> Path:
        """The folder of the machine's settings."""
        return self.root / "etc/printserver"

    @property
    def units(self) -> Path:
        """The folder of systemd's units."""
        return self.root / "etc/systemd/system"

    @property
    def var(self) -> Path:
        """The folder of the offices."""
        return self.root / "var/lib/printserver"

    def offices(self) -> list[Place]:
        """Return the offices of this machine, by name. Raises `ConfigError` for settings that cannot be read."""
        return [self.office(path.stem) for path in sorted(self.etc.glob("*.env"))]

    def office(self, name: str) -> Place:
        """Return an office by name. Raises `ConfigError`."""
        path = self.etc / f"{name}.env"
        found = dict(line.partition("=")[::2] for line in path.read_text("utf-8").splitlines() if "=" in line)
        try:
            port = int(found.get("PORTA", DEFAULT_PORT))
        except ValueError as error:
            raise ConfigError(f"{path}: PORTA é um número") from error
        return Place(name, self.var / name, found.get("ENDERECO", "127.0.0.1"), port, found.get("OPCOES", ""))

    def run_inside(self, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
        """Run a command as the offices' user; its output is captured. The status is the caller's to check."""
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            umask=0o077,
            check=False,
            **self.as_user(),
        )
        return done

    def as_user(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that run a program as the offices' user, with its groups."""
        if self.user is None or os.geteuid() != 0:
            return {}
        entry = pwd.getpwnam(self.user)
        groups = [group.gr_gid for group in grp.getgrall() if self.user in group.gr_mem]
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}


def machine_at(root: Path) -> Machine:
    """Return the machine whose files are under `root`; elsewhere than at `/` its offices are the caller's own."""
    return Machine() if root == Path("/") else Machine(root.absolute(), None)


def point(link: Path, target: Path) -> None:
    """Let a link lead to `target`, atomically and durably."""
    draft = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    draft.symlink_to(os.path.relpath(target, link.parent))
    draft.replace(link)
    sync_folder(link.parent)
