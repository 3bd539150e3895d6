"""The stamp: draws on kept pages what differs between prints: seals and QR, numbers, folhas, copy, papers, marks.

Knows no job and no rule: it draws the values it is given, where layout and format say. The same input gives the same
bytes.
"""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats import ValoresBloco, fonts
from printserver.formats.block_layout import LugarDoQr, compor
from printserver.formats.fonts import PONTOS_POR_MM
from printserver.formats.geometry import do_campo
from printserver.formats.model import CampoImpresso, Faces, Formato
from printserver.formats.text import named
from printserver.rendering import pdf_fonts, qr
from printserver.rendering.canvas import Desenho, pt
from printserver.rendering.model import Caixa, Layout
from printserver.rendering.stylesheet import no_verso

PRODUTOR = "printserver"
EM_BRANCO = "EM BRANCO"
LEGIVEL_PT = 5.0
"""The least size of a header's or footer's text that is set smaller to fit its place."""


class BaseDanificada(Exception):
    """The kept pages are not those that were laid out: the layout must be made again."""


class TextoImproprio(ValueError):
    """A text that the stamp cannot write legibly; `variaveis` are those of its field, none for the seal block's."""

    def __init__(self, mensagem: str, variaveis: tuple[str, ...] = ()) -> None:
        super().__init__(mensagem)
        self.variaveis = variaveis


@dataclass(frozen=True, slots=True)
class Carimbo:
    """What one print shows beyond its layout.

    `valores`: the seal block, None to leave its box empty (minuta). `faixas`: written across every page. `folhas`: each
    page's place in the livro, one a page of the layout. `papeis`: one number a sheet of this print. `paginas`: an
    extract, pages of the layout from 1 in order. `qr_riscado`: the marked copy (X9).
    """

    valores: ValoresBloco | None = None
    faixas: tuple[str, ...] = ()
    folhas: tuple[str, ...] | None = None
    copia: str | None = None
    papeis: tuple[str, ...] = ()
    paginas: tuple[int, ...] | None = None
    qr_riscado: bool = False
    titulo: str = "Documento"
    lado_inicial: Literal["frente", "verso"] = "frente"
    faces: Faces = "frente"


@dataclass(frozen=True, slots=True)
class LadoImpresso:
    """One page of the printed file: the layout's page that it shows (None: an empty side), its sheet from 0."""

    pagina: int | None
    folha: int
    em_branco: bool = False


def lados(layout: Layout, formato: Formato, carimbo: Carimbo) -> tuple[LadoImpresso, ...]:
    """Return the pages of the printed file in order (P2).

    Printed on both sides, every page lies on its own side of a sheet: an empty side goes before one that begins on the
    back, and a back left over says EM BRANCO where the format wants it and the document is sealed.
    """
    escolhidas = carimbo.paginas if carimbo.paginas is not None else tuple(range(1, layout.paginas + 1))
    if carimbo.faces == "frente":
        return tuple(LadoImpresso(pagina, folha) for folha, pagina in enumerate(escolhidas))
    ordem: list[LadoImpresso] = []
    for pagina in escolhidas:
        if no_verso(pagina, carimbo.faces, carimbo.lado_inicial) != (len(ordem) % 2 == 1):
            ordem.append(LadoImpresso(None, len(ordem) // 2))
        ordem.append(LadoImpresso(pagina, len(ordem) // 2))
    sobra = len(ordem) % 2 == 1 and formato.em_branco and carimbo.valores is not None and carimbo.paginas is None
    if sobra:
        ordem.append(LadoImpresso(None, len(ordem) // 2, em_branco=True))
    return tuple(ordem)


def carimbar(layout: Layout, pdf: Path, formato: Formato, carimbo: Carimbo) -> bytes:
    """Return the finished PDF: the pages kept in `pdf` with `carimbo` drawn on them.

    PDF/A-2b where the layout is; the same input gives the same bytes. Raises `BaseDanificada` where the file is not
    the one that was laid out, `ValueError` where the block does not fit its box or a text cannot be written.
    """
    if carimbo.valores is not None and not layout.caixas and compor(formato, carimbo.valores).altura:
        raise ValueError("as páginas foram montadas sem lugar para o bloco do selo")
    base = pdf.read_bytes()
    if hashlib.sha256(base).hexdigest() != layout.sha256:
        raise BaseDanificada(f"the kept pages of {layout.hash} are damaged")
    with pikepdf.open(BytesIO(base)) as documento:
        originais = [pagina.obj for pagina in documento.pages]
        ordem = lados(layout, formato, carimbo)
        if any(lado.pagina is None for lado in ordem) or carimbo.paginas is not None:
            _arranjar(documento, originais, ordem)
        for indice, lado in enumerate(ordem):
            desenho = _desenhar(layout, formato, carimbo, lado)
            if operadores := desenho.operadores():
                documento.pages[indice].obj.Contents.append(_fluxo(documento, operadores))
        _titular(documento, carimbo.titulo, pdf_a=layout.pdf_a)
        saida = BytesIO()
        modo = pikepdf.ObjectStreamMode.generate
        documento.save(saida, deterministic_id=True, object_stream_mode=modo, fix_metadata_version=False)
    return saida.getvalue()


def ensaiar(layout: Layout, formato: Formato, carimbo: Carimbo) -> None:
    """Draw all that `carimbo` puts on the pages and throw it away: what cannot be drawn shows before the seal (S12).

    Codes and QR may be stand-ins of the size of the real ones. Raises `TextoImproprio`.
    """
    for lado in lados(layout, formato, carimbo):
        for campo, texto, verso in _textos(layout, formato, carimbo, lado):
            if falta := pdf_fonts.conferir(texto):
                raise TextoImproprio(f"não se escreve o caractere {falta[0]!r} ({named(falta[0])})", campo.variaveis)
            if _medir_campo(formato, campo, texto, verso)[0] < min(LEGIVEL_PT, campo.tamanho):
                onde = f"{campo.largura:g} mm".replace(".", ",")
                raise TextoImproprio(
                    f"“{texto[:40]}…” não cabe legível nos {onde} do formato {formato.nome}: encurte-o", campo.variaveis
                )
        try:
            _desenhar(layout, formato, carimbo, lado)
        except ValueError as erro:
            raise TextoImproprio(str(erro)) from erro


def _fluxo(documento: Pdf, operadores: bytes) -> pikepdf.Object:
    """Return a stream compressed fast: at its usual level the QR alone would cost as much as opening the file."""
    fluxo = documento.make_stream(b"")
    fluxo.write(zlib.compress(operadores, 1), filter=Name.FlateDecode)
    return fluxo


def _arranjar(documento: Pdf, originais: Sequence[pikepdf.Object], ordem: tuple[LadoImpresso, ...]) -> None:
    """Put the pages in the order of the print, with empty sides between them."""
    modelo = originais[0]
    novas = []
    for lado in ordem:
        if lado.pagina is not None:
            novas.append(pikepdf.Page(originais[lado.pagina - 1]))
            continue
        vazia = Dictionary(
            Type=Name.Page,
            MediaBox=Array([float(lado) for lado in modelo.MediaBox]),
            Resources=Dictionary(Font=modelo.Resources.Font),
            Contents=Array(),
        )
        novas.append(pikepdf.Page(documento.make_indirect(vazia)))
    del documento.pages[:]
    documento.pages.extend(novas)


def _desenhar(layout: Layout, formato: Formato, carimbo: Carimbo, lado: LadoImpresso) -> Desenho:
    desenho = Desenho(formato.pagina.altura)
    if lado.em_branco:
        desenho.faixa(EM_BRANCO, formato.pagina.largura, formato.pagina.altura / 2, 20)
    if lado.pagina is None:
        return desenho
    desenho.tracejado([(t.x, t.x_final, t.y) for t in layout.tracos if t.pagina == lado.pagina])
    for campo, texto, verso in _textos(layout, formato, carimbo, lado):
        _campo(desenho, formato, campo, texto, verso)
    _faixas(desenho, formato, carimbo.faixas)
    if carimbo.valores is not None:
        for caixa in layout.caixas:
            if caixa.pagina == lado.pagina:
                _bloco(desenho, formato, carimbo, carimbo.valores, caixa)
    return desenho


def _textos(
    layout: Layout, formato: Formato, carimbo: Carimbo, lado: LadoImpresso
) -> Iterator[tuple[CampoImpresso, str, bool]]:
    """Yield the fields that are printed on a side, each with its text and whether the side is a back."""
    if lado.pagina is None:
        return
    valores = {
        "pagina": str(lado.pagina),
        "paginas": str(layout.paginas),
        "folha": carimbo.folhas[lado.pagina - 1] if carimbo.folhas else "",
        "copia": carimbo.copia or "",
        "papel": carimbo.papeis[lado.folha] if lado.folha < len(carimbo.papeis) else "",
        "titulo": carimbo.titulo,
    }
    verso = no_verso(lado.pagina, carimbo.faces, carimbo.lado_inicial)
    for campo in formato.campos:
        if _nesta_pagina(campo, lado.pagina, layout.paginas) and all(valores[nome] for nome in campo.variaveis):
            yield campo, campo.texto.format_map(valores), verso


def _nesta_pagina(campo: CampoImpresso, pagina: int, paginas: int) -> bool:
    return {
        "todas": True,
        "primeira": pagina == 1,
        "demais": pagina > 1,
        "ultima": pagina == paginas,
    }[campo.paginas]


def _medir_campo(formato: Formato, campo: CampoImpresso, texto: str, verso: bool) -> tuple[float, float]:
    """Return size in points and width in mm of a field's text, set smaller where it is wider than its place."""
    disponivel = do_campo(formato, campo, verso=verso).largura
    largura = fonts.largura(texto, campo.fonte, campo.tamanho) / PONTOS_POR_MM
    if largura > disponivel:
        return campo.tamanho * disponivel / largura, disponivel
    return campo.tamanho, largura


def _campo(desenho: Desenho, formato: Formato, campo: CampoImpresso, texto: str, verso: bool) -> None:
    onde = do_campo(formato, campo, verso=verso)
    tamanho, largura = _medir_campo(formato, campo, texto, verso)
    lado = campo.alinhamento
    if verso and formato.margens.espelhadas:
        lado = {"esquerda": "direita", "direita": "esquerda"}.get(lado, lado)  # type: ignore[assignment]
    x = onde.x + {"esquerda": 0.0, "centro": 0.5, "direita": 1.0}[lado] * (onde.largura - largura)
    desenho.texto(x, onde.y + onde.altura * 0.8, campo.fonte, tamanho, texto)


def _faixas(desenho: Desenho, formato: Formato, faixas: tuple[str, ...]) -> None:
    """Write the marks across the page, each at least twice: what is cut off a sheet still shows one."""
    if not faixas:
        return
    linhas = 3 if len(faixas) == 1 else 2 * len(faixas)
    pagina = formato.pagina
    for numero in range(linhas):
        y = pagina.altura * (numero + 0.5) / linhas
        desenho.faixa(faixas[numero % len(faixas)], pagina.largura, y, 26)


def _bloco(desenho: Desenho, formato: Formato, carimbo: Carimbo, valores: ValoresBloco, caixa: Caixa) -> None:
    composto = compor(formato, valores)
    rotacao = formato.bloco.rotacao
    altura = caixa.largura if rotacao in (90, 270) else caixa.altura
    if composto.altura > altura + 0.05:
        raise ValueError(
            f"o bloco do selo precisa de {composto.altura:.1f} mm de altura e a página reservou {altura:.1f} mm"
        )
    bloco = formato.bloco
    if rotacao:
        dentro = desenho.girar(caixa.x, caixa.y, caixa.largura, caixa.altura, rotacao)
        x = y = 0.0
    else:
        dentro, x, y = desenho, caixa.x, caixa.y
    dentro.retangulo(x, y, composto.largura, altura, moldura=bloco.moldura)
    for texto in composto.textos:
        dentro.texto(x + texto.x, y + texto.y, texto.fonte, texto.tamanho, texto.texto)
    if composto.qr is not None and valores.qr_url is not None:
        _qr(dentro, formato, valores.qr_url, composto.qr, (x, y), riscado=carimbo.qr_riscado)
    if rotacao:
        desenho.juntar(dentro)


def _qr(
    desenho: Desenho, formato: Formato, url: str, lugar: LugarDoQr, origem: tuple[float, float], *, riscado: bool
) -> None:
    nivel = formato.bloco.nivel
    x, y = origem[0] + lugar.x, origem[1] + lugar.y
    matriz = qr.matriz(_sem_conteudo(url) if riscado else url, nivel)
    x, y, lado = qr.encaixar(len(matriz), lugar.lado, x, y)
    base = desenho.do_alto(y + lado)
    desenho.cru(f"q 1 0 0 1 {pt(x)} {pt(base)} cm ".encode() + qr.caminho(matriz, lado) + b" Q")
    if riscado:
        desenho.riscar(x, y, lado)


def _sem_conteudo(url: str) -> str:
    """Return a text as long as `url` that says nothing: struck out or not, a marked copy holds no seal's QR (X9)."""
    return ("SEM VALOR " * (len(url) // 10 + 1))[: len(url)]


def _titular(documento: Pdf, titulo: str, *, pdf_a: bool) -> None:
    """Write title and language, in the document's information and in its XMP alike; no dates, which would differ."""
    documento.docinfo[Name.Title] = pikepdf.String(titulo)
    documento.docinfo[Name.Producer] = pikepdf.String(PRODUTOR)
    documento.Root.Lang = pikepdf.String("pt-BR")
    documento.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    norma = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" if pdf_a else ""
    xmp = (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        f"{norma}<pdf:Producer>{PRODUTOR}</pdf:Producer>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(titulo)}</rdf:li></rdf:Alt></dc:title>'
        "<dc:language><rdf:Bag><rdf:li>pt-BR</rdf:li></rdf:Bag></dc:language>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )
    fluxo = documento.make_stream(xmp.encode())
    fluxo.Type, fluxo.Subtype = Name.Metadata, Name.XML
    documento.Root.Metadata = fluxo
