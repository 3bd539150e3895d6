"""Plain paragraphs are laid out as WeasyPrint lays them out, only faster (`whole_paragraphs`)."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
import weasyprint
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printserver.rendering import assemble, text_drawing, whole_paragraphs
from printserver.rendering.stylesheet import fonts_css

_SENTENCE = (
    "Saibam quantos este público instrumento virem, aos 12/10/2026, às 9:30, que “To” – a saber – compareceram VAT "
    "AVAÍ nº\u00a07, no valor de R$\u00a01.250,00, com o guarda-chuva e o pós-escrito, conforme consta, e que assinam "
    "ao final."
)
_LONG = " ".join([_SENTENCE] * 3)
_PAGE = "@page { size: 120mm 90mm; margin: 10mm } html { font: 11pt/1.4 PsSerifa }"
_PLAIN = _PAGE + "body { margin: 0; orphans: 3; widows: 3 } p { margin: 0 0 1.5mm } main { text-align: justify }"
_TEXT = "".join(f"<p>{' '.join([_SENTENCE] * count)}</p>" for count in (1, 2, 3, 1, 5, 2, 4))


def _draw(document: weasyprint.Document) -> list[bytes]:
    document.pages = [text_drawing.TextPage(page) for page in document.pages]
    made = document.write_pdf(uncompressed_pdf=True)
    assert isinstance(made, bytes)
    return text_drawing.operators(made)


class _Counted:
    """Lays out an HTML; `renders`: how often it did, `blocks`: with how many blocks in place of lines."""

    def __init__(self, body: str, css: str, root: str = "<div>{}</div>") -> None:
        page = (
            f'<html lang="pt-BR"><body><h1>Título</h1><main class="corpo">{root.format(body)}</main><p>Fim.</p></body>'
        )
        self.html = assemble.parse(page, css)
        self.css = css
        self.renders = self.blocks = 0

    def render(self, more: Sequence[weasyprint.CSS]) -> weasyprint.Document:
        self.renders += 1
        self.blocks = sum(1 for _ in self.html.etree_element.iter(whole_paragraphs.BLOCK))
        sheets = [weasyprint.CSS(string=each, font_config=assemble.configuration()) for each in (fonts_css(), self.css)]
        return self.html.render(font_config=assemble.configuration(), stylesheets=[*sheets, *more])

    def both(self) -> tuple[list[bytes], list[bytes]]:
        """Return the text of the pages as laid out here, and by WeasyPrint alone."""
        ours = _draw(whole_paragraphs.lay_out(self.html, (self.css,), self.render))
        self.fast = self.blocks > 0
        return ours, _draw(self.render(()))


def _same(body: str, css: str, root: str = "<div>{}</div>") -> bool:
    """Check that a text is laid out as WeasyPrint does it; return whether it was laid out in blocks."""
    made = _Counted(body, css, root)
    ours, theirs = made.both()
    assert ours == theirs
    return made.fast


def test_p2a_plain_paragraphs_break_as_weasyprint_breaks_them() -> None:
    assert _same(_TEXT, _PLAIN)


def test_p2a_a_paragraph_of_many_pages_is_broken_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(4)
    words = ["o", "de", "VAT", "guarda-chuva", "compareceram", "R$\u00a01.250,00", "–", "averbação,", "i", "Matrícula"]
    text = " ".join(source.choices(words, k=6_000))
    assert len(text) > 4 * whole_paragraphs.AT_ONCE
    longest: list[int] = []
    set_text = whole_paragraphs.Layout.set_text
    monkeypatch.setattr(
        whole_paragraphs.Layout,
        "set_text",
        lambda layout, text, **how: (longest.append(len(text)), set_text(layout, text, **how))[1],
    )
    made = _Counted(f"<p>{text}</p>", _PLAIN)
    document = whole_paragraphs.lay_out(made.html, (made.css,), made.render)
    assert max(longest) <= whole_paragraphs.AT_ONCE and sum(longest) < 4 * len(text)
    monkeypatch.undo()
    assert _draw(document) == _draw(made.render(()))


@pytest.mark.parametrize(
    "css",
    [
        "main { text-align: left }",
        "main { font-family: PsSemSerifa; font-size: 9pt; line-height: 1 }",
        "body { orphans: 1; widows: 4 }",
        "p { padding-left: 5mm; margin-right: 10mm }",
        "p + p:last-child { break-before: avoid }",
        "@page :nth(2n) { margin-bottom: 31mm }",
        "@page { margin: 10mm 20mm 10mm 5mm } @page :left { margin: 10mm 5mm 10mm 20mm }",
        "main { font-kerning: none; font-variant-ligatures: none; color: #222 }",
    ],
)
def test_p2a_plain_paragraphs_keep_to_their_style(css: str) -> None:
    assert _same(_TEXT, _PLAIN + css)


@pytest.mark.parametrize(
    "css",
    [
        "p { text-indent: 8mm }",
        "p::first-letter { font-size: 2em }",
        "p::before { content: '§ ' }",
        "p { hyphens: auto }",
        "p { letter-spacing: 1pt }",
        "p { text-decoration: underline }",
        "p { text-transform: uppercase }",
        "p { overflow-wrap: anywhere }",
        "p { text-align: center }",
        "main { column-count: 2 }",
        "body { orphans: 9; widows: 9 }",
        "h1 { float: left; width: 30mm; height: 40mm }",
        "p { display: inline }",
        "p { position: relative; left: 2mm; float: left }",
    ],
)
def test_p2a_other_paragraphs_are_left_to_weasyprint(css: str) -> None:
    made = _Counted(_TEXT, _PLAIN + css)
    ours, theirs = made.both()
    assert ours == theirs


@pytest.mark.parametrize(
    "css", ["p:nth-child(3) { font-size: 14pt }", "p:nth-child(4) { margin-left: 9mm }", "p + p { text-indent: 5mm }"]
)
def test_p2a_a_paragraph_unlike_the_first_leaves_all_to_weasyprint(css: str) -> None:
    made = _Counted(_TEXT, _PLAIN + css)
    ours, theirs = made.both()
    assert ours == theirs


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{_SENTENCE}<b>{_SENTENCE}</b></p><p>{_SENTENCE}</p>",
        f"<p>{_SENTENCE} αβγ Ωμέγα {_SENTENCE}</p><p>{_LONG}</p>",
        f'<p style="text-align: right">{_SENTENCE}</p><p>{_LONG}</p>',
        f"<p>{'x' * 200} {_SENTENCE}</p><p>{_LONG}</p>",
        f"<p>{_SENTENCE}</p><table><tr><td>{_SENTENCE}<p>{_SENTENCE}</p></td><td>1</td></tr></table><p>{_SENTENCE}</p>",
        f"<p>  {_SENTENCE}\n\t {_SENTENCE}</p>solto<p>{_LONG}</p> <p> </p><p></p>",
        f"<h2>{_SENTENCE}</h2><p>{_SENTENCE}</p><ul><li>{_SENTENCE}</li><li><p>{_SENTENCE}</p></li></ul>",
    ],
)
def test_p2a_plain_paragraphs_stand_among_others(body: str) -> None:
    assert _same(body, _PLAIN)


def test_p2a_the_html_is_as_before() -> None:
    made = _Counted(_TEXT, _PLAIN)
    before = weasyprint.HTML(string="<p>").etree_element.__class__, _texts(made.html.etree_element)
    whole_paragraphs.lay_out(made.html, (made.css,), made.render)
    assert (before[0], _texts(made.html.etree_element)) == before


def _texts(root: Any) -> list[tuple[str, str | None, int]]:
    return [(each.tag, each.text, len(each)) for each in root.iter()]


_WORD = st.one_of(
    st.sampled_from(["a", "o", "de", "que", "VAT", "AVAÍ", "“To”", "–", "R$\u00a01.250,00", "nº\u00a07", "12/10/2026"]),
    st.text("abcdefgimlrstuçãéõ", min_size=1, max_size=14),
    st.text("abAV-/.,;:()'’%&", min_size=1, max_size=9),
    st.text("abçV–-—\u00a0", min_size=1, max_size=9),
)
_PARAGRAPH = st.lists(_WORD, min_size=1, max_size=90).map(" ".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(_PARAGRAPH, min_size=1, max_size=9),
    width=st.integers(60, 200),
    size=st.sampled_from([8, 10, 10.5, 11, 12, 13.5]),
    family=st.sampled_from(["PsSerifa", "PsSemSerifa", "PsCarlito", "PsMono"]),
    align=st.sampled_from(["justify", "left"]),
    together=st.tuples(st.integers(1, 4), st.integers(1, 4)),
)
def test_p2a_any_plain_text_breaks_as_weasyprint_breaks_it(
    texts: list[str], width: int, size: float, family: str, align: str, together: tuple[int, int]
) -> None:
    css = f"@page {{ size: {width}mm 90mm; margin: 10mm }} html {{ font: {size}pt/1.3 {family}; text-align: {align} }}"
    css += f"body {{ margin: 0; orphans: {together[0]}; widows: {together[1]} }} p {{ margin: 0 0 1mm }}"
    escaped = [text.replace("&", "&amp;") for text in texts]
    _same("".join(f"<p>{text}</p>" for text in escaped), css)
