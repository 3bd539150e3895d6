"""From the bundle to the first demonstration print on a bare Debian 12, with systemd: how long it takes.

`python -m bench.operations.first_print BUNDLE.tar [--system FOLDER]`, as root. FOLDER: a bare system made before.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

from bench.operations import bare

BODY = {"formato": "texto", "conteudo": "CERTIFICO que, revendo os livros desta serventia, nada consta."}
DOCUMENT = {"tipo": "certidao", "via": 1, "servico": "certidao-notas", "corpo": BODY}


def main() -> None:
    """Measure, and show the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--system", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bare-") as work:
        root = Path(work) / "root"
        bare.make(root, chosen.system)
        with bare.booted(root) as system:
            measure(system, chosen.bundle)


def measure(system: bare.System, bundle: Path) -> None:
    """Install, print, reboot the server, and install again."""
    target = system.root / "root/bundle.tar"
    target.write_bytes(bundle.read_bytes())
    began = time.monotonic()
    system.run("tar", "xf", "/root/bundle.tar", "-C", "/root")
    folder = bundle.name.removesuffix(".tar")
    answers = ("--demonstracao", "--nome", "Cartório de Prova", "--impressora", "nenhuma", "--copias", "nenhuma")
    told = system.run(f"/root/{folder}/install", *answers, "--iniciar").stdout
    installed = time.monotonic()
    print(told)
    key = told.partition("chave:")[2].split()[0]
    print_one(system, key, "1")
    printed = time.monotonic()
    print(f"from the bundle to the office: {installed - began:.0f} s; to the first print: {printed - began:.0f} s")
    unit = "printserver@demonstracao.service"
    print(system.run("systemctl", "status", "--no-pager", "-n", "0", unit).stdout)
    print(system.run("systemd-analyze", "security", "--no-pager", unit).stdout.splitlines()[-1])
    again = system.run(f"/root/{folder}/install", "--iniciar").stdout
    print(f"installed again: {again}")
    system.run("systemctl", "start", "printserver-confere@demonstracao.service")
    print("the check of the log under its unit: done")


def print_one(system: bare.System, key: str, number: str) -> None:
    """Print a certidão over the API; raise unless it came out."""
    body = json.dumps({"escrevente": "admin", "documento": DOCUMENT | {"pedido": number}})
    curl = ("curl", "-sS", "http://127.0.0.1:8631/api/v1/jobs?espera=20", "-H", f"Authorization: Bearer {key}")
    curl += ("-H", "Content-Type: application/json", "-H", f"Idempotency-Key: first-{number}", "-d", body)
    job = json.loads(system.run(*curl).stdout)
    found = job.get("job", job)
    if found.get("estado") != "impresso":
        raise RuntimeError(job)


if __name__ == "__main__":
    main()
