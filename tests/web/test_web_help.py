"""Help on each screen and the operator's guide inside the program: complete, true to the rule book, searched."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from web_rig import Person

from printserver.web.help import guide, topics
from printserver.web.screens import SCREENS

DOCS = Path(__file__).parents[2] / "docs"
RULES, GUIDE = ((DOCS / name).read_text("utf-8") for name in ("rules.md", "guia-do-operador.md"))
# What no person opens as a page: parts that others poll, files, images, exports.
NOT_PAGES = re.compile(r"^vivo_|^(qr|pdf|imagem|central_arquivo|selos_exportar)$")


def text(person: Person, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", person.get(path).get_data(as_text=True))).split())


def test_every_screen_says_what_it_is_for_and_its_rule() -> None:
    pages = {each.endpoint for each in SCREENS if each.see is not None and not NOT_PAGES.search(each.endpoint)}
    assert {each for each in pages if topics.topic(each) is None} == set()
    assert set(topics.TOPICS) | set(topics.SAME_AS) <= {each.endpoint for each in SCREENS}


@pytest.mark.parametrize("endpoint", sorted(topics.TOPICS))
def test_a_topic_names_rules_that_exist_and_a_place_in_the_guide(endpoint: str) -> None:
    topic = topics.TOPICS[endpoint]
    for number in topic.numeros:
        assert re.search(rf"^### {number}\b", RULES, re.M), number
    chapter, _, section = topic.guia.partition("#")
    found = {each.endereco: {one.ancora for one in each.secoes} for each in guide.chapters()}
    assert chapter in found
    assert not section or section in found[chapter], topic.guia


def test_the_help_of_a_screen_leads_into_the_guide(maria: Person) -> None:
    page = maria.get("/papel").get_data(as_text=True)
    panel = re.findall(r'<details class="ajuda".*?</details>', page, re.S)[0]
    assert "As filas e o papel numerado de cada uma" in panel
    assert "P5" in panel
    (path,) = re.findall(r'href="(/ajuda/[^"]+)"', panel)
    address, _, anchor = path.partition("#")
    assert f'id="{anchor}"' in maria.get(address).get_data(as_text=True)


def test_the_guide_is_read_whole_and_in_its_order(maria: Person) -> None:
    contents = text(maria, "/ajuda")
    titles = [each.titulo for each in guide.chapters()]
    assert titles == re.findall(r"^## (.*)$", GUIDE, re.M)
    assert [each for each in titles if each not in contents] == []
    for each in guide.chapters():
        assert each.titulo in text(maria, f"/ajuda/{each.endereco}")
    assert maria.get("/ajuda/nada").status_code == 404


@pytest.mark.parametrize(
    ("words", "title"),
    [("segundo fator", "Minha conta"), ("REIMPRESSAO", ""), ("cópia de segurança", "Cópia de segurança")],
)
def test_the_guide_is_searched_without_accents(maria: Person, words: str, title: str) -> None:
    assert title in text(maria, f"/ajuda?{urlencode({'q': words})}").partition("Guia do operador")[0]
    assert [hit for hit in guide.find(words) if title in hit.secao.titulo]


def test_a_search_that_finds_nothing_says_so(maria: Person) -> None:
    assert "não tem estas palavras juntas" in text(maria, "/ajuda?q=zebra+girafa")
    assert "<script>" not in maria.get("/ajuda?q=<script>alert(1)</script>").get_data(as_text=True)
