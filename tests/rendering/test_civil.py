"""Certidões of Registro Civil on paper: block at the top left, frames that hold all, pages that say they go on."""

from dataclasses import replace
from typing import Any

import pytest
import zxingcpp
from civil_records import FULL, SHORT, Record, check, in_order, inked, records
from hypothesis import given, settings
from layouts import FORMATS, Workbench, page_image, placed_words, texts_of

from printserver.documents.civil.models import MODELS
from printserver.documents.civil.sheet import NOTICE, sheet
from printserver.errors import Recusa
from printserver.formats import BlockValues, example_values, templates
from printserver.rendering import Layout, Stamp, previsualizar
from support.civil import IN_GROUPS, MATRICULA, example, note, read


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


def values() -> BlockValues:
    return replace(example_values("certidao_civil"), demonstracao=False)


def stamped(workbench: Workbench, layout: Layout, **others: Any) -> bytes:
    stamp = Stamp(valores=values(), matricula=IN_GROUPS, copia="certidão 1, via 1", faces="frente-verso")
    return workbench.apply_stamp(layout, others.pop("page_format", SHORT), replace(stamp, **others))


def many_notes(how_many: int) -> list[Any]:
    return [note(f"Averbação {n}: " + "por mandado judicial. " * 60, f"2025-03-{n + 1:02d}") for n in range(how_many)]


def example_sheet(key: Any = ("cnj-182", "nascimento"), **others: Any) -> Any:
    given = {"matricula": MATRICULA, "averbacoes": []} | others
    return sheet(MODELS[key], read(key[1]), **given)


@given(record=records())
@settings(max_examples=8, deadline=None)
def test_c14_c16_p3_p6_a_random_certidao_is_whole_in_order_and_the_same_twice(
    tmp_path_factory: pytest.TempPathFactory, record: Record
) -> None:
    """`python -m bench.records --records 1000` runs the same over many."""
    check(Workbench(tmp_path_factory.mktemp("one")), Workbench(tmp_path_factory.mktemp("two")), record)


@pytest.mark.parametrize("key", [key for key in MODELS if key[0] == "cnj-182"])
def test_c14_the_qr_is_read_at_300_dpi_at_the_top_left_of_page_1(workbench: Workbench, key: Any) -> None:
    name = SHORT if key[1] != "outros" else FULL
    layout = workbench.make_layout(name, "" if name == SHORT else "Texto do assento.", folha=example_sheet(key))
    pdf = stamped(workbench, layout, page_format=name)
    assert pdf == stamped(workbench, layout, page_format=name)
    (found,) = zxingcpp.read_barcodes(page_image(pdf, 1))
    assert found.text == values().qr_url
    margin = FORMATS.get(name).margens.esquerda
    corner, opposite = found.position.top_left, found.position.bottom_right
    assert margin < corner.x / 300 * 25.4 < margin + 10 and 15 < corner.y / 300 * 25.4 < 25
    assert opposite.x / 300 * 25.4 < margin + 40


@pytest.mark.parametrize("name", [SHORT, FULL])
def test_c14_the_title_stands_beside_the_block_and_the_frames_below_it(workbench: Workbench, name: str) -> None:
    layout = workbench.make_layout(name, "Texto.", folha=example_sheet(titulo="Certidão em inteiro teor de nascimento"))
    (box,) = layout.boxes
    words = placed_words(workbench.pdf(layout).read_bytes())
    beside = [word for word in words if word[3] < box.y + box.altura]
    assert {"CERTIDÃO", "NASCIMENTO"} <= {word[1] for word in beside}
    assert all(word[2] > box.x + box.largura + 1 for word in beside)
    first = next(word for word in words if word[1] == "Nome")
    assert first[3] > box.y + box.altura and first[2] < box.x + 5


def test_c14_a_certidao_of_one_page_goes_on_nowhere(workbench: Workbench) -> None:
    layout = workbench.make_layout(SHORT, "", folha=example_sheet())
    assert layout.paginas == 1
    (page,) = texts_of(stamped(workbench, layout))
    assert "Continua" not in page and "Página 1 de 1" in page
    assert "O conteúdo da certidão é verdadeiro. Dou fé." in page and "CNS nº 123456" in page


@pytest.mark.parametrize(
    ("faces", "side", "said"),
    [
        ("frente-verso", "frente", ["verso", "folha seguinte", "verso"]),
        ("frente", "frente", ["folha seguinte"] * 3),
        ("frente-verso", "verso", ["folha seguinte", "verso", "folha seguinte"]),
    ],
)
def test_c14_a_page_says_where_it_goes_on(workbench: Workbench, faces: Any, side: Any, said: list[str]) -> None:
    folha = example_sheet(averbacoes=many_notes(11))
    layout = workbench.make_layout(SHORT, "", folha=folha, faces=faces, first_side=side)
    assert layout.paginas == 4
    pages = [text for text in texts_of(stamped(workbench, layout, faces=faces, lado_inicial=side)) if text.strip()]
    assert [where in page for where, page in zip(said, pages, strict=False)] == [True] * 3
    assert "Continua n" not in pages[-1]


def test_c14_without_a_matricula_the_next_pages_are_numbered_alone(workbench: Workbench) -> None:
    folha = example_sheet(averbacoes=many_notes(11), matricula=None)
    layout = workbench.make_layout(SHORT, "", folha=folha)
    pages = texts_of(stamped(workbench, layout, matricula=None))
    assert "matrícula" not in pages[1] and "Página 2 de 4" in pages[1]


@pytest.mark.parametrize("how_many", range(4, 17, 2))
def test_p3_the_signature_stands_with_lines_of_the_certidao(workbench: Workbench, how_many: int) -> None:
    folha = example_sheet(averbacoes=many_notes(how_many))
    layout = workbench.make_layout(SHORT, "", folha=folha | {"cadastro": None})
    last = texts_of(workbench.pdf(layout).read_bytes())[-1]
    assert "Dou fé" in last and last.count("\n") > 5
    assert "mandado" in last or NOTICE[:30] in last


def test_c14_a_name_of_one_long_word_is_broken_not_cut(workbench: Workbench) -> None:
    campos = example("nascimento", nome_registrado="Á" * 200, sexo="M" * 200)
    folha = sheet(MODELS["cnj-182", "nascimento"], read("nascimento", campos), matricula=MATRICULA, averbacoes=[])
    found = in_order(workbench.pdf(workbench.make_layout(SHORT, "", folha=folha)))
    assert "Á" * 200 in found and "M" * 200 in found


def test_c14_a_frame_longer_than_a_page_goes_on_on_the_next(workbench: Workbench) -> None:
    campos = example("obito", filhos=" ".join(f"filho{n}" for n in range(1000)), causa_morte="a" * 9000)
    folha = sheet(MODELS["cnj-63", "obito"], read("obito", campos), matricula=MATRICULA, averbacoes=[])
    layout = workbench.make_layout(SHORT, "", folha=folha)
    found = in_order(workbench.pdf(layout))
    assert inked(campos["filhos"]) in found and campos["causa_morte"] in found and layout.paginas > 3


def test_c13_paper_never_tells_why_a_certidao_is_free(workbench: Workbench) -> None:
    free = "Isenta de emolumentos"
    selos = tuple(replace(s, isento=True, motivo="declarou pobreza", custas=free) for s in values().selos)
    of_the_poor = replace(values(), selos=selos, custas=(free,))
    layout = workbench.make_layout(SHORT, "", folha=example_sheet(), values=of_the_poor)
    page = " ".join(" ".join(texts_of(stamped(workbench, layout, valores=of_the_poor))).split())
    assert free in page and "pobre" not in page


def test_c14_without_a_seal_the_block_leaves_no_gap(workbench: Workbench) -> None:
    layout = workbench.make_layout(SHORT, "", folha=example_sheet(), values=None)
    first = next(word for word in placed_words(workbench.pdf(layout).read_bytes()) if word[1] == "Nome")
    assert first[3] < 50 and not layout.boxes


def test_c14_a_block_that_its_template_leaves_no_place_for_is_refused(workbench: Workbench) -> None:
    page_format = FORMATS.get(SHORT).model_copy(
        update={
            "template": "certidao.html",
            "versao": "other",
            "modelos": templates.sources("certidao.html", templates.shipped),
        }
    )
    with pytest.raises(Recusa) as refusal:
        workbench.make_layout(page_format, "Texto do ato. " * 200)
    assert refusal.value.word == "bloco-sem-lugar"


@pytest.mark.parametrize("name", [SHORT, FULL])
def test_the_preview_shows_both_sides(name: str) -> None:
    pages = texts_of(previsualizar(FORMATS.get(name)))
    assert len(pages) == 2 and "Continua no verso" in pages[0] and IN_GROUPS in pages[1]
