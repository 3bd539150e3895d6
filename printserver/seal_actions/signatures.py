"""Signatures gathered on different days (N11): the seals of a livro go to zero, to full value, or to a third of it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.documents.fields import (
    Data,
    Logico,
    Modelo,
    Motivo,
    Texto,
)
from printserver.documents.identity import normalizar
from printserver.documents.reading import ler
from printserver.errors import Recusa, entrada_invalida
from printserver.ledger import documents, jobs, keys, seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import agir, como_novo
from printserver.seal_actions.once import uma_vez
from printserver.selo import COMPONENTES, Emolumentos, SeloNovo, centavos, de_centavos

PRAZO: Final = timedelta(days=30)  # from the first signature
AVISAR: Final = timedelta(days=5)  # before the end of it
_MOTIVO_ZERO: Final = "assinaturas pendentes: retificado ao valor quando todos assinarem (ou a um terço)"
_DIZER: Final = {
    "zero": "assinaturas incompletas: valores a zero",
    "cheio": "assinaturas completas: valor cheio",
    "terco": "assinaturas fora do prazo ou desistência: um terço do valor",
}


class Assinaturas(Modelo):
    """`POST /instrumentos/{id}/assinaturas`. `simular` shows the values and makes nothing."""

    estado: Literal["pendentes", "completas", "desistencia"]
    primeira: Data | None = None
    motivo: Motivo | None = None
    escrevente: Texto
    simular: Logico = False


def terco(cheio: Emolumentos) -> Emolumentos:
    """Return one third of a fee: each component divided by itself, half a centavo and more rounded up (N11)."""
    partes = {
        nome: (Decimal(valor) / 3).quantize(Decimal(1), ROUND_HALF_UP) for nome, valor in cheio.to_centavos().items()
    }
    return Emolumentos(*(de_centavos(int(partes[nome])) for nome in COMPONENTES))


def assinar(
    office: Office, autor: Autor, instrumento: str, dados: object, chave: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Say how the signatures of an instrumento stand; all live seals of its livro are rectified, or none.

    `pendentes`: to zero. `completas`: to the full value, or, later than 30 days after the first signature, to one
    third; `desistencia`: to one third. Return the livro's seals as they are (or, simulated, would be), and whether the
    key had done it before. Raises `Recusa` `instrumento-desconhecido`, `livro-nao-impresso`, `estado-nao-permite`,
    `entrada-invalida`.
    """
    people.exigir_direito(autor, "selos")
    if isinstance(dados, dict) and dados.get("simular") is True:
        with office.db.read() as conn:
            return _planejar(conn, office, instrumento, ler(Assinaturas, dados))[0], False

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Assinaturas, dados)
        quem = agir(conn, office, autor, pedido.escrevente)
        chave_do = normalizar(instrumento)
        keys.travar_instrumento(conn, office.serventia_id, chave_do)
        shown, pares = _planejar(conn, office, instrumento, pedido)
        motivo = pedido.motivo or _DIZER[shown["valor"]]
        emitidos, log = seals.retificar(conn, office, pares, motivo, quem, office.clock()) if pares else ([], [])
        for item, emitido in zip(shown["selos"], emitidos, strict=True):
            item["codigo"] = emitido.codigo
        table = db.instrumento
        conn.execute(
            sa.update(table)
            .where(table.c.serventia_id == office.serventia_id, table.c.chave == chave_do)
            .values(
                assinaturas=pedido.estado,
                primeira_assinatura=None if shown["primeira"] is None else date.fromisoformat(shown["primeira"]),
            )
        )
        what = {name: shown[name] for name in ("estado", "valor", "primeira")} | {"motivo": motivo}
        log.append(Registro("instrumento", chave_do, pedido.estado, quem.pessoa, quem.sistema, quem.endereco, what))
        return shown, log

    feito, repetido = uma_vez(
        office, autor, f"POST /api/v1/instrumentos/{instrumento}/assinaturas", dados, chave, fazer
    )
    return dict(feito), repetido


def _planejar(
    conn: Connection, office: Office, instrumento: str, pedido: Assinaturas
) -> tuple[dict[str, Any], list[tuple[Mapping[Any, Any], SeloNovo]]]:
    """Return what would be done, as it is shown, and the retificadores to be made."""
    sid, chave = office.serventia_id, normalizar(instrumento)
    table = db.instrumento
    known = conn.execute(sa.select(table).where(table.c.serventia_id == sid, table.c.chave == chave)).mappings().first()
    documento = keys.documento_id(conn, sid, f"livro:{chave}")
    job = jobs.job_vivo(conn, sid, documento) if documento is not None else None
    if known is None and documento is None:
        raise Recusa("instrumento-desconhecido", f"Não há instrumento com o identificador {instrumento!r}.")
    if job is None or documento is None:
        raise Recusa(
            "livro-nao-impresso", f"O livro do instrumento {instrumento!r} não está impresso com selos válidos."
        )
    before = (known["assinaturas"] if known else None) or (job["instrumento_fixado"] or {}).get("assinaturas")
    primeira_antes = known["primeira_assinatura"] if known else None
    primeira = pedido.primeira or primeira_antes
    how = _qual(office, pedido, before, primeira)
    codes = [each.codigo for each in documents.selos_vivos(conn, sid, documento)]
    rows = [_linha(conn, sid, code) for code in codes]
    _depois_do_ato(pedido.primeira, min((row["dia"] for row in rows), default=date.min))
    full = {row["codigo"]: _cheio(conn, sid, row) for row in rows}
    pares = [(row, _novo(row, full[row["codigo"]], how)) for row in rows]
    pares = [(row, novo) for row, novo in pares if novo != como_novo(row)]
    if not pares and before == pedido.estado and primeira == primeira_antes:
        raise Recusa("estado-nao-permite", "Os selos deste livro já têm estes valores: nada há a retificar.")
    shown = {
        "instrumento": instrumento,
        "estado": pedido.estado,
        "valor": how,
        "primeira": primeira.isoformat() if primeira else None,
        "prazo": (primeira + PRAZO).isoformat() if primeira else None,
        "selos": [
            {
                "retifica": row["codigo"],
                "descricao": row["descricao"],
                "de_centavos": row["total_centavos"],
                "total_centavos": centavos(novo.emolumentos.total),
                "emolumentos_centavos": novo.emolumentos.to_centavos(),
            }
            for row, novo in pares
        ],
    }
    return shown, pares


def _qual(office: Office, pedido: Assinaturas, before: str | None, primeira: date | None) -> str:
    if before == "desistencia":
        raise Recusa("estado-nao-permite", "As partes deste instrumento já desistiram: nada mais se retifica por isso.")
    today = local_date(office.clock())
    if pedido.primeira is not None and pedido.primeira > today:
        raise entrada_invalida("primeira", "a data da primeira assinatura ainda não chegou")
    if pedido.estado == "pendentes":
        if primeira is None:
            raise entrada_invalida("primeira", "diga a data da primeira assinatura: o prazo de 30 dias conta dela")
        return "zero"
    if before != "pendentes":
        raise Recusa("estado-nao-permite", "As assinaturas deste instrumento não estão pendentes.")
    if pedido.estado == "desistencia":
        return "terco"
    if primeira is None:
        raise entrada_invalida("primeira", "diga a data da primeira assinatura: dela depende o valor")
    return "terco" if today > primeira + PRAZO else "cheio"


def _depois_do_ato(primeira: date | None, dia: date) -> None:
    """Raise `Recusa` `entrada-invalida` for a first signature before the act: its term would end too early (N11)."""
    if primeira is not None and primeira < dia:
        raise entrada_invalida("primeira", f"a primeira assinatura não vem antes do ato, que é de {dia:%d/%m/%Y}")


def _novo(row: Mapping[Any, Any], full: Mapping[Any, Any], how: str) -> SeloNovo:
    if how == "zero":
        return como_novo(row, emolumentos=Emolumentos.zero(), isento=True, motivo_isencao=_isento(row, _MOTIVO_ZERO))
    value = Emolumentos.from_centavos(full["emolumentos"])
    if how == "terco":
        value = terco(value)
    zero = value.isento_total
    motivo = (full["motivo_isencao"] or _DIZER[how]) if zero else None
    return como_novo(row, emolumentos=value, isento=zero, motivo_isencao=motivo)


def _isento(row: Mapping[Any, Any], motivo: str) -> str:
    return row["motivo_isencao"] if row["isento"] else motivo


def _cheio(conn: Connection, sid: int, row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return the newest of the chain that bears the full value: the one before the seals went to zero."""
    while row["isento"] and row["motivo_isencao"] == _MOTIVO_ZERO and row["retifica"] is not None:
        row = _linha(conn, sid, row["retifica"])
    return row


def _linha(conn: Connection, sid: int, codigo: str) -> Mapping[Any, Any]:
    table = db.selo
    query = sa.select(table).where(table.c.serventia_id == sid, table.c.codigo == codigo)
    return conn.execute(query).mappings().one()


def pendentes(office: Office) -> list[dict[str, Any]]:
    """Return the instrumentos whose signatures are incomplete, by their terms; `falta_dias` is below 0 past it.

    Those of which nobody said yet when the first was given come first.
    """
    table = db.instrumento
    today = local_date(office.clock())
    query = (
        sa.select(table.c.primeira_assinatura, db.job.c.id, db.job.c.livro, db.job.c.folha, db.job.c.instrumento_fixado)
        .join(db.documento, sa.and_(db.documento.c.instrumento_id == table.c.id, db.documento.c.tipo == "livro"))
        .join(db.job, sa.and_(db.job.c.documento_id == db.documento.c.id, db.job.c.viva))
        .where(table.c.serventia_id == office.serventia_id, table.c.assinaturas == "pendentes")
        .order_by(table.c.primeira_assinatura.is_not(None), table.c.primeira_assinatura, table.c.id)
    )
    with office.db.read() as conn:
        rows: Sequence[Any] = conn.execute(query).all()
    found = []
    for row in rows:
        term = None if row.primeira_assinatura is None else row.primeira_assinatura + PRAZO
        left = None if term is None else (term - today).days
        found.append(
            {
                "instrumento": row.instrumento_fixado["id"],
                "job": row.id,
                "livro": row.livro,
                "folha_inicial": row.folha,
                "primeira": row.primeira_assinatura.isoformat() if row.primeira_assinatura else None,
                "prazo": term.isoformat() if term else None,
                "falta_dias": left,
                "aviso": left is not None and left <= AVISAR.days,
            }
        )
    return found
