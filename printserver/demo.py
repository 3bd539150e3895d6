"""The demonstration: an office, its server, and one print of each document as a legacy program sends it.

It speaks to the server through HTTP alone. It never prints in an office that it did not make itself.
"""

import http.client
import json
import secrets
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import click

from printserver import instance
from printserver.clock import local_date, system_clock
from printserver.errors import ConfigError
from printserver.processes import die_with_parent

HOST: Final = "127.0.0.1"
CREDENTIALS: Final = "demonstracao.json"
LOG: Final = "demonstracao.log"

_DATA: Final = Path(__file__).parent / "demo_data"
_START_S: Final = 60.0
_WAIT_S: Final = 30  # for a job to reach its queue: the most that the contract lets a call wait
_FOLHAS_DO_LIVRO: Final = 300


def run_demo(folder: Path, port: int, *, stay: bool) -> int:
    """Run the demonstration in the office of `folder`, on `port` of this machine; return the exit status.

    `stay`: the server stays up until Ctrl-C. The status is not 0 where a document came out otherwise than it should.
    Raises `ConfigError` (Portuguese) where the office is not a demonstration's, the port is taken, or the server does
    not start.
    """
    _refuse_taken_port(port)
    login = _office(folder)
    try:
        with _server(folder, port) as server:
            url = f"http://{HOST}:{port}"
            _wait_ready(server, folder, port)
            outcomes = _print_one_of_each(_Legacy(port, login["chave"]), folder)
            click.echo(_table(outcomes))
            for outcome in outcomes:
                if outcome.job.get("pergunta"):
                    click.echo("\n" + click.wrap_text(f"Pergunta em aberto: {outcome.job['pergunta']['texto']}", 118))
            click.echo(f"\nCada PDF: {folder / 'saida' / instance.FIRST_QUEUE}/JOB.pdf")
            click.echo(f"Telas: {url}   usuário: {login['usuario']}   senha: {login['senha']}")
            click.echo(f"API:   {url}/api/v1   chave: {login['chave']}")
            wrong = [fault for outcome in outcomes for fault in outcome.faults]
            for fault in wrong:
                click.echo(f"ERRADO: {fault}", err=True)
            if stay:
                click.echo("\nNo ar até Ctrl-C.")
                server.wait()
                raise ConfigError(f"o servidor terminou sozinho:\n{_end_of_log(folder)}")
            return 1 if wrong else 0
    except KeyboardInterrupt:
        click.echo("\nEncerrado.")
        return 0


# -- the office and its server ----------------------------------------------------------------------------------------


def _office(folder: Path) -> dict[str, str]:
    """Make the office if there is none; return its login and key, which a file of the user's alone keeps."""
    kept = folder / CREDENTIALS
    if kept.exists():
        login: dict[str, str] = json.loads(kept.read_text("utf-8"))
        return login
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} não foi criada pela demonstração, e ela não imprime em serventia alheia: escolha outra pasta"
        )
    made = instance.criar(folder, system_clock())
    login = {"usuario": made.usuario, "senha": made.senha, "chave": made.chave}
    instance.write_private(kept, json.dumps(login, indent=2))
    click.echo(f"Serventia de demonstração criada em {folder}.")
    return login


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"a porta {port} não pode ser usada ({error.strerror}):"
                " encerre o programa que a ocupa, ou dê outra em --port"
            ) from error


@contextmanager
def _server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve the office while the block runs; the server ends with it, and with this process however that ends."""
    command = [sys.executable, "-c", "from printserver.cli import main; main()"]
    command += ["serve", "--instance", str(folder), "--host", HOST, "--port", str(port)]
    previous = signal.signal(signal.SIGTERM, _interrupt)
    with (folder / LOG).open("wb") as log:
        server = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours: we end it in good order
            preexec_fn=die_with_parent,
        )
        try:
            yield server
        finally:
            server.terminate()
            server.wait()
            signal.signal(signal.SIGTERM, previous)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_ready(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    end = time.monotonic() + _START_S
    while server.poll() is None and time.monotonic() < end:
        try:
            if _Legacy(port, "").call("GET", "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise ConfigError(f"o servidor não entrou no ar:\n{_end_of_log(folder)}")


def _end_of_log(folder: Path) -> str:
    text = (folder / LOG).read_text("utf-8", "replace")
    return "\n".join(text.splitlines()[-15:])


# -- the legacy program -----------------------------------------------------------------------------------------------


class _Legacy:
    """The notary program: posts JSON, one key for each press of the button."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, press: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Return status and JSON answer. Raises OSError where nobody answers."""
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        if press is not None:
            headers["Idempotency-Key"] = press
        connection = http.client.HTTPConnection(HOST, self._port, timeout=_WAIT_S + 30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def print(self, documento: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Press the button once, and wait until the document is at its queue."""
        body = {"documento": documento, "escrevente": "admin"}
        return self.call("POST", f"/api/v1/jobs?espera={_WAIT_S}", body, press=secrets.token_hex(16))

    def next_folha(self, livro: str) -> tuple[str, int]:
        """Return livro and folha after the last one that was printed here."""
        _, answer = self.call("GET", "/api/v1/jobs?tipo=livro")
        for job in answer.get("itens", []):
            last = job["documento"]
            if job["selos"] and last["folha_final"]:
                folha = int(last["folha_final"]) + 1
                full = folha > _FOLHAS_DO_LIVRO - 10  # no deed of the demonstration is longer
                return (f"{int(last['livro']) + 1:04d}", 1) if full else (last["livro"], folha)
        return livro, 1


@dataclass(slots=True)
class _Outcome:
    """One document of the demonstration: the job it became, the time until the answer came, what is wrong with it."""

    name: str
    job: dict[str, Any]
    seconds: float = 0.0
    qr: str = "—"
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(f"{self.name}: {what}")


def _print_one_of_each(legacy: _Legacy, folder: Path) -> list[_Outcome]:
    data = tomllib.loads((_DATA / "demonstracao.toml").read_text("utf-8"))
    number = time.strftime("%m%d%H%M%S")  # new at each run
    deed = _instrumento(data["escritura"], number, *legacy.next_folha(data["escritura"]["livro"]))
    reference = {"id": deed["id"]}
    livro = {"tipo": "livro", "instrumento": deed}
    year = local_date(system_clock()).year
    certidao = {"tipo": "certidao", "pedido": f"{year}/{number}", "corpo": _text("certidao.txt")} | data["certidao"]
    outcomes = [
        _printed(legacy, folder, "Minuta", {"tipo": "minuta", "instrumento": deed}, seals=0),
        printed_livro := _printed(legacy, folder, "Livro", livro, seals=2),
        first := _printed(
            legacy, folder, "Traslado 1", {"tipo": "traslado", "numero": 1, "instrumento": reference}, seals=1
        ),
        _printed(legacy, folder, "Traslado 2", {"tipo": "traslado", "numero": 2, "instrumento": reference}, seals=1),
        _printed(legacy, folder, "Certidão", certidao, seals=1),
        _ficha(legacy, folder, {"tipo": "ficha_abertura", "ficha": number, "pessoa": data["ficha"]["pessoa"]}),
        _reprint(legacy, livro),
    ]
    principal = next((selo["codigo"] for selo in printed_livro.job.get("selos", []) if selo["principal"]), None)
    for outcome in outcomes:
        outcome.qr = _whose_qr(outcome.job, principal)
    first.expect(first.qr == _OF_THE_LIVRO, "o QR do traslado 1 não é o do ato principal do livro")
    return outcomes


def _instrumento(data: Mapping[str, Any], number: str, livro: str, folha: int) -> dict[str, Any]:
    today = local_date(system_clock())
    return {
        "id": f"P-{today.year}-{number}",
        "livro": livro,
        "folha_inicial": f"{folha:03d}",
        "data": today.isoformat(),
        "titulo": data["titulo"],
        "partes": data["partes"],
        "atos": data["atos"],
        "corpo": {"formato": "html", "conteudo": (_DATA / "escritura.html").read_text("utf-8")},
    }


def _text(name: str) -> dict[str, str]:
    return {"formato": "texto", "conteudo": (_DATA / name).read_text("utf-8")}


def _printed(legacy: _Legacy, folder: Path, name: str, documento: Mapping[str, Any], *, seals: int) -> _Outcome:
    start = time.monotonic()
    status, answer = legacy.print(documento)
    if status != 202:
        return _Outcome(name, {}, faults=[f"{name}: {status} {answer.get('detail', answer)}"])
    return _checked(_Outcome(name, answer, time.monotonic() - start), folder, seals)


def _ficha(legacy: _Legacy, folder: Path, documento: Mapping[str, Any]) -> _Outcome:
    """Print the ficha: it waits for the escrevente's word on the seal, which is given over the API (N9)."""
    name = "Ficha de abertura"
    status, answer = legacy.print(documento)
    if status != 409 or "job" not in answer:
        return _Outcome(name, answer if status == 202 else {}, faults=[f"{name}: não perguntou pelo selo ({status})"])
    path = f"/api/v1/jobs/{answer['job']['id']}"
    start = time.monotonic()
    status, answer = legacy.call("POST", f"{path}/selo", {"gerar": True, "escrevente": "admin"})
    if status != 200:
        return _Outcome(name, {}, faults=[f"{name}: {status} {answer.get('detail', answer)}"])
    _, job = legacy.call("GET", f"{path}?espera={_WAIT_S}")
    return _checked(_Outcome(name, job, time.monotonic() - start), folder, 1)


def _reprint(legacy: _Legacy, livro: Mapping[str, Any]) -> _Outcome:
    """Press the button for the livro again: the print stops with the question of XA (X1)."""
    start = time.monotonic()
    status, answer = legacy.print(livro)
    job = answer.get("job", {}) if status == 409 else answer
    outcome = _Outcome("Livro, de novo", job, time.monotonic() - start)
    outcome.expect(
        status == 409 and outcome.job.get("estado") == "aguardando_xa", f"não parou com a pergunta ({status})"
    )
    return outcome


def _checked(outcome: _Outcome, folder: Path, seals: int) -> _Outcome:
    job = outcome.job
    outcome.expect(job["estado"] == "impresso", f"ficou em {job['estado']}")
    outcome.expect(len(job["selos"]) == seals, f"{len(job['selos'])} selos, e não {seals}")
    pdf = folder / "saida" / instance.FIRST_QUEUE / f"{job['id']}.pdf"
    outcome.expect(pdf.is_file() and pdf.read_bytes().startswith(b"%PDF-"), f"não há PDF em {pdf}")
    return outcome


# -- the table --------------------------------------------------------------------------------------------------------

_OF_THE_LIVRO: Final = "ato principal do livro"
_HEAD: Final = ("Documento", "Estado", "Em", "Páginas", "Selos", "QR", "Job")


def _whose_qr(job: Mapping[str, Any], principal: str | None) -> str:
    shown = (job.get("qr") or {}).get("selo")
    if shown is None:
        return "—"
    if shown in [selo["codigo"] for selo in job["selos"]]:
        return "o próprio selo"
    return _OF_THE_LIVRO if shown == principal else shown


def _table(outcomes: Sequence[_Outcome]) -> str:
    """Return the outcomes as lines of aligned columns."""
    rows = [_HEAD]
    for outcome in outcomes:
        job = outcome.job
        codes = [_seal(selo, len(job["selos"]) > 1) for selo in job.get("selos", [])] or ["—"]
        about = (job.get("estado", "recusado"), f"{outcome.seconds:.2f} s", str(job.get("paginas") or "—"))
        rows.append((outcome.name, *about, codes[0], outcome.qr, job.get("id", "—")))
        rows += [("", "", "", "", code, "", "") for code in codes[1:]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(["", *lines])


def _seal(selo: Mapping[str, Any], several: bool) -> str:
    return f"{selo['codigo']} (principal)" if several and selo["principal"] else str(selo["codigo"])
