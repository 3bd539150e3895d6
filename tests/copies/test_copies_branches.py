"""Each restore begins a branch of the mirror in the same folder: the right one brings the office back (B2, B3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from copies.copied_office import copied_rig, copy, person, restore, sequence, take_all_steps
from printserver import db
from printserver.copies import release
from printserver.errors import Recusa
from support.office import Rig


@dataclass
class Lost:
    """An office that was lost soon after its copy, with little in its log that the copy has not."""

    rig: Rig
    base: Path

    @property
    def mirror(self) -> Path:
        return Path(self.rig.office.settings.espelho.pasta)

    def back(self, name: str) -> Rig:
        self.rig.clock.forward(minutes=1)
        return restore(self.rig, self.base / name)


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[Lost]:
    with copied_rig(tmp_path) as rig:
        for _ in range(6):  # on their way in the copy: the restore writes more of them than the office did after it
            rig.taken(rig.certidao())
        copy(rig)
        rig.clock.forward(minutes=1)
        rig.taken(rig.livro())
        yield Lost(rig, tmp_path)


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
    release.take_court(first.office, person(first), release.search.Arquivo(formato="csv", conteudo="selo\n"))
    release.take_paper(first.office, person(first), "nenhum")
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


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_b3_an_office_that_died_after_its_release_takes_every_step_again(
    tmp_path: Path, request: pytest.FixtureRequest, database: str
) -> None:
    """Its newest copy is the one before the release: it has the steps of the restoration that is over."""
    server = request.getfixturevalue("postgres_server") if database == "postgres" else None
    urls = [server.create() if server else None for _ in range(2)]
    with copied_rig(tmp_path, postgres=server) as rig:
        mirror = rig.office.settings.espelho.pasta
        rig.printed(rig.certidao())
        copy(rig)
        rig.clock.forward(minutes=1)
        first = restore(rig, tmp_path / "primeira", url=urls[0])
        take_all_steps(first, mirror, rig.codes())
        release.release(first.office, person(first))
        given = first.printed(first.certidao())["selos"][0]["codigo"]
        rig.clock.forward(minutes=1)
        second = restore(rig, tmp_path / "segunda", url=urls[1])
        with pytest.raises(Recusa, match="Ainda falta: o espelho, a lista do tribunal, o último papel"):
            release.release(second.office, person(second))
        take_all_steps(second, mirror, first.codes())
        release.release(second.office, person(second))
        new = second.printed(second.certidao())["selos"][0]["codigo"]
        assert second.codes() == [*first.codes(), new]
        assert given in first.codes()
        assert second.proof().gaps == []
        first.office.db.close()
        second.office.db.close()
    for url in filter(None, urls):
        server.drop(url)


@pytest.mark.parametrize("away", [False, True])
def test_b3_a_copy_that_the_restored_office_made_before_its_mirror_hides_nothing(lost: Lost, away: bool) -> None:
    folder = lost.mirror
    if away:  # its disk is plugged in later: the branch of the first restore begins at a copy of it
        folder.rename(lost.base / "gaveta")
    first = lost.back("primeira")
    for _ in range(2):
        release.take_paper(first.office, person(first), "nenhum")
        copy(first)  # by the timer: the lost office's mirror is not in it
    if away:
        (lost.base / "gaveta").rename(folder)
        first.office.mirror._not_before = 0.0  # the pause after a fault
        release.take_paper(first.office, person(first), "nenhum")
        assert len(list(folder.iterdir())) == 2
    begun = release.standing(first.office)
    first.office.db.close()
    back = lost.back("segunda")
    assert [row["estado"] for row in back.rows(db.log)].count("restaurada") == 2
    found = release.standing(back.office)
    assert found is not None
    assert begun is not None
    assert found.restauracao.copia_de == begun.restauracao.copia_de  # from where on the court is asked
    assert found.faltam == release.STEPS
    for _ in range(2):
        release.take_mirror(back.office, person(back), str(lost.mirror))
        assert back.codes() == lost.rig.codes()
        assert sequence(back) == sequence(lost.rig)
    release.take_court(back.office, person(back), release.search.Arquivo(formato="csv", conteudo="selo\n"))
    release.take_paper(back.office, person(back), "nenhum")
    with pytest.raises(Recusa, match="faça uma cópia"):  # those of the restored office that was lost do not count
        release.release(back.office, person(back))
    copy(back)
    release.release(back.office, person(back))
    assert back.proof().gaps == []
    back.office.db.close()


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
