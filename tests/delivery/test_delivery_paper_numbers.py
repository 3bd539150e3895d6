"""A queue with numbered paper counts its sheets, and stops after each print not known to be good (P5)."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from printserver import db
from printserver.delivery import numbered_paper
from printserver.office import people
from support.cups import KeptQueue, PrivateCups
from support.office import FEES, Rig
from support.process import wait_until

CLERK = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)


def number(
    rig: Rig, *, receive: tuple[str, str] | None = ("A0000001", "A0000500"), say: str | None = "A0000001"
) -> None:
    """Make the office's queue one with numbered paper, with a lot of it, the first sheet in the tray."""
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(papel_numerado=True))
        if receive is not None:
            numbered_paper.receive(conn, 1, "notas", *receive, CLERK, rig.clock())
    if say is not None:
        assert told(rig, say).status == 200


def told(rig: Rig, proximo: str, *inutilizados: str) -> Any:
    data = {"proximo": proximo, "inutilizados": list(inutilizados), "escrevente": "maria"}
    return rig.call("POST", "/filas/notas/papel", data)


def queue(rig: Rig) -> dict[str, Any]:
    (found,) = rig.call("GET", "/filas").json["itens"]
    return dict(found)


def fates(rig: Rig) -> dict[str, tuple[str, str | None]]:
    return {row["numero"]: (row["estado"], row["job_id"]) for row in rig.rows(db.papel)}


@pytest.fixture
def at_cups(rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue) -> KeptQueue:
    """The office's queue, a raw one at a private CUPS: it counts nothing, so each print needs a person's word."""
    with rig.office.db.write() as conn:
        where = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket)}
        conn.execute(db.fila.update().values(**where))
    return kept_queue


def follow(rig: Rig, job_id: str) -> dict[str, Any]:
    def over() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(rig.job(job_id)["encerrado"])

    wait_until(over, "the job")
    return rig.job(job_id)


def test_p5_each_sheet_takes_the_next_number_in_the_order_of_acceptance(any_rig: Rig) -> None:
    rig = any_rig
    number(rig)
    first, second = rig.taken(rig.certidao()), rig.taken(rig.certidao())
    rig.engine.run_once()
    assert fates(rig) == {"A1": ("usado", first["id"]), "A2": ("usado", second["id"])}
    shown = queue(rig)
    assert shown["papel_proximo"] == "A0000003"
    assert shown["papel"] == {"recebidos": 500, "usados": 2, "inutilizados": 0, "estoque": 498}
    assert shown["espera_por"] is None


def test_p5_nothing_goes_to_numbered_paper_before_its_first_number_is_said(rig: Rig) -> None:
    number(rig, say=None)
    job = rig.printed(rig.certidao())
    assert (job["estado"], "que número está por cima" in job["espera_por"]) == ("renderizado", True)
    assert told(rig, "A0000007").status == 200
    rig.engine.run_once()
    assert fates(rig) == {"A7": ("usado", job["id"])}


def test_p5_a_queue_stops_after_a_print_not_known_to_be_good_until_a_person_says_so(
    rig: Rig, at_cups: KeptQueue
) -> None:
    number(rig)
    first, second = rig.taken(rig.certidao()), rig.taken(rig.certidao())
    assert follow(rig, first["id"])["estado"] == "entregue"  # completed, and nothing was counted
    rig.clock.forward(minutes=5)
    rig.engine.run_once()
    waiting = rig.job(second["id"])
    assert waiting["estado"] == "renderizado"
    assert first["id"] in waiting["espera_por"] and "próximo número" in waiting["espera_por"]
    assert queue(rig)["espera_por"] == waiting["espera_por"]
    assert len(at_cups.printed()) == 1
    assert told(rig, "A0000002").status == 200
    assert follow(rig, second["id"])["estado"] == "entregue"
    assert len(at_cups.printed()) == 2


def test_p5_the_pages_called_good_also_let_the_queue_go_on(rig: Rig, at_cups: KeptQueue) -> None:
    number(rig)
    first, second = rig.taken(rig.certidao()), rig.taken(rig.certidao())
    follow(rig, first["id"])
    rig.act(first["id"], "folhas", paginas=[{"pagina": 1, "estado": "boa"}])
    assert follow(rig, second["id"])["estado"] == "entregue"


def test_p5_sheets_that_were_not_used_are_free_again_and_spoiled_ones_never(rig: Rig, at_cups: KeptQueue) -> None:
    number(rig)
    first = rig.taken(rig.certidao())
    follow(rig, first["id"])
    assert told(rig, "A0000001").status == 200  # it never left the tray
    again = rig.act(first["id"], "folhas", paginas=[{"pagina": 1, "estado": "nao_saiu"}], imprimir="1")
    assert again.status == 200
    follow(rig, first["id"])
    assert fates(rig) == {"A1": ("usado", first["id"])}
    assert told(rig, "A0000003", "A0000001", "A0000002").status == 200
    assert {name: fate for name, (fate, _) in fates(rig).items()} == {"A1": "inutilizado", "A2": "inutilizado"}
    assert told(rig, "A0000002").word == "papel-ja-usado"


def test_p5_no_sheet_is_passed_over_in_silence(rig: Rig) -> None:
    number(rig)
    rig.printed(rig.certidao())
    before = rig.state()
    found = told(rig, "A0000004", "A0000003")
    assert (found.word, found.json["errors"][0]["campo"]) == ("entrada-invalida", "inutilizados")
    assert "A0000002" in found.json["detail"]
    assert told(rig, "A0000001").word == "papel-ja-usado"
    assert told(rig, "B0000001").json["errors"][0]["campo"] == "proximo"  # never received
    assert told(rig, "A").word == "entrada-invalida"
    assert rig.state() == before
    assert told(rig, "A0000004", "A0000002", "A0000003").status == 200


def test_p5_a_pile_of_another_lot_leaves_the_first_in_stock(rig: Rig) -> None:
    number(rig, receive=("A0000001", "A0000003"))
    rig.printed(rig.certidao())
    with rig.office.db.write() as conn:
        numbered_paper.receive(conn, 1, "notas", "B0001", "B0010", CLERK, rig.clock())
    assert told(rig, "B0001").status == 200
    rig.printed(rig.certidao())
    assert queue(rig)["papel"] == {"recebidos": 13, "usados": 2, "inutilizados": 0, "estoque": 11}
    assert told(rig, "A0000002").status == 200


def test_p5_a_lot_that_ends_stops_the_queue_and_says_so(rig: Rig) -> None:
    number(rig, receive=("A0000001", "A0000001"))
    rig.printed(rig.certidao())
    job = rig.printed(rig.certidao())
    assert job["estado"] == "renderizado"
    assert "o papel recebido acaba antes de A0000002" in job["espera_por"]
    with rig.office.db.write() as conn:
        numbered_paper.receive(conn, 1, "notas", "A0000002", "A0000009", CLERK, rig.clock())
    rig.engine.run_once()
    assert rig.job(job["id"])["estado"] == "impresso"


def test_p5_a_number_is_received_once(rig: Rig) -> None:
    number(rig)
    for de, ate in (("A0000500", "A0000600"), ("A10", "A12"), ("a 0000001", "A0000001")):
        with rig.office.db.write() as conn, pytest.raises(numbered_paper.Recusa) as caught:
            numbered_paper.receive(conn, 1, "notas", de, ate, CLERK, rig.clock())
        assert caught.value.word == "papel-ja-usado"
    with rig.office.db.write() as conn, pytest.raises(numbered_paper.Recusa) as caught:
        numbered_paper.receive(conn, 1, "notas", "C0000002", "C0000001", CLERK, rig.clock())
    assert caught.value.word == "entrada-invalida"


def test_p5_numbers_that_a_request_brings_must_be_the_next_in_the_tray(rig: Rig) -> None:
    number(rig)
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    wrong = rig.printed(rig.traslado(name), papel_seguranca=["A0000009"])
    assert wrong["estado"] == "falhou"
    assert "A0000002" in str(wrong["historico"][-1]["detalhe"])
    right = rig.printed(rig.traslado(name, 2, emolumentos=FEES), papel_seguranca=["A0000002"])
    assert right["estado"] == "impresso"
    assert fates(rig)["A2"] == ("usado", right["id"])
    assert queue(rig)["papel_proximo"] == "A0000003"


def test_p5_a_queue_that_counts_gives_the_numbers_that_the_office_requires(rig_with: Any) -> None:
    rig = rig_with(papel={"exigir_numeros": True})
    assert rig.post(rig.certidao()).word == "entrada-invalida"
    number(rig)
    assert rig.printed(rig.certidao())["estado"] == "impresso"
    assert list(fates(rig)) == ["A1"]


def test_p5_a_print_that_failed_before_its_queue_takes_no_number(rig: Rig, tmp_path: Path) -> None:
    number(rig)
    failed = rig.taken(rig.certidao())
    rig.act(failed["id"], "cancelar")
    done = rig.printed(rig.certidao())
    assert fates(rig) == {"A1": ("usado", done["id"])}


def test_p5_a_lot_is_received_over_the_api_once(rig: Rig) -> None:
    number(rig, receive=None, say=None)
    lot = {"de": "A0000001", "ate": "A0000010", "escrevente": "maria"}
    found = rig.call("POST", "/filas/notas/papel/lotes", lot)
    assert (found.status, found.json["papel"]["estoque"]) == (201, 10)
    entry = rig.rows(db.log)[-1]
    assert (entry["estado"], entry["quem"], entry["detalhe"]["folhas"]) == ("papel recebido", "maria", 10)
    before = rig.rows(db.papel_lote)
    for refused, word in (
        (lot | {"ate": "A0000005"}, "papel-ja-usado"),
        (lot | {"de": "A0000020", "ate": "B0000030"}, "entrada-invalida"),
        (lot | {"de": "papel"}, "entrada-invalida"),
        (lot | {"escrevente": "ninguem"}, "escrevente-desconhecido"),
    ):
        assert rig.call("POST", "/filas/notas/papel/lotes", refused).word == word
    assert rig.call("POST", "/filas/outra/papel/lotes", lot).word == "fila-desconhecida"
    assert rig.rows(db.papel_lote) == before


@pytest.mark.parametrize("nome", ["sala 2/3", "50% A?B", "a/papel/lotes"])
def test_p5_a_queue_is_told_of_its_paper_whatever_its_name(rig: Rig, nome: str) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(papel_numerado=True, nome=nome))
    lot = {"de": "A0000001", "ate": "A0000010", "escrevente": "maria"}
    received = rig.call("POST", f"/filas/{quote(nome, safe='')}/papel/lotes", lot)
    assert (received.status, received.json["nome"]) == (201, nome)
    body = {"proximo": "A0000001", "inutilizados": [], "escrevente": "maria"}
    went_on = rig.call("POST", f"/filas/{quote(nome, safe='')}/papel", body)
    assert (went_on.status, went_on.json["papel_proximo"]) == (200, "A0000001")
