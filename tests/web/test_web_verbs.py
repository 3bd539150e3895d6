"""Every address with every verb, from the application's own map: who gets in, and what acts without a form's token."""

import sqlalchemy as sa
from flask import Flask
from web_rig import Person, Rig
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from printserver import db

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OPEN = {"web.static", "web.entrar", "web.desconhecido"}
HEALTH = {"/healthz", "/readyz"}


def _path(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        values = {name: "estilo.css" if name == "filename" else "1" for name in rule.arguments}
        return rule.build(values, append_unknown=False)[1]  # type: ignore[index]


def _rules(app: Flask) -> list[tuple[Rule, str]]:
    found = [(rule, _path(app, rule)) for rule in app.url_map.iter_rules()]
    assert len(found) > 80
    return found


def _records(rig: Rig) -> int:
    with rig.office.db.read() as conn:
        # that somebody took an export along, or was refused, is on record, and changes nothing
        acts = sa.select(sa.func.count()).select_from(db.log).where(db.log.c.objeto.not_in(["exportacao", "acesso"]))
        return conn.execute(acts).scalar_one()


def _kept_out(answer: TestResponse) -> bool:
    to_login = answer.status_code == 303 and answer.headers["Location"].startswith("/entrar")
    return to_login or answer.status_code in (400, 401, 403, 404, 405, 429)


def test_no_verb_lets_a_stranger_in(app: Flask, rig: Rig, stranger: Person) -> None:
    before = _records(rig)
    let_in = []
    for rule, path in _rules(app):
        for verb in VERBS:
            answer = stranger.client.open(path, method=verb)
            open_to_all = rule.endpoint in OPEN and verb in ("GET", "HEAD")
            told_the_verbs = verb == "OPTIONS" and answer.data == b""
            if not (_kept_out(answer) or open_to_all or told_the_verbs or path in HEALTH):
                let_in.append((verb, path, answer.status_code))
    assert let_in == []
    assert _records(rig) == before


def test_a_login_without_a_forms_token_does_nothing_by_any_verb(app: Flask, rig: Rig, maria: Person) -> None:
    rig.livro()
    before = _records(rig)
    acted = []
    for rule, path in _rules(app):
        if not rule.endpoint.startswith("web."):
            continue
        for verb in VERBS:
            answer = maria.client.open(
                path, method=verb, data={"motivo": "x", "confirma": "sim"} if verb == "POST" else None
            )
            if verb not in ("GET", "HEAD", "OPTIONS") and answer.status_code not in (400, 404, 405):
                acted.append((verb, path, answer.status_code))
            assert answer.status_code < 500, (verb, path)
    assert acted == []
    assert _records(rig) == before


def test_head_is_get_without_the_body_at_every_address(app: Flask, maria: Person) -> None:
    for _, path in _rules(app):
        got, head = maria.client.get(path), maria.client.head(path)
        assert head.data == b""
        assert (head.status_code, head.mimetype) == (got.status_code, got.mimetype), path


def test_a_wrong_password_by_head_is_not_even_looked_at(rig: Rig, stranger: Person) -> None:
    before = _records(rig)
    for password in ("errada", "correta cavalo bateria"):
        answer = stranger.client.head("/entrar", data={"usuario": "maria", "senha": password})
        assert answer.status_code == 200
    assert stranger.get("/").status_code == 303
    assert _records(rig) == before
