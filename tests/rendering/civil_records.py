"""Random certidões of Registro Civil, and what every one of them must hold on paper (C14, C15, C16, P3, P6).

One property for the test and for `python -m bench.records`.
"""

import random
import subprocess
import unicodedata
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import zxingcpp
from hypothesis import strategies as st
from layouts import FORMATS, Workbench, open_pdf, page_image, placed_words, texts_of

from printserver.documents.assento import AverbacaoAnotacao
from printserver.documents.civil.models import MODELS, describe
from printserver.documents.civil.sheet import NOTICE, sheet
from printserver.formats import example_values
from printserver.rendering import Layout, Stamp
from support.civil import FREE_TEXTS, IN_GROUPS, MATRICULA, example, note, printed_texts, read

SHORT, FULL = "certidao-civil", "certidao-inteiro-teor"
NAME, LONG_FIELD, NOTE, PAGE = 120, 10_000, 10_000, 3_600
"""Characters of a name, of a long field, of a marginal note, and about those of one page of text."""
PAGES = 40
_LETTERS = "ABCDEGMRSTabcdeghijlmnopqrstuvxz" * 3 + "ÁÂÃÇÉÊÍÓÔÕÚáâãçéêíóôõúñü'-.,;:()/ªº°§–“”0123456789"
_LONG_FIELDS = ("causa_morte", "filhos")


@dataclass(frozen=True)
class Record:
    """A certidão: the model's norm and especie, its fields and notes as read, its text, and how it is printed."""

    key: Any
    campos: dict[str, Any]
    notes: tuple[str, ...]
    body: str
    faces: Any
    side: Any


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Records of every model. Texts come from a seed and a length, so that 40 pages cost as few draws as a name."""
    key = draw(st.sampled_from(sorted(MODELS)))
    many = draw(st.integers(0, 30)) if draw(st.booleans()) else draw(st.integers(0, 3))
    most = draw(st.sampled_from([200, 200, 1_500, 1_500, NOTE if many < 10 else 3_000]))
    notes = [f"{n} {draw(_texts(1, most - 3))}" for n in range(many)]
    pages = draw(st.sampled_from([1, 1, 2, 3, 5, 8, PAGES])) if key[1] == "outros" else 0
    side = draw(st.sampled_from(["frente", "verso"]))
    return Record(
        key,
        draw(_fields(key)),
        tuple(dict.fromkeys(notes)),
        draw(_bodies(PAGE * pages)) if pages else "",
        draw(st.sampled_from(["frente", "frente-verso"])) if side == "frente" else "frente-verso",
        side,
    )


def check(workbench: Workbench, again: Workbench, record: Record) -> int:
    """Lay a record out twice, stamp it, look at its pages; return how many. Raises AssertionError for any fault."""
    name = FULL if record.key[1] == "outros" else SHORT
    whole = name == FULL
    campos = read(record.key[1], record.campos)
    notes = [note(text, data="2025-03-10") for text in record.notes]
    folha = sheet(MODELS[record.key], campos, matricula=MATRICULA, averbacoes=notes, full=whole)
    values = replace(example_values("certidao_civil"), demonstracao=False)
    stamp = Stamp(values, matricula=IN_GROUPS, copia="certidão 1, via 1", faces=record.faces, lado_inicial=record.side)
    printed = []
    for bench in (workbench, again):
        layout = bench.make_layout(
            name, record.body, folha=folha, values=values, faces=record.faces, first_side=record.side
        )
        printed.append((layout, bench.pdf(layout).read_bytes(), bench.apply_stamp(layout, name, stamp)))
    (layout, base, pdf), (_, base_again, pdf_again) = printed
    assert base == base_again and pdf == pdf_again == workbench.apply_stamp(layout, name, stamp), "other bytes"
    _assert_nothing_lost(workbench.pdf(layout), record, folha, campos.model_dump(), notes)
    _assert_pages(layout, pdf, FORMATS.get(name))
    _assert_headings(layout, pdf)
    _assert_qr(pdf, values.qr_url, 2 if record.side == "verso" else 1)
    _assert_pdf_a(layout, pdf)
    return layout.paginas


def inked(text: str) -> str:
    """Return what is drawn of a text: its characters without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def in_order(pdf: Path) -> str:
    """Return the text of the pages as it is drawn, frame by frame, without blanks."""
    output = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True).stdout
    return inked(output.decode())


def _assert_nothing_lost(
    pdf: Path, record: Record, folha: dict[str, Any], campos: dict[str, Any], notes: list[AverbacaoAnotacao]
) -> None:
    found = in_order(pdf)
    expected = [*printed_texts(campos), *(each.texto for each in notes), *record.body.split("\n"), IN_GROUPS]
    expected += [NOTICE] if notes and record.key[1] != "outros" else []
    rows = folha["quadros"] + (folha["cadastro"] or {"quadros": []})["quadros"]
    # a long row may end a page after its labels: each is looked for by itself
    expected += [part for row in rows for frame in row for part in (frame["rotulo"], frame["texto"])]
    for text in expected:
        assert inked(text) in found, f"lost or cut: {text[:200]!r}"
    drawn = [inked(each.texto) for each in notes]
    for text in [long for long in drawn if len(long) > NAME]:  # two notes may say the same
        assert found.count(text) == sum(each.count(text) for each in drawn), f"not once each: {text[:200]!r}"


def _assert_pages(layout: Layout, pdf: bytes, page_format: Any) -> None:
    """Every word is within the page; block, and closing with its signature, stand with lines of the certidão."""
    words = placed_words(pdf)
    width, height = page_format.pagina.largura, page_format.pagina.altura
    for page, word, x, y, end_x, end_y in words:
        assert x >= 5 and y >= 5 and end_x <= width - 5 and end_y <= height - 5, f"out of page {page}: {word!r}"
    (box,) = layout.boxes
    assert box.pagina == 1
    first = min(word[0] for word in words)  # a certidão that begins on a back has a blank page before it
    margins = page_format.margens
    text = [w for w in words if margins.superior < w[3] and w[5] < height - margins.inferior]
    below = {round(w[3]) for w in text if w[0] == first and w[3] > box.y + box.altura}
    assert len(below) >= 2, "block alone"
    (closing,) = {(one[0], one[3]) for one, other in pairwise(words) if (one[1], other[1][:2]) == ("Dou", "fé")}
    page, where = closing
    beside = {
        round(w[3]) for w in text if w[0] == page and w[3] < where - 1 and (page > first or w[3] > box.y + box.altura)
    }
    assert len(beside) >= 2, f"signature alone: {sorted(beside)}, {where}"
    assert any(w[0] == page and w[3] > where and "Assinatura" not in w[1] for w in text), "no signature"


def _assert_headings(layout: Layout, pdf: bytes) -> None:
    """Every page says which of how many it is, every further one of what, every one but the last that it goes on."""
    pages = [inked(text) for text in texts_of(pdf) if text.strip()]
    assert len(pages) == layout.paginas
    for number, page in enumerate(pages, 1):
        assert (f"matrícula{inked(IN_GROUPS)}" in page) == (number > 1)
        assert f"Página{number}de{len(pages)}" in page
        assert ("Continuan" in page) == (number < len(pages))


def _assert_qr(pdf: bytes, url: str | None, page: int) -> None:
    found = zxingcpp.read_barcodes(page_image(pdf, page))
    assert [each.text for each in found] == [url], "QR not read"


def _assert_pdf_a(layout: Layout, pdf: bytes) -> None:
    assert layout.pdf_a
    with open_pdf(pdf) as document:
        assert str(document.Root.OutputIntents[0].S) == "/GTS_PDFA1" and not document.is_encrypted
        assert not {"/AcroForm", "/OpenAction", "/AA"} & set(document.Root.keys())
        with document.open_metadata() as xmp:
            assert xmp.pdfa_status == "2B"
        assert len(document.pages) >= layout.paginas
        for page in document.pages:
            for font in page.obj.Resources.get("/Font", {}).values():
                descriptor = font.DescendantFonts[0].FontDescriptor
                assert "/FontFile2" in descriptor and "/ToUnicode" in font, "font not embedded"


def _written(seed: int, length: int) -> str:
    """Return one line of words of 1 to 12 letters, now and then of 40, that no other place has."""
    rng = random.Random(seed)
    words, size = [], 0
    while size < length:
        words.append("".join(rng.choices(_LETTERS, k=40 if rng.random() < 0.02 else rng.randint(1, 12))))
        size += len(words[-1]) + 1
    return " ".join(words)[:length].strip() or "a"


def _texts(least: int, most: int) -> st.SearchStrategy[str]:
    return st.builds(_written, st.integers(0, 2**32), st.integers(least, most))


def _bodies(length: int) -> st.SearchStrategy[str]:
    def paragraphs(seed: int, size: int) -> str:
        rng, found, total = random.Random(seed), list[str](), 0
        while total < size:
            found.append(f"{len(found) + 1}. " + _written(rng.randrange(2**32), rng.randint(20, 4_000)))
            total += len(found[-1])
        return "\n".join(found)

    return st.builds(paragraphs, st.integers(0, 2**32), st.integers(max(length // 2, 100), length))


@st.composite
def _fields(draw: st.DrawFn, key: Any) -> dict[str, Any]:
    """The example of an especie, every text drawn anew, some optional fields left out, lists of any length."""
    long_one = draw(st.sampled_from([NAME, NAME, LONG_FIELD]))

    def again(value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {each: again(item, each) for each, item in value.items()}
        if isinstance(value, list):
            how_many = len(value) if name in ("conjuges", "nomes") else draw(st.integers(1, 4))
            return [
                again(value[n % len(value)], "nome" if name in ("avos", "nomes") else name) for n in range(how_many)
            ]
        if name in _LONG_FIELDS:
            return draw(_texts(1, long_one))
        return draw(_texts(1, NAME)) if name in FREE_TEXTS and value is not None else value

    campos: dict[str, Any] = {name: again(value, name) for name, value in example(key[1]).items()}
    optional = [each["nome"] for each in describe(MODELS[key])["campos"] if not each["obrigatorio"]]
    dropped = draw(st.sets(st.sampled_from(optional))) if optional and draw(st.booleans()) else set()
    return {name: value for name, value in campos.items() if name not in dropped}
