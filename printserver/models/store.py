"""The kept models: a row a version, the newest of a name in force; the files by their hash."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import Recusa
from printserver.models.examine import Examined, State
from printserver.office import Act, Office

_m = db.modelo.c


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a model; `id` is that of its row.

    `nome` is as programs name it; two names that differ by case are one.
    """

    id: int
    nome: str
    numero: int
    sha256: str
    arquivo: str
    exame: Examined
    quem: str | None
    criada_em: datetime

    @property
    def estado(self) -> State:
        """`pronto`, `conferir` (a person looks at it before it is used), or `recusado`."""
        return self.exame.estado


def newest(conn: Connection, office: Office) -> Sequence[Model]:
    """Return the models in force, by name."""
    last = sa.select(_m.chave, sa.func.max(_m.numero).label("numero")).where(_m.serventia_id == office.serventia_id)
    found = last.group_by(_m.chave).subquery()
    query = sa.select(db.modelo).join(found, (found.c.chave == _m.chave) & (found.c.numero == _m.numero))
    rows = conn.execute(query.where(_m.serventia_id == office.serventia_id).order_by(_m.chave)).mappings()
    return [_model(row) for row in rows]


def versions(conn: Connection, office: Office, nome: str) -> Sequence[Model]:
    """Return the versions of a model, newest first; none for an unknown name."""
    mine = (_m.serventia_id == office.serventia_id, _m.chave == nome.casefold())
    rows = conn.execute(sa.select(db.modelo).where(*mine).order_by(_m.numero.desc())).mappings()
    return [_model(row) for row in rows]


def find(conn: Connection, office: Office, nome: str) -> Model | None:
    """Return the model of that name in force, whatever its case; None if there is none."""
    return next(iter(versions(conn, office, nome)), None)


def of_id(conn: Connection, office: Office, number: int) -> Model:
    """Return a version by the id of its row. Raises `Recusa` `nao-encontrado`."""
    query = sa.select(db.modelo).where(_m.serventia_id == office.serventia_id, _m.id == number)
    row = conn.execute(query).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", "Não há este modelo.")
    return _model(row)


def require(conn: Connection, office: Office, nome: str) -> Model:
    """Return the model of that name in force. Raises `Recusa` `modelo-desconhecido`."""
    found = find(conn, office, nome)
    if found is None:
        raise Recusa("modelo-desconhecido", f"A serventia não tem modelo “{nome[:100]}”.")
    return found


def content(conn: Connection, office: Office, model: Model) -> bytes:
    """Return the RTF file of a model's version."""
    table = db.modelo_arquivo.c
    mine = (table.serventia_id == office.serventia_id, table.sha256 == model.sha256)
    return bytes(conn.execute(sa.select(table.conteudo).where(*mine)).scalar_one())


def add(act: Act, nome: str, arquivo: str, file: bytes, sha256: str, exame: Examined) -> int:
    """Keep a new version of a model, and return its number."""
    sid, key = act.office.serventia_id, nome.casefold()
    db.insert_or_ignore(act.conn, db.modelo_arquivo, {"serventia_id": sid, "sha256": sha256, "conteudo": file})
    last = sa.select(sa.func.max(_m.numero)).where(_m.serventia_id == sid, _m.chave == key)
    number = (act.conn.execute(last).scalar_one() or 0) + 1
    row: Mapping[str, Any] = {
        "serventia_id": sid,
        "nome": nome,
        "chave": key,
        "numero": number,
        "sha256": sha256,
        "arquivo": arquivo,
        "tipo": exame.tipo,
        "formato": exame.formato,
        "estado": exame.estado,
        "exame": asdict(exame),
        "quem": act.who.pessoa if act.who is not None else None,
        "criada_em": act.now,
    }
    act.conn.execute(db.modelo.insert().values(**row))
    return number


def _model(row: RowMapping) -> Model:
    return Model(
        id=row["id"],
        nome=row["nome"],
        numero=row["numero"],
        sha256=row["sha256"],
        arquivo=row["arquivo"],
        exame=Examined.of_json(row["exame"]),
        quem=row["quem"],
        criada_em=row["criada_em"],
    )
