"""Whether a prepared page may stand in a PDF/A-2b file as it is. Says yes only for what it knows.

A scan passes: images, paths and plain colours, also with a scanner's invisible text. Visible text does not: whether its
fonts conform is not known here. The page of a "no" is drawn as an image instead (`page_images`).
"""

from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from printserver.rendering.pdf_body.commands import WRITING

_DEPTH: Final = 12
_STATES: Final = 24
"""Nested graphics states; PDF/A-2 allows 28, and the new page adds some."""
_OPERATORS: Final = (
    "b B b* B* BMC BT c cm d EMC ET f F f* g G h i j J l m M MP n q Q re RG rg s S SC sc T* Tc Td TD Tf TL Tm Tr Ts Tw"
    " Tz v w W W* y Do gs cs CS scn SCN ri"
)
_FILTERS: Final = ("/FlateDecode", "/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/RunLengthDecode")
_IMAGE_KEYS: Final = (
    "/Type /Subtype /Width /Height /ColorSpace /BitsPerComponent /Decode /ImageMask /Mask /SMask /Interpolate /Name"
    " /Length /Filter /DecodeParms /Intent /Matte"
)
_FORM_KEYS: Final = (
    "/Type /Subtype /FormType /BBox /Matrix /Resources /Group /Name /Length /Filter /DecodeParms /LastModified"
    " /StructParent /StructParents"
)
_STATE_KEYS: Final = "/Type /LW /LC /LJ /ML /D /RI /FL /SA /CA /ca /BM /SMask /AIS /OP /op /OPM /SM"
_ALLOWED: Final = frozenset((*_OPERATORS.split(), *WRITING))
_INTENTS: Final = ("/RelativeColorimetric", "/AbsoluteColorimetric", "/Perceptual", "/Saturation")
_DEVICES: Final = ("/DeviceGray", "/DeviceRGB", "/G", "/RGB")
_ICC_SPACES: Final = {1: b"GRAY", 3: b"RGB "}
_INVISIBLE: Final = 3


def is_archivable(form: Stream) -> bool:
    """Return whether the Form XObject of a prepared page has only parts that conform to PDF/A-2b."""
    try:
        return _form(form, 0, 0)
    except (pikepdf.PikepdfError, TypeError, ValueError, KeyError, AttributeError, IndexError):
        return False


def _form(form: Stream, mode: int, depth: int) -> bool:
    """Return whether a form conforms, drawn while the text rendering mode is `mode`."""
    resources = form.get("/Resources", Dictionary())
    if depth > _DEPTH or not _filters(form) or not _space_of_group(form.get("/Group")):
        return False
    if not set(form.keys()) <= set(_FORM_KEYS.split()):
        return False
    saved: list[int] = []
    for instruction in pikepdf.parse_content_stream(form):
        operator, operands = str(instruction.operator), instruction.operands
        if operator not in _ALLOWED:
            return False
        if operator == "q":
            saved.append(mode)
        elif operator == "Q":
            mode = saved.pop()
        elif operator == "Tr":
            mode = int(operands[0])
        if not _conforms(operator, operands, resources, mode, depth) or len(saved) + depth > _STATES:
            return False
    return True


def _conforms(operator: str, operands: Any, resources: Any, mode: int, depth: int) -> bool:
    if operator in WRITING:
        return mode == _INVISIBLE
    if operator == "Do":
        drawn = resources.XObject[operands[0]]
        return _image(drawn, resources) if drawn.Subtype == Name.Image else _form(drawn, mode, depth + 1)
    if operator == "gs":
        return _state(resources.ExtGState[operands[0]])
    if operator in ("cs", "CS"):
        return _space(operands[0], resources)
    if operator in ("scn", "SCN"):
        return not isinstance(operands[-1], Name)  # a pattern
    return operator != "ri" or str(operands[0]) in _INTENTS


def _state(state: Dictionary) -> bool:
    """Return whether a graphics state is without transparency and transfer functions."""
    opaque = all(float(state.get(key, 1)) == 1 for key in ("/CA", "/ca"))
    normal = state.get("/BM", Name.Normal) == Name.Normal and state.get("/SMask", Name("/None")) == Name("/None")
    intent = str(state.get("/RI", Name.Perceptual)) in _INTENTS
    return opaque and normal and intent and set(state.keys()) <= set(_STATE_KEYS.split())


def _image(image: Any, resources: Any) -> bool:
    if not set(image.keys()) <= set(_IMAGE_KEYS.split()) or image.get("/Interpolate", False) or not _filters(image):
        return False
    if str(image.get("/Intent", Name.Perceptual)) not in _INTENTS:
        return False
    masks = [image[key] for key in ("/Mask", "/SMask") if isinstance(image.get(key), Stream)]
    if not all(_image(mask, resources) for mask in masks):
        return False
    return bool(image.get("/ImageMask", False)) or _space(image.ColorSpace, resources)


def _filters(stream: Stream) -> bool:
    given = stream.get("/Filter", Array())
    names = list(given) if isinstance(given, Array) else [given]
    return all(str(name) in _FILTERS for name in names) and not {"/F", "/FFilter"} & set(stream.keys())


def _space_of_group(group: Object | None) -> bool:
    return group is None or "/CS" not in group or _space(group.CS, Dictionary())


def _space(space: Any, resources: Any) -> bool:
    """Return whether a colour space is grey or RGB: of the device, calibrated, by a profile, or indexed from one."""
    if isinstance(space, Name):
        named = resources.get("/ColorSpace", Dictionary()).get(str(space))
        return str(space) in _DEVICES if named is None else _space(named, Dictionary())
    kind = str(space[0])
    if kind in ("/Indexed", "/I"):
        return _space(space[1], resources)
    if kind == "/ICCBased":
        # header of a profile (ICC.1): its version, its colour space, its signature
        head = space[1].read_bytes()[:40]
        return bool(head[16:20] == _ICC_SPACES.get(int(space[1].N)) and head[36:40] == b"acsp" and head[8] <= 4)
    return kind in ("/CalGray", "/CalRGB") or (len(space) == 1 and kind in _DEVICES)
