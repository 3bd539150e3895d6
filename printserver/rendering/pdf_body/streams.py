"""Strict reading of a PDF: streams decoded completely, references resolved, library warnings raised (S12, P2a).

qpdf returns null for an unreadable object. This module raises `Defect` if that object is needed.
"""

import re
import struct
import zlib
from collections.abc import Container, Iterator
from io import BytesIO
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from PIL import ImageFont

from printserver.rendering.body.characters import refuse

MAX_DEPTH: Final = 60
"""Maximum nesting of data, forms and fields."""

_CHUNK: Final = 1024 * 1024
_SHORT_NAMES: Final = {
    "/Fl": "/FlateDecode",
    "/AHx": "/ASCIIHexDecode",
    "/A85": "/ASCII85Decode",
    "/LZW": "/LZWDecode",
    "/RL": "/RunLengthDecode",
    "/CCF": "/CCITTFaxDecode",
    "/DCT": "/DCTDecode",
}
_BY_QPDF: Final = ("/ASCIIHexDecode", "/ASCII85Decode", "/LZWDecode", "/RunLengthDecode")
_IMAGES: Final = {"/DCTDecode": b"\xff\xd8", "/JPXDecode": b""}
_END_OF_IMAGE: Final = b"\xff\xd9"  # in JPEG and in JPEG 2000 codestreams
_END_WITHIN: Final = 512  # some writers pad the data after its end
_OTHER_IMAGES: Final = ("/CCITTFaxDecode", "/JBIG2Decode")
_EXTERNAL: Final = ("/F", "/FFilter", "/FDecodeParms")
_IMAGE_KEYS: Final = (
    "/Type /Subtype /Width /Height /ColorSpace /BitsPerComponent /Intent /ImageMask /Mask /Decode /Interpolate /SMask"
    " /SMaskInData /Matte /Name /Length /Filter /DecodeParms /F /FFilter /FDecodeParms"
)
"""Keys of an image that affect its appearance, and those of external data, which is refused."""
_PARAMETERS: Final = ("/DecodeParms", "/DP")
_NOT_DRAWN: Final = (
    *_PARAMETERS,
    *("/AF", "/Lang", "/LastModified", "/Metadata", "/P", "/Parent", "/PieceInfo", "/StructParent", "/StructParents"),
    "/ToUnicode",
)
"""Keys whose value does not affect the drawing and may be missing."""
_SFNT: Final = (b"\0\1\0\0", b"true", b"OTTO")
_OBJECT: Final = re.compile(r"object (\d+) (\d+)")


class Defect(Exception):
    """An object that a page needs cannot be read; its text (Portuguese) is the end of a sentence."""


def read_warnings(pdf: Pdf) -> None:
    """Raise `Defect` if the library has new warnings about `pdf`.

    An abandoned object is null afterwards. That is a defect only if a page needs the object; `items` and `elements`
    detect this.
    """
    for warning in pdf.get_warnings():
        found = _OBJECT.search(str(warning))
        if found is None:
            raise Defect("há dados que não puderam ser lidos")
        if pdf.get_object(int(found[1]), int(found[2])) is not None:
            raise Defect(f"o objeto {found[1]} não pôde ser lido")


def items(container: Any, needed: Container[str] | None = None) -> list[tuple[str, Any]]:
    """Return keys and values of a dictionary; raise `Defect` if a value refers to a missing object.

    `needed` are the keys to check; by default all that may affect the drawing.
    """
    dictionary = container.stream_dict if isinstance(container, Stream) else container
    if not isinstance(dictionary, Dictionary):
        raise Defect("há dados que não puderam ser lidos")
    found = list(dictionary.as_dict().items())
    for key, value in found:
        if value is None and (key not in _NOT_DRAWN if needed is None else key in needed):
            raise Defect(f"o objeto que {key[:30]} indica não está no arquivo")
    return [(key, value) for key, value in found if value is not None]


def elements(array: Any, what: str = "uma lista") -> list[Any]:
    """Return the elements of an array; raise `Defect` if one is missing, or if it is not an array."""
    if not isinstance(array, Array):
        raise Defect(f"{what} não é uma lista")
    found = list(array)
    if any(element is None for element in found):
        raise Defect(f"falta no arquivo um objeto que {what} indica")
    return found


class Sweep:
    """Reads an object and everything it refers to, each object once per document."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()

    def skip(self, value: Object) -> None:
        """Mark `value` as read."""
        if value.is_indirect:
            self._seen.add(value.objgen)

    def read(self, value: Any, depth: int = 0) -> None:
        """Read `value` and everything it refers to; raise `Defect` for missing or bad data; refuse external data."""
        if not isinstance(value, (Dictionary, Stream, Array)):
            return
        if depth > MAX_DEPTH:
            raise Defect("os dados estão aninhados demais")
        if value.is_indirect:
            if value.objgen in self._seen:
                return
            self._seen.add(value.objgen)
        if isinstance(value, Array):
            for child in elements(value):
                self.read(child, depth + 1)
            return
        if isinstance(value, Stream):
            if value.get("/Subtype") == Name.Image:
                keep_only(value, _IMAGE_KEYS.split())
            check(value)
        elif value.get("/Type") in (Name.Filespec, Name.EmbeddedFile):
            raise refuse("O PDF tem um arquivo embutido no conteúdo das páginas.")
        for key, child in items(value):
            if key in _PARAMETERS:
                for parameters in child if isinstance(child, Array) else [child]:
                    self.read(parameters, depth + 1)  # null if a filter has none
            elif key not in _NOT_DRAWN:
                self.read(child, depth + 1)


def keep_only(stream: Stream, keys: Container[str]) -> None:
    """Delete all other keys of a form or image: they may refer to anything."""
    for key in list(stream.keys()):
        if key not in keys:
            del stream[key]


def check(stream: Stream) -> None:
    """Decode a stream completely; raise `Defect` if it is truncated, damaged, or has an unknown filter."""
    for _ in _decoded(stream):
        pass


def content(stream: Any) -> bytes:
    """Return the data of a content stream; raise `Defect` as `check` does."""
    if not isinstance(stream, Stream):
        raise Defect("falta um dos fluxos de conteúdo")
    check(stream)
    try:
        return stream.read_bytes()
    except pikepdf.PikepdfError as error:
        raise Defect(f"{_name(stream)} não pôde ser decodificado") from error


def font_file(stream: Stream) -> None:
    """Raise `Defect` if a font program cannot be opened or is truncated."""
    data = stream.read_bytes()
    try:
        ImageFont.truetype(BytesIO(data))
        whole = data[:4] not in _SFNT or all(end <= len(data) for end in _table_ends(data))
    except (OSError, ValueError, struct.error) as error:
        raise Defect(f"a fonte em {_name(stream)} não pôde ser lida") from error
    if not whole:
        raise Defect(f"a fonte em {_name(stream)} está cortada")


def _table_ends(data: bytes) -> list[int]:
    """Return the end offset of each table of a TrueType or OpenType font."""
    (count,) = struct.unpack_from(">H", data, 4)
    return [sum(struct.unpack_from(">LL", data, 12 + 16 * table + 8)) for table in range(count)]


def _name(stream: Stream) -> str:
    return f"o fluxo do objeto {stream.objgen[0]}" if stream.is_indirect else "um fluxo"


def _decoded(stream: Stream) -> Iterator[bytes]:
    """Apply the filters in order and yield the decoded data in pieces."""
    if any(key in stream for key in _EXTERNAL):
        raise refuse("O PDF guarda parte do conteúdo em outro arquivo.")
    items(stream)
    try:
        data = stream.read_raw_bytes()
        names = _filters(stream)
        for place, name in enumerate(names):
            last = place == len(names) - 1
            if name == "/FlateDecode":
                pieces = _inflated(stream, data)
                if last:
                    yield from pieces
                    return
                data = b"".join(pieces)
            elif name in _BY_QPDF:
                data = _by_qpdf(stream, data, name)
            elif name in _IMAGES:
                _check_image(stream, data, _IMAGES[name])
                return
            elif name in _OTHER_IMAGES and data:
                return
            else:
                raise Defect(f"{_name(stream)} usa um filtro desconhecido")
        yield data
    except pikepdf.PikepdfError as error:
        raise Defect(f"{_name(stream)} não pôde ser decodificado") from error


def _filters(stream: Stream) -> list[str]:
    value = stream.get("/Filter")
    names = [] if value is None else [value] if isinstance(value, Name) else elements(value, "um filtro")
    return [_SHORT_NAMES.get(str(name), str(name)) for name in names]


def _inflated(stream: Stream, data: bytes) -> Iterator[bytes]:
    """Yield inflated data in pieces; end and checksum must be valid (qpdf accepts a wrong checksum)."""
    if not data:
        return  # as for an empty page
    inflate = zlib.decompressobj()
    try:
        while not inflate.eof:
            piece = inflate.decompress(data, _CHUNK)
            data = inflate.unconsumed_tail
            if piece:
                yield piece
            elif not inflate.eof:
                raise Defect(f"{_name(stream)} está cortado")
    except zlib.error as error:
        raise Defect(f"{_name(stream)} está danificado") from error


def _by_qpdf(stream: Stream, data: bytes, name: str) -> bytes:
    with Pdf.new() as scratch:
        copy = scratch.make_stream(b"")
        parameters = stream.get("/DecodeParms")
        early = parameters.get("/EarlyChange") if isinstance(parameters, Dictionary) else None
        copy.write(data, filter=Name(name), decode_parms=None if early is None else Dictionary(EarlyChange=early))
        decoded = copy.read_bytes()
        if scratch.get_warnings():
            raise Defect(f"{_name(stream)} está danificado")
    return decoded


def _check_image(stream: Stream, data: bytes, start: bytes) -> None:
    if not data.startswith(start) or _END_OF_IMAGE not in data[-_END_WITHIN:]:
        raise Defect(f"a imagem em {_name(stream)} está cortada ou danificada")
