"""A short torture: engines, HTTP and cupsd are killed; every sheet comes out once, or a person is asked."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.torture import judged, torture
from support.postgres import PrivatePostgres

# A short run, of a seed whose first eight kills are one of each kind (every part alone, engine and cupsd at once, all
# engines, cupsd away for a while, a worker that stands still past its lease), each while the one before is still being
# got over. A longer run with the same kills prints more between them, and takes as much longer. The HTTP side comes
# last, as nothing is sent until it is back. The long ones are for `python -m bench.torture`.
SEED = 136122
SECONDS = 12.0
EVERY_S = 1.3
KINDS = 5  # of the eight, at least: on a machine that is busy each takes longer
PDF, OTHER = "a" * 64, "b" * 64


def test_x5_prints_amid_kill_9_come_out_once_or_are_flagged(postgres_server: PrivatePostgres) -> None:
    count = torture(SEED, SECONDS, every_s=EVERY_S, queues=2, cluster=postgres_server)
    again = f"python -m bench.torture --minutes {SECONDS / 60:g} --every {EVERY_S:g} --seed {SEED}"
    assert not count.violations, f"again: {again}\n{count}"
    assert count.accepted
    assert sum(count.ends.values()) == count.accepted
    assert len(count.kills) >= KINDS


@pytest.mark.parametrize(
    ("state", "cups", "begun", "whole", "wrong"),
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
    state: str, cups: str | None, begun: int, whole: list[str], wrong: bool
) -> None:
    job = {"estado": state, "encerrado": True, "cups": {"estado": cups}, "sha256": PDF}
    assert judged(job, begun, whole)[1] == wrong


def test_a_print_that_never_ends_is_a_violation() -> None:
    job = {"estado": "entregue", "encerrado": False, "cups": {"estado": "processing"}, "sha256": PDF}
    assert judged(job, 1, [PDF])[1]
