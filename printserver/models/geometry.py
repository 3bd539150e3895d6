"""A format for the paper and margins of models: it prints the model, the seal and the page's number, nothing more."""

from typing import Final

from printserver.common.text import tenths
from printserver.formats import FORMAT_KINDS, FormatType
from printserver.office import Office
from printserver.rendering import RtfFacts

SMALLEST_PAPER: Final = 70.0
"""mm; side of the smallest paper of a format."""
_PREFIX: Final = "modelo-"
_SMALL_MARGIN: Final = 5.0
_FIELD_MARGIN: Final = 10.0  # mm of a margin that takes a line of its own
_BESIDE_QR: Final = 81.0  # mm of a text that takes the lines of a block beside its QR
_QR_BELOW: Final = 39.0
_LINES: Final = {
    "certidao": ("selos", "descricao", "isencao", "custas", "selo_livro"),
    "traslado": ("selos", "descricao", "isencao", "custas", "selo_livro"),
    "livro": ("selos", "descricao", "isencao", "custas"),
}
_CIVIL_LINES: Final = ("selos", "descricao", "custas")


def name_of(tipo: FormatType, facts: RtfFacts) -> str:
    """Return the name of the format of a geometry: kind, paper and margins (left, right, top, bottom) in tenths."""
    sides = [round(each * 10) for each in (*facts.page, *facts.margins)]
    size, margins = f"{sides[0]}x{sides[1]}", "-".join(map(str, sides[2:]))
    return f"{_PREFIX}{tipo.replace('_', '-')}-{size}-{margins}{'-e' if facts.mirrored else ''}"


def own_format(office: Office, tipo: FormatType, facts: RtfFacts) -> str | None:
    """Return the name of the office's format of a geometry; None if no imported model has it."""
    name = name_of(tipo, facts)
    return name if office.formatos.is_own(name) else None


def is_name(name: str) -> bool:
    """Return whether the name is that of the format of a geometry."""
    return name.startswith(_PREFIX)


def too_small(facts: RtfFacts) -> str | None:
    """Return why no format can have the paper of a model; None if one can."""
    width, height = facts.page
    if min(width, height) >= SMALLEST_PAPER:
        return None
    return (
        f"o papel, de {tenths(width)} × {tenths(height)} mm, é menor que o de um formato ({tenths(SMALLEST_PAPER)} mm)"
    )


def notices(facts: RtfFacts) -> list[str]:
    """Return what a person should know of the margins (Portuguese)."""
    sides = zip(("esquerda", "direita", "superior", "inferior"), facts.margins, strict=True)
    small = [f"{name} {tenths(mm)} mm" for name, mm in sides if mm < _SMALL_MARGIN]
    found = [f"margem estreita: {', '.join(small)}; veja se a impressora chega até lá"] if small else []
    if facts.margins[3] < _FIELD_MARGIN:
        found.append("sem número de página: a margem inferior não tem lugar para ele")
    return found


def toml_of(tipo: FormatType, facts: RtfFacts) -> str:
    """Return the file of the format of a geometry."""
    width, height = facts.page
    left, right, top, bottom = facts.margins
    title = f"Modelos de {tipo.replace('_', ' ')}, papel de {tenths(width)} × {tenths(height)} mm"
    parts = [
        f'tipo = "{tipo}"',
        f'descricao = "{title}: o texto, as margens e o lugar de tudo vêm do modelo"',
        'template = "corpo.html"',
        'imprime = ["selo", "numeracao"]',
        f'faces = "{"frente-verso" if facts.mirrored else "frente"}"',
        f"\n[pagina]\nlargura = {width}\naltura = {height}",
        f"\n[margens]\nesquerda = {left}\ndireita = {right}\nsuperior = {top}\ninferior = {bottom}"
        f"\nespelhadas = {'true' if facts.mirrored else 'false'}",
        *_fields(facts),
        _block(tipo, width - left - right),
    ]
    return "\n".join(parts) + "\n"


def _fields(facts: RtfFacts) -> list[str]:
    """Return the page's number and the paper's, in the bottom margin if there is room."""
    left, right, _, bottom = facts.margins
    room = (facts.page[0] - left - right) / 2
    if bottom < _FIELD_MARGIN or room < 30:
        return []
    y = round(bottom / 2 - 2, 1)
    return [
        _field("Página {pagina} de {paginas}", "inferior-esquerdo", left, y, min(room, 45.0), 8.5),
        _field("Papel {papel}", "inferior-direito", right, y, min(room, 60.0), 7.5, "direita"),
    ]


def _field(text: str, corner: str, x: float, y: float, width: float, size: float, side: str = "esquerda") -> str:
    return (
        f'\n[[campos]]\ntexto = "{text}"\ncanto = "{corner}"\nx = {max(x, 4.0)}\ny = {y}\nlargura = {round(width, 1)}'
        f'\nalinhamento = "{side}"\ntamanho = {size}'
    )


def _block(tipo: FormatType, room: float) -> str:
    kind = FORMAT_KINDS[tipo]
    lines = _LINES.get(tipo, _CIVIL_LINES)
    written = ", ".join(f'"{line}"' for line in lines)
    drawn = kind.draws_qr and room >= _QR_BELOW
    place = "direita" if room >= _BESIDE_QR else "abaixo"
    return (
        f'\n[bloco]\nonde = "fim"\nqr = "{"automatico" if drawn else "nenhum"}"\nlado_qr = "{place}"'
        f"\nlinhas = [{written}]"
    )
