"""*Ajustes*: certificate, court, notices and every other option, tried before they are kept, without a restart."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from flask import Flask
from web_rig import PASSWORD, Clock, Person, Rig, open_office
from werkzeug.test import TestResponse

from printserver import db
from printserver.office import people
from printserver.office.settings import SETTINGS_FILE
from printserver.selo import AtoTable, Certificate, PublicCertificate, load_atos
from printserver.server.app import create_app
from printserver.server.engine import Engine
from printserver.simulator import Simulator
from printserver.web import drafts
from printserver.web.screens import SCREENS
from support.process import wait_until
from support.smtp import Mailbox, mail_server

DAY = timedelta(days=1)
SECRET = "segredo do arquivo"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office of this module alone, with a comment in its settings and an administrador."""
    comment = "\n# escrito à mão\n[xa]\nprazo_horas = 72  # a regra X4\n"
    with open_office(tmp_path_factory.mktemp("settings") / "serventia", Clock(), comment) as opened:
        with opened.office.db.write() as conn:
            people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def own_app(own: Rig) -> Flask:
    return create_app(own.office)


@pytest.fixture(scope="module")
def head(own_app: Flask) -> Person:
    return _person(own_app, "tereza")


@pytest.fixture(scope="module")
def admin(own_app: Flask) -> Person:
    return _person(own_app, "adao")


def _person(app: Flask, usuario: str) -> Person:
    person = Person(app.test_client())
    assert person.login(usuario).status_code == 303
    return person


def settings_text(rig: Rig) -> str:
    return (rig.office.instance / SETTINGS_FILE).read_text("utf-8")


def said(answer: TestResponse) -> str:
    main = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def logged(rig: Rig, objeto: str) -> dict[str, Any]:
    """Return the newest entry of the log about an object of that kind."""
    with rig.office.db.read() as conn:
        found = conn.execute(db.log.select().where(db.log.c.objeto == objeto).order_by(db.log.c.n.desc())).mappings()
        return dict(found.first() or {})


# -- the certificate --------------------------------------------------------------------------------------------------


def _made(
    rig: Rig, nome: str, *, begins: timedelta = -DAY, days: int = 365, key: Any = None, issuer: str = ""
) -> bytes:
    """Return the PKCS#12 of a certificate of ICP-Brasil's kind, with its key."""
    key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{nome}:11222333000181")])
    by = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ICP-Brasil"),
            x509.NameAttribute(NameOID.COMMON_NAME, issuer or "AC"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(rig.clock() + begins)
        .not_valid_after(rig.clock() + begins + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    secret = BestAvailableEncryption(SECRET.encode())
    return pkcs12.serialize_key_and_certificates(nome.encode(), key, certificate, None, secret)


def _put(person: Person, content: bytes | None, password: str = SECRET) -> TestResponse:
    page = "/ajustes/certificado"
    fields = {**person.hidden(page, page), "senha": password}
    file = {} if content is None else {"arquivo": (BytesIO(content), "novo.pfx")}
    return person.client.post(page, data={**fields, **file}, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("password", "senha errada"),
        ("rubbish", "não é um certificado A1"),
        ("nothing", "escolha o arquivo"),
        ("expired", "venceu em"),
        ("future", "só vale a partir de"),
        ("curve", "curva elíptica"),
        ("short", "chave RSA de 1024 bits"),
        ("keyless", "não tem a chave privada"),
    ],
)
def test_s5_a_certificate_that_cannot_sign_is_refused_with_the_reason(
    own: Rig, admin: Person, case: str, why: str
) -> None:
    before = (own.office.instance / "certificado.p12").read_bytes()
    made = _made(own, "A")
    public = pkcs12.load_pkcs12(made, SECRET.encode()).cert
    assert public is not None
    content = {
        "rubbish": b"PK not a certificate",
        "nothing": None,
        "expired": _made(own, "A", begins=-9 * DAY, days=3),
        "future": _made(own, "A", begins=DAY),
        "curve": _made(own, "A", key=ec.generate_private_key(ec.SECP256R1())),
        "short": _made(own, "A", key=rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        "keyless": pkcs12.serialize_key_and_certificates(
            None, None, None, [public.certificate], BestAvailableEncryption(SECRET.encode())
        ),
    }.get(case, made)
    answer = _put(admin, content, "outra" if case == "password" else SECRET)
    assert answer.status_code == 422
    assert why in said(answer)
    assert SECRET not in answer.get_data(as_text=True)
    assert (own.office.instance / "certificado.p12").read_bytes() == before


def test_t4_a_certificate_is_put_in_use_the_old_one_is_kept_and_one_can_return(own: Rig, admin: Person) -> None:
    old = own.office.current().certificado
    content = _made(own, "Cartório Novo", issuer="AC Prova v5")
    answer = _put(admin, content)
    assert answer.status_code == 303
    page = said(admin.get("/ajustes/certificado"))
    for shown in ("Em uso: Cartório Novo", "ICP-Brasil", "11.222.333/0001-81", "AC Prova v5"):
        assert shown in page
    new = own.office.certificado
    entry = logged(own, "ajustes")
    assert (entry["estado"], entry["quem"]) == ("certificado trocado", "adao")
    assert entry["detalhe"]["antes"]["titular"] == old.holder
    assert entry["detalhe"]["depois"]["impressao_digital"] == new.fingerprint
    assert SECRET not in str(entry)
    assert Certificate.open(content, SECRET).fingerprint == new.fingerprint
    assert _put(admin, content).status_code == 422  # a second click: it is in use already

    name = next((own.office.instance / "certificados").glob("*.p12")).name
    back = admin.send("/ajustes/certificado", "/ajustes/certificado", anterior=name)
    assert back.status_code == 303
    assert own.office.certificado.fingerprint == old.fingerprint
    assert "Cartório Novo" in said(admin.get("/ajustes/certificado"))


def test_two_tabs_change_the_certificate_once(own: Rig, admin: Person) -> None:
    page = "/ajustes/certificado"
    fields = {**admin.hidden(page, page), "senha": SECRET}
    assert _put(admin, _made(own, "Primeira")).status_code == 303
    late = {**fields, "arquivo": (BytesIO(_made(own, "Segunda")), "b.p12")}
    answer = admin.client.post(page, data=late, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "entretanto o certificado foi trocado" in said(answer)
    assert own.office.current().certificado.holder.startswith("Primeira")


def test_t4_a_certificate_swapped_while_prints_run_fails_none_and_each_seal_is_signed_by_one_of_the_two(
    own: Rig, own_app: Flask, admin: Person
) -> None:
    old = own.office.current().certificado
    with own.office.db.write() as conn:
        key = people.create_key(conn, 1, "durante a troca", people.RIGHTS, own.clock())
    made: list[str] = []
    faults: list[object] = []
    swapped, enough = threading.Event(), threading.Event()

    def prints(name: int) -> None:
        client, after, number = own_app.test_client(), 0, 0
        while after < 2 and number < 60:
            number += 1
            after += swapped.is_set()
            free = {"isento": True, "motivo_isencao": "justiça gratuita"}
            body = {"formato": "texto", "conteudo": "Certifico que nada consta."}
            document = {"tipo": "certidao", "pedido": f"{name}/{number}", "corpo": body, **free}
            answer = client.post(
                "/api/v1/jobs",
                json={"documento": document, "escrevente": "maria"},
                headers={"Authorization": f"Bearer {key}"},
            )
            if answer.status_code != 202:
                faults.append((answer.status_code, answer.get_json()))
                return
            made.append(answer.get_json()["id"])
            if len(made) >= 4:
                enough.set()

    engine = Engine(own.office)
    running = [threading.Thread(target=engine.run), *(threading.Thread(target=prints, args=(n,)) for n in range(3))]
    for thread in running:
        thread.start()
    try:
        assert enough.wait(60)
        assert _put(admin, _made(own, "Durante")).status_code == 303
        swapped.set()
        for thread in running[1:]:
            thread.join(60)
        assert faults == []
        wait_until(lambda: all(own.job(each)["estado"] == "impresso" for each in made), "the prints")
    finally:
        swapped.set()
        engine.stop()
        running[0].join(60)
    new = own.office.certificado
    signed = [_signer(own, own.job(each)["selos"][0]["codigo"], old, new) for each in made]
    assert set(signed) == {old.fingerprint, new.fingerprint}


def _signer(rig: Rig, codigo: str, *certificates: PublicCertificate) -> str:
    """Return the fingerprint of the certificate that signed a seal; fails if it was none, or not one alone."""
    with rig.office.db.read() as conn:
        line = conn.execute(db.selo.select().where(db.selo.c.codigo == codigo)).mappings().one()["registro"]
    text, _, signature = line.rpartition("|")
    (found,) = [each.fingerprint for each in certificates if each.check(f"{text}|", signature)]
    return str(found)


# -- the court and the notices ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def court(own: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    atos: AtoTable = load_atos(None)
    certificates = {own.office.cns: own.office.certificado}
    running = Simulator(tmp_path_factory.mktemp("court"), certificates, atos, port=0).begin()
    yield running
    running.stop()


def _send(person: Person, page: str, **typed: str) -> TestResponse:
    """Send the form of a page as it is, with these fields typed over."""
    text = person.get(page).get_data(as_text=True)
    form = next(each for each in re.findall(r"<form.*?</form>", text, re.S) if 'name="visto"' in each)
    fields = {
        unescape(re.findall(r'name="([^"]*)"', tag)[0]): unescape("".join(re.findall(r'value="([^"]*)"', tag)[:1]))
        for tag in re.findall(r"<input[^>]*>", form)
        if "checkbox" not in tag
    }
    fields |= {
        name: unescape(value)
        for name, value in re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>(.*?)</t', form, re.S)
    }
    for name, options in re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        fields[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return person.client.post(page, data=fields | typed)


def test_t1_the_court_is_asked_before_its_address_is_kept_and_nothing_is_reported(
    own: Rig, admin: Person, court: Simulator
) -> None:
    page = "/ajustes/tribunal"
    own.livro()
    before = settings_text(own)
    tried = _send(admin, page, url=court.url, acao="testar")
    assert "O tribunal respondeu como deve" in said(tried)
    assert settings_text(own) == before
    kept = _send(admin, page, url=court.url, modo="manual", acao="guardar")
    assert kept.status_code == 303, said(kept)
    assert own.office.current().settings.tribunal.url == court.url
    assert "# escrito à mão" in settings_text(own)
    assert "# a regra X4" in settings_text(own)
    entry = logged(own, "ajustes")
    assert entry["detalhe"]["mudancas"]["tribunal.modo"] == ["continuo", "manual"]
    with own.office.db.read() as conn:
        assert conn.execute(db.comunicacao.select()).first() is None


def test_t2_a_court_that_does_not_answer_is_not_kept_unless_a_person_says_so(own: Rig, admin: Person) -> None:
    page, before = "/ajustes/tribunal", settings_text(own)
    nowhere = "http://127.0.0.1:9"
    refused = _send(admin, page, url=nowhere, acao="guardar")
    assert refused.status_code == 422
    assert "o tribunal não atende" in said(refused)
    assert 'name="mesmo_assim"' in refused.get_data(as_text=True)
    assert settings_text(own) == before
    wrong = _send(admin, page, url="tribunal", acao="guardar")
    assert "comece por https://" in said(wrong)
    assert "deve ser um número" in said(_send(admin, page, lote="muitos", acao="guardar"))
    assert "não tem a forma esperada" in said(_send(admin, page, horarios="8h", acao="guardar"))
    assert settings_text(own) == before
    assert _send(admin, page, url=nowhere, acao="guardar", mesmo_assim="sim").status_code == 303
    assert own.office.current().settings.tribunal.url == nowhere
    assert _send(admin, page, url="", acao="guardar").status_code == 303


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


def test_t2_the_mail_server_takes_a_message_before_it_is_kept_and_each_topic_has_its_people(
    own: Rig, admin: Person, mail: Mailbox
) -> None:
    page = "/ajustes/avisos"
    typed = {
        "servidor": "127.0.0.1",
        "porta": str(mail.port),
        "seguranca": "nenhuma",
        "remetente": "selos@exemplo.com.br",
        "destinatarios": "tabeliao@exemplo.com.br",
        "recusas": "maria@exemplo.com.br, rui@exemplo.com.br",
    }
    mail.falha = "recusa"
    refused = _send(admin, page, **typed, acao="guardar")
    assert (refused.status_code, "o servidor de e-mail não aceitou" in said(refused)) == (422, True)
    mail.falha = None
    assert "A mensagem de teste foi aceita" in said(_send(admin, page, **typed, acao="testar"))
    assert not own.office.current().settings.avisos.servidor
    assert _send(admin, page, **typed, acao="guardar").status_code == 303
    assert sorted(mail.envelopes[-1][1]) == [f"{who}@exemplo.com.br" for who in ("maria", "rui", "tabeliao")]
    assert "não é um endereço de e-mail" in said(_send(admin, page, prazos="sem arroba", acao="guardar"))

    with own.office.db.write() as conn:
        for kind in ("recusado", "certificado"):
            row = {"chave": f"{kind}:prova", "tipo": kind, "assunto": kind, "texto": kind, "quando": own.clock()}
            conn.execute(db.aviso.insert().values(serventia_id=1, vence_em=own.clock(), **row))
    own.engine.run_once()
    to = {str(each["Subject"]).rpartition(" ")[2]: each["To"] for each in mail.messages[-2:]}
    assert to == {
        "recusado": "maria@exemplo.com.br, rui@exemplo.com.br",
        "certificado": "tabeliao@exemplo.com.br",
    }
    assert _send(admin, page, servidor="", acao="guardar").status_code == 303


def test_a1_a_password_of_the_mail_server_is_kept_where_it_is_read_and_nowhere_else(
    own: Rig, admin: Person, mail: Mailbox
) -> None:
    secret = "cavalo bateria 77"
    typed = {"servidor": "", "usuario": "selos", "senha": secret}
    answer = _send(admin, "/ajustes/avisos", **typed, acao="guardar")
    assert answer.status_code == 303
    path = own.office.instance / "avisos.senha"
    assert (path.read_text().strip(), path.stat().st_mode & 0o777) == (secret, 0o600)
    assert secret not in settings_text(own)
    assert secret not in str(logged(own, "ajustes"))
    assert secret not in admin.get("/ajustes/avisos").get_data(as_text=True)
    alone = _send(admin, "/ajustes/avisos", senha="outra", acao="guardar")
    assert (alone.status_code, path.read_text()) == (303, "outra\n")
    assert "Guardado: Senha." in said(admin.get("/ajustes/avisos"))
    entry = logged(own, "ajustes")
    assert (entry["objeto_id"], entry["estado"]) == ("avisos.senha", "senha trocada")
    stale = _send(admin, "/ajustes/avisos", senha="terceira", porta="2525", visto="f" * 64, acao="guardar")
    assert (stale.status_code, path.read_text()) == (422, "outra\n")  # nothing half done


# -- every other option -----------------------------------------------------------------------------------------------


def test_a_setting_is_changed_for_the_next_act_and_what_needs_a_restart_is_marked(own: Rig, admin: Person) -> None:
    page = "/ajustes/configuracao/civil.retirada_dias"
    assert _person_may_not(own, admin, page, retirada_dias="5")
    changed = _send(admin, "/ajustes/configuracao/guarda.nomes_dias", nomes_dias="30")
    assert changed.status_code == 303
    assert own.office.current().settings.guarda.nomes_dias == 30
    assert _send(admin, "/ajustes/configuracao/http.linhas", linhas="32").status_code == 303
    assert own.office.current().settings.http.linhas == 16
    listed = said(admin.get("/ajustes/configuracao"))
    assert "mudou no arquivo; espera ligar" in listed
    assert "deve ser 256 ou menos" in said(_send(admin, "/ajustes/configuracao/http.linhas", linhas="999"))
    assert admin.get("/ajustes/configuracao/banco.url").status_code == 404


def _person_may_not(rig: Rig, admin: Person, page: str, **typed: str) -> bool:
    """A5: who administers the machine changes no rule of the acts."""
    before = settings_text(rig)
    fields = {**admin.hidden("/conta", "/sair"), "visto": rig.office.state.settings_mark, **typed}
    return admin.client.post(page, data=fields).status_code == 403 and settings_text(rig) == before


def test_a5_a_head_changes_the_rule_of_an_act(own: Rig, head: Person) -> None:
    assert _send(head, "/ajustes/configuracao/xa.prazo_horas", prazo_horas="48").status_code == 303
    assert own.office.current().rules.terms.xa_hours == 48
    assert "prazo_horas = 48  # a regra X4" in settings_text(own)


def test_two_tabs_change_the_settings_once(own: Rig, admin: Person, head: Person) -> None:
    page = "/ajustes/configuracao/guarda.nomes_dias"
    old = {**admin.hidden(page, page), "nomes_dias": "60"}
    assert _send(head, page, nomes_dias="90").status_code == 303
    answer = admin.client.post(page, data=old)
    assert answer.status_code == 422
    assert "entretanto isto mudou" in said(answer)
    assert 'value="90"' in answer.get_data(as_text=True)
    assert own.office.current().settings.guarda.nomes_dias == 90


def test_what_the_environment_gives_is_shown_and_not_changed(
    own: Rig, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTSERVER_TRIBUNAL_LOTE", "50")
    page = admin.get("/ajustes/tribunal").get_data(as_text=True)
    assert "PRINTSERVER_TRIBUNAL_LOTE" in page
    assert 'name="lote"' not in page
    answer = _send(admin, "/ajustes/configuracao/guarda.nomes_dias", nomes_dias="91")
    assert answer.status_code == 303


def test_a_file_broken_by_hand_is_said_where_things_wait_and_stops_nothing(
    own: Rig, admin: Person, head: Person
) -> None:
    path: Path = own.office.instance / SETTINGS_FILE
    before = path.read_text("utf-8")
    path.write_text(before + "\n[quebrado\n")
    own.office.current(at_once=True)
    try:
        assert "não é TOML válido" in said(head.get("/ajustes"))
        assert "vale o que já valia" in said(admin.get("/ajustes/configuracao"))
        answer = _send(admin, "/ajustes/configuracao/guarda.nomes_dias", nomes_dias="12")
        assert (answer.status_code, "não é TOML válido" in said(answer)) == (422, True)
        assert own.livro()["estado"] == "impresso"
        own.clock.ahead += timedelta(minutes=1)
        assert "vale o que já valia" in said(head.get("/"))
    finally:
        path.write_text(before)
        own.office.current(at_once=True)


def test_a1_settings_that_would_stop_the_server_are_not_kept(own: Rig, admin: Person) -> None:
    before = settings_text(own)
    for url in ("", "http://localhost:1"):
        answer = _send(admin, "/ajustes/tribunal", url=url, autoridade="falta.pem", acao="guardar", mesmo_assim="sim")
        assert answer.status_code == 422
        assert "falta.pem não pode ser lido" in said(answer)
    assert settings_text(own) == before


def test_a_choice_of_numbers_is_changed_and_a_day_is_cleared(own: Rig, head: Person) -> None:
    assert _send(head, "/ajustes/configuracao/livro.lados_da_folha", lados_da_folha="1").status_code == 303
    assert own.office.current().settings.livro.lados_da_folha == 1
    page = "/ajustes/configuracao/livro.externos_ate"
    assert _send(head, page, externos_ate="31/12/2026").status_code == 303
    assert _send(head, page, externos_ate="").status_code == 303
    assert own.office.current().settings.livro.externos_ate is None
    assert "externos_ate" not in settings_text(own)


def test_a4_a_control_of_acts_is_a_heads_to_change_and_a_wrong_one_keeps_what_was_typed(
    own: Rig, admin: Person, head: Person
) -> None:
    page = "/ajustes/configuracao/pessoas.pin"
    assert _person_may_not(own, admin, page, pessoas_pin="")
    before = own.office.current().settings.pessoas.pin
    wrong = _send(head, page, pessoas_pin="xa exclusao")
    assert wrong.status_code == 422
    assert ">xa exclusao</textarea>" in wrong.get_data(as_text=True)
    assert own.office.current().settings.pessoas.pin == before


def test_every_form_without_a_page_comes_back_after_a_login() -> None:
    """A7: a form that was sent after the session had ended is shown again, or its button's page is."""
    own_answers = {"web.continuar", "web.presente", "web.formato_pagina"}
    alone = {f"web.{screen.endpoint}" for screen in SCREENS if screen.see is None and "/vivo" not in screen.path}
    assert alone <= {*drafts._PAGES, *drafts._BUTTONS, *own_answers}
