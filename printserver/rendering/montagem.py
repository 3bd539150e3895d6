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
from printserver.errors import ConfigError
from printserver.formats import fontes, modelos
from printserver.formats.dados import completar
from printserver.rendering import base_pdf
from printserver.rendering import cache as kept
from printserver.rendering.caracteres import Aviso, imprimiveis
from printserver.rendering.corpo import preparar_corpo
from printserver.rendering.corpo_pdf import preparar_pdf
from printserver.rendering.folha import Caixa, Layout, Traco, de_json, para_json
from printserver.rendering.folha_de_estilo import css, fontes_css
from printserver.rendering.lugar import lugar_no_pdf, medir_paginas, nova_ancora
from printserver.rendering.tarefa import Trabalho

_CAIXA: Final = '<div id="ANCORA-DO-BLOCO"'
"""The box's tag, under a name that stands for its random one while the HTML is hashed. No body text can be a tag."""


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
    return frozenset(arquivo.as_uri() for arquivo in fontes.PASTA.glob("*.ttf"))


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
    return "|".join((printserver.__version__, *(version(nome) for nome in nomes), fontes.impressao_digital()))


def aquecer() -> None:
    """Make a new process ready: the libraries, the fonts and a first layout take half a second."""
    _versoes()
    imprimiveis()
    base_pdf.aquecer()
    _folha_de_estilo("html { font-family: PsSerifa }")
    documento = _paginas("<p>Á <b>b</b> <i>c</i></p>", "html { font-family: PsSerifa }")
    documento.write_pdf(pdf_variant="pdf/a-2b")


def montar(trabalho: Trabalho) -> Layout:
    """Make the layout of `trabalho`, or find it kept; return it. Raises `Recusa` as `Render.layout` says."""
    if trabalho.corpo[0] == "pdf":
        return _montar_pdf(trabalho)
    formato = trabalho.formato
    corpo = preparar_corpo("html" if trabalho.corpo[0] == "html" else "texto", trabalho.corpo[1], trabalho.marcas)
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
        return modelos.preencher(formato.pasta, formato.template, dados, versao=formato.versao)
    except ValueError as erro:
        raise ConfigError(f"{formato.nome}.toml: {erro}") from erro


def _montar_html(trabalho: Trabalho, hash: str, html: str, folha: str, avisos: tuple[Aviso, ...]) -> Layout:
    formato = trabalho.formato
    ancora = nova_ancora()
    if trabalho.bloco[1] and formato.bloco.onde == "fim" and html.count(_CAIXA) != 1:
        raise ConfigError(f"{formato.nome}.toml: o modelo {formato.template} não escreve {{{{ bloco }}}} uma vez só")
    documento = _paginas(html.replace(_CAIXA, f'<div id="{ancora}"'), folha)
    medidas = medir_paginas(documento.pages, trabalho, ancora)
    for pagina in documento.pages:
        pagina.anchors.clear()  # else the box's name would be written into the file
    base = documento.write_pdf(pdf_variant="pdf/a-2b", uncompressed_pdf=True)  # base_pdf compresses, and faster
    assert isinstance(base, bytes)
    return _guardar(trabalho, hash, base, len(documento.pages), medidas.caixas, medidas.tracos, avisos, pdf_a=True)


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
    return layout if layout is None or avisos is None else replace(layout, avisos=avisos)


def _guardar(
    trabalho: Trabalho,
    hash: str,
    pdf: bytes,
    paginas: int,
    caixas: tuple[Caixa, ...],
    tracos: tuple[Traco, ...],
    avisos: tuple[Aviso, ...],
    *,
    pdf_a: bool,
) -> Layout:
    pronto = base_pdf.preparar(pdf, trabalho.formato)
    layout = Layout(hash, paginas, caixas, tracos, avisos, hashlib.sha256(pronto).hexdigest(), pdf_a)
    kept.gravar(Path(trabalho.pasta), hash, pronto, para_json(layout, trabalho.formato.model_dump(mode="json")))
    return layout


def _paginas(html: str, folha: str) -> weasyprint.Document:
    documento = weasyprint.HTML(string=html, url_fetcher=_fetcher(), base_url=None)
    return documento.render(
        font_config=_configuracao(),
        stylesheets=[_folha_de_estilo(folha)],
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
