"""C5, S10: the tables in force follow their files in every process; a change of a file is whole and on record."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.common import files
from printserver.errors import ConfigError, Recusa
from printserver.office import Act, Author, Office, settings_file, table_changes, table_files
from printserver.selo import ATOS_FILE, SERVICES_FILE, service_changes
from support.office import FEES, ISENTO, Rig, open_rig, reopen

ROW = """[certidao-notas]
descricao = "Certidão"
natureza = 1
ano = 2026
tabeliao = "{}"
estado = "0.00"
secretaria_fazenda = "0.00"
santa_casa = "0.00"
registro_civil = "0.00"
tribunal_justica = "0.00"
iss = "3.00"
ministerio_publico = "0.00"
"""
HEAD = Author(1, None, None, "tereza", "tabeliao", frozenset(), "10.0.0.1")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        yield opened


@pytest.fixture
def other(rig: Rig) -> Iterator[Office]:
    """The same office, as another process has it open."""
    again = reopen(rig.folder, rig.clock, rig.key)
    yield again.office
    again.office.db.close()


def price(office: Office) -> str | None:
    version = office.current(at_once=True).servicos.get("certidao-notas", office.clock().date())
    return None if version is None else str(version.total)


def put(rig: Rig, text: str, name: str = SERVICES_FILE) -> None:
    """Rename a file into place, as the screens and most editors do."""
    files.write_whole(rig.folder / name, text.encode())


def test_c5_a_file_put_in_place_counts_for_the_next_act_of_every_process(rig: Rig, other: Office) -> None:
    assert (price(rig.office), price(other)) == ("95.12", "95.12")
    put(rig, ROW.format("60.00"))
    assert (price(rig.office), price(other)) == ("63.00", "63.00")
    put(rig, ROW.format("61.00"))
    assert (price(rig.office), price(other)) == ("64.00", "64.00")
    put(rig, '[ZZ]\ndescricao = "Novo"\nnaturezas = [1]\n', ATOS_FILE)
    assert (
        rig.office.current(at_once=True).atos.get("ZZ", 1) == other.current(at_once=True).atos.get("ZZ", 1) is not None
    )


def test_c5_a_broken_file_leaves_the_table_in_force_and_is_said(rig: Rig) -> None:
    put(rig, ROW.format("60.00"))
    assert price(rig.office) == "63.00"
    put(rig, ROW.format("60,00"))
    assert price(rig.office) == "63.00"
    assert "tabeliao" in rig.office.state.faults[SERVICES_FILE]
    with pytest.raises(Recusa, match="tem um erro"):
        table_changes.services(rig.office)
    with pytest.raises(ConfigError, match="tabeliao"):
        reopen(rig.folder, rig.clock, rig.key)
    put(rig, ROW.format("62.00"))
    assert (price(rig.office), rig.office.state.faults) == ("65.00", {})


def save(rig: Rig, text: str, seen: table_files.Snapshot | None = None, who: Author = HEAD) -> None:
    table_files.save(rig.office, who, seen or table_files.look(rig.office, SERVICES_FILE), text, "mudança")


def test_a3_s10_a_change_is_on_record_with_before_and_after_and_every_content_is_kept(rig: Rig) -> None:
    put(rig, ROW.format("60.00"))
    save(rig, ROW.format("61.00"))
    put(rig, ROW.format("62.00") + "# à mão\n")
    save(rig, ROW.format("63.00"))
    kept = table_files.kept(rig.office, SERVICES_FILE)
    contents = [ROW.format("63.00"), ROW.format("62.00") + "# à mão\n", ROW.format("61.00"), ROW.format("60.00")]
    assert [(each.texto, each.quem) for each in kept] == list(zip(contents, ("tereza", None) * 2, strict=True))
    rows = rig.rows(db.log, db.log.c.objeto.in_(("servico", "tabela")))
    assert [(row["objeto"], row["objeto_id"], row["estado"], row["quem"], row["endereco"]) for row in rows] == 2 * [
        ("tabela", "servicos.toml", "gravada", "tereza", "10.0.0.1"),
        ("servico", "certidao-notas", "mudado", "tereza", "10.0.0.1"),
    ]
    detail = rows[-1]["detalhe"]
    assert [side["emolumentos_centavos"]["tabeliao"] for side in (*detail["antes"], *detail["depois"])] == [6200, 6300]


def test_s10_what_changed_meanwhile_is_not_written_over(rig: Rig) -> None:
    seen = table_files.look(rig.office, SERVICES_FILE)
    save(rig, ROW.format("61.00"), seen)
    with pytest.raises(Recusa, match=r"a tabela mudou depois que você abriu esta página, por .*, às 14:30"):
        save(rig, ROW.format("62.00"), seen)
    assert table_files.look(rig.office, SERVICES_FILE).texto == ROW.format("61.00")


def test_s10_what_does_not_load_or_may_not_be_changed_is_not_written(rig: Rig) -> None:
    with pytest.raises(Recusa, match="tabeliao"):
        save(rig, ROW.format("6,00"))
    administrator = Author(1, None, None, "admin", "administrador", frozenset(), None)
    with pytest.raises(Recusa) as caught:
        save(rig, ROW.format("61.00"), who=administrator)
    assert caught.value.word == "sem-permissao"
    assert not (rig.folder / SERVICES_FILE).exists()


@pytest.mark.parametrize("before", [None, ROW.format("60.00")])
def test_s10_a_change_that_is_not_recorded_is_not_in_the_file(rig: Rig, before: str | None) -> None:
    if before is not None:
        put(rig, before)
    seen = table_files.look(rig.office, SERVICES_FILE)

    def unrecordable(act: Act) -> None:
        act.log("tabela", "x", "y", {"valor": object()})  # the log refuses it, after the file was written

    with pytest.raises(sa.exc.StatementError):
        table_files.save(rig.office, HEAD, seen, ROW.format("61.00"), "mudança", check=unrecordable)
    path = rig.folder / SERVICES_FILE
    assert (path.read_text("utf-8") if path.exists() else None) == before
    assert table_files.kept(rig.office, SERVICES_FILE) == []
    assert not [each for each in rig.folder.iterdir() if each.name.startswith(".servicos")]


def test_c5_acts_of_a_day_count_by_value_by_name_and_at_the_counter_on_both_databases(any_rig: Rig) -> None:
    rig = any_rig
    name = "certidao-notas"
    old = rig.office.servicos.get(name, date(2026, 11, 20))
    assert old is not None
    change = service_changes.add((old,), replace(old, desde=date(2026, 11, 20), fonte="nova"))
    assert table_changes.past_acts(rig.office, change) == 0
    by_name = {"natureza": 1, "ato": "CE", "identificador": "N-1", "escrevente": "maria", "servico": name}
    assert rig.call("POST", "/selos", by_name).status == 201
    twice = {"servicos": [{"servico": name, "quantidade": 2}]}
    certidao = {each: value for each, value in rig.certidao().items() if each not in ISENTO}
    rig.printed(certidao | twice)
    act = {"ato": "AU", "papel": "AU0371AJ 0000001", "emolumentos": FEES, "escrevente": "maria"}
    assert rig.call("POST", "/atos-de-balcao", act).status == 201
    assert table_changes.past_acts(rig.office, change) == 3
    rig.clock.forward(days=1)
    with pytest.raises(Recusa, match="3 atos já foram feitos"):
        table_changes.refuse_past(rig.office, change)
    save(rig, ROW.format("61.00"))
    assert price(rig.office) == "64.00"


# -- how files are replaced: tables, settings, passwords, certificates -------------------------------------------------


def replace_table(office: Office, folder: Path) -> None:
    seen = table_files.look(office, SERVICES_FILE)
    table_files.save(office, HEAD, seen, seen.texto + ROW.format("61.00"), "mudança")


def replace_password(office: Office, folder: Path) -> None:
    seen = settings_file.mark_of(folder / "avisos.senha")
    settings_file.replace_file(office, HEAD, "avisos.senha", b"nova\n", seen, "senha trocada", {})


Replace = Callable[[Office, Path], None]
EACH = pytest.mark.parametrize(
    ("replaced", "name"),
    [(replace_table, SERVICES_FILE), (replace_password, "avisos.senha")],
    ids=["table", "password"],
)


@EACH
def test_a1_a_file_that_is_a_link_stays_one(rig: Rig, tmp_path: Path, replaced: Replace, name: str) -> None:
    elsewhere = tmp_path / name
    elsewhere.touch()
    (rig.folder / name).symlink_to(elsewhere)
    replaced(rig.office, rig.folder)
    assert (rig.folder / name).readlink() == elsewhere
    assert elsewhere.stat().st_size > 0


@EACH
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a1_a_full_disk_changes_neither_file_nor_log(rig: Rig, tmp_path: Path, replaced: Replace, name: str) -> None:
    disk = tmp_path / "disco"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(disk)], check=True)
    try:
        (disk / name).write_bytes(b"#\n")
        (rig.folder / name).symlink_to(disk / name)
        before = rig.state()
        with pytest.raises(Recusa, match=f"Nada foi feito: {name} não pode ser escrito") as refused:
            replaced(rig.office, rig.folder)
        assert refused.value.word == "servidor-ocupado"
        assert (disk / name).read_bytes() == b"#\n"
        assert rig.state() == before
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@EACH
def test_a1_what_is_not_recorded_leaves_no_file_where_there_was_none(rig: Rig, replaced: Replace, name: str) -> None:
    with rig.office.db.write() as conn:
        conn.exec_driver_sql(
            "CREATE TRIGGER cheio BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    with pytest.raises(sa.exc.DBAPIError):
        replaced(rig.office, rig.folder)
    assert not (rig.folder / name).exists()
