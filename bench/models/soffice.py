"""LibreOffice as a converter of RTF to PDF: a profile of its own for each call, batches, time limits, our fonts."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

from printserver.formats import fonts
from printserver.rendering.rtf_body.faces import OTHER_WIDTHS, SAME_WIDTHS
from printserver.rendering.stylesheet import FILES

INSTALL: Final = "apt-get install -y --no-install-recommends libreoffice-writer-nogui"
_PROGRAM: Final = "soffice"
_BATCH: Final = 200
"""Files of a call; past 247 it drops the rest in silence."""
_START_S: Final = 60
_FILE_S: Final = 1
_ALONE_S: Final = 30
_LOCALE: Final = "pt_BR.UTF-8"
"""Decides the sign at which numbers are aligned: a comma. It need not be installed."""


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
    """Return a configuration with the vendored fonts alone, which stand in for others as in our layout."""
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{family}</family></prefer></alias>'
        for name, family in _stand_ins()
    )
    return (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{fonts.PASTA}</dir><cachedir>{folder / 'fontconfig'}</cachedir>{aliases}"
        '<match><edit name="family" mode="append_last"><string>Liberation Serif</string></edit></match></fontconfig>'
    )


def _stand_ins() -> Iterator[tuple[str, str]]:
    """Yield font names, in small letters, with the vendored family that stands in for each."""
    families = {}
    for ours, file in FILES.items():
        with TTFont(fonts.PASTA / f"{file}-Regular.ttf", lazy=True) as ttf:
            families[ours] = ttf["name"].getBestFamilyName()
    for name, ours in (SAME_WIDTHS | OTHER_WIDTHS).items():
        if name != families[ours].casefold():
            yield name, families[ours]
