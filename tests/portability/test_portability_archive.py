"""One office out of a place and into another: equal to the row and to the byte, in both databases (A3)."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.clock import system_clock
from printserver.db import Database
from printserver.office import create
from support.life import live
from support.office import NOW, Clock, Rig, command_line, open_rig, qr_codes, reopen

STAYING = ("antes-da-atualizacao", "cache", "copias", "prova-da-atualizacao", "run", "saida")
STAYING_FILES = ("espelho.json", "tribunal-simulado.db", "tribunal-simulado.db-wal")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = command_line(*arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office that did all that can be done, with files of its own."""
    with open_rig(tmp_path_factory.mktemp("viveu") / "serventia") as rig:
        live(rig)
        odd = {"titulo": 'Procuração d\'Ávila ção € \\ "x"', "partes": [{"qualidade": "Outorgante", "nome": "Zoë Ÿ"}]}
        rig.printed({"tipo": "livro", "instrumento": rig.instrumento(**odd)})
        (rig.folder / "tribunal.pem").write_text("autoridade\n")
        (rig.folder / "formatos" / "nota.txt").write_bytes(b"\r\nsem fim")
        for name in STAYING:
            (rig.folder / name).mkdir(exist_ok=True)
            (rig.folder / name / "fica.txt").write_text("fica")
        for name in STAYING_FILES:
            (rig.folder / name).write_text("fica")
        yield rig


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    folder = tmp_path / "disco"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture(scope="module")
def archive(lived: Rig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("saiu") / "exportada"
    assert command_line("serventia", "exportar", target, "--instance", lived.folder) == 0
    return target


def content(folder: Path) -> dict[str, bytes]:
    """Return every file of an archive; the manifest without the time of its making."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    manifest = json.loads(found["manifesto.json"])
    manifest.pop("feita_em")
    return found | {"manifesto.json": json.dumps(manifest).encode()}


def other_office(folder: Path, url: str) -> None:
    """Make an office whose rows have the same numbers as those of the one that comes."""
    create.create_office(folder, NOW, cns="654321", person=create.FirstPerson("ana", "Ana Prado"), banco=url)


def test_a3_out_of_sqlite_into_a_postgresql_with_others_and_back_equal_to_row_and_byte(
    lived: Rig, archive: Path, run: Run, tmp_path: Path, postgres_url: str
) -> None:
    other_office(tmp_path / "vizinha", postgres_url)
    there, again, back, last = (tmp_path / name for name in ("pg", "saida1", "sqlite", "saida2"))
    code, out, err = run("serventia", "importar", archive, "--instance", there, "--banco", postgres_url)
    assert (code, err) == (0, ""), err
    assert "igual à exportação" in out
    assert run("serventia", "exportar", again, "--instance", there)[0] == 0
    assert content(again) == content(archive)
    assert run("serventia", "importar", again, "--instance", back)[0] == 0
    assert run("serventia", "exportar", last, "--instance", back)[0] == 0
    assert content(last) == content(archive)
    for folder in (there, back, tmp_path / "vizinha"):
        assert run("auditoria", "verificar", "--instance", folder)[0] == 0


def test_what_copies_and_upgrades_keep_for_themselves_does_not_travel(archive: Path) -> None:
    staying = ("fica.txt", *STAYING_FILES)
    assert [name for name in content(archive) if name.endswith(staying)] == []


def test_s3_b3_an_opened_copy_seals_nothing_until_the_numbers_given_out_elsewhere_are_known(
    lived: Rig, archive: Path, run: Run, tmp_path: Path, postgres_url: str
) -> None:
    other_office(tmp_path / "vizinha", postgres_url)
    folder = tmp_path / "pg"
    assert command_line("serventia", "importar", archive, "--instance", folder, "--banco", postgres_url) == 0
    given = lived.printed(lived.certidao())["selos"][0]["codigo"]  # it goes on where it was
    rig = reopen(folder, Clock(system_clock()), lived.key)  # the command line has the machine's own
    try:
        refused = rig.post(rig.certidao())
        assert (refused.status, refused.word) == (503, "servidor-ocupado")
        code, out, _ = run("serventia", "abrir", "--motivo", "volta da cópia", "--instance", folder)
        assert (code, out.count("printserver restauracao ")) == (0, 4)
        refused = rig.post(rig.certidao())
        assert (refused.status, refused.word) == (503, "servidor-ocupado")
        assert "Ajustes › Restauração" in refused.json["detail"]
        assert given not in rig.codes()
        listing = tmp_path / "tribunal.csv"
        listing.write_text(f"selo\n{given}\n")
        assert "Ainda falta" in run("restauracao", "liberar", "--instance", folder)[2]
        for step in (("espelho", "--motivo", "não há"), ("tribunal", "--lista", listing), ("papel", given)):
            assert run("restauracao", *step, "--instance", folder)[0] == 0
        assert run("restauracao", "liberar", "--instance", folder)[0] == 0
        job = rig.printed(rig.certidao())
        seal = next(iter(job["selos"]))["codigo"]
        assert int(seal[9:22]) > int(given[9:22])
        papers = [path.read_bytes() for path in rig.out.iterdir() if path.suffix == ".pdf"]
        assert any(seal in each for paper in papers for each in qr_codes(paper))
        assert rig.proof().total == 0
    finally:
        rig.office.db.close()


def test_s3_a_move_goes_on_in_one_place_and_only_soon_after(run: Run, tmp_path: Path) -> None:
    saved = tmp_path / "saiu"
    with open_rig(tmp_path / "serventia") as rig:
        rig.printed(rig.certidao())
        assert run("serventia", "exportar", saved, "--mudanca", "--instance", rig.folder)[0] == 0
        late = tmp_path / "velha"
        shutil.copytree(saved, late)
        manifest = json.loads((late / "manifesto.json").read_text())
        made = datetime.fromisoformat(manifest["feita_em"])
        for days, folder in ((-2, "atrasada"), (1, "adiantada")):  # the clock here may be the wrong one
            changed = manifest | {"feita_em": (made + timedelta(days=days)).isoformat()}
            (late / "manifesto.json").write_text(json.dumps(changed))
            out = run("serventia", "importar", late, "--instance", tmp_path / folder)[1]
            assert "Aqui só se consulta: a exportação é de" in out
        (late / "manifesto.json").write_text(json.dumps(manifest | {"esquema": "outro"}))
        assert run("serventia", "importar", late, "--instance", tmp_path / "falhou")[0] == 1
        assert not (late / "importada.txt").exists()  # nothing came of it: another try may go on
        for folder, text in (("nova", ""), ("outra", "já foi importada uma vez (importada em")):
            code, out, err = run("serventia", "importar", saved, "--instance", tmp_path / folder)
            assert (code, err, "Aqui só se consulta" in out) == (0, "", bool(text))
            assert text in out
    for folder, state in (("nova", 202), ("outra", 503)):
        found = reopen(tmp_path / folder, Clock(system_clock()), rig.key)
        found.numbers = rig.numbers
        assert found.post(found.certidao()).status == state
        found.office.db.close()


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda a: (a / "manifesto.json").unlink(), "não é uma exportação, ou ela não terminou"),
        (lambda a: (a / "manifesto.json").write_text("{"), "está danificado"),
        (lambda a: (a / "tabelas" / "selo.jsonl").unlink(), "selo.jsonl: falta na exportação"),
        (
            lambda a: _change(a / "tabelas" / "selo.jsonl", b'"vivo":true', b'"vivo":false'),
            "não é o que o manifesto diz",
        ),
        (lambda a: next((a / "pasta" / "spool").rglob("*.pdf")).unlink(), "falta na exportação"),
        (
            lambda a: _change(next((a / "pasta" / "spool").rglob("*.pdf")), b"%PDF", b"%PDX"),
            "não é o que arquivos.jsonl",
        ),
        (
            lambda a: (a / "arquivos.jsonl").write_text('{"caminho":"../x","tamanho":1,"sha256":""}\n'),
            "arquivos.jsonl: não é",
        ),
        (lambda a: _change(a / "manifesto.json", b'"esquema": "', b'"esquema": "9'), "a exportação é do esquema 9"),
        (lambda a: _rehashed(a, "selo", b'"vivo":true', b'"vivo":false'), "não é a da exportação"),
        (lambda a: _rehashed(a, "log", b'"estado":"criada"', b'"estado":"outra"'), "não é a da exportação"),
        (lambda a: _rehashed(a, "pessoa", b'"usuario":"rui"', b'"usuario":"maria"'), "não entra no banco"),
        (lambda a: _rehashed(a, "pessoa", b'"criada_em":"', b'"criada_em":"x'), "pessoa.jsonl, linha 1: não se lê"),
    ],
)
def test_an_archive_that_is_not_whole_is_refused_in_one_sentence_and_nothing_is_left(
    archive: Path, run: Run, tmp_path: Path, spoil: Callable[[Path], object], named: str
) -> None:
    spoilt = tmp_path / "estragada"
    shutil.copytree(archive, spoilt)
    spoil(spoilt)
    code, _, err = run("serventia", "importar", spoilt, "--instance", tmp_path / "nova")
    assert code == 1
    assert named in err
    assert len(err.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["estragada"]


def _change(path: Path, old: bytes, new: bytes) -> None:
    found = path.read_bytes()
    assert old in found
    path.write_bytes(found.replace(old, new, 1))


def _rehashed(archive: Path, table: str, old: bytes, new: bytes) -> None:
    """Change a table, and its hash in the manifest, as somebody who knows the form could."""
    from printserver.portability.archive import write_lines

    path = archive / "tabelas" / f"{table}.jsonl"
    _change(path, old, new)
    content = path.read_bytes()
    path.unlink()
    part = write_lines(path, [content])
    manifest = json.loads((archive / "manifesto.json").read_text())
    manifest["tabelas"][table] = {"linhas": part.linhas, "tamanho": part.tamanho, "sha256": part.sha256}
    (archive / "manifesto.json").write_text(json.dumps(manifest))


def test_into_a_place_that_is_not_empty_nothing_is_imported(
    archive: Path, run: Run, tmp_path: Path, postgres_url: str
) -> None:
    full = tmp_path / "cheia"
    full.mkdir()
    (full / "x").touch()
    assert "não está vazia" in run("serventia", "importar", archive, "--instance", full)[2]
    assert run("serventia", "importar", archive, "--instance", tmp_path / "uma", "--banco", postgres_url)[0] == 0
    twice = run("serventia", "importar", archive, "--instance", tmp_path / "duas", "--banco", postgres_url)
    assert "já tem a serventia de CNS 123456" in twice[2]
    assert not (tmp_path / "duas").exists()


def test_s3_an_office_that_moved_away_writes_nothing_more_and_its_heir_has_the_record(run: Run, tmp_path: Path) -> None:
    with open_rig(tmp_path / "serventia") as rig:
        rig.printed(rig.certidao())
        held = rig.taken(rig.certidao())
        refused = run("serventia", "exportar", tmp_path / "saiu", "--mudanca", "--instance", rig.folder)
        assert held["id"] in refused[2]
        rig.engine.run_once()
        assert run("serventia", "exportar", tmp_path / "saiu", "--mudanca", "--instance", rig.folder)[0] == 0
        before = rig.codes()
        late = rig.post(rig.certidao())
        assert (late.status, late.word) == (503, "servidor-ocupado")
        assert "trabalha em outro lugar" in late.json["detail"]
        assert rig.codes() == before
        assert rig.call("GET", f"/jobs/{held['id']}").status == 200
        assert run("serventia", "importar", tmp_path / "saiu", "--instance", tmp_path / "nova")[0] == 0
        database = Database(f"sqlite:///{tmp_path / 'nova' / 'printserver.db'}")
        with database.read() as conn:
            last = conn.execute(sa.select(db.log).order_by(db.log.c.n.desc()).limit(1)).mappings().one()
            assert (last["objeto"], last["estado"]) == ("serventia", "mudou")
            assert conn.execute(sa.select(db.serventia.c.mudou_em)).scalar_one() is None
        database.close()
        assert run("serventia", "abrir", "--motivo", "engano", "--instance", rig.folder)[0] == 0
        refused = rig.post(rig.certidao())  # the heir may have given numbers out (B3)
        assert (refused.status, "Ajustes › Restauração" in refused.json["detail"]) == (503, True)
        assert rig.proof().total == 0


def test_s3_b2_an_office_that_comes_back_takes_the_mirror_of_the_other_place(run: Run, tmp_path: Path) -> None:
    mirror = tmp_path / "espelho"
    mirror.mkdir()
    with open_rig(tmp_path / "serventia", settings={"espelho": {"pasta": str(mirror)}}) as rig:
        works = run("restauracao", "espelho", mirror, "--instance", rig.folder)
        assert "não está à espera" in works[2]  # and not that it has no key yet
        rig.printed(rig.certidao())
        assert run("serventia", "exportar", tmp_path / "saiu", "--mudanca", "--instance", rig.folder)[0] == 0
        assert run("serventia", "importar", tmp_path / "saiu", "--instance", tmp_path / "nova")[0] == 0
        there = reopen(tmp_path / "nova", Clock(system_clock()), rig.key)
        there.numbers = rig.numbers
        given = there.printed(there.certidao())["selos"][0]["codigo"]
        there.office.db.close()
        assert run("serventia", "abrir", "--motivo", "o lugar novo queimou", "--instance", rig.folder)[0] == 0
        done = run("restauracao", "espelho", mirror, "--instance", rig.folder)
        assert done[0] == 0, done
        assert given in rig.codes()


def test_a_copy_without_secrets_has_none_and_is_only_read(lived: Rig, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "aberta"
    assert run("serventia", "exportar", target, "--sem-segredos", "--instance", lived.folder)[0] == 0
    every = b"".join(path.read_bytes() for path in target.rglob("*") if path.is_file() and path.suffix != ".pdf")
    for secret in ("segredo", "certificado.senha"):
        assert (lived.folder / secret).read_bytes().strip() not in every
    with lived.office.db.read() as conn:
        hashes = [*conn.execute(sa.select(db.pessoa.c.senha_hash)).scalars()]
        hashes += conn.execute(sa.select(db.chave_api.c.sha256)).scalars()
    assert not [each for each in hashes if each.encode() in every]
    assert not list(target.rglob("*.p12"))
    assert "sem segredos" in run("serventia", "importar", target, "--instance", tmp_path / "nova")[2]


def test_a_disk_that_fills_leaves_no_half_archive(lived: Rig, run: Run, small_disk: Path) -> None:
    code, _, err = run("serventia", "exportar", small_disk / "saiu", "--instance", lived.folder)
    assert code == 1
    assert "disco cheio" in err
    assert list(small_disk.iterdir()) == []


def test_an_import_onto_a_full_disk_leaves_nothing(archive: Path, run: Run, small_disk: Path) -> None:
    code, _, err = run("serventia", "importar", archive, "--instance", small_disk / "nova")
    assert (code, len(err.splitlines())) == (1, 1)
    assert "disco cheio" in err
    assert list(small_disk.iterdir()) == []
