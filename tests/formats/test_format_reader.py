"""Which formats there are, the office's before the shipped ones, a changed file as a new version, templates."""

import os
import shutil
from pathlib import Path

import pytest

from printserver.errors import ConfigError, Recusa
from printserver.formats import Formats, check, templates
from printserver.formats.reader import DEFAULTS

SHIPPED = Path(__file__).parents[2] / "printserver" / "formats" / "shipped"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "formatos" / "modelos").mkdir(parents=True)
    return tmp_path


def test_every_shipped_format_is_sound() -> None:
    assert Formats(None).check_all() == []


def test_every_document_type_has_an_assembled_format_and_one_for_whole_bodies() -> None:
    formatos = Formats(None)
    for kind, nome in DEFAULTS.items():
        page_format = formatos.get(formatos.default_name(kind))
        assert page_format.nome == nome and page_format.tipo in (kind, "livro")
    for nome in ("livro", "traslado", "certidao", "livro-notas-216x305", "traslado-215x301", "certidao-menta-212x298"):
        whole, body = formatos.get(nome), formatos.get(f"{nome}-corpo")
        assert body.writes_only_selo and not whole.writes_only_selo
        assert (body.pagina, body.margens, body.bloco) == (whole.pagina, whole.margens, whole.bloco)


@pytest.mark.parametrize("nome", ["nao-ha", "../livro", "Livro", "", "livro.toml", "livro/../livro"])
def test_an_unknown_format_is_refused_with_those_there_are(nome: str) -> None:
    with pytest.raises(Recusa) as refusal:
        Formats(None).get(nome)
    assert refusal.value.word == "formato-desconhecido"
    assert "livro-corpo" in refusal.value.detail


def test_the_offices_format_comes_first_and_a_changed_one_is_a_new_version(office: Path) -> None:
    formatos = Formats(office)
    shipped = formatos.get("livro").versao
    ours = office / "formatos" / "livro.toml"
    shutil.copy(SHIPPED / "livro.toml", ours)
    assert formatos.get("livro").versao == shipped
    text = ours.read_text().replace("superior = 30.0", "superior = 33.3")
    ours.write_text(text)
    first = formatos.get("livro")
    assert first.margens.superior == 33.3 and first.versao != shipped
    ours.write_text(text.replace("33.3", "34.4"))
    os.utime(ours, ns=(1, 1))
    assert formatos.get("livro").margens.superior == 34.4
    assert formatos.get("livro").versao != first.versao
    ours.unlink()
    assert formatos.get("livro").versao == shipped


def test_a_template_of_the_office_is_used_and_is_part_of_the_version(office: Path) -> None:
    formatos = Formats(office)
    shutil.copy(SHIPPED / "livro.toml", office / "formatos" / "nosso.toml")
    before = formatos.get("nosso").versao
    modelo = office / "formatos" / "modelos" / "partes.html"
    shutil.copy(Path(__file__).parents[2] / "printserver/templates/documents/partes.html", modelo)
    modelo.write_text(modelo.read_text() + "\n{# nosso #}")
    assert formatos.get("nosso").versao != before


def test_a_template_may_have_a_style_sheet_of_its_own_after_that_of_all(office: Path) -> None:
    formatos, folder = Formats(office), office / "formatos" / "modelos"
    text = (SHIPPED / "livro.toml").read_text()
    (office / "formatos" / "um.toml").write_text(text.replace('"livro.html"', '"um.html"'))
    (office / "formatos" / "outro.toml").write_text(text)
    shutil.copy(Path(__file__).parents[2] / "printserver/templates/documents/livro.html", folder / "um.html")
    before = formatos.get("um")
    (folder / "um.css").write_text(".corpo { letter-spacing: 1pt }")
    after = formatos.get("um")
    assert after.versao != before.versao
    assert templates.stylesheet(after.modelos, "um.html").endswith(".corpo { letter-spacing: 1pt }")
    assert "letter-spacing" not in templates.stylesheet(formatos.get("outro").modelos, "livro.html")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ corpo }}{{ bloco }}{{ selos }}", "variável desconhecida selos; permitidas: assinaturas, bloco, corpo"),
        ("{% if %}", "linha 1"),
        ("{{ corpo }}{{ bloco }}{{ serventia.telefone }}", "telefone"),
        ("{{ corpo }}{{ bloco }}{{ instrumento.livro }}", "pede um dado"),
        ('{{ corpo }}{{ bloco }}{{ ""["__class__"] }}', "unsafe"),
        ("{{ bloco }}", "nosso.html: deve escrever {{ corpo }} uma vez só"),
        ("{{ corpo }}", "deve escrever {{ bloco }} uma vez só"),
        ("{{ corpo }}{{ bloco }}{{ bloco }}", "deve escrever {{ bloco }} uma vez só"),
        ('{% include "outro.html" %}', '"outro.html" não existe'),
    ],
)
def test_a_wrong_template_is_told(office: Path, template: str, expected: str) -> None:
    (office / "formatos" / "modelos" / "nosso.html").write_text(template)
    text = (SHIPPED / "livro.toml").read_text().replace('"livro.html"', '"nosso.html"')
    (office / "formatos" / "nosso.toml").write_text(text)
    (found_row, *_) = check(office / "formatos" / "nosso.toml")
    assert found_row.startswith("nosso.toml: ") and expected in found_row


def test_all_errors_of_an_office_are_listed_by_file(office: Path) -> None:
    (office / "formatos" / "Mau Nome.toml").write_text("")
    (office / "formatos" / "ruim.toml").write_bytes(b"\xff")
    findings = Formats(office).check_all()
    assert len(findings) == 2
    assert any(a.startswith("Mau Nome.toml: ") for a in findings) and any("UTF-8" in a for a in findings)
    with pytest.raises(ConfigError, match=r"ruim\.toml"):
        Formats(office).get("ruim")


def test_a_format_is_described_as_the_contract_says() -> None:
    description = Formats(None).describe("traslado-215x301")
    assert {"nome", "tipo", "versao", "pagina", "margens", "bloco", "imprime", "variaveis"} <= description.keys()
    assert description["pagina"] == {"largura": 215.0, "altura": 301.0}
    assert {"onde": "fim", "x": None, "y": None, "largura": 176.0, "qr": "automatico"}.items() <= description[
        "bloco"
    ].items()
    assert 40 < description["bloco"]["altura"] < 80
    assert {v["nome"] for v in description["variaveis"]} >= {"[[TOTAL]]", "{pagina}"}
    assert all(v["exemplo"] for v in description["variaveis"])


def test_a_fixed_block_is_described_where_it_lies(office: Path) -> None:
    text = (SHIPPED / "certidao.toml").read_text().replace("inferior = 25.0", "inferior = 80.0")
    fixed = 'onde = "todas"\ncanto = "inferior-direito"\nx = 10.0\ny = 26.0\nlargura = 120.0\naltura = 50.0'
    (office / "formatos" / "nossa.toml").write_text(text.replace('onde = "fim"', fixed))
    block = Formats(office).describe("nossa")["bloco"]
    assert (block["x"], block["y"], block["largura"], block["altura"]) == (80.0, 221.0, 120.0, 50.0)
