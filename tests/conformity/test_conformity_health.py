"""`printserver saude`: one line a part, with real faults: what is wrong, what to do, and the exit status."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db, incidents
from printserver.office import engine_mark
from printserver.release import Keeper, Machine, Outcome
from support.office import Rig, command_line, open_rig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        opened.out.mkdir(parents=True, exist_ok=True)
        yield opened


def health(rig: Rig, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, dict[str, str]]]:
    status = command_line("saude", "--json", "--instance", rig.folder)
    told = json.loads(capsys.readouterr().out)
    assert (told["estado"] == "problema") == (status == 1)
    return status, {each["nome"]: each for each in told["partes"]}


def test_each_part_has_a_line_and_a_fault_says_what_to_do(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    with engine_mark.marked(rig.folder):
        status, parts = health(rig, capsys)
    assert {name for name, each in parts.items() if each["estado"] == "problema"} == set(), parts
    assert status == 0
    wanted = {"banco", "escrita", "disco", "spool", "relogio", "hora", "motor", "tribunal", "certificado", "cópias"}
    assert wanted | {"fila notas", "incidentes"} <= set(parts)
    assert parts["motor"]["texto"] == "no ar"
    with rig.office.db.write() as conn:
        incidents.open_incident(conn, rig.office, "copia-falhou", "a cópia falhou: disco cheio", rig.clock())
        conn.execute(sa.update(db.fila).values(destino=str(rig.folder / "nada" / "disso")))
    (rig.folder / "spool").rename(rig.folder / "outro")
    status, parts = health(rig, capsys)
    bad = {name: each for name, each in parts.items() if each["estado"] == "problema"}
    assert status == 1
    assert set(bad) == {"spool", "motor", "fila notas", "incidente 1"}
    assert "não pode ser escrita" in bad["spool"]["texto"]
    assert bad["incidente 1"]["o_que_fazer"] == incidents.REMEDIES["copia-falhou"]
    assert command_line("saude", "--instance", rig.folder) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("PROBLEMA  motor") and "→ Ponha o servidor no ar" in line for line in lines)
    assert any(line.startswith("bem       relógio ") for line in lines)


def test_a_setting_that_names_what_is_not_there_is_a_part_of_its_own(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {"filas.livro": "balcao", "formatos.livro": "certidao", "ficha.servico": "nada", "pessoas.subscritor": "x"}
    with (rig.folder / "printserver.toml").open("a") as file:
        file.writelines(
            f"\n[{name.partition('.')[0]}]\n{name.partition('.')[2]} = '{it}'\n" for name, it in wrong.items()
        )
    status, parts = health(rig, capsys)
    assert status == 1
    for name, value in wrong.items():
        assert parts[name]["estado"] == "problema"
        assert parts[name]["texto"].startswith(f"{value}: ")
        assert "Configuração" in parts[name]["o_que_fazer"]


def test_a_part_that_cannot_be_looked_at_has_its_name(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    with rig.office.db.write() as conn:
        conn.exec_driver_sql("ALTER TABLE fila RENAME TO outra")
    parts = health(rig, capsys)[1]
    assert parts["filas"]["texto"].startswith("não pôde ser visto: ")


def test_who_keeps_the_clock_right_is_named_as_it_is(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "chronyc"
    program.write_text("#!/bin/sh\necho C8A00708,200.160.7.186,2,0,0.0012,0,0,0,0,0,0,0,0,Normal\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    text = health(rig, capsys)[1]["hora"]["texto"]
    assert text == "acertada por chrony, 200.160.7.186, desvio de 1,2 ms"


def test_an_office_that_does_not_open_is_one_line(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    (rig.folder / "printserver.toml").write_text("[selo]\nsequencia = 'nada'\n", "utf-8")
    assert command_line("saude", "--instance", rig.folder) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "selo.sequencia" in line
    assert command_line("saude", "--instance", rig.folder / "nada") == 1
    assert "não existe" in capsys.readouterr().out


def test_a_copy_that_failed_and_a_certificate_near_its_end_are_said(
    rig: Rig, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    settings = rig.folder / "printserver.toml"
    settings.write_text(f'{settings.read_text("utf-8")}\n[copias]\nlugares = ["{tmp_path}/copias"]\n', "utf-8")
    row = {"serventia_id": 1, "lugar": f"{tmp_path}/copias", "situacao": "falhou", "falha": "a mídia saiu"}
    with rig.office.db.write() as conn:
        conn.execute(sa.insert(db.copia).values(**row, inicio=rig.clock(), fim=rig.clock() + timedelta(minutes=1)))
    _, parts = health(rig, capsys)
    place = parts[f"cópia {tmp_path}/copias"]
    assert (place["estado"], place["texto"]) == ("problema", "nenhuma; a última tentativa falhou: a mídia saiu")
    assert parts["cópia fora"]["estado"] == "atencao"


def test_how_the_last_upgrade_ended_is_said(rig: Rig, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.upgrade.mkdir(parents=True)

    def told() -> dict[str, str]:
        command_line("saude", "--json", "--instance", rig.folder, "--raiz", tmp_path)
        parts = json.loads(capsys.readouterr().out)["partes"]
        return next((each for each in parts if each["nome"] == "atualização"), {})

    assert told() == {}  # there was none
    why = "o banco não migrou"
    for done, stayed, state, text, do in (
        (False, False, "atencao", f"não deu certo: {why}", "O servidor segue na versão 0.2.0."),
        (False, True, "atencao", f"não deu certo: {why}", "O servidor está na versão 0.3.0."),
        (True, False, "bem", "em 28/11/2026", ""),
    ):
        Keeper(machine).end(Outcome("0.2.0", "0.3.0", done, why, "2026-11-28T11:00:00-03:00", stayed))
        assert (told()["estado"], told()["texto"]) == (state, f"a última, para a versão 0.3.0, {text}")
        assert told()["o_que_fazer"].startswith(do)
        assert ("atualize de novo" in told()["o_que_fazer"]) is (not done and not stayed)
    assert (machine.upgrade / "outcome.json").stat().st_mode & 0o777 == 0o644  # the offices' user reads it
    Keeper(machine).conductor.symlink_to("nada")
    assert told()["texto"] == "uma está em curso, ou ficou no meio"
