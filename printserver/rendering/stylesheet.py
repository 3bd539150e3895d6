"""A format as CSS for WeasyPrint (page, margins, type), and the sheet side of each page (P2)."""

from typing import Final

from printserver.formats import Faces, Format, Margins, fonts, templates

FAMILIES = {"serifa": "PsSerifa", "sem-serifa": "PsSemSerifa"}


FILES: Final = {
    "PsSerifa": "LiberationSerif",
    "PsSemSerifa": "LiberationSans",
    "PsMono": "LiberationMono",
    "PsCarlito": "Carlito",
}
"""File name of each family of the vendored fonts, without the cut."""


def fonts_css() -> str:
    """Return the `@font-face` rules of the vendored fonts, under names that no installed font uses."""
    return "\n".join(
        _face(family, f"{file}-{cut}", weight, slant)
        for family, file in FILES.items()
        for cut, weight, slant in (
            ("Regular", "normal", "normal"),
            ("Bold", "bold", "normal"),
            ("Italic", "normal", "italic"),
            ("BoldItalic", "bold", "italic"),
        )
    )


def _face(family: str, file: str, weight: str, slant: str) -> str:
    path = (fonts.PASTA / f"{file}.ttf").as_uri()
    return f"@font-face{{font-family:{family};src:url({path});font-weight:{weight};font-style:{slant}}}"


def is_verso(page: int, faces: Faces, first_side: str) -> bool:
    """Return whether the page of that number (from 1) is on the back of its sheet.

    In simplex, an act that begins on the back continues on the fronts of the following sheets.
    """
    starts_on_back = first_side == "verso"
    if faces == "frente":
        return starts_on_back and page == 1
    return (page % 2 == 0) != starts_on_back


def back_pages(faces: Faces, first_side: str) -> tuple[str, ...]:
    """Return the CSS selectors of the pages on the back of a sheet."""
    pages = {1: "1"} if faces == "frente" else {1: "2n+1", 2: "2n"}
    return tuple(f":nth({nth})" for number, nth in pages.items() if is_verso(number, faces, first_side))


def css(page_format: Format, faces: Faces, first_side: str) -> str:
    """Return the style sheet of a document, without its fonts."""
    page, typography = page_format.pagina, page_format.fontes
    frente, verso = _margins(page_format.margens, verso=False), _margins(page_format.margens, verso=True)
    rules = [f"@page {{ size: {page.largura}mm {page.altura}mm; margin: {frente} }}"]
    if page_format.margens.espelhadas:
        rules += [f"@page {back} {{ margin: {verso} }}" for back in back_pages(faces, first_side)]
    rules.append(
        f"html {{ font-family: {FAMILIES[typography.familia]}; font-size: {typography.tamanho}pt;"
        f" line-height: {typography.entrelinha}; color: #000 }}"
    )
    rules.append(f".titulo {{ font-size: {typography.titulo}pt }}")
    rules.append(".corpo { overflow-wrap: normal }")  # otherwise words that fit on the next line are broken: `narrow`
    rules.append("thead { display: table-row-group }")  # once, not on each page, never omitted (P2a)
    rules.append(f".corpo {{ text-align: {'justify' if typography.alinhamento == 'justificado' else 'left'} }}")
    return templates.stylesheet(page_format.modelos, page_format.template) + "\n".join(rules)


def _margins(margins: Margins, *, verso: bool) -> str:
    left, right = margins.esquerda, margins.direita
    if verso:
        left, right = right, left
    return f"{margins.superior}mm {right}mm {margins.inferior}mm {left}mm"
