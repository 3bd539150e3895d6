"""X0: what the same document is. Numbers are compared without leading zeros, blanks and case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_examples import BODY, ISENTO, context, document, instrumento, live_livro

from printserver.documents import identify, normalize, normalize_folha, normalize_sheet
from printserver.errors import Recusa


@pytest.mark.parametrize(
    ("single", "other"),
    [
        ("P-2026-001234", "p-2026-1234"),
        ("P-2026-001234", " P - 2026 - 1234 "),
        ("2026/000123", "2026/123"),
        ("000123", "123"),
        ("P001234", "P1234"),
        ("0123-A", "123-a"),
        ("A0000001", "a 1"),
        ("ÇA-01", "ça-1"),
        ("000", "0"),
    ],
)
def test_x0_the_same_number(single: str, other: str) -> None:
    assert normalize(single) == normalize(other)


@pytest.mark.parametrize(
    ("single", "other"), [("100", "10"), ("P-10", "P-1"), ("1A00", "1A0"), ("12-3", "1-23"), ("A10B003", "A10B03")]
)
def test_x0_another_number(single: str, other: str) -> None:
    assert normalize(single) != normalize(other)


@given(st.text(max_size=30))
def test_x0_to_normalise_twice_changes_nothing(numero: str) -> None:
    once = normalize(numero)
    assert normalize(once) == once


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 6), st.integers(0, 6))
def test_x0_numbers_are_the_same_if_they_are_equal(a: int, b: int, zeros_a: int, zeros_b: int) -> None:
    single, other = "P-" + "0" * zeros_a + str(a), "P-" + "0" * zeros_b + str(b)
    assert (normalize(single) == normalize(other)) == (a == b)


def test_x0_a_livro_is_the_same_on_other_folhas() -> None:
    single = document("livro", instrumento=instrumento())
    other = document("livro", instrumento=instrumento(id="p-2026-1234", livro="7", folha_inicial="1"))
    assert identify(single, context()).chave == identify(other, context()).chave == "livro:P-2026-1234"
    assert identify(other, context()).campos["livro"] == "7"


def test_x0_a_traslado_is_its_instrument_and_number() -> None:
    by_folha = {"livro": "123", "folha_inicial": "45"}
    ctx = context(livro=live_livro(), next_traslado=2)
    single = identify(document("traslado", numero=2, instrumento={"id": "p-2026-1234"}), ctx)
    other = identify(document("traslado", numero="proximo", instrumento=by_folha), ctx)
    assert single.chave == other.chave == "traslado:P-2026-1234:2"
    assert single.rotulo == "traslado 2 do instrumento P-2026-001234"
    assert {name: value for name, value in single.campos.items() if value is not None} == {
        "tipo": "traslado",
        "numero": 2,
        "instrumento": "P-2026-001234",
        "livro": "0123",
        "folha_inicial": "045",
        "folha_final": "046",
        "natureza": 1,
    }


def test_x0_a_certidao_is_its_request_and_via() -> None:
    def key(request: str, via: int) -> str:
        return identify(document("certidao", pedido=request, via=via, corpo=BODY, **ISENTO), context()).chave

    assert key("2026/000123", 1) == key("2026/123", 1) != key("2026/123", 2)


def test_x0_a_ficha_is_its_number() -> None:
    single = identify(document("ficha_abertura", ficha="000123", pessoa={"nome": "A"}), context())
    assert (single.chave, single.campos["ficha"]) == ("ficha_abertura:123", "000123")


def test_t5_a_folha_is_looked_up_by_its_digits() -> None:
    assert normalize_folha(" 045 ") == 45
    assert normalize_sheet("a 0000001") == "A1"
    for folha in ("45v", "", "٤٥", "1234567"):
        with pytest.raises(Recusa):
            normalize_folha(folha)


@pytest.mark.parametrize(
    ("single", "other"),
    [
        ("007/2026", "7/2026"),
        ("2026-1", "2026–1"),
        ("2026-1", "2026\u20111"),
        ("7/12", "7\u204412"),
        ("7/12", "7／12"),
        ("１２", "012"),
        ("B'1", "B’01"),
        ("Ⅻ-1", "xii-1"),
        ("c\u0327a-1", "ÇA-1"),
        ("P.001", "p.1"),
        ("00.5", "0.5"),
    ],
)
def test_x0_numbers_are_the_same_as_people_compare_them(single: str, other: str) -> None:
    assert normalize(single) == normalize(other)


@pytest.mark.parametrize(
    ("single", "other"),
    [
        ("7.005", "7.5"),
        ("7,005", "7,5"),
        ("1.234.005", "1.234.5"),
        ("1.234", "1234"),
        ("7/1²", "7/12"),
        ("½", "1/2"),
        ("①", "1"),
        ("5º", "5o"),
        ("2026-1", "20261"),
        ("7/12", "7-12"),
    ],
)
def test_x0_numbers_that_people_tell_apart_are_others(single: str, other: str) -> None:
    assert normalize(single) != normalize(other)


PARTIES = st.lists(st.integers(0, 10**6), min_size=1, max_size=4)


@given(PARTIES, PARTIES, st.sampled_from("-/. :"), st.data())
def test_x0_only_zeros_in_front_case_blanks_and_hyphens_are_not_compared(
    single: list[int], other: list[int], between: str, data: st.DataObject
) -> None:
    """Two spellings of lists of numbers are the same exactly where the lists are."""

    def written(parts: list[int]) -> str:
        zeros = [data.draw(st.integers(0, 3)) if between != "." or not n else 0 for n, _ in enumerate(parts)]
        hyphen = data.draw(st.sampled_from("-–—\u2011\u2212")) if between == "-" else between
        blank = data.draw(st.sampled_from(["", " ", "\u00a0"]))
        body = (hyphen + blank).join("0" * z + str(n) for z, n in zip(zeros, parts, strict=True))
        return data.draw(st.sampled_from(["Pa", "pA", " p a"])) + between.strip() + "_" + body

    if between == " ":  # blanks do not part numbers
        single, other = single[:1], other[:1]
    assert (normalize(written(single)) == normalize(written(other))) == (single == other)


@given(st.text(st.characters() | st.sampled_from("0017.,-/ A²½１Ⅻß’"), max_size=12))
def test_x0_papers_to_normalise_twice_changes_nothing(papel: str) -> None:
    once = normalize_sheet(papel)
    assert normalize_sheet(once) == once
    assert normalize(normalize(papel)) == normalize(papel)


@given(st.sampled_from(["", "A", "AB-", "A10B", "7."]), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 5))
def test_p5_a_sheet_has_one_number_however_many_zeros_are_written(serie: str, a: int, b: int, zeros: int) -> None:
    single, other = f"{serie}{'0' * zeros}{a}", f"{serie.lower()} {b}"
    assert (normalize_sheet(single) == normalize_sheet(other)) == (a == b)
