"""The simulated court misbehaves on demand: what the office sees, what is stored, what the control tells."""

import http.client
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from seal_factory import SealFactory

from printserver.clock import system_clock
from printserver.simulator.faults import FAULTS
from support import process
from support.court import Court, open_court, rig_with_court, run_court
from support.office import Clock, Rig, command_line, open_rig
from support.server import PROGRAM

STORED = {"lento", "lento-antes", "fecha-depois", "500-depois", "resposta-errada", "resposta-trocada"}
CLOSED = {"fecha-antes", "fecha-depois", "fora"}
STATUS = {"500": 500, "500-depois": 500, "429": 429, "403": 403}


@pytest.mark.parametrize("falha", FAULTS)
def test_t2_each_misbehaviour_is_what_its_name_says(court: Court, factory: SealFactory, falha: str) -> None:
    item = factory.item()
    court.fail(falha, 1, segundos=0.01)
    if falha in CLOSED:
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            court.call("POST", "/selos", [item])
    else:
        status, answer = court.call("POST", "/selos", [item])
        assert status == STATUS.get(falha, 200)
        if falha == "resposta-errada":
            assert isinstance(answer, str) and "<html>" in answer
        if falha == "resposta-trocada":
            assert [each["selo"] for each in answer] == ["0" * 25]
        if falha == "objeta":
            assert answer[0]["erros"][0]["codigo"] == "objecao-simulada"
    assert court.estado["falha"] is None  # one send, and it is over
    known = court.registros.get(item["selo"], {"recebido": 0, "aceito": 0})
    assert (known["recebido"], known["aceito"]) == (int(falha != "fora"), int(falha in STORED))
    assert (court.look_up(item["selo"]) is not None) == (falha in STORED or falha == "objeta")
    word = [["ja-recebido"]] if falha in STORED else [[]]
    assert [[error["codigo"] for error in each["erros"]] for each in court.send(item)] == word
    assert court.selo(item["selo"])["aceito"] == 1


def test_look_ups_neither_suffer_nor_use_up_a_fault_but_where_the_court_is_down(
    court: Court, factory: SealFactory
) -> None:
    court.fail("500", 2)
    for _ in range(3):
        assert court.look_up(factory.item()["selo"]) is None
    assert court.estado["vezes"] == 2
    court.fail("fora")
    for path in ("/selos/X", "/selos?de=2026-11-20&ate=2026-11-20", "/"):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            court.call("GET", path)


def test_down_for_so_many_sends_ends_though_the_office_asks_before_each(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    court.fail("fora", 2)
    for _ in range(2):
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            court.send(item)
        assert court.look_up(item["selo"]) is None
    assert court.send(item)[0]["totalErros"] == 0
    assert court.selo(item["selo"])["recebido"] == 1


def test_a_fault_without_a_number_lasts_until_it_is_taken_back(court: Court, factory: SealFactory) -> None:
    court.fail("500")
    for _ in range(3):
        assert court.call("POST", "/selos", [factory.item()])[0] == 500
    court.fail(None)
    assert court.call("POST", "/selos", [factory.item()])[0] == 200


def test_no_times_at_all_is_no_fault(court: Court) -> None:
    court.fail("500", 0)
    assert court.estado["falha"] is None
    court.order(falha=None, vezes=3)
    assert court.estado["vezes"] is None


def test_links_suffer_the_same_faults(court: Court, factory: SealFactory) -> None:
    one, two = factory.item(), factory.item()
    court.send(one, two)
    pair = (one["selo"], two["selo"])
    court.fail("fecha-depois", 1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        court.link_selos(*pair)
    assert court.link_selos(*pair)[0]["erros"][0]["codigo"] == "ja-recebido"
    court.fail("500", 1)
    assert court.call("POST", "/vinculos", [{"vinculador": pair[1], "vinculado": pair[0]}])[0] == 500
    assert (court.vinculos[pair]["recebido"], court.vinculos[pair]["aceito"]) == (2, 1)
    assert (court.vinculos[pair[::-1]]["recebido"], court.vinculos[pair[::-1]]["aceito"]) == (1, 0)
    court.fail("objeta", selos=[pair[0]])
    assert court.link_selos(*pair[::-1])[0]["erros"][0]["codigo"] == "objecao-simulada"


def test_a_slow_answer_holds_nobody_else_up(court: Court, factory: SealFactory) -> None:
    court.fail("lento", 1, segundos=60)
    slow = factory.item()
    sender = threading.Thread(target=lambda: _quietly(court, slow), daemon=True)
    sender.start()
    process.wait_until(lambda: court.look_up(slow["selo"]), "the slow one is stored")
    assert court.send(factory.item())[0]["totalErros"] == 0
    assert sender.is_alive()


def test_one_that_is_stored_late_finds_what_was_sent_again(court: Court, factory: SealFactory) -> None:
    court.fail("lento-antes", 1, segundos=0.3)
    item = factory.item()
    sender = threading.Thread(target=lambda: _quietly(court, item))
    sender.start()
    process.wait_until(lambda: court.estado["falha"] is None, "the slow send arrived")
    assert court.look_up(item["selo"]) is None
    assert court.send(item)[0]["totalErros"] == 0
    sender.join()
    assert (court.selo(item["selo"])["recebido"], court.selo(item["selo"])["aceito"]) == (2, 1)


def _quietly(court: Court, item: dict[str, Any]) -> None:
    with suppress(OSError, http.client.HTTPException):  # the court may end before it answers
        court.send(item)


@pytest.mark.parametrize(
    "body", [{"falha": "chuva"}, {"falha": "500", "vezes": -1}, {"quando": 1}, {"falha": "500", "vezes": "1"}, []]
)
def test_the_control_takes_nothing_that_it_does_not_know(court: Court, body: Any) -> None:
    status, answer = court.call("POST", "/_controle", body)
    assert status == (200 if body == {"falha": "500", "vezes": "1"} else 400), answer
    if status == 400:
        assert "fecha-depois" in answer["mensagem"] and court.estado["falha"] is None


def test_many_at_once_are_stored_once_each(court: Court, factory: SealFactory) -> None:
    itens = [factory.item() for _ in range(20)]
    answers: list[Any] = []
    senders = [threading.Thread(target=lambda: answers.extend(court.send(*itens))) for _ in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(answers) == 120
    assert sum(not each["totalErros"] for each in answers) == 20
    assert court.resumo | {"selos": 20, "recebidos": 120, "aceitos": 20, "mais_recebido": 6} == court.resumo


def test_what_was_stored_and_how_it_misbehaves_survive_a_restart(
    tmp_path: Path, certificate: Any, factory: SealFactory
) -> None:
    item = factory.item()
    serventias = {"123456": certificate}
    with run_court(tmp_path, serventias, clock=factory.clock) as court:
        court.send(item)
        before = court.look_up(item["selo"])
        court.fail("objeta", 3)
        court.advance_clock(hours=1)
    with run_court(tmp_path, serventias, clock=factory.clock) as court:
        assert court.look_up(item["selo"]) == before
        assert (court.estado["falha"], court.estado["vezes"]) == ("objeta", 3)
        assert court.estado["agora"] == "2026-11-20T15:30:00-03:00"


def test_an_office_and_its_court_agree_on_the_seals_of_a_livro(tmp_path: Path) -> None:
    with rig_with_court(tmp_path / "office") as (rig, court):
        assert rig.office.settings.tribunal.url == court.url
        itens = _wire(rig, [selo["codigo"] for selo in rig.taken(rig.livro())["selos"]])
        assert [each["totalErros"] for each in court.send(*itens)] == [0, 0]


def test_kill_9_loses_nothing_that_was_answered_and_stores_no_request_by_half(tmp_path: Path) -> None:
    with open_rig(tmp_path / "office") as rig:
        factory = SealFactory(rig.office.cns, rig.office.certificado, Clock(system_clock()))
    requests = [[factory.item() for _ in range(50)] for _ in range(8)]
    port = process.free_port()
    court = Court(port)
    answered: list[str] = []

    def send() -> None:
        with suppress(OSError, http.client.HTTPException):
            for request in requests:
                answered.extend(each["selo"] for each in court.send(*request) if not each["totalErros"])

    running = _start(tmp_path / "office", port)
    sender = threading.Thread(target=send)
    sender.start()
    process.wait_until(lambda: answered, "the first answer")
    running.kill()
    running.wait()
    sender.join()
    running = _start(tmp_path / "office", port)
    try:
        stored = {code for code, each in court.registros.items() if each["aceito"] == 1}
        assert set(answered) <= stored
        assert {len(stored & {item["selo"] for item in request}) for request in requests} <= {0, 50}
        send()
        assert {each["aceito"] for each in court.registros.values()} == {1}
        assert court.resumo["aceitos"] == 400
        running.terminate()
        assert running.wait(120) == 0
    finally:
        running.kill()


def test_t2_offices_that_hang_up_before_the_answer_do_not_end_the_court(tmp_path: Path) -> None:
    with open_rig(tmp_path / "office"):
        pass
    port = process.free_port()
    running = _start(tmp_path / "office", port)
    try:
        court = Court(port)
        court.fail("lento", segundos=0.2)
        body = b"POST /selos HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"
        for _ in range(4):
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(body)
        court.send()  # answered after the abandoned ones
        court.fail(None)
        assert court.resumo["aceitos"] == 0
        running.terminate()
        assert running.wait(120) == 0
    finally:
        running.kill()


def test_it_says_which_port_is_taken(tmp_path: Path, certificate: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with open_rig(tmp_path / "office") as rig, open_court(rig) as court:
        arguments = ("tribunal-simulado", "--instance", rig.folder, "--port", court.port)
        assert command_line(*arguments) == 1
    assert f"não pode atender na porta {court.port}: outro programa já a usa" in capsys.readouterr().err


def _start(folder: Path, port: int) -> Any:
    command = [PROGRAM, "tribunal-simulado", "--instance", str(folder), "--port", str(port)]
    running = process.start(command, folder.parent / "tribunal.log")
    process.wait_until(lambda: process.listens(port), "the court listens", running)
    return running


def _wire(rig: Rig, codes: list[str]) -> list[dict[str, Any]]:
    told = [rig.selo(code) for code in codes]
    return [
        {
            "selo": each["codigo"],
            "registro": each["registro"],
            "natureza": 1,
            "ato": each["ato"],
            "isento": each["isento"],
            "motivoIsencao": None,
            "vinculador": each["vinculador"],
            "autor": "maria",
        }
        for each in told
    ]
