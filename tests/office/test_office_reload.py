"""What the office's files say takes effect without a restart, and a broken file changes nothing (A1, T4)."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from printserver import db
from printserver.office import Office, create
from printserver.office.settings import SETTINGS_FILE, from_environment
from printserver.selo import generate_test_certificate
from support.office import Rig, edited_by_hand, open_rig


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("reload") / "serventia") as opened:
        yield opened


@pytest.fixture
def settings_file(rig: Rig) -> Iterator[Path]:
    """The settings, put back at the end."""
    path = rig.folder / SETTINGS_FILE
    before = path.read_text("utf-8")
    yield path
    edited_by_hand(path, before)
    rig.office.current(at_once=True)


def test_a_setting_changed_by_hand_is_in_force_for_the_next_act_and_not_for_the_one_under_way(
    rig: Rig, settings_file: Path
) -> None:
    under_way = rig.office.current()
    edited_by_hand(settings_file, settings_file.read_text() + "\n[xa]\nprazo_horas = 24\n")
    following = rig.office.current()
    assert (following.settings.xa.prazo_horas, following.rules.terms.xa_hours) == (24, 24)
    assert (under_way.settings.xa.prazo_horas, under_way.rules.terms.xa_hours) == (72, 72)
    assert following.db is under_way.db


def test_an_http_request_sees_what_was_changed(rig: Rig, settings_file: Path) -> None:
    livro = rig.livro()
    assert rig.printed(livro)["selos"]
    edited_by_hand(settings_file, settings_file.read_text() + '\n[tribunal]\nmodo = "manual"\n')
    assert rig.call("GET", "/comunicacoes").json["modo"] == "manual"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[xa]\nprazo_horas = muitas\n", "não é TOML válido"),
        ("[xa]\nprazo_horas = -1\n", "xa.prazo_horas"),
        ("[xa]\nprazo = 1\n", "não existe esta opção"),
        ('[tribunal]\nautoridade = "nada.pem"\n', "nada.pem não pode ser lido"),
        ("", "está vazio"),
    ],
)
def test_a_broken_file_changes_nothing_and_says_why(rig: Rig, settings_file: Path, text: str, said: str) -> None:
    before = rig.office.current().settings
    edited_by_hand(settings_file, text)
    current = rig.office.current()
    assert current.settings == before
    assert said in current.state.faults[SETTINGS_FILE]
    assert "autoridade" in text or str(settings_file) in current.state.faults[SETTINGS_FILE]
    assert rig.printed(rig.certidao())["estado"] == "impresso"


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(rig: Rig, settings_file: Path) -> None:
    text, before = settings_file.read_text(), rig.office.current().settings
    settings_file.unlink()
    rig.office.current()
    assert not rig.office.current().state.faults  # an editor may be replacing it
    assert "não existe mais" in rig.office.current(at_once=True).state.faults[SETTINGS_FILE]
    assert rig.office.current().settings == before
    edited_by_hand(settings_file, text)
    assert not rig.office.current().state.faults


def test_a_file_that_is_being_written_is_not_read_yet(rig: Rig, settings_file: Path) -> None:
    before = rig.office.current().state.generation
    settings_file.write_text("[xa]\nprazo_horas = 48\n", "utf-8")
    assert rig.office.current().state.generation == before
    assert rig.office.current(at_once=True).settings.xa.prazo_horas == 48


def test_what_needs_a_restart_stays_and_is_named(rig: Rig, settings_file: Path) -> None:
    edited_by_hand(settings_file, settings_file.read_text() + "\n[http]\nlinhas = 32\n\n[civil]\nretirada_dias = 30\n")
    current = rig.office.current()
    assert (current.settings.http.linhas, current.settings.civil.retirada_dias) == (16, 30)
    assert current.state.waiting == ("http.linhas",)


def test_a_table_changed_by_hand_is_in_force(rig: Rig) -> None:
    path = rig.folder / "servicos.toml"
    assert rig.post(rig.certidao(isento=False, motivo_isencao=None, servico="nova")).status == 422
    table = '[nova]\ndescricao = "Nova"\nnatureza = 1\nano = 2026\nfonte = "tabela"\n'
    zero = ("estado", "secretaria_fazenda", "santa_casa", "registro_civil", "tribunal_justica", "ministerio_publico")
    table += 'tabeliao = "10.00"\niss = "0.50"\n' + "".join(f'{name} = "0.00"\n' for name in zero)
    edited_by_hand(path, table)
    job = rig.printed({"tipo": "certidao", "pedido": "n", "corpo": rig.certidao()["corpo"], "servico": "nova"})
    codigo = job["selos"][0]["codigo"]
    assert rig.rows(db.selo, db.selo.c.codigo == codigo)[0]["total_centavos"] == 1050
    edited_by_hand(path, table.replace("ano = 2026", "ano = x"))
    assert "servicos.toml" in rig.office.current().state.faults
    rig.taken({"tipo": "certidao", "pedido": "m", "corpo": rig.certidao()["corpo"], "servico": "nova"})
    edited_by_hand(path, "# nenhum\n")
    assert not rig.office.current().state.faults


def test_t4_a_certificate_is_swapped_without_a_restart_and_is_on_record_before_it_signs(rig: Rig) -> None:
    path = rig.folder / "certificado.p12"
    old = path.read_bytes()
    draft = rig.folder / "outro.p12"
    password = (rig.folder / create.PASSWORD_FILE).read_text().strip()
    generate_test_certificate(draft, password, nome="Outro", now=rig.clock() - timedelta(days=1))
    under_way = rig.office.current()
    draft.replace(path)
    os.utime(path, ns=(time.time_ns() - 60 * 10**9,) * 2)
    current = rig.office.current()
    assert (under_way.certificado.holder != "Outro", current.certificado.holder) == (True, "Outro")
    assert current.certificado.fingerprint in {each["objeto_id"] for each in rig.rows(db.log)}
    codigo = rig.printed(rig.certidao())["selos"][0]["codigo"]
    line, _, signature = rig.rows(db.selo, db.selo.c.codigo == codigo)[0]["registro"].rpartition("|")
    assert current.certificado.check(f"{line}|", signature)
    path.write_bytes(b"broken")
    broken = rig.office.current(at_once=True)
    assert "não é um certificado A1" in broken.state.faults["certificado"]
    assert broken.certificado.holder == "Outro"
    path.write_bytes(old)
    assert not rig.office.current(at_once=True).state.faults


def test_a_look_at_files_that_did_not_change_is_cheap(rig: Rig) -> None:
    office: Office = rig.office
    office.current()
    begin = time.perf_counter()
    for _ in range(200):
        office.current()
    assert (time.perf_counter() - begin) / 200 < 0.001


def test_settings_of_the_environment_are_known() -> None:
    assert from_environment({"PRINTSERVER_TRIBUNAL_URL": "x", "printserver_xa_prazo_horas": "1", "OTHER": ""}) == {
        "tribunal.url",
        "xa.prazo_horas",
    }
    assert "avisos.porta" in from_environment({"PRINTSERVER_AVISOS": "{}"})
