"""The office as the tests of the screens use it, and a person at a browser without JavaScript."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from printserver import jobs
from printserver.office import Office, create, people
from printserver.office.settings import SETTINGS_FILE
from printserver.server.engine import Engine

PASSWORD = "correta cavalo bateria"
PEOPLE = {
    "maria": ("Maria Souza", "escrevente"),
    "rui": ("Rui Prado", "substituto"),
    "tereza": ("Tereza Lima", "tabeliao"),
}
FEES = {
    "tabeliao": "55.70",
    "estado": "15.83",
    "secretaria_fazenda": "10.83",
    "santa_casa": "0.56",
    "registro_civil": "2.93",
    "tribunal_justica": "3.82",
    "iss": "2.78",
    "ministerio_publico": "2.67",
}

_AXE = """options => axe.run(options).then(found => ({
    tried: found.passes.length,
    faults: found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 120)}`)),
}))"""
_WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@dataclass
class Clock:
    """A clock that runs, and can be put forward. It begins at noon: no test falls on a midnight."""

    start: datetime = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    ahead: timedelta = timedelta(0)
    since: float = field(default_factory=monotonic)

    def __call__(self) -> datetime:
        return self.start + self.ahead + timedelta(seconds=monotonic() - self.since)


@dataclass
class Rig:
    """The office as tests use it: documents sent as a legacy program would, and taken to the end of their way."""

    office: Office
    clock: Clock
    engine: Engine
    autor: people.Author
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def send(self, document: dict[str, Any], escrevente: str = "maria") -> dict[str, Any]:
        """Send a document and return its job; nothing is printed yet."""
        return jobs.accept(self.office, self.autor, {"documento": document, "escrevente": escrevente}, None).job

    def printed(self, document: dict[str, Any]) -> dict[str, Any]:
        """Send a document, let the engine do all that is due, and return its job."""
        job = self.send(document)
        self.engine.run_once()
        return self.job(job["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return jobs.look_up(self.office, job_id)

    def instrumento(self, nome: str = "P") -> dict[str, Any]:
        """Return an instrumento of two atos that no other test has, on a folha of its own."""
        n = next(self.numbers)
        ato = {"ato": "ES", "emolumentos": FEES}
        return {
            "id": f"{nome}-{n:06}",
            "livro": "0123",
            "folha_inicial": str(10 * n),
            "folha_final": str(10 * n + 5),
            "data": self.clock().date().isoformat(),
            "titulo": "Escritura de venda e compra",
            "partes": [{"qualidade": "Outorgante", "nome": "Ana de Assunção", "documento": "CPF 000.111.222-99"}],
            "atos": [
                {**ato, "descricao": "Venda e compra", "principal": True},
                {**ato, "descricao": "Instituição de usufruto"},
            ],
            "corpo": {"formato": "texto", "conteudo": "Saibam quantos esta escritura virem.\n\nAssim o disseram."},
        }

    def livro(self) -> dict[str, Any]:
        """Return the job of a livro that was printed."""
        return self.printed({"tipo": "livro", "instrumento": self.instrumento()})

    def of_four_pages(self, faces: str) -> dict[str, Any]:
        """Return the job of a livro of four pages that was printed, on two sheets or on four."""
        data = self.instrumento()
        data["corpo"]["conteudo"] = "\n\n".join(["Assim o disseram e outorgaram. " * 40] * 9)
        asked = {"documento": {"tipo": "livro", "instrumento": data}, "escrevente": "maria", "faces": faces}
        job_id = jobs.accept(self.office, self.autor, asked, None).job["id"]
        self.engine.run_once()
        return self.job(job_id)

    def traslado(self) -> dict[str, Any]:
        """Return the job of a traslado 1 that was printed, with its livro before."""
        livro = self.livro()
        return self.printed(self.traslado_for(livro))

    def traslado_for(self, livro: dict[str, Any]) -> dict[str, Any]:
        return {"tipo": "traslado", "numero": 1, "instrumento": {"id": livro["documento"]["instrumento"]}}

    def xa_question(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a livro that was printed and the job of its reprint, held by the question."""
        data = {"tipo": "livro", "instrumento": self.instrumento()}
        before = self.printed(data)
        return before, self.send(data)

    def traslado_question(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a traslado 1 that was printed and the job of its reprint, held by the question."""
        livro = self.livro()
        before = self.printed(self.traslado_for(livro))
        return before, self.send(self.traslado_for(livro))

    def ficha_question(self) -> dict[str, Any]:
        n = next(self.numbers)
        person = {"nome": "Ana de Assunção", "documento": "CPF 000.111.222-99"}
        return self.send({"tipo": "ficha_abertura", "ficha": f"{n:06}", "pessoa": person})


@contextmanager
def open_office(folder: Path, clock: Clock, settings: str = "", cns: str | None = None) -> Iterator[Rig]:
    """Give a new office with the three people and a key of a legacy program; `settings` is added to its file.

    With a CNS it is a real one, whose file ends with the section [pessoas].
    """
    first = create.FirstPerson("adriana", "Adriana Luz") if cns else None
    create.create_office(folder, clock(), cns=cns, person=first)
    with (folder / SETTINGS_FILE).open("a") as file:
        file.write(settings.replace("[pessoas]", "") if cns else settings)
    office = Office.open_folder(folder, clock)
    with office.db.write() as conn:
        for usuario, (nome, papel) in PEOPLE.items():
            people.create_person(conn, office.serventia_id, usuario, nome, papel, PASSWORD, clock())
        key = people.api_key(
            conn, office.serventia_id, people.create_key(conn, office.serventia_id, "legado", people.RIGHTS, clock())
        )
    assert key is not None
    yield Rig(office, clock, Engine(office), people.author_of_key(key, None))
    office.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Give the address at which an application answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class Person:
    """A person at a browser without JavaScript: forms are read from the page and sent as a browser would."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def login(self, usuario: str, password: str = PASSWORD) -> TestResponse:
        return self.send("/entrar", "/entrar", usuario=usuario, senha=password)

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, page: str, to: str, **fields: str) -> TestResponse:
        """Open `page` and send its form that goes to address `to`, with `fields` typed in."""
        return self.client.post(to, data={**self.hidden(page, to), **fields})

    def hidden(self, page: str, to: str) -> dict[str, str]:
        """Return the hidden fields of the form of `page` that goes to `to`."""
        text = self.get(page).get_data(as_text=True)
        forms = re.findall(r"<form[^>]*>.*?</form>", text, re.S)
        mine = [form for form in forms if f'action="{to}"' in form or ("action=" not in form and page == to)]
        assert mine, f"no form of {page} goes to {to}"
        tags = re.findall(r'<input type="hidden"[^>]*>', mine[-1])
        return {re.findall(r'name="([^"]*)"', tag)[0]: re.findall(r'value="([^"]*)"', tag)[0] for tag in tags}


def sure(person: Person, answer: TestResponse) -> TestResponse:
    """Press the button of what is shown before it is done, where it is shown."""
    page = answer.get_data(as_text=True)
    if answer.status_code != 200 or 'name="visto"' not in page:
        return answer
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.S) if 'name="visto"' in each)
    tags = re.findall(r'<input type="hidden"[^>]*>', form)
    fields = {re.findall(r'name="([^"]*)"', tag)[0]: unescape(re.findall(r'value="([^"]*)"', tag)[0]) for tag in tags}
    fields |= {"certeza": "sim"} if 'name="certeza"' in form else {}  # unusual, and meant so
    return person.client.post(answer.request.path, data=fields | {"confirmo": "sim"})


def enter(page: Page, usuario: str) -> Page:
    """Log in by the keyboard alone."""
    page.goto("/entrar")
    page.wait_for_selector("#usuario:focus")
    page.keyboard.type(usuario)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#vivo-ultimas")
    return page


def axe_faults(page: Page) -> list[str]:
    """Return what axe finds wrong on a page (WCAG 2.2 AA)."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_AXE, {"resultTypes": ["violations"], "runOnly": _WCAG})
    assert found["tried"] > 10
    return list(found["faults"])
