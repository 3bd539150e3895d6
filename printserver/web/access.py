"""Who may see and do what at the screens: abilities by role, checked here before any view (A1, A5).

Every screen names the ability that shows it and the one that acts on it (`screens.SCREENS`); a screen without one is
refused to everybody. The rights that the acts themselves require are in `office.people.rights`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import g, request
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa
from printserver.office.people import HEADS, ROLES
from printserver.web import words
from printserver.web.context import find_person

_EVERYONE: Final = frozenset(ROLES)
_ADMINISTRATOR: Final = frozenset({"administrador"})
_COUNTER: Final = HEADS | {"escrevente"}


@dataclass(frozen=True, slots=True)
class Ability:
    """Something that a person may do at the screens: its name in words, and the roles that have it."""

    nome: str
    papeis: frozenset[str]


LOOK: Final = Ability("Ver impressões, selos, tribunal, papel e ajuda", _EVERYONE)
ACCOUNT: Final = Ability("Mudar a própria senha e o próprio PIN, ver e encerrar as próprias entradas", _EVERYONE)
PRINT: Final = Ability("Reenviar, cancelar e copiar impressões; informar as folhas", _COUNTER)
REPLACE: Final = Ability("Substituir um documento que já saiu (X8)", HEADS)
ANSWER: Final = Ability("Responder à pergunta de reimpressão (XA) e à da ficha", _COUNTER)
SEALS: Final = Ability("Fazer, retificar, excluir e vincular selos; comunicar ao tribunal", _COUNTER)
COUNTER: Final = Ability("Balcão: atos, números, carga, fotocópias", _COUNTER)
PAPER: Final = Ability("Receber papel numerado e dizer a próxima folha", _EVERYONE)
SEE_OFFICE: Final = Ability("Ver o fechamento, a correição, a auditoria e os ajustes", HEADS | _ADMINISTRATOR)
CLOSE: Final = Ability("Assinar e reabrir o fechamento", HEADS)
PEOPLE: Final = Ability("Pessoas: criar, mudar, desativar; dar outra senha", HEADS | _ADMINISTRATOR)
KEYS: Final = Ability("Chaves dos programas: criar e revogar", _ADMINISTRATOR)
VALUES: Final = Ability("Serviços, valores e tabela de atos", HEADS)
FORMATS: Final = Ability("Formatos das páginas", HEADS | _ADMINISTRATOR)
SETTINGS: Final = Ability("Filas, certificado, tribunal, e-mail e avisos", HEADS | _ADMINISTRATOR)

INCIDENTS: Final = Ability("Incidentes: anotar o que se comunicou, e fechar com a causa", HEADS | _ADMINISTRATOR)

ABILITIES: Final = (
    *(LOOK, ACCOUNT, PRINT, REPLACE, ANSWER, SEALS, COUNTER, PAPER, SEE_OFFICE, CLOSE),
    *(PEOPLE, KEYS, VALUES, FORMATS, SETTINGS, INCIDENTS),
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: path, endpoint, view, and the abilities to see it (GET) and to act on it (POST); None: it has none."""

    path: str
    endpoint: str
    view: Callable[..., ResponseReturnValue]
    see: Ability | None = LOOK
    act: Ability | None = None

    @property
    def methods(self) -> list[str]:
        """The methods that the screen answers."""
        return [method for method, ability in (("GET", self.see), ("POST", self.act)) if ability is not None]

    def check(self) -> None:
        """Raise `Recusa` `sem-permissao` unless the person who is logged in may see the screen, or act on it.

        A draft that is shown again is only seen (see `drafts`).
        """
        only_seen = request.method in ("GET", "HEAD") or g.get("resumed")
        ability = self.see if only_seen else self.act
        if ability is None or not may(ability):
            raise Recusa("sem-permissao", why_not(ability))


def why_not(ability: Ability | None) -> str:
    """Return the sentence that says whose task it is."""
    roles = [words.ROLES[role] for role in ROLES if ability is not None and role in ability.papeis]
    return f"Isto cabe a {' ou '.join(roles) or 'ninguém'}: peça a quem pode."


def may(ability: Ability) -> bool:
    """Return whether the person who is logged in has the ability."""
    return find_person().papel in ability.papeis
