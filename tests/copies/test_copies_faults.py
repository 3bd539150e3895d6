"""What goes wrong around a copy, a mirror and a restore is one sentence each, and changes nothing (B1-B3)."""

import importlib
import os
import resource
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from copies.copied_office import copied_rig, copy, key_of, person, restore
from printserver import copies, db, incidents
from printserver.copies import release, restic
from printserver.copies.restic import Repository
from printserver.court import mail
from printserver.db import sqlite
from printserver.errors import ConfigError, Recusa
from printserver.office import copy_key, mirror
from support.office import Clock, Rig
from support.smtp import mail_server

needs_mount = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with copied_rig(tmp_path / "casa") as opened:
        opened.printed(opened.certidao())
        copy(opened)
        yield opened


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a small disk at `folder`."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def place_of(rig: Rig) -> Path:
    return Path(rig.office.settings.copias.lugares[0])


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def said(rig: Rig) -> tuple[str, ...]:
    with rig.office.db.read() as conn:
        return copies.standing(conn, rig.office.current(), rig.office.clock()).warnings


def restore_at(rig: Rig, folder: Path, clock: Clock, **options: bool) -> None:
    source = copies.Source(str(place_of(rig)), key_of(rig))
    copies.restore(source, folder, "teste", clock, **options)


def test_b1_a_copy_that_failed_is_told_by_mail_once(tmp_path: Path) -> None:
    with mail_server() as box:
        email = {"servidor": "127.0.0.1", "porta": box.port, "seguranca": "nenhuma", "remetente": "selos@c.example"}
        settings = {"avisos": email | {"destinatarios": ["a@c.example"]}, "copias": {"lugares": ["/nenhum/disco"]}}
        with copied_rig(tmp_path / "casa", settings=settings) as rig:
            rig.printed(rig.livro())
            (fault,) = copies.make_copy(rig.office).failures
            assert fault == "/nenhum/disco: a pasta de cima não existe. Se é um disco, ligue-o"
            for _ in range(2):
                mail.look(rig.office)
                rig.clock.forward(minutes=1)
                assert copies.make_copy(rig.office).failures == (fault,)
            texts = [each.get_content() for each in box.messages]
    assert [str(each["Subject"]) for each in box.messages] == [
        "[DEMONSTRAÇÃO CNS 123456] Incidente 1: Cópia que falhou"
    ]
    assert fault in texts[0]
    assert "Assunção" not in texts[0]
    assert mail.LOOK_EVERY_S < 60


# -- wrong key --------------------------------------------------------------------------------------------------------


def test_b1_with_another_key_nothing_is_copied(rig: Rig) -> None:
    (rig.folder / copy_key.KEY_FILE).unlink()
    copy_key.keep(rig.folder, copy_key.generate())
    before = files(place_of(rig))
    made = copies.make_copy(rig.office)
    (fault,) = made.failures
    assert "chave" in fault
    assert made.copies == ()
    assert files(place_of(rig)) == before
    assert said(rig)[0] == f"A cópia falhou: {fault}"


def test_b3_a_mirror_under_another_key_changes_nothing(rig: Rig, tmp_path: Path) -> None:
    rig.printed(rig.livro())
    back = restore(rig, tmp_path / "volta")
    (back.folder / copy_key.KEY_FILE).unlink()
    copy_key.keep(back.folder, copy_key.generate())
    before = back.state()
    with pytest.raises(Recusa, match="foi cifrado com outra chave, ou foi alterado"):
        release.take_mirror(back.office, person(back), rig.office.settings.espelho.pasta)
    assert back.state() == before
    back.office.db.close()


# -- full disk, stick pulled ------------------------------------------------------------------------------------------


@needs_mount
def test_b3_a_restore_onto_a_full_disk_leaves_nothing(rig: Rig, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disco", "512k") as disk:
        with pytest.raises(
            ConfigError, match=rf"^{disk}: o disco está cheio\. Libere espaço e repita; nada foi mudado$"
        ):
            restore(rig, disk / "volta")
        assert list(disk.iterdir()) == []


@needs_mount
def test_b1_an_office_without_room_for_the_stage_copies_nothing(rig: Rig) -> None:
    before = files(place_of(rig))
    with small_disk(rig.folder / "copias", "512k"):
        (fault,) = copies.make_copy(rig.office).failures
    assert "não tem lugar para a cópia" in fault
    assert files(place_of(rig)) == before


@needs_mount
def test_b2_a_full_disk_of_the_mirror_is_said_and_caught_up(tmp_path: Path) -> None:
    mirrored = {"espelho": {"pasta": str(tmp_path / "disco")}}
    with (
        small_disk(tmp_path / "disco", "256k") as disk,
        copied_rig(tmp_path / "casa", settings=mirrored) as rig,
    ):
        rig.printed(rig.certidao())
        with pytest.raises(OSError, match="No space"), (disk / "enche").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        assert rig.printed(rig.livro())["estado"] == "impresso"
        copies.observe(rig.office.current())
        assert any("disco cheio" in each for each in said(rig)), said(rig)
        with rig.office.db.read() as conn:
            assert [each.tipo for each in incidents.open_ones(conn, 1)] == ["espelho-parado"]
        (disk / "enche").unlink()
        rig.office.mirror._not_before = 0.0  # the pause after a fault
        rig.printed(rig.certidao())
        copies.observe(rig.office.current())
        assert not any("disco cheio" in each for each in said(rig))
        (path,) = disk.glob("*.jsonl")
        assert len(path.read_text("utf-8").splitlines()) == len(rig.rows(db.log)) + 1


def test_b3_a_place_that_is_not_there_restores_nothing(rig: Rig, tmp_path: Path) -> None:
    away = place_of(rig).rename(tmp_path / "gaveta")
    with pytest.raises(ConfigError, match="não é um lugar de cópias"):
        restore(rig, tmp_path / "volta")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["casa", away.name]


# -- a clock off by a day ---------------------------------------------------------------------------------------------


def test_b3_a_clock_behind_the_copy_restores_nothing_until_a_person_says_that_it_is_right(
    rig: Rig, tmp_path: Path
) -> None:
    behind = Clock(rig.clock.now)
    behind.forward(days=-1)
    folder = tmp_path / "volta"
    with pytest.raises(ConfigError, match="antes da hora da cópia") as refused:
        restore_at(rig, folder, behind)
    assert len(str(refused.value).splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["casa"]
    restore_at(rig, folder, behind, clock_is_right=True)
    assert folder.is_dir()


def test_b1_a_copy_made_by_a_clock_that_was_ahead_hides_no_later_one_and_no_failure(rig: Rig) -> None:
    right = rig.clock.now
    rig.clock.forward(days=1)
    copy(rig)
    rig.clock.now = right
    assert not copies.make_copy(rig.office, only_if_grown=True).skipped  # what the clock says is no age
    rig.printed(rig.livro())
    copy(rig)
    assert said(rig) == ()
    rig.clock.forward(days=1)
    rig.printed(rig.certidao())
    copy(rig)
    rig.clock.now = right  # now even the log is ahead
    (fault,) = copies.make_copy(rig.office).failures
    assert "antes do último registro desta serventia" in fault
    assert said(rig) == (f"A cópia falhou: {fault}",)
    refused = rig.post(rig.certidao())
    assert (refused.status, refused.word) == (503, "servidor-ocupado")
    assert "Acerte o relógio" in refused.json["detail"]


def test_b2_b3_a_restore_by_a_clock_that_was_ahead_is_not_newer_than_the_next(rig: Rig, tmp_path: Path) -> None:
    right, first = rig.clock.now, copies_of(rig)[0]
    rig.clock.forward(days=1)
    one = restore(rig, tmp_path / "uma")
    release.take_mirror(one.office, person(one), rig.office.settings.espelho.pasta)
    listing = release.search.Arquivo(formato="csv", conteudo="selo\n" + "\n".join(rig.codes()))
    release.take_court(one.office, person(one), listing)
    release.take_paper(one.office, person(one), "nenhum")
    copy(one)
    release.release(one.office, person(one))
    lost = one.printed(one.livro())["selos"][0]["codigo"]
    copy(one)
    rig.clock.now = right
    another = restore(rig, tmp_path / "outra", clock_is_right=True)
    assert lost in another.codes()
    old = restore(rig, tmp_path / "velha", snapshot=first)  # a person chose the copy before: it knows of no restore
    for found in (another, old):
        assert branch(found) > branch(one)
    for found in (one, another, old):
        found.office.db.close()


def branch(rig: Rig) -> str:
    with rig.office.db.read() as conn:
        return mirror.branch(conn, rig.office.serventia_id)


def copies_of(rig: Rig) -> list[str]:
    with rig.office.db.read() as conn:
        return [each.instantaneo or "" for each in copies.copies(conn, 1, 10)]


# -- failures that are recorded ----------------------------------------------------------------------------------------


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("in_log", [False, True], ids=["the file", "the driver"])
def test_b1_an_error_of_the_disk_is_a_copy_that_failed(rig: Rig, in_log: bool) -> None:
    base = rig.folder / "printserver.db"
    with rig.office.db.write() as conn:
        conn.exec_driver_sql(f"CREATE TABLE lastro AS SELECT zeroblob({10_000_000 if in_log else 20_000_000}) AS zeros")
    with closing(sqlite.dbapi.connect(base, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("BEGIN")
        other.execute("SELECT * FROM alembic_version").fetchall()  # from here on nothing leaves the log
        if in_log:
            with rig.office.db.write() as conn:
                conn.exec_driver_sql("CREATE TABLE mais AS SELECT zeroblob(10000000) AS zeros")
        with file_limit(15_000_000):
            (fault,) = copies.make_copy(rig.office).failures
    where = rig.folder / "copias" / "atual" / "banco.db"
    disk = f"o disco falhou: arquivo grande demais ({where})"
    assert fault.startswith("O banco de dados falhou: ") if in_log else fault == disk
    assert said(rig)[0] == f"A cópia falhou: {fault}"
    with rig.office.db.read() as conn:
        assert [each.tipo for each in incidents.open_ones(conn, 1)] == ["copia-falhou"]


def test_b1_without_temporary_files_each_place_has_its_failure(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nenhuma"))
    (fault,) = copies.make_copy(rig.office).failures
    assert fault == "o restic não pôde trabalhar: arquivo ou pasta não existe. Confira a pasta temporária (/tmp)"
    assert said(rig)[0] == f"A cópia falhou: {fault}"
    rehearsed = copies.rehearse(rig.office, "teste")
    assert (rehearsed.certo, rehearsed.falha) == (False, fault)


def test_b4_a_rehearsal_is_on_record_though_its_minutes_cannot_be_written(rig: Rig) -> None:
    (rig.folder / "atas").touch()
    done = copies.rehearse(rig.office, "teste")
    assert (done.certo, done.ata) == (True, None)
    with rig.office.db.read() as conn:
        assert copies.rehearsal(conn, 1, done.id) == done


def test_b1_a_copy_is_made_though_old_ones_cannot_be_removed(rig: Rig) -> None:
    """A restore from that place holds restic's lock."""
    rig.clock.forward(days=1)
    rig.printed(rig.certidao())
    lock = next(iter(place_of(rig).glob("locks")))
    place = Repository(str(place_of(rig)), key_of(rig), rig.folder / "copias" / "cache", {})
    with held(place, lock):
        made = copies.make_copy(rig.office)
    assert made.failures == ()
    assert [each.done for each in made.copies] == [True]
    assert said(rig) == ()


@contextmanager
def held(place: Repository, locks: Path) -> Iterator[None]:
    """Hold restic's shared lock at a place: a backup that waits for what it is to read."""
    environment = {**os.environ, "RESTIC_PASSWORD": place.key}
    command = ["restic", "--quiet", "--repo", place.place, "--cache-dir", str(place.cache)]
    command += ["backup", "--stdin", "--tag", "outro"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE) as child:
        while not list(locks.iterdir()):
            assert child.poll() is None
        yield
        child.kill()


def test_b1_b4_a_copy_is_refused_while_a_rehearsal_reads(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("printserver.copies.rehearsal")
    fetch, refused = module.fetch, []

    def and_copy(*arguments: Any) -> Any:
        with pytest.raises(ConfigError, match="outra cópia ou um ensaio desta serventia está em andamento") as error:
            copies.make_copy(rig.office)
        refused.append(error)
        return fetch(*arguments)

    monkeypatch.setattr(module, "fetch", and_copy)
    assert copies.rehearse(rig.office, "teste").certo
    assert len(refused) == 1


@pytest.mark.parametrize(
    ("said", "meant", "empty"),
    [
        (
            'Head "http://127.0.0.1:1/x/config": dial tcp 127.0.0.1:1: connect: connection refused',
            "não responde",
            False,
        ),
        (
            'Head "https://x.example/config": dial tcp: lookup x.example: no such host',
            "o endereço não foi achado",
            False,
        ),
        ("client.GetObject: The Access Key Id you provided does not exist", "a credencial não foi aceita", False),
        ("The request signature we calculated does not match", "a credencial não foi aceita", False),
        ("unexpected HTTP response (401): 401 Unauthorized", "a credencial não foi aceita", False),
        ("unexpected HTTP response (404): 404 Not Found", "não há cópias desta serventia ali", True),
        ("stat /mnt/x/config: no such file or directory", "não há cópias desta serventia ali", True),
    ],
)
def test_b1_a_place_that_is_away_is_not_one_without_copies(said: str, meant: str, empty: bool) -> None:
    fault = restic._fault(
        "rest:x", f"Fatal: unable to open config file: {said}\nIs there a repository at the following location?\nrest:x"
    )
    assert meant in str(fault)
    assert fault.empty is empty


def test_b1_a_machine_that_does_not_answer_is_named(tmp_path: Path) -> None:
    place = Repository("rest:http://127.0.0.1:1/copias", copy_key.generate(), tmp_path, {})
    with pytest.raises(restic.PlaceFault, match="a máquina não responde") as fault:
        place.snapshots()
    assert not fault.value.empty


class _Nothing(BaseHTTPRequestHandler):
    """A place of copies on another machine, in which nothing is."""

    def do_GET(self) -> None:
        self.send_error(404)

    def do_HEAD(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


def test_b1_what_is_said_of_a_disk_is_not_said_of_a_place_on_another_machine(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"rest:http://127.0.0.1:{server.server_port}/copias/"
        with pytest.raises(restic.PlaceFault) as there:
            Repository(address, copy_key.generate(), tmp_path / "cache", {}).snapshots()
        server.shutdown()
    said = "não há cópias desta serventia ali. Confira o endereço, e se o lugar responde."
    assert (str(there.value), there.value.empty) == (f"{address}: {said}", True)
    here = str(tmp_path / "disco")
    with pytest.raises(restic.PlaceFault, match=f"^{here}: não há cópias.*ali. Se é um disco, ligue-o.$"):
        Repository(here, copy_key.generate(), tmp_path / "cache", {}).snapshots()
    assert "disco" not in str(restic._fault(address, "ciphertext verification failed"))
