"""A print is laid out, sealed and taken, or refused with nothing sealed: through the HTTP face of a real office."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.selo import assemble_code, parse_qr, parse_reais, read, url_do_qr
from support.office import FEES, IMPOSSIBLE, ISENTO, LONG, SHORT, TOTAL, Rig, pages, put_certificate, qr_codes, text

COURT_ORDER = {"ordem_judicial": "1000123-45.2026.8.26.0100"}


def seals(job: dict[str, Any]) -> list[str]:
    return [selo["codigo"] for selo in job["selos"]]


# -- S: the seal ------------------------------------------------------------------------------------------------------


def test_s3_numbers_follow_without_a_gap_whatever_was_refused_in_between(any_rig: Rig) -> None:
    rig = any_rig
    first = rig.printed(rig.livro())
    rig.post(rig.livro(corpo=IMPOSSIBLE))
    rig.post(rig.traslado("P-nunca-visto"))
    rig.post({"tipo": "livro"})
    rig.question({"tipo": "livro", "instrumento": rig.instrumento(id=first["documento"]["instrumento"])})
    second = rig.printed(rig.certidao())
    assert [int(code[9:22]) for code in seals(first) + seals(second)] == [1, 2, 3]
    rig.assert_gapless()


def test_s3_one_sequence_for_each_ato_and_year_by_setting(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(selo={"sequencia": "ato"})
    livro, certidao = rig.taken(rig.livro()), rig.taken(rig.certidao())
    assert [int(code[9:22]) for code in seals(livro)] == [1, 2]
    assert [int(code[9:22]) for code in seals(certidao)] == [1]


def test_s7_the_seal_of_a_livro_belongs_to_the_moment_of_its_act(rig: Rig) -> None:
    today = rig.taken(rig.livro(data="2026-11-20"))
    past = rig.taken(rig.livro(data="2025-12-31", motivo_data="lavrado fora do sistema"))
    assert {rig.selo(code)["momento"] for code in seals(today)} == {"2026-11-20T14:30:00-03:00"}
    assert {rig.selo(code)["momento"] for code in seals(past)} == {"2025-12-31T23:59:59-03:00"}
    assert {read(code).ano for code in seals(past)} == {25}
    assert "lavrado fora do sistema" in str(rig.job(past["id"])["historico"])
    assert all(row["prazo"] == datetime(2026, 1, 2, 2, 59, 59, tzinfo=UTC) for row in rig.rows(db.outbox)[3:])


@pytest.mark.parametrize(("begins", "why"), [(timedelta(days=7), "só vale a partir de"), (timedelta(-3651), "venceu")])
def test_t4_seals_of_a_certificate_that_is_not_good_now_are_told_in_the_answer(
    rig: Rig, begins: timedelta, why: str
) -> None:
    assert rig.taken(rig.livro())["avisos"] == []
    put_certificate(rig, begins)
    for document in (rig.livro(), rig.certidao()):
        (notice,) = rig.taken(document)["avisos"]
        assert notice["campo"] == "certificado"
        assert why in notice["mensagem"]
    assert rig.taken({"tipo": "minuta", "instrumento": rig.instrumento()})["avisos"] == []


@pytest.mark.parametrize(("data", "reason"), [("2026-11-21", None), ("2026-11-21", "adiantado"), ("2026-11-19", None)])
def test_s7_a_day_to_come_and_a_past_one_without_reason_are_refused(rig: Rig, data: str, reason: str | None) -> None:
    before = rig.state()
    assert rig.post(rig.livro(data=data, motivo_data=reason)).word == "data-do-ato"
    assert rig.state() == before


def test_s7_dates_are_those_of_sao_paulo_not_of_utc(rig: Rig) -> None:
    rig.clock.now = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)  # still the 20th there
    assert rig.post(rig.livro(data="2026-11-21")).word == "data-do-ato"
    assert rig.post(rig.livro(data="2026-11-20")).status == 202


def test_s7_a_copy_belongs_to_now_whatever_the_date_of_its_livro(rig: Rig) -> None:
    livro = rig.printed(rig.livro(data="2026-11-18", motivo_data="atraso"))
    copy = rig.taken(rig.traslado(livro["documento"]["instrumento"]))
    assert rig.selo(seals(copy)[0])["momento"] == "2026-11-20T14:30:00-03:00"


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ({"corpo": IMPOSSIBLE}, "corpo-invalido"),
        ({"corpo": {"formato": "rtf", "conteudo": "{\\rtf1}"}}, "corpo-invalido"),
        ({"corpo": {"formato": "texto", "conteudo": "em outra escrita: 漢字"}}, "corpo-invalido"),
        ({"corpo": LONG, "folha_final": "010"}, "folhas-insuficientes"),
        ({"atos": [{"ato": "ES", "descricao": "漢字", "emolumentos": FEES}]}, "entrada-invalida"),
    ],
)
def test_s12_a_page_that_cannot_be_made_is_never_sealed(rig: Rig, document: dict[str, Any], word: str) -> None:
    before = rig.state()
    found = rig.post(rig.livro(**document))
    assert (found.status, found.word) == (422, word)
    assert rig.state() == before
    rig.printed(rig.livro())
    rig.assert_gapless()


def test_s12_too_few_folhas_are_told_with_the_number_needed(rig: Rig) -> None:
    found = rig.post(rig.livro(corpo=LONG, folha_final="010"))
    assert found.json["paginas"] > 2
    assert found.json["folhas"] == (found.json["paginas"] + 1) // 2


def test_s6_the_registro_and_the_qr_hold_the_figures_of_the_job(rig: Rig) -> None:
    job = rig.printed(rig.traslado(rig.printed(rig.livro())["documento"]["instrumento"], 2, emolumentos=FEES))
    (selo,) = job["selos"]
    qr, line = parse_qr(job["qr"]["url"]), rig.selo(selo["codigo"])["registro"]
    assert (selo["total_centavos"], selo["iss_centavos"]) == (TOTAL, 278)
    assert (qr.codigo, qr.total * 100, qr.iss * 100) == (selo["codigo"], TOTAL, 278)
    signed, signature = line[: line.rindex("|") + 1], line[line.rindex("|") + 1 :]
    assert signature == qr.assinatura
    assert rig.office.certificado.check(signed, qr.assinatura)


# -- N: livro, traslado, certidão, ficha -------------------------------------------------------------------------------


def test_n1_n2_the_livro_has_a_seal_for_each_ato_linked_to_the_principal(rig: Rig) -> None:
    job = rig.printed(rig.livro())
    principal, other = job["selos"]
    assert (principal["descricao"], principal["principal"], principal["vinculador"]) == ("Venda e compra", True, None)
    assert (other["descricao"], other["principal"], other["vinculador"]) == ("Usufruto", False, principal["codigo"])
    assert rig.selo(principal["codigo"])["vinculos"]["vinculados"] == [other["codigo"]]
    links = [row for row in rig.rows(db.outbox) if row["tipo"] == "vinculo"]
    assert [(row["codigo"], row["alvo"]) for row in links] == [
        (other["codigo"], principal["codigo"]),
    ]


def test_n1_no_document_shares_a_seal_and_none_with_a_seal_has_copies(rig: Rig) -> None:
    livro = rig.livro()
    found = rig.post(livro, copias=2)
    assert found.word == "copia-de-documento-selado"
    jobs = [rig.printed(livro)]
    name = jobs[0]["documento"]["instrumento"]
    jobs += [rig.printed(rig.traslado(name, number)) for number in (1, 2, 3)]
    jobs.append(rig.printed(rig.certidao(instrumento={"id": name})))
    codes = [code for job in jobs for code in seals(job)]
    assert len(set(codes)) == len(codes) == 6
    assert rig.post(rig.ficha(), copias=2).word == "copia-de-documento-selado"
    assert rig.printed({"tipo": "minuta", "instrumento": rig.instrumento()}, copias=2)["copias"] == 2


@pytest.mark.parametrize("chosen", [(), (0, 1)])
def test_n2_none_or_two_principal_atos_are_refused(rig: Rig, chosen: tuple[int, ...]) -> None:
    atos = [{"ato": "ES", "descricao": f"Ato {n}", "principal": n in chosen, **ISENTO} for n in (0, 1)]
    assert rig.post(rig.livro(atos=atos)).word == "entrada-invalida"
    assert rig.codes() == []


def test_n3_first_traslado_points_at_principal(rig: Rig) -> None:
    livro = rig.printed(rig.livro())
    copy = rig.printed(rig.traslado(livro["documento"]["instrumento"]))
    (own,) = copy["selos"]
    principal = livro["selos"][0]["codigo"]
    assert (own["isento"], own["total_centavos"]) == (True, 0)
    assert copy["qr"]["selo"] == principal
    pdf = rig.pdf(copy["id"])
    assert qr_codes(pdf) == [copy["qr"]["url"]] == [rig.selo(principal)["qr"]["url"]]
    said = text(pdf).lower()
    assert own["codigo"].lower() in said and principal.lower() in said
    assert "selo deste traslado" in said and "selo do ato principal" in said


def test_n3_no_traslado_before_its_livro(rig: Rig) -> None:
    instrumento = rig.instrumento()
    assert rig.post(rig.traslado(instrumento["id"])).word == "instrumento-desconhecido"
    assert rig.post({"tipo": "traslado", "numero": 1, "instrumento": instrumento}).word == "livro-nao-impresso"
    rig.printed({"tipo": "minuta", "instrumento": instrumento})
    assert rig.post(rig.traslado(instrumento["id"])).word == "livro-nao-impresso"
    assert rig.codes() == []


def test_n4_traslado_2_has_its_own_qr_and_the_fee_of_a_certidao(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    second = rig.printed(rig.traslado(name, 2, emolumentos=FEES))
    assert second["selos"][0]["total_centavos"] == TOTAL
    assert second["qr"]["selo"] == seals(second)[0]
    assert rig.taken(rig.traslado(name, 3))["selos"][0]["total_centavos"] == TOTAL


def test_n4_traslado_2_is_free_where_the_office_does_not_charge(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(traslado={"cobra_do_segundo": False})
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    assert rig.taken(rig.traslado(name, 2))["selos"][0]["isento"] is True


def test_n4_next_is_the_number_after_the_highest_that_was_sealed(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    assert rig.printed(rig.traslado(name, "proximo"))["documento"]["numero"] == 1
    rig.printed(rig.traslado(name, 7))
    assert rig.printed(rig.traslado(name, "proximo"))["documento"]["numero"] == 8


def test_n5_a_certidao_needs_no_instrumento_here(rig: Rig) -> None:
    job = rig.printed(rig.certidao(pedido="2026/000123", emolumentos=FEES, isento=False, motivo_isencao=None))
    assert job["qr"]["selo"] == seals(job)[0]
    assert job["documento"]["pedido"] == "2026/000123"
    assert job["selos"][0]["total_centavos"] == TOTAL


def test_n6_a_copy_may_print_the_code_of_the_livros_seal(rig: Rig) -> None:
    livro = rig.printed(rig.livro())
    body = {"formato": "texto", "conteudo": "Selo do ato: [[SELO_LIVRO]]."}
    name = livro["documento"]["instrumento"]
    job = rig.printed(rig.certidao(instrumento={"id": name}, corpo=body))
    assert seals(livro)[0] in text(rig.pdf(job["id"])).replace("\n", "")


def test_n8_a_minuta_has_no_seal_no_question_and_any_number_of_prints(rig: Rig) -> None:
    document = {"tipo": "minuta", "instrumento": rig.instrumento(livro=None, folha_inicial=None)}
    for _ in range(2):
        job = rig.printed(document)
        assert (job["selos"], job["qr"], job["estado"]) == ([], None, "impresso")
    assert "MINUTA" in text(rig.pdf(job["id"]))
    assert rig.codes() == []


def test_n8_a_minuta_after_the_livro_changes_nothing_of_its_copies(rig: Rig) -> None:
    instrumento = rig.instrumento()
    rig.printed({"tipo": "livro", "instrumento": instrumento})
    other = instrumento | {"corpo": {"formato": "texto", "conteudo": "Texto mudado depois."}}
    rig.printed({"tipo": "minuta", "instrumento": other})
    said = text(rig.pdf(rig.printed(rig.traslado(instrumento["id"]))["id"]))
    assert "assim o disseram" in said and "mudado" not in said


def test_n8_a_minuta_may_be_asked_for_without_paper_or_in_part(rig: Rig) -> None:
    instrumento = rig.instrumento(corpo=LONG)
    unprinted = rig.printed({"tipo": "minuta", "instrumento": instrumento, "imprimir": False})
    assert (unprinted["estado"], unprinted["encerrado"]) == ("renderizado", True)
    assert list(rig.out.iterdir()) == []
    part = rig.printed({"tipo": "minuta", "instrumento": instrumento, "paginas": "2-3"}, faces="frente")
    assert pages((rig.out / f"{part['id']}.pdf").read_bytes()) == 2


def test_n9_the_seal_of_a_ficha_waits_for_the_escreventes_yes(rig: Rig) -> None:
    found = rig.post(rig.ficha())
    assert (found.status, found.word, found.job["estado"]) == (409, "selo-facultativo", "aguardando_selo")
    assert rig.codes() == []
    job = rig.act(found.job["id"], "selo", gerar=True).job
    assert (job["estado"], len(job["selos"]), job["pergunta"]) == ("aceito", 1, None)
    assert job["selos"][0]["isento"] is True
    assert "selo facultativo" in str(rig.selo(seals(job)[0])["motivo_isencao"])
    assert rig.act(job["id"], "selo", gerar=False).word == "pergunta-respondida"


def test_n9_a_no_prints_the_ficha_without_a_seal(rig: Rig) -> None:
    held = rig.post(rig.ficha()).job
    rig.act(held["id"], "selo", gerar=False)
    rig.engine.run_once()
    assert (rig.job(held["id"])["estado"], rig.codes()) == ("impresso", [])


def test_n9_the_setting_says_always_or_never(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(ficha={"selo": "sempre"})
    assert len(rig.taken(rig.ficha())["selos"]) == 1
    assert rig.post(rig.ficha(gerar_selo=False)).word == "entrada-invalida"


def test_n9_the_request_decides_where_the_office_asks(rig: Rig) -> None:
    assert len(rig.taken(rig.ficha(gerar_selo=True))["selos"]) == 1
    assert rig.taken(rig.ficha(gerar_selo=False))["selos"] == []


def test_n9_another_request_takes_the_place_of_the_open_question(rig: Rig) -> None:
    ficha = rig.ficha()
    held = rig.post(ficha).job
    assert rig.post(ficha).job["id"] == held["id"]
    rig.printed(ficha | {"gerar_selo": True})
    assert rig.job(held["id"])["estado"] == "cancelado"
    assert rig.act(held["id"], "selo", gerar=True).word == "pergunta-respondida"
    assert len(rig.codes()) == 1


def test_n11_no_copy_while_signatures_are_incomplete_but_by_court_order(rig: Rig) -> None:
    name = rig.printed(rig.livro(assinaturas="pendentes"))["documento"]["instrumento"]
    before = rig.state()
    assert rig.post(rig.traslado(name)).word == "assinaturas-pendentes"
    assert rig.post(rig.certidao(instrumento={"id": name})).word == "assinaturas-pendentes"
    assert rig.state() == before
    job = rig.taken(rig.traslado(name, **COURT_ORDER))
    assert COURT_ORDER["ordem_judicial"] in str(job["historico"])


def test_n13_a_livro_of_another_program_comes_with_its_seals(rig: Rig) -> None:
    code = str(assemble_code("123456", 1, "ES", "ABC0000000042", 26))
    qr = _qr(code)
    document = {
        "tipo": "traslado",
        "numero": 1,
        "instrumento": rig.instrumento(atos=[{"ato": "ES", "descricao": "Venda e compra", "emolumentos": FEES}]),
        "livro_externo": {"selos": [{"codigo": code, "ato": "ES", "principal": True, "qr": qr}]},
    }
    job = rig.printed(document)
    assert job["qr"] == {"selo": code, "url": qr}
    assert code not in rig.codes()
    assert len(rig.codes()) == 1
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    refused = document | {"livro_externo": {"selos": [{"codigo": wrong, "ato": "ES", "qr": qr}]}, "numero": 2}
    assert rig.post(refused).word == "entrada-invalida"


def test_n13_not_after_the_day_that_the_office_set(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(livro={"externos_ate": "2026-11-19"})
    code = str(assemble_code("123456", 1, "ES", "ABC0000000042", 26))
    external = {"selos": [{"codigo": code, "ato": "ES", "principal": True, "qr": _qr(code)}]}
    document = {"tipo": "traslado", "numero": 1, "instrumento": rig.instrumento(), "livro_externo": external}
    found = rig.post(document)
    assert (found.word, found.json["errors"][0]["campo"]) == ("entrada-invalida", "documento.livro_externo")
    assert rig.codes() == []


def _qr(code: str) -> str:
    return url_do_qr(code, parse_reais("95.12"), parse_reais("2.78"), "QUJDREVGR0g=")


def test_differs_from_the_livro_when_a_copy_brings_other_values(rig: Rig) -> None:
    instrumento = rig.instrumento()
    rig.printed({"tipo": "livro", "instrumento": instrumento})
    same = {"tipo": "traslado", "numero": 1, "instrumento": instrumento}
    other = [instrumento["atos"][0], instrumento["atos"][1] | {"emolumentos": FEES | {"tabeliao": "55.71"}}]
    assert rig.post(same | {"instrumento": instrumento | {"atos": other}}).word == "difere-do-livro"
    assert rig.post(same).status == 202


# -- X0: the same document, and its place -----------------------------------------------------------------------------


def test_x0_the_same_document_whatever_zeros_blanks_case_and_folhas(rig: Rig) -> None:
    rig.printed(rig.livro(id="P-000077", folha_inicial="010"))
    rig.question(rig.livro(id=" p-77", folha_inicial="200"))
    rig.printed(rig.certidao(pedido="2026/000123"))
    rig.question(rig.certidao(pedido="2026/123", via=1))
    assert rig.post(rig.certidao(pedido="2026/123", via=2)).status == 202
    rig.printed(rig.ficha(ficha="00042", gerar_selo=True))
    rig.question(rig.ficha(ficha="42"))


def test_x0_a_side_of_a_folha_holds_one_instrumento(rig: Rig) -> None:
    rig.printed(rig.livro(livro="0007", folha_inicial="030"))  # one page: the front of folha 30
    before = rig.state()
    found = rig.post(rig.livro(livro="7", folha_inicial="30"))
    assert (found.status, found.word) == (409, "folha-ocupada")
    assert rig.state() == before
    assert rig.post(rig.livro(livro="7", folha_inicial="30"), lado_inicial="verso").status == 202
    assert rig.post(rig.livro(livro="8", folha_inicial="30")).status == 202


def test_x0_pages_in_the_middle_are_held_too(rig: Rig) -> None:
    job = rig.printed(rig.livro(corpo=LONG, folha_inicial="100"), faces="frente")
    last = int(job["documento"]["folha_final"])
    assert last == 100 + job["paginas"] - 1
    assert rig.post(rig.livro(folha_inicial=str(last))).word == "folha-ocupada"
    assert rig.post(rig.livro(folha_inicial=str(last + 1))).status == 202
    assert rig.post(rig.livro(corpo=LONG, folha_inicial="99"), faces="frente").word == "folha-ocupada"


def test_x0_a_reference_by_livro_and_folha_finds_the_instrumento(rig: Rig) -> None:
    livro = rig.printed(rig.livro(livro="0123", folha_inicial="045"))
    reference = {"livro": "123", "folha_inicial": "45"}
    job = rig.printed({"tipo": "traslado", "numero": 1, "instrumento": reference})
    assert job["documento"]["instrumento"] == livro["documento"]["instrumento"]
    unknown = {"livro": "123", "folha_inicial": "46"}
    found = rig.post({"tipo": "traslado", "numero": 1, "instrumento": unknown})
    assert (found.status, found.word) == (404, "instrumento-desconhecido")


# -- P5: the numbers of security paper --------------------------------------------------------------------------------


def test_p5_no_paper_number_stands_on_two_prints(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    job = rig.printed(rig.traslado(name), papel_seguranca=["A0000007"])
    assert "A0000007" in text(rig.pdf(job["id"]))
    before = rig.state()
    assert rig.post(rig.traslado(name, 2), papel_seguranca=["a7"]).word == "papel-ja-usado"
    assert rig.state() == before
    assert rig.post(rig.traslado(name, 2), papel_seguranca=["A8"]).status == 202


def test_p5_one_number_a_sheet_and_no_repeated_one(rig: Rig) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    for papers in (["A1", "A2"], ["A1", "A01"]):
        assert rig.post(rig.traslado(name), papel_seguranca=papers).word == "entrada-invalida"
    assert len(rig.codes()) == 2


def test_p5_numbers_are_required_by_a_setting(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(papel={"exigir_numeros": True})
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    assert rig.post(rig.traslado(name)).word == "entrada-invalida"
    assert rig.post(rig.traslado(name), papel_seguranca=["A1"]).status == 202


# -- who acts, and the room there is -----------------------------------------------------------------------------------


def test_a2_the_record_tells_the_system_from_the_person(rig: Rig) -> None:
    job = rig.taken(rig.certidao(), escrevente="Maria")
    assert (job["escrevente"], job["historico"][0]["quem"], job["historico"][0]["sistema"]) == (
        "maria",
        "maria",
        "inicial",
    )
    assert rig.post(rig.certidao(), escrevente="ninguem").word == "escrevente-desconhecido"


def test_an_accepted_job_is_never_lost_for_want_of_room(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(http={"em_andamento": 2})
    for _ in range(2):
        rig.taken(rig.certidao())
    found = rig.post(rig.certidao())
    assert (found.status, found.word, found.headers["Retry-After"]) == (503, "servidor-ocupado", "5")
    rig.engine.run_once()
    rig.taken(rig.certidao())
    rig.assert_gapless()


def test_the_pages_that_the_parties_approved_are_the_pages_that_are_printed(rig: Rig) -> None:
    instrumento = rig.instrumento(corpo=LONG)
    rig.taken({"tipo": "minuta", "instrumento": instrumento})
    rig.taken({"tipo": "livro", "instrumento": instrumento})
    minuta, livro = rig.rows(db.job)
    assert minuta["layout"] == livro["layout"]


def test_everything_an_office_writes_is_for_its_user_alone(rig: Rig) -> None:
    job = rig.printed(rig.certidao(corpo=SHORT))
    made = [*rig.out.iterdir(), *(rig.folder / "spool").rglob("*.pdf"), rig.folder / "printserver.db"]
    assert rig.out / f"{job['id']}.pdf" in made
    assert all(path.stat().st_mode & 0o077 == 0 for path in made if path.name != "printserver.db")


def test_text_and_format_of_a_document_are_written_once(rig: Rig) -> None:
    rig.taken(rig.livro())
    written: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO"):
            written.append(statement.split()[2])

    sa.event.listen(rig.office.db.engine, "before_cursor_execute", note)
    rig.taken(rig.livro())  # before an engine has read the format: in its own process it would be kept
    assert (written.count("formato"), written.count("corpo")) == (0, 1)
