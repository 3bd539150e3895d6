"""The rule book names every rule once, with modules and tests that exist; whatever it says is held is proved."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOOK = (ROOT / "docs" / "rules.md").read_text("utf-8")
TESTS = ROOT / "tests"
RULES = [
    f"{letter}{number}"
    for letter, first, last in (
        ("S", 1, 12),
        ("N", 1, 13),
        ("C", 1, 24),
        ("X", 0, 9),
        ("R", 1, 5),
        ("H", 1, 4),
        ("D", 1, 3),
        ("T", 1, 5),
        ("P", 1, 7),
        ("A", 1, 4),
    )
    for number in range(first, last + 1)
]
RULES.insert(RULES.index("S8"), "S7a")
RULES += ["A5", "A6", "A7", "B1", "B2", "B3", "B4"]
RULES.insert(RULES.index("P3"), "P2a")
FACTS = ("held by", "proved by", "not yet")


@dataclass(frozen=True)
class Rule:
    """One entry of the book: its text, and what stands behind `held by`, `proved by` and `not yet`."""

    text: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    not_yet: str


def _entries() -> list[tuple[str, str]]:
    return re.findall(r"^### ([A-Z]\d+[a-z]?) \S.*\n((?:(?!#).*\n?)*)", BOOK, re.MULTILINE)


def _rule(entry: str) -> Rule:
    lines = entry.strip().splitlines()
    facts = dict(line.removeprefix("- ").split(": ", 1) for line in lines if line.startswith("- "))
    assert set(facts) <= set(FACTS)
    assert sum(line.startswith("- ") for line in lines) == len(facts)

    def quoted(fact: str) -> tuple[str, ...]:
        text = facts.get(fact, "")
        names = tuple(re.findall(r"`([^`]+)`", text))
        assert text == ", ".join(f"`{name}`" for name in names)
        return names

    text = " ".join(line for line in lines if not line.startswith("- "))
    return Rule(text, quoted("held by"), quoted("proved by"), facts.get("not yet", ""))


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_rule_stands_in_the_book_once_and_in_order() -> None:
    assert [name for name, _ in _entries()] == RULES
    assert len(re.findall(r"^### ", BOOK, re.MULTILINE)) == len(RULES)


@pytest.mark.parametrize(("name", "entry"), _entries(), ids=[name for name, _ in _entries()])
def test_what_a_rule_names_exists_and_what_is_held_is_proved(name: str, entry: str) -> None:
    rule = _rule(entry)
    for module in rule.modules:
        assert (ROOT / "printserver" / module).is_file(), module
    for proof in rule.tests:
        path, _, function = proof.partition("::")
        assert function.startswith("test_")
        assert function in _functions(TESTS / path), proof
    if rule.modules:
        assert rule.text, "a rule that is held says how"
        assert rule.tests, "a rule that is held is proved"
    else:
        assert rule.not_yet, "a rule that is not held says so"
        assert not rule.tests


def test_every_rule_that_a_test_cites_is_in_the_book() -> None:
    named = {
        cited[0].upper() + cited[1:]
        for path in TESTS.rglob("test_*.py")
        for function in _functions(path)
        if function.startswith("test_")
        for cited in re.match(r"test_((?:[a-z]\d+[a-z]?_)*)", function)[1].split("_")  # type: ignore[index]
        if cited
    }
    assert named - set(RULES) == set()
