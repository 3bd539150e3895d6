"""S8, S10: the table of ato codes, as shipped and as the office edits it."""

import pytest

from printserver.errors import ConfigError, Recusa
from printserver.selo import EXCLUSION, load_atos


@pytest.fixture(scope="module")
def table():
    return load_atos(None)


def refusal(table, codigo, **others):
    with pytest.raises(Recusa) as caught:
        table.check(codigo, **({"natureza": 1, "field": "documento.instrumento.atos.0.ato"} | others))
    assert caught.value.word == "entrada-invalida"
    assert [error.campo for error in caught.value.errors] == ["documento.instrumento.atos.0.ato"]
    return caught.value.detail


@pytest.mark.parametrize("codigo", ["CE", "ES", "TR", "XA", "CS", "LE", "PV", "AU"])
def test_s10_known_atos_are_shipped_as_known(table, codigo):
    assert not table.get(codigo).a_confirmar
    assert table.get(codigo).aviso is None


@pytest.mark.parametrize("codigo", ["PR", "TE", "AF"])
def test_s10_others_are_to_be_confirmed_and_seal_with_a_warning(table, codigo):
    ato = table.check(codigo, natureza=1, field="x")
    assert ato.a_confirmar
    assert codigo in ato.aviso
    assert "a confirmar" in ato.aviso


def test_s8_xa_is_never_issued_alone(table):
    assert "nunca é emitido só" in refusal(table, EXCLUSION)
    assert table.check(EXCLUSION, natureza=1, field="x", retifica=True).so_retificador


def test_s8_xa_is_the_only_shipped_ato_that_needs_another(table):
    assert [codigo for codigo in table.codigos() if table.get(codigo).so_retificador] == [EXCLUSION]


def test_h1_hybrid_ato_stands_on_a_paper_seal_only(table):
    assert "selo de papel" in refusal(table, "AU")
    assert "selo de papel" in refusal(table, "ES", hibrido=True)
    assert table.check("AU", natureza=1, field="x", hibrido=True).hibrido


def test_s10_unknown_ato_and_other_natureza_are_refused(table):
    assert "ato desconhecido" in refusal(table, "ZZ")
    assert "não é de natureza 1" in refusal(table, "LE")
    assert table.check("LE", natureza=2, field="x").naturezas == (2,)


def test_s10_the_office_edits_the_table(tmp_path):
    (tmp_path / "atos.toml").write_text(
        '[PR]\ndescricao = "Procuração pública"\nnaturezas = [1]\n[ZZ]\ndescricao = "Novo"\nnaturezas = [1, 2]\n',
        encoding="utf-8",
    )
    table = load_atos(tmp_path)
    assert (table.get("PR").descricao, table.get("PR").a_confirmar) == ("Procuração pública", False)
    assert table.get("ZZ").naturezas == (1, 2)
    assert table.get("ES") == load_atos(None).get("ES")


@pytest.mark.parametrize(
    ("text", "mensagem"),
    [
        ('[pr]\ndescricao = "x"\nnaturezas = [1]', r"o nome \[pr\] não é permitido"),
        ('[PR]\ndescricao = "x"', r"\[PR\]\.naturezas: falta esta chave"),
        ('[PR]\ndescricao = "x"\nnaturezas = []', r"\[PR\]\.naturezas: a lista não pode ficar vazia"),
        ('[PR]\ndescricao = "x"\nnaturezas = 1', r"\[PR\]\.naturezas: esperada uma lista"),
        ('[PR]\ndescricao = "x"\nnaturezas = [7]', r"\[PR\]\.naturezas\.0: esperado um destes: 1, 2, 3, 4 ou 5"),
        (
            '[PR]\ndescricao = "x"\nnaturezas = [1]\nhibirdo = true',
            r"\[PR\]\.hibirdo: chave desconhecida; permitidas: .*hibrido",
        ),
    ],
)
def test_s10_a_wrong_table_names_file_key_and_what_is_allowed(tmp_path, text, mensagem):
    (tmp_path / "atos.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=mensagem) as caught:
        load_atos(tmp_path)
    assert str(tmp_path / "atos.toml") in str(caught.value)
