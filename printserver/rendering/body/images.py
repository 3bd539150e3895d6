"""Images of a body: PNG or JPEG in `data:`, decoded by Pillow and re-encoded, so that only pixels are kept (P2a).

The type comes from the first bytes, because the media type is often wrong. `figures` determines the drawn size.
"""

import base64
import binascii
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import unquote_to_bytes

from PIL import Image, ImageCms, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from printserver.errors import Recusa
from printserver.rendering.body.characters import refuse

MAX_PIXELS: Final = 20_000_000
"""Maximum pixels of one image."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Maximum bytes of one image, before base64."""

_DATA: Final = re.compile(r"\s*data:([^,]*),", re.IGNORECASE)
_BASE64: Final = re.compile(r";\s*base64\s*$", re.IGNORECASE)
_OURS: Final = re.compile(
    r"\s*(?:image/(?:\*|(?:x-)?(?:a?png|p?jpe?g|jpe|jfif))|(?:application|binary)/octet-stream|)\s*(?:;|$)",
    re.IGNORECASE,
)
"""Media types of PNG and JPEG in their variants, and unspecific ones."""
_BLANKS: Final = b" \t\r\n\f"
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")

_MB: Final = 1024 * 1024
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_MAGIC: Final = (
    (re.compile(re.escape(_PNG)), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"GIF8"), "GIF"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WebP"),
    (re.compile(rb"BM"), "BMP"),
    (re.compile(rb"II\*\0|MM\0\*"), "TIFF"),
    (re.compile(rb"\0\0\x01\0"), "ICO"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "AVIF"),
    (re.compile(rb"....ftyp(?:hei|hev|mif1|msf1)", re.DOTALL), "HEIC"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "JPEG 2000"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "), "JPEG XL"),
    (re.compile(rb"%PDF-"), "PDF"),
    (re.compile(rb"\x01\0\0\0.{36} EMF|\xd7\xcd\xc6\x9a", re.DOTALL), "EMF/WMF"),
    (re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:svg|\?xml|!DOCTYPE svg|!--)", re.IGNORECASE), "SVG"),
)

_DEPTH_AT: Final = 24
_ADAM7: Final = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Passes of an interlaced PNG: (start x, start y, step in x, step in y)."""

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class ImageData:
    """Content of a `data:` URL: bytes, format (None: unknown), and whether it is declared as PNG or JPEG."""

    content: bytes
    format_name: str | None
    declared: bool


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """A decoded image: upright, grey or RGB (sRGB), on white. `animated`: the first of several frames."""

    pixels: Image.Image
    format_name: Literal["PNG", "JPEG"]
    animated: bool = False

    def url(self, width: int | None = None, height: int | None = None) -> str:
        """Return it as a `data:` URL, resized to `width` × `height` pixels if given. Deterministic."""
        image = self.pixels
        if width is not None and height is not None and image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.LANCZOS)
        output = io.BytesIO()
        if self.format_name == "JPEG":
            image.save(output, "JPEG", quality=90)
        else:
            image.save(output, "PNG")
        return f"data:image/{self.format_name.lower()};base64,{base64.b64encode(output.getvalue()).decode('ascii')}"


def read(url: str) -> ImageData | None:
    """Return the content of `url`, None if it is no `data:` URL or an unreadable one of another type.

    Raises `Recusa` `corpo-invalido` if it is declared as PNG or JPEG and is over the limit or not valid base64.
    """
    head = _DATA.match(url)
    if head is None:
        return None
    ours = _OURS.match(head[1]) is not None
    if len(url) - head.end() > MAX_BYTES * 4 // 3 + len(url) // 25 + 4:  # tolerance for line ends
        if not ours:
            return None
        raise refuse(f"Uma imagem tem mais de {MAX_BYTES // 1024 // 1024} MB.")
    coded = unquote_to_bytes(url[head.end() :])
    plain = _BASE64.search(head[1]) is None and _format(coded) is not None
    data = coded if plain else _from_base64(coded)
    if data is None:
        if ours:
            raise refuse("Uma imagem não está em base64 válido.")
        return None
    if len(data) > MAX_BYTES:
        raise refuse(f"Uma imagem tem mais de {MAX_BYTES // 1024 // 1024} MB.")
    return ImageData(data, _format(data), ours)


def _from_base64(coded: bytes) -> bytes | None:
    """Decode base64 in its common variants: either alphabet, with line breaks, with or without `=`."""
    coded = coded.translate(_URL_SAFE, _BLANKS).rstrip(b"=")
    try:
        return base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _format(data: bytes) -> str | None:
    return next((name for magic, name in _MAGIC if magic.match(data)), None)


def decode(data: ImageData) -> DecodedImage:
    """Return the image in `data`.

    Raises `Recusa` `corpo-invalido` with its reason if it is not PNG or JPEG, damaged, truncated, or over the limits:
    an image that cannot be drawn would be missing from the page.
    """
    if data.format_name not in ("PNG", "JPEG"):
        known = f": é {data.format_name}" if data.format_name else ""
        raise refuse(f"Uma imagem não é PNG nem JPEG, como diz ser{known}. Converta-a.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(data.content, png=data.format_name == "PNG")
    except (Recusa, MemoryError):
        raise
    except Exception as error:  # decoders raise any exception for a damaged file
        raise refuse("Uma imagem está corrompida.") from error


def _decode(data: bytes, *, png: bool) -> DecodedImage:
    # explicit class: Pillow's detection takes a JPEG with a second image for another format (MPO)
    with (PngImageFile if png else JpegImageFile)(io.BytesIO(data)) as image:
        if image.width * image.height > MAX_PIXELS:
            raise refuse(
                f"Uma imagem tem {image.width} × {image.height} pixels: "
                f"o limite é de {MAX_PIXELS // 1_000_000} milhões de pixels."
            )
        if png and not _has_all_rows(data):
            raise refuse("Uma imagem está corrompida: faltam-lhe linhas.")
        animated = getattr(image, "is_animated", False)
        _load_whole(image)
        depth = data[_DEPTH_AT] if png else 8
        return DecodedImage(_upright(image, _plain(image, depth)), "PNG" if png else "JPEG", animated)


def _has_all_rows(data: bytes) -> bool:
    """Return whether a PNG has all pixels of its header: Pillow leaves missing ones black."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    bits = depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    passes = _ADAM7 if interlaced else ((0, 0, 1, 1),)
    left = 0
    for x, y, step_x, step_y in passes:
        columns, rows = -(-(width - x) // step_x), -(-(height - y) // step_y)
        if columns > 0:
            left += max(rows, 0) * (1 + (columns * bits + 7) // 8)
    inflate = zlib.decompressobj()
    for piece in _pixel_data(data):
        while piece and left > 0:
            left -= len(inflate.decompress(piece, _MB))
            piece = inflate.unconsumed_tail
    return left - len(inflate.flush()) <= 0


def _pixel_data(png: bytes) -> Iterator[bytes]:
    """Yield the contents of the IDAT chunks."""
    at = len(_PNG)
    while at + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        if kind == b"IDAT":
            yield png[at + 8 : at + 8 + length]
        at += length + 12


def _load_whole(image: Image.Image) -> None:
    """Read the pixels; a truncated image is an error here, although WeasyPrint sets Pillow to accept them globally."""
    tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant


def _upright(image: Image.Image, plain: Image.Image) -> Image.Image:
    """Return `plain` rotated by the EXIF orientation of `image`; unreadable EXIF is ignored, as in a browser."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        turn = _TURNS.get(exif.get(_ORIENTATION, 1))
    except Exception:
        return plain
    return plain if turn is None else plain.transpose(turn)


def _plain(image: Image.Image, depth: int) -> Image.Image:
    """Return the image as grey or RGB in sRGB, transparency on white, without profiles or text."""
    profile, hidden = image.info.get("icc_profile"), image.info.get("transparency")
    if image.mode.startswith("I"):  # 16 bits of grey
        shades = [255 if shade == hidden else shade >> 8 for shade in range(1 << 16)]
        image = image.convert("I").point(shades, "L")
        image.info.pop("transparency", None)
    elif image.mode == "L" and isinstance(hidden, int) and depth < 8:
        image.info["transparency"] = hidden * (255 // ((1 << depth) - 1))  # Pillow scales only the pixels
    grey = image.mode in ("1", "L", "LA")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode != "CMYK":
        image = image.convert("L" if grey else "RGB")
    mode = "L" if grey else "RGB"
    clean = Image.new(mode, image.size)
    clean.paste(_in_srgb(image, profile).convert(mode))
    return clean


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the image in sRGB; a damaged or mismatched profile is ignored."""
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).startswith("sRGB"):
            return image
        return (
            ImageCms.profileToProfile(
                image,
                source,
                _srgb(),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


@cache
def _srgb() -> Any:
    return ImageCms.createProfile("sRGB")
