"""The operator's guide tells what the program does: every setting, its default, every command, every situation."""

import re
from pathlib import Path

import click
import pytest

from printserver.cli.main import cli
from printserver.office import people
from printserver.office.settings import all_settings
from printserver.web import words
from support.commands import commands_of

GUIDE = (Path(__file__).parents[2] / "docs" / "guia-do-operador.md").read_text("utf-8")


def _shown(default: object) -> str:
    if default is None or default == "":
        return "vazio"
    if isinstance(default, bool):
        return "sim (`true`)" if default else "não (`false`)"
    return f"`{default}`"


def test_every_setting_stands_in_the_guide_with_its_default_and_its_words() -> None:
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \| (.*) \|$", GUIDE, re.M)
    expected = [(name, _shown(default), words_) for name, (default, words_) in all_settings().items()]
    assert rows == expected


def test_every_command_in_the_guide_exists() -> None:
    named = set(re.findall(r"`printserver ([a-z-]+)(?: ([a-z-]+))?", GUIDE))
    assert {name for name, _ in named} >= {"init", "serve", "usuario", "chave", "fila"}
    for name, below in named:
        command = commands_of(cli)[name]
        if isinstance(command, click.Group):
            assert below in commands_of(command)


def test_every_option_in_the_guide_exists() -> None:
    for name, text in re.findall(r"`printserver ([a-z-]+)([^`]*)`", GUIDE):
        command = commands_of(cli)[name]
        if isinstance(command, click.Group):
            command = commands_of(command)[text.split()[0]]
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", text)) <= known, text


@pytest.mark.parametrize("status", sorted({s.palavra for s in (*words.STATES.values(), *words.QUEUE_STATES.values())}))
def test_every_situation_is_explained(status: str) -> None:
    table = GUIDE.partition("### O que cada situação quer dizer")[2].partition("Na página do trabalho")[0]
    assert status in table


def test_every_role_is_named() -> None:
    assert all(f"`{papel}`" in GUIDE for papel in people.ROLES)
