"""Body `n` of a seed: its kind, its content, and the expected print."""

import base64
import random
from collections.abc import Mapping
from dataclasses import dataclass

from bench.hostile import markup, pdfs, pictures, texts
from bench.hostile.pictures import Picture
from bench.hostile.words import Words

WEIGHTS = {
    **dict.fromkeys((f"html {source}" for source in markup.SOURCES), 9),
    "html damaged": 8,
    "text": 12,
    "image odd": 10,
    "image damaged": 10,
}
PDF_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class Body:
    """The sent body (`formato`, `conteudo`: base64 for a PDF) and its expected content.

    `words`: in order, each once; `places`: row and cell of each (empty: the order is unknown); `pdf`: the finished
    pages; `picture`: the image between the words.
    """

    number: int
    kind: str
    formato: str
    conteudo: str
    words: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    pdf: bytes | None = None
    picture: Picture | None = None

    @property
    def file(self) -> bytes:
        """The bytes to save for inspection."""
        return self.pdf if self.pdf is not None else self.conteudo.encode("utf-8", "surrogatepass")


def make(seed: int, number: int, sources: Mapping[str, bytes]) -> Body:
    """Return body `number`; deterministic for seed, number and `sources` (intact PDFs by program)."""
    chance = random.Random(f"{seed}/{number}")
    weights = WEIGHTS | {f"pdf {name}": PDF_WEIGHT for name in sources}
    kind = chance.choices(list(weights), list(weights.values()))[0]
    group, _, which = kind.partition(" ")
    if group == "pdf":
        pdf = sources[which] if chance.random() < 0.03 else pdfs.damage(sources[which], chance)
        return Body(number, kind, "pdf", base64.b64encode(pdf).decode(), pdf=pdf)
    words = Words(chance)
    if group == "text":
        text = texts.odd(words, chance.randint(1, 40))
        return Body(number, kind, "texto", text, tuple(words.made), tuple(words.places))
    if group == "image":
        picture = pictures.odd(chance) if which == "odd" else pictures.damaged(chance)
        html = f"<p>{words.word()}</p><p>{picture.tag()}</p><p>{words.word()}</p>"
        return Body(number, kind, "html", html, tuple(words.made), tuple(words.places), picture=picture)
    source = chance.choice(markup.SOURCES) if which == "damaged" else which
    paste = markup.Paste(source, words, lambda: markup.image_tag(pictures.small(chance), chance))
    html = f"<p>{words.word()}</p>{paste.write(chance.randint(1, 12))}"
    if which == "damaged":
        # without a tag, text of a table may move before the table, as in a browser
        return Body(number, kind, "html", markup.damage(html, chance), tuple(words.made))
    return Body(number, kind, "html", html, tuple(words.made), tuple(words.places))
