"""The office's certificate (S5): a PKCS#12 file with the RSA-2048 key that signs the registro. Loaded once."""

import base64
import binascii
import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from printserver.clock import local
from printserver.common import faults
from printserver.errors import ConfigError

BITS: Final = 2048
ICP: Final = "ICP-Brasil"
_CNPJ: Final = "2.16.76.1.3.3"  # in an ICP-Brasil certificate, among its alternative names
_CNS: Final = re.compile(r"\bCNS\D{0,3}(\d{2})\.?(\d{3})-?(\d)\b", re.ASCII)
TEST_VALIDITY: Final = timedelta(days=3650)

_PADDING = PKCS1v15()
_SHA256 = hashes.SHA256()


class UnfitCertificate(Exception):
    """A certificate that cannot be used: why (Portuguese). `campo` is `senha` if another password may open it."""

    def __init__(self, message: str, campo: str = "arquivo") -> None:
        super().__init__(message)
        self.campo = campo


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

    @property
    def issuer(self) -> str:
        """The name of the authority that issued it."""
        return _common_name(self._certificate.issuer)

    @property
    def of_icp(self) -> bool:
        """Whether its issuer says to be of ICP-Brasil (S5). The chain itself is not verified: the court does that."""
        names = self._certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return not self.self_signed and any(str(each.value) == ICP for each in names)

    @property
    def cnpj(self) -> str | None:
        """The CNPJ in it, 14 digits: the field of ICP-Brasil, else what ends the holder's name; None without one."""
        try:
            names = self._certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            names = x509.SubjectAlternativeName([])
        for each in names.get_values_for_type(x509.OtherName):
            if each.type_id.dotted_string == _CNPJ and (digits := re.findall(rb"\d{14}", each.value)):
                return str(digits[0].decode())
        ending = re.search(r":(\d{14})$", self.holder)
        return ending[1] if ending else None

    @property
    def cns(self) -> str | None:
        """The CNS in the holder's names, 6 digits; None if there is none."""
        found = _CNS.search(self._certificate.subject.rfc4514_string())
        return "".join(found.groups()) if found else None

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

    __slots__ = ("_key", "_others")

    def __init__(self, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> None:
        super().__init__(key.public_key(), certificate)
        self._key = key
        self._others: Sequence[x509.Certificate] = ()

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
            return cls.open(content, password)
        except UnfitCertificate as error:
            raise ConfigError(f"{path}: {error}") from error

    @classmethod
    def open(cls, content: bytes, password: str) -> Self:
        """Return the certificate of a PKCS#12 file's content. Raises `UnfitCertificate`, as `load` ConfigError."""
        try:
            key, certificate, others = pkcs12.load_key_and_certificates(content, password.encode())
        except ValueError as error:
            if "deserialize" in str(error):
                raise UnfitCertificate("arquivo que não é um certificado A1 (PKCS#12: .p12 ou .pfx)") from error
            raise UnfitCertificate("senha errada ou arquivo que não é um certificado A1 (PKCS#12)", "senha") from error
        if key is None:
            raise UnfitCertificate("o arquivo não tem a chave privada: exporte o certificado com a chave")
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != BITS or certificate is None:
            raise UnfitCertificate(f"esperados uma chave RSA de {BITS} bits e o seu certificado; há {_kind_of(key)}")
        if certificate.public_key() != key.public_key():
            raise UnfitCertificate("a chave e o certificado não são um do outro")
        made = cls(key, certificate)
        made._others = others
        return made

    def check_use(self, now: datetime) -> None:
        """Raise `UnfitCertificate` unless it may be put in use at `now`: valid, not of SHA-1, and able to sign (T4)."""
        if (why := self.out_of_validity(now)) is not None:
            raise UnfitCertificate(f"{why[0].lower()}{why[1:]}")
        algorithm = self._certificate.signature_hash_algorithm
        if algorithm is None or algorithm.digest_size < _SHA256.digest_size:
            raise UnfitCertificate(f"assinado com {algorithm.name if algorithm else 'algoritmo desconhecido'}: antigo")
        sample = f"{self.fingerprint}|{now.isoformat()}|"
        if not self.check(sample, self.sign(sample)):
            raise UnfitCertificate("a chave não assina o que o certificado confere")

    def pkcs12(self, password: str) -> bytes:
        """Return key, certificate and the certificates that came with them as PKCS#12 under another password."""
        encryption = serialization.BestAvailableEncryption(password.encode())
        return pkcs12.serialize_key_and_certificates(
            self.holder[:64].encode(), self._key, self._certificate, self._others or None, encryption
        )

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
    return _common_name(certificate.subject)


def _common_name(name: x509.Name) -> str:
    names = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else name.rfc4514_string()


def _kind_of(key: object) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return f"uma chave RSA de {key.key_size} bits"
    return "uma chave de curva elíptica" if isinstance(key, ec.EllipticCurvePrivateKey) else "outro tipo de chave"
