"""P3: signatures and seal stand with lines of the text on every document, a heading with its text; lines are full."""

import base64
import io
import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import FORMATOS, Mesa, palavras_com_lugar, textos
from PIL import Image

from printserver.errors import Recusa
from printserver.formats.template_data import valores_de_exemplo

FINS: dict[str, Callable[[int], str]] = {
    "short paragraphs": lambda n: "".join(f"<p>texto {i}</p>" for i in range(n)),
    "one paragraph": lambda n: "<p>" + "texto comprido " * (n * 6) + "</p>",
    "a last line by itself": lambda n: "<p>" + "texto comprido " * (n * 6) + "</p><p>texto</p>",
    "line breaks": lambda n: "<br>".join(f"texto {i}" for i in range(n)),
    "a list": lambda n: "<ol>" + "".join(f"<li>texto {i}</li>" for i in range(n)) + "</ol>",
    "elements in elements": lambda n: (
        "<div><div>" + "".join(f"<div>texto {i}</div>" for i in range(n)) + "</div></div>"
    ),
    "a table": lambda n: "<table>" + "".join(f"<tr><td>texto {i}</td><td>x</td></tr>" for i in range(n)) + "</table>",
    "one cell": lambda n: "<table><tr><td>" + "texto comprido " * (n * 6) + "</td></tr></table>",
    "a cell beside a long one": lambda n: (
        "<table><tr><td>x</td><td>" + "".join(f"<p>texto {i}</p>" for i in range(n)) + "</td></tr></table>"
    ),
    "headings": lambda n: "".join(f"<h2>Cabeça {i}</h2><p>texto {i}</p>" for i in range(n // 2)),
    "blank paragraphs": lambda n: "".join(f"<p>texto {i}</p>" for i in range(n)) + "<p>&nbsp;</p>" * 9,
}
_FECHO = re.compile("São Paulo, 20 de|Nada mais se continha|O referido é verdade|Assinatura 1")


@pytest.fixture(scope="module")
def mesa(tmp_path_factory: pytest.TempPathFactory) -> Mesa:
    return Mesa(tmp_path_factory.mktemp("layouts"))


@given(st.sampled_from(FORMATOS.nomes()), st.sampled_from(sorted(FINS)), st.integers(4, 60), st.booleans())
@settings(max_examples=70, deadline=None)
def test_p3_signatures_and_seal_stand_with_two_lines_of_text_wherever_it_ends(
    mesa: Mesa, nome: str, fim: str, linhas: int, verso: bool
) -> None:
    lado = "verso" if verso and FORMATOS.get(nome).faces == "frente-verso" else "frente"
    layout = mesa.montar(nome, ("html", FINS[fim](linhas)), lado_inicial=lado)
    paginas = textos(mesa.pdf(layout).read_bytes())
    com_fecho = [texto for texto in paginas if _FECHO.search(texto)][:1] or [paginas[layout.caixas[0].pagina - 1]]
    assert sum("texto" in linha for linha in com_fecho[0].splitlines()) >= 2
    assert "".join(paginas).count("texto") == FINS[fim](linhas).count("texto")
    assert not any(texto.rstrip().splitlines()[-1].strip().startswith("Cabeça") for texto in paginas)


@pytest.mark.parametrize("linhas", [1, 2, *range(6, 13), 20, 30])
@pytest.mark.parametrize("selo", [True, False])
def test_p3_a_ficha_of_any_length_has_data_beside_its_signatures(mesa: Mesa, linhas: int, selo: bool) -> None:
    pessoa = [{"rotulo": f"Dado {numero}", "valor": f"valor {numero}"} for numero in range(linhas)]
    layout = mesa.montar("ficha", "", valores="exemplo" if selo else None, pessoa=pessoa)
    paginas = textos(mesa.pdf(layout).read_bytes())
    assert len(paginas) == 1 or linhas > 8
    (assinada,) = (texto for texto in paginas if "Assinatura 1" in texto)
    assert assinada.count("valor") >= min(linhas, 2)
    assert sum(texto.count("valor") for texto in paginas) == linhas


@pytest.mark.parametrize("selos", [3, 8, 12, 14, 17])
@pytest.mark.parametrize("nome", ["livro", "livro-corpo", "ficha"])
def test_p3_a_large_block_is_never_alone_on_a_page(mesa: Mesa, nome: str, selos: int) -> None:
    valores = valores_de_exemplo(FORMATOS.get(nome).tipo)
    try:
        layout = mesa.montar(nome, "texto comprido " * 300, valores=replace(valores, selos=valores.selos * selos))
    except Recusa as recusa:
        assert recusa.word == "bloco-sem-lugar"
        return
    paginas = textos(mesa.pdf(layout).read_bytes())
    assert paginas[-1].strip() and layout.caixas[0].pagina == len(paginas)
    primeira = next((texto for texto in paginas if _FECHO.search(texto)), paginas[-1])
    assert sum("texto" in linha for linha in primeira.splitlines()) >= 2


@pytest.mark.parametrize("nome", ["livro", "certidao", "ficha"])
@pytest.mark.parametrize("altura", [300, 900])
def test_p3_a_picture_at_the_end_has_the_signatures_beside_it(mesa: Mesa, nome: str, altura: int) -> None:
    imagem = _imagem(600, altura)
    for texto in ("", "<p>" + "texto comprido " * 60 + "</p>"):
        layout = mesa.montar(nome, ("html", f"{texto}<p>{imagem}</p>"))
        paginas = textos(mesa.pdf(layout).read_bytes())
        assert "".join(paginas).count("texto") == texto.count("texto")
        assert all(pagina.strip() for pagina in paginas)


def _imagem(largura: int, altura: int) -> str:
    saida = io.BytesIO()
    Image.new("L", (largura, altura), 120).save(saida, "PNG")
    return f'<img src="data:image/png;base64,{base64.b64encode(saida.getvalue()).decode()}">'


PALAVRAS = (
    "de a o que escritura outorgante comprador imóvel matrícula e São Paulo cartório perante mim tabelião compareceram"
    " as partes entre si justas e contratadas valor reais"
)


def test_p2a_no_line_of_a_marked_text_breaks_before_it_is_full(mesa: Mesa) -> None:
    sorte = random.Random(2024)
    paragrafos = [_paragrafo(sorte, numero) for numero in range(500)]
    pdf = mesa.pdf(mesa.montar("livro-corpo", ("html", "".join(paragrafos)))).read_bytes()
    linhas: list[list[tuple[str, float, float]]] = []
    for _, palavra, x, _, x2, _ in palavras_com_lugar(pdf):
        if not linhas or x < linhas[-1][-1][1]:
            linhas.append([])
        linhas[-1].append((palavra, x, x2))
    largura = FORMATOS.get("livro-corpo").texto.largura
    cedo = []
    for linha, seguinte in pairwise(linhas):
        if seguinte[0][0].startswith("§"):
            continue
        proxima, x, x2 = seguinte[0]
        natural = sum(fim - inicio for _, inicio, fim in linha) + len(linha) * 1.1  # mm of a blank at 12 points
        if natural + (x2 - x) < largura - 1:
            cedo.append((" ".join(palavra for palavra, *_ in linha), proxima))
    assert len(linhas) > 1200 and not cedo


def _paragrafo(sorte: random.Random, numero: int) -> str:
    def palavra() -> str:
        uma, outra = sorte.choices(PALAVRAS.split(), k=2)
        formas = [f"<b>{uma}</b>", f"<i>{uma}</i>", f"<b>{uma} {outra}</b>", f"<u>{uma} </u>", f"(<b>{uma}</b>)"]
        formas += [f"<b><i>{uma}</i> {outra}</b>,", f'<span style="font-size:10pt">{uma}</span>']
        return sorte.choice(formas) if sorte.random() < 0.2 else uma

    return f"<p>§{numero} " + " ".join(palavra() for _ in range(sorte.randint(25, 50))) + "</p>"
