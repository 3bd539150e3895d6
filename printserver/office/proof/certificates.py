"""The certificates that the office has signed with, stored in the log: old seals remain verifiable (A6, S5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonView
from printserver.office.audit import LogEntry, write
from printserver.selo import Certificate, PublicCertificate

_OBJECT: Final = "certificado"
_meant = db.as_meant(db.log.c.detalhe)


def register(conn: Connection, serventia_id: int, certificate: Certificate, now: datetime) -> None:
    """Log the certificate, unless it is logged already; called before it signs its first seal."""
    if conn.execute(_registros(serventia_id).where(db.log.c.objeto_id == certificate.fingerprint)).first():
        return
    what = {
        "titular": certificate.holder,
        "valido_ate": certificate.valid_until.isoformat(),
        "pem": certificate.public_pem().decode(),
    }
    write(conn, serventia_id, now, [LogEntry(_OBJECT, certificate.fingerprint, "em uso", detalhe=what)])


def used_certificates(conn: Connection, serventia_id: int) -> Sequence[PublicCertificate]:
    """Return the logged certificates, newest first. Invalid ones, or ones with another fingerprint, are left out."""
    found = []
    for row in conn.execute(_registros(serventia_id).order_by(db.log.c.n.desc())):
        what = _meant(row.detalhe)
        try:
            public = PublicCertificate.read(str(what.get("pem")) if isinstance(what, dict) else "")
        except ValueError:
            continue
        if public.fingerprint == row.objeto_id:
            found.append(public)
    return found


def signer(row: JsonView, usados: Sequence[PublicCertificate]) -> PublicCertificate | None:
    """Return which of the office's certificates signed the registro of a seal's row; None: none of them (S6)."""
    text, signature = row["registro"], row["assinatura"]
    if not isinstance(text, str) or not isinstance(signature, str) or not signature or not text.endswith(signature):
        return None
    return next((each for each in usados if each.check(text.removesuffix(signature), signature)), None)


def _registros(serventia_id: int) -> sa.Select[Any]:
    table = db.log
    query = sa.select(*db.as_stored([table.c.objeto_id, table.c.detalhe]))
    return query.where(table.c.serventia_id == serventia_id, table.c.objeto == _OBJECT)
