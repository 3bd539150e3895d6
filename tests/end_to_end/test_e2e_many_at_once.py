"""Many clients at once: seal numbers without a gap (S3), one print for each key, one live print for each document."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

import deeds
from served_office import Office

from support.server import Answer, Client, together

POSTS = 50  # and as many that are refused: more than the server has threads


def numbers(codes: Iterable[str]) -> list[int]:
    """Return the sequential numbers of these seals, in order."""
    return sorted(int(code[9:22]) for code in codes)


def without_a_gap(client: Client) -> int:
    """Check that the office's seals are numbered from 1 on, each number once; return how many there are."""
    found = numbers(client.seals())
    assert found == list(range(1, len(found) + 1))
    return len(found)


def taken_kinds(number: int) -> dict[str, Any]:
    kinds = (
        lambda: deeds.livro(deeds.instrumento(atos=1 + number % 3)),
        deeds.certidao,
        deeds.ficha,
        lambda: deeds.livro(deeds.instrumento(atos=2)),
    )
    return kinds[number % len(kinds)]()


def refused_kinds(number: int) -> tuple[dict[str, Any] | bytes, int]:
    """Return a post that is refused, and the status it is refused with."""
    wrong_sum = deeds.livro()
    wrong_sum["documento"]["instrumento"]["atos"][0]["emolumentos"] = deeds.FEES | {"total": "95.13"}
    unsaid = deeds.livro(deeds.instrumento(atos=2))
    unsaid["documento"]["instrumento"]["atos"][0]["principal"] = False
    short = deeds.livro(deeds.instrumento(deeds.TEXT * 20, folha_final="1"), faces="frente")
    kinds: tuple[tuple[Any, int], ...] = (
        (wrong_sum, 422),
        (unsaid, 422),
        (deeds.livro(copias=2), 422),
        (deeds.livro(deeds.instrumento("não há letra para \U00012000")), 422),
        (short, 422),
        (deeds.traslado("nunca-existiu"), 404),
        (deeds.livro() | {"escrevente": "ninguem"}, 422),
        (deeds.certidao(formato="nao-existe"), 404),
        (b'{"documento": ', 400),
        (deeds.certidao(fila="nao-existe"), 404),
    )
    return kinds[number % len(kinds)]


def test_s3_posts_at_once_amid_refusals_number_without_a_gap(office: Office) -> None:
    client = office.client
    seals_before, jobs_before = without_a_gap(client), len(client.jobs())
    refused = [refused_kinds(number) for number in range(POSTS)]
    bodies = [taken_kinds(number) for number in range(POSTS)]
    calls = []
    for number in range(POSTS):
        calls.append(partial(client.print, bodies[number], key=f"muitos-{number}"))
        calls.append(partial(client.print, refused[number][0], key=f"recusado-{number}"))
    answers: list[Answer] = together(calls)
    taken, others = answers[::2], answers[1::2]
    assert Counter(answer.status for answer in taken) == {202: POSTS}, next(a.content for a in taken if a.status != 202)
    assert [answer.status for answer in others] == [status for _, status in refused]
    jobs = [answer.job for answer in taken]
    codes = {seal["codigo"] for job in jobs for seal in job["selos"]}
    assert len(codes) == sum(len(job["selos"]) for job in jobs)
    # What was refused left neither a job nor a seal, and its keys are free.
    assert without_a_gap(client) == seals_before + len(codes)
    assert len(client.jobs()) == jobs_before + POSTS == jobs_before + len({job["id"] for job in jobs})
    assert client.get("/api/v1/jobs?chave=recusado-0").json["total"] == 0
    for job in jobs:
        assert client.ended(job["id"])["estado"] == "impresso"
    assert {f"{job['id']}.pdf" for job in jobs} <= {file.name for file in office.server.out.iterdir()}
    office.server.verified()


def test_40_identical_posts_with_one_key_are_one_job(office: Office) -> None:
    client = office.client
    before = without_a_gap(client)
    body = deeds.livro(deeds.instrumento("Quarenta vezes o mesmo. " * 30, atos=2))
    answers: list[Answer] = together([lambda: client.print(body, key="um-toque")] * 40)
    busy = [answer for answer in answers if answer.status == 409]
    assert all(answer.word == "em-processamento" and answer.headers["Retry-After"] == "1" for answer in busy)
    taken = [answer for answer in answers if answer.status == 202]
    assert len(taken) + len(busy) == 40
    assert sum(not answer.replayed for answer in taken) == 1
    again = client.print(body, key="um-toque")
    assert again.status == 202
    assert again.replayed
    assert {answer.job["id"] for answer in [*taken, again]} == {again.job["id"]}
    assert without_a_gap(client) == before + 2
    other = client.print(deeds.livro(), key="um-toque")
    assert (other.status, other.word) == (422, "chave-reutilizada")


def test_x1_40_identical_posts_without_a_key_seal_once_and_ask_once(office: Office) -> None:
    client = office.client
    before = without_a_gap(client)
    body = deeds.livro()
    answers: list[Answer] = together([lambda: client.print(body)] * 40)
    taken = [answer for answer in answers if answer.status == 202]
    assert len(taken) == 1
    rest = [answer for answer in answers if answer.status != 202]
    assert {(answer.status, answer.word) for answer in rest} <= {
        (409, "impressao-em-andamento"),
        (409, "reimpressao-exige-xa"),
    }
    client.ended(taken[0].job["id"])
    asked = client.print(body)
    assert asked.word == "reimpressao-exige-xa"
    held = {answer.job["id"] for answer in rest if answer.word == "reimpressao-exige-xa"}
    assert held <= {asked.job["id"]}
    assert without_a_gap(client) == before + 1


def test_x0_one_of_40_deeds_gets_the_folha_they_all_want(office: Office) -> None:
    client = office.client
    bodies = [deeds.livro(deeds.instrumento(livro="9999", folha_inicial="7")) for _ in range(40)]
    answers: list[Answer] = together([partial(client.print, body) for body in bodies])
    assert Counter((answer.status, answer.word) for answer in answers) == {(202, ""): 1, (409, "folha-ocupada"): 39}


def test_x2_one_of_20_answers_to_a_question_is_carried_out(office: Office) -> None:
    client: Client = office.client
    body = deeds.livro()
    first = client.printed(body)
    held = client.print(body).job
    word = {"confirma": True, "escrevente": "admin", "motivo": "erro de digitação"}
    answers: list[Answer] = together([lambda: client.post(f"/api/v1/jobs/{held['id']}/xa", word)] * 20)
    assert Counter((answer.status, answer.word) for answer in answers) == {
        (200, ""): 1,
        (409, "pergunta-respondida"): 19,
    }
    printed = client.ended(held["id"])
    assert printed["estado"] == "impresso"
    assert len(printed["selos"]) == 1
    old = client.get(f"/api/v1/selos/{first['selos'][0]['codigo']}").json
    assert old["retificado_por"] not in (None, printed["selos"][0]["codigo"])
