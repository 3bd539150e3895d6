"""Writes the court's answers: a row's end or its next attempt, its seal's state, its links (T2, T3)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.court.answers import CourtAnswer
from printserver.court.outbox import (
    ACCEPTED,
    IMPOSSIBLE,
    IN_DOUBT,
    LONGEST_PAUSE,
    OBJETADO,
    PENDING,
    REFUSED,
    OutboxEntry,
)
from printserver.office import LogEntry, backoff, change_proof
from printserver.selo import EXCLUSION

# T3: a seal's state by the final state of its row, and the rectified seal's state once that row was accepted.
_DO_SELO: Final = {ACCEPTED: "comunicado", OBJETADO: "aguardando retificação", IMPOSSIBLE: "falha"}
_OF_RECTIFIED: Final = {"xa": "excluído", "retificacao": "retificado"}
SYSTEM: Final = "tribunal"  # author in the log: no person of the office

_out, _seals = db.outbox, db.selo


def pause(attempts: int) -> timedelta:
    """Return the back-off after `attempts` earlier attempts: 1, 2, 4 … seconds, at most five minutes."""
    return backoff(attempts, LONGEST_PAUSE)


def settle(
    conn: Connection,
    serventia_id: int,
    answers_given: Sequence[tuple[OutboxEntry, CourtAnswer]],
    dono: str,
    number: int,
    now: datetime,
    beyond_repair: Sequence[str],
) -> list[LogEntry]:
    """Write the results of rows that `dono` sent or looked up: their end, or the time of the next attempt.

    Seals that the court accepted or refused change their state (T3), and so do those they rectify. A row that another
    sender took over is left unchanged. Return the log entries.
    """
    ends: dict[str, list[tuple[OutboxEntry, CourtAnswer]]] = {}
    for linha, resposta in answers_given:
        if resposta.category == "repetir":  # contradictory answers are not retried without a pause
            again = now if linha.tentativas < 2 else now + pause(linha.tentativas)
            _later(conn, serventia_id, linha, dono, PENDING, again)
        elif resposta.category == "passageira":
            _later(conn, serventia_id, linha, dono, PENDING, now + pause(linha.tentativas))
        elif resposta.category == "duvida":
            _later(conn, serventia_id, linha, dono, IN_DOUBT, now + pause(linha.tentativas))
        elif resposta.category == "ja-recebido":  # a look-up compares it with what was sent
            _later(conn, serventia_id, linha, dono, IN_DOUBT, now)
        else:
            ends.setdefault(_end(resposta, beyond_repair), []).append((linha, resposta))
    log: list[LogEntry] = []
    for new_state, pairs in ends.items():
        log += _finish(conn, serventia_id, new_state, pairs, dono, number, now)
    return log


def _end(resposta: CourtAnswer, beyond_repair: Sequence[str]) -> str:
    if resposta.category == "objetado" and any(error["codigo"] in beyond_repair for error in resposta.erros):
        return IMPOSSIBLE
    return resposta.category


def _later(
    conn: Connection, serventia_id: int, linha: OutboxEntry, dono: str, new_state: str, quando: datetime
) -> None:
    conn.execute(
        sa.update(_out)
        .where(db.this_row(_out, serventia_id, linha.id), _out.c.fim_em.is_(None), _out.c.dono == dono)
        .values(estado=new_state, vence_em=quando)
    )


def _finish(
    conn: Connection,
    serventia_id: int,
    new_state: str,
    pairs: Sequence[tuple[OutboxEntry, CourtAnswer]],
    dono: str,
    number: int,
    now: datetime,
) -> list[LogEntry]:
    rows = [{"b_id": linha.id, "b_erros": list(resposta.erros) or None} for linha, resposta in pairs]
    over = {"estado": new_state, "fim_em": now, "vence_em": None, "comunicacao_id": number}
    mine = (_out.c.serventia_id == serventia_id, _out.c.fim_em.is_(None), _out.c.dono == dono)
    if any(row["b_erros"] for row in rows):
        ids = {
            row["b_id"]
            for row in rows
            if conn.execute(
                sa.update(_out).where(_out.c.id == row["b_id"], *mine).values(**over, erros=row["b_erros"])
            ).rowcount
        }
    else:
        done = sa.update(_out).where(_out.c.id.in_([row["b_id"] for row in rows]), *mine).values(**over, erros=None)
        ids = set(conn.execute(done.returning(_out.c.id)).scalars())
    settled = [(linha, resposta) for linha, resposta in pairs if linha.id in ids]
    log = _selos(conn, serventia_id, new_state, [pair for pair in settled if pair[0].tipo != "vinculo"], number, now)
    log += [
        _registro(linha.codigo, f"vínculo {new_state}", number, resposta.erros, vinculador=linha.alvo)
        for linha, resposta in settled
        if linha.tipo == "vinculo"
    ]
    return log


def _selos(
    conn: Connection,
    serventia_id: int,
    new_state: str,
    pairs: Sequence[tuple[OutboxEntry, CourtAnswer]],
    number: int,
    now: datetime,
) -> list[LogEntry]:
    def change(codes: Sequence[str | None], **values: Any) -> None:
        conn.execute(
            sa.update(_seals).where(_seals.c.serventia_id == serventia_id, _seals.c.codigo.in_(codes)).values(**values)
        )

    if not pairs:
        return []
    when = {"comunicado_em": now} if new_state == ACCEPTED else {}
    change([linha.codigo for linha, _answer_values in pairs], estado=_DO_SELO[new_state], **when)
    kept = change_proof(**when) if when else None
    log = [
        replace(_registro(linha.codigo, _DO_SELO[new_state], number, resposta.erros), prova=kept)
        for linha, resposta in pairs
    ]
    if new_state != ACCEPTED:
        return log
    for kind, state in _OF_RECTIFIED.items():
        replaced = _replaced(conn, serventia_id, [linha for linha, _answer_values in pairs if linha.tipo == kind])
        if replaced:
            change(list(replaced), estado=state)
            log += [_registro(codigo, state, number, (), retificado_por=by) for codigo, by in replaced.items()]
            _release_vinculos(conn, serventia_id, replaced, kind, now)
    return log


def _replaced(conn: Connection, serventia_id: int, retificadores: Sequence[OutboxEntry]) -> dict[str, str]:
    """Return the seals that these retificadores replace, each with its retificador (R1).

    That is the target of each; if the court refused the target, also the target's own target, and so on.
    """
    replaced: dict[str, str] = {}
    step = {linha.alvo: linha.codigo for linha in retificadores if linha.alvo is not None}
    while step:
        replaced |= step
        refused = sa.select(_seals.c.codigo, _seals.c.retifica).where(
            _seals.c.serventia_id == serventia_id,
            _seals.c.codigo.in_(step),
            _seals.c.retifica.is_not(None),
            _seals.c.estado.in_([_DO_SELO[new_state] for new_state in REFUSED]),
        )
        step = {row.retifica: step[row.codigo] for row in conn.execute(refused)}
    return replaced


def _release_vinculos(
    conn: Connection, serventia_id: int, replaced: Mapping[str, str], kind: str, now: datetime
) -> None:
    """End or redirect links that wait for a seal which will never be accepted: its retificador replaces it (R1).

    The link of a rectified vinculado was reported again with its retificador; links to a rectified vinculador are
    redirected to its retificador, and links to an excluded one end.
    """
    never = sa.select(_out.c.codigo).where(
        _out.c.serventia_id == serventia_id,
        _out.c.tipo != "vinculo",
        _out.c.estado.in_(REFUSED),
        _out.c.codigo.in_(replaced),
    )
    lost = sorted(conn.execute(never).scalars())
    if not lost:
        return
    waiting = (
        _out.c.serventia_id == serventia_id,
        _out.c.tipo == "vinculo",
        _out.c.fim_em.is_(None),
        _out.c.estado == PENDING,
    )
    ended = [_out.c.codigo.in_(lost), *([_out.c.alvo.in_(lost)] if kind == "xa" else [])]
    over = {"estado": IMPOSSIBLE, "fim_em": now, "vence_em": None}
    conn.execute(sa.update(_out).where(*waiting, sa.or_(*ended)).values(**over))
    for codigo in lost if kind != "xa" else ():
        conn.execute(sa.update(_out).where(*waiting, _out.c.alvo == codigo).values(alvo=replaced[codigo]))


def valid_vinculador(conn: Connection, serventia_id: int, codigo: str) -> str | None:
    """Return the target of a link to `codigo`: its retificador if the court refused it (R1); None for an XA."""
    after = (
        sa.select(_seals.c.retificado_por)
        .join(_out, (_out.c.serventia_id == _seals.c.serventia_id) & (_out.c.codigo == _seals.c.codigo))
        .where(_seals.c.serventia_id == serventia_id, _out.c.tipo != "vinculo", _out.c.estado.in_(REFUSED))
    )
    found: str | None = codigo
    while found is not None:
        codigo, found = found, conn.execute(after.where(_seals.c.codigo == found)).scalar_one_or_none()
    return None if codigo[7:9] == EXCLUSION else codigo


def _registro(codigo: str, new_state: str, number: int, erros: Sequence[Mapping[str, str]], **more: Any) -> LogEntry:
    what = {"comunicacao": number, **more} | ({"erros": [dict(error) for error in erros]} if erros else {})
    return LogEntry("selo", codigo, new_state, None, SYSTEM, None, what)
