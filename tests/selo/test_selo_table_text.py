"""S10, C5: rows written into an office's file: what a person wrote there stays, and what is read is what was meant."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from printserver.selo import (
    COMPONENTS,
    AtoTable,
    AtoType,
    Emolumentos,
    Service,
    ServiceTable,
    TableFile,
    atos_of,
    services_of,
    with_ato,
    with_services,
    without_ato,
)

ROW = """descricao = "Certidão"
natureza = 1
ano = 2026
tabeliao = "60.00"  # conferido
estado = "0.00"
secretaria_fazenda = "0.00"
santa_casa = "0.00"
registro_civil = "0.00"
tribunal_justica = "0.00"
iss = "3.00"
ministerio_publico = "0.00"
"""
FILE = f"""# nossa tabela

# sobre a
[a]
{ROW}# cola em a

# sobre b
[[b]]
{ROW}
# b, de 2026
[[b]]
desde = 2026-01-01
{ROW}a_confirmar = true

# sobre c
[c]
{ROW}# fim"""
DAY = date(2027, 1, 1)

amounts = st.integers(0, 99_999_999).map(lambda n: Decimal(n).scaleb(-2))
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=' "\\'), min_size=1, max_size=20
)
texts = texts.map(str.strip).filter(bool)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1)) | st.just(date.min)


@st.composite
def services(draw: st.DrawFn, name: str) -> Service:
    values = draw(st.lists(amounts, min_size=8, max_size=8).filter(any))
    kind = draw(st.sampled_from(("fees", "total", "end")))
    fees = Emolumentos(*values) if kind == "fees" else None
    return Service(
        nome=name,
        descricao=draw(texts),
        natureza=1,
        ano=draw(st.integers(2000, 2099)),
        emolumentos=fees,
        total=fees.total if fees else draw(amounts) if kind == "total" else None,
        a_confirmar=draw(st.booleans()),
        fonte=draw(st.just("") | texts),
        desde=draw(days),
        encerrado=kind == "end",
    )


def versions(name: str) -> st.SearchStrategy[list[Service]]:
    return st.lists(services(name), max_size=4, unique_by=lambda each: each.desde)


def read(text: str) -> ServiceTable:
    return services_of(TableFile(Path("servicos.toml"), text))


def read_atos(text: str) -> AtoTable:
    return atos_of(TableFile(Path("atos.toml"), text))


def later(version: Service) -> Service:
    assert version.emolumentos is not None
    fees = replace(version.emolumentos, tabeliao=Decimal("70.00"))
    return replace(version, desde=DAY, emolumentos=fees, total=fees.total, fonte="tabela nova")


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if "#" in line]


def test_c5_a_new_version_stands_after_its_service_and_every_comment_stays_where_it_was() -> None:
    before = read(FILE)
    text = with_services(
        FILE, before, {name: [*before.versions(name), later(before.versions(name)[0])] for name in "abc"}
    )
    kept = iter(text.splitlines())
    for line in FILE.splitlines():  # in their order; `[a]` is `[[a]]` now
        assert line.replace("[a]", "[[a]]").replace("[c]", "[[c]]") in kept, line
    table = read(text)
    for name in "abc":
        assert table.versions(name) == (later(before.versions(name)[0]), *before.versions(name))
    back = with_services(text, table, {name: before.versions(name) for name in "abc"})
    assert comments(back) == comments(FILE)
    assert all(read(back).versions(name) == before.versions(name) for name in "abc")


def test_c5_a_row_that_does_not_change_is_not_touched() -> None:
    before = read(FILE)
    one = replace(before.versions("c")[0], descricao="Outra")
    text = with_services(FILE, before, {"c": [one]})
    at = FILE.index("# sobre c")
    assert text[:at] == FILE[:at]
    assert read(text).versions("c") == (one,)


def test_c5_a_shipped_service_is_written_with_the_versions_that_it_had() -> None:
    before = read("")
    old = before.versions("certidao-notas")[0]
    table = read(with_services("", before, {"certidao-notas": [old, later(old)]}))
    assert table.get("certidao-notas", date(2026, 12, 31)) == old
    assert table.get("certidao-notas", DAY) == later(old)
    assert table.names() == before.names()


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_c5_s9_what_is_written_is_read_to_the_centavo_whatever_stood_there(data: st.DataObject) -> None:
    text, expected = FILE, read(FILE)
    for _ in range(2):
        name = data.draw(st.sampled_from(["a", "b", "c", "novo"]))
        wanted = data.draw(versions(name))
        text = with_services(text, expected, {name: wanted})
        expected = expected.with_versions({name: wanted})
        table = read(text)
        assert {each: table.versions(each) for each in table.names()} == {
            each: expected.versions(each) for each in expected.names()
        }
        for each in table.versions(name):
            if each.emolumentos is not None:
                assert each.total == sum(getattr(each.emolumentos, part) for part in COMPONENTS)
    assert "# nossa tabela" in text


def test_s10_an_ato_gets_a_row_of_its_natureza_or_changes_the_one_that_is_its_own() -> None:
    text = '# dos dois\n[CE]\ndescricao = "Certidão"\nnaturezas = [1, 2]\n\n# de Notas\n[PR]\ndescricao = "P"  # nome\n'
    text += "naturezas = [1]\na_confirmar = true\n"
    certidao = AtoType("CE", 2, "Certidão civil", False, False, False)
    power = AtoType("PR", 1, "Procuração", False, False, False)
    changed = with_ato(with_ato(text, certidao), power)
    table = read_atos(changed)
    assert (table.get("CE", 2), table.get("PR", 1)) == (certidao, power)
    assert table.get("CE", 1) == read_atos(text).get("CE", 1)
    assert comments(changed) == ["# dos dois", "# de Notas", 'descricao = "Procuração"  # nome']
    assert '["1.PR"]' not in changed


def test_s10_an_ato_of_the_office_goes_from_its_own_row_or_from_one_of_several_naturezas() -> None:
    new = AtoType("ZZ", 1, "Novo", False, False, True)
    text = with_ato("# cabeça\n", new)
    assert read_atos(text).get("ZZ", 1) == new
    assert read_atos(without_ato(text, new)).every() == read_atos("").every()
    both = '[ZZ]\ndescricao = "Novo"\nnaturezas = [1, 2]\n'
    table = read_atos(without_ato(both, new))
    assert table.get("ZZ", 1) is None
    assert table.get("ZZ", 2) is not None
