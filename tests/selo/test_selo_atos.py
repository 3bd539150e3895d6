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


@pytest.mark.parametrize(
    ("natureza", "codigo"),
    [(1, codigo) for codigo in ("CE", "ES", "TR", "XA", "CS", "AU")] + [(2, each) for each in ("CE", "PV", "LE", "XA")],
)
def test_s10_known_atos_are_shipped_as_known(table, natureza, codigo):
    assert not table.get(codigo, natureza).a_confirmar
    assert table.get(codigo, natureza).aviso is None


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
    for natureza in (1, 2):
        found = [codigo for codigo in table.codigos(natureza) if table.get(codigo, natureza).so_retificador]
        assert found == [EXCLUSION]


def test_h1_hybrid_ato_stands_on_a_paper_seal_only(table):
    assert "selo de papel" in refusal(table, "AU")
    assert "selo de papel" in refusal(table, "ES", hibrido=True)
    assert table.check("AU", natureza=1, field="x", hibrido=True).hibrido


def test_s10_unknown_ato_and_other_natureza_are_refused(table):
    assert "ato desconhecido" in refusal(table, "ZZ")
    assert "não é de natureza 1" in refusal(table, "LE")
    assert table.check("LE", natureza=2, field="x").natureza == 2
    assert table.get("LE", 1) is None


def test_s10_the_office_edits_the_table(tmp_path):
    (tmp_path / "atos.toml").write_text(
        '[PR]\ndescricao = "Procuração pública"\nnaturezas = [1]\n[ZZ]\ndescricao = "Novo"\nnaturezas = [1, 2]\n',
        encoding="utf-8",
    )
    table = load_atos(tmp_path)
    assert (table.get("PR", 1).descricao, table.get("PR", 1).a_confirmar) == ("Procuração pública", False)
    assert [table.get("ZZ", natureza).natureza for natureza in (1, 2)] == [1, 2]
    assert table.get("ES", 1) == load_atos(None).get("ES", 1)


@pytest.mark.parametrize("codigo", ["AS", "HB", "ED", "AV", "PD"])
def test_c3_an_unpublished_ato_of_registro_civil_seals_in_a_demonstration_office_only(table, codigo):
    with pytest.raises(Recusa, match=r"ainda está a confirmar.*atos\.toml da serventia, sem a_confirmar") as caught:
        table.check(codigo, natureza=2, field="documento.ato")
    assert (caught.value.word, [error.campo for error in caught.value.errors]) == (
        "servico-a-confirmar",
        ["documento.ato"],
    )
    ato = table.check(codigo, natureza=2, field="documento.ato", demonstracao=True)
    assert ato.a_confirmar
    assert "a confirmar" in ato.aviso
    assert table.get(codigo, 1) is None


def test_c3_a_code_may_be_another_ato_in_each_natureza(tmp_path):
    """The office's rows go before the shipped ones, in a file the row of one natureza before that of several."""
    (tmp_path / "atos.toml").write_text(
        """
["2.CE"]
descricao = "Certidão do Registro Civil"
["1.ED"]
descricao = "Edital"
[CE]
descricao = "Certidão de Notas"
naturezas = [1, 2]
[AV]
descricao = "Averbação à margem"
naturezas = [2]
[AP]
descricao = "Apostila"
naturezas = [1]
""",
        encoding="utf-8",
    )
    table, shipped = load_atos(tmp_path), load_atos(None)
    assert table.get("CE", 1).descricao == "Certidão de Notas"
    assert table.get("CE", 2).descricao == "Certidão do Registro Civil"
    assert table.descriptions()["CE"] == "Certidão de Notas / Certidão do Registro Civil"
    assert not table.check("AV", natureza=2, field="x").a_confirmar
    assert table.get("ED", 1).descricao == "Edital"
    assert table.get("ED", 2) == shipped.get("ED", 2)
    assert (table.get("AP", 2), shipped.get("AP", 2).natureza) == (None, 2)  # a row is replaced as a whole
    assert set(table.codigos(1)) - set(shipped.codigos(1)) == {"ED"}


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
        ('["2.PR"]\ndescricao = "x"\nnaturezas = [2]', r"\[2\.PR\]\.naturezas: chave desconhecida; permitidas: "),
        ('["6.PR"]\ndescricao = "x"', r"o nome \[6\.PR\] não é permitido"),
        ('[2.PR]\ndescricao = "x"', r"o nome \[2\] não é permitido.*entre aspas: \[\"2\.PR\"\]"),
    ],
)
def test_s10_a_wrong_table_names_file_key_and_what_is_allowed(tmp_path, text, mensagem):
    (tmp_path / "atos.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=mensagem) as caught:
        load_atos(tmp_path)
    assert str(tmp_path / "atos.toml") in str(caught.value)
