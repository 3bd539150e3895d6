"""The kept file of a layout: its pages closed off so that a stamp is drawn over them, with the stamp's fonts in it."""

from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats.fonts import NomeDaFonte
from printserver.formats.model import Formato
from printserver.rendering import pdf_fonts

_OWN: Final = ("/Names", "/Outlines", "/OpenAction", "/AcroForm", "/PageLabels", "/Dests", "/Metadata")


COMPRESSAO: Final = 3
"""zlib's level for kept pages: WeasyPrint's own 9 costs a tenth of a layout for a few bytes."""


def aquecer() -> None:
    """Make the fonts' subsets now."""
    pikepdf.settings.set_flate_compression_level(COMPRESSAO)
    pdf = Pdf.new()
    pdf_fonts.acrescentar(pdf, pdf_fonts.SEMPRE)


def fontes_do_formato(formato: Formato) -> tuple[NomeDaFonte, ...]:
    """Return the fonts that a stamp of this format writes with."""
    return (*pdf_fonts.SEMPRE, *(campo.fonte for campo in formato.campos))


def preparar(pdf: bytes, formato: Formato) -> bytes:
    """Return `pdf` ready to be stamped: each page's content between q and Q, the fonts in its resources.

    Whatever names, links or metadata it brings is taken out; the stamp writes its own.
    """
    with pikepdf.open(BytesIO(pdf)) as documento:
        for chave in _OWN:
            if chave in documento.Root:
                del documento.Root[chave]
        documento.Root.Lang = pikepdf.String("pt-BR")
        if "/OutputIntents" not in documento.Root:
            documento.Root.OutputIntents = Array([_intencao(documento)])
        for chave in list(documento.docinfo.keys()):
            del documento.docinfo[chave]
        objetos = pdf_fonts.acrescentar(documento, fontes_do_formato(formato))
        abrir, fechar = documento.make_stream(b"q\n"), documento.make_stream(b"\nQ\n")
        for pagina in documento.pages:
            conteudos = pagina.obj.get("/Contents", Array())
            partes = list(conteudos) if isinstance(conteudos, Array) else [conteudos]
            pagina.obj.Contents = Array([abrir, *partes, fechar])
            _por_fontes(documento, pagina.obj, objetos)
        saida = BytesIO()
        documento.save(saida, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return saida.getvalue()


def _por_fontes(documento: Pdf, pagina: pikepdf.Object, objetos: dict[str, pikepdf.Object]) -> None:
    if "/Resources" not in pagina:
        pagina.Resources = documento.make_indirect(Dictionary())
    if "/Font" not in pagina.Resources:
        pagina.Resources.Font = Dictionary()
    for nome, objeto in objetos.items():
        pagina.Resources.Font[Name("/" + nome)] = objeto


@cache
def _perfil() -> bytes:
    return (resources.files("weasyprint") / "pdf" / "sRGB2014.icc").read_bytes()


def _intencao(documento: Pdf) -> pikepdf.Object:
    perfil = documento.make_stream(_perfil())
    perfil.N = 3
    nome = pikepdf.String("sRGB2014.icc")
    return documento.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=nome,
            Info=nome,
            DestOutputProfile=perfil,
        )
    )
