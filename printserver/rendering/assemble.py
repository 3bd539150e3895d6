"""Makes one layout, in a process of the pool: body and data → HTML → pages with an empty box → the kept file.

Everything here may meet hostile input, and so runs under the pool's limits. It holds what a process keeps between
layouts: one font configuration (a new one for each would leak) and the parsed style sheets.
"""

import hashlib
import json
import logging
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import weasyprint
from markupsafe import Markup
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

import printserver
from printserver.errors import ConfigError, Recusa
from printserver.formats import fonts, templates
from printserver.formats.template_data import completar
from printserver.rendering import base_pdf
from printserver.rendering import cache as kept
from printserver.rendering.body import narrow
from printserver.rendering.body.body import preparar_corpo
from printserver.rendering.body.characters import (
    Aviso,
    Avisos,
    imprimiveis,
    recusar,
)
from printserver.rendering.body.image_place import conferir_imagens, espaco_da_imagem
from printserver.rendering.body.keep_together import check_together, find_early_end, loneliness
from printserver.rendering.completeness import check_clear, check_whole
from printserver.rendering.drawn import Desenho, read_pages
from printserver.rendering.model import (
    Caixa,
    Layout,
    Traco,
    de_json,
    para_json,
)
from printserver.rendering.pdf_body.prepare import preparar_pdf
from printserver.rendering.placement import lugar_no_pdf, medir_paginas, nova_ancora
from printserver.rendering.pool_tasks import Trabalho
from printserver.rendering.stylesheet import css, fontes_css

_CAIXA: Final = '<div id="ANCORA-DO-BLOCO"'
"""The box's tag, under a name that stands for its random one while the HTML is hashed. No body text can be a tag."""

_MAXIMO_DE_LAYOUTS: Final = 5
_FOLGA_MM: Final = 0.3
"""Between the line that moves to the next page and the end of its page: less than a line, more than what is rounded."""


class _Fetcher(URLFetcher):  # type: ignore[misc]
    """Knows the vendored fonts, and PNG and JPEG images that stand in the HTML itself; nothing else, no network."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) or url in _arquivos_de_fonte():
            return super().fetch(url, headers)
        raise ValueError("this address is not fetched")


@cache
def _fetcher() -> _Fetcher:
    return _Fetcher()


@cache
def _arquivos_de_fonte() -> frozenset[str]:
    return frozenset(arquivo.as_uri() for arquivo in fonts.PASTA.glob("*.ttf"))


@cache
def _configuracao() -> FontConfiguration:
    """Return this process's one font configuration, with the vendored fonts in it. Not for threads."""
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # else each CSS property it does not know is a line
    configuracao = FontConfiguration()
    weasyprint.CSS(string=fontes_css(), font_config=configuracao, url_fetcher=_fetcher())
    return configuracao


@lru_cache(maxsize=64)
def _folha_de_estilo(texto: str) -> weasyprint.CSS:
    return weasyprint.CSS(string=texto, font_config=_configuracao(), url_fetcher=_fetcher())


@cache
def _versoes() -> str:
    """Return what shapes every layout besides its own text: programs and fonts."""
    nomes = ("weasyprint", "pydyf", "pikepdf", "fonttools")
    return "|".join((printserver.__version__, *(version(nome) for nome in nomes), fonts.impressao_digital()))


def aquecer() -> None:
    """Make a new process ready: the libraries, the fonts and a first layout take half a second."""
    _versoes()
    imprimiveis()
    base_pdf.aquecer()
    _folha_de_estilo("html { font-family: PsSerifa }")
    documento = _paginas(_ler("<p>Á <b>b</b> <i>c</i></p>"), "html { font-family: PsSerifa }")
    documento.write_pdf(pdf_variant="pdf/a-2b")


def montar(trabalho: Trabalho) -> Layout:
    """Make the layout of `trabalho`, or find it kept; return it. Raises `Recusa` as `Render.layout` says."""
    if trabalho.corpo[0] == "pdf":
        return _montar_pdf(trabalho)
    formato = trabalho.formato
    tipo, conteudo = trabalho.corpo
    espaco = espaco_da_imagem(trabalho)
    corpo = preparar_corpo("html" if tipo == "html" else "texto", conteudo, trabalho.marcas, espaco)
    if conteudo and corpo.vazio:  # a ficha has no body
        raise recusar("O texto está vazio: nada dele aparece no papel. Envie o texto do documento.")
    html = _preencher(trabalho, corpo.html)
    folha = css(formato, trabalho.faces, trabalho.lado_inicial)
    hash = _hash("html", formato.versao, html, folha, trabalho.lado_inicial, trabalho.faces, trabalho.bloco)
    return _achar(trabalho, hash, corpo.avisos) or _montar_html(trabalho, hash, html, folha, corpo.avisos)


def _preencher(trabalho: Trabalho, corpo: str) -> str:
    formato = trabalho.formato
    dados = {
        **completar(trabalho.dados),
        "corpo": Markup(corpo),  # noqa: S704 - made of the allowed tags alone, by preparar_corpo
        "imprime": formato.imprime,
        "bloco": Markup(_caixa_vazia(trabalho)),  # noqa: S704 - ours
    }
    try:
        return templates.preencher(formato.pasta, formato.template, dados, versao=formato.versao)
    except ValueError as erro:
        raise ConfigError(f"{formato.nome}.toml: {erro}") from erro


def _montar_html(trabalho: Trabalho, hash: str, html: str, folha: str, avisos: tuple[Aviso, ...]) -> Layout:
    formato = trabalho.formato
    ancora = nova_ancora()
    if trabalho.bloco[1] and formato.bloco.onde == "fim" and html.count(_CAIXA) != 1:
        raise ConfigError(f"{formato.nome}.toml: o modelo {formato.template} não escreve {{{{ bloco }}}} uma vez só")
    das_paginas = Avisos()
    html = html.replace(_CAIXA, f'<div id="{ancora}"')
    documento, desenho = _desenhar(html, folha, formato.pagina.altura, ancora, das_paginas)
    paginas = len(documento.pages)
    medidas = medir_paginas(documento.pages, desenho, trabalho, ancora)
    check_clear(desenho, medidas.caixas)
    conferir_imagens(documento.pages, trabalho, das_paginas)
    for pagina in documento.pages:
        pagina.anchors.clear()  # else the box's name would be written into the file
    base = documento.write_pdf(pdf_variant="pdf/a-2b", uncompressed_pdf=True)  # base_pdf compresses, and faster
    assert isinstance(base, bytes)
    return _guardar(
        trabalho, hash, base, paginas, medidas.caixas, medidas.tracos, avisos, das_paginas.all(), pdf_a=True
    )


def _montar_pdf(trabalho: Trabalho) -> Layout:
    """A finished PDF: its pages as they are; the block's box where the format says, or where its last page is free."""
    formato = trabalho.formato
    pagina = formato.pagina
    hash = _hash("pdf", formato.versao, trabalho.corpo[1], trabalho.lado_inicial, trabalho.faces, trabalho.bloco)
    if achado := _achar(trabalho, hash, None):
        return achado
    pronto = preparar_pdf(trabalho.corpo[1], pagina.largura, pagina.altura)
    caixas: tuple[Caixa, ...] = ()
    if trabalho.bloco[1]:
        caixas = lugar_no_pdf(pronto.pdf, pronto.paginas, trabalho)
    return _guardar(trabalho, hash, pronto.pdf, pronto.paginas, caixas, (), pronto.avisos, pdf_a=False)


def _achar(trabalho: Trabalho, hash: str, avisos: tuple[Aviso, ...] | None) -> Layout | None:
    layout = de_json(kept.ler(Path(trabalho.pasta), hash))
    # bodies that differ only in what was dropped of their form share pages, not avisos
    return layout if layout is None or avisos is None else replace(layout, avisos=(*avisos, *layout.das_paginas))


def _guardar(
    trabalho: Trabalho,
    hash: str,
    pdf: bytes,
    paginas: int,
    caixas: tuple[Caixa, ...],
    tracos: tuple[Traco, ...],
    avisos: tuple[Aviso, ...],
    das_paginas: tuple[Aviso, ...] = (),
    *,
    pdf_a: bool,
) -> Layout:
    pronto = base_pdf.preparar(pdf, trabalho.formato)
    soma = hashlib.sha256(pronto).hexdigest()
    layout = Layout(hash, paginas, caixas, tracos, (*avisos, *das_paginas), soma, pdf_a, das_paginas)
    kept.gravar(Path(trabalho.pasta), hash, pronto, para_json(layout, trabalho.formato.model_dump(mode="json")))
    return layout


def _desenhar(html: str, folha: str, altura: float, ancora: str, avisos: Avisos) -> tuple[weasyprint.Document, Desenho]:
    """Return the pages of `html`, each `altura` mm high, and what is drawn on them.

    All of it is drawn (P2a), and nothing stands alone that must not (P3). Signatures and seal are on one page; where no
    page can hold them with lines of the text, the seal goes on the page after, with the last of the signatures.
    """
    fonte = _ler(html)
    feito = _alargar(fonte, ancora, folha, avisos)
    try:
        return _dispor(fonte, altura, ancora, folha, feito)
    except Recusa:
        folha = f"{folha}\n.fecho {{ break-inside: auto }}"
        return _dispor(fonte, altura, ancora, folha, _desenho(fonte, ancora, folha))


def _desenho(
    fonte: weasyprint.HTML, ancora: str, folha: str, *mais: weasyprint.CSS
) -> tuple[weasyprint.Document, Desenho]:
    documento = _paginas(fonte, folha, *mais)
    return documento, read_pages(documento.pages, ancora)


def _alargar(fonte: weasyprint.HTML, ancora: str, folha: str, avisos: Avisos) -> tuple[weasyprint.Document, Desenho]:
    """Return a first layout of `fonte`, which is changed where its text would leave its place (`estreito`)."""
    documento, desenho = _desenho(fonte, ancora, folha)
    for passo in narrow.passos():
        if passo(_corpo(fonte), desenho, avisos):
            documento, desenho = _desenho(fonte, ancora, folha)
    return documento, desenho


def _corpo(fonte: weasyprint.HTML) -> Any:
    return fonte.etree_element.find("body")


def _dispor(
    fonte: weasyprint.HTML, altura: float, ancora: str, folha: str, feito: tuple[weasyprint.Document, Desenho]
) -> tuple[weasyprint.Document, Desenho]:
    """Lay out until nothing stands alone: a page that falls short makes the one before end higher.

    Most texts need no more than the layout `feito`. Of layouts that all fall short, the best that is whole is taken.
    """
    feitos = [feito]
    fins: dict[int, float] = {}
    while len(feitos) < _MAXIMO_DE_LAYOUTS and (fim := find_early_end(feitos[-1][1])) is not None:
        fins[fim.pagina] = fim.y + _FOLGA_MM
        feitos.append(_desenho(fonte, ancora, folha, *(_terminar(pagina, altura - y) for pagina, y in fins.items())))
    recusas = []
    for documento, desenho in sorted(feitos, key=lambda feito: (loneliness(feito[1]), len(feito[1].areas))):
        try:
            check_whole(_corpo(fonte), desenho)
        except Recusa as recusa:
            recusas.append(recusa)
            continue
        check_together(desenho)
        return documento, desenho
    raise recusas[0]


def _terminar(pagina: int, margem: float) -> weasyprint.CSS:
    return weasyprint.CSS(string=f"@page :nth({pagina}) {{ margin-bottom: {margem:.2f}mm }}")


def _ler(html: str) -> weasyprint.HTML:
    return weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url=None)


def _paginas(html: weasyprint.HTML, folha: str, *mais: weasyprint.CSS) -> weasyprint.Document:
    return html.render(
        font_config=_configuracao(),
        stylesheets=[_folha_de_estilo(folha), *mais],
        pdf_variant="pdf/a-2b",
        presentational_hints=True,  # else lists lose their numbers (`start`, `type`, `value`)
    )


def _caixa_vazia(trabalho: Trabalho) -> str:
    largura, altura = trabalho.bloco
    if trabalho.formato.bloco.onde != "fim" or altura == 0:
        return ""
    return f'{_CAIXA} style="width:{largura:.1f}mm;height:{altura:.1f}mm"></div>'


def _hash(*partes: object) -> str:
    return hashlib.sha256(json.dumps([_versoes(), *partes], default=str).encode()).hexdigest()
