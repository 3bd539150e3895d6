"""S3: the numbers of our own seals, unique and without a gap, also with concurrent writers, on a real SQLite file."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from printserver.db import Database, metadata, sequencia, serventia
from printserver.selo import advance, align, next_number, sequence_name, take, take_many

SELO = sequence_name("serventia", 1, "ES", 26)
ES = sequence_name("ato", 1, "ES", 26)
TR = sequence_name("ato", 1, "TR", 26)


@pytest.fixture
def url(tmp_path):
    endereco = f"sqlite:///{tmp_path / 'banco.sqlite'}"
    db = Database(endereco)
    with db.write() as conn:
        metadata.create_all(conn, tables=[serventia, sequencia])
        for n in (1, 2):
            conn.execute(
                sa.insert(serventia).values(
                    id=n, cns=f"12345{n}", instancia=f"teste-{n}", criada_em=datetime(2026, 1, 1, tzinfo=UTC)
                )
            )
    db.close()
    return endereco


@pytest.fixture
def db(url):
    banco = Database(url)
    yield banco
    banco.close()


class GaveUp(Exception):
    pass


def _claim(db, nome=SELO, how_many=1, give_up=False):
    with db.write() as conn:
        primeiro = take(conn, 1, nome, how_many)
        if give_up:
            raise GaveUp
        return list(range(primeiro, primeiro + how_many))


def _work(url, vezes):
    """In a process of its own: take 1 to 3 numbers at a time, give up every fourth time, and tell which were kept."""
    db = Database(url)
    kept = []
    for turn in range(vezes):
        try:
            kept += _claim(db, how_many=1 + turn % 3, give_up=turn % 4 == 3)
        except GaveUp:
            continue
    db.close()
    return kept


def test_s3_first_number_is_1_and_numbers_follow(db):
    assert [_claim(db, how_many=n) for n in (1, 2, 3)] == [[1], [2, 3], [4, 5, 6]]


def test_s3_rollback_leaves_no_gap_not_even_of_the_first(db):
    for how_many in (1, 5):
        with pytest.raises(GaveUp):
            _claim(db, how_many=how_many, give_up=True)
    assert _claim(db) == [1]
    with pytest.raises(GaveUp):
        _claim(db, how_many=7, give_up=True)
    assert _claim(db) == [2]


def test_s3_unique_and_gapless_among_processes_with_rollbacks(url):
    processos, vezes = 3, 60
    with ProcessPoolExecutor(processos, mp_context=multiprocessing.get_context("spawn")) as pool:
        kept = [n for part in pool.map(_work, [url] * processos, [vezes] * processos) for n in part]
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert len(kept) > processos * vezes


def test_s3_unique_and_gapless_among_threads(db):
    with ThreadPoolExecutor(12) as pool:
        numbers = [n for part in pool.map(lambda _: _claim(db), range(120)) for n in part]
    assert sorted(numbers) == list(range(1, 121))


def test_s3_offices_have_sequences_of_their_own(db):
    _claim(db, how_many=3)
    with db.write() as conn:
        assert take(conn, 2, SELO, 1) == 1


def test_s3_one_sequence_per_office_or_per_ato_and_year():
    assert {sequence_name("serventia", n, ato, ano) for n in (1, 2) for ato in ("ES", "TR") for ano in (26, 27)} == {
        SELO
    }
    assert len({sequence_name("ato", n, ato, ano) for n in (1, 2) for ato in ("ES", "TR") for ano in (26, 27)}) == 8
    assert sequence_name("ato", 1, "ES", 2026) == ES
    assert sequence_name("ato", 1, "ES", 2005).endswith(":05")


def test_s3_several_sequences_in_the_order_asked(db):
    with db.write() as conn:
        advance(conn, 1, TR, 10)
        assert take_many(conn, 1, [TR, ES, TR, ES, TR]) == [10, 1, 11, 2, 12]
        assert take_many(conn, 1, []) == []
        assert (next_number(conn, 1, TR), next_number(conn, 1, ES)) == (13, 3)


@pytest.mark.parametrize("how_many", [0, -1])
def test_s3_no_number_or_fewer_cannot_be_taken(db, how_many):
    with pytest.raises(ValueError, match="ao menos 1"):
        _claim(db, how_many=how_many)


def test_s3_next_number_is_given_and_only_moves_forward(db):
    with db.write() as conn:
        advance(conn, 1, SELO, 5000)
        advance(conn, 1, SELO, 5000)
        assert next_number(conn, 1, SELO) == 5000
        assert take(conn, 1, SELO, 1) == 5000
        for backward in (1, 5000):
            with pytest.raises(ValueError, match="já é 5001"):
                advance(conn, 1, SELO, backward)
        advance(conn, 1, SELO, 6000)
        assert take(conn, 1, SELO, 2) == 6000


@pytest.mark.parametrize("wrong", [0, -5, 10**13])
def test_s3_next_number_has_13_digits_at_most(db, wrong):
    with db.write() as conn, pytest.raises(ValueError, match="fora de 1 a"):
        advance(conn, 1, SELO, wrong)


def test_s3_sequence_ends_at_13_digits(db):
    with db.write() as conn:
        advance(conn, 1, SELO, 10**13 - 1)
    with pytest.raises(ValueError, match="chegou ao fim"):
        _claim(db, how_many=2)
    assert _claim(db) == [10**13 - 1]
    with pytest.raises(ValueError, match="chegou ao fim"):
        _claim(db)


def test_s3_office_that_changes_to_sequences_per_ato_repeats_no_number(db):
    _claim(db, how_many=9)
    with db.write() as conn:
        align(conn, 1, "ato")
        assert take(conn, 1, ES, 3) == 10
        assert take(conn, 1, TR, 1) == 10


def test_s3_office_that_changes_back_and_forth_repeats_no_number(db):
    with db.write() as conn:
        align(conn, 1, "ato")
        assert take(conn, 1, ES, 5) == 1
        assert take(conn, 1, TR, 2) == 1
        align(conn, 1, "serventia")
        assert take(conn, 1, SELO, 4) == 6
        align(conn, 1, "ato")
        assert take(conn, 1, TR, 1) == 10
        assert take(conn, 1, ES, 1) == 10


def test_s3_aligning_an_office_that_changed_nothing_changes_nothing(db):
    _claim(db, how_many=9)
    with db.write() as conn:
        take(conn, 2, ES, 50)
        before = conn.execute(sa.select(sequencia)).all()
        align(conn, 1, "serventia")
        assert conn.execute(sa.select(sequencia)).all() == before
