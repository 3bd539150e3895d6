"""The body of POST /api/v1/jobs: every fault by its dotted path, in Portuguese, and nothing unknown passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_examples import CORPO, FEES, ISENTO, REFERENCIA, instrumento, pedido

from printserver.documents import Referencia, ler_pedido
from printserver.documents.model import Instrumento, Pedido
from printserver.errors import Recusa

ATO = {"ato": "ES", "descricao": "Venda e compra"}


def erros(dados: object) -> dict[str, str]:
    with pytest.raises(Recusa) as recusa:
        ler_pedido(dados)
    assert recusa.value.word == "entrada-invalida"
    return {erro.campo: erro.mensagem for erro in recusa.value.errors}


def livro(**outros: object) -> dict[str, object]:
    return pedido({"tipo": "livro", "instrumento": instrumento(**outros)})


def test_contract_example_is_read() -> None:
    lido = ler_pedido(
        pedido(
            {
                "tipo": "livro",
                "instrumento": instrumento(
                    folha_final="047", data="2026-11-20", motivo_data=None, assinaturas="completas"
                ),
            },
            subscritor="jose",
            formato="livro",
            fila="notas",
            copias=1,
            bandeja="2",
            faces="frente-verso",
            lado_inicial="verso",
            papel_seguranca=["A0000001"],
        )
    )
    assert lido.documento.tipo == "livro"
    assert lido.documento.instrumento.partes[0].nome == "João da Silva"
    assert lido.papel_seguranca == ("A0000001",)


def test_s9_wrong_total_is_named_by_its_dotted_path() -> None:
    achados = erros(livro(atos=[ATO | {"emolumentos": FEES | {"total": "95.13"}}]))
    assert list(achados) == ["documento.instrumento.atos.0.emolumentos.total"]
    assert "não é a soma" in achados["documento.instrumento.atos.0.emolumentos.total"]


def test_s9_all_zero_without_isento_is_refused() -> None:
    zeros = dict.fromkeys(FEES, "0.00")
    achados = erros(livro(atos=[ATO | {"emolumentos": zeros}]))
    assert "isento" in achados["documento.instrumento.atos.0.emolumentos"]


def test_s9_partial_zero_is_lawful() -> None:
    parcial = FEES | {"estado": "0.00", "total": "79.29"}
    assert ler_pedido(livro(atos=[ATO | {"emolumentos": parcial}]))


def test_s9_every_component_is_needed() -> None:
    sem = {nome: valor for nome, valor in FEES.items() if nome not in ("iss", "total")}
    assert erros(livro(atos=[ATO | {"emolumentos": sem}])).keys() == {"documento.instrumento.atos.0.emolumentos.iss"}


@pytest.mark.parametrize("valor", [95.12, 95, "95.1", "95,12", "-1.00", "1e2", " 1.00", "１.00", None, True])
def test_s9_money_is_digits_point_two_digits(valor: object) -> None:
    achados = erros(livro(atos=[ATO | {"emolumentos": FEES | {"iss": valor}}]))
    assert "documento.instrumento.atos.0.emolumentos.iss" in achados


@pytest.mark.parametrize(
    ("valor", "campo"),
    [
        ({}, "emolumentos"),
        ({"isento": False}, "emolumentos"),
        ({"isento": True}, "motivo_isencao"),
        ({"isento": True, "motivo_isencao": "  "}, "motivo_isencao"),
        ({"servico": "certidao-notas", "emolumentos": FEES}, "servico"),
        (ISENTO | {"servico": "certidao-notas"}, "isento"),
        ({"servico": "certidao-notas", "motivo_isencao": "x"}, "motivo_isencao"),
        ({"isento": "true", "motivo_isencao": "x"}, "isento"),
    ],
)
def test_s9_exactly_one_value(valor: dict[str, object], campo: str) -> None:
    assert f"documento.instrumento.atos.0.{campo}" in erros(livro(atos=[ATO | valor]))


def test_a_mistyped_field_is_named_and_never_passes() -> None:
    achados = erros(livro(atos=[ATO | {"isnto": True, "emolumentos": FEES}]))
    assert achados == {"documento.instrumento.atos.0.isnto": "campo desconhecido"}


def test_paths_bear_no_tag_of_a_union() -> None:
    corpo = instrumento(atos=[ATO | {"emolumentos": FEES | {"total": "1.00"}}])
    achados = erros(pedido({"tipo": "traslado", "numero": 1, "instrumento": corpo}))
    assert achados.keys() == {"documento.instrumento.atos.0.emolumentos.total"}


def test_x0_a_reference_is_by_id_or_by_livro_and_folha() -> None:
    for dados in ({"id": "P-1"}, {"livro": "0123", "folha_inicial": "045"}):
        lido = ler_pedido(pedido({"tipo": "traslado", "numero": 1, "instrumento": dados})).documento
        assert isinstance(lido.instrumento, Referencia)
    inteiro = ler_pedido(pedido({"tipo": "traslado", "numero": 1, "instrumento": instrumento()})).documento
    assert isinstance(inteiro.instrumento, Instrumento)


@pytest.mark.parametrize(
    ("dados", "campo"),
    [
        ({}, "id"),
        ({"livro": "1"}, "folha_inicial"),
        ({"folha_inicial": "1"}, "livro"),
        ({"id": "P", "livro": "1", "folha_inicial": "2"}, "id"),
        ({"id": "P", "folha": "2"}, "folha"),
    ],
)
def test_a_reference_badly_written_is_refused(dados: dict[str, str], campo: str) -> None:
    achados = erros(pedido({"tipo": "traslado", "numero": 1, "instrumento": dados}))
    assert f"documento.instrumento.{campo}" in achados


def test_n8_a_minuta_may_lack_livro_folha_and_values() -> None:
    minuta = {"id": "P-1", "atos": [ATO], "corpo": CORPO}
    assert ler_pedido(pedido({"tipo": "minuta", "instrumento": minuta})).documento.imprimir
    achados = erros(pedido({"tipo": "livro", "instrumento": minuta}))
    assert {"documento.instrumento.livro", "documento.instrumento.folha_inicial"} <= achados.keys()


def test_n5_a_certidao_without_instrumento_needs_its_text() -> None:
    sem = {"tipo": "certidao", "pedido": "2026/000123"} | ISENTO
    assert "documento.corpo" in erros(pedido(sem))
    assert ler_pedido(pedido(sem | {"corpo": CORPO})).documento.via == 1


def test_a_certidao_always_needs_a_value_but_to_replace_another() -> None:
    certidao = {"tipo": "certidao", "pedido": "1", "corpo": CORPO}
    assert erros(pedido(certidao)).keys() == {"documento.emolumentos"}
    troca = {"substitui": "9999991CE0000000000030184", "motivo": "erro de grafia"}
    assert ler_pedido(pedido(certidao | troca)).documento.substitui == troca["substitui"]


def test_x8_a_substitution_needs_a_reason_and_a_true_code() -> None:
    traslado = {"tipo": "traslado", "numero": 2, "instrumento": REFERENCIA}
    codigo = "9999991CE0000000000030184"
    assert erros(pedido(traslado | {"substitui": codigo})).keys() == {"documento.motivo"}
    assert erros(pedido(traslado | {"motivo": "x"})).keys() == {"documento.motivo"}
    assert erros(pedido(traslado | {"substitui": codigo[:-1] + "5", "motivo": "x"})).keys() == {"documento.substitui"}


def test_registro_civil_is_refused_by_its_natureza() -> None:
    certidao = {"tipo": "certidao", "pedido": "1", "corpo": CORPO} | ISENTO
    achados = erros(pedido(certidao | {"natureza": 2}))
    assert "Registro Civil" in achados["documento.natureza"]
    assert ler_pedido(pedido(certidao | {"natureza": 1}))
    assert erros(pedido(certidao | {"averbacoes": 1})).keys() == {"documento.averbacoes"}


def test_rtf_waits_for_a_later_version() -> None:
    with pytest.raises(Recusa) as recusa:
        ler_pedido(livro(corpo={"formato": "rtf", "conteudo": "{}"}))
    assert recusa.value.word == "corpo-nao-suportado"
    assert recusa.value.errors[0].campo == "documento.instrumento.corpo.formato"


@pytest.mark.parametrize("conteudo", ["", "  \n", "a\ud800"])
def test_a_body_without_text_is_invalid(conteudo: str) -> None:
    with pytest.raises(Recusa) as recusa:
        ler_pedido(livro(corpo={"formato": "texto", "conteudo": conteudo}))
    assert recusa.value.word == "corpo-invalido"


@pytest.mark.parametrize(
    ("campo", "valor"),
    [
        ("id", "P|1"),
        ("id", ""),
        ("titulo", "Escritura\x00"),
        ("titulo", "Escritura \u202etrocada"),
        ("folha_inicial", "045v"),
        ("folha_inicial", 45),
        ("folha_inicial", "000"),
        ("folha_final", "044"),
        ("data", "20/11/2026"),
        ("data", "2026-02-30"),
        ("data", "2026-11-20T00:00:00"),
        ("assinaturas", "parciais"),
        ("partes", {"nome": "A"}),
        ("atos", []),
    ],
)
def test_what_is_not_fit_for_print_or_registro_is_refused(campo: str, valor: object) -> None:
    assert f"documento.instrumento.{campo}" in erros(livro(**{campo: valor}))


@pytest.mark.parametrize("numero", [0, -1, 1.0, True, "1", None, "próximo"])
def test_n4_a_number_of_traslado_is_whole_and_from_one(numero: object) -> None:
    achados = erros(pedido({"tipo": "traslado", "numero": numero, "instrumento": REFERENCIA}))
    assert "documento.numero" in achados


@pytest.mark.parametrize("documento", [None, [], {}, {"tipo": "assento"}, {"tipo": []}, "livro"])
def test_an_unknown_document_is_told_which_there_are(documento: object) -> None:
    achados = erros(pedido(documento))  # type: ignore[arg-type]  # as bad requests are
    assert next(iter(achados)).startswith("documento")


def test_null_in_an_optional_field_is_as_absent() -> None:
    lido = ler_pedido(livro() | {"copias": None, "lado_inicial": None, "papel_seguranca": None, "fila": None})
    assert (lido.copias, lido.lado_inicial, lido.papel_seguranca) == (1, "frente", ())
    assert erros(livro() | {"outra": None}).keys() == {"outra"}


def test_a_ficha_prints_whatever_else_the_person_has() -> None:
    ficha = {"tipo": "ficha_abertura", "ficha": "000123", "pessoa": {"nome": "Ana", "estado_civil": "casada"}}
    assert ler_pedido(pedido(ficha)).documento.pessoa.model_dump()["estado_civil"] == "casada"
    ficha["pessoa"] = {"nome": "Ana", "filhos": ["João"]}
    assert erros(pedido(ficha)).keys() == {"documento.pessoa.filhos"}
    for a_mais in ({"a\x00": "b"}, {"a" * 61: "b"}, {f"campo{n}": "b" for n in range(41)}):
        ficha["pessoa"] = {"nome": "Ana"} | a_mais
        assert erros(pedido(ficha)).keys() == {"documento.pessoa"}


def test_a_request_survives_being_kept_as_json() -> None:
    lido = ler_pedido(livro(data="2026-11-20"))
    assert Pedido.model_validate(lido.model_dump(mode="json")) == lido


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda filhos: st.lists(filhos, max_size=3) | st.dictionaries(st.text(max_size=5), filhos, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["id", "livro", "folha_inicial", "data", "partes", "atos", "corpo", "assinaturas"]))
def test_no_json_at_all_breaks_the_reader(valor: object, campo: str) -> None:
    for dados in (valor, livro(**{campo: valor}), pedido({"tipo": "traslado", "numero": valor, "instrumento": valor})):
        try:
            ler_pedido(dados)
        except Recusa as recusa:
            textos = [recusa.detail, *(erro.mensagem for erro in recusa.errors)]
            assert all(texto.strip() and "Input should" not in texto for texto in textos)
            assert all(erro.campo.isprintable() for erro in recusa.errors)


def test_every_message_is_portuguese() -> None:
    muitos = pedido({"tipo": "livro", "instrumento": instrumento(partes=["x"] * 60)}, copias=0, faces="x", fila=1)
    mensagens = set(erros(muitos | {"copias": 100}).values()) | set(erros(muitos).values())
    assert "deve ser um objeto" in mensagens
    assert not any(mensagem == "valor inválido" or "should" in mensagem for mensagem in mensagens)


def test_a_mistyped_field_of_the_person_is_refused_by_its_name() -> None:
    ficha = {"tipo": "ficha_abertura", "ficha": "1", "pessoa": {"nome": "Ana", "dcumento": "1", "apelido": "Aninha"}}
    achados = erros(pedido(ficha))
    assert achados == {"documento.pessoa.dcumento": 'campo desconhecido; quis dizer "documento"?'}
