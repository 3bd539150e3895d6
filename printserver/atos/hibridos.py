"""Paper seals reported as digital ones (H2–H4): the load of a day, ranges by hand, void numbers, the control report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.engine import Connection

from printserver import db, people
from printserver.atos.balcao import AGUARDANDO, CARREGADO
from printserver.atos.comum import agir, valor
from printserver.atos.papeis import COMUNICADO, INUTILIZADO, anular, recusar_vistos, usar
from printserver.atos.uma_vez import uma_vez
from printserver.audit import Registro
from printserver.documents import SeloPlanejado
from printserver.documents.campos import CodigoDoAto, Data, Inteiro, Motivo, Texto
from printserver.documents.model import Valor
from printserver.documents.momento import momento_do_ato
from printserver.errors import Recusa, entrada_invalida
from printserver.jobs import sealing
from printserver.jobs.office import Office
from printserver.jobs.requests import ler
from printserver.people import Autor
from printserver.selo import Emolumentos, SeloDePapel, SeloNovo, informacao_hibrida

POR_CARGA: Final = 500  # H3
_DATA: Final = "selos de papel, comunicados depois da conferência do dia (H2)"

Serie = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}$")]
Numero = Annotated[Inteiro, Field(ge=1, le=9_999_999)]


class Carga(BaseModel):
    """`POST /hibridos/carga`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Data
    escrevente: Texto


class Faixa(Valor):
    """`POST /hibridos`: a range of one type of act, all of one value."""

    valor_obrigatorio: ClassVar[bool] = True

    ato: CodigoDoAto
    serie: Serie
    de: Numero
    ate: Numero
    data: Data
    escrevente: Texto


class Inutilizados(BaseModel):
    """`POST /hibridos/inutilizados`: paper seals that are void."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ato: CodigoDoAto
    serie: Serie
    de: Numero
    ate: Numero
    data: Data
    motivo: Motivo
    escrevente: Texto


def carregar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[list[str], bool]:
    """Make the seals of every act of a day that waits at the counter (H2), all of them or none.

    Return their codes in the order of the paper seals, and whether the key had made them. Raises `Recusa`
    `estado-nao-permite` where nothing waits, `data-do-ato`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Carga, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        table = db.ato_balcao
        mine = (table.c.serventia_id == office.serventia_id, table.c.data == pedido.data, table.c.estado == AGUARDANDO)
        query = sa.select(table).where(*mine).order_by(table.c.ato, table.c.serie, table.c.numero).with_for_update()
        rows = list(conn.execute(query).mappings())
        if not rows:
            raise Recusa("estado-nao-permite", f"Nenhum ato de {pedido.data:%d/%m/%Y} espera pela carga.")
        papeis = [SeloDePapel(row["ato"], row["serie"], row["numero"]) for row in rows]
        values = [(Emolumentos.from_centavos(row["emolumentos"]), row["isento"], row["motivo_isencao"]) for row in rows]
        codes, log = _selar(conn, office, papeis, values, pedido.data, quem, agora)
        conn.execute(
            sa.update(table).where(table.c.id == sa.bindparam("b_id")),
            [{"b_id": row["id"], "estado": CARREGADO, "codigo": code} for row, code in zip(rows, codes, strict=True)],
        )
        what = {"data": pedido.data.isoformat(), "selos": len(codes)}
        log.append(_registro("carga", quem, what))
        return codes, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/hibridos/carga", dados, chave, fazer)
    return list(feito), repetido


def por_faixa(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[list[str], bool]:
    """Make the seals of a range of paper seals, at most 500 (H3), all of them or none.

    Raises `Recusa` `limite-de-hibridos`, `hibrido-ja-comunicado` (with `numeros`), `entrada-invalida`, `data-do-ato`,
    `servico-a-confirmar`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Faixa, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        papeis = _papeis(office, pedido)
        recusar_vistos(conn, office, pedido.ato, pedido.serie, pedido.de, pedido.ate)
        value = valor(office, pedido, 1)
        codes, log = _selar(conn, office, papeis, [value] * len(papeis), pedido.data, quem, agora)
        what = {"ato": pedido.ato, "serie": pedido.serie, "de": pedido.de, "ate": pedido.ate}
        log.append(_registro("faixa", quem, what))
        return codes, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/hibridos", dados, chave, fazer)
    return list(feito), repetido


def inutilizar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[dict[str, Any], bool]:
    """Write that a range of paper seals is void (H2). Raises as `por_faixa`."""
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Inutilizados, dados)
        quem = agir(conn, office, autor, pedido.escrevente)
        papeis = _papeis(office, pedido)
        recusar_vistos(conn, office, pedido.ato, pedido.serie, pedido.de, pedido.ate)
        anular(conn, office, papeis, pedido.data, pedido.motivo, quem, office.clock())
        what = pedido.model_dump(mode="json", exclude={"escrevente"})
        return what, [_registro("inutilizados", quem, what)]

    feito, repetido = uma_vez(office, autor, "POST /api/v1/hibridos/inutilizados", dados, chave, fazer)
    return dict(feito), repetido


def _papeis(office: Office, pedido: Faixa | Inutilizados) -> list[SeloDePapel]:
    office.atos.conferir(pedido.ato, natureza=1, campo="ato", hibrido=True)
    if pedido.ate < pedido.de:
        raise entrada_invalida("ate", "o último número vem antes do primeiro")
    if pedido.ate - pedido.de >= POR_CARGA:
        raise Recusa(
            "limite-de-hibridos",
            f"São {pedido.ate - pedido.de + 1} selos: mande no máximo {POR_CARGA} de cada vez (H3).",
        )
    return [SeloDePapel(pedido.ato, pedido.serie, number) for number in range(pedido.de, pedido.ate + 1)]


def _selar(
    conn: Connection,
    office: Office,
    papeis: Sequence[SeloDePapel],
    values: Sequence[tuple[Emolumentos, bool, str | None]],
    dia: date,
    quem: Autor,
    agora: datetime,
) -> tuple[list[str], list[Registro]]:
    """Make one seal a paper seal: it names no document (H4)."""
    momento = momento_do_ato(dia, _DATA, agora, campo="hibridos")
    names = {papel.ato: office.atos.conferir(papel.ato, natureza=1, campo="ato", hibrido=True) for papel in papeis}
    planned = [
        SeloPlanejado(
            SeloNovo(
                natureza=1,
                ato=papel.ato,
                descricao=names[papel.ato].descricao,
                identificador=f"{papel.ato}{papel.serie}{papel.numero:07}",
                partes=(),
                momento=momento,
                emolumentos=emolumentos,
                isento=isento,
                motivo_isencao=motivo,
                informacao=informacao_hibrida(papel.serie, papel.numero),
            )
        )
        for papel, (emolumentos, isento, motivo) in zip(papeis, values, strict=True)
    ]
    emitidos, log = sealing.selar(conn, office, planned, sealing.Lugar(None, None, None, origem="hibrido"), quem, agora)
    codes = [emitido.codigo for emitido in emitidos]
    usar(conn, office, [(papel, code, dia) for papel, code in zip(papeis, codes, strict=True)], quem, agora)
    return codes, log


def _registro(nome: str, quem: Autor, detalhe: Mapping[str, Any]) -> Registro:
    return Registro("hibridos", nome, "feita", quem.pessoa, quem.sistema, quem.endereco, detalhe)


def relatorio(office: Office, de: date, ate: date) -> list[dict[str, Any]]:
    """Return the control of paper seals by day, type of act and série: first, last, used, void, waiting, missing.

    `faltam` are the numbers between first and last that met no fate that day or another.
    """
    seen, waits, sid = db.selo_papel, db.ato_balcao, office.serventia_id
    with office.db.read() as conn:
        fates = conn.execute(
            sa.select(seen.c.data, seen.c.ato, seen.c.serie, seen.c.numero, seen.c.estado).where(
                seen.c.serventia_id == sid, seen.c.data.between(de, ate)
            )
        ).all()
        open_acts = conn.execute(
            sa.select(waits.c.data, waits.c.ato, waits.c.serie, waits.c.numero).where(
                waits.c.serventia_id == sid, waits.c.data.between(de, ate), waits.c.estado == AGUARDANDO
            )
        ).all()
        groups: dict[tuple[date, str, str], dict[str, set[int]]] = {}
        for row in fates:
            key = (row.data, row.ato, row.serie)
            groups.setdefault(key, {}).setdefault(row.estado, set()).add(row.numero)
        for act in open_acts:
            groups.setdefault((act.data, act.ato, act.serie), {}).setdefault(AGUARDANDO, set()).add(act.numero)
        return [_grupo(conn, office, *key, groups[key]) for key in sorted(groups)]


def _grupo(
    conn: Connection, office: Office, dia: date, ato: str, serie: str, numbers: Mapping[str, set[int]]
) -> dict[str, Any]:
    every = set().union(*numbers.values())
    first, last = min(every), max(every)
    missing: list[int] = []
    if last - first < 100_000:
        table = db.selo_papel
        known = set(
            conn.execute(
                sa.select(table.c.numero).where(
                    table.c.serventia_id == office.serventia_id,
                    table.c.ato == ato,
                    table.c.serie == serie,
                    table.c.numero.between(first, last),
                )
            ).scalars()
        )
        missing = sorted(set(range(first, last + 1)) - known - every)
    return {
        "data": dia.isoformat(),
        "ato": ato,
        "serie": serie,
        "primeiro": first,
        "ultimo": last,
        "usados": len(numbers.get(COMUNICADO, ())),
        "inutilizados": sorted(numbers.get(INUTILIZADO, ())),
        "aguardando": len(numbers.get(AGUARDANDO, ())),
        "faltam": missing[:1000],
    }
