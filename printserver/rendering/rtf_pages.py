"""An RTF body on the pages of a format: its paper and margins, the places of seal and codes, and what is said of it.

In a format that writes nothing but the seal, the RTF is the whole page: the format's paper and margins, the RTF's
headers, footers and sections. In the others it is the act's text, in the format's column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from printserver import rtf
from printserver.common.text import tenths
from printserver.formats import Format
from printserver.rendering import rtf_source
from printserver.rendering.body.characters import BodyNotice, Notices, refuse
from printserver.rendering.model import LayoutTask
from printserver.rendering.rtf_body import Box, lay_out
from printserver.rendering.stylesheet import back_pages

BLOCK_ID: Final = "ANCORA-DO-BLOCO"
CODE_ID: Final = "CODIGO-DO-SELO-"
_CODE_SHARE: Final = 0.9  # of the text's size: the letters of the mono font look larger
_CODE_ADVANCE: Final = 25 * 0.6002  # of the 25 characters, in ems
_SLACK_MM: Final = 0.5
_KINDS: Final = {"descartado": "Não se imprime: {}.", "conferir": "Confira: {}."}


@dataclass(frozen=True, slots=True)
class RtfBody:
    """The HTML and CSS of a body, which comes after `BASE_CSS`; `whole`: it has pages of its own.

    `notices` are for its sender.
    """

    html: str
    css: str
    notices: tuple[BodyNotice, ...]
    whole: bool
    has_qr: bool


def prepare(task: LayoutTask) -> RtfBody:
    """Return an rtf body laid out for the format of `task`. Raises `Recusa` `corpo-invalido`."""
    kind, content = task.corpo
    assert kind == "rtf"
    page_format = task.formato
    whole = page_format.writes_only_selo
    document = rtf_source.load(content, _places(task.mark_values), whole=whole)
    if not any(paragraph.text.strip() for paragraph in document.paragraphs()):
        raise refuse("O texto está vazio: nada dele aparece no papel. Envie o texto do documento.")
    notices = Notices()
    boxes = _boxes(document, task)
    if whole:
        _compare(document.sections[0].paper, page_format, notices)
        fitted = replace(document, sections=_fitted(document.sections, page_format))
        made = lay_out(fitted, boxes=boxes, backs=back_pages(task.faces, task.lado_inicial))
    else:
        inside = replace(document, sections=tuple(replace(s, blocks=_inside(s.blocks)) for s in document.sections))
        made = lay_out(inside, column=page_format.texto.largura, boxes=boxes)
    for notice in (*document.notices, *made.notices):
        notices.add(_KINDS.get(notice.kind, "{}.").replace("{}", notice.text.removesuffix(".")))
    has_qr = rtf_source.QR_BOX in boxes
    css = made.own_css + (_closing(fitted.sections, page_format) if whole else "")
    if whole and (has_qr or page_format.bloco.onde != "fim" or not task.bloco[1]):
        css += "\n.fecho{padding:0}"  # nothing follows the text: its last line may be at the page's end
    return RtfBody(made.running + made.html, css, notices.all(), whole, has_qr)


def _places(values: Mapping[str, str]) -> dict[str, str]:
    """Return values by the places as the text has them; marks come by their names, with or without brackets."""
    return {name if name.startswith(("<", "[[")) else f"[[{name}]]": text for name, text in values.items()}


def _boxes(document: rtf.Rtf, task: LayoutTask) -> dict[str, Box]:
    """Return the boxes of the text by their characters."""
    first, last = ord(rtf_source.CODE_BOX), ord(rtf_source.CODE_BOX) + rtf_source.MAX_CODES
    boxes = {}
    for paragraph in rtf.every_paragraph(document):
        for run in paragraph.runs:
            for character in run.text:
                if character == rtf_source.QR_BOX:
                    width, height = task.bloco
                    boxes[character] = Box(BLOCK_ID, width, height)
                elif first <= ord(character) < last:
                    size = run.face.size / 2 * _CODE_SHARE / 72 * 25.4
                    number = ord(character) - first
                    boxes[character] = Box(f"{CODE_ID}{number}", size * _CODE_ADVANCE, size)
    return boxes


def _fitted(sections: tuple[rtf.Section, ...], page_format: Format) -> tuple[rtf.Section, ...]:
    """Return the sections on the format's paper.

    A later section keeps the difference between its margins and the first's.
    """
    first = sections[0].paper
    page, margins = page_format.pagina, page_format.margens

    def paper(own: rtf.Paper) -> rtf.Paper:
        return replace(
            own,
            width=_twips(page.largura),
            height=_twips(page.altura),
            left=max(_twips(margins.esquerda) + own.left - first.left, 0),
            right=max(_twips(margins.direita) + own.right - first.right, 0),
            top=max(_twips(margins.superior) + own.top - first.top, 0),
            bottom=max(_twips(margins.inferior) + own.bottom - first.bottom, 0),
            mirrored=margins.espelhadas,
        )

    return tuple(replace(section, paper=paper(section.paper)) for section in sections)


def _closing(sections: tuple[rtf.Section, ...], page_format: Format) -> str:
    """Return the rules that keep what the format writes on the pages of the RTF: block before it, block after it."""
    last = next(
        at for at in range(len(sections) - 1, -1, -1) if at == 0 or not sections[at].continues(sections[at - 1])
    )
    sides = f"padding-left:{page_format.margens.esquerda}mm;padding-right:{page_format.margens.direita}mm"
    return f"\nbody{{page:rtf0}}\n.fecho,.antes-do-texto{{page:rtf{last};{sides}}}\n.antes-do-texto{{page:rtf0}}"


def _compare(paper: rtf.Paper, page_format: Format, notices: Notices) -> None:
    """Note a paper or a margin that is not the format's."""
    page, margins = page_format.pagina, page_format.margens
    own = (_mm(paper.width), _mm(paper.height))
    if abs(own[0] - page.largura) > _SLACK_MM or abs(own[1] - page.altura) > _SLACK_MM:
        notices.add(
            f"O papel do RTF tem {tenths(own[0])} × {tenths(own[1])} mm; vale o do formato {page_format.nome}, de"
            f" {tenths(page.largura)} × {tenths(page.altura)} mm."
        )
    sides = (
        ("esquerda", paper.left, margins.esquerda),
        ("direita", paper.right, margins.direita),
        ("superior", paper.top, margins.superior),
        ("inferior", paper.bottom, margins.inferior),
    )
    for name, ours, theirs in sides:
        if abs(_mm(ours) - theirs) > _SLACK_MM:
            notices.add(
                f"A margem {name} do RTF tem {tenths(_mm(ours))} mm; vale a do formato {page_format.nome}, de"
                f" {tenths(theirs)} mm."
            )


def _inside(blocks: tuple[rtf.Block, ...]) -> tuple[rtf.Block, ...]:
    """Return blocks without indents that leave the column: beside it is what the format keeps free."""
    return tuple(_paragraph(each) if isinstance(each, rtf.Paragraph) else _table(each) for each in blocks)


def _paragraph(paragraph: rtf.Paragraph) -> rtf.Paragraph:
    shape = paragraph.shape
    left = max(shape.left, 0)
    inside = replace(shape, left=left, right=max(shape.right, 0), first=max(shape.first, -left), page_break=False)
    return replace(paragraph, shape=inside)


def _table(table: rtf.Table) -> rtf.Table:
    away = -min(0, *(row.left for row in table.rows))
    if not away:
        return table
    rows = (
        replace(
            row,
            left=row.left + away,
            right=row.right + away,
            cells=tuple(replace(cell, left=cell.left + away, right=cell.right + away) for cell in row.cells),
        )
        for row in table.rows
    )
    return rtf.Table(tuple(rows))


def _twips(mm: float) -> int:
    return round(mm * rtf.TWIPS_PER_MM)


def _mm(twips: int) -> float:
    return twips / rtf.TWIPS_PER_MM
