"""Links between seals at the simulated court: both ends must be here, and a vinculado has one vinculador (R4, R5)."""

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.simulator import tables
from printserver.simulator.batch import SIMULADA, Objeta
from printserver.simulator.reading import find_many
from printserver.simulator.rules import RECEBIDO, Erro


class Par(BaseModel):
    """A link: one vinculador, one of its vinculados (R4)."""

    vinculador: str = Field(min_length=1, max_length=60)
    vinculado: str = Field(min_length=1, max_length=60)


def vincular(conn: Connection, par: Par, objeta: Objeta) -> list[Erro]:
    table = tables.vinculo
    stored = sa.select(table.c.vinculador).where(table.c.vinculado == par.vinculado, table.c.aceito > 0)
    vinculador = conn.execute(stored).scalar_one_or_none()
    if vinculador == par.vinculador:
        erros = [Erro("ja-recebido", "O vínculo já foi recebido.")]
    elif objeta(par.vinculado):
        erros = [Erro(SIMULADA.codigo, "O simulador foi mandado recusar este vínculo.")]
    else:
        erros = _do_vinculo(conn, par, vinculador)
    contar_vinculo(conn, par, aceito=0 if erros else 1)
    return erros


def _do_vinculo(conn: Connection, par: Par, vinculador: str | None) -> list[Erro]:
    if par.vinculador == par.vinculado:
        return [Erro("vinculo-consigo", "Um selo não se vincula a si mesmo.")]
    conhecidos = find_many(conn, [par.vinculador, par.vinculado])
    erros = [
        Erro(f"{role}-desconhecido", f"O {role} {codigo} não consta no tribunal.")
        for role, codigo in (("vinculador", par.vinculador), ("vinculado", par.vinculado))
        if (achado := conhecidos.get(codigo)) is None or achado.situacao != RECEBIDO
    ]
    if vinculador is not None:
        erros.append(Erro("ja-vinculado", f"O selo {par.vinculado} já está vinculado a {vinculador}."))
    return erros


def contar_vinculo(conn: Connection, par: Par, *, aceito: int) -> None:
    table = tables.vinculo
    row = insert(table).values(vinculado=par.vinculado, vinculador=par.vinculador, enviado=1, aceito=aceito)
    more = {"enviado": table.c.enviado + 1, "aceito": table.c.aceito + aceito}
    conn.execute(row.on_conflict_do_update(index_elements=["vinculado", "vinculador"], set_=more))
