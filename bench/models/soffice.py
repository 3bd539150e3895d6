"""LibreOffice as a converter of RTF to PDF: a profile of its own for each call, batches, time limits, our fonts."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from printserver.formats import fonts

INSTALL: Final = "apt-get install -y --no-install-recommends libreoffice-writer-nogui"
_PROGRAM: Final = "soffice"
_BATCH: Final = 200
"""Files of a call; past 247 it drops the rest in silence."""
_START_S: Final = 60
_FILE_S: Final = 1
_ALONE_S: Final = 30
_LOCALE: Final = "pt_BR.UTF-8"
"""Decides the sign at which numbers are aligned: a comma. It need not be installed."""
_STAND_INS: Final = {
    "Liberation Serif": ("Times New Roman", "Times", "Cambria", "Georgia", "Garamond", "Book Antiqua"),
    "Liberation Sans": (
        "Arial",
        "Arial Narrow",
        "Arial Black",
        "Helvetica",
        "Tahoma",
        "Verdana",
        "Segoe UI",
        "Trebuchet MS",
        "Century Gothic",
        "Microsoft Sans Serif",
        "MS Sans Serif",
    ),
    "Liberation Mono": ("Courier New", "Courier", "Lucida Console", "Consolas"),
    "Carlito": ("Calibri", "Calibri Light", "Candara"),
}
"""Vendored fonts and the names that they stand in for, as in our layout."""


def available() -> bool:
    """Return whether LibreOffice is installed."""
    return shutil.which(_PROGRAM) is not None


def version() -> str:
    """Return the version, as `LibreOffice 7.4.7.2`."""
    with tempfile.TemporaryDirectory() as folder:
        said = _run(["--version"], Path(folder), _START_S)
    return " ".join(said.split()[:2])


def convert(files: Sequence[Path], target: Path) -> None:
    """Write the PDF of each RTF file to `target`. A file that it cannot convert has none; each gets a second try alone.

    The names of the files must differ without their folder.
    """
    for start in range(0, len(files), _BATCH):
        batch = files[start : start + _BATCH]
        _call(batch, target, _START_S + _FILE_S * len(batch))
    for file in files:
        if not (target / f"{file.stem}.pdf").exists():
            _call([file], target, _ALONE_S)


def _call(files: Sequence[Path], target: Path, limit: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = ["--headless", "--norestore", "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(target)]
        _run([*words, *map(str, files)], Path(folder), limit)


def _run(words: Sequence[str], folder: Path, limit: float) -> str:
    """Run LibreOffice with a new profile in `folder`; after `limit` seconds, end it with all its processes."""
    (folder / "fonts.conf").write_text(_fonts_conf(folder), "utf-8")
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf"), "HOME": str(folder), "LC_ALL": _LOCALE}
    command = [_PROGRAM, f"-env:UserInstallation={(folder / 'profile').as_uri()}", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, start_new_session=True, text=True
    ) as process:
        try:
            return process.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # `soffice` is a script; its child keeps the lock of the profile
            return ""


def _fonts_conf(folder: Path) -> str:
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{font}</family></prefer></alias>'
        for font, names in _STAND_INS.items()
        for name in names
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{fonts.PASTA}</dir><cachedir>{folder / 'fontconfig'}</cachedir>{aliases}"
        '<match><edit name="family" mode="append_last"><string>Liberation Serif</string></edit></match></fontconfig>'
    )
