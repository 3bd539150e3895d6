"""The order of a run: the longest files first, whatever comes before them in the alphabet."""

from types import SimpleNamespace
from typing import Any

from support import pace


def test_the_list_of_the_longest_files_names_files() -> None:
    assert pace.unknown() == []
    assert pace.unknown(["jobs/gone.py"]) == ["jobs/gone.py"]


def test_the_longest_files_come_first_and_the_others_stay_in_order() -> None:
    names = ["api/test_api_jobs.py", pace.LONGEST[1], "web/test_web_jobs.py", pace.LONGEST[0]]
    items: list[Any] = [SimpleNamespace(path=pace.TESTS / name) for name in names]
    pace.longest_first(items)
    assert [item.path for item in items] == [pace.TESTS / names[at] for at in (3, 1, 0, 2)]
