"""The head of the log's chain, signed with the office's certificate and kept outside the database (A6).

A log that was written anew has other hashes, and one that was cut is shorter: neither agrees with a head kept before.
One JSON file a day in `auditoria/` of the office's folder.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.common.files import write_whole
from printserver.db import Database
from printserver.selo import Certificate, PublicCertificate

PASTA: Final = "auditoria"
_POINT: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


KeptHead = tuple[Path, "Head | None"]  # a file, and the head that it holds


class HeadDiffers(Exception):
    """The log does not agree with a head that was kept before: nothing is signed over it."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head: the number and hash of the log's newest entry at `quando` (RFC 3339), and who signed it (PEM)."""

    serventia: str
    instancia: str
    n: int
    hash: str
    quando: str
    assinatura: str
    certificado: str

    @property
    def point(self) -> str:
        """The head as it is printed and brought back: `N:HASH`."""
        return f"{self.n}:{self.hash}"

    def text(self) -> str:
        """Return what is signed."""
        return f"cabeca da auditoria|{self.serventia}|{self.instancia}|{self.n}|{self.hash}|{self.quando}"


def point(conn: Connection, serventia_id: int) -> str:
    """Return the log's head as `N:HASH`."""
    row = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).one()
    return f"{row.n}:{row.hash}"


def sign_head(conn: Connection, serventia_id: int, certificate: Certificate, now: datetime) -> Head:
    """Return the log's head, signed now."""
    office = conn.execute(sa.select(db.serventia).where(db.serventia.c.id == serventia_id)).one()
    row = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).one()
    pem = certificate.public_pem().decode()
    bare = Head(office.cns, office.instancia, row.n, row.hash, rfc3339(now), "", pem)
    return Head(**asdict(bare) | {"assinatura": certificate.sign(bare.text())})


def of_day(instance: Path, now: datetime) -> Path:
    """Return the file of the head of an office day, there or not."""
    return instance / PASTA / f"{local_date(now).isoformat()}.json"


def store(database: Database, serventia_id: int, instance: Path, certificate: Certificate, now: datetime) -> Head:
    """Sign the log's head and keep it as the day's, in the place of a shorter one. Return it.

    Raises HeadDiffers, with what was found (Portuguese), where the log does not lead on from the newest head kept, or
    from the day's: neither is then overwritten. Raises OSError.
    """
    path = of_day(instance, now)
    # One at a time: of two that stop at once the second looks at what the first wrote, with a view that is newer.
    with _one_at_a_time(path.parent), database.snapshot() as conn:
        for kept in dict.fromkeys([path, *kept_heads(instance)[-1:]]):
            if kept.exists() and (fault := difference(conn, serventia_id, kept)):
                raise HeadDiffers(fault)
        head = sign_head(conn, serventia_id, certificate, now)
        write_whole(path, (json.dumps(asdict(head), ensure_ascii=False, indent=1) + "\n").encode())
    return head


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    folder.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(folder / ".trava", os.O_WRONLY | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept_heads(instance: Path) -> list[Path]:
    """Return the files of the heads that were kept, by day."""
    return sorted((instance / PASTA).glob("????-??-??.json"))


def read(path: Path) -> Head | None:
    """Return what a file holds; None where it is no head. Raises OSError."""
    try:
        fields = json.loads(path.read_text("utf-8"))
        head = Head(**fields)
    except (ValueError, TypeError):
        return None
    right = all(isinstance(value, int if name == "n" else str) for name, value in fields.items())
    return head if right and _POINT.fullmatch(head.point) else None


def read_all(instance: Path) -> list[KeptHead]:
    """Return every head that was kept, by day. Read before the database is: one kept meanwhile is ahead of its view."""
    return [(path, read(path)) for path in kept_heads(instance)]


def difference(conn: Connection, serventia_id: int, path: Path) -> str | None:
    """Return how the log differs from a head that was kept (Portuguese); None where it leads on from it."""
    return _difference(conn, serventia_id, path, read(path))


def _difference(conn: Connection, serventia_id: int, path: Path, head: Head | None) -> str | None:
    if head is None:
        return f"{path}: não é uma cabeça da auditoria, ou foi alterado"
    fault = of_point(conn, serventia_id, head.n, head.hash)
    return None if fault is None else f"{fault} (cabeça guardada em {path})"


def of_point(conn: Connection, serventia_id: int, n: int, digest: str) -> str | None:
    """Return how the log differs from a head `N:HASH` (Portuguese); None where it leads on from it."""
    mine = (db.log.c.serventia_id == serventia_id, db.log.c.n == n)
    there = conn.execute(sa.select(db.log.c.hash).where(*mine)).scalar_one_or_none()
    if there == digest or n == 0:
        return None
    if there is None:
        return f"o registro {n} da auditoria existiu e sumiu: o fim dela foi cortado, ou o banco é uma cópia antiga"
    return f"o registro {n} da auditoria é outro: ela foi escrita de novo até ali"


def check(
    conn: Connection, serventia_id: int, kept: Sequence[KeptHead], usados: Sequence[PublicCertificate]
) -> Iterator[tuple[Path, str | None]]:
    """Give each of the heads that were kept, with its difference from the log (Portuguese) or None."""
    office = conn.execute(sa.select(db.serventia).where(db.serventia.c.id == serventia_id)).one()
    known: Mapping[str, PublicCertificate] = {each.fingerprint: each for each in usados}
    for path, head in kept:
        fault = _difference(conn, serventia_id, path, head)
        if head is not None and fault is None:
            fault = _signature(head, known, office.cns, office.instancia, path)
        yield path, fault


def _signature(head: Head, known: Mapping[str, PublicCertificate], cns: str, instancia: str, path: Path) -> str | None:
    if (head.serventia, head.instancia) != (cns, instancia):
        return f"{path}: é de outra serventia"
    try:
        signer = known.get(PublicCertificate.read(head.certificado).fingerprint)
    except ValueError:
        signer = None
    if signer is None:
        return f"{path}: o certificado não é um dos que a serventia usou"
    return None if signer.check(head.text(), head.assinatura) else f"{path}: a assinatura não confere"


def parse_point(text: str) -> tuple[int, str]:
    """Return the parts of `N:HASH`. Raises ValueError (Portuguese)."""
    found = _POINT.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text[:80]!r} não é uma cabeça da auditoria: o número, dois-pontos e 64 algarismos hexa")
    return int(found[1]), found[2]
