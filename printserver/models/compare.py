"""Compares a model with the PDF that the office's former program printed of it: text, pages, and the words of lines.

The values that the PDF has for the variables are read from it and printed here too, so that only the layout differs.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from printserver.errors import Recusa
from printserver.models.examine import Examined, Sample
from printserver.models.folder import ModelFile
from printserver.models.proof import draw
from printserver.office import Office
from printserver.rendering import Undrawable, pack_model

_PDF: Final = ".pdf"
_SHOWN: Final = 40  # characters of a text or line that a reason quotes
_BY_THE_STAMP: Final = ("qr", "selo")
_OF_PDFIUM: Final = str.maketrans({"\ufffe": "-", "\x02": "-", "\ufb01": "fi", "\ufb02": "fl", "\ufb00": "ff"})
"""PDFium marks a hyphen at the end of a line, and keeps ligatures."""


class Papers:
    """The PDFs of the former program in a folder, by the models' names or paths; the case of letters does not count."""

    def __init__(self, folder: Path) -> None:
        self._by_path: dict[str, Path] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix.casefold() == _PDF and path.is_file():
                relative = path.relative_to(folder).as_posix()[: -len(_PDF)].casefold()
                self._by_path.setdefault(relative, path)
                self._by_path.setdefault(path.stem.casefold(), path)

    def of(self, file: ModelFile) -> Path | None:
        """Return the PDF of a file's model; None if there is none."""
        wanted = (file.arquivo.rpartition(".")[0], file.nome)
        return next((found for name in wanted if (found := self._by_path.get(name.casefold())) is not None), None)


@dataclass(frozen=True, slots=True)
class _Values:
    """What the PDF has for the variables; `missing` is the first text of the model that it does not have."""

    by_name: Mapping[str, str]
    missing: str = ""


def compare(office: Office, exame: Examined, sample: Sample, file: ModelFile, paper: Path | None) -> Examined:
    """Return the examination with what differs from the PDF `paper` as reasons to look at the model.

    Raises `Recusa` `servidor-ocupado`.
    """
    if paper is None:
        return replace(exame, avisos=(*exame.avisos, "sem PDF do programa antigo para comparar"))
    try:
        reasons = list(_differences(office, exame, sample, file, _texts(office, paper.read_bytes())))
    except (Undrawable, OSError):
        reasons = ["o PDF do programa antigo não pode ser lido"]
    except Recusa as refusal:
        if refusal.word == "servidor-ocupado":
            raise
        reasons = [f"não se compara com o PDF do programa antigo: {refusal.detail}"]
    if not reasons:
        return replace(exame, avisos=(*exame.avisos, "texto, páginas e linhas como no PDF do programa antigo"))
    return replace(exame, estado="conferir", motivos=(*exame.motivos, *reasons))


def _differences(
    office: Office, exame: Examined, sample: Sample, file: ModelFile, theirs: Sequence[str]
) -> Iterator[str]:
    sources = {name: source for name, _, source in exame.variaveis}
    values = _values(sample.text, list(sources), "\n".join(theirs))
    if values.missing:
        yield f"o PDF do programa antigo não tem, nesta ordem, o texto “{values.missing}”"
        return
    filled = {name: text for name, text in values.by_name.items() if sources[name] not in _BY_THE_STAMP}
    request = replace(sample.request, corpo=("rtf", pack_model(file.content, filled)))
    ours = _texts(office, draw(office, Sample(request, office.render.layout(request))))
    if len(ours) != len(theirs):
        yield f"páginas: {len(theirs)} no PDF do programa antigo, {len(ours)} aqui"
        return
    left_out = [values.by_name[name] for name in values.by_name if name not in filled]
    yield from _lines(ours, theirs, [_squeezed(text) for text in left_out if text])


def _values(text: str, names: Sequence[str], paper: str) -> _Values:
    """Return the values of the variables of a model's text in the text of a PDF; spaces and case do not count.

    The fixed texts are looked for one after another: what is between two is the value of the variable between them. A
    value that only a new paragraph ends is the rest of its line.
    """
    places = [at for at, character in enumerate(paper) if not character.isspace()]
    squeezed = _squeezed(paper)
    found: dict[str, str] = {}
    end = 0
    pieces = re.split(f"<({'|'.join(map(re.escape, names))})>", text) if names else [text]
    for number in range(0, len(pieces), 2):
        fixed, last = _squeezed(pieces[number]), number == len(pieces) - 1
        if not fixed and number and end < len(places) and (last or "\n" in pieces[number]):
            start = bisect_left(places, _line_end(paper, places[end]))
        else:
            start = squeezed.find(fixed, end)
        if start < 0:
            return _Values(found, " ".join(pieces[number].split())[:_SHOWN])
        if number and start > end:
            found.setdefault(pieces[number - 1], " ".join(paper[places[end] : places[start - 1] + 1].split()))
        end = start + len(fixed)
    return _Values(dict.fromkeys(names, "") | found)


def _line_end(text: str, at: int) -> int:
    return next((place for place in range(at, len(text)) if text[place] in "\r\n"), len(text))


def _lines(ours: Sequence[str], theirs: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    """Return what is to be said of the lines of a PDF that are not on the same page here.

    A line with a text of `left_out` is not compared: the stamp writes another there.
    """
    differ: list[tuple[int, str]] = []
    total = 0
    for page, (mine, other) in enumerate(zip(ours, theirs, strict=True), 1):
        here = {_squeezed(line) for line in mine.splitlines()}
        for line in other.splitlines():
            if (key := _squeezed(line)) and not any(text in key for text in left_out):
                total += 1
                differ += [(page, line)] if key not in here else []
    if differ:
        page, line = differ[0]
        quoted = " ".join(line.split())[:_SHOWN]
        yield f"{len(differ)} de {total} linhas quebram em outro lugar; a primeira, na página {page}: “{quoted}”"


def _squeezed(text: str) -> str:
    """Return a text without spaces and case, one character for each that is no space."""
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in text if not each.isspace())


def _texts(office: Office, pdf: bytes) -> list[str]:
    return [page.translate(_OF_PDFIUM) for page in office.imagens.texts(pdf)]
