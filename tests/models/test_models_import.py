"""Models taken over from a folder of mixed files, looked at, taken over again, printed by name (N7, S12)."""

import csv
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from support.office import Rig, command_line, qr_codes, text

DATA = Path(__file__).parent.parent / "data" / "rtf"
SEALED = "13-wpt-certidao-negativa.rtf"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as an office has it: models, a copy, a lock file, a .doc, a damaged file, and other files."""
    made = tmp_path_factory.mktemp("modelos")
    for name in (
        "03-wpt-obito-breve-relato",
        "13-wpt-certidao-negativa",
        "10-wpt-etiqueta-55x60",
        "24-word12-traslado-2",
    ):
        shutil.copy(DATA / f"{name}.rtf", made)
    (made / "Notas").mkdir()
    shutil.copy(DATA / "12-wpt-procuracao.rtf", made / "Notas" / "PROCURAÇÃO.RTF")
    shutil.copy(DATA / "03-wpt-obito-breve-relato.rtf", made / "Notas" / "o mesmo.rtf")
    shutil.copy(DATA / "14-wptold-averbacao-divorcio.rtf", made / "Notas" / "13-wpt-certidao-negativa.rtf")
    for name in ("~$-wpt-assento-nascimento", "r09-word-97", "r01-truncado"):
        shutil.copy(DATA / "ruins" / f"{name}.rtf", made)
    (made / "leia-me.txt").write_text("nada")
    (made / "Notas" / "Ata.DOCX").write_bytes(b"PK")
    return made


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Run a command and return what it says."""

    def run(*arguments: object) -> str:
        assert command_line(*arguments) == 0, capfd.readouterr()
        return capfd.readouterr().out

    yield run


def imported(said: Any, rig: Rig, folder: Path, *options: object) -> str:
    """Take a folder over. Commands have the machine's clock, and no later act may be before them."""
    where = ("--instance", rig.folder, "--relatorio", rig.folder / "rel")
    out = str(said("modelos", "importar", *where, folder, *options))
    rig.clock.forward(seconds=max((datetime.now(UTC) - rig.clock()).total_seconds(), 0) + 1)
    return out


def rows_of(rig: Rig) -> dict[str, dict[str, str]]:
    content = (rig.folder / "rel" / "relatorio.csv").read_text("utf-8-sig")
    return {row["modelo"]: row for row in csv.DictReader(content.splitlines(), delimiter=";")}


def test_a_folder_of_mixed_files_is_taken_over_and_each_file_has_its_line(rig: Rig, folder: Path, said: Any) -> None:
    out = imported(said, rig, folder)
    assert "5 prontos, 1 a conferir, 3 recusados." in out
    assert "pulado: ~$-wpt-assento-nascimento.rtf (arquivo de trava do Word)" in out
    assert "pulado: Notas/Ata.DOCX (não é RTF: abra no editor de textos e salve como RTF)" in out
    assert "leia-me" not in out
    rows = rows_of(rig)
    assert {name: row["estado"] for name, row in rows.items() if row["novidade"] == "novo"} == {
        "03-wpt-obito-breve-relato": "pronto",
        "13-wpt-certidao-negativa": "conferir",
        "10-wpt-etiqueta-55x60": "recusado",
        "24-word12-traslado-2": "pronto",
        "PROCURAÇÃO": "pronto",
        "o mesmo": "pronto",
        "Notas/13-wpt-certidao-negativa": "pronto",
        "r09-word-97": "recusado",
        "r01-truncado": "recusado",
    }
    assert "o mesmo conteúdo que 03-wpt-obito-breve-relato" in rows["o mesmo"]["avisos"]
    assert "<nome_Buscado> parece um erro de <Nome_Buscado>" in rows["13-wpt-certidao-negativa"]["motivos"]
    assert "55 × 60 mm" in rows["10-wpt-etiqueta-55x60"]["motivos"]
    assert rows["PROCURAÇÃO"]["tipo"] == "livro"
    assert rows["24-word12-traslado-2"]["tipo"] == "traslado"
    assert rows["03-wpt-obito-breve-relato"]["tipo"] == "certidao_civil"
    page = (rig.folder / "rel" / "relatorio.html").read_text("utf-8")
    assert "5 prontos" in page
    assert (rig.folder / "rel" / page.split('<img src="')[1].split('"')[0]).read_bytes().startswith(b"\x89PNG")
    logged = rig.rows(db.log, db.log.c.objeto == "modelo")
    assert len(logged) == 9
    assert all(row["estado"] == "importado" for row in logged)
    listed = said("modelos", "listar", "--instance", rig.folder)
    assert "PROCURAÇÃO\tpronto\tversão 1\tmodelo-livro-2160x3050-350-200-180-200" in listed


def test_importing_again_changes_what_changed_and_nothing_else(rig: Rig, tmp_path: Path, said: Any) -> None:
    for name in ("03-wpt-obito-breve-relato.rtf", SEALED):
        shutil.copy(DATA / name, tmp_path)
    imported(said, rig, tmp_path)
    before = rig.rows(db.modelo)
    imported(said, rig, tmp_path)
    assert rig.rows(db.modelo) == before
    changed = (tmp_path / SEALED).read_bytes().replace(b"<nome_Buscado>", b"<Nome_Buscado>")
    (tmp_path / SEALED).write_bytes(changed)
    (tmp_path / "03-wpt-obito-breve-relato.rtf").unlink()
    out = imported(said, rig, tmp_path)
    assert "Modelos da serventia que não estão nesta pasta, e ficam como estão: 1." in out
    page = (rig.folder / "rel" / "relatorio.html").read_text("utf-8")
    assert "Ficam como estão: 03-wpt-obito-breve-relato." in page
    after = rig.rows(db.modelo)
    assert [(row["nome"], row["numero"]) for row in after] == [
        ("03-wpt-obito-breve-relato", 1),
        ("13-wpt-certidao-negativa", 1),
        ("13-wpt-certidao-negativa", 2),
    ]
    assert "versão 2" in said("modelos", "mostrar", "--instance", rig.folder, "13-WPT-certidao-negativa")


def test_a_simulation_reports_and_keeps_nothing(rig: Rig, tmp_path: Path, said: Any) -> None:
    shutil.copy(DATA / SEALED, tmp_path)
    before = rig.rows(db.log)
    assert "Simulação: nada foi gravado." in imported(said, rig, tmp_path, "--simular")
    assert (rig.rows(db.modelo), rig.rows(db.log)) == ([], before)
    assert list(rig.folder.glob("formatos/modelo-*.toml")) == []
    assert rows_of(rig)["13-wpt-certidao-negativa"]["estado"] == "conferir"


def test_a_model_is_compared_with_what_the_former_program_printed(rig: Rig, tmp_path: Path, said: Any) -> None:
    models, papers = tmp_path / "m", tmp_path / "p"
    models.mkdir(), papers.mkdir()
    for name in ("03-wpt-obito-breve-relato.rtf", "24-word12-traslado-2.rtf", "12-wpt-procuracao.rtf"):
        shutil.copy(DATA / name, models)
    imported(said, rig, models, "--simular")
    proofs = sorted((rig.folder / "rel").glob("*.pdf"))
    shutil.copy(proofs[0], papers / "03-wpt-obito-breve-relato.pdf")
    shutil.copy(proofs[0], papers / "24-word12-traslado-2.pdf")
    imported(said, rig, models, "--conferir", papers)
    rows = rows_of(rig)
    assert "texto, páginas e linhas como no PDF do programa antigo" in rows["03-wpt-obito-breve-relato"]["avisos"]
    assert (rows["24-word12-traslado-2"]["estado"], rows["24-word12-traslado-2"]["motivos"]) == (
        "conferir",
        "o PDF do programa antigo não tem, nesta ordem, o texto “2º TRASLADO LIVRO”",
    )
    assert "sem PDF do programa antigo" in rows["12-wpt-procuracao"]["avisos"]


def test_a_proof_of_a_model_has_its_text_and_a_qr(rig: Rig, tmp_path: Path, said: Any) -> None:
    shutil.copy(DATA / "28-lo74-casamento-tabela.rtf", tmp_path)
    imported(said, rig, tmp_path)
    said("modelos", "prova", "--instance", rig.folder, "28-lo74-casamento-tabela", tmp_path / "p.pdf")
    proof = (tmp_path / "p.pdf").read_bytes()
    assert "CERTIDÃO DE CASAMENTO" in text(proof)
    assert len(qr_codes(proof)) == 1


def test_a_folder_without_models_is_an_error(rig: Rig, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path, tmp_path / "nada"):
        assert command_line("modelos", "importar", "--instance", rig.folder, path) != 0
    shown = capfd.readouterr().err
    assert "não tem arquivo .rtf" in shown
    assert "não é uma pasta" in shown


# -- printed by name --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_models(rig: Rig, tmp_path: Path, said: Any) -> Rig:
    certidao = r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\paperw11906\paperh16838\margl1134\margr1134\margt1134\margb1134"
    certidao += r"\f0\fs24 <QRCode>\par\qc\b CERTID\'c3O\b0\par\qj Certifico que <Nome_Buscado>, nascid<GMF> em"
    certidao += r" <CARTORIO_CIDADE_MIN>, nada deve. <CUSTAS_CERTIDAO>\par}"
    (tmp_path / "certidão negativa.rtf").write_text(certidao, "latin-1")
    shutil.copy(DATA / "ruins" / "r01-truncado.rtf", tmp_path)
    (rig.folder / "variaveis.toml").write_text(
        '[terminacoes]\nGMF = { de = "Sexo", masculino = "o", feminino = "a" }\n', "utf-8"
    )
    imported(said, rig, tmp_path)
    rig.office.current(at_once=True)
    return rig


def body(values: dict[str, str]) -> dict[str, Any]:
    return {"formato": "modelo", "modelo": "Certidão Negativa", "valores": values}


def test_n7_a_model_is_filled_sealed_and_printed_on_its_own_paper(with_models: Rig) -> None:
    rig = with_models
    job = rig.printed(rig.certidao(corpo=body({"Nome_Buscado": r"Ana \b <GMF> & Cia", "Sexo": "Feminino"})))
    assert job["formato"] == "modelo-certidao-2100x2970-200-200-200-200"
    pdf = rig.pdf(job["id"])
    said = " ".join(text(pdf).split())
    assert r"Certifico que Ana \b <GMF> & Cia, nascida em São Paulo, nada deve." in said
    assert [rig.selo(each["codigo"])["qr"]["url"] for each in job["selos"]] == qr_codes(pdf)


def test_a_value_for_an_unknown_name_and_a_missing_one_are_refused_by_name(with_models: Rig) -> None:
    rig = with_models
    before = rig.state()
    unknown = rig.post(rig.certidao(corpo=body({"Nome_Buscado": "Ana", "Sexo": "F", "Outro": "x", "QRCode": "y"})))
    assert (unknown.status, unknown.word) == (422, "entrada-invalida")
    assert [each["campo"] for each in unknown.json["errors"]] == [
        "documento.corpo.valores.Outro",
        "documento.corpo.valores.QRCode",
    ]
    missing = rig.post(rig.certidao(corpo=body({"Sexo": "F"})))
    assert (missing.status, missing.word) == (422, "variavel-sem-valor")
    assert [each["mensagem"] for each in missing.json["errors"]] == ["<Nome_Buscado> está sem valor"]
    assert rig.state() == before


def test_an_unknown_model_and_one_that_is_refused_print_nothing(with_models: Rig) -> None:
    rig = with_models
    unknown = rig.post(rig.certidao(corpo=body({}) | {"modelo": "outro"}))
    assert (unknown.status, unknown.word) == (404, "modelo-desconhecido")
    refused = rig.post(rig.certidao(corpo=body({}) | {"modelo": "r01-truncado"}))
    assert (refused.status, refused.word) == (409, "modelo-recusado")


def test_n8_a_copy_prints_the_livro_as_it_was_whatever_happens_to_the_model(
    with_models: Rig, tmp_path: Path, said: Any
) -> None:
    rig = with_models
    deed = tmp_path / "escritura.rtf"
    deed.write_text(r"{\rtf1 Escritura de <Nome>, primeira reda\'e7\'e3o.\par}", "latin-1")
    imported(said, rig, tmp_path)
    corpo = {"formato": "modelo", "modelo": "escritura", "valores": {"Nome": "Rui"}}
    instrumento = rig.instrumento(corpo=corpo)
    rig.printed({"tipo": "livro", "instrumento": instrumento})
    deed.write_text(r"{\rtf1 Escritura de <Nome>, segunda.\par}", "latin-1")
    imported(said, rig, tmp_path)
    copy = rig.printed(rig.traslado(instrumento["id"]), formato="traslado-corpo")
    assert "Escritura de Rui, primeira redação." in " ".join(text(rig.pdf(copy["id"])).split())


def test_the_models_are_listed_with_their_variables(with_models: Rig) -> None:
    rig = with_models
    listed = {each["nome"]: each for each in rig.call("GET", "/modelos").json["itens"]}
    assert listed["cnj-182-nascimento"]["origem"] == "nacional"
    model = listed["certidão negativa"]
    assert (model["origem"], model["estado"], model["tipo"]) == ("serventia", "pronto", "certidao")
    assert {each["nome"]: each["obrigatorio"] for each in model["variaveis"]} == {
        "QRCode": False,
        "Nome_Buscado": True,
        "GMF": True,
        "CARTORIO_CIDADE_MIN": False,
        "CUSTAS_CERTIDAO": False,
    }
    assert rig.call("GET", "/modelos/Certidão Negativa").json == model
    assert listed["r01-truncado"]["estado"] == "recusado"
    assert rig.call("GET", "/modelos/nada").status == 404
