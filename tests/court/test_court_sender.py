"""The sender against what a line and a court do at their worst: frozen senders, proxies, answers without end."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.court import Exchange, HttpTransport, Sender
from printserver.court.sender import next_hour, send_until
from printserver.office import CourtSettings
from support.court import Court, rig_with_court
from support.office import FEES, Rig, open_rig

HALF = dict.fromkeys(FEES, "1.00")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa") as (rig, court):
        yield rig, court


def states(rig: Rig, *codes: str) -> list[str]:
    return [rig.selo(code)["estado"] for code in codes]


def seal(rig: Rig, n: int = 1) -> str:
    body = {"ato": "ES", "identificador": f"ATA-{n}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def rectified(rig: Rig, code: str, fees: dict[str, str] = HALF) -> str:
    body = {"emolumentos": fees, "motivo": "valor errado", "escrevente": "maria"}
    return str(rig.call("POST", f"/selos/{code}/retificacao", body).json["codigo"])


def linked(rig: Rig, vinculador: str, *vinculados: str) -> None:
    body = {"vinculador": vinculador, "vinculados": list(vinculados), "escrevente": "maria"}
    assert rig.call("POST", "/vinculos", body).status == 201


def settle(rig: Rig, steps: int = 12) -> None:
    for _ in range(steps):
        rig.engine.run_once()
        rig.clock.forward(minutes=5, seconds=1)


# -- chains and links -------------------------------------------------------------------------------------------------


def test_t3_r1_a_retificador_that_is_refused_too_is_mended_by_another(both: tuple[Rig, Court]) -> None:
    """All links, of the vinculado and of the vinculador, end at what the court has."""
    rig, court = both
    court.fail("objeta")
    above, below = seal(rig, 1), seal(rig, 2)
    linked(rig, above, below)
    chains = [[above], [below]]
    for cents in ("1.00", "2.00"):
        rig.engine.run_once()
        for chain in chains:
            chain.append(rectified(rig, chain[-1], dict.fromkeys(FEES, cents)))
        if cents == "2.00":
            court.fail(None)
    settle(rig)
    for chain in chains:
        assert states(rig, *chain) == ["retificado", "retificado", "comunicado"]
    assert [key for key, link in court.vinculos.items() if link["aceito"]] == [(chains[0][-1], chains[1][-1])]
    assert rig.rows(db.outbox, db.outbox.c.fim_em.is_(None)) == []
    assert rig.call("GET", "/comunicacoes").json["recusados"] == 0


def test_x4_the_xa_of_a_refused_seal_is_taken_and_ends_it(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("objeta", vezes=1)
    code = seal(rig)
    rig.engine.run_once()
    xa = rig.call("POST", f"/selos/{code}/xa", {"motivo": "duplicado", "escrevente": "maria"}).json["codigo"]
    settle(rig, 2)
    assert states(rig, code, xa) == ["excluído", "comunicado"]


def test_r5_a_refused_link_of_a_seal_that_was_mended_is_not_taken_up_again(both: tuple[Rig, Court]) -> None:
    rig, court = both
    above, below = seal(rig, 1), seal(rig, 2)
    settle(rig, 1)
    court.fail("objeta", selos=[below])
    linked(rig, above, below)
    settle(rig, 1)
    (row,) = rig.rows(db.outbox, db.outbox.c.tipo == "vinculo")
    assert (row["estado"], row["erros"][0]["codigo"]) == ("objetado", "objecao-simulada")
    court.fail(None)
    newer = rectified(rig, below)
    settle(rig, 2)
    again = rig.call("POST", "/comunicacoes", {"selos": [below], "escrevente": "maria"})
    assert again.word == "entrada-invalida"
    assert court.vinculos[(above, newer)]["aceito"] == 1


# -- the line ---------------------------------------------------------------------------------------------------------


@contextmanager
def stub(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """Give the address of a server that answers every request with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer(self)

        do_GET = do_POST  # noqa: N815  # the library's name

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def said(status: int, body: bytes, kind: str = "text/html") -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        to.send_header("Content-Type", kind)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    return answer


def test_t2_a_proxy_that_refuses_the_certificate_condemns_no_seal(tmp_path: Path) -> None:
    page = b"<html><h1>400 Bad Request</h1>No required SSL certificate was sent</html>"
    with (
        stub(said(400, page)) as url,
        open_rig(tmp_path / "casa", settings={"tribunal": {"url": url}}) as rig,
    ):
        codes = [seal(rig, n) for n in range(3)]
        settle(rig, 4)
        assert states(rig, *codes) == ["comunicação pendente"] * 3
        standing = rig.call("GET", "/comunicacoes").json
        assert "400" in standing["ultima_falha"]


def test_t2_what_the_court_itself_cannot_read_holds_no_other_back(tmp_path: Path) -> None:
    """A request refused as a whole, in the court's words, goes one by one; what is refused alone is a *falha*."""
    refusal = '{"codigo": "pedido-invalido", "mensagem": "Não é uma lista de selos."}'.encode()
    with (
        stub(said(400, refusal, "application/json")) as url,
        open_rig(tmp_path / "casa", settings={"tribunal": {"url": url}}) as rig,
    ):
        codes = [seal(rig, n) for n in range(4)]
        settle(rig, 1)
        assert states(rig, *codes) == ["falha"] * 4
        assert rig.selo(codes[0])["andamentos"][-1]["detalhe"]["erros"][0]["mensagem"] == "Não é uma lista de selos."
        assert rig.rows(db.remetente)[0]["aberto_ate"] is None


def test_t2_answers_without_sense_open_the_breaker_and_lose_nothing(tmp_path: Path) -> None:
    """As a hotel's log-in page answers: 200 to everything."""
    with (
        stub(said(200, b"<html>Bem-vindo ao Wi-Fi</html>")) as url,
        open_rig(tmp_path / "casa", settings={"tribunal": {"url": url}}) as rig,
    ):
        for n in range(4):
            seal(rig, n)
            rig.engine.run_once()
        (line,) = rig.rows(db.remetente)
        assert line["falhas"] >= 1
        assert line["ultimo_sucesso"] is None
        assert {row["estado"] for row in rig.rows(db.outbox)} <= {"duvida", "pendente"}


def test_t2_an_answer_that_drips_for_ever_is_no_answer(tmp_path: Path) -> None:
    def drip(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.end_headers()
        try:
            while True:
                to.wfile.write(b" ")
                threading.Event().wait(0.05)
        except OSError:
            pass

    with stub(drip) as url, open_rig(tmp_path / "casa") as rig:
        court = HttpTransport(CourtSettings(url=url, espera_s=0.5), rig.office.certificado, rig.folder)
        exchange = court.send([{"selo": "x"}])
        court.close()
    assert (exchange.status, exchange.departed) == (None, True)
    assert "sem resposta" in (exchange.falha or "")


# -- one sender -------------------------------------------------------------------------------------------------------


class Frozen(HttpTransport):
    """A transport whose process is stopped right before its bytes leave."""

    def freeze(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()

    def send(self, selos: Sequence[Any]) -> Exchange:
        self.reached.set()
        assert self.go_on.wait(120)
        return super().send(selos)


def sender(rig: Rig, kind: type[HttpTransport], name: str) -> tuple[Sender, Any]:
    office = rig.office
    court = kind(office.settings.tribunal, office.certificado, rig.folder)
    return Sender(office.db, rig.clock, office.serventia_id, office.settings.tribunal, court, name), court


def test_t2_a_sender_frozen_past_its_lease_repeats_nothing_when_it_wakes(both: tuple[Rig, Court]) -> None:
    """What it was about to send has gone meanwhile: its bytes come a second time, and the court keeps the first."""
    rig, court = both
    code = seal(rig)
    first, transport = sender(rig, Frozen, "A")
    transport.freeze()
    frozen = threading.Thread(target=first.run_once, daemon=True)
    frozen.start()
    assert transport.reached.wait(120)
    second, _ = sender(rig, HttpTransport, "B")
    assert not second.run_once(), "the lease holds as long as it says"
    rig.clock.forward(minutes=1)
    while second.run_once():
        pass
    assert states(rig, code) == ["comunicado"]
    transport.go_on.set()
    frozen.join(120)
    assert not first.run_once(), "it is the other's now"
    assert court.selo(code)["aceito"] == 1
    assert states(rig, code) == ["comunicado"]
    assert [row["estado"] for row in rig.rows(db.outbox)] == ["aceito"]


def test_t2_no_batch_is_larger_than_a_second_allows(tmp_path: Path) -> None:
    options = {"tribunal": {"selos_por_segundo": 4, "lote": 50}}
    with rig_with_court(tmp_path / "casa", settings=options) as (rig, court):
        for n in range(6):
            seal(rig, n)
        rig.engine.run_once()
        sizes = [row["pedido"].count('"registro"') for row in rig.rows(db.comunicacao)]
        assert sorted(sizes) == [2, 4]
        assert len(court.registros) == 6


# -- set hours --------------------------------------------------------------------------------------------------------

NIGHT = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)  # 23:30 of the 20th in São Paulo


@pytest.mark.parametrize(
    ("minutes", "last", "following"),
    [
        (0, (20, 23, 0), (21, 0, 15)),
        (29, (20, 23, 0), (21, 0, 15)),
        (31, (20, 23, 0), (21, 0, 15)),
        (45, (21, 0, 15), (21, 12, 0)),
        (60 * 12, (20 + 1, 0, 15), (21, 12, 0)),
        (60 * 13, (21, 12, 0), (21, 23, 0)),
    ],
)
def test_t1_set_hours_go_on_over_midnight(minutes: int, last: tuple[int, ...], following: tuple[int, ...]) -> None:
    settings = CourtSettings(modo="horarios", horarios=["00:15", "12:00", "23:00"])
    now = NIGHT + timedelta(minutes=minutes)
    moments = (send_until(settings, None, now), next_hour(settings, now))
    assert [(each.day, each.hour, each.minute) for each in moments] == [last, following]


def test_t1_at_set_hours_nothing_waits_past_its_term(tmp_path: Path) -> None:
    """An act of yesterday has until midnight; the next set hour is tomorrow's."""
    hours = {"modo": "horarios", "horarios": ["08:00"]}
    with rig_with_court(tmp_path / "casa", settings={"tribunal": hours}) as (rig, court):
        today = seal(rig)
        body = {"ato": "ES", "identificador": "ATA-2", "emolumentos": FEES, "escrevente": "maria"}
        yesterday = rig.call("POST", "/selos", body | {"data": "2026-11-19", "motivo_data": "assinada ontem"})
        rig.engine.run_once()
        assert set(court.registros) == {yesterday.json["codigo"]}
        assert states(rig, today) == ["comunicação pendente"]
