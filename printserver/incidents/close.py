"""What a person does with an incident: notes a report that a norm wants, and closes it with its cause (A1, A3)."""

from collections.abc import Mapping
from typing import Final, Literal

import sqlalchemy as sa

from printserver import db
from printserver.clock import rfc3339
from printserver.documents import Reason, RequestModel, read
from printserver.errors import Recusa
from printserver.incidents.clocks import TERMS
from printserver.incidents.rows import Incident, find
from printserver.incidents.write import CLOSED, OBJECT, REPORTED, lock_head
from printserver.office import Act, Author, Office, acting

CLOSERS: Final = frozenset({"tabeliao", "substituto", "administrador"})
"""The roles that may close an incident."""
_table = db.incidente


class Closing(RequestModel):
    """The cause of an incident: what happened, why, and what was done."""

    causa: Reason


class Report(RequestModel):
    """A report that a norm wants (`prazo`, a word of `TERMS`): made, or why it is not to be made (`texto`)."""

    prazo: Literal["corregedoria", "anpd", "titulares"]
    feita: bool
    texto: Reason


def close(office: Office, author: Author, number: int, data: object) -> None:
    """Close an incident by the name of `author`'s person, with its cause.

    Raises `Recusa` `nao-encontrado`; `sem-permissao` if the role may not; `entrada-invalida` without a cause;
    `estado-nao-permite` if it is closed.
    """
    require_closer(author)
    closing = read(Closing, data)
    with acting(office, author) as act:
        found = _open_one(act, number)
        values = {"causa": closing.causa, "fechado_por": author.pessoa, "fechado_em": act.now}
        _change(act, found, values)
        open_terms = [term.a_quem for word, term in TERMS.items() if word not in found.comunicacoes]
        detalhe = {"tipo": found.nome, "causa": closing.causa, "sem_nota": open_terms}
        act.log(OBJECT, str(number), CLOSED, detalhe)


def note_report(office: Office, author: Author, number: int, data: object) -> None:
    """Note that an incident was reported as a norm wants, or why it is not to be; its clock stops.

    Raises `Recusa` as `close`; `estado-nao-permite` also if the term is noted already.
    """
    require_closer(author)
    report = read(Report, data)
    term = TERMS[report.prazo]
    with acting(office, author) as act:
        found = _open_one(act, number)
        if report.prazo in found.comunicacoes:
            raise Recusa("estado-nao-permite", f"A comunicação a {term.a_quem} já está anotada, e não se muda.")
        note = {"quando": rfc3339(act.now), "quem": author.pessoa, "feita": report.feita, "texto": report.texto}
        _change(act, found, {"comunicacoes": {**found.comunicacoes, report.prazo: note}})
        detalhe = {"tipo": found.nome, "a_quem": term.a_quem, "feita": report.feita, "texto": report.texto}
        act.log(OBJECT, str(number), REPORTED, detalhe)


def require_closer(author: Author) -> None:
    """Raise `Recusa` `sem-permissao` unless a person acts whose role may close incidents."""
    if author.pessoa is None or author.papel not in CLOSERS:
        raise Recusa("sem-permissao", "O incidente é do tabelião, do substituto ou do administrador: peça a quem pode.")


def _open_one(act: Act, number: int) -> Incident:
    """Return an open incident, locked. Raises as `close`."""
    lock_head(act.conn, act.office.serventia_id)
    found = find(act.conn, act.office.serventia_id, number)
    if found is None:
        raise Recusa("nao-encontrado", f"Não há incidente {number} nesta serventia.")
    if found.fechado_em is not None:
        raise Recusa("estado-nao-permite", f"O incidente {number} já foi fechado por {found.fechado_por}.")
    return found


def _change(act: Act, found: Incident, values: Mapping[str, object]) -> None:
    mine = (_table.c.serventia_id == act.office.serventia_id, _table.c.id == found.id)
    act.conn.execute(sa.update(_table).where(*mine).values(**values))
