"""A6: the record proves itself. Whatever is changed, added or taken away behind the program is found and named."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from printserver import db
from printserver.court import notices
from printserver.office import audit, create, proof
from printserver.office.proof import report
from printserver.office.proof.proofs import LogRow
from printserver.selo import generate_test_certificate
from support.court import rig_with_court
from support.life import live
from support.office import Rig, command_line, disarm, open_rig, reopen

FIXED = sorted(set(db.selo.c.keys()) - {"estado", "vivo", "vinculador", "retificado_por", "comunicado_em"})
OF_THE_ENGINE = ("n", "encerrado", "cups", "vence_em", "dono", "posse_ate", "falhas")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office with a full life, on each kind of database. What a test does to it is undone."""
    more: dict[str, Any] = {"settings": {"ficha": {"selo": "perguntar"}}}
    if request.param == "postgres":
        more["postgres"] = request.getfixturevalue("postgres_server")
    folder = tmp_path_factory.mktemp("prova") / "serventia"
    with rig_with_court(folder, **more) as (rig, court):
        live(rig, court)
        assert command_line("auditoria", "cabeca", "--instance", folder) == 0
        yield rig


class _Undo(Exception):
    """Takes back what a test did."""


@pytest.fixture
def tampered(lived: Rig) -> Callable[..., list[str]]:
    """Run statements behind the program, without the triggers; return the faults that are found, and undo all."""

    def run(*statements: Any, heads: Path | None = None) -> list[str]:
        found: list[str] = []
        try:
            with lived.office.db.write() as conn:
                disarm(conn)
                for statement in statements:
                    if callable(statement):
                        statement(conn)
                    else:
                        changed = conn.execute(sa.text(statement) if isinstance(statement, str) else statement)
                        assert changed.rowcount, statement
                found = proof.verify(conn, 1, proof.read_all(heads or lived.folder)).gaps
                raise _Undo
        except _Undo:
            return found

    return run


def other(rig: Rig, column: sa.Column[Any], value: Any) -> Any:
    """Return a value that the column could hold and does not."""
    for key in column.foreign_keys:
        found = [row[key.column.name] for row in rig.rows(key.column.table)]
        return next((each for each in found if each != value), None)
    if isinstance(column.type, sa.JSON):
        return {"outro": 1}
    if isinstance(column.type, sa.Boolean):
        return not value
    if isinstance(value, datetime):
        return value + timedelta(seconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(column.type, db.Moment):
        return datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    if isinstance(column.type, sa.Date):
        return date(2026, 1, 1)
    if isinstance(column.type, sa.Integer):
        return (value or 0) + 1
    return (value[:-1] if value else "") + ("X" if not value or value[-1] != "X" else "Y")


# -- an office that nobody touched ------------------------------------------------------------------------------------


def test_a6_a_full_life_verifies_clean(lived: Rig) -> None:
    found = lived.proof()
    assert found.gaps == []
    assert found.registros == len(lived.rows(db.log))
    assert (found.selos, found.job_count) == (len(lived.codes()), len(lived.rows(db.job)))
    assert found.question_count == len(lived.rows(db.pergunta)) > 5
    assert found.heads
    states = {row["estado"] for row in lived.rows(db.selo)}
    assert states >= {"comunicado", "excluído", "retificado"}
    assert {row["estado"] for row in lived.rows(db.job)} >= {"impresso", "cancelado"}
    assert {row["estado"] for row in lived.rows(db.pergunta)} >= {"respondida", "expirada"}


# -- the triggers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", FIXED)
def test_a6_the_database_refuses_to_change_what_is_fixed_of_a_seal(lived: Rig, column: str) -> None:
    for row in lived.rows(db.selo)[:3]:
        change = sa.update(db.selo).where(db.selo.c.id == row["id"])
        new = other(lived, db.selo.c[column], row[column])
        with pytest.raises(DBAPIError, match="nao se altera"), lived.office.db.write() as conn:
            conn.execute(change.values({column: new}))


@pytest.mark.parametrize("column", ["vivo", "vinculador", "retificado_por", "comunicado_em"])
def test_a6_what_moves_of_a_seal_moves_in_one_direction(lived: Rig, column: str) -> None:
    at_first = {"vivo": True}.get(column)
    moved = next(row for row in lived.rows(db.selo) if row[column] not in (at_first,))
    change = sa.update(db.selo).where(db.selo.c.id == moved["id"])
    for new in (at_first, other(lived, db.selo.c[column], moved[column])):
        with pytest.raises(DBAPIError, match="nao se altera"), lived.office.db.write() as conn:
            conn.execute(change.values({column: new}))
    with lived.office.db.write() as conn:  # to what it is, and its state, are changes that the program makes
        conn.execute(change.values({column: moved[column], "estado": moved["estado"]}))


@pytest.mark.parametrize("lived", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO log SELECT * FROM log WHERE n = 5",
        "INSERT OR REPLACE INTO log (rowid, serventia_id, n, quando, objeto, objeto_id, estado, detalhe, hash) "
        "SELECT rowid, 1, 900000, quando, objeto, objeto_id, estado, detalhe, hash FROM log WHERE n = 5",
        "INSERT OR REPLACE INTO log (serventia_id, n, evento, quando, objeto, objeto_id, estado, detalhe, hash) "
        "SELECT 1, 900000, 1, quando, objeto, objeto_id, estado, detalhe, hash FROM log WHERE n = 5",
        "INSERT OR REPLACE INTO selo SELECT * FROM selo WHERE principal",
        "REPLACE INTO selo SELECT * FROM selo WHERE retifica IS NOT NULL",
        "INSERT OR REPLACE INTO cadeia SELECT * FROM cadeia",
        "UPDATE OR REPLACE selo SET retifica = (SELECT max(retifica) FROM selo) WHERE id = 1",
    ],
)
def test_a6_replace_does_not_get_past(lived: Rig, statement: str) -> None:
    before = lived.rows(db.log), lived.rows(db.selo), lived.rows(db.cadeia)
    with pytest.raises(DBAPIError, match="nao se altera"), lived.office.db.write() as conn:
        conn.exec_driver_sql(statement)
    assert (lived.rows(db.log), lived.rows(db.selo), lived.rows(db.cadeia)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cadeia SET n = n - 1",
        "UPDATE cadeia SET evento = evento - 1",
        f"UPDATE cadeia SET hash = '{'0' * 64}'",
        "DELETE FROM cadeia",
    ],
)
def test_a6_the_head_only_moves_forward(lived: Rig, statement: str) -> None:
    with pytest.raises(DBAPIError, match="nao se"), lived.office.db.write() as conn:
        conn.exec_driver_sql(statement)


# -- a column that a later migration adds ------------------------------------------------------------------------------


@pytest.fixture
def with_column(monkeypatch: pytest.MonkeyPatch) -> tuple[LogRow, str]:
    """The seals as a later program knows them, and the statement of its migration: a column more, in its own group."""
    table = db.selo.to_metadata(sa.MetaData())
    table.append_column(sa.Column("nota", sa.Text))
    groups = {**proof.SELO.groups, "nota": ("nota",)}
    grown = replace(proof.SELO, tabela=table, groups=groups, later={"nota": {"nota": None}})
    monkeypatch.setattr(report, "SELO", grown)
    return grown, "ALTER TABLE selo ADD COLUMN nota TEXT"


def test_a6_a_column_added_later_leaves_the_seals_made_before_it_clean(
    lived: Rig, tampered: Callable[..., list[str]], with_column: tuple[LogRow, str], tmp_path: Path
) -> None:
    grown, statement = with_column
    first, *_, last = sorted(lived.codes())
    assert tampered(statement) == []
    (fault,) = tampered(statement, f"UPDATE selo SET nota = 'x' WHERE codigo = '{first}'")
    assert f"o selo {first} foi alterado fora do programa: nota" in fault

    def made_after(conn: sa.Connection) -> None:
        """Let the newest seal be one that the later program made, with a value in the column."""
        row = conn.execute(sa.select(grown.tabela).where(grown.tabela.c.codigo == last)).mappings().one()
        mine = sa.and_(db.log.c.objeto == "selo", db.log.c.objeto_id == last)
        entry = conn.execute(sa.select(db.log).where(mine).order_by(db.log.c.n)).mappings().first()
        assert entry is not None
        kept = entry["prova"] | proof.evidence(grown, dict(row))
        conn.execute(sa.update(db.log).where(db.log.c.n == entry["n"]).values(prova=kept))
        rehash(conn)

    new = f"UPDATE selo SET nota = 'y' WHERE codigo = '{last}'"
    gone = f"UPDATE selo SET nota = NULL WHERE codigo = '{last}'"
    assert tampered(statement, new, made_after, heads=tmp_path) == []
    (fault,) = tampered(statement, new, made_after, gone, heads=tmp_path)
    assert f"o selo {last} foi alterado fora do programa: nota" in fault


def test_a6_the_groups_of_which_offices_hold_digests_do_not_change() -> None:
    held = {
        "selo": {"ato": 13, "valor": 6, "assinatura": 3, "lugar": 10},
        "job": {"pedido": 20, "página": 8, "avisos": 1},
        "pergunta": {"pergunta": 10, "resposta": 1},
    }
    for known in (proof.SELO, proof.JOB, proof.QUESTION):
        sizes = {name: len(columns) for name, columns in known.groups.items() if name not in known.later}
        assert sizes == held[known.objeto], "a new column gets a group of its own, named in `later`"


# -- what gets past the triggers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", sorted(set(db.selo.c.keys()) - {"id", "serventia_id"}))
def test_a6_a_changed_column_of_a_seal_is_named(lived: Rig, tampered: Callable[..., list[str]], column: str) -> None:
    row = next(row for row in lived.rows(db.selo) if row["ato"] == "ES" and row["vinculador"])
    new = other(lived, db.selo.c[column], row[column])
    faults = tampered(sa.update(db.selo).where(db.selo.c.id == row["id"]).values({column: new}))
    code = new if column == "codigo" else row["codigo"]
    assert any(code in fault and (column in fault or column == "codigo") for fault in faults), faults


@pytest.mark.parametrize("column", sorted(set(db.job.c.keys()) - {"serventia_id", *OF_THE_ENGINE}))
def test_a6_a_changed_column_of_a_print_is_named(lived: Rig, tampered: Callable[..., list[str]], column: str) -> None:
    row = next(row for row in lived.rows(db.job) if row["viva"] and row["tipo"] == "livro")
    new = other(lived, db.job.c[column], row[column])
    faults = tampered(sa.update(db.job).where(db.job.c.n == row["n"]).values({column: new}))
    name = new if column == "id" else row["id"]
    assert any(name in fault and (column in fault or column == "id") for fault in faults), faults


@pytest.mark.parametrize("column", ["tipo", "texto", "selos", "atinge", "alternativas", "estado", "resposta"])
def test_a6_a_changed_question_or_answer_is_named(lived: Rig, tampered: Callable[..., list[str]], column: str) -> None:
    row = next(row for row in lived.rows(db.pergunta) if row["tipo"] == "xa" and row["estado"] == "respondida")
    new = other(lived, db.pergunta.c[column], row[column])
    faults = tampered(sa.update(db.pergunta).where(db.pergunta.c.id == row["id"]).values({column: new}))
    assert any(row["job_id"] in fault and column in fault for fault in faults), faults


@pytest.mark.parametrize("table", [db.selo, db.job, db.pergunta])
def test_a6_a_row_that_is_gone_is_named(lived: Rig, tampered: Callable[..., list[str]], table: sa.Table) -> None:
    column = {"selo": "codigo", "job": "id", "pergunta": "job_id"}[table.name]
    key = next(iter(table.primary_key.columns))
    row = max(lived.rows(table), key=lambda each: int(each[key.name]))
    faults = tampered(sa.delete(table).where(key == row[key.name]))
    assert [fault for fault in faults if row[column] in fault and "sumiu do banco" in fault]


@pytest.mark.parametrize("table", [db.selo, db.job, db.pergunta])
def test_a6_a_row_that_was_added_is_named(lived: Rig, tampered: Callable[..., list[str]], table: sa.Table) -> None:
    key = next(iter(table.primary_key.columns))
    row = {k: v for k, v in lived.rows(table)[-1].items() if k != key.name}
    row |= {"selo": {"codigo": "0" * 25, "retifica": None}, "job": {"id": "f" * 32, "viva": False}}.get(
        table.name, {"estado": "respondida"}
    )
    faults = tampered(sa.insert(table).values(**row))
    assert any("posto no banco fora do programa" in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("statements", "fault"),
    [
        (["UPDATE log SET quem = 'outro' WHERE n = 7"], "o registro 7 da auditoria foi alterado"),
        (["UPDATE log SET prova = NULL WHERE objeto = 'selo' AND prova IS NOT NULL"], "da auditoria foi alterado"),
        (["UPDATE log SET excecao = NULL WHERE excecao = 'xa'"], "da auditoria foi alterado"),
        (["UPDATE log SET excecao = 'isento' WHERE n = 7"], "da auditoria foi alterado"),
        (["DELETE FROM log WHERE n = 7"], "falta o registro 7 da auditoria"),
        (["DELETE FROM log WHERE n IN (7, 8)"], "faltam os registros 7 a 8 da auditoria"),
        (
            [
                "INSERT INTO log SELECT serventia_id, n + 1000000, NULL, quando, objeto, objeto_id, estado, quem, "
                "sistema, endereco, detalhe, prova, excecao, hash FROM log WHERE n = 7"
            ],
            "o fim da auditoria não confere",
        ),
        (["UPDATE cadeia SET evento = evento + 1"], "o fim da auditoria não confere"),
        (["DELETE FROM cadeia"], "o fim da auditoria não confere"),
    ],
)
def test_a6_a_changed_log_is_named(tampered: Callable[..., list[str]], statements: list[str], fault: str) -> None:
    assert any(fault in each for each in tampered(*statements))


def cut(conn: sa.Connection) -> None:
    """Take the last entries away, and let the head agree."""
    last = conn.execute(sa.select(db.cadeia.c.n)).scalar_one() - 3
    conn.execute(sa.delete(db.log).where(db.log.c.n > last))
    rehash(conn)


def rehash(conn: sa.Connection) -> None:
    """Recompute the whole chain, as an attacker who knows the program could."""
    previous, event = audit.GENESIS, 0
    for row in conn.execute(sa.select(db.log).order_by(db.log.c.n)).mappings().all():
        digest = audit.digest(previous, create.DEMO_CNS, row)
        conn.execute(sa.update(db.log).where(db.log.c.n == row["n"]).values(hash=digest))
        previous, event, n = digest, row["evento"] or event, row["n"]
    conn.execute(sa.update(db.cadeia).values(n=n, evento=event, hash=previous))


def test_a6_a_log_that_was_cut_is_found_by_the_rows_and_by_the_head_kept(
    tampered: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert any("foi cortado" in fault and "cabeça guardada" in fault for fault in tampered(cut))
    assert tampered(cut, heads=tmp_path)  # no head at all: the tables have more than the log tells


def test_a6_a_log_written_anew_is_found_by_the_head_kept(tampered: Callable[..., list[str]], tmp_path: Path) -> None:
    anew = ("UPDATE log SET quem = 'outro' WHERE n = 3", rehash)
    assert any("foi escrita de novo" in fault and "cabeça guardada" in fault for fault in tampered(*anew))
    assert tampered(*anew, heads=tmp_path) == []  # what the heads are for


def test_a6_a_sequence_that_went_back_is_named(lived: Rig, tampered: Callable[..., list[str]]) -> None:
    highest = max(int(row["codigo"][9:22]) for row in lived.rows(db.selo) if row["codigo"][9:22].isdecimal())
    faults = tampered(sa.update(db.sequencia).values(proximo=highest))
    assert any("sequência" in fault and f"{highest:013d}" in fault for fault in faults), faults


def test_a6_what_is_no_value_at_all_is_named_too(lived: Rig, tampered: Callable[..., list[str]]) -> None:
    if not lived.office.db.sqlite:
        return
    for column in ("emolumentos", "momento", "dia", "isento", "comunicado_em", "vivo"):
        faults = tampered(f"UPDATE selo SET {column} = 'lixo' WHERE id = 1")
        assert any(column in fault for fault in faults), column
    assert tampered("UPDATE log SET detalhe = 'lixo', quando = 'lixo', prova = '[1]' WHERE n = 8")


def test_a6_a_signature_of_another_key_is_found_even_with_a_log_written_anew(
    lived: Rig, tampered: Callable[..., list[str]], tmp_path: Path
) -> None:
    row = lived.rows(db.selo)[0]
    line = row["registro"].removesuffix(row["assinatura"]).replace("|0|", "|1|", 1)
    forged = row | {"registro": line + row["assinatura"]}

    def agree(conn: sa.Connection) -> None:
        log = db.log
        mine = (log.c.objeto == "selo", log.c.objeto_id == row["codigo"], log.c.estado == "comunicação pendente")
        entry = conn.execute(sa.select(log).where(*mine).order_by(log.c.n)).mappings().first()
        assert entry is not None
        kept = entry["prova"] | proof.evidence(proof.SELO, forged)
        conn.execute(sa.update(log).where(log.c.n == entry["n"]).values(prova=kept))
        rehash(conn)

    change = sa.update(db.selo).where(db.selo.c.id == row["id"]).values(registro=forged["registro"])
    (fault,) = tampered(change, agree, heads=tmp_path)
    assert row["codigo"] in fault
    assert "assinatura" in fault


# -- the heads --------------------------------------------------------------------------------------------------------


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "serventia") as opened:
        opened.printed(opened.livro())
        yield opened


def test_a6_the_first_round_of_a_day_keeps_a_signed_head(rig: Rig) -> None:
    (first,) = proof.kept_heads(rig.folder)
    head = json.loads(first.read_text("utf-8"))
    assert first.name == "2026-11-20.json"
    assert first.stat().st_mode & 0o077 == 0
    assert set(head) == {"serventia", "instancia", "n", "hash", "quando", "assinatura", "certificado"}
    assert (head["serventia"], head["certificado"][:10]) == (rig.office.cns, "-----BEGIN")
    kept = first.read_bytes()
    rig.printed(rig.certidao())
    assert first.read_bytes() == kept
    rig.clock.forward(days=1)
    rig.engine.run_once()
    assert [path.name for path in proof.kept_heads(rig.folder)] == ["2026-11-20.json", "2026-11-21.json"]
    assert rig.proof().heads == ["2026-11-20", "2026-11-21"]


def test_a6_an_orderly_stop_keeps_the_head(rig: Rig) -> None:
    rig.engine.stop()
    rig.engine.run()
    head = json.loads(proof.kept_heads(rig.folder)[-1].read_text("utf-8"))
    assert head["n"] == len(rig.rows(db.log))


def test_a6_a_head_is_never_kept_in_the_place_of_a_longer_or_another_one(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    head_command = ("auditoria", "cabeca", "--instance", rig.folder)
    assert command_line(*head_command) == 0
    (path,) = proof.kept_heads(rig.folder)
    kept = path.read_bytes()
    assert f"{json.loads(kept)['n']}:{json.loads(kept)['hash']}" in capsys.readouterr().out
    with rig.office.db.engine.connect() as conn:
        disarm(conn)
        cut(conn)
        conn.commit()
    assert command_line(*head_command) == 1
    assert "foi cortado" in capsys.readouterr().err
    assert path.read_bytes() == kept
    rig.engine.stop()
    rig.engine.run()
    assert path.read_bytes() == kept
    notices.observe(rig.office)
    (told,) = [row for row in rig.rows(db.aviso) if row["tipo"] == "auditoria"]
    assert "foi cortado" in told["texto"]
    notices.observe(rig.office)
    assert len(rig.rows(db.aviso)) == 1


@pytest.mark.parametrize("change", ["n", "hash", "quando", "serventia", "assinatura", "certificado", "lixo"])
def test_a6_a_head_that_was_changed_is_found(rig: Rig, change: str, tmp_path: Path) -> None:
    (path,) = proof.kept_heads(rig.folder)
    head = json.loads(path.read_text("utf-8"))
    if change == "certificado":
        head["certificado"] = _another_certificate(tmp_path)
    elif change == "n":
        head["n"] -= 1
    elif change != "lixo":
        head[change] = other(rig, db.job.c.id, head[change])
    path.write_text("{}" if change == "lixo" else json.dumps(head), "utf-8")
    (fault,) = rig.proof().gaps
    assert str(path) in fault


def _another_certificate(folder: Path) -> str:
    from printserver.selo import Certificate

    generate_test_certificate(
        folder / "outro.p12", "senha", nome="Outro", now=datetime.fromisoformat("2026-01-01T00:00:00Z")
    )
    return Certificate.load(folder / "outro.p12", "senha").public_pem().decode()


def test_a6_a_head_that_a_person_brings_is_held_against_the_log(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    with rig.office.db.read() as conn:
        point = proof.point(conn, 1)
    rig.printed(rig.certidao())
    verify = ("auditoria", "verificar", "--instance", rig.folder, "--cabeca")
    assert command_line(*verify, point.upper()) == 0
    assert "trazidas: 1" in capsys.readouterr().out
    n, digest = point.split(":")
    assert command_line(*verify, f"{int(n) - 1}:{digest}") == 1
    assert "foi escrita de novo" in capsys.readouterr().err
    assert command_line(*verify, f"{int(n) + 900}:{digest}") == 1
    assert "sumiu" in capsys.readouterr().err
    assert command_line(*verify, "12") == 1
    assert "--cabeca" in capsys.readouterr().err


def test_a6_seals_of_a_certificate_that_was_changed_are_still_checked(tmp_path: Path) -> None:
    with open_rig(tmp_path / "serventia") as rig:
        rig.printed(rig.livro())
        (rig.folder / "certificado.p12").unlink()
        password = (rig.folder / "certificado.senha").read_text().strip()
        generate_test_certificate(rig.folder / "certificado.p12", password, nome="Nova", now=rig.clock())
        reopen(rig.folder, rig.clock, rig.key).office.db.close()
        found = rig.proof()
        assert (found.gaps, found.certificates) == ([], 2)


def test_a6_the_command_line_names_what_it_finds(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    verify = ("auditoria", "verificar", "--instance", rig.folder)
    assert command_line(*verify) == 0
    told = capsys.readouterr().out
    assert "A auditoria confere" in told
    assert "selos: 2" in told
    code = rig.codes()[0]
    with rig.office.db.engine.connect() as conn:
        disarm(conn)
        conn.exec_driver_sql(f"UPDATE selo SET livro = '9' WHERE codigo = '{code}'")
        conn.commit()
    assert command_line(*verify) == 1
    told = capsys.readouterr().err
    assert code in told
    assert "livro" in told
    assert "Não mude nem apague nada" in told


def test_a6_the_days_mail_bears_the_head(tmp_path: Path) -> None:
    with rig_with_court(tmp_path / "serventia") as (rig, _court):
        rig.printed(rig.livro())
        rig.clock.forward(days=1)
        rig.engine.run_once()
        (told,) = [row for row in rig.rows(db.aviso) if row["tipo"] == "lote"]
        line = told["texto"].splitlines()[-1]
        assert line.startswith("Cabeça da auditoria: ")
        rig.printed(rig.certidao())
        point = line.removeprefix("Cabeça da auditoria: ")
        assert rig.proof(proof.parse_point(point)).gaps == []


def test_a6_of_many_that_keep_the_head_at_once_the_longest_stays(rig: Rig) -> None:
    office = rig.office

    def one(number: int) -> None:
        with office.db.write() as conn:
            audit.write(conn, 1, rig.clock(), [audit.LogEntry("pessoa", f"p{number}", "criada")])
        proof.store(office.db, 1, rig.folder, office.certificado, rig.clock())

    with ThreadPoolExecutor(8) as crew:
        list(crew.map(one, range(40)))
    (path,) = proof.kept_heads(rig.folder)
    assert json.loads(path.read_text("utf-8"))["n"] == len(rig.rows(db.log))
    assert rig.proof().gaps == []
