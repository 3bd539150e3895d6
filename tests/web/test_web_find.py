"""The one search, and what prints are called: by title, parties, livro and folhas, with the number apart."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect
from web_rig import Person, Rig

from printserver import db, jobs
from printserver.web import find, names

PARTIES = [
    {"qualidade": "Vendedor e credor", "nome": "Antônio Carlos Brandão de Araújo"},
    {"qualidade": "Vendedora e credora", "nome": "MARIA DA CONCEIÇÃO BRANDÃO DE ARAÚJO"},
    {"qualidade": "Compradores", "nome": "João Pedro Gonçalves Figueiró"},
    {"qualidade": "Interveniente anuente", "nome": "Banco Alfa S.A."},
]


def _page(person: Person, path: str, **query: str) -> str:
    answer = person.client.get(path, query_string=query or None)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def _listed(person: Person, text: str) -> set[str]:
    return set(re.findall(r'id="trabalho-([0-9a-f]{32})"', _page(person, "/procurar", q=text)))


def _opened(person: Person, text: str) -> str | None:
    answer = person.client.get("/procurar", query_string={"q": text})
    return answer.headers["Location"] if answer.status_code == 303 else None


def _deed(rig: Rig, *nomes: str, **more: Any) -> dict[str, Any]:
    """Print a livro of these parties, which no other test has."""
    parties = [{"qualidade": f"Outorgante {n}", "nome": nome} for n, nome in enumerate(nomes)]
    return rig.printed({"tipo": "livro", "instrumento": rig.instrumento() | {"partes": parties} | more})


# -- what they are called ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "said"),
    [
        (PARTIES, "Brandão de Araújo → Figueiró"),
        (PARTIES[:1], "Antônio Carlos Brandão de Araújo"),
        ([{"nome": "Ana Prado"}, {"nome": "Davi Sá"}], "Ana Prado e Davi Sá"),
        ([{"nome": "Ana Prado"}, {"nome": "Davi Sá"}, {"nome": "Rute Sá"}], "Ana Prado e outros 2"),
        (
            [{"qualidade": "Outorgante", "nome": "Ana Prado"}, {"qualidade": "Outorgado", "nome": "Banco Alfa S.A."}],
            "Prado → Banco Alfa S.A.",
        ),
        ([{"qualidade": "Interveniente", "nome": "Rui Souza Filho"}], "Rui Souza Filho"),
        ([], ""),
    ],
)
def test_two_sides_are_said_by_their_surnames_and_one_in_full(persons: list[Mapping[str, str]], said: str) -> None:
    assert names.parties(persons) == said


@pytest.mark.parametrize(
    ("nome", "said"),
    [
        ("João Pedro Gonçalves Figueiró", "Figueiró"),
        ("Antônio Carlos Brandão de Araújo", "Brandão de Araújo"),
        ("Ana de Assunção", "Assunção"),
        ("Rui Souza Filho", "Souza Filho"),
        ("Pelé", "Pelé"),
        ("Construtora Alfa Ltda.", "Construtora Alfa Ltda."),
    ],
)
def test_a_surname_is_what_people_shorten_a_name_to(nome: str, said: str) -> None:
    assert names.surname(nome) == said


def test_every_list_calls_a_print_by_title_parties_livro_and_folhas(maria: Person, rig: Rig) -> None:
    instrumento = rig.instrumento("Q") | {"titulo": "ESCRITURA PÚBLICA DE DOAÇÃO", "partes": PARTIES}
    livro = rig.printed({"tipo": "livro", "instrumento": instrumento})
    traslado = rig.printed(rig.traslado_for(livro))
    held = rig.send({"tipo": "livro", "instrumento": instrumento})
    first = instrumento["folha_inicial"]
    for path in ("/", "/impressoes", f"/procurar?q={instrumento['id']}"):
        page = re.sub(r"<[^>]+>", "", _page(maria, path))
        assert "Escritura de doação · Brandão de Araújo → Figueiró" in page, path
        assert "1º traslado · Escritura de doação · Brandão de Araújo → Figueiró" in page, path
        assert f"L. 123, fl. {first}" in page, path
        assert instrumento["id"] in page
    assert f"responder-{held['id']}" in _page(maria, "/")
    assert traslado["id"] in _page(maria, "/")
    jobs.answer_xa(rig.office, rig.autor, held["id"], {"confirma": False, "escrevente": "maria"})


def test_a_print_whose_names_are_gone_shows_their_initials(maria: Person, rig: Rig) -> None:
    livro = _deed(rig, "Quitéria Xavante")
    with rig.office.db.write() as conn:
        here = (
            db.nome.c.documento_id
            == sa.select(db.job.c.documento_id).where(db.job.c.id == livro["id"]).scalar_subquery()
        )
        conn.execute(sa.update(db.nome).where(here).values(titulo=None, partes=None, iniciais="Q.X"))
    assert "Livro · Q.X" in re.sub(r"<[^>]+>", "", _page(maria, "/impressoes"))


# -- the one search ---------------------------------------------------------------------------------------------------


def test_t5_one_hit_opens_at_once_whatever_names_it(maria: Person, rig: Rig) -> None:
    livro = _deed(rig, "Zenóbia Quaresma", livro="0456", folha_inicial="77", folha_final="90")
    at, seal = f"/trabalhos/{livro['id']}", livro["selos"][0]["codigo"]
    url = jobs.selo(rig.office, seal)["qr"]["url"]
    for text, opens in {
        "zenobia": at,
        "quaresma ZENÓB": at,
        "livro 456 fls 77": at,
        "L. 0456": at,
        livro["documento"]["instrumento"]: at,
        livro["id"]: at,
        seal: f"/selos/{seal}",
        f"{seal[:9]} {seal[9:22]} {seal[22:]}".lower(): f"/selos/{seal}",
        url: f"/selos/{seal}",
        url.partition("=")[2].replace("%7C", "|"): f"/selos/{seal}",
    }.items():
        assert _opened(maria, text) == opens, text


def test_t5_several_hits_are_listed_by_groups(maria: Person, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    livro = _deed(rig, "Ubirajara Timbó", livro="0457", folha_inicial="5")
    traslado = rig.printed(rig.traslado_for(livro))
    assert _listed(maria, "timbo") == {livro["id"], traslado["id"]}
    page = _page(maria, "/procurar", q="livro 457")
    assert re.findall(r"<h2[^>]*>(\w+)", page) == ["Impressões", "Selos"]
    for selo in (*livro["selos"], *traslado["selos"]):
        assert f'href="/selos/{selo["codigo"]}"' in page
    monkeypatch.setattr(find, "_SHOWN", 1)
    assert 'href="/impressoes?texto=livro+457">Ver as 2 impressões' in _page(maria, "/procurar", q="livro 457")


def test_c21_a_record_of_registro_civil_is_a_group(maria: Person, rig: Rig) -> None:
    document = {
        "tipo": "habilitacao",
        "natureza": 2,
        "processo": "991/2026",
        "situacao": "gratuita",
        "contraentes": ["Iracema Taunay", "Peri Alencar"],
        "isento": True,
        "fundamento": "declaracao",
        "corpo": {"formato": "texto", "conteudo": "Capa."},
    }
    cover = rig.printed(document | {"peca": "capa"})
    piece = rig.printed(document | {"peca": "memorial"})
    page = _page(maria, "/procurar", q="iracema")
    assert 'href="/registro?id=991/2026"' in page
    said = re.sub(r"<[^>]+>", "", page)
    for name in ("capa", "memorial"):
        assert f"Habilitação, {name} · Iracema Taunay e Peri Alencar" in said
    assert _listed(maria, "991/2026") == {cover["id"], piece["id"]}


def test_s2_a_wrong_check_digit_is_said(maria: Person, rig: Rig) -> None:
    code = rig.livro()["selos"][0]["codigo"]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert "dígito verificador (o último caractere) não confere" in _page(maria, "/procurar", q=wrong)
    assert "dois últimos (verificadores) não conferem" in _page(maria, "/procurar", q="1" * 32)


def test_t5_a_seal_is_found_by_four_characters_of_its_code(maria: Person, rig: Rig) -> None:
    selos = rig.livro()["selos"]
    for code in (each["codigo"] for each in selos):
        assert _opened(maria, code[10:].lower()) == f"/selos/{code}"
    page = _page(maria, "/procurar", q=selos[0]["codigo"][:9])
    assert "<h2" in page
    assert "Procura-se" in _page(maria, "/procurar", q="9QQ9Q")


@pytest.mark.parametrize("text", ["", "nada-disto", "fls 12", "%", "'; DROP TABLE job", "…", "livro 99999 fls 3"])
def test_what_is_not_found_says_what_can_be_searched(maria: Person, text: str) -> None:
    page = _page(maria, "/procurar", q=text)
    assert "Procura-se, em qualquer dia e sem acentos" in page
    assert ("diga também o livro" in page) == (text == "fls 12")


def test_a_livro_is_found_by_a_partys_name_in_two_clicks_or_by_keys_alone(desk: Page, rig: Rig) -> None:
    livro = _deed(rig, "Jandira Potiguara", "Ceci Potiguara")
    rig.printed(rig.traslado_for(livro))
    desk.goto("/balcao/numeros")
    desk.click("#q")  # 1
    desk.keyboard.type("potiguara")
    desk.keyboard.press("Enter")
    desk.click(f"#trabalho-{livro['id']}")  # 2
    expect(desk).to_have_url(re.compile(f"/trabalhos/{livro['id']}$"))
    desk.go_back()
    desk.keyboard.press("Escape")
    desk.locator("h1").click()
    desk.keyboard.press("/")
    desk.keyboard.type(livro["selos"][0]["codigo"])
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"/selos/{livro['selos'][0]['codigo']}$"))
