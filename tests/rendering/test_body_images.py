"""Images of a body: only their pixels come along; what is broken, false or too large is refused at once."""

import base64
import io
import re
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms, ImageFile, ImageOps, PngImagePlugin

from printserver.errors import Recusa
from printserver.rendering.body import images
from printserver.rendering.body.body import prepare_body


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> str:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return url(output.getvalue(), kind.lower())


def url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def decoded(source: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def rewrite(source: str) -> str:
    """Return the image of `source` as it goes to the page."""
    data = images.read(source)
    assert data is not None
    return images.decode(data).url()


def rewritten(source: str) -> Image.Image:
    return decoded(rewrite(source))


def reason(source: str) -> str:
    with pytest.raises(Recusa) as info:
        rewrite(source)
    assert info.value.word == "corpo-invalido"
    return info.value.detail


def bomb(width: int, height: int) -> bytes:
    """Return a PNG whose head promises `width` × `height`, and that has nothing more."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_grey_or_rgb_on_white(mode: str) -> None:
    image = (
        Image.new("RGBA", (40, 30), (0, 0, 0, 0)).convert(mode) if mode.endswith("A") else Image.new(mode, (40, 30), 0)
    )
    result = rewritten(encoded(image))
    assert (result.size, result.format) == ((40, 30), "PNG")
    assert result.mode in ("L", "RGB")
    expected = 255 if mode.endswith("A") else 0
    assert result.convert("L").getextrema() == (expected, expected)


def test_sixteen_bits_keep_their_grey() -> None:
    assert rewritten(encoded(Image.new("I;16", (4, 4), 128 * 256))).getextrema() == (128, 128)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_stays_jpeg(mode: str) -> None:
    result = rewritten(encoded(Image.new(mode, (40, 30)), "JPEG"))
    assert (result.size, result.format) == ((40, 30), "JPEG")
    assert result.mode in ("L", "RGB")


def test_metadata_does_not_come_along_and_the_picture_is_upright() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "segredo")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "segredo"
    png = encoded(Image.new("RGB", (40, 30)), pnginfo=text)
    jpeg = encoded(Image.new("RGB", (40, 30)), "JPEG", exif=exif, comment=b"segredo")
    for source, size in ((png, (40, 30)), (jpeg, (30, 40))):
        assert b"segredo" in base64.b64decode(source.partition(",")[2])
        assert b"segredo" not in base64.b64decode(rewrite(source).partition(",")[2])
        assert rewritten(source).size == size


def test_the_same_image_gives_the_same_bytes() -> None:
    source = encoded(Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 50).convert("RGB"))
    assert rewrite(source) == rewrite(source)
    assert rewritten(source).tobytes() == decoded(source).tobytes()


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (url(b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"), "diz ser"),
        (url(b"GIF89a" + bytes(20)), "diz ser"),
        (url(b""), "diz ser"),
        ("data:image/png;base64,@@@@", "base64"),
        ("data:image/gif;base64,R0lGODlhAQABAAAAACw=", "PNG nem JPEG"),
        (url(bomb(50_000, 50_000)), "milhões"),
        (url(bomb(5_001, 4_000)), "milhões"),
        (url(bytes(17 * 1024 * 1024)), "16 MB"),
    ],
)
def test_what_would_vanish_or_swell_is_refused(source: str, word: str) -> None:
    start = time.process_time()
    assert word in reason(source)
    assert time.process_time() - start < 1


@pytest.mark.parametrize("tolerant", [False, True])
def test_a_truncated_image_is_refused_whoever_told_pillow_otherwise(tolerant: bool, monkeypatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", tolerant)
    assert "corrompida" in reason(encoded(Image.new("RGB", (400, 300), "red"))[:-40])
    assert "corrompida" in reason(encoded(Image.new("RGB", (400, 300), "red"), "JPEG")[:-400])
    assert tolerant == ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_huge_image_in_a_body_is_refused_at_once() -> None:
    data = bomb(30_000, 30_000) + bytes(11_000_000)
    start = time.process_time()
    with pytest.raises(Recusa, match="20 milhões de pixels"):
        prepare_body("html", f"<p>x</p><img src='{url(data)}'>", {})
    assert time.process_time() - start < 1


def test_an_image_in_a_body_is_written_anew_and_bounded_by_the_page() -> None:
    source = encoded(Image.new("RGB", (4000, 30)))
    html = prepare_body("html", f'<p>a<img src="{source}" width="9999" height=40 alt="b" onerror="x">c</p>', {}).html
    found = re.search(r'<p>a\u200b<img src="([^"]*)" alt="" ([^>]*)/>\u200bc</p>', html)
    assert found is not None
    assert decoded(found[1]).format == "PNG"
    assert found[2].endswith('style="width:604.72px;max-width:100%"')


def test_an_image_from_elsewhere_gives_way_to_its_text() -> None:
    ready = prepare_body("html", "<p>a <img src='http://x.example/y.png' alt='<brasão>'> b</p>", {})
    assert "<p>a &lt;brasão&gt; b</p>" in ready.html
    assert "imagem" in ready.avisos[0].mensagem


def test_the_sum_of_images_is_bounded() -> None:
    large = encoded(Image.new("L", (5000, 3900)))
    with pytest.raises(Recusa, match="60 milhões"):
        prepare_body("html", f"<img src='{large}'>" * 4, {})
    with pytest.raises(Recusa, match="200 imagens"):
        prepare_body("html", f"<img src='{encoded(Image.new('1', (1, 1)))}'>" * 201, {})


def png(depth: int, colour: int, rows: list[bytes], extra: bytes = b"", promised: int = 0) -> bytes:
    """Return a PNG of 4 pixels a row, written by hand: Pillow does not write all kinds."""
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    head = struct.pack(">IIBBBBB", 4, promised or len(rows), depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def shades(source: str) -> list[object]:
    image = rewritten(source)
    return [image.getpixel((x, 0)) for x in range(image.width)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # the colour that stands for transparent is white on paper, whatever the depth, and no other colour is
        (png(1, 0, [b"\x30"], chunk(b"tRNS", b"\0\0")), [255, 255, 255, 255]),
        (png(2, 0, [b"\x1b"], chunk(b"tRNS", b"\0\2")), [0, 85, 255, 255]),
        (png(4, 0, [b"\x0f\x90"], chunk(b"tRNS", b"\0\x09")), [0, 255, 255, 0]),
        (png(16, 0, [b"\0\0\x80\0\xff\xff\x12\x34"], chunk(b"tRNS", b"\x12\x34")), [0, 128, 255, 255]),
        (png(16, 0, [b"\0\0\x80\0\xff\xff\x12\x34"], chunk(b"tRNS", b"\0\x80")), [0, 128, 255, 18]),
        (
            png(2, 3, [b"\x1b"], chunk(b"PLTE", b"\0\0\0\xff\0\0\0\xff\0\0\0\xff") + chunk(b"tRNS", b"\xff\0")),
            [(0, 0, 0), (255, 255, 255), (0, 255, 0), (0, 0, 255)],
        ),
        (png(16, 2, [bytes(12) + b"\0\0\x80\0\xff\xff" * 2]), [(0, 0, 0)] * 2 + [(0, 128, 255)] * 2),
        (png(16, 4, [b"\0\0\xff\xff\0\0\0\0\x80\0\xff\xff\xff\xff\xff\xff"]), [0, 255, 128, 255]),
    ],
)
def test_p2a_depths_and_transparency_of_png_come_out_as_a_viewer_shows_them(data: bytes, expected: list) -> None:
    found = shades(url(data))
    if isinstance(expected[0], int) and isinstance(found[0], tuple):
        assert all(len(set(shade)) == 1 for shade in found)
        found = [shade[0] for shade in found]
    assert found == expected


def photo() -> Image.Image:
    """Return a small picture whose four quarters tell how it lies."""
    image = Image.new("RGB", (48, 32), "red")
    image.paste("lime", (24, 0, 48, 16))
    image.paste("blue", (0, 16, 24, 32))
    image.paste("black", (24, 16, 48, 32))
    return image


def quarters(image: Image.Image) -> str:
    """Return the quarters' colours, row by row, as letters."""
    image = image.convert("RGB")
    places = [
        (x, y) for y in (image.height // 4, image.height * 3 // 4) for x in (image.width // 4, image.width * 3 // 4)
    ]
    near = {"R": (255, 0, 0), "G": (0, 255, 0), "B": (0, 0, 255), "K": (0, 0, 0), "W": (255, 255, 255)}
    return "".join(
        min(near, key=lambda name: sum(abs(a - b) for a, b in zip(near[name], image.getpixel(place), strict=True)))
        for place in places
    )


def test_p2a_a_telephones_photograph_is_its_first_picture() -> None:
    output = io.BytesIO()
    photo().save(output, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8), "white")], quality=95)
    result = rewritten(url(output.getvalue(), "jpeg"))
    assert (result.format, result.size, quarters(result)) == ("JPEG", (48, 32), "RGBK")


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (1, "RGBK"),
        (2, "GRKB"),
        (3, "KBGR"),
        (4, "BKRG"),
        (5, "RBGK"),
        (6, "BRKG"),
        (7, "KGBR"),
        (8, "GKRB"),
        (9, "RGBK"),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_p2a_a_photograph_is_turned_as_its_camera_says(orientation: int, expected: str, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    result = rewritten(encoded(photo(), kind, exif=exif))
    assert quarters(result) == expected
    assert result.size == ((32, 48) if orientation in (5, 6, 7, 8) else (48, 32))


def test_p2a_exif_that_cannot_be_read_hides_no_photograph() -> None:
    jpeg = base64.b64decode(encoded(photo(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff").partition(",")[2])
    assert quarters(rewritten(url(jpeg))) == "RGBK"


def ycck() -> bytes:
    """Return a photograph in YCCK, as Photoshop writes it: inverted, with Adobe's own mark of it."""
    luma, blue, red = ImageOps.invert(photo()).convert("YCbCr").split()
    output = io.BytesIO()
    inverted = [channel.point(lambda value: 255 - value) for channel in (luma, blue, red)]
    Image.merge("CMYK", [*inverted, Image.new("L", luma.size, 0)]).save(output, "JPEG", quality=95, subsampling=0)
    data = output.getvalue()
    mark = data.index(b"Adobe") + 11
    return data[:mark] + b"\2" + data[mark + 1 :]


def test_p2a_colours_of_print_shops_are_not_inverted() -> None:
    cmyk = encoded(photo().convert("CMYK"), "JPEG", quality=95)
    plain = base64.b64decode(cmyk.partition(",")[2])
    mark = plain.index(b"\xff\xee")
    unmarked = plain[:mark] + plain[mark + 2 + struct.unpack(">H", plain[mark + 2 : mark + 4])[0] :]
    for source in (cmyk, url(unmarked), url(ycck())):
        assert quarters(rewritten(source)) == "RGBK"


def test_p2a_colours_of_a_profile_become_those_of_the_screen() -> None:
    """A profile whose red and blue are exchanged: what is drawn red in it is blue to the eye."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = profile.replace(b"rXYZ", b"tmp.").replace(b"bXYZ", b"rXYZ").replace(b"tmp.", b"bXYZ")
    profile = profile.replace("sRGB".encode("utf-16-be"), "XRGB".encode("utf-16-be"))
    for kind in ("PNG", "JPEG"):
        assert quarters(rewritten(encoded(photo(), kind, icc_profile=bytes(profile)))) == "BGRK"
        assert quarters(rewritten(encoded(photo(), kind, icc_profile=b"broken" * 50))) == "RGBK"
        assert quarters(rewritten(encoded(photo().convert("L"), kind, icc_profile=bytes(profile)))) in ("KGKK", "KWKK")


def test_p2a_progressive_interlaced_and_followed_by_garbage() -> None:
    for source in (encoded(photo(), "JPEG", progressive=True), encoded(photo(), "JPEG", quality=95), encoded(photo())):
        data = base64.b64decode(source.partition(",")[2])
        assert quarters(rewritten(url(data + b"GARBAGE" * 100))) == "RGBK"


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_p2a_half_a_picture_is_refused(kept: float) -> None:
    noise = Image.effect_noise((64, 64), 90)
    for kind in ("PNG", "JPEG"):
        data = base64.b64decode(encoded(noise, kind).partition(",")[2])
        assert "corrompida" in reason(url(data[: int(len(data) * kept)]))
    # the file is whole, and its pixels are not
    assert "linhas" in reason(url(png(8, 0, [bytes(4)] * 8, promised=9)))


def heads(data: bytes) -> dict[str, str]:
    """Return ways in which programs write the same image into an address."""
    coded = base64.b64encode(data).decode()
    lines = "\r\n ".join(coded[at : at + 76] for at in range(0, len(coded), 76))
    return {
        "another type": f"data:image/jpeg;base64,{coded}",
        "image/jpg": f"data:image/jpg;base64,{coded}",
        "image/pjpeg": f"data:image/pjpeg;base64,{coded}",
        "image/x-png": f"data:image/x-png;base64,{coded}",
        "gif": f"data:image/gif;base64,{coded}",
        "no type": f"data:;base64,{coded}",
        "octets": f"data:application/octet-stream;base64,{coded}",
        "parameters": f" DATA:image/png;charset=utf-8;name=a.png ; BASE64,{coded}",
        "no base64 said": f"data:image/png,{coded}",
        "percent": f"data:image/png;base64,{coded.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}",
        "raw percent": "data:image/png," + "".join(f"%{byte:02X}" for byte in data),
        "lines": f"data:image/png;base64,\n{lines}\n",
        "no padding": f"data:image/png;base64,{coded.rstrip('=')}",
        "other alphabet": f"data:image/png;base64,{coded.translate(str.maketrans('+/', '-_'))}",
    }


@pytest.mark.parametrize("way", list(heads(b"")))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_p2a_what_the_bytes_are_counts_and_not_what_is_written_before_them(way: str, kind: str) -> None:
    data = base64.b64decode(encoded(photo(), kind).partition(",")[2])
    html = prepare_body("html", f"<img src='{heads(data)[way]}'>", {}).html
    found = re.search('src="([^"]*)"', html)
    assert found is not None
    assert (decoded(found[1]).format, quarters(decoded(found[1]))) == (kind, "RGBK")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"GIF89a" + bytes(20), "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (b"BM" + bytes(60), "BMP"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"II*\0" + bytes(20), "TIFF"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_p2a_a_picture_of_another_format_is_told_by_its_name(data: bytes, name: str) -> None:
    ready = prepare_body("html", f"<p>a <img src='{url(data, 'x')}' alt='brasão'> b</p>", {})
    assert re.sub("<[^>]*>", "", ready.html) == "a brasão b"
    assert f"Uma imagem em {name} foi retirada" in ready.avisos[0].mensagem
    assert f"diz ser: é {name}" in reason(url(data))


def test_p2a_of_an_animation_the_first_frame_is_printed_and_it_is_told() -> None:
    output = io.BytesIO()
    photo().save(output, "PNG", save_all=True, append_images=[Image.new("RGB", (48, 32), "white")], duration=100)
    ready = prepare_body("html", f"<img src='{url(output.getvalue())}'>", {})
    assert "primeiro quadro" in ready.avisos[0].mensagem
    assert quarters(rewritten(url(output.getvalue()))) == "RGBK"
