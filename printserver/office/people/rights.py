"""Rights of keys, roles of people, and the author of an act (A1, A2).

A key has rights (`RIGHTS`), a person has a role (`ROLES`); some actions need the role of a head of the office.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from printserver.errors import Recusa, invalid_input
from printserver.office.audit import LogEntry

RIGHTS = ("imprimir", "original", "responder", "selos")
CONSULTAR = "consultar"
"""The right to look up data. Every key has it, except those with `SEM_CONSULTA`."""
SEM_CONSULTA = "sem-consulta"
ROLES = ("escrevente", "substituto", "tabeliao", "administrador")
# P3: roles that may subscribe a copy. The administrator is the default subscritor of a new office, until a person is
# named.
SUBSCRITORES = frozenset({"substituto", "tabeliao", "administrador"})
# X4, X8: the heads of the office. An administrator runs the server, and is not a head.
HEADS = frozenset({"substituto", "tabeliao"})
RIGHTS_OF_ROLE: Mapping[str, frozenset[str]] = {
    "escrevente": frozenset({"imprimir", "responder", "selos"}),
    "substituto": frozenset(RIGHTS),
    "tabeliao": frozenset(RIGHTS),
    "administrador": frozenset({"original"}),
}
# A5: who administers the machine neither answers an XA nor changes a value, not even through a program and its key.
_NOT_FOR: Mapping[str, frozenset[str]] = {"administrador": frozenset({"responder", "selos"})}


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a request: the system by its key, the person who acts, or both (A2).

    `pessoa` is a user name; `papel` is that person's role. `direitos` are the key's, or those of the role if there is
    no key. `endereco` is the network address of the request. `fila` is the key's default queue.
    """

    serventia_id: int
    chave_id: int | None
    sistema: str | None
    pessoa: str | None
    papel: str | None
    direitos: frozenset[str]
    endereco: str | None
    fila: str | None = None

    def record(
        self,
        objeto: str,
        objeto_id: str,
        estado: str,
        detalhe: Mapping[str, object] | None = None,
        prova: Mapping[str, object] | None = None,
    ) -> LogEntry:
        """Return a log entry of what this author did (A1, A2)."""
        return LogEntry(objeto, objeto_id, estado, self.pessoa, self.sistema, self.endereco, detalhe or {}, prova)


def require_right(author: Author, right: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the author has the right."""
    if SEM_CONSULTA in author.direitos if right == CONSULTAR else right not in author.direitos:
        who = f"A chave {author.sistema!r}" if author.sistema is not None else f"O usuário {author.pessoa!r}"
        raise Recusa("sem-permissao", f"{who} não tem o direito {right!r}. Peça-o ao administrador do servidor.")


def require_role(author: Author, right: str) -> None:
    """Raise `Recusa` `sem-permissao` if the role of the author's person excludes acts that use `right` (A5)."""
    if right in _NOT_FOR.get(author.papel or "", ()):
        raise Recusa(
            "sem-permissao",
            f"O usuário {author.pessoa!r} é administrador: não responde a perguntas nem faz ou muda selos. "
            "Diga quem pratica o ato.",
        )


def require_paper(author: Author) -> None:
    """Raise `Recusa` `sem-permissao` unless the author may account for paper: a person, or a key that answers (P5)."""
    if author.sistema is not None:
        require_right(author, "responder")


def grantable_roles(papel: str, *, headless: bool) -> tuple[str, ...]:
    """Return the roles of the people whom a person of role `papel` may create and change (A5).

    Heads are made by a tabelião; by an administrador only while the office is `headless`, that is, has no head: who
    administers the machine must not make themselves one who answers an XA.
    """
    if papel == "tabeliao" or (papel == "administrador" and headless):
        return ROLES
    return {"substituto": ("escrevente",), "administrador": ("escrevente", "administrador")}.get(papel, ())


def require_head(papel: str | None, ato: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the role is a head of the office: tabelião or substituto (X4, X8).

    `ato` names the action in Portuguese, as the subject of the message: "a exclusão fora do prazo".
    """
    if papel not in HEADS:
        raise Recusa("sem-permissao", f"Somente o tabelião ou o substituto pode pedir {ato}.")


def require_subscritor(papel: str | None) -> None:
    """Raise `Recusa` `entrada-invalida` unless the role may subscribe a copy (P3)."""
    if papel not in SUBSCRITORES:
        raise invalid_input("subscritor", "a cópia é subscrita pelo tabelião ou por um substituto")
