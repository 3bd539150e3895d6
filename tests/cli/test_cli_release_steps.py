"""The commands that a restore shows can be given as they are shown."""

from pathlib import Path

import click
import pytest

from printserver.cli.base import show_release_steps
from printserver.cli.main import cli


def test_b3_each_command_that_leads_a_restored_office_back_has_all_that_it_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_release_steps(Path("/srv/notas"))
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [words[:3] for words in shown][-2:] == [
        ["printserver", "copia", "--instance"],
        ["printserver", "restauracao", "liberar"],
    ]
    for program, *words in shown:
        assert program == "printserver"
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group):
            found = command.get_command(context, words.pop(0))
            assert found is not None
            command = found
        assert command.make_context("", list(words)).params["folder"] == Path("/srv/notas")  # raises if one is missing
