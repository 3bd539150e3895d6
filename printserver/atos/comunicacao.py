"""A person's hand on what the court is told: send now, send again what was refused, and how things stand (T1–T4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.engine import Connection

from printserver import court, db, people
from printserver.audit import Registro, escrever
from printserver.clock import rfc3339
from printserver.documents.campos import CodigoDoSelo, Texto
from printserver.errors import entrada_invalida
from printserver.jobs.office import Office
from printserver.jobs.prepare import quem_age
from printserver.jobs.requests import ler
from printserver.people import Autor

# T1: of the 24 hours; what has less left than the first is warned of, less than the second urgently.
AVISAR: Final = timedelta(hours=12)
URGENTE: Final = timedelta(hours=4)
# T4
AVISAR_CERTIFICADO: Final = timedelta(days=30)


class Comunicacao(BaseModel):
    """`POST /comunicacoes`. `selos`: those that were refused and are to go again, as they stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    selos: Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000)] = ()
    escrevente: Texto | None = None


def comunicar(office: Office, autor: Autor, dados: object) -> dict[str, Any]:
    """Make what waits for the court go now; back-off and breaker begin anew. Return how many still wait.

    Raises `Recusa` `entrada-invalida` for a seal of which nothing was refused, and for refused ones without a person's
    name (A4); `escrevente-desconhecido`; `sem-permissao`.
    """
    people.exigir_direito(autor, "selos")
    wish = ler(Comunicacao, dados)
    now = office.clock()
    with office.db.write() as conn:
        who = autor
        if wish.escrevente is not None:
            who = people.em_nome_de(autor, quem_age(conn, office, wish.escrevente))
        log: list[Registro] = []
        if wish.selos:
            if who.pessoa is None:
                raise entrada_invalida("escrevente", "diga quem manda de novo o que o tribunal recusou")
            log += _retomar(conn, office, wish.selos, who, now)
        waiting = court.apressar(conn, office.serventia_id, now)
        detalhe = {"texto": "comunicar agora", "selos": list(wish.selos), "pendentes": waiting}
        log.append(Registro("tribunal", "comunicacoes", "pedida", who.pessoa, who.sistema, who.endereco, detalhe))
        escrever(conn, office.serventia_id, now, log)
    office.bell.ring()
    return {"pendentes": waiting}


def _retomar(conn: Connection, office: Office, codes: tuple[str, ...], who: Autor, now: datetime) -> list[Registro]:
    taken, seals = court.retomar(conn, office.serventia_id, codes, now)
    if missing := [code for code in codes if code not in taken]:
        raise entrada_invalida(
            "selos",
            f"nada destes selos foi recusado e espera: {', '.join(missing[:10])}. O que foi retificado não vai de "
            "novo: vai o seu retificador.",
        )
    what = {"texto": "mandado de novo ao tribunal"}
    return [
        Registro("selo", code, court.COMUNICACAO_PENDENTE, who.pessoa, who.sistema, who.endereco, what)
        for code in seals
    ]


def situacao(office: Office) -> dict[str, Any]:
    """Return how the office stands with the court: what waits and how long it has, what was refused, the line.

    Times are aware; `falta_s` is in seconds, negative where the term is over (T1).
    """
    sid, now, out = office.serventia_id, office.clock(), db.outbox
    waits = (out.c.serventia_id == sid, out.c.fim_em.is_(None), out.c.tipo != "vinculo")
    columns = (
        sa.func.count(),
        sa.func.count().filter(out.c.prazo <= now),
        sa.func.count().filter(sa.and_(out.c.prazo > now, out.c.prazo <= now + URGENTE)),
        sa.func.count().filter(sa.and_(out.c.prazo > now + URGENTE, out.c.prazo <= now + AVISAR)),
        sa.func.min(out.c.prazo),
    )
    refused = (out.c.serventia_id == sid, out.c.estado.in_(("objetado", "impossivel")), _por_consertar(sid))
    with office.db.read() as conn:
        total, late, urgent, soon, first = conn.execute(sa.select(*columns).where(*waits)).one()
        links = conn.execute(
            sa.select(sa.func.count()).where(out.c.serventia_id == sid, out.c.fim_em.is_(None), out.c.tipo == "vinculo")
        ).scalar_one()
        broken = conn.execute(sa.select(sa.func.count()).where(*refused)).scalar_one()
        line = conn.execute(sa.select(db.remetente).where(db.remetente.c.serventia_id == sid)).mappings().one_or_none()
    end = office.certificado.valido_ate
    return {
        "ligado": bool(office.settings.tribunal.url),
        "modo": office.settings.tribunal.modo,
        "pendentes": total,
        "vinculos_pendentes": links,
        "atrasados": late,
        "urgentes": urgent,
        "a_vencer": soon,
        "primeiro_prazo": first,
        "falta_s": None if first is None else (first - now).total_seconds(),
        "recusados": broken,
        "parado_ate": line["aberto_ate"] if line and line["aberto_ate"] and line["aberto_ate"] > now else None,
        "ultima_falha": line["ultima_falha"] if line and line["falhas"] else None,
        "ultimo_sucesso": line["ultimo_sucesso"] if line else None,
        "certificado_ate": end,
        "certificado_aviso": end - now <= AVISAR_CERTIFICADO,
        "certificado_vencido": end <= now,
    }


def _por_consertar(sid: int) -> sa.ColumnElement[bool]:
    """Whether what was refused still wants a person: a rectified seal's retificador goes in its place."""
    seals, out = db.selo, db.outbox
    return ~sa.exists().where(
        seals.c.serventia_id == sid, seals.c.codigo == out.c.codigo, seals.c.retificado_por.is_not(None)
    )


def em_json(standing: Mapping[str, Any]) -> dict[str, Any]:
    """Return `situacao` with its times as the contract writes them."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in standing.items()}
