"""The matrícula of an assento: its parts and its two check digits (C10)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printserver.selo import LIVRO_TYPES, group_digits, make_matricula, matricula_digits, parse_matricula
from printserver.selo.matricula import check_digits

REAL = "12345601552020100014128001540653"
GROUPED = "123456 01 55 2020 1 00014 128 0015406 53"
RING = [2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1]
# Two of its digits can each be mistaken without either check digit telling: at the weight 0, with remainders 1 and 10.
WEAK = ("0", "0", "1900", "1", "0", "0", "6")
PARTS = {
    "cns": "123456",
    "collection": "1",
    "ano": "2020",
    "livro_type": "1",
    "livro": "14",
    "folha": "128",
    "termo": "15406",
}


def digits(width: int) -> st.SearchStrategy[str]:
    """Give numbers of up to `width` digits, as people write them: with zeros before them, or none."""
    return st.text("0123456789", min_size=1, max_size=width)


parts = st.tuples(
    digits(6),
    digits(2),
    st.text("0123456789", min_size=4, max_size=4),
    st.sampled_from(sorted(LIVRO_TYPES.values())),
    digits(5),
    digits(3),
    digits(7),
)


def both_digits(base: str) -> str:
    """By the rule's own words: weights 2, 3, … 10, 0, 1, 2 …, modulo 11, 10 becomes 1; then the same from weight 1."""

    def check(text: str, start: int) -> str:
        total = sum(int(digit) * RING[(start + place) % 11] for place, digit in enumerate(text))
        return "1" if total % 11 == 10 else str(total % 11)

    first = check(base, 0)
    return first + check(base + first, 10)  # the ring from its 1


def mistaken(text: str) -> list[str]:
    """Every text that differs from this one in a single digit."""
    return [
        text[:place] + wrong + text[place + 1 :]
        for place, right in enumerate(text)
        for wrong in "0123456789"
        if wrong != right
    ]


def taken(read, texts: list[str]) -> set[str]:
    found = set()
    for text in texts:
        try:
            found.add(str(read(text)))
        except ValueError:
            continue
    return found


def test_c10_its_parts_stand_where_the_registry_puts_them() -> None:
    read = parse_matricula("123456 01 55 2020 1 00014 128 0015406-53")
    found = (read.cns, read.collection, read.servico, read.ano, read.livro_type, read.livro, read.folha, read.termo)
    assert found == ("123456", "01", "55", "2020", "1", "00014", "128", "0015406")
    assert str(read) == REAL
    assert read.grouped == GROUPED


@given(st.text("0123456789", min_size=30, max_size=30))
def test_c10_whatever_is_given_its_check_digits_is_read_back(base: str) -> None:
    assert check_digits(base) == both_digits(base)
    assert matricula_digits(base + both_digits(base)) == base + both_digits(base)


@given(parts)
def test_c10_what_is_made_of_parts_is_read_back(given: tuple[str, ...]) -> None:
    made = make_matricula(*given)
    read = (made.cns, made.collection, made.ano, made.livro_type, made.livro, made.folha, made.termo)
    assert parse_matricula(str(made)) == parse_matricula(made.grouped) == made
    assert made.grouped == group_digits(str(made))
    assert [len(group) for group in made.grouped.split(" ")] == [6, 2, 2, 4, 1, 5, 3, 7, 2]
    assert made.grouped.replace(" ", "") == str(made)
    assert [int(part) for part in read] == [int(part) for part in given]


@given(parts)
@example(WEAK)
def test_c10_a_wrong_digit_is_caught_wherever_the_check_digits_can(given: tuple[str, ...]) -> None:
    """A digit escapes only where both remainders stay, or turn from 1 to 10: which those are is tried out here."""
    wrong = mistaken(str(make_matricula(*given)))
    missed = {text for text in wrong if both_digits(text[:30]) == text[30:]}
    assert taken(matricula_digits, wrong) == missed
    assert given != WEAK or len(missed) == 2
    assert taken(parse_matricula, wrong) == {text for text in missed if text[8:10] == "55" and text[14] in "1234567"}


@pytest.mark.parametrize("text", ["", REAL[:-1], REAL + "0", REAL[:-1] + "4", "13" + REAL[2:], REAL[:-1] + "٣"])
def test_c10_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="matrícula"):
        parse_matricula(text)


@pytest.mark.parametrize(
    ("base", "message"),
    [
        (REAL[:8] + "54" + REAL[10:30], "serviço: o da matrícula é 55"),
        (REAL[:14] + "0" + REAL[15:30], "tipo do livro: o da matrícula vai de 1 a 7"),
        (REAL[:14] + "8" + REAL[15:30], "tipo do livro: o da matrícula vai de 1 a 7"),
    ],
)
def test_c10_service_and_type_of_livro_are_checked(base: str, message: str) -> None:
    """What was recorded as a matrícula before they were is still found by its digits."""
    text = base + check_digits(base)
    with pytest.raises(ValueError, match=message):
        parse_matricula(text)
    assert matricula_digits(text) == text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cns": "1234567"}, "CNS: no máximo 6 algarismos"),
        ({"collection": "101"}, "acervo: no máximo 2 algarismos"),
        ({"ano": "20"}, "ano: escreva os quatro algarismos"),
        ({"ano": "02020"}, "ano: escreva os quatro algarismos"),
        ({"livro_type": "8"}, "tipo do livro: o da matrícula vai de 1 a 7"),
        ({"livro_type": "10"}, "tipo do livro: no máximo 1 algarismo,"),
        ({"livro": "A-14"}, "livro: só algarismos"),
        ({"folha": "1280"}, "folha: no máximo 3 algarismos"),
        ({"folha": "128v"}, "folha: só algarismos"),
        ({"termo": "15.406"}, "termo: só algarismos"),
        ({"termo": "٣"}, "termo: só algarismos"),
        ({"termo": ""}, "termo: só algarismos"),
    ],
)
def test_c10_a_part_that_cannot_be_is_named(changed: dict[str, str], message: str) -> None:
    assert str(make_matricula(**PARTS)) == REAL
    with pytest.raises(ValueError, match=message):
        make_matricula(**PARTS | changed)


def test_c10_each_livro_has_its_type() -> None:
    assert LIVRO_TYPES == {
        "nascimento": "1",
        "casamento": "2",
        "casamento-religioso": "3",
        "obito": "4",
        "natimorto": "5",
        "proclamas": "6",
        "livro-e": "7",
    }
