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
from support.office import ISENTO, LONG, Answer, House, disarm, open_house


def readyz(house: House) -> Answer:
    found = house.app.test_client().get("/readyz")
    return Answer(found.status_code, dict(found.headers), found.get_json())


def refused(house: House, word: str, send: Callable[[], Answer] | None = None) -> str:
    """Check that a print is refused with 503 and nothing of it stays, and `readyz` says so; return the reason."""
    before = house.state()
    answer = send() if send is not None else house.post(house.certidao())
    assert (answer.status, answer.word, answer.json["repetir"]) == (503, "servidor-ocupado", "mesma-chave")
    assert int(answer.headers["Retry-After"]) >= 1
    assert house.state() == before
    health = readyz(house)
    assert (health.status, health.json["pronto"], health.json[word]) == (503, False, False)
    assert str(answer.json["detail"]).partition(". ")[2][:60] in health.json["detail"]
    return str(answer.json["detail"])


# -- the clock --------------------------------------------------------------------------------------------------------


def standalone() -> dict[str, Any]:
    return {"natureza": 1, "ato": "CE", "identificador": "ATA-1", "escrevente": "maria", **ISENTO}


@pytest.mark.parametrize("behind", [{"minutes": 2}, {"days": 400}, {"days": 26 * 365}])
def test_s7_a_clock_behind_the_newest_record_seals_nothing(any_house: House, behind: dict[str, float]) -> None:
    house = any_house
    first = house.printed(house.livro())
    right = house.clock.now
    house.clock.now = right - timedelta(**behind)
    told = refused(house, "relogio")
    assert "relógio" in told
    assert "20/11/2026" in told
    refused(house, "relogio", lambda: house.call("POST", "/selos", standalone()))
    refused(house, "relogio", lambda: house.act(first["id"], "excluir", papel_em_maos=True))
    house.pdf(first["id"])  # the log goes on with the wrong time, and seals still wait
    refused(house, "relogio")
    house.clock.now = right
    assert house.post(house.certidao()).status == 202
    assert readyz(house).status == 200
    house.assert_gapless()


def test_s7_a_clock_a_little_behind_still_seals(house: House) -> None:
    house.printed(house.livro())
    house.clock.forward(seconds=-50)
    assert house.post(house.certidao()).status == 202


def test_s7_the_tolerance_is_a_setting(tmp_path: Path) -> None:
    with open_house(tmp_path / "casa", settings={"selo": {"tolerancia_do_relogio_s": 3 * 86_400}}) as house:
        house.printed(house.livro())
        house.clock.forward(days=-2)
        assert house.post(house.certidao()).status == 202


def test_what_was_due_in_a_future_that_was_taken_back_goes_on_at_once(any_house: House) -> None:
    """The clock was ahead while a queue was away: right again, it and what comes after it go on within a minute."""
    house = any_house
    right = house.clock.now
    aside = house.out.rename(house.out.with_name("longe"))
    house.clock.forward(days=2)
    waiting = [house.taken(house.ficha(gerar_selo=False)) for _ in range(2)]
    house.engine.run_once()
    aside.rename(house.out)
    house.clock.now = right
    house.engine.run_once()
    assert [house.job(each["id"])["estado"] for each in waiting] == ["impresso", "impresso"]


def test_a_claim_from_a_future_that_was_taken_back_is_over(any_house: House) -> None:
    house = any_house
    right = house.clock.now
    taken = house.taken(house.ficha(gerar_selo=False))
    house.clock.forward(days=2)
    assert claims.claim_due(house.office, "another:1:2", house.clock())
    house.clock.now = right
    house.engine.run_once()
    assert house.job(taken["id"])["estado"] == "impresso"


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_print_claimed_in_a_future_that_was_taken_back_can_be_cancelled(house: House, seconds: int) -> None:
    right, length = house.clock.now, house.office.settings.motor.posse_s
    taken = house.taken(house.ficha(gerar_selo=False))
    house.clock.forward(seconds=length + 1 + seconds)
    assert claims.claim_due(house.office, "another:1:2", house.clock())
    house.clock.now = right
    if seconds < 0:  # the end lies no further ahead than that of a lease taken now may
        assert house.act(taken["id"], "cancelar").word == "impressao-em-andamento"
    else:
        assert house.act(taken["id"], "cancelar").json["estado"] == "falhou"


# -- the disk ---------------------------------------------------------------------------------------------------------


def test_s12_a_full_disk_is_said_before_any_seal(tmp_path: Path) -> None:
    with open_house(tmp_path / "casa", settings={"disco": {"livre_mb": 10**9}}) as house:
        assert "está cheio" in refused(house, "disco")


def test_s12_a_database_that_is_full_takes_the_seal_back(house: House) -> None:
    house.printed(house.livro())

    def allow(pages: int) -> None:
        house.office.db.close()

        @sa.event.listens_for(house.office.db.engine, "connect")
        def limit(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

    allow(1)  # SQLite takes the file's own size where that is more: the text finds no room
    before = house.state()
    long = {"formato": "texto", "conteudo": LONG["conteudo"] + " Nada mais."}
    full = house.post(house.certidao(corpo=long))
    assert (full.status, full.word) == (503, "servidor-ocupado")
    assert "disco cheio" in full.json["detail"]
    assert house.state() == before
    allow(10**9)
    assert house.post(house.certidao(corpo=long)).status == 202
    house.assert_gapless()


@pytest.mark.parametrize("name", ["spool", "cache"])
def test_s12_a_folder_that_cannot_be_written_is_said_before_any_seal(house: House, name: str) -> None:
    limits = {"tempo_limite_s": 60, "memoria_mb": 1024, "cache_mb": 50, "processos": 1}
    house.office.render = Render(house.folder / "layouts", in_use=set, **limits)
    folder = house.office.spool if name == "spool" else house.folder / "layouts"
    deed = house.livro()
    house.printed(deed)
    held = house.question(deed)
    shutil.rmtree(folder)
    folder.touch()
    try:
        refused(house, "spool" if name == "spool" else "render", lambda: house.yes(held["id"]))
        assert str(folder) in refused(house, "spool" if name == "spool" else "render")
        folder.unlink()  # gone, it is made again
        assert house.post(house.certidao()).status == 202
    finally:
        house.office.render.close()


def test_a_disk_that_fails_in_the_midst_is_told_in_portuguese(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device", str(house.folder / "cache" / "x"))

    monkeypatch.setattr(type(house.office.render), "layout", full)
    answer = house.post(house.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    assert "disco cheio" in answer.json["detail"]
    assert "No space" not in answer.json["detail"]


# -- the database is the one that was opened ---------------------------------------------------------------------------


def test_s3_a_database_file_that_was_moved_takes_no_seal(house: House) -> None:
    house.printed(house.livro())
    file = house.folder / "printserver.db"
    aside = file.rename(file.with_name("aside.db"))
    assert "não está mais no lugar" in refused(house, "banco")
    refused(house, "banco", lambda: house.call("POST", "/selos", standalone()))
    house.office.db.close()
    assert house.post(house.certidao()).status == 503
    assert not file.exists()  # a new connection makes no empty one
    aside.rename(file)
    assert house.post(house.certidao()).status == 202


def test_s3_a_copy_put_in_the_place_of_the_open_file_takes_no_seal_and_prints_nothing(house: House) -> None:
    house.printed(house.livro())
    file = house.folder / "printserver.db"
    copied = file.with_name("copia.db")
    source, target = sqlite.connect(file), sqlite.connect(copied)
    source.backup(target)
    source.close()
    target.close()
    waiting = house.taken(house.livro())
    copied.replace(file)
    assert "foi trocado por outro" in refused(house, "banco")
    house.office.db.close()  # nor over a new connection
    assert "foi trocado por outro" in house.post(house.certidao()).json["detail"]
    with pytest.raises(Exception, match="foi trocado por outro"):
        house.engine.run_once()
    assert not (house.out / f"{waiting['id']}.pdf").exists()


def test_s3_a_file_replaced_while_a_seal_is_made_does_not_take_the_seal_with_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = house.folder / "printserver.db"
    real = ready.require_clock

    def replaced(conn: sa.Connection, *more: Any) -> None:
        real(conn, *more)
        if conn.in_transaction() and conn.info.get("testimony") and file.exists():
            file.rename(file.with_name("aside.db"))

    monkeypatch.setattr(ready, "require_clock", replaced)
    answer = house.post(house.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    file.with_name("aside.db").rename(file)
    monkeypatch.undo()
    assert house.codes() == []
    house.assert_gapless()


@pytest.mark.parametrize("back", [sa.update(db.sequencia).values(proximo=1), sa.update(db.cadeia).values(n=2)])
def test_s3_numbers_that_moved_backward_under_this_process_stop_the_sealing(any_house: House, back: sa.Update) -> None:
    house = any_house
    house.printed(house.livro())
    house.printed(house.certidao())
    with house.office.db.engine.connect() as conn:
        disarm(conn)  # as a copy that was put back would be: no statement of ours does this
        conn.execute(back)
        conn.commit()
    assert "voltou no tempo" in refused(house, "banco")
    assert "voltou no tempo" in house.post(house.livro()).json["detail"]


def test_two_threads_that_write_at_once_are_no_database_that_went_back(any_house: House) -> None:
    house = any_house
    answers: list[Answer] = []
    crew = [
        threading.Thread(target=lambda: answers.extend(house.post(house.certidao()) for _ in range(5)))
        for _ in range(4)
    ]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert [answer.status for answer in answers] == [202] * 20
    assert house.office.db.witness.fault() is None
    house.assert_gapless()


def test_a_database_server_that_ends_a_transaction_is_no_fault_of_ours(any_house: House) -> None:
    house = any_house
    end = "SELECT raise_nothing()" if house.office.db.sqlite else "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(sa.exc.OperationalError), house.office.db.write() as conn:
        conn.exec_driver_sql(end)
    assert house.post(house.certidao()).status == 202


# -- who holds the lock -----------------------------------------------------------------------------------------------

_HOLDER = """\
import sys
from printserver.db import Database
with Database(sys.argv[1]).write():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(house: House) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the database's write lock."""
    command = [sys.executable, "-c", _HOLDER, house.office.db.url]
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


def test_who_holds_the_lock_and_since_when_is_in_the_answer(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WAIT_S", 0.3)
    monkeypatch.setattr(ready, "LONG_WRITE_S", 0.0)
    house.office.db.close()  # so that connections with the shorter patience are made
    assert house.office.db.holder() is None
    with held(house) as holder:
        holder.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, holder.pid, os.WSTOPPED)
        before = house.state()
        answer = house.post(house.certidao())
        assert (answer.status, answer.word) == (503, "servidor-ocupado")
        detail = answer.json["detail"]
        for part in (f"processo {holder.pid}", "desde ", "está parado", "Nada foi gravado"):
            assert part in detail
        assert house.state() == before
        assert readyz(house).json["escrita"] is False
        assert f"processo {holder.pid}" in readyz(house).json["detail"]
    assert house.post(house.certidao()).status == 202
    assert readyz(house).status == 200


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
def nothing_else_inside(house: House) -> Iterator[None]:
    """Fail where a file or a line is opened while a writing transaction is open. An audit hook is for ever."""
    if not _watched.get("hooked"):
        sys.addaudithook(_hook)
        _watched["hooked"] = True
    _watched.update(db=house.office.db, seen=[])
    try:
        yield
    finally:
        _watched["db"] = None
    assert _watched["seen"] == []


def every_kind_of_write(house: House) -> None:
    livro = house.livro()
    first = house.printed(livro)
    house.printed(house.traslado(livro["instrumento"]["id"], 1, **ISENTO))
    held_job = house.question(livro)
    house.yes(held_job["id"])
    house.engine.run_once()
    house.engine.housekeeping()
    house.pdf(held_job["id"])
    house.pdf(first["id"], "?copia=1")
    pages = [{"pagina": 1, "estado": "inutilizada"}]
    house.act(held_job["id"], "folhas", paginas=pages, imprimir="1")
    house.engine.run_once()
    house.call("POST", "/selos", standalone())
    house.act(house.taken(house.certidao())["id"], "cancelar")


def test_no_file_and_no_line_is_opened_while_others_wait_to_write(house: House) -> None:
    every_kind_of_write(house)  # warm: modules, certificates and formats are read once
    with nothing_else_inside(house):
        every_kind_of_write(house)


def test_how_long_others_had_to_wait_is_measured(house: House) -> None:
    house.printed(house.livro())
    numbers = house.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {house.key}"})
    text = numbers.get_data(as_text=True)
    count = next(line for line in text.splitlines() if line.startswith("printserver_write_seconds_count"))
    assert float(count.split()[1]) >= 1
