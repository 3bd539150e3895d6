"""The stamp's fonts as PDF objects: subsets of the vendored fonts with the characters of the stamp, put into every kept
layout, so that a stamp only writes text.

Glyph numbers are those of the whole font: text can be encoded without knowing the subset.
"""

import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats import fonts
from printserver.formats.fonts import NomeDaFonte
from printserver.formats.text import STAMPED

NOMES: Final[dict[NomeDaFonte, str]] = {
    "serifa": "PsSerifa",
    "serifa-negrito": "PsSerifaNegrito",
    "mono": "PsMono",
    "mono-negrito": "PsMonoNegrito",
    "sem-serifa": "PsSem",
    "sem-serifa-negrito": "PsSemNegrito",
}
"""Names of the fonts in a page's resources."""
SEMPRE: Final[tuple[NomeDaFonte, ...]] = ("serifa", "serifa-negrito", "mono", "mono-negrito")
"""What seal block and bands are set in, whatever the format."""


class SemGlifo(ValueError):
    """A text of the stamp has a character that its fonts do not have."""


def conferir(texto: str) -> str:
    """Return the characters of `texto` that the stamp cannot write, each once."""
    return "".join(c for c in dict.fromkeys(texto) if ord(c) not in STAMPED)


@cache
def codificar(texto: str, nome: NomeDaFonte) -> bytes:
    """Return `texto` as a hexadecimal PDF string of glyph numbers. Raises `SemGlifo`."""
    if falta := conferir(texto):
        raise SemGlifo(f"o caractere {falta[0]!r} não pode ser impresso no selo, no cabeçalho ou no rodapé")
    glifos = fonts.fonte(nome).glifos
    return b"<" + b"".join(b"%04X" % glifos[ord(c)] for c in texto) + b">"


@dataclass(frozen=True)
class _Subconjunto:
    nome_postscript: str
    arquivo: bytes  # zlib
    tamanho: int
    larguras: bytes  # the W array as PDF writes it
    para_unicode: bytes
    metricas: tuple[int, int, int, tuple[int, int, int, int]]  # ascent, descent, cap height, bounding box


def acrescentar(pdf: Pdf, nomes: Iterable[NomeDaFonte]) -> dict[str, pikepdf.Object]:
    """Add the fonts to `pdf`; return them by their resource names."""
    return {NOMES[nome]: _objeto(pdf, _subconjunto(nome)) for nome in dict.fromkeys(nomes)}


@cache
def _subconjunto(nome: NomeDaFonte) -> _Subconjunto:
    from fontTools.subset import Options, Subsetter  # only the pool makes subsets

    fonte = fonts.fonte(nome)
    pontos = sorted(STAMPED)
    opcoes = Options(retain_gids=True, hinting=False, layout_features=[], notdef_outline=True, recalc_timestamp=False)
    opcoes.drop_tables += ["FFTM", "GPOS", "GSUB", "GDEF", "DSIG", "gasp", "post", "name"]
    with TTFont(fonte.arquivo, recalcTimestamp=False) as ttf:
        nome_postscript = ttf["name"].getDebugName(6)
        escala = 1000 / ttf["head"].unitsPerEm
        caixa = tuple(round(ttf["head"].__dict__[lado] * escala) for lado in ("xMin", "yMin", "xMax", "yMax"))
        subida, descida = round(ttf["hhea"].ascent * escala), round(ttf["hhea"].descent * escala)
        maiuscula = round(ttf["OS/2"].sCapHeight * escala)
        subsetter = Subsetter(opcoes)
        subsetter.populate(unicodes=pontos)
        subsetter.subset(ttf)
        saida = io.BytesIO()
        ttf.save(saida)
    dados = saida.getvalue()
    larguras = sorted({(fonte.glifos[p], fonte.avancos[p]) for p in pontos})
    return _Subconjunto(
        f"PSCART+{nome_postscript}",
        zlib.compress(dados, 9),
        len(dados),
        ("[" + " ".join(f"{glifo} [{avanco:.3f}]" for glifo, avanco in larguras) + "]").encode("ascii"),
        _para_unicode([(fonte.glifos[p], p) for p in pontos]),
        (subida, descida, maiuscula, (caixa[0], caixa[1], caixa[2], caixa[3])),
    )


def _para_unicode(pares: list[tuple[int, int]]) -> bytes:
    """Return the ToUnicode map: what makes the stamped text findable and readable by machines."""
    vistos = dict(sorted(pares, reverse=True))  # of two characters with one glyph, the lower
    itens = sorted(vistos.items())
    blocos = [
        f"{len(parte)} beginbfchar\n" + "".join(f"<{g:04X}> <{p:04X}>\n" for g, p in parte) + "endbfchar\n"
        for parte in (itens[i : i + 100] for i in range(0, len(itens), 100))
    ]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "".join(blocos)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _objeto(pdf: Pdf, subconjunto: _Subconjunto) -> pikepdf.Object:
    arquivo = pdf.make_stream(b"")
    arquivo.write(subconjunto.arquivo, filter=Name.FlateDecode)
    arquivo.Length1 = subconjunto.tamanho
    subida, descida, maiuscula, caixa = subconjunto.metricas
    nome = Name("/" + subconjunto.nome_postscript)
    descritor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=nome,
        Flags=4,
        FontBBox=Array(list(caixa)),
        ItalicAngle=0,
        Ascent=subida,
        Descent=descida,
        CapHeight=maiuscula,
        StemV=80,
        FontFile2=arquivo,
    )
    cid = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=nome,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descritor),
        CIDToGIDMap=Name.Identity,
        DW=1000,
        W=pikepdf.Object.parse(subconjunto.larguras),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=nome,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(cid)]),
            ToUnicode=pdf.make_stream(subconjunto.para_unicode),
        )
    )
