"""Books fed by hand: fronts, a person turns the sheets, backs; and copies one by one: one job, one sealing (X5)."""

from collections.abc import Callable
from typing import Any

import pytest

from printserver import db
from support.cups import KeptQueue, PrivateCups
from support.office import LONG, Rig, pages, text
from support.process import wait_until

BY_HAND = "frente-depois-verso"


@pytest.fixture
def at_cups(rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue) -> KeptQueue:
    """The office's queue, a raw one at a private CUPS, whose folder shows what came out."""
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
        conn.execute(db.fila.update().values(**where))
    return kept_queue


@pytest.fixture
def follow(rig: Rig) -> Callable[[str], dict[str, Any]]:
    """Let the engine work until the job is at rest."""

    def until_rest(job_id: str) -> dict[str, Any]:
        def rests() -> bool:
            rig.clock.forward(seconds=1)
            rig.engine.run_once()
            return bool(rig.job(job_id)["encerrado"])

        wait_until(rests, "the job")
        return rig.job(job_id)

    return until_rest


def out(queue: KeptQueue) -> list[bytes]:
    """Return what came out, in order."""
    return [pdf for _, pdf in sorted(queue.printed().items())]


def tries(rig: Rig) -> list[tuple[str | None, int | None]]:
    return [(row["paginas"], row["passada"]) for row in rig.rows(db.tentativa)]


def sides(pdf: bytes) -> list[str]:
    """Return the text of each side of a PDF."""
    return text(pdf).split("\f")[:-1]


def test_x5_fronts_go_out_then_a_question_then_the_backs(
    rig: Rig, at_cups: KeptQueue, follow: Callable[[str], dict[str, Any]]
) -> None:
    taken = rig.taken(rig.livro(corpo=LONG), faces=BY_HAND)
    held = follow(taken["id"])
    total = held["paginas"]
    assert total > 2
    assert (held["estado"], held["pergunta"]["tipo"]) == ("entregue", "folhas")
    assert held["pergunta"]["alternativas"][0]["acao"] == "versos"
    (fronts,) = out(at_cups)
    assert pages(fronts) == (total + 1) // 2
    rig.engine.run_once()
    assert len(out(at_cups)) == 1  # nothing goes on by itself
    assert rig.act(taken["id"], "folhas", paginas=[], versos=True).status == 200
    done = follow(taken["id"])
    assert (done["estado"], done["pergunta"]) == ("entregue", None)
    _, backs = out(at_cups)
    whole = sides(rig.pdf(taken["id"]))
    assert (sides(fronts), sides(backs)) == (whole[0::2], whole[1::2])
    assert done["selos"] == taken["selos"] and len(rig.codes()) == 2
    assert [passada for _, passada in tries(rig)] == [0, 1]
    assert rig.act(taken["id"], "folhas", paginas=[], versos=True).word == "estado-nao-permite"
    assert len({row["pdf_sha256"] for row in rig.rows(db.tentativa)} | {done["sha256"]}) == 3


def test_x5_a_spoiled_front_is_printed_again_before_the_backs(
    rig: Rig, at_cups: KeptQueue, follow: Callable[[str], dict[str, Any]]
) -> None:
    job_id = rig.taken(rig.livro(corpo=LONG), faces=BY_HAND)["id"]
    follow(job_id)
    spoiled = [{"pagina": 1, "estado": "inutilizada"}]
    assert rig.act(job_id, "folhas", paginas=[{"pagina": 2, "estado": "nao_saiu"}]).word == "entrada-invalida"
    rig.act(job_id, "folhas", paginas=spoiled)
    assert rig.act(job_id, "folhas", paginas=[], versos=True).word == "estado-nao-permite"
    assert rig.act(job_id, "folhas", paginas=[], imprimir="1").status == 200
    again = follow(job_id)
    assert again["pergunta"]["alternativas"][0]["acao"] == "versos"
    assert pages(out(at_cups)[1]) == 1
    rig.act(job_id, "folhas", paginas=[], versos=True)
    assert follow(job_id)["pergunta"] is None
    assert len(out(at_cups)) == 3
    before = rig.act(job_id, "folhas", paginas=spoiled, imprimir="1")
    assert before.word == "entrada-invalida"  # who turned the sheets called their fronts good


def test_x5_copies_that_no_queue_makes_are_tries_of_their_own(
    rig: Rig, at_cups: KeptQueue, follow: Callable[[str], dict[str, Any]]
) -> None:
    job_id = rig.taken({"tipo": "minuta", "instrumento": rig.instrumento()}, copias=3)["id"]
    done = follow(job_id)
    assert (done["estado"], done["encerrado"]) == ("entregue", True)
    assert len(out(at_cups)) == 3
    assert len(set(out(at_cups))) == 1
    assert {at_cups.words(n)[1] for n in at_cups.printed()} == {"1"}


def test_copies_in_a_folder_are_files_of_their_own(rig: Rig) -> None:
    job = rig.printed({"tipo": "minuta", "instrumento": rig.instrumento()}, copias=2)
    assert (job["estado"], len(list(rig.out.iterdir()))) == ("impresso", 2)


def test_a_folder_gets_both_sides_in_one_file(rig: Rig) -> None:
    job = rig.printed(rig.livro(corpo=LONG), faces=BY_HAND)
    assert (job["estado"], len(list(rig.out.iterdir()))) == ("impresso", 1)


def test_x5_a_page_sent_again_keeps_its_side_of_the_sheet(rig: Rig) -> None:
    job = rig.printed(rig.livro(corpo=LONG), faces="frente-verso")
    said = [{"pagina": page, "estado": "nao_saiu"} for page in (2, 3)]
    rig.act(job["id"], "folhas", paginas=said, imprimir="2-3")
    rig.engine.run_once()
    (extract,) = rig.out.glob(f"{job['id']}-*.pdf")
    assert pages(extract.read_bytes()) == 3  # an empty front, page 2 on its back, page 3 on a front
