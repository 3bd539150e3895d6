"""The strict format model: what may not be, and the message that says so with key and what is allowed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from printserver.errors import ConfigError
from printserver.formats import check, read_format
from printserver.rendering import previsualizar

SHIPPED = Path(__file__).parents[2] / "printserver" / "formats" / "shipped"


def swap(before: str, depois: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert before in text, before
        return text.replace(before, depois, 1)

    return change


FIXED = 'onde = "ultima"\ncanto = "inferior-esquerdo"\nx = 30.0\ny = 26.0\nlargura = 120.0\naltura = 50.0'


@pytest.mark.parametrize(
    ("change_proof", "expected"),
    [
        (
            swap("[pagina]\nlargura = 210.0", "[pagina]\nlargra = 210.0"),
            'pagina.largra: chave desconhecida; quis dizer "largura"?; permitidas: altura, largura',
        ),
        (swap("[pagina]\nlargura = 210.0", "[pagina]"), "pagina.largura: falta; é obrigatória"),
        (
            swap("largura = 210.0", "largura = 210.05"),
            "pagina.largura: a medida é dada em mm, com no máximo uma casa decimal",
        ),
        (swap("largura = 210.0", 'largura = "210"'), 'pagina.largura: deve ser um número, e não "210"'),
        (swap("largura = 210.0", "largura = nan"), "pagina.largura"),
        (swap("largura = 210.0", "largura = 2100"), "pagina.largura: 2100 não é permitido: no máximo"),
        (
            swap('tipo = "certidao"', 'tipo = "certidão"'),
            'tipo: "certidão" não é permitido; permitidos: "livro", "traslado", "certidao", "ficha_abertura", "avulso"',
        ),
        (swap('faces = "frente"', 'faces = "verso"'), 'faces: "verso" não é permitido; permitidos:'),
        (swap("tracejado = true", 'tracejado = "sim"'), 'tracejado: deve ser true ou false, e não "sim"'),
        (
            swap('imprime = ["serventia"', 'imprime = ["cabecalho"'),
            'imprime.1: "cabecalho" não é permitido; permitidos: "serventia"',
        ),
        (
            swap("{copia}", "{traslado}"),
            "campos.1.texto: variável desconhecida {traslado}; permitidas: {pagina}, {paginas}, {folha}, {copia}",
        ),
        (swap("{copia}", "{copia"), "campos.1.texto: chave { ou } sem par"),
        (swap("{copia}", "李"), "campos.1.texto: a fonte serifa não tem o caractere '李'"),
        (
            swap("y = 14.0", "y = 40.0"),
            'campo "{copia}": fica sobre área do texto (frente); mude a posição ou aumente a margem',
        ),
        (swap("x = 30.0\ny = 12.0", "x = 170.0\ny = 12.0"), "sai da página de 210.0 × 297.0 mm"),
        (swap("largura = 45.0", "largura = 100.0"), "fica sobre"),
        (swap("superior = 30.0", "superior = 270.0"), "margens: sobra uma área de texto"),
        (swap('template = "certidao.html"', 'template = "nada.html"'), 'template: "nada.html" não existe'),
        (swap('template = "certidao.html"', 'template = "../segredo.html"'), "template"),
        (
            swap('onde = "fim"', 'onde = "fim"\nqr_lado = 31.0'),
            "bloco.qr_lado: 31.0 mm é menor que o permitido no nível M: no mínimo 31.5 mm (S5)",
        ),
        (swap('onde = "fim"', 'onde = "fim"\nnivel = "L"\nqr_lado = 27.0'), "nível L: no mínimo 27.5 mm"),
        (swap('onde = "fim"', 'onde = "fim"\nnivel = "Q"'), 'bloco.nivel: "Q" não é permitido; permitidos: "M", "L"'),
        (
            swap('onde = "fim"', 'onde = "fim"\nlargura = 60.0'),
            "bloco.largura: 60.0 mm não comporta texto e QR; no mínimo",
        ),
        (
            swap('onde = "fim"', 'onde = "fim"\nlargura = 200.0'),
            "bloco.largura: 200.0 mm não cabe na área do texto, de 160.0 mm",
        ),
        (swap('onde = "fim"', 'onde = "fim"\nx = 10.0'), 'bloco.x: não se usa com onde = "fim"'),
        (swap('onde = "fim"', 'onde = "fim"\nrotacao = 90'), "bloco.rotacao: só 0"),
        (
            swap('onde = "fim"', 'onde = "fim"\nrotacao = 45'),
            "bloco.rotacao: 45 não é permitido; permitidos: 0, 90, 180, 270",
        ),
        (swap('onde = "fim"', 'onde = "primeira"'), "bloco: falta canto, x, y, altura, largura"),
        (swap('onde = "fim"', FIXED), "bloco do selo: fica sobre área do texto"),
        (swap('onde = "fim"', FIXED.replace("y = 26.0", "y = 260.0")), "bloco do selo: sai da página"),
        (
            swap('qr = "automatico"', 'qr = "principal"'),
            'bloco.qr: num formato de certidao, permitidos: "automatico", "nenhum" (N3, N4, N5, N7)',
        ),
        (swap('linhas = ["selos", ', "linhas = ["), 'bloco.linhas: falta "selos"; só a ficha'),
        (swap('linhas = ["selos"', 'linhas = ["codigo"'), 'bloco.linhas.1: "codigo" não é permitido'),
        (lambda text: text + "\nsolta = 1", "bloco.solta: chave desconhecida"),
        (lambda text: text + "[", "TOML inválido"),
        (
            lambda text: text + '[[areas]]\nnome = "brasão"\nx = 0.0\ny = 0.0\nlargura = 100.0\naltura = 35.0',
            'área pré-impressa "brasão": fica sobre área do texto',
        ),
    ],
)
def test_a_wrong_format_is_refused_with_file_key_and_what_is_allowed(
    tmp_path: Path, change_proof: Callable[[str], str], expected: str
) -> None:
    file = tmp_path / "certidao.toml"
    file.write_text(change_proof((SHIPPED / "certidao.toml").read_text()))
    with pytest.raises(ConfigError) as error:
        read_format(file)
    assert str(error.value).startswith("certidao.toml: ")
    assert expected in str(error.value)
    assert check(file) == str(error.value).splitlines()


def test_n9_only_a_ficha_may_leave_the_code_off(tmp_path: Path) -> None:
    file = tmp_path / "ficha.toml"
    text = (SHIPPED / "ficha.toml").read_text()
    without_codigo = text.replace('linhas = ["selos", ', "linhas = [").replace('qr = "automatico"', 'qr = "nenhum"')
    assert without_codigo.count('"selos"') == 0
    file.write_text(without_codigo)
    assert check(file) == []
    assert previsualizar(read_format(file)).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["assento", "habilitacao", "edital", "averbacao", "procedimento"])
def test_c2_a_format_that_is_no_certidao_may_not_ask_for_a_qr(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text((SHIPPED / f"{name}.toml").read_text().replace('qr = "nenhum"', 'qr = "automatico"'))
    assert any('só "nenhum"' in line and "(C2)" in line for line in check(file))


def test_every_wrong_key_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "certidao.toml"
    text = (SHIPPED / "certidao.toml").read_text()
    file.write_text(text.replace("largura = 210.0", "largura = 1.0").replace('faces = "frente"', "faces = 2"))
    assert len(check(file)) == 2


def test_p1_a_size_to_the_tenth_is_exact(tmp_path: Path) -> None:
    page_format = read_format(SHIPPED / "livro-notas-216x305.toml")
    margens = page_format.margens
    assert (page_format.pagina.largura, page_format.pagina.altura) == (216.0, 305.0)
    assert (margens.esquerda, margens.direita, margens.superior, margens.inferior) == (33.0, 8.9, 42.0, 28.0)


@pytest.mark.parametrize(
    ("nome", "page", "margens"),
    [
        ("traslado-215x301", (215, 301), (26, 13, 40, 25)),
        ("certidao-menta-212x298", (212, 298), (20, 20, 55, 20)),
        ("livro-notas-216x305-corpo", (216, 305), (33, 8.9, 42, 28)),
        ("assento", (215.9, 325.2), (30, 70, 9, 30)),
        ("assento-231x320", (231, 320), (16, 80, 10.6, 25)),
        ("livro-e", (217, 325), (28, 10, 20, 15)),
        ("certidao-inteiro-teor", (210, 297), (30, 30, 15, 25)),
        ("certidao-civil", (210, 297), (20, 15, 15, 21)),
        ("certidao-civil-corpo", (210, 297), (20, 15, 15, 21)),
        ("certidao-civil-cabecalho-impresso", (210, 297), (30, 30, 50, 15)),
        ("certidao-civil-160x155", (160, 155), (67, 10, 33, 10)),
        ("averbacao-160x155", (160, 155), (67, 10, 33, 10)),
        ("averbacao-215x310", (215, 310), (15.9, 11.8, 6.3, 5)),
        ("habilitacao", (210, 297), (35, 20, 18, 20)),
    ],
)
def test_p1_real_sizes_are_shipped(
    nome: str, page: tuple[float, float], margens: tuple[float, float, float, float]
) -> None:
    page_format = read_format(SHIPPED / f"{nome}.toml")
    m = page_format.margens
    assert (page_format.pagina.largura, page_format.pagina.altura) == page
    assert (m.esquerda, m.direita, m.superior, m.inferior) == margens


def test_a_fixed_block_too_low_for_its_lines_is_told_by_the_check(tmp_path: Path) -> None:
    file = tmp_path / "certidao.toml"
    text = (SHIPPED / "certidao.toml").read_text().replace("inferior = 25.0", "inferior = 80.0")
    file.write_text(text.replace('onde = "fim"', FIXED.replace("altura = 50.0", "altura = 30.0")))
    assert check(file)[0].startswith("certidao.toml: bloco.altura: 30.0 mm não comporta")
    file.write_text(text.replace('onde = "fim"', FIXED))
    assert check(file) == []


IN_TEXT = "no_texto = true\n"


@pytest.mark.parametrize(
    ("change_proof", "expected"),
    [
        (swap(IN_TEXT, ""), "bloco do selo: fica sobre área do texto"),
        (swap('onde = "primeira"', 'onde = "ultima"'), "bloco.no_texto: só com onde = "),
        (
            swap('canto = "superior-esquerdo"\nx = 20.0\ny = 15.0', 'canto = "inferior-esquerdo"\nx = 20.0\ny = 30.0'),
            "no_texto: só",
        ),
        (swap("espelhadas = false", "espelhadas = true"), "bloco.no_texto: não se usa com margens espelhadas"),
        (swap("x = 20.0\ny = 15.0", "x = 18.0\ny = 15.0"), "bloco.no_texto: o bloco sai da área do texto"),
        (swap("largura = 92.0", "largura = 140.0"), "bloco.no_texto: sobra pouco lugar"),
        (swap('"custas"]', '"custas", "isencao"]'), "bloco.linhas: num formato de certidao_civil não vai o motivo"),
    ],
)
def test_c14_a_block_within_the_text_has_its_place_there(
    tmp_path: Path, change_proof: Callable[[str], str], expected: str
) -> None:
    file = tmp_path / "certidao-civil.toml"
    file.write_text(change_proof((SHIPPED / "certidao-civil.toml").read_text()))
    with pytest.raises(ConfigError) as error:
        read_format(file)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("esquerda = 100.0\ndireita = 80.0\nsuperior = 50.0", "imagens: sobra um quadro de 30.0"),
        ("superior = 40.0", 'fica sobre a área pré-impressa "cabeçalho impresso"'),
        ("esquerda = 70.0\ndireita = 40.0\nsuperior = 10.0", "imagens.superior: falta lugar"),
        ("superior = 5.0", "imagens.superior"),
    ],
)
def test_c16_a_wrong_frame_of_page_images_is_told_by_the_check(tmp_path: Path, table: str, expected: str) -> None:
    name = "certidao-civil-cabecalho-impresso.toml"
    file = tmp_path / name
    file.write_text(swap("[imagens]\nsuperior = 50.0", f"[imagens]\n{table}")((SHIPPED / name).read_text()))
    with pytest.raises(ConfigError) as error:
        read_format(file)
    assert expected in str(error.value)


@pytest.mark.parametrize("name", ["certidao-civil-corpo", "edital"])
def test_c16_only_an_assembled_certidao_has_a_frame_of_page_images(tmp_path: Path, name: str) -> None:
    file = tmp_path / f"{name}.toml"
    file.write_text((SHIPPED / f"{name}.toml").read_text() + "\n[imagens]\nsuperior = 50.0\n")
    with pytest.raises(ConfigError, match="imagens: só num formato de certidao_civil"):
        read_format(file)
