"""Auditoria: everything that was done, in words; its filter, export, exceptions; the chain verified at the screen."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from web_rig import Person

import printserver
from printserver import db
from printserver.office import LogEntry, audit, verification
from printserver.server.app import create_app
from printserver.web.audit import log_words, verify_page
from support.court import rig_with_court
from support.life import live
from support.office import Rig, command_line, disarm

ROOT = Path(printserver.__file__).parent
# Functions that write to the log, and where in their arguments the object and the state stand.
WRITERS = {"log": (0, 2), "LogEntry": (0, 2), "register": (0, 2), "record": (0, 2), "log_job": (None, 2)}
QUEUE_CHANGE = "changing"  # of the screens of queues: its second argument is the state
IN_COMMANDS = {"record": (3, 6)}  # `cli.base.record`: the state has the default "criada"
# Words of the program that no person reads: with an underscore, of a state or a name in the code.
MACHINE = re.compile(
    r"\b(?:[a-z0-9]+_[a-z0-9_]+|None|True|False|job|objeto|detalhe|verificacao|comunicacoes|comparacao)\b|[{}\[\]]"
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office with a full life, with the court's answers, commands, and people who came and went."""
    folder = tmp_path_factory.mktemp("audit") / "serventia"
    with rig_with_court(folder, settings={"ficha": {"selo": "perguntar"}}) as (rig, court):
        live(rig, court)
        for command in (
            "usuario ana --papel escrevente",
            "usuario ana --mudar --papel substituto",
            "usuario ana --desativar",
            "chave outra --direitos imprimir",
            "chave outra --revogar",
            "fila arquivo --pasta " + str(folder.parent / "arquivo"),
            "filas reserva notas arquivo",
        ):
            _command(rig, command)
        yield rig


def _command(rig: Rig, words: str) -> None:
    assert command_line(*words.split(), "--instance", rig.folder) == 0


@pytest.fixture(scope="module")
def tereza(lived: Rig) -> Person:
    client = create_app(lived.office).test_client()
    person = Person(client)
    client.environ_base["REMOTE_ADDR"] = "10.0.2.1"
    person.login("tereza", "senha que não é esta")
    assert person.login("maria").status_code == 303
    assert person.get("/auditoria").status_code == 403
    page = person.hidden("/", "/sair")
    person.client.post("/sair", data=page)
    assert person.login("tereza").status_code == 303
    return person


def text_of(html: str) -> str:
    """Return what a person reads of a page."""
    main = html[html.index("<main") :] if "<main" in html else html
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<option.*?</option>", " ", main, flags=re.S))).split())


def rows_of(html: str) -> list[str]:
    return [text_of(each) for each in re.findall(r"<tr>\s*<td.*?</tr>", html, re.S)]


def everything(person: Person, address: str = "/auditoria") -> list[str]:
    """Return every row of the list, page by page."""
    found: list[str] = []
    while True:
        html = person.get(address).get_data(as_text=True)
        found += rows_of(html)
        more = re.search(r'id="mais-antigos" href="([^"]+)"', html)
        if more is None:
            return found
        address = unescape(more[1])


def test_a5_sign_in_failed_sign_in_sign_out_and_refused_access_are_shown_with_who_and_where(tereza: Person) -> None:
    rows = everything(tereza, "/auditoria?objeto=pessoa") + everything(tereza, "/auditoria?objeto=acesso")
    of_maria = [row for row in rows if "Maria" in row and "10.0.2.1" in row]
    assert any("Entrou" in row for row in of_maria)
    assert any("Saiu" in row for row in of_maria)
    assert any("Acesso recusado a /auditoria" in row for row in of_maria)
    assert any("Entrada recusada para Tereza" in row and "10.0.2.1" in row for row in rows)


def test_a3_every_entry_of_a_full_life_is_shown_without_a_machine_word(lived: Rig, tereza: Person) -> None:
    rows = everything(tereza)
    assert len(rows) >= len(lived.rows(db.log)) - 5
    kinds = {row["objeto"] for row in lived.rows(db.log)}
    assert len(kinds) >= 13
    wrong = [row for row in rows if MACHINE.search(re.sub(r"\S*[/@]\S*", "", row))]
    assert wrong == []


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _written() -> Iterator[tuple[str, str | None, str]]:
    """Yield object and state (None: computed) of each call that writes to the log, and where it stands."""
    for path in sorted(ROOT.rglob("*.py")):
        places = WRITERS | (IN_COMMANDS if "cli" in path.parts else {})
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == QUEUE_CHANGE and len(node.args) > 1:
                yield "fila", _literal(node.args[1]), f"{path.relative_to(ROOT)}:{node.lineno}"
            if name not in places:
                continue
            first, last = places[name]
            kind = "job" if first is None else _literal(node.args[first] if len(node.args) > first else None)
            if kind is None or not re.fullmatch("[a-z]+", kind):
                continue
            state = _literal(node.args[last]) if len(node.args) > last else "criada" if "cli" in path.parts else None
            yield kind, state, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_a3_every_object_and_state_that_the_program_writes_has_its_words() -> None:
    found = list(_written())
    assert len(found) > 40
    nameless = [(kind, where) for kind, _, where in found if kind not in log_words.KINDS]
    assert nameless == []
    told = log_words._TOLD
    silent = [
        (kind, state, where)
        for kind, state, where in found
        if kind not in ("job", "selo") and state is not None and state not in told[kind]
    ]
    assert silent == []


def test_a3_the_details_of_a_model_and_of_a_restore_are_named_in_words() -> None:
    assert [log_words.label(name) for name in ("versao", "impressoes", "ultimo")] == ["versão", "impressões", "último"]


def test_a3_an_entry_without_a_sentence_is_shown_all_the_same(lived: Rig, tereza: Person) -> None:
    entry = LogEntry("coisa_nova", "x", "mudada_ontem", "maria", detalhe={"antes": {"a_b": 1}, "depois": {"a_b": 2}})
    with lived.office.db.write() as conn:
        audit.write(conn, 1, lived.clock(), [entry])
    row = everything(tereza, "/auditoria?objeto=coisa_nova")[0]
    assert "Coisa nova x: mudada ontem" in row
    assert "a b: 1 → 2" in row


def test_a4_only_exceptions_are_listed_with_their_kind_and_reason(tereza: Person) -> None:
    rows = everything(tereza, "/auditoria?excecoes=sim")
    assert any("exclusão (XA)" in row and "desistiram" in row for row in rows)
    assert any("isento" in row and "ordem do juízo" in row for row in rows)
    assert any("não saiu" in row for row in rows)
    assert not any("Entrou" in row for row in rows)


def test_a7_every_wrong_field_of_the_filter_is_named(tereza: Person) -> None:
    answer = tereza.get("/auditoria?de=ontem&ate=31/02/2026&objeto=nada")
    text = text_of(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert text.count("deve ser uma data do calendário") == 4  # above, and at each field
    assert "Sobre o quê : escolha uma das opções" in text
    kept = tereza.get("/auditoria?de=ontem&autor=pessoa:tereza&objeto=selo&excecoes=sim&nome=abc").get_data(
        as_text=True
    )
    for chosen in (
        'value="ontem"',
        'value="abc"',
        'value="pessoa:tereza" selected',
        'value="selo" selected',
        "checked",
    ):
        assert chosen in kept
    assert tereza.get("/auditoria?de=20/11/2026&ate=19/11/2026").status_code == 422
    changed = tereza.client.get("/auditoria?de=ontem", headers={"HX-Request": "true"})
    assert changed.headers["HX-Redirect"] == "/auditoria?de=ontem"
    assert tereza.get("/auditoria?depois=x").status_code == 422
    assert tereza.get("/auditoria?ordem=n").status_code == 422


def test_a3_a_seal_is_found_however_its_code_is_typed_and_links_to_its_screen(lived: Rig, tereza: Person) -> None:
    code = lived.rows(db.selo)[0]["codigo"]
    spaced = f"{code[:6]} {code[6:].lower()}"
    html = tereza.get(f"/auditoria?nome={spaced}").get_data(as_text=True)
    assert f'href="/selos/{code}"' in html
    assert all(code in row for row in rows_of(html))


def test_a3_the_export_has_every_row_of_the_filter_in_words(tereza: Person) -> None:
    answer = tereza.get("/auditoria/exportar?objeto=pessoa")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    table = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert len(table) == len(everything(tereza, "/auditoria?objeto=pessoa"))
    entered = next(each for each in table if each["o_que"] == "Entrou")
    assert (entered["quem"], entered["sobre"], entered["endereco"]) == ("Tereza", "Pessoa", "'10.0.2.1")
    assert "Exportou a auditoria" in everything(tereza, "/auditoria?objeto=exportacao")[0]


def test_a3_the_list_prints_with_its_filter(tereza: Person) -> None:
    html = tereza.get("/auditoria?excecoes=sim&de=20/11/2026").get_data(as_text=True)
    assert re.search(r'class="so-no-papel">Filtro: 20/11/2026 a hoje · só exceções', html)


# -- the chain ---------------------------------------------------------------------------------------------------------


def verified(person: Person, **fields: str) -> str:
    """Ask for a verification, wait for its end, and return what the screen shows."""
    form = person.hidden("/auditoria/conferir", "/auditoria/conferir") | fields
    assert person.client.post("/auditoria/conferir", data=form).status_code == 303
    verifier = person.client.application.extensions[verify_page._EXTENSION]
    assert verifier.wait(120)
    return text_of(person.get("/auditoria/conferir").get_data(as_text=True))


def test_a6_the_record_is_verified_at_the_screen_and_that_is_on_record(lived: Rig, tereza: Person) -> None:
    text = verified(tereza)
    entry = verification.last_result(lived.office)
    assert entry is not None
    assert (entry[1], entry[2]) == ("confere", "tereza")
    head = entry[3]["cabeca"]
    n, digest = head.split(":")
    kept = lived.rows(db.log, db.log.c.n == int(n))[0]
    assert kept["hash"] == digest
    assert "Tudo confere" in text
    assert head in text
    assert f"Registros {n}" in text
    assert f"Selos {len(lived.rows(db.selo))}" in text
    asked = everything(tereza, "/auditoria?objeto=auditoria")
    assert any("Pediu a conferência da auditoria" in row and "Tereza" in row for row in asked)


def test_a6_what_was_changed_behind_the_program_is_named_with_its_meaning(lived: Rig, tereza: Person) -> None:
    with lived.office.db.engine.connect() as conn:
        disarm(conn)
        row = conn.execute(sa.select(db.log.c.n, db.log.c.quem).where(db.log.c.n == 7)).one()
        conn.execute(sa.update(db.log).where(db.log.c.n == 7).values(quem="ninguém"))
        conn.commit()
    try:
        text = verified(tereza)
    finally:
        with lived.office.db.engine.connect() as conn:
            conn.execute(sa.update(db.log).where(db.log.c.n == row.n).values(quem=row.quem))
            conn.commit()
    assert "NÃO confere: 1 falha" in text
    assert "O registro 7 da auditoria foi alterado" in text
    assert "Alguém mudou este registro por fora do programa" in text
    assert "Não mude nem apague nada" in text


def test_a6_one_verification_at_a_time_and_a_form_sent_twice_starts_one(lived: Rig, tereza: Person) -> None:
    form = tereza.hidden("/auditoria/conferir", "/auditoria/conferir")
    before = _asked(lived)
    for _ in range(3):
        assert tereza.client.post("/auditoria/conferir", data=form).status_code == 303
    other = form | {"chave": "outra"}
    assert tereza.client.post("/auditoria/conferir", data=other).status_code == 303
    live_part = tereza.get("/vivo/auditoria").get_data(as_text=True)
    assert "Conferindo" in live_part
    assert tereza.client.application.extensions[verify_page._EXTENSION].wait(120)
    assert tereza.client.post("/auditoria/conferir", data=form).status_code == 303  # Back, and the button again
    assert _asked(lived) == before + 1


def _asked(rig: Rig) -> int:
    return len(rig.rows(db.log, db.log.c.objeto == "auditoria", db.log.c.estado == "pedida"))


@pytest.mark.parametrize(
    "fault",
    [
        "falta o registro 7 da auditoria",
        "o registro 7 da auditoria foi alterado",
        "o fim da auditoria não confere: faltam registros",
        "o selo X foi posto no banco fora do programa: a auditoria não registra a sua criação",
        "o selo X foi alterado fora do programa: valor (uma de: isento)",
        "o trabalho X sumiu do banco: está no registro 3 da auditoria",
        "o selo X: a assinatura do registro do ato não é de nenhum certificado da serventia",
        "a sequência dos números de selo voltou atrás: o próximo é 2",
        "o registro 9 da auditoria existiu e sumiu: o fim dela foi cortado",
        "o registro 9 da auditoria é outro: ela foi escrita de novo até ali",
        "/x/2026-01-01.json: não é uma cabeça da auditoria, ou foi alterado",
        "/x/2026-01-01.json: é de outra serventia",
        "/x/2026-01-01.json: o certificado não é um dos que a serventia usou",
        "/x/2026-01-01.json: a assinatura não confere",
    ],
)
def test_a6_every_fault_of_the_verification_has_its_meaning(fault: str) -> None:
    assert verify_page.meaning(fault) != verify_page.meaning("outra coisa")


def test_a6_a_verification_that_broke_off_is_said(lived: Rig, tereza: Person) -> None:
    entry = LogEntry(*verification.OBJECT, verification.ASKED, "tereza")
    with lived.office.db.write() as conn:  # as a server that was stopped meanwhile leaves it
        audit.write(conn, 1, lived.clock(), [entry])
    text = text_of(tereza.get("/auditoria/conferir").get_data(as_text=True))
    assert "Parou antes do fim" in text


@pytest.mark.parametrize("reason", ["0001-01-01T00:00:00Z", "2026-11-20T10:00:00", "2026-11-20", "nao", "livro_1"])
def test_a3_a_reason_is_shown_as_it_was_typed_whatever_it_looks_like(lived: Rig, reason: str) -> None:
    entry = LogEntry("formato", "certidao", "tela", "tereza", detalhe={"motivo": reason, "antes": None, "depois": None})
    with lived.office.db.write() as conn:
        audit.write(conn, 1, lived.clock(), [entry])
    head = Person(create_app(lived.office).test_client())
    assert head.login("tereza").status_code == 303
    page = head.get("/auditoria?objeto=formato")
    assert page.status_code == 200
    assert reason in " ".join(unescape(re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))).split())
