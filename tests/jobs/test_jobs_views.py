"""What is shown: jobs, seals, lists with their filters, events without gaps, and the PDF as it is allowed (X9)."""

import threading
from typing import Any

import pytest

from printserver import db, jobs
from printserver.office import LogEntry, audit, people
from support.office import House, pages, qr_codes, text


def ids(house: House, query: str) -> list[str]:
    found = house.call("GET", f"/jobs?{query}")
    assert found.status == 200, found
    assert found.json["total"] == len(found.json["itens"])
    return [job["id"] for job in found.json["itens"]]


@pytest.fixture
def reader(house: House) -> str:
    """A key that may print, but not see an original."""
    with house.office.db.write() as conn:
        return people.create_key(conn, 1, "leitor", ["imprimir"], house.clock())


# -- X9 ---------------------------------------------------------------------------------------------------------------


def test_x9_the_very_bytes_only_to_who_may_print_them_each_time_on_record(house: House, reader: str) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    job = house.printed(house.traslado(name))
    for _ in range(2):
        assert house.pdf(job["id"]) == (house.out / f"{job['id']}.pdf").read_bytes()
    house.pdf(job["id"], key=reader)
    house.pdf(job["id"], "?copia=1")
    read = house.rows(db.log, db.log.c.objeto == "pdf")
    assert [(row["objeto_id"], row["estado"], row["sistema"]) for row in read] == [(job["id"], "lido", "inicial")] * 2


def test_x9_everyone_else_sees_a_marked_copy_whose_qr_cannot_be_read(house: House, reader: str) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    job = house.printed(house.traslado(name))
    assert qr_codes(house.pdf(job["id"])) == [job["qr"]["url"]]
    copies = [house.pdf(job["id"], key=reader), house.pdf(job["id"], "?copia=1")]
    assert copies[0] == copies[1]
    assert "CÓPIA SEM VALOR" in text(copies[0])
    assert qr_codes(copies[0]) == []
    assert pages(copies[0]) == job["paginas"]


def test_x9_there_is_no_pdf_before_it_exists(house: House) -> None:
    job = house.taken(house.livro())
    for query in ("", "?copia=1"):
        assert house.call("GET", f"/jobs/{job['id']}/pdf{query}").word == "pdf-ainda-nao"
    held = house.post(house.ficha()).job
    assert house.call("GET", f"/jobs/{held['id']}/pdf").word == "pdf-ainda-nao"
    assert house.call("GET", "/jobs/nenhum/pdf").word == "nao-encontrado"


def test_x9_the_marked_copy_is_made_though_nothing_of_the_layout_is_kept(house: House) -> None:
    job = house.printed(house.certidao(corpo={"formato": "texto", "conteudo": "Texto que só este teste tem."}))
    for kept in house.office.render.pdf(house.rows(db.job)[0]["layout"]).parent.glob(
        f"{house.rows(db.job)[0]['layout']}.*"
    ):
        kept.unlink()
    assert "CÓPIA SEM VALOR" in text(house.pdf(job["id"], "?copia=1"))


# -- lists ------------------------------------------------------------------------------------------------------------


def test_lists_find_jobs_by_each_filter_newest_first(house: House) -> None:
    livro = house.printed(house.livro(id="P-0042", livro="0123", folha_inicial="045"), idempotency_key="botao-1")["id"]
    copy = house.taken(house.traslado("P-42"))["id"]
    house.clock.forward(days=1)
    certidao = house.taken(house.certidao())["id"]
    assert ids(house, "") == [certidao, copy, livro]
    assert ids(house, "chave=botao-1") == [livro]
    assert ids(house, "estado=impresso") == [livro]
    assert ids(house, "tipo=certidao") == [certidao]
    assert ids(house, "instrumento=p-42") == [copy, livro]
    assert ids(house, "livro=123&folha=45") == [copy, livro]
    assert ids(house, "livro=123&folha=46") == []
    assert ids(house, "fila=notas&tipo=livro") == [livro]
    assert ids(house, "de=2026-11-21") == [certidao]
    assert ids(house, "ate=2026-11-20") == [copy, livro]
    assert ids(house, "de=2026-11-20&ate=2026-11-21&estado=aceito") == [certidao, copy]
    assert [job["id"] for job in jobs.of_day(house.office, house.clock().date())] == [certidao]


@pytest.mark.parametrize("query", ["quando=hoje", "de=ontem", "estado=feliz", "pagina=0", "folha=x"])
def test_a_filter_that_is_none_is_refused(house: House, query: str) -> None:
    assert house.call("GET", f"/jobs?{query}").word == "entrada-invalida"


def test_lists_come_in_pages_that_hold_each_job_once(house: House) -> None:
    made = [house.taken(house.ficha(gerar_selo=False))["id"] for _ in range(53)]
    found = [house.call("GET", f"/jobs?pagina={page}").json for page in (1, 2, 3)]
    assert [(len(each["itens"]), each["pagina"], each["total"]) for each in found] == [
        (50, 1, 53),
        (3, 2, 53),
        (0, 3, 53),
    ]
    assert [job["id"] for each in found for job in each["itens"]] == made[::-1]


def test_t5_seals_are_found_by_code_livro_and_folha(house: House) -> None:
    livro = house.printed(house.livro(livro="0123", folha_inicial="045"))
    certidao = house.printed(house.certidao())
    codes = [selo["codigo"] for selo in livro["selos"]]
    (other,) = [selo["codigo"] for selo in certidao["selos"]]

    def found(query: str) -> list[str]:
        return [selo["codigo"] for selo in house.call("GET", f"/selos?{query}").json["itens"]]

    assert found("") == [other, *codes[::-1]]
    assert found(f"codigo={codes[0].lower()}") == codes[:1]
    assert found("livro=123&folha=45") == codes[::-1]
    assert found("ato=CE") == [other]
    assert found("estado=comunicado") == []
    assert house.selo(codes[0].lower())["codigo"] == codes[0]
    assert house.call("GET", "/selos/1234561ES0000000099999260").word == "nao-encontrado"


def test_a_seal_tells_its_changes_with_author_and_address(house: House) -> None:
    document = house.livro()
    code = house.printed(document)["selos"][0]["codigo"]
    house.yes(house.question(document)["id"], escrevente="rui")
    made, excluded = house.selo(code)["andamentos"]
    assert (made["quem"], made["sistema"], made["endereco"]) == ("maria", "inicial", "127.0.0.1")
    assert (excluded["quem"], excluded["detalhe"]["motivo"]) == ("rui", "erro de digitação")


# -- events and waiting -----------------------------------------------------------------------------------------------


def test_events_are_numbered_without_gaps_and_tell_all_that_changed(any_house: House) -> None:
    house = any_house
    document = house.livro()
    first = house.printed(document)
    held = house.question(document)
    house.post(house.traslado("P-nunca-visto"))
    house.yes(held["id"])
    house.engine.run_once()
    house.pdf(first["id"])
    every = house.call("GET", "/eventos").json["itens"]
    assert [each["n"] for each in every] == list(range(1, len(every) + 1))
    assert {each["tipo"] for each in every} == {"job", "selo"}
    states = [each["estado"] for each in every if each["id"] == held["id"]]
    assert states == ["aguardando_xa", "aceito", "renderizado", "entregue", "impresso"]
    assert {each["id"] for each in every if each["tipo"] == "selo"} == set(house.codes())
    after = every[4]["n"]
    assert house.call("GET", f"/eventos?depois={after}").json["itens"] == every[5:]
    assert house.call("GET", f"/eventos?depois={every[-1]['n']}").json["itens"] == []


def test_an_answer_has_500_events_at_most_and_a_number_to_come_waits_for_its_turn(house: House) -> None:
    entries = [LogEntry("job", f"{n:032x}", "aceito") for n in range(501)]
    with house.office.db.write() as conn:
        audit.write(conn, 1, house.clock(), entries)
    first = house.call("GET", "/eventos").json["itens"]
    assert [each["n"] for each in first] == list(range(1, 501))
    assert [each["n"] for each in house.call("GET", "/eventos?depois=500").json["itens"]] == [501]
    assert house.call("GET", "/eventos?depois=501&espera=0.1").json["itens"] == []
    assert house.call("GET", "/eventos?depois=900&espera=0.1").json["itens"] == []


def test_who_waits_for_a_job_is_answered_when_it_moves(house: House) -> None:
    job = house.taken(house.livro())
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(jobs.wait(house.office, job["id"], 20, "aceito")))
    waiting.start()
    house.engine.run_once()
    waiting.join(60)
    assert not waiting.is_alive()
    assert found[0]["estado"] != "aceito"


def test_who_waits_for_events_is_answered_when_something_changes(house: House) -> None:
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(jobs.events(house.office, 0, 20)))
    waiting.start()
    job = house.taken(house.ficha(gerar_selo=False))
    waiting.join(60)
    assert not waiting.is_alive()
    assert found[0]["itens"][0]["id"] == job["id"]


def test_a_wait_is_over_at_once_for_what_is_at_an_end_or_held(house: House) -> None:
    printed = house.printed(house.livro())
    held = house.post(house.ficha()).job
    for job in (printed, held):
        assert house.call("GET", f"/jobs/{job['id']}?espera=30").json["estado"] == job["estado"]


def test_at_most_half_of_the_threads_wait(house: House) -> None:
    job = house.taken(house.livro())
    for _ in range(house.office.settings.http.linhas // 2):
        assert house.office.listeners.acquire(blocking=False)
    assert house.call("GET", f"/jobs/{job['id']}?espera=30").json["estado"] == "aceito"


def test_the_queues_are_told(house: House) -> None:
    (queue,) = (
        house.call("GET", "/filas").json
        if isinstance(house.call("GET", "/filas").json, list)
        else house.call("GET", "/filas").json["itens"]
    )
    assert (queue["nome"], queue["padrao"], queue["estado"], queue["papel_numerado"]) == ("notas", True, "idle", False)
    house.out.rename(house.out.with_name("longe"))
    house.office.capabilities.clear()  # what a queue said holds for a moment
    assert jobs.all_queues(house.office)[0]["estado"] == "stopped"


def test_x2_a_jobs_seals_say_whether_they_are_live_and_what_excluded_them(house: House) -> None:
    document = house.livro()
    old = house.printed(document)
    assert [(selo["vivo"], selo["excluido_por"]) for selo in old["selos"]] == [(True, None)] * 2
    held = house.question(document)
    house.yes(held["id"])
    for selo in house.job(old["id"])["selos"]:
        assert (selo["vivo"], selo["excluido_por"]) == (False, selo["retificado_por"])
        assert house.selo(selo["codigo"])["excluido_por"] == selo["excluido_por"]
    assert all(selo["vivo"] for selo in house.job(held["id"])["selos"])


def test_r1_a_rectified_seal_is_neither_live_nor_excluded_until_its_chain_ends_in_an_xa(house: House) -> None:
    job = house.printed(house.certidao())
    (first,) = (selo["codigo"] for selo in job["selos"])
    change = {"motivo": "número trocado", "escrevente": "maria"}
    new = house.call("POST", f"/selos/{first}/retificacao", {"identificador": "2026/99", **change}).json["codigo"]
    (selo,) = house.job(job["id"])["selos"]
    assert (selo["vivo"], selo["excluido_por"], selo["retificado_por"]) == (False, None, new)
    xa = house.call("POST", f"/selos/{new}/xa", change).json["codigo"]
    (selo,) = house.job(job["id"])["selos"]
    assert (selo["vivo"], selo["excluido_por"], selo["retificado_por"]) == (False, xa, new)


def test_answers_wait_as_the_post_does_where_they_are_asked_to(house: House) -> None:
    document = house.livro()
    house.printed(document)
    held = house.question(document)
    body = {"confirma": False, "escrevente": "maria", "motivo": "engano"}
    answered = house.call("POST", f"/jobs/{held['id']}/xa?espera=30", body)
    assert (answered.status, answered.job["estado"]) == (200, "cancelado")  # at an end: at once
    refused = house.call("POST", f"/jobs/{held['id']}/xa?espera=31", body)
    assert (refused.status, refused.word) == (422, "entrada-invalida")
