"""The seal block set out: every code and word in it, nothing outside it, stand-ins as high as the seals to come."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.formats import Formatos, ValoresBloco, fonts
from printserver.formats.block_layout import PORTAL, compor
from printserver.formats.fonts import PONTOS_POR_MM
from printserver.formats.template_data import valores_de_exemplo

FORMATOS = Formatos(None)
CODIGOS = st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=25, max_size=25)


@given(CODIGOS, CODIGOS)
def test_s12_placeholders_take_the_room_of_the_codes(um: str, outro: str) -> None:
    valores = valores_de_exemplo("traslado")
    reserva = replace(valores, selos=(replace(valores.selos[0], codigo="0" * 25),), qr_codigo="0" * 25)
    selado = replace(valores, selos=(replace(valores.selos[0], codigo=um),), qr_codigo=outro)
    assert compor(FORMATOS.get("traslado"), reserva).altura == compor(FORMATOS.get("traslado"), selado).altura


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x17F, exclude_categories=("Cc", "Cf")), max_size=300),
    st.sampled_from(["certidao", "livro", "livro-notas-216x305"]),
    st.integers(1, 6),
)
def test_p4_no_word_is_lost_and_nothing_leaves_the_block(descricao: str, nome: str, quantos: int) -> None:
    formato = FORMATOS.get(nome)
    base = valores_de_exemplo(formato.tipo)
    valores = replace(base, selos=(replace(base.selos[0], descricao=descricao),) * quantos)
    composto = compor(formato, valores)
    escrito = "".join(t.texto for t in composto.textos)
    assert escrito.replace(" ", "").count(descricao.replace(" ", "")) >= quantos * bool(descricao)
    for texto in composto.textos:
        largura = fonts.largura(texto.texto, texto.fonte, texto.tamanho) / PONTOS_POR_MM
        assert texto.x >= 0 and texto.x + largura <= composto.largura + 0.1
        assert 0 < texto.y <= composto.altura


@pytest.mark.parametrize("nome", FORMATOS.nomes())
def test_p6_the_text_keeps_off_the_qr(nome: str) -> None:
    formato = FORMATOS.get(nome)
    composto = compor(formato, valores_de_exemplo(formato.tipo))
    if composto.qr is None:
        return
    qr = composto.qr
    for t in composto.textos:
        fim = t.x + fonts.largura(t.texto, t.fonte, t.tamanho) / PONTOS_POR_MM
        alto = t.y - t.tamanho * 0.7 / PONTOS_POR_MM
        assert fim <= qr.x or t.x >= qr.x + qr.lado or alto >= qr.y + qr.lado or t.y <= qr.y, t.texto


def test_n7_the_format_may_leave_the_qr_out_and_then_invites_in_words() -> None:
    formato, valores = FORMATOS.get("livro"), valores_de_exemplo("livro")
    composto = compor(formato, valores)
    assert composto.qr is None
    assert any(PORTAL in t.texto for t in composto.textos)


def test_n6_the_livros_seal_is_written_only_if_the_format_says() -> None:
    valores = valores_de_exemplo("certidao")
    formato = FORMATOS.get("certidao")
    sem = formato.model_copy(update={"bloco": formato.bloco.model_copy(update={"linhas": ("selos",)})})
    assert str(valores.selo_livro) in [t.texto for t in compor(formato, valores).textos]
    assert str(valores.selo_livro) not in [t.texto for t in compor(sem, valores).textos]


def test_an_exemption_is_not_said_twice() -> None:
    valores = valores_de_exemplo("traslado")
    linha = "Isento de emolumentos: primeiro traslado"
    dito = replace(valores, selos=(replace(valores.selos[0], custas=linha),), custas=(linha,))
    assert sum("Isento" in t.texto for t in compor(FORMATOS.get("traslado"), dito).textos) == 1
    assert sum("Isento" in t.texto for t in compor(FORMATOS.get("traslado"), valores).textos) == 1


def test_n13_a_foreign_seal_is_marked() -> None:
    valores = replace(valores_de_exemplo("traslado"), externo=True)
    assert any("outro sistema" in t.texto for t in compor(FORMATOS.get("traslado"), valores).textos)


@pytest.mark.parametrize("valores", [None, ValoresBloco((), "", None, None, "", None, (), False, False)])
def test_a_document_without_seal_has_no_block(valores: ValoresBloco | None) -> None:
    assert compor(FORMATOS.get("ficha"), valores).altura == 0


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=200), st.floats(30, 200))
def test_wrapping_keeps_every_letter_and_the_width(texto: str, disponivel: float) -> None:
    linhas = fonts.quebrar(texto, "serifa", 8, disponivel)
    assert "".join(linhas).replace(" ", "") == texto.replace(" ", "")
    assert all(fonts.largura(linha, "serifa", 8) <= disponivel + 1e-6 for linha in linhas)


def test_fonts_have_all_of_portuguese() -> None:
    letras = "aáàâãäbcçdeéêfghiíjklmnoóôõpqrstuúüvwxyzAÁÀÂÃÄBCÇDEÉÊFGHIÍJKLMNOÓÔÕPQRSTUÚÜVWXYZ0123456789ªº§°–—…“”‘’€½²³"
    for nome in fonts.ARQUIVOS:
        assert fonts.sem_glifo(letras, nome) == ""
    assert fonts.sem_glifo("a\u202e\u200b\x07李\n") == "\u202e\u200b\x07李"
