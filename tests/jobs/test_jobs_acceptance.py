"""A print is laid out, sealed and taken, or refused with nothing sealed: through the HTTP face of a real office."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from printserver import db
from printserver.selo import assemble_code, parse_qr, parse_reais, read, url_do_qr
from support.office import FEES, IMPOSSIBLE, ISENTO, LONG, SHORT, TOTAL, House, pages, put_certificate, qr_codes, text

COURT_ORDER = {"ordem_judicial": "1000123-45.2026.8.26.0100"}


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


# -- S: the seal ------------------------------------------------------------------------------------------------------


def test_s3_numbers_follow_without_a_gap_whatever_was_refused_in_between(any_house: House) -> None:
    house = any_house
    first = house.printed(house.livro())
    house.post(house.livro(corpo=IMPOSSIBLE))
    house.post(house.traslado("P-nunca-visto"))
    house.post({"tipo": "livro"})
    house.question({"tipo": "livro", "instrumento": house.instrumento(id=first["documento"]["instrumento"])})
    second = house.printed(house.certidao())
    assert [int(code[9:22]) for code in seals(first) + seals(second)] == [1, 2, 3]
    house.assert_gapless()


def test_s3_one_sequence_for_each_ato_and_year_by_setting(house_with: Callable[..., House]) -> None:
    house = house_with(selo={"sequencia": "ato"})
    livro, certidao = house.taken(house.livro()), house.taken(house.certidao())
    assert [int(code[9:22]) for code in seals(livro)] == [1, 2]
    assert [int(code[9:22]) for code in seals(certidao)] == [1]


def test_s7_the_seal_of_a_livro_belongs_to_the_moment_of_its_act(house: House) -> None:
    today = house.taken(house.livro(data="2026-11-20"))
    past = house.taken(house.livro(data="2025-12-31", motivo_data="lavrado fora do sistema"))
    assert {house.selo(code)["momento"] for code in seals(today)} == {"2026-11-20T14:30:00-03:00"}
    assert {house.selo(code)["momento"] for code in seals(past)} == {"2025-12-31T23:59:59-03:00"}
    assert {read(code).ano for code in seals(past)} == {25}
    assert "lavrado fora do sistema" in str(house.job(past["id"])["historico"])
    assert all(row["prazo"] == datetime(2026, 1, 2, 2, 59, 59, tzinfo=UTC) for row in house.rows(db.outbox)[3:])


@pytest.mark.parametrize(("begins", "why"), [(timedelta(days=7), "só vale a partir de"), (timedelta(-3651), "venceu")])
def test_t4_seals_of_a_certificate_that_is_not_good_now_are_told_in_the_answer(
    house: House, begins: timedelta, why: str
) -> None:
    assert house.taken(house.livro())["avisos"] == []
    put_certificate(house, begins)
    for document in (house.livro(), house.certidao()):
        (notice,) = house.taken(document)["avisos"]
        assert notice["campo"] == "certificado"
        assert why in notice["mensagem"]
    assert house.taken({"tipo": "minuta", "instrumento": house.instrumento()})["avisos"] == []


@pytest.mark.parametrize(("data", "reason"), [("2026-11-21", None), ("2026-11-21", "adiantado"), ("2026-11-19", None)])
def test_s7_a_day_to_come_and_a_past_one_without_reason_are_refused(
    house: House, data: str, reason: str | None
) -> None:
    before = house.state()
    assert house.post(house.livro(data=data, motivo_data=reason)).word == "data-do-ato"
    assert house.state() == before


def test_s7_dates_are_those_of_sao_paulo_not_of_utc(house: House) -> None:
    house.clock.now = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # still the 20th there
    assert house.post(house.livro(data="2026-11-21")).word == "data-do-ato"
    assert house.post(house.livro(data="2026-11-20")).status == 202


def test_s7_a_copy_belongs_to_now_whatever_the_date_of_its_livro(house: House) -> None:
    livro = house.printed(house.livro(data="2026-11-18", motivo_data="atraso"))
    copy = house.taken(house.traslado(livro["documento"]["instrumento"]))
    assert house.selo(seals(copy)[0])["momento"] == "2026-11-20T14:30:00-03:00"


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({"corpo": IMPOSSIBLE}, "corpo-invalido"),
        ({"corpo": {"formato": "rtf", "conteudo": "{\\rtf1}"}}, "corpo-nao-suportado"),
        ({"corpo": {"formato": "texto", "conteudo": "em outra escrita: 漢字"}}, "corpo-invalido"),
        ({"corpo": LONG, "folha_final": "010"}, "folhas-insuficientes"),
        ({"atos": [{"ato": "ES", "descricao": "漢字", "emolumentos": FEES}]}, "entrada-invalida"),
    ],
)
def test_s12_a_page_that_cannot_be_made_is_never_sealed(house: House, document: dict[str, Any], word: str) -> None:
    before = house.state()
    found = house.post(house.livro(**document))
    assert (found.status, found.word) == (422, word)
    assert house.state() == before
    house.printed(house.livro())
    house.assert_gapless()


def test_s12_too_few_folhas_are_told_with_the_number_needed(house: House) -> None:
    found = house.post(house.livro(corpo=LONG, folha_final="010"))
    assert found.json["paginas"] > 2
    assert found.json["folhas"] == (found.json["paginas"] + 1) // 2


def test_s6_the_registro_and_the_qr_hold_the_figures_of_the_job(house: House) -> None:
    job = house.printed(house.traslado(house.printed(house.livro())["documento"]["instrumento"], 2, emolumentos=FEES))
    (selo,) = job["selos"]
    qr, line = parse_qr(job["qr"]["url"]), house.selo(selo["codigo"])["registro"]
    assert (selo["total_centavos"], selo["iss_centavos"]) == (TOTAL, 278)
    assert (qr.codigo, qr.total * 100, qr.iss * 100) == (selo["codigo"], TOTAL, 278)
    signed, signature = line[: line.rindex("|") + 1], line[line.rindex("|") + 1 :]
    assert signature == qr.assinatura
    assert house.office.certificado.check(signed, qr.assinatura)


# -- N: livro, traslado, certidão, ficha -------------------------------------------------------------------------------


def test_n1_n2_the_livro_has_a_seal_for_each_ato_linked_to_the_principal(house: House) -> None:
    job = house.printed(house.livro())
    principal, other = job["selos"]
    assert (principal["descricao"], principal["principal"], principal["vinculador"]) == ("Venda e compra", True, None)
    assert (other["descricao"], other["principal"], other["vinculador"]) == ("Usufruto", False, principal["codigo"])
    assert house.selo(principal["codigo"])["vinculos"]["vinculados"] == [other["codigo"]]
    links = [row for row in house.rows(db.outbox) if row["tipo"] == "vinculo"]
    assert [(row["codigo"], row["alvo"]) for row in links] == [
        (other["codigo"], principal["codigo"]),
    ]


def test_n1_no_document_shares_a_seal_and_none_with_a_seal_has_copies(house: House) -> None:
    livro = house.livro()
    found = house.post(livro, copias=2)
    assert found.word == "copia-de-documento-selado"
    jobs = [house.printed(livro)]
    name = jobs[0]["documento"]["instrumento"]
    jobs += [house.printed(house.traslado(name, number)) for number in (1, 2, 3)]
    jobs.append(house.printed(house.certidao(instrumento={"id": name})))
    codes = [code for job in jobs for code in seals(job)]
    assert len(set(codes)) == len(codes) == 6
    assert house.post(house.ficha(), copias=2).word == "copia-de-documento-selado"
    assert house.printed({"tipo": "minuta", "instrumento": house.instrumento()}, copias=2)["copias"] == 2


@pytest.mark.parametrize("chosen", [(), (0, 1)])
def test_n2_none_or_two_principal_atos_are_refused(house: House, chosen: tuple[int, ...]) -> None:
    atos = [{"ato": "ES", "descricao": f"Ato {n}", "principal": n in chosen, **ISENTO} for n in (0, 1)]
    assert house.post(house.livro(atos=atos)).word == "entrada-invalida"
    assert house.codes() == []


def test_n3_first_traslado_points_at_principal(house: House) -> None:
    livro = house.printed(house.livro())
    copy = house.printed(house.traslado(livro["documento"]["instrumento"]))
    (own,) = copy["selos"]
    principal = livro["selos"][0]["codigo"]
    assert (own["isento"], own["total_centavos"]) == (True, 0)
    assert copy["qr"]["selo"] == principal
    pdf = house.pdf(copy["id"])
    assert qr_codes(pdf) == [copy["qr"]["url"]] == [house.selo(principal)["qr"]["url"]]
    said = text(pdf).lower()
    assert own["codigo"].lower() in said and principal.lower() in said
    assert "selo deste traslado" in said and "selo do ato principal" in said


def test_n3_no_traslado_before_its_livro(house: House) -> None:
    instrumento = house.instrumento()
    assert house.post(house.traslado(instrumento["id"])).word == "instrumento-desconhecido"
    assert house.post({"tipo": "traslado", "numero": 1, "instrumento": instrumento}).word == "livro-nao-impresso"
    house.printed({"tipo": "minuta", "instrumento": instrumento})
    assert house.post(house.traslado(instrumento["id"])).word == "livro-nao-impresso"
    assert house.codes() == []


def test_n4_traslado_2_has_its_own_qr_and_the_fee_of_a_certidao(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    second = house.printed(house.traslado(name, 2, emolumentos=FEES))
    assert second["selos"][0]["total_centavos"] == TOTAL
    assert second["qr"]["selo"] == seals(second)[0]
    assert house.taken(house.traslado(name, 3))["selos"][0]["total_centavos"] == TOTAL


def test_n4_traslado_2_is_free_where_the_office_does_not_charge(house_with: Callable[..., House]) -> None:
    house = house_with(traslado={"cobra_do_segundo": False})
    name = house.printed(house.livro())["documento"]["instrumento"]
    assert house.taken(house.traslado(name, 2))["selos"][0]["isento"] is True


def test_n4_next_is_the_number_after_the_highest_that_was_sealed(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    assert house.printed(house.traslado(name, "proximo"))["documento"]["numero"] == 1
    house.printed(house.traslado(name, 7))
    assert house.printed(house.traslado(name, "proximo"))["documento"]["numero"] == 8


def test_n5_a_certidao_needs_no_instrumento_here(house: House) -> None:
    job = house.printed(house.certidao(pedido="2026/000123", emolumentos=FEES, isento=False, motivo_isencao=None))
    assert job["qr"]["selo"] == seals(job)[0]
    assert job["documento"]["pedido"] == "2026/000123"
    assert job["selos"][0]["total_centavos"] == TOTAL


def test_n6_a_copy_may_print_the_code_of_the_livros_seal(house: House) -> None:
    livro = house.printed(house.livro())
    body = {"formato": "texto", "conteudo": "Selo do ato: [[SELO_LIVRO]]."}
    name = livro["documento"]["instrumento"]
    job = house.printed(house.certidao(instrumento={"id": name}, corpo=body))
    assert seals(livro)[0] in text(house.pdf(job["id"])).replace("\n", "")


def test_n8_a_minuta_has_no_seal_no_question_and_any_number_of_prints(house: House) -> None:
    document = {"tipo": "minuta", "instrumento": house.instrumento(livro=None, folha_inicial=None)}
    for _ in range(2):
        job = house.printed(document)
        assert (job["selos"], job["qr"], job["estado"]) == ([], None, "impresso")
    assert "MINUTA" in text(house.pdf(job["id"]))
    assert house.codes() == []


def test_n8_a_minuta_after_the_livro_changes_nothing_of_its_copies(house: House) -> None:
    instrumento = house.instrumento()
    house.printed({"tipo": "livro", "instrumento": instrumento})
    other = instrumento | {"corpo": {"formato": "texto", "conteudo": "Texto mudado depois."}}
    house.printed({"tipo": "minuta", "instrumento": other})
    said = text(house.pdf(house.printed(house.traslado(instrumento["id"]))["id"]))
    assert "assim o disseram" in said and "mudado" not in said


def test_n8_a_minuta_may_be_asked_for_without_paper_or_in_part(house: House) -> None:
    instrumento = house.instrumento(corpo=LONG)
    unprinted = house.printed({"tipo": "minuta", "instrumento": instrumento, "imprimir": False})
    assert (unprinted["estado"], unprinted["encerrado"]) == ("renderizado", True)
    assert list(house.out.iterdir()) == []
    part = house.printed({"tipo": "minuta", "instrumento": instrumento, "paginas": "2-3"}, faces="frente")
    assert pages((house.out / f"{part['id']}.pdf").read_bytes()) == 2


def test_n9_the_seal_of_a_ficha_waits_for_the_escreventes_yes(house: House) -> None:
    found = house.post(house.ficha())
    assert (found.status, found.word, found.job["estado"]) == (409, "selo-facultativo", "aguardando_selo")
    assert house.codes() == []
    job = house.act(found.job["id"], "selo", gerar=True).job
    assert (job["estado"], len(job["selos"]), job["pergunta"]) == ("aceito", 1, None)
    assert job["selos"][0]["isento"] is True
    assert "selo facultativo" in str(house.selo(seals(job)[0])["motivo_isencao"])
    assert house.act(job["id"], "selo", gerar=False).word == "pergunta-respondida"


def test_n9_a_no_prints_the_ficha_without_a_seal(house: House) -> None:
    held = house.post(house.ficha()).job
    house.act(held["id"], "selo", gerar=False)
    house.engine.run_once()
    assert (house.job(held["id"])["estado"], house.codes()) == ("impresso", [])


def test_n9_the_setting_says_always_or_never(house_with: Callable[..., House]) -> None:
    house = house_with(ficha={"selo": "sempre"})
    assert len(house.taken(house.ficha())["selos"]) == 1
    assert house.post(house.ficha(gerar_selo=False)).word == "entrada-invalida"


def test_n9_the_request_decides_where_the_office_asks(house: House) -> None:
    assert len(house.taken(house.ficha(gerar_selo=True))["selos"]) == 1
    assert house.taken(house.ficha(gerar_selo=False))["selos"] == []


def test_n9_another_request_takes_the_place_of_the_open_question(house: House) -> None:
    ficha = house.ficha()
    held = house.post(ficha).job
    assert house.post(ficha).job["id"] == held["id"]
    house.printed(ficha | {"gerar_selo": True})
    assert house.job(held["id"])["estado"] == "cancelado"
    assert house.act(held["id"], "selo", gerar=True).word == "pergunta-respondida"
    assert len(house.codes()) == 1


def test_n11_no_copy_while_signatures_are_incomplete_but_by_court_order(house: House) -> None:
    name = house.printed(house.livro(assinaturas="pendentes"))["documento"]["instrumento"]
    before = house.state()
    assert house.post(house.traslado(name)).word == "assinaturas-pendentes"
    assert house.post(house.certidao(instrumento={"id": name})).word == "assinaturas-pendentes"
    assert house.state() == before
    job = house.taken(house.traslado(name, **COURT_ORDER))
    assert COURT_ORDER["ordem_judicial"] in str(job["historico"])


def test_n13_a_livro_of_another_program_comes_with_its_seals(house: House) -> None:
    code = str(assemble_code("123456", 1, "ES", "ABC0000000042", 26))
    qr = _qr(code)
    document = {
        "tipo": "traslado",
        "numero": 1,
        "instrumento": house.instrumento(atos=[{"ato": "ES", "descricao": "Venda e compra", "emolumentos": FEES}]),
        "livro_externo": {"selos": [{"codigo": code, "ato": "ES", "principal": True, "qr": qr}]},
    }
    job = house.printed(document)
    assert job["qr"] == {"selo": code, "url": qr}
    assert code not in house.codes()
    assert len(house.codes()) == 1
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    refused = document | {"livro_externo": {"selos": [{"codigo": wrong, "ato": "ES", "qr": qr}]}, "numero": 2}
    assert house.post(refused).word == "entrada-invalida"


def test_n13_not_after_the_day_that_the_office_set(house_with: Callable[..., House]) -> None:
    house = house_with(livro={"externos_ate": "2026-11-19"})
    code = str(assemble_code("123456", 1, "ES", "ABC0000000042", 26))
    external = {"selos": [{"codigo": code, "ato": "ES", "principal": True, "qr": _qr(code)}]}
    document = {"tipo": "traslado", "numero": 1, "instrumento": house.instrumento(), "livro_externo": external}
    found = house.post(document)
    assert (found.word, found.json["errors"][0]["campo"]) == ("entrada-invalida", "documento.livro_externo")
    assert house.codes() == []


def _qr(code: str) -> str:
    return url_do_qr(code, parse_reais("95.12"), parse_reais("2.78"), "QUJDREVGR0g=")


def test_differs_from_the_livro_when_a_copy_brings_other_values(house: House) -> None:
    instrumento = house.instrumento()
    house.printed({"tipo": "livro", "instrumento": instrumento})
    same = {"tipo": "traslado", "numero": 1, "instrumento": instrumento}
    other = [instrumento["atos"][0], instrumento["atos"][1] | {"emolumentos": FEES | {"tabeliao": "55.71"}}]
    assert house.post(same | {"instrumento": instrumento | {"atos": other}}).word == "difere-do-livro"
    assert house.post(same).status == 202


# -- X0: the same document, and its place -----------------------------------------------------------------------------


def test_x0_the_same_document_whatever_zeros_blanks_case_and_folhas(house: House) -> None:
    house.printed(house.livro(id="P-000077", folha_inicial="010"))
    house.question(house.livro(id=" p-77", folha_inicial="200"))
    house.printed(house.certidao(pedido="2026/000123"))
    house.question(house.certidao(pedido="2026/123", via=1))
    assert house.post(house.certidao(pedido="2026/123", via=2)).status == 202
    house.printed(house.ficha(ficha="00042", gerar_selo=True))
    house.question(house.ficha(ficha="42"))


def test_x0_a_side_of_a_folha_holds_one_instrumento(house: House) -> None:
    house.printed(house.livro(livro="0007", folha_inicial="030"))  # one page: the front of folha 30
    before = house.state()
    found = house.post(house.livro(livro="7", folha_inicial="30"))
    assert (found.status, found.word) == (409, "folha-ocupada")
    assert house.state() == before
    assert house.post(house.livro(livro="7", folha_inicial="30"), lado_inicial="verso").status == 202
    assert house.post(house.livro(livro="8", folha_inicial="30")).status == 202


def test_x0_pages_in_the_middle_are_held_too(house: House) -> None:
    job = house.printed(house.livro(corpo=LONG, folha_inicial="100"), faces="frente")
    last = int(job["documento"]["folha_final"])
    assert last == 100 + job["paginas"] - 1
    assert house.post(house.livro(folha_inicial=str(last))).word == "folha-ocupada"
    assert house.post(house.livro(folha_inicial=str(last + 1))).status == 202
    assert house.post(house.livro(corpo=LONG, folha_inicial="99"), faces="frente").word == "folha-ocupada"


def test_x0_a_reference_by_livro_and_folha_finds_the_instrumento(house: House) -> None:
    livro = house.printed(house.livro(livro="0123", folha_inicial="045"))
    reference = {"livro": "123", "folha_inicial": "45"}
    job = house.printed({"tipo": "traslado", "numero": 1, "instrumento": reference})
    assert job["documento"]["instrumento"] == livro["documento"]["instrumento"]
    unknown = {"livro": "123", "folha_inicial": "46"}
    found = house.post({"tipo": "traslado", "numero": 1, "instrumento": unknown})
    assert (found.status, found.word) == (404, "instrumento-desconhecido")


# -- P5: the numbers of security paper --------------------------------------------------------------------------------


def test_p5_no_paper_number_stands_on_two_prints(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    job = house.printed(house.traslado(name), papel_seguranca=["A0000007"])
    assert "A0000007" in text(house.pdf(job["id"]))
    before = house.state()
    assert house.post(house.traslado(name, 2), papel_seguranca=["a7"]).word == "papel-ja-usado"
    assert house.state() == before
    assert house.post(house.traslado(name, 2), papel_seguranca=["A8"]).status == 202


def test_p5_one_number_a_sheet_and_no_repeated_one(house: House) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    for papers in (["A1", "A2"], ["A1", "A01"]):
        assert house.post(house.traslado(name), papel_seguranca=papers).word == "entrada-invalida"
    assert len(house.codes()) == 2


def test_p5_numbers_are_required_by_a_setting(house_with: Callable[..., House]) -> None:
    house = house_with(papel={"exigir_numeros": True})
    name = house.printed(house.livro())["documento"]["instrumento"]
    assert house.post(house.traslado(name)).word == "entrada-invalida"
    assert house.post(house.traslado(name), papel_seguranca=["A1"]).status == 202


# -- who acts, and the room there is -----------------------------------------------------------------------------------


def test_a2_the_record_tells_the_system_from_the_person(house: House) -> None:
    job = house.taken(house.certidao(), escrevente="Maria")
    assert (job["escrevente"], job["historico"][0]["quem"], job["historico"][0]["sistema"]) == (
        "maria",
        "maria",
        "inicial",
    )
    assert house.post(house.certidao(), escrevente="ninguem").word == "escrevente-desconhecido"


def test_an_accepted_job_is_never_lost_for_want_of_room(house_with: Callable[..., House]) -> None:
    house = house_with(http={"em_andamento": 2})
    for _ in range(2):
        house.taken(house.certidao())
    found = house.post(house.certidao())
    assert (found.status, found.word, found.headers["Retry-After"]) == (503, "servidor-ocupado", "5")
    house.engine.run_once()
    house.taken(house.certidao())
    house.assert_gapless()


def test_the_pages_that_the_parties_approved_are_the_pages_that_are_printed(house: House) -> None:
    instrumento = house.instrumento(corpo=LONG)
    house.taken({"tipo": "minuta", "instrumento": instrumento})
    house.taken({"tipo": "livro", "instrumento": instrumento})
    minuta, livro = house.rows(db.job)
    assert minuta["layout"] == livro["layout"]


def test_everything_an_office_writes_is_for_its_user_alone(house: House) -> None:
    job = house.printed(house.certidao(corpo=SHORT))
    made = [*house.out.iterdir(), *(house.folder / "spool").rglob("*.pdf"), house.folder / "printserver.db"]
    assert house.out / f"{job['id']}.pdf" in made
    assert all(path.stat().st_mode & 0o077 == 0 for path in made if path.name != "printserver.db")
