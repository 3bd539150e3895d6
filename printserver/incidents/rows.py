"""An incident as it is kept, and the lists of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonView, Row

KINDS: Final[Mapping[str, str]] = {
    "copia-falhou": "Cópia que falhou",
    "copia-velha": "Cópia velha demais",
    "cadeia-quebrada": "Auditoria que não confere",
    "espelho-parado": "Espelho do registro parado",
    "ensaio-errado": "Ensaio de restauração que não deu certo",
    "tribunal-calado": "Tribunal sem resposta, com prazo no fim",
}
"""The kinds of incidents, and their names for people."""
REMEDIES: Final[Mapping[str, str]] = {
    "copia-falhou": "Veja na tela das cópias o que falhou: disco cheio, mídia fora, senha ou rede. Conserte e faça uma "
    "cópia agora.",
    "copia-velha": "Veja se o servidor ficou desligado ou a mídia saiu, e faça uma cópia agora.",
    "espelho-parado": "Ligue o disco do espelho: o que falta nele vai sozinho. Se foi trocado por outro, diga-o com "
    "printserver copias espelho-novo.",
    "cadeia-quebrada": "Não apague nem mude nada. Siga «Quando a auditoria não confere» no guia do operador.",
    "ensaio-errado": "A cópia não serviu para restaurar: faça outra, e ensaie de novo. Até lá, trate como se não "
    "houvesse cópia.",
    "tribunal-calado": "Confira a internet e a tela Tribunal. Se o tribunal está fora do ar, guarde a prova: o envio "
    "continua sozinho.",
}
"""What a person does first about an incident of a kind (Portuguese)."""

_table = db.incidente


class OfOffice(Protocol):
    """What an incident needs of its office: an `Office`, or a command that has only the number."""

    @property
    def serventia_id(self) -> int:
        """The office's number in the database."""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident. `cessou_em` is None while the condition lasts; `comunicacoes` are notes by term (see `clocks`)."""

    id: int
    tipo: str
    texto: str
    aberto_em: datetime
    cessou_em: datetime | None
    comunicacoes: JsonView
    causa: str | None
    fechado_por: str | None
    fechado_em: datetime | None

    @property
    def nome(self) -> str:
        """The name of its kind for people."""
        return KINDS[self.tipo]


def newest(conn: Connection, serventia_id: int, kind: str) -> Incident | None:
    """Return the newest incident of a kind; None if there was none."""
    query = _of(serventia_id).where(_table.c.tipo == kind).order_by(_table.c.id.desc()).limit(1)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _incident(row)


def find(conn: Connection, serventia_id: int, number: int) -> Incident | None:
    """Return an incident of the office by its number; None if there is none."""
    row = conn.execute(_of(serventia_id).where(_table.c.id == number)).mappings().one_or_none()
    return None if row is None else _incident(row)


def open_ones(conn: Connection, serventia_id: int) -> Sequence[Incident]:
    """Return the incidents that no person has closed, oldest first."""
    query = _of(serventia_id).where(_table.c.fechado_em.is_(None)).order_by(_table.c.id)
    return [_incident(row) for row in conn.execute(query).mappings()]


def list_all(conn: Connection, serventia_id: int, limit: int = 500) -> Sequence[Incident]:
    """Return the newest `limit` incidents, open ones first, newest first."""
    order = (_table.c.fechado_em.is_not(None), _table.c.id.desc())
    return [_incident(row) for row in conn.execute(_of(serventia_id).order_by(*order).limit(limit)).mappings()]


def _of(serventia_id: int) -> sa.Select[tuple[object, ...]]:
    return sa.select(_table).where(_table.c.serventia_id == serventia_id)


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        tipo=row["tipo"],
        texto=row["texto"],
        aberto_em=row["aberto_em"],
        cessou_em=row["cessou_em"],
        comunicacoes=row["comunicacoes"] or {},
        causa=row["causa"],
        fechado_por=row["fechado_por"],
        fechado_em=row["fechado_em"],
    )
