"""Two ways to send a body: to a render pool and the stamp, or to a served office over HTTP."""

import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "end_to_end"))

from bench.hostile import judge
from bench.hostile.bodies import Body
from printserver.errors import Recusa
from printserver.formats import Formats, example_data, example_values
from printserver.rendering import LayoutRequest, Render, Stamp, apply_stamp

FORMAT = "certidao-corpo"
LIMIT_S, MEMORY_MB = 20.0, 1024
HANG_S = 3 * LIMIT_S


@dataclass(frozen=True, slots=True)
class End:
    """Outcome of a body: accepted, or `refused` with its reason; `fault`: the kind of violation, `wrong`: its text."""

    refused: str = ""
    fault: str = ""
    wrong: str = ""
    pdf: bytes = b""


class Pool(AbstractContextManager["Pool"]):
    """Lays out in the render pool, stamps and judges: a print without database and queue."""

    def __init__(self, processes: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hostile-")
        self._format = Formats(None).get(FORMAT)
        self._values = example_values("certidao")
        self._render = Render(
            Path(self._folder.name),
            processos=processes,
            tempo_limite_s=LIMIT_S,
            memoria_mb=MEMORY_MB,
            cache_mb=200,
            in_use=lambda: set(self._used),
        )
        self._used: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._render.warm_up()

    def __exit__(self, *_: object) -> None:
        self._render.close()
        self._folder.cleanup()

    def send(self, body: Body) -> End:
        """Return the outcome of one body. Thread-safe."""
        asked = LayoutRequest(
            formato=self._format,
            dados=example_data("certidao"),
            corpo=(body.formato, body.conteudo),
            mark_values={"TOTAL": "R$ 95,12"},
            valores=self._values,
        )
        began = time.monotonic()
        try:
            layout = self._render.layout(asked)
        except Recusa as refusal:
            return _slow(began) or End(refused=f"{refusal.word}: {refusal.detail}")
        except Exception as error:
            return End(fault="error", wrong=f"{type(error).__name__}: {error}")
        with self._lock:
            self._used[layout.hash] += 1
        try:
            pdf = apply_stamp(
                layout, self._render.pdf(layout.hash), self._format, Stamp(self._values, titulo="Certidão")
            )
            fault = judge.judge(body, judge.Print(pdf, self._format, layout.boxes))
        except Exception as error:  # in a print the seal would exist already
            return End(fault="unprintable", wrong=f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._used -= Counter([layout.hash])
        return _slow(began) or End(fault="text" if fault else "", wrong=fault, pdf=pdf)


def _slow(began: float) -> End | None:
    spent = time.monotonic() - began
    return End(fault="hang", wrong=f"{spent:.0f} s") if spent > HANG_S else None


class Served(AbstractContextManager["Served"]):
    """Prints over HTTP in a served office, as a legacy program does."""

    def __init__(self) -> None:
        from support.server import PrintServer

        self._folder = tempfile.TemporaryDirectory(prefix="hostile-")
        self._server = PrintServer(Path(self._folder.name) / "servidor").start()
        self._format = Formats(None).get(FORMAT)

    def __exit__(self, *_: object) -> None:
        self._server.destroy()
        self._folder.cleanup()

    def send(self, body: Body) -> End:
        """Return the outcome of one body; only this class finds sealed documents that cannot be printed."""

        import deeds

        post = deeds.certidao({"formato": body.formato, "conteudo": body.conteudo}, formato=FORMAT)
        began = time.monotonic()
        try:
            answer = self._server.client.print(post)
            if answer.status != 202:
                fault = "error" if answer.status >= 500 and answer.word != "servidor-ocupado" else ""
                said = f"{answer.word}: {answer.json.get('detail', '')}"
                return End(refused=said, fault=fault, wrong=said if fault else "")
            job = self._server.client.ended(answer.job["id"], HANG_S)
        except TimeoutError as error:
            return End(fault="hang", wrong=str(error))
        if job["estado"] not in ("impresso", "entregue"):
            return End(fault="unprintable", wrong=f"{job['estado']}: {_why(job)}")
        return self._judged(body, job, began)

    def _judged(self, body: Body, job: dict[str, Any], began: float) -> End:
        try:
            pdf = self._server.client.pdf(job["id"])
            fault = judge.judge(body, judge.Print(pdf, self._format, ()))
        except Exception as error:
            return End(fault="unprintable", wrong=f"{type(error).__name__}: {error}")
        if body.pdf is not None and " gained " in fault:
            fault = ""  # the answer does not contain the position of the seal block
        return _slow(began) or End(fault="text" if fault else "", wrong=fault, pdf=pdf)


def _why(job: dict[str, Any]) -> str:
    return str(job.get("motivo") or job["historico"][-1:])
