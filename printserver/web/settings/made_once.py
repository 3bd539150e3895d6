"""What a form makes once, with a secret that is shown once: a person, a password, a key of a program (A1, A5)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import request
from sqlalchemy.exc import IntegrityError

from printserver.errors import Recusa
from printserver.ledger import idempotency
from printserver.office import Act, acting
from printserver.web.context import author, office
from printserver.web.forms import key


@dataclass(frozen=True, slots=True)
class Made:
    """What a form made, by its name; its secret, None if the same form made it before: it is not known any more."""

    nome: str
    segredo: str | None = field(repr=False)


def once(make: Callable[[Act], Made]) -> Made:
    """Run `make` in one transaction, unless the form did it before; its key is bound to the name of what was made.

    Of two clicks at the same time one makes it, and the other finds it made. Raises as `make`.
    """
    if (before := _made_before()) is not None:
        return before
    try:
        with acting(office(), author()) as act:
            made = make(act)
            idempotency.register(act, author(), key(), _digest(), idempotency.Outcome("", feito=[made.nome]))
    except (IntegrityError, Recusa):  # also if the other click has just made it
        if (before := _made_before()) is not None:
            return before
        raise
    return made


def _made_before() -> Made | None:
    found = idempotency.find(office(), author(), key(), _digest())
    return None if found is None else Made(found.feito[0], None)


def _digest() -> str:
    return idempotency.digest(request.path, key())
