"""`python -m bench.screens`: measures the screens of an office with a million seals and 200,000 prints.

Over HTTP, by a person who is logged in: milliseconds until the whole answer, and its size on the wire. Aims at p95:
a screen within 150 ms, a poll that finds nothing new within 5 ms; a screen within 20 kB when the browser has the files,
all within 200 kB when it has not.
"""

import argparse
import gzip
import http.client
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode

import sqlalchemy as sa

from bench import deed as deeds
from bench import lookup, lookup_rows, machine, office, postgres, requests
from bench.client import Client
from bench.report import percentile, table
from bench.server import HOST, Server, serve
from printserver import db
from printserver.office import Office

_SCREEN_MS, _POLL_MS, _WARM_KB, _COLD_KB = 150, 5, 20, 200
_PER_DAY: Final = 140  # prints, as many for each five seals as `lookup_rows` has
_LIVE: Final = re.compile(r'hx-get="([^"]*marca=[^"]*)"')
_FILES: Final = re.compile(r'(?:href|src)="(/estatico/[^"]+)"')


def main() -> None:
    """Measure and print the table; exit status 1 if an aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.screens", description=__doc__)
    parser.add_argument("--seals", type=int, default=1_000_000)
    parser.add_argument("--prints", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=40, help="requests of each line")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program", file=sys.stderr)
    print(
        f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}, {asked.database}: {asked.seals:,} seals,",
        end="",
    )
    print(f" {asked.prints:,} prints")
    with _served(asked) as (server, paths):
        held = _measure(server, paths, asked.times)
    sys.exit(0 if held else 1)


@contextmanager
def _served(asked: argparse.Namespace) -> Iterator[tuple[Server, list[str]]]:
    """Give a served office with the rows, and the paths of its screens."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, postgres.chosen(asked.database) as url:
        made = office.make(Path(folder) / "office", url)
        with serve(made) as server:
            client = Client(server)
            client.post(requests.livro(deeds.make(1)))
            client.close()
            server.wait_delivered(1)
        with office.opened(made) as opened:
            job, code = _fill(opened, asked.seals, asked.prints)
        with serve(made) as server:
            yield server, _paths(job, code)


def _paths(job: str, code: str) -> list[str]:
    month = "de=2024-03-01&ate=2024-03-31"
    return [
        *(
            "/",
            "/impressoes",
            "/impressoes?de=2025-03-03&ate=2025-03-03",
            "/impressoes?texto=prado",
            f"/trabalhos/{job}",
        ),
        *(f"/trabalhos/{job}/folhas",),
        *("/selos", f"/selos?{month}", f"/selos/{code}", f"/selos/{code}/retificar", f"/selos/totais?{month}"),
        *("/balcao", "/balcao/conferencia", "/tribunal", "/tribunal?ver=recusados", "/papel", "/assinaturas"),
        *("/gratuidades", "/central", "/procurar?q=prado", "/papel/mes", "/certidoes", "/conta"),
        *("/auditoria", "/auditoria?excecoes=sim", "/auditoria/conferir", "/correicao?q=prado"),
    ]


def _fill(opened: Office, seals: int, prints: int) -> tuple[str, str]:
    """Multiply the one print, and put in the seals. Return the print's id and the code of a seal of it."""
    lookup.put(opened.db, lookup_rows.rows(seals, prints))
    first = datetime.now(UTC) - timedelta(days=prints // _PER_DAY)
    with opened.db.write() as conn:
        (job, documento, instrumento) = (
            dict(conn.execute(sa.select(each).limit(1)).mappings().one())
            for each in (db.job, db.documento, db.instrumento)
        )
        for start in range(0, prints, 5000):
            numbers = range(start, min(start + 5000, prints))
            conn.execute(
                sa.insert(db.instrumento),
                [instrumento | {"id": 10 + n, "chave": f"P-{n:07}", "matricula": None} for n in numbers],
            )
            conn.execute(
                sa.insert(db.documento),
                [documento | {"id": 10 + n, "instrumento_id": 10 + n, "chave": f"livro:{n}"} for n in numbers],
            )
            conn.execute(sa.insert(db.job), [_print(job, n, first) for n in numbers])
        code = conn.execute(sa.select(db.selo.c.codigo).where(db.selo.c.job_id == job["id"]).limit(1))
        return job["id"], str(code.scalar_one())


def _print(job: dict[str, Any], n: int, first: datetime) -> dict[str, Any]:
    place = {"livro": str(n // 100 + 1), "folha_inicial": str(2 * n % 200 + 1)}
    fields = job["campos"] | {"instrumento": f"P-{n:07}", **place}
    return {name: value for name, value in job.items() if name != "n"} | {
        "id": lookup_rows.job_id(n),
        "documento_id": 10 + n,
        "instrumento_id": 10 + n,
        "campos": fields,
        "livro": fields["livro"],
        "folha": fields["folha_inicial"],
        "criado_em": first + timedelta(days=n // _PER_DAY, minutes=n % _PER_DAY),
    }


class Person:
    """A person who is logged in, with one connection."""

    def __init__(self, server: Server) -> None:
        self._http = http.client.HTTPConnection(HOST, server.port, timeout=120)
        self._cookies: SimpleCookie = SimpleCookie()
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/entrar")[2])
        if token is None:
            raise RuntimeError("no login page")
        form = {"csrf_token": token[1], "usuario": office.HEAD, "senha": server.office.password}
        self.send("POST", "/entrar", urlencode(form))

    def get(self, path: str) -> tuple[float, int, str]:
        """Return milliseconds, bytes on the wire, and the text. Raises RuntimeError for an error page."""
        return self.send("GET", path)

    def send(self, method: str, path: str, body: str | None = None) -> tuple[float, int, str]:
        """Return what `get` does, of any method; `body` is an encoded form."""
        headers = {"Accept-Encoding": "gzip", "Cookie": "; ".join(f"{k}={v.value}" for k, v in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if "/vivo" in path:
            headers["HX-Request"] = "true"
        start = time.perf_counter()
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        sent = answer.read()
        spent = (time.perf_counter() - start) * 1000
        for each in answer.headers.get_all("Set-Cookie") or []:
            self._cookies.load(each)
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {answer.status}")
        text = gzip.decompress(sent) if answer.headers.get("Content-Encoding") == "gzip" else sent
        return spent, len(sent), text.decode("utf-8", "replace")


def _measure(server: Server, paths: list[str], times: int) -> bool:
    person, lines, held = Person(server), [], True
    for path in paths:
        spent, size, text = _several(person, path, times)
        p95 = percentile(spent, 0.95)
        good = p95 <= _SCREEN_MS and size <= _WARM_KB * 1000
        held = held and good
        lines.append(
            (path, f"{median(spent):.1f}", f"{p95:.1f}", f"{size / 1000:.1f}", "held" if good else "**missed**")
        )
        if path == "/":
            cold = size + sum(person.get(unescape(each))[1] for each in _FILES.findall(text))
            held = held and cold <= _COLD_KB * 1000
            lines.append(("/ with all its files", "", "", f"{cold / 1000:.1f}", f"≤ {_COLD_KB} kB"))
        for poll in dict.fromkeys(map(unescape, _LIVE.findall(text))):
            held = _poll(person, poll, times, lines) and held
    print(table(("screen or poll", "p50 ms", "p95 ms", "kB", "aim"), lines))
    return held


def _poll(person: Person, path: str, times: int, lines: list[tuple[str, ...]]) -> bool:
    named = "poll " + path.partition("?")[0]
    if any(line[0] == named for line in lines):
        return True
    spent, size, _text = _several(person, path, times)
    good = percentile(spent, 0.95) <= _POLL_MS
    state = "held" if good else "**missed**"
    lines.append((named, f"{median(spent):.1f}", f"{percentile(spent, 0.95):.1f}", f"{size / 1000:.1f}", state))
    return good


def _several(person: Person, path: str, times: int) -> tuple[list[float], int, str]:
    person.get(path)  # the first fills the caches, as the first person of the morning does
    answers = [person.get(path) for _ in range(times)]
    return [each[0] for each in answers], answers[-1][1], answers[-1][2]


if __name__ == "__main__":
    main()
