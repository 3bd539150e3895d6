"""A folder of models taken over again and again: names, versions, what is gone, what the former program printed."""

import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from printserver import db, models
from printserver.errors import Recusa
from printserver.models import Imported, Row, importing
from printserver.models.examine import Examiner
from printserver.office import Author
from printserver.rendering import pack_model
from support.office import Rig

DATA = Path(__file__).parent.parent / "data" / "rtf"
DEED, RECORD = "12-wpt-procuracao.rtf", "19-word10-assento-casamento.rtf"


def rtf(text: str, size: str = "") -> bytes:
    return (r"{\rtf1\ansi" + size + r"\fs24 " + text + r"\par}").encode("latin-1")


def take(rig: Rig, folder: Path, papers: Path | None = None) -> dict[str, Row]:
    """Take a folder over, and return the rows by the paths of their files."""
    return {row.arquivo: row for row in taken(rig, folder, papers).rows}


def taken(rig: Rig, folder: Path, papers: Path | None = None) -> Imported:
    author = Author(rig.office.serventia_id, None, "teste", None, None, frozenset(), None)
    rig.clock.forward(seconds=1)
    return models.import_folder(rig.office, author, folder, rig.folder / "provas", papers=papers)


def kept(rig: Rig) -> dict[str, tuple[int, str]]:
    """Return version and file of each model in force."""
    with rig.office.db.read() as conn:
        return {each.nome: (each.numero, each.arquivo) for each in models.newest(conn, rig.office)}


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def test_n7_a_name_in_use_never_goes_to_another_file(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "Notas/modelo.rtf", (DATA / DEED).read_bytes())
    take(rig, tmp_path)
    assert kept(rig) == {"modelo": (1, "Notas/modelo.rtf")}
    put(tmp_path, "Civil/modelo.rtf", (DATA / RECORD).read_bytes())
    put(tmp_path, "modelo.rtf", rtf("Requerimento de certid\\'e3o"))
    rows = take(rig, tmp_path)
    assert kept(rig) == {
        "modelo": (1, "Notas/modelo.rtf"),
        "Civil/modelo": (1, "Civil/modelo.rtf"),
        "modelo (2)": (1, "modelo.rtf"),
    }
    assert "há arquivos de mesmo nome: este modelo é “Civil/modelo”" in rows["Civil/modelo.rtf"].exame.avisos


def test_new_files_of_the_same_name_are_named_by_their_folders(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "A/termo.rtf", rtf("Termo de casamento, um"))
    put(tmp_path, "B/Termo.RTF", rtf("Termo de casamento, dois"))
    put(tmp_path, "B/igual.rtf", rtf("Termo de casamento, um"))
    put(tmp_path, "C/ata.rtf", rtf("Ata notarial"))
    put(tmp_path, "D/ata.rtf", rtf("Ata notarial"))
    rows = take(rig, tmp_path)
    assert set(kept(rig)) == {"A/termo", "B/Termo", "ata", "igual"}
    assert "o mesmo conteúdo que A/termo" in rows["B/igual.rtf"].exame.avisos
    assert (rows["D/ata.rtf"].novidade, rows["D/ata.rtf"].repetido) == ("repetido", "ata")


def test_a_file_that_takes_the_name_of_one_that_is_gone_is_looked_at_by_a_person(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "A/ata.rtf", rtf("Ata notarial de <Nome>"))
    take(rig, tmp_path)
    (tmp_path / "A" / "ata.rtf").rename(tmp_path / "ata.rtf")
    assert take(rig, tmp_path)["ata.rtf"].novidade == "igual"
    put(tmp_path, "ata.rtf", rtf("Testamento de <Nome>"))
    row = take(rig, tmp_path)["ata.rtf"]
    assert (row.novidade, row.exame.estado) == ("mudou", "conferir")
    assert row.exame.motivos == ("este nome era do arquivo A/ata.rtf",)


def test_a_known_file_that_becomes_a_copy_of_another_is_a_new_version_of_its_own(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial, um"))
    put(tmp_path, "b.rtf", rtf("Ata notarial, dois"))
    take(rig, tmp_path)
    put(tmp_path, "b.rtf", rtf("Ata notarial, um"))
    take(rig, tmp_path)
    assert kept(rig) == {"a": (1, "a.rtf"), "b": (2, "b.rtf")}
    assert {row["sha256"] for row in rig.rows(db.modelo)} == {row["sha256"] for row in rig.rows(db.modelo_arquivo)}
    assert len(rig.rows(db.modelo_arquivo)) == 2


def test_a_model_without_a_file_stays_and_is_named(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial, um"))
    put(tmp_path, "b.rtf", rtf("Ata notarial, dois"))
    assert taken(rig, tmp_path).faltam == ()
    (tmp_path / "a.rtf").unlink()
    assert taken(rig, tmp_path).faltam == ("a",)
    assert set(kept(rig)) == {"a", "b"}


def test_a_paper_that_no_format_can_have_refuses_its_model_and_no_other(rig: Rig, tmp_path: Path) -> None:
    narrow = r"\paperw4819\paperh8900\margl1701\margr1701\margt567\margb567"
    low = r"\paperw5000\paperh3970\margl113\margr113\margt113\margb113"
    put(tmp_path, "a.rtf", rtf("Escritura de <Nome>", narrow))
    put(tmp_path, "b.rtf", rtf("Escritura de <Nome>", low))
    put(tmp_path, "c.rtf", rtf("Escritura de <Nome>"))
    rows = take(rig, tmp_path)
    assert [row.exame.estado for row in rows.values()] == ["recusado", "recusado", "pronto"]
    assert "o mínimo é 40 × 40 mm" in rows["a.rtf"].exame.motivos[0]
    assert "O bloco do selo precisa de" in rows["b.rtf"].exame.motivos[0]
    assert "margem estreita: esquerda 2 mm, direita 2 mm" in rows["b.rtf"].exame.avisos[0]
    assert set(kept(rig)) == {"a", "b", "c"}
    assert [path.stem for path in rig.folder.glob("formatos/modelo-*.toml")] == [rows["c.rtf"].exame.formato]


def test_a_format_of_the_office_that_cannot_be_used_refuses_its_models_and_no_other(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "a.rtf", rtf("Escritura de <Nome>"))
    used = take(rig, tmp_path)["a.rtf"].exame.formato
    (rig.folder / "formatos" / f"{used}.toml").write_text('tipo = "livro"\nerrado = 1\n', "utf-8")
    rig.office.current(at_once=True)
    put(tmp_path, "a.rtf", rtf("Escritura de <Nome>, mudada"))
    put(tmp_path, "b.rtf", rtf("Assento de casamento de <Nome>"))
    rows = take(rig, tmp_path)
    assert [row.exame.estado for row in rows.values()] == ["recusado", "pronto"]
    assert f"{used}.toml: errado" in rows["a.rtf"].exame.motivos[0]


def test_a_picture_that_cannot_be_drawn_does_not_hide_the_report(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial"))
    found = taken(rig, tmp_path)

    def busy(*_: object) -> bytes:
        raise Recusa("servidor-ocupado", "Há montagens demais na fila.")

    monkeypatch.setattr(rig.office.imagens, "draw", busy)
    page = models.write_report(rig.office, found, rig.folder / "provas").read_text("utf-8")
    assert "1 pronto<" in page
    assert "<img" not in page


def test_a_model_of_no_known_act_is_looked_at_by_a_person(rig: Rig, tmp_path: Path) -> None:
    put(tmp_path, "modelo 7.rtf", rtf("Prezados senhores"))
    put(tmp_path, "ofício.rtf", rtf("Prezados senhores, segue a certid\\'e3o de nascimento"))
    rows = take(rig, tmp_path)
    assert rows["modelo 7.rtf"].exame.motivos == (
        "nem o nome do arquivo nem o texto dizem de que ato é: fica como avulso, sem selo",
    )
    assert [(row.exame.estado, row.exame.tipo) for row in rows.values()] == [
        ("conferir", "avulso"),
        ("pronto", "avulso"),
    ]


@pytest.mark.parametrize(("times", "states"), [(1, ["novo", "novo"]), (9, ["novo", "adiado"])])
def test_a_busy_server_is_asked_again_and_one_file_less_ends_no_import(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, states: list[str]
) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial, um"))
    put(tmp_path, "b.rtf", rtf("Ata notarial, dois"))
    real, busy = rig.office.render.examine_model, iter(range(times))

    def examine(content: str) -> object:
        if content == pack_model(rtf("Ata notarial, dois"), {}) and next(busy, None) is not None:
            raise Recusa("servidor-ocupado", "Há montagens demais na fila.")
        return real(content)

    monkeypatch.setattr(rig.office.render, "examine_model", examine)
    monkeypatch.setattr(importing, "_PAUSES", (0.0, 0.0))
    found = taken(rig, tmp_path)
    assert [row.novidade for row in found.rows] == states
    assert found.adiados == states.count("adiado")
    assert set(kept(rig)) == ({"a", "b"} if found.adiados == 0 else {"a"})
    page = models.write_report(rig.office, found, rig.folder / "provas").read_text("utf-8")
    assert ("1 não examinado: repita o comando" in page) == (found.adiados == 1)


# -- beside what the former program printed ---------------------------------------------------------------------------

WORDS = "SAIBAM quantos virem que <Nome>, de cargo <Cargo>, compareceu e disse o que segue. " * 4
SHOWN = "este texto é longo e quebra em várias linhas para que se veja onde cada uma delas acaba no papel, "


@pytest.fixture
def deed(tmp_path: Path) -> tuple[Path, Path]:
    """A folder with one model, and one for the former program's PDFs."""
    folder, papers = tmp_path / "m", tmp_path / "p"
    papers.mkdir()
    put(folder, "Notas/escritura.rtf", rtf(WORDS + SHOWN * 3))
    return folder, papers


def printed(rig: Rig, folder: Path, name: str, values: dict[str, str]) -> bytes:
    """Return what a former program would have printed of a model: its pages, filled, without a seal."""
    content = next(folder.rglob(f"{name}.rtf")).read_bytes()
    _, sample = Examiner(rig.office).examine(name, content)
    assert sample is not None
    layout = rig.office.render.layout(replace(sample.request, corpo=("rtf", pack_model(content, values)), valores=None))
    return rig.office.render.pdf(layout.hash).read_bytes()


def test_the_values_of_the_old_pdf_do_not_count_and_its_lines_do(rig: Rig, deed: tuple[Path, Path]) -> None:
    folder, papers = deed
    take(rig, folder)
    old = printed(
        rig, folder, "escritura", {"Nome": "João Antônio de Sá e Benevides", "Cargo": "mestre-escola, aposentado"}
    )
    (papers / "ESCRITURA.PDF").write_bytes(old)
    same = take(rig, folder, papers)["Notas/escritura.rtf"]
    assert (same.novidade, same.exame.estado) == ("igual", "pronto")
    assert "texto, páginas e linhas como no PDF do programa antigo" in same.exame.avisos
    put(folder, "Notas/escritura.rtf", rtf(WORDS + SHOWN * 3, r"\paperw12240\margl2400"))
    other = take(rig, folder, papers)["Notas/escritura.rtf"]
    assert (other.novidade, other.exame.estado) == ("mudou", "conferir")
    assert "linhas quebram em outro lugar; a primeira, na página 1: “" in other.exame.motivos[0]


def test_an_old_pdf_makes_a_kept_model_one_to_look_at(rig: Rig, deed: tuple[Path, Path]) -> None:
    folder, papers = deed
    take(rig, folder)
    (papers / "escritura.pdf").write_bytes(b"isto nao e um pdf")
    row = take(rig, folder, papers)["Notas/escritura.rtf"]
    assert (row.novidade, row.exame.motivos) == ("mudou", ("o PDF do programa antigo não pode ser lido",))
    (papers / "escritura.pdf").unlink()
    put(folder, "ata.rtf", rtf("Ata notarial de <Nome>, com outro texto"))
    (papers / "escritura.pdf").write_bytes(printed(rig, folder, "ata", {"Nome": "Ana"}))
    row = take(rig, folder, papers)["Notas/escritura.rtf"]
    assert row.exame.motivos == ("o PDF do programa antigo não tem, nesta ordem, o texto “SAIBAM quantos virem que”",)
    put(folder, "dupla.rtf", rtf(r"Ata notarial de <Nome>\page e mais"))
    (papers / "ata.pdf").write_bytes(printed(rig, folder, "dupla", {"Nome": "Ana"}))
    put(folder, "ata.rtf", rtf("Ata notarial de <Nome> e mais"))
    row = take(rig, folder, papers)["ata.rtf"]
    assert row.exame.motivos == ("páginas: 2 no PDF do programa antigo, 1 aqui",)
    assert "sem PDF do programa antigo para comparar" in take(rig, folder, papers)["dupla.rtf"].exame.avisos


# -- the store --------------------------------------------------------------------------------------------------------


def test_n8_versions_stay_and_the_newest_is_in_force_on_each_database(any_rig: Rig, tmp_path: Path) -> None:
    rig = any_rig
    for number in (1, 2):
        put(tmp_path, "Ata Única.rtf", rtf(f"Ata notarial {number} de <Nome>, \\'e7"))
        take(rig, tmp_path)
    office = rig.office
    with office.db.read() as conn:
        every = models.versions(conn, office, "ata ÚNICA")
        found = models.find(conn, office, "ATA ÚNICA")
        assert [each.numero for each in every] == [2, 1]
        assert found == every[0] == models.newest(conn, office)[0] == models.of_id(conn, office, every[0].id)
        assert [models.content(conn, office, each) for each in every] == [
            rtf(f"Ata notarial {number} de <Nome>, \\'e7") for number in (2, 1)
        ]
        assert models.find(conn, office, "outra") is None
        assert every[0].exame.variaveis == (("Nome", 1, "programa"),)
        assert conn.execute(sa.select(sa.func.count()).select_from(db.modelo_arquivo)).scalar_one() == 2


def test_two_imports_at_once_keep_one_version_on_each_database(any_rig: Rig, tmp_path: Path) -> None:
    rig = any_rig
    for number in range(4):
        put(tmp_path, f"ata {number}.rtf", rtf(f"Ata notarial {number} de <Nome>"))
    author = Author(rig.office.serventia_id, None, "teste", None, None, frozenset(), None)
    for _ in range(2):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda n: models.import_folder(rig.office, author, tmp_path, rig.folder / f"p{n}"), (1, 2)))
    assert [(row["nome"], row["numero"]) for row in rig.rows(db.modelo)] == [(f"ata {n}", 1) for n in range(4)]


def test_n7_an_rtf_without_a_format_has_that_of_the_models_of_its_paper_and_margins(rig: Rig, tmp_path: Path) -> None:
    paper = r"\paperw12246\paperh18425\margl1984\margr1134\margt1134\margb1134"
    put(tmp_path, "Certidao negativa.rtf", rtf("CERTID\\'c3O NEGATIVA\\par Certifico que nada consta", paper))
    row = take(rig, tmp_path)["Certidao negativa.rtf"]
    for size, formato in ((paper, row.exame.formato), (paper.replace("1984", "2100"), "certidao"), ("", "certidao")):
        corpo = {"formato": "rtf", "conteudo": rtf("Certifico o que segue.", size).decode()}
        assert rig.printed(rig.certidao(corpo=corpo))["formato"] == formato
        assert rig.printed(rig.certidao(corpo=corpo), formato="certidao-corpo")["formato"] == "certidao-corpo"


def test_a_file_that_fails_by_a_fault_is_refused_and_the_others_are_kept(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial, um"))
    put(tmp_path, "b.rtf", rtf("Ata notarial, dois"))
    real = rig.office.render.examine_model

    def examine(content: str) -> object:
        if content == pack_model(rtf("Ata notarial, dois"), {}):
            raise IndexError("Ata notarial, dois")
        return real(content)

    monkeypatch.setattr(rig.office.render, "examine_model", examine)
    with structlog.testing.capture_logs() as logged:
        found = taken(rig, tmp_path)
    assert [(row.nome, row.estado) for row in found.rows] == [("a", "pronto"), ("b", "recusado")]
    assert "o servidor falhou ao examinar este arquivo" in found.rows[1].motivos[0]
    assert [(each["file"], each["error"]) for each in logged] == [("b.rtf", "IndexError")]
    assert "notarial" not in str(logged)
    assert set(kept(rig)) == {"a", "b"}


def test_a_fault_of_the_disk_says_nothing_of_a_file(rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.rtf", rtf("Ata notarial, um"))
    monkeypatch.setattr(rig.office.render, "examine_model", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "")))
    found = taken(rig, tmp_path)
    assert [row.novidade for row in found.rows] == ["adiado"]
    assert "disco cheio" in found.rows[0].motivos[0]
    assert kept(rig) == {}
