"""A short torture: engines, HTTP and cupsd are killed; every sheet comes out once, or a person is asked."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.torture import judged, torture

SEED = 3
SECONDS = 15.0
PDF, OTHER = "a" * 64, "b" * 64


def test_x5_prints_amid_kill_9_come_out_once_or_are_flagged() -> None:
    count = torture(SEED, SECONDS, every_s=3.0, queues=2)
    assert not count.violations, f"again: python -m bench.torture --minutes 0.25 --every 3 --seed {SEED}\n{count}"
    assert count.accepted
    assert sum(count.ends.values()) == count.accepted
    assert count.kills


@pytest.mark.parametrize(
    ("estado", "cups", "begun", "whole", "wrong"),
    [
        ("entregue", "completed", 1, [PDF], False),
        ("entregue", "completed", 0, [], True),
        ("entregue", "completed", 2, [PDF], True),
        ("entregue", "completed", 2, [PDF, PDF], True),
        ("impresso", "completed", 1, [OTHER], True),
        ("entregue", "canceled", 0, [], False),
        ("entregue", "canceled", 1, [PDF], True),
        ("falhou", None, 0, [], False),
        ("falhou", None, 1, [PDF], True),
        ("incerto", "completed", 2, [PDF, PDF], False),
    ],
)
def test_x5_the_torture_sees_what_is_missing_or_doubled(
    estado: str, cups: str | None, begun: int, whole: list[str], wrong: bool
) -> None:
    job = {"estado": estado, "encerrado": True, "cups": {"estado": cups}, "sha256": PDF}
    assert judged(job, begun, whole)[1] == wrong


def test_a_print_that_never_ends_is_a_violation() -> None:
    job = {"estado": "entregue", "encerrado": False, "cups": {"estado": "processing"}, "sha256": PDF}
    assert judged(job, 1, [PDF])[1]
