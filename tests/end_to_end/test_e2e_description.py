"""What the API says of itself, to a served office: the description is true, and the guide's examples run as they stand.

schemathesis sends what the description allows and what it forbids; every check that it has must hold, and no text of a
refusal is English. `make fuzz` sends more.
"""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import process
from support.server import PrintServer

ROOT = Path(__file__).parents[2]
LARGEST = "POST /api/v1/jobs"  # its coverage alone is 2,500 requests
# Words that no Portuguese sentence has.
ENGLISH = re.compile(
    r"\b(the|of|is|not|must|should|be|been|with|without|invalid|value|valid|expected|error|file|directory|unknown|cannot"
    r"|could|input|string|number|limit|found|required|failed|missing|field|bytes|larger|than|at least|already)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintServer]:
    """An office that does not count wrong keys: that they are refused is checked often."""
    environment = {"PRINTSERVER_HTTP_CHAVES_ERRADAS_POR_MINUTO": "1000000"}
    with PrintServer(tmp_path_factory.mktemp("descricao"), environment) as running:
        yield running


def _examples() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / "api.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_run_as_they_stand_and_in_order(server: PrintServer, tmp_path: Path) -> None:
    first, *others = _examples()
    address = f"http://127.0.0.1:{server.port}"
    first = first.replace("http://127.0.0.1:8631", address).replace("the-key-that-init-printed", server.made["chave"])
    script = "\n".join(["set -eu", first, *(f"{block}\nprintf '\\n--- end ---\\n'" for block in others)])
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=process.LIMIT_S, check=True
    )
    assert ran.stderr == ""
    said = ran.stdout.split("\n--- end ---\n")[:-1]
    assert len(said) == len(others) >= 10
    refused = [text for text in said if "printserver.invalid/problemas" in text]
    assert refused == []
    held = json.loads((tmp_path / "pergunta.json").read_text("utf-8"))
    assert (held["status"], held["job"]["pergunta"]["tipo"]) == (409, "xa")
    answered = json.loads(next(text for text in said if text.startswith(f'{{"id":"{held["job"]["id"]}"')))
    assert (answered["estado"], answered["pergunta"]) == ("impresso", None)  # the answer waited for it


def _schemathesis(server: PrintServer, tmp_path: Path, *options: str) -> tuple[str, Path]:
    """Run schemathesis with all its checks; return what it says and the file of its events."""
    events = tmp_path / "events.ndjson"
    command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(ROOT / "schemathesis.toml")]
    command += ["run", f"http://127.0.0.1:{server.port}/api/v1/openapi.json", "--checks", "all", "--no-shrink"]
    command += ["-H", f"Authorization: Bearer {server.made['chave']}", "--seed", "1", "--generation-deterministic"]
    command += ["--continue-on-failure", "--report", "ndjson", "--report-ndjson-path", str(events), *options]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=process.LIMIT_S, check=False)
    assert ran.returncode == 0, ran.stdout[-8000:]
    return ran.stdout, events


@pytest.mark.parametrize(
    "options",
    [
        ("--exclude-name", LARGEST, "--phases", "examples,coverage"),
        ("--include-name", LARGEST, "--phases", "examples,fuzzing", "--max-examples", "60"),
    ],
    ids=["all-but-the-print", "the-print"],
)
def test_every_answer_is_one_that_the_description_has(
    server: PrintServer, tmp_path: Path, options: tuple[str, ...]
) -> None:
    said, events = _schemathesis(server, tmp_path, *options)
    assert int(re.search(r"(\d+) generated", said)[1]) > 50  # type: ignore[index]
    english = {text for text in _texts_of_refusals(events) if ENGLISH.search(_without_what_was_sent(text))}
    assert english == set()


def _texts_of_refusals(events: Path) -> set[str]:
    found: set[str] = set()
    for line in events.read_text("utf-8").splitlines():
        scenario = json.loads(line).get("ScenarioFinished")
        for exchange in scenario["recorder"].get("interactions", {}).values() if scenario else ():
            response = exchange["response"] or {}
            content = base64.b64decode((response.get("content") or {}).get("$base64", "") or "")
            if b"printserver.invalid/problemas" in content:
                problem = json.loads(content)
                found |= {problem["detail"], *(item["mensagem"] for item in problem.get("errors", ()))}
    assert found
    return found


def _without_what_was_sent(text: str) -> str:
    """Return a text without what it quotes of the request, and without the names of fields and characters."""
    return re.sub(
        r"x-schemathesis-[\w-]+|'[^']*'|\"[^\"]*\"|“[^”]*”|U\+[0-9A-F]{4,}[A-Z0-9 -]*|^[\w.,/ -]*: ", " ", text
    )
