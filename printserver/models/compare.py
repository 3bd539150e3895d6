"""Compares a proof with the PDF that the office's former program printed of the same model: pages, and fixed words."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from printserver.models.examine import Examined
from printserver.office import Office
from printserver.rendering import Undrawable

_NOT_IN_WORDS: Final = re.compile(r"\W+")
_SHORTEST: Final = 4  # letters of a word that is compared
_SHARE: Final = 0.5  # of the words of our proof, that the other has: the values of the variables differ


def compare(office: Office, exame: Examined, proof: bytes, paper: Path) -> Examined:
    """Return the examination with what differs from the PDF `paper` as reasons to look at the model."""
    if not paper.is_file():
        return replace(exame, avisos=(*exame.avisos, "sem PDF do programa antigo para comparar"))
    try:
        reasons = _differences(office.imagens.texts(proof), office.imagens.texts(paper.read_bytes()))
    except Undrawable:
        reasons = ["o PDF do programa antigo não pode ser lido"]
    if not reasons:
        return replace(exame, avisos=(*exame.avisos, "páginas e palavras como no PDF do programa antigo"))
    return replace(exame, estado="conferir", motivos=(*exame.motivos, *reasons))


def _differences(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    found = []
    if len(ours) != len(theirs):
        found.append(f"o programa antigo imprimia {len(theirs)} páginas, e aqui são {len(ours)}")
    mine, other = _words(ours), _words(theirs)
    if len(mine & other) < _SHARE * min(len(mine), len(other)):
        found.append("o texto do PDF do programa antigo é outro")
    return found


def _words(pages: Sequence[str]) -> set[str]:
    return {word for page in pages for word in _NOT_IN_WORDS.split(page.casefold()) if len(word) >= _SHORTEST}
