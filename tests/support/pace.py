"""How a run of all tests gets done soon: the longest files begin first, and rubbish is sought seldom."""

import gc
from collections.abc import Sequence
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

# Files of more than ten seconds of work, the longest first: two processes share the files, and one that is left with a
# long file at the end would work on alone. The order of a run needs no more than that, so the list may be a bit wrong.
LONGEST = (
    "release/test_release_upgrade.py",
    "end_to_end/test_e2e_torture.py",
    "end_to_end/test_e2e_processes.py",
    "release/test_release_bundle.py",
    "demo/test_demo.py",
    "end_to_end/test_e2e_crash.py",
    "web/test_web_axe.py",
    "end_to_end/test_e2e_description.py",
    "server/test_server_starting.py",
    "end_to_end/test_e2e_court.py",
    "copies/test_copies_make.py",
    "end_to_end/test_e2e_many_at_once.py",
    "server/test_server_many_offices.py",
    "jobs/test_jobs_civil.py",
    "end_to_end/test_e2e_machines.py",
    "delivery/test_delivery_deaths.py",
    "end_to_end/test_e2e_hostile.py",
    "end_to_end/test_e2e_cups_deaths.py",
)


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first; all others stay in their order."""
    rank = {TESTS / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def unknown(names: Sequence[str] = LONGEST) -> list[str]:
    """Return the names in the list that are no files."""
    return [name for name in names if not (TESTS / name).is_file()]


def collect_seldom() -> None:
    """Have the collector leave alone what is there now, and look less often at what comes.

    It walks through all that the modules and seven thousand collected tests hold, half a second each time.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
