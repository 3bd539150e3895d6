"""The signed manifest of a release: version, schema, target, system packages, and the hash of every file.

The signature is Ed25519 over the bytes of the manifest. The private key is the maker's; a machine keeps the public key
of its first installation and accepts no other.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from printserver.errors import ConfigError

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
PUBLIC_KEY: Final = "release.pub"
_FORM: Final = 1
_BROKEN: Final = "este pacote está estragado ou incompleto: copie-o outra vez da origem; nada foi mudado"


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that a release is made for: distribution (`debian`), its version (`12`), Python, architecture."""

    distribution: str
    version: str
    python: str
    architecture: str

    @property
    def name(self) -> str:
        """The target as a person knows it."""
        return f"{self.distribution.capitalize()} {self.version}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release says of itself. `files`: SHA-256 and size in bytes by relative path."""

    version: str
    schema: str
    target: Target
    packages: tuple[str, ...]
    files: dict[str, tuple[str, int]]

    @property
    def folder(self) -> str:
        """The name of the release's folder on a machine."""
        return f"{self.version}-{self.target.distribution}-{self.target.version}"

    @property
    def size(self) -> int:
        """The size of all files, in bytes."""
        return sum(size for _sha256, size in self.files.values())


def read_key(content: bytes, where: object) -> Ed25519PublicKey:
    """Return the public key of a PEM file. Raises `ConfigError`."""
    try:
        key = load_pem_public_key(content)
    except ValueError as error:
        raise ConfigError(f"{where}: não é uma chave de versões") from error
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{where}: não é uma chave de versões (Ed25519)")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of a public key in groups of four, as it is read out on the telephone."""
    digest = hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def verify(content: bytes, signature: bytes, key: Ed25519PublicKey) -> Manifest:
    """Return the manifest once its signature is verified. Raises `ConfigError`."""
    try:
        key.verify(signature, content)
    except InvalidSignature as error:
        raise ConfigError(
            "a assinatura deste pacote não é de quem faz as versões instaladas nesta máquina, ou ele foi alterado: "
            f"não o use; peça outro a quem o fez (chave desta máquina: {fingerprint(key)}). Nada foi mudado"
        ) from error
    return parse(content)


def parse(content: bytes) -> Manifest:
    """Return the manifest of a file's content. Raises `ConfigError`; paths that leave the release are refused."""
    try:
        found: dict[str, Any] = json.loads(content)
        if found["form"] != _FORM:
            raise ConfigError("este pacote é de uma forma mais nova: instale antes a versão do meio; nada foi mudado")
        files = {str(path): (str(each["sha256"]), int(each["bytes"])) for path, each in found["files"].items()}
        target = Target(*(str(found["target"][name]) for name in Target.__slots__))
        packages = tuple(map(str, found["packages"]))
        made = Manifest(str(found["version"]), str(found["schema"]), target, packages, files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(_BROKEN) from error
    names = [*made.files, made.folder]
    if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names) or "/" in made.folder:
        raise ConfigError(_BROKEN)
    return made


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare. Raises `ConfigError`."""
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError as error:
        raise ConfigError(f"versão {version!r}: são números com pontos") from error


def broken() -> ConfigError:
    """Return the error of a bundle that is damaged or incomplete."""
    return ConfigError(_BROKEN)
