"""What a queue's word means for a print: proof only where sides were counted, doubt where signs contradict."""

from typing import Any

import pytest

from printserver.delivery.verdict import judge
from printserver.printing import State


def said(state: str = "completed", **more: Any) -> State:
    return State(state, (), None, **{"inicio": 100} | more)


def verdict(state: State | None, before: dict[str, Any] | None = None, **more: Any) -> str | None:
    known = {"expected": 3, "tally": None, "died": False} | more
    found = judge(state, before or {}, **known)
    return found.estado if found else None


@pytest.mark.parametrize(
    ("counted", "counts", "state"),
    [
        (3, None, "impresso"),
        (4, None, "impresso"),  # an empty back side is counted too
        (2, None, "incerto"),
        (2, False, "incerto"),
        (None, None, "entregue"),
        (None, False, "entregue"),
        (None, True, "incerto"),  # a queue that counts, and counted nothing
    ],
)
def test_completed_is_a_proof_only_where_as_many_sides_were_counted(
    counted: int | None, counts: bool | None, state: str
) -> None:
    assert verdict(said(impressions=counted), tally=counts) == state


@pytest.mark.parametrize("state", ["pending", "pending-held", "processing", "processing-stopped"])
def test_a_print_under_way_has_no_verdict(state: str) -> None:
    assert verdict(said(state), {"inicio": 100}) is None
    assert verdict(said(state, inicio=None)) is None


@pytest.mark.parametrize("state", ["canceled", "aborted"])
def test_what_the_queue_ended_is_handed_over_and_no_more(state: str) -> None:
    assert verdict(said(state), {"inicio": 100}) == "entregue"


@pytest.mark.parametrize("state", ["canceled", "aborted"])
def test_x5_what_the_queue_ended_after_pages_were_counted_is_a_doubt(state: str) -> None:
    assert verdict(said(state, impressions=1), {"inicio": 100}) == "incerto"
    assert verdict(said(state, impressions=3), {"inicio": 100}) == "incerto"
    assert verdict(said(state), {"inicio": 100, "impressoes": 1}) == "incerto"
    assert verdict(State(state, (), 1, inicio=100), {"inicio": 100}) == "incerto"


@pytest.mark.parametrize("state", ["pending", "processing", "completed", "canceled"])
@pytest.mark.parametrize("now", [101, None])
def test_x5_a_printing_that_began_anew_is_a_doubt_however_it_ends(state: str, now: int | None) -> None:
    assert verdict(said(state, inicio=now, impressions=3), {"inicio": 100}) == "incerto"


def test_x5_a_job_that_the_queue_forgot_is_a_doubt() -> None:
    assert verdict(None, {"inicio": 100}) == "incerto"


@pytest.mark.parametrize("state", ["pending", "pending-held", "processing", "canceled", "aborted"])
@pytest.mark.parametrize("once", [True, False])
def test_x5_what_a_server_had_when_it_died_is_a_doubt(state: str, once: bool) -> None:
    assert verdict(said(state), {"inicio": 100}, died=True, seen_begun=once) == "incerto"


def test_x5_what_had_come_to_its_end_before_the_server_died_is_judged_by_its_count() -> None:
    assert verdict(said(impressions=3), {"inicio": 100}, died=True, seen_begun=True) == "impresso"
    assert verdict(said(), {"inicio": 100}, died=True, seen_begun=True) == "entregue"
    assert verdict(said(impressions=3), {"inicio": 100}, died=True) == "incerto"
    assert verdict(said(impressions=3), {}, died=True, seen_begun=True) == "incerto"


def test_x5_what_the_printer_forgot_is_a_doubt_though_cups_counted_it() -> None:
    state = State("completed", ("cups-ipp-missing-job-history",), None, impressions=3, inicio=100)
    assert verdict(state, {"inicio": 100}) == "incerto"
