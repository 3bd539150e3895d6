"""The seal block set out: every code and word in it, nothing outside it, stand-ins as high as the seals to come."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.formats import POINTS_PER_MM, BlockValues, Formats, compose, example_values, fonts
from printserver.formats.block_layout import PORTAL

FORMATS = Formats(None)
CODIGOS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=25, max_size=25)


@given(CODIGOS, CODIGOS)
def test_s12_placeholders_take_the_room_of_the_codes(single: str, other: str) -> None:
    values = example_values("traslado")
    reserva = replace(values, selos=(replace(values.selos[0], codigo="0" * 25),), qr_codigo="0" * 25)
    sealed = replace(values, selos=(replace(values.selos[0], codigo=single),), qr_codigo=other)
    assert compose(FORMATS.get("traslado"), reserva).altura == compose(FORMATS.get("traslado"), sealed).altura


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_categories=("Cc", "Cf")), max_size=300),
    st.sampled_from(["certidao", "livro", "livro-notas-216x305"]),
    st.integers(1, 6),
)
def test_p4_no_word_is_lost_and_nothing_leaves_the_block(description: str, nome: str, how_many: int) -> None:
    page_format = FORMATS.get(nome)
    base = example_values(page_format.tipo)
    values = replace(base, selos=(replace(base.selos[0], descricao=description),) * how_many)
    composed = compose(page_format, values)
    written = "".join(t.texto for t in composed.texts)
    assert written.replace(" ", "").count(description.replace(" ", "")) >= how_many * bool(description)
    for text in composed.texts:
        width = fonts.width(text.texto, text.fonte, text.tamanho) / POINTS_PER_MM
        assert text.x >= 0 and text.x + width <= composed.largura + 0.1
        assert 0 < text.y <= composed.altura


@pytest.mark.parametrize("nome", FORMATS.names())
def test_p6_the_text_keeps_off_the_qr(nome: str) -> None:
    page_format = FORMATS.get(nome)
    composed = compose(page_format, example_values(page_format.tipo))
    if composed.qr is None:
        return
    qr = composed.qr
    for t in composed.texts:
        end = t.x + fonts.width(t.texto, t.fonte, t.tamanho) / POINTS_PER_MM
        top = t.y - t.tamanho * 0.7 / POINTS_PER_MM
        assert end <= qr.x or t.x >= qr.x + qr.lado or top >= qr.y + qr.lado or t.y <= qr.y, t.texto


def test_n7_the_format_may_leave_the_qr_out_and_then_invites_in_words() -> None:
    page_format, values = FORMATS.get("livro"), example_values("livro")
    composed = compose(page_format, values)
    assert composed.qr is None
    assert any(PORTAL in t.texto for t in composed.texts)


def test_n6_the_livros_seal_is_written_only_if_the_format_says() -> None:
    values = example_values("certidao")
    page_format = FORMATS.get("certidao")
    without = page_format.model_copy(update={"bloco": page_format.bloco.model_copy(update={"linhas": ("selos",)})})
    assert str(values.selo_livro) in [t.texto for t in compose(page_format, values).texts]
    assert str(values.selo_livro) not in [t.texto for t in compose(without, values).texts]


def test_an_exemption_is_not_said_twice() -> None:
    values = example_values("traslado")
    linha = "Isento de emolumentos: primeiro traslado"
    said = replace(values, selos=(replace(values.selos[0], custas=linha),), custas=(linha,))
    assert sum("Isento" in t.texto for t in compose(FORMATS.get("traslado"), said).texts) == 1
    assert sum("Isento" in t.texto for t in compose(FORMATS.get("traslado"), values).texts) == 1


def test_n13_a_foreign_seal_is_marked() -> None:
    values = replace(example_values("traslado"), externo=True)
    assert any("outro sistema" in t.texto for t in compose(FORMATS.get("traslado"), values).texts)


@pytest.mark.parametrize("values", [None, BlockValues((), "", None, None, "", None, (), False, False)])
def test_a_document_without_seal_has_no_block(values: BlockValues | None) -> None:
    assert compose(FORMATS.get("ficha"), values).altura == 0


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=200), st.floats(30, 200))
def test_wrapping_keeps_every_letter_and_the_width(text: str, available: float) -> None:
    linhas = fonts.wrap(text, "serifa", 8, available)
    assert "".join(linhas).replace(" ", "") == text.replace(" ", "")
    assert all(fonts.width(linha, "serifa", 8) <= available + 1e-6 for linha in linhas)


def test_fonts_have_all_of_portuguese() -> None:
    letters = (
        "aáàâãäbcçdeéêfghiíjklmnoóôõpqrstuúüvwxyzAÁÀÂÃÄBCÇDEÉÊFGHIÍJKLMNOÓÔÕPQRSTUÚÜVWXYZ0123456789ªº§°–—…“”‘’€½²³"
    )
    for nome in fonts.FILES:
        assert fonts.missing_glyphs(letters, nome) == ""
    assert fonts.missing_glyphs("a\u202e\u200b\x07李\n") == "\u202e\u200b\x07李"
