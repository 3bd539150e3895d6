"""The first page of an office in which nothing else waits: all that waits and ten prints in one view."""

from pathlib import Path

from playwright.sync_api import Browser, expect
from web_rig import Clock, enter, open_office, served

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
