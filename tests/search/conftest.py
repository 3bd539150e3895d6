"""An office of some seals, made once for the tests that only look, and one with a court for those that compare."""

from collections.abc import Callable, Iterator

import pytest
from searched_seals import Made, fill

from support.office import House, open_house


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Made]]:
    """The office and its seals, on each database. No test changes them."""
    more = {"postgres": request.getfixturevalue("postgres_server")} if request.param == "postgres" else {}
    with open_house(tmp_path_factory.mktemp("consulta") / "casa", **more) as house:
        yield house, fill(house)


@pytest.fixture(scope="module")
def found(filled: tuple[House, Made]) -> Callable[[str], list[str]]:
    """The names of the seals that a search finds, in its order."""
    house, made = filled
    names = {code: name for name, code in made.items()}

    def search(query: str) -> list[str]:
        answer = house.call("GET", f"/selos?{query}")
        assert answer.status == 200, answer
        assert (answer.json["total"], answer.json["total_exato"]) == (len(answer.json["itens"]), True)
        return [names[each["codigo"]] for each in answer.json["itens"]]

    return search
