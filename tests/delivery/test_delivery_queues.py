"""The office's queues: offsets reach the paper, paper is known before a seal is made, a queue's diagnosis is shown."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from printserver import db
from printserver.delivery import queues
from printserver.printing import CupsQueue
from support.cups import DriverlessPrinter, KeptQueue, PrivateCups
from support.office import Rig, command_line
from support.process import wait_until


def at_cups(rig: Rig, queue: str, server: PrivateCups, **more: Any) -> None:
    """Make the office's queue `notas` a CUPS queue."""
    where = {"tipo": "cups", "destino": queue, "servidor": str(server.socket)}
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(**where | more))
    rig.office.capabilities.clear()


def on_paper(rig: Rig, queue: KeptQueue) -> bytes:
    """Let the engine work until one print is out, and return its bytes."""

    def out() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(queue.printed())

    wait_until(out, "the print")
    (found,) = queue.printed().values()
    return found


def queue_of(rig: Rig, nome: str = "notas") -> dict[str, Any]:
    """Return the queue as the API shows it now, without a cache."""
    rig.office.capabilities.clear()
    shown = rig.call("GET", "/filas").json["itens"]
    return dict(next(each for each in shown if each["nome"] == nome))


def test_p7_what_is_sent_is_moved_and_the_stored_print_is_not(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    at_cups(rig, kept_queue.name, cups_server, deslocamentos={"": [1.2, -0.8]})
    taken = rig.taken(rig.livro())
    sent = on_paper(rig, kept_queue)
    job, stored = rig.job(taken["id"]), rig.pdf(taken["id"])
    assert hashlib.sha256(stored).hexdigest() == job["sha256"]
    assert sent != stored
    (attempt,) = rig.rows(db.tentativa)
    assert attempt["pdf_sha256"] == job["sha256"]
    assert attempt["enviado_sha256"] == hashlib.sha256(sent).hexdigest()


def test_p7_a_try_that_is_at_its_queue_keeps_its_bytes_whatever_is_set_meanwhile(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_cups(rig, kept_queue.name, cups_server)

    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    taken = rig.taken(rig.livro())
    with monkeypatch.context() as patch:
        patch.setattr(CupsQueue, "send", die)
        with pytest.raises(Killed):
            rig.engine.run_once()
    at_cups(rig, kept_queue.name, cups_server, deslocamentos={"": [5, 5]})
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    assert on_paper(rig, kept_queue) == rig.pdf(taken["id"])


@pytest.mark.parametrize(("tray", "offset"), [("2", (0.5, 0.0)), ("1", (1.0, -1.0)), (None, (1.0, -1.0)), ("3", None)])
def test_p7_a_tray_has_its_own_offset_else_the_queues(tray: str | None, offset: tuple[float, float] | None) -> None:
    assert queues.offset_of({"": [1.0, -1.0], "2": [0.5, 0.0], "3": [0, 0]}, tray) == offset
    assert queues.offset_of(None, tray) is None


def test_p1_s12_a_page_that_the_printer_has_no_paper_for_is_refused_before_a_seal(
    rig: Rig, cups_server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    at_cups(rig, cups_server.driverless_queue("sem-papel-de-livro", driverless_printer.uri), cups_server)
    before = rig.state()
    refused = rig.post(rig.livro(), formato="livro-notas-216x305")
    assert (refused.status, refused.word) == (422, "papel-incompativel")
    assert "216 × 305 mm" in refused.json["detail"]
    assert "iso_a4_210x297mm" in refused.json["detail"]
    assert rig.state() == before


def test_a_station_prints_at_the_queue_of_its_key_unless_it_names_one(
    rig_with: Callable[..., Rig], capsys: pytest.CaptureFixture[str]
) -> None:
    rig = rig_with(filas={"livro": "dos-livros"})
    for name in ("sala", "dos-livros"):
        assert command_line("fila", name, "--pasta", rig.folder / name, "--instance", rig.folder) == 0
    here = ("--instance", rig.folder)
    capsys.readouterr()
    assert command_line("chave", "balcao-1", "--direitos", "imprimir", "--fila", "sala", *here) == 0
    station = capsys.readouterr().out.strip()
    livro = rig.livro()
    assert rig.printed(livro, key=station)["fila"] == "sala"
    assert rig.taken(rig.livro(), key=station, fila="notas")["fila"] == "notas"
    assert rig.taken(rig.livro())["fila"] == "dos-livros"
    # Whoever answers the station's question has another key: the print is the station's all the same.
    held = rig.question(livro, key=station)
    assert (rig.yes(held["id"]).status, rig.job(held["id"])["fila"]) == (200, "sala")
    assert command_line("filas", "estacao", "balcao-1", *here) == 0
    assert "sala → nenhuma" in capsys.readouterr().out
    assert rig.taken(rig.livro(), key=station)["fila"] == "dos-livros"
    assert command_line("filas", "estacao", "balcao-1", "nenhures", *here) == 1
    assert command_line("chave", "balcao-2", "--direitos", "imprimir", "--fila", "nenhures", *here) == 1
    assert "nenhures" in capsys.readouterr().err


def another_queue(rig: Rig, queue: str, server: PrivateCups) -> str:
    """Give the office one more queue, at CUPS, and return its name."""
    row = {"serventia_id": rig.office.serventia_id, "nome": "outra", "tipo": "cups", "destino": queue}
    with rig.office.db.write() as conn:
        conn.execute(db.fila.insert().values(**row, servidor=str(server.socket), criada_em=rig.clock()))
    return "outra"


def test_x5_a_print_moves_only_to_a_queue_that_has_its_paper_and_tray(
    rig: Rig, cups_server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    there = another_queue(rig, cups_server.driverless_queue("de-reserva", driverless_printer.uri), cups_server)
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().where(db.fila.c.padrao).values(tipo="cups", servidor="/nada/cups.sock"))
    a4, livro = rig.printed(rig.livro()), rig.printed(rig.livro(), formato="livro-notas-216x305")
    for job in (a4, livro):
        assert rig.act(job["id"], "cancelar").job["estado"] == "falhou"
    rows = rig.rows(db.job)

    def refused(job: dict[str, Any], word: str, **more: Any) -> None:
        """Neither way sends it there."""
        pages = [{"pagina": n, "estado": "nao_saiu"} for n in range(1, job["paginas"] + 1)]
        every = {"paginas": pages, "imprimir": f"1-{job['paginas']}"} | more
        for found in (rig.act(job["id"], "reenviar", **more), rig.act(job["id"], "folhas", **every)):
            assert (found.status, found.word) == (422, word)

    refused(livro, "papel-incompativel", fila=there)
    refused(a4, "bandeja-desconhecida", fila=there, bandeja="gaveta-9")
    assert rig.rows(db.job) == rows
    sent = rig.act(a4["id"], "reenviar", fila=there, bandeja="by-pass-tray")
    assert (sent.status, sent.job["fila"]) == (200, there)
    rig.engine.run_once()
    wait_until(driverless_printer.words, "the print")
    assert "media-source=by-pass-tray" in driverless_printer.words()[0]["IPP_MEDIA_COL"]


def test_a_queue_says_in_plain_words_what_ails_it_and_what_to_do(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    folder = queue_of(rig)
    assert (folder["situacao"], folder["parada"], folder["alertas"]) == ("pronta", False, [])
    at_cups(rig, kept_queue.name, cups_server)
    assert queue_of(rig)["situacao"] == "pronta"
    assert "não se sabe se esta fila conta" in queue_of(rig)["alertas"][0]
    cups_server.run("cupsdisable", kept_queue.name)
    stopped = queue_of(rig)
    assert (stopped["situacao"], stopped["parada"]) == ("pausada", True)
    assert "cupsenable" in stopped["o_que_fazer"]
    cups_server.run("cupsenable", kept_queue.name)
    cups_server.run("cupsreject", kept_queue.name)
    assert queue_of(rig)["situacao"] == "não aceita trabalhos"
    cups_server.run("cupsaccept", kept_queue.name)
    cups_server.lpadmin("-p", kept_queue.name, "-o", "printer-error-policy=retry-job")
    assert "retry-job" in queue_of(rig)["alertas"][0]
    at_cups(rig, kept_queue.name, cups_server, servidor="/nada/cups.sock")
    assert queue_of(rig)["situacao"] == "fora de linha"


def test_a_server_that_does_not_answer_is_not_asked_by_every_caller(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_cups(rig, kept_queue.name, cups_server, servidor="/nada/cups.sock")
    assert queue_of(rig)["motivos"] == ["fila-fora"]
    monkeypatch.setattr(CupsQueue, "capabilities", lambda _self: pytest.fail("asked again at once"))
    assert rig.call("GET", "/filas").json["itens"][0]["motivos"] == ["fila-fora"]
    assert rig.post(rig.livro()).status == 202  # the print waits for its queue


def shown(rig: Rig, job_id: str, words: str | None) -> dict[str, Any]:
    """Let the office work until the job says these words of its queue."""

    def said() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        rig.office.capabilities.clear()
        return bool(rig.job(job_id)["situacao"] == words)

    wait_until(said, f"the job to say {words!r}")
    return rig.job(job_id)


def test_a_job_says_what_keeps_it_from_coming_out_and_what_to_do(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    at_cups(rig, kept_queue.name, cups_server)
    kept_queue.fault("waits")
    first = rig.taken(rig.livro())
    empty = shown(rig, first["id"], "sem papel")
    assert "Ponha papel" in empty["o_que_fazer"]
    assert "media-empty-error" in empty["cups"]["motivos"]
    kept_queue.fault(None)
    assert shown(rig, first["id"], None)["o_que_fazer"] is None
    cups_server.run("cupsdisable", kept_queue.name)
    second = rig.taken(rig.livro())
    assert "cupsenable" in shown(rig, second["id"], "pausada")["o_que_fazer"]
    cups_server.run("cupsenable", kept_queue.name)
    shown(rig, second["id"], None)


def test_a_print_whose_server_is_down_says_that_it_waits_for_it(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    at_cups(rig, kept_queue.name, cups_server, servidor="/nada/cups.sock")
    taken = rig.taken(rig.livro())
    waiting = shown(rig, taken["id"], "fora de linha")
    assert (waiting["estado"], waiting["encerrado"]) == ("renderizado", False)


def test_s12_a_tray_that_a_raw_queue_cannot_have_is_refused_before_a_seal(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    at_cups(rig, kept_queue.name, cups_server)
    before = rig.state()
    refused = rig.post(rig.livro(), bandeja="2")
    assert (refused.status, refused.word) == (422, "bandeja-desconhecida")
    assert "não tem bandejas" in refused.json["detail"]
    assert rig.state() == before


def test_s12_a_folder_has_no_trays(rig: Rig) -> None:
    before = rig.state()
    assert rig.post(rig.livro(), bandeja="2").word == "bandeja-desconhecida"
    assert rig.state() == before


def test_s12_a_queue_that_the_print_server_does_not_have_seals_nothing(rig: Rig, cups_server: PrivateCups) -> None:
    at_cups(rig, "nunca-existiu", cups_server)
    before = rig.state()
    refused = rig.post(rig.livro())
    assert (refused.status, refused.word) == (404, "fila-desconhecida")
    assert "nunca-existiu" in refused.json["detail"]
    assert rig.state() == before


def test_s12_a_tray_of_a_queue_that_does_not_answer_seals_nothing(rig: Rig) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(tipo="cups", servidor="/nada/cups.sock"))
    before = rig.state()
    refused = rig.post(rig.livro(), bandeja="2")
    assert (refused.status, refused.word) == (503, "servidor-ocupado")
    assert rig.state() == before
    assert rig.post(rig.livro()).status == 202  # without a tray it waits for its queue


def test_x5_a_print_sent_again_to_a_raw_queue_asks_for_no_tray(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    there = another_queue(rig, kept_queue.name, cups_server)
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().where(db.fila.c.padrao).values(tipo="cups", servidor="/nada/cups.sock"))
    job = rig.printed(rig.livro())
    with rig.office.db.write() as conn:
        conn.execute(db.job.update().values(bandeja="2"))
    assert rig.act(job["id"], "cancelar").job["estado"] == "falhou"
    refused = rig.act(job["id"], "reenviar", fila=there, bandeja="2")
    assert (refused.status, refused.word) == (422, "bandeja-desconhecida")
    assert rig.act(job["id"], "reenviar", fila=there).status == 200
    on_paper(rig, kept_queue)
    assert [row["bandeja"] for row in rig.rows(db.job)] == [None]
