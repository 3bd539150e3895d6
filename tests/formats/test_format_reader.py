"""Which formats there are, the office's before the shipped ones, a changed file as a new version, templates."""

import os
import shutil
from pathlib import Path

import pytest

from printserver.errors import ConfigError, Recusa
from printserver.formats import Formatos, conferir
from printserver.formats.reader import PADROES

SHIPPED = Path(__file__).parents[2] / "printserver" / "formats" / "shipped"


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "formatos" / "modelos").mkdir(parents=True)
    return tmp_path


def test_every_shipped_format_is_sound() -> None:
    assert Formatos(None).conferir_todos() == []


def test_every_document_type_has_an_assembled_format_and_one_for_whole_bodies() -> None:
    formatos = Formatos(None)
    for tipo, nome in PADROES.items():
        formato = formatos.get(formatos.padrao(tipo))
        assert formato.nome == nome and formato.tipo in (tipo, "livro")
    for nome in ("livro", "traslado", "certidao", "livro-notas-216x305", "traslado-215x301", "certidao-menta-212x298"):
        inteiro, corpo = formatos.get(nome), formatos.get(f"{nome}-corpo")
        assert corpo.escreve_so_o_selo and not inteiro.escreve_so_o_selo
        assert (corpo.pagina, corpo.margens, corpo.bloco) == (inteiro.pagina, inteiro.margens, inteiro.bloco)


@pytest.mark.parametrize("nome", ["nao-ha", "../livro", "Livro", "", "livro.toml", "livro/../livro"])
def test_an_unknown_format_is_refused_with_those_there_are(nome: str) -> None:
    with pytest.raises(Recusa) as recusa:
        Formatos(None).get(nome)
    assert recusa.value.word == "formato-desconhecido"
    assert "livro-corpo" in recusa.value.detail


def test_the_offices_format_comes_first_and_a_changed_one_is_a_new_version(office: Path) -> None:
    formatos = Formatos(office)
    de_fabrica = formatos.get("livro").versao
    nosso = office / "formatos" / "livro.toml"
    shutil.copy(SHIPPED / "livro.toml", nosso)
    assert formatos.get("livro").versao == de_fabrica or formatos.get("livro").pasta is not None
    texto = nosso.read_text().replace("superior = 30.0", "superior = 33.3")
    nosso.write_text(texto)
    primeira = formatos.get("livro")
    assert primeira.margens.superior == 33.3 and primeira.versao != de_fabrica
    nosso.write_text(texto.replace("33.3", "34.4"))
    os.utime(nosso, ns=(1, 1))
    assert formatos.get("livro").margens.superior == 34.4
    assert formatos.get("livro").versao != primeira.versao
    nosso.unlink()
    assert formatos.get("livro").versao == de_fabrica


def test_a_template_of_the_office_is_used_and_is_part_of_the_version(office: Path) -> None:
    formatos = Formatos(office)
    shutil.copy(SHIPPED / "livro.toml", office / "formatos" / "nosso.toml")
    antes = formatos.get("nosso").versao
    modelo = office / "formatos" / "modelos" / "partes.html"
    shutil.copy(Path(__file__).parents[2] / "printserver/templates/documents/partes.html", modelo)
    modelo.write_text(modelo.read_text() + "\n{# nosso #}")
    assert formatos.get("nosso").versao != antes


@pytest.mark.parametrize(
    ("template", "esperado"),
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
def test_a_wrong_template_is_told(office: Path, template: str, esperado: str) -> None:
    (office / "formatos" / "modelos" / "nosso.html").write_text(template)
    texto = (SHIPPED / "livro.toml").read_text().replace('"livro.html"', '"nosso.html"')
    (office / "formatos" / "nosso.toml").write_text(texto)
    (achado, *_) = conferir(office / "formatos" / "nosso.toml")
    assert achado.startswith("nosso.toml: ") and esperado in achado


def test_all_errors_of_an_office_are_listed_by_file(office: Path) -> None:
    (office / "formatos" / "Mau Nome.toml").write_text("")
    (office / "formatos" / "ruim.toml").write_bytes(b"\xff")
    achados = Formatos(office).conferir_todos()
    assert len(achados) == 2
    assert any(a.startswith("Mau Nome.toml: ") for a in achados) and any("UTF-8" in a for a in achados)
    with pytest.raises(ConfigError, match=r"ruim\.toml"):
        Formatos(office).get("ruim")


def test_a_format_is_described_as_the_contract_says() -> None:
    descricao = Formatos(None).descrever("traslado-215x301")
    assert {"nome", "tipo", "versao", "pagina", "margens", "bloco", "imprime", "variaveis"} <= descricao.keys()
    assert descricao["pagina"] == {"largura": 215.0, "altura": 301.0}
    assert {"onde": "fim", "x": None, "y": None, "largura": 176.0, "qr": "automatico"}.items() <= descricao[
        "bloco"
    ].items()
    assert 40 < descricao["bloco"]["altura"] < 80
    assert {v["nome"] for v in descricao["variaveis"]} >= {"[[TOTAL]]", "{pagina}"}
    assert all(v["exemplo"] for v in descricao["variaveis"])


def test_a_fixed_block_is_described_where_it_lies(office: Path) -> None:
    texto = (SHIPPED / "certidao.toml").read_text().replace("inferior = 25.0", "inferior = 80.0")
    fixo = 'onde = "todas"\ncanto = "inferior-direito"\nx = 10.0\ny = 26.0\nlargura = 120.0\naltura = 50.0'
    (office / "formatos" / "nossa.toml").write_text(texto.replace('onde = "fim"', fixo))
    bloco = Formatos(office).descrever("nossa")["bloco"]
    assert (bloco["x"], bloco["y"], bloco["largura"], bloco["altura"]) == (80.0, 221.0, 120.0, 50.0)
