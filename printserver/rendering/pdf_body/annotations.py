"""The annotations of a PDF's pages, including form fields: selects the appearances that print (P2a).

An annotation that prints keeps only its printed appearance stream, to be flattened into the page. An annotation without
appearance, or visible only on screen, is refused if it has content, otherwise reported in an aviso.
"""

from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream, String

from printserver.rendering.body.characters import Notices, refuse
from printserver.rendering.pdf_body.layers import Layers
from printserver.rendering.pdf_body.streams import (
    MAX_DEPTH,
    Defect,
    elements,
    items,
)

_HIDDEN: Final = 1 << 1
_PRINT: Final = 1 << 2
_NO_VIEW: Final = 1 << 5
_PUSH_BUTTON: Final = 1 << 16
_SILENT: Final = ("FileAttachment", "Movie", "PrinterMark", "RichMedia", "Screen", "Sound", "TrapNet", "3D")
"""Types that a viewer does not draw, or draws only as an icon, if they have no appearance."""
_DRAWN_BY: Final = ("/Subtype", "/F", "/Rect", "/AP", "/AS", "/OC", "/V", "/FT", "/Ff", "/Parent")
_PAINTING: Final = "S s f F f* B B* b b* sh Do Tj TJ ' \" BI ID EI"


def check_form(pdf: Pdf) -> None:
    """Refuse a signed document, a dynamic form, and a form whose fields have no appearances yet.

    Keeps only the form's resources, which the fields' appearances may use.
    """
    if _signed(pdf):
        raise refuse("O PDF está assinado digitalmente: imprimi-lo com selo quebraria a assinatura.")
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return
    if "/XFA" in form:
        raise refuse("O PDF é um formulário XFA, que muda conforme o programa que o abre.")
    if bool(form.get("/NeedAppearances", False)) and (len(form.get("/Fields", Array())) > 0 or _has_fields(pdf)):
        raise refuse("O PDF tem campos de formulário ainda não desenhados. Achate o formulário antes de enviar.")
    pdf.Root.AcroForm = Dictionary(DR=form.get("/DR", Dictionary()))


def _signed(pdf: Pdf) -> bool:
    """Return whether the file has a signature, including within another object, or a signed field."""
    inside: list[Any] = list(pdf.objects)
    while inside:
        value = inside.pop()
        if isinstance(value, Dictionary):
            if _is_signature(value) or (value.get("/FT") == Name.Sig and isinstance(value.get("/V"), Dictionary)):
                return True
            inside.extend(child for child in value.as_dict().values() if _is_inside(child))
        elif isinstance(value, Stream):
            inside.extend(child for child in value.stream_dict.as_dict().values() if _is_inside(child))
        elif isinstance(value, Array):
            inside.extend(child for child in value if _is_inside(child))
    return any(_is_signed(widget) for page in pdf.pages for widget in _widgets(page))


def _is_inside(value: Any) -> bool:
    return isinstance(value, (Dictionary, Array)) and not value.is_indirect


def _is_signed(field: Dictionary) -> bool:
    return _inherited(field, "/FT") == Name.Sig and isinstance(_inherited(field, "/V"), Dictionary)


def _is_signature(value: Dictionary) -> bool:
    return "/ByteRange" in value or value.get("/Type") in (Name.Sig, Name.DocTimeStamp)


def _widgets(page: Page) -> list[Dictionary]:
    annotations = page.obj.get("/Annots", Array())
    found = list(annotations) if isinstance(annotations, Array) else []
    return [each for each in found if isinstance(each, Dictionary) and each.get("/Subtype") == Name.Widget]


def _has_fields(pdf: Pdf) -> bool:
    return any(not int(widget.get("/F", 0)) & _HIDDEN for page in pdf.pages for widget in _widgets(page))


def _inherited(field: Any, key: str) -> Any:
    """Return the value of `key` from a field or its nearest ancestor."""
    for _ in range(MAX_DEPTH):
        if not isinstance(field, Dictionary):
            return None
        if (value := field.get(key)) is not None:
            return value
        field = field.get("/Parent")
    raise Defect("um campo de formulário está aninhado demais")


def select(page: Page, number: int, layers: Layers, notices: Notices) -> bool:
    """Keep on a page the annotations that print, each with its current appearance; return whether there are any.

    Removed annotations that a viewer may show are reported in `avisos`. Raises `Recusa` for content that would be lost.
    """
    chosen = []
    for annotation in elements(dict(items(page.obj, ("/Annots",))).get("/Annots", Array()), "a lista de anotações"):
        items(annotation, _DRAWN_BY)
        kind = str(annotation.get("/Subtype", "/?"))[1:][:20]
        if _prints(annotation, kind, number, layers, notices):
            chosen.append(annotation)
    if "/Annots" in page.obj:
        page.obj.Annots = Array(chosen)
    return bool(chosen)


def _prints(annotation: Dictionary, kind: str, number: int, layers: Layers, notices: Notices) -> bool:
    flags = int(annotation.get("/F", 0))
    prints, views = bool(flags & _PRINT), not flags & _NO_VIEW
    if flags & _HIDDEN or kind == "Popup" or not (prints or views) or _is_empty(annotation):
        return False
    if kind == "Link":
        return _check_link(annotation, number, notices, prints=prints)
    if "/OC" in annotation:
        layers.require_shown(annotation.OC)
    picture = _picture(annotation)
    says = _says(annotation, kind, picture)
    if says and picture is None and (prints or kind in ("FreeText", "Stamp", "Widget")):
        raise refuse(f"A página {number} do PDF tem uma anotação ({kind}) ainda não desenhada. Achate o PDF.")
    if picture is not None and prints and not views:
        raise refuse(f"A página {number} do PDF tem uma anotação ({kind}) que só aparece impressa. Achate o PDF.")
    if says and not prints and kind in ("FreeText", "Widget"):
        raise refuse(f"A página {number} do PDF tem texto ({kind}) que só aparece na tela. Achate o PDF.")
    if picture is None and "/AP" in annotation:
        return False  # an unchecked box
    if picture is None or not prints:
        notices.add(f"Uma anotação ({kind}) da página {number} do PDF não é das que se imprimem e foi retirada.")
        return False
    annotation.AP = Dictionary(N=picture)
    return True


def _is_empty(annotation: Dictionary) -> bool:
    x1, y1, x2, y2 = (float(edge) for edge in elements(annotation.get("/Rect"), "o lugar de uma anotação"))
    return x1 == x2 or y1 == y2


def _check_link(annotation: Dictionary, number: int, notices: Notices, *, prints: bool) -> bool:
    """Refuse a link frame that a viewer prints; report a frame that is only on screen. Always returns False."""
    style = annotation.get("/BS")
    if isinstance(style, Dictionary):
        width = float(style.get("/W", 1))
    else:
        border = list(annotation.get("/Border", Array([0, 0, 1])))
        width = float(border[2]) if len(border) > 2 else 0.0
    if width > 0 and prints:
        raise refuse(f"A página {number} do PDF tem um link com moldura desenhada pelo programa que o abre. Retire-a.")
    if width > 0:
        notices.add(f"A moldura de um link da página {number} do PDF aparece só na tela e foi retirada.")
    return False


def _picture(annotation: Dictionary) -> Stream | None:
    """Return the appearance stream of an annotation's current state, or None."""
    looks = annotation.get("/AP")
    normal = dict(items(looks)).get("/N") if isinstance(looks, Dictionary) else None
    if isinstance(normal, Stream):
        _check_box(normal)
        return normal
    if normal is None:
        return None
    if not isinstance(normal, Dictionary):
        raise Defect("a figura de uma anotação não pôde ser lida")
    states = dict(items(normal))
    value = _inherited(annotation, "/V")
    marked = str(value) if isinstance(value, Name) else None
    state = str(annotation.get("/AS", "/Off" if marked in (None, "/Off") else ""))
    chosen = states.get(state)
    if (chosen is None and state != "/Off") or (marked in states and marked != state):
        raise Defect("um campo ou uma anotação está num estado de que não há figura")
    if isinstance(chosen, Stream):
        _check_box(chosen)
        return chosen
    return None


def _check_box(picture: Stream) -> None:
    x1, y1, x2, y2 = (float(edge) for edge in elements(picture.get("/BBox"), "a moldura de uma anotação"))
    if x1 == x2 or y1 == y2:
        raise Defect("a figura de uma anotação não tem tamanho")


def _says(annotation: Dictionary, kind: str, picture: Stream | None) -> bool:
    """Return whether the annotation has content; raise `Defect` for a filled field with an empty appearance."""
    if kind != "Widget":
        return picture is not None or kind not in _SILENT
    if int(_inherited(annotation, "/Ff") or 0) & _PUSH_BUTTON and _inherited(annotation, "/FT") == Name.Btn:
        return False
    filled = _is_filled(_inherited(annotation, "/V")) or annotation.get("/AS", Name.Off) != Name.Off
    written = _inherited(annotation, "/FT") in (Name.Tx, Name.Ch)
    if filled and written and picture is not None and not pikepdf.parse_content_stream(picture, _PAINTING):
        raise Defect("um campo preenchido tem figura vazia")
    return filled


def _is_filled(value: Any) -> bool:
    if isinstance(value, (String, Array)):
        return len(bytes(value) if isinstance(value, String) else value) > 0
    return isinstance(value, Stream) or (isinstance(value, Name) and value != Name.Off)
