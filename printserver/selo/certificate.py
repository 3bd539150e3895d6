"""The office's certificate (S5): a PKCS#12 file with the RSA-2048 key that signs the registro. Loaded once."""

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

from printserver.clock import local
from printserver.common import faults
from printserver.errors import ConfigError

BITS: Final = 2048
TEST_VALIDITY: Final = timedelta(days=3650)

_PADDING = PKCS1v15()
_SHA256 = hashes.SHA256()


class PublicCertificate:
    """An RSA certificate without its key, to verify signatures. Thread-safe.

    `fingerprint` is the SHA-256 of the certificate, used as its identifier.
    """

    __slots__ = ("_certificate", "_public_key", "fingerprint", "holder", "valid_from", "valid_until")

    def __init__(self, public_key: rsa.RSAPublicKey, certificate: x509.Certificate) -> None:
        self._certificate = certificate
        self._public_key = public_key
        self.fingerprint: str = certificate.fingerprint(_SHA256).hex()
        self.holder: str = _holder(certificate)
        self.valid_from: datetime = certificate.not_valid_before_utc
        self.valid_until: datetime = certificate.not_valid_after_utc

    @staticmethod
    def read(pem: str) -> "PublicCertificate":
        """Return the certificate of a PEM text. Raises ValueError if it is not a certificate, or not RSA."""
        certificate = x509.load_pem_x509_certificate(pem.encode())
        public_key = certificate.public_key()
        if not isinstance(public_key, rsa.RSAPublicKey):
            raise ValueError("o certificado não é de uma chave RSA")
        return PublicCertificate(public_key, certificate)

    @property
    def self_signed(self) -> bool:
        """Whether no authority issued it: a test certificate, which the court does not know."""
        return self._certificate.issuer == self._certificate.subject

    def not_yet_valid(self, now: datetime) -> bool:
        """Return whether the certificate is not yet valid at `now`."""
        return now < self.valid_from

    def expired(self, now: datetime) -> bool:
        """Return whether the certificate has expired at `now`."""
        return self.valid_until <= now

    def out_of_validity(self, now: datetime) -> str | None:
        """Return why the certificate is not valid at `now` (Portuguese), or None. It can sign in any case (T4)."""
        if self.not_yet_valid(now):
            return f"O certificado da serventia só vale a partir de {local(self.valid_from):%d/%m/%Y às %H:%M}"
        if self.expired(now):
            return f"O certificado da serventia venceu em {local(self.valid_until):%d/%m/%Y às %H:%M}"
        return None

    def public_pem(self) -> bytes:
        """Return the certificate as PEM, without its key."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def check(self, text: str, assinatura: str) -> bool:
        """Return whether `assinatura` (base64) is this certificate's signature of `text`."""
        try:
            self._public_key.verify(base64.b64decode(assinatura, validate=True), text.encode(), _PADDING, _SHA256)
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True


class Certificate(PublicCertificate):
    """An RSA-2048 key with its certificate. Thread-safe; a signature takes well under 1 ms."""

    __slots__ = ("_key",)

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        super().__init__(key.public_key(), certificate)
        self._key = key

    @classmethod
    def load(cls, path: Path, password: str) -> Self:
        """Return the certificate of the PKCS#12 file `path`, opened with its password.

        Raises ConfigError (Portuguese, naming the file) if it cannot be read or opened, or contains no RSA-2048 key
        with its certificate. An expired or not yet valid certificate is accepted; the program shows a warning (T4).
        """
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: o certificado não pode ser lido ({faults.of_os(error)})") from error
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(content, password.encode())
        except ValueError as error:
            raise ConfigError(f"{path}: senha errada ou arquivo que não é um certificado A1 (PKCS#12)") from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != BITS or certificate is None:
            raise ConfigError(f"{path}: esperados uma chave RSA de {BITS} bits e o seu certificado")
        if certificate.public_key() != key.public_key():
            raise ConfigError(f"{path}: a chave e o certificado não são um do outro")
        return cls(key, certificate)

    def pem(self) -> bytes:
        """Return key and certificate as PEM, the key unencrypted: only for TLS in this process."""
        key = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + self.public_pem()

    def sign(self, text: str) -> str:
        """Return the signature of `text` (UTF-8), PKCS#1 v1.5 with SHA-256, as base64: always 344 characters (S5)."""
        return base64.b64encode(self._key.sign(text.encode(), _PADDING, _SHA256)).decode()


def generate_test_certificate(path: Path, password: str, *, nome: str, now: datetime) -> None:
    """Write a self-signed test certificate for `nome` to `path`, readable only by its owner, valid for ten years.

    It has no legal value. Raises FileExistsError: an existing file is never overwritten.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nome[:64])])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + TEST_VALIDITY)
        .sign(key, _SHA256)
    )
    encryption = serialization.BestAvailableEncryption(password.encode())
    content = pkcs12.serialize_key_and_certificates(nome.encode(), key, certificate, None, encryption)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _holder(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
