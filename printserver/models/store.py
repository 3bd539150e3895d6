"""The kept models: a row a version, the newest of a name in force; the files by their hash."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import RowMapping, Select
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import Recusa
from printserver.models.examine import NOTHING_CHOSEN, Choice, Cleared, Examined, State
from printserver.office import Act, Office

Origin = Literal["importado", "conferido", "corrigido"]
"""How a version came: from a file, or by a person who cleared it or corrected its kind or format."""

_m = db.modelo.c


@dataclass(frozen=True, slots=True)
class Version:
    """What a version of a model is made of. `nome` is as programs name it; names that differ by case are one.

    `motivo` is why a person cleared or corrected it, None for an import.
    """

    nome: str
    sha256: str
    arquivo: str
    exame: Examined
    escolha: Choice = NOTHING_CHOSEN
    conferido: Cleared | None = None
    origem: Origin = "importado"
    motivo: str | None = None

    @property
    def estado(self) -> State:
        """`pronto`, `conferir` (a person looks at it before it is used), or `recusado`."""
        return self.exame.state(self.conferido)

    @property
    def motivos(self) -> tuple[str, ...]:
        """Why it is not `pronto`."""
        return self.exame.left(self.conferido)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model(Version):
    """A kept version, by the id of its row."""

    id: int
    numero: int
    quem: str | None
    criada_em: datetime


def newest(conn: Connection, office: Office) -> Sequence[Model]:
    """Return the models in force, by name."""
    last = sa.select(_m.chave, sa.func.max(_m.numero).label("numero")).where(_m.serventia_id == office.serventia_id)
    found = last.group_by(_m.chave).subquery()
    query = sa.select(db.modelo).join(found, (found.c.chave == _m.chave) & (found.c.numero == _m.numero))
    rows = conn.execute(query.where(_m.serventia_id == office.serventia_id).order_by(_m.chave)).mappings()
    return [_model(row) for row in rows]


def versions(conn: Connection, office: Office, nome: str) -> Sequence[Model]:
    """Return the versions of a model, newest first; none for an unknown name."""
    return [_model(row) for row in conn.execute(_newest_first(office, nome)).mappings()]


def find(conn: Connection, office: Office, nome: str) -> Model | None:
    """Return the model of that name in force, whatever its case; None if there is none."""
    row = conn.execute(_newest_first(office, nome).limit(1)).mappings().first()
    return None if row is None else _model(row)


def _newest_first(office: Office, nome: str) -> Select[Any]:
    mine = (_m.serventia_id == office.serventia_id, _m.chave == nome.casefold())
    return sa.select(db.modelo).where(*mine).order_by(_m.numero.desc())


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


def lock(act: Act) -> None:
    """Wait until no other process keeps versions of models of this office."""
    mine = db.serventia.c.id == act.office.serventia_id
    act.conn.execute(sa.select(db.serventia.c.id).where(mine).with_for_update(key_share=True))


def add_file(act: Act, sha256: str, file: bytes) -> None:
    """Keep the content of a model, once."""
    row = {"serventia_id": act.office.serventia_id, "sha256": sha256, "conteudo": file}
    db.insert_or_ignore(act.conn, db.modelo_arquivo, row)


def author_of(act: Act) -> str | None:
    """Return who acts: a person, or the user of the machine at the command line."""
    return (act.who.pessoa or act.who.sistema) if act.who is not None else None


def add(act: Act, made: Version) -> int:
    """Keep a new version of a model, and return its number. Call `lock` first."""
    sid, key = act.office.serventia_id, made.nome.casefold()
    last = sa.select(sa.func.max(_m.numero)).where(_m.serventia_id == sid, _m.chave == key)
    number = (act.conn.execute(last).scalar_one() or 0) + 1
    row: Mapping[str, Any] = {
        "serventia_id": sid,
        "nome": made.nome,
        "chave": key,
        "numero": number,
        "sha256": made.sha256,
        "arquivo": made.arquivo,
        "tipo": made.exame.tipo,
        "formato": made.exame.formato,
        "estado": made.estado,
        "exame": asdict(made.exame),
        "escolha": asdict(made.escolha),
        "conferido": asdict(made.conferido) if made.conferido is not None else None,
        "origem": made.origem,
        "quem": author_of(act),
        "motivo": made.motivo,
        "criada_em": act.now,
    }
    act.conn.execute(db.modelo.insert().values(**row))
    return number


def _model(row: RowMapping) -> Model:
    cleared = row["conferido"]
    return Model(
        nome=row["nome"],
        sha256=row["sha256"],
        arquivo=row["arquivo"],
        exame=Examined.of_json(row["exame"]),
        escolha=Choice(row["escolha"]["tipo"], row["escolha"]["formato"]),
        conferido=None if cleared is None else Cleared(**cleared | {"motivos": tuple(cleared["motivos"])}),
        origem=row["origem"],
        motivo=row["motivo"],
        id=row["id"],
        numero=row["numero"],
        quem=row["quem"],
        criada_em=row["criada_em"],
    )
