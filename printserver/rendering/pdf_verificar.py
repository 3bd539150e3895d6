"""What a PDF body must hold to: each check refuses with its reason (`corpo-invalido`) or says so in an aviso.

A structure that is not as PDF has it (a name where a number belongs) raises `TypeError` or `ValueError` instead.
"""

from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream

from printserver.rendering.caracteres import Avisos, recusar

_HIDDEN: Final = 2
_PRINT: Final = 4
# Of a Form XObject or an image, what points outside the page's own picture.
_OUTSIDE: Final = (
    "/AF",
    "/Alternates",
    "/Metadata",
    "/OC",
    "/OPI",
    "/PieceInfo",
    "/Ref",
    "/StructParent",
    "/StructParents",
)
_FONTS: Final = (Name.Type1, Name.MMType1, Name.TrueType, Name.CIDFontType0, Name.CIDFontType2)
_MAX_DEPTH: Final = 60


def documento(pdf: Pdf) -> None:
    """Refuse what cannot be judged by its pages: encryption, signatures, dynamic forms, layers turned off."""
    if pdf.is_encrypted:
        raise recusar("O PDF está cifrado. Envie-o sem proteção.")
    if any(isinstance(obj, Dictionary) and "/ByteRange" in obj and "/Contents" in obj for obj in pdf.objects):
        raise recusar("O PDF está assinado digitalmente: imprimi-lo com selo quebraria a assinatura.")
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, Dictionary):
        if "/XFA" in form:
            raise recusar("O PDF é um formulário XFA, que muda conforme o programa que o abre.")
        if bool(form.get("/NeedAppearances", False)) and len(form.get("/Fields", Array())) > 0:
            raise recusar("O PDF tem campos de formulário ainda não desenhados. Achate o formulário antes de enviar.")
    layers = pdf.Root.get("/OCProperties")
    if isinstance(layers, Dictionary):
        default = layers.get("/D", Dictionary())
        if len(default.get("/OFF", Array())) > 0 or default.get("/BaseState") == Name.OFF:
            raise recusar("O PDF tem camadas desligadas. Deixe nele só o que deve ser impresso.")


def caixa(page: Page) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of what is seen of a page: its crop box within its media box."""
    media, crop = (_rectangle(box) for box in (page.mediabox, page.cropbox))
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return left, bottom, max(left, right), max(bottom, top)


def _rectangle(box: Any) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(edge) for edge in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def unidade(page: Page) -> float:
    """Return the page's UserUnit (1 by default): by how much its points are larger."""
    return float(page.obj.get("/UserUnit", 1))


def rotacao(page: Page) -> int:
    """Return the page's own or inherited rotation in degrees, clockwise; refuse one that is no quarter turn."""
    node: Any = page.obj
    for _ in range(_MAX_DEPTH):
        if not isinstance(node, Dictionary):
            return 0
        if "/Rotate" in node:
            turn = int(node["/Rotate"])
            if turn % 90:
                raise recusar("O PDF tem uma página com rotação inválida.")
            return turn % 360
        node = node.get("/Parent")
    return 0


def anotacoes(page: Page, number: int, avisos: Avisos) -> None:
    """Say in avisos which annotations do not come along; refuse one that shows text but has no picture of it."""
    annotations = page.obj.get("/Annots", Array())
    if not isinstance(annotations, Array):
        raise recusar(f"A página {number} do PDF tem anotações corrompidas.")
    for annotation in annotations:
        if not isinstance(annotation, Dictionary):
            continue
        kind = str(annotation.get("/Subtype", "/?"))[1:]
        flags = int(annotation.get("/F", 0))
        drawn = "/AP" in annotation and "/N" in annotation.AP
        if kind in ("Link", "Popup") or flags & _HIDDEN:
            continue
        if not drawn and (kind in ("FreeText", "Stamp") or (kind == "Widget" and "/V" in annotation)):
            raise recusar(f"A página {number} do PDF tem uma anotação ({kind}) ainda não desenhada. Achate o PDF.")
        if not drawn or not flags & _PRINT:
            avisos.add(
                f"Uma anotação ({kind[:20]}) da página {number} do PDF não é das que se imprimem e foi retirada."
            )


def equilibrar(pdf: Pdf, page: Page, number: int) -> None:
    """Make every `Q` of a page's content close a `q` of its own; refuse content that cannot be read."""
    try:
        instructions = list(pikepdf.parse_content_stream(page))
    except (pikepdf.PikepdfError, TypeError, ValueError) as error:
        raise recusar(f"O conteúdo da página {number} do PDF está corrompido.") from error
    kept, depth, changed = [], 0, False
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            depth += 1
        elif operator == "Q":
            if depth == 0:
                changed = True
                continue
            depth -= 1
        kept.append(instruction)
    if changed or depth:
        content = pikepdf.unparse_content_stream(kept) + b"\nQ" * depth
        page.obj.Contents = pdf.make_stream(content)


def recursos(pdf: Pdf) -> None:
    """Take out of a PDF what points outside its pages; refuse fonts not embedded and data kept in other files."""
    for obj in pdf.objects:
        for part in _parts(obj, 0):
            if isinstance(part, Stream) and "/F" in part:
                raise recusar("O PDF guarda parte do conteúdo em outro arquivo.")
            if isinstance(part, Stream) and part.get("/Subtype") in (Name.Form, Name.Image):
                for key in _OUTSIDE:
                    if key in part:
                        del part[key]
            if part.get("/Subtype") == Name.PS and part.get("/Type") in (None, Name.XObject):
                raise recusar("O PDF tem um programa PostScript dentro.")
            if part.get("/Type") in (Name.Filespec, Name.EmbeddedFile):
                raise recusar("O PDF tem um arquivo embutido no conteúdo das páginas.")
            if part.get("/Type") == Name.Font or part.get("/Subtype") in _FONTS:
                _font(part)


def _parts(obj: Object, depth: int) -> Iterator[Dictionary | Stream]:
    """Yield an object and the dictionaries written inside it (not those it refers to)."""
    if depth > _MAX_DEPTH:
        raise recusar("O PDF tem dados aninhados demais.")
    if isinstance(obj, (Dictionary, Stream)):
        yield obj
        for child in list(
            obj.as_dict().values() if isinstance(obj, Dictionary) else obj.stream_dict.as_dict().values()
        ):
            if isinstance(child, Object) and not child.is_indirect:
                yield from _parts(child, depth + 1)
    elif isinstance(obj, Array):
        for child in obj:
            if isinstance(child, Object) and not child.is_indirect:
                yield from _parts(child, depth + 1)


def _font(font: Dictionary | Stream) -> None:
    """Refuse a font whose glyphs are not in the PDF: what prints would depend on the machine."""
    if font.get("/Subtype") in (Name.Type0, Name.Type3):
        return  # the one has its glyphs in its descendant, the other in itself
    descriptor = font.get("/FontDescriptor")
    embedded = isinstance(descriptor, Dictionary) and any(
        isinstance(descriptor.get(key), Stream) for key in ("/FontFile", "/FontFile2", "/FontFile3")
    )
    if not embedded:
        name = str(font.get("/BaseFont", "/sem nome"))[1:61]
        raise recusar(f"A fonte {name} não está embutida no PDF. Gere-o com as fontes embutidas.")
