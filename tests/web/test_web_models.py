"""*Ajustes › Modelos*: the list, one model beside its page, its proof and its versions."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from web_rig import Person, Rig
from werkzeug.test import TestResponse

from printserver import models
from support.office import qr_codes
from support.office import text as text_of

DATA = Path(__file__).parent.parent / "data" / "rtf"
LIST = "/ajustes/modelos"


@pytest.fixture
def head(app: Flask) -> Person:
    person = Person(app.test_client())
    assert person.login("tereza").status_code == 303
    return person


@pytest.fixture(scope="module")
def ids(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The ids of three models: ready, to be looked at, refused."""
    made = tmp_path_factory.mktemp("modelos")
    for name in ("13-wpt-certidao-negativa.rtf", "28-lo74-casamento-tabela.rtf", "ruins/r01-truncado.rtf"):
        shutil.copy(DATA / name, made)
    models.import_folder(rig.office, rig.autor, made, made / "provas")
    with rig.office.db.read() as conn:
        return {model.nome[:2]: model.id for model in models.newest(conn, rig.office)}


def text(person: Person, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", person.get(path).get_data(as_text=True))).split())


def names(person: Person, path: str) -> list[str]:
    return re.findall(rf'href="{LIST}/\d+">([^<]*)<', person.get(path).get_data(as_text=True))


def test_the_models_are_listed_and_chosen_by_state_and_name(head: Person, ids: dict[str, int]) -> None:
    assert len(ids) == 3
    assert names(head, LIST) == ["r01-truncado", "13-wpt-certidao-negativa", "28-lo74-casamento-tabela"]
    assert names(head, f"{LIST}?estado=pronto") == ["28-lo74-casamento-tabela"]
    assert names(head, f"{LIST}?q=CERTIDAO") == ["13-wpt-certidao-negativa"]
    assert "Nenhum modelo assim" in text(head, f"{LIST}?q=nada-disto")
    assert head.get(f"{LIST}?estado=outro").status_code == 422
    assert "Modelos" in text(head, "/ajustes")


def test_a_model_is_shown_with_what_to_look_at_its_variables_and_its_page(head: Person, ids: dict[str, int]) -> None:
    page = text(head, f"{LIST}/{ids['13']}")
    assert "O que conferir <Nome_Requerennte> parece um erro de <Nome_Requerente>" in page
    assert "<Nome_Buscado>" in page
    refused = text(head, f"{LIST}/{ids['r0']}")
    assert "Por que não se imprime O RTF está cortado" in refused
    assert "Prova em PDF" not in refused
    proof = head.get(f"{LIST}/{ids['28']}/prova.pdf")
    assert proof.mimetype == "application/pdf"
    assert "CERTIDÃO DE CASAMENTO" in text_of(proof.get_data())
    assert len(qr_codes(proof.get_data())) == 1
    image = head.get(f"{LIST}/{ids['28']}/paginas/1.png")
    assert image.get_data().startswith(b"\x89PNG")
    assert head.get(f"{LIST}/{ids['28']}/paginas/9.png").status_code == 404
    assert head.get(f"{LIST}/{ids['r0']}/prova.pdf").status_code == 409
    assert head.get(f"{LIST}/999999").status_code == 404


def test_a5_an_escrevente_does_not_see_the_models(maria: Person, ids: dict[str, int]) -> None:
    for path in (LIST, f"{LIST}/{ids['28']}", f"{LIST}/{ids['28']}/prova.pdf"):
        assert maria.get(path).status_code == 403


def test_an_older_version_says_which_one_is_in_force(
    rig: Rig, head: Person, ids: dict[str, int], tmp_path: Path
) -> None:
    name = "28-lo74-casamento-tabela.rtf"
    (tmp_path / name).write_bytes((DATA / name).read_bytes().replace(b"CASAMENTO", b"CASAMENTOS"))
    models.import_folder(rig.office, rig.autor, tmp_path, tmp_path / "provas")
    assert "Esta é a versão 1. Vale a versão 2" in text(head, f"{LIST}/{ids['28']}")


# -- cleared, corrected -----------------------------------------------------------------------------------------------


def posted(person: Person, path: str, **fields: str) -> TestResponse:
    """Send the form of a page."""
    return person.send(path, path, **fields)


@pytest.fixture
def unknown(rig: Rig, tmp_path: Path) -> int:
    """The id of a model of no known act."""
    (tmp_path / "modelo 7.rtf").write_bytes(rb"{\rtf1\ansi Prezados " + tmp_path.name.encode() + rb" de <Nome>\par}")
    models.import_folder(rig.office, rig.autor, tmp_path, tmp_path / "provas")
    with rig.office.db.read() as conn:
        return models.require(conn, rig.office, "modelo 7").id


def test_a1_a_model_is_cleared_for_a_reason_that_the_page_and_the_audit_show(
    rig: Rig, head: Person, unknown: int
) -> None:
    path = f"{LIST}/{unknown}"
    token = head.hidden(path, path)
    assert posted(head, path, motivo="").status_code == 422
    assert "Por que está certo assim" in text(head, path)
    answer = posted(head, path, motivo="é um ofício da casa")
    assert answer.status_code == 303
    page = text(head, answer.headers["Location"])
    assert "modelo 7 pronto" in page
    assert re.search(r"Conferido Tereza.{0,60}: é um ofício da casa nem o nome do arquivo", page) is not None
    assert "conferida (é um ofício da casa)" in page
    assert head.client.post(path, data=token | {"motivo": "outra vez"}).status_code == 409
    assert "Deu por conferido o modelo modelo 7" in text(head, "/auditoria?objeto=modelo")


def test_the_kind_of_a_model_is_corrected_and_a_format_of_another_kind_is_refused_at_its_field(
    head: Person, unknown: int
) -> None:
    path = f"{LIST}/{unknown}/corrigir"
    assert 'value="certidao-corpo"' in head.get(path).get_data(as_text=True)
    wrong = posted(head, path, tipo="livro", formato="certidao-corpo", motivo="x")
    assert wrong.status_code == 422
    assert "o formato certidao-corpo é de certidão, e o modelo de livro" in unescape(wrong.get_data(as_text=True))
    answer = posted(head, path, tipo="certidao", formato="", motivo="é uma certidão")
    assert answer.status_code == 303
    page = text(head, answer.headers["Location"])
    assert "Documento certidão (escolhido)" in page
    assert "documento ou formato corrigido (é uma certidão)" in page


def test_a5_only_those_who_may_change_formats_clear_and_correct(maria: Person, unknown: int) -> None:
    token = re.findall(r'name="csrf_token" value="([^"]+)"', maria.get("/conta").get_data(as_text=True))[0]
    sent = {"csrf_token": token, "motivo": "x"}
    assert maria.client.post(f"{LIST}/{unknown}", data=sent).status_code == 403
    assert maria.get(f"{LIST}/{unknown}/corrigir").status_code == 403
