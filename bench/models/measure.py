"""Lays every model of some folders out by both programs and compares them."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.models import lines, ours, soffice
from bench.models.compare import Comparison, compare
from bench.models.mend import mend
from bench.models.ours import Made
from bench.models.tokens import Token, tokens
from printserver.errors import Recusa

OWN: Final = Path(__file__).parents[2] / "tests" / "data" / "rtf"
_BEGINNING: Final = b"{\\rtf"
_SIDES: Final = ("margl", "margr", "margt", "margb")
_DEFAULTS: Final = (1800, 1800, 1440, 1440)
_TWIPS_PER_MM: Final = 1440 / 25.4
_SAME_MARGIN: Final = 0.3


@dataclass(frozen=True, slots=True)
class Model:
    """A model's result. `refused` is our reason not to lay it out; `missing`: LibreOffice gave no PDF."""

    name: str
    made: Made | None = None
    comparison: Comparison | None = None
    margins: bool = False
    refused: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """All models, the number of files that are none, and LibreOffice's version."""

    models: tuple[Model, ...]
    skipped: int
    version: str


def measure(folders: Sequence[Path] = (), keep: Path | None = None) -> Result:
    """Compare the models of `folders` and the folders in them, or those of the tests; `keep` gets all files.

    Needs LibreOffice (`soffice.available`).
    """
    files = [file for folder in folders for file in sorted(folder.rglob("*"))] or sorted(OWN.glob("*.rtf"))
    candidates = [file for file in files if file.suffix.lower() == ".rtf" and file.is_file()]
    models = {_name(file, folders): file for file in candidates if _is_model(file)}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        place = keep or Path(scratch)
        theirs = _convert(models, place)
        ours.warm_up()
        (place / "ours").mkdir(exist_ok=True)
        found = tuple(_model(name, file, theirs, place / "ours") for name, file in models.items())
    return Result(found, len(candidates) - len(models), soffice.version())


def _is_model(file: Path) -> bool:
    return not file.name.startswith("~$") and file.read_bytes().lstrip().startswith(_BEGINNING)


def _name(file: Path, folders: Iterable[Path]) -> str:
    """Return a name that differs for files of the same name in two folders."""
    folder = next((folder for folder in folders if file.is_relative_to(folder)), file.parent)
    return "_".join(file.relative_to(folder).with_suffix("").parts)


def _convert(models: dict[str, Path], place: Path) -> Path:
    mended, theirs = place / "mended", place / "libreoffice"
    for folder in (mended, theirs):
        folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, file in models.items():
        files.append(mended / f"{name}.rtf")
        files[-1].write_bytes(mend(file.read_bytes()))
    soffice.convert(files, theirs)
    return theirs


def _model(name: str, file: Path, theirs: Path, target: Path) -> Model:
    content = file.read_bytes()
    try:
        made = ours.make(content)
    except Recusa as refusal:
        return Model(name, refused=refusal.detail)
    (target / f"{name}.pdf").write_bytes(made.pdf)
    pdf = theirs / f"{name}.pdf"
    if not pdf.exists():
        return Model(name, made, missing=True)
    compared = compare(lines.pages(made.pdf, without=made.leaders), lines.pages(pdf, without=made.leaders))
    return Model(name, made, compared, _same_margins(made.margins, content))


def _same_margins(margins: Sequence[float], content: bytes) -> bool:
    """Return whether the margins are those that the file's own words say of its first section."""
    said: dict[str, Token] = {}
    for token in tokens(content):
        if token.word == "sect":
            break
        if token.word.removesuffix("sxn") in _SIDES:
            said[token.word] = token
    for side, ours_mm, default in zip(_SIDES, margins, _DEFAULTS, strict=True):
        word = said.get(f"{side}sxn") or said.get(side)
        value = word.parameter if word and word.parameter is not None else default
        if abs(value / _TWIPS_PER_MM - ours_mm) > _SAME_MARGIN:
            return False
    return True
