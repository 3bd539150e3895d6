"""What this machine says of itself: its clock, its disk, its system. Each is measured, or not known (None)."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class ClockSource:
    """How the clock is kept right: the program that said so, whether it is in step, and the offset in seconds."""

    fonte: str
    certo: bool
    offset_s: float | None


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of a folder: device, kinds of the layers below it, whether one of them is LUKS (None: not known)."""

    device: str
    layers: tuple[str, ...]
    encrypted: bool | None


def ask(*command: str) -> str | None:
    """Return what a program of the machine says; None if it is not there or fails."""
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def clock_source() -> ClockSource | None:
    """Return who keeps the clock right, by chrony or systemd; None if neither says."""
    if (told := ask("chronyc", "-c", "tracking")) is not None:
        fields = told.strip().split(",")
        if len(fields) >= 14:
            return ClockSource(f"chrony, {fields[1]}", fields[13].strip() != "Not synchronised", float(fields[4]))
    told = ask("timedatectl", "show", "-p", "NTPSynchronized", "-p", "NTP")
    found = dict(line.split("=", 1) for line in (told or "").splitlines() if "=" in line)
    if "NTPSynchronized" not in found:
        return None
    return ClockSource("systemd-timesyncd ou outro NTP do sistema", found["NTPSynchronized"] == "yes", None)


def disk_of(folder: Path) -> Disk | None:
    """Return the disk of a folder with the layers below it; None if the machine does not say."""
    told = ask("findmnt", "-n", "-o", "SOURCE", "-T", str(folder))
    device = (told or "").strip().partition("[")[0]
    if not device:
        return None
    layers = _layers(device)
    return Disk(device, layers, None if not layers else "crypt" in layers)


def _layers(device: str) -> tuple[str, ...]:
    told = ask("lsblk", "-s", "-J", "-o", "TYPE", device)
    try:
        found, layers = json.loads(told or "{}").get("blockdevices", []), []
    except ValueError:
        return ()
    while found:
        layers.append(str(found[0].get("type")))
        found = found[0].get("children", [])
    return tuple(layers)


def system_name() -> tuple[str, str]:
    """Return the system's id and version, as `debian` and `12`; empty texts if it does not say."""
    try:
        lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    except OSError:
        return "", ""
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    return found.get("ID", "").strip('"'), found.get("VERSION_ID", "").strip('"')


def free_mb(folder: Path) -> int:
    """Return the free space of a folder's disk for the program, in MB. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // (1024 * 1024)
