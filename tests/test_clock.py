"""The one clock: days and times of São Paulo, written as the contract writes them (S7)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.clock import SAO_PAULO, day_end, day_start, local, local_date, rfc3339

RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@given(st.integers(0, 10**11).map(lambda seconds: datetime(1900, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)))
def test_s7_every_time_is_rfc3339_with_the_time_of_day_in_sao_paulo(moment: datetime) -> None:
    written = rfc3339(moment)
    assert RFC3339.fullmatch(written)
    assert written[:19] == f"{local(moment):%Y-%m-%dT%H:%M:%S}"
    # until 1914 São Paulo was 3 h 06 min 28 s behind: RFC 3339 has no room for the seconds
    apart = abs(datetime.fromisoformat(written) - moment.replace(microsecond=0))
    assert apart == timedelta(0) if moment.year > 1914 else apart <= timedelta(seconds=28)


@given(st.dates())
def test_s7_a_day_is_all_its_moments_and_no_other(day: date) -> None:
    assert day == date.min or local_date(day_start(day) - timedelta(seconds=1)) == day - timedelta(days=1)
    assert local_date(day_start(day)) == day
    if day < date.max:
        assert day_end(day) == day_start(day + timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "hours"), [("2018-11-04", 23), ("2018-02-17", 25), ("1914-01-01", 24), ("2026-11-20", 24)]
)
def test_s7_days_on_which_the_clocks_were_changed_are_whole(day: str, hours: int) -> None:
    of = date.fromisoformat(day)
    assert round((day_end(of) - day_start(of)) / timedelta(hours=1)) == hours
    assert local_date(datetime.combine(of, datetime.min.time(), SAO_PAULO).replace(hour=23, minute=59)) == of
