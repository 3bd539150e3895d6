"""What a queue's word means for a print: proof only where sides were counted, doubt where signs contradict."""

from typing import Any

import pytest

from printserver.delivery.verdict import julgar
from printserver.printing import Estado


def said(estado: str = "completed", **more: Any) -> Estado:
    return Estado(estado, (), None, **{"inicio": 100} | more)


def verdict(state: Estado | None, before: dict[str, Any] | None = None, **more: Any) -> str | None:
    known = {"esperadas": 3, "conta": None, "caiu": False} | more
    found = julgar(state, before or {}, **known)
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
    assert verdict(said(impressoes=counted), conta=counts) == state


@pytest.mark.parametrize("estado", ["pending", "pending-held", "processing", "processing-stopped"])
def test_a_print_under_way_has_no_verdict(estado: str) -> None:
    assert verdict(said(estado), {"inicio": 100}) is None
    assert verdict(said(estado, inicio=None)) is None


@pytest.mark.parametrize("estado", ["canceled", "aborted"])
def test_what_the_queue_ended_is_handed_over_and_no_more(estado: str) -> None:
    assert verdict(said(estado), {"inicio": 100}) == "entregue"


@pytest.mark.parametrize("estado", ["canceled", "aborted"])
def test_x5_what_the_queue_ended_after_pages_were_counted_is_a_doubt(estado: str) -> None:
    assert verdict(said(estado, impressoes=1), {"inicio": 100}) == "incerto"
    assert verdict(said(estado, impressoes=3), {"inicio": 100}) == "incerto"
    assert verdict(said(estado), {"inicio": 100, "impressoes": 1}) == "incerto"
    assert verdict(Estado(estado, (), 1, inicio=100), {"inicio": 100}) == "incerto"


@pytest.mark.parametrize("estado", ["pending", "processing", "completed", "canceled"])
@pytest.mark.parametrize("now", [101, None])
def test_x5_a_printing_that_began_anew_is_a_doubt_however_it_ends(estado: str, now: int | None) -> None:
    assert verdict(said(estado, inicio=now, impressoes=3), {"inicio": 100}) == "incerto"


def test_x5_a_job_that_the_queue_forgot_is_a_doubt() -> None:
    assert verdict(None, {"inicio": 100}) == "incerto"


@pytest.mark.parametrize("estado", ["pending", "pending-held", "processing", "canceled", "aborted"])
@pytest.mark.parametrize("once", [True, False])
def test_x5_what_a_server_had_when_it_died_is_a_doubt(estado: str, once: bool) -> None:
    assert verdict(said(estado), {"inicio": 100}, caiu=True, uma_vez=once) == "incerto"


def test_x5_what_had_come_to_its_end_before_the_server_died_is_judged_by_its_count() -> None:
    assert verdict(said(impressoes=3), {"inicio": 100}, caiu=True, uma_vez=True) == "impresso"
    assert verdict(said(), {"inicio": 100}, caiu=True, uma_vez=True) == "entregue"
    assert verdict(said(impressoes=3), {"inicio": 100}, caiu=True) == "incerto"
    assert verdict(said(impressoes=3), {}, caiu=True, uma_vez=True) == "incerto"


def test_x5_what_the_printer_forgot_is_a_doubt_though_cups_counted_it() -> None:
    state = Estado("completed", ("cups-ipp-missing-job-history",), None, impressoes=3, inicio=100)
    assert verdict(state, {"inicio": 100}) == "incerto"
