"""Second factor of people: codes of an authenticator app (TOTP, RFC 6238), and recovery codes (A5).

The secret is stored encrypted with a key derived from the office's secret file: a copy of the database alone does not
give it away. A code counts once, also from two browsers at the same time.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyotp
import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from pyotp.utils import strings_equal

from printserver import db
from printserver.office.people.persons import Person

RECOVERY_CODES: Final = 10
_STEP_S: Final = 30
_DRIFT: Final = 1  # steps that a clock may be wrong, either way
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_person = db.pessoa.c


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Whether a person has a second factor, and how many recovery codes are left."""

    ativo: bool
    reserva: int


def new_factor_secret() -> str:
    """Return a new secret, base32."""
    return pyotp.random_base32()


def factor_address(secret: str, who: Person, office_name: str) -> str:
    """Return the `otpauth://` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=who.usuario, issuer_name=office_name)


def factor_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, of now or beside it; None if the code is wrong."""
    code = "".join(code.split())
    current = int(now.timestamp()) // _STEP_S
    totp = pyotp.TOTP(secret)
    steps = range(current - _DRIFT, current + _DRIFT + 1)
    return next((each for each in steps if strings_equal(totp.generate_otp(each), code)), None)


def enable_factor(conn: sa.Connection, who: Person, secret: str, step: int, office_secret: str) -> list[str]:
    """Store the secret, whose code of `step` was typed, and return new recovery codes, which are not stored."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    conn.execute(
        sa.update(db.pessoa)
        .where(db.this_row(db.pessoa, who.serventia_id, who.id))
        .values(
            fator_segredo=_sealer(office_secret).encrypt(secret.encode()).decode(),
            fator_passo=step,
            fator_reserva=[_sha256(each) for each in codes],
        )
    )
    return codes


def disable_factor(conn: sa.Connection, who: Person) -> None:
    """Remove the second factor of a person and their recovery codes."""
    conn.execute(
        sa.update(db.pessoa)
        .where(db.this_row(db.pessoa, who.serventia_id, who.id))
        .values(fator_segredo=None, fator_passo=None, fator_reserva=None)
    )


def find_factor(conn: sa.Connection, who: Person) -> SecondFactor:
    """Return the state of a person's second factor."""
    row = conn.execute(
        sa.select(_person.fator_segredo, _person.fator_reserva).where(db.this_row(db.pessoa, who.serventia_id, who.id))
    ).one()
    return SecondFactor(row.fator_segredo is not None, len(row.fator_reserva or ()))


def use_factor(conn: sa.Connection, who: Person, code: str, now: datetime, office_secret: str) -> bool:
    """Return whether the code is right and was not used before: one of the app, or a recovery code; then it is used."""
    query = sa.select(_person.fator_segredo, _person.fator_reserva).where(
        db.this_row(db.pessoa, who.serventia_id, who.id)
    )
    row = conn.execute(query.with_for_update()).one()
    if row.fator_segredo is None:
        return False
    step = factor_step(_secret(row.fator_segredo, office_secret), code, now)
    if step is not None:
        unused = sa.or_(_person.fator_passo.is_(None), _person.fator_passo < step)
        found = conn.execute(
            sa.update(db.pessoa)
            .where(db.this_row(db.pessoa, who.serventia_id, who.id), unused)
            .values(fator_passo=step)
        )
        return bool(found.rowcount)
    return _use_recovery_code(conn, who, code, row.fator_reserva or ())


def _use_recovery_code(conn: sa.Connection, who: Person, code: str, left: Sequence[str]) -> bool:
    digest = _sha256(code)
    if digest not in left:
        return False
    remaining = [each for each in left if each != digest]
    conn.execute(
        sa.update(db.pessoa).where(db.this_row(db.pessoa, who.serventia_id, who.id)).values(fator_reserva=remaining)
    )
    return True


def _secret(kept: str, office_secret: str) -> str:
    """Return a stored secret. One that another office's key encrypted is like none: no code is right."""
    try:
        return _sealer(office_secret).decrypt(kept.encode()).decode()
    except InvalidToken:
        return new_factor_secret()


def _sealer(office_secret: str) -> Fernet:
    key = hashlib.sha256(b"printserver segundo fator\0" + office_secret.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _sha256(code: str) -> str:
    """Return the hash of a recovery code, typed with or without its hyphen. It is random: plain SHA-256 is enough."""
    bare = "".join(code.lower().replace("-", "").split())
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()
