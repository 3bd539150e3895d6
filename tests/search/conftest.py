"""An office of some seals, made once for the tests that only look, and one with a court for those that compare."""

from collections.abc import Callable, Iterator

import pytest
from searched_seals import Made, fill

from support.office import Rig, open_rig


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Made]]:
    """The office and its seals, on each database. No test changes them."""
    more = {"postgres": request.getfixturevalue("postgres_server")} if request.param == "postgres" else {}
    with open_rig(tmp_path_factory.mktemp("consulta") / "casa", **more) as rig:
        yield rig, fill(rig)


@pytest.fixture(scope="module")
def found(filled: tuple[Rig, Made]) -> Callable[[str], list[str]]:
    """The names of the seals that a search finds, in its order."""
    rig, made = filled
    names = {code: name for name, code in made.items()}

    def search(query: str) -> list[str]:
        answer = rig.call("GET", f"/selos?{query}")
        assert answer.status == 200, answer
        assert (answer.json["total"], answer.json["total_exato"]) == (len(answer.json["itens"]), True)
        return [names[each["codigo"]] for each in answer.json["itens"]]

    return search
