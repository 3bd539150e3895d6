"""The units are in order and leave an attacker little: systemd's own checks say so."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support import process
from support.releases import ROOT

UNITS = ROOT / "deploy/units"
MOST = 2.0


def analyze(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    program = process.program("systemd-analyze")
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*.service")))
def test_each_service_scores_two_or_less(unit: str) -> None:
    told = analyze("security", "--offline=true", "--no-pager", UNITS / unit).stdout.splitlines()[-1]
    assert float(told.rpartition(": ")[2].split()[0]) <= MOST, told


def test_the_units_have_no_mistake(tmp_path: Path) -> None:
    program = tmp_path / "printserver"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copies = []
    for unit in UNITS.iterdir():
        text = unit.read_text("utf-8")
        for there in ("/opt/printserver/current", "/opt/printserver/upgrade/conductor"):
            text = text.replace(f"{there}/venv/bin/printserver", str(program))
        copies.append(Path(shutil.copy(unit, tmp_path / unit.name)))
        copies[-1].write_text(text, "utf-8")
    told = analyze("verify", "--man=no", *copies)
    assert (told.returncode, told.stderr) == (0, "")
