"""Copies: made while the server works, whole, ciphered, in every place; each fault is one sentence (B1)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from copies.copied_office import copied_rig, copy, key_of, person, restore
from printserver import copies, db, incidents
from printserver.copies import release
from printserver.db import sqlite
from printserver.errors import ConfigError, Recusa
from printserver.office import copy_key
from printserver.search import Arquivo
from support.office import NOW, Rig


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office with a print and a copy, for the tests that put nothing out of order."""
    base = tmp_path_factory.mktemp("copias")
    with copied_rig(base) as rig:
        rig.printed(rig.livro())
        for name in ("antes-da-atualizacao", "prova-da-atualizacao"):
            (rig.folder / name).mkdir()
            (rig.folder / name / "a").write_text("da atualização")
        for name in ("tribunal-simulado.db", "tribunal-simulado.db-wal", "espelho.json"):
            (rig.folder / name).touch()
        copy(rig)
        yield rig


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB."""
    folder = tmp_path / "disco"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


needs_mount = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


def standing(rig: Rig) -> copies.Standing:
    with rig.office.db.read() as conn:
        return copies.standing(conn, rig.office.current(), rig.office.clock())


def place_of(rig: Rig) -> Path:
    return Path(rig.office.settings.copias.lugares[0])


def test_b1_the_copy_has_all_with_hashes_counts_and_the_head_of_the_log(house: Rig) -> None:
    stage = house.folder / "copias" / "atual"
    said = json.loads((stage / "manifesto.json").read_text("utf-8"))
    with house.office.db.read() as conn:
        head = conn.execute(sa.select(db.cadeia)).one()
    assert (said["registro_n"], said["registro_hash"]) == (head.n, head.hash)
    assert said["contagens"]["selo"] == len(house.codes())
    assert said["spool_arquivos"] == len(list(house.office.spool.rglob("*.pdf"))) > 0
    assert {"printserver.toml", "certificado.p12", "segredo"} <= set(said["arquivos"])
    assert "copias.chave" not in said["arquivos"]
    assert [name for name in said["arquivos"] if "da-atualizacao" in name or name.startswith(("trib", "esp"))] == []
    assert (house.folder / "copias.chave").stat().st_mode & 0o777 == 0o600


def test_b1_nothing_can_be_read_at_the_place_without_the_key(house: Rig) -> None:
    content = b"".join(path.read_bytes() for path in place_of(house).rglob("*") if path.is_file())
    assert content
    assert house.codes()[0].encode() not in content
    assert b"Cart\xc3\xb3rio" not in content


def test_b1_a_database_of_a_copy_put_in_place_by_hand_seals_nothing(house: Rig, tmp_path: Path) -> None:
    shutil.copytree(house.folder, tmp_path / "outra", symlinks=True)
    for path in (tmp_path / "outra").glob("printserver.db*"):
        path.unlink()
    shutil.copy(house.folder / "copias" / "atual" / "banco.db", tmp_path / "outra" / "printserver.db")
    from copies.copied_office import reopened

    rig = reopened(house, tmp_path / "outra")
    answer = rig.post(rig.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    assert "recuperada da cópia" in answer.json["detail"]
    rig.office.db.close()


def test_b1_by_the_timer_only_what_grew_is_copied(house: Rig) -> None:
    assert copies.make_copy(house.office, only_if_grown=True).skipped
    before = standing(house).lugares[0].copia
    house.printed(house.certidao())
    made = copies.make_copy(house.office, only_if_grown=True)
    assert not made.skipped
    assert before is not None
    assert made.copies[0].registro_n > (before.registro_n or 0)
    house.clock.forward(hours=25)
    assert not copies.make_copy(house.office, only_if_grown=True).skipped


def test_b1_commits_go_on_while_the_copy_is_made(house: Rig) -> None:
    """The copy is of one moment; a writer in between neither waits nor is in half of it."""
    source, target = house.folder / "printserver.db", house.folder / "copias" / "outra.db"
    from printserver.copies import database_copy

    state = database_copy.copy_sqlite(source, target, 1, NOW)
    house.printed(house.certidao())
    copied = sqlite.dbapi.connect(str(target))
    assert copied.execute("SELECT max(n) FROM log").fetchone()[0] == state.registro_n
    assert copied.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    copied.close()
    target.unlink()


def test_b1_the_key_is_typed_from_paper_and_asked_for_again(house: Rig) -> None:
    key = key_of(house)
    assert "folha de emergência" in (standing(house).chave.reminder or "")
    for typed, said in (
        (key[:-1] + ("2" if key[-1] != "2" else "3"), "um caractere da chave está errado"),
        (copy_key.generate(), "não é a chave desta serventia"),
        (key[:20], "tem 30 caracteres"),
        (key.replace(key[3], "0"), "não tem o caractere '0'"),
    ):
        with pytest.raises(Recusa, match=said):
            copies.confirm(house.office, person(house), typed)
    copies.confirm(house.office, person(house), copy_key.spaced(key).lower())
    assert standing(house).chave.reminder is None
    house.clock.forward(days=183)
    assert "confira-a de novo" in (standing(house).chave.reminder or "")
    house.clock.forward(days=-183)


def test_b1_a_wrong_key_is_one_sentence_and_nothing_is_left(house: Rig, tmp_path: Path) -> None:
    source = copies.Source(str(place_of(house)), copy_key.generate())
    with pytest.raises(ConfigError, match="a chave não abre as cópias"):
        copies.restore(source, tmp_path / "volta", "teste", house.clock)
    assert list(tmp_path.iterdir()) == []


def test_b1_a_restore_over_an_office_is_refused(house: Rig) -> None:
    before = house.state()
    with pytest.raises(ConfigError, match="nunca escreve por cima"):
        restore(house, house.folder)
    assert house.state() == before


def test_b3_a_copy_of_sqlite_is_never_restored_beside_another_database(
    house: Rig, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="repita sem --banco"):
        restore(house, tmp_path / "volta", url=postgres_url)
    monkeypatch.setenv("PRINTSERVER_BANCO_URL", postgres_url)
    with pytest.raises(ConfigError, match="PRINTSERVER_BANCO_URL diz outro banco"):
        restore(house, tmp_path / "volta")
    assert list(tmp_path.iterdir()) == []
    with sa.create_engine(postgres_url).connect() as conn:
        assert sa.inspect(conn).get_table_names() == []


def test_b1_half_an_archive_is_passed_over_for_the_copy_before(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        copy(rig)
        known = {path for path in place_of(rig).rglob("*") if path.is_file()}
        rig.printed(rig.livro())
        copy(rig)
        lost = [path for path in (place_of(rig) / "data").rglob("*") if path.is_file() and path not in known]
        assert lost
        for path in lost:
            path.chmod(0o600)
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        back = restore(rig, tmp_path / "volta")
        assert len(back.codes()) == 1
        back.office.db.close()
        done = copies.rehearse(rig.office, "teste")
        assert not done.certo
        assert "não está inteira" in (done.falha or "")
        shutil.rmtree(place_of(rig) / "data")
        with pytest.raises(ConfigError, match=r"está inteira|está estragada|falta parte"):
            restore(rig, tmp_path / "nada")
        assert not (tmp_path / "nada").exists()


@needs_mount
def test_b1_a_disk_that_is_full_or_gone_fails_at_its_place_alone(tmp_path: Path, small_disk: Path) -> None:
    second = small_disk / "copias"
    settings = {"copias": {"lugares": [str(tmp_path / "lugar"), str(second)]}}
    with copied_rig(tmp_path / "casa", settings=settings) as rig:
        (small_disk / "enche").write_bytes(os.urandom(4_150_000))
        made = copies.make_copy(rig.office)
        assert [each.lugar for each in made.copies] == [str(tmp_path / "lugar")]
        assert made.failures == (f"{second}: o disco está cheio. Libere espaço ou troque o disco.",)
        assert "disco está cheio" in (standing(rig).failed or "")
        with rig.office.db.read() as conn:
            assert [each.tipo for each in incidents.open_ones(conn, 1)] == ["copia-falhou"]
        (small_disk / "enche").unlink()
        shutil.rmtree(second, ignore_errors=True)
        assert not copies.make_copy(rig.office).failures
        assert standing(rig).failed is None
        subprocess.run(["umount", str(small_disk)], check=True)  # pulled: the folder is there, empty
        try:
            gone = copies.make_copy(rig.office)
            assert len(gone.failures) == 1
            assert "não há cópias desta serventia ali. Se é um disco, ligue-o" in gone.failures[0]
            assert not second.exists()
            assert not copies.make_copy(rig.office, new_disk=True).failures
            shutil.rmtree(second)
        finally:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(small_disk)], check=True)


def test_b1_a_clock_off_by_a_day_copies_nothing_and_says_so(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        copy(rig)
        rig.clock.forward(days=-1)
        made = copies.make_copy(rig.office)
        assert made.copies == ()
        assert "antes do último registro desta serventia" in made.failures[0]
        rig.clock.forward(minutes=15)
        assert copies.make_copy(rig.office).failures == made.failures  # it is one incident


def test_b1_an_old_copy_opens_an_incident_and_a_new_one_ends_it(tmp_path: Path) -> None:
    with copied_rig(tmp_path / "casa") as rig:
        rig.printed(rig.certidao())
        copy(rig)
        rig.printed(rig.certidao())
        copies.observe(rig.office)
        assert standing(rig).warnings == ()
        rig.clock.forward(hours=5)
        copies.observe(rig.office)
        assert "Cópia velha demais" in (standing(rig).too_old or "")
        with rig.office.db.read() as conn:
            assert [each.tipo for each in incidents.open_ones(conn, 1)] == ["copia-velha"]
        metrics = rig.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {rig.key}"}).get_data(True)
        late = float(metrics.split("printserver_copy_late_seconds{")[1].split("} ")[1].split("\n")[0])
        assert late > 4 * 3600
        copy(rig)
        copies.observe(rig.office)
        assert standing(rig).warnings == ()
        with rig.office.db.read() as conn:
            assert incidents.open_ones(conn, 1)[0].cessou_em is not None


def test_b4_a_rehearsal_restores_compares_measures_and_keeps_its_minutes(house: Rig) -> None:
    copy(house)
    before = house.codes()
    (house.folder / "copias" / "ensaio-0123456789ab" / "serventia").mkdir(parents=True)  # of one that was killed
    done = copies.rehearse(house.office, "tereza")
    assert done.certo, done.falha
    figures = done.figuras
    assert figures["contagens"]["selo"] == figures["amostra"] == len(before)
    assert figures["trazer_s"] > 0
    content = copies.read_minutes(house.office, done)
    assert content.startswith(b"%PDF")
    assert standing(house).rehearsal_fault is None
    assert [path.name for path in (house.folder / "copias").glob("ensaio-*")] == []
    house.clock.forward(days=36)
    assert "faça outro" in (standing(house).rehearsal_fault or "")
    house.clock.forward(days=-36)


def _with_99_seals(rig: Rig, base: Path) -> copies.Source:
    """Return a copy as a folder whose manifest counts other rows than its database has."""
    shutil.copytree(rig.folder / "copias/atual", base / "falsa/copias/atual")
    shutil.copytree(rig.folder / "spool", base / "falsa/spool")
    manifest = base / "falsa/copias/atual/manifesto.json"
    said = json.loads(manifest.read_text("utf-8"))
    said["contagens"]["selo"] = 99
    manifest.write_text(json.dumps(said), "utf-8")
    return copies.Source(str(base / "falsa"))


def test_b3_b4_postgresql_is_dumped_restored_and_rehearsed(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("postgres_server")
    with copied_rig(tmp_path / "casa", postgres=server) as rig:
        rig.printed(rig.livro())
        copy(rig)
        lost = rig.printed(rig.certidao())
        (rig.folder / "copias" / "ensaio-0123456789ab").mkdir()  # a rehearsal was killed
        server.create("ensaio_0123456789ab")
        done = copies.rehearse(rig.office, "teste")
        assert done.certo, done.falha
        assert list((rig.folder / "copias").glob("ensaio-*")) == []
        with rig.office.db.read() as conn:
            left = conn.exec_driver_sql("SELECT 1 FROM pg_database WHERE datname = 'ensaio_0123456789ab'").all()
        assert left == []
        with pytest.raises(ConfigError, match="já tem uma serventia"):
            restore(rig, tmp_path / "volta", url=rig.office.db.url)
        url = server.create()
        with pytest.raises(ConfigError, match="a cópia tinha 99 linhas em selo"):
            copies.restore(_with_99_seals(rig, tmp_path), tmp_path / "volta", "teste", rig.clock, url)
        back = restore(rig, tmp_path / "volta", url=url)  # what had been loaded is gone
        assert back.post(back.certidao()).status == 503
        release.take_mirror(back.office, person(back), rig.office.settings.espelho.pasta)
        assert back.codes() == rig.codes()
        assert back.job(lost["id"])["estado"] == "impresso"
        assert back.proof().gaps == []
        listing = "selo\n" + "\n".join(rig.codes())
        release.take_court(back.office, person(back), Arquivo(formato="csv", conteudo=listing))
        release.take_paper(back.office, person(back), "nenhum")
        copy(back)
        release.release(back.office, person(back))
        assert back.printed(back.certidao())["estado"] == "impresso"
        back.office.db.close()
        server.drop(url)


def test_b1_a_setting_without_a_place_is_said(rig: Rig) -> None:
    with pytest.raises(ConfigError, match=r"copias\.lugares"):
        copies.make_copy(rig.office)
    assert standing(rig).warnings == ()
