"""Layout: the seal's empty box stands with the last lines (P3), texts share layouts, the cache keeps what is in use."""

import itertools
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from layouts import CODIGO, FORMATOS, Mesa, com_codigo, palavras, palavras_com_lugar, textos

from printserver.errors import Recusa
from printserver.formats.template_data import CORPO_DE_EXEMPLO, dados_de_exemplo, valores_de_exemplo
from printserver.rendering import Layout, PedidoLayout, Render
from printserver.rendering.cache import Cache, gravar
from printserver.rendering.model import de_json, para_json


@pytest.fixture(scope="module")
def mesa(tmp_path_factory: pytest.TempPathFactory) -> Mesa:
    return Mesa(tmp_path_factory.mktemp("layouts"))


@pytest.mark.parametrize("quantas", range(30, 700, 60))
def test_p3_block_stands_with_the_last_lines_of_the_text(mesa: Mesa, quantas: int) -> None:
    layout = mesa.montar("traslado", palavras(quantas))
    (caixa,) = layout.caixas
    paginas = textos(mesa.pdf(layout).read_bytes())
    assert caixa.pagina == layout.paginas == len(paginas)
    ultima = paginas[-1]
    assert f"palavra{quantas - 1}" in ultima and "TRASLADO" in ultima
    assert sum("palavra" in linha for linha in ultima.splitlines()) >= 3


@pytest.mark.parametrize(
    "corpo",
    [
        ("html", "<table><tr><td>a</td><td>b</td></tr></table>" * 30),
        ("texto", ""),
        ("html", "<ul><li>" + palavras(400) + "</li></ul>"),
        ("texto", "Dou fé.\n\n" * 60),
    ],
)
def test_p3_nothing_lies_under_the_block(mesa: Mesa, corpo: tuple[str, str]) -> None:
    layout = mesa.montar("traslado", corpo)
    (caixa,) = layout.caixas
    for pagina, palavra, x, y, x2, y2 in palavras_com_lugar(mesa.pdf(layout).read_bytes()):
        livre = x2 <= caixa.x or x >= caixa.x + caixa.largura or y2 <= caixa.y + 0.5 or y >= caixa.y + caixa.altura
        assert pagina != caixa.pagina or livre, palavra


@pytest.mark.parametrize("quantas", [1, 2, 12, 13, 22, 31, 60])
def test_p3_signatures_are_never_alone_nor_the_block(mesa: Mesa, quantas: int) -> None:
    pessoas = [{"nome": f"Pessoa {numero}", "legenda": "Parte"} for numero in range(quantas)]
    layout = mesa.montar("livro", CORPO_DE_EXEMPLO, assinaturas=pessoas)
    paginas = textos(mesa.pdf(layout).read_bytes())
    primeira_assinatura = next(texto for texto in paginas if "Pessoa 0" in texto)
    assert "direitos e ações" in primeira_assinatura
    assert "Pessoa" in paginas[layout.caixas[0].pagina - 1]
    assert sum(texto.count("Pessoa ") for texto in paginas) == quantas


@pytest.mark.parametrize("nome", FORMATOS.nomes())
def test_p1_text_and_block_stay_within_the_margins(mesa: Mesa, nome: str) -> None:
    formato = FORMATOS.get(nome)
    layout = mesa.montar(nome, palavras(900))
    area = formato.texto
    for pagina, _, x, y, x2, y2 in palavras_com_lugar(mesa.pdf(layout).read_bytes()):
        verso = formato.margens.espelhadas and pagina % 2 == 0
        esquerda = formato.margens.direita if verso else area.x
        assert esquerda - 0.1 <= x and x2 <= esquerda + area.largura + 0.1
        assert area.y - 1 <= y and y2 <= area.y + area.altura + 1
    caixa = layout.caixas[0]
    assert caixa.y + caixa.altura <= area.y + area.altura + 0.1


def test_p2_margins_are_mirrored_and_an_act_may_begin_on_the_back(mesa: Mesa) -> None:
    nome = "livro-notas-216x305"
    margens = FORMATOS.get(nome).margens
    for lado, esperadas in (("frente", [33.0, 8.9]), ("verso", [8.9, 33.0])):
        layout = mesa.montar(nome, palavras(900), lado_inicial=lado)
        achadas = palavras_com_lugar(mesa.pdf(layout).read_bytes())
        menores = [min(x for pagina, _, x, *_ in achadas if pagina == numero) for numero in (1, 2)]
        assert menores == pytest.approx(esperadas, abs=0.3)
    assert {margens.esquerda, margens.direita} == {33.0, 8.9}


def test_p2_rest_of_the_last_line_and_of_each_page_is_dashed(mesa: Mesa) -> None:
    layout = mesa.montar("livro", palavras(500))
    formato = FORMATOS.get("livro")
    fundo = formato.texto.y + formato.texto.altura
    (caixa,) = layout.caixas
    *_, ultima = (p for p in palavras_com_lugar(mesa.pdf(layout).read_bytes()) if p[1] == "palavra499")
    na_linha = [t for t in layout.tracos if t.pagina == ultima[0] and ultima[3] < t.y < ultima[5]]
    assert len(na_linha) == 1 and 0 < na_linha[0].x - ultima[4] < 3
    abaixo = [t.y for t in layout.tracos if t.pagina == caixa.pagina and t.y > caixa.y + caixa.altura]
    assert abaixo and fundo - max(abaixo) < 8
    assert all(b - a < 6 for a, b in itertools.pairwise(abaixo))
    assert not mesa.montar("ficha", "").tracos


def test_n8_minuta_and_livro_share_a_layout(mesa: Mesa) -> None:
    minuta = mesa.montar("livro", "Um texto.")
    livro = mesa.montar("livro", "Um texto.", valores=com_codigo(valores_de_exemplo("livro"), CODIGO))
    assert minuta == livro


def test_n4_traslados_1_and_2_share_a_layout(mesa: Mesa) -> None:
    um = valores_de_exemplo("traslado")
    dois = replace(um, qr_codigo=CODIGO, qr_rotulo="selo deste traslado", selos=(replace(um.selos[0], isento=False),))
    assert mesa.montar("traslado", "Um texto.", valores=um) == mesa.montar("traslado", "Um texto.", valores=dois)


def test_a_document_without_seal_has_no_box(mesa: Mesa) -> None:
    assert mesa.montar("ficha", "", valores=None).caixas == ()


def test_the_layout_depends_on_all_that_shapes_it(mesa: Mesa) -> None:
    hashes = {
        mesa.montar("livro", "Um texto.").hash,
        mesa.montar("livro", "Outro texto.").hash,
        mesa.montar("livro", "Um texto.", titulo="Outro título").hash,
        mesa.montar("livro", "Um texto.", lado_inicial="verso").hash,
        mesa.montar("livro", "Um texto.", faces="frente").hash,
        mesa.montar("livro-corpo", "Um texto.").hash,
        mesa.montar(FORMATOS.get("livro").model_copy(update={"versao": "outra"}), "Um texto.").hash,
    }
    assert len(hashes) == 7


def test_two_layouts_of_one_text_are_byte_identical(tmp_path: Path) -> None:
    pastas = [Mesa(tmp_path / nome) for nome in ("a", "b")]
    for mesa in pastas:
        mesa.pasta.mkdir()
    um, outro = (mesa.montar("traslado", CORPO_DE_EXEMPLO) for mesa in pastas)
    assert um == outro
    assert pastas[0].pdf(um).read_bytes() == pastas[1].pdf(outro).read_bytes()


def test_a_body_cannot_bring_the_block_or_its_name(mesa: Mesa) -> None:
    mau = '<div id="bloco" style="position:fixed">x</div>{{ bloco }}{% include "livro.html" %}'
    layout = mesa.montar("traslado", ("html", mau))
    assert len(layout.caixas) == 1
    assert "{{ bloco }}" in textos(mesa.pdf(layout).read_bytes())[0]


def test_data_is_escaped(mesa: Mesa) -> None:
    layout = mesa.montar("livro", titulo="<b>A & B</b>")
    assert "<B>A & B</B>" in textos(mesa.pdf(layout).read_bytes())[0]


def test_p3_a_block_too_high_for_the_page_is_refused(mesa: Mesa) -> None:
    valores = valores_de_exemplo("livro")
    with pytest.raises(Recusa) as recusa:
        mesa.montar("livro", valores=replace(valores, selos=valores.selos * 40))
    assert recusa.value.word == "bloco-sem-lugar"


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    return Render(
        tmp_path_factory.mktemp("cache"), processos=1, tempo_limite_s=20, memoria_mb=1024, cache_mb=50, em_uso=set
    )


def pedido(**mudancas: object) -> PedidoLayout:
    base = PedidoLayout(
        FORMATOS.get("livro"),
        dados_de_exemplo("livro"),
        ("texto", "Um [[TOTAL]] texto."),
        {"TOTAL": "R$ 1,00", "[[PAPEL]]": "A1"},
        valores_de_exemplo("livro"),
    )
    return replace(base, **mudancas)  # type: ignore[arg-type]


def test_the_pool_makes_a_layout_once_and_keeps_it(render: Render) -> None:
    primeiro = render.layout(pedido())
    assert render.kept(primeiro.hash) == primeiro
    arquivo = render.pdf(primeiro.hash)
    assert "Um R$ 1,00 texto." in textos(arquivo.read_bytes())[0]
    assert stat.S_IMODE(arquivo.stat().st_mode) == 0o600
    assert stat.S_IMODE(arquivo.with_suffix(".json").stat().st_mode) == 0o600
    antes = arquivo.stat().st_ino
    assert render.layout(pedido(marcas={"TOTAL": "R$ 1,00", "PAPEL": "outro"})) == primeiro
    assert arquivo.stat().st_ino == antes
    versao = render.formato(primeiro.hash)
    assert versao == FORMATOS.get("livro")
    arquivo.unlink()
    assert render.kept(primeiro.hash) is None
    assert render.layout(pedido()) == primeiro
    assert arquivo.exists()


def test_bodies_that_come_to_the_same_pages_keep_their_own_avisos(render: Render) -> None:
    limpo, sujo = pedido(corpo=("html", "<p>Igual.</p>")), pedido(corpo=("html", "<p onclick='x()'>Igual.</p>"))
    for _ in range(2):
        assert render.layout(limpo).avisos == ()
        assert len(render.layout(sujo).avisos) == 1
    assert render.layout(limpo).hash == render.layout(sujo).hash


def test_one_text_asked_for_by_many_threads_gives_one_layout(render: Render) -> None:
    achados: list[Layout] = []
    linhas = [
        threading.Thread(target=lambda: achados.append(render.layout(pedido(corpo=("texto", "Ao mesmo tempo.")))))
        for _ in range(6)
    ]
    for linha in linhas:
        linha.start()
    for linha in linhas:
        linha.join()
    assert len(achados) == 6 and len(set(achados)) == 1


def test_a_character_that_no_font_has_is_refused_by_name(render: Render) -> None:
    with pytest.raises(Recusa) as recusa:
        render.layout(pedido(dados={"partes": [{"nome": "Li 李"}]}))
    assert recusa.value.errors[0].campo == "partes.0.nome"
    assert "U+674E" in recusa.value.detail
    with pytest.raises(Recusa, match="U\\+202E"):
        render.layout(pedido(dados={"titulo": "a\u202eb"}))


def test_close_ends_the_pool(render: Render) -> None:
    render.close()
    with pytest.raises(RuntimeError):
        render.layout(pedido(corpo=("texto", "Depois.")))


def layout_de(hash: str) -> Layout:
    return Layout(hash, 1, (), (), (), "0" * 64)


def test_the_cache_is_bounded_and_keeps_what_is_in_use(tmp_path: Path) -> None:
    em_uso = {f"{0:064x}"}
    cache = Cache(tmp_path, limite_mb=1, em_uso=lambda: em_uso)
    for numero in range(20):
        hash = f"{numero:064x}"
        gravar(tmp_path, hash, b"x" * 100_000, para_json(layout_de(hash), {}))
        cache.usado(hash)
    restam = {arquivo.stem for arquivo in tmp_path.glob("*.pdf")}
    assert em_uso <= restam
    assert f"{19:064x}" in restam and f"{1:064x}" not in restam
    assert sum(arquivo.stat().st_size for arquivo in tmp_path.iterdir()) <= 1_000_000


def test_a_layout_goes_to_disk_and_back_whole(mesa: Mesa) -> None:
    layout = mesa.montar("livro", palavras(300))
    assert de_json(para_json(layout, {})) == layout


def test_what_a_crash_left_is_swept(tmp_path: Path) -> None:
    velho, novo = tmp_path / f"{1:064x}.pdf", tmp_path / f".{2:064x}.pdf.77"
    for arquivo in (velho, novo, tmp_path / f".{3:064x}.json.78"):
        arquivo.write_bytes(b"x")
    os.utime(velho, (1, 1))
    os.utime(tmp_path / f".{3:064x}.json.78", (1, 1))
    Cache(tmp_path, limite_mb=1, em_uso=set).usado("0" * 64)
    assert list(tmp_path.iterdir()) == [novo]


@pytest.mark.parametrize("corpo", [("texto", '<div id="ANCORA-DO-BLOCO"'), ("html", '&lt;div id="ANCORA-DO-BLOCO"')])
def test_the_boxs_tag_in_a_text_is_text(mesa: Mesa, corpo: tuple[str, str]) -> None:
    layout = mesa.montar("livro", corpo, titulo='<div id="ANCORA-DO-BLOCO"')
    assert len(layout.caixas) == 1
    assert 'id="ANCORA-DO-BLOCO"' in textos(mesa.pdf(layout).read_bytes())[0]


def test_a_hash_is_never_taken_as_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        Cache(tmp_path, limite_mb=1, em_uso=set).pdf("../../etc/passwd")
