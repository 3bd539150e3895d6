"""The office's certificate as a person sees and changes it (T4): tried before it is kept, the old one kept, with dates.

A certificate is stored under the password that the office has already, so that one atomic replacement of one file
changes it. The password that a person types is not stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from printserver.clock import local
from printserver.common.files import sync_folder, write_whole
from printserver.errors import Recusa, invalid_input
from printserver.office.create import certificate_password
from printserver.office.office import Office
from printserver.office.people import Author
from printserver.office.settings_file import mark_of, replace_file
from printserver.selo import Certificate, PublicCertificate, UnfitCertificate

FOLDER: Final = "certificados"


@dataclass(frozen=True, slots=True)
class Former:
    """A certificate that was in use: the name of its file, when it was put away, and itself, if it can be opened."""

    nome: str
    quando: datetime
    certificado: PublicCertificate | None


def kind(certificate: PublicCertificate) -> str:
    """Return what kind of certificate it is: `teste` (self-signed), `icp-brasil` or `outra`."""
    return "teste" if certificate.self_signed else "icp-brasil" if certificate.of_icp else "outra"


def mark(office: Office) -> str:
    """Return the mark of the certificate's file, which a form carries (see `settings_file.mark_of`)."""
    return mark_of(_path(office))


def change(office: Office, author: Author, content: bytes, password: str, seen: str) -> Certificate:
    """Put the certificate of a PKCS#12 file in use, and keep the old one. The caller has the file read.

    Raises `Recusa` `entrada-invalida` at `arquivo` or `senha`: not such a file, wrong password, no private key, not
    RSA 2048, not valid now, of test in a real office, the one in use; or if the file is not the one of `seen`.
    """
    try:
        new = Certificate.open(content, password)
        new.check_use(office.clock())
    except UnfitCertificate as error:
        raise invalid_input(error.campo, str(error)) from error
    return _put(office, author, new, seen, "arquivo")


def restore(office: Office, author: Author, nome: str, seen: str) -> Certificate:
    """Put a certificate that was in use before in use again. Raises `Recusa` as `change`, at `anterior`."""
    path = _folder(office) / nome
    if nome not in {each.nome for each in former(office)}:
        raise invalid_input("anterior", "não há este certificado guardado")
    try:
        found = Certificate.open(path.read_bytes(), certificate_password(office.instance, office.settings))
        found.check_use(office.clock())
    except UnfitCertificate as error:
        hint = "; envie o arquivo de novo, com a sua senha" if error.campo == "senha" else ""
        raise invalid_input("anterior", f"{error}{hint}") from error
    return _put(office, author, found, seen, "anterior")


def former(office: Office) -> Sequence[Former]:
    """Return the certificates that were in use before, newest first."""
    password = certificate_password(office.instance, office.settings)
    found = []
    for path in _folder(office).glob("*.p12") if _folder(office).is_dir() else ():
        try:
            certificate = Certificate.open(path.read_bytes(), password)
        except (UnfitCertificate, OSError):
            certificate = None
        if certificate is None or certificate.fingerprint != office.certificado.fingerprint:
            found.append(Former(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC), certificate))
    return sorted(found, key=lambda each: (each.quando, each.nome), reverse=True)


def _put(office: Office, author: Author, new: Certificate, seen: str, field: str) -> Certificate:
    old, now = office.certificado, office.clock()
    if new.fingerprint == old.fingerprint:
        raise invalid_input(field, "é o certificado que já está em uso")
    if new.self_signed and not office.demonstracao:
        raise invalid_input(field, "é um certificado de teste: numa serventia real os selos não valeriam")
    if new.cns not in (None, office.cns) and not office.demonstracao:
        raise invalid_input(field, f"é de outra serventia, de CNS {new.cns}")
    path = _path(office)
    password = certificate_password(office.instance, office.settings)
    if mark_of(path) != seen:
        raise Recusa("entrada-invalida", "Nada foi feito: entretanto o certificado foi trocado. Confira o de agora.")
    _keep(office, old, password, now)
    what = {"antes": _facts(old), "depois": _facts(new)}
    content = new.pkcs12(password)
    replace_file(office, author, office.settings.selo.certificado, content, seen, "certificado trocado", what)
    return new


def _keep(office: Office, old: Certificate, password: str, now: datetime) -> None:
    """Copy the certificate in use to the folder of former ones, under the day and its fingerprint."""
    folder = _folder(office)
    folder.mkdir(mode=0o700, exist_ok=True)
    for same in folder.glob(f"*-{old.fingerprint[:12]}.p12"):
        same.unlink()
    write_whole(folder / f"{local(now):%Y-%m-%d}-{old.fingerprint[:12]}.p12", old.pkcs12(password))
    sync_folder(folder)


def _facts(certificate: PublicCertificate) -> dict[str, str]:
    return {
        "titular": certificate.holder,
        "impressao_digital": certificate.fingerprint,
        "valido_ate": certificate.valid_until.isoformat(),
    }


def _path(office: Office) -> Path:
    return office.instance / office.settings.selo.certificado


def _folder(office: Office) -> Path:
    return office.instance / FOLDER
