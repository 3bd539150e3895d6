"""What the processes share: how one is asked to end."""

import subprocess
import sys

STOPS_UNDER_ITS_LOCK = """
import os, signal, threading
from printserver.server import processes

lock, stopped = threading.Lock(), threading.Event()

def stop():
    with lock:
        stopped.set()

processes.call_at_stop(stop)
with lock:
    os.kill(os.getpid(), signal.{sign})
    print("signalled", flush=True)
stopped.wait()
print("stopped", flush=True)
"""


def test_a_stop_asked_for_while_its_lock_is_held_waits_for_the_lock() -> None:
    for sign in ("SIGTERM", "SIGINT"):
        code = STOPS_UNDER_ITS_LOCK.format(sign=sign)
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        assert ended.stdout.split() == ["signalled", "stopped"]
