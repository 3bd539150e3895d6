"""Prints at a real CUPS: the options it gets, the job's status, and what happens while it is unavailable."""

import hashlib
from collections.abc import Iterator

import deeds
import pytest
from served_office import PAPER, Office

from support.cups import DriverlessPrinter, KeptQueue, PrivateCups
from support.process import wait_until
from support.server import Client, PrintServer

RESEND = {"escrevente": "admin", "motivo": "a impressora não imprimiu nada"}


@pytest.fixture(scope="module")
def own_cups() -> Iterator[PrivateCups]:
    """A CUPS that a test may stop."""
    with PrivateCups() as running:
        yield running


def queue_of(server: PrintServer, cups: PrivateCups) -> KeptQueue:
    """Make a queue in CUPS, and one of the same name in the office."""
    kept = cups.keeping_queue()
    server.run(f"fila {kept.name}", "--cups", kept.name, "--servidor", str(cups.socket))
    return kept


def test_a_livro_is_printed_whole_with_its_options_and_our_id(small_office: Office) -> None:
    client = small_office.client
    deed = deeds.instrumento(deeds.TEXT * 8)
    job = client.printed(deeds.livro(deed, fila=PAPER, formato="livro-notas-216x305"))
    assert job["estado"] == "entregue"
    assert job["cups"]["estado"] == "completed"
    title, copies, options = small_office.paper.words(job["cups"]["id"])
    assert title.split()[0] == job["id"]
    assert copies == "1"
    assert {"media=custom_216x305mm_216x305mm", "print-scaling=none", "sides=two-sided-long-edge"} <= set(
        options.split()
    )
    printed = small_office.paper.printed()[job["cups"]["id"]]
    assert hashlib.sha256(printed).hexdigest() == job["sha256"]
    assert printed == client.pdf(job["id"])


def test_two_copies_of_a_minuta_come_out_as_two_prints(small_office: Office) -> None:
    job = small_office.client.printed(deeds.minuta(fila=PAPER, copias=2, faces="frente"))
    paper = small_office.paper
    mine = [cups_id for cups_id in paper.printed() if paper.words(cups_id)[0].startswith(job["id"])]
    assert len(mine) == 2
    assert {paper.words(cups_id)[1] for cups_id in mine} == {"1"}  # CUPS is never asked for copies
    assert "sides=one-sided" in paper.words(mine[0])[2].split()


def test_a_printer_that_counts_its_sheets_ends_as_printed(
    server: PrintServer, cups_server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    client = server.client
    cups_server.driverless_queue("contadora", driverless_printer.uri)
    server.run("fila contadora", "--cups", "contadora", "--servidor", str(cups_server.socket))
    shown = next(queue for queue in client.get("/api/v1/filas").json["itens"] if queue["nome"] == "contadora")
    assert "by-pass-tray" in shown["bandejas"]
    before = client.get("/api/v1/selos").json["total"]
    unknown = client.print(deeds.certidao(fila="contadora", bandeja="gaveta-9"))
    assert (unknown.status, unknown.word) == (422, "bandeja-desconhecida")
    assert client.get("/api/v1/selos").json["total"] == before
    job = client.printed(deeds.certidao(fila="contadora", bandeja="by-pass-tray"))
    assert job["estado"] == "impresso"
    assert "media-source=by-pass-tray" in driverless_printer.words()[0]["IPP_MEDIA_COL"]


def test_x5_while_cups_is_down_a_print_waits_and_comes_out_when_it_is_back(
    server: PrintServer, own_cups: PrivateCups
) -> None:
    client, kept = server.client, queue_of(server, own_cups)
    own_cups.stop()
    job = client.print(deeds.certidao(fila=kept.name), wait=1).job
    assert job["estado"] in ("aceito", "renderizado")
    assert not job["encerrado"]
    own_cups.start()
    done = client.ended(job["id"])
    assert (done["estado"], done["cups"]["estado"]) == ("entregue", "completed")
    assert done["selos"] == job["selos"]
    assert [kept.words(cups_id)[0].split()[0] for cups_id in kept.printed()] == [job["id"]]


def test_x5_a_print_that_cups_gave_up_is_sent_again_with_the_same_seals(small_office: Office) -> None:
    client, paper = small_office.client, small_office.paper
    paper.fault("fails")
    try:
        job = client.printed(deeds.certidao(fila=PAPER))
    finally:
        paper.fault(None)
    assert (job["estado"], job["cups"]["estado"]) == ("entregue", "aborted")
    again = client.post(f"/api/v1/jobs/{job['id']}/reenviar", RESEND)
    assert again.status == 200
    assert_printed_again(client, job, client.ended(job["id"]))
    assert hashlib.sha256(paper.printed()[client.job(job["id"])["cups"]["id"]]).hexdigest() == job["sha256"]


def test_s12_a_queue_that_can_never_take_it_is_refused_before_a_seal_and_another_prints_it(server: PrintServer) -> None:
    client = server.client
    server.run("fila errada", "--cups", "x", "--servidor", "sem-porta")
    body = deeds.certidao(fila="errada")
    before = client.get("/api/v1/selos").json["total"]
    refused = client.print(body)
    assert (refused.status, refused.word) == (404, "fila-desconhecida")
    assert "sem-porta" in refused.json["detail"]
    assert client.get("/api/v1/selos").json["total"] == before
    assert client.printed(body | {"fila": "notas"})["estado"] == "impresso"


def test_a_print_can_be_taken_off_a_queue_that_waits_for_paper(small_office: Office) -> None:
    client, paper = small_office.client, small_office.paper
    paper.fault("waits")
    try:
        job = client.print(deeds.certidao(fila=PAPER)).job
        wait_until(lambda: (client.job(job["id"])["cups"] or {}).get("estado") == "processing", "the printer's start")
        word = {"escrevente": "admin", "motivo": "sem papel"}
        gone = client.post(f"/api/v1/jobs/{job['id']}/cancelar", word)
        assert gone.status == 200, gone.content
    finally:
        paper.fault(None)
    # It had begun to print: only a person can say whether something came out.
    assert gone.job["estado"] == "incerto"
    assert gone.job["selos"] == job["selos"]
    assert job["id"] not in [paper.words(cups_id)[0].split()[0] for cups_id in paper.printed()]


def assert_printed_again(client: Client, before: dict[str, object], after: dict[str, object]) -> None:
    assert after["sha256"] == before["sha256"]
    assert after["selos"] == before["selos"]
