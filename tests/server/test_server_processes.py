"""What the processes share: how one is asked to end."""

import subprocess
import sys

import pytest

STOPPED = """
import os, signal, threading
from printserver.server import processes

lock, stopped = threading.Lock(), threading.Event()

def stop():
    with lock:
        stopped.set()

processes.call_at_stop(stop)
"""
ITS_LOCK_HELD = """
with lock:
    os.kill(os.getpid(), signal.{sign})
    signal.sigtimedwait([], 0.01)
stopped.wait()
"""
# The signal comes to another thread: the main thread is not woken, as when it comes just before the wait.
MAIN_THREAD_WAITS = """
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.{sign}])
os.kill(os.getpid(), signal.{sign})
stopped.wait()
"""


@pytest.mark.parametrize("sign", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("then", [ITS_LOCK_HELD, MAIN_THREAD_WAITS], ids=["its lock is held", "main thread waits"])
def test_a_process_stops_whatever_its_main_thread_does_when_the_signal_comes(then: str, sign: str) -> None:
    subprocess.run([sys.executable, "-c", STOPPED + then.format(sign=sign)], timeout=60, check=True)
