"""The deed as ordinary HTML and CSS, for plain WeasyPrint and for Chromium."""

import base64
from html import escape

from bench import deed as deeds
from bench.deed import Deed
from bench.page import FONTS, qr_svg
from printserver.formats import BlockValues, Format

_CSS = """
@page {{ size: {width}mm {height}mm; margin: {top}mm {outer}mm {bottom}mm {inner}mm;
  @top-right {{ font: bold 10pt "Liberation Serif"; vertical-align: bottom; padding-bottom: 8mm }}
  @bottom-left {{ content: "Página " counter(page) " de " counter(pages); font: 8.5pt "Liberation Serif" }}
  @bottom-right {{ content: "{initials}"; font: 8.5pt "Liberation Serif" }} }}
@page :left {{ margin-left: {outer}mm; margin-right: {inner}mm }}
html {{ font: {size}pt/{leading} "Liberation Serif"; color: #000; hyphens: none }}
body {{ margin: 0 }}
p {{ margin: 0 0 1.5mm; widows: 3; orphans: 3 }}
.office {{ text-align: center; font-size: .9em; margin-bottom: 3mm }}
.office b {{ display: block; font-size: 1.1em }}
h1 {{ font-size: {title}pt; text-align: center; text-transform: uppercase; margin: 0 0 4mm }}
.parties p {{ margin: 0 0 .7mm; padding-left: 5mm; text-indent: -5mm }}
.parties {{ margin-bottom: 3mm }}
main p {{ text-align: justify }}
footer {{ break-inside: avoid; padding-top: 2.5mm }}
.signers {{ display: flex; flex-wrap: wrap; margin-bottom: 2mm }}
.signers div {{ width: 50%; box-sizing: border-box; padding: 11mm 3mm 0; text-align: center; line-height: 1.2 }}
.signers div:last-child:nth-child(odd) {{ margin: 0 auto }}
.signers span {{ display: block; border-top: .5pt solid #000; padding-top: .6mm }}
.signers small {{ display: block; font-size: .85em }}
.seal {{ display: flex; border: .5pt solid #000; padding: 1mm; font-size: 7.5pt; line-height: 1.2 }}
.seal .lines {{ flex: 1 }}
.seal code {{ font: bold 1em "Liberation Mono" }}
.seal .qr {{ width: 40mm; margin-left: 1mm; text-align: center; font-size: 7pt }}
.seal img {{ display: block; width: {qr}mm; height: {qr}mm; margin: 0 auto }}
"""

_FACES = "".join(
    f'@font-face {{ font-family: "Liberation {family}"; font-weight: {weight};'
    f' src: url("{(FONTS / f"Liberation{family}-{cut}.ttf").as_uri()}") }}'
    for family in ("Serif", "Mono")
    for cut, weight in (("Regular", "normal"), ("Bold", "bold"))
)


def style(page_format: Format, *, with_fonts: bool) -> str:
    """Return the style sheet; `with_fonts`: with `@font-face` for the vendored fonts."""
    page, margins, type_ = page_format.pagina, page_format.margens, page_format.fontes
    css = _CSS.format(
        width=page.largura,
        height=page.altura,
        top=margins.superior,
        bottom=margins.inferior,
        inner=margins.esquerda,
        outer=margins.direita,
        size=type_.tamanho,
        leading=type_.entrelinha,
        title=type_.titulo,
        qr=page_format.bloco.lado,
        initials=deeds.INITIALS,
    )
    return (_FACES if with_fonts else "") + css


def document(css: str, deed: Deed, values: BlockValues, qr_side: float) -> str:
    """Return the HTML document."""
    office = deeds.OFFICE
    first, second = deed.folhas
    svg = base64.b64encode(qr_svg(values.qr_url or "", qr_side).encode()).decode()
    parties = "".join(f"<p><b>{p.quality}:</b> {p.name}, {p.document}.</p>" for p in deed.parties)
    body = "".join(f"<p>{escape(text)}</p>" for text in deed.paragraphs)
    signers = "".join(f"<div><span>{name}<small>{what}</small></span></div>" for name, what in deed.signers)
    lines = "".join(
        f"<div><b>{label}</b>{f'<code>{text}</code>' if code else text}</div>"
        for label, text, code in deeds.block_lines(values)
    )
    captions = "".join(f"<div>{text}</div>" for text in deeds.captions(values))
    return f"""<!DOCTYPE html><html lang="pt-BR"><head><meta charset="utf-8"><title>{deeds.TITLE}</title>
<style>{css}
@page {{ @top-right {{ content: "{second}" }} }}
@page :first {{ @top-right {{ content: "{first}" }} }}</style></head><body>
<div class="office"><b>{office["nome"]}</b>{office["cidade"]} – {office["uf"]} · CNS {office["cns"]}</div>
<h1>{deeds.TITLE}</h1><div class="parties">{parties}</div><main>{body}</main>
<footer><p>{office["cidade"]}, {deeds.today()}.</p><div class="signers">{signers}</div>
<div class="seal"><div class="lines">{lines}</div>
<div class="qr"><img src="data:image/svg+xml;base64,{svg}" alt="QR">{captions}</div></div></footer></body></html>"""
