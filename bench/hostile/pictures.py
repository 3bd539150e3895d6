"""Images in the variants of phones, scanners and editors, and damaged ones; each with its expected look."""

import base64
import io
import random
import struct
import zlib
from dataclasses import dataclass

import pikepdf
from PIL import Image, ImageDraw, ImageOps

_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file, its requested size in mm, and a PDF page that shows it (None: unknown)."""

    file: bytes
    kind: str
    width: float
    height: float
    reference: bytes | None
    sound: bool

    def tag(self) -> str:
        """Return it as an `img`."""
        kind = "jpeg" if self.kind == "JPEG" else "png"
        coded = base64.b64encode(self.file).decode()
        return f'<img src="data:image/{kind};base64,{coded}" style="width:{self.width}mm;height:{self.height}mm">'


def drawing(chance: random.Random) -> Image.Image:
    """Return a random image of a few dark shapes on white."""
    image = Image.new("RGB", (chance.randint(24, 160), chance.randint(24, 160)), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(chance.randint(2, 6)):
        x, y = chance.randrange(image.width), chance.randrange(image.height)
        colour = tuple(chance.randrange(160) for _ in range(3))
        draw.rectangle((x, y, x + chance.randint(4, 80), y + chance.randint(4, 80)), fill=colour)
    return image


def small(chance: random.Random) -> str:
    """Return a small image as a `data:` URL."""
    return f"data:image/png;base64,{base64.b64encode(_saved(drawing(chance), 'PNG')).decode()}"


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def odd(chance: random.Random) -> Picture:
    """Return an intact image of an unusual variant."""
    shown = drawing(chance)
    kind = chance.choice(["PNG", "JPEG"])
    file, upright = (_odd_png if kind == "PNG" else _odd_jpeg)(shown, chance)
    return Picture(
        file, kind, chance.randint(10, 70), chance.randint(10, 60), _page_of(_saved(upright, "PNG")), sound=True
    )


def _odd_jpeg(image: Image.Image, chance: random.Random) -> tuple[bytes, Image.Image]:
    options: dict[str, object] = {
        "quality": 92,
        "progressive": chance.random() < 0.4,
        "dpi": (chance.randint(1, 999),) * 2,
    }
    way = chance.choice(["plain", "grey", "cmyk", "ycck", "exif", "mpo", "icc", "tail"])
    if way == "grey":
        return _saved(image.convert("L"), "JPEG", **options), image.convert("L")
    if way == "cmyk":
        return _saved(image.convert("CMYK"), "JPEG", quality=92), image
    if way == "ycck":
        luma, blue, red = ImageOps.invert(image).convert("YCbCr").split()
        bands = [band.point(lambda value: 255 - value) for band in (luma, blue, red)]
        data = _saved(Image.merge("CMYK", [*bands, Image.new("L", image.size, 0)]), "JPEG", quality=92, subsampling=0)
        mark = data.index(b"Adobe") + 11
        return data[:mark] + b"\2" + data[mark + 1 :], image
    if way == "exif":
        exif = Image.Exif()
        exif[0x0112] = chance.randint(1, 8)
        data = _saved(image, "JPEG", exif=exif, **options)
        return data, ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if way == "mpo":
        return _saved(
            image, "MPO", save_all=True, append_images=[Image.new("RGB", (16, 12), "white")], quality=92
        ), image
    tail = chance.randbytes(chance.randint(1, 3000)) if way == "tail" else b""
    return _saved(image, "JPEG", icc_profile=b"broken" * 60 if way == "icc" else None, **options) + tail, image


def _odd_png(image: Image.Image, chance: random.Random) -> tuple[bytes, Image.Image]:
    way = chance.choice(["plain", "grey", "1", "P", "alpha", "16", "interlaced", "animated", "tail"])
    grey = image.convert("L")
    if way == "grey":
        return _saved(grey, "PNG"), grey
    if way == "1":
        bilevel = grey.point(lambda value: 255 * (value > 200)).convert("1")
        return _saved(bilevel, "PNG"), bilevel.convert("L")
    if way == "P":
        palette = image.quantize(16)
        return _saved(palette, "PNG", transparency=chance.choice([None, palette.getpixel((0, 0))])), image
    if way == "alpha":
        clear = image.convert("RGBA")
        clear.putalpha(grey.point(lambda value: 0 if value > 250 else 255))
        return _saved(clear, "PNG"), image
    if way == "16":
        return _saved(grey.convert("I").point(lambda value: value * 257).convert("I;16"), "PNG"), grey
    if way == "interlaced":
        return interlaced(grey), grey
    if way == "animated":
        return _saved(image, "PNG", save_all=True, append_images=[Image.new("RGB", image.size, "white")]), image
    tail = chance.randbytes(chance.randint(1, 3000)) if way == "tail" else b""
    return _saved(image, "PNG", dpi=(chance.randint(1, 999),) * 2) + tail, image


def interlaced(grey: Image.Image) -> bytes:
    """Return a grey image as interlaced PNG, which Pillow cannot write."""
    rows = []
    for x, y, step_x, step_y in (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ):
        for row in range(y, grey.height, step_y):
            pixels = bytes(grey.getpixel((column, row)) for column in range(x, grey.width, step_x))
            if pixels:
                rows.append(b"\0" + pixels)
    head = struct.pack(">IIBBBBB", *grey.size, 8, 0, 0, 0, 1)
    return _PNG + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"".join(rows))) + _chunk(b"IEND", b"")


_PNG = b"\x89PNG\r\n\x1a\n"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def damaged(chance: random.Random) -> Picture:
    """Return an image with bytes changed, deleted or inserted; poppler determines its visible part."""
    kind = chance.choice(["PNG", "JPEG"])
    image = drawing(chance)
    options = {"quality": 90, "progressive": chance.random() < 0.3} if kind == "JPEG" else {}
    data = bytearray(_saved(image if chance.random() < 0.6 else image.convert("L"), kind, **options))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        way = chance.randrange(6)
        if way == 0:
            del data[max(at, 12) :]
        elif way == 1:
            del data[at : at + chance.randint(1, 40)]
        elif way == 2:
            data[at:at] = chance.randbytes(chance.randint(1, 40))
        else:
            data[at] = chance.randrange(256)
        if len(data) < 20:
            break
    file = bytes(data)
    return Picture(file, kind, chance.randint(10, 70), chance.randint(10, 60), _page_of(file), sound=False)


def _page_of(file: bytes) -> bytes | None:
    """Return a PDF page filled by this image, with its encoded bytes, for poppler to decode; None if impossible."""
    try:
        return _png_page(file) if file.startswith(_PNG) else _jpeg_page(file)
    except (ValueError, struct.error, IndexError, KeyError, RuntimeError):  # the last is qpdf's
        return None


def _jpeg_page(file: bytes) -> bytes | None:
    at = 2
    while file[at] == 0xFF:
        marker, length = file[at + 1], struct.unpack(">H", file[at + 2 : at + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            _, height, width, bands = struct.unpack(">BHHB", file[at + 4 : at + 10])
            space = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}[bands]
            return _page(width, height, file, ColorSpace=pikepdf.Name(space), Filter=pikepdf.Name.DCTDecode)
        at += 2 + length
    return None


def _png_page(file: bytes) -> bytes | None:
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", file[16:29])
    if interlace or colour not in (0, 2) or b"tRNS" in file:
        return None
    data, at = b"", len(_PNG)
    while at + 8 <= len(file):
        length, kind = struct.unpack(">I4s", file[at : at + 8])
        data += file[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += 12 + length
    bands = 3 if colour == 2 else 1
    space = pikepdf.Name.DeviceRGB if bands == 3 else pikepdf.Name.DeviceGray
    coding = pikepdf.Dictionary(Predictor=15, Columns=width, Colors=bands, BitsPerComponent=depth)
    return _page(width, height, data, ColorSpace=space, Filter=pikepdf.Name.FlateDecode, DecodeParms=coding, bits=depth)


def _page(width: int, height: int, data: bytes, *, bits: int = 8, **more: object) -> bytes | None:
    if not 0 < width * height < 10**6:
        return None
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(100 * _MM, 100 * _MM))
    image = document.make_stream(b"")
    filters = {name: more.pop(name, None) for name in ("Filter", "DecodeParms")}
    image.write(data, filter=filters["Filter"], decode_parms=filters["DecodeParms"])
    for name, value in {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, **more}.items():
        image[f"/{name}"] = value
    image.Width, image.Height, image.BitsPerComponent = width, height, bits
    page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name.I)
    side = f"{100 * _MM:.4f}"
    page.contents_add(f"q {side} 0 0 {side} 0 0 cm /I Do Q".encode())
    output = io.BytesIO()
    level = pikepdf.StreamDecodeLevel.none
    document.save(output, compress_streams=False, stream_decode_level=level, deterministic_id=True)
    return output.getvalue()
