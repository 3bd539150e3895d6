"""A bare Debian 12, made by debootstrap and booted with systemd in namespaces of its own. Needs root."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UPGRADE = "opt/printserver/upgrade/conductor"
"""The link that is there while an upgrade is under way."""
BOOT = Path(__file__).with_name("boot.sh")


def make(folder: Path, cached: Path | None = None) -> None:
    """Make a minimal Debian 12 with systemd in `folder`; `cached`: a copy of one made before."""
    if cached is not None and cached.is_dir():
        subprocess.run(["cp", "-a", cached, folder], check=True)
    else:
        include = "--include=systemd,systemd-sysv,dbus,ca-certificates,procps,curl"
        mirror = filter(None, [os.environ.get("DEBIAN_MIRROR")])  # without one, debootstrap has its own
        subprocess.run(["debootstrap", "--variant=minbase", include, "bookworm", folder, *mirror], check=True)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")


class System:
    """A booted system."""

    def __init__(self, root: Path, pid: int) -> None:
        self.root = root
        self.pid = pid

    @property
    def inside(self) -> list[str]:
        """The begin of a command line that runs a command in it."""
        plain = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"]
        return ["nsenter", "-t", str(self.pid), "-a", *plain]

    def run(self, *words: str, check: bool = True, limit_s: float = 1200) -> "subprocess.CompletedProcess[str]":
        """Run a command in it; its output is text."""
        done = subprocess.run([*self.inside, *words], capture_output=True, text=True, timeout=limit_s, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"{words}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done


@contextmanager
def booted(root: Path) -> Iterator[System]:
    """Boot the system and yield it once its boot is over; end it as a power failure does."""
    with booting(root) as (system, _began):
        end = time.monotonic() + 300
        while system.run("systemctl", "is-system-running", check=False).stdout.strip() not in ("running", "degraded"):
            if time.monotonic() > end or (system.root / UPGRADE).is_symlink():
                break  # it is up, but for what the upgrade under way still starts
            time.sleep(0.2)
        yield system


@contextmanager
def booting(root: Path) -> Iterator[tuple[System, float]]:
    """Boot the system and yield it, with the time (monotonic) at which the power came; end it as `booted`."""
    own = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup", "--propagation", "private", "--kill-child"]
    began = time.monotonic()
    outer = subprocess.Popen(["unshare", *own, BOOT, root], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield System(root, _process_one(outer)), began
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(_process_one(outer), signal.SIGKILL)
        outer.kill()
        outer.wait()


def _process_one(outer: "subprocess.Popen[bytes]") -> int:
    """Return the process that is number 1 in the namespace, once it is systemd."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        if children and Path(f"/proc/{children[0]}/comm").read_text().strip() == "systemd":
            return int(children[0])
        time.sleep(0.05)
    raise TimeoutError("no systemd in the namespace")
