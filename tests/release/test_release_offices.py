"""What an upgrade sees and keeps of a PostgreSQL that several offices share."""

from pathlib import Path

import pytest

from printserver.errors import ConfigError
from printserver.release import inside
from support.offices import OTHER_CNS, guarded_url, new_office
from support.postgres import PrivatePostgres


def test_an_upgrade_sees_the_seals_of_every_office_and_keeps_no_part_of_a_database(
    tmp_path: Path, postgres_server: PrivatePostgres
) -> None:
    url = guarded_url(postgres_server)
    with new_office(tmp_path / "a", url) as a, new_office(tmp_path / "b", url, OTHER_CNS) as b:
        a.printed(a.livro())
        b.printed(b.livro())
        assert inside.mark(tmp_path / "a")["seals"] == len(a.codes()) + len(b.codes())
        with pytest.raises(ConfigError, match="ALTER ROLE cartorios BYPASSRLS"):
            inside.keep(tmp_path / "a", tmp_path / "guardado")
        assert [path.name for path in tmp_path.iterdir() if "guardado" in path.name] == []
        inside.note(tmp_path / "a", "atualizado", "0.1.0", "0.2.0", "")
        assert [rig.proof().gaps for rig in (a, b)] == [[], []]
    postgres_server.drop(url)
