"""`init` makes a whole office or none, for its user's eyes alone, and never touches one that is there."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.db import Database
from printserver.errors import ConfigError, Recusa
from printserver.office import Office, audit, create, people
from printserver.office.settings import SETTINGS_FILE
from printserver.selo import next_number
from support.office import NOW

ANA = create.FirstPerson("Ana.Prado", "Ana Prado")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "serventia"


@pytest.fixture
def office(folder: Path) -> Iterator[Office]:
    create.create_office(folder, NOW)
    opened = Office.open_folder(folder)
    yield opened
    opened.close()


def test_an_office_without_a_cns_is_a_demonstration(office: Office) -> None:
    assert (office.cns, office.demonstracao, office.rules.demonstracao) == ("123456", True, True)
    assert office.rules.folhas_novas is False


def test_an_office_with_a_cns_is_a_real_one_with_numbered_folhas(folder: Path) -> None:
    made = create.create_office(folder, NOW, cns="113761", proximo=5000, person=ANA)
    office = Office.open_folder(folder)
    assert (made.cns, office.cns, office.demonstracao, office.rules.folhas_novas) == ("113761", "113761", False, True)
    with office.db.read() as conn:
        assert next_number(conn, 1, "selo") == 5000
    office.close()


def test_the_first_person_key_and_queue(folder: Path) -> None:
    made = create.create_office(folder, NOW)
    office = Office.open_folder(folder)
    with office.db.read() as conn:
        admin = people.check_password(conn, 1, made.usuario, made.password)
        key = people.api_key(conn, 1, made.chave)
        queue = conn.execute(sa.select(db.fila)).mappings().one()
        kept = str([conn.execute(sa.select(table)).all() for table in (db.pessoa, db.chave_api)])
    assert admin is not None and (admin.usuario, admin.papel) == ("admin", "administrador")
    assert key is not None and key.direitos == frozenset(people.RIGHTS)
    assert (queue["nome"], queue["tipo"], queue["padrao"]) == ("notas", "pasta", True)
    assert Path(queue["destino"]) == folder / "saida" / "notas"
    assert made.password not in kept and made.chave not in kept
    assert office.instance_name == made.instancia
    office.close()


def test_a5_a_real_office_begins_with_a_person_of_its_own_who_signs_its_copies(folder: Path) -> None:
    made = create.create_office(folder, NOW, cns="113761", person=ANA, nome='Cartório "Sé"')
    office = Office.open_folder(folder)
    with office.db.read() as conn:
        who = conn.execute(sa.select(db.pessoa.c.usuario, db.pessoa.c.nome, db.pessoa.c.papel)).all()
        on_record = conn.execute(sa.select(db.log.c.objeto_id).where(db.log.c.objeto == "pessoa")).scalars().all()
    assert (made.usuario, who) == ("ana.prado", [("ana.prado", "Ana Prado", "administrador")])
    assert on_record == ["ana.prado"]
    assert (office.settings.pessoas.subscritor, office.settings.serventia.nome) == ("ana.prado", 'Cartório "Sé"')
    office.close()


@pytest.mark.parametrize(
    "person",
    [
        None,
        create.FirstPerson("admin", "Ana Prado"),
        create.FirstPerson("ana", "Ana"),
        create.FirstPerson("x y", "A B"),
    ],
)
def test_a5_a_real_office_has_no_login_of_everybody(folder: Path, person: create.FirstPerson | None) -> None:
    with pytest.raises((ConfigError, Recusa)):
        create.create_office(folder, NOW, cns="113761", person=person)
    assert list(folder.parent.iterdir()) == []


def test_what_init_did_is_on_record(office: Office) -> None:
    with office.db.read() as conn:
        assert audit.verify(conn, 1) == (5, None)
        about = conn.execute(sa.select(db.log.c.objeto).order_by(db.log.c.n)).scalars().all()
    assert about == ["serventia", "pessoa", "chave", "fila", "certificado"]


def test_everything_is_for_the_servers_user_alone(folder: Path) -> None:
    create.create_office(folder, NOW)
    for path in [folder, *folder.rglob("*")]:
        if path.name.startswith("printserver.db"):
            continue  # its folder keeps it, and the program's umask
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_test_certificate_signs_and_its_password_is_a_file_of_its_own(office: Office) -> None:
    assert office.certificado.check("texto|", office.certificado.sign("texto|"))
    assert (office.instance / "certificado.senha").stat().st_size >= 16


@pytest.mark.parametrize("what", ["file", "folder"])
def test_init_never_overwrites(folder: Path, what: str) -> None:
    if what == "file":
        folder.write_text("algo")
    else:
        create.create_office(folder, NOW)
    before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
    with pytest.raises(ConfigError, match="nada foi mudado"):
        create.create_office(folder, NOW)
    assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_init_into_an_empty_folder_that_is_there(folder: Path) -> None:
    folder.mkdir()
    create.create_office(folder, NOW)
    assert (folder / SETTINGS_FILE).exists()


@pytest.mark.parametrize("cns", ["", "12345", "1234567", "12345A", "１２３４５６"])
def test_s1_a_cns_is_six_digits(folder: Path, cns: str) -> None:
    with pytest.raises(ConfigError, match="6 algarismos"):
        create.create_office(folder, NOW, cns=cns, person=ANA)
    assert list(folder.parent.iterdir()) == []


@pytest.mark.parametrize("number", [0, -1, 10**13])
def test_s3_an_impossible_next_number_makes_no_office(folder: Path, number: int) -> None:
    with pytest.raises((ConfigError, ValueError)):
        create.create_office(folder, NOW, proximo=number)
    assert list(folder.parent.iterdir()) == []


def test_an_office_that_fails_half_made_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError("disco cheio")

    monkeypatch.setattr(create.upgrade, "upgrade", fail)
    with pytest.raises(OSError, match="disco cheio"):
        create.create_office(folder, NOW)
    assert list(folder.parent.iterdir()) == []


def test_one_postgresql_holds_an_office_once(folder: Path, postgres_url: str) -> None:
    made = create.create_office(folder, NOW, banco=postgres_url)
    with pytest.raises(ConfigError, match="já tem a serventia de CNS 123456"):
        create.create_office(folder.with_name("outra"), NOW, banco=postgres_url)
    assert not folder.with_name("outra").exists()
    database = Database(postgres_url)
    with database.read() as conn:
        assert people.api_key(conn, 1, made.chave) is not None
    database.close()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda folder: (folder / "certificado.senha").unlink(), "certificado.senha"),
        (lambda folder: (folder / "certificado.senha").write_text("errada"), "certificado.p12"),
        (lambda folder: (folder / "certificado.p12").write_bytes(b"nada"), "certificado.p12"),
        (lambda folder: (folder / "servicos.toml").write_text("["), "servicos.toml"),
        (lambda folder: (folder / "atos.toml").write_text("["), "atos.toml"),
    ],
)
def test_an_office_with_a_broken_part_does_not_open_and_names_it(folder: Path, spoil, named: str) -> None:  # type: ignore[no-untyped-def]
    create.create_office(folder, NOW)
    spoil(folder)
    with pytest.raises(ConfigError, match=named):
        Office.open_folder(folder)


def test_there_is_no_office_where_there_is_no_folder(folder: Path) -> None:
    with pytest.raises(ConfigError, match="printserver init"):
        Office.open_folder(folder)
    folder.mkdir()
    with pytest.raises(ConfigError, match="printserver init"):
        Office.open_folder(folder)
