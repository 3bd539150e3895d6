"""States of a job: the table of transitions, and the function that changes a state in the real `job` table."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Connection

from printserver import db
from printserver.ledger import states
from printserver.ledger.states import AT_REST, INITIAL, TRANSITIONS, ForbiddenTransition, change_state, due_at

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
ALL = sorted(
    {states.AWAITING_XA, states.AWAITING_SELO, states.ACCEPTED, states.RENDERED, states.HANDED_OFF, states.PRINTED}
    | {states.UNCERTAIN, states.FAILED, states.CANCELLED}
)
any_state = st.sampled_from(ALL)


@contextmanager
def jobs_table() -> Iterator[Connection]:
    """Give a database with the table of jobs alone."""
    engine = sa.create_engine("sqlite://")
    db.job.create(engine)
    with engine.connect() as conn:
        yield conn
    engine.dispose()


def put(conn: Connection, state: str) -> int:
    """Write a job in that state, at work in an engine. Return its row number."""
    at_work = {"dono": "engine", "posse_ate": NOW, "vence_em": NOW - timedelta(hours=1), "encerrado": False}
    row = {
        "id": "a" * 32,
        "serventia_id": 1,
        "documento_id": 1,
        "tipo": "livro",
        "pedido": {},
        "campos": {},
        "escrevente": "maria",
        "resumo": "",
        "formato": "livro",
        "formato_versao": "1",
        "composicao": {},
        "layout": "",
        "paginas": 1,
        "avisos": [],
        "fila": "balcao",
        "copias": 1,
        "criado_em": NOW,
    }
    number = conn.execute(sa.insert(db.job).values(**row, **at_work, estado=state)).inserted_primary_key
    assert number is not None
    return int(number[0])


def read(conn: Connection, n: int) -> dict[str, Any]:
    return dict(conn.execute(sa.select(db.job).where(db.job.c.n == n)).mappings().one())


def test_the_table_has_every_state_and_no_other() -> None:
    assert sorted(TRANSITIONS) == ALL
    assert set().union(*TRANSITIONS.values()) | INITIAL <= set(ALL)
    assert all(before not in after for before, after in TRANSITIONS.items())


def test_every_state_is_reachable_from_a_first_one() -> None:
    reached = set(INITIAL)
    while more := set().union(*(TRANSITIONS[state] for state in reached)) - reached:
        reached |= more
    assert reached == set(ALL)


def test_x1_a_held_job_is_only_accepted_or_cancelled_and_none_is_held_again() -> None:
    for state in states.HELD:
        assert TRANSITIONS[state] == {states.ACCEPTED, states.CANCELLED}
    assert not set().union(*TRANSITIONS.values()) & set(states.HELD)


def test_a_job_that_went_to_paper_is_never_cancelled() -> None:
    assert {before for before, after in TRANSITIONS.items() if states.CANCELLED in after} == set(states.HELD)


@given(after=any_state)
def test_an_end_stays_an_end(after: str) -> None:
    ends = [state for state in ALL if not TRANSITIONS[state]]
    assert ends == [states.CANCELLED]
    with jobs_table() as conn:
        n = put(conn, states.CANCELLED)
        if after == states.CANCELLED:
            assert change_state(conn, 1, n, states.CANCELLED, after)
        else:
            with pytest.raises(ForbiddenTransition):
                change_state(conn, 1, n, states.CANCELLED, after)
        assert read(conn, n)["estado"] == states.CANCELLED


@given(before=any_state, after=any_state)
def test_a_transition_outside_the_table_is_refused_and_writes_nothing(before: str, after: str) -> None:
    with jobs_table() as conn:
        n = put(conn, before)
        row = read(conn, n)
        if after == before or after in TRANSITIONS[before]:
            assert change_state(conn, 1, n, before, after)
            assert read(conn, n) == row | dict(AT_REST) | {"estado": after}
        else:
            with pytest.raises(ForbiddenTransition, match=f"{before} -> {after}"):
                change_state(conn, 1, n, before, after)
            assert read(conn, n) == row


@given(first=st.sampled_from(sorted(INITIAL)), wanted=st.lists(any_state, max_size=12))
def test_a_job_goes_only_along_the_table_whatever_is_asked_of_it(first: str, wanted: list[str]) -> None:
    with jobs_table() as conn:
        n, path = put(conn, first), [first]
        for state in wanted:
            try:
                change_state(conn, 1, n, path[-1], state)
            except ForbiddenTransition:
                continue
            path.append(state)
        assert read(conn, n)["estado"] == path[-1]
        assert all(b == a or b in TRANSITIONS[a] for a, b in pairwise(path))


@given(is_=any_state, before=any_state, data=st.data())
def test_of_two_who_change_one_state_only_the_first_does(is_: str, before: str, data: st.DataObject) -> None:
    after = data.draw(st.sampled_from([before, *sorted(TRANSITIONS[before])]))
    with jobs_table() as conn:
        n = put(conn, is_)
        row = read(conn, n)
        assert change_state(conn, 1, n, before, after) == (is_ == before)
        if is_ != before:
            assert read(conn, n) == row


def test_columns_and_conditions_of_the_caller_go_with_the_state() -> None:
    with jobs_table() as conn:
        n = put(conn, states.FAILED)
        columns = due_at(NOW) | {"falhas": 0, "fila": "gaveta"}
        assert not change_state(conn, 1, n, states.FAILED, states.RENDERED, columns, db.job.c.dono == "another")
        assert change_state(conn, 1, n, states.FAILED, states.RENDERED, columns, db.job.c.dono == "engine")
        row = read(conn, n)
        assert {name: row[name] for name in ("estado", "encerrado", "vence_em", "dono", "posse_ate", "fila")} == {
            "estado": states.RENDERED,
            "encerrado": False,
            "vence_em": NOW,
            "dono": None,
            "posse_ate": None,
            "fila": "gaveta",
        }
