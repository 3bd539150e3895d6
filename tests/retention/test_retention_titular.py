"""What is held of one person, found by CPF in any writing; the look-up is on record (LGPD)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from printserver import db
from support.office import Rig, command_line, open_rig, text

CPF = "529.982.247-25"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("titular") / "serventia") as opened:
        party = {"qualidade": "Outorgante", "nome": "Ana de Assunção", "documento": f"CPF {CPF}"}
        opened.printed({"tipo": "livro", "instrumento": opened.instrumento(partes=[party])})
        bare = {"formato": "texto", "conteudo": "Certifico que 52998224725 nada deve."}
        opened.printed(opened.certidao(pedido="2026/777", corpo=bare))
        longer = {"formato": "texto", "conteudo": "O protocolo 9529982247250 não é um CPF, nem 529.982.247-26."}
        opened.printed(opened.certidao(pedido="2026/778", corpo=longer))
        yield opened


def ask(rig: Rig, capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = command_line("titular", *words, "--instance", rig.folder)
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("written", [CPF, "52998224725", "529 982 247 25"])
def test_a3_a_person_is_found_by_cpf_in_any_writing(rig: Rig, capsys: pytest.CaptureFixture[str], written: str) -> None:
    code, out, _ = ask(rig, capsys, written, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["cabecalho"].startswith("Resposta a pedido de titular")
    assert found["cpf"] == "***.982.247-**"
    places = {(each["tabela"], each["documento"]) for each in found["itens"]}
    assert ("corpo", "Certidão 2026/777") in places
    assert any(table == "job" and (name or "").startswith("Livro") for table, name in places)
    assert not any(name == "Certidão 2026/778" for _, name in places)


def test_a3_the_answer_never_quotes_a_document_and_the_log_never_has_the_cpf(
    rig: Rig, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    target = tmp_path / "resposta.pdf"
    code, out, _ = ask(rig, capsys, CPF, "--pdf", target)
    assert code == 0
    for answer in (out, text(target.read_bytes())):
        assert "nada deve" not in answer
        assert "Ana" not in answer
        assert "Certidão 2026/777" in answer
        assert "acervo" in answer
    entry = rig.rows(db.log)[-1]
    assert (entry["objeto"], entry["objeto_id"], entry["estado"]) == ("titular", "***.982.247-**", "consultado")
    assert entry["detalhe"]["quem_pediu"].startswith("linha de comando")
    assert "52998224725" not in str(rig.rows(db.log, db.log.c.objeto == "titular"))


@pytest.mark.parametrize("wrong", ["529.982.247-26", "1234", "abc"])
def test_a_number_that_is_no_cpf_is_refused_in_a_sentence(
    rig: Rig, capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    before = len(rig.rows(db.log))
    code, _, err = ask(rig, capsys, wrong)
    assert code == 1
    assert "não é um CPF" in err
    assert len(rig.rows(db.log)) == before


def test_a3_who_is_not_here_is_told_so(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nada consta com este CPF." in ask(rig, capsys, "111.444.777-35")[1]
