"""Text is drawn as WeasyPrint draws it, only faster (`text_drawing`)."""

from pathlib import Path

import pikepdf
import pytest
from layouts import Workbench, words

from printserver.rendering import assemble, text_drawing

_SENTENCE = (
    "Saibam quantos este público instrumento virem, aos 12/10/2026, às 9:30, que “To” – a saber – <b>compareceram </b>"
    "VAT AVAÍ nº&nbsp;7, <i>no valor de R$&nbsp;1.250,00</i>, <u>conforme</u> consta, <b> e que assinam </b>ao final. "
)
BODIES = {
    "faces and blanks at their ends": f"<p>{_SENTENCE * 6}</p><p>{_SENTENCE}</p>",
    "not justified": f'<h2>AVAÍ To VAT</h2><p style="text-align:left">{_SENTENCE * 3}</p><p>AVAÍ To.</p>',
    "numbers of a list": f"<ol><li>{_SENTENCE}</li><li>{_SENTENCE}</li></ol><p>{_SENTENCE}</p>",
    "a table": f"<table><tr><td>{_SENTENCE}</td><td>1.250,00</td></tr></table><p>{_SENTENCE}</p>",
    "sizes": f'<p><span style="font-size:9pt">{_SENTENCE}</span>H<sub>2</sub> <b style="font-size:15pt">To</b></p>',
    "many blanks": f'<p style="white-space:pre-wrap">{_SENTENCE}   To   VAT {_SENTENCE}</p>',
    "Greek": f"<p>{_SENTENCE} αβγ Ωμέγα To. {_SENTENCE}</p>",
}


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def _operators(workbench: Workbench, body: str, kind: str = "html") -> list[list[bytes]]:
    """Return places, sizes and glyphs of the text of each page, in their order."""
    layout = workbench.make_layout("traslado", (kind, body))
    with pikepdf.open(workbench.pasta / f"{layout.hash}.pdf") as pdf:
        contents = [b"\n".join(part.read_bytes() for part in page.obj.Contents) for page in pdf.pages]
    return [[line for line in text_drawing.operators(each) if not line.endswith(b"Tf")] for each in contents]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_p2a_text_is_drawn_as_weasyprint_draws_it(
    body: str, workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert assemble.draws_text(), "WeasyPrint or Pango draws in another way: mend text_drawing"
    ours = _operators(workbench, body)
    monkeypatch.setattr(assemble, "draws_text", lambda: False)
    assert ours == _operators(Workbench(tmp_path / "weasyprint"), body)
    assert sum(map(len, ours)) > 20


def test_p2a_text_of_an_rtf_is_drawn_as_weasyprint_draws_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = (
        r"Saibam quantos, AVAÍ To VAT n\'ba\~7, {\b fi ffl} e R$ 1.250,00 {\ul conforme} {\fs16\up6 consta}\tab fim. "
    )
    body = rf"{{\rtf1\ansi\pard\qj {words * 6}\par\pard\qr {words}\par\u945?\u946? {words}\par}}"
    ours = _operators(Workbench(tmp_path / "ours"), body, "rtf")
    monkeypatch.setattr(assemble, "draws_text", lambda: False)
    theirs = _operators(Workbench(tmp_path / "weasyprint"), body, "rtf")
    glyphs = [[[line.replace(b"><", b"") for line in page] for page in each] for each in (ours, theirs)]
    assert glyphs[0] == glyphs[1]
    assert sum(map(len, ours)) > 20


def test_p2a_the_file_does_not_depend_on_the_words_drawn_before(tmp_path: Path) -> None:
    body = ("html", BODIES["faces and blanks at their ends"])
    first = Workbench(tmp_path / "1").make_layout("traslado", body)
    Workbench(tmp_path / "2").make_layout("traslado", words(1500))
    for face in text_drawing._faces.values():  # as in a process that starts, or keeps no more words
        face.words.clear()
    assert Workbench(tmp_path / "3").make_layout("traslado", body).sha256 == first.sha256


def test_p2a_words_beyond_those_kept_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_drawing, "_MAX_WORDS", 50)
    monkeypatch.setattr(text_drawing, "_MAX_FACES", 2)
    ours = _operators(Workbench(tmp_path / "1"), words(1500))
    monkeypatch.setattr(assemble, "draws_text", lambda: False)
    assert ours == _operators(Workbench(tmp_path / "2"), words(1500))
