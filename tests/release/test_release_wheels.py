"""A bundle carries all that its wheels need on its target, whatever Python makes it."""

import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tools import make_release

PYTHONS = [
    target["python"] for target in tomllib.loads((make_release.DEPLOY / "targets.toml").read_text("utf-8")).values()
]


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_fetched_for_a_target_depends_on_no_marker(python: str) -> None:
    """pip would evaluate it for the Python that runs it: what only another Python needs was left out."""
    lines = dict(make_release.locked(python))
    for name in make_release.needed(lines, python):
        assert Requirement(lines[name].partition(" --hash")[0]).marker is None
        assert " --hash=sha256:" in lines[name]


def _wheel(folder: Path, name: str, version: str, *needs: str) -> None:
    text = "".join(f"Requires-Dist: {each}\n" for each in needs)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        described = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{text}"
        archive.writestr(f"{name}-{version}.dist-info/METADATA", described)


@pytest.mark.parametrize("need", ["dois>=2", "dois; python_version >= '3.12'", "tres"])
def test_a_bundle_without_what_a_wheel_needs_is_not_made(tmp_path: Path, need: str) -> None:
    _wheel(tmp_path, "um", "1.0", need, "quatro; extra == 'teste'", "cinco; python_version < '3.12'")
    _wheel(tmp_path, "seis", "1.0")
    with pytest.raises(SystemExit, match=need[:4]):
        make_release.require_whole(tmp_path, "3.12")
    for name in ("dois", "tres"):
        _wheel(tmp_path, name, "2.0")
    make_release.require_whole(tmp_path, "3.12")
