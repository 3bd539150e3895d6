"""The rule book of Notas, document by document: which seals, whose QR, which values, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from notas_examples import (
    AGORA,
    CORPO,
    FEES,
    ISENTO,
    MENORES,
    REFERENCIA,
    REGRAS,
    contexto,
    documento,
    emolumentos,
    instrumento,
    livro_vivo,
    minuta_conhecida,
    selos_vivos,
)

from printserver.clock import rfc3339
from printserver.documents import Contexto, Documento, com_resposta, conferir_copias, identificar, planejar
from printserver.errors import Recusa
from printserver.selo import Emolumentos, montar, url_do_qr

ZERO = Emolumentos.zero()


def recusa(doc: Documento, com: Contexto) -> Recusa:
    with pytest.raises(Recusa) as achada:
        planejar(doc, com)
    return achada.value


def campos(achada: Recusa) -> set[str]:
    return {erro.campo for erro in achada.errors}


def traslado(numero: int | str = 1, **dados: object) -> Documento:
    return documento("traslado", **({"numero": numero, "instrumento": REFERENCIA} | dados))


def certidao(**dados: object) -> Documento:
    return documento("certidao", **({"pedido": "2026/000123", "emolumentos": FEES} | dados))


# --- livro -----------------------------------------------------------------------------------------------------------


def test_n1_n2_one_seal_an_ato_the_principal_first_and_vinculador() -> None:
    plano = planejar(documento("livro", instrumento=instrumento()), contexto())
    assert [selo.novo.descricao for selo in plano.selos] == ["Venda e compra", "Usufruto"]
    assert [(selo.principal, selo.vinculado_ao_principal) for selo in plano.selos] == [(True, False), (False, True)]
    assert [selo.novo.emolumentos.total for selo in plano.selos] == [Decimal("95.12"), Decimal("45.12")]
    assert {selo.novo.identificador for selo in plano.selos} == {"P-2026-001234"}
    assert plano.selos[0].novo.partes == ("João da Silva", "Maria Alves")
    assert [linha.emolumentos.total for linha in plano.custas] == [Decimal("95.12"), Decimal("45.12")]


def test_n2_a_single_ato_needs_no_choice() -> None:
    plano = planejar(documento("livro", instrumento=instrumento(atos=[{"ato": "ES", **ISENTO}])), contexto())
    assert plano.selos[0].principal
    assert plano.instrumento is not None
    assert plano.instrumento.atos[0].principal
    assert plano.instrumento.atos[0].descricao == "Escritura"


@pytest.mark.parametrize("principais", [(False, False), (True, True)])
def test_n2_none_or_two_principals_are_refused(principais: tuple[bool, bool]) -> None:
    atos = [{"ato": "ES", "principal": principal, "emolumentos": FEES} for principal in principais]
    achada = recusa(documento("livro", instrumento=instrumento(atos=atos)), contexto())
    assert (achada.word, campos(achada)) == ("entrada-invalida", {"documento.instrumento.atos"})


@pytest.mark.parametrize("ato", ["XA", "AU", "ZZ", "LE"])
def test_s8_s10_only_digital_atos_of_notas_that_stand_alone(ato: str) -> None:
    achada = recusa(documento("livro", instrumento=instrumento(atos=[{"ato": ato, "emolumentos": FEES}])), contexto())
    assert (achada.word, campos(achada)) == ("entrada-invalida", {"documento.instrumento.atos.0.ato"})


def test_s10_an_ato_to_be_confirmed_is_sealed_with_a_warning() -> None:
    plano = planejar(documento("livro", instrumento=instrumento(atos=[{"ato": "PR", "emolumentos": FEES}])), contexto())
    assert [aviso.campo for aviso in plano.avisos] == ["documento.instrumento.atos.0.ato"]
    assert plano.selos[0].novo.ato == "PR"


def test_s9_a_service_to_be_confirmed_seals_nothing_outside_a_demonstration() -> None:
    doc = documento("livro", instrumento=instrumento(atos=[{"ato": "ES", "servico": "certidao-notas"}]))
    assert planejar(doc, contexto()).selos[0].novo.emolumentos == emolumentos(FEES)
    achada = recusa(doc, contexto(regras=replace(REGRAS, demonstracao=False)))
    assert achada.word == "servico-a-confirmar"


@pytest.mark.parametrize(
    ("data", "momento"),
    [
        (None, AGORA),
        ("2026-11-20", AGORA),
        ("2026-11-19", datetime(2026, 11, 20, 2, 59, 59, tzinfo=UTC)),
        ("2025-12-31", datetime(2026, 1, 1, 2, 59, 59, tzinfo=UTC)),
    ],
)
def test_s7_the_seal_belongs_to_the_day_of_the_act(data: str | None, momento: datetime) -> None:
    doc = documento("livro", instrumento=instrumento(data=data, motivo_data="assinado fora"))
    assert {selo.novo.momento for selo in planejar(doc, contexto()).selos} == {momento}


def test_s7_the_day_is_that_of_sao_paulo() -> None:
    noite = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 23:00 of the 20th
    doc = documento("livro", instrumento=instrumento(data="2026-11-20"))
    assert planejar(doc, contexto(agora=noite)).selos[0].novo.momento == noite
    plano = planejar(documento("livro", instrumento=instrumento()), contexto(agora=noite))
    assert plano.instrumento is not None
    assert plano.instrumento.data == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("data", "motivo", "campo"), [("2026-11-21", "x", "data"), ("2026-11-19", None, "motivo_data")]
)
def test_s7_a_day_to_come_or_a_past_one_without_reason_is_refused(data: str, motivo: str | None, campo: str) -> None:
    achada = recusa(documento("livro", instrumento=instrumento(data=data, motivo_data=motivo)), contexto())
    assert (achada.word, campos(achada)) == ("data-do-ato", {f"documento.instrumento.{campo}"})


EMPTY_DATES = ("0001-01-01", "0226-11-20", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01")


@pytest.mark.parametrize("tipo", ["livro", "minuta"])
@pytest.mark.parametrize("data", [*EMPTY_DATES, "1970-01-01"])
def test_s7a_a_date_that_means_an_empty_one_is_refused(tipo: str, data: str) -> None:
    doc = documento(tipo, instrumento=instrumento(data=data, motivo_data="lavrada antes"))
    achada = recusa(doc, contexto())
    assert (achada.word, campos(achada)) == ("data-do-ato", {"documento.instrumento.data"})
    escrita = "/".join(reversed(data.split("-")))
    assert achada.detail.startswith(f"documento.instrumento.data: {escrita} é ")


@pytest.mark.parametrize(
    ("data", "motivo"),
    [
        ("1900-01-02", "livro reconstituído"),
        ("1970-01-02", "esquecida"),
        ("1970-01-01", "escritura lavrada em 1º de janeiro de 1970"),
    ],
)
def test_s7a_an_old_date_with_its_reason_stands(data: str, motivo: str) -> None:
    plano = planejar(documento("livro", instrumento=instrumento(data=data, motivo_data=motivo)), contexto())
    assert rfc3339(plano.selos[0].novo.momento)[:19] == f"{data}T23:59:59"


def test_n11_the_livro_is_printed_with_its_fees_while_signatures_are_awaited() -> None:
    plano = planejar(documento("livro", instrumento=instrumento(assinaturas="pendentes")), contexto())
    assert plano.selos[0].novo.emolumentos.total == Decimal("95.12")


# --- minuta ----------------------------------------------------------------------------------------------------------


def test_n8_a_minuta_has_no_seal_whatever_is_missing() -> None:
    atos = [{"ato": "ZZ"}, {"ato": "ES", "servico": "escritura-sem-valor"}]
    plano = planejar(documento("minuta", instrumento={"id": "P-1", "atos": atos, "corpo": CORPO}), contexto())
    assert plano.selos == ()
    assert not plano.pergunta_selo
    assert {aviso.campo for aviso in plano.avisos} == {
        "documento.instrumento.atos",
        "documento.instrumento.atos.0.ato",
        "documento.instrumento.atos.1.servico",
    }


def test_n8_a_minuta_may_be_of_a_day_to_come_and_warns_of_a_past_one() -> None:
    def avisos(data: str) -> set[str]:
        plano = planejar(documento("minuta", instrumento=instrumento(data=data)), contexto())
        return {aviso.campo for aviso in plano.avisos}

    assert avisos("2026-12-01") == set()
    assert avisos("2026-11-01") == {"documento.instrumento.motivo_data"}


# --- traslado --------------------------------------------------------------------------------------------------------


def test_n3_first_traslado_is_isento_and_points_at_the_principal() -> None:
    livro = livro_vivo()
    plano = planejar(traslado(), contexto(livro=livro))
    (selo,) = plano.selos
    assert (selo.novo.ato, selo.novo.emolumentos, selo.novo.isento) == ("TR", ZERO, True)
    assert plano.qr == "principal"
    assert plano.selo_livro == livro.principal
    assert livro.principal.descricao == "Venda e compra"


def test_p4_first_traslado_bears_the_fee_lines_of_the_live_livro() -> None:
    livro = livro_vivo()
    retificado = replace(livro.selos[0], emolumentos=emolumentos(MENORES))
    plano = planejar(traslado(), contexto(livro=replace(livro, selos=(retificado, livro.selos[1]))))
    assert [linha.emolumentos for linha in plano.custas] == [emolumentos(MENORES), emolumentos(MENORES)]


@pytest.mark.parametrize("valor", [{"emolumentos": FEES}, {"servico": "certidao-notas"}])
def test_n3_first_traslado_charges_nothing(valor: dict[str, object]) -> None:
    achada = recusa(traslado(**valor), contexto(livro=livro_vivo()))
    assert campos(achada) == {f"documento.{next(iter(valor))}"}
    assert planejar(traslado(**ISENTO), contexto(livro=livro_vivo())).selos[0].novo.motivo_isencao is not None


def test_n3_no_traslado_before_the_livro() -> None:
    inteiro = traslado(instrumento=instrumento())
    assert recusa(inteiro, contexto()).word == "livro-nao-impresso"
    assert recusa(inteiro, contexto(minuta=minuta_conhecida())).word == "livro-nao-impresso"
    assert recusa(traslado(), contexto(minuta=minuta_conhecida())).word == "livro-nao-impresso"
    assert recusa(traslado(), contexto(conhecido=True)).word == "livro-nao-impresso"
    assert recusa(traslado(), contexto()).word == "instrumento-desconhecido"
    pela_folha = traslado(instrumento={"livro": "0123", "folha_inicial": "045"})
    assert recusa(pela_folha, contexto()).word == "instrumento-desconhecido"


@pytest.mark.parametrize(
    ("dados", "cobra", "total", "isento"),
    [
        ({}, True, "95.12", False),
        ({}, False, "0.00", True),
        ({"emolumentos": MENORES}, True, "45.12", False),
        ({"emolumentos": MENORES}, False, "45.12", False),
        (ISENTO, True, "0.00", True),
    ],
)
def test_n4_second_traslado_costs_a_certidao_where_the_office_charges(
    dados: dict[str, object], cobra: bool, total: str, isento: bool
) -> None:
    com = contexto(livro=livro_vivo(), regras=replace(REGRAS, cobra_segundo_traslado=cobra))
    plano = planejar(traslado(2, **dados), com)
    novo = plano.selos[0].novo
    assert (novo.emolumentos.total, novo.isento, plano.qr) == (Decimal(total), isento, "proprio")
    assert [linha.emolumentos for linha in plano.custas] == [novo.emolumentos]


def test_n4_the_next_number_comes_from_the_office() -> None:
    com = contexto(livro=livro_vivo(), proximo_traslado=3)
    plano = planejar(traslado("proximo"), com)
    assert plano.identidade.campos["numero"] == 3
    assert plano.qr == "proprio"


def test_n11_no_copy_while_signatures_are_awaited_but_by_court_order() -> None:
    com = contexto(livro=livro_vivo(assinaturas="pendentes"))
    for doc in (traslado(), certidao(instrumento=REFERENCIA)):
        assert recusa(doc, com).word == "assinaturas-pendentes"
    ordem = "1000000-00.2026.8.26.0100"
    assert planejar(traslado(ordem_judicial=ordem), com).ordem_judicial == ordem
    assert planejar(certidao(instrumento=REFERENCIA, ordem_judicial=ordem), com).selos


def test_n11_the_livros_own_word_counts() -> None:
    com = contexto(livro=livro_vivo())
    assert planejar(traslado(instrumento=instrumento(assinaturas="pendentes")), com).selos


def test_a_copy_may_bring_the_instrument_of_the_livro_in_any_order() -> None:
    atos = instrumento()["atos"]
    for trazidos in (atos, atos[::-1]):
        plano = planejar(traslado(instrumento=instrumento(atos=trazidos)), contexto(livro=livro_vivo()))
        assert plano.selos


@pytest.mark.parametrize(
    "mudar",
    [
        {"ato": "TE"},
        {"descricao": "Doação"},
        {"emolumentos": MENORES},
        {"emolumentos": FEES | {"iss": "2.79", "total": None, "estado": "15.82"}},
    ],
)
def test_a_copy_that_differs_from_the_livro_is_refused(mudar: dict[str, object]) -> None:
    atos = instrumento()["atos"]
    trazido = instrumento(atos=[atos[0], atos[1] | mudar])
    for doc in (traslado(instrumento=trazido), certidao(instrumento=trazido)):
        assert recusa(doc, contexto(livro=livro_vivo())).word == "difere-do-livro"


def test_a_copy_with_fewer_atos_or_another_principal_differs() -> None:
    atos = instrumento()["atos"]
    trocado = [atos[0] | {"principal": True}, atos[1] | {"principal": False}]
    for trazidos in ([atos[1]], [], trocado):
        doc = traslado(instrumento=instrumento(atos=trazidos))
        assert recusa(doc, contexto(livro=livro_vivo())).word == "difere-do-livro"


def test_s11_the_copy_is_held_against_the_live_values() -> None:
    livro = livro_vivo()
    retificado = replace(livro, selos=(replace(livro.selos[0], emolumentos=emolumentos(MENORES)), livro.selos[1]))
    com = contexto(livro=retificado)
    assert recusa(traslado(instrumento=instrumento()), com).word == "difere-do-livro"
    atos = instrumento()["atos"]
    novos = instrumento(atos=[atos[0], atos[1] | {"emolumentos": MENORES}])
    assert planejar(traslado(instrumento=novos), com).selos


def test_n11_awaiting_signatures_the_values_as_printed_hold_too() -> None:
    livro = livro_vivo(assinaturas="pendentes")
    zerados = tuple(replace(selo, emolumentos=ZERO, isento=True) for selo in livro.selos)
    com = contexto(livro=replace(livro, selos=zerados))
    doc = traslado(instrumento=instrumento(), ordem_judicial="1000000-00.2026.8.26.0100")
    assert planejar(doc, com).selos


def test_s9_a_service_named_by_the_livro_too_is_worth_what_it_was_there() -> None:
    atos = [{"ato": "ES", "servico": "certidao-notas"}]
    plano = planejar(documento("livro", instrumento=instrumento(atos=atos)), contexto())
    antigo = tuple(replace(selo, emolumentos=emolumentos(MENORES)) for selo in selos_vivos(plano))
    livro = livro_vivo(instrumento=plano.instrumento, selos=antigo)
    assert planejar(traslado(instrumento=instrumento(atos=atos)), contexto(livro=livro)).selos


def test_a_copy_takes_its_own_text_before_the_livros() -> None:
    com = contexto(livro=livro_vivo())
    outro = {"formato": "html", "conteudo": "<p>outro</p>"}
    do_trazido = instrumento(corpo={"formato": "texto", "conteudo": "trazido"})
    assert planejar(traslado(), com).corpo.conteudo == CORPO["conteudo"]
    assert planejar(traslado(instrumento=do_trazido), com).corpo.conteudo == "trazido"
    assert planejar(traslado(instrumento=do_trazido, corpo=outro), com).corpo.conteudo == "<p>outro</p>"


# --- N13 -------------------------------------------------------------------------------------------------------------


def externo(ato: str = "ES", cns: str = "123456", natureza: int = 1, **outros: object) -> dict[str, object]:
    codigo = str(montar(cns, natureza, ato, "ABC0000000001", 25))
    qr = url_do_qr(codigo, Decimal("95.12"), Decimal("2.78"), "QUJD")
    return {"codigo": codigo, "ato": ato, "principal": True, "qr": qr} | outros


def com_externo(*selos: dict[str, object], numero: int = 1, **dados: object) -> Documento:
    trazido = instrumento(corpo=None, atos=[{"ato": "ES", "descricao": "Venda e compra", "emolumentos": FEES}])
    return traslado(
        numero, **({"instrumento": trazido, "corpo": CORPO, "livro_externo": {"selos": list(selos)}} | dados)
    )


def test_n13_a_livro_of_another_program_gives_the_first_traslado_its_qr() -> None:
    selo = externo()
    plano = planejar(com_externo(selo), contexto())
    assert plano.selo_livro is not None
    assert (plano.selo_livro.codigo, plano.selo_livro.qr_url) == (selo["codigo"], selo["qr"])
    assert plano.selo_livro.externo
    assert [linha.emolumentos for linha in plano.custas] == [emolumentos(FEES)]
    assert plano.avisos == ()


@pytest.mark.parametrize(
    ("selo", "campo"),
    [
        (externo(cns="654321"), "selos.0.codigo"),
        (externo(natureza=2, ato="LE"), "selos.0.codigo"),
        (externo() | {"ato": "TE"}, "selos.0.ato"),
        (externo() | {"qr": None}, "selos.0.qr"),
        (externo() | {"qr": "https://example.com/?r=1"}, "selos.0.qr"),
        (externo() | {"qr": externo("TE")["qr"]}, "selos.0.qr"),
    ],
)
def test_n13_a_foreign_seal_is_checked(selo: dict[str, object], campo: str) -> None:
    assert campos(recusa(com_externo(selo), contexto())) == {f"documento.livro_externo.{campo}"}


def test_n13_one_principal_and_no_seal_twice() -> None:
    outro = externo("TE", principal=False, qr=None)
    assert planejar(com_externo(outro, externo()), contexto()).selo_livro is not None
    for selos in ((externo(), externo()), (externo(), outro | {"principal": True}), (externo(principal=False), outro)):
        assert campos(recusa(com_externo(*selos), contexto())) == {"documento.livro_externo.selos"}


def test_n13_a_qr_of_another_total_is_told() -> None:
    codigo = str(externo()["codigo"])
    selo = externo(qr=url_do_qr(codigo, Decimal("1.00"), Decimal("0.00"), "QUJD"))
    assert [aviso.campo for aviso in planejar(com_externo(selo), contexto()).avisos] == [
        "documento.livro_externo.selos.0.qr"
    ]


def test_n13_until_the_day_set_by_the_office() -> None:
    def ate(dia: date) -> Contexto:
        return contexto(regras=replace(REGRAS, externos_ate=dia))

    assert planejar(com_externo(externo()), ate(date(2026, 11, 20))).selos
    assert campos(recusa(com_externo(externo()), ate(date(2026, 11, 19)))) == {"documento.livro_externo"}


def test_n13_not_for_a_livro_sealed_here_nor_by_a_mere_reference() -> None:
    assert campos(recusa(com_externo(externo()), contexto(livro=livro_vivo()))) == {"documento.livro_externo"}
    so_referencia = com_externo(externo(), instrumento=REFERENCIA)
    assert campos(recusa(so_referencia, contexto())) == {"documento.instrumento"}


def test_n13_n11_awaited_signatures_stop_it_too() -> None:
    trazido = instrumento(assinaturas="pendentes")
    assert recusa(com_externo(externo(), instrumento=trazido), contexto()).word == "assinaturas-pendentes"


# --- certidão --------------------------------------------------------------------------------------------------------


def test_n5_certidao_has_its_own_seal_and_qr() -> None:
    livro = livro_vivo()
    plano = planejar(certidao(instrumento=REFERENCIA), contexto(livro=livro))
    (selo,) = plano.selos
    assert (selo.novo.ato, selo.novo.momento, plano.qr) == ("CE", AGORA, "proprio")
    assert selo.novo.emolumentos == emolumentos(FEES)
    assert plano.selo_livro == livro.principal  # N6
    assert selo.novo.identificador == "2026/000123"


def test_n5_a_certidao_of_what_is_not_here_is_its_text_alone() -> None:
    plano = planejar(certidao(corpo=CORPO), contexto())
    assert (plano.instrumento, plano.selo_livro, plano.selos[0].novo.partes) == (None, None, ())


def test_n5_an_instrument_from_before_this_server_comes_with_the_certidaos_own_text() -> None:
    plano = planejar(certidao(instrumento=instrumento(), corpo=CORPO), contexto())
    assert plano.selo_livro is None
    assert [aviso.campo for aviso in plano.avisos] == ["documento.instrumento"]
    assert recusa(certidao(instrumento=instrumento()), contexto()).word == "livro-nao-impresso"
    pendente = certidao(instrumento=instrumento(assinaturas="pendentes"), corpo=CORPO)
    assert recusa(pendente, contexto()).word == "assinaturas-pendentes"


def test_n5_an_instrument_known_here_must_have_its_livro() -> None:
    inteira = certidao(instrumento=instrumento(), corpo=CORPO)
    assert recusa(inteira, contexto(minuta=minuta_conhecida())).word == "livro-nao-impresso"
    assert recusa(inteira, contexto(conhecido=True)).word == "livro-nao-impresso"
    assert recusa(certidao(instrumento=REFERENCIA, corpo=CORPO), contexto()).word == "instrumento-desconhecido"


# --- X8 --------------------------------------------------------------------------------------------------------------


def troca() -> dict[str, str]:
    return {"substitui": str(montar("123456", 1, "TR", "0000000000007", 26)), "motivo": "nome com erro"}


def test_x8_a_substitution_is_isenta_names_the_seal_and_is_of_today() -> None:
    livro = livro_vivo()
    antigo = identificar(traslado(2), contexto(livro=livro))
    dados = troca()
    plano = planejar(traslado(2, **dados), contexto(livro=livro, substituido=antigo))
    (selo,) = plano.selos
    assert (selo.novo.emolumentos, selo.novo.isento, selo.novo.momento) == (ZERO, True, AGORA)
    assert plano.substitui == dados["substitui"]
    assert dados["substitui"] in str(selo.novo.motivo_isencao)
    assert selo.novo.retifica is None


def test_x8_a_certidao_is_replaced_by_one_of_the_same_pedido() -> None:
    antiga = identificar(certidao(corpo=CORPO), contexto())
    nova = documento("certidao", pedido="2026/123", via=2, corpo=CORPO, **troca())
    assert planejar(nova, contexto(substituido=antiga)).selos[0].novo.isento


def test_x8_the_seal_named_must_be_live_and_of_such_a_document() -> None:
    livro = livro_vivo()
    assert campos(recusa(traslado(2, **troca()), contexto(livro=livro))) == {"documento.substitui"}
    outro = identificar(traslado(instrumento={"id": "P-9"}), contexto())
    de_certidao = identificar(certidao(instrumento=REFERENCIA), contexto(livro=livro))
    for substituido in (outro, de_certidao):
        achada = recusa(traslado(2, **troca()), contexto(livro=livro, substituido=substituido))
        assert campos(achada) == {"documento.substitui"}


def test_x8_a_substitution_charges_nothing() -> None:
    livro = livro_vivo()
    antigo = identificar(traslado(2), contexto(livro=livro))
    com = contexto(livro=livro, substituido=antigo)
    assert campos(recusa(traslado(2, emolumentos=FEES, **troca()), com)) == {"documento.emolumentos"}


# --- ficha -----------------------------------------------------------------------------------------------------------


def ficha(**dados: object) -> Documento:
    return documento("ficha_abertura", **({"ficha": "000123", "pessoa": {"nome": "Ana Souza"}} | dados))


@pytest.mark.parametrize(
    ("regra", "gerar", "selos", "pergunta"),
    [
        ("perguntar", None, 0, True),
        ("perguntar", True, 1, False),
        ("perguntar", False, 0, False),
        ("sempre", None, 1, False),
        ("sempre", True, 1, False),
        ("nunca", None, 0, False),
        ("nunca", False, 0, False),
    ],
)
def test_n9_setting_or_escrevente_decides_the_seal_of_the_ficha(
    regra: str, gerar: bool | None, selos: int, pergunta: bool
) -> None:
    plano = planejar(ficha(gerar_selo=gerar), contexto(regras=replace(REGRAS, selo_da_ficha=regra)))
    assert (len(plano.selos), plano.pergunta_selo) == (selos, pergunta)
    assert plano.qr == ("proprio" if selos else "nenhum")


@pytest.mark.parametrize(("regra", "gerar"), [("sempre", False), ("nunca", True)])
def test_n9_a_request_against_the_setting_is_refused(regra: str, gerar: bool) -> None:
    achada = recusa(ficha(gerar_selo=gerar), contexto(regras=replace(REGRAS, selo_da_ficha=regra)))
    assert campos(achada) == {"documento.gerar_selo"}


def test_n9_without_value_or_service_the_seal_is_isento() -> None:
    def novo(servico: str | None = None, **dados: object) -> object:
        com = contexto(regras=replace(REGRAS, servico_da_ficha=servico))
        return planejar(ficha(gerar_selo=True, **dados), com).selos[0].novo

    assert (novo().isento, novo().motivo_isencao) == (True, "selo facultativo")
    assert novo("certidao-notas").emolumentos == emolumentos(FEES)
    assert novo("certidao-notas", emolumentos=MENORES).emolumentos == emolumentos(MENORES)


def test_n9_the_answer_is_planned_at_its_own_moment() -> None:
    doc = ficha()
    depois = contexto(agora=AGORA + timedelta(hours=2))
    sim = planejar(com_resposta(doc, True), depois)  # type: ignore[arg-type]  # a ficha
    assert sim.selos[0].novo.momento == depois.agora
    assert planejar(com_resposta(doc, False), depois).selos == ()  # type: ignore[arg-type]  # a ficha


def test_n9_a_value_without_a_seal_is_told() -> None:
    plano = planejar(ficha(gerar_selo=False, emolumentos=FEES), contexto())
    assert [aviso.campo for aviso in plano.avisos] == ["documento.gerar_selo"]


# --- N1 --------------------------------------------------------------------------------------------------------------


def test_n1_one_seal_never_stands_on_two_papers() -> None:
    livro = planejar(documento("livro", instrumento=instrumento()), contexto())
    minuta = planejar(documento("minuta", instrumento=instrumento()), contexto())
    for plano in (livro, planejar(ficha(), contexto())):
        conferir_copias(plano, 1)
        with pytest.raises(Recusa) as achada:
            conferir_copias(plano, 2)
        assert achada.value.word == "copia-de-documento-selado"
    conferir_copias(minuta, 5)


def test_s7_copies_and_fichas_are_of_this_moment() -> None:
    com = contexto(livro=livro_vivo(), agora=AGORA + timedelta(days=40))
    for doc in (traslado(), traslado(2), certidao(instrumento=REFERENCIA), ficha(gerar_selo=True)):
        assert planejar(doc, com).selos[0].novo.momento == com.agora
