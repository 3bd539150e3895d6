"""What was typed into the one search is told apart: seals, QR, livro and folha, matrículas, numbers, words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.common.text import search_words, typed_words
from printserver.search import Terms, parse_terms
from printserver.selo import assemble_code, url_do_qr
from printserver.selo.matricula import check_digits, group_digits
from printserver.selo.money import from_centavos

CODES = st.integers(1, 10**13 - 1).map(lambda n: str(assemble_code("123456", 1, "ES", f"{n:013}", 26)))


@pytest.mark.parametrize(
    ("typed", "livro", "folha", "lado"),
    [
        ("livro 123 fls 1", "123", "1", None),
        ("Livro nº 123, folhas 45 a 47", "123", "45", None),
        ("L.123", "123", None, None),
        ("L. 123, fls. 1–2v", "123", "1", None),
        ("L 123 fl 2v", "123", "2", "verso"),
        ("l123 f.2 verso", "123", "2", "verso"),
        ("liv. A-12 folha 003 frente", "A-12", "003", "frente"),
        ("fls 7", None, "7", None),
    ],
)
def test_a_livro_and_its_folha_are_read_as_people_write_them(
    typed: str, livro: str | None, folha: str | None, lado: str | None
) -> None:
    found = parse_terms(typed)
    assert (found.livro, found.folha, found.side, found.words) == (livro, folha, lado, ())


def test_words_beside_a_livro_are_left() -> None:
    found = parse_terms("Assunção, livro 123")
    assert (found.livro, found.words) == ("123", ("assuncao",))
    assert parse_terms("Luís 5 Flores").livro is None


@given(CODES, st.integers(0, 10**9), st.integers(0, 10**6), st.sampled_from([str.lower, str.upper, str.strip]))
def test_s5_a_seal_is_read_from_its_code_or_its_qr_however_it_comes(
    code: str, total: int, iss: int, form: object
) -> None:
    url = url_do_qr(code, from_centavos(total), from_centavos(iss), "kk+/kk==")
    spaced = f" {code[:6]} {code[6:9]} {code[9:22]} {code[22:]} "
    for typed in (code, code.lower(), spaced, url, url[:200], f"{code}|{total}|{iss}|kk+/kk=="):
        assert parse_terms(typed) == Terms(codigo=code), typed
    wrong = code[:24] + ("0" if code[24] != "0" else "1")
    assert parse_terms(wrong) == Terms(codigo=wrong, wrong_codigo=True)


@given(CODES, st.integers(0, 21), st.integers(4, 24))
def test_a_part_of_a_code_may_be_one(code: str, start: int, length: int) -> None:
    part = code[start : start + length]
    assert parse_terms(part.lower()).part == (
        part if any(letter.isdigit() for letter in part) and len(part) >= 4 else None
    )


@given(st.integers(0, 10**30 - 1))
def test_c10_a_matricula_is_read_with_and_without_its_blanks(number: int) -> None:
    digits = f"{number:030}"
    whole = digits + check_digits(digits)
    for typed in (whole, group_digits(whole), "-".join((whole[:30], whole[30:]))):
        assert parse_terms(typed) == Terms(matricula=whole)
    wrong = whole[:31] + str((int(whole[31]) + 1) % 10)
    assert parse_terms(wrong) == Terms(matricula=wrong, wrong_matricula=True)


@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_fails(typed: str) -> None:
    found = parse_terms(typed)
    assert not (found.codigo and found.words)
    assert found.empty or found != Terms(text=typed)


@given(st.text(max_size=80))
def test_what_is_found_by_its_words_is_found_by_the_whole_and_by_each_beginning(text: str) -> None:
    words = search_words(text)
    for typed in typed_words(text):
        if words:
            assert any(word.startswith(typed) for word in words), typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("João da Conceição", ("joao", "conceicao")),
        ("d'Ávila", ("davila",)),
        ("ŁUKASZ Æ", ("lukasz", "ae")),
        ("0123", ("123",)),
        ("P-2026-001234", ("p", "2026", "1234")),
        ("de", ("de",)),
        ("…", ()),
    ],
)
def test_words_are_without_accents_case_particles_and_leading_zeros(typed: str, words: tuple[str, ...]) -> None:
    assert typed_words(typed) == words
