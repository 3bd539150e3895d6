"""The lock files: they hold all that pyproject.toml asks for, by hash, and come from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {
    "requirements-build.lock": PROJECT["build-system"]["requires"],
    "requirements.lock": PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["dev"],
    "requirements-bench.lock": PROJECT["project"]["optional-dependencies"]["bench"],
}


def entries(lock: str) -> list[str]:
    """Return the lock's requirements, each with its hashes, as one line."""
    return (ROOT / lock).read_text().replace("\\\n", " ").splitlines()


def versions(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries(lock):
        name, version = re.match(r"([a-z0-9-]+)(?:\[\w+\])?==(\S+)", entry).groups()
        found.setdefault(name, set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_asked_for_is_locked_in_a_version_that_fits(lock: str) -> None:
    locked = versions(lock)
    for text in LOCKS[lock]:
        wanted = Requirement(text)
        for version in locked[canonicalize_name(wanted.name)]:
            assert wanted.specifier.contains(version), f"{lock}: {text} is locked at {version}: run `make lock`"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pinned_package_with_hashes_and_no_address(lock: str) -> None:
    assert entries(lock)
    for entry in entries(lock):
        assert re.fullmatch(r"[a-z0-9-]+(\[\w+\])?==[0-9a-z.]+( ; [^/:]+?)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), (
            entry
        )


def test_benchmarks_measure_the_versions_that_are_used() -> None:
    used = versions("requirements.lock")
    assert {
        name: found for name, found in versions("requirements-bench.lock").items() if found != used.get(name, found)
    } == {}
