"""One act for each idempotency key, repeated while concurrent changes invalidate it (contract, `Idempotency-Key`)."""

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
    """What the act was prepared on has changed: the act is done again from its beginning."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request under its key; `digest` is the hash of route and body."""

    author: Author
    key: str | None
    digest: str

    def done(self, act: Act, job_id: str = "", *, word: ErrorWord | None = None, made: Any = None) -> Outcome:
        """Bind the key to what `act` made, in its transaction, and return it (see `Outcome`)."""
        outcome = Outcome(job_id, word, made)
        idempotency.register(act, self.author, self.key, self.digest, outcome)
        return outcome


def do_once(
    office: Office, author: Author, route: str, data: object, key: str | None, do: Callable[[Call], Outcome], busy: str
) -> tuple[Outcome, bool]:
    """Run `do`, which ends with `Call.done` in its own transaction, unless the key did it before.

    Return what was made, and whether the key had made it before. Raises what `do` raises, and `Recusa`
    `chave-reutilizada`, `em-processamento`, and `servidor-ocupado` with the text `busy` after `TRIES` lost races.
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
                # Another server may have done it under this very key a moment ago: then this is its replay.
                if (made := idempotency.find(office, author, key, call.digest)) is not None:
                    return made, True
                if isinstance(error, Recusa) or not lost_a_race(error):
                    raise
    raise Recusa("servidor-ocupado", busy, retry_after=1)
