"""The helper process: it bounds calls in time, survives their crashes and dies with the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from printserver.printing import QueueUnavailable, helper
from support.process import LIMIT_S, wait_until


def test_call_over_its_time_is_killed_and_the_next_one_works() -> None:
    began = time.monotonic()
    with pytest.raises(QueueUnavailable, match=r"não respondeu em 0\.2 segundos"):
        helper.run(0.2, signal.pause)
    assert time.monotonic() - began < 5
    assert helper.run(10, abs, -3) == 3


def test_crash_of_a_call_is_not_ours() -> None:
    with pytest.raises(QueueUnavailable, match="terminou de repente"):
        helper.run(10, os.abort)
    assert helper.run(10, abs, -3) == 3


def test_errors_of_the_call_come_through() -> None:
    with pytest.raises(ZeroDivisionError):
        helper.run(10, divmod, 1, 0)


def test_calls_run_elsewhere_and_a_closed_helper_starts_anew() -> None:
    first = helper.run(10, os.getpid)
    assert first != os.getpid()
    helper.close()
    assert helper.run(10, os.getpid) not in (first, os.getpid())


def test_closing_in_the_midst_of_a_call_is_a_failure_that_may_pass() -> None:
    failures: list[Exception] = []

    def call() -> None:
        try:
            helper.run(30, signal.pause)
        except QueueUnavailable as error:
            failures.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    wait_until(lambda: helper.run(10, os.getpid), "the helper")
    helper.close()
    thread.join(120)
    assert len(failures) == 1


def test_calls_that_another_thread_stops_while_they_are_handed_over_all_end() -> None:
    for _ in range(3):
        failures: list[Exception] = []

        def call(failures: list[Exception] = failures) -> None:
            try:
                helper.run(5, signal.pause)
            except QueueUnavailable as error:
                failures.append(error)

        helper.run(10, os.getpid)
        threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        helper.close()
        for thread in threads:
            thread.join(60)
        assert len(failures) == len(threads)


_CHILD = """\
import multiprocessing, os
from printserver.printing import helper
def child():
    helper.run(120, os.getpid)
if __name__ == "__main__":
    started = multiprocessing.get_context("spawn").Process(target=child)
    started.start()
    started.join()
    print(started.exitcode, flush=True)
"""


def test_a_child_of_the_server_that_called_a_helper_ends_with_its_work(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(_CHILD)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=LIMIT_S, check=True)
    assert done.stdout == "0\n"


_SERVER = """\
import os, time
from printserver.printing import helper
if __name__ == "__main__":
    print(helper.run(120, os.getpid), flush=True)
    time.sleep(60)
"""


def test_helper_dies_with_a_killed_server(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(_SERVER)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        server.kill()
        wait_until(lambda: not _alive(pid), "the end of the helper")


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_helpers_outlive_the_thread_that_called_first() -> None:
    helper.close()
    first = threading.Thread(target=helper.run, args=(10, os.getpid))
    first.start()
    first.join()
    assert helper.run(10, os.getpid) != os.getpid()
