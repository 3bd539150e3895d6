"""Bodies that come as finished PDFs: stamped on their own pages, or refused with the reason and nothing sealed."""

import base64
import io
from typing import Any

import deeds
import pikepdf
import pytest
import read_paper
import weasyprint

from support.server import Client

A4 = "210mm 297mm"


def finished(text: str = "Certidão que veio pronta. " * 20, size: str = A4, more: str = "") -> bytes:
    style = f"@page {{ size: {size}; margin: 20mm }} body {{ font: 12pt serif }}"
    pdf = weasyprint.HTML(string=f"<style>{style}</style><p>{text}</p>{more}").write_pdf()
    assert pdf is not None
    return bytes(pdf)


def saved(change: Any = None, **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(finished())) as pdf:
        if change:
            change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def body(pdf: bytes, **more: Any) -> dict[str, Any]:
    return deeds.certidao({"formato": "pdf", "conteudo": base64.b64encode(pdf).decode()}, **more)


def signed(pdf: pikepdf.Pdf) -> None:
    pdf.Root.SignatureField = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=pikepdf.Array([0, 1, 2, 3]), Contents=pikepdf.String("x"))
    )


@pytest.mark.parametrize("page_format", ["certidao", "certidao-corpo"])
def test_a_finished_pdf_of_the_formats_size_is_stamped(client: Client, page_format: str) -> None:
    given = finished("Página um. " * 10, more="<p style='break-before: page'>Página dois, a última.</p>")
    job = client.printed(body(given, formato=page_format))
    assert job["paginas"] == 2
    pdf = client.pdf(job["id"])
    words = read_paper.text(pdf)
    assert "Página dois, a última." in words
    assert job["selos"][0]["codigo"] in words
    assert read_paper.codes(pdf, 2) == [job["qr"]["url"]]


def test_a_rotated_page_cannot_turn_the_seal_away(client: Client) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = pikepdf.Array([0, 0, 841.89, 595.276])
        pdf.pages[0].Rotate = 90
        pdf.pages[0].contents_add(b"q 0.0001 0 0 0.0001 5000 5000 cm ")

    job = client.printed(body(saved(turn)))
    assert read_paper.codes(client.pdf(job["id"]), 1) == [job["qr"]["url"]]


REFUSED = {
    "another size": (finished(size="letter"), "mede"),
    "encrypted": (saved(encryption=pikepdf.Encryption(owner="a", user="b")), "cifrado"),
    "encrypted for owners only": (saved(encryption=pikepdf.Encryption(owner="a", user="")), "cifrado"),
    "signed": (saved(signed), "assinado"),
    "broken": (finished()[:-600], "PDF"),
    "no pdf": (b"<html>", "PDF"),
    "no room for the seal": (
        finished(more="<div style='position: fixed; top: 0; left: 0; width: 170mm; height: 257mm; background: #ddd'>"),
        "lugar",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_s12_a_pdf_that_cannot_be_stamped_is_refused_and_nothing_sealed(client: Client, fault: str) -> None:
    pdf, reason = REFUSED[fault]
    before = client.get("/api/v1/selos").json["total"]
    answer = client.print(body(pdf))
    assert answer.status == 422
    assert answer.word == ("bloco-sem-lugar" if fault == "no room for the seal" else "corpo-invalido")
    assert reason in answer.json["detail"]
    assert client.get("/api/v1/selos").json["total"] == before


def test_base64_that_is_none_is_refused_and_rtf_is_taken(client: Client) -> None:
    bad = deeds.certidao({"formato": "pdf", "conteudo": "não é base64"})
    assert client.print(bad).word == "corpo-invalido"
    rtf = deeds.certidao({"formato": "rtf", "conteudo": "{\\rtf1 x}"})
    assert client.print(rtf).status == 202
