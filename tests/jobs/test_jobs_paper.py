"""What happens on the way to paper: failures, pages spoiled or missing, cancelling; same bytes, same seals (X5, P5)."""

from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.delivery import printout
from support.office import FEES, LONG, House, pages, qr_codes, text


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


@pytest.fixture
def deed(house: House) -> dict[str, Any]:
    """A livro of several pages, one side a folha, that was printed."""
    return house.printed(house.livro(corpo=LONG), faces="frente")


def spoiled(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [{"pagina": number, "estado": "inutilizada", **more} for number in numbers]


# -- failures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken_stamp(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A program that cannot stamp, until the fixture's `undo`."""

    def fail(*_arguments: object, **_more: object) -> None:
        raise ValueError("as páginas foram montadas sem lugar para o bloco do selo")

    monkeypatch.setattr(printout, "apply_stamp", fail)
    return monkeypatch


def test_x5_a_stamp_that_fails_leaves_the_seals_and_is_sent_again_with_the_same(
    any_house: House, broken_stamp: pytest.MonkeyPatch
) -> None:
    house = any_house
    taken = house.taken(house.livro())
    house.engine.run_once()
    failed = house.job(taken["id"])
    assert (failed["estado"], failed["encerrado"], seals(failed)) == ("falhou", True, seals(taken))
    broken_stamp.undo()
    again = house.act(taken["id"], "reenviar")
    assert (again.status, again.job["estado"]) == (200, "aceito")
    house.engine.run_once()
    done = house.job(taken["id"])
    assert (done["estado"], seals(done)) == ("impresso", seals(taken))
    assert seals(taken)[0] in text((house.out / f"{taken['id']}.pdf").read_bytes()).replace("\n", "")
    assert len(house.codes()) == 2
    house.assert_gapless()


def test_x5_a_failed_print_is_no_reprint_but_the_document_stays_guarded(
    house: House, broken_stamp: pytest.MonkeyPatch
) -> None:
    document = house.livro()
    taken = house.taken(document)
    house.engine.run_once()
    assert house.question(document)["pergunta"]["selos"] == seals(taken)


def test_x5_a_hand_off_to_a_folder_that_vanished_is_tried_again_then_fails(house: House) -> None:
    taken = house.taken(house.livro())
    house.out.rename(house.out.with_name("longe"))
    house.engine.run_once()
    assert house.job(taken["id"])["estado"] == "renderizado"  # a share may be back in a moment
    for _ in range(10):
        house.clock.forward(minutes=2)
        house.engine.run_once()
    assert house.job(taken["id"])["estado"] == "falhou"
    house.out.with_name("longe").rename(house.out)
    house.act(taken["id"], "reenviar")
    house.engine.run_once()
    done = house.job(taken["id"])
    assert (done["estado"], seals(done), done["sha256"]) == ("impresso", seals(taken), house.job(taken["id"])["sha256"])
    assert [path.name for path in house.out.iterdir()] == [f"{taken['id']}.pdf"]


def test_x5_a_folder_that_comes_back_gets_the_print_by_itself(house: House) -> None:
    taken = house.taken(house.livro())
    house.out.rename(house.out.with_name("longe"))
    house.engine.run_once()
    house.out.with_name("longe").rename(house.out)
    house.clock.forward(minutes=2)
    house.engine.run_once()
    assert house.job(taken["id"])["estado"] == "impresso"


def test_x5_resend_is_for_what_did_not_come_out(house: House) -> None:
    printed = house.printed(house.livro())
    assert house.act(printed["id"], "reenviar").word == "estado-nao-permite"
    taken = house.taken(house.livro())
    found = house.act(taken["id"], "reenviar")
    assert (found.status, found.word) in {(409, "impressao-em-andamento"), (409, "estado-nao-permite")}
    held = house.post(house.ficha()).job
    assert house.act(held["id"], "reenviar").word == "estado-nao-permite"


def test_x5_resend_may_go_to_another_queue(house: House, tmp_path: Path) -> None:
    with house.office.db.write() as conn:
        row = {
            "serventia_id": 1,
            "nome": "balcao",
            "tipo": "pasta",
            "destino": str(tmp_path),
            "criada_em": house.clock(),
        }
        conn.execute(db.fila.insert().values(**row))
    taken = house.taken(house.livro())
    house.act(taken["id"], "cancelar")
    assert house.act(taken["id"], "reenviar", fila="outra").word == "fila-desconhecida"
    assert house.act(taken["id"], "reenviar", fila="balcao").job["fila"] == "balcao"
    house.engine.run_once()
    assert (tmp_path / f"{taken['id']}.pdf").exists()


@pytest.mark.parametrize("action", ["reenviar", "folhas"])
def test_x2_a_print_whose_seals_were_excluded_never_goes_to_paper(house: House, action: str) -> None:
    document = house.livro()
    taken = house.taken(document)
    house.out.rename(house.out.with_name("longe"))
    for _ in range(10):
        house.clock.forward(minutes=2)
        house.engine.run_once()
    house.out.with_name("longe").rename(house.out)
    house.yes(house.question(document)["id"])
    house.engine.run_once()
    more = {"paginas": [{"pagina": 1, "estado": "nao_saiu"}], "imprimir": "1"} if action == "folhas" else {}
    before = house.state()
    assert house.act(taken["id"], action, **more).word == "estado-nao-permite"
    assert house.engine.run_once() == 0
    assert house.state() == before
    assert len(list(house.out.iterdir())) == 1


@pytest.mark.parametrize("action", ["reenviar", "folhas"])
def test_x6_a_stale_copy_never_goes_to_paper(house: House, action: str) -> None:
    document = house.livro()
    name = house.printed(document)["documento"]["instrumento"]
    copy = house.taken(house.traslado(name))
    house.yes(house.question(document)["id"])
    house.engine.run_once()
    more = {"paginas": [{"pagina": 1, "estado": "nao_saiu"}], "imprimir": "1"} if action == "folhas" else {}
    assert house.act(copy["id"], action, **more).word == "estado-nao-permite"


# -- pages ------------------------------------------------------------------------------------------------------------


def test_x5_a_spoiled_page_is_printed_again_alone_with_the_same_seals(house: House) -> None:
    name = house.printed(house.livro(corpo=LONG), faces="frente")["documento"]["instrumento"]
    copy = house.printed(house.traslado(name, 2, emolumentos=FEES))
    last = copy["paginas"]
    whole = (house.out / f"{copy['id']}.pdf").read_bytes()
    house.act(copy["id"], "folhas", paginas=spoiled(last), imprimir=str(last))
    house.engine.run_once()
    (extract,) = house.out.glob(f"{copy['id']}-*.pdf")
    again = extract.read_bytes()
    assert pages(again) == 1
    assert qr_codes(again) == qr_codes(whole) == [copy["qr"]["url"]]
    assert house.job(copy["id"])["estado"] == "impresso"
    assert seals(house.job(copy["id"])) == seals(copy)
    assert (house.out / f"{copy['id']}.pdf").read_bytes() == whole


def test_x5_a_page_said_to_be_good_is_never_printed_again(house: House, deed: dict[str, Any]) -> None:
    house.act(deed["id"], "folhas", paginas=[{"pagina": 1, "estado": "boa"}])
    before = house.state()
    for said in ([], spoiled(1), [{"pagina": 1, "estado": "nao_saiu"}]):
        assert house.act(deed["id"], "folhas", paginas=said, imprimir="1").word == "entrada-invalida"
    assert house.state() == before
    assert house.engine.run_once() == 0


@pytest.mark.parametrize("asked", ["1", "9", "2-99", "0"])
def test_x5_no_page_is_printed_that_was_not_said_bad(house: House, deed: dict[str, Any], asked: str) -> None:
    before = house.state()
    found = house.act(deed["id"], "folhas", paginas=spoiled(2), imprimir=asked)
    assert (found.word, found.json["errors"][0]["campo"]) == ("entrada-invalida", "imprimir")
    assert house.state() == before
    assert house.job(deed["id"])["estado"] == "impresso"


def test_x5_each_printing_of_a_page_needs_a_word_about_the_paper_before(house: House, deed: dict[str, Any]) -> None:
    assert house.act(deed["id"], "folhas", paginas=spoiled(2)).job["estado"] == "incerto"
    assert house.act(deed["id"], "folhas", paginas=[], imprimir="2").status == 200  # said a moment ago
    house.engine.run_once()
    found = house.act(deed["id"], "folhas", paginas=[], imprimir="2")
    assert found.word == "entrada-invalida"  # that word was about the first sheet, and a second one came out
    assert house.act(deed["id"], "folhas", paginas=spoiled(2), imprimir="2").status == 200
    house.engine.run_once()
    assert len(list(house.out.glob(f"{deed['id']}*.pdf"))) == 3


def test_x5_a_person_says_page_by_page_what_nobody_knows(house: House, deed: dict[str, Any]) -> None:
    every = range(1, deed["paginas"] + 1)
    said = [{"pagina": 1, "estado": "nao_saiu"}]
    assert house.act(deed["id"], "folhas", paginas=said).job["estado"] == "incerto"
    assert house.act(deed["id"], "reenviar").word == "diga-as-folhas"
    assert house.act(deed["id"], "folhas", paginas=said, imprimir="1").job["estado"] == "renderizado"
    house.engine.run_once()
    done = house.act(deed["id"], "folhas", paginas=[{"pagina": page, "estado": "boa"} for page in every])
    assert done.job["estado"] == "impresso"
    assert "maria" in {each["quem"] for each in done.job["historico"]}
    assert house.act(deed["id"], "folhas", paginas=spoiled(2)).word == "entrada-invalida"


def test_x5_a_good_word_alone_puts_nothing_in_doubt(house: House, deed: dict[str, Any]) -> None:
    assert house.act(deed["id"], "folhas", paginas=[{"pagina": 2, "estado": "boa"}]).job["estado"] == "impresso"
    assert house.act(deed["id"], "folhas", paginas=[]).job["estado"] == "impresso"


def test_x5_a_page_that_is_none_is_refused(house: House, deed: dict[str, Any]) -> None:
    for page in (0, deed["paginas"] + 1):
        found = house.act(deed["id"], "folhas", paginas=[{"pagina": page, "estado": "boa"}])
        assert (found.status, found.json["errors"][0]["campo"]) == (422, "paginas.0.pagina")


def test_x5_nothing_is_said_of_pages_that_do_not_exist_yet(house: House) -> None:
    taken = house.taken(house.livro())
    assert house.act(taken["id"], "folhas", paginas=spoiled(1), imprimir="1").word == "estado-nao-permite"
    assert house.job(taken["id"])["estado"] == "aceito"


def test_x5_pages_go_to_the_queue_the_print_went_to(house: House, tmp_path: Path) -> None:
    with house.office.db.write() as conn:
        row = {
            "serventia_id": 1,
            "nome": "balcao",
            "tipo": "pasta",
            "destino": str(tmp_path),
            "criada_em": house.clock(),
        }
        conn.execute(db.fila.insert().values(**row))
    job = house.printed(house.livro(), fila="balcao")
    house.act(job["id"], "folhas", paginas=spoiled(1), imprimir="1")
    house.engine.run_once()
    assert len(list(tmp_path.glob(f"{job['id']}*.pdf"))) == 2
    assert list(house.out.iterdir()) == []


def test_p5_a_spoiled_sheet_is_recorded_and_never_used_again(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    copy = house.printed(house.traslado(name), papel_seguranca=["A1"])
    house.act(copy["id"], "folhas", paginas=spoiled(1, papel="A1"), imprimir="1", motivo="atolou")
    papers = {row["numero"]: (row["estado"], row["motivo"]) for row in house.rows(db.papel)}
    assert papers == {"A1": ("inutilizado", "atolou")}
    assert house.post(house.traslado(name, 2), papel_seguranca=["A1"]).word == "papel-ja-usado"


def test_p5_the_paper_of_a_queue(house: House) -> None:
    data = {"proximo": "A0000012", "inutilizados": ["A0000010", "A0000011"], "escrevente": "maria"}
    found = house.call("POST", "/filas/notas/papel", data)
    assert (found.status, found.json["nome"]) == (200, "notas")
    name = house.printed(house.livro())["documento"]["instrumento"]
    assert house.post(house.traslado(name), papel_seguranca=["A10"]).word == "papel-ja-usado"
    assert house.call("POST", "/filas/outra/papel", data).word == "fila-desconhecida"


# -- cancelling -------------------------------------------------------------------------------------------------------


def test_a_held_job_is_cancelled_and_nothing_was_sealed(house: House) -> None:
    document = house.livro()
    house.printed(document)
    held = house.question(document)
    found = house.act(held["id"], "cancelar")
    assert (found.job["estado"], found.job["encerrado"], found.job["pergunta"]) == ("cancelado", True, None)
    assert house.yes(held["id"]).word == "pergunta-respondida"
    assert house.act(held["id"], "cancelar").word == "estado-nao-permite"
    assert len(house.codes()) == 2


def test_a_sealed_job_that_is_cancelled_keeps_its_seals(house: House) -> None:
    document = house.livro()
    taken = house.taken(document)
    found = house.act(taken["id"], "cancelar")
    assert (found.job["estado"], found.job["encerrado"], seals(found.job)) == ("falhou", True, seals(taken))
    assert house.engine.run_once() == 0
    assert list(house.out.iterdir()) == []
    assert house.question(document)["pergunta"]["selos"] == seals(taken)
    house.act(taken["id"], "reenviar")
    house.engine.run_once()
    assert house.job(taken["id"])["estado"] == "impresso"


def test_what_is_printed_is_not_cancelled(house: House) -> None:
    job = house.printed(house.livro())
    assert house.act(job["id"], "cancelar").word == "estado-nao-permite"
    assert house.call("POST", "/jobs/nenhum/cancelar", {"escrevente": "maria", "motivo": "x"}).status == 404
