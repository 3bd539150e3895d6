"""`python -m bench.fuzz`: runs schemathesis, all checks and phases, on a served office; passes on further options.

`make test` runs a part of it. Exit status 1 if an answer violates the OpenAPI description.
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
    """Serve a new office, run schemathesis and return its exit status."""
    # schemathesis sends many wrong keys to check that they are refused; the rate limit must not interfere
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
