"""What is shown: jobs, seals, lists with their filters, events without gaps, and the PDF as it is allowed (X9)."""

import threading
from typing import Any

import pytest

from printserver import db, jobs
from printserver.office import LogEntry, audit, people
from support.office import Rig, pages, qr_codes, text


def ids(rig: Rig, query: str) -> list[str]:
    found = rig.call("GET", f"/jobs?{query}")
    assert found.status == 200, found
    assert found.json["total"] == len(found.json["itens"])
    return [job["id"] for job in found.json["itens"]]


@pytest.fixture
def reader(rig: Rig) -> str:
    """A key that may print, but not see an original."""
    with rig.office.db.write() as conn:
        return people.create_key(conn, 1, "leitor", ["imprimir"], rig.clock())


# -- X9 ---------------------------------------------------------------------------------------------------------------


def test_x9_the_very_bytes_only_to_who_may_print_them_each_time_on_record(rig: Rig, reader: str) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    job = rig.printed(rig.traslado(name))
    for _ in range(2):
        assert rig.pdf(job["id"]) == (rig.out / f"{job['id']}.pdf").read_bytes()
    rig.pdf(job["id"], key=reader)
    rig.pdf(job["id"], "?copia=1")
    read = rig.rows(db.log, db.log.c.objeto == "pdf")
    assert [(row["objeto_id"], row["estado"], row["sistema"]) for row in read] == [(job["id"], "lido", "inicial")] * 2


def test_x9_everyone_else_sees_a_marked_copy_whose_qr_cannot_be_read(rig: Rig, reader: str) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    job = rig.printed(rig.traslado(name))
    assert qr_codes(rig.pdf(job["id"])) == [job["qr"]["url"]]
    copies = [rig.pdf(job["id"], key=reader), rig.pdf(job["id"], "?copia=1")]
    assert copies[0] == copies[1]
    assert "CÓPIA SEM VALOR" in text(copies[0])
    assert qr_codes(copies[0]) == []
    assert pages(copies[0]) == job["paginas"]


def test_x9_there_is_no_pdf_before_it_exists(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    for query in ("", "?copia=1"):
        assert rig.call("GET", f"/jobs/{job['id']}/pdf{query}").word == "pdf-ainda-nao"
    held = rig.post(rig.ficha()).job
    assert rig.call("GET", f"/jobs/{held['id']}/pdf").word == "pdf-ainda-nao"
    assert rig.call("GET", "/jobs/nenhum/pdf").word == "nao-encontrado"


def test_x9_the_marked_copy_is_made_though_nothing_of_the_layout_is_kept(rig: Rig) -> None:
    job = rig.printed(rig.certidao(corpo={"formato": "texto", "conteudo": "Texto que só este teste tem."}))
    for kept in rig.office.render.pdf(rig.rows(db.job)[0]["layout"]).parent.glob(f"{rig.rows(db.job)[0]['layout']}.*"):
        kept.unlink()
    assert "CÓPIA SEM VALOR" in text(rig.pdf(job["id"], "?copia=1"))


# -- lists ------------------------------------------------------------------------------------------------------------


def test_lists_find_jobs_by_each_filter_newest_first(rig: Rig) -> None:
    livro = rig.printed(rig.livro(id="P-0042", livro="0123", folha_inicial="045"), idempotency_key="botao-1")["id"]
    copy = rig.taken(rig.traslado("P-42"))["id"]
    rig.clock.forward(days=1)
    certidao = rig.taken(rig.certidao())["id"]
    assert ids(rig, "") == [certidao, copy, livro]
    assert ids(rig, "chave=botao-1") == [livro]
    assert ids(rig, "estado=impresso") == [livro]
    assert ids(rig, "tipo=certidao") == [certidao]
    assert ids(rig, "instrumento=p-42") == [copy, livro]
    assert ids(rig, "livro=123&folha=45") == [copy, livro]
    assert ids(rig, "livro=123&folha=46") == []
    assert ids(rig, "fila=notas&tipo=livro") == [livro]
    assert ids(rig, "de=2026-11-21") == [certidao]
    assert ids(rig, "ate=2026-11-20") == [copy, livro]
    assert ids(rig, "de=2026-11-20&ate=2026-11-21&estado=aceito") == [certidao, copy]


@pytest.mark.parametrize("query", ["quando=hoje", "de=ontem", "estado=feliz", "pagina=0", "folha=x"])
def test_a_filter_that_is_none_is_refused(rig: Rig, query: str) -> None:
    assert rig.call("GET", f"/jobs?{query}").word == "entrada-invalida"


def test_lists_come_in_pages_that_hold_each_job_once(rig: Rig) -> None:
    made = [rig.taken(rig.ficha(gerar_selo=False))["id"] for _ in range(53)]
    found = [rig.call("GET", f"/jobs?pagina={page}").json for page in (1, 2, 3)]
    assert [(len(each["itens"]), each["pagina"], each["total"]) for each in found] == [
        (50, 1, 53),
        (3, 2, 53),
        (0, 3, 53),
    ]
    assert [job["id"] for each in found for job in each["itens"]] == made[::-1]


def test_t5_seals_are_found_by_code_livro_and_folha(rig: Rig) -> None:
    livro = rig.printed(rig.livro(livro="0123", folha_inicial="045"))
    certidao = rig.printed(rig.certidao())
    codes = [selo["codigo"] for selo in livro["selos"]]
    (other,) = [selo["codigo"] for selo in certidao["selos"]]

    def found(query: str) -> list[str]:
        return [selo["codigo"] for selo in rig.call("GET", f"/selos?{query}").json["itens"]]

    assert found("") == [other, *codes[::-1]]
    assert found(f"codigo={codes[0].lower()}") == codes[:1]
    assert found("livro=123&folha=45") == codes[::-1]
    assert found("ato=CE") == [other]
    assert found("estado=comunicado") == []
    assert rig.selo(codes[0].lower())["codigo"] == codes[0]
    assert rig.call("GET", "/selos/1234561ES0000000099999260").word == "nao-encontrado"


def test_a_seal_tells_its_changes_with_author_and_address(rig: Rig) -> None:
    document = rig.livro()
    code = rig.printed(document)["selos"][0]["codigo"]
    rig.yes(rig.question(document)["id"], escrevente="rui")
    made, excluded = rig.selo(code)["andamentos"]
    assert (made["quem"], made["sistema"], made["endereco"]) == ("maria", "inicial", "127.0.0.1")
    assert (excluded["quem"], excluded["detalhe"]["motivo"]) == ("rui", "erro de digitação")


# -- events and waiting -----------------------------------------------------------------------------------------------


def test_events_are_numbered_without_gaps_and_tell_all_that_changed(any_rig: Rig) -> None:
    rig = any_rig
    document = rig.livro()
    first = rig.printed(document)
    held = rig.question(document)
    rig.post(rig.traslado("P-nunca-visto"))
    rig.yes(held["id"])
    rig.engine.run_once()
    rig.pdf(first["id"])
    every = rig.call("GET", "/eventos").json["itens"]
    assert [each["n"] for each in every] == list(range(1, len(every) + 1))
    assert {each["tipo"] for each in every} == {"job", "selo"}
    states = [each["estado"] for each in every if each["id"] == held["id"]]
    assert states == ["aguardando_xa", "aceito", "renderizado", "entregue", "impresso"]
    assert {each["id"] for each in every if each["tipo"] == "selo"} == set(rig.codes())
    after = every[4]["n"]
    assert rig.call("GET", f"/eventos?depois={after}").json["itens"] == every[5:]
    assert rig.call("GET", f"/eventos?depois={every[-1]['n']}").json["itens"] == []


def test_an_answer_has_500_events_at_most_and_a_number_to_come_waits_for_its_turn(rig: Rig) -> None:
    entries = [LogEntry("job", f"{n:032x}", "aceito") for n in range(501)]
    with rig.office.db.write() as conn:
        audit.write(conn, 1, rig.clock(), entries)
    first = rig.call("GET", "/eventos").json["itens"]
    assert [each["n"] for each in first] == list(range(1, 501))
    assert [each["n"] for each in rig.call("GET", "/eventos?depois=500").json["itens"]] == [501]
    assert rig.call("GET", "/eventos?depois=501&espera=0.1").json["itens"] == []
    assert rig.call("GET", "/eventos?depois=900&espera=0.1").json["itens"] == []


def test_who_waits_for_a_job_is_answered_when_it_moves(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(jobs.wait(rig.office, job["id"], 20, "aceito")))
    waiting.start()
    rig.engine.run_once()
    waiting.join(60)
    assert not waiting.is_alive()
    assert found[0]["estado"] != "aceito"


def test_who_waits_for_events_is_answered_when_something_changes(rig: Rig) -> None:
    found: list[dict[str, Any]] = []
    waiting = threading.Thread(target=lambda: found.append(jobs.events(rig.office, 0, 20)))
    waiting.start()
    job = rig.taken(rig.ficha(gerar_selo=False))
    waiting.join(60)
    assert not waiting.is_alive()
    assert found[0]["itens"][0]["id"] == job["id"]


def test_a_wait_is_over_at_once_for_what_is_at_an_end_or_held(rig: Rig) -> None:
    printed = rig.printed(rig.livro())
    held = rig.post(rig.ficha()).job
    for job in (printed, held):
        assert rig.call("GET", f"/jobs/{job['id']}?espera=30").json["estado"] == job["estado"]


def test_at_most_half_of_the_threads_wait(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    for _ in range(rig.office.settings.http.linhas // 2):
        assert rig.office.listeners.acquire(blocking=False)
    assert rig.call("GET", f"/jobs/{job['id']}?espera=30").json["estado"] == "aceito"


def test_the_queues_are_told(rig: Rig) -> None:
    (queue,) = (
        rig.call("GET", "/filas").json
        if isinstance(rig.call("GET", "/filas").json, list)
        else rig.call("GET", "/filas").json["itens"]
    )
    assert (queue["nome"], queue["padrao"], queue["estado"], queue["papel_numerado"]) == ("notas", True, "idle", False)
    rig.out.rename(rig.out.with_name("longe"))
    rig.office.capabilities.clear()  # what a queue said holds for a moment
    assert jobs.all_queues(rig.office)[0]["estado"] == "stopped"


def test_x2_a_jobs_seals_say_whether_they_are_live_and_what_excluded_them(rig: Rig) -> None:
    document = rig.livro()
    old = rig.printed(document)
    assert [(selo["vivo"], selo["excluido_por"]) for selo in old["selos"]] == [(True, None)] * 2
    held = rig.question(document)
    rig.yes(held["id"])
    for selo in rig.job(old["id"])["selos"]:
        assert (selo["vivo"], selo["excluido_por"]) == (False, selo["retificado_por"])
        assert rig.selo(selo["codigo"])["excluido_por"] == selo["excluido_por"]
    assert all(selo["vivo"] for selo in rig.job(held["id"])["selos"])


def test_r1_a_rectified_seal_is_neither_live_nor_excluded_until_its_chain_ends_in_an_xa(rig: Rig) -> None:
    job = rig.printed(rig.certidao())
    (first,) = (selo["codigo"] for selo in job["selos"])
    change = {"motivo": "número trocado", "escrevente": "maria"}
    new = rig.call("POST", f"/selos/{first}/retificacao", {"identificador": "2026/99", **change}).json["codigo"]
    (selo,) = rig.job(job["id"])["selos"]
    assert (selo["vivo"], selo["excluido_por"], selo["retificado_por"]) == (False, None, new)
    xa = rig.call("POST", f"/selos/{new}/xa", change).json["codigo"]
    (selo,) = rig.job(job["id"])["selos"]
    assert (selo["vivo"], selo["excluido_por"], selo["retificado_por"]) == (False, xa, new)


def test_answers_wait_as_the_post_does_where_they_are_asked_to(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document)
    body = {"confirma": False, "escrevente": "maria", "motivo": "engano"}
    answered = rig.call("POST", f"/jobs/{held['id']}/xa?espera=30", body)
    assert (answered.status, answered.job["estado"]) == (200, "cancelado")  # at an end: at once
    refused = rig.call("POST", f"/jobs/{held['id']}/xa?espera=31", body)
    assert (refused.status, refused.word) == (422, "entrada-invalida")
