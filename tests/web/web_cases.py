"""The forms of the screens, as tests try them: where each is, and what a person types who does it right."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from web_rig import Person
from werkzeug.test import TestResponse

from printserver import db
from printserver.delivery import numbered_paper
from printserver.office import people
from printserver.server.app import create_app
from support import civil_documents as civil
from support.office import FEES, Rig, open_rig

REASON = "conferido no balcão"
INVISIBLE = "\u202eossessap"
_numbers = count(1)


@contextmanager
def open_forms_rig(folder: Path, settings: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[Rig]:
    """Give an office that has a queue with numbered paper beside the others."""
    with open_rig(folder / "casa", settings=settings) as opened:
        queue = {"nome": "segurança", "tipo": "pasta", "destino": str(folder), "papel_numerado": True}
        with opened.office.db.write() as conn:
            conn.execute(db.fila.insert().values(serventia_id=1, criada_em=opened.clock(), **queue))
            who = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)
            numbered_paper.receive(conn, 1, "segurança", "W0001", "W0900", who, opened.clock())
        yield opened


def head_of_office(rig: Rig) -> Person:
    """Return the head of the office, at a screen."""
    person = Person(create_app(rig.office).test_client())
    assert person.login("tereza").status_code == 303
    return person


# -- a page's forms ---------------------------------------------------------------------------------------------------


@dataclass
class Field:
    """A field of a form: its kind, its value as shown, and the values that it offers."""

    kind: str
    value: str = ""
    offers: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that are posted, each as its address and its fields by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str | None, dict[str, Field]]] = []
        self._open: dict[str, Field] | None = None
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._open = {} if given.get("method") == "post" else None
            if self._open is not None:
                self.found.append((given.get("action"), self._open))
        if self._open is None:
            return
        if tag == "select":
            self._select = name
            self._open[name] = Field("select")
        elif tag == "option" and self._select:
            mine = self._open[self._select]
            mine.offers.append(value)
            if "selected" in given or len(mine.offers) == 1:
                mine.value = value
        elif tag == "textarea":
            self._area = name
            self._open[name] = Field("textarea")
        elif tag == "input" and name:
            self._input(given.get("type") or "text", name, value, "checked" in given)
        elif tag == "button" and name:
            self._open.setdefault(name, Field("button", value))

    def _input(self, kind: str, name: str, value: str, checked: bool) -> None:
        assert self._open is not None
        mine = self._open.setdefault(name, Field(kind))
        if kind in ("radio", "checkbox"):
            mine.offers.append(value)
            mine.value = value if checked else mine.value
        else:
            mine.value = value

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open[self._area].value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""


def form_of(person: Person, page: str, to: str, holds: str) -> dict[str, Field]:
    """Return the fields of the form of `page` that goes to `to` and has the field `holds`."""
    answer = person.get(page)
    assert answer.status_code == 200, page
    forms = [fields for action, fields in Forms(answer.get_data(as_text=True)).found if (action or page) == to]
    return next(fields for fields in forms if holds in fields)


def messages(answer: TestResponse) -> str:
    """Return what a refused form says: the sentence above it, and what stands beside its fields."""
    page = answer.get_data(as_text=True)
    said = re.findall(r'<div class="erro" role="alert">(.*?)</div>', page, re.S)
    said += re.findall(r'<p class="erro-campo"[^>]*>(.*?)</p>', page, re.S)
    said += re.findall(r"<h1>[^<]*</h1>\s*<p>(.*?)</p>", page, re.S) if answer.status_code != 422 else []
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(said)).split())


# -- the forms of the application --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A form: where it is, what a person types who does it right, and other right values by field."""

    endpoint: str
    place: Callable[[Rig], tuple[str, str]]  # a page on which it has not been sent yet, and its address
    holds: str
    typed: Callable[[], Mapping[str, str]]
    other: Mapping[str, str] = field(default_factory=dict)
    rubbish: Mapping[str, str] = field(default_factory=dict)


MONEY = dict.fromkeys(FEES, "1,00")
A_VALUE = dict.fromkeys(FEES, "7,77")


def _seal(rig: Rig) -> str:
    body = {"ato": "ES", "identificador": f"F-{next(_numbers)}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def _at(path: str) -> tuple[str, str]:
    return path, path


def _act(rig: Rig) -> tuple[str, str]:
    body = {"ato": "AU", "papel": f"AU0371ZA {next(_numbers):07}", "servico": "certidao-notas", "escrevente": "maria"}
    return _at(f"/balcao/atos/{rig.call('POST', '/atos-de-balcao', body).json['id']}/estorno")


def _load(rig: Rig) -> tuple[str, str]:
    day = f"2026-11-{next(_days):02}"
    act = {"ato": "AU", "papel": f"AU0371ZB {next(_numbers):07}", "servico": "certidao-notas", "escrevente": "maria"}
    rig.call("POST", "/atos-de-balcao", act | {"data": day})
    return f"/balcao/conferencia?dia={day}", "/balcao/conferencia"


def _record(rig: Rig) -> tuple[str, str]:
    n = next(_numbers)
    of = civil.assento(n, de_antes=True)
    _marked.append(rig.printed(civil.certidao(n, assento=of, **civil.VALUE))["selos"][0]["codigo"])
    return _at(f"/registro?id={of['id']}")


def _waiting(rig: Rig) -> tuple[str, str]:
    n = next(_numbers)
    job = rig.printed(civil.certidao(n, assento=civil.assento(n, de_antes=True), **civil.VALUE))
    return _at(f"/certidoes/{job['id']}")


def _pair(rig: Rig) -> tuple[str, str]:
    _marked.extend(_seal(rig) for _ in range(2))
    return _at("/selos/vinculos")


def _uncertain(rig: Rig) -> dict[str, Any]:
    """Return a certidão of which it is not known what came out."""
    job = rig.printed(rig.certidao())
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.job).where(db.job.c.id == job["id"]).values(estado="incerto"))
    return job


def _failed(rig: Rig) -> dict[str, Any]:
    job = rig.taken(rig.certidao())
    rig.act(job["id"], "cancelar")
    return job


def _asked(rig: Rig) -> tuple[str, str]:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name))
    job = rig.question(rig.traslado(name))
    return f"/trabalhos/{job['id']}/pergunta", f"/trabalhos/{job['id']}/xa"


def _ficha(rig: Rig) -> tuple[str, str]:
    job = rig.post(rig.ficha()).job
    return f"/trabalhos/{job['id']}/pergunta", f"/trabalhos/{job['id']}/selo"


def _signed(rig: Rig) -> dict[str, Any]:
    return rig.printed(rig.livro(data="2026-11-16", motivo_data="esquecido"))


def _paper(rig: Rig) -> tuple[str, str]:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().where(db.fila.c.papel_numerado).values(papel_proximo=None))
        conn.execute(db.papel.delete())
    return _at("/papel")


def new_serie() -> str:
    return f"{next(_numbers):06}"


DAY = {"data": "10/11/2026"}
CASES = (
    Case(
        "web.balcao",
        lambda _: ("/balcao?ato=AU", "/balcao"),
        "papel",
        lambda: {"papel": f"AU{new_serie()} 0000001", **dict.fromkeys(FEES, ""), "servico": "certidao-notas"},
    ),
    Case("web.estorno", _act, "papel", lambda: {"papel": "inutilizado", "motivo": REASON}),
    Case(
        "web.faixa",
        lambda _: _at("/balcao/faixa"),
        "serie",
        lambda: {"ato": "AU", "serie": new_serie(), "de": "7", "ate": "9", **DAY, "servico": "certidao-notas"},
    ),
    Case(
        "web.numeros",
        lambda _: _at("/balcao/numeros"),
        "serie",
        lambda: {
            "destino": "comunicados",
            "ato": "AU",
            "serie": new_serie(),
            "de": "7",
            "ate": "9",
            **DAY,
            "motivo": REASON,
        },
        other={"ato": "RC"},
    ),
    Case(
        "web.diarios",
        lambda _: (f"/balcao/diarios?dia=2026-10-{next(_days):02}", "/balcao/diarios"),
        "total",
        lambda: {"total": "100,00", "iss": "2,00", "motivo": REASON},
        other={"total": "101,00", "iss": "3,00", "servico": "", "quantidade": ""},
    ),
    Case(
        "web.retificar",
        lambda rig: _at(f"/selos/{_seal(rig)}/retificar"),
        "tabeliao",
        lambda: {"tabeliao": "56,00", "motivo": REASON},
        other={"identificador": "OUTRO", "data": "19/11/2026", "ato": "TR"},
    ),
    Case(
        "web.selo_novo",
        lambda _: _at("/selos/novo"),
        "identificador",
        lambda: {"ato": "ES", "identificador": f"F-{next(_numbers)}", "tabeliao": "56,00"},
        other={"data": "", "motivo_data": "", "ato": "TR", "partes": "", "servico": ""},
    ),
    Case("web.excluir_selo", lambda rig: _at(f"/selos/{_seal(rig)}/excluir"), "motivo", lambda: {"motivo": REASON}),
    Case(
        "web.papel",
        _paper,
        "proximo",
        lambda: {"proximo": "W0005"},
        other={"proximo": "W0006", "inutilizados": "W0002"},
    ),
    Case(
        "web.papel",
        _paper,
        "de",
        lambda: {"de": f"F{(n := next(_numbers)):04}X001", "ate": f"F{n:04}X020"},
        other={"de": "", "ate": ""},
    ),
    Case(
        "web.reenviar",
        lambda rig: _at(f"/trabalhos/{_failed(rig)['id']}/reenviar"),
        "motivo",
        lambda: {"motivo": REASON},
    ),
    Case(
        "web.cancelar",
        lambda rig: _at(f"/trabalhos/{rig.taken(rig.certidao())['id']}/cancelar"),
        "motivo",
        lambda: {"motivo": REASON},
    ),
    Case(
        "web.folhas",
        lambda rig: _at(f"/trabalhos/{_uncertain(rig)['id']}/folhas"),
        "pagina_1",
        lambda: {"pagina_1": "inutilizada", "motivo": REASON, "papel_1": ""},
        other={"papel_1": "Z0000077"},
        rubbish={"papel_1": INVISIBLE},
    ),
    Case("web.responder_xa", _asked, "motivo", lambda: {"motivo": REASON, "papel_em_maos": "sim", "resposta": "sim"}),
    Case("web.responder_selo", _ficha, "resposta", dict),
    Case(
        "web.assinar",
        lambda rig: _at(f"/trabalhos/{_signed(rig)['id']}/assinaturas"),
        "estado",
        lambda: {"estado": "pendentes", "primeira": "18/11/2026", "motivo": REASON},
        other={"primeira": "17/11/2026"},
    ),
    Case(
        "web.substituir",
        lambda rig: _at(f"/trabalhos/{rig.printed(rig.certidao())['id']}/substituir"),
        "motivo",
        lambda: {"motivo": REASON, "saiu": "sim"},
        other={"fila": "segurança"},
    ),
    Case(
        "web.copia_judicial",
        lambda rig: _at(f"/trabalhos/{rig.printed(rig.livro(assinaturas='pendentes'))['id']}/copia-judicial"),
        "ordem_judicial",
        lambda: {
            "ordem_judicial": "1000123-45.2026.8.26.0100",
            "tipo": "certidao",
            "pedido": f"2026/9{next(_numbers):05}",
            "servico": "certidao-notas",
        },
        other={
            "ordem_judicial": "1000777-45.2026.8.26.0100",
            "pedido": "outro",
            "via": "2",
            "tipo": "",
            "fila": "segurança",
        },
    ),
)
_days = count(1)
_marked: list[str] = []  # seals that a form names
# Those whose fields have tests of their own, but which are sent twice and expire as all others.
FURTHER_CASES = (
    Case("web.registro", _record, "motivo", lambda: {"motivo": REASON, "papel_em_maos": "sim", "selos": _marked[-1]}),
    Case("web.certidao", _waiting, "por", lambda: {"por": "Ana de Assunção"}),
    Case("web.conferencia", _load, "conferi", lambda: {"conferi": "sim"}),
    Case("web.vinculos", _pair, "vinculados", lambda: {"vinculador": _marked[-2], "vinculados": _marked[-1]}),
    Case(
        "web.carta_de_sentenca",
        lambda _: _at("/selos/carta-de-sentenca"),
        "autenticacoes",
        lambda: {"identificador": f"F-{next(_numbers)}", "tem": "valor", "tabeliao": "56,00"},
    ),
)
# Forms of one button, and those that have tests of their own.
BUTTONS = {
    "web.mandar_de_novo",
    "web.comunicar",
    "web.mandar",
    "web.sair",
    "web.continuar",
    "web.entrar",
    "web.presente",
    *("web.mandar_de_novo", "web.comunicar", "web.mandar", "web.sair", "web.continuar", "web.entrar"),
    "web.auditoria_conferir",
    *("web.copia_agora", "web.copia_ensaio", "web.copia_folha", "web.restauracao_liberar"),
}
OWN_TESTS = {
    "web.fechamento",
    "web.fechamento_reabrir",
    "web.vinculos",
    "web.carta_de_sentenca",
    "web.conferencia",
    "web.comparar",
    "web.desconhecido",
    "web.registro",
    "web.conta",
    "web.conta_senha",
    "web.conta_entradas",
    "web.segundo_fator",
    "web.pessoa_nova",
    "web.pessoa",
    "web.pessoa_senha",
    "web.pessoa_saida",
    "web.pessoa_entradas",
    "web.chave_nova",
    "web.chave_revogar",
    "web.certidao",
    # test_web_copies.py
    *("web.copias", "web.restauracao_espelho", "web.restauracao_tribunal", "web.restauracao_papel"),
    # test_web_incidents.py
    *("web.incidente", "web.incidente_comunicacao"),
    # test_web_settings.py, test_web_queues.py
    *("web.certificado", "web.ajuste_tribunal", "web.ajuste_avisos", "web.configuracao_uma"),
    *("web.ajuste_fila", "web.ajuste_fila_nova"),
    # test_web_tables.py
    *("web.servico_novo", "web.servico_valor", "web.servico_corrigir", "web.servico_fim", "web.servico_conferido"),
    *("web.servico_retirar", "web.servicos_importar", "web.servicos_versoes"),
    *("web.ato_novo", "web.ato", "web.ato_conferido", "web.ato_retirar", "web.atos_versoes"),
    *("web.formato", "web.formato_modelo", "web.formato_pagina", "web.formato_versoes", "web.formato_prova"),
    *("web.formato_copiar", "web.formato_apagar", "web.formato_importar"),
}


def filled(case: Case, fields: Mapping[str, Field]) -> dict[str, str]:
    """Return the form as it is sent by a person who does it right."""
    sent = {name: each.value for name, each in fields.items() if each.kind not in ("button",) and each.value}
    button = {name: each.value for name, each in fields.items() if each.kind == "button"}
    return sent | button | dict(case.typed())


def case_id(case: Case) -> str:
    return f"{case.endpoint.removeprefix('web.')}-{case.holds}"
