"""The demonstration's prints: a legacy program that sends one document of each type, and the results.

It uses the server only through HTTP.
"""

import http.client
import json
import secrets
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from printserver.clock import local_date, system_clock
from printserver.common.data import JsonObject, JsonView
from printserver.office import create

HOST: Final = "127.0.0.1"

_DATA: Final = Path(__file__).parent / "data"
_FIRST: Final = "Traslado 1"
_REPORTED: Final = "comunicado"
_WAIT_S: Final = 30  # for a job to reach its queue; the maximum of `espera`
_REPORT_S: Final = 30.0  # for the court to receive all seals
_FOLHAS_DO_LIVRO: Final = 300


class Legacy:
    """The notary program: posts JSON, with one idempotency key per press of the button."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._key = key

    def call(
        self, method: str, path: str, body: JsonView | None = None, *, press: str | None = None
    ) -> tuple[int, JsonObject]:
        """Return status and JSON answer. Raises OSError if there is no answer."""
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

    def print(self, document: JsonView) -> tuple[int, JsonObject]:
        """Press the button once, and wait until the document is at its queue."""
        body = {"documento": document, "escrevente": "admin"}
        return self.call("POST", f"/api/v1/jobs?espera={_WAIT_S}", body, press=secrets.token_hex(16))

    def next_folha(self, livro: str) -> tuple[str, int]:
        """Return livro and folha after the last printed ones."""
        _, answer = self.call("GET", "/api/v1/jobs?tipo=livro")
        for job in answer.get("itens", []):
            last = job["documento"]
            if job["selos"] and last["folha_final"]:
                folha = int(last["folha_final"]) + 1
                full = folha > _FOLHAS_DO_LIVRO - 10  # longer than any deed of the demonstration
                return (f"{int(last['livro']) + 1:04d}", 1) if full else (last["livro"], folha)
        return livro, 1


@dataclass(slots=True)
class Outcome:
    """Result of one document: its job, the time until the answer, its faults."""

    name: str
    job: JsonObject
    seconds: float = 0.0
    qr: str = "—"
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(f"{self.name}: {what}")


def print_one_of_each(legacy: Legacy, folder: Path) -> list[Outcome]:
    data = tomllib.loads((_DATA / "demonstracao.toml").read_text("utf-8"))
    number = time.strftime("%m%d%H%M%S")  # unique per run
    deed = _instrumento(data["escritura"], number, *legacy.next_folha(data["escritura"]["livro"]))
    reference = {"id": deed["id"]}
    livro = {"tipo": "livro", "instrumento": deed}
    year = local_date(system_clock()).year
    certidao = {"tipo": "certidao", "pedido": f"{year}/{number}", "corpo": _text("certidao.txt")} | data["certidao"]
    outcomes = [
        printed(legacy, folder, "Minuta", {"tipo": "minuta", "instrumento": deed}, seals=0),
        printed_livro := printed(legacy, folder, "Livro", livro, seals=2),
        first := printed(legacy, folder, _FIRST, {"tipo": "traslado", "numero": 1, "instrumento": reference}, seals=1),
        printed(legacy, folder, "Traslado 2", {"tipo": "traslado", "numero": 2, "instrumento": reference}, seals=1),
        printed(legacy, folder, "Certidão", certidao, seals=1),
        _ficha(legacy, folder, {"tipo": "ficha_abertura", "ficha": number, "pessoa": data["ficha"]["pessoa"]}),
        _reprint(legacy, livro),
    ]
    principal = next((selo["codigo"] for selo in printed_livro.job.get("selos", []) if selo["principal"]), None)
    for outcome in outcomes:
        outcome.qr = whose_qr(outcome.job, principal)
    first.expect(first.qr == _OF_THE_LIVRO, "o QR do traslado 1 não é o do ato principal do livro")
    return outcomes


def _instrumento(data: JsonView, number: str, livro: str, folha: int) -> JsonObject:
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


def printed(legacy: Legacy, folder: Path, name: str, document: JsonView, *, seals: int) -> Outcome:
    """Print a document that must be taken, with so many seals."""
    start = time.monotonic()
    status, answer = legacy.print(document)
    if status != 202:
        return Outcome(name, {}, faults=[f"{name}: {status} {answer.get('detail', answer)}"])
    return _checked(Outcome(name, answer, time.monotonic() - start), folder, seals)


def _ficha(legacy: Legacy, folder: Path, document: JsonView) -> Outcome:
    """Print the ficha, and answer its question about the seal over the API (N9)."""
    name = "Ficha de abertura"
    status, answer = legacy.print(document)
    if status != 409 or "job" not in answer:
        return Outcome(name, answer if status == 202 else {}, faults=[f"{name}: não perguntou pelo selo ({status})"])
    path = f"/api/v1/jobs/{answer['job']['id']}"
    start = time.monotonic()
    status, answer = legacy.call("POST", f"{path}/selo", {"gerar": True, "escrevente": "admin"})
    if status != 200:
        return Outcome(name, {}, faults=[f"{name}: {status} {answer.get('detail', answer)}"])
    _, job = legacy.call("GET", f"{path}?espera={_WAIT_S}")
    return _checked(Outcome(name, job, time.monotonic() - start), folder, 1)


def _reprint(legacy: Legacy, livro: JsonView) -> Outcome:
    """Print the livro again: the job stops with the XA question (X1)."""
    start = time.monotonic()
    status, answer = legacy.print(livro)
    job = answer.get("job", {}) if status == 409 else answer
    outcome = Outcome("Livro, de novo", job, time.monotonic() - start)
    outcome.expect(
        status == 409 and outcome.job.get("estado") == "aguardando_xa", f"não parou com a pergunta ({status})"
    )
    return outcome


def wait_reported(legacy: Legacy, outcomes: Sequence[Outcome]) -> None:
    """Wait until the court has every seal, and store the final state of each job's seals (T1, T3)."""
    end = time.monotonic() + _REPORT_S
    for outcome in outcomes:
        while any(selo["estado"] != _REPORTED for selo in outcome.job.get("selos", [])) and time.monotonic() < end:
            time.sleep(0.1)
            outcome.job = legacy.call("GET", f"/api/v1/jobs/{outcome.job['id']}")[1]
        for selo in outcome.job.get("selos", []):
            outcome.expect(selo["estado"] == _REPORTED, f"selo {selo['codigo']} em {selo['estado']}")


def look_up(outcomes: Sequence[Outcome], court: str) -> str | None:
    """Return the URL of the QR of traslado 1, at the simulated court (N3, S5); None if it has no QR."""
    qr = next((outcome.job.get("qr") for outcome in outcomes if outcome.name == _FIRST), None)
    return f"{court}/?{qr['url'].partition('?')[2]}" if qr else None


def _checked(outcome: Outcome, folder: Path, seals: int) -> Outcome:
    job = outcome.job
    outcome.expect(job["estado"] == "impresso", f"ficou em {job['estado']}")
    outcome.expect(len(job["selos"]) == seals, f"{len(job['selos'])} selos, e não {seals}")
    pdf = folder / "saida" / create.FIRST_QUEUE / f"{job['id']}.pdf"
    outcome.expect(pdf.is_file() and pdf.read_bytes().startswith(b"%PDF-"), f"não há PDF em {pdf}")
    return outcome


# -- the table --------------------------------------------------------------------------------------------------------

_OF_THE_LIVRO: Final = "ato principal do livro"
_HEAD: Final = ("Documento", "Estado", "Em", "Páginas", "Selos", "No tribunal", "QR", "Job")


def whose_qr(job: JsonView, principal: str | None = None) -> str:
    """Return whose QR a print shows, in words."""
    shown = (job.get("qr") or {}).get("selo")
    if shown is None:
        return "—"
    if shown in [selo["codigo"] for selo in job["selos"]]:
        return "o próprio selo"
    return _OF_THE_LIVRO if shown == principal else shown


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as lines of aligned columns."""
    rows = [_HEAD]
    for outcome in outcomes:
        job = outcome.job
        codes = [_seal(selo, len(job["selos"]) > 1) for selo in job.get("selos", [])] or [("—", "—")]
        about = (job.get("estado", "recusado"), f"{outcome.seconds:.2f} s", str(job.get("paginas") or "—"))
        rows.append((outcome.name, *about, *codes[0], outcome.qr, job.get("id", "—")))
        rows += [("", "", "", "", *code, "", "") for code in codes[1:]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(["", *lines])


def _seal(selo: JsonView, several: bool) -> tuple[str, str]:
    code = f"{selo['codigo']} (principal)" if several and selo["principal"] else str(selo["codigo"])
    return code, str(selo["estado"])
