"""Process pool for work on untrusted input, with time and memory limits.

Independent of the tasks. Processes are not forked from this one (the server has threads), but from a process that has
done nothing but import what they need: they start at once and share its memory. They are warmed up by a function of
the caller, replaced after a number of tasks, and exit when the process that owns the pool exits.
"""

import os
import pickle
import resource
import signal
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, TimeoutError
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from multiprocessing import forkserver, get_context, parent_process, resource_tracker, util
from pathlib import Path
from typing import Any, Final, NoReturn, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from printserver.errors import Recusa

P = ParamSpec("P")
T = TypeVar("T")

TASKS_PER_PROCESS: Final = 300
"""Tasks after which a process is replaced, to limit memory leaks of libraries."""
MAX_WAIT_S: Final = 60.0
"""Seconds a task may wait for a free process before `servidor-ocupado`."""

_MB: Final = 1024 * 1024
_GRACE_S: Final = 5.0  # the process's own alarm fires this long after the pool's limit
_KILLED_FROM_OUTSIDE: Final = (-signal.SIGKILL, -signal.SIGTERM)


class Pool:
    """Runs functions in `processos` other processes; a task over its limits ends only its own process.

    `tempo_limite_s` counts from the start of the task, without its time in the queue. `memoria_mb` limits the address
    space of a process (RLIMIT_AS), including the loaded libraries. `initializer` (importable, picklable) is called once
    in each new process, before its limits are set. Processes start at the first use.
    """

    def __init__(
        self,
        processos: int,
        tempo_limite_s: float,
        memoria_mb: int,
        *,
        initializer: Callable[[], object] | None = None,
        preload: Sequence[str] = (),
        tasks_per_process: int = TASKS_PER_PROCESS,
    ) -> None:
        """`preload`: modules that are imported before the processes fork; the first pool of this process decides."""
        self._processes = processos
        self._limit_s = tempo_limite_s
        self._memory_mb = memoria_mb
        self._initializer = initializer
        self._preload = list(preload)
        self._max_tasks = tasks_per_process
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._closed = False

    def run(self, func: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Return `func(*args, **kwargs)`, run in a pool process. Thread-safe.

        Raises the exception of `func`; `Recusa` `corpo-invalido` if the task exceeded its time or memory or crashed its
        process; `Recusa` `servidor-ocupado` if no process was free within `MAX_WAIT_S`. If the process was killed from
        outside (or that broke the pool), it is replaced and the task is retried once: `func` must be pure.
        """
        for _ in range(2):
            pool = self._open()
            try:
                return self._once(pool, func, args, kwargs)
            except ProcessExpired as error:
                if error.exitcode not in _KILLED_FROM_OUTSIDE:
                    raise _refusal("derrubou o processo que o montava") from error
            except (BrokenExecutor, CancelledError):  # pebble abandons the whole pool when an idle process is killed
                self._discard(pool)
        raise Recusa("servidor-ocupado", "Os processos de montagem pararam. Envie de novo em instantes.", retry_after=5)

    def warm_up(self) -> None:
        """Start all processes and wait until one is warm."""
        self.run(os.getpid)

    def close(self) -> None:
        """End all processes and their tasks. The pool cannot be used again."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
        _end(pool)

    def _once(self, pool: ProcessPool, func: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        try:
            future = pool.schedule(_task, args=(self._limit_s, func, args, kwargs), timeout=self._limit_s)
        except RuntimeError as error:  # pebble raises this for a pool that lost its processes
            raise BrokenExecutor from error
        outcome, value = pickle.loads(self._wait(future))  # noqa: S301 - from a pool process
        if outcome == "memory":
            raise _refusal(f"precisa de mais memória do que o limite de {self._memory_mb} MB")
        if outcome == "error":
            raise value
        result: T = value
        return result

    def _wait(self, future: "ProcessFuture[bytes]") -> bytes:
        try:
            return future.result(timeout=MAX_WAIT_S + self._limit_s)
        except TimeoutError as error:
            if future.done():
                what = f"passou do tempo limite de {self._limit_s:g} segundos de montagem. Divida o documento"
                raise _refusal(what) from error
            future.cancel()  # type: ignore[no-untyped-call]
            raise Recusa(
                "servidor-ocupado", "Há montagens demais na fila. Envie de novo em instantes.", retry_after=10
            ) from error

    def _open(self) -> ProcessPool:
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is closed")
            if self._pool is None:
                context = get_context("forkserver")
                context.set_forkserver_preload(self._preload)
                self._pool = ProcessPool(
                    max_workers=self._processes,
                    max_tasks=self._max_tasks,
                    initializer=_start,
                    initargs=(self._memory_mb, self._initializer),
                    context=context,
                )
            return self._pool

    def _discard(self, broken: ProcessPool) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        _end(broken)


def fork_server(modules: Sequence[str]) -> None:
    """Fork from this process, which has no threads yet, the one from which its pools' processes are forked.

    It imports `modules` beside what this process does next. Without this call, `multiprocessing` starts a new program
    at the first use of a pool, which loads again what this process has loaded and shares none of it; so it does if the
    forked process ends. The public functions of `multiprocessing` cannot do it.
    """
    resource_tracker.ensure_running()
    listener = socket.socket(socket.AF_UNIX)
    address = f"{util.get_temp_dir()}/forks"  # only this user's processes reach it
    listener.bind(address)
    listener.listen()
    alive, keep_alive = os.pipe()  # it ends when no process has the other end
    pid = os.fork()
    if pid == 0:
        _serve_forks(listener.fileno(), alive, modules)
    os.close(alive)
    listener.close()
    server: Any = forkserver._forkserver
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, keep_alive, pid


def _serve_forks(listener: int, alive: int, modules: Sequence[str]) -> NoReturn:
    try:
        kept = (2, *sorted((listener, alive)), os.sysconf("SC_OPEN_MAX"))
        for below, above in pairwise(kept):  # its parent's pipes are not for the pool
            os.closerange(below + 1, above)
        with suppress(OSError):
            Path("/proc/self/comm").write_text("ps-pool")  # its name in lists of processes, and that of the pool's
        for module in modules:
            import_module(module)
        forkserver.main(listener, alive, [])
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


def _end(pool: ProcessPool | None) -> None:
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _refusal(what: str) -> Recusa:
    return Recusa("corpo-invalido", f"O corpo do documento {what}. Simplifique o texto, as tabelas ou as imagens.")


def _start(memory_mb: int, initializer: Callable[[], object] | None) -> None:
    """Prepare a new process: warm it up, then set its limits."""
    # pebble's SIGTERM handler waits for the interpreter and blocks all other processes: 3 s in a C library
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_die_with_owner, daemon=True).start()
    if initializer is not None:
        initializer()
    limit = memory_mb * _MB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain personal data


def _die_with_owner() -> None:
    owner = parent_process()
    if owner is not None:
        owner.join()
        os._exit(1)


def _task(limit_s: float, func: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """Run one task in the pool process; return its pickled outcome, which the owner can always unpickle.

    The alarm ends this process (the default of SIGALRM, even during C code) if the pool has not.
    """
    signal.setitimer(signal.ITIMER_REAL, limit_s + _GRACE_S)
    try:
        return pickle.dumps(("value", func(*args, **kwargs)))
    except (MemoryError, SystemError):  # a library in C without memory may raise SystemError
        return pickle.dumps(("memory", None))
    except Exception as error:
        return _portable(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _portable(error: Exception) -> bytes:
    """Pickle an exception, or its text if it cannot be unpickled: an unpickling error would end the whole pool."""
    trace = traceback.format_exc()
    try:
        if not isinstance(error, Recusa):
            error.add_note(f"In the render process:\n{trace}")
        outcome = pickle.dumps(("error", error))
        pickle.loads(outcome)  # noqa: S301 - made in the line above
    except Exception:
        return pickle.dumps(("error", RuntimeError(trace)))
    return outcome
