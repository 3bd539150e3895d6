"""Images of the pages of a print: of the marked copy alone, kept, bounded, and never an error page (X9)."""

import io
import os
from pathlib import Path

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image
from web_rig import Person, Rig

from printserver import db, jobs
from printserver.rendering import PageImages, Undrawable

SHA = "ab" * 32


def test_x9_an_image_shows_the_marked_copy_alone(maria: Person, rig: Rig, tmp_path: Path) -> None:
    job = rig.traslado()
    page = f"/trabalhos/{job['id']}/paginas/1.png"
    answer = maria.get(f"{page}?largura=1320")
    image = Image.open(io.BytesIO(answer.data))
    assert (answer.mimetype, image.format, image.width) == ("image/png", "PNG", 1320)
    assert zxingcpp.read_barcodes(image) == []
    original = jobs.pdf(rig.office, rig.autor, job["id"], copia=False)
    images = PageImages(tmp_path, limit_mb=1)
    unmarked = images.get(SHA, 1, 1320, lambda: original)
    images.close()
    assert len(zxingcpp.read_barcodes(Image.open(io.BytesIO(unmarked)))) == 1


def test_x9_an_image_is_kept_by_the_browser_of_who_is_logged_in(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    page = f"/trabalhos/{job['id']}/paginas/1.png"
    first = maria.get(f"{page}?v={job['sha256'][:12]}")
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Cookie" in first.headers["Vary"]
    again = maria.client.get(page, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert maria.get(f"/trabalhos/{job['id']}/paginas/2.png").status_code == 404
    assert maria.get(f"{page}?largura=9000").status_code == 422
    maria.send("/", "/sair")
    assert maria.get(page).status_code == 303
    assert maria.get(page).headers["Cache-Control"] == "no-store"


def test_an_image_that_does_not_exist_yet_is_told_in_a_page(maria: Person, rig: Rig) -> None:
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    assert maria.get(f"/trabalhos/{job['id']}/paginas/1.png").status_code == 409


def test_x9_a_page_that_cannot_be_drawn_is_a_picture_with_words(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    with rig.office.db.write() as conn:  # what the pages are made from is lost
        lost = sa.update(db.job).where(db.job.c.id == job["id"])
        conn.execute(lost.values(layout="0" * 64, composicao={}))
    answer = maria.get(f"/trabalhos/{job['id']}/paginas/1.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "Sem imagem desta página" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_folder_of_images_is_bounded_and_a_broken_pdf_is_refused(tmp_path: Path, rig: Rig) -> None:
    copy = jobs.pdf(rig.office, rig.autor, rig.livro()["id"], copia=True)
    for age in range(3):
        old = tmp_path / f"{age:064}-1-660.png"
        old.write_bytes(bytes(400_000))
        os.utime(old, (1000 - age, 1000 - age))
    images = PageImages(tmp_path, limit_mb=1)
    try:
        made = images.get(SHA, 1, 660, lambda: copy)
        assert {each.name[:64] for each in tmp_path.iterdir()} == {SHA, f"{0:064}", f"{1:064}"}
        assert images.get(SHA, 1, 660, lambda: b"not asked for") == made
        with pytest.raises(Undrawable):
            images.get("cd" * 32, 1, 660, lambda: copy[:200])
        with pytest.raises(Undrawable):
            images.get(SHA, 2, 660, lambda: copy)
    finally:
        images.close()
