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
from layouts import FORMATS, SEALED_FORMATS, Workbench, placed_words, texts_of
from PIL import Image

from printserver.errors import Recusa
from printserver.formats import example_values

ENDINGS: dict[str, Callable[[int], str]] = {
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
_CLOSING = re.compile("São Paulo, 20 de|Nada mais se continha|O referido é verdade|Assinatura 1")


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


@given(st.sampled_from(SEALED_FORMATS), st.sampled_from(sorted(ENDINGS)), st.integers(4, 60), st.booleans())
@settings(max_examples=70, deadline=None)
def test_p3_signatures_and_seal_stand_with_two_lines_of_text_wherever_it_ends(
    workbench: Workbench, nome: str, end: str, linhas: int, verso: bool
) -> None:
    page_format = FORMATS.get(nome)
    side = "verso" if verso and page_format.faces == "frente-verso" else "frente"
    # without what a certidão of Registro Civil writes between text and signatures
    layout = workbench.make_layout(nome, ("html", ENDINGS[end](linhas)), first_side=side, folha=None)
    paginas = texts_of(workbench.pdf(layout).read_bytes())
    with_closing = [text for text in paginas if _CLOSING.search(text)][:1] or [paginas[layout.boxes[0].pagina - 1]]
    assert sum("texto" in linha for linha in with_closing[0].splitlines()) >= 2
    assert "".join(paginas).count("texto") == ENDINGS[end](linhas).count("texto")
    assert not any(text.rstrip().splitlines()[-1].strip().startswith("Cabeça") for text in paginas)


@pytest.mark.parametrize("linhas", [1, 2, *range(6, 13), 20, 30])
@pytest.mark.parametrize("selo", [True, False])
def test_p3_a_ficha_of_any_length_has_data_beside_its_signatures(workbench: Workbench, linhas: int, selo: bool) -> None:
    person = [{"rotulo": f"Dado {numero}", "valor": f"valor {numero}"} for numero in range(linhas)]
    layout = workbench.make_layout("ficha", "", values="exemplo" if selo else None, pessoa=person)
    paginas = texts_of(workbench.pdf(layout).read_bytes())
    assert len(paginas) == 1 or linhas > 8
    (signed_page,) = (text for text in paginas if "Assinatura 1" in text)
    assert signed_page.count("valor") >= min(linhas, 2)
    assert sum(text.count("valor") for text in paginas) == linhas


@pytest.mark.parametrize("selos", [3, 8, 12, 14, 17])
@pytest.mark.parametrize("nome", ["livro", "livro-corpo", "ficha"])
def test_p3_a_large_block_is_never_alone_on_a_page(workbench: Workbench, nome: str, selos: int) -> None:
    values = example_values(FORMATS.get(nome).tipo)
    try:
        layout = workbench.make_layout(
            nome, "texto comprido " * 300, values=replace(values, selos=values.selos * selos)
        )
    except Recusa as refusal:
        assert refusal.word == "bloco-sem-lugar"
        return
    paginas = texts_of(workbench.pdf(layout).read_bytes())
    assert paginas[-1].strip() and layout.boxes[0].pagina == len(paginas)
    first = next((text for text in paginas if _CLOSING.search(text)), paginas[-1])
    assert sum("texto" in linha for linha in first.splitlines()) >= 2


@pytest.mark.parametrize("nome", ["livro", "certidao", "ficha"])
@pytest.mark.parametrize("height", [300, 900])
def test_p3_a_picture_at_the_end_has_the_signatures_beside_it(workbench: Workbench, nome: str, height: int) -> None:
    image = _image(600, height)
    for text in ("", "<p>" + "texto comprido " * 60 + "</p>"):
        layout = workbench.make_layout(nome, ("html", f"{text}<p>{image}</p>"))
        paginas = texts_of(workbench.pdf(layout).read_bytes())
        assert "".join(paginas).count("texto") == text.count("texto")
        assert all(page.strip() for page in paginas)


def _image(width: int, height: int) -> str:
    output = io.BytesIO()
    Image.new("L", (width, height), 120).save(output, "PNG")
    return f'<img src="data:image/png;base64,{base64.b64encode(output.getvalue()).decode()}">'


WORDS = (
    "de a o que escritura outorgante comprador imóvel matrícula e São Paulo cartório perante mim tabelião compareceram"
    " as partes entre si justas e contratadas valor reais"
)


def test_p2a_no_line_of_a_marked_text_breaks_before_it_is_full(workbench: Workbench) -> None:
    rng = random.Random(2024)
    paragraphs = [_paragraph(rng, numero) for numero in range(500)]
    pdf = workbench.pdf(workbench.make_layout("livro-corpo", ("html", "".join(paragraphs)))).read_bytes()
    linhas: list[list[tuple[str, float, float]]] = []
    for _, word, x, _, x2, _ in placed_words(pdf):
        if not linhas or x < linhas[-1][-1][1]:
            linhas.append([])
        linhas[-1].append((word, x, x2))
    width = FORMATS.get("livro-corpo").texto.largura
    early = []
    for linha, following in pairwise(linhas):
        if following[0][0].startswith("§"):
            continue
        next_word, x, x2 = following[0]
        natural = sum(end - inicio for _, inicio, end in linha) + len(linha) * 1.1  # mm of a blank at 12 points
        if natural + (x2 - x) < width - 1:
            early.append((" ".join(word for word, *_ in linha), next_word))
    assert len(linhas) > 1200 and not early


def _paragraph(rng: random.Random, numero: int) -> str:
    def word() -> str:
        one, other = rng.choices(WORDS.split(), k=2)
        variants = [f"<b>{one}</b>", f"<i>{one}</i>", f"<b>{one} {other}</b>", f"<u>{one} </u>", f"(<b>{one}</b>)"]
        variants += [f"<b><i>{one}</i> {other}</b>,", f'<span style="font-size:10pt">{one}</span>']
        return rng.choice(variants) if rng.random() < 0.2 else one

    return f"<p>§{numero} " + " ".join(word() for _ in range(rng.randint(25, 50))) + "</p>"
