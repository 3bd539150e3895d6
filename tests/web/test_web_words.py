"""The contract's words in Portuguese for people: every state, document, date and sum has its plain word."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.api.queries import DocumentType, State
from printserver.web import words
from printserver.web.prints.actions import page_ranges

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # noon in São Paulo


def test_every_state_and_type_of_the_contract_has_its_word() -> None:
    assert set(words.STATES) == set(get_args(State))
    assert set(words.KINDS) == set(get_args(DocumentType))


@pytest.mark.parametrize(
    ("cups", "word"),
    [(None, "Na fila"), ("processing", "Imprimindo"), ("processing-stopped", "Impressora parada"), ("?", "Na fila")],
)
def test_how_far_the_queue_got_is_told(cups: str | None, word: str) -> None:
    job = {"estado": "entregue", "cups": cups and {"estado": cups}}
    assert words.status(job).palavra == word


@pytest.mark.parametrize(
    ("document", "title"),
    [
        ({"tipo": "livro", "instrumento": "P-1"}, "Livro de P-1"),
        ({"tipo": "minuta", "instrumento": "P-1"}, "Minuta de P-1"),
        ({"tipo": "traslado", "numero": 2, "instrumento": "P-1"}, "2º traslado de P-1"),
        ({"tipo": "certidao", "pedido": "2026/1", "via": 2}, "Certidão 2026/1, via 2"),
        ({"tipo": "ficha_abertura", "ficha": "7"}, "Ficha de abertura 7"),
    ],
)
def test_a_document_is_named_as_people_name_it(document: dict[str, Any], title: str) -> None:
    assert words.title(document) == title


@pytest.mark.parametrize(
    ("quando", "text"),
    [
        (NOW, "hoje às 12:00"),
        (NOW + timedelta(hours=11, minutes=59), "hoje às 23:59"),
        (NOW + timedelta(hours=12), "amanhã às 00:00"),
        (NOW - timedelta(hours=12, minutes=1), "ontem às 23:59"),
        (NOW - timedelta(days=2), "18/11/2026 às 12:00"),
        ("2026-11-20T14:32:07-03:00", "hoje às 14:32"),
        ("2026-11-20T17:32:07+00:00", "hoje às 14:32"),
    ],
)
def test_s7_moments_are_those_of_sao_paulo(quando: datetime | str, text: str) -> None:
    assert words.moment(quando, NOW) == text


def test_money_is_written_as_people_read_it() -> None:
    assert words.reais(123456789) == "R$ 1.234.567,89"
    assert words.total([{"total_centavos": 9512}, {"total_centavos": 0}]) == "R$ 95,12"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ({}, ""),
        ("porque sim", "porque sim"),
        ({"resposta": "não", "motivo": None, "selos": ["A", "B"]}, "resposta: não; selos: A, B"),
        ({"desatualizado": True, "paginas": 3}, "desatualizado: sim; páginas: 3"),
        ([{"pagina": 1}, {"pagina": 2}], "página: 1, página: 2"),
    ],
)
def test_a_detail_is_one_line_whatever_its_shape(value: object, text: str) -> None:
    assert words.detail(value) == text


@pytest.mark.parametrize(
    ("word", "text"),
    [("media-empty-error", "falta papel"), ("media-jam", "papel atolado"), ("x-nova-warning", "x-nova-warning")],
)
def test_what_a_queue_complains_of_is_told_in_plain_words(word: str, text: str) -> None:
    assert words.reason(word) == text


@given(st.sets(st.integers(1, 300)))
def test_page_ranges_name_every_page_once(paginas: set[int]) -> None:
    text = page_ranges(sorted(paginas))
    read_pages: list[int] = []
    for part in filter(None, text.split(",")):
        inicio, _, end = part.partition("-")
        read_pages += range(int(inicio), int(end or inicio) + 1)
    assert read_pages == sorted(paginas)
    assert "2-2" not in text.split(",")
