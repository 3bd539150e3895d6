"""One act for each idempotency key, retried while concurrent changes invalidate it (contract, `Idempotency-Key`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from printserver.db import lost_a_race
from printserver.errors import ErrorWord, Recusa
from printserver.ledger import idempotency
from printserver.ledger.idempotency import Outcome
from printserver.office import Act, Author, Office

TRIES: Final = 5


class Changed(Exception):
    """Data that the act was prepared on has changed: the act is retried from its beginning."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request under its key; `digest` is the hash of route and body."""

    author: Author
    key: str | None
    digest: str

    def done(self, act: Act, job_id: str = "", *, word: ErrorWord | None = None, made: Any = None) -> Outcome:
        """Bind the key to the result of `act`, in its transaction, and return the outcome."""
        outcome = Outcome(job_id, word, made)
        idempotency.register(act, self.author, self.key, self.digest, outcome)
        return outcome


def do_once(
    office: Office, author: Author, route: str, data: object, key: str | None, do: Callable[[Call], Outcome], busy: str
) -> tuple[Outcome, bool]:
    """Run `do`, which ends with `Call.done` in its own transaction, unless the key already has an outcome.

    Return the outcome, and whether it is a replay. Raises the errors of `do`, and `Recusa` `chave-reutilizada`,
    `em-processamento`, and `servidor-ocupado` with the text `busy` after `TRIES` conflicts.
    """
    call = Call(author, key, idempotency.digest(route, data))
    with idempotency.working_on(office, author, key):
        if (made := idempotency.find(office, author, key, call.digest)) is not None:
            return made, True
        for _ in range(TRIES):
            try:
                return do(call), False
            except Changed:
                continue
            except (Recusa, DBAPIError) as error:
                # Another server may have just committed under this key: then this is a replay.
                if (made := idempotency.find(office, author, key, call.digest)) is not None:
                    return made, True
                if isinstance(error, Recusa) or not lost_a_race(error):
                    raise
    raise Recusa("servidor-ocupado", busy, retry_after=1)
