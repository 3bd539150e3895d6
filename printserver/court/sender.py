"""The sender: tells the court what waits in the outbox (T1, T2). One at a time for an office, however many engines run.

1. Take, or keep, the office's lease (`remetente`); without it do nothing.
2. While the breaker is open do nothing.
3. Ask the court about every row whose answer never came, before anything of it is sent again.
4. Write that a batch goes, send it, write what was answered. Batches go in parallel, the rows of one seal in order.

Killed at any point it loses nothing and repeats nothing: what it had begun is asked about by whoever follows.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import SAO_PAULO, Clock, local
from printserver.court import outbox, outcome
from printserver.court.answers import (
    Resposta,
    de_consulta,
    de_envio,
    falha_geral,
    recusa_do_pedido,
    sem_sentido,
)
from printserver.court.client import Transporte, Troca, encode_body
from printserver.court.outbox import Linha
from printserver.db import Database, insert_or_ignore
from printserver.office import audit
from printserver.office.settings import Tribunal

_log = structlog.get_logger()

POSSE_S: Final = 30.0  # of the lease; a batch waits for the court 10 seconds
_POSSE: Final = timedelta(seconds=POSSE_S)
DE_UMA_VEZ: Final = 1000  # rows read at a time
FALHAS_ATE_ABRIR: Final = 3  # exchanges in a row that failed: the breaker opens
PRIMEIRA_ABERTURA: Final = timedelta(seconds=10)
MAIOR_ABERTURA: Final = timedelta(minutes=5)

_row = db.remetente


class Remetente:
    """One sender for one office."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        serventia_id: int,
        settings: Tribunal,
        transporte: Transporte,
        dono: str,
        mudou: Callable[[], None] = lambda: None,
    ) -> None:
        """`dono` names this sender; `mudou` is called when seals changed their state."""
        self._db = database
        self._clock = clock
        self._office = serventia_id
        self._settings = settings
        self._court = transporte
        self._owner = dono
        self._changed = mudou
        self._failures = 0  # in a row, of this process
        self._guard = threading.Lock()
        self._opened = threading.Event()  # the breaker, in this round
        self._was_open = False
        self._renewed: float | None = None  # when the lease got new time, to the monotonic clock
        self._pace = _Ritmo(settings.selos_por_segundo)
        self._pool = ThreadPoolExecutor(settings.em_paralelo, thread_name_prefix="court")

    def rodar(self, stop: threading.Event, pausa_s: float) -> None:
        """Send until `stop`, looking again every `pausa_s` seconds. A fault of ours is logged and tried again."""
        try:
            while not stop.is_set():
                try:
                    worked = self.rodada(stop)
                except Exception:
                    _log.exception("round of the sender failed")
                    worked = False
                if not worked:
                    stop.wait(pausa_s)
        finally:
            self._pool.shutdown(wait=True)
            self._largar()
            self._court.fechar()

    def rodada(self, stop: threading.Event | None = None) -> bool:
        """Do one round of what may go now; return whether anything was sent or asked."""
        stop = stop or threading.Event()
        if not self._tomar():
            return False
        now = self._clock()
        with self._db.read() as conn:
            state = conn.execute(sa.select(_row).where(_row.c.serventia_id == self._office)).mappings().one()
            if state["aberto_ate"] is not None and now < state["aberto_ate"] <= now + MAIOR_ABERTURA:
                return False
            doubts = outbox.duvidosas(conn, self._office, now, DE_UMA_VEZ)
            until = mandar_ate(self._settings, state["pedido_em"], now)
            before = proxima_hora(self._settings, now)
            ready = outbox.prontas(conn, self._office, now, until, before, DE_UMA_VEZ)
        self._opened.clear()
        if self._was_open and not state["falhas"]:  # a person closed the breaker
            self._was_open, self._failures = False, 0
        asks: list[Callable[[], bool]] = [partial(self._perguntar, linha) for linha in doubts]
        sends: list[Callable[[], bool]] = [partial(self._enviar, lote) for lote in self._lotes(ready)]
        # After a failure one exchange of each kind shows whether the court is back, before the others go.
        for work in (asks, sends):
            if state["falhas"] and work and not self._todos([work.pop(0)], stop):
                return True
            self._todos(work, stop)
        return bool(doubts or ready)

    def _todos(self, work: Sequence[Callable[[], bool]], stop: threading.Event) -> bool:
        """Do it in parallel; no more begins once the breaker opened, the lease is lost or `stop` is set.

        The lease is kept while answers are awaited, however long they take. Return whether all went well.
        """

        def one(do: Callable[[], bool]) -> bool:
            return not stop.is_set() and not self._opened.is_set() and self._tomar() and do()

        results = [self._pool.submit(one, do) for do in work]
        waiting = set(results)
        while waiting:
            _done, waiting = wait(waiting, timeout=POSSE_S / 3)
            if waiting:
                self._tomar()
        outcomes = [result.result() for result in results]
        return all(outcomes)

    def _lotes(self, linhas: Sequence[Linha]) -> list[list[Linha]]:
        rate = self._settings.selos_por_segundo
        size = min(self._settings.lote, max(1, int(rate))) if rate else self._settings.lote
        lots = []
        for links in (False, True):
            kind = [linha for linha in linhas if (linha.tipo == "vinculo") is links]
            lots += [kind[start : start + size] for start in range(0, len(kind), size)]
        return lots

    # -- one exchange ------------------------------------------------------------------------------------------

    def _enviar(self, linhas: Sequence[Linha]) -> bool:
        """Send one batch; return whether the court answered."""
        self._pace.esperar(len(linhas))
        links = linhas[0].tipo == "vinculo"
        with self._db.write() as conn:
            if not self._e_meu(conn):
                return False
            items = [linha.item for linha in linhas]
            number, taken = outbox.comecar(
                conn,
                self._office,
                linhas,
                self._owner,
                "vincular" if links else "enviar",
                encode_body(items),
                self._clock(),
            )
        if not taken:
            return True
        items = [linha.item for linha in taken]
        troca = self._court.vincular(items) if links else self._court.enviar(items)
        refused = recusa_do_pedido(troca)
        if refused is not None and len(taken) > 1:
            return self._um_a_um(number, troca, taken)
        answers = de_envio(troca, [linha.codigo for linha in taken])
        fault = falha_geral(troca)
        if refused is not None:  # of one alone: it is this one that cannot be sent as it is
            answers, fault = {taken[0].codigo: Resposta("impossivel", (refused,))}, None
        elif fault is None and sem_sentido(answers):
            fault = "o tribunal respondeu sem sentido a um envio"
        self._assentar(number, troca, [(linha, answers[linha.codigo]) for linha in taken], fault)
        return fault is None

    def _um_a_um(self, number: int, troca: Troca, linhas: Sequence[Linha]) -> bool:
        """The court refused a batch as a whole: each goes alone, so that one cannot hold the others back."""
        self._assentar(number, troca, [(linha, Resposta("repetir")) for linha in linhas], conta=False)
        return all(self._enviar([linha]) for linha in linhas)

    def _perguntar(self, linha: Linha) -> bool:
        """Ask what the court has of a seal whose answer never came; return whether it answered."""
        self._pace.esperar(1)
        with self._db.write() as conn:
            if not self._e_meu(conn):
                return False
            number = outbox.abrir_troca(conn, self._office, "consultar", linha.codigo, self._clock())
            outbox.adotar(conn, linha, self._owner)
        troca = self._court.consultar(linha.codigo)
        has = de_consulta(troca, linha.codigo)
        if has is None:
            answer = Resposta("duvida")
        elif linha.tipo == "vinculo":
            answer = Resposta("aceito" if has.vinculador == linha.alvo else "repetir")
        elif has.situacao is None:
            answer = Resposta("repetir")
        elif has.situacao == "objetado":
            answer = Resposta("objetado", has.erros)
        elif has.registro == linha.registro:
            answer = Resposta("aceito")
        else:
            text = "O tribunal já tem outro registro com este código, diferente do que foi enviado."
            answer = Resposta("impossivel", ({"codigo": "registro-diferente", "mensagem": text},))
        # A look-up that is answered says nothing of sending: it is not counted.
        fault = None if has is not None else falha_geral(troca) or "o tribunal respondeu sem sentido a uma consulta"
        self._assentar(number, troca, [(linha, answer)], fault, conta=has is None)
        return has is not None

    def _assentar(
        self,
        number: int,
        troca: Troca,
        pairs: Sequence[tuple[Linha, Resposta]],
        fault: str | None = None,
        *,
        conta: bool = True,
    ) -> None:
        """Write what an exchange brought. `fault` (Portuguese): why the court did not do its work; `conta`: the breaker
        counts it.
        """
        now, failures = self._clock(), 0
        if conta:
            with self._guard:  # never inside a transaction: who renews the lease holds it while waiting for one
                self._failures = 0 if fault is None else self._failures + 1
                failures = self._failures
        with self._db.write() as conn:
            outbox.fechar_troca(conn, number, troca.status, troca.resposta, troca.falha, now)
            if conta:  # before the outbox: see `envio.apressar`
                self._tell_breaker(conn, troca.status, fault, failures, now)
            log = outcome.assentar(
                conn, self._office, pairs, self._owner, number, now, self._settings.erros_sem_conserto
            )
            audit.write(conn, self._office, now, log)
        self._changed()

    def _tell_breaker(
        self, conn: sa.Connection, status: int | None, fault: str | None, failures: int, now: datetime
    ) -> None:
        """Tell the breaker of an exchange; `failures`: how many failed in a row."""
        mine = sa.update(_row).where(_row.c.serventia_id == self._office)
        if fault is None:
            conn.execute(mine.values(falhas=0, aberto_ate=None, ultimo_sucesso=now))
            return
        times = conn.execute(sa.select(_row.c.falhas).where(_row.c.serventia_id == self._office)).scalar_one()
        conn.execute(mine.values(ultima_falha=fault))
        # The whole office is refused, or the court is still not back: no use in trying the others.
        if failures >= FALHAS_ATE_ABRIR or status in (401, 403) or times:
            pause = min(PRIMEIRA_ABERTURA * 2 ** min(times, 10), MAIOR_ABERTURA)
            conn.execute(mine.values(falhas=times + 1, aberto_ate=now + pause))
            self._was_open = True
            self._opened.set()
            _log.warning("the court fails: nothing is sent for a while", seconds=pause.total_seconds(), why=fault)

    # -- the lease ------------------------------------------------------------------------------------------

    def _tomar(self) -> bool:
        """Take the office's lease or give it new time; return whether it is ours.

        A lease that ends later than one can was written before the clock went back: it is over.
        """
        with self._guard:
            if self._renewed is not None and time.monotonic() - self._renewed < POSSE_S / 3:
                return True
            now = self._clock()
            free = sa.or_(
                _row.c.dono.is_(None),
                _row.c.dono == self._owner,
                _row.c.posse_ate < now,
                _row.c.posse_ate > now + 2 * _POSSE,
            )
            with self._db.write() as conn:
                insert_or_ignore(conn, _row, {"serventia_id": self._office})
                mine = sa.update(_row).where(_row.c.serventia_id == self._office, free)
                ours = conn.execute(mine.values(dono=self._owner, posse_ate=now + _POSSE)).rowcount
            self._renewed = time.monotonic() if ours else None
            return bool(ours)

    def _e_meu(self, conn: sa.Connection) -> bool:
        """Whether the lease is still ours, asked right before something goes: who was frozen may have lost it.

        It gets new time: whoever takes over must find what goes now answered, or past its waiting time.
        """
        mine = sa.update(_row).where(_row.c.serventia_id == self._office, _row.c.dono == self._owner)
        return bool(conn.execute(mine.values(posse_ate=self._clock() + _POSSE)).rowcount)

    def _largar(self) -> None:
        """Give the lease back, so that another sender need not wait for its end."""
        mine = (_row.c.serventia_id == self._office, _row.c.dono == self._owner)
        with self._db.write() as conn:
            conn.execute(sa.update(_row).where(*mine).values(dono=None, posse_ate=None))


_NUNCA: Final = datetime.min.replace(tzinfo=UTC)
_SEMPRE: Final = datetime.max.replace(tzinfo=UTC)


def mandar_ate(settings: Tribunal, pedido_em: datetime | None, agora: datetime) -> datetime:
    """Return until when what was made goes now: any time, or the last set hour or wish."""
    if settings.modo == "continuo":
        return _SEMPRE
    return max([pedido_em or _NUNCA, *(mark for mark in _horas(settings, agora) if mark <= agora)])


def proxima_hora(settings: Tribunal, agora: datetime) -> datetime:
    """Return the next set hour: what has to be told before it does not wait for it (T1)."""
    return min((mark for mark in _horas(settings, agora) if mark > agora), default=_NUNCA)


def _horas(settings: Tribunal, agora: datetime) -> list[datetime]:
    """Return the set hours of yesterday, today and tomorrow; none in another mode."""
    if settings.modo != "horarios":
        return []
    days = [local(agora).date() + timedelta(days=n) for n in (-1, 0, 1)]
    hours = [clock_time.fromisoformat(text) for text in settings.horarios]
    return [datetime.combine(day, hour, SAO_PAULO) for day in days for hour in hours]


class _Ritmo:
    """Lets so many seals a second through (0: any number), to the monotonic clock; a second's worth may go at once."""

    def __init__(self, por_segundo: float) -> None:
        self._rate = por_segundo
        self._guard = threading.Lock()
        self._free_at = 0.0

    def esperar(self, selos: int) -> None:
        """Wait until `selos` more may go."""
        if not self._rate:
            return
        with self._guard:
            start = max(self._free_at, time.monotonic() - 1.0)
            self._free_at = start + selos / self._rate
        time.sleep(max(0.0, start - time.monotonic()))
