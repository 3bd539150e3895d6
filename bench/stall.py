"""`python -m bench.stall`: measures how long one hostile request delays other requests.

Sends hostile requests to a served office, one after another. Meanwhile one client requests `/healthz` and another posts
a small minuta, each as fast as it is answered. Shows for each request its answer and the longest wait of both. Aim:
`/healthz` under 0.2 s. Each request is sent in several rounds and the minimum of the longest waits counts: delays by
the request occur in every round, delays by other load do not.
"""

import argparse
import base64
import http.client
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from bench import machine, office, report
from bench.server import HOST, Server, serve

AIM_S = 0.2
MB = 1024 * 1024
FULL = 24 * MB - 64
_DAY = "2026-11-20"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A request designed to take long."""

    name: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    screen: bool = False
    """Sent as a form by a signed-in person."""


def json_shapes() -> Iterator[Hostile]:
    """Yield JSON of difficult shapes, up to the size limit; it is parsed completely before any field is read."""
    shapes = {
        "a string that is not closed, escaped quotes, commas": b'"' + b'\\"' * 2000 + b"," * 200_001,
        "12 M escaped quotes, not closed": b'["' + b'\\"' * (FULL // 2),
        "12 M empty strings without commas": b"[" + b'""' * (FULL // 2),
        "12 M escaped line ends": b'{"a":"' + b"\\n" * (FULL // 2) + b'"}',
        "1.99 M escapes and 20 M commas in a string": b'{"a":"' + b"\\n" * 1_990_000 + b"," * (20 * MB) + b'"}',
        "4 M \\u escapes": b'{"a":"' + b"\\u00e3" * (FULL // 6) + b'"}',
        "a string of 24 MB": b'{"a":"' + b"QUJD" * (FULL // 4) + b'"}',
        "two bytes a letter, 24 MB": b'{"a":"' + "ã".encode() * (FULL // 2) + b'"}',
        "four bytes a letter, 24 MB": b'{"a":"' + "😀".encode() * (FULL // 4) + b'"}',
        "199,000 names": json.dumps({f"k{n}": n for n in range(199_000)}).encode(),
        "199,000 times one name": b"{" + b",".join([b'"a":1'] * 199_000) + b"}",
        "24 MB of blanks": b"[" + b" " * FULL + b"]",
        "a number of 24 M digits": b"[" + b"1" * FULL + b"]",
        "a fraction of 24 M digits": b"[1." + b"1" * FULL + b"]",
        "an exponent of 24 M digits": b"[1e" + b"1" * FULL + b"]",
        "199,000 long numbers": b"[" + b",".join([b"1" * 100] * 199_000) + b"]",
        "199,999 open lists": b"[" * 199_999,
        "24 M open lists": b"[" * FULL,
        "brackets and commas in a string": b'["' + b"[,{" * (FULL // 3) + b'"]',
        "200,000 empty objects": b"[" + b"{}," * 199_998 + b"{}]",
        "100,000 nested pairs": b"[" + b"[[]]," * 66_000 + b"[]]",
        "not UTF-8 at the end": b'"' + b"a" * FULL + b'\xff"',
        "NUL in the last of 199,000 strings": b"[" + b'"a",' * 199_000 + b'"\\u0000"]',
        "half a character in the last of 199,000": b"[" + b'"a",' * 199_000 + b'"\\ud800"]',
    }
    return (Hostile(name, "/api/v1/jobs", shape) for name, shape in shapes.items())


def _deed(**more: Any) -> dict[str, Any]:
    return {
        "id": "P-1",
        "livro": "1",
        "folha_inicial": "1",
        "partes": [{"nome": "Ana Prado"}],
        "atos": [{"ato": "ES", "isento": True, "motivo_isencao": "Gratuidade"}],
        "corpo": {"formato": "texto", "conteudo": "Saibam."},
    } | more


def _job(kind: str = "livro", **instrumento: Any) -> dict[str, Any]:
    return {"documento": {"tipo": kind, "instrumento": _deed(**instrumento)}, "escrevente": office.CLERK}


_TEXTS = {
    "letters": "a" * (FULL - 1000),
    "blanks": " " * (FULL - 1000),
    "ã": "ã" * (FULL // 2 - 1000),
    "combining marks": "a" + "\u0301" * (FULL // 2 - 1000),
    "marks in pieces": ("a" + "\u0301\u0327" * 2) * (FULL // 9 - 1000),
    "U+200B": "\u200b" * (FULL // 3 - 1000),
    "U+202E": "\u202e" * (FULL // 3 - 1000),
    "digits": "1" * (FULL - 1000),
    "zeros": "0" * (FULL - 1000),
    "commas": "1," * (FULL // 2 - 1000),
    "letters without a glyph": "漢" * (FULL // 3 - 1000),
}


def long_fields() -> Iterator[Hostile]:
    """Yield prints with each kind of text in each kind of field and in the document's body."""
    for kind, text in _TEXTS.items():
        jobs: dict[str, dict[str, Any]] = {
            "id": _job(id=text),
            "titulo": _job(titulo=text),
            "a name": _job(partes=[{"nome": text}]),
            "folha": _job(folha_inicial=text),
            "data": _job(data=text),
            "fees": _job(atos=[{"ato": "ES", "emolumentos": {"tabeliao": text}}]),
            "the escrevente": _job() | {"escrevente": text},
            "paginas": {"documento": {"tipo": "minuta", "instrumento": _deed(), "paginas": text}, "escrevente": "x"},
            "an unknown field": _job() | {"x": text},
            "a field's name": _job() | {text: 1},
            "tipo": _job(text),
        }
        for place, job in jobs.items():
            yield _post(f"{kind}, in {place}", "/api/v1/jobs", job)
    for kind, text in _TEXTS.items():
        for page_format in ("texto", "html", "pdf", "rtf"):
            job = _job(corpo={"formato": page_format, "conteudo": text})
            yield _post(f"{kind}, as a body in {page_format}", "/api/v1/jobs", job)


def many() -> Iterator[Hostile]:
    """Yield requests with many elements."""
    person = {"nome": "Ana Lúcia Prado", "documento": "CPF 111.444.777-35", "qualidade": "Outorgante"}
    short = "Ana\u00adLúcia"
    yield _post("1,000 parties", "/api/v1/jobs", _job(partes=[person] * 1000))
    yield _post("49,000 parties", "/api/v1/jobs", _job(partes=[person] * 49_000))
    yield _post("66,000 parties, an invisible letter each", "/api/v1/jobs", _job(partes=[{"nome": short}] * 66_000))
    yield _post("200 atos", "/api/v1/jobs", _job(atos=_deed()["atos"] * 200))
    yield _post("49,000 atos", "/api/v1/jobs", _job(atos=_deed()["atos"] * 49_000))
    yield _post("190,000 unknown fields", "/api/v1/jobs", _job() | {f"x{n}": n for n in range(190_000)})
    yield _post("190,000 papers", "/api/v1/jobs", _job() | {"papel_seguranca": [f"A{n}" for n in range(190_000)]})
    card = {"tipo": "ficha_abertura", "ficha": "1", "pessoa": {f"campo {n}": "x" for n in range(190_000)}}
    yield _post("a card of 190,000 fields", "/api/v1/jobs", {"documento": card, "escrevente": office.CLERK})
    pages = [{"pagina": n, "estado": "boa"} for n in range(60_000)]
    folhas = {"escrevente": office.CLERK, "motivo": "x", "paginas": pages}
    yield _post("60,000 pages said", "/api/v1/jobs/x/folhas", folhas)
    codes = ["1234561ES0000000000001262"] * 190_000
    yield _post("190,000 links", "/api/v1/vinculos", {"vinculador": codes[0], "vinculados": codes, "escrevente": "x"})
    yield _post("190,000 seals to send", "/api/v1/comunicacoes", {"selos": codes})
    many_services = [{"servico": "certidao-notas"}] * 90_000
    yield _post(
        "90,000 services", "/api/v1/selos", {"ato": "ES", "servicos": many_services, "escrevente": office.CLERK}
    )
    tags = "<p>" * (MB * 2) + "x"
    yield _post("2 M open paragraphs", "/api/v1/jobs", _job(corpo={"formato": "html", "conteudo": tags}))
    deep = "<b>" * (MB * 2) + "x"
    yield _post("2 M levels of HTML", "/api/v1/jobs", _job(corpo={"formato": "html", "conteudo": deep}))
    styled = '<p style="' + "margin:1mm;" * MB + '">x</p>'
    yield _post("an attribute of 11 MB", "/api/v1/jobs", _job(corpo={"formato": "html", "conteudo": styled}))
    lines = "x\n" * (11 * MB)
    yield _post("11 M lines", "/api/v1/jobs", _job(corpo={"formato": "texto", "conteudo": lines}))
    rubbish = base64.b64encode(b"%PDF-1.7\n" + b"1 0 obj<<>>endobj " * (MB - 4000)).decode()
    yield _post("16 MB of PDF objects", "/api/v1/jobs", _job(corpo={"formato": "pdf", "conteudo": rubbish}))


def comparisons() -> Iterator[Hostile]:
    """Yield lists to compare with the seals."""
    code = "1234561ES0000000000001262"
    files = {
        "20 MB of semicolons": "selo" + ";" * (20 * MB),
        "300 columns, 60,000 lines": ";".join(["selo", *(f"c{n}" for n in range(299))]) + "\n" + ";\n" * 60_000,
        "20 MB of one column": "selo\n" + f"{code}\n" * 700_000,
        "no line end in 20 MB": "selo\n" + "1" * (20 * MB),
        "10 M empty lines": "selo\n" + "\n" * (10 * MB),
        "an open quote": 'selo\n"' + "a;\n" * (6 * MB),
        "20 MB of quotes": "selo\n" + '"' * (20 * MB),
        "long registros": "selo;registro\n" + "".join(f"{code};{'|' * 20_000}\n" for _ in range(900)),
        "long totals": "selo;total\n" + f"{code};{'1' * (10 * MB)}\n",
        "long dates": "selo;data\n" + f"{code};{'1/' * (5 * MB)}\n",
        "20 MB of blanks": "selo\n" + " " * (20 * MB),
        "long names": "selo;" + "x" * (20 * MB) + f"\n{code};1\n",
    }
    days = {"de": _DAY, "ate": _DAY}
    for name, text in files.items():
        asked = days | {"lista": {"formato": "csv", "conteudo": text}}
        yield _post(f"CSV: {name}", "/api/v1/selos/comparacao", asked)
        yield _upload(f"CSV on the screen: {name}", "lista.csv", text.encode())
    lists = {
        "199,000 empty objects": "[" + ",".join(["{}"] * 199_000) + "]",
        "deep": "[" * (10 * MB),
        "escapes": '["' + "\\n" * (5 * MB),
        "one object of 190,000 names": json.dumps([{f"k{n}": 1 for n in range(190_000)}]),
        "3 M values": "[" + "1," * (3 * MB) + "1]",
        "3 M empty objects": "[" + "{}," * (3 * MB) + "{}]",
        "a number of 10 M digits": f'[{{"selo":"{code}","total":{"1" * (10 * MB)}}}]',
    }
    for name, text in lists.items():
        asked = days | {"lista": {"formato": "json", "conteudo": text}}
        yield _post(f"JSON list: {name}", "/api/v1/selos/comparacao", asked)
        yield _upload(f"JSON list on the screen: {name}", "lista.json", text.encode())


def addresses() -> Iterator[Hostile]:
    """Yield long headers, filters and paths."""
    long = "1" * 30_000
    marks = quote("a" + "\u0301" * 4000)
    for name in ("codigo", "ato", "estado", "livro", "folha", "termo", "matricula", "identificador", "escrevente"):
        for kind, text in (("digits", long), ("marks", marks)):
            yield Hostile(f"a filter of 30 kB: {name}, {kind}", f"/api/v1/selos?{name}={text}")
    for name in ("chave", "instrumento", "livro", "folha", "fila", "de", "ate", "pagina", "estado"):
        yield Hostile(f"a filter of 30 kB: jobs, {name}", f"/api/v1/jobs?{name}={long}")
    yield Hostile("a valor of 30 kB", f"/api/v1/selos?valor_de={long}.00")
    yield Hostile("10,000 parameters", "/api/v1/jobs?" + "&".join(f"{n:x}" for n in range(6_000)))
    yield Hostile("a parameter 7,000 times", "/api/v1/jobs?" + "&".join(["de"] * 9_000))
    yield Hostile("a path of 30 kB", f"/api/v1/selos/{long}")
    yield Hostile("10,000 steps", "/api/v1/" + "a/" * 14_000)
    for header in ("Authorization", "Idempotency-Key", "Cookie", "Content-Type", "X-Anything", "Accept"):
        for kind, text in (("a", "a" * 30_000), ("; ", "a=1; " * 6_000), (", ", 'a="' + "\\" * 29_000)):
            yield Hostile(f"a header of 30 kB: {header}, {kind!r}", "/api/v1/jobs", headers={header: text})
    yield Hostile("2,000 headers", "/api/v1/jobs", headers={f"X-{n}": "a" for n in range(2_000)})
    yield Hostile("a head over its limit", "/api/v1/jobs", headers={"X": "a" * 100_000})
    yield Hostile("the export of all", "/api/v1/selos/exportacao?formato=xlsx")


def forms() -> Iterator[Hostile]:
    """Yield forms of the screens."""
    kind = "application/x-www-form-urlencoded"
    bodies = {
        "one field of 23 MB": b"usuario=" + b"a" * (23 * MB),
        "escapes": b"usuario=" + b"%41" * (7 * MB),
        "a million fields": b"&".join(b"a%d=1" % n for n in range(1_000_000)),
        "12 M separators": b"&" * (12 * MB),
        "blanks": b"usuario=" + b"+" * (12 * MB),
    }
    for name, body in bodies.items():
        yield Hostile(f"sign-in: {name}", "/entrar", body, {"Content-Type": kind}, screen=True)
        yield Hostile(f"counter: {name}", "/balcao", body, {"Content-Type": kind}, screen=True)
        yield Hostile(f"comparison: {name}", "/selos/comparar", body, {"Content-Type": kind}, screen=True)
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(100_000))
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    yield Hostile("100,000 parts", "/selos/comparar", parts + b"--x--\r\n", multipart, screen=True)
    ends = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\n' + b"\r\n--" * (5 * MB)
    yield Hostile("a part of line ends", "/selos/comparar", ends + b"\r\n--x--\r\n", multipart, screen=True)


KINDS: dict[str, Callable[[], Iterator[Hostile]]] = {
    "json": json_shapes,
    "fields": long_fields,
    "many": many,
    "lists": comparisons,
    "addresses": addresses,
    "forms": forms,
}


def _post(name: str, path: str, body: Any) -> Hostile:
    return Hostile(name, path, json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


def _upload(name: str, filename: str, content: bytes) -> Hostile:
    fields = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in (("de", _DAY), ("ate", _DAY), ("fonte", "arquivo"), ("csrf_token", "TOKEN"))
    )
    file = f'--x\r\nContent-Disposition: form-data; name="arquivo"; filename="{filename}"\r\n\r\n'
    body = fields.encode() + file.encode() + content + b"\r\n--x--\r\n"
    return Hostile(name, "/selos/comparar", body, {"Content-Type": "multipart/form-data; boundary=x"}, screen=True)


# -- the measuring ----------------------------------------------------------------------------------------------------


def _ask_again_and_again(port: int, path: str, key: str, body: bytes | None, longest: Any) -> None:
    """Repeat a request forever; keep the longest response time in `longest`. Runs in a separate process."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(HOST, port, timeout=120)
    while True:
        start = time.perf_counter()
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
        longest.value = max(longest.value, time.perf_counter() - start)
        time.sleep(0.002)


@contextmanager
def _watching(server: Server, path: str, body: bytes | None) -> Iterator[Any]:
    longest = multiprocessing.Value("d", 0.0)
    asking = multiprocessing.Process(
        target=_ask_again_and_again, args=(server.port, path, server.office.key, body, longest), daemon=True
    )
    asking.start()
    try:
        yield longest
    finally:
        asking.kill()
        asking.join()


class _Person:
    """A signed-in person: session cookie and CSRF token."""

    def __init__(self, server: Server, password: str) -> None:
        self._server = server
        self.cookie = ""
        self.token = self._token()
        form = urlencode({"usuario": office.HEAD, "senha": password, "csrf_token": self.token})
        status, _ = self._send("POST", "/entrar", form.encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 303:
            raise RuntimeError(f"could not log in: {status}")
        self.token = self._token()

    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, "X-CSRFToken": self.token}

    def _token(self) -> str:
        _, text = self._send("GET", "/entrar" if not self.cookie else "/selos/comparar", None, {})
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        return found[1] if found else ""

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self._server.port, timeout=60)
        connection.request(method, path, body, headers | ({"Cookie": self.cookie} if self.cookie else {}))
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if (given := answer.getheader("Set-Cookie")) is not None:
            self.cookie = given.partition(";")[0]
        connection.close()
        return answer.status, text


def _send(server: Server, person: _Person, hostile: Hostile) -> tuple[int, float]:
    """Send it; return its status (0: the connection was closed) and its duration in seconds."""
    headers = person.headers() if hostile.screen else {"Authorization": f"Bearer {server.office.key}"}
    body = hostile.body
    if hostile.screen and body is not None:
        body = body.replace(b"TOKEN", person.token.encode(), 1)
    connection = http.client.HTTPConnection(HOST, server.port, timeout=300)
    start = time.perf_counter()
    try:
        connection.request("GET" if body is None else "POST", hostile.path, body, headers | hostile.headers)
        answer = connection.getresponse()
        answer.read()
        status = answer.status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return status, time.perf_counter() - start


def measure(
    asked: list[str], rounds: int, folder: Path, only: str = ""
) -> list[tuple[Hostile, int, float, float, float]]:
    """Return for each request of the kinds `asked`: status, seconds, and the longest waits of the two other clients."""
    made = office.make(folder)
    found = []
    with ExitStack() as stack:
        server = stack.enter_context(serve(made))
        person = _Person(server, made.password)
        small = json.dumps(
            {"documento": {"tipo": "minuta", "instrumento": _deed(), "imprimir": False}, "escrevente": office.CLERK}
        )
        health = stack.enter_context(_watching(server, "/healthz", None))
        minutas = stack.enter_context(_watching(server, "/api/v1/jobs", small.encode()))
        time.sleep(2)
        quiet = Hostile("(none)", "/healthz")
        for hostile in [quiet, *(each for kind in asked for each in KINDS[kind]() if only in each.name)]:
            tries = []
            for _ in range(rounds):
                health.value = minutas.value = 0.0
                status, seconds = _send(server, person, hostile)
                time.sleep(0.05)
                tries.append((status, seconds, health.value, minutas.value))
            status = tries[-1][0]
            least = [min(one[n] for one in tries) for n in (1, 2, 3)]
            found.append((hostile, status, *least))
            print(
                f"{least[1] * 1000:7.0f} ms  {status}  {least[0]:6.2f} s  {hostile.name}", file=sys.stderr, flush=True
            )
    return found


def main() -> int:
    """Measure, print the table, and return 1 if `/healthz` waited longer than the aim."""
    parser = argparse.ArgumentParser(prog="python -m bench.stall", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=list(KINDS), choices=list(KINDS), help="kinds of requests")
    parser.add_argument("--name", default="", help="requests whose name holds this alone")
    asked = parser.parse_args()
    if machine.busy():
        print("others are at work on this machine: waits may be theirs", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(asked.only, asked.rounds, Path(folder) / "serventia", asked.name)
    lines = [
        (
            one.name,
            f"{len(one.body or b'') / MB:.1f}",
            str(status),
            f"{own:.2f}",
            f"{health * 1000:.0f}",
            f"{posts * 1000:.0f}",
        )
        for one, status, own, health, posts in sorted(found, key=lambda line: -line[3])
    ]
    print(report.table(("request", "MB", "answer", "its own s", "`/healthz` waited, ms", "a minuta waited, ms"), lines))
    worst = max(health for _, _, _, health, _ in found)
    print(f"\nlongest wait of /healthz: {worst * 1000:.0f} ms (aim: under {AIM_S * 1000:.0f})")
    return int(worst > AIM_S)


if __name__ == "__main__":
    sys.exit(main())
