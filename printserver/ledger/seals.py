"""Seals into the tables, inside the caller's transaction: numbers, signatures, rows, the court's outbox.

What is sealed, and with which values, is decided in `documents`; what a seal is, in `selo`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import court, db
from printserver.clock import local_date
from printserver.documents import SeloPlanejado, SeloVivo, selos_xa
from printserver.office import ready
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.office.proof import SELO, mudanca, prova
from printserver.selo import (
    EXCLUSAO,
    SeloEmitido,
    SeloNovo,
    centavos,
    emitir,
    informacao_sequencial,
    nome_da_sequencia,
    tomar_varios,
)

PENDENTE = "comunicação pendente"
REPORT_HOURS = 24  # T1
GOES_BY_ITSELF_AFTER = timedelta(hours=2)  # T1


@dataclass(frozen=True, slots=True)
class Lugar:
    """Where new seals belong: their job, document and instrumento, and the livro's place they are looked up by (T5)."""

    job_id: str | None
    documento_id: int | None
    instrumento_id: int | None
    livro: str | None = None
    folha: str | None = None
    termo: str | None = None
    matricula: str | None = None
    origem: str = "documento"


def numerar(conn: Connection, office: Office, novos: Sequence[SeloNovo]) -> list[SeloEmitido]:
    """Take the next numbers (S3) and return the seals made with them; a rollback of the caller leaves no gap.

    A seal that brings its informação (S4) takes no number. Raises `Recusa` `servidor-ocupado` where the clock is behind
    what is on record.
    """
    ready.require_clock(conn, office, office.clock())
    modo = office.settings.selo.sequencia
    ours = [novo for novo in novos if novo.informacao is None]
    nomes = [nome_da_sequencia(modo, n.natureza, n.ato, local_date(n.momento).year) for n in ours]
    numeros = iter(tomar_varios(conn, office.serventia_id, nomes))
    return [
        emitir(
            novo,
            cns=office.cns,
            informacao=novo.informacao or informacao_sequencial(next(numeros)),
            certificado=office.certificado,
        )
        for novo in novos
    ]


def selar(
    conn: Connection,
    office: Office,
    planejados: Sequence[SeloPlanejado],
    lugar: Lugar,
    autor: Autor,
    agora: datetime,
) -> tuple[list[SeloEmitido], list[Registro]]:
    """Make the seals of a document, linked to the principal (N2). Return them, and what the log is to say."""
    if not planejados:
        return [], []
    emitidos = numerar(conn, office, [planejado.novo for planejado in planejados])
    principal = next(e.codigo for e, p in zip(emitidos, planejados, strict=True) if p.principal)
    rows = []
    for ordem, (emitido, planejado) in enumerate(zip(emitidos, planejados, strict=True)):
        rows.append(
            _row(office, emitido, lugar, autor, agora)
            | {
                "ordem": ordem,
                "principal": planejado.principal,
                "vinculador": principal if planejado.vinculado_ao_principal else None,
            }
        )
    conn.execute(sa.insert(db.selo), rows)
    _enfileirar(conn, office, rows, agora)
    return emitidos, [_registro(row, autor) for row in rows]


def excluir(
    conn: Connection,
    office: Office,
    vivos: Sequence[SeloVivo],
    motivo: str,
    autor: Autor,
    agora: datetime,
) -> list[Registro]:
    """Make the XA of each live seal of a document (X2). Return what the log is to say."""
    table = db.selo
    codes = [vivo.codigo for vivo in vivos]
    query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.codigo.in_(codes))
    rows = {row["codigo"]: row for row in conn.execute(query).mappings()}
    pares = [(rows[novo.retifica], novo) for novo in selos_xa(vivos, agora)]
    return retificar(conn, office, pares, motivo, autor, agora)[1]


def retificar(
    conn: Connection,
    office: Office,
    pares: Sequence[tuple[Mapping[Any, Any], SeloNovo]],
    motivo: str,
    autor: Autor,
    agora: datetime,
) -> tuple[list[SeloEmitido], list[Registro]]:
    """Make the retificador of each seal, given as its row (R1). Return them, and what the log is to say.

    A retificador is live in the place of the seal it rectifies: same print, document and link. An XA is never live.
    Of two that rectify one seal the unique index lets one through.
    """
    emitidos = numerar(conn, office, [novo for _velho, novo in pares])
    rows = []
    for emitido, (velho, novo) in zip(emitidos, pares, strict=True):
        lugar = Lugar(
            velho["job_id"] if novo.ato != EXCLUSAO else None,
            velho["documento_id"],
            velho["instrumento_id"],
            velho["livro"],
            velho["folha_inicial"],
            velho["termo"],
            velho["matricula"],
            velho["origem"],
        )
        row = _row(office, emitido, lugar, autor, agora) | {"retifica": velho["codigo"], "motivo": motivo}
        if novo.ato == EXCLUSAO:
            row["vivo"] = False
        else:
            row |= {name: velho[name] for name in ("ordem", "principal", "vinculador")}
        rows.append(row)
    conn.execute(sa.insert(db.selo), rows)
    estados = [_substituir(conn, office, row["retifica"], row["codigo"]) for row in rows]
    _enfileirar(conn, office, rows, agora)
    log = [_registro(row, autor, motivo=motivo) for row in rows]
    log += [
        Registro(
            "selo",
            row["retifica"],
            estado,
            autor.pessoa,
            autor.sistema,
            autor.endereco,
            {"retificado_por": row["codigo"], "motivo": motivo},
            mudanca(vivo=False, retificado_por=row["codigo"]),
        )
        for row, estado in zip(rows, estados, strict=True)
    ]
    return emitidos, log


def _substituir(conn: Connection, office: Office, codigo: str, por: str) -> str:
    """Write that a seal has a retificador. Return its state: an answer of the court may have changed it meanwhile."""
    table = db.selo
    mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo)
    change = sa.update(table).where(*mine).values(vivo=False, retificado_por=por)
    return str(conn.execute(change.returning(table.c.estado)).scalar_one())


def _row(office: Office, emitido: SeloEmitido, lugar: Lugar, autor: Autor, agora: datetime) -> dict[str, Any]:
    novo = emitido.novo
    return {
        "serventia_id": office.serventia_id,
        "codigo": emitido.codigo,
        "natureza": novo.natureza,
        "ato": novo.ato,
        "descricao": novo.descricao,
        "job_id": lugar.job_id,
        "documento_id": lugar.documento_id,
        "instrumento_id": lugar.instrumento_id,
        "ordem": 0,
        "principal": False,
        "externo": False,
        "vivo": True,
        "retifica": novo.retifica,
        "vinculador": None,
        "origem": lugar.origem,
        "estado": PENDENTE,
        "identificador": novo.identificador,
        "momento": novo.momento,
        "dia": local_date(novo.momento),
        "isento": novo.isento,
        "motivo_isencao": novo.motivo_isencao,
        "emolumentos": novo.emolumentos.to_centavos(),
        "total_centavos": centavos(emitido.total),
        "iss_centavos": centavos(emitido.iss),
        "registro": emitido.registro,
        "assinatura": emitido.assinatura,
        "qr_url": emitido.qr_url,
        "escrevente": autor.pessoa,
        "sistema": autor.sistema,
        "motivo": None,
        "livro": lugar.livro,
        "folha_inicial": lugar.folha,
        "termo": lugar.termo,
        "matricula": lugar.matricula,
        "criado_em": agora,
    }


def _enfileirar(conn: Connection, office: Office, rows: Sequence[dict[str, Any]], agora: datetime) -> None:
    """Write what the court is to be told, in the seals' own transaction (T1, T2); a link comes after its ends.

    A document's seals wait for its PDF (`seguir` makes them due), two hours at most; others go at once.
    """
    errands = []
    for row in rows:
        waits = row["job_id"] is not None and row["retifica"] is None
        common = {
            "serventia_id": office.serventia_id,
            "codigo": row["codigo"],
            "alvo": None,
            "estado": "pendente",
            # The act of a retificador is the rectification: its own 24 hours begin with it.
            "prazo": (agora if row["retifica"] else row["momento"]) + timedelta(hours=REPORT_HOURS),
            "vence_em": agora + GOES_BY_ITSELF_AFTER if waits else agora,
            "criado_em": agora,
        }
        tipo = "ato" if row["retifica"] is None else "xa" if row["ato"] == EXCLUSAO else "retificacao"
        errands.append(common | {"tipo": tipo, "alvo": row["retifica"], "carga": {"registro": row["registro"]}})
        above = row["vinculador"]
        if above and row["retifica"]:  # the link is told anew; its vinculador may be another by now
            above = court.vinculador_que_vale(conn, office.serventia_id, above)
        if above:
            errands.append(common | {"tipo": "vinculo", "alvo": above, "carga": {}})
    conn.execute(sa.insert(db.outbox), errands)


def enfileirar_vinculos(
    conn: Connection, office: Office, vinculados: Sequence[Mapping[Any, Any]], vinculador: str, agora: datetime
) -> None:
    """Write that the court is to be told of links made by hand; each waits for both of its ends (R4)."""
    errands = [
        {
            "serventia_id": office.serventia_id,
            "codigo": row["codigo"],
            "tipo": "vinculo",
            "alvo": vinculador,
            "carga": {},
            "estado": "pendente",
            "prazo": max(row["momento"], agora) + timedelta(hours=REPORT_HOURS),
            "vence_em": agora,
            "criado_em": agora,
        }
        for row in vinculados
    ]
    conn.execute(sa.insert(db.outbox), errands)


def seguir(conn: Connection, serventia_id: int, job_id: str, agora: datetime) -> None:
    """Make what the court is to be told of a job's seals due: their PDF exists (T1)."""
    seals, outbox = db.selo, db.outbox
    codes = sa.select(seals.c.codigo).where(seals.c.serventia_id == serventia_id, seals.c.job_id == job_id)
    conn.execute(
        sa.update(outbox)
        .where(outbox.c.serventia_id == serventia_id, outbox.c.codigo.in_(codes), outbox.c.vence_em > agora)
        .where(outbox.c.estado == "pendente", outbox.c.tentativas == 0)
        .values(vence_em=agora)
    )


def _registro(row: dict[str, Any], autor: Autor, **detalhe: str) -> Registro:
    what = {"ato": row["ato"], "total_centavos": row["total_centavos"], "job": row["job_id"], **detalhe}
    if row["retifica"]:
        what["retifica"] = row["retifica"]
    if row["isento"]:
        what["motivo_isencao"] = row["motivo_isencao"]
    kept = prova(SELO, row, vivo=row["vivo"], vinculador=row["vinculador"])
    return Registro("selo", row["codigo"], row["estado"], autor.pessoa, autor.sistema, autor.endereco, what, kept)
