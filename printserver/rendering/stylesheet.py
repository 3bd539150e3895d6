"""A format as CSS for WeasyPrint: page, margins and type; and which side of its sheet each page is on (P2)."""

from printserver.formats import fonts, templates
from printserver.formats.model import Faces, Formato, Margens

FAMILIAS = {"serifa": "PsSerifa", "sem-serifa": "PsSemSerifa"}


def fontes_css() -> str:
    """Return the `@font-face` rules of the vendored fonts, under names that no installed font has."""
    return "\n".join(
        _face(familia, f"{arquivo}-{corte}", peso, inclinacao)
        for familia, arquivo in (("PsSerifa", "LiberationSerif"), ("PsSemSerifa", "LiberationSans"))
        for corte, peso, inclinacao in (
            ("Regular", "normal", "normal"),
            ("Bold", "bold", "normal"),
            ("Italic", "normal", "italic"),
            ("BoldItalic", "bold", "italic"),
        )
    )


def _face(familia: str, arquivo: str, peso: str, inclinacao: str) -> str:
    caminho = (fonts.PASTA / f"{arquivo}.ttf").as_uri()
    return f"@font-face{{font-family:{familia};src:url({caminho});font-weight:{peso};font-style:{inclinacao}}}"


def no_verso(pagina: int, faces: Faces, lado_inicial: str) -> bool:
    """Tell whether the page of that number (from 1) is on the back of its sheet.

    Printed on one side only, an act that begins on the back goes on on the fronts of the sheets that follow.
    """
    comeca_no_verso = lado_inicial == "verso"
    if faces == "frente":
        return comeca_no_verso and pagina == 1
    return (pagina % 2 == 0) != comeca_no_verso


def css(formato: Formato, faces: Faces, lado_inicial: str) -> str:
    """Return the whole style sheet of a document but for its fonts."""
    pagina, letra = formato.pagina, formato.fontes
    frente, verso = _margens(formato.margens, verso=False), _margens(formato.margens, verso=True)
    regras = [f"@page {{ size: {pagina.largura}mm {pagina.altura}mm; margin: {frente} }}"]
    if formato.margens.espelhadas:
        quais = {1: "1"} if faces == "frente" else {1: "2n+1", 2: "2n"}
        versos = [nth for numero, nth in quais.items() if no_verso(numero, faces, lado_inicial)]
        regras += [f"@page :nth({nth}) {{ margin: {verso} }}" for nth in versos]
    regras.append(
        f"html {{ font-family: {FAMILIAS[letra.familia]}; font-size: {letra.tamanho}pt;"
        f" line-height: {letra.entrelinha}; color: #000 }}"
    )
    regras.append(f".titulo {{ font-size: {letra.titulo}pt }}")
    regras.append(".corpo { overflow-wrap: normal }")  # else words break that have room on the next line: `estreito`
    regras.append("thead { display: table-row-group }")  # once, not on each page, and never left out (P2a)
    regras.append(f".corpo {{ text-align: {'justify' if letra.alinhamento == 'justificado' else 'left'} }}")
    return templates.estilo(formato.pasta) + "\n".join(regras)


def _margens(margens: Margens, *, verso: bool) -> str:
    esquerda, direita = margens.esquerda, margens.direita
    if verso:
        esquerda, direita = direita, esquerda
    return f"{margens.superior}mm {direita}mm {margens.inferior}mm {esquerda}mm"
