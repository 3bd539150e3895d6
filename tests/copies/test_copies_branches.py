"""Each restore begins a branch of the mirror in the same folder: the right one brings the office back (B2, B3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copies.copied_office import copied_rig, copy, person, restore, sequence
from printserver import db
from printserver.copies import release
from printserver.errors import Recusa
from printserver.search import Arquivo
from support.office import Rig
from support.postgres import PrivatePostgres


@dataclass
class Lost:
    """An office that was lost soon after its copy, with little in its log that the copy has not."""

    rig: Rig
    base: Path
    server: PrivatePostgres | None

    @property
    def mirror(self) -> Path:
        return Path(self.rig.office.settings.espelho.pasta)

    def back(self, name: str) -> Rig:
        self.rig.clock.forward(minutes=1)
        url = None if self.server is None else self.server.create()
        return restore(self.rig, self.base / name, url=url)


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Lost]:
    yield from _lost(tmp_path, None)


@pytest.fixture(params=["sqlite", "postgres"])
def any_lost(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lost]:
    yield from _lost(tmp_path, request.getfixturevalue("postgres_server") if request.param == "postgres" else None)


def _lost(base: Path, server: PrivatePostgres | None) -> Iterator[Lost]:
    with copied_rig(base, **({} if server is None else {"postgres": server})) as rig:
        for _ in range(6):  # on their way in the copy: the restore writes more of them than the office did after it
            rig.taken(rig.certidao())
        copy(rig)
        rig.clock.forward(minutes=1)
        rig.taken(rig.livro())
        yield Lost(rig, base, server)


def entries(rig: Rig) -> int:
    return int(rig.rows(db.log)[-1]["n"])


def test_b2_b3_the_branch_of_the_restore_never_hides_the_lost_one(lost: Lost) -> None:
    back = lost.back("volta")
    assert entries(back) > entries(lost.rig)
    kept = release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == lost.rig.codes()
    assert sequence(back) == sequence(lost.rig)
    assert kept["selos"] == len(lost.rig.rows(db.selo)) - 6
    back.office.db.close()


def test_b2_b3_a_restore_that_was_lost_before_its_mirror_hides_nothing(lost: Lost) -> None:
    first = lost.back("primeira")
    release.take_paper(first.office, person(first), "nenhum")
    first.office.db.close()
    back = lost.back("segunda")
    assert len(list(lost.mirror.iterdir())) == 3
    release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == lost.rig.codes()
    assert sequence(back) == sequence(lost.rig)
    back.office.db.close()


def test_b2_b3_the_branch_that_worked_after_a_restore_brings_back_both(lost: Lost) -> None:
    first = lost.back("primeira")
    release.take_mirror(first.office, person(first), str(lost.mirror))
    _other_steps(first)
    source = Path(first.office.settings.copias.lugares[0])
    source.rename(lost.base / "guardado")  # the copy of the restored office goes elsewhere, and is lost with it
    copy(first)
    release.release(first.office, person(first))
    first.printed(first.certidao())
    source.rename(lost.base / "perdido")
    (lost.base / "guardado").rename(source)
    back = lost.back("segunda")
    release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == first.codes()
    assert set(lost.rig.codes()) < set(back.codes())
    assert sequence(back) == sequence(first)
    assert back.proof().gaps == []
    first.office.db.close()
    back.office.db.close()


def test_b2_b3_a_copy_of_an_office_that_waits_for_its_mirror_waits_for_the_same_one(any_lost: Lost) -> None:
    lost = any_lost
    first = lost.back("primeira")
    copy(first)
    first.office.db.close()
    back = lost.back("segunda")
    release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == lost.rig.codes()
    assert sequence(back) == sequence(lost.rig)
    _other_steps(back)
    with pytest.raises(Recusa, match="faça uma cópia"):  # those before do not count
        release.release(back.office, person(back))
    back.office.db.close()


def test_b3_the_copy_before_a_release_asks_for_every_step_again(any_lost: Lost) -> None:
    lost = any_lost
    first = lost.back("primeira")
    release.take_mirror(first.office, person(first), str(lost.mirror))
    _other_steps(first)
    copy(first)
    release.release(first.office, person(first))
    first.printed(first.certidao())
    back = lost.back("segunda")
    standing = release.standing(back.office)
    assert standing is not None and standing.faltam == release.STEPS
    release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == first.codes()
    assert sequence(back) == sequence(first)
    first.office.db.close()
    back.office.db.close()


def _other_steps(rig: Rig) -> None:
    release.take_court(rig.office, person(rig), Arquivo(formato="csv", conteudo="selo\n"))
    release.take_paper(rig.office, person(rig), "nenhum")


def test_b3_the_branch_of_the_restore_alone_is_refused(lost: Lost) -> None:
    back = lost.back("volta")
    (lost.mirror / "espelho-123456.jsonl").rename(lost.base / "longe.jsonl")
    before = back.state()
    with pytest.raises(Recusa, match="só há o espelho que esta recuperação começou"):
        release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.state() == before
    release.take_mirror(back.office, person(back), str(lost.base / "longe.jsonl"))
    assert back.codes() == lost.rig.codes()
    back.office.db.close()


def test_b3_a_damaged_branch_is_named_and_never_passed_over(lost: Lost) -> None:
    back = lost.back("volta")
    path = lost.mirror / "espelho-123456.jsonl"
    whole = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join([*whole[:-2], whole[-1]]), "utf-8")
    before = back.state()
    with pytest.raises(Recusa, match=r"espelho-123456\.jsonl: o registro \d+ foi alterado ou falta"):
        release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.state() == before
    back.office.db.close()


def test_b3_what_lies_beside_the_branches_is_passed_over_or_named(lost: Lost) -> None:
    back = lost.back("volta")
    stray = lost.mirror / "espelho-123456-20200101000000.jsonl"
    before = back.state()
    for content in (b"\xff\xfe\x00lixo", b'{"cns": "123456"\n{}\n'):
        stray.write_bytes(content)
        with pytest.raises(Recusa, match="20200101000000"):
            release.take_mirror(back.office, person(back), str(lost.mirror))
    stray.unlink()
    stray.mkdir()
    with pytest.raises(Recusa, match="20200101000000"):
        release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.state() == before
    stray.rmdir()
    stray.touch()  # empty: of no office
    release.take_mirror(back.office, person(back), str(lost.mirror))
    assert back.codes() == lost.rig.codes()
    back.office.db.close()
