"""The command line: what it makes is there, what it refuses is one Portuguese sentence and status 1."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.db import Database
from printserver.office import people
from support.office import Rig, command_line, open_rig
from support.server import PROGRAM


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `printserver` with arguments, in this process."""

    def call(*arguments: object) -> Ran:
        code = command_line(*arguments)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


@pytest.fixture
def rig(tmp_path: Path):  # type: ignore[no-untyped-def]
    with open_rig(tmp_path / "serventia") as opened:
        yield opened


def database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'printserver.db'}")


def test_init_json_prints_one_object_and_nothing_else(run: Run, tmp_path: Path) -> None:
    real = ("--cns", "113761", "--proximo-numero", "77", "--pessoa", "Ana Prado", "--usuario", "ana")
    ran = run("init", "--instance", tmp_path / "s", *real, "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert set(told) == {"usuario", "senha", "chave", "cns", "instancia"}
    assert (told["usuario"], told["cns"]) == ("ana", "113761")
    opened = database(tmp_path / "s")
    with opened.read() as conn:
        assert people.api_key(conn, 1, told["chave"]) is not None
        assert people.check_password(conn, 1, "ana", told["senha"]) is not None
        assert conn.execute(sa.select(db.sequencia.c.proximo)).scalar_one() == 77
    opened.close()


@pytest.mark.parametrize("more", [(), ("--pessoa", "Ana Prado"), ("--pessoa", "Ana Prado", "--usuario", "Ana Prado")])
def test_a5_init_of_a_real_office_asks_who_administers_it(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    ran = run("init", "--instance", tmp_path / "s", "--cns", "113761", *more)
    assert (ran.code, "usuario" in ran.err, list(tmp_path.iterdir())) == (1, True, [])


def test_init_never_overwrites(run: Run, rig: Rig) -> None:
    ran = run("init", "--instance", rig.folder)
    assert (ran.code, ran.out) == (1, "")
    assert "nada foi mudado" in ran.err
    assert ran.err.startswith("printserver: ")


def test_init_makes_the_database_for_its_user_alone(run: Run, tmp_path: Path) -> None:
    assert run("init", "--instance", tmp_path / "s").code == 0
    for path in (tmp_path / "s").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_key_command_shows_a_new_key_once(run: Run, rig: Rig) -> None:
    ran = run("chave", "legado", "--direitos", "imprimir, responder", "--instance", rig.folder)
    key = ran.out.strip()
    assert rig.call("GET", "/jobs", key=key).status == 200
    with rig.office.db.read() as conn:
        found = people.api_key(conn, 1, key)
    assert found is not None and found.direitos == {"imprimir", "responder"}
    assert rig.rows(db.log)[-1]["objeto"] == "chave"
    assert key not in str(rig.rows(db.log))
    assert run("chave", "legado", "--direitos", "imprimir", "--instance", rig.folder).code == 1
    wrong = run("chave", "outra", "--direitos", "tudo", "--instance", rig.folder)
    assert (wrong.code, "imprimir" in wrong.err) == (1, True)


def test_the_user_command_makes_a_person(run: Run, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run("usuario", "Joana", "--papel", "tabeliao", "--nome-completo", "Joana Prado", "--instance", rig.folder)
    with rig.office.db.read() as conn:
        person = people.check_password(conn, 1, "joana", ran.out.strip())
    assert person is not None and (person.nome, person.papel) == ("Joana Prado", "tabeliao")
    monkeypatch.setenv("PRINTSERVER_SENHA", "uma senha escolhida")
    assert run("usuario", "pedro", "--papel", "escrevente", "--instance", rig.folder).code == 0
    with rig.office.db.read() as conn:
        assert people.check_password(conn, 1, "pedro", "uma senha escolhida") is not None
    assert run("usuario", "joana", "--papel", "escrevente", "--instance", rig.folder).code == 1
    assert run("usuario", "ana", "--papel", "dono", "--instance", rig.folder).code == 2


def test_a5_people_and_keys_are_changed_ended_and_listed_on_record(
    run: Run, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def person(*arguments: str) -> Ran:
        return run("usuario", *arguments, "--instance", rig.folder)

    def api_key(*arguments: str) -> Ran:
        return run("chave", *arguments, "--instance", rig.folder)

    assert "maria: Maria, escrevente" in person().out
    new = person("maria", "--nova-senha").out.strip()
    with rig.office.db.read() as conn:
        assert people.check_password(conn, 1, "maria", new) is not None
    monkeypatch.setenv("PRINTSERVER_SENHA", "12345678")
    assert person("maria", "--nova-senha").code == 1
    assert person("maria", "--mudar", "--papel", "substituto", "--nome-completo", "Maria Lima").code == 0
    assert person("maria", "--desativar").code == 0
    assert "maria: Maria Lima, substituto · desativado" in person().out
    assert person("maria", "--desativar").code == 1
    assert person("maria", "--reativar").code == 0
    assert "último administrador" in person("admin", "--desativar").err
    for wrong in (
        ["maria", "--desativar", "--reativar"],
        ["maria", "--nova-senha", "--papel", "tabeliao"],
        ["--desativar"],
    ):
        assert person(*wrong).code == 1
    key = api_key("legado", "--direitos", "imprimir").out.strip()
    assert rig.call("GET", "/jobs", key=key).status == 200
    assert api_key("legado", "--revogar").code == 0
    assert rig.call("GET", "/jobs", key=key).status == 401
    assert "legado: imprimir · revogada em" in api_key().out
    assert (api_key("legado", "--revogar").code, api_key("nova").code) == (1, 1)
    done = [(row["objeto_id"], row["estado"]) for row in rig.rows(db.log) if row["objeto"] in ("pessoa", "chave")]
    assert done[-6:] == [
        ("maria", "senha mudada"),
        ("maria", "mudada"),
        ("maria", "desativada"),
        ("maria", "reativada"),
        ("legado", "criada"),
        ("legado", "revogada"),
    ]
    assert all(row["quem"].startswith("linha de comando") for row in rig.rows(db.log) if row["estado"] == "desativada")


@pytest.mark.parametrize(
    ("arguments", "character"),
    [
        (
            ["usuario", "lidia", "--papel", "tabeliao", "--nome-completo", "Lídia\u202e Prado"],
            "U+202E RIGHT-TO-LEFT OVERRIDE",
        ),
        (
            ["usuario", "lidia", "--papel", "tabeliao", "--nome-completo", "Lídia\u200b Prado"],
            "U+200B ZERO WIDTH SPACE",
        ),
        (["usuario", "lidia", "--papel", "tabeliao", "--nome-completo", "Lídia 李"], "U+674E"),
        (["chave", "balc\u00ado", "--direitos", "imprimir"], "U+00AD SOFT HYPHEN"),
        (["fila", "sala\ufeff", "--pasta", "aqui"], "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        (["fila", "sala Ω", "--pasta", "aqui"], "U+03A9"),
    ],
)
def test_s12_a_name_that_is_not_fit_for_paper_is_refused_where_it_is_typed(
    run: Run, rig: Rig, arguments: list[str], character: str
) -> None:
    before = rig.state()
    ran = run(*arguments, "--instance", rig.folder)
    assert (ran.code, character in ran.err) == (1, True)
    assert rig.state() == before


def test_a_name_is_kept_as_it_is_read(run: Run, rig: Rig) -> None:
    assert run("fila", " sala\u00a0 a\u0301 ", "--pasta", rig.folder / "sala", "--instance", rig.folder).code == 0
    assert rig.taken(rig.livro(), fila="sala  á")["fila"] == "sala á"


def test_the_queue_command_makes_a_queue_that_takes_prints_at_once(run: Run, rig: Rig, tmp_path: Path) -> None:
    target = tmp_path / "balcao"
    assert run("fila", "balcao", "--pasta", target, "--padrao", "--instance", rig.folder).code == 0
    job = rig.printed(rig.livro())
    assert (job["fila"], [path.name for path in target.iterdir()]) == ("balcao", [f"{job['id']}.pdf"])
    assert [row["nome"] for row in rig.rows(db.fila) if row["padrao"]] == ["balcao"]
    assert run("fila", "balcao", "--pasta", target, "--instance", rig.folder).code == 1
    assert run("fila", "cups", "--cups", "laser", "--servidor", "localhost:631", "--instance", rig.folder).code == 0


@pytest.mark.parametrize(
    "arguments", [[], ["--pasta", "a", "--cups", "b"], ["--pasta", "a", "--servidor", "localhost:631"]]
)
def test_a_queue_is_a_folder_or_a_cups_queue(run: Run, rig: Rig, arguments: list[str]) -> None:
    assert run("fila", "x", "--instance", rig.folder, *arguments).code == 1
    assert len(rig.rows(db.fila)) == 1


def test_s3_the_sequence_goes_forward_only(run: Run, rig: Rig) -> None:
    assert run("sequencia", "--instance", rig.folder, "--proximo", "500").code == 0
    assert [int(code["codigo"][9:22]) for code in rig.taken(rig.livro())["selos"]] == [500, 501]
    ran = run("sequencia", "--instance", rig.folder, "--proximo", "501")
    assert (ran.code, "só anda para a frente" in ran.err) == (1, True)
    assert run("sequencia", "--instance", rig.folder, "--proximo", "502").code == 0
    assert run("sequencia", "--instance", rig.folder, "--proximo", "0").code == 2


def test_audit_verify_counts_what_holds(run: Run, rig: Rig) -> None:
    rig.printed(rig.livro())
    ran = run("auditoria", "verificar", "--instance", rig.folder)
    assert (ran.code, f"{len(rig.rows(db.log))} registros" in ran.out) == (0, True)


def test_formats_check_and_preview(run: Run, rig: Rig, tmp_path: Path) -> None:
    assert run("formatos", "check", "--instance", rig.folder).code == 0
    assert run("formatos", "preview", "traslado", tmp_path / "a.pdf", "--instance", rig.folder).code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    (rig.folder / "formatos" / "meu.toml").write_text("tipo = 'livro'\nnada = 1\n")
    ran = run("formatos", "check", "--instance", rig.folder)
    assert (ran.code, "meu.toml" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["worker"],
        ["chave", "x", "--direitos", "imprimir"],
        ["usuario", "x", "--papel", "escrevente"],
        ["fila", "x", "--cups", "y"],
        ["sequencia", "--proximo", "1"],
        ["auditoria", "verificar"],
    ],
)
def test_without_an_office_every_command_says_how_to_make_one(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    ran = run(*arguments, "--instance", tmp_path / "nenhuma")
    assert ran.code == 1
    assert "printserver init" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("chave",), ("saude",), ("migrar",), ("auditoria", "verificar"), ("serve",)], ids=" ".join
)
def test_a_folder_without_an_office_is_named_and_stays_as_it_is(
    run: Run, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder, file = tmp_path / "documentos", tmp_path / "carta.txt"
    folder.mkdir()
    file.touch()
    ran = run(*arguments, "--instance", folder)
    said = ran.out + ran.err
    assert (ran.code, f"{folder} não tem serventia: falta o banco {folder}/printserver.db" in said) == (1, True)
    assert list(folder.iterdir()) == []  # no empty database where a copy is to be put
    ran = run(*arguments, "--instance", file)
    assert (ran.code, f"{file} é um arquivo: diga a pasta da serventia" in ran.out + ran.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("formatos", "preview", "livro", "{}/pasta"), "{}/pasta: é uma pasta, não um arquivo"),
        (("formatos", "preview", "livro", "{}/nao/x.pdf"), "{}/nao/x.pdf: arquivo ou pasta não existe"),
        (("conformidade", "{}/pasta"), "{}/pasta: é uma pasta, não um arquivo"),
        (("conformidade", "{}/nao/x.pdf"), "{}/nao/x.pdf: arquivo ou pasta não existe"),
        (("fila", "nova", "--pasta", "{}/arquivo"), "{}/arquivo: já existe"),
        (("serventia", "importar", "{}/arquivo"), "{}/arquivo/manifesto.json: o caminho não é uma pasta"),
    ],
)
def test_a_path_that_cannot_be_used_is_named_with_the_reason(
    run: Run, rig: Rig, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "pasta").mkdir()
    (tmp_path / "arquivo").touch()
    ran = run(*(each.replace("{}", str(tmp_path)) for each in arguments), "--instance", rig.folder)
    assert (ran.code, ran.err) == (1, f"printserver: {said.replace('{}', str(tmp_path))}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nada",), "não há o comando nada."),
        (("sequencia",), "falta a opção '--proximo'."),
        (("sequencia", "--proximo", "zero"), "valor não aceito em '--proximo': “zero” não é um número."),
        (("sequencia", "--proximo", "0"), "valor não aceito em '--proximo': 0 está fora de x>=1."),
        (("sequencia", "--numero", "1"), "não há a opção --numero."),
        (("usuario", "a", "--papel", "rei"), "valor não aceito em '--papel': “rei” não é um de 'escrevente', "),
        (("fila",), "falta o argumento 'NOME'."),
        (("fila", "a", "b"), "argumento a mais: b"),
        (("serve", "--tls", "a"), "a opção --tls pede 2 valores."),
        (("copia", "--se-cresceu=1"), "a opção --se-cresceu não leva valor."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_arguments_are_told_in_portuguese(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert f"printserver: {said}" in ran.err


def test_the_help_is_in_portuguese(run: Run) -> None:
    for arguments in ((), ("sequencia",), ("filas",), ("filas", "listar")):
        said = run(*arguments, "--help").out
        assert said.startswith("Uso: printserver ")
        assert "Mostra isto e termina." in said
        assert not re.search(r"Usage|Options|OPTIONS|Commands|COMMAND|ARGS|TEXT\b|INTEGER|PATH|Show|default", said)


def test_the_queues_are_listed_without_a_word_more(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("filas") == run("filas", "listar")


def test_a_queue_of_no_office_leaves_no_folder(run: Run, tmp_path: Path) -> None:
    assert run("fila", "nova", "--pasta", tmp_path / "saida", "--instance", tmp_path / "nenhuma").code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.10", "cartorio.local", ""])
def test_serve_off_loopback_needs_tls_or_saying_so(run: Run, rig: Rig, host: str) -> None:
    ran = run("serve", "--instance", rig.folder, "--host", host)
    assert ran.code == 1
    assert "--tls" in ran.err and "--sem-tls" in ran.err


def test_serve_names_a_tls_file_that_is_not_there(run: Run, rig: Rig) -> None:
    ran = run("serve", "--instance", rig.folder, "--host", "0.0.0.0", "--tls", "/nada/cert.pem", "/nada/key.pem")
    assert (ran.code, "/nada/cert.pem" in ran.err) == (1, True)


def test_serve_does_not_start_with_a_wrong_setting(run: Run, rig: Rig) -> None:
    (rig.folder / "printserver.toml").write_text("[http]\nlinha = 3\n")
    ran = run("serve", "--instance", rig.folder)
    assert (ran.code, "http.linha" in ran.err) == (1, True)


def test_the_program_is_installed_under_its_name() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("printserver"), "--version"], capture_output=True, text=True, timeout=180
    )
    assert (ran.returncode, ran.stdout.startswith("printserver")) == (0, True)


def test_p5_the_paper_command_registers_what_a_queue_received_and_counts_it(run: Run, rig: Rig) -> None:
    lot = ["--de", "A0000001", "--ate", "A0000500"]
    assert run("papel", "receber", "notas", *lot, "--instance", rig.folder).code == 1  # not a queue of numbered paper
    assert run("papel", "numerar", "notas", "--instance", rig.folder).code == 0
    assert run("papel", "numerar", "nenhuma", "--instance", rig.folder).code == 1
    assert "500 folhas" in run("papel", "receber", "notas", *lot, "--instance", rig.folder).out
    assert run("papel", "receber", "notas", *lot, "--instance", rig.folder).code == 1
    told = run("papel", "contas", "--instance", rig.folder).out
    assert "recebidos 500, usados 0, inutilizados 0, estoque 500" in told


def test_whoever_stops_reading_its_output_gets_no_traceback() -> None:
    reader = subprocess.Popen([PROGRAM, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert reader.stdout is not None
    reader.stdout.close()
    assert reader.stderr is not None
    assert reader.stderr.read() == ""
    assert reader.wait() in (0, 1)
