"""S5, T4: the certificate that signs, and the test certificate of a new office."""

import base64
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from printserver.errors import ConfigError
from printserver.selo import Certificado, gerar_de_teste

SENHA = "segredo de teste"
AGORA = datetime(2026, 11, 20, 13, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture(scope="module")
def arquivo_pfx(tmp_path_factory):
    path = tmp_path_factory.mktemp("pfx") / "teste.pfx"
    gerar_de_teste(path, SENHA, nome="SERVENTIA DE TESTE", agora=AGORA)
    return path


@pytest.fixture(scope="module")
def certificado(arquivo_pfx):
    return Certificado.carregar(arquivo_pfx, SENHA)


def _partes(arquivo_pfx):
    return pkcs12.load_key_and_certificates(arquivo_pfx.read_bytes(), SENHA.encode())


def test_s5_signature_is_pkcs1_v15_sha256_in_base64(certificado, arquivo_pfx):
    texto = "9999991CE0000000000030184|P-2026-001234|0|Á.B|"
    assinatura = certificado.assinar(texto)
    assert len(assinatura) == 344
    _, certificado_x509, _ = _partes(arquivo_pfx)
    certificado_x509.public_key().verify(
        base64.b64decode(assinatura), texto.encode("utf-8"), padding.PKCS1v15(), hashes.SHA256()
    )
    assert certificado.assinar(texto) == assinatura


def test_s5_signature_is_checked(certificado):
    assinatura = certificado.assinar("um texto")
    assert certificado.conferir("um texto", assinatura)
    assert not certificado.conferir("outro texto", assinatura)
    assert not certificado.conferir("um texto", assinatura[:-4])
    assert not certificado.conferir("um texto", "isto não é base64")
    assert not certificado.conferir("um texto", "")


def test_t4_holder_and_term_are_known(certificado):
    assert certificado.titular == "SERVENTIA DE TESTE"
    assert certificado.valido_de == AGORA.replace(microsecond=0)
    assert certificado.valido_ate == AGORA.replace(microsecond=0) + timedelta(days=3650)


def test_s5_test_certificate_is_its_owners_alone_and_never_overwritten(arquivo_pfx):
    assert stat.S_IMODE(arquivo_pfx.stat().st_mode) == 0o600
    antes = arquivo_pfx.read_bytes()
    with pytest.raises(FileExistsError):
        gerar_de_teste(arquivo_pfx, SENHA, nome="OUTRA", agora=AGORA)
    assert arquivo_pfx.read_bytes() == antes


def test_s5_the_old_encryption_of_a1_files_is_read(arquivo_pfx, tmp_path):
    chave, certificado_x509, _ = _partes(arquivo_pfx)
    antiga = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(2048)
        .key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
        .hmac_hash(hashes.SHA1())
        .build(SENHA.encode())
    )
    path = tmp_path / "a1.pfx"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"a1", chave, certificado_x509, None, antiga))
    assert Certificado.carregar(path, SENHA).titular == "SERVENTIA DE TESTE"


def _gravar(path, chave, certificado_x509):
    protecao = serialization.BestAvailableEncryption(SENHA.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", chave, certificado_x509, None, protecao))
    return path


def test_s5_file_that_cannot_sign_is_refused_by_its_name(arquivo_pfx, tmp_path):
    chave, _, _ = _partes(arquivo_pfx)
    lixo = tmp_path / "lixo.pfx"
    lixo.write_bytes(b"isto nao e um certificado")
    casos = {
        "não pode ser lido": (tmp_path / "falta.pfx", SENHA),
        "senha errada": (arquivo_pfx, "outra"),
        "não é um certificado A1": (lixo, SENHA),
        "chave RSA de 2048 bits": (_gravar(tmp_path / "sem.pfx", chave, None), SENHA),
    }
    for mensagem, (path, senha) in casos.items():
        with pytest.raises(ConfigError, match=mensagem) as caught:
            Certificado.carregar(path, senha)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "fazer", [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 1024)]
)
def test_s5_key_of_another_kind_is_refused(fazer, tmp_path):
    path = _gravar(tmp_path / "outra.pfx", fazer(), None)
    with pytest.raises(ConfigError, match="chave RSA de 2048 bits"):
        Certificado.carregar(path, SENHA)
