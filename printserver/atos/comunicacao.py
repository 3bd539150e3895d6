"""A person's hand on what the court is told: send now, send again what was refused, and how things stand (T1–T4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import court, db, people
from printserver.atos import pendencias
from printserver.audit import Registro, escrever
from printserver.clock import rfc3339
from printserver.documents.campos import CodigoDoSelo, Modelo, Texto
from printserver.errors import entrada_invalida
from printserver.jobs.office import Office
from printserver.jobs.prepare import quem_age
from printserver.jobs.requests import ler
from printserver.people import Autor

# T4
AVISAR_CERTIFICADO: Final = timedelta(days=30)


class Comunicacao(Modelo):
    """`POST /comunicacoes`. `selos`: those that were refused and are to go again, as they stand."""

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
    sid, now = office.serventia_id, office.clock()
    with office.db.read() as conn:
        counts = pendencias.contar(conn, sid, now)
        line = conn.execute(sa.select(db.remetente).where(db.remetente.c.serventia_id == sid)).mappings().one_or_none()
        fault = _falha_mais_nova(conn, sid, now)
    certificado = office.certificado
    return {
        "ligado": bool(office.settings.tribunal.url),
        "modo": office.settings.tribunal.modo,
        **counts,
        "parado_ate": line["aberto_ate"] if line and line["aberto_ate"] and line["aberto_ate"] > now else None,
        "ultima_falha": line["ultima_falha"] if line and line["falhas"] else None,
        "falha_do_dia": fault,
        "ultimo_sucesso": line["ultimo_sucesso"] if line else None,
        "certificado_titular": certificado.titular,
        "certificado_de": certificado.valido_de,
        "certificado_ate": certificado.valido_ate,
        "certificado_futuro": certificado.ainda_nao_vale(now),
        "certificado_aviso": certificado.valido_ate - now <= AVISAR_CERTIFICADO,
        "certificado_vencido": certificado.venceu(now),
    }


def _falha_mais_nova(conn: Connection, sid: int, now: datetime) -> dict[str, Any] | None:
    """Return the newest exchange of the last 24 hours that went wrong: when, and how (Portuguese)."""
    table = db.comunicacao
    not_here = sa.and_(table.c.operacao == "consultar", table.c.status == 404)  # an answer like another
    query = (
        sa.select(table.c.inicio, table.c.status, table.c.falha)
        .where(table.c.serventia_id == sid, table.c.inicio > now - timedelta(days=1), table.c.inicio <= now)
        .where(sa.or_(table.c.falha.is_not(None), sa.and_(table.c.status != 200, ~not_here)))
        .order_by(table.c.inicio.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    words = row.falha.partition(" (")[0] if row.falha else f"o tribunal respondeu {row.status}"
    return {"quando": rfc3339(row.inicio), "texto": words}


def em_json(standing: Mapping[str, Any]) -> dict[str, Any]:
    """Return `situacao` with its times as the contract writes them."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in standing.items()}
