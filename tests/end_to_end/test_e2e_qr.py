"""The QR as it is on paper (S5, P6): read from the prints of every document type in every format that is shipped."""

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import deeds
import pytest
import read_paper
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from printserver import formats
from printserver.formats import Formats
from support.server import Client, PrintServer

SITE = "https://selodigital.tjsp.jus.br/?r="
SHIPPED = Formats(None)
CIVIL = {"assento", "certidao_civil", "habilitacao", "edital", "averbacao", "procedimento"}
BY_TYPE = {tipo: [name for name in SHIPPED.names() if SHIPPED.get(name).tipo == tipo] for tipo in deeds.TYPES}


def proven(server: PrintServer, qr: dict[str, Any]) -> dict[str, Any]:
    """Check a QR against its seal's registro and the office's certificate (S5, S6); return the seal."""
    assert qr["url"].startswith(SITE)
    code, total, iss, signature = unquote(qr["url"].removeprefix(SITE)).split("|")
    assert code == qr["selo"]
    seal: dict[str, Any] = server.client.get(f"/api/v1/selos/{code}").json
    assert (int(total), int(iss)) == (seal["total_centavos"], seal["iss_centavos"])
    signed, bar, kept = seal["registro"].rpartition("|")
    assert kept == signature
    fields = signed.split("|")
    assert len(fields) == 14
    assert fields[0] == code
    assert int(fields[13]) == sum(map(int, fields[5:13])) == seal["total_centavos"]
    password = (server.instance / "certificado.senha").read_bytes().strip()
    _, certificate, _ = pkcs12.load_key_and_certificates((server.instance / "certificado.p12").read_bytes(), password)
    assert certificate is not None
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(signature), (signed + bar).encode(), padding.PKCS1v15(), hashes.SHA256())
    return seal


def on_paper(client: Client, job: dict[str, Any]) -> str:
    """Check that the print has its QR, and no other, and every code of its seals; return its text."""
    pdf = client.pdf(job["id"])
    assert read_paper.codes(pdf, job["paginas"]) == ([job["qr"]["url"]] if job["qr"] else [])
    words = read_paper.text(pdf)
    for seal in job["selos"]:
        assert seal["codigo"] in words
    if job["qr"]:
        assert job["qr"]["selo"] in words
    return words


def test_every_shipped_format_is_read_here() -> None:
    civil = [name for name in SHIPPED.names() if SHIPPED.get(name).tipo in CIVIL]  # in the tests of its documents
    assert sorted([*civil, *(name for names in BY_TYPE.values() for name in names)]) == sorted(SHIPPED.names())
    assert len(list((Path(formats.__file__).parent / "shipped").glob("*.toml"))) == len(SHIPPED.names())


@pytest.mark.parametrize("page_format", BY_TYPE["livro"])
def test_n7_a_livro_bears_all_its_codes_and_no_qr(client: Client, page_format: str) -> None:
    job = client.printed(deeds.livro(deeds.instrumento(atos=3), formato=page_format))
    assert job["qr"] is None
    assert len(job["selos"]) == 3
    on_paper(client, job)


def test_n7_a_livro_bears_the_principals_qr_where_the_format_says_so(server: PrintServer) -> None:
    client = server.client
    own = (Path(formats.__file__).parent / "shipped" / "livro.toml").read_text()
    path = server.instance / "formatos" / "livro-com-qr.toml"
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(own.replace('qr = "nenhum"', 'qr = "principal"'))
    job = client.printed(deeds.livro(deeds.instrumento(atos=2), formato="livro-com-qr"))
    assert job["qr"]["selo"] == next(seal["codigo"] for seal in job["selos"] if seal["principal"])
    on_paper(client, job)
    proven(server, job["qr"])


@pytest.mark.parametrize("page_format", BY_TYPE["traslado"])
def test_n3_n4_traslado_1_bears_the_principals_qr_and_2_its_own(server: PrintServer, page_format: str) -> None:
    client = server.client
    deed = deeds.instrumento(atos=2)
    livro = client.printed(deeds.livro(deed))
    principal = next(seal["codigo"] for seal in livro["selos"] if seal["principal"])
    first = client.printed(deeds.traslado(deed["id"], 1, formato=page_format))
    assert first["qr"]["selo"] == principal
    assert [seal["total_centavos"] for seal in first["selos"]] == [0]
    words = on_paper(client, first)
    assert "selo deste traslado" in words.lower()
    assert "selo do ato principal" in words.lower()
    assert proven(server, first["qr"])["total_centavos"] == 9512
    second = client.printed(deeds.traslado(deed["id"], "proximo", formato=page_format))
    assert second["documento"]["numero"] == 2
    assert second["qr"]["selo"] == second["selos"][0]["codigo"] != first["selos"][0]["codigo"]
    on_paper(client, second)
    proven(server, second["qr"])


@pytest.mark.parametrize("page_format", BY_TYPE["certidao"])
def test_n5_a_certidao_bears_its_own_qr(server: PrintServer, page_format: str) -> None:
    client = server.client
    job = client.printed(deeds.certidao(formato=page_format))
    assert job["qr"]["selo"] == job["selos"][0]["codigo"]
    on_paper(client, job)
    proven(server, job["qr"])


@pytest.mark.parametrize("page_format", BY_TYPE["ficha_abertura"])
def test_n9_a_sealed_ficha_bears_its_seal(server: PrintServer, page_format: str) -> None:
    client = server.client
    job = client.printed(deeds.ficha(formato=page_format))
    assert [seal["isento"] for seal in job["selos"]] == [True]
    on_paper(client, job)
    if job["qr"]:
        proven(server, job["qr"])


@pytest.mark.parametrize("page_format", BY_TYPE["avulso"])
def test_c1_an_avulso_bears_neither_seal_nor_qr(client: Client, page_format: str) -> None:
    job = client.printed(deeds.avulso(formato=page_format))
    assert job["selos"] == []
    assert job["qr"] is None
    assert deeds.TEXT.split(",")[0] in " ".join(on_paper(client, job).split())


def test_n8_a_minuta_bears_neither_seal_nor_qr(client: Client) -> None:
    job = client.printed(deeds.minuta())
    assert job["selos"] == []
    assert job["qr"] is None
    assert "MINUTA" in on_paper(client, job)


def test_x9_the_copy_for_others_has_its_qr_struck_out(server: PrintServer) -> None:
    client = server.client
    job = client.printed(deeds.certidao())
    key = server.run("chave leitor", "--direitos", "imprimir").stdout.strip()
    seen = Client(server.port, key).pdf(job["id"])
    assert read_paper.codes(seen, job["paginas"]) == []
    assert "SEM VALOR" in read_paper.text(seen)
    assert client.get(f"/api/v1/jobs/{job['id']}/pdf?copia=1").content == seen
