"""A change of a table at a screen, in two steps: shown as it is and as it will be, then kept once (A7, S10).

The page carries the mark of the file that it showed: a second tab, or an editor, that changed the file meanwhile makes
the change refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa
from printserver.ledger import idempotency
from printserver.office import Act, table_files
from printserver.office.table_files import Snapshot
from printserver.web.context import author, office
from printserver.web.forms import Form, check_fields, key, refused_form, ticked, typed_text
from printserver.web.seals import change

FIELD: Final = "tabela"
"""The field that carries the mark of the file."""
Also = Callable[[Act], None]
# What has no form to be corrected: it gets a page of its own.
_NO_FORM: Final = frozenset({"sem-permissao", "nao-encontrado"})


class Read(Protocol):
    """A table as it was read from its file."""

    @property
    def seen(self) -> Snapshot:
        """The file."""


R = TypeVar("R", bound=Read)


@dataclass(frozen=True, slots=True)
class Step:
    """A change that is planned: what the second step shows, the sentence after it, and what keeps it."""

    shown: change.Change
    said: str
    keep: Callable[[Snapshot, Also], None]


def two_steps(
    read: Callable[[], R],
    plan: Callable[[R], Step],
    show: Callable[[R, Form, change.Change | None], str],
    fields: Sequence[str],
    back: str,
    *,
    direct: bool = False,
) -> ResponseReturnValue:
    """Show the form, what it would do, and do it once that is confirmed; `direct`: there is nothing to type first."""
    found = read()
    if request.method == "GET":
        if not direct:
            return show(found, Form(), None)
        return show(found, Form({FIELD: found.seen.marca}), plan(found).shown)
    shown, said = None, ""
    try:
        check_fields(*fields, FIELD, *change.FIELDS)
        if not change.repeated():
            refuse_stale(found.seen)
            step = plan(found)
            shown, said = step.shown, step.said
            if not change.confirmed(shown):
                return show(found, marked(change.shown_form(), found.seen), shown)
            step.keep(replace(found.seen, marca=typed_text(FIELD)), once)
    except Recusa as refusal:
        if refusal.word in _NO_FORM or (direct and shown is None):
            raise
        again = shown if direct or change.unconfirmed(refusal) else None
        return show(found, marked(refused_form(refusal), found.seen), again), refusal.kind.status
    flash(said or "Isto já tinha sido feito.")
    return redirect(back, 303)


def once(act: Act) -> None:
    """Bind the form's key to the act: sent again, it does nothing more."""
    made = idempotency.Outcome("")
    idempotency.register(act, author(), key(), idempotency.digest(request.path, key()), made)


def refuse_stale(seen: Snapshot) -> None:
    """Raise `Recusa` if the form confirms a change of a file that is another one now."""
    if ticked("confirmo"):
        table_files.refuse_stale(office(), replace(seen, marca=typed_text(FIELD)))


def marked(form: Form, seen: Snapshot) -> Form:
    """Return the form with the mark of the file as it is now, for the second step."""
    return replace(form, valores={**form.valores, FIELD: seen.marca})


def repeated() -> bool:
    """Return whether this form did its act before."""
    return idempotency.is_used(office(), author(), key())
