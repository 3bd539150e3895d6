"""The avulso: a document that is never sealed, of both naturezas, in any number of copies (C1)."""

from typing import Any

import pytest

from printserver import db
from support.office import LONG, SHORT, Rig, pages, qr_codes, text

LETTER = {
    "formato": "html",
    "conteudo": "<h2>REQUERIMENTO</h2><p>Ana Souza requer a busca do assento de seu pai. [[TOTAL]] [[PAPEL]]</p>",
}


def avulso(name: str = "REQ-0045", **more: Any) -> dict[str, Any]:
    return {"tipo": "avulso", "id": name, "corpo": SHORT} | more


@pytest.mark.parametrize("natureza", [None, 1, 2])
def test_c1_an_avulso_prints_its_text_without_seal_or_qr(rig: Rig, natureza: int | None) -> None:
    job = rig.printed(avulso(natureza=natureza, corpo=LETTER))
    assert (job["estado"], job["selos"], job["qr"], job["pergunta"], job["vale"]) == ("impresso", [], None, None, None)
    fields = {name: value for name, value in job["documento"].items() if value is not None}
    assert fields == {"tipo": "avulso", "id": "REQ-0045", "natureza": natureza or 1}
    assert job["formato"] == "avulso"
    pdf = rig.pdf(job["id"])
    words = text(pdf)
    assert "Cartório de Demonstração" in words and "Página 1 de 1" in words
    assert "REQUERIMENTO" in words and "requer a busca do assento de seu pai" in words
    assert "[[TOTAL]] —" in words  # it has no value; a sheet's number it may have
    assert "selo" not in words.lower() and "tjsp" not in words.lower()
    assert qr_codes(pdf) == []
    assert rig.codes() == [] and rig.rows(db.outbox) == []


def test_c1_an_avulso_prints_again_freely_and_in_copies(rig: Rig) -> None:
    made = [rig.printed(avulso(), copias=3), rig.printed(avulso(corpo=LONG)), rig.printed(avulso())]
    assert [job["estado"] for job in made] == ["impresso"] * 3
    assert [job["copias"] for job in made] == [3, 1, 1]
    assert len(rig.rows(db.documento)) == 1
    assert rig.rows(db.pergunta) == []
    assert pages(rig.pdf(made[1]["id"])) == made[1]["paginas"] > 1


def test_x0_an_avulso_is_its_natureza_and_id(rig: Rig) -> None:
    for document in (avulso("req 45"), avulso("REQ045"), avulso("REQ45", natureza=2)):
        rig.taken(document)
    assert [row["chave"] for row in rig.rows(db.documento)] == ["avulso:1:REQ45", "avulso:2:REQ45"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"natureza": 3}, "documento.natureza"),
        ({"id": None}, "documento.id"),
        ({"corpo": None}, "documento.corpo"),
        ({"isento": True, "motivo_isencao": "x"}, "documento.isento"),
        ({"instrumento": {"id": "P-1"}}, "documento.instrumento"),
    ],
)
def test_a7_what_an_avulso_does_not_have_is_refused_by_its_name(rig: Rig, change: dict[str, Any], field: str) -> None:
    found = rig.post(avulso(**change))
    assert (found.status, found.word) == (422, "entrada-invalida")
    assert field in {error["campo"] for error in found.json["errors"]}


def test_c1_an_avulso_takes_only_its_own_formats(rig: Rig) -> None:
    assert rig.post(avulso(), formato="livro").word == "entrada-invalida"
    assert rig.post(rig.certidao(), formato="avulso").word == "entrada-invalida"
    assert [each["nome"] for each in rig.call("GET", "/formatos").json["itens"] if each["tipo"] == "avulso"] == [
        "avulso"
    ]


def test_c1_a_list_of_jobs_finds_the_avulsos(rig: Rig) -> None:
    rig.printed(rig.certidao())
    job = rig.printed(avulso())
    found = rig.call("GET", "/jobs?tipo=avulso").json
    assert [each["id"] for each in found["itens"]] == [job["id"]]
    assert found["itens"][0]["documento"]["id"] == "REQ-0045"


def test_c1_the_last_line_of_a_full_page_takes_no_page_more(rig: Rig) -> None:
    """The empty room where other documents have their seal must not push the text to a second page."""
    lines = "\n".join(f"Linha {n}" for n in range(1, 41))
    assert rig.taken(avulso(corpo={"formato": "texto", "conteudo": lines}))["paginas"] == 1
