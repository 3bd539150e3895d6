"""Links between seals at the simulated court: both seals are stored, and a vinculado has one vinculador (R4, R5)."""

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.simulator import tables
from printserver.simulator.batch import SIMULATED, Objects
from printserver.simulator.reading import find_many
from printserver.simulator.rules import RECEBIDO, Fault


class Pair(BaseModel):
    """A link: one vinculador, one of its vinculados (R4)."""

    vinculador: str = Field(min_length=1, max_length=60)
    vinculado: str = Field(min_length=1, max_length=60)


def link_selos(conn: Connection, par: Pair, objects_to: Objects) -> list[Fault]:
    table = tables.vinculo
    stored = sa.select(table.c.vinculador).where(table.c.vinculado == par.vinculado, table.c.aceito > 0)
    vinculador = conn.execute(stored).scalar_one_or_none()
    if vinculador == par.vinculador:
        erros = [Fault("ja-recebido", "O vínculo já foi recebido.")]
    elif objects_to(par.vinculado):
        erros = [Fault(SIMULATED.codigo, "O simulador foi mandado recusar este vínculo.")]
    else:
        erros = _do_vinculo(conn, par, vinculador)
    describe_vinculo(conn, par, aceito=0 if erros else 1)
    return erros


def _do_vinculo(conn: Connection, par: Pair, vinculador: str | None) -> list[Fault]:
    if par.vinculador == par.vinculado:
        return [Fault("vinculo-consigo", "Um selo não se vincula a si mesmo.")]
    known = find_many(conn, [par.vinculador, par.vinculado])
    erros = [
        Fault(f"{role}-desconhecido", f"O {role} {codigo} não consta no tribunal.")
        for role, codigo in (("vinculador", par.vinculador), ("vinculado", par.vinculado))
        if (found_row := known.get(codigo)) is None or found_row.situacao != RECEBIDO
    ]
    if vinculador is not None:
        erros.append(Fault("ja-vinculado", f"O selo {par.vinculado} já está vinculado a {vinculador}."))
    return erros


def describe_vinculo(conn: Connection, par: Pair, *, aceito: int) -> None:
    table = tables.vinculo
    row = insert(table).values(vinculado=par.vinculado, vinculador=par.vinculador, enviado=1, aceito=aceito)
    more = {"enviado": table.c.enviado + 1, "aceito": table.c.aceito + aceito}
    conn.execute(row.on_conflict_do_update(index_elements=["vinculado", "vinculador"], set_=more))
