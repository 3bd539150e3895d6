"""Helper process for calls that may hang or crash: it is killed when the time limit is over.

pycups has no time limit (a server that accepts and stays silent blocks a call for a minute), cannot be interrupted,
leaks memory in some calls, and can crash the interpreter. An abandoned thread would still act later, on paper; a
killed process cannot.
"""

import ctypes
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from multiprocessing.util import Finalize
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from printserver.printing.model import QueueUnavailable

_P = ParamSpec("_P")
_T = TypeVar("_T")

_PROCESSES = 2
_CALLS_PER_PROCESS = 2000
_LOOK_S = 1.0  # interval of checks that the pool still runs
_PR_SET_PDEATHSIG = 1

_lock = threading.Lock()
_pool: tuple[int, ProcessPool] | None = None


def run(limit_s: float, function: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run `function` in the helper process and return its result, or raise its exception.

    Function, arguments and result must be picklable. Raises QueueUnavailable if the call took more than `limit_s`
    seconds (its process is killed then) or crashed its process.
    """
    pool = _running_pool()
    try:
        return _result(pool, pool.schedule(function, args=args, kwargs=kwargs, timeout=limit_s))
    except FutureTimeoutError as error:
        raise QueueUnavailable(f"o servidor de impressão não respondeu em {limit_s:g} segundos") from error
    except ProcessExpired as error:
        raise QueueUnavailable("a chamada ao servidor de impressão terminou de repente") from error
    except (CancelledError, RuntimeError) as error:  # the pool broke, or was closed during this call
        _discard(pool)
        raise QueueUnavailable("o auxiliar de impressão parou e será iniciado de novo") from error


def _result(pool: ProcessPool, future: "ProcessFuture[_T]") -> _T:
    """Wait for a call. A call scheduled while another thread stops the pool never completes: raises CancelledError."""
    while True:
        try:
            return future.result(timeout=_LOOK_S)
        except FutureTimeoutError:
            if future.done():
                raise
            if not pool.active:
                raise CancelledError from None


def close() -> None:
    """Stop the helper processes, if any. A later call starts new ones."""
    global _pool
    with _lock:
        ending, _pool = _pool, None
    # After a fork the pool belongs to the parent.
    if ending is not None and ending[0] == os.getpid():
        ending[1].stop()  # type: ignore[no-untyped-call]
        ending[1].join()


def _running_pool() -> ProcessPool:
    global _pool
    with _lock:
        if _pool is None or _pool[0] != os.getpid():
            pool = ProcessPool(
                max_workers=_PROCESSES,
                max_tasks=_CALLS_PER_PROCESS,
                initializer=_end_with_parent,
                initargs=(os.getpid(),),
                context=multiprocessing.get_context("spawn"),
            )
            # Not atexit, which a child of multiprocessing does not run. Multiprocessing ends and awaits its children
            # after this: the pool would start others in their place, and those would be awaited for ever.
            Finalize(None, close, exitpriority=1)
            _start(pool)
            _pool = (os.getpid(), pool)
        return _pool[1]


def _start(pool: ProcessPool) -> None:
    """Start the helpers from a thread that lasts: at the end of that thread the kernel kills them."""
    started = threading.Event()

    def start() -> None:
        try:
            pool.schedule(os.getpid)
        finally:
            started.set()
        threading.Event().wait()  # for ever

    threading.Thread(target=start, name="helpers", daemon=True).start()
    started.wait()


def _discard(broken: ProcessPool) -> None:
    global _pool
    with _lock:
        if _pool is not None and _pool[1] is broken:
            _pool = None


def _end_with_parent(parent: int) -> None:
    """Have the kernel kill this helper when the server dies, so that it hands nothing off afterwards."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble stops a call with it; a handler would wait for pycups
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server handles Ctrl-C
