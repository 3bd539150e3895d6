"""Images of a body: PNG or JPEG in `data:`, decoded by Pillow and written anew, so that only pixels come along."""

import base64
import binascii
import io
import re
import warnings
from typing import Final

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from printserver.rendering.caracteres import recusar

MAXIMO_PIXELS: Final = 20_000_000
"""Pixels of one image."""
MAXIMO_BYTES: Final = 16 * 1024 * 1024
"""Bytes of one image, before base64."""

_DATA: Final = re.compile(r"\s*data:image/(?:png|jpe?g)\s*;\s*base64\s*,", re.IGNORECASE)
_BLANKS: Final = str.maketrans("", "", " \t\r\n\f")


def e_data(url: str) -> bool:
    """Whether `url` is one that may become an image: PNG or JPEG, as base64 `data:`."""
    return _DATA.match(url) is not None


def reescrever(url: str) -> tuple[str, int]:
    """Return (data URL, pixels) of the image in `url`, decoded and written anew, upright, on white, without metadata.

    Raises `Recusa` `corpo-invalido` with its reason where it is not what it says, is broken, or is over the limits:
    an image that cannot be drawn would vanish from the page.
    """
    head = _DATA.match(url)
    if head is None:
        raise recusar("Uma imagem não é PNG nem JPEG em base64 (data:image/png;base64,…).")
    coded = url[head.end() :].translate(_BLANKS)
    if len(coded) > MAXIMO_BYTES * 4 // 3 + 4:
        raise recusar(f"Uma imagem tem mais de {MAXIMO_BYTES // 1024 // 1024} MB.")
    try:
        data = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise recusar("Uma imagem não está em base64 válido.") from error
    image, kind = _decode(data)
    output = io.BytesIO()
    if kind == "JPEG":
        image.save(output, "JPEG", quality=90)
    else:
        image.save(output, "PNG")
    text = base64.b64encode(output.getvalue()).decode("ascii")
    return f"data:image/{kind.lower()};base64,{text}", image.width * image.height


def _decode(data: bytes) -> tuple[Image.Image, str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is checked below, by our own limit
            with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > MAXIMO_PIXELS:
                    raise recusar(
                        f"Uma imagem tem {image.width} × {image.height} pixels: "
                        f"o limite é de {MAXIMO_PIXELS // 1_000_000} milhões."
                    )
                kind = str(image.format)
                _load_whole(image)
                return _plain(ImageOps.exif_transpose(image)), kind
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise recusar(f"Uma imagem tem mais de {MAXIMO_PIXELS // 1_000_000} milhões de pixels.") from error
    except UnidentifiedImageError as error:
        raise recusar("Uma imagem não é o PNG ou JPEG que diz ser.") from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise recusar("Uma imagem está corrompida.") from error


def _load_whole(image: Image.Image) -> None:
    """Read the pixels; a truncated image is an error here, though WeasyPrint tells Pillow to take them anywhere."""
    tolerant, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        image.load()
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant


def _plain(image: Image.Image) -> Image.Image:
    """Return the image as grey or RGB, on white where it is transparent, without profiles or text."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    mode = "L" if image.mode in ("1", "L", "I", "I;16", "F") else "RGB"
    if image.mode in ("I", "I;16", "F"):
        image = image.point(lambda value: value / 256).convert("L")
    clean = Image.new(mode, image.size)
    clean.paste(image.convert(mode))
    return clean
