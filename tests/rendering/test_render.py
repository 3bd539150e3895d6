"""Layout: the seal's empty box stands with the last lines (P3), texts share layouts, the cache keeps what is in use."""

import itertools
import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from layouts import CODIGO, FORMATS, SEALED_FORMATS, Workbench, placed_words, texts_of, with_codigo, words

from printserver.errors import Recusa
from printserver.formats import EXAMPLE_BODY, Format, example_data, example_values
from printserver.rendering import BodyNotice, Box, Layout, LayoutRequest, Render, assemble
from printserver.rendering.cache import Cache, read, save
from printserver.rendering.model import Dash, from_json, to_json


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


@pytest.mark.parametrize("how_many", range(30, 700, 60))
def test_p3_block_stands_with_the_last_lines_of_the_text(workbench: Workbench, how_many: int) -> None:
    layout = workbench.make_layout("traslado", words(how_many))
    (box,) = layout.boxes
    paginas = texts_of(workbench.pdf(layout).read_bytes())
    assert box.pagina == layout.paginas == len(paginas)
    last = paginas[-1]
    assert f"palavra{how_many - 1}" in last and "TRASLADO" in last
    assert sum("palavra" in linha for linha in last.splitlines()) >= 3


@pytest.mark.parametrize(
    "body",
    [
        ("html", "<table><tr><td>a</td><td>b</td></tr></table>" * 30),
        ("texto", ""),
        ("html", "<ul><li>" + words(400) + "</li></ul>"),
        ("texto", "Dou fé.\n\n" * 60),
    ],
)
def test_p3_nothing_lies_under_the_block(workbench: Workbench, body: tuple[str, str]) -> None:
    layout = workbench.make_layout("traslado", body)
    (box,) = layout.boxes
    for page, word, x, y, x2, y2 in placed_words(workbench.pdf(layout).read_bytes()):
        free = x2 <= box.x or x >= box.x + box.largura or y2 <= box.y + 0.5 or y >= box.y + box.altura
        assert page != box.pagina or free, word


@pytest.mark.parametrize("how_many", [1, 2, 12, 13, 22, 31, 60])
def test_p3_signatures_are_never_alone_nor_the_block(workbench: Workbench, how_many: int) -> None:
    pessoas = [{"nome": f"Pessoa {numero}", "legenda": "Parte"} for numero in range(how_many)]
    layout = workbench.make_layout("livro", EXAMPLE_BODY, assinaturas=pessoas)
    paginas = texts_of(workbench.pdf(layout).read_bytes())
    primeira_assinatura = next(text for text in paginas if "Pessoa 0" in text)
    assert "direitos e ações" in primeira_assinatura
    assert "Pessoa" in paginas[layout.boxes[0].pagina - 1]
    assert sum(text.count("Pessoa ") for text in paginas) == how_many


@pytest.mark.parametrize("nome", FORMATS.names())
def test_p1_text_and_block_stay_within_the_margins(workbench: Workbench, nome: str) -> None:
    page_format = FORMATS.get(nome)
    layout = workbench.make_layout(nome, words(900))
    area = page_format.texto
    for page, _, x, y, x2, y2 in placed_words(workbench.pdf(layout).read_bytes()):
        verso = page_format.margens.espelhadas and page_format.faces == "frente-verso" and page % 2 == 0
        esquerda = page_format.margens.direita if verso else area.x
        assert esquerda - 0.1 <= x and x2 <= esquerda + area.largura + 0.1
        assert area.y - 1 <= y and y2 <= area.y + area.altura + 1
    assert len(layout.boxes) == (1 if nome in SEALED_FORMATS else 0)
    for box in layout.boxes:
        assert box.y + box.altura <= area.y + area.altura + 0.1


def test_p2_margins_are_mirrored_and_an_act_may_begin_on_the_back(workbench: Workbench) -> None:
    nome = "livro-notas-216x305"
    margens = FORMATS.get(nome).margens
    for side, expected in (("frente", [33.0, 8.9]), ("verso", [8.9, 33.0])):
        layout = workbench.make_layout(nome, words(900), first_side=side)
        found_words = placed_words(workbench.pdf(layout).read_bytes())
        smallest = [min(x for page, _, x, *_ in found_words if page == numero) for numero in (1, 2)]
        assert smallest == pytest.approx(expected, abs=0.3)
    assert {margens.esquerda, margens.direita} == {33.0, 8.9}


def test_p2_rest_of_the_last_line_and_of_each_page_is_dashed(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", words(500))
    page_format = FORMATS.get("livro")
    bottom = page_format.texto.y + page_format.texto.altura
    (box,) = layout.boxes
    *_, last = (p for p in placed_words(workbench.pdf(layout).read_bytes()) if p[1] == "palavra499")
    on_line = [t for t in layout.dashes if t.pagina == last[0] and last[3] < t.y < last[5]]
    assert len(on_line) == 1 and 0 < on_line[0].x - last[4] < 3
    below = [t.y for t in layout.dashes if t.pagina == box.pagina and t.y > box.y + box.altura]
    assert below and bottom - max(below) < 8
    assert all(b - a < 6 for a, b in itertools.pairwise(below))
    assert not workbench.make_layout("ficha", "").dashes


def test_n8_minuta_and_livro_share_a_layout(workbench: Workbench) -> None:
    minuta = workbench.make_layout("livro", "Um texto.")
    livro = workbench.make_layout("livro", "Um texto.", values=with_codigo(example_values("livro"), CODIGO))
    assert minuta == livro


def test_n4_traslados_1_and_2_share_a_layout(workbench: Workbench) -> None:
    single = example_values("traslado")
    two = replace(
        single, qr_codigo=CODIGO, qr_rotulo="selo deste traslado", selos=(replace(single.selos[0], isento=False),)
    )
    assert workbench.make_layout("traslado", "Um texto.", values=single) == workbench.make_layout(
        "traslado", "Um texto.", values=two
    )


def test_a_document_without_seal_has_no_box(workbench: Workbench) -> None:
    assert workbench.make_layout("ficha", "", values=None).boxes == ()


def test_the_layout_depends_on_all_that_shapes_it(workbench: Workbench) -> None:
    hashes = {
        workbench.make_layout("livro", "Um texto.").hash,
        workbench.make_layout("livro", "Outro texto.").hash,
        workbench.make_layout("livro", "Um texto.", titulo="Outro título").hash,
        workbench.make_layout("livro", "Um texto.", first_side="verso").hash,
        workbench.make_layout("livro", "Um texto.", faces="frente").hash,
        workbench.make_layout("livro-corpo", "Um texto.").hash,
        workbench.make_layout(FORMATS.get("livro").model_copy(update={"versao": "outra"}), "Um texto.").hash,
    }
    assert len(hashes) == 7


def test_two_layouts_of_one_text_are_byte_identical(tmp_path: Path) -> None:
    folders = [Workbench(tmp_path / nome) for nome in ("a", "b")]
    for workbench in folders:
        workbench.pasta.mkdir()
    single, other = (workbench.make_layout("traslado", EXAMPLE_BODY) for workbench in folders)
    assert single == other
    assert folders[0].pdf(single).read_bytes() == folders[1].pdf(other).read_bytes()


def test_a_body_cannot_bring_the_block_or_its_name(workbench: Workbench) -> None:
    bad = '<div id="bloco" style="position:fixed">x</div>{{ bloco }}{% include "livro.html" %}'
    layout = workbench.make_layout("traslado", ("html", bad))
    assert len(layout.boxes) == 1
    assert "{{ bloco }}" in texts_of(workbench.pdf(layout).read_bytes())[0]


def test_data_is_escaped(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", titulo="<b>A & B</b>")
    assert "<B>A & B</B>" in texts_of(workbench.pdf(layout).read_bytes())[0]


def test_p3_a_block_too_high_for_the_page_is_refused(workbench: Workbench) -> None:
    values = example_values("livro")
    with pytest.raises(Recusa) as refusal:
        workbench.make_layout("livro", values=replace(values, selos=values.selos * 40))
    assert refusal.value.word == "bloco-sem-lugar"


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    return Render(
        tmp_path_factory.mktemp("cache"), processos=1, tempo_limite_s=20, memoria_mb=1024, cache_mb=50, in_use=set
    )


def request(**changes: object) -> LayoutRequest:
    base = LayoutRequest(
        FORMATS.get("livro"),
        example_data("livro"),
        ("texto", "Um [[TOTAL]] texto."),
        {"TOTAL": "R$ 1,00", "[[PAPEL]]": "A1"},
        example_values("livro"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_the_pool_makes_a_layout_once_and_keeps_it(render: Render) -> None:
    primeiro = render.layout(request())
    assert render.kept(primeiro.hash) == primeiro
    file = render.pdf(primeiro.hash)
    assert "Um R$ 1,00 texto." in texts_of(file.read_bytes())[0]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.with_suffix(".json").stat().st_mode) == 0o600
    before = file.stat().st_ino
    assert render.layout(request(mark_values={"TOTAL": "R$ 1,00", "PAPEL": "outro"})) == primeiro
    assert file.stat().st_ino == before
    beside = json.loads(read(render.pasta, primeiro.hash) or b"{}")
    livro = FORMATS.get("livro")
    assert Format.model_validate(beside["formato"] | {"modelos": livro.modelos}, strict=False) == livro
    file.unlink()
    assert render.kept(primeiro.hash) is None
    assert render.layout(request()) == primeiro
    assert file.exists()


def test_bodies_that_come_to_the_same_pages_keep_their_own_notices(render: Render) -> None:
    clean, dirty = request(corpo=("html", "<p>Igual.</p>")), request(corpo=("html", "<p onclick='x()'>Igual.</p>"))
    for _ in range(2):
        assert render.layout(clean).avisos == ()
        assert len(render.layout(dirty).avisos) == 1
    assert render.layout(clean).hash == render.layout(dirty).hash


def test_one_text_asked_for_by_many_threads_gives_one_layout(render: Render) -> None:
    findings: list[Layout] = []
    linhas = [
        threading.Thread(target=lambda: findings.append(render.layout(request(corpo=("texto", "Ao mesmo tempo.")))))
        for _ in range(6)
    ]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert len(findings) == 6 and len(set(findings)) == 1


def test_a_character_that_no_font_has_is_refused_by_name(render: Render) -> None:
    with pytest.raises(Recusa) as refusal:
        render.layout(request(dados={"partes": [{"nome": "Li 李"}]}))
    assert refusal.value.errors[0].campo == "partes.0.nome"
    assert "U+674E" in refusal.value.detail
    with pytest.raises(Recusa, match="U\\+202E"):
        render.layout(request(dados={"titulo": "a\u202eb"}))


def test_close_ends_the_pool(render: Render) -> None:
    render.close()
    with pytest.raises(RuntimeError):
        render.layout(request(corpo=("texto", "Depois.")))


def layout_of(hash: str) -> Layout:
    return Layout(hash, 1, (), (), (), "0" * 64)


def test_the_cache_is_bounded_and_keeps_what_is_in_use(tmp_path: Path) -> None:
    in_use = {f"{0:064x}"}
    cache = Cache(tmp_path, limit_mb=1, in_use=lambda: in_use)
    for numero in range(20):
        hash = f"{numero:064x}"
        save(tmp_path, hash, b"x" * 100_000, to_json(layout_of(hash), {}))
        cache.mark_used(hash)
    remaining = {file.stem for file in tmp_path.glob("*.pdf")}
    assert in_use <= remaining
    assert f"{19:064x}" in remaining and f"{1:064x}" not in remaining
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 1_000_000


def test_a_layout_goes_to_disk_and_back_whole(workbench: Workbench) -> None:
    layout = workbench.make_layout("livro", words(300))
    assert from_json(to_json(layout, {})) == layout


def test_what_a_crash_left_is_swept(tmp_path: Path) -> None:
    old, new = tmp_path / f"{1:064x}.pdf", tmp_path / f".{2:064x}.pdf.77"
    for file in (old, new, tmp_path / f".{3:064x}.json.78"):
        file.write_bytes(b"x")
    os.utime(old, (1, 1))
    os.utime(tmp_path / f".{3:064x}.json.78", (1, 1))
    Cache(tmp_path, limit_mb=1, in_use=set).mark_used("0" * 64)
    assert list(tmp_path.iterdir()) == [new]


@pytest.mark.parametrize("body", [("texto", '<div id="ANCORA-DO-BLOCO"'), ("html", '&lt;div id="ANCORA-DO-BLOCO"')])
def test_the_boxs_tag_in_a_text_is_text(workbench: Workbench, body: tuple[str, str]) -> None:
    layout = workbench.make_layout("livro", body, titulo='<div id="ANCORA-DO-BLOCO"')
    assert len(layout.boxes) == 1
    assert 'id="ANCORA-DO-BLOCO"' in texts_of(workbench.pdf(layout).read_bytes())[0]


def test_a_hash_is_never_taken_as_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        Cache(tmp_path, limit_mb=1, in_use=set).pdf("../../etc/passwd")


def test_kept_layouts_of_earlier_versions_are_read() -> None:
    kept = b"""{"formato": {}, "layout": {
        "avisos": [{"campo": "corpo.conteudo", "mensagem": "um aviso"}],
        "caixas": [{"altura": 30.0, "largura": 80.0, "pagina": 1, "x": 20.0, "y": 200.5}],
        "das_paginas": [], "hash": "a", "paginas": 1, "pdf_a": true, "sha256": "b",
        "tracos": [{"pagina": 1, "x": 20.0, "x_final": 190.0, "y": 120.25}]}}"""
    box, dash = Box(1, 20.0, 200.5, 80.0, 30.0), Dash(1, 20.0, 190.0, 120.25)
    notice = BodyNotice("corpo.conteudo", "um aviso")
    layout = Layout("a", 1, (box,), (dash,), (notice,), "b")
    assert from_json(kept) == layout
    assert from_json(to_json(layout, {})) == layout


def test_the_style_sheet_of_one_rtf_is_not_kept(tmp_path: Path) -> None:
    workbench = Workbench(tmp_path)
    sizes = []
    for size in (20, 22, 24):
        workbench.make_layout("certidao", ("rtf", rf"{{\rtf1\fs{size} Texto do ato.\par}}"))
        sizes.append(assemble._stylesheet.cache_info().currsize)
    assert sizes[0] == sizes[2]
