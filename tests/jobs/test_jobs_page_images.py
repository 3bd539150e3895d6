"""Inteiro teor from images of the book's pages, through HTTP (C16)."""

import base64
import io
import subprocess
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageDraw

from support import civil_documents as civil
from support.office import Rig, pages, qr_codes, text

FULL = "certidao-inteiro-teor"
POINT = 72 / 25.4


def scanned(*sizes: tuple[float, float]) -> bytes:
    """Return a PDF as a scanner makes it: a grey JPEG of 100 dpi for each page, of `sizes` in mm."""
    document = pikepdf.new()
    for width, height in sizes:
        image = Image.new("L", (round(width / 25.4 * 100), round(height / 25.4 * 100)), 225)
        ImageDraw.Draw(image).rectangle((20, 20, image.width - 20, 60), fill=0)
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG")
        stream = document.make_stream(
            b"",
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=image.width,
            Height=image.height,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
        )
        stream.write(jpeg.getvalue(), filter=pikepdf.Name.DCTDecode)
        page = document.add_blank_page(page_size=(width * POINT, height * POINT))
        page.add_resource(stream, pikepdf.Name.XObject, pikepdf.Name.Scan)
        page.contents_add(b"q %.3f 0 0 %.3f 0 0 cm /Scan Do Q" % (width * POINT, height * POINT))
    return saved(document)


def saved(document: pikepdf.Pdf, **options: Any) -> bytes:
    output = io.BytesIO()
    document.save(output, **options)
    return output.getvalue()


def full_certidao(pdf: bytes, **more: Any) -> dict[str, Any]:
    corpo = {"formato": "pdf", "conteudo": base64.b64encode(pdf).decode()}
    of = civil.assento(1, de_antes=True)
    return civil.certidao(1, "inteiro-teor", assento=of, corpo=corpo, **civil.VALUE, **more)


def test_c16_scanned_pages_are_set_on_sheets_of_the_certidao(rig: Rig) -> None:
    note = {"tipo": "averbacao", "data": "2024-03-02", "texto": "Reconhecimento do pai.", "restrita": True}
    given = full_certidao(scanned((210, 297), (231, 320)), averbacoes_anotacoes=[note])
    job = rig.printed(given, formato=FULL, papel_seguranca=["AB0001", "AB0002"])
    pdf = rig.pdf(job["id"])
    assert (job["paginas"], pages(pdf)) == (3, 3)
    assert qr_codes(pdf) == [job["qr"]["url"]]
    first, *others = text(pdf).split("\f")[:3]
    said = " ".join(first.split())
    assert "CERTIFICO que as 2 imagens que se seguem, a partir do verso desta folha, são a reprodução" in said
    assert "Reconhecimento do pai" in said and job["selos"][0]["codigo"] in said
    matricula = job["documento"]["matricula"]
    for number, page in enumerate([first, *others], 1):
        assert matricula in "".join(page.split()) and f"Página {number} de 3" in page
    assert "AB0001" in others[0] and "AB0002" in others[1]
    listed = subprocess.run(["pdfimages", "-list", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    # a page of 100 dpi reduced by s has 100 / s dpi on paper
    resolution = {int(row.split()[0]): int(row.split()[12]) for row in listed.splitlines()[2:]}
    assert resolution[2] <= 107 and resolution[3] <= 100 / 0.85


@pytest.mark.parametrize("size", [(215.9, 355.6), (297, 420), (100, 400)])
def test_c16_a_page_that_does_not_fit_is_refused_before_any_seal(rig: Rig, size: tuple[float, float]) -> None:
    found = rig.post(full_certidao(scanned((210, 297), size)), formato=FULL)
    assert (found.status, found.word) == (422, "imagem-nao-cabe")
    assert (found.json["pagina"], found.json["quadro_mm"]) == (2, [198.0, 281.0])
    assert (found.json["largura_mm"], found.json["altura_mm"]) == size
    assert [each["campo"] for each in found.json["errors"]] == ["documento.corpo"]
    assert "nem reduzida a 85 %" in found.json["detail"]
    assert rig.codes() == []


def test_c16_a_protected_or_blank_pdf_is_refused_before_any_seal(rig: Rig) -> None:
    with pikepdf.open(io.BytesIO(scanned((210, 297)))) as document:
        locked = saved(document, encryption=pikepdf.Encryption(owner="x", user="y"))
    blank = pikepdf.new()
    blank.add_blank_page(page_size=(210 * POINT, 297 * POINT))
    for pdf, why in ((locked, "cifrado"), (saved(blank), "todas as páginas estão em branco")):
        found = rig.post(full_certidao(pdf), formato=FULL)
        assert (found.status, found.word) == (422, "corpo-invalido") and why in found.json["detail"]
    assert rig.codes() == []


def test_c16_in_a_format_for_whole_bodies_a_pdf_is_the_whole_page(rig: Rig) -> None:
    given = full_certidao(scanned((215.9, 325.2)))
    found = rig.post(given, formato="certidao-civil-corpo")
    assert (found.status, found.word) == (422, "corpo-invalido")
    lower = pikepdf.new()
    page = lower.add_blank_page(page_size=(210 * POINT, 297 * POINT))
    page.contents_add(b"0 g 100 100 200 200 re f")
    job = rig.printed(full_certidao(saved(lower)), formato="certidao-civil-corpo")
    assert (job["paginas"], qr_codes(rig.pdf(job["id"]))) == (1, [job["qr"]["url"]])
    assert "CERTIFICO" not in text(rig.pdf(job["id"]))
