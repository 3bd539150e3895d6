"""A person clears a model or corrects its kind and format: kept through imports, asked again for other content (A1)."""

from pathlib import Path

import pytest

from printserver import db, models
from printserver.errors import Recusa
from printserver.models import Choice, Model, Row
from printserver.office import Author
from support.office import Rig, command_line, qr_codes

UNKNOWN = "nem o nome do arquivo nem o texto dizem de que ato é: fica como avulso, sem selo"


def rtf(text: str) -> bytes:
    return (r"{\rtf1\ansi\fs24 " + text + r"\par}").encode("latin-1")


def take(rig: Rig, folder: Path) -> dict[str, Row]:
    rig.clock.forward(seconds=1)
    return {row.nome: row for row in models.import_folder(rig.office, author(rig), folder, folder / "provas").rows}


def author(rig: Rig) -> Author:
    return Author(rig.office.serventia_id, None, None, "tereza", "tabeliao", frozenset(), None)


def find(rig: Rig, name: str) -> Model:
    with rig.office.db.read() as conn:
        return models.require(conn, rig.office, name)


@pytest.fixture
def folder(rig: Rig, tmp_path: Path) -> Path:
    """A folder with one model of no known act, taken over."""
    made = tmp_path / "m"
    made.mkdir()
    (made / "modelo 7.rtf").write_bytes(rtf("Prezados senhores de <Nome>"))
    take(rig, made)
    return made


def test_a1_a_cleared_model_says_who_when_and_why_and_stays_so_until_its_content_changes(
    rig: Rig, folder: Path
) -> None:
    models.clear(rig.office, author(rig), find(rig, "modelo 7"), "é um ofício da casa")
    cleared = find(rig, "modelo 7")
    assert (cleared.estado, cleared.motivos, cleared.numero, cleared.origem) == ("pronto", (), 2, "conferido")
    assert cleared.conferido == models.Cleared(
        (UNKNOWN,), "tereza", rig.clock().isoformat(timespec="seconds"), "é um ofício da casa"
    )
    entry = rig.rows(db.log, db.log.c.objeto == "modelo")[-1]
    assert (entry["quem"], entry["objeto_id"], entry["estado"]) == ("tereza", "modelo 7", "conferido")
    assert entry["detalhe"]["motivo"] == "é um ofício da casa"
    assert entry["detalhe"]["conferido"] == [UNKNOWN]

    row = take(rig, folder)["modelo 7"]
    assert (row.novidade, row.estado) == ("igual", "pronto")
    assert find(rig, "modelo 7") == cleared

    (folder / "modelo 7.rtf").write_bytes(rtf("Prezados senhores e senhoras de <Nome>"))
    row = take(rig, folder)["modelo 7"]
    assert (row.novidade, row.estado, row.motivos) == ("mudou", "conferir", (UNKNOWN,))
    assert find(rig, "modelo 7").conferido is None


def test_another_reason_for_the_same_content_is_asked(rig: Rig, folder: Path, tmp_path: Path) -> None:
    models.clear(rig.office, author(rig), find(rig, "modelo 7"), "certo")
    papers = tmp_path / "p"
    papers.mkdir()
    (papers / "modelo 7.pdf").write_bytes(b"isto nao e um pdf")
    rig.clock.forward(seconds=1)
    rows = models.import_folder(rig.office, author(rig), folder, folder / "provas", papers=papers).rows
    assert (rows[0].estado, rows[0].motivos) == ("conferir", ("o PDF do programa antigo não pode ser lido",))


def test_only_the_version_in_force_that_is_to_be_looked_at_is_cleared_and_for_a_reason(rig: Rig, folder: Path) -> None:
    old = find(rig, "modelo 7")
    with pytest.raises(Recusa, match="diga o motivo"):
        models.clear(rig.office, author(rig), old, "")
    models.clear(rig.office, author(rig), old, "certo")
    with pytest.raises(Recusa, match="tem uma versão mais nova"):
        models.clear(rig.office, author(rig), old, "certo")
    with pytest.raises(Recusa, match="está pronto"):
        models.clear(rig.office, author(rig), find(rig, "modelo 7"), "certo")


def test_a_chosen_kind_and_format_stay_whatever_the_content(rig: Rig, folder: Path) -> None:
    models.correct(rig.office, author(rig), find(rig, "modelo 7"), Choice("certidao"), "é uma certidão")
    found = find(rig, "modelo 7")
    assert (found.estado, found.exame.tipo, found.numero) == ("pronto", "certidao", 2)
    assert (rig.folder / "formatos" / f"{found.exame.formato}.toml").exists()
    models.correct(rig.office, author(rig), found, Choice("certidao", "certidao-corpo"), "no papel da casa")
    assert find(rig, "modelo 7").exame.formato == "certidao-corpo"
    (folder / "modelo 7.rtf").write_bytes(rtf("Prezados de <Nome>"))
    row = take(rig, folder)["modelo 7"]
    assert (row.novidade, row.exame.tipo, row.exame.formato) == ("mudou", "certidao", "certidao-corpo")
    entry = next(each for each in rig.rows(db.log, db.log.c.objeto == "modelo") if each["estado"] == "corrigido")
    assert (entry["quem"], entry["detalhe"]["motivo"]) == ("tereza", "é uma certidão")


def test_a_format_of_another_kind_is_refused_and_nothing_changes(rig: Rig, folder: Path) -> None:
    before = find(rig, "modelo 7")
    with pytest.raises(Recusa, match="o formato certidao-corpo é de certidão, e o modelo de livro"):
        models.correct(rig.office, author(rig), before, Choice("livro", "certidao-corpo"), "x")
    with pytest.raises(Recusa, match="nada muda"):
        models.correct(rig.office, author(rig), before, Choice(), "x")
    assert find(rig, "modelo 7") == before


def test_a_model_is_cleared_at_the_command_line(rig: Rig, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    where = ("--instance", rig.folder)
    assert command_line("modelos", "conferir", *where, "Modelo 7", "--motivo", "é um ofício da casa") == 0
    assert f"modelo 7: pronto. Conferido: {UNKNOWN}" in capfd.readouterr().out
    assert command_line("modelos", "mostrar", *where, "modelo 7") == 0
    assert "(é um ofício da casa)" in capfd.readouterr().out
    assert command_line("modelos", "conferir", *where, "modelo 7", "--motivo", "x") != 0
    assert "não há o que conferir" in capfd.readouterr().err
    entry = rig.rows(db.log, db.log.c.objeto == "modelo")[-1]
    assert (entry["estado"], entry["quem"]) == ("conferido", None)
    assert entry["sistema"]


def test_a_cleared_model_is_ready_for_programs_too(rig: Rig, folder: Path) -> None:
    models.clear(rig.office, author(rig), find(rig, "modelo 7"), "é um ofício da casa")
    said = rig.call("GET", "/modelos/modelo%207").json
    assert (said["estado"], said["motivos"]) == ("pronto", [])


def test_the_sources_of_variables_are_those_of_the_table_as_it_is_now(
    rig: Rig, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "modelo 8.rtf").write_bytes(rtf("Certidão de <Nome> <Lugar>"))
    take(rig, folder)
    (rig.folder / "variaveis.toml").write_text('[servidor]\nNome = "serventia"\nLugar = "qr"\n')
    rig.office.current(at_once=True)
    said = rig.call("GET", "/modelos/modelo%208").json
    assert [each["obrigatorio"] for each in said["variaveis"]] == [False, False]
    with rig.office.db.read() as conn:
        assert len(qr_codes(models.prove(conn, rig.office, models.require(conn, rig.office, "modelo 8")))) == 1
    assert [source for _, _, source in take(rig, folder)["modelo 8"].exame.variaveis] == ["serventia", "qr"]
    assert command_line("modelos", "mostrar", "--instance", rig.folder, "modelo 8") == 0
    assert "<Nome>\t1\tserventia" in capfd.readouterr().out
