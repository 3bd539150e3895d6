"""The pool of processes: excess ends one task, never the pool or the others; refusals come back whole."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from printserver.errors import BadField, Recusa
from printserver.rendering.pool import Pool

LIMIT_S = 1.5
_state: list[str] = []


def warm() -> None:
    _state.append("warm")


def state() -> tuple[list[str], int]:
    return _state, os.getpid()


def forever() -> None:
    while True:
        pass


def stuck_in_c() -> None:
    """Go on where no Python signal handler can run."""
    sum(range(10**13))


def eat_memory() -> int:
    return len(bytearray(2_000_000_000))


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def refuse() -> None:
    raise Recusa(
        "folhas-insuficientes", "Faltam folhas.", errors=[BadField("a.b", "não")], extra={"paginas": 3}, retry_after=7
    )


class Unreadable(Exception):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)


def unreadable() -> None:
    raise Unreadable("one", "two")


def killed_once(marker: Path) -> str:
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "second time"


def touch_then_sleep(marker: Path) -> None:
    marker.write_text(str(os.getpid()))
    time.sleep(60)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    pool = Pool(2, LIMIT_S, 1024, initializer=warm, tasks_per_process=1_000_000)
    pool.warm_up()
    yield pool
    pool.close()


def refusal_of(pool: Pool, func, *args) -> Recusa:
    with pytest.raises(Recusa) as info:
        pool.run(func, *args)
    return info.value


def test_runs_in_a_warmed_process_of_its_own(pool: Pool) -> None:
    assert pool.run(divmod, 17, 5) == (3, 2)
    marks, pid = pool.run(state)
    assert marks == ["warm"]
    assert pid != os.getpid()


def test_a_refusal_comes_back_whole(pool: Pool) -> None:
    refusal = refusal_of(pool, refuse)
    assert (refusal.word, refusal.kind.status, refusal.detail) == ("folhas-insuficientes", 422, "Faltam folhas.")
    assert refusal.errors == (BadField("a.b", "não"),)
    assert (refusal.extra, refusal.retry_after) == ({"paginas": 3}, 7)


def test_any_other_error_comes_back_with_its_trace(pool: Pool) -> None:
    with pytest.raises(ZeroDivisionError) as info:
        pool.run(divmod, 1, 0)
    assert "In the render process" in info.value.__notes__[0]
    with pytest.raises(RuntimeError, match="Unreadable: one"):
        pool.run(unreadable)
    assert pool.run(divmod, 17, 5) == (3, 2)


@pytest.mark.parametrize(
    ("excess", "word"), [(forever, "tempo limite"), (eat_memory, "memória"), (crash, "derrubou o processo")]
)
def test_an_excess_is_refused_and_the_pool_goes_on(pool: Pool, excess, word: str) -> None:
    refusal = refusal_of(pool, excess)
    assert refusal.word == "corpo-invalido"
    assert word in refusal.detail
    assert pool.run(divmod, 17, 5) == (3, 2)


def test_nobody_waits_for_a_heavy_body(pool: Pool) -> None:
    """While one task runs into its limit (in C, where no handler runs), the other process answers at once."""
    with ThreadPoolExecutor() as threads:
        heavy = threads.submit(refusal_of, pool, stuck_in_c)
        answered_meanwhile = 0
        while not heavy.done():
            assert pool.run(divmod, 17, 5) == (3, 2)
            answered_meanwhile += not heavy.done()
    assert heavy.result().word == "corpo-invalido"
    assert answered_meanwhile >= 3


def test_killed_from_outside_the_task_runs_again(pool: Pool, tmp_path: Path) -> None:
    assert pool.run(killed_once, tmp_path / "marker") == "second time"


def test_an_idle_process_killed_breaks_nothing(pool: Pool) -> None:
    os.kill(pool.run(os.getpid), signal.SIGKILL)
    for _ in range(20):
        assert pool.run(divmod, 17, 5) == (3, 2)
        time.sleep(0.02)


def test_processes_are_replaced_after_their_tasks() -> None:
    pool = Pool(1, LIMIT_S, 1024, tasks_per_process=2)
    try:
        pids = [pool.run(os.getpid) for _ in range(4)]
    finally:
        pool.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_closed_pool_starts_nothing() -> None:
    pool = Pool(1, LIMIT_S, 1024)
    pool.close()
    with pytest.raises(RuntimeError, match="closed"):
        pool.run(os.getpid)


OWNER = """
import sys
from pathlib import Path
from test_pool import touch_then_sleep
from printserver.rendering.pool import Pool
if __name__ == "__main__":
    Pool(1, 60, 1024).run(touch_then_sleep, Path(sys.argv[1]))
"""


def test_processes_die_with_a_killed_owner(tmp_path: Path) -> None:
    script, marker = tmp_path / "owner.py", tmp_path / "marker"
    script.write_text(OWNER)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    owner = subprocess.Popen([sys.executable, str(script), str(marker)], env=environment)
    try:
        assert _soon(lambda: marker.exists() and marker.read_text() != "")
    finally:
        owner.kill()
        owner.wait()
    assert _soon(lambda: not Path(f"/proc/{marker.read_text()}/cmdline").exists() or _is_zombie(marker.read_text()))


FORKS = """
import os, signal, sys
import test_pool
from printserver.rendering.pool import Pool, fork_server
if __name__ == "__main__":
    test_pool._state.append("owner")
    heard, told = os.pipe()
    fork_server([])
    pool = Pool(1, 60, 1024)
    print(*pool.run(test_pool.state)[0])
    os.close(told)
    print(os.read(heard, 1))
    server = pool.run(os.getppid)
    os.kill(server, signal.SIGKILL)
    os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
    print(*Pool(1, 60, 1024).run(test_pool.state)[0], flush=True)
    os._exit(0)
"""


def test_processes_share_what_their_owner_loaded_but_not_its_pipes(tmp_path: Path) -> None:
    """Without the process that forks them, a new program does so, which has nothing of the owner."""
    script = tmp_path / "owner.py"
    script.write_text(FORKS)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    found = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=120)
    assert found.stdout == "owner\nb''\n\n", found.stderr


def _is_zombie(pid: str) -> bool:
    return Path(f"/proc/{pid}/cmdline").read_bytes() == b""


def _soon(condition, limit_s: float = 120) -> bool:
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
