"""No process of the server outlives its parent, not even one that was still starting when the parent was killed."""

import subprocess
import sys
from pathlib import Path

from support.process import wait_until
from support.server import alive

STARTS = """
import multiprocessing, os, pathlib, signal, sys, time
from printserver.server.processes import enter

def child(parent):
    while os.getppid() == parent:
        time.sleep(0.01)
    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
    enter("http")
    time.sleep(600)

multiprocessing.get_context("fork").Process(target=child, args=(os.getpid(),)).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_x5_a_child_whose_parent_was_killed_while_it_started_ends(tmp_path: Path) -> None:
    said = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", STARTS, str(said)], check=False)
    wait_until(lambda: said.exists() and said.read_text(), "the child")
    pid = int(said.read_text())
    wait_until(lambda: not alive(pid), "the end of the child")
