"""An office that cannot seal now says so before it seals, and goes on by itself: clock, disk, database (S3, S7)."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.db.sqlite import dbapi as sqlite
from printserver.delivery import claims
from printserver.office import ready
from printserver.rendering import Render
from support.office import ISENTO, LONG, Answer, Rig, disarm, open_rig


def readyz(rig: Rig) -> Answer:
    found = rig.app.test_client().get("/readyz")
    return Answer(found.status_code, dict(found.headers), found.get_json())


def refused(rig: Rig, word: str, send: Callable[[], Answer] | None = None) -> str:
    """Check that a print is refused with 503 and nothing of it stays, and `readyz` says so; return the reason."""
    before = rig.state()
    answer = send() if send is not None else rig.post(rig.certidao())
    assert (answer.status, answer.word, answer.json["repetir"]) == (503, "servidor-ocupado", "mesma-chave")
    assert int(answer.headers["Retry-After"]) >= 1
    assert rig.state() == before
    health = readyz(rig)
    assert (health.status, health.json["pronto"], health.json[word]) == (503, False, False)
    assert str(answer.json["detail"]).partition(". ")[2][:60] in health.json["detail"]
    return str(answer.json["detail"])


# -- the clock --------------------------------------------------------------------------------------------------------


def standalone() -> dict[str, Any]:
    return {"natureza": 1, "ato": "CE", "identificador": "ATA-1", "escrevente": "maria", **ISENTO}


@pytest.mark.parametrize("behind", [{"minutes": 2}, {"days": 400}, {"days": 26 * 365}])
def test_s7_a_clock_behind_the_newest_record_seals_nothing(any_rig: Rig, behind: dict[str, float]) -> None:
    rig = any_rig
    first = rig.printed(rig.livro())
    right = rig.clock.now
    rig.clock.now = right - timedelta(**behind)
    told = refused(rig, "relogio")
    assert "relógio" in told
    assert "20/11/2026" in told
    refused(rig, "relogio", lambda: rig.call("POST", "/selos", standalone()))
    refused(rig, "relogio", lambda: rig.act(first["id"], "excluir", papel_em_maos=True))
    rig.pdf(first["id"])  # the log goes on with the wrong time, and seals still wait
    refused(rig, "relogio")
    rig.clock.now = right
    assert rig.post(rig.certidao()).status == 202
    assert readyz(rig).status == 200
    rig.assert_gapless()


def test_s7_a_clock_a_little_behind_still_seals(rig: Rig) -> None:
    rig.printed(rig.livro())
    rig.clock.forward(seconds=-50)
    assert rig.post(rig.certidao()).status == 202


def test_s7_the_tolerance_is_a_setting(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"selo": {"tolerancia_do_relogio_s": 3 * 86_400}}) as rig:
        rig.printed(rig.livro())
        rig.clock.forward(days=-2)
        assert rig.post(rig.certidao()).status == 202


def test_what_was_due_in_a_future_that_was_taken_back_goes_on_at_once(any_rig: Rig) -> None:
    """The clock was ahead while a queue was away: right again, it and what comes after it go on within a minute."""
    rig = any_rig
    right = rig.clock.now
    aside = rig.out.rename(rig.out.with_name("longe"))
    rig.clock.forward(days=2)
    waiting = [rig.taken(rig.ficha(gerar_selo=False)) for _ in range(2)]
    rig.engine.run_once()
    aside.rename(rig.out)
    rig.clock.now = right
    rig.engine.run_once()
    assert [rig.job(each["id"])["estado"] for each in waiting] == ["impresso", "impresso"]


def test_a_claim_from_a_future_that_was_taken_back_is_over(any_rig: Rig) -> None:
    rig = any_rig
    right = rig.clock.now
    taken = rig.taken(rig.ficha(gerar_selo=False))
    rig.clock.forward(days=2)
    assert claims.claim_due(rig.office, "another:1:2", rig.clock())
    rig.clock.now = right
    rig.engine.run_once()
    assert rig.job(taken["id"])["estado"] == "impresso"


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_print_claimed_in_a_future_that_was_taken_back_can_be_cancelled(rig: Rig, seconds: int) -> None:
    right, length = rig.clock.now, rig.office.settings.motor.posse_s
    taken = rig.taken(rig.ficha(gerar_selo=False))
    rig.clock.forward(seconds=length + 1 + seconds)
    assert claims.claim_due(rig.office, "another:1:2", rig.clock())
    rig.clock.now = right
    if seconds < 0:  # the end lies no further ahead than that of a lease taken now may
        assert rig.act(taken["id"], "cancelar").word == "impressao-em-andamento"
    else:
        assert rig.act(taken["id"], "cancelar").json["estado"] == "falhou"


# -- the disk ---------------------------------------------------------------------------------------------------------


def test_s12_a_full_disk_is_said_before_any_seal(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"disco": {"livre_mb": 10**9}}) as rig:
        assert "está cheio" in refused(rig, "disco")


def test_s12_a_database_that_is_full_takes_the_seal_back(rig: Rig) -> None:
    rig.printed(rig.livro())

    def allow(pages: int) -> None:
        rig.office.db.close()

        @sa.event.listens_for(rig.office.db.engine, "connect")
        def limit(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

    allow(1)  # SQLite takes the file's own size where that is more: the text finds no room
    before = rig.state()
    long = {"formato": "texto", "conteudo": LONG["conteudo"] + " Nada mais."}
    full = rig.post(rig.certidao(corpo=long))
    assert (full.status, full.word) == (503, "servidor-ocupado")
    assert "disco cheio" in full.json["detail"]
    assert rig.state() == before
    allow(10**9)
    assert rig.post(rig.certidao(corpo=long)).status == 202
    rig.assert_gapless()


@pytest.mark.parametrize("name", ["spool", "cache"])
def test_s12_a_folder_that_cannot_be_written_is_said_before_any_seal(rig: Rig, name: str) -> None:
    limits = {"tempo_limite_s": 60, "memoria_mb": 1024, "cache_mb": 50, "processos": 1}
    rig.office.render = Render(rig.folder / "layouts", in_use=set, **limits)
    folder = rig.office.spool if name == "spool" else rig.folder / "layouts"
    deed = rig.livro()
    rig.printed(deed)
    held = rig.question(deed)
    shutil.rmtree(folder)
    folder.touch()
    try:
        refused(rig, "spool" if name == "spool" else "render", lambda: rig.yes(held["id"]))
        assert str(folder) in refused(rig, "spool" if name == "spool" else "render")
        folder.unlink()  # gone, it is made again
        assert rig.post(rig.certidao()).status == 202
    finally:
        rig.office.render.close()


def test_a_disk_that_fails_in_the_midst_is_told_in_portuguese(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", str(rig.folder / "cache" / "x"))

    monkeypatch.setattr(type(rig.office.render), "layout", full)
    answer = rig.post(rig.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    assert "disco cheio" in answer.json["detail"]
    assert "No space" not in answer.json["detail"]


# -- the database is the one that was opened ---------------------------------------------------------------------------


def test_s3_a_database_file_that_was_moved_takes_no_seal(rig: Rig) -> None:
    rig.printed(rig.livro())
    file = rig.folder / "printserver.db"
    aside = file.rename(file.with_name("aside.db"))
    assert "não está mais no lugar" in refused(rig, "banco")
    refused(rig, "banco", lambda: rig.call("POST", "/selos", standalone()))
    rig.office.db.close()
    assert rig.post(rig.certidao()).status == 503
    assert not file.exists()  # a new connection makes no empty one
    aside.rename(file)
    assert rig.post(rig.certidao()).status == 202


def test_s3_a_copy_put_in_the_place_of_the_open_file_takes_no_seal_and_prints_nothing(rig: Rig) -> None:
    rig.printed(rig.livro())
    file = rig.folder / "printserver.db"
    copied = file.with_name("copia.db")
    source, target = sqlite.connect(file), sqlite.connect(copied)
    source.backup(target)
    source.close()
    target.close()
    waiting = rig.taken(rig.livro())
    copied.replace(file)
    assert "foi trocado por outro" in refused(rig, "banco")
    rig.office.db.close()  # nor over a new connection
    assert "foi trocado por outro" in rig.post(rig.certidao()).json["detail"]
    with pytest.raises(Exception, match="foi trocado por outro"):
        rig.engine.run_once()
    assert not (rig.out / f"{waiting['id']}.pdf").exists()


def test_s3_a_file_replaced_while_a_seal_is_made_does_not_take_the_seal_with_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = rig.folder / "printserver.db"
    real = ready.require_clock

    def replaced(conn: sa.Connection, *more: Any) -> None:
        real(conn, *more)
        if conn.in_transaction() and conn.info.get("testimony") and file.exists():
            file.rename(file.with_name("aside.db"))

    monkeypatch.setattr(ready, "require_clock", replaced)
    answer = rig.post(rig.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    file.with_name("aside.db").rename(file)
    monkeypatch.undo()
    assert rig.codes() == []
    rig.assert_gapless()


@pytest.mark.parametrize("back", [sa.update(db.sequencia).values(proximo=1), sa.update(db.cadeia).values(n=2)])
def test_s3_numbers_that_moved_backward_under_this_process_stop_the_sealing(any_rig: Rig, back: sa.Update) -> None:
    rig = any_rig
    rig.printed(rig.livro())
    rig.printed(rig.certidao())
    with rig.office.db.engine.connect() as conn:
        disarm(conn)  # as a copy that was put back would be: no statement of ours does this
        conn.execute(back)
        conn.commit()
    assert "voltou no tempo" in refused(rig, "banco")
    assert "voltou no tempo" in rig.post(rig.livro()).json["detail"]


def test_two_threads_that_write_at_once_are_no_database_that_went_back(any_rig: Rig) -> None:
    rig = any_rig
    answers: list[Answer] = []
    crew = [
        threading.Thread(target=lambda: answers.extend(rig.post(rig.certidao()) for _ in range(5))) for _ in range(4)
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert [answer.status for answer in answers] == [202] * 20
    assert rig.office.db.witness.fault() is None
    rig.assert_gapless()


def test_a_database_server_that_ends_a_transaction_is_no_fault_of_ours(any_rig: Rig) -> None:
    rig = any_rig
    end = "SELECT raise_nothing()" if rig.office.db.sqlite else "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(sa.exc.OperationalError), rig.office.db.write() as conn:
        conn.exec_driver_sql(end)
    assert rig.post(rig.certidao()).status == 202


# -- who holds the lock -----------------------------------------------------------------------------------------------

_HOLDER = """\
import sys
from printserver.db import Database
with Database(sys.argv[1]).write():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(rig: Rig) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the database's write lock."""
    command = [sys.executable, "-c", _HOLDER, rig.office.db.url]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.send_signal(signal.SIGCONT)
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


def test_who_holds_the_lock_and_since_when_is_in_the_answer(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("printserver.db.engine.WAIT_S", 0.3)
    monkeypatch.setattr(ready, "LONG_WRITE_S", 0.0)
    rig.office.db.close()  # so that connections with the shorter patience are made
    assert rig.office.db.holder() is None
    with held(rig) as holder:
        holder.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, holder.pid, os.WSTOPPED)
        before = rig.state()
        answer = rig.post(rig.certidao())
        assert (answer.status, answer.word) == (503, "servidor-ocupado")
        detail = answer.json["detail"]
        for part in (f"processo {holder.pid}", "desde ", "está parado", "Nada foi gravado"):
            assert part in detail
        assert rig.state() == before
        assert readyz(rig).json["escrita"] is False
        assert f"processo {holder.pid}" in readyz(rig).json["detail"]
    assert rig.post(rig.certidao()).status == 202
    assert readyz(rig).status == 200


# -- what is done while all others wait -------------------------------------------------------------------------------

_WAITS = (
    "open",
    "os.listdir",
    "os.scandir",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "socket.connect",
    "subprocess.Popen",
)
_watched: dict[str, Any] = {"db": None, "seen": []}


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    database = _watched["db"]
    if event in _WAITS and database is not None and database._write_lock.locked():
        _watched["seen"].append((event, str(arguments[0])))


@contextmanager
def nothing_else_inside(rig: Rig) -> Iterator[None]:
    """Fail where a file or a line is opened while a writing transaction is open. An audit hook is for ever."""
    if not _watched.get("hooked"):
        sys.addaudithook(_hook)
        _watched["hooked"] = True
    _watched.update(db=rig.office.db, seen=[])
    try:
        yield
    finally:
        _watched["db"] = None
    assert _watched["seen"] == []


def every_kind_of_write(rig: Rig) -> None:
    livro = rig.livro()
    first = rig.printed(livro)
    rig.printed(rig.traslado(livro["instrumento"]["id"], 1, **ISENTO))
    held_job = rig.question(livro)
    rig.yes(held_job["id"])
    rig.engine.run_once()
    rig.engine.housekeeping()
    rig.pdf(held_job["id"])
    rig.pdf(first["id"], "?copia=1")
    pages = [{"pagina": 1, "estado": "inutilizada"}]
    rig.act(held_job["id"], "folhas", paginas=pages, imprimir="1")
    rig.engine.run_once()
    rig.call("POST", "/selos", standalone())
    rig.act(rig.taken(rig.certidao())["id"], "cancelar")


def test_no_file_and_no_line_is_opened_while_others_wait_to_write(rig: Rig) -> None:
    every_kind_of_write(rig)  # warm: modules, certificates and formats are read once
    with nothing_else_inside(rig):
        every_kind_of_write(rig)


def test_how_long_others_had_to_wait_is_measured(rig: Rig) -> None:
    rig.printed(rig.livro())
    numbers = rig.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {rig.key}"})
    text = numbers.get_data(as_text=True)
    count = next(line for line in text.splitlines() if line.startswith("printserver_write_seconds_count"))
    assert float(count.split()[1]) >= 1
