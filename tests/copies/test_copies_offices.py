"""Copies of one office among several in one PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from copied_office import copied_rig, copy, person, restore

from printserver import copies, db
from printserver.clock import system_clock
from printserver.copies import release
from printserver.office.settings import SETTINGS_FILE
from support.office import Clock, Rig, command_line, reopen
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


def test_s3_b3_an_office_opened_again_takes_the_mirror_of_the_place_where_it_worked(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        moved, there = tmp_path / "mudanca", tmp_path / "la"
        assert command_line("serventia", "exportar", moved, "--mudanca", "--instance", rig.folder) == 0
        assert command_line("serventia", "importar", moved, "--instance", there) == 0
        other = reopen(there, Clock(system_clock()), rig.key)
        other.numbers = rig.numbers
        other.printed(other.livro())
        assert command_line("serventia", "abrir", "--motivo", "voltou", "--instance", rig.folder) == 0
        release.take_mirror(rig.office, person(rig), rig.office.settings.espelho.pasta)
        assert rig.codes() == other.codes()
        assert rig.proof().gaps == []
        other.office.db.close()
