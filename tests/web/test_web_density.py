"""The first page of an office in which nothing else waits: all that waits and ten prints in one view."""

from pathlib import Path

from playwright.sync_api import Browser, expect
from web_rig import PASSWORD, Clock, enter, open_office, served

from printserver import db, jobs
from printserver.office import people
from printserver.server.app import create_app


def test_all_that_waits_and_the_last_prints_are_seen_at_once(browser: Browser, tmp_path: Path) -> None:
    with (
        open_office(tmp_path / "serventia", Clock()) as rig,
        served(create_app(rig.office)) as address,
        browser.new_context(base_url=address, locale="pt-BR") as context,
    ):
        held = [rig.xa_question()[1] for _ in range(4)]
        for _ in range(14):
            rig.livro()
        desk = enter(context.new_page(), "maria")
        rows = desk.locator("#vivo-ultimas tbody tr")
        for width, height, prints in ((1366, 768, 10), (1920, 1080, 18)):
            desk.set_viewport_size({"width": width, "height": height})
            for job in held:
                expect(desk.locator(f"#responder-{job['id']}")).to_be_in_viewport(ratio=1)
            for n in range(prints):
                expect(rows.nth(n)).to_be_in_viewport(ratio=1)
            top = desk.locator("header .topo").bounding_box()
            assert top is not None
            assert top["height"] <= 52
        desk.set_viewport_size({"width": 390, "height": 844})
        top, foot = (desk.locator(each).bounding_box() for each in ("header .topo", "nav.secoes"))
        assert top is not None
        assert foot is not None
        assert top["height"] <= 56
        assert foot["y"] + foot["height"] == 844


def test_long_names_make_no_page_wider_than_its_window(browser: Browser, tmp_path: Path) -> None:
    """A queue out of paper, a person and a title, each with a name as long as it may be."""
    queue = "papel-de-segurança-do-balcão-de-atendimento-" * 2
    with (
        open_office(tmp_path / "serventia", Clock()) as rig,
        served(create_app(rig.office)) as address,
        browser.new_context(base_url=address, locale="pt-BR") as context,
    ):
        with rig.office.db.write() as conn:
            row = {"tipo": "pasta", "destino": str(tmp_path), "papel_numerado": True, "padrao": False}
            conn.execute(db.fila.insert().values(serventia_id=1, nome=queue, criada_em=rig.clock(), **row))
            name = "Maximiliana Constantina da Conceição de Vasconcelos Albuquerque e Cavalcanti"
            people.create_person(conn, 1, "maximiliana", name, "escrevente", PASSWORD, rig.clock())
        livro = {"tipo": "livro", "instrumento": rig.instrumento() | {"titulo": "Escritura" * 12}}
        jobs.accept(rig.office, rig.autor, {"documento": livro, "escrevente": "maximiliana", "fila": queue}, None)
        rig.xa_question()
        desk = enter(context.new_page(), "maria")
        for path in ("/", "/impressoes", "/papel", "/selos"):
            desk.goto(path)
            for width in (1366, 390):
                desk.set_viewport_size({"width": width, "height": 768})
                assert desk.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width}"
