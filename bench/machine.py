"""The measuring environment: processor, memory, system, versions, and load of other processes."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from bench import postgres

_PACKAGES = ("weasyprint", "pikepdf", "sqlalchemy", "waitress", "playwright", "typst", "reportlab")


def describe() -> list[tuple[str, str]]:
    """Return (name, value) rows."""
    return [
        ("Machine", f"{_processor()}, {os.cpu_count()} cores, {_memory():.0f} GiB"),
        ("System", f"{_system()}, Linux {platform.release()}"),
        ("Python", sys.version.split()[0]),
        ("Packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        ("PostgreSQL", postgres.version()),
        ("Load before", ", ".join(f"{load:.2f}" for load in os.getloadavg())),
    ]


def busy() -> bool:
    """Return whether other processes load the machine, which invalidates the results."""
    return os.getloadavg()[0] > 0.7


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()
