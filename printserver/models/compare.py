"""Compares a model with the PDF that the office's former program printed of it: text, pages, and the words of lines.

The values that the PDF has for the variables are read from it and printed here too, so that only the layout differs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from printserver.errors import Recusa
from printserver.models.examine import BY_THE_STAMP, Examined, Sample
from printserver.models.folder import ModelFile
from printserver.models.values import squeezed, values_in
from printserver.office import Office
from printserver.rendering import QR_BOX, Undrawable, pack_model

_PDF: Final = ".pdf"
_SHOWN: Final = 40  # characters of a text or line that a reason quotes
_OF_PDFIUM: Final = str.maketrans({"\ufffe": "-", "\x02": "-", "\ufb01": "fi", "\ufb02": "fl", "\ufb00": "ff"})
"""PDFium marks a hyphen at the end of a line, and keeps ligatures."""
_DIGITS: Final = re.compile(r"\d+")


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
    text, names = sample.text, list(sources)
    for name in (each for each in sources if sources[each] == "qr"):
        text, theirs = text.replace(f"<{name}>", ""), [page.replace(f"<{name}>", "") for page in theirs]
        names.remove(name)
    values = values_in("\n".join(theirs), text, names)
    length = values.length
    if values.missing and len(theirs) > 1:
        values = values_in("\n".join(_without_running(theirs)), text, names)
        length = sum(len(squeezed(page)) for page in theirs)
    if values.missing:
        yield f"o PDF do programa antigo não tem, nesta ordem, o texto “{values.missing}”"
        return
    filled = {name: text for name, text in values.by_name.items() if sources[name] not in BY_THE_STAMP}
    ours = _texts(office, _without_seal(office, sample, pack_model(file.content, filled)))
    if len(ours) != len(theirs):
        yield f"páginas: {len(theirs)} no PDF do programa antigo, {len(ours)} aqui"
        return
    left_out = [values.by_name[name] for name in values.by_name if name not in filled]
    yield from _lines(ours, theirs, length, [squeezed(text) for text in left_out if text])


def _without_seal(office: Office, sample: Sample, content: str) -> bytes:
    """Return the PDF of a filled model; the former program printed no block at the end of the text."""
    request = replace(sample.request, corpo=("rtf", content))
    if QR_BOX not in request.mark_values.values():
        request = replace(request, valores=None)
    return office.render.pdf(office.render.layout(request).hash).read_bytes()


def _without_running(pages: Sequence[str]) -> Iterator[str]:
    """Return the pages without the lines at their ends that other pages have there too: headers and footers."""
    split = [[line for line in page.splitlines() if squeezed(line)] for page in pages]
    ends = Counter(key for lines in split for key in {_running(line) for line in (*lines[:2], *lines[-2:])})
    for lines in split:
        last = len(lines) - 2
        kept = [line for at, line in enumerate(lines) if 2 <= at < last or ends[_running(line)] < 2]
        yield "\n".join(kept)


def _running(line: str) -> str:
    """Return a line without its numbers."""
    return _DIGITS.sub("", squeezed(line))


def _lines(ours: Sequence[str], theirs: Sequence[str], length: int, left_out: Sequence[str]) -> Iterator[str]:
    """Return what is to be said of the lines of a PDF that are not on the same page here.

    What is after `length` characters is not of the model; a line with a text of `left_out` is not compared, because the
    stamp writes another there.
    """
    differ: list[tuple[int, str]] = []
    total = at = 0
    for page, (mine, other) in enumerate(zip(ours, theirs, strict=True), 1):
        here = {squeezed(line) for line in mine.splitlines()}
        for line in other.splitlines():
            key = squeezed(line)
            if key and at < length and not any(text in key for text in left_out):
                total += 1
                differ += [(page, line)] if key not in here else []
            at += len(key)
    if differ:
        page, line = differ[0]
        quoted = " ".join(line.split())[:_SHOWN]
        yield f"{len(differ)} de {total} linhas quebram em outro lugar; a primeira, na página {page}: “{quoted}”"


def _texts(office: Office, pdf: bytes) -> list[str]:
    return [page.translate(_OF_PDFIUM) for page in office.imagens.texts(pdf)]
