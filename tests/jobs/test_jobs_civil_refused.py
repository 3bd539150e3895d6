"""Odd requests of Registro Civil: refused in Portuguese with their field, and no seal is used for them (S12, A7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from printserver.documents.civil.models import EXAMPLES
from support import civil_documents as civil
from support.civil import MATRICULA
from support.office import Rig, open_rig

FIELDS = EXAMPLES["nascimento"]
SEARCH = {
    "hash_crc": "a1b2",
    "de": "2000-01-01",
    "ate": "2001-01-01",
    "natureza_do_ato": "nascimento",
    "territorio": "SP",
}
FREE = {"isento": True, "fundamento": "declaracao"}
LATE = {"tipo": "RG", "numero": "1", "data_expedicao": "2027-01-01"}
NOTE = {"tipo": "averbacao", "data": "2020-03-02", "texto": "Averbado o divórcio."}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("refused") / "serventia") as opened:
        yield opened


def old(**more: Any) -> dict[str, Any]:
    return civil.assento(1, de_antes=True, **more)


def whole(**more: Any) -> dict[str, Any]:
    """A certidão by its text; a name given as None is left out."""
    given = civil.certidao(1, assento=old(), **civil.VALUE) | more
    return {name: value for name, value in given.items() if value is not None}


def of_fields(**more: Any) -> dict[str, Any]:
    return whole(corpo=None, campos=FIELDS | more)


def of_search(**more: Any) -> dict[str, Any]:
    return whole(especie="negativa", assento=None, busca=SEARCH | more)


def noted(**more: Any) -> dict[str, Any]:
    return whole(averbacoes_anotacoes=[NOTE | more])


def death(**more: Any) -> dict[str, Any]:
    return whole(corpo=None, assento=old(especie="obito"), campos=EXAMPLES["obito"] | more)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        # dates: to come, older than any registry, out of order, none of the calendar
        (whole(assento=old() | {"data": "2026-11-21"}), "assento.data"),
        (whole(assento=old() | {"data": "0001-01-01"}), "assento.data"),
        (of_fields(data_nascimento="2026-11-21"), "campos.data_nascimento"),
        (of_fields(data_nascimento="1753-01-01"), "campos.data_nascimento"),
        (of_fields(data_nascimento="2023-02-29"), "campos.data_nascimento"),
        (of_fields(data_registro="2025-11-19"), "campos.data_registro"),
        (death(data_nascimento="2025-11-21"), "campos.data_falecimento"),
        (
            of_fields(anotacoes_cadastro=[{"tipo": "RG", "numero": "1", "data_expedicao": "2027-01-01"}]),
            "data_expedicao",
        ),
        (noted(data="2026-11-21"), "averbacoes_anotacoes.0.data"),
        (of_search(de="2002-01-01"), "busca.ate"),
        (of_search(ate="2026-11-21"), "busca.ate"),
        (whole(data_pedido="2026-11-21"), "data_pedido"),
        (whole(data_pedido="1970-01-01"), "data_pedido"),
        (whole(data_pedido="0001-01-01"), "data_pedido"),
        (civil.page(civil.assento(1, data="1899-12-30", motivo_data="lavrado antes")), "assento.data"),
        # hours
        *((of_fields(hora_nascimento=hour), "campos.hora_nascimento") for hour in ("24:00", "meia-noite", "7:30")),
        # characters
        (of_fields(nome_registrado="Ana \u202eoãoJ"), "campos.nome_registrado"),
        (of_fields(nome_registrado="Ana 😀"), "campos.nome_registrado"),
        (of_fields(nome_registrado="\u00a0"), "campos.nome_registrado"),
        (civil.page(civil.assento(1, registrados=[{"nome": "محمد"}])), "registrados.0.nome"),
        (civil.page(civil.assento(1, "livro-e", ato_livro_e="שלום")) | {"servico": "livro-e"}, "assento.ato_livro_e"),
        # averbações
        (noted(texto="  "), "averbacoes_anotacoes.0.texto"),
        (whole(averbacoes_anotacoes=[{"tipo": "averbacao", "data": "2020-03-02"}]), "averbacoes_anotacoes.0.texto"),
        (whole(averbacoes=-1), "averbacoes"),
        (whole(averbacoes=True), "averbacoes"),
        (whole(averbacoes=1.5), "averbacoes"),
        # matrículas and CPF
        (whole(assento={"matricula": "0" + MATRICULA}), "assento.matricula"),
        (whole(assento={"matricula": MATRICULA[:-1] + "٣"}), "assento.matricula"),
        *((civil.page(civil.assento(1, **{part: "00"})), "assento.matricula") for part in ("livro", "folha", "termo")),
        (civil.page(civil.assento(1, acervo="0")), "assento.matricula"),
        (whole(assento=old(registrados=[{"nome": "Ana", "cpf": "529.982.247-26"}])), "registrados.0.cpf"),
        (whole(assento=old(registrados=[{"nome": "Ana", "cpf": "sem CPF"}])), "registrados.0.cpf"),
        # values and gratuity
        (whole(servico=None, emolumentos={"tabeliao": "-1.00"}), "emolumentos.tabeliao"),
        (whole(servico=None, isento=True, fundamento="pobreza"), "fundamento"),
        (whole(servico=None, isento=True), "fundamento"),
        (whole(**FREE), ""),
        # what belongs to another especie or another office
        (whole(busca=SEARCH), "busca"),
        (whole(habilitacao={"processo": "1", "finalidade": "religioso"}), "habilitacao"),
        (whole(origem={"cns": "654321", "codigo_validacao": "x"}), "origem"),
        (
            whole(especie="materializacao", assento=None, origem={"cns": "123456", "codigo_validacao": "x"}),
            "origem.cns",
        ),
        (
            civil.edital("1", serventia_origem={"cns": "654321", "nome": "X", "cidade": "Y", "uf": "XX"}),
            "serventia_origem.uf",
        ),
        (
            civil.edital("1", serventia_origem={"cns": "123456", "nome": "X", "cidade": "Y", "uf": "SP"}),
            "serventia_origem.cns",
        ),
    ],
)
def test_a7_s12_an_odd_request_is_refused_by_its_field_and_uses_no_seal(
    office: Rig, document: dict[str, Any], field: str
) -> None:
    refused = office.post(document)
    assert refused.status == 422, refused
    named = [each["campo"] for each in refused.json["errors"]]
    assert any(each.startswith("documento") and each.endswith(field) for each in named), named
    assert all(each["mensagem"] for each in refused.json["errors"])
    assert office.codes() == []


@pytest.mark.parametrize("nome", ["Jose\u0301 Prado", "José\u00a0Prado", "  José   Prado ", "José\u2028Prado"])
def test_c14_a_name_is_composed_and_its_blanks_are_single(rig: Rig, nome: str) -> None:
    made = rig.printed(of_fields(nome_registrado=nome, data_nascimento="1889-01-01", hora_nascimento="00:00"))
    assert made["estado"] != "falhou"
