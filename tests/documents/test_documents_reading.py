"""The body of POST /api/v1/jobs: every fault by its dotted path, in Portuguese, and nothing unknown passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_examples import BODY, FEES, ISENTO, REFERENCE, instrumento, request

from printserver.documents import Instrumento, Pedido, Referencia, read_request
from printserver.errors import Recusa

ATO = {"ato": "ES", "descricao": "Venda e compra"}


def error_list(data: object) -> dict[str, str]:
    with pytest.raises(Recusa) as refusal:
        read_request(data)
    assert refusal.value.word == "entrada-invalida"
    return {error.campo: error.mensagem for error in refusal.value.errors}


def livro(**others: object) -> dict[str, object]:
    return request({"tipo": "livro", "instrumento": instrumento(**others)})


def test_contract_example_is_read() -> None:
    parsed_selo = read_request(
        request(
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
    assert parsed_selo.documento.tipo == "livro"
    assert parsed_selo.documento.instrumento.partes[0].nome == "João da Silva"
    assert parsed_selo.papel_seguranca == ("A0000001",)


def test_s9_wrong_total_is_named_by_its_dotted_path() -> None:
    findings = error_list(livro(atos=[ATO | {"emolumentos": FEES | {"total": "95.13"}}]))
    assert list(findings) == ["documento.instrumento.atos.0.emolumentos.total"]
    assert "não é a soma" in findings["documento.instrumento.atos.0.emolumentos.total"]


def test_s9_all_zero_without_isento_is_refused() -> None:
    zeros = dict.fromkeys(FEES, "0.00")
    findings = error_list(livro(atos=[ATO | {"emolumentos": zeros}]))
    assert "isento" in findings["documento.instrumento.atos.0.emolumentos"]


def test_s9_partial_zero_is_lawful() -> None:
    partial = FEES | {"estado": "0.00", "total": "79.29"}
    assert read_request(livro(atos=[ATO | {"emolumentos": partial}]))


def test_s9_every_component_is_needed() -> None:
    without = {nome: value for nome, value in FEES.items() if nome not in ("iss", "total")}
    assert error_list(livro(atos=[ATO | {"emolumentos": without}])).keys() == {
        "documento.instrumento.atos.0.emolumentos.iss"
    }


@pytest.mark.parametrize("value", [95.12, 95, "95.1", "95,12", "-1.00", "1e2", " 1.00", "１.00", None, True])
def test_s9_money_is_digits_point_two_digits(value: object) -> None:
    findings = error_list(livro(atos=[ATO | {"emolumentos": FEES | {"iss": value}}]))
    assert "documento.instrumento.atos.0.emolumentos.iss" in findings


@pytest.mark.parametrize(
    ("value", "field"),
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
def test_s9_exactly_one_value(value: dict[str, object], field: str) -> None:
    assert f"documento.instrumento.atos.0.{field}" in error_list(livro(atos=[ATO | value]))


def test_a_mistyped_field_is_named_and_never_passes() -> None:
    findings = error_list(livro(atos=[ATO | {"isnto": True, "emolumentos": FEES}]))
    assert findings == {"documento.instrumento.atos.0.isnto": "campo desconhecido"}


def test_paths_bear_no_tag_of_a_union() -> None:
    body = instrumento(atos=[ATO | {"emolumentos": FEES | {"total": "1.00"}}])
    findings = error_list(request({"tipo": "traslado", "numero": 1, "instrumento": body}))
    assert findings.keys() == {"documento.instrumento.atos.0.emolumentos.total"}


def test_x0_a_reference_is_by_id_or_by_livro_and_folha() -> None:
    for data in ({"id": "P-1"}, {"livro": "0123", "folha_inicial": "045"}):
        parsed_selo = read_request(request({"tipo": "traslado", "numero": 1, "instrumento": data})).documento
        assert isinstance(parsed_selo.instrumento, Referencia)
    whole = read_request(request({"tipo": "traslado", "numero": 1, "instrumento": instrumento()})).documento
    assert isinstance(whole.instrumento, Instrumento)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "id"),
        ({"livro": "1"}, "folha_inicial"),
        ({"folha_inicial": "1"}, "livro"),
        ({"id": "P", "livro": "1", "folha_inicial": "2"}, "id"),
        ({"id": "P", "folha": "2"}, "folha"),
    ],
)
def test_a_reference_badly_written_is_refused(data: dict[str, str], field: str) -> None:
    findings = error_list(request({"tipo": "traslado", "numero": 1, "instrumento": data}))
    assert f"documento.instrumento.{field}" in findings


def test_n8_a_minuta_may_lack_livro_folha_and_values() -> None:
    minuta = {"id": "P-1", "atos": [ATO], "corpo": BODY}
    assert read_request(request({"tipo": "minuta", "instrumento": minuta})).documento.imprimir
    findings = error_list(request({"tipo": "livro", "instrumento": minuta}))
    assert {"documento.instrumento.livro", "documento.instrumento.folha_inicial"} <= findings.keys()


def test_n5_a_certidao_without_instrumento_needs_its_text() -> None:
    without = {"tipo": "certidao", "pedido": "2026/000123"} | ISENTO
    assert "documento.corpo" in error_list(request(without))
    assert read_request(request(without | {"corpo": BODY})).documento.via == 1


def test_a_certidao_always_needs_a_value_but_to_replace_another() -> None:
    certidao = {"tipo": "certidao", "pedido": "1", "corpo": BODY}
    assert error_list(request(certidao)).keys() == {"documento.emolumentos"}
    exchange = {"substitui": "9999991CE0000000000030184", "motivo": "erro de grafia"}
    assert read_request(request(certidao | exchange)).documento.substitui == exchange["substitui"]


def test_x8_a_substitution_needs_a_reason_and_a_true_code() -> None:
    traslado = {"tipo": "traslado", "numero": 2, "instrumento": REFERENCE}
    codigo = "9999991CE0000000000030184"
    assert error_list(request(traslado | {"substitui": codigo})).keys() == {"documento.motivo"}
    assert error_list(request(traslado | {"motivo": "x"})).keys() == {"documento.motivo"}
    assert error_list(request(traslado | {"substitui": codigo[:-1] + "5", "motivo": "x"})).keys() == {
        "documento.substitui"
    }


def test_c1_a_certidao_of_registro_civil_has_fields_of_its_own() -> None:
    certidao = {"tipo": "certidao", "pedido": "1", "corpo": BODY} | ISENTO
    findings = error_list(request(certidao | {"natureza": 2}))
    assert findings.keys() == {"documento.especie"}
    assert error_list(request({"tipo": "livro", "natureza": 2, "instrumento": instrumento()})).keys() == {
        "documento.natureza"
    }
    assert read_request(request(certidao | {"natureza": 1}))
    assert error_list(request(certidao | {"averbacoes": 1})).keys() == {"documento.averbacoes"}


@pytest.mark.parametrize("content", ["", "  \n", "a\ud800"])
def test_a_body_without_text_is_invalid(content: str) -> None:
    with pytest.raises(Recusa) as refusal:
        read_request(livro(corpo={"formato": "texto", "conteudo": content}))
    assert refusal.value.word == "corpo-invalido"


@pytest.mark.parametrize(
    ("field", "value"),
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
def test_what_is_not_fit_for_print_or_registro_is_refused(field: str, value: object) -> None:
    assert f"documento.instrumento.{field}" in error_list(livro(**{field: value}))


@pytest.mark.parametrize("numero", [0, -1, 1.0, True, "1", None, "próximo"])
def test_n4_a_number_of_traslado_is_whole_and_from_one(numero: object) -> None:
    findings = error_list(request({"tipo": "traslado", "numero": numero, "instrumento": REFERENCE}))
    assert "documento.numero" in findings


@pytest.mark.parametrize("document", [None, [], {}, {"tipo": "assento"}, {"tipo": []}, "livro"])
def test_an_unknown_document_is_told_which_there_are(document: object) -> None:
    findings = error_list(request(document))  # type: ignore[arg-type]  # as bad requests are
    assert next(iter(findings)).startswith("documento")


def test_null_in_an_optional_field_is_as_absent() -> None:
    parsed_selo = read_request(livro() | {"copias": None, "lado_inicial": None, "papel_seguranca": None, "fila": None})
    assert (parsed_selo.copias, parsed_selo.lado_inicial, parsed_selo.papel_seguranca) == (1, "frente", ())
    assert error_list(livro() | {"outra": None}).keys() == {"outra"}


def test_a_ficha_prints_whatever_else_the_person_has() -> None:
    ficha = {"tipo": "ficha_abertura", "ficha": "000123", "pessoa": {"nome": "Ana", "estado_civil": "casada"}}
    assert read_request(request(ficha)).documento.pessoa.model_dump()["estado_civil"] == "casada"
    ficha["pessoa"] = {"nome": "Ana", "filhos": ["João"]}
    assert error_list(request(ficha)).keys() == {"documento.pessoa.filhos"}
    for extra in ({"a\x00": "b"}, {"a" * 61: "b"}, {f"campo{n}": "b" for n in range(41)}):
        ficha["pessoa"] = {"nome": "Ana"} | extra
        assert error_list(request(ficha)).keys() == {"documento.pessoa"}


def test_a_request_survives_being_kept_as_json() -> None:
    parsed_selo = read_request(livro(data="2026-11-20"))
    assert Pedido.model_validate(parsed_selo.model_dump(mode="json")) == parsed_selo


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=8,
)


@given(JSON, st.sampled_from(["id", "livro", "folha_inicial", "data", "partes", "atos", "corpo", "assinaturas"]))
def test_no_json_at_all_breaks_the_reader(value: object, field: str) -> None:
    for data in (value, livro(**{field: value}), request({"tipo": "traslado", "numero": value, "instrumento": value})):
        try:
            read_request(data)
        except Recusa as refusal:
            texts = [refusal.detail, *(error.mensagem for error in refusal.errors)]
            assert all(text.strip() and "Input should" not in text for text in texts)
            assert all(error.campo.isprintable() for error in refusal.errors)


def test_every_message_is_portuguese() -> None:
    many = request({"tipo": "livro", "instrumento": instrumento(partes=["x"] * 60)}, copias=0, faces="x", fila=1)
    messages = set(error_list(many | {"copias": 100}).values()) | set(error_list(many).values())
    assert "deve ser um objeto" in messages
    assert not any(mensagem == "valor inválido" or "should" in mensagem for mensagem in messages)


def test_a_mistyped_field_of_the_person_is_refused_by_its_name() -> None:
    ficha = {"tipo": "ficha_abertura", "ficha": "1", "pessoa": {"nome": "Ana", "dcumento": "1", "apelido": "Aninha"}}
    findings = error_list(request(ficha))
    assert findings == {"documento.pessoa.dcumento": 'campo desconhecido; quis dizer "documento"?'}
