"""The tables as the contract shows them: a job, a seal, lists, events, queues. Reads only."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start, rfc3339
from printserver.delivery import turns
from printserver.documents import normalizar, normalizar_folha
from printserver.errors import entrada_invalida
from printserver.ledger import jobs
from printserver.ledger.seal_view import PAGE, _andamento, selo_impresso
from printserver.ledger.states import (
    ACEITO,
    ENTREGUE,
    INCERTO,
    MOVING,
    RENDERIZADO,
)
from printserver.office.office import Office
from printserver.printing.diagnosis import (
    DISCO,
    FORA_DE_LINHA,
    PASTA,
    da_fila,
    do_trabalho,
)

_CAMPOS = ("tipo", "numero", "instrumento", "livro", "folha_inicial", "folha_final", "pedido", "via", "ficha")
_CUPS = ("servidor", "id", "estado", "motivos", "folhas")


def job_dict(conn: Connection, office: Office, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the job of the contract, as it stands in `row` and the tables around it."""
    job_id = row["id"]
    base = f"/api/v1/jobs/{job_id}"
    cups = row["cups"]
    selos = _selos_do_job(conn, office, job_id)
    return {
        "id": job_id,
        "estado": row["estado"],
        "encerrado": row["encerrado"],
        "demonstracao": office.demonstracao,
        "instancia": office.nome_da_instancia,
        "documento": {name: row["campos"].get(name) for name in _CAMPOS},
        "formato": row["formato"],
        "fila": row["fila"],
        "copias": row["copias"],
        "escrevente": row["escrevente"],
        "subscritor": row["subscritor"],
        "selos": [selo_impresso(conn, office.serventia_id, selo) for selo in selos],
        "qr": {"selo": row["qr_selo"], "url": row["qr_url"]} if row["qr_url"] else None,
        "paginas": row["paginas"],
        "sha256": row["pdf_sha256"],
        "cups": {name: cups.get(name) for name in _CUPS} if cups else None,
        "avisos": row["avisos"],
        "pergunta": _pergunta(conn, office.serventia_id, job_id),
        "historico": _historico(conn, office.serventia_id, job_id),
        "links": {"self": base, "pdf": f"{base}/pdf"},
        # beyond the contract
        "substitui": row["substitui"],
        "substituido_por": row["substituido_por"],
        "desatualizado": row["desatualizado"],
        **_validade(conn, row, selada=bool(selos)),
        "faltam": _faltam(conn, row),
        "espera_por": turns.espera_por(conn, row),
        **_situacao(conn, row),
        "criado_em": rfc3339(row["criado_em"]),
    }


def _validade(conn: Connection, row: Mapping[Any, Any], *, selada: bool) -> dict[str, Any]:
    """Return whether a sealed print is the one of its document that counts, and which does if another one does (X1)."""
    if not selada:
        return {"vale": None, "vale_o_trabalho": None}
    vale, table = row["viva"] and row["substituido_por"] is None, db.job
    query = sa.select(table.c.id).where(
        table.c.serventia_id == row["serventia_id"], table.c.documento_id == row["documento_id"], table.c.viva
    )
    other = row["substituido_por"] or (None if vale else conn.execute(query).scalar_one_or_none())
    return {"vale": vale, "vale_o_trabalho": other}


def anterior(office: Office, job_id: str) -> str | None:
    """Return the sealed print of the document before this one, which counts no more (X2); None where there is none."""
    table, seals = db.job, db.selo
    with office.db.read() as conn:
        row = jobs.job_por_id(conn, office.serventia_id, job_id)
        query = (
            sa.select(table.c.id)
            .where(
                table.c.serventia_id == row["serventia_id"],
                table.c.documento_id == row["documento_id"],
                table.c.n < row["n"],
                ~table.c.viva,
                sa.exists().where(seals.c.serventia_id == table.c.serventia_id, seals.c.job_id == table.c.id),
            )
            .order_by(table.c.n.desc())
            .limit(1)
        )
        return conn.execute(query).scalar_one_or_none()


def _faltam(conn: Connection, row: Mapping[Any, Any]) -> str | None:
    """Return the pages that a person said not to be good, once all was said, and that were not printed since (X5)."""
    if row["estado"] != INCERTO or not row["paginas"]:
        return None
    table, tries = db.pagina, db.tentativa
    mine = (table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
    said = {each.pagina: each for each in conn.execute(sa.select(table).where(*mine).order_by(table.c.id))}
    if said.keys() != set(range(1, row["paginas"] + 1)):
        return None
    newest = conn.execute(
        sa.select(sa.func.max(tries.c.numero)).where(
            tries.c.serventia_id == row["serventia_id"], tries.c.job_id == row["id"]
        )
    ).scalar()
    bad = [page for page, each in sorted(said.items()) if each.estado != "boa"]
    if any(said[page].tentativa < (newest or 0) for page in bad):
        return None  # sent to paper since: what came out then is not said yet
    return intervalos(bad)


def intervalos(paginas: Sequence[int]) -> str:
    """Return page numbers (ascending) as the contract writes them: `2-3,5`."""
    trechos: list[list[int]] = []
    for pagina in paginas:
        if trechos and trechos[-1][1] == pagina - 1:
            trechos[-1][1] = pagina
        else:
            trechos.append([pagina, pagina])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in trechos)


def _situacao(conn: Connection, row: Mapping[Any, Any]) -> dict[str, str | None]:
    """Return what keeps a print from coming out, in words a person understands, and what to do; nulls for nothing."""
    found, cups = None, row["cups"] or {}
    if row["estado"] == ENTREGUE and not row["encerrado"]:
        found = do_trabalho(cups.get("estado"), cups.get("motivos") or (), cups.get("mensagem"))
        if found is None and (fila := cups.get("fila")):
            of_queue = da_fila(fila["estado"], fila["motivos"], fila["mensagem"])
            found = of_queue if of_queue.para else None
    elif row["estado"] == RENDERIZADO and row["falhas"]:  # it is tried again and again to hand it over
        fila = db.fila
        query = sa.select(fila.c.tipo).where(fila.c.serventia_id == row["serventia_id"], fila.c.nome == row["fila"])
        found = PASTA if conn.scalar(query) == "pasta" else FORA_DE_LINHA
    elif row["estado"] == ACEITO and row["falhas"]:
        found = DISCO
    return {
        "situacao": found.situacao if found else None,
        "o_que_fazer": found.o_que_fazer if found else None,
    }


def _selos_do_job(conn: Connection, office: Office, job_id: str) -> list[Mapping[str, Any]]:
    table, serventia_id = db.selo, office.serventia_id
    query = (
        sa.select(table)
        .where(table.c.serventia_id == serventia_id, table.c.job_id == job_id, table.c.retifica.is_(None))
        .order_by(table.c.ordem)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def _pergunta(conn: Connection, serventia_id: int, job_id: str) -> dict[str, Any] | None:
    table = db.pergunta
    query = sa.select(table).where(
        table.c.serventia_id == serventia_id, table.c.job_id == job_id, table.c.estado == "aberta"
    )
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return {
        "tipo": row["tipo"],
        "texto": row["texto"],
        "selos": row["selos"],
        "atinge": row["atinge"],
        "xa_ate": rfc3339(row["xa_ate"]) if row["xa_ate"] else None,
        "alternativas": row["alternativas"],
        "aberta_em": rfc3339(row["aberta_em"]),
        "expira_em": rfc3339(row["expira_em"]) if row["expira_em"] else None,
    }


def _historico(conn: Connection, serventia_id: int, job_id: str) -> list[dict[str, Any]]:
    table = db.log
    query = (
        sa.select(table)
        .where(table.c.serventia_id == serventia_id, table.c.objeto == "job", table.c.objeto_id == job_id)
        .order_by(table.c.n)
    )
    return [_andamento(row) for row in conn.execute(query).mappings()]


def lista_de_jobs(
    office: Office, filtros: Mapping[str, str], pagina: int, chave_id: int | None = None
) -> dict[str, Any]:
    """Return a page of the jobs that pass `filtros` (the contract's names), newest first.

    Idempotency keys belong to the API key `chave_id`; None looks through all.
    Raises `Recusa` `entrada-invalida` for an unknown filter or a date that is none.
    """
    table = db.job
    where: list[sa.ColumnElement[bool]] = [table.c.serventia_id == office.serventia_id]
    for name, value in filtros.items():
        where.append(_filtro(name, value, chave_id))
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
        rows = conn.execute(
            sa.select(table).where(*where).order_by(table.c.n.desc()).limit(PAGE).offset((pagina - 1) * PAGE)
        ).mappings()
        return {
            "itens": [job_dict(conn, office, row) for row in rows.all()],
            "pagina": pagina,
            "total": total,
        }


def _filtro(name: str, value: str, chave_id: int | None) -> sa.ColumnElement[bool]:
    table = db.job
    match name:
        case "chave":
            made = sa.select(db.idempotencia.c.job_id).where(db.idempotencia.c.chave == value)
            return table.c.id.in_(made if chave_id is None else made.where(db.idempotencia.c.chave_id == chave_id))
        case "estado":
            return table.c.estado == value
        case "tipo":
            return table.c.tipo == value
        case "fila":
            return table.c.fila == value
        case "instrumento":
            named = sa.select(db.instrumento.c.id).where(db.instrumento.c.chave == normalizar(value))
            return table.c.instrumento_id.in_(named)
        case "livro":
            return table.c.livro == normalizar(value)
        case "folha":
            return table.c.folha == str(normalizar_folha(value))
        case "de":
            return table.c.criado_em >= day_start(_dia(name, value))
        case "ate":
            return table.c.criado_em < day_end(_dia(name, value))
        case _:
            raise entrada_invalida(name, "este filtro não existe")


def _dia(campo: str, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise entrada_invalida(campo, 'deve ser uma data, escrita como "2026-11-20"') from None


def jobs_do_dia(office: Office, dia: date) -> list[dict[str, Any]]:
    """Return every job accepted on the office's day `dia`, newest first.

    Each has, beyond the contract, `nomes`: what a person knows it by, to be searched. They are read from what the print
    was laid out with, and go when that goes (LGPD): no other place holds them (A3).
    """
    table = db.job
    query = (
        sa.select(table)
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.criado_em >= day_start(dia),
            table.c.criado_em < day_end(dia),
        )
        .order_by(table.c.n.desc())
        .limit(500)
    )
    with office.db.read() as conn:
        rows = conn.execute(query).mappings().all()
        return [job_dict(conn, office, row) | {"nomes": _nomes(row["composicao"])} for row in rows]


def _nomes(composicao: Mapping[str, Any]) -> list[str]:
    """Return the titles of a print and the names of its parties, or of the person of a ficha (the first field)."""
    dados = composicao.get("dados") or {}
    titles = (dados.get("titulo"), (dados.get("instrumento") or {}).get("titulo"))
    people = [parte["nome"] for parte in dados.get("partes", ())]
    return [text for text in (*titles, *people, *(item["valor"] for item in dados.get("pessoa", ())[:1])) if text]


def perguntas_abertas(office: Office) -> list[dict[str, Any]]:
    """Return the jobs that wait for a person's answer, oldest first."""
    table = db.job
    query = (
        sa.select(table)
        .join(
            db.pergunta,
            (db.pergunta.c.serventia_id == table.c.serventia_id) & (db.pergunta.c.job_id == table.c.id),
        )
        .where(table.c.serventia_id == office.serventia_id, db.pergunta.c.estado == "aberta")
        .order_by(db.pergunta.c.id)
    )
    with office.db.read() as conn:
        return [job_dict(conn, office, row) for row in conn.execute(query).mappings().all()]


def eventos(office: Office, depois: int) -> list[dict[str, Any]]:
    """Return what changed after event `depois`, in order and without gaps: at most 500 at a time."""
    table = db.log
    query = (
        sa.select(table.c.evento, table.c.quando, table.c.objeto, table.c.objeto_id, table.c.estado)
        .where(table.c.serventia_id == office.serventia_id, table.c.evento > depois)
        .order_by(table.c.evento)
        .limit(500)
    )
    with office.db.read() as conn:
        return [
            {
                "n": row.evento,
                "quando": rfc3339(row.quando),
                "tipo": row.objeto,
                "id": row.objeto_id,
                "estado": row.estado,
            }
            for row in conn.execute(query)
        ]


def em_andamento(conn: Connection, office: Office) -> int:
    """Return how many jobs are on their way to paper."""
    table = db.job
    query = sa.select(sa.func.count()).where(
        table.c.serventia_id == office.serventia_id, ~table.c.encerrado, table.c.estado.in_(MOVING)
    )
    return int(conn.execute(query).scalar_one())
