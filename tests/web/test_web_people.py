"""People, own account, keys (A1, A2, A5): made, changed and ended at the screens, each on record."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from itertools import count
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from web_rig import PASSWORD, Clock, Person, Rig, open_office
from werkzeug.test import TestResponse

from printserver import db
from printserver.office import people
from printserver.server.app import create_app

NEW = "outro cavalo na bateria"
_addresses = count(1)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("people") / "serventia", Clock()) as opened:
        with opened.office.db.write() as conn:
            for usuario, nome, role in (("adao", "Adão Reis", "administrador"), ("bia", "Beatriz Alves", "escrevente")):
                people.create_person(conn, 1, usuario, nome, role, PASSWORD, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def app(own: Rig) -> Flask:
    return create_app(own.office)


def at_a_browser(app: Flask) -> Person:
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.0.2.{next(_addresses)}"
    return Person(client)


def enter(app: Flask, usuario: str, password: str = PASSWORD) -> Person:
    person = at_a_browser(app)
    assert person.login(usuario, password).status_code == 303
    return person


def text(person: Person, path: str) -> str:
    return plain(person.get(path).get_data(as_text=True))


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def logged(own: Rig, objeto: str, name: str) -> list[tuple[str, str | None]]:
    """Return state and author of the log's entries about an object."""
    query = sa.select(db.log.c.estado, db.log.c.quem).where(db.log.c.objeto == objeto, db.log.c.objeto_id == name)
    with own.office.db.read() as conn:
        return [(row.estado, row.quem) for row in conn.execute(query.order_by(db.log.c.n))]


def shown(answer_text: str, field: str) -> str:
    """Return the value of the field that shows what is shown once."""
    tag = re.findall(rf'<input id="{field}"[^>]*>', answer_text)[0]
    return unescape(re.findall(r'value="([^"]*)"', tag)[0])


def choose(person: Person, password: str, new: str) -> TestResponse:
    """Let a person change their password."""
    fields = {"senha": password, "senha_nova": new, "senha_repetida": new}
    return person.send("/conta", "/conta/senha", **fields)


def make_person(app: Flask, nome: str, role: str = "escrevente", by: str = "tereza") -> tuple[str, str]:
    """Let `by` create a person; return user name and password as they are shown."""
    boss = enter(app, by)
    page = "/ajustes/pessoas/nova"
    answer = boss.send(page, page, nome=nome, papel=role, usuario="")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    return re.findall(r'<code id="usuario">([^<]+)<', html)[0], shown(html, "senha-feita")


# -- a new person -----------------------------------------------------------------------------------------------------


def test_a5_a_new_person_gets_a_password_once_and_chooses_their_own(own: Rig, app: Flask) -> None:
    usuario, given = make_person(app, "Conceição de Jesus")
    assert usuario == "conceicao.jesus"
    assert logged(own, "pessoa", usuario) == [("criada", "tereza")]
    person = enter(app, usuario, given)
    for path in ("/", "/impressoes", "/conta/segundo-fator", "/balcao"):
        assert person.get(path).headers.get("Location") == "/conta", path
    assert person.client.get("/vivo/sino", headers={"HX-Request": "true"}).status_code == 204
    assert person.client.post("/balcao", data=person.hidden("/conta", "/sair")).headers["Location"] == "/conta"
    changed = choose(person, given, NEW)
    assert (changed.status_code, changed.headers["Location"]) == (303, "/")
    assert "Nada espera" in text(person, "/") or "espera" in text(person, "/")
    assert at_a_browser(app).login(usuario, given).status_code == 401
    assert at_a_browser(app).login(usuario, NEW).status_code == 303


def test_a5_the_same_form_sent_twice_makes_one_person(app: Flask) -> None:
    boss = enter(app, "tereza")
    page = "/ajustes/pessoas/nova"
    fields = boss.hidden(page, page) | {"nome": "Ivo Prates", "papel": "escrevente", "usuario": "ivo"}
    assert boss.client.post(page, data=fields).status_code == 200
    again = boss.client.post(page, data=fields)
    assert again.status_code == 200
    assert "Isto já tinha sido feito" in plain(again.get_data(as_text=True))
    assert "senha-feita" not in again.get_data(as_text=True)
    taken = boss.client.post(page, data=fields | boss.hidden(page, page))  # another form
    assert (taken.status_code, "já existe o usuário" in plain(taken.get_data(as_text=True))) == (422, True)


def test_a5_a_second_click_makes_no_second_user_name(own: Rig, app: Flask) -> None:
    boss = enter(app, "tereza")
    page = "/ajustes/pessoas/nova"
    fields = boss.hidden(page, page) | {"nome": "Nair Couto", "papel": "escrevente", "usuario": ""}
    browsers, cookie = [app.test_client() for _ in range(4)], boss.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    for each in browsers:
        each.set_cookie(cookie.key, cookie.value)
        each.environ_base["REMOTE_ADDR"] = boss.client.environ_base["REMOTE_ADDR"]
    with ThreadPoolExecutor(len(browsers)) as pool:  # at the same time
        answers = list(pool.map(lambda each: each.post(page, data=fields), browsers))
    assert [each.status_code for each in answers] == [200] * len(browsers)
    assert sum("senha-feita" in each.get_data(as_text=True) for each in answers) == 1
    with own.office.db.read() as conn:
        made = sa.select(db.pessoa.c.usuario).where(db.pessoa.c.nome == "Nair Couto")
        assert conn.execute(made).scalars().all() == ["nair.couto"]
    assert logged(own, "pessoa", "nair.couto") == [("criada", "tereza")]


def test_a5_another_password_is_made_once_per_form(own: Rig, app: Flask) -> None:
    usuario, _given = make_person(app, "Olga Reis")
    boss, page = enter(app, "tereza"), f"/ajustes/pessoas/{usuario}"
    fields = boss.hidden(page, f"{page}/senha")
    password = shown(boss.client.post(f"{page}/senha", data=fields).get_data(as_text=True), "senha-feita")
    again = boss.client.post(f"{page}/senha", data=fields)
    assert (again.status_code, "senha-feita" in again.get_data(as_text=True)) == (200, False)
    assert "Isto já tinha sido feito" in plain(again.get_data(as_text=True))
    assert logged(own, "pessoa", usuario) == [("criada", "tereza"), ("senha mudada", "tereza")]
    enter(app, usuario, password)


@pytest.mark.parametrize(
    ("by", "role", "taken"),
    [
        ("tereza", "tabeliao", True),
        ("tereza", "administrador", True),
        ("other", "escrevente", True),
        ("other", "substituto", False),
        ("adao", "administrador", True),
        ("adao", "substituto", False),
        ("adao", "tabeliao", False),
    ],
)
def test_a5_who_may_give_which_role(app: Flask, by: str, role: str, taken: bool) -> None:
    boss = enter(app, "rui" if by == "other" else by)
    page = "/ajustes/pessoas/nova"
    answer = boss.send(page, page, nome="Nova Pessoa", papel=role, usuario=f"{by}.{role}")
    assert answer.status_code == (200 if taken else 422)


def test_a5_an_office_without_a_head_gets_its_first_from_the_administrator(tmp_path: Path) -> None:
    with open_office(tmp_path / "serventia", Clock()) as empty:
        with empty.office.db.write() as conn:
            conn.execute(sa.update(db.pessoa).where(db.pessoa.c.papel != "administrador").values(ativa=False))
            people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, empty.clock())
        app = create_app(empty.office)
        boss, page = enter(app, "adao"), "/ajustes/pessoas/nova"
        assert boss.send(page, page, nome="Nova Chefe", papel="tabeliao", usuario="chefe").status_code == 200
        assert boss.send(page, page, nome="Outro Chefe", papel="substituto", usuario="outro").status_code == 422


# -- changing a person ------------------------------------------------------------------------------------------------


def test_a1_a_name_and_a_role_are_changed_with_before_and_after_on_record(own: Rig, app: Flask) -> None:
    usuario, _given = make_person(app, "Otto Lins")
    boss, page = enter(app, "tereza"), f"/ajustes/pessoas/{usuario}"
    assert boss.send(page, page, nome="Otto Lins Neto", papel="substituto").status_code == 303
    assert "Otto Lins Neto" in text(boss, page)
    query = sa.select(db.log.c.detalhe).where(db.log.c.objeto_id == usuario, db.log.c.estado == "mudada")
    with own.office.db.read() as conn:
        detail = conn.execute(query).scalar_one()
    assert detail["antes"] == {"papel": "escrevente", "nome": "Otto Lins"}
    assert detail["depois"] == {"papel": "substituto", "nome": "Otto Lins Neto"}
    assert boss.send(page, page, nome="Otto Lins Neto", papel="substituto").status_code == 303
    assert len([each for each in logged(own, "pessoa", usuario) if each[0] == "mudada"]) == 1


def test_a7_a_stale_tab_does_not_set_an_old_role_back(own: Rig, app: Flask) -> None:
    usuario, _given = make_person(app, "Abel Pinto")
    boss, page = enter(app, "tereza"), f"/ajustes/pessoas/{usuario}"
    tab = boss.hidden(page, page)
    assert boss.send(page, page, nome="Abel Pinto", papel="substituto").status_code == 303
    for typed in ({"nome": "Abel M. Pinto"}, {"nome": ""}):  # right, and refused for another reason
        stale = boss.client.post(page, data=tab | {"papel": "escrevente"} | typed)
        html = stale.get_data(as_text=True)
        assert (stale.status_code, "entretanto isto mudou" in plain(html)) == (422, True)
        assert '<option value="substituto" selected>' in html
        assert 'value="Abel Pinto"' in html
    left = boss.hidden(page, page)
    assert boss.send(page, f"{page}/saida", acao="desativar", motivo="saiu").status_code == 303
    assert boss.client.post(page, data=left | {"nome": "Abel", "papel": "escrevente"}).status_code == 422
    assert [state for state, _who in logged(own, "pessoa", usuario)] == ["criada", "mudada", "desativada"]


def test_a5_nobody_changes_their_own_role_and_a_head_is_not_for_the_administrator(app: Flask) -> None:
    boss = enter(app, "tereza")
    form = boss.hidden("/conta", "/sair") | {"nome": "Tereza Lima", "papel": "administrador"}
    assert boss.client.post("/ajustes/pessoas/tereza", data=form).status_code == 403
    admin = enter(app, "adao")
    form = admin.hidden("/conta", "/sair")
    for end in ("", "/senha", "/saida", "/entradas"):
        assert admin.client.post(f"/ajustes/pessoas/rui{end}", data=form).status_code == 403, end
    assert "mudados pelo tabelião" in text(admin, "/ajustes/pessoas/rui")


def test_a5_who_left_is_out_at_once_and_comes_back_with_the_password_of_before(own: Rig, app: Flask) -> None:
    gone, boss = enter(app, "bia"), enter(app, "tereza")
    page = "/ajustes/pessoas/bia"
    without = boss.send(page, f"{page}/saida", acao="desativar", motivo="")
    assert (without.status_code, gone.get("/").status_code) == (422, 200)
    assert boss.send(page, f"{page}/saida", acao="desativar", motivo="pediu demissão").status_code == 303
    assert gone.get("/").status_code == 303
    assert at_a_browser(app).login("bia").status_code == 401
    again = boss.client.post(
        f"{page}/saida", data=boss.hidden("/conta", "/sair") | {"acao": "desativar", "motivo": "de novo"}
    )
    assert "já está desativado" in plain(again.get_data(as_text=True))
    assert boss.send(page, f"{page}/saida", acao="reativar", motivo="voltou").status_code == 303
    assert at_a_browser(app).login("bia").status_code == 303
    assert [each for each in logged(own, "pessoa", "bia") if each[0] in ("desativada", "reativada")] == [
        ("desativada", "tereza"),
        ("reativada", "tereza"),
    ]


def test_a5_a_forgotten_password_is_replaced_and_ends_the_sessions(app: Flask) -> None:
    usuario, given = make_person(app, "Lia Nunes")
    before, boss = enter(app, usuario, given), enter(app, "tereza")
    page = f"/ajustes/pessoas/{usuario}"
    answer = boss.send(page, f"{page}/senha")
    other = shown(answer.get_data(as_text=True), "senha-feita")
    assert other != given
    assert "/entrar" in before.get("/conta").headers["Location"]
    assert at_a_browser(app).login(usuario, given).status_code == 401
    assert enter(app, usuario, other).get("/").headers["Location"] == "/conta"


# -- on record, or not done -------------------------------------------------------------------------------------------


@contextmanager
def log_fails(own: Rig, *, used_code: bool = False) -> Iterator[None]:
    """Let the database refuse every entry of the log; what was done meanwhile must be as before.

    With `used_code` a code of a second factor is used up all the same.
    """
    before = kept(own, used_code=used_code)
    with own.office.db.write() as conn:
        fault = "CREATE TRIGGER fault BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'fault of the test'); END"
        conn.exec_driver_sql(fault)
    try:
        yield
    finally:
        with own.office.db.write() as conn:
            conn.exec_driver_sql("DROP TRIGGER fault")
    assert kept(own, used_code=used_code) == before


def kept(own: Rig, *, used_code: bool = False) -> list[object]:
    """Return people, keys, sessions and the log, but for the times of last use."""
    last_use = {"vista_em", "usada_em"} | ({"fator_passo"} if used_code else set())
    tables = (db.pessoa, db.chave_api, db.sessao, db.log, db.idempotencia)
    with own.office.db.read() as conn:
        return [
            [tuple(row) for row in conn.execute(sa.select(*columns).order_by(*columns[:2]))]
            for columns in ([each for each in table.c if each.name not in last_use] for table in tables)
        ]


def refused_whole(own: Rig, person: Person, page: str, to: str, **fields: str) -> dict[str, str]:
    """Send a form whose log entry fails; it changes nothing, and shows nothing that is shown once. Return the form."""
    sent = person.hidden(page, to) | fields
    with log_fails(own):
        answer = person.client.post(to, data=sent)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 500, to
    assert "Algo inesperado aconteceu" in html
    assert not re.search('id="(senha-feita|texto)"', html)
    return sent


def test_a1_an_act_on_a_person_that_is_not_on_record_is_not_done(own: Rig, app: Flask) -> None:
    boss, new = enter(app, "tereza"), "/ajustes/pessoas/nova"
    sent = refused_whole(own, boss, new, new, nome="Zeno Alba", papel="escrevente", usuario="zeno")
    given = shown(boss.client.post(new, data=sent).get_data(as_text=True), "senha-feita")  # the form is as good as new
    inside, page = enter(app, "zeno", given), "/ajustes/pessoas/zeno"
    refused_whole(own, boss, page, page, nome="Zeno Alba Sá", papel="substituto")
    refused_whole(own, boss, page, f"{page}/senha")
    refused_whole(own, boss, page, f"{page}/entradas")
    refused_whole(own, boss, page, f"{page}/saida", acao="desativar", motivo="saiu")
    assert inside.get("/conta").status_code == 200
    assert boss.send(page, f"{page}/entradas").status_code == 303
    assert logged(own, "pessoa", "zeno")[-1] == ("entradas encerradas", "tereza")


def test_a1_an_act_on_ones_account_that_is_not_on_record_is_not_done(own: Rig, app: Flask) -> None:
    usuario, given = make_person(app, "Iara Dias")
    person, page = enter(app, usuario, given), "/conta"
    typed = {"senha": given, "senha_nova": NEW, "senha_repetida": NEW}
    refused_whole(own, person, page, "/conta/senha", **typed)
    assert choose(person, given, NEW).status_code == 303  # still logged in, with the password of before
    assert logged(own, "pessoa", usuario)[-2:] == [("senha mudada", usuario), ("entrou", usuario)]
    refused_whole(own, person, page, page, senha=NEW, pin_novo="471928", pin_repetido="471928")
    other = enter(app, usuario, NEW)
    refused_whole(own, person, page, "/conta/entradas", entrada="outras")
    assert other.get("/conta").status_code == 200
    factor = "/conta/segundo-fator"
    html = person.get(factor).get_data(as_text=True)
    secret = "".join(re.findall(r"digite no aplicativo: <code>([A-Z2-7 ]+)</code>", html)[0].split())
    seal = re.findall(r'name="segredo" value="([^"]+)"', html)[0]
    refused_whole(own, person, factor, factor, senha=NEW, segredo=seal, codigo_fator=code_of(secret, own))
    secret, _reserve = set_up(person, own)
    own.clock.ahead += timedelta(minutes=5)
    typed = {"senha": NEW, "codigo_fator": code_of(secret, own)}
    with log_fails(own, used_code=True):
        assert person.client.post(factor, data=person.hidden(factor, factor) | typed).status_code == 500
    assert "Está ativo" in text(person, factor)


def test_a1_a_login_that_is_not_on_record_is_none(own: Rig, app: Flask) -> None:
    person = at_a_browser(app)
    with log_fails(own):
        assert person.login("rui").status_code == 500
    assert person.get("/").status_code == 303


def test_a1_a_key_that_is_not_on_record_is_neither_made_nor_revoked(own: Rig, app: Flask) -> None:
    admin, new = enter(app, "adao"), "/ajustes/chaves/nova"
    sent = refused_whole(own, admin, new, new, nome="Protocolo", direitos="imprimir", fila="")
    made = admin.client.post(new, data=sent)
    key = shown(made.get_data(as_text=True), "texto")
    again = admin.client.post(new, data=sent).get_data(as_text=True)
    assert "Isto já tinha sido feito" in plain(again)
    assert 'id="texto"' not in again
    html = admin.get("/ajustes/chaves").get_data(as_text=True)
    row = re.findall(r"<tr>(?:(?!</tr>).)*Protocolo.*?</tr>", html, re.S)
    (revoke,) = re.findall(r'href="(/ajustes/chaves/\d+/revogar)"', row[0])
    refused_whole(own, admin, revoke, revoke, motivo="perdida")
    asked = {"headers": {"Authorization": f"Bearer {key}"}}
    assert app.test_client().get("/api/v1/jobs", **asked).status_code == 200
    assert logged(own, "chave", "Protocolo") == [("criada", "adao")]


# -- own account ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("curta", "de 12 a 1024"),
        ("tabeliao tabeliao", "fácil demais"),
        ("bia alves cartorio", "fácil demais"),
        ("senha da serventia", "fácil demais"),
        ("qwertyuiopas", "fácil demais"),
        ("aaaaaaaaaaaaaa", "fácil demais"),
        ("123456789012", "fácil demais"),
        (PASSWORD, "é igual à de agora"),
    ],
)
def test_a5_a_new_password_that_is_guessed_is_refused_at_its_field(app: Flask, new: str, said: str) -> None:
    person = enter(app, "bia")
    answer = choose(person, PASSWORD, new)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in plain(re.findall(r'id="erro-senha_nova">(.*?)</p>', html, re.S)[0])
    assert new not in html
    assert at_a_browser(app).login("bia").status_code == 303


def test_a5_a_wrong_current_password_is_on_record_and_changes_nothing(own: Rig, app: Flask) -> None:
    person = enter(app, "bia")
    answer = choose(person, "errada mesmo", NEW)
    assert (answer.status_code, logged(own, "pessoa", "bia")[-1]) == (422, ("mudança de senha recusada", "bia"))


def test_a5_sessions_are_listed_and_ended_one_by_one_or_all_others(app: Flask) -> None:
    usuario, given = make_person(app, "Rosa Dias")
    first = enter(app, usuario, given)
    choose(first, given, NEW)
    others = [enter(app, usuario, NEW) for _ in range(3)]
    html = first.get("/conta").get_data(as_text=True)
    numbers = re.findall(r'name="entrada" value="([0-9a-f]{16})"', html)
    assert (len(numbers), html.count("(este)")) == (3, 1)
    first.send("/conta", "/conta/entradas", entrada=numbers[0])
    assert sum(each.get("/conta").status_code == 200 for each in others) == 2
    first.send("/conta", "/conta/entradas", entrada="outras")
    assert sum(each.get("/conta").status_code == 200 for each in others) == 0
    assert first.get("/conta").status_code == 200
    stranger = enter(app, "bia")
    own_number = re.findall(r"\(este\)", stranger.get("/conta").get_data(as_text=True))
    stranger.send("/conta", "/conta/entradas", entrada=numbers[1])
    assert own_number
    assert first.get("/conta").status_code == 200


# -- second factor ----------------------------------------------------------------------------------------------------


def code_of(secret: str, own: Rig, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(own.clock() + timedelta(seconds=30 * steps))


def set_up(person: Person, own: Rig, password: str = NEW) -> tuple[str, list[str]]:
    """Set up a second factor; return its secret and the recovery codes."""
    page = "/conta/segundo-fator"
    html = person.get(page).get_data(as_text=True)
    secret = "".join(re.findall(r"digite no aplicativo: <code>([A-Z2-7 ]+)</code>", html)[0].split())
    sent = {"codigo_fator": code_of(secret, own), "segredo": re.findall(r'name="segredo" value="([^"]+)"', html)[0]}
    sent["senha"] = password
    token = re.findall(r'name="csrf_token" value="([^"]+)"', html)[0]
    wrong = person.client.post(page, data={**sent, "codigo_fator": "000000", "csrf_token": token})
    assert (wrong.status_code, secret) == (422, secret)
    assert secret[:4] in wrong.get_data(as_text=True)  # the phone has read it: it is shown again
    without = person.client.post(page, data={**sent, "senha": "outra senha comprida", "csrf_token": token})
    assert (without.status_code, "não confere" in without.get_data(as_text=True)) == (422, True)
    done = person.client.post(page, data={**sent, "csrf_token": token})
    assert done.status_code == 200
    return secret, re.findall(r"<li><code>([a-z0-9-]+)</code>", done.get_data(as_text=True))


def second_step(person: Person, usuario: str, code: str, password: str = PASSWORD) -> int:
    first = person.login(usuario, password)
    html = first.get_data(as_text=True)
    assert (first.status_code, "Código do celular" in html) == (200, True)
    assert person.get("/").status_code == 303
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', html))
    return person.client.post("/entrar", data={**fields, "codigo_fator": code}).status_code


def test_a5_with_a_second_factor_the_password_alone_does_not_enter(own: Rig, app: Flask) -> None:
    usuario, given = make_person(app, "Caio Melo")
    person = enter(app, usuario, given)
    choose(person, given, NEW)
    secret, reserve = set_up(person, own)
    assert len(set(reserve)) == 10
    own.clock.ahead += timedelta(minutes=5)
    right = code_of(secret, own)
    assert second_step(at_a_browser(app), usuario, "123456", NEW) == 401
    inside = at_a_browser(app)
    assert second_step(inside, usuario, f"{right[:3]} {right[3:]}", NEW) == 303
    assert inside.get("/conta").status_code == 200
    assert second_step(at_a_browser(app), usuario, right, NEW) == 401  # a code counts once
    assert second_step(at_a_browser(app), usuario, reserve[0].replace("-", "").upper(), NEW) == 303
    assert second_step(at_a_browser(app), usuario, reserve[0], NEW) == 401
    assert "Restam 9 códigos" in text(inside, "/conta")
    with own.office.db.read() as conn:
        kept = conn.execute(sa.select(db.pessoa).where(db.pessoa.c.usuario == usuario)).mappings().one()
    assert secret not in str(dict(kept))
    assert reserve[1].replace("-", "") not in str(dict(kept))
    removed = inside.send("/conta/segundo-fator", "/conta/segundo-fator", senha=NEW, codigo_fator=reserve[1])
    assert removed.status_code == 303
    assert at_a_browser(app).login(usuario, NEW).status_code == 303
    states = [state for state, _who in logged(own, "pessoa", usuario)]
    assert {"segundo fator criado", "segundo fator removido"} <= set(states)


def test_a5_after_five_wrong_codes_one_waits(own: Rig, app: Flask) -> None:
    usuario, given = make_person(app, "Davi Luz")
    person = enter(app, usuario, given)
    choose(person, given, NEW)
    secret, _reserve = set_up(person, own)
    own.clock.ahead += timedelta(minutes=5)
    tries = [second_step(at_a_browser(app), usuario, "111111", NEW) for _ in range(6)]
    assert tries == [401] * 5 + [429]
    assert second_step(at_a_browser(app), usuario, code_of(secret, own), NEW) == 429


def test_a5_in_a_real_office_the_heads_and_the_administrator_must_have_one(tmp_path: Path) -> None:
    with open_office(tmp_path / "serventia", Clock(), cns="123456") as real:
        app = create_app(real.office)
        clerk, head = enter(app, "maria"), enter(app, "tereza")
        assert clerk.get("/").status_code == 200
        for path in ("/", "/ajustes", "/conta"):
            assert head.get(path).headers.get("Location") == "/conta/segundo-fator", path
        set_up(head, real, PASSWORD)
        assert head.get("/").status_code == 200


# -- keys of programs -------------------------------------------------------------------------------------------------


def test_a2_a_key_is_made_shown_once_used_and_revoked(own: Rig, app: Flask) -> None:
    admin = enter(app, "adao")
    page = "/ajustes/chaves/nova"
    made = admin.client.post(
        page, data=admin.hidden(page, page) | {"nome": "Balcão 2", "direitos": ["imprimir", "selos"], "fila": "notas"}
    )
    key = shown(made.get_data(as_text=True), "texto")
    assert key not in admin.get("/ajustes/chaves").get_data(as_text=True)
    assert "Balcão 2 imprimir documentos; fazer, retificar e excluir selos; balcão notas" in text(
        admin, "/ajustes/chaves"
    )
    assert "nunca" in text(admin, "/ajustes/chaves")
    asked = {"headers": {"Authorization": f"Bearer {key}"}}
    program = app.test_client()
    assert program.get("/api/v1/jobs", **asked).status_code == 200
    row = re.findall(r"<tr>(?:(?!</tr>).)*Balcão 2.*?</tr>", admin.get("/ajustes/chaves").get_data(as_text=True), re.S)
    assert "nunca" not in row[0]
    (revoke,) = re.findall(r'href="(/ajustes/chaves/\d+/revogar)"', row[0])
    assert admin.send(revoke, revoke, motivo="").status_code == 422
    assert program.get("/api/v1/jobs", **asked).status_code == 200
    assert admin.send(revoke, revoke, motivo="máquina vendida").status_code == 303
    assert program.get("/api/v1/jobs", **asked).status_code == 401
    assert logged(own, "chave", "Balcão 2") == [("criada", "adao"), ("revogada", "adao")]
    assert "já foi revogada" in text(admin, revoke)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"nome": "Sem direito"}, "direitos"),
        ({"nome": "", "direitos": "imprimir"}, "nome"),
        ({"nome": "legado", "direitos": "imprimir"}, "nome"),
        ({"nome": "Fila", "direitos": "imprimir", "fila": "nenhuma"}, "fila"),
    ],
)
def test_a2_a_key_that_is_not_right_is_refused_at_its_field(app: Flask, fields: dict[str, str], field: str) -> None:
    admin, page = enter(app, "adao"), "/ajustes/chaves/nova"
    answer = admin.send(page, page, **fields)
    assert answer.status_code == 422
    assert f'id="erro-{field}"' in answer.get_data(as_text=True)


def test_a5_the_table_of_who_may_do_what_is_on_a_screen(app: Flask) -> None:
    page = text(enter(app, "maria"), "/ajustes/papeis")
    assert "Responder à pergunta de reimpressão (XA) e à da ficha sim sim sim —" in page
    assert "Serviços, valores e tabela de atos — sim sim —" in page
