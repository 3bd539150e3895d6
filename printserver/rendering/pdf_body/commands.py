"""Reads the operators of PDF content streams, checks them and balances `q` and `Q` (P2a)."""

import re
from typing import Any, Final

import pikepdf
from pikepdf import Array, Page, Pdf, Stream, String

from printserver.rendering.pdf_body import streams
from printserver.rendering.pdf_body.streams import Defect, elements, items

PAGE_KEYS: Final = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group", "/Parent")
_COMMANDS: Final = (
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k l m M MP n q Q re RG"
    " rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \""
)
_OPERATORS: Final = frozenset(_COMMANDS.split()) | {"INLINE IMAGE"}
WRITING: Final = ("Tj", "TJ", "'", '"')
_JOINT: Final = b"\n\t \f \t \f\n"
"""Unusual blanks put between the parts of a content stream: within a string they stay detectable."""
_STRING: Final = re.compile(rb"\((?:\\.|[^\\()])*\)")

Instructions = list[tuple[str, Any]]
"""Operators by name, each with pikepdf's instruction and its operands."""


def read_content(pdf: Pdf, page: Page) -> Instructions:
    """Return a page's operators, and replace its content by one stream with balanced `q` and `Q`.

    Raises `Defect` for content that is truncated or damaged, has unknown operators, or is split within a string, an
    inline image or a comment: viewers join such parts in different ways.
    """
    contents = dict(items(page.obj, PAGE_KEYS)).get("/Contents", Array())
    parts = elements(contents, "o conteúdo") if isinstance(contents, Array) else [contents]
    pieces = [streams.content(part) for part in parts]
    if len(pieces) == 1:
        instructions = parse(pdf, parts[0])
    else:
        instructions = parse(pdf, pdf.make_stream(_JOINT.join(pieces)))
        _check_joints(pieces, instructions)
    balanced = _balance(instructions)
    if balanced is not instructions:
        page.obj.Contents = pdf.make_stream(
            pikepdf.unparse_content_stream([instruction for _, instruction in balanced])
        )
    elif len(pieces) != 1:
        page.obj.Contents = pdf.make_stream(b"\n".join(pieces))
    return balanced


def parse(pdf: Pdf, stream: Stream) -> Instructions:
    """Return the operators of one stream; raise `Defect` for damaged or unknown ones."""
    try:
        instructions = [(str(each.operator), each) for each in pikepdf.parse_content_stream(stream)]
    except (pikepdf.PikepdfError, TypeError, ValueError) as error:
        raise Defect("os comandos não puderam ser lidos") from error
    streams.read_warnings(pdf)
    tolerant = 0
    for operator, _ in instructions:
        if operator not in _OPERATORS and tolerant <= 0:
            raise Defect("há um comando desconhecido")
        if operator in ("BX", "EX"):
            tolerant += 1 if operator == "BX" else -1
    return instructions


def _check_joints(pieces: list[bytes], instructions: Instructions) -> None:
    for piece in pieces[:-1]:
        if b"%" in _STRING.sub(b"", re.split(rb"[\r\n]", piece)[-1]):
            raise Defect("o conteúdo está dividido no meio de um comentário")
    for operator, instruction in instructions:
        if operator in WRITING and any(_JOINT in part for part in written_strings(instruction.operands)):
            raise Defect("o conteúdo está dividido no meio de um texto")
        if operator == "INLINE IMAGE" and _JOINT in instruction.iimage.unparse():
            raise Defect("o conteúdo está dividido no meio de uma imagem")


def written_strings(operands: Any) -> list[bytes]:
    """Return the strings that an operator shows."""
    (operand,) = operands[-1:]
    return [bytes(part) for part in (operand if isinstance(operand, Array) else [operand]) if isinstance(part, String)]


def _balance(instructions: Instructions) -> Instructions:
    """Return the same operators without surplus `Q` and with the missing ones."""
    depth, spare = 0, set()
    for place, (operator, _) in enumerate(instructions):
        if operator == "q":
            depth += 1
        elif operator == "Q" and depth:
            depth -= 1
        elif operator == "Q":
            spare.add(place)
    if not spare and not depth:
        return instructions
    kept = [each for place, each in enumerate(instructions) if place not in spare]
    return kept + [("Q", pikepdf.ContentStreamInstruction([], pikepdf.Operator("Q")))] * depth
