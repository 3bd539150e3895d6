"""The names that files get, the kinds that words say, and the values that a PDF has for variables."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.formats import FormatType
from printserver.models import folder, values
from printserver.models.kinds import kind_of

NAMES = st.sampled_from(["modelo", "Modelo", "MODELO", "ata", "ata (2)", "a b"])
PATHS = st.builds(
    lambda folders, name, ending: "/".join([*folders, name + ending]),
    st.lists(st.sampled_from(["A", "a", "B"]), max_size=2),
    NAMES,
    st.sampled_from([".rtf", ".RTF"]),
)


@given(st.lists(PATHS, unique=True, min_size=1), st.data())
def test_no_two_files_have_one_name_and_known_ones_keep_theirs(paths: list[str], data: st.DataObject) -> None:
    known = data.draw(st.lists(st.sampled_from(paths), unique=True))
    kept = {path: folder.names_of([path], {})[path] + str(number) for number, path in enumerate(known)}
    names = folder.names_of(paths, kept)
    assert set(names) == set(paths)
    assert len({name.casefold() for name in names.values()}) == len(paths)
    assert {path: names[path] for path in kept} == kept


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("CERTIDAO NASCIMENTO BREVE RELATO", "", "certidao_civil"),
        ("Certidão de Óbito", "", "certidao_civil"),
        ("casamento inteiro teor", "", "certidao_civil"),
        ("certidão de escritura", "", "certidao"),
        ("certidão da habilitação", "", "habilitacao"),
        ("requerimento de certidão", "", "avulso"),
        ("pedido de habilitação", "", "habilitacao"),
        ("Ofício ao juiz", "Encaminho a certidão de nascimento", "avulso"),
        ("PROCURAÇÃO ad judicia", "", "livro"),
        ("TERMO NASCIMENTO", "", "assento"),
        ("proclamas", "", "edital"),
        ("averbação de divórcio na certidão", "", "averbacao"),
        ("1", "TERMO DE CASAMENTO Averbações:", "assento"),
        ("1", "ASSENTO DE ÓBITO à vista da certidão de óbito, edital", "assento"),
        ("1", "1º TRASLADO Escritura de doação", "traslado"),
        ("1", "CERTIDÃO Certifico que a escritura", "certidao"),
        ("1", "REQUERIMENTO DE CERTIDÃO de nascimento", "avulso"),
        ("1", "Prezados senhores", None),
        ("CARTA SENTENCA", "", "certidao"),
        ("cartao assinatura", "", "ficha_abertura"),
        ("Cert Escritura", "", "certidao"),
        ("Cert Nasc IT", "", "certidao_civil"),
        ("AVERB separação", "", "averbacao"),
        ("1", "CERTIDÃO DE HABILITAÇÃO PARA CASAMENTO", "habilitacao"),
        ("1", "DECLARAÇÃO\nnão posso pagar a habilitação para casamento", "avulso"),
        ("1", "<Cidade>\nOFÍCIO Nº <Numero>\nfoi lavrado o assento de óbito", "avulso"),
        ("1", "Pedido nº <Pedido>\nCERTIDÃO NEGATIVA", "certidao"),
        ("1", "<Certidao>, <DataCasamento>", None),
    ],
)
def test_the_words_of_a_name_or_else_the_first_of_a_text_say_the_kind(
    name: str, text: str, kind: FormatType | None
) -> None:
    assert kind_of(name, text) == kind


FIXED = st.text(string.ascii_uppercase, min_size=1, max_size=8)
VALUE = st.text(string.ascii_lowercase + ",. ", min_size=1, max_size=20).map(lambda text: " ".join(text.split()) or "x")


@given(st.lists(st.tuples(FIXED, VALUE, st.booleans()), min_size=1, max_size=8), FIXED, st.integers(1, 40))
def test_the_values_of_variables_are_found_whatever_the_lines_of_the_pdf(
    parts: list[tuple[str, str, bool]], end: str, width: int
) -> None:
    named = [(f"{n}{fixed} ", value, "\n" if new else " ") for n, (fixed, value, new) in enumerate(parts)]
    model = "".join(f"{fixed}<V{n}>{after}" for n, (fixed, _, after) in enumerate(named)) + f"99{end}"
    paper = "".join(f"{fixed}{value}{after}" for fixed, value, after in named) + f"99{end}"
    broken = "\n".join(paper[at : at + width] for at in range(0, len(paper), width)) if width < 20 else paper
    found = values.values_in(broken, model, [f"V{n}" for n in range(len(parts))])
    assert found.missing == ""
    expected = {f"V{n}": values.squeezed(value) for n, (_, value, _) in enumerate(parts)}
    assert {name: values.squeezed(text) for name, text in found.by_name.items()} == expected


@pytest.mark.parametrize(
    ("model", "paper", "found"),
    [
        ("<A>. \nfim", "ap. 4.\r\nfim", {"A": "ap. 4"}),
        ("de <A> e <B>.", "de Pedro e Rosa.", {"A": "Pedro", "B": "Rosa"}),
        ("de <A> e <B>.", "de Reserva Leme e Rosa.", {"A": "Reserva Leme", "B": "Rosa"}),
        ("com <A> <B>, fim", "com 32 anos de vida, fim", {"A": "32", "B": "anos de vida"}),
        ("<A>\n<B>", "Ana de Sá\r\nTabeliã", {"A": "Ana de Sá", "B": "Tabeliã"}),
        ("nome: <A>\n....... fim", "nome: <A>\r\n..... .........fim", {"A": "<A>"}),
        ("TÍTULO <A>", "título x", {"A": "x"}),
    ],
)
def test_a_value_ends_where_the_model_goes_on(model: str, paper: str, found: dict[str, str]) -> None:
    assert values.values_in(paper, model, sorted(found)).by_name == found


def test_a_text_that_the_pdf_does_not_have_is_named() -> None:
    assert values.values_in("de Ana, brasileira", "de <A>, viúva, <B>", ["A", "B"]).missing == ", viúva,"
