"""Request context of the screens: the office, and the person who is logged in (A1)."""

from collections.abc import Mapping
from datetime import datetime

from flask import Response, current_app, g, request
from flask_login import UserMixin, current_user
from markupsafe import Markup

from printserver.jobs import Office
from printserver.office import audit, people
from printserver.web import words

EXTENSION = "printserver.web"


class User(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A person of the office who has logged in.

    `pending` is what they must do before anything else: `senha` (replace the provisional one), `fator` (set up the
    second factor), or empty.
    """

    def __init__(self, find_person: people.Person, pending: str = "") -> None:
        self.pessoa = find_person
        self.pending = pending

    def get_id(self) -> str:
        """Return the user name, which the session stores."""
        return self.pessoa.usuario


def office() -> Office:
    """Return the office of the current request: its settings, tables and certificate do not change meanwhile."""
    if "office" not in g:
        g.office = current_app.extensions[EXTENSION].current()
    found: Office = g.office
    return found


def take_files() -> Office:
    """Have what this request wrote into the office's files in force for the rest of it, and for all later ones."""
    g.office = current_app.extensions[EXTENSION].current(at_once=True)
    return office()


def now() -> datetime:
    """Return the current time of the office's clock, in UTC."""
    return office().clock()


def find_person() -> people.Person:
    """Return the person who is logged in."""
    found: people.Person = current_user.pessoa
    return found


def pending() -> str:
    """Return what the person must do before anything else; see `User`."""
    found: str = current_user.pending
    return found


def author() -> people.Author:
    """Return the person who is logged in as the author of what this request does (A1)."""
    return people.author_of_person(find_person(), request.remote_addr)


def register(objeto: str, nome: str, state: str, detalhe: Mapping[str, object] | None = None) -> None:
    """Log an event of a screen with the address and, if logged in, the person (A5)."""
    here = office()
    if current_user.is_authenticated:
        entry = author().record(objeto, nome, state, detalhe)
    else:
        entry = audit.LogEntry(objeto, nome, state, endereco=request.remote_addr, detalhe=detalhe or {})
    with here.db.write() as conn:
        audit.write(conn, here.serventia_id, here.clock(), [entry])


def is_htmx() -> bool:
    """Whether htmx sent the request."""
    return request.headers.get("HX-Request") == "true"


def person_name(usuario: str | None) -> str:
    """Return the name of the person with that user name, including former staff; the user name if there is none."""
    if not usuario:
        return ""
    if "web_names" not in g:
        here = office()
        with here.db.read() as conn:
            g.web_names = people.names(conn, here.serventia_id)
    nome: str = g.web_names.get(usuario, usuario)
    return nome


def shown_time(value: str | datetime) -> Markup:
    """Return a time (RFC 3339 text or aware datetime) as people say it; on paper, and under the pointer, in full."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    full = words.full_time(moment)
    return Markup('<time datetime="{}" title="{}" data-no-papel="{}">{}</time>').format(  # escaped by format
        moment.isoformat(), full, full, words.moment(moment, now())
    )


def csv_file(text: str, filename: str) -> Response:
    """Return a table as a CSV file to keep."""
    answer = Response(text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def exact_time(value: str) -> Markup:
    """Return a time (RFC 3339 text) as people say it, with seconds; on paper, and under the pointer, in full."""
    full = words.full_time(datetime.fromisoformat(value))
    return Markup('<time datetime="{}" title="{}" data-no-papel="{}">{}</time>').format(  # escaped by format
        value, full, full, words.moment_to_the_second(value, now())
    )
