"""Polls of open pages: a poll that finds nothing new costs a look at the log, and what is new is seen at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from web_rig import Clock, Person, Rig, open_office

from printserver.server.app import create_app

HTMX = {"HX-Request": "true"}
CHEAP = 2  # statements: the session with its person, and the head of the log


class StillClock(Clock):
    """A clock that stands still until a test puts it forward: what a part says changes with the minute."""

    def __call__(self) -> datetime:
        return self.start + self.ahead


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("polls") / "serventia", StillClock()) as opened:
        yield opened


def enter(own: Rig, usuario: str) -> Person:
    person = Person(create_app(own.office).test_client())
    assert person.login(usuario).status_code == 303
    return person


@contextmanager
def statements(own: Rig) -> Iterator[list[str]]:
    """Give the statements, without BEGIN, that reach the database meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    engines = [each for each in vars(own.office.db).values() if isinstance(each, sa.Engine)]
    assert engines
    for each in engines:
        sa.event.listen(each, "before_cursor_execute", note)
    yield seen
    for each in engines:
        sa.event.remove(each, "before_cursor_execute", note)


def polls(person: Person, *pages: str) -> list[str]:
    """Return the addresses that the pages ask again and again."""
    html = "".join(person.get(page).get_data(as_text=True) for page in pages)
    return list(dict.fromkeys(map(unescape, re.findall(r'hx-get="([^"]*marca=[^"]*)"', html))))


def test_every_poll_with_nothing_new_costs_a_look_at_the_log(own: Rig) -> None:
    job = own.livro()
    _before, held = own.xa_question()
    maria = enter(own, "maria")
    code = job["selos"][0]["codigo"]
    pages = ("/", "/impressoes", f"/trabalhos/{job['id']}", f"/trabalhos/{held['id']}/pergunta", "/tribunal", "/papel")
    found = polls(maria, *pages, f"/selos/{code}")
    names = {path.partition("?")[0].rpartition("/")[2] for path in found}
    assert names == {"sino", "faixa", "espera", "ultimas", "impressoes", "vivo", "filas"}
    for path in found:
        assert maria.client.get(path, headers=HTMX).status_code == 204, path
        with statements(own) as seen:
            assert maria.client.get(path, headers=HTMX).status_code == 204, path
        assert len(seen) <= CHEAP, (path, seen)


def test_what_the_log_tells_is_seen_by_the_next_poll_of_everyone(own: Rig) -> None:
    maria, other = enter(own, "maria"), enter(own, "rui")
    for person in (maria, other):
        (bell,) = polls(person, "/conta")[:1]
        assert "sino" in bell
        assert person.client.get(bell, headers=HTMX).status_code == 204
    count = r'data-esperam="(\d+)" data-minhas="(\d+)"'

    def rings(person: Person) -> tuple[int, int]:
        answer = person.client.get("/vivo/sino?marca=older", headers=HTMX).get_data(as_text=True)
        everything, own_ones = re.findall(count, answer)[0]
        return int(everything), int(own_ones)

    before = rings(maria), rings(other)
    own.xa_question()
    (all_before, mine_before), (_same, of_other) = before
    assert rings(maria) == (all_before + 1, mine_before + 1)
    assert rings(other) == (all_before + 1, of_other)


def test_x4_a_term_that_passes_is_seen_without_an_entry_in_the_log(tmp_path: Path) -> None:
    with open_office(tmp_path / "serventia", StillClock()) as own:
        own.xa_question()
        maria = enter(own, "maria")
        (waiting,) = (each for each in polls(maria, "/") if "espera" in each)
        assert maria.client.get(waiting, headers=HTMX).status_code == 204
        own.clock.ahead += timedelta(minutes=1)
        assert maria.client.get(waiting, headers=HTMX).status_code == 200
