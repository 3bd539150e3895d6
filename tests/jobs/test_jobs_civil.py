"""Documents of Registro Civil through HTTP: what is sealed, what quotes, whose value, what is the same document."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from support import civil_documents as civil
from support.office import FEES, Answer, Rig, pages, qr_codes, reopen, text

POVERTY = re.compile(r"pobre|carente|hipossuf|necessitad|justiça gratuita|declaração da pessoa", re.IGNORECASE)


def refused(found: Answer, status: int, word: str) -> dict[str, Any]:
    assert (found.status, found.word) == (status, word), found
    return dict(found.json)


def fields(found: Answer) -> list[str]:
    return [each["campo"] for each in found.json["errors"]]


# -- the assento ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("especie", ["nascimento", "obito", "natimorto"])
def test_c6_c13_an_assento_free_by_law_is_sealed_without_a_reason_and_has_no_qr(rig: Rig, especie: str) -> None:
    job = rig.printed(civil.page(civil.assento(1, especie)))
    (selo,) = job["selos"]
    assert (selo["codigo"][6], selo["isento"], selo["total_centavos"]) == ("2", True, 0)
    pdf = rig.pdf(job["id"])
    assert job["qr"] is None
    assert qr_codes(pdf) == []
    assert selo["codigo"] in text(pdf)
    assert "Isento de emolumentos" in text(pdf)
    assert not POVERTY.search(text(pdf))


def test_c13_a_value_for_what_is_free_by_law_is_refused(rig: Rig) -> None:
    found = rig.post(civil.page(civil.assento(1), emolumentos=FEES))
    refused(found, 422, "ato-gratuito")
    assert rig.codes() == []


def test_c10_the_matricula_is_made_and_is_the_seals_identifier(rig: Rig) -> None:
    job = rig.printed(civil.page(civil.assento(14_065)))
    matricula = job["documento"]["matricula"]
    assert matricula[:30] == "123456015520261000141280014065"
    assert (
        f"|{matricula}|" in rig.selo(job["selos"][0]["codigo"])["registro"]
        or matricula in rig.selo(job["selos"][0]["codigo"])["registro"]
    )
    found = rig.call("GET", f"/selos?matricula={matricula}").json["itens"]
    assert [each["codigo"] for each in found] == [job["selos"][0]["codigo"]]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"matricula": "12345601552020100014128001540654"}, "matricula-invalida"),
        ({"matricula": "12345601552020100014128001540653", "termo": "15407"}, "matricula-nao-combina"),
        ({"matricula": "12345601552020100014128001540653", "especie": "obito"}, "matricula-nao-combina"),
    ],
)
def test_c10_a_matricula_is_held_against_its_assento(rig: Rig, change: dict[str, Any], word: str) -> None:
    given = {name: value for name, value in civil.assento(15_406).items() if name not in ("acervo", "ano")}
    refused(rig.post(civil.page(given | {"livro": "14", "folha": "128", "termo": "15406"} | change)), 422, word)


def test_c10_the_matricula_of_an_incorporated_office_bears_its_cns(rig: Rig) -> None:
    job = rig.printed(civil.page(civil.assento(7, acervo="02", cns="654321")))
    assert job["documento"]["matricula"].startswith("65432102")
    assert job["selos"][0]["codigo"].startswith("123456")
    other = civil.assento(8, matricula=job["documento"]["matricula"], acervo="01", termo="7")
    refused(rig.post(civil.page(other)), 422, "matricula-nao-combina")


def test_c11_an_assento_with_another_termo_is_still_the_same(rig: Rig) -> None:
    rig.printed(civil.page(civil.assento(1)))
    held = rig.question(civil.page(civil.assento(1, folha="129", termo="2")))
    assert held["pergunta"]["tipo"] == "xa"


def test_c3_an_act_of_livro_e_is_an_le_and_is_charged(rig: Rig) -> None:
    refused(rig.post(civil.page(civil.assento(1, "livro-e"))), 422, "entrada-invalida")
    job = rig.printed(civil.page(civil.assento(1, "livro-e"), servico="livro-e"))
    assert job["selos"][0]["ato"] == "LE"
    assert job["valor"]["servico"] == "livro-e"


def test_c18_the_wedding_rests_on_its_habilitacao(rig: Rig) -> None:
    rig.printed(civil.habilitacao("55/2026"))
    quoted = rig.codes()[0]
    own = civil.assento(1, "casamento", habilitacao={"processo": "55/2026", "origem": "propria"})
    job = rig.printed(civil.page(own))
    assert job["selos"][0]["total_centavos"] == 0
    assert quoted in text(rig.pdf(job["id"]))
    other = civil.assento(2, "casamento", habilitacao={"processo": "7/2026", "origem": "outra"})
    refused(rig.post(civil.page(other)), 422, "entrada-invalida")
    charged = rig.printed(civil.page(other, servico="assento-casamento-habilitacao-de-fora"))
    assert charged["selos"][0]["total_centavos"] > 0


# -- certidões --------------------------------------------------------------------------------------------------------


def test_c12_the_first_certidao_waits_for_its_assento_and_is_free(rig: Rig) -> None:
    of = civil.assento(1)
    refused(rig.post(civil.first(1, {"id": of["id"]})), 404, "instrumento-desconhecido")
    refused(rig.post(civil.first(1, of)), 409, "assento-nao-impresso")
    rig.printed(civil.page(of))
    job = rig.printed(civil.first(1, {"id": of["id"]}))
    (selo,) = job["selos"]
    assert (selo["ato"], selo["isento"]) == ("PV", True)
    pdf = rig.pdf(job["id"])
    assert qr_codes(pdf) == [job["qr"]["url"]]
    assert "Isenta de emolumentos" in text(pdf)
    assert not POVERTY.search(text(pdf))
    assert job["documento"]["matricula"] == matricula_of(rig)


def test_c12_a_second_first_certidao_is_refused_and_ce_is_offered(rig: Rig) -> None:
    of = civil.assento(1, de_antes=True)
    rig.printed(civil.first(1, of))
    body = refused(rig.post(civil.first(2, {"id": of["id"]})), 409, "primeira-via-ja-expedida")
    assert "breve relato" in body["detail"]
    job = rig.printed(civil.certidao(2, assento={"matricula": matricula_of(rig)}, **civil.VALUE))
    assert job["selos"][0]["ato"] == "CE"


def matricula_of(rig: Rig) -> str:
    return str(rig.call("GET", "/jobs").json["itens"][-1]["documento"]["matricula"])


def test_c12_of_thirty_first_certidoes_at_once_one_is_made(any_rig: Rig) -> None:
    of = civil.assento(1)
    any_rig.printed(civil.page(of))
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda n: any_rig.post(civil.first(n, {"id": of["id"]})), range(1, 31)))
    assert sorted(each.status for each in found) == [202, *[409] * 29]
    assert {each.word for each in found if each.status == 409} == {"primeira-via-ja-expedida"}
    assert len(any_rig.codes()) == 2


def test_c8_a_troca_is_a_free_ce_and_the_first_seal_stays(rig: Rig) -> None:
    of = civil.assento(1, de_antes=True)
    old = rig.printed(civil.first(1, of))["selos"][0]["codigo"]
    new = civil.first(2, {"id": of["id"]}, substitui=old, motivo="nome da avó com erro")
    job = rig.printed(new, escrevente="tereza")
    (selo,) = job["selos"]
    assert (selo["ato"], selo["isento"]) == ("CE", True)
    assert rig.selo(old)["vivo"]
    assert "erro" not in text(rig.pdf(job["id"]))


def test_c4_charged_averbacoes_add_to_the_one_seal_on_paper_qr_and_record(rig: Rig) -> None:
    notes = [
        {"tipo": "averbacao", "data": "2020-03-02", "texto": "Divórcio."},
        {"tipo": "averbacao", "data": "2021-03-02", "texto": "Casamento."},
        {"tipo": "anotacao", "data": "2022-03-02", "texto": "Óbito.", "restrita": True},
    ]
    of = civil.assento(1, de_antes=True)
    given = civil.certidao(1, assento=of, averbacoes_anotacoes=notes, averbacoes=2, **civil.VALUE)
    job = rig.printed(given)
    (selo,) = job["selos"]
    assert selo["total_centavos"] == 4502 + 2 * 2250
    assert job["valor"] == {
        "servico": "certidao-breve-relato",
        "averbacoes": 2,
        "unitario_centavos": 4502,
        "total_centavos": 9002,
    }
    assert "R$ 90,02" in text(rig.pdf(job["id"])).replace("\u00a0", " ")
    assert "%7C9002%7C" in job["qr"]["url"]
    assert "|9002|" in rig.selo(selo["codigo"])["registro"]
    refused(rig.post(given | {"pedido": "2", "averbacoes": 3}), 422, "averbacoes-a-mais")
    free = {name: value for name, value in given.items() if name != "servico"}
    free |= {"pedido": "3", "isento": True, "fundamento": "cpf"}
    refused(rig.post(free), 422, "averbacoes-em-certidao-isenta")


def test_c13_every_other_isento_names_its_fundamento_and_never_prints_it(rig: Rig) -> None:
    of = civil.assento(1, de_antes=True)
    given = civil.certidao(1, assento=of, isento=True, motivo_isencao="pessoa pobre na acepção da lei")
    refused(rig.post(given), 422, "fundamento-obrigatorio")
    job = rig.printed(given | {"fundamento": "declaracao"})
    printed = text(rig.pdf(job["id"]))
    assert "Isenta de emolumentos" in printed
    assert not POVERTY.search(printed)
    assert rig.selo(job["selos"][0]["codigo"])["motivo_isencao"] == "pessoa pobre na acepção da lei"


def test_c5_the_day_of_the_request_is_not_after_the_act(rig: Rig) -> None:
    of = civil.assento(1, de_antes=True)
    given = civil.certidao(1, assento=of, data_pedido="2026-11-21", **civil.VALUE)
    refused(rig.post(given), 422, "data-do-ato")


def test_c17_what_a_certidao_rests_on_is_asked_for(rig: Rig) -> None:
    given = civil.certidao(1, "negativa", servico="certidao-negativa")
    refused(rig.post(given), 422, "negativa-sem-consulta")
    search = {
        "hash_crc": "AB12-CD34",
        "de": "1990-01-01",
        "ate": "2026-11-20",
        "natureza_do_ato": "nascimento",
        "territorio": "São Paulo",
    }
    job = rig.printed(given | {"busca": search})
    assert "AB12-CD34" in text(rig.pdf(job["id"]))
    aim = civil.certidao(2, "habilitacao", servico="habilitacao-outra-serventia")
    aim["habilitacao"] = {"processo": "9/2026", "finalidade": "outra-serventia"}
    assert "Válida até 18/02/2027" in text(rig.pdf(rig.printed(aim)["id"]))
    trail = civil.certidao(3, "tramite-edital", edital={"id": "E-1"}, **civil.VALUE)
    refused(rig.post(trail), 404, "instrumento-desconhecido")
    rig.printed(civil.edital("E-1"))
    assert rig.printed(trail)["selos"][0]["ato"] == "CE"


def test_c17_no_certidao_of_the_habilitacao_of_a_wedding_here(rig: Rig) -> None:
    rig.printed(civil.habilitacao("9/2026"))
    rig.printed(civil.page(civil.assento(1, "casamento", habilitacao={"processo": "9/2026", "origem": "propria"})))
    given = civil.certidao(2, "habilitacao", servico="habilitacao-outra-serventia")
    given["habilitacao"] = {"processo": "009/2026", "finalidade": "religioso"}
    refused(rig.post(given), 422, "habilitacao-desta-serventia")


# -- habilitação, edital, averbação, procedimento ---------------------------------------------------------------------


def test_c7_one_seal_a_processo_by_whichever_piece_comes_first(rig: Rig) -> None:
    before = rig.printed(civil.habilitacao("1/2026", "capa", "pendente"))
    assert before["selos"] == []
    bearer = rig.printed(civil.habilitacao("1/2026", "memorial"))
    (selo,) = bearer["selos"]
    other = rig.printed(civil.habilitacao("1/2026", "capa"))
    assert other["selos"] == []
    assert selo["codigo"] in text(rig.pdf(other["id"]))
    own = rig.printed(civil.edital("E-1", "propria", processo="1/2026"))
    assert own["selos"] == []
    assert selo["codigo"] in text(rig.pdf(own["id"]))
    rig.question(civil.habilitacao("1/2026", "memorial"))
    assert rig.codes() == [selo["codigo"]]


def test_c7_thirty_pieces_at_once_make_one_seal(any_rig: Rig) -> None:
    pieces = ["capa", "memorial", "folha-do-selo"]
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda n: any_rig.post(civil.habilitacao("1/2026", pieces[n % 3])), range(30)))
    assert len(any_rig.codes()) == 1
    (code,) = any_rig.codes()
    made = [each.job for each in found if each.status == 202]
    assert [each["selos"] for each in made].count([]) == len(made) - 1
    assert all(each.word in ("impressao-em-andamento", "servidor-ocupado") for each in found if each.status != 202)
    any_rig.engine.run_once()
    assert all(code in text(any_rig.pdf(each["id"])) for each in made[:3])


def test_c19_only_another_offices_edital_is_sealed(rig: Rig) -> None:
    job = rig.printed(civil.edital("E-1"))
    assert len(job["selos"]) == 1
    assert "De RCPN de Campinas, Campinas – SP, CNS 654321" in text(rig.pdf(job["id"]))
    given = civil.edital("E-2", "propria", processo="1/2026", servico="edital-de-fora")
    refused(rig.post(given), 422, "edital-proprio-nao-sela")


@pytest.mark.parametrize(
    ("especie", "title"), [("retificacao", "RETIFICAÇÃO"), ("registro-tardio", "REGISTRO TARDIO"), ("outro", "")]
)
def test_c1_a_procedimento_says_which_it_is_and_bears_its_code_alone(rig: Rig, especie: str, title: str) -> None:
    corpo = {"formato": "texto", "conteudo": "Autuado o pedido."}
    given = {"tipo": "procedimento", "natureza": 2, "processo": "9/2026", "especie": especie, "corpo": corpo}
    job = rig.printed(given | {"servico": "procedimento"})
    pdf = rig.pdf(job["id"])
    assert f"PROCEDIMENTO DE {title}" in text(pdf).upper() or (not title and "PROCEDIMENTO\n" in text(pdf).upper())
    assert "Processo 9/2026" in text(pdf) and job["selos"][0]["codigo"] in text(pdf)
    assert qr_codes(pdf) == []


@pytest.mark.parametrize("page_format", ["averbacao", "averbacao-215x310", "averbacao-160x155"])
def test_c2_c20_every_format_of_an_averbacao_shows_the_code_alone(rig: Rig, page_format: str) -> None:
    of = civil.assento(1)
    rig.printed(civil.page(of))
    job = rig.printed(civil.averbacao("AV-1", of["id"]), formato=page_format)
    pdf = rig.pdf(job["id"])
    assert (pages(pdf), qr_codes(pdf)) == (1, [])
    assert job["selos"][0]["codigo"] in text(pdf)


def test_c20_an_averbacao_is_printed_alone_on_its_place(rig: Rig) -> None:
    of = civil.assento(1)
    rig.printed(civil.page(of))
    note = civil.averbacao("AV-1", of["id"], lugar={"x": 150, "y": 100, "largura": 55})
    job = rig.printed(note)
    pdf = rig.pdf(job["id"])
    assert (pages(pdf), qr_codes(pdf)) == (1, [])
    assert job["selos"][0]["codigo"] in text(pdf)
    assert "Isento" not in text(pdf)
    plain = rig.printed(civil.averbacao("AN-1", of["id"], "anotacao"))
    assert plain["selos"] == []
    refused(
        rig.post(civil.averbacao("AV-2", of["id"], lugar={"x": 190, "y": 9, "largura": 55})), 422, "entrada-invalida"
    )


def test_c21_excluding_the_assento_marks_its_certidoes_and_excludes_none(rig: Rig) -> None:
    of = civil.assento(1)
    page = rig.printed(civil.page(of))
    pv = rig.printed(civil.first(1, {"id": of["id"]}))
    assert rig.act(page["id"], "excluir").status == 200
    after = rig.job(pv["id"])
    assert after["desatualizado"]
    assert rig.selo(pv["selos"][0]["codigo"])["vivo"]


def test_s9_an_act_to_be_confirmed_seals_in_a_demonstration_alone(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(serventia={"demonstracao": False})
    refused(rig.post(civil.page(civil.assento(1))), 422, "servico-a-confirmar")
    assert rig.codes() == []


def test_c1_documents_of_civil_say_their_natureza(rig: Rig) -> None:
    given = civil.page(civil.assento(1))
    del given["natureza"]
    found = rig.post(given)
    refused(found, 422, "entrada-invalida")
    assert fields(found) == ["documento.natureza"]
    found = rig.post(civil.certidao(1))
    assert fields(found)


# -- certidões from fields, prices by the day -----------------------------------------------------------------------

FIELDS: dict[str, Any] = {
    "nome_registrado": "Ana Lúcia de Assunção",
    "data_nascimento": "2026-11-18",
    "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
    "local_nascimento": {"local": "Hospital São José", "municipio": "São Paulo", "uf": "SP"},
    "sexo": "feminino",
    "genitores": [{"nome": "Maria de Assunção", "avos": ["Rute Prado", "Davi Prado"]}],
    "data_registro": "2026-11-20",
}


def from_fields(n: int, of: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = civil.certidao(n, assento=of, campos=FIELDS, **civil.VALUE) | more
    del made["corpo"]
    return made


def test_c14_c15_a_certidao_is_printed_from_its_fields(rig: Rig) -> None:
    notes = [
        {"tipo": "averbacao", "data": "2024-03-02", "texto": "Retificação do nome da avó."},
        {"tipo": "averbacao", "data": "2023-03-02", "texto": "Reconhecimento do pai.", "restrita": True},
    ]
    of = civil.assento(1, de_antes=True)
    job = rig.printed(from_fields(1, of, averbacoes_anotacoes=notes))
    printed = " ".join(text(rig.pdf(job["id"])).split())
    for piece in ("dezoito de novembro de dois mil e vinte e seis", "18/11/2026", "Rute Prado", "Retificação do nome"):
        assert piece in printed
    assert "elementos de averbação à margem do termo" in printed
    assert "Reconhecimento do pai" not in printed
    assert qr_codes(rig.pdf(job["id"])) == [job["qr"]["url"]]
    matricula = job["documento"]["matricula"]
    grouped = (
        f"{matricula[:6]} {matricula[6:8]} {matricula[8:10]} {matricula[10:14]} {matricula[14]} {matricula[15:20]}"
    )
    assert grouped in printed


def test_c14_a_missing_and_an_unknown_field_are_named(rig: Rig) -> None:
    of = civil.assento(1, de_antes=True)
    lacking = {name: value for name, value in FIELDS.items() if name != "sexo"}
    found = rig.post(from_fields(1, of, campos=lacking))
    refused(found, 422, "modelo-incompleto")
    assert fields(found) == ["documento.campos.sexo"]
    found = rig.post(from_fields(1, of, campos=FIELDS | {"apelido": "Aninha"}))
    refused(found, 422, "entrada-invalida")
    assert fields(found) == ["documento.campos.apelido"]
    refused(rig.post(from_fields(1, of, modelo="cnj-1")), 422, "entrada-invalida")
    assert rig.codes() == []


@pytest.mark.parametrize(
    "fundamento",
    [
        *("lei", "declaracao", "justica-gratuita", "crianca-adolescente", "paternidade", "erro-do-oficio", "cpf"),
        "requisicao-oficial",
    ],
)
def test_c13_no_reason_is_printed_whatever_it_is(rig: Rig, fundamento: str) -> None:
    of = civil.assento(1, de_antes=True)
    given = civil.certidao(1, assento=of, isento=True, fundamento=fundamento, motivo_isencao="requerente carente")
    job = rig.printed(given)
    printed = text(rig.pdf(job["id"]))
    assert "Isenta de emolumentos" in printed
    words = ("gratuidade", "declaração", "Criança", "paternidade", "erro", "requisição", "carente", "lei ")
    assert not [word for word in words if word in printed]
    assert not POVERTY.search(printed)
    piece = rig.printed(civil.habilitacao("1/2026", "capa", "gratuita", fundamento=fundamento))
    assert "Isento de emolumentos" in text(rig.pdf(piece["id"]))


def test_c5_the_price_is_that_of_the_day_of_the_request(rig: Rig) -> None:
    zero = 'estado = "0.00"\nsanta_casa = "0.00"\nregistro_civil = "0.00"\ntribunal_justica = "0.00"\n'
    zero += 'ministerio_publico = "0.00"\nnatureza = 2\nano = 2026\ndescricao = "Certidão"\n'
    zero += 'secretaria_fazenda = "6.00"\niss = "0.60"\n'
    rows = [("2026-01-01", "30.00"), ("2026-11-15", "40.00")]
    table = "".join(
        f'[[certidao-breve-relato]]\ndesde = "{since}"\ntabeliao = "{value}"\n{zero}' for since, value in rows
    )
    (rig.folder / "servicos.toml").write_text(table, "utf-8")
    again = reopen(rig.folder, rig.clock, rig.key)
    try:
        of = civil.assento(1, de_antes=True)
        older = again.printed(civil.certidao(1, assento=of, data_pedido="2026-11-14", **civil.VALUE))
        newer = again.printed(civil.certidao(2, assento=of, **civil.VALUE))
        early = again.post(civil.certidao(3, assento=of, data_pedido="2025-12-31", **civil.VALUE))
    finally:
        again.office.db.close()
    assert (older["selos"][0]["total_centavos"], newer["selos"][0]["total_centavos"]) == (3660, 4660)
    refused(early, 422, "entrada-invalida")


@pytest.mark.parametrize("page_format", ["assento", "assento-231x320", "livro-e"])
def test_c2_c6_every_format_of_an_assento_shows_the_code_alone(rig: Rig, page_format: str) -> None:
    job = rig.printed(civil.page(civil.assento(1)), formato=page_format)
    pdf = rig.pdf(job["id"])
    assert job["selos"][0]["codigo"] in text(pdf)
    assert qr_codes(pdf) == []


@pytest.mark.parametrize(
    "page_format",
    [
        "certidao-civil",
        "certidao-inteiro-teor",
        "certidao-civil-cabecalho-impresso",
        "certidao-civil-160x155",
        "certidao-civil-corpo",
    ],
)
def test_c2_every_format_of_a_certidao_bears_its_own_qr(rig: Rig, page_format: str) -> None:
    of = civil.assento(1, de_antes=True)
    job = rig.printed(civil.certidao(1, assento=of, **civil.VALUE), formato=page_format)
    assert qr_codes(rig.pdf(job["id"])) == [job["qr"]["url"]]


def test_c15_c16_a_full_certidao_has_the_whole_text_and_every_note(rig: Rig) -> None:
    notes = [
        {"tipo": "averbacao", "data": "2024-03-02", "texto": "Reconhecimento do pai.", "restrita": True},
        {"tipo": "anotacao", "data": "2023-03-02", "texto": "Casamento em Campinas.", "mencao": False},
    ]
    of = civil.assento(1, de_antes=True)
    whole = {
        "formato": "texto",
        "conteudo": "\n\n".join(f"Parte {n} do assento, transcrita palavra por palavra." for n in range(90)),
    }
    given = civil.certidao(1, "inteiro-teor", assento=of, averbacoes_anotacoes=notes, corpo=whole, **civil.VALUE)
    job = rig.printed(given)
    printed = " ".join(text(rig.pdf(job["id"])).split())
    assert job["paginas"] > 1
    assert all(f"Parte {n} do assento" in printed for n in range(90))
    assert "Reconhecimento do pai" in printed and "Casamento em Campinas" in printed
    assert printed.count("Ana Lúcia de Assunção") >= 1
    assert f"Página 2 de {job['paginas']}" in printed
    assert qr_codes(rig.pdf(job["id"])) == [job["qr"]["url"]]


def test_c23_an_assento_begins_on_a_front(rig: Rig) -> None:
    found = rig.post(civil.page(civil.assento(1)), lado_inicial="verso")
    refused(found, 422, "entrada-invalida")
    assert fields(found) == ["lado_inicial"]
    assert rig.post(civil.page(civil.assento(1))).status == 202


def test_c23_an_office_with_ruled_books_may_begin_on_the_back(rig_with: Callable[..., Rig]) -> None:
    rig = rig_with(civil={"assento_no_verso": True})
    assert rig.post(civil.page(civil.assento(1)), lado_inicial="verso").status == 202
