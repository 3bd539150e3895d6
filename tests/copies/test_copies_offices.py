"""Copies of one office among several in one PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from copied_office import copy, restore

from printserver import copies, db
from printserver.office.settings import SETTINGS_FILE
from support.office import Rig, reopen
from support.offices import OTHER_CNS, guarded_url, new_office
from support.postgres import PrivatePostgres


@contextmanager
def copying(rig: Rig, place: Path) -> Iterator[Rig]:
    """Give the office again, as one that copies to `place`."""
    with (rig.folder / SETTINGS_FILE).open("a") as file:
        file.write(f'\n[copias]\nlugares = ["{place}"]\n')
    again = reopen(rig.folder, rig.clock, rig.key)
    yield again
    again.office.db.close()


def test_b1_b3_a_copy_of_one_office_holds_and_brings_back_that_office_alone(
    tmp_path: Path, postgres_server: PrivatePostgres
) -> None:
    url, empty = guarded_url(postgres_server), guarded_url(postgres_server)
    with new_office(tmp_path / "a", url) as a, new_office(tmp_path / "b", url, OTHER_CNS) as b:
        a.printed(a.livro())
        b.printed(b.livro())
        with copying(b, tmp_path / "lugar") as kept:
            copy(kept)
            back = restore(kept, tmp_path / "volta", url=empty)
        assert back.codes() == b.codes()
        assert back.proof().gaps == []
        back.office.db.close()
    seen = sa.create_engine(empty.replace("//cartorios@", "//postgres@").replace("postgresql:", "postgresql+psycopg:"))
    with seen.connect() as conn:
        assert set(conn.execute(sa.select(db.job.c.serventia_id)).scalars()) == {b.office.serventia_id}
    seen.dispose()
    for each in (url, empty):
        postgres_server.drop(each)


def test_b1_a_role_that_reads_every_office_copies_nothing(tmp_path: Path, postgres_url: str) -> None:
    with new_office(tmp_path / "a", postgres_url) as a, new_office(tmp_path / "b", postgres_url, OTHER_CNS):
        with copying(a, tmp_path / "lugar") as kept:
            made = copies.make_copy(kept.office)
        assert "tem outras serventias" in str(made.failures)
