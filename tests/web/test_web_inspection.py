"""Correição: one PDF of a seal, a print or an act, found by whatever names it; what is on it, and who made it."""

import hashlib
import io
import json
import re
from collections.abc import Iterator

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
from web_rig import Person

from printserver import db, search
from printserver.rendering import Report, Section, Table
from printserver.search import inspection
from printserver.server.app import create_app
from support.court import rig_with_court
from support.office import FEES, Rig, disarm
from support.office import text as words_of

WHO = {"escrevente": "maria"}
HOSTILE = "<b>{{ 7*7 }}</b> & “aspas” 日本 \u202e" + "A" * 300


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office with a reprinted livro, its traslado, a seal rectified four times, a paper seal, all reported."""
    with rig_with_court(tmp_path_factory.mktemp("inspection") / "serventia") as (opened, _court):
        book = opened.livro(id="P-1", livro="0123", folha_inicial="010")
        opened.printed(book)
        opened.yes(opened.question(book)["id"], motivo="saiu com a página torta")
        opened.engine.run_once()
        opened.printed(opened.traslado("P-1"), papel_seguranca=["SP0001"])
        today = opened.clock().date().isoformat()
        load = {"ato": "AU", "serie": "0371AJ", "de": 1, "ate": 1, "data": today, "emolumentos": FEES, **WHO}
        assert opened.call("POST", "/hibridos", load).status == 201
        yield opened


@pytest.fixture(scope="module")
def chain(rig: Rig) -> list[str]:
    """The codes of a seal that was rectified four times, each reported."""
    seal = {"natureza": 1, "ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, **WHO}
    codes = [rig.call("POST", "/selos", seal).json["codigo"]]
    for n in range(4):
        rig.engine.run_once()
        change = {"identificador": f"ATA-{n + 2}", "motivo": f"número trocado {n}", **WHO}
        codes.append(rig.call("POST", f"/selos/{codes[-1]}/retificacao", change).json["codigo"])
    rig.engine.run_once()
    return codes


@pytest.fixture(scope="module")
def tereza(rig: Rig) -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login("tereza").status_code == 303
    return person


@pytest.fixture(scope="module")
def of_chain(tereza: Person, chain: list[str]) -> bytes:
    return made(tereza, f"/correicao/selo/{chain[2]}/pdf")


@pytest.fixture(scope="module")
def of_act(tereza: Person) -> bytes:
    return made(tereza, "/correicao/ato/pdf?id=P-1")


def flat(pdf: bytes) -> str:
    """Return the text of a PDF, cell by cell, without any blank: words may be wrapped anywhere."""
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]
    return re.sub(r"[\s\ufffe\x02]+", "", "".join(pages))


def made(person: Person, address: str) -> bytes:
    answer = person.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "application/pdf"
    return answer.get_data()


def test_a6_a_seal_has_its_chain_its_court_and_its_hashes(rig: Rig, of_chain: bytes, chain: list[str]) -> None:
    text = flat(of_chain)
    rows = rig.rows(db.selo, db.selo.c.codigo.in_(chain))
    entries = rig.rows(db.log, db.log.c.objeto == "selo", db.log.c.objeto_id.in_(chain))
    answers = rig.rows(db.comunicacao, db.comunicacao.c.resposta.contains(chain[0]))
    for row in rows:
        assert flat_text(row["registro"]) in text
        assert f"{row['codigo']}:aassinaturaconfere" in text
    assert "númerotrocado3" in text
    for entry in entries:
        assert entry["hash"] in text
    assert answers
    assert all(flat_text(each["resposta"]) in text for each in answers)
    assert "todosconferem" in text
    head = re.search(r"Cabeçadaauditoria(\d+):([0-9a-f]{64})", text)
    assert head is not None
    assert rig.rows(db.log, db.log.c.n == int(head[1]))[0]["hash"] == head[2]


def flat_text(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a6_the_making_is_on_record_with_the_sum_of_the_file(rig: Rig, of_chain: bytes, chain: list[str]) -> None:
    [record] = rig.rows(db.log, db.log.c.objeto == "correicao", db.log.c.objeto_id == chain[2])
    assert (record["estado"], record["quem"]) == ("feita", "tereza")
    assert record["detalhe"]["sha256"] == hashlib.sha256(of_chain).hexdigest()


def test_a6_every_page_names_the_office_who_made_it_when_and_its_number(of_act: bytes) -> None:
    with pikepdf.open(io.BytesIO(of_act)) as opened:
        count = len(opened.pages)
    assert count >= 3
    text = words_of(of_act)
    for n in range(1, count + 1):
        assert f"página {n} de {count}" in text
    assert text.count("Feita em 20/11/2026") == count + 1
    assert text.count("CNS 123456") == count + 1


def test_a6_an_act_has_its_question_answer_attempts_sheets_and_pdfs(rig: Rig, of_act: bytes) -> None:
    text = flat(of_act)
    jobs = rig.rows(db.job)
    assert len(jobs) == 3
    for job in jobs:
        assert job["id"] in text
        assert f"{job['pdf_sha256']}oarquivoguardadoconfere" in text
    assert "Sim.PorMaria(maria).Motivo:saiucomapáginatorta" in text
    assert "gravadanapasta" in text
    assert "SP0001" in text
    for row in rig.rows(db.selo, db.selo.c.instrumento_id.is_not(None)):
        assert row["codigo"] in text
    assert "excluídopor" in text
    assert "de127.0.0.1" in text


def test_a6_what_was_changed_behind_the_program_is_said(rig: Rig, tereza: Person, chain: list[str]) -> None:
    row = rig.rows(db.log, db.log.c.objeto_id == chain[0])[0]
    engine = rig.office.db.engine
    with engine.connect() as conn:
        disarm(conn)
        conn.execute(sa.update(db.log).where(db.log.c.n == row["n"]).values(quem="outro"))
        conn.execute(sa.update(db.selo).where(db.selo.c.codigo == chain[0]).values(assinatura="A" * 344))
        conn.commit()
    try:
        text = flat(made(tereza, f"/correicao/selo/{chain[0]}/pdf"))
    finally:
        seal = rig.rows(db.selo, db.selo.c.codigo == chain[0])[0]
        with engine.connect() as conn:
            conn.execute(sa.update(db.log).where(db.log.c.n == row["n"]).values(quem=row["quem"]))
            whole = seal["registro"].rpartition("|")[2]
            conn.execute(sa.update(db.selo).where(db.selo.c.codigo == chain[0]).values(assinatura=whole))
            conn.commit()
    assert "NÃOCONFERE" in text
    assert "1NÃOconferem" in text
    assert f"{chain[0]}:aassinaturaNÃOconfere" in text


@pytest.mark.parametrize("typed", ["P-1", "L. 123 fls. 10", "SP0001"])
def test_a6_an_act_is_found_by_its_number_livro_and_paper(tereza: Person, typed: str) -> None:
    page = tereza.client.get("/correicao", query_string={"q": typed}).get_data(as_text=True)
    assert "/correicao/ato/pdf?id=P-1" in page
    assert "/correicao/trabalho/" in page


def test_a6_a_seal_is_found_by_its_code_its_qr_and_its_paper(rig: Rig, tereza: Person, chain: list[str]) -> None:
    row = rig.rows(db.selo, db.selo.c.codigo == chain[0])[0]
    paper = rig.rows(db.selo, db.selo.c.origem == "hibrido")[0]["codigo"]
    for typed, code in ((chain[0].lower(), chain[0]), (row["qr_url"], chain[0]), ("AU0371AJ 0000001", paper)):
        page = tereza.client.get("/correicao", query_string={"q": typed}).get_data(as_text=True)
        assert f"/correicao/selo/{code}/pdf" in page, typed
    job = rig.rows(db.job)[0]["id"]
    page = tereza.client.get("/correicao", query_string={"q": job}).get_data(as_text=True)
    assert f"/correicao/trabalho/{job}/pdf" in page


def test_a7_a_wrong_code_is_said_and_nothing_is_found_of_what_is_not_there(tereza: Person, chain: list[str]) -> None:
    wrong = chain[0][:-1] + ("A" if chain[0][-1] != "A" else "B")
    answer = tereza.client.get("/correicao", query_string={"q": wrong})
    assert answer.status_code == 422
    assert "dígito verificador" in answer.get_data(as_text=True)
    assert "Nada foi encontrado" in tereza.get("/correicao?q=nada-disto-9").get_data(as_text=True)
    for address in (f"selo/{'0' * 25}/pdf", f"trabalho/{'0' * 32}/pdf", "ato/pdf?id=P-77", "ato/pdf"):
        assert tereza.get(f"/correicao/{address}").status_code == 404


def test_a6_links_stand_on_the_page_of_a_seal_and_of_a_print(rig: Rig, tereza: Person, chain: list[str]) -> None:
    job = rig.rows(db.job)[0]["id"]
    assert f'href="/correicao/selo/{chain[0]}/pdf"' in tereza.get(f"/selos/{chain[0]}").get_data(as_text=True)
    assert f'href="/correicao/trabalho/{job}/pdf"' in tereza.get(f"/trabalhos/{job}").get_data(as_text=True)
    maria = Person(tereza.client.application.test_client())
    assert maria.login("maria").status_code == 303
    assert "/correicao" not in maria.get(f"/selos/{chain[0]}").get_data(as_text=True)


def test_a6_what_is_on_record_is_escaped_and_wrapped_whatever_it_is(rig: Rig) -> None:
    rows = [[HOSTILE, "x"]] * 3
    section = Section("Parte", HOSTILE, table=Table(("A", "B"), rows, (50, 50)), quotes=[("Trecho", HOSTILE)])
    report = Report("Teste", HOSTILE, "Feita", [("Fato", HOSTILE)], [section])
    pdf = rig.office.render.report(report)
    text = flat(pdf)
    assert "<b>{{7*7}}</b>&“aspas”" in text
    assert "[U+65E5][U+672C]" in text
    assert "[U+202E]" in text
    assert text.count("A" * 300) >= 5
    for left, right in _edges(pdf):
        assert left >= 19
        assert right <= 195


def _edges(pdf: bytes) -> Iterator[tuple[float, float]]:
    """Yield how far the letters of each page reach, in mm."""
    for page in pypdfium2.PdfDocument(pdf):
        found = page.get_textpage()
        boxes = [found.get_charbox(n) for n in range(found.count_chars())]
        yield min(box[0] for box in boxes) / 72 * 25.4, max(box[2] for box in boxes) / 72 * 25.4


def test_a6_of_more_than_fits_the_newest_stand_and_the_others_are_counted(
    rig: Rig, chain: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "MOST_SEALS", 2)
    whole = search.inspect_seal(rig.office, chain[0])
    monkeypatch.setattr(inspection, "MOST_ENTRIES", 4)
    monkeypatch.setattr(inspection, "MOST_ANSWERS", 1)
    found = search.inspect_seal(rig.office, chain[0])
    assert [each["codigo"] for each in found.seals] == chain[-2:]
    assert len(found.entries) == 4
    assert len(found.answers) == 1
    assert found.left_out == {
        "selos": 3,
        "registros": len(whole.entries) - 4,
        "respostas do tribunal": len(whole.answers) - 1,
    }
    assert found.entries == whole.entries[-4:]


def test_a6_a_long_answer_of_the_court_is_cut_to_what_it_says_of_the_seal() -> None:
    items = [{"selo": f"{n:025}", "totalErros": 0, "erros": []} for n in range(500)]
    whole = json.dumps(items)
    assert inspection.excerpt(whole, [f"{7:025}"]) == json.dumps(items[7])
    assert inspection.excerpt("curta", ["x"]) == "curta"
    assert len(inspection.excerpt("x" * 9000 + "CODE" + "y" * 9000, ["CODE"])) <= inspection.ANSWER_CHARS
    assert "CODE" in inspection.excerpt("x" * 9000 + "CODE" + "y" * 9000, ["CODE"])
