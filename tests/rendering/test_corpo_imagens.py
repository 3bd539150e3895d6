"""Images of a body: only their pixels come along; what is broken, false or too large is refused at once."""

import base64
import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from printserver.errors import Recusa
from printserver.rendering.corpo import preparar_corpo
from printserver.rendering.imagens import reescrever


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> str:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return url(output.getvalue(), kind.lower())


def url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def decoded(source: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))


def rewritten(source: str) -> Image.Image:
    return decoded(reescrever(source)[0])


def reason(source: str) -> str:
    with pytest.raises(Recusa) as info:
        reescrever(source)
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
        assert b"segredo" not in base64.b64decode(reescrever(source)[0].partition(",")[2])
        assert rewritten(source).size == size


def test_the_same_image_gives_the_same_bytes() -> None:
    source = encoded(Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 50).convert("RGB"))
    assert reescrever(source) == reescrever(source)
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
        preparar_corpo("html", f"<p>x</p><img src='{url(data)}'>", {})
    assert time.process_time() - start < 1


def test_an_image_in_a_body_is_written_anew_and_bounded_by_the_page() -> None:
    source = encoded(Image.new("RGB", (4000, 30)))
    html = preparar_corpo("html", f'<p>a<img src="{source}" width="9999" height=40 alt="b" onerror="x">c</p>', {}).html
    expected = f'<img src="{reescrever(source)[0]}" alt="" style="height:40px;max-width:100%;max-height:150mm"/>'
    assert f"<p>a{expected}c</p>" in html


def test_an_image_from_elsewhere_gives_way_to_its_text() -> None:
    ready = preparar_corpo("html", "<p>a <img src='http://x.example/y.png' alt='<brasão>'> b</p>", {})
    assert "<p>a &lt;brasão&gt; b</p>" in ready.html
    assert "imagem" in ready.avisos[0].mensagem


def test_the_sum_of_images_is_bounded() -> None:
    large = encoded(Image.new("L", (5000, 3900)))
    with pytest.raises(Recusa, match="60 milhões"):
        preparar_corpo("html", f"<img src='{large}'>" * 4, {})
    with pytest.raises(Recusa, match="200 imagens"):
        preparar_corpo("html", f"<img src='{encoded(Image.new('1', (1, 1)))}'>" * 201, {})
