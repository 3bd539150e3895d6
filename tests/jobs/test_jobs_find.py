"""Prints found by names, numbers, livro and folha, of any day, on both databases; names go after their term (LGPD)."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db, jobs
from printserver.errors import Recusa
from printserver.ledger import names
from support import civil_documents as civil
from support.office import LONG, Rig, open_rig
from support.postgres import PrivatePostgres

SELLER = {"qualidade": "Vendedor", "nome": "Antônio Carlos Brandão de Araújo"}
BUYER = {"qualidade": "Compradora", "nome": "Luíza d'Ávila Figueiró"}


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    postgres: PrivatePostgres | None = None
    if request.param == "postgres":
        postgres = request.getfixturevalue("postgres_server")
    with open_rig(tmp_path / "serventia", postgres=postgres) as opened:
        yield opened


def found(rig: Rig, text: str, **filters: str) -> list[str]:
    return [job["id"] for job in jobs.find(rig.office, filters, text)["itens"]]


def words(rig: Rig) -> set[str]:
    return {row["palavra"] for row in rig.rows(db.palavra)}


def test_a_print_of_any_day_is_found_by_all_words_without_accents(rig: Rig) -> None:
    livro = rig.printed(rig.livro(partes=[SELLER, BUYER], titulo="Escritura de doação"))
    instrumento = livro["documento"]["instrumento"]
    rig.clock.forward(hours=24 * 400)
    traslado = rig.printed(rig.traslado(instrumento))
    ficha = rig.post(rig.ficha(pessoa={"nome": "Luíza Ávila", "mae": "Rute"})).job
    other = rig.printed(rig.livro())
    for text, expected in {
        "araujo": [traslado, livro],
        "ARAÚJO figueiro": [traslado, livro],
        "brand arauj doac": [traslado, livro],
        "avila": [ficha, traslado, livro],
        "davila": [traslado, livro],
        "luiza de avila ficha": [ficha],
        "rute": [],
        "araujo inexistente": [],
        instrumento: [traslado, livro],
        instrumento.lower().replace("-", "/"): [traslado, livro],
        instrumento[:6]: [other, traslado, livro],
        "traslado araujo": [traslado],
        "venda compra": [other, livro],  # the atos of both
        livro["selos"][0]["codigo"]: [livro],
        livro["id"]: [livro],
        "…": [],
    }.items():
        assert found(rig, text) == [job["id"] for job in expected], text
    assert found(rig, "araujo", tipo="livro", ate="2026-11-20") == [livro["id"]]
    assert found(rig, "araujo", de="2026-11-21", ate="2027-12-31") == [traslado["id"]]
    with pytest.raises(Recusa):
        found(rig, "araujo", de="ontem")


def test_p2_what_stands_on_a_folha_of_a_livro_is_found_with_its_copies(rig: Rig) -> None:
    livro = rig.printed(rig.livro(livro="0777", folha_inicial="010", corpo=LONG))
    assert livro["paginas"] >= 3
    traslado = rig.printed(rig.traslado(livro["documento"]["instrumento"]))
    other = rig.printed(rig.livro(livro="777", folha_inicial="050"))
    both = [traslado["id"], livro["id"]]
    for text, expected in {
        "livro 777": [other["id"], *both],
        "L.0777, fls. 11": both,
        "l 777 fl 10v": both,
        "livro 777 folha 50 verso": [],
        "livro 777 fl 50": [other["id"]],
        "livro 777 fl 12345": [],
        "fl 10": [],
        "livro 7": [],
    }.items():
        assert found(rig, text) == expected, text


def test_p5_a_print_is_found_by_the_number_of_its_paper(rig: Rig) -> None:
    instrumento = rig.printed(rig.livro())["documento"]["instrumento"]
    traslado = rig.printed(rig.traslado(instrumento), papel_seguranca=["SP 000123"])
    assert found(rig, "SP123") == [traslado["id"]]
    assert found(rig, "sp000123") == [traslado["id"]]
    assert found(rig, "sp124") == []


def test_c6_papers_of_registro_civil_are_found_by_whose_they_are(rig: Rig) -> None:
    assento = rig.printed(civil.page(civil.assento(1)))
    certidao = rig.printed(civil.certidao(1, assento={"id": "R-000001"}, **civil.VALUE))
    cover = rig.printed(civil.habilitacao("77/2026"))
    edital = rig.printed(civil.edital("E-1", "propria", processo="77/2026"))
    named = jobs.names_of(rig.office, [job["id"] for job in (assento, certidao, cover, edital)])
    person = "Ana Lúcia de Assunção"
    assert [[each["nome"] for each in named[job["id"]]["partes"]] for job in (assento, certidao)] == [[person]] * 2
    assert named[cover["id"]]["partes"] == named[edital["id"]]["partes"]
    assert len(named[cover["id"]]["partes"]) == 2
    assert found(rig, "lucia assuncao") == [certidao["id"], assento["id"]]
    assert found(rig, assento["documento"]["matricula"]) == [certidao["id"], assento["id"]]
    assert found(rig, "joao sa 77/2026") == [edital["id"], cover["id"]]


def test_pages_begin_after_a_print_and_miss_and_repeat_none(rig: Rig) -> None:
    made = [rig.taken(rig.livro())["id"] for _ in range(5)][::-1]
    seen: list[str] = []
    page: dict[str, Any] = {"mais": True}
    while page["mais"]:
        page = jobs.find(rig.office, {}, "escritura", seen[-1] if seen else None, limit=2)
        seen += [job["id"] for job in page["itens"]]
        if len(seen) == 2:  # one that comes meanwhile shifts nothing
            rig.taken(rig.livro())
    assert seen == made
    assert jobs.find(rig.office, {})["total"] == 6


def test_common_words_are_tested_in_order(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [rig.taken(rig.livro(partes=[SELLER, BUYER]))["id"] for _ in range(3)][::-1]
    rig.taken(rig.livro())
    monkeypatch.setattr(sys.modules[jobs.find.__module__], "_FEW", 1)
    assert found(rig, "escritura araujo") == made


def test_x1_a_reprint_that_waits_leaves_the_names_of_the_print_that_stands(rig: Rig) -> None:
    document = rig.livro(partes=[SELLER])
    livro = rig.printed(document)
    document["instrumento"]["partes"] = [BUYER]
    held = rig.question(document)
    assert found(rig, "araujo") == [held["id"], livro["id"]]
    rig.yes(held["id"])
    assert found(rig, "araujo") == []
    assert found(rig, "figueiro") == [held["id"], livro["id"]]


def test_a3_names_go_after_their_term_and_initials_stay(rig: Rig) -> None:
    livro = rig.printed(rig.livro(partes=[SELLER, BUYER], titulo="Escritura do espólio de Davi Prado"))
    rig.clock.forward(hours=24 * 1824)
    rig.engine.run_once()
    assert found(rig, "araujo prado") == [livro["id"]]
    later = rig.printed(rig.livro(partes=[SELLER]))
    rig.clock.forward(hours=24 * 2)
    rig.engine.run_once()
    assert found(rig, "araujo") == [later["id"]]
    assert found(rig, "prado") == []
    assert found(rig, livro["documento"]["instrumento"]) == [livro["id"]]
    bare = jobs.names_of(rig.office, [livro["id"]])[livro["id"]]
    assert (bare["titulo"], bare["partes"], bare["iniciais"]) == (None, None, "A.C.B.A;L.D.F")
    assert {"figueiro", "prado", "davi"}.isdisjoint(words(rig))
    (entry,) = rig.rows(db.log, db.log.c.objeto == "guarda")
    assert (entry["estado"], entry["detalhe"]) == ("apagados", {"documentos": 1})
    assert names.forget(rig.office) == 0
    assert rig.proof().gaps == []


def test_an_office_that_keeps_no_names_keeps_none(rig_with: Any) -> None:
    rig = rig_with(guarda={"nomes_dias": 0})
    livro = rig.printed(rig.livro(partes=[SELLER], titulo="Escritura de doação"))
    assert found(rig, "araujo") == []
    assert {"araujo", "doacao"}.isdisjoint(words(rig))
    assert found(rig, livro["documento"]["instrumento"]) == [livro["id"]]
    with rig.office.db.read() as conn:
        assert conn.scalar(sa.select(db.nome.c.iniciais)) == "A.C.B.A"
