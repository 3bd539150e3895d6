"""S5, T4: the certificate that signs, and the test certificate of a new office."""

import base64
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from printserver.errors import ConfigError
from printserver.selo import Certificate, generate_test_certificate

PASSWORD = "segredo de teste"
NOW = datetime(2026, 11, 20, 13, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def pfx_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("pfx") / "teste.pfx"
    generate_test_certificate(path, PASSWORD, nome="SERVENTIA DE TESTE", now=NOW)
    return path


@pytest.fixture(scope="module")
def certificate(pfx_file):
    return Certificate.load(pfx_file, PASSWORD)


def _parts(pfx_file):
    return pkcs12.load_key_and_certificates(pfx_file.read_bytes(), PASSWORD.encode())


def test_s5_signature_is_pkcs1_v15_sha256_in_base64(certificate, pfx_file):
    text = "9999991CE0000000000030184|P-2026-001234|0|Á.B|"
    assinatura = certificate.sign(text)
    assert len(assinatura) == 344
    _, x509_certificate, _ = _parts(pfx_file)
    x509_certificate.public_key().verify(
        base64.b64decode(assinatura), text.encode("utf-8"), padding.PKCS1v15(), hashes.SHA256()
    )
    assert certificate.sign(text) == assinatura


def test_s5_signature_is_checked(certificate):
    assinatura = certificate.sign("um texto")
    assert certificate.check("um texto", assinatura)
    assert not certificate.check("outro texto", assinatura)
    assert not certificate.check("um texto", assinatura[:-4])
    assert not certificate.check("um texto", "isto não é base64")
    assert not certificate.check("um texto", "")


def test_t4_holder_and_term_are_known(certificate):
    assert certificate.holder == "SERVENTIA DE TESTE"
    assert certificate.valid_from == NOW.replace(microsecond=0)
    assert certificate.valid_until == NOW.replace(microsecond=0) + timedelta(days=3650)


def test_s5_test_certificate_is_its_owners_alone_and_never_overwritten(pfx_file):
    assert stat.S_IMODE(pfx_file.stat().st_mode) == 0o600
    before = pfx_file.read_bytes()
    with pytest.raises(FileExistsError):
        generate_test_certificate(pfx_file, PASSWORD, nome="OUTRA", now=NOW)
    assert pfx_file.read_bytes() == before


def test_s5_the_old_encryption_of_a1_files_is_read(pfx_file, tmp_path):
    key, x509_certificate, _ = _parts(pfx_file)
    legacy = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2048)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(PASSWORD.encode())
    )
    path = tmp_path / "a1.pfx"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"a1", key, x509_certificate, None, legacy))
    assert Certificate.load(path, PASSWORD).holder == "SERVENTIA DE TESTE"


def _save(path, key, x509_certificate):
    encryption = serialization.BestAvailableEncryption(PASSWORD.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, x509_certificate, None, encryption))
    return path


def test_s5_file_that_cannot_sign_is_refused_by_its_name(pfx_file, tmp_path):
    key, _, _ = _parts(pfx_file)
    junk = tmp_path / "lixo.pfx"
    junk.write_bytes(b"isto nao e um certificado")
    cases = {
        "não pode ser lido": (tmp_path / "falta.pfx", PASSWORD),
        "senha errada": (pfx_file, "outra"),
        "não é um certificado A1": (junk, PASSWORD),
        "chave RSA de 2048 bits": (_save(tmp_path / "sem.pfx", key, None), PASSWORD),
    }
    for mensagem, (path, password) in cases.items():
        with pytest.raises(ConfigError, match=mensagem) as caught:
            Certificate.load(path, password)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "make", [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 1024)]
)
def test_s5_key_of_another_kind_is_refused(make, tmp_path):
    path = _save(tmp_path / "outra.pfx", make(), None)
    with pytest.raises(ConfigError, match="chave RSA de 2048 bits"):
        Certificate.load(path, PASSWORD)
