"""The office's certificate (S5): a PKCS#12 file with the RSA-2048 key that signs the registro. Loaded once and kept."""

import base64
import binascii
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from .. import faults
from ..clock import local
from ..errors import ConfigError

BITS: Final = 2048
VALIDADE_DO_TESTE: Final = timedelta(days=3650)

_PADDING = PKCS1v15()
_SHA256 = hashes.SHA256()


class CertificadoPublico:
    """An RSA certificate without its key: it tells whether a signature is its own. Threads may share it.

    `impressao` is the SHA-256 of the certificate, by which it is known.
    """

    __slots__ = ("_certificado", "_publica", "impressao", "titular", "valido_ate", "valido_de")

    def __init__(self, publica: rsa.RSAPublicKey, certificado: x509.Certificate) -> None:
        self._certificado = certificado
        self._publica = publica
        self.impressao: str = certificado.fingerprint(_SHA256).hex()
        self.titular: str = _titular(certificado)
        self.valido_de: datetime = certificado.not_valid_before_utc
        self.valido_ate: datetime = certificado.not_valid_after_utc

    @staticmethod
    def ler(pem: str) -> "CertificadoPublico":
        """Return the certificate of a PEM text. Raises ValueError if it is none, or not of RSA."""
        certificado = x509.load_pem_x509_certificate(pem.encode())
        publica = certificado.public_key()
        if not isinstance(publica, rsa.RSAPublicKey):
            raise ValueError("o certificado não é de uma chave RSA")
        return CertificadoPublico(publica, certificado)

    def ainda_nao_vale(self, agora: datetime) -> bool:
        """Return whether the certificate's term has not begun at `agora`."""
        return agora < self.valido_de

    def venceu(self, agora: datetime) -> bool:
        """Return whether the certificate's term is over at `agora`."""
        return self.valido_ate <= agora

    def fora_da_validade(self, agora: datetime) -> str | None:
        """Return why the certificate is not good at `agora` (Portuguese), or None: it seals all the same (T4)."""
        if self.ainda_nao_vale(agora):
            return f"O certificado da serventia só vale a partir de {local(self.valido_de):%d/%m/%Y às %H:%M}"
        if self.venceu(agora):
            return f"O certificado da serventia venceu em {local(self.valido_ate):%d/%m/%Y às %H:%M}"
        return None

    def pem_publico(self) -> bytes:
        """Return the certificate as PEM, without its key."""
        return self._certificado.public_bytes(serialization.Encoding.PEM)

    def conferir(self, texto: str, assinatura: str) -> bool:
        """Return whether `assinatura` (base64) is this certificate's signature of `texto`."""
        try:
            self._publica.verify(base64.b64decode(assinatura, validate=True), texto.encode(), _PADDING, _SHA256)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class Certificado(CertificadoPublico):
    """An RSA-2048 key with its certificate. Safe to be used by many threads; a signature takes well under 1 ms."""

    __slots__ = ("_chave",)

    def __init__(self, chave: rsa.RSAPrivateKey, certificado: x509.Certificate) -> None:
        super().__init__(chave.public_key(), certificado)
        self._chave = chave

    @classmethod
    def carregar(cls, path: Path, senha: str) -> Self:
        """Return the certificate of the PKCS#12 file `path`, opened with its password.

        Raises ConfigError (Portuguese, naming the file) if it cannot be read or opened, or holds no RSA-2048 key with
        its own certificate. A term that is over, or has not begun, is not refused here: it is shown and warned of (T4).
        """
        try:
            conteudo = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: o certificado não pode ser lido ({faults.of_os(error)})") from error
        try:
            chave, certificado, _ = pkcs12.load_key_and_certificates(conteudo, senha.encode())
        except ValueError as error:
            raise ConfigError(f"{path}: senha errada ou arquivo que não é um certificado A1 (PKCS#12)") from error
        if not isinstance(chave, rsa.RSAPrivateKey) or chave.key_size != BITS or certificado is None:
            raise ConfigError(f"{path}: esperados uma chave RSA de {BITS} bits e o seu certificado")
        if certificado.public_key() != chave.public_key():
            raise ConfigError(f"{path}: a chave e o certificado não são um do outro")
        return cls(chave, certificado)

    def pem(self) -> bytes:
        """Return key and certificate as PEM, the key unprotected: for the TLS of this process alone."""
        chave = self._chave.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return chave + self.pem_publico()

    def assinar(self, texto: str) -> str:
        """Return the signature of `texto` (UTF-8), PKCS#1 v1.5 with SHA-256, as base64: always 344 characters (S5)."""
        return base64.b64encode(self._chave.sign(texto.encode(), _PADDING, _SHA256)).decode()


def gerar_de_teste(path: Path, senha: str, *, nome: str, agora: datetime) -> None:
    """Write a self-signed test certificate for `nome` to `path`, readable by its owner alone, good for ten years.

    It has no legal value. Raises FileExistsError: an existing file is never overwritten.
    """
    chave = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    sujeito = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nome[:64])])
    certificado = (
        x509.CertificateBuilder()
        .subject_name(sujeito)
        .issuer_name(sujeito)
        .public_key(chave.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(agora)
        .not_valid_after(agora + VALIDADE_DO_TESTE)
        .sign(chave, _SHA256)
    )
    protecao = serialization.BestAvailableEncryption(senha.encode())
    conteudo = pkcs12.serialize_key_and_certificates(nome.encode(), chave, certificado, None, protecao)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as arquivo:
        arquivo.write(conteudo)


def _titular(certificado: x509.Certificate) -> str:
    nomes = certificado.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(nomes[0].value) if nomes else certificado.subject.rfc4514_string()
