"""*Ajustes › Cópias* and *Restauração* at the screens: said on every page, followed step by step (B1, B3)."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from web_rig import Person

from copies.copied_office import copied_rig, copy, key_of, restore
from printserver import db
from printserver.server.app import create_app
from printserver.web import court_page
from support.office import Rig


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Rig]]:
    """An office with a copy, and the one that was restored from it."""
    base = tmp_path_factory.mktemp("telas")
    with copied_rig(base) as rig:
        rig.printed(rig.certidao())
        copy(rig)
        rig.printed(rig.livro())
        back = restore(rig, base / "volta")
        yield rig, back
        back.office.db.close()


def at(rig: Rig, usuario: str = "tereza") -> Person:
    court_page.forget_status()
    found = Person(create_app(rig.office).test_client())
    assert found.login(usuario).status_code == 303
    return found


def text(someone: Person, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", someone.get(path).get_data(as_text=True))).split())


def test_b1_places_key_and_sheet_are_at_the_screen(offices: tuple[Rig, Rig]) -> None:
    rig, _ = offices
    head, page = at(rig), "/ajustes/copias"
    shown = text(head, page)
    assert rig.office.settings.copias.lugares[0] in shown
    assert "ainda não conferida" in shown
    assert 'id="copias"' in head.get("/ajuda/copias-e-restauracao").get_data(as_text=True)
    assert "/ajuda/copias-e-restauracao#copias" in head.get(page).get_data(as_text=True)
    assert "Imprima e assine a folha de emergência" in text(head, "/")
    assert "folha de emergência" not in text(at(rig, "maria"), "/")
    assert at(rig, "maria").get(page).status_code == 403
    sheet = head.send(page, f"{page}/folha")
    assert sheet.get_data().startswith(b"%PDF")
    wrong = head.send(page, page, chave_das_copias="ABC")
    assert wrong.status_code == 422
    assert "a chave tem 30 caracteres" in unescape(wrong.get_data(as_text=True))
    assert head.send(page, page, chave_das_copias=key_of(rig)).status_code == 303
    assert "por Tereza" in text(head, page)
    log = text(head, "/auditoria?objeto=copias")
    assert "Conferiu a chave das cópias, no papel" in log
    assert key_of(rig) not in log


def test_b1_a_copy_that_failed_is_on_every_screen(offices: tuple[Rig, Rig]) -> None:
    rig, _ = offices
    with rig.office.db.write() as conn:
        lugar = rig.office.settings.copias.lugares[0]
        row = {"serventia_id": 1, "lugar": lugar, "situacao": "falhou", "inicio": rig.clock(), "fim": rig.clock()}
        number = conn.execute(
            sa.insert(db.copia).values(**row, falha="o disco saiu.").returning(db.copia.c.id)
        ).scalar_one()
    for usuario, hint in (("tereza", ""), ("maria", "Avise o tabelião.")):
        said = text(at(rig, usuario), "/impressoes")
        assert "A cópia falhou: o disco saiu." in said
        assert hint in said
    with rig.office.db.write() as conn:
        conn.execute(sa.delete(db.copia).where(db.copia.c.id == number))


def test_b3_the_screen_leads_a_restored_office_back(offices: tuple[Rig, Rig], tmp_path: Path) -> None:
    lost, rig = offices
    head, page = at(rig), "/ajustes/restauracao"
    for someone, led in ((head, True), (at(rig, "maria"), False)):
        shown = text(someone, "/vivo/espera")
        assert "Nada espera" not in shown
        assert "Falta conferir o espelho, a lista do tribunal, o último papel; até lá não se sela nem imprime" in shown
        assert ('href="/ajustes/restauracao"' in someone.get("/vivo/espera").get_data(as_text=True)) == led
    assert "Ainda não: falta conferir" in text(head, page)
    nowhere = head.send(page, f"{page}/espelho", lugar=str(tmp_path), motivo_do_espelho="")
    assert (nowhere.status_code, "não há espelho desta serventia" in unescape(nowhere.get_data(as_text=True))) == (
        422,
        True,
    )
    taken = head.send(page, f"{page}/espelho", lugar=lost.office.settings.espelho.pasta, motivo_do_espelho="")
    assert taken.status_code == 303
    assert rig.codes() == lost.codes()
    assert head.send(page, f"{page}/papel", ultimo="1234").status_code == 303
    wrong = head.send(page, f"{page}/papel", ultimo="XYZ")
    assert wrong.status_code == 422
    assert f'value="{lost.office.settings.espelho.pasta}"' in wrong.get_data(as_text=True)  # of another form
    assert head.send(page, f"{page}/papel", ultimo="nenhum").status_code == 303
    file = (BytesIO(("selo\n" + "\n".join(lost.codes())).encode()), "lista.csv")
    assert head.send(page, f"{page}/tribunal", arquivo=file).status_code == 303
    shown = text(head, page)
    assert "3 selos, 0 não constam aqui" in shown
    assert head.send(page, f"{page}/liberar", confirmo="sim").status_code == 409
    copy(rig)
    assert head.send(page, f"{page}/liberar", confirmo="sim").status_code == 303
    assert "não há restauração em andamento" in text(head, page)
    assert rig.printed(rig.certidao())["estado"] == "impresso"
    assert "Liberou a serventia recuperada" in text(head, "/auditoria?objeto=restauracao")
