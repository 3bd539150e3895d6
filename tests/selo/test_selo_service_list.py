"""C5, S9: a table of services as CSV: what is exported imports as no change, a fault names its line and the cure."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printserver.errors import Recusa
from printserver.selo import (
    COMPONENTS,
    LIST_BYTES,
    Compared,
    Emolumentos,
    Fault,
    Service,
    ServiceTable,
    compare,
    load_services,
    read_list,
    read_reais,
    write_list,
)

DAY = date(2027, 1, 1)
HEADS = "Serviço;Natureza;Tabelião;Estado;Sec. Fazenda;Santa Casa;Reg. Civil;Tribunal de Justiça;ISS;MP;Total"
GOOD = "certidao-negativa;Registro Civil;20,00;0,00;4,00;0,00;0,00;0,00;0,40;0,00;24,40"
amounts = st.integers(0, 99_999_999).map(lambda n: Decimal(n).scaleb(-2))
words = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=30)
    .map(str.strip)
    .filter(bool)
)
names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,12}", fullmatch=True)


@st.composite
def services(draw: st.DrawFn) -> Service:
    fees = Emolumentos(*draw(st.lists(amounts, min_size=8, max_size=8).filter(any))) if draw(st.booleans()) else None
    return Service(
        draw(names),
        draw(words),
        draw(st.sampled_from((1, 2))),
        draw(st.integers(2000, 2099)),
        fees,
        fees.total if fees is not None else draw(amounts),
        draw(st.booleans()),
        draw(st.just("") | words),
        draw(st.dates(date(2020, 1, 1), DAY) | st.just(date.min)),
    )


def compared(text: str, coding: str = "utf-8", table: ServiceTable | None = None) -> tuple[list[Compared], list[Fault]]:
    return compare(read_list(text.encode(coding)), table or load_services(None), DAY, "arquivo x")


def said(line: str) -> Mapping[str, str]:
    """Return the faults of one line under the heads, by column."""
    good, faults = compared(f"{HEADS}\n{line}\n")
    assert not good
    assert {each.linha for each in faults} == {2}
    return {each.campo: each.mensagem for each in faults}


def refused(content: bytes) -> str:
    with pytest.raises(Recusa) as caught:
        read_list(content)
    assert [each.campo for each in caught.value.errors] == ["arquivo"]
    return caught.value.errors[0].mensagem


@settings(max_examples=150, deadline=None)
@given(
    st.lists(services(), min_size=1, max_size=6, unique_by=lambda each: each.nome),
    st.sampled_from(("utf-8", "utf-8-sig", "utf-16")),
)
def test_c5_what_is_exported_imports_as_no_change(found: list[Service], coding: str) -> None:
    table = ServiceTable({each.nome: [each] for each in found})
    good, faults = compared(write_list(found), coding, table)
    assert not faults
    assert [(each.especie, each.new.nome) for each in good] == [("igual", each.nome) for each in found]


def test_c5_the_shipped_table_exports_and_imports_as_no_change_also_as_a_spreadsheet_saves_it() -> None:
    table = load_services(None, demonstracao=True)
    text = write_list(version for name in table.names() if (version := table.get(name, DAY)))
    saved = "\r\n".join(
        line.removesuffix(",00") for line in text.replace(",00;", ";").replace(",50;", ",5;").splitlines()
    )
    for content, coding in ((text, "utf-8-sig"), (text, "cp1252"), (f"sep=;\r\n{saved}", "cp1252")):
        good, faults = compared(content, coding, table)
        assert not faults
        assert {each.especie for each in good} == {"igual"}
        assert len(good) == len(table.names())


def test_c5_new_changed_and_equal_lines_are_told_apart_with_their_percent() -> None:
    lines = [GOOD, GOOD.replace("certidao-negativa", "certidao-nova"), "firma-autentica;1;;;;;;;;;22,89"]
    good, faults = compared("\n".join([HEADS, *lines]))
    assert not faults
    assert [(each.linha, each.especie) for each in good] == [(2, "mudado"), (3, "novo"), (4, "igual")]
    assert good[0].percent == Decimal("8.4")
    new = good[0].new
    assert (new.total, new.desde, new.ano, new.fonte, new.a_confirmar) == (
        Decimal("24.40"),
        DAY,
        2027,
        "arquivo x",
        False,
    )
    assert new.descricao == "Certidão negativa"
    assert good[1].new.descricao == "Certidao nova"


def test_c5_columns_are_found_by_other_heads_and_in_any_order_and_with_commas() -> None:
    heads = "natureza,fonte,Descrição,tabeliao_ou_oficial,estado,secretaria_fazenda,santa_casa,registro_civil,"
    heads += "tribunal_justica,iss,ministerio_publico,total,lugar"
    found = read_list(f'{heads}\n2,x,CERTIDAO NEGATIVA,"20,00",0.00,4.00,0,0,0,0.4,-,24.40,Capital\n'.encode())
    assert [(each.cabecalho, each.campo) for each in found.columns][-2:] == [("total", "Total"), ("lugar", None)]
    good, faults = compare(found, load_services(None), DAY, "arquivo")
    assert not faults
    assert (good[0].new.nome, good[0].new.total, good[0].new.fonte) == ("certidao-negativa", Decimal("24.40"), "x")


@pytest.mark.parametrize(
    ("line", "field", "text"),
    [
        (GOOD.replace("24,40", "24,41"), "Total", "a diferença é de R$ 0,01"),
        (GOOD.replace("20,00", "1.234"), "Tabelião ou oficial", "escreva 1234,50"),
        (GOOD.replace("20,00", "-20,00"), "Tabelião ou oficial", "não é um valor"),
        (GOOD.replace("4,00", ""), "", "zero se escreve 0,00"),
        (GOOD.replace("certidao-negativa", ""), "Serviço", "falta o nome"),
        (GOOD.replace("Registro Civil", "3"), "Natureza", "Notas ou Registro Civil"),
        (GOOD.replace("Registro Civil", "Notas"), "Natureza", "é de Registro Civil"),
        (GOOD.replace("certidao-negativa;Registro Civil", "outra;"), "Natureza", "o serviço é novo"),
        ("a;2;0;0;0;0;0;0;0;0;", "", "todas as parcelas são zero"),
        ("a;2;;;;;;;;;", "Total", "não há valor nenhum"),
        (f"{GOOD};1;2", "", "células"),
    ],
)  # fmt: skip
def test_s9_a_faulty_line_says_its_column_and_what_to_do(line: str, field: str, text: str) -> None:
    faults = said(line)
    assert text in faults[field], faults


def test_c5_the_same_service_twice_is_a_fault_of_the_second_line() -> None:
    blank = "\n" * 2500
    good, faults = compared(f"{HEADS}\n{GOOD}\n{blank}{GOOD}\n")
    assert [each.linha for each in good] == [2]
    assert [(each.linha, "linha 2" in each.mensagem) for each in faults] == [(2503, True)]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"PK\x03\x04...", "salve-a como CSV"),
        (b"\xff\xfe\x00", "não é um texto"),
        (b"um;dois\n1;2\n", "não tem os nomes das colunas"),
        (f"{HEADS}\n".encode(), "nenhuma linha"),
        (HEADS.replace("ISS;", "").encode(), "faltam colunas: ISS"),
        (HEADS.replace("MP", "Estado").encode(), "dizem a mesma coisa"),
        (f"{HEADS}\n{'x' * 140_000}\n".encode(), "a linha 2"),
        (b"x" * (LIST_BYTES + 1), "mais de 2 MB"),
        ((f"{HEADS}\n" + f"{GOOD}\n" * 1001).encode(), "mais de 1000 linhas"),
    ],
)
def test_a7_a_file_that_is_no_table_is_refused_with_its_cure(content: bytes, text: str) -> None:
    assert text in refused(content)


@given(amounts)
def test_s9_an_amount_is_read_back_as_people_and_spreadsheets_write_it(value: Decimal) -> None:
    plain = f"{value:.2f}"
    whole, cents = plain.split(".")
    grouped = f"{int(whole):,}"
    forms = {
        plain,
        plain.replace(".", ","),
        f"{grouped.replace(',', '.')},{cents}",
        f"R$ {plain.replace('.', ',')}",
        f"{grouped}.{cents}",
    }
    assert {read_reais(each) for each in forms} == {value}


def test_s9_the_sum_of_a_line_is_exact_to_the_centavo() -> None:
    values = [Decimal(n).scaleb(-2) for n in (30, 20, 10, 1, 7, 9, 3, 5)]
    cells = ";".join(f"{each:.2f}".replace(".", ",") for each in values)
    good, faults = compared(f"{HEADS}\nx;1;{cells};0,85\n")
    assert not faults
    fees = good[0].new.emolumentos
    assert fees is not None
    assert [getattr(fees, name) for name in COMPONENTS] == values
    assert fees.total == Decimal("0.85")
