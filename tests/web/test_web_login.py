"""The door of the screens: passwords, sessions, CSRF, headers (A1)."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from web_rig import PASSWORD, Clock, Person, Rig

import printserver
from printserver import db
from printserver.office import people
from printserver.web.attempts import Attempts

SCREENS = Path(printserver.__file__).parent / "templates" / "screens"
OPEN = {"web.entrar", "web.static", "web.desconhecido"}


@pytest.fixture
def later(clock: Clock) -> Iterator[Clock]:
    """The clock, put back afterwards."""
    before = clock.ahead
    yield clock
    clock.ahead = before


def _paths(app: Flask, method: str) -> list[str]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.") and method in rule.methods]
    filled = [re.sub("<int:[^>]*>", "1", rule.rule) for rule in rules if rule.endpoint not in OPEN]
    return [re.sub("<[^>]*>", "x" * 32, path) for path in filled]


def test_a1_the_right_password_opens_the_board_under_the_persons_own_name(stranger: Person) -> None:
    answer = stranger.login("maria")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Maria Souza" in stranger.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("usuario", "password"), [("maria", "errada"), ("ninguem", PASSWORD), ("maria", ""), ("", PASSWORD)]
)
def test_a1_a_wrong_password_and_an_unknown_user_are_told_the_same(
    stranger: Person, usuario: str, password: str
) -> None:
    answer = stranger.login(usuario, password)
    assert answer.status_code == 401
    assert "Usuário ou senha não conferem" in answer.get_data(as_text=True)
    assert stranger.get("/").status_code == 303


def test_a1_only_wrong_passwords_are_counted_and_only_at_their_address(stranger: Person, rig: Rig, app: Flask) -> None:
    limit = rig.office.settings.http.senhas_erradas_por_minuto
    for _ in range(limit + 1):
        assert stranger.login("maria").status_code == 303
        stranger.send("/", "/sair")
    wrong = [stranger.login("maria", "errada").status_code for _ in range(limit)]
    assert wrong == [401] * limit
    refused = stranger.login("maria")
    assert refused.status_code == 429
    assert "Espere um minuto" in refused.get_data(as_text=True)
    elsewhere = Person(app.test_client())
    elsewhere.client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
    assert elsewhere.login("maria").status_code == 303


@pytest.mark.parametrize("back", ["/trabalhos/abc?x=1", "/?texto=a"])
def test_who_was_stopped_at_the_door_goes_on_to_where_they_wanted(stranger: Person, back: str) -> None:
    stopped = stranger.get(back)
    assert stopped.status_code == 303
    assert stranger.send(stopped.location, "/entrar", usuario="maria", senha=PASSWORD).location == back


@pytest.mark.parametrize(
    "back", ["https://mau.example/", "//mau.example", "/\\mau.example", "javascript:alert(1)", "mau", "/\t/mau.example"]
)
def test_the_door_never_leads_to_another_site(stranger: Person, back: str) -> None:
    form = stranger.hidden("/entrar", "/entrar")
    answer = stranger.client.post("/entrar", data={**form, "usuario": "maria", "senha": PASSWORD, "proximo": back})
    assert answer.location == "/"


def test_the_cookie_is_out_of_reach_and_secure_under_tls(app: Flask) -> None:
    for scheme, secure in (("http", False), ("https", True)):
        answer = app.test_client().get("/entrar", base_url=f"{scheme}://cartorio.example/")
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert ("Secure" in cookie) is secure


def test_under_tls_a_form_is_taken_from_our_own_pages_alone(app: Flask) -> None:
    client, site = app.test_client(), "https://cartorio.example"
    page = client.get("/entrar", base_url=site).get_data(as_text=True)
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "usuario": "maria", "senha": PASSWORD}
    statuses = [
        client.post("/entrar", base_url=site, data=form, headers={"Referer": referrer}).status_code
        for referrer in ("https://mau.example/", f"{site}/entrar")
    ]
    assert statuses == [400, 303]


def test_a_session_ends_after_its_hours_however_much_it_is_used(maria: Person, rig: Rig, later: Clock) -> None:
    hours = rig.office.settings.pessoas.sessao_horas
    for _ in range(3 * hours - 1):
        later.ahead += timedelta(minutes=20)
        assert maria.get("/").status_code == 200
    later.ahead += timedelta(minutes=21)
    assert maria.get("/").status_code == 303


def test_a1_who_left_the_office_is_out_at_once(stranger: Person, rig: Rig) -> None:
    with rig.office.db.write() as conn:
        people.create_person(conn, 1, "de-saida", "De Saída", "escrevente", PASSWORD, rig.clock())
    stranger.login("de-saida")
    assert stranger.get("/").status_code == 200
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.pessoa).where(db.pessoa.c.usuario == "de-saida").values(ativa=False))
    assert stranger.get("/").status_code == 303


def test_who_logs_out_is_out(maria: Person) -> None:
    assert maria.send("/", "/sair").status_code == 303
    assert maria.get("/").status_code == 303


def test_every_screen_asks_for_a_login(stranger: Person, app: Flask) -> None:
    paths = _paths(app, "GET")
    assert len(paths) >= 10
    for path in paths:
        answer = stranger.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/entrar"), path


def test_a_live_part_sends_its_page_to_the_login(stranger: Person) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/trabalhos/abc"}
    answer = stranger.client.get("/vivo/espera", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/entrar?proximo=/trabalhos/abc"


def test_every_post_without_its_csrf_token_is_refused(maria: Person, app: Flask, rig: Rig) -> None:
    paths = [*_paths(app, "POST"), "/entrar"]
    assert len(paths) >= 7
    for path in paths:
        answer = maria.client.post(path, data={"resposta": "sim", "motivo": "nenhum"})
        assert answer.status_code == 400, path
        assert "Nada foi feito" in answer.get_data(as_text=True)
    assert maria.get("/").status_code == 200  # not logged out either


def test_a_session_is_no_key_and_a_key_is_no_session(maria: Person, stranger: Person, rig: Rig, app: Flask) -> None:
    assert maria.client.get("/api/v1/jobs").status_code == 401
    with rig.office.db.write() as conn:
        key = people.create_key(conn, 1, "so-para-a-api", people.RIGHTS, rig.clock())
    client, bearer = app.test_client(), {"Authorization": f"Bearer {key}"}
    assert client.get("/", headers=bearer).status_code == 303
    # the API asks for no CSRF token: a key is not sent by a browser on its own
    assert client.post("/api/v1/jobs", headers=bearer, json={}).status_code == 422


def test_every_answer_bears_the_security_headers(maria: Person) -> None:
    for path in ("/", "/entrar", "/nada", "/estatico/tela.js", "/trabalhos/nada"):
        headers = maria.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
    assert maria.get("/").headers["Cache-Control"] == "no-store"


def test_no_page_holds_script_or_style_of_its_own_or_from_elsewhere() -> None:
    pages = sorted(SCREENS.glob("*.html"))
    assert len(pages) > 10
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|https?:|hx-on|js:", text), path.name


@pytest.mark.parametrize("path", ["/nada", "/trabalhos/nada", "/trabalhos/nada/pdf", "/trabalhos/nada/xa", "/api"])
def test_a_mistake_of_a_person_gets_a_page_in_portuguese(maria: Person, path: str) -> None:
    answer = maria.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "Ir para Hoje" in answer.get_data(as_text=True)


def test_a_mistake_of_a_system_stays_a_problem(stranger: Person) -> None:
    answer = stranger.get("/api/v1/nada")
    assert answer.mimetype == "application/problem+json"
    assert stranger.get("/healthz").status_code == 200


def test_a_form_that_is_far_too_large_is_refused(maria: Person) -> None:
    answer = maria.client.post("/entrar", data={"usuario": "x" * 1_000_000})
    assert answer.status_code == 413
    assert "grande demais" in answer.get_data(as_text=True)


def test_a_fault_of_ours_is_a_page_with_a_number_and_nothing_of_its_inside(
    maria: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("segredo de dentro")

    monkeypatch.setattr("printserver.jobs.look_up", broken)
    answer = maria.get("/trabalhos/abc")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert re.search("ocorrência [0-9a-f]{8}", text)
    assert "segredo" not in text


# -- passwords, sessions, and what goes on record (A5) ----------------------------------------------------------------


def _log(rig: Rig, *where: sa.ColumnElement[bool]) -> list[tuple[str, str, str | None]]:
    with rig.office.db.read() as conn:
        rows = conn.execute(sa.select(db.log).where(*where).order_by(db.log.c.n)).mappings()
        return [(row["objeto_id"], row["estado"], row["endereco"]) for row in rows]


def test_a5_entries_refused_entries_and_exits_are_on_record(stranger: Person, rig: Rig) -> None:
    address = stranger.client.environ_base["REMOTE_ADDR"]
    stranger.login("maria", "errada")
    stranger.login("uma senha digitada no lugar errado", "errada")
    stranger.login("maria")
    stranger.send("/", "/sair")
    assert _log(rig, db.log.c.objeto == "pessoa", db.log.c.endereco == address) == [
        ("maria", "entrada recusada", address),
        ("desconhecido", "entrada recusada", address),
        ("maria", "entrou", address),
        ("maria", "saiu", address),
    ]


def test_a5_refused_access_is_on_record(stranger: Person, rig: Rig, app: Flask) -> None:
    with rig.office.db.write() as conn:
        key = people.create_key(conn, 1, "so-imprime", ["imprimir"], rig.clock())
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = "10.8.0.1"
    client.get("/api/v1/jobs", headers={"Authorization": "Bearer nada"})
    client.post("/api/v1/selos", headers={"Authorization": f"Bearer {key}"}, json={})
    with rig.office.db.read() as conn:
        rows = conn.execute(sa.select(db.log).where(db.log.c.endereco == "10.8.0.1").order_by(db.log.c.n)).mappings()
        found = [(row["objeto"], row["objeto_id"], row["estado"], row["sistema"]) for row in rows]
    assert found == [
        ("acesso", "/api/v1/jobs", "recusado", None),
        ("acesso", "/api/v1/selos", "recusado", "so-imprime"),
    ]


def test_a5_a_cookie_that_was_kept_is_worth_nothing_after_the_exit(maria: Person, app: Flask) -> None:
    cookie = next(each for each in maria.client._cookies.values() if each.key.startswith("sessao_"))
    assert maria.send("/", "/sair").status_code == 303
    thief = app.test_client()
    thief.environ_base["REMOTE_ADDR"] = maria.client.environ_base["REMOTE_ADDR"]
    thief.set_cookie(cookie.key, cookie.value)
    assert thief.get("/").status_code == 303


def test_a5_thirty_idle_minutes_end_a_session(maria: Person, later: Clock) -> None:
    later.ahead += timedelta(minutes=29)
    assert maria.get("/").status_code == 200
    later.ahead += timedelta(minutes=29)
    assert maria.get("/").status_code == 200
    later.ahead += timedelta(minutes=31)
    stopped = maria.get("/")
    assert stopped.status_code == 303
    assert "Sua entrada terminou" in maria.get(stopped.location).get_data(as_text=True)


@pytest.mark.parametrize("change", ["senha", "papel", "desativar"])
def test_a5_a_change_of_password_or_role_ends_the_sessions_at_the_next_request(
    stranger: Person, rig: Rig, change: str
) -> None:
    name = f"muda-{change}"
    with rig.office.db.write() as conn:
        people.create_person(conn, 1, name, "Muda", "escrevente", PASSWORD, rig.clock())
    stranger.login(name)
    assert stranger.get("/").status_code == 200
    with rig.office.db.write() as conn:
        if change == "senha":
            people.change_password(conn, 1, name, "outra frase bem comprida", rig.clock())
        elif change == "papel":
            people.change_role(conn, 1, name, "substituto", rig.clock())
        else:
            people.deactivate(conn, 1, name, rig.clock())
    assert stranger.get("/").status_code == 303
    assert stranger.login(name, PASSWORD).status_code == (303 if change == "papel" else 401)


def test_a5_who_tries_passwords_keeps_no_one_else_at_the_address_out(stranger: Person, rig: Rig) -> None:
    limit = rig.office.settings.http.senhas_erradas_por_minuto
    wrong = [stranger.login("rui", "errada").status_code for _ in range(limit + 2)]
    assert wrong == [401] * limit + [429, 429]
    assert stranger.login("tereza").status_code == 303


def test_a5_a_head_request_does_nothing(stranger: Person) -> None:
    form = stranger.hidden("/entrar", "/entrar") | {"usuario": "maria", "senha": PASSWORD}
    assert stranger.client.head("/entrar", data=form).status_code == 200
    assert stranger.get("/").status_code == 303


class _Seconds:
    """A clock of seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _stranger_there() -> bool:
    return False


def test_a5_the_wait_grows_and_is_forgotten_after_the_right_password() -> None:
    clock = _Seconds()
    tries = Attempts(3, clock)
    assert [tries.begin("ana", "a", _stranger_there) for _ in range(4)] == [0, 0, 0, 60]
    waits = []
    for _ in range(6):
        clock.now += tries.begin("ana", "a", _stranger_there)
        assert tries.begin("ana", "a", _stranger_there) == 0
        waits.append(tries.begin("ana", "a", _stranger_there))
    assert waits == [120, 240, 480, 900, 900, 900]
    assert tries.begin("ana", "b", _stranger_there) == 0
    clock.now += 900
    assert tries.begin("ana", "a", _stranger_there) == 0
    tries.succeed("ana", "a")
    assert tries.begin("ana", "a", _stranger_there) == 0


def test_a5_many_names_from_one_address_and_one_name_from_many_are_slowed_but_not_where_it_is_known() -> None:
    tries = Attempts(3, _Seconds())
    for n in range(15):
        assert tries.begin(f"nome{n}", "a", _stranger_there) == 0
        assert tries.begin("ana", f"b{n}", _stranger_there) == 0
    assert tries.begin("outro", "a", _stranger_there) > 0
    assert tries.begin("ana", "c", _stranger_there) > 0
    assert tries.begin("outro", "a", lambda: True) == 0
    assert tries.begin("ana", "c", lambda: True) == 0


def test_a5_tries_at_once_are_counted_before_they_are_known_to_be_wrong() -> None:
    tries = Attempts(10, _Seconds())
    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(lambda _: tries.begin("ana", "a", _stranger_there), range(60)))
    assert allowed.count(0) == 10
