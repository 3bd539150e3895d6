"""Paper seals reported as digital ones (H2–H4): the load of a day, ranges by hand, numbers that are never reported."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.counter import paper_seals
from printserver.court.pending import AGUARDANDO, CARREGADO
from printserver.documents import SeloPlanejado
from printserver.documents.fields import (
    CodigoDoAto,
    Data,
    Inteiro,
    Modelo,
    Motivo,
    Serie,
    Texto,
)
from printserver.documents.model import Valor
from printserver.documents.moment import momento_do_ato, recusar_data_vazia
from printserver.documents.reading import ler
from printserver.errors import Recusa, entrada_invalida
from printserver.ledger import seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import agir, confirmado, valor
from printserver.seal_actions.once import uma_vez
from printserver.selo import Emolumentos, Reais, SeloDePapel, SeloNovo, centavos

POR_CARGA: Final = 500  # H3
# Numbers that need no seal are rows alone; so many are written in a few seconds.
POR_FAIXA_SEM_SELO: Final = 100_000
_DATA: Final = "selos de papel, comunicados depois da conferência do dia (H2)"

Numero = Annotated[Inteiro, Field(ge=1, le=9_999_999)]


class Carga(Modelo):
    """`POST /hibridos/carga`. `quantidade` and `total`: what was checked; where more or less waits by now, no load."""

    data: Data
    quantidade: Annotated[Inteiro, Field(ge=0, le=1_000_000)] | None = None
    total: Reais | None = None
    escrevente: Texto


class FaixaDePapel(Valor):
    """`POST /hibridos`: a range of one type of act, all of one value."""

    valor_obrigatorio: ClassVar[bool] = True

    ato: CodigoDoAto
    serie: Serie
    de: Numero
    ate: Numero
    data: Data
    escrevente: Texto


class FaixaSemSelo(Modelo):
    """`POST /hibridos/inutilizados` and `/comunicados`: paper seals that are not to be reported, and why."""

    ato: CodigoDoAto
    serie: Serie
    de: Numero
    ate: Numero
    data: Data | None = None
    motivo: Motivo
    escrevente: Texto


def carregar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[list[str], bool]:
    """Make the seals of every act of a day that waits at the counter (H2).

    More than 500 are made 500 at a time, each all or none (H3): nobody waits longer for the tables. What broke off in
    between goes on with the same key, or with another load. Return the codes in the order of the paper seals, and
    whether the key had made them. Raises `Recusa` `estado-nao-permite` where nothing waits or not what was checked.
    """
    people.exigir_direito(autor, "selos")
    codes: list[str] = []
    again: list[bool] = []

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        return _carregar_parte(conn, office, autor, ler(Carga, dados), primeira=not again)

    while True:
        parte = _chave_da_parte(chave, len(again))
        made, repetido = uma_vez(office, autor, "POST /api/v1/hibridos/carga", dados, parte, fazer)
        codes += made
        again.append(repetido)
        if len(made) < POR_CARGA:
            return codes, all(again)


def _chave_da_parte(chave: str | None, n: int) -> str | None:
    """Return the key of the nth 500 of a load: no header can bear one with a control character."""
    if chave is None or n == 0:
        return chave
    return f"{hashlib.sha256(chave.encode()).hexdigest()}\x1f{n}"


def _carregar_parte(
    conn: Connection, office: Office, autor: Autor, pedido: Carga, *, primeira: bool
) -> tuple[list[str], list[Registro]]:
    agora = office.clock()
    quem = agir(conn, office, autor, pedido.escrevente)
    recusar_data_vazia(pedido.data, None, campo="data")
    table = db.ato_balcao
    mine = (table.c.serventia_id == office.serventia_id, table.c.data == pedido.data, table.c.estado == AGUARDANDO)
    query = sa.select(table).where(*mine).order_by(table.c.ato, table.c.serie, table.c.numero).limit(POR_CARGA)
    rows = list(conn.execute(query.with_for_update()).mappings())
    if primeira:  # asked once the rows are ours: another load may have been quicker
        count = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(table.c.total_centavos), 0))
        _como_conferido(pedido, *conn.execute(count.where(*mine)).one())
    if not rows:
        return [], []
    papers = [SeloDePapel(row["ato"], row["serie"], row["numero"]) for row in rows]
    values = [(Emolumentos.from_centavos(row["emolumentos"]), row["isento"], row["motivo_isencao"]) for row in rows]
    codes, log = _selar(conn, office, papers, values, pedido.data, quem, agora)
    paper_seals.comunicar(conn, office, papers, codes, quem, agora)
    conn.execute(
        sa.update(table).where(table.c.id == sa.bindparam("b_id")),
        [{"b_id": row["id"], "estado": CARREGADO, "codigo": code} for row, code in zip(rows, codes, strict=True)],
    )
    log.append(_registro("carga", quem, {"data": pedido.data.isoformat(), "selos": len(codes)}))
    return codes, log


def _como_conferido(pedido: Carga, quantidade: int, total: int) -> None:
    if not quantidade:
        raise Recusa("estado-nao-permite", f"Nenhum ato de {pedido.data:%d/%m/%Y} espera pela carga.")
    checked = quantidade if pedido.quantidade is None else pedido.quantidade
    checked_total = total if pedido.total is None else centavos(pedido.total)
    if (checked, checked_total) != (quantidade, total):
        raise Recusa("estado-nao-permite", "Os atos que esperam mudaram depois da conferência: confira de novo.")


def por_faixa(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[list[str], bool]:
    """Make the seals of a range of paper seals, at most 500 (H3), all of them or none.

    Raises `Recusa` `limite-de-hibridos`, `hibrido-ja-comunicado` (with `numeros`), `entrada-invalida`, `data-do-ato`,
    `servico-a-confirmar`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(FaixaDePapel, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        confirmado(office, pedido.ato, "ato", hibrido=True)
        papers = _da_faixa(pedido, POR_CARGA)
        paper_seals.recusar_vistos(conn, office, pedido.ato, pedido.serie, pedido.de, pedido.ate)
        value = valor(office, pedido, 1)
        codes, log = _selar(conn, office, papers, [value] * len(papers), pedido.data, quem, agora)
        paper_seals.escrever(conn, office, papers, paper_seals.COMUNICADO, pedido.data, quem, agora, codigos=codes)
        what = {"ato": pedido.ato, "serie": pedido.serie, "de": pedido.de, "ate": pedido.ate}
        log.append(_registro("faixa", quem, what))
        return codes, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/hibridos", dados, chave, fazer)
    return list(feito), repetido


def inutilizar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[dict[str, Any], bool]:
    """Write that a range of paper seals is void (H2). Return it, and whether the key had done it.

    Raises `Recusa` `hibrido-ja-comunicado` (with `numeros`), `limite-de-hibridos`, `entrada-invalida`, `data-do-ato`.
    """
    return _sem_selo(office, autor, dados, chave, "inutilizados", paper_seals.INUTILIZADO)


def ja_comunicados(
    office: Office, autor: Autor, dados: object, chave: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Write that another program reported a range of paper seals: never again from here (S4). Else as `inutilizar`."""
    return _sem_selo(office, autor, dados, chave, "comunicados", paper_seals.COMUNICADO)


def _sem_selo(
    office: Office, autor: Autor, dados: object, chave: str | None, nome: str, estado: str
) -> tuple[dict[str, Any], bool]:
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(FaixaSemSelo, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        office.atos.conferir(pedido.ato, natureza=1, campo="ato", hibrido=True)
        papers = _da_faixa(pedido, POR_FAIXA_SEM_SELO)
        dia = paper_seals.ate_hoje(pedido.data or local_date(agora), agora)
        paper_seals.recusar_vistos(conn, office, pedido.ato, pedido.serie, pedido.de, pedido.ate)
        paper_seals.escrever(conn, office, papers, estado, dia, quem, agora, motivo=pedido.motivo)
        what = pedido.model_dump(mode="json", exclude={"escrevente"}) | {"data": dia.isoformat()}
        return what, [_registro(nome, quem, what)]

    feito, repetido = uma_vez(office, autor, f"POST /api/v1/hibridos/{nome}", dados, chave, fazer)
    return dict(feito), repetido


def _da_faixa(pedido: FaixaDePapel | FaixaSemSelo, limite: int) -> list[SeloDePapel]:
    count = pedido.ate - pedido.de + 1
    if count < 1:
        raise entrada_invalida("ate", "o último número vem antes do primeiro")
    if count > limite:
        raise Recusa("limite-de-hibridos", f"São {count} selos de papel: mande no máximo {limite} de cada vez.")
    return [SeloDePapel(pedido.ato, pedido.serie, number) for number in range(pedido.de, pedido.ate + 1)]


def _selar(
    conn: Connection,
    office: Office,
    papers: Sequence[SeloDePapel],
    values: Sequence[tuple[Emolumentos, bool, str | None]],
    dia: date,
    quem: Autor,
    agora: datetime,
) -> tuple[list[str], list[Registro]]:
    """Make one seal a paper seal: it names no document (H4). Return the codes, and what the log is to say."""
    momento = momento_do_ato(dia, _DATA, agora, campo="hibridos")
    names = {
        ato: office.atos.conferir(ato, natureza=1, campo="ato", hibrido=True).descricao
        for ato in {paper.ato for paper in papers}
    }
    planned = [
        SeloPlanejado(
            SeloNovo(
                natureza=1,
                ato=paper.ato,
                descricao=names[paper.ato],
                identificador=f"{paper.ato}{paper.informacao}",
                partes=(),
                momento=momento,
                emolumentos=emolumentos,
                isento=isento,
                motivo_isencao=motivo,
                informacao=paper.informacao,
            )
        )
        for paper, (emolumentos, isento, motivo) in zip(papers, values, strict=True)
    ]
    emitidos, log = seals.selar(conn, office, planned, seals.Lugar(None, None, None, origem="hibrido"), quem, agora)
    return [emitido.codigo for emitido in emitidos], log


def _registro(nome: str, quem: Autor, detalhe: Mapping[str, Any]) -> Registro:
    return Registro("hibridos", nome, "feita", quem.pessoa, quem.sistema, quem.endereco, detalhe)
