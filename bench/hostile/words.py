"""Searchable words: each once in a body, in a known order.

A word ends in its number and a letter, to distinguish it from text of the seal block; a word of a table head, which is
repeated on each page, ends in another letter.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_NUMBER = re.compile(r"(\d{5})[zy]")

_STEMS = (
    (
        "escritura outorgante imóvel matrícula cartório certidão procuração São declaração cônjuge averbação traslado "
        "hipoteca usufruto comarca tabelião âmbito índice órgão união ação fé livro folha ofício difícil afiançado "
        "fluvial à às é ó í coração pão mãe pôde três"
    )
    .lower()
    .split()
)


class Words:
    """Makes words and records their order and positions.

    `row` is the outermost table row and `cell` the innermost cell, both 0 outside tables. A row that continues on the
    next page repeats its cells there, so the order is defined only within a cell.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made: list[str] = []
        self.places: list[tuple[int, int]] = []
        self.row = self.cell = 0

    def word(self, *, repeats: bool = False) -> str:
        """Return a new word; `repeats`: it may occur on each page."""
        self.places.append((self.row, self.cell))
        self.made.append(f"{self.chance.choice(_STEMS)}{len(self.made):05d}{'y' if repeats else 'z'}")
        return self.made[-1]

    def some(self, most: int, *, repeats: bool = False) -> list[str]:
        """Return one to `most` new words."""
        return [self.word(repeats=repeats) for _ in range(self.chance.randint(1, most))]


def found(text: str, made: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield each of the words `made` that occurs in `text`, and its position; `text` has no blanks."""
    for number in _NUMBER.finditer(text):
        word = made[int(number[1])] if int(number[1]) < len(made) else ""
        at = number.end() - len(word)
        if word and text[max(at, 0) : number.end()] == word:
            yield word, at


def difference(expected: Sequence[str], places: Sequence[tuple[int, int]], printed: Sequence[str]) -> str:
    """Return in words the missing, duplicated or misordered words; empty if there are none.

    `places`: row and cell of each word; empty if the order is unknown.
    """
    once = Counter(printed)
    missing = [word for word in expected if word not in once]
    if missing:
        return f"{len(missing)} of {len(expected)} words missing: {' '.join(missing[:6])}"
    doubled = [word for word, times in once.items() if times > 1 and word.endswith("z")]
    if doubled:
        return f"{len(doubled)} words doubled: {' '.join(doubled[:6])}"
    row, last = 0, {}
    index = {word: at for at, word in enumerate(expected)}
    for word in once if places else ():
        at = index[word]
        this_row, cell = places[at]
        earlier = last.get(cell, -1)
        if at < earlier or (this_row and this_row < row):
            return f"{word} out of order, after {expected[earlier]}"
        last[cell], row = at, max(row, this_row)
    return ""
