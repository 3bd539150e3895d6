"""The board, a job's page, its marked copy, and what a person may do to it (X5, X6, X9, A4)."""

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import sqlalchemy as sa
import zxingcpp
from flask import Flask
from PIL import Image
from web_rig import Person, Rig

from printserver import db, jobs
from printserver.ledger import questions

REASON = "a impressora puxou duas folhas"


def _text(who: Person, path: str) -> str:
    answer = who.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _stopped(rig: Rig) -> dict[str, Any]:
    """Return a livro that was cancelled on its way: `falhou`, its seals live."""
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    data = {"escrevente": "maria", "motivo": "papel errado na bandeja"}
    jobs.cancel(rig.office, rig.autor, job["id"], data)
    return rig.job(job["id"])


@pytest.fixture
def uncertain(rig: Rig) -> dict[str, Any]:
    """A livro in the state `incerto`."""
    job = rig.livro()
    with rig.office.db.write() as conn:
        row = conn.execute(sa.select(db.job).where(db.job.c.id == job["id"])).mappings().one()
        conn.execute(sa.update(db.job).where(db.job.c.id == job["id"]).values(estado="incerto"))
        questions.ask_about_sheets(conn, rig.office, row, "o papel acabou no meio", rig.clock())
    return rig.job(job["id"])


# -- the board --------------------------------------------------------------------------------------------------------


def test_the_board_shows_who_waits_and_the_jobs_of_the_day(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    text = _text(maria, "/")
    assert f'href="/trabalhos/{held["id"]}/pergunta"' in text
    assert "Maria Souza" in text
    assert "faltam" in text
    assert "Escritura de venda e compra · Ana de Assunção</strong> · L. 123, fl" in text
    assert held["documento"]["instrumento"] in text


def test_a_period_without_prints_says_so(maria: Person, rig: Rig) -> None:
    rig.livro()
    assert "Nenhuma impressão passa por este filtro" in _text(maria, "/impressoes?de=2020-01-02&ate=02/01/2020")
    assert 'class="documento"' in _text(maria, "/impressoes?de=20/11/2026&ate=20/11/2026")


WRONG_ADDRESSES = [
    *(
        "/impressoes?de=ontem",
        "/impressoes?ate=2026-13-40",
        "/impressoes?de=20261120",
        "/impressoes?de=2026-W47-5",
        "/impressoes?estado=feliz",
        "/impressoes?tipo=recibo",
    ),
    *(
        "/impressoes?de=20/11/2026&ate=19/11/2026",
        "/impressoes?de=31/11/2026",
        "/impressoes?x=1",
        "/impressoes?de=2026-11-20&de=2026-11-19",
        "/impressoes?texto=%E2%80%AEx",
        "/impressoes?texto=" + 101 * "x",
    ),
    *("/balcao?dia=2026-02-29", "/balcao?ato=ZZ", "/balcao?pagina=0", "/balcao/conferencia?dia=31/11/2026"),
    *("/balcao/diarios?dia=226-11-20", "/balcao/controle?de=2026-11-20&ate=2026-11-19", "/balcao/controle?de=ontem"),
    *("/tribunal?ver=tudo", "/tribunal?pagina=1.5", "/selos?x=1", "/selos?livro=1&livro=2", "/selos?pagina=x"),
    *("/selos?estado=feliz", "/selos?origem=x", "/selos?ato=E", "/selos?de=2026-11-20&ate=2026-11-19", "/papel?fila=x"),
    *("/selos?valor_de=20,00&valor_ate=10,00", "/selos?livro=1%E2%80%8B", "/selos?codigo=" + 256 * "A"),
    *("/selos/totais?de=2026-02-30", "/selos/exportar?formato=pdf", "/vivo/impressoes?estado=feliz"),
]


@pytest.mark.parametrize("address", WRONG_ADDRESSES, ids=[each[:40] for each in WRONG_ADDRESSES])
def test_a7_what_an_address_asks_for_is_shown_or_refused(maria: Person, address: str) -> None:
    answer = maria.get(address)
    assert answer.status_code == 422, address
    page = answer.get_data(as_text=True)
    assert 'role="alert"' in page or "Entrada inválida" in page


@pytest.fixture
def tereza(app: Flask) -> Person:
    """The tabeliã, who sees every list."""
    person = Person(app.test_client())
    assert person.login("tereza").status_code == 303
    return person


@pytest.mark.parametrize(
    ("address", "field", "said"),
    [
        ("/impressoes?estado=feliz", "estado", "Situação"),
        ("/impressoes?de=ontem&ate=amanh%C3%A3&texto=ana", "de", "De"),
        ("/impressoes?de=ontem&ate=amanh%C3%A3&texto=ana", "ate", "Até"),
        ("/impressoes?de=20/11/2026&ate=19/11/2026", "ate", "Até"),
        ("/balcao/controle?de=ontem", "de", "De"),
        ("/balcao/controle?de=2026-11-20&ate=19/11/2026", "ate", "Até"),
        ("/balcao?dia=31/11/2026", "dia", "Dia"),
        ("/balcao/conferencia?dia=31/11/2026", "dia", "Dia"),
        ("/balcao/diarios?dia=31/11/2026", "dia", "Dia"),
        ("/fechamento?dia=31/11/2026", "dia", "Dia"),
        ("/fechamento?dia=20/11/2126", "dia", "Dia"),
        ("/fechamento/mes?mes=13/2026", "mes", "Mês"),
        ("/papel/mes?mes=13/2026", "mes", "Mês"),
        ("/gratuidades?mes=13/2026", "mes", "Mês"),
        ("/auditoria?de=ontem", "de", "De"),
        ("/selos?de=ontem", "de", "Ato de"),
    ],
)
def test_a7_what_is_wrong_in_a_filter_is_said_at_its_field_on_the_screen_of_the_list(
    tereza: Person, address: str, field: str, said: str
) -> None:
    answer = tereza.get(address)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'<a href="#erro-{field}" data-campo="{field}">{said}</a>: ' in page
    assert f'<p class="erro-campo" id="erro-{field}">' in page
    assert f'aria-invalid="true" aria-describedby="erro-{field}"' in page
    assert f'value="{parse_qs(address.partition("?")[2])[field][0]}"' in page or field == "estado"


def test_a7_a_wrong_filter_that_htmx_sends_is_shown_by_the_whole_page(maria: Person) -> None:
    address = "/impressoes?de=ontem"
    answer = maria.client.get(address, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == address
    form = maria.get(address).get_data(as_text=True).partition('<form class="filtro"')[2].partition("</form>")[0]
    assert "hx-get" not in form  # the next answer is a whole page too, without this message


@pytest.mark.parametrize("path", ["/fechamento/mes", "/papel/mes", "/gratuidades"])
def test_a7_a_month_is_taken_as_people_write_it(tereza: Person, path: str) -> None:
    for written in ("11/2026", "2026-11"):
        assert re.search(r'<input id="mes" name="mes" [^>]*value="11/2026"', _text(tereza, f"{path}?mes={written}"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/selos/totais?de=2026-02-30", "Ato de: "),
        ("/selos?x=1", "Endereço: esta tela não conhece"),
    ],
)
def test_a7_what_an_address_asks_for_wrongly_is_named_by_its_label(maria: Person, address: str, said: str) -> None:
    assert f"<p>{said}" in maria.get(address).get_data(as_text=True)


def test_a7_what_cannot_be_seen_in_a_search_is_no_part_of_it(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    assert f'id="trabalho-{job["id"]}"' in _text(maria, "/impressoes?texto=Assun%C3%A7%C3%A3o%E2%80%8B")
    assert f'id="trabalho-{job["id"]}"' in _text(maria, "/impressoes?estado=&tipo=&de=&ate=&depois=")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        *(
            "/impressoes?de={}&ate={}",
            "/impressoes?ate={}&texto=ana",
            "/vivo/impressoes?de={}",
            "/selos?de={}&ate={}",
            "/balcao?dia={}",
        ),
        *("/balcao/conferencia?dia={}", "/balcao/controle?de={}&ate={}", "/balcao/diarios?dia={}"),
    ],
)
def test_the_first_and_the_last_day_there_are_can_be_looked_at(maria: Person, path: str, day: str) -> None:
    assert maria.get(path.replace("{}", day)).status_code == 200


def test_the_day_is_filtered_by_state_type_and_text(maria: Person, rig: Rig) -> None:
    livro = rig.livro()
    traslado = rig.printed(rig.traslado_for(livro))
    _before, held = rig.xa_question()
    nome, codigo = livro["documento"]["instrumento"], livro["selos"][0]["codigo"]
    for query, shown in (
        ("estado=aguardando_xa", {held["id"]}),
        (f"texto={nome}", {livro["id"], traslado["id"]}),
        (f"texto={nome}&tipo=traslado", {traslado["id"]}),
        (f"texto=TRASLADO+{nome.lower()}", {traslado["id"]}),
        (f"texto={codigo}", {livro["id"]}),
        (f"texto=usufruto+{nome}", {livro["id"]}),
        (f"texto=instituicao+{nome}", {livro["id"]}),
        ("texto=nada-disto", set()),
    ):
        text = _text(maria, f"/impressoes?{query}")
        found = {job["id"] for job in (livro, traslado, held) if f'id="trabalho-{job["id"]}"' in text}
        assert found == shown, query
    assert "passa por este filtro" in _text(maria, "/impressoes?texto=nada-disto")


def test_t5_a_print_is_found_by_its_parties_and_title_and_no_answer_or_log_names_them(maria: Person, rig: Rig) -> None:
    parties = [{"qualidade": "Outorgante", "nome": "Lídia Prado Ventura"}, {"nome": "Łukasz Conceição"}]
    deed = rig.instrumento() | {"titulo": "Escritura de doação de Leão", "partes": parties}
    livro = rig.printed({"tipo": "livro", "instrumento": deed})
    traslado = rig.printed(rig.traslado_for(livro))
    person = {"nome": "Lídia Sá", "mãe": "Rute"}
    ficha = rig.send({"tipo": "ficha_abertura", "ficha": "F-1", "pessoa": person, "gerar_selo": False})
    other = rig.livro()

    def found(text: str) -> set[str]:
        page = _text(maria, f"/impressoes?texto={text}")
        return {job["id"] for job in (livro, traslado, ficha, other) if f'id="trabalho-{job["id"]}"' in page}

    for text, expected in (
        ("lidia", (livro, traslado, ficha)),
        ("L%C3%ADdia+VENTURA", (livro, traslado)),
        ("lukasz+conceicao", (livro, traslado)),
        ("doacao+leao", (livro, traslado)),
        ("sa+F-1", (ficha,)),
        ("rute", ()),
    ):
        assert found(text) == {job["id"] for job in expected}, text
    assert "Ventura" not in str(jobs.list_all(rig.office, {}, 1))
    with rig.office.db.read() as conn:
        assert "Ventura" not in str(list(conn.execute(sa.select(db.log.c.detalhe)).scalars()))


def test_a_part_that_has_not_changed_is_not_sent_again(maria: Person, rig: Rig) -> None:
    for path in ("/vivo/espera", "/vivo/ultimas", "/vivo/impressoes", f"/trabalhos/{rig.livro()['id']}/vivo"):
        text = _text(maria, path)
        again = text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        assert maria.get(again).status_code == 204
    again = _text(maria, "/vivo/impressoes").partition('hx-get="')[2].partition('"')[0]
    new = rig.livro()
    assert f'id="trabalho-{new["id"]}"' in _text(maria, again)


def test_a_polled_list_keeps_the_filter(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    text = _text(maria, f"/impressoes?texto={job['documento']['instrumento']}&tipo=livro")
    again = text.partition('id="vivo-impressoes"')[2].partition('hx-get="')[2].partition('"')[0]
    assert f"texto={job['documento']['instrumento']}" in again
    assert "tipo=livro" in again


# -- a job ------------------------------------------------------------------------------------------------------------


def test_a_job_shows_its_seals_and_their_sum(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    text = _text(maria, f"/trabalhos/{job['id']}")
    for selo in job["selos"]:
        assert selo["codigo"] in text
    assert "R$ 95,12" in text
    assert "R$ 190,24" in text
    assert "comunicação pendente" in text
    assert "Impresso" in text


def test_n3_the_traslado_names_the_seal_in_its_qr(maria: Person, rig: Rig) -> None:
    job = rig.traslado()
    text = _text(maria, f"/trabalhos/{job['id']}")
    assert "O QR impresso é o do selo do ato principal" in text
    assert job["qr"]["selo"] in text
    assert "isento" in text


def test_x6_a_copy_whose_livro_was_excluded_is_shown_as_stale(maria: Person, rig: Rig) -> None:
    traslado = rig.traslado()
    livro = jobs.selo(rig.office, traslado["qr"]["selo"])["job"]
    assert "Desatualizado" not in _text(maria, f"/trabalhos/{traslado['id']}")
    jobs.exclude(rig.office, rig.autor, livro, {"escrevente": "maria", "motivo": REASON})
    assert "Desatualizado" in _text(maria, f"/trabalhos/{traslado['id']}")
    assert "Desatualizado" in _text(maria, f"/impressoes?texto={traslado['documento']['instrumento']}")
    assert "excluído por" in _text(maria, f"/trabalhos/{livro}")


def test_what_others_wrote_is_text_and_never_html(maria: Person, rig: Rig) -> None:
    bad = rig.instrumento("<img src=x>")
    bad["atos"][0]["descricao"] = "<script>alert(1)</script>"
    job = rig.printed({"tipo": "livro", "instrumento": bad})
    for path in ("/", f"/trabalhos/{job['id']}", f"/impressoes?texto=<script>alert(1)</script>&de={bad['data']}"):
        text = _text(maria, path)
        assert "<script>alert" not in text
        assert "<img src=x" not in text


# -- the marked copy --------------------------------------------------------------------------------------------------


def _qr_codes(pdf: bytes, folder: Path) -> list[str]:
    """Return the QR codes that can be read on the pages of `pdf`, printed at 300 dpi."""
    (folder / "a.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "300", "-png", "a.pdf", "a"], cwd=folder, check=True)
    pictures = [Image.open(io.BytesIO(path.read_bytes())) for path in sorted(folder.glob("a*.png"))]
    return [code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("query", ["", "?copia=0", "?original=1", "?baixar=1"])
def test_x9_a_screen_gives_the_marked_copy_alone_whoever_asks(
    stranger: Person, rig: Rig, tmp_path: Path, query: str
) -> None:
    job = rig.traslado()
    original = jobs.pdf(rig.office, rig.autor, job["id"], copia=False)
    stranger.login("tereza")  # a tabeliã has the right to the original, over the API
    answer = stranger.get(f"/trabalhos/{job['id']}/pdf{query}")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data != original
    (tmp_path / "copia.pdf").write_bytes(answer.data)
    text = subprocess.run(["pdftotext", "-raw", "copia.pdf", "-"], cwd=tmp_path, check=True, capture_output=True).stdout
    assert "CÓPIA SEM VALOR" in text.decode()
    if not query:
        assert len(_qr_codes(original, tmp_path)) == 1
        assert _qr_codes(answer.data, tmp_path) == []


def test_a_pdf_that_does_not_exist_yet_is_told_in_a_page(maria: Person, rig: Rig) -> None:
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    assert "O PDF ainda não existe" in _text(maria, f"/trabalhos/{job['id']}")
    assert maria.get(f"/trabalhos/{job['id']}/pdf").status_code == 409
    assert maria.get(f"/trabalhos/{job['id']}/copia/vivo").status_code == 204
    rig.engine.run_once()
    part = _text(maria, f"/trabalhos/{job['id']}/copia/vivo")
    assert f"/trabalhos/{job['id']}/paginas/1.png" in part
    assert "hx-get" not in part  # shown once, not polled again


# -- what a person may do ---------------------------------------------------------------------------------------------


def _act(who: Person, job: dict[str, Any], what: str, **fields: str) -> tuple[int, str]:
    path = f"/trabalhos/{job['id']}/{what}"
    answer = who.send(path, path, **{"confirmo": "sim", **fields})
    if answer.status_code == 303:
        return 303, _text(who, answer.location)
    return answer.status_code, answer.get_data(as_text=True)


def test_x5_a_failed_print_is_sent_again_with_the_same_seals(maria: Person, rig: Rig) -> None:
    job = _stopped(rig)
    assert "Nada saiu: imprimir tudo de novo" in _text(maria, f"/trabalhos/{job['id']}")
    status, text = _act(maria, job, "reenviar", motivo=REASON)
    assert status == 303
    assert "com os mesmos selos" in text
    rig.engine.run_once()
    after = rig.job(job["id"])
    assert after["estado"] == "impresso"
    assert after["selos"] == job["selos"]
    assert any(step["quem"] == "maria" and step["sistema"] is None for step in after["historico"])


@pytest.mark.parametrize("what", ["reenviar", "folhas"])
def test_a_form_that_was_not_sent_by_its_button_does_nothing_and_keeps_what_was_typed(
    maria: Person, rig: Rig, what: str
) -> None:
    job = _stopped(rig) if what == "reenviar" else rig.livro()
    typed = {"pagina_1": "inutilizada", "papel_1": "A0000001"}
    status, text = _act(maria, job, what, motivo=REASON, **typed, confirmo="")
    assert status == 422
    assert REASON in text
    assert ("A0000001" in text) is (what == "folhas")
    assert rig.job(job["id"])["historico"] == job["historico"]


@pytest.mark.parametrize("what", ["reenviar", "cancelar"])
def test_a4_nothing_is_done_without_a_reason(maria: Person, rig: Rig, what: str) -> None:
    job = _stopped(rig) if what == "reenviar" else rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    status, text = _act(maria, job, what, motivo=" ")
    assert status == 422
    assert 'id="erro-motivo"' in text
    assert rig.job(job["id"])["historico"] == job["historico"]


def test_what_the_state_does_not_allow_is_not_offered(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    for what in ("reenviar", "cancelar"):
        path = f"/trabalhos/{job['id']}/{what}"
        assert path not in _text(maria, f"/trabalhos/{job['id']}")
        assert 'name="motivo"' not in _text(maria, path)


def test_what_became_impossible_meanwhile_is_told(maria: Person, rig: Rig) -> None:
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    path = f"/trabalhos/{job['id']}/cancelar"
    form = maria.hidden(path, path)
    rig.engine.run_once()
    answer = maria.client.post(path, data={**form, "motivo": REASON, "confirmo": "sim"})
    assert answer.status_code == 409
    assert "nada há a cancelar" in answer.get_data(as_text=True)
    assert rig.job(job["id"])["estado"] == "impresso"


def test_cancelling_keeps_the_seals_and_says_so(maria: Person, rig: Rig) -> None:
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    assert "Os selos continuam valendo" in _text(maria, f"/trabalhos/{job['id']}/cancelar")
    assert _act(maria, job, "cancelar", motivo=REASON)[0] == 303
    after = rig.job(job["id"])
    assert after["estado"] == "falhou"
    assert after["selos"] == job["selos"]


def test_x5_a_person_says_page_by_page_what_came_out(maria: Person, rig: Rig, uncertain: dict[str, Any]) -> None:
    page = f"/trabalhos/{uncertain['id']}/pergunta"
    assert maria.get(page).location == f"/trabalhos/{uncertain['id']}/folhas"
    assert "o papel acabou no meio" in _text(maria, f"/trabalhos/{uncertain['id']}/folhas")
    assert "Conferir o papel" in _text(maria, "/")
    status, text = _act(maria, uncertain, "folhas", motivo=REASON)
    assert status == 422
    assert "diga se saiu boa" in text
    typed = {"pagina_1": "boa"}
    status, _answer = _act(maria, uncertain, "folhas", motivo=REASON, **typed)
    assert status == 303
    after = rig.job(uncertain["id"])
    assert (after["estado"], after["pergunta"]) == ("impresso", None)


def test_x5_spoiled_pages_are_printed_again_and_good_ones_never(maria: Person, rig: Rig) -> None:
    long = rig.instrumento()
    long["corpo"]["conteudo"] = "\n\n".join(["Saibam quantos esta escritura virem que compareceram as partes."] * 120)
    job = rig.printed({"tipo": "livro", "instrumento": long})
    assert job["paginas"] > 3
    fields = {"outras": "boa", "pagina_2": "inutilizada", "pagina_3": "nao_saiu", "imprimir": "sim", "motivo": REASON}
    assert _act(maria, job, "folhas", **fields)[0] == 303
    with rig.office.db.read() as conn:
        said = sa.select(db.pagina.c.pagina, db.pagina.c.estado).where(db.pagina.c.job_id == job["id"])
        pages = {row.pagina: row.estado for row in conn.execute(said)}
        tries = sa.select(db.tentativa.c.paginas).where(db.tentativa.c.job_id == job["id"]).order_by(db.tentativa.c.id)
        printed = list(conn.execute(tries).scalars())
    good = dict.fromkeys(range(1, job["paginas"] + 1), "boa")
    assert pages == {**good, 2: "inutilizada", 3: "nao_saiu"}
    assert printed == [None, "2-3"]


@pytest.fixture(autouse=True)
def nothing_left_open(rig: Rig) -> Iterator[None]:
    """Take what a test left on its way to its end, so that none shows up in another."""
    yield
    rig.engine.run_once()


@pytest.fixture
def troubled(rig: Rig) -> Iterator[dict[str, Any]]:
    """A livro at a CUPS queue that became unreachable; the printer's last message was a jam."""
    job = rig.livro()
    said = {"servidor": None, "id": 7, "estado": "processing", "motivos": ["media-jam-error"], "folhas": None}
    with rig.office.db.write() as conn:
        before = dict(conn.execute(sa.select(db.fila)).mappings().one())
        where = {"tipo": "cups", "destino": "laser", "servidor": "/nada/cups.sock", "reserva": "balcao"}
        conn.execute(db.fila.update().values(**where))
        moving = {"estado": "entregue", "encerrado": False, "vence_em": None, "cups": said}
        conn.execute(db.job.update().where(db.job.c.id == job["id"]).values(**moving))
    rig.office.capabilities.clear()
    yield job
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(**before))
        over = {"estado": "impresso", "encerrado": True, "cups": None}
        conn.execute(db.job.update().where(db.job.c.id == job["id"]).values(**over))
    rig.office.capabilities.clear()


def test_the_board_and_the_job_say_what_ails_the_queue(troubled: dict[str, Any], maria: Person) -> None:
    board = _text(maria, "/vivo/filas")
    assert "fora de linha" in board
    assert "A reserva é a fila balcao" in board
    assert "atolamento" in _text(maria, "/vivo/impressoes")
    page = _text(maria, f"/trabalhos/{troubled['id']}")
    assert "A fila notas: atolamento." in page
    assert "Tire o papel preso" in page
