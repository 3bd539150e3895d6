"""S9, C5: the service table, as shipped and as the office edits it."""

from datetime import date
from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.errors import ConfigError, Recusa
from printserver.selo import Service, ServiceTable, load_services

DAY = date(2026, 11, 20)

COMPLETE = {
    "certidao-notas": (1, 2026, "95.12"),
    "testamento": (1, 2023, "2232.32"),
    "escritura-com-valor": (1, 2023, "4839.75"),
    "certidao-civil": (2, 2018, "62.69"),
    "certidao-breve-relato": (2, 2025, "45.02"),
    "certidao-inteiro-teor": (2, 2025, "90.32"),
    "certidao-negativa": (2, 2025, "22.50"),
    "averbacao-na-certidao": (2, 2025, "22.50"),
}
DEMONSTRATION = {
    "habilitacao",
    "habilitacao-outra-serventia",
    "assento-casamento",
    "assento-casamento-habilitacao-de-fora",
    "livro-e",
    "averbacao",
    "edital-de-fora",
    "procedimento",
}
SO_TOTAL = {
    "certidao-notas-total": "93.53",
    "autenticacao": "5.18",
    "firma-sem-valor": "8.94",
    "firma-com-valor": "13.67",
    "firma-autentica": "22.89",
    "procuracao": "164.14",
    "procuracao-ad-judicia": "123.09",
    "escritura-sem-valor": "615.30",
}
ROW = """
[certidao-notas]
descricao = "Certidão"
natureza = 1
ano = 2026
tabeliao = "60.00"
estado = "0.00"
secretaria_fazenda = "0.00"
santa_casa = "0.00"
registro_civil = "0.00"
tribunal_justica = "0.00"
iss = "3.00"
ministerio_publico = "0.00"
"""


@pytest.fixture(scope="module")
def table():
    return load_services(None)


def write(tmp_path, text):
    (tmp_path / "servicos.toml").write_text(text, encoding="utf-8")
    return load_services(tmp_path)


def refusal(table, nome, **others):
    with pytest.raises(Recusa) as caught:
        table.resolve(nome, **({"day": DAY, "demonstracao": True, "field": "documento.servico"} | others))
    assert [error.campo for error in caught.value.errors] == ["documento.servico"]
    return caught.value


def test_s9_shipped_are_the_real_rows_and_no_others(table):
    assert set(table.names()) == set(COMPLETE) | set(SO_TOTAL)


@pytest.mark.parametrize(("nome", "expected"), COMPLETE.items())
def test_s9_shipped_rows_with_components(table, nome, expected):
    service = table.get(nome, DAY)
    assert (service.natureza, service.ano, str(service.total)) == expected
    assert service.emolumentos.total == service.total
    assert service.a_confirmar
    assert service.fonte


def test_s9_components_are_those_of_the_printed_certidao(table):
    assert table.get("certidao-notas", DAY).emolumentos.to_centavos() == {
        "tabeliao": 5570,
        "estado": 1583,
        "secretaria_fazenda": 1083,
        "santa_casa": 56,
        "registro_civil": 293,
        "tribunal_justica": 382,
        "iss": 278,
        "ministerio_publico": 267,
    }


def test_s9_to_be_confirmed_seals_in_a_demonstration_office_only(table):
    assert table.resolve("certidao-notas", day=DAY, demonstracao=True, field="x").total == Decimal("95.12")
    assert refusal(table, "certidao-notas", demonstracao=False).word == "servico-a-confirmar"


def test_s9_made_up_fees_are_of_a_demonstration_office_alone_and_say_so():
    table, real = load_services(None, demonstracao=True), load_services(None)
    assert set(table.names()) - set(real.names()) == DEMONSTRATION
    for name in DEMONSTRATION:
        service = table.get(name, DAY)
        fee = service.emolumentos
        assert (service.natureza, service.a_confirmar) == (2, True)
        assert "inventado" in service.fonte
        assert fee.tabeliao == 5 * fee.secretaria_fazenda
        assert fee.iss == (fee.tabeliao * Decimal("0.02")).quantize(Decimal("0.01"), ROUND_DOWN)
        assert fee.total == fee.tabeliao + fee.secretaria_fazenda + fee.iss == service.total
        assert refusal(real, name).word == "entrada-invalida"
        assert refusal(table, name, demonstracao=False).word == "servico-a-confirmar"


@pytest.mark.parametrize("demonstracao", [True, False])
@pytest.mark.parametrize(("nome", "total"), SO_TOTAL.items())
def test_s9_total_without_components_seals_nothing_anywhere(table, nome, total, demonstracao):
    assert table.get(nome, DAY).total == Decimal(total)
    denied = refusal(table, nome, demonstracao=demonstracao)
    assert denied.word == "servico-a-confirmar"
    assert "servicos.toml" in denied.detail


def test_c5_unknown_service_and_other_natureza_are_refused(table):
    assert "certidao-notas" in refusal(table, "certidao").detail
    assert refusal(table, "certidao").word == "entrada-invalida"
    assert refusal(table, "certidao-civil", natureza=1).word == "entrada-invalida"
    assert table.resolve("certidao-civil", day=DAY, demonstracao=True, field="x", natureza=2).total == Decimal("62.69")


def version(desde, tabeliao):
    """Give one of several versions of certidao-notas; without `desde` it is valid always."""
    text = ROW.replace("[certidao-notas]", "[[certidao-notas]]").replace('"60.00"', f'"{tabeliao}"')
    return text + (f'desde = "{desde}"\n' if desde else "")


def test_c5_the_version_is_that_of_the_day(tmp_path):
    """Whatever their order in the file; the office's versions replace those shipped."""
    text = version("2026-06-01", "80.00") + version("2025-01-01", "50.00") + version("2026-01-01", "60.00")
    table = write(tmp_path, text)
    for day, total in (
        (date(2025, 1, 1), "53.00"),
        (date(2025, 12, 31), "53.00"),
        (date(2026, 1, 1), "63.00"),
        (date(2026, 5, 31), "63.00"),
        (date(2026, 6, 1), "83.00"),
        (date(2099, 1, 1), "83.00"),
    ):
        assert table.resolve("certidao-notas", day=day, demonstracao=False, field="x").total == Decimal(total)
        usable = [(each.nome, fee.total) for each, fee in table.usable(1, day, demonstracao=False)]
        assert usable == [("certidao-notas", Decimal(total))]


def test_c5_a_day_before_the_first_price_is_refused(tmp_path):
    table = write(tmp_path, ROW + 'desde = "2026-01-01"\n')
    assert table.get("certidao-notas", date(2025, 12, 31)) is None
    early = refusal(table, "certidao-notas", day=date(2025, 12, 31), demonstracao=False)
    assert early.word == "entrada-invalida"
    assert "só tem preço a partir de 01/01/2026" in early.detail


def test_c5_a_version_without_a_day_is_valid_until_the_next(tmp_path):
    table = write(tmp_path, version(None, "50.00") + version("2026-01-01", "60.00"))
    assert table.get("certidao-notas", date(1900, 1, 2)).total == Decimal("53.00")
    assert table.get("certidao-notas", date(2026, 1, 1)).total == Decimal("63.00")


@given(st.lists(st.dates(date(2000, 1, 1), date(2099, 12, 31)), min_size=1, unique=True), st.dates())
def test_c5_the_newest_that_has_begun_counts(days, day):
    versions = [Service("x", "X", 2, 2026, None, None, False, "", each) for each in sorted(days, reverse=True)]
    found = ServiceTable({"x": versions}).get("x", day)
    begun = [each for each in days if each <= day]
    assert (found and found.desde) == (max(begun) if begun else None)


@pytest.mark.parametrize(
    ("text", "mensagem"),
    [
        (version("2026-01-01", "1.00") * 2, r"\[\[certidao-notas\]\]\.desde: há duas versões desde 2026-01-01"),
        (version(None, "1.00") * 2, r"\[\[certidao-notas\]\]\.desde: há duas versões sem desde"),
        (
            version(None, "1.00") + version("2026-01-01", "1,00"),
            r"\[\[certidao-notas\]\] \(2ª\)\.tabeliao: valor em reais inválido",
        ),
        (version("2026-13-01", "1.00"), r'\(1ª\)\.desde: esperado um dia, como "2026-01-01"'),
        (version("20260101", "1.00"), r"\(1ª\)\.desde: esperado um dia"),
        (ROW + "desde = 2026\n", r"\[certidao-notas\]\.desde: esperado um dia"),
        ("certidao-notas = [1]", "certidao-notas deve ser uma tabela"),
        ("certidao-notas = []", "certidao-notas deve ser uma tabela"),
    ],
)
def test_c5_wrong_versions_name_file_and_key(tmp_path, text, mensagem):
    with pytest.raises(ConfigError, match=mensagem) as caught:
        write(tmp_path, text)
    assert str(tmp_path / "servicos.toml") in str(caught.value)


def test_s9_the_offices_row_replaces_the_shipped_one_and_leaves_the_others(tmp_path):
    table = write(tmp_path, ROW)
    assert table.resolve("certidao-notas", day=DAY, demonstracao=False, field="x").total == Decimal("63.00")
    assert table.get("testamento", DAY).total == Decimal("2232.32")


def test_s9_the_office_fills_in_the_components_of_a_total(tmp_path):
    linha = ROW.replace("certidao-notas", "autenticacao").replace('"60.00"', '"5.00"').replace('"3.00"', '"0.18"')
    table = write(tmp_path, linha + 'total = "5.18"\n')
    assert table.resolve("autenticacao", day=DAY, demonstracao=False, field="x").total == Decimal("5.18")


def test_s9_no_file_of_the_office_is_no_fault(tmp_path):
    assert load_services(tmp_path).names() == load_services(None).names()


@pytest.mark.parametrize(
    ("before", "depois", "mensagem"),
    [
        ('iss = "3.00"', 'iss = "3,00"', r"\[certidao-notas\]\.iss: valor em reais inválido"),
        ('iss = "3.00"', "iss = 3.00", r"\[certidao-notas\]\.iss: valor em reais inválido"),
        ('iss = "3.00"', "", r"\[certidao-notas\]: dê as oito parcelas.*faltam: iss$"),
        ('iss = "3.00"', 'isss = "3.00"', r"\[certidao-notas\]\.isss: chave desconhecida; permitidas: .*iss, "),
        ("natureza = 1", "natureza = 3", r"\[certidao-notas\]\.natureza: esperado um destes: 1 ou 2"),
        ("natureza = 1", "", r"\[certidao-notas\]\.natureza: falta esta chave"),
        ("ano = 2026", 'ano = "2026"', r"\[certidao-notas\]\.ano: esperado um número inteiro"),
        ("ano = 2026", "ano = 26", r"\[certidao-notas\]\.ano: esperado no mínimo 2000"),
        ("ano = 2026", "ano = 20260", r"\[certidao-notas\]\.ano: esperado no máximo 2099"),
        ("ano = 2026", 'ano = 2026\na_confirmar = "sim"', r"\[certidao-notas\]\.a_confirmar: esperado true ou false"),
        (
            "ano = 2026",
            'ano = 2026\ntotal = "63.01"',
            r"\[certidao-notas\]: o total informado \(R\$ 63,01\) não é a soma",
        ),
        ('"Certidão"', '""', r"\[certidao-notas\]\.descricao: não pode ficar vazio"),
        ('"Certidão"', "1", r"\[certidao-notas\]\.descricao: esperado um texto"),
        ("[certidao-notas]", "[Certidão Notas]", "não é TOML válido"),
        ("[certidao-notas]", '["Certidão Notas"]', r"o nome \[Certidão Notas\] não é permitido"),
        ("[certidao-notas]", "solto = 1\n[certidao-notas]", "solto deve ser uma tabela"),
        ('"60.00"', '"0.00"', None),
    ],
)
def test_s9_a_wrong_table_names_file_key_and_what_is_allowed(tmp_path, before, depois, mensagem):
    assert before in ROW
    text = ROW.replace(before, depois)
    if mensagem is None:
        text, mensagem = text.replace('"3.00"', '"0.00"'), r"\[certidao-notas\]: todas as parcelas são zero"
    with pytest.raises(ConfigError, match=mensagem) as caught:
        write(tmp_path, text)
    assert str(tmp_path / "servicos.toml") in str(caught.value)
    assert "Value error" not in str(caught.value)


def test_s9_table_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "servicos.toml").write_bytes('descricao = "Certidão"'.encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        load_services(tmp_path)
