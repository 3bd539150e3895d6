"""What happens on the way to paper: failures, pages spoiled or missing, cancelling; same bytes, same seals (X5, P5)."""

from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.delivery import printout
from support.office import FEES, LONG, Rig, pages, qr_codes, text


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


@pytest.fixture
def deed(rig: Rig) -> dict[str, Any]:
    """A livro of several pages, one side a folha, that was printed."""
    return rig.printed(rig.livro(corpo=LONG), faces="frente")


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
    any_rig: Rig, broken_stamp: pytest.MonkeyPatch
) -> None:
    rig = any_rig
    taken = rig.taken(rig.livro())
    rig.engine.run_once()
    failed = rig.job(taken["id"])
    assert (failed["estado"], failed["encerrado"], seals(failed)) == ("falhou", True, seals(taken))
    broken_stamp.undo()
    again = rig.act(taken["id"], "reenviar")
    assert (again.status, again.job["estado"]) == (200, "aceito")
    rig.engine.run_once()
    done = rig.job(taken["id"])
    assert (done["estado"], seals(done)) == ("impresso", seals(taken))
    assert seals(taken)[0] in text((rig.out / f"{taken['id']}.pdf").read_bytes()).replace("\n", "")
    assert len(rig.codes()) == 2
    rig.assert_gapless()


def test_x5_a_failed_print_is_no_reprint_but_the_document_stays_guarded(
    rig: Rig, broken_stamp: pytest.MonkeyPatch
) -> None:
    document = rig.livro()
    taken = rig.taken(document)
    rig.engine.run_once()
    assert rig.question(document)["pergunta"]["selos"] == seals(taken)


def test_x5_a_hand_off_to_a_folder_that_vanished_is_tried_again_then_fails(rig: Rig) -> None:
    taken = rig.taken(rig.livro())
    rig.out.rename(rig.out.with_name("longe"))
    rig.engine.run_once()
    assert rig.job(taken["id"])["estado"] == "renderizado"  # a share may be back in a moment
    for _ in range(10):
        rig.clock.forward(minutes=2)
        rig.engine.run_once()
    assert rig.job(taken["id"])["estado"] == "falhou"
    rig.out.with_name("longe").rename(rig.out)
    rig.act(taken["id"], "reenviar")
    rig.engine.run_once()
    done = rig.job(taken["id"])
    assert (done["estado"], seals(done), done["sha256"]) == ("impresso", seals(taken), rig.job(taken["id"])["sha256"])
    assert [path.name for path in rig.out.iterdir()] == [f"{taken['id']}.pdf"]


def test_x5_a_folder_that_comes_back_gets_the_print_by_itself(rig: Rig) -> None:
    taken = rig.taken(rig.livro())
    rig.out.rename(rig.out.with_name("longe"))
    rig.engine.run_once()
    rig.out.with_name("longe").rename(rig.out)
    rig.clock.forward(minutes=2)
    rig.engine.run_once()
    assert rig.job(taken["id"])["estado"] == "impresso"


def test_x5_resend_is_for_what_did_not_come_out(rig: Rig) -> None:
    printed = rig.printed(rig.livro())
    assert rig.act(printed["id"], "reenviar").word == "estado-nao-permite"
    taken = rig.taken(rig.livro())
    found = rig.act(taken["id"], "reenviar")
    assert (found.status, found.word) in {(409, "impressao-em-andamento"), (409, "estado-nao-permite")}
    held = rig.post(rig.ficha()).job
    assert rig.act(held["id"], "reenviar").word == "estado-nao-permite"


def test_x5_resend_may_go_to_another_queue(rig: Rig, tmp_path: Path) -> None:
    with rig.office.db.write() as conn:
        row = {
            "serventia_id": 1,
            "nome": "balcao",
            "tipo": "pasta",
            "destino": str(tmp_path),
            "criada_em": rig.clock(),
        }
        conn.execute(db.fila.insert().values(**row))
    taken = rig.taken(rig.livro())
    rig.act(taken["id"], "cancelar")
    assert rig.act(taken["id"], "reenviar", fila="outra").word == "fila-desconhecida"
    assert rig.act(taken["id"], "reenviar", fila="balcao").job["fila"] == "balcao"
    rig.engine.run_once()
    assert (tmp_path / f"{taken['id']}.pdf").exists()


@pytest.mark.parametrize("action", ["reenviar", "folhas"])
def test_x2_a_print_whose_seals_were_excluded_never_goes_to_paper(rig: Rig, action: str) -> None:
    document = rig.livro()
    taken = rig.taken(document)
    rig.out.rename(rig.out.with_name("longe"))
    for _ in range(10):
        rig.clock.forward(minutes=2)
        rig.engine.run_once()
    rig.out.with_name("longe").rename(rig.out)
    rig.yes(rig.question(document)["id"])
    rig.engine.run_once()
    more = {"paginas": [{"pagina": 1, "estado": "nao_saiu"}], "imprimir": "1"} if action == "folhas" else {}
    before = rig.state()
    assert rig.act(taken["id"], action, **more).word == "estado-nao-permite"
    assert rig.engine.run_once() == 0
    assert rig.state() == before
    assert len(list(rig.out.iterdir())) == 1


@pytest.mark.parametrize("action", ["reenviar", "folhas"])
def test_x6_a_stale_copy_never_goes_to_paper(rig: Rig, action: str) -> None:
    document = rig.livro()
    name = rig.printed(document)["documento"]["instrumento"]
    copy = rig.taken(rig.traslado(name))
    rig.yes(rig.question(document)["id"])
    rig.engine.run_once()
    more = {"paginas": [{"pagina": 1, "estado": "nao_saiu"}], "imprimir": "1"} if action == "folhas" else {}
    assert rig.act(copy["id"], action, **more).word == "estado-nao-permite"


# -- pages ------------------------------------------------------------------------------------------------------------


def test_x5_a_spoiled_page_is_printed_again_alone_with_the_same_seals(rig: Rig) -> None:
    name = rig.printed(rig.livro(corpo=LONG), faces="frente")["documento"]["instrumento"]
    copy = rig.printed(rig.traslado(name, 2, emolumentos=FEES))
    last = copy["paginas"]
    whole = (rig.out / f"{copy['id']}.pdf").read_bytes()
    rig.act(copy["id"], "folhas", paginas=spoiled(last), imprimir=str(last))
    rig.engine.run_once()
    (extract,) = rig.out.glob(f"{copy['id']}-*.pdf")
    again = extract.read_bytes()
    assert pages(again) == 1
    assert qr_codes(again) == qr_codes(whole) == [copy["qr"]["url"]]
    assert rig.job(copy["id"])["estado"] == "impresso"
    assert seals(rig.job(copy["id"])) == seals(copy)
    assert (rig.out / f"{copy['id']}.pdf").read_bytes() == whole


def test_x5_a_page_said_to_be_good_is_never_printed_again(rig: Rig, deed: dict[str, Any]) -> None:
    rig.act(deed["id"], "folhas", paginas=[{"pagina": 1, "estado": "boa"}])
    before = rig.state()
    for said in ([], spoiled(1), [{"pagina": 1, "estado": "nao_saiu"}]):
        assert rig.act(deed["id"], "folhas", paginas=said, imprimir="1").word == "entrada-invalida"
    assert rig.state() == before
    assert rig.engine.run_once() == 0


@pytest.mark.parametrize("asked", ["1", "9", "2-99", "0"])
def test_x5_no_page_is_printed_that_was_not_said_bad(rig: Rig, deed: dict[str, Any], asked: str) -> None:
    before = rig.state()
    found = rig.act(deed["id"], "folhas", paginas=spoiled(2), imprimir=asked)
    assert (found.word, found.json["errors"][0]["campo"]) == ("entrada-invalida", "imprimir")
    assert rig.state() == before
    assert rig.job(deed["id"])["estado"] == "impresso"


def test_x5_each_printing_of_a_page_needs_a_word_about_the_paper_before(rig: Rig, deed: dict[str, Any]) -> None:
    assert rig.act(deed["id"], "folhas", paginas=spoiled(2)).job["estado"] == "incerto"
    assert rig.act(deed["id"], "folhas", paginas=[], imprimir="2").status == 200  # said a moment ago
    rig.engine.run_once()
    found = rig.act(deed["id"], "folhas", paginas=[], imprimir="2")
    assert found.word == "entrada-invalida"  # that word was about the first sheet, and a second one came out
    assert rig.act(deed["id"], "folhas", paginas=spoiled(2), imprimir="2").status == 200
    rig.engine.run_once()
    assert len(list(rig.out.glob(f"{deed['id']}*.pdf"))) == 3


def test_x5_a_person_says_page_by_page_what_nobody_knows(rig: Rig, deed: dict[str, Any]) -> None:
    every = range(1, deed["paginas"] + 1)
    said = [{"pagina": 1, "estado": "nao_saiu"}]
    assert rig.act(deed["id"], "folhas", paginas=said).job["estado"] == "incerto"
    assert rig.act(deed["id"], "reenviar").word == "diga-as-folhas"
    assert rig.act(deed["id"], "folhas", paginas=said, imprimir="1").job["estado"] == "renderizado"
    rig.engine.run_once()
    done = rig.act(deed["id"], "folhas", paginas=[{"pagina": page, "estado": "boa"} for page in every])
    assert done.job["estado"] == "impresso"
    assert "maria" in {each["quem"] for each in done.job["historico"]}
    assert rig.act(deed["id"], "folhas", paginas=spoiled(2)).word == "entrada-invalida"


def test_x5_a_good_word_alone_puts_nothing_in_doubt(rig: Rig, deed: dict[str, Any]) -> None:
    assert rig.act(deed["id"], "folhas", paginas=[{"pagina": 2, "estado": "boa"}]).job["estado"] == "impresso"
    assert rig.act(deed["id"], "folhas", paginas=[]).job["estado"] == "impresso"


def test_x5_a_page_that_is_none_is_refused(rig: Rig, deed: dict[str, Any]) -> None:
    for page in (0, deed["paginas"] + 1):
        found = rig.act(deed["id"], "folhas", paginas=[{"pagina": page, "estado": "boa"}])
        assert (found.status, found.json["errors"][0]["campo"]) == (422, "paginas.0.pagina")


def test_x5_nothing_is_said_of_pages_that_do_not_exist_yet(rig: Rig) -> None:
    taken = rig.taken(rig.livro())
    assert rig.act(taken["id"], "folhas", paginas=spoiled(1), imprimir="1").word == "estado-nao-permite"
    assert rig.job(taken["id"])["estado"] == "aceito"


def test_x5_pages_go_to_the_queue_the_print_went_to(rig: Rig, tmp_path: Path) -> None:
    with rig.office.db.write() as conn:
        row = {
            "serventia_id": 1,
            "nome": "balcao",
            "tipo": "pasta",
            "destino": str(tmp_path),
            "criada_em": rig.clock(),
        }
        conn.execute(db.fila.insert().values(**row))
    job = rig.printed(rig.livro(), fila="balcao")
    rig.act(job["id"], "folhas", paginas=spoiled(1), imprimir="1")
    rig.engine.run_once()
    assert len(list(tmp_path.glob(f"{job['id']}*.pdf"))) == 2
    assert list(rig.out.iterdir()) == []


def test_p5_a_spoiled_sheet_is_recorded_and_never_used_again(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    copy = rig.printed(rig.traslado(name), papel_seguranca=["A1"])
    rig.act(copy["id"], "folhas", paginas=spoiled(1, papel="A1"), imprimir="1", motivo="atolou")
    papers = {row["numero"]: (row["estado"], row["motivo"]) for row in rig.rows(db.papel)}
    assert papers == {"A1": ("inutilizado", "atolou")}
    assert rig.post(rig.traslado(name, 2), papel_seguranca=["A1"]).word == "papel-ja-usado"


def test_p5_the_paper_of_a_queue(rig: Rig) -> None:
    data = {"proximo": "A0000012", "inutilizados": ["A0000010", "A0000011"], "escrevente": "maria"}
    found = rig.call("POST", "/filas/notas/papel", data)
    assert (found.status, found.json["nome"]) == (200, "notas")
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    assert rig.post(rig.traslado(name), papel_seguranca=["A10"]).word == "papel-ja-usado"
    assert rig.call("POST", "/filas/outra/papel", data).word == "fila-desconhecida"


# -- cancelling -------------------------------------------------------------------------------------------------------


def test_a_held_job_is_cancelled_and_nothing_was_sealed(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document)
    found = rig.act(held["id"], "cancelar")
    assert (found.job["estado"], found.job["encerrado"], found.job["pergunta"]) == ("cancelado", True, None)
    assert rig.yes(held["id"]).word == "pergunta-respondida"
    assert rig.act(held["id"], "cancelar").word == "estado-nao-permite"
    assert len(rig.codes()) == 2


def test_a_sealed_job_that_is_cancelled_keeps_its_seals(rig: Rig) -> None:
    document = rig.livro()
    taken = rig.taken(document)
    found = rig.act(taken["id"], "cancelar")
    assert (found.job["estado"], found.job["encerrado"], seals(found.job)) == ("falhou", True, seals(taken))
    assert rig.engine.run_once() == 0
    assert list(rig.out.iterdir()) == []
    assert rig.question(document)["pergunta"]["selos"] == seals(taken)
    rig.act(taken["id"], "reenviar")
    rig.engine.run_once()
    assert rig.job(taken["id"])["estado"] == "impresso"


def test_what_is_printed_is_not_cancelled(rig: Rig) -> None:
    job = rig.printed(rig.livro())
    assert rig.act(job["id"], "cancelar").word == "estado-nao-permite"
    assert rig.call("POST", "/jobs/nenhum/cancelar", {"escrevente": "maria", "motivo": "x"}).status == 404
