"""`python -m bench.fuzz`: schemathesis, all checks and phases, over a served office; more options are handed on to it.

`make test` sends a part of it. Exit status 1 where an answer is not one that the description has.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

from bench import office
from bench.server import HOST, serve

CONFIG = Path(__file__).parents[1] / "schemathesis.toml"


def main() -> int:
    """Serve a new office, run schemathesis, and return its exit status."""
    # a check is that wrong keys are refused, not how often
    unlimited = {"PRINTSERVER_HTTP_CHAVES_ERRADAS_POR_MINUTO": "1000000"}
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, unlimited):
        made = office.make(Path(folder) / "serventia")
        with serve(made) as server:
            command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(CONFIG), "run"]
            command += [f"http://{HOST}:{server.port}/api/v1/openapi.json", "-H", f"Authorization: Bearer {made.key}"]
            command += ["--checks", "all", "--continue-on-failure", *sys.argv[1:]]
            return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
