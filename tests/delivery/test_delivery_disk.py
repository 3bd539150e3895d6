"""What is handed over is what was sealed, and a disk that fails for a while loses nothing (P2a, X5, S12)."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printserver import db
from printserver.delivery import printout, spool
from printserver.rendering import Render
from support.office import LONG, Rig, text


def file_of(rig: Rig, job_id: str) -> Path:
    """Return where the job's finished PDF is kept."""
    return spool.path_of(rig.office.spool, rig.rows(db.job, db.job.c.id == job_id)[0]["pdf_sha256"])


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Take a folder away, with a plain file in its place: not even root can write there."""
    aside = folder.rename(folder.with_name(f"{folder.name}-aside"))
    folder.touch()
    yield
    folder.unlink()
    aside.rename(folder)


def rendered(rig: Rig, document: dict[str, object]) -> dict[str, object]:
    """Return a job whose PDF exists and that its queue did not take yet."""
    with away(rig.out):
        job = rig.printed(document)
    assert job["estado"] == "renderizado"
    return job


def go_on(rig: Rig) -> None:
    rig.clock.forward(minutes=1)
    rig.engine.run_once()


def flip(path: Path, _other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path, _other: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def of_another(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def gone(path: Path, _other: Path) -> None:
    path.unlink()


DAMAGES = (flip, cut, of_another, gone)


@pytest.mark.parametrize("damage", DAMAGES)
def test_p2a_a_pdf_changed_before_its_hand_off_is_stamped_again(rig: Rig, damage: Callable[[Path, Path], None]) -> None:
    other = rig.printed(rig.certidao())
    job = rendered(rig, rig.livro())
    assert "A pasta não pode ser escrita" in job["o_que_fazer"]
    damage(file_of(rig, job["id"]), file_of(rig, other["id"]))
    go_on(rig)
    done = rig.job(job["id"])
    handed = (rig.out / f"{job['id']}.pdf").read_bytes()
    assert (done["estado"], done["sha256"]) == ("impresso", job["sha256"])
    assert hashlib.sha256(handed).hexdigest() == job["sha256"]
    assert job["selos"][0]["codigo"] in text(handed)
    assert file_of(rig, job["id"]).read_bytes() == handed


@pytest.mark.parametrize("damage", DAMAGES)
def test_x9_the_original_is_never_other_bytes_than_its_sha256(rig: Rig, damage: Callable[[Path, Path], None]) -> None:
    other, job = rig.printed(rig.certidao()), rig.printed(rig.certidao())
    damage(file_of(rig, job["id"]), file_of(rig, other["id"]))
    assert hashlib.sha256(rig.pdf(job["id"])).hexdigest() == job["sha256"]


@pytest.mark.parametrize("damage", DAMAGES)
def test_x5_pages_sent_again_are_those_that_were_sealed(rig: Rig, damage: Callable[[Path, Path], None]) -> None:
    other = rig.printed(rig.certidao())
    job = rig.printed(rig.certidao(corpo=LONG))
    again = [{"pagina": 1, "estado": "boa"}, {"pagina": 2, "estado": "nao_saiu"}]
    damage(file_of(rig, job["id"]), file_of(rig, other["id"]))
    with away(rig.out):
        assert rig.act(job["id"], "folhas", paginas=again, imprimir="2").status == 200
        rig.engine.run_once()
    extract = rig.rows(db.tentativa, db.tentativa.c.job_id == job["id"])[-1]["pdf_sha256"]
    damage(spool.path_of(rig.office.spool, extract), file_of(rig, other["id"]))
    go_on(rig)
    assert rig.job(job["id"])["estado"] == "impresso"
    handed = (rig.out / f"{job['id']}-2.pdf").read_bytes()
    assert hashlib.sha256(handed).hexdigest() == extract
    assert "Página 2 de 3" in " ".join(text(handed).split())


def test_p2a_a_pdf_that_cannot_be_made_again_alike_is_not_printed_and_says_what_to_do(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = rendered(rig, rig.certidao())
    path = file_of(rig, job["id"])
    whole = path.read_bytes()
    path.unlink()
    with monkeypatch.context() as another_program:
        another_program.setattr(printout, "stamp_job", lambda *_args, **_more: b"%PDF-1.7 outro")
        go_on(rig)
        lost = rig.call("GET", f"/jobs/{job['id']}/pdf")
    failed = rig.job(job["id"])
    assert failed["estado"] == "falhou"
    told = failed["historico"][-1]["detalhe"]
    assert str(path) in told
    assert "cópia" in told
    assert (lost.status, lost.word, str(path) in lost.json["detail"]) == (500, "erro-interno", True)
    assert list(rig.out.glob(f"{job['id']}*")) == []
    path.write_bytes(whole)
    assert rig.act(job["id"], "reenviar").status == 200
    rig.engine.run_once()
    assert rig.job(job["id"])["estado"] == "impresso"


def test_s12_a_spool_that_cannot_be_written_is_tried_again_for_as_long_as_it_takes(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    with away(rig.office.spool):
        for _ in range(12):
            go_on(rig)
        waiting = rig.job(job["id"])
        assert (waiting["estado"], waiting["encerrado"]) == ("aceito", False)
        assert (waiting["situacao"], "nova tentativa" in waiting["espera_por"]) == ("falha no servidor", True)
        told = [step["detalhe"] for step in waiting["historico"] if isinstance(step["detalhe"], str)]
        assert len(told) == 1
        assert "disco deste servidor" in told[0]
        assert "spool" in told[0]
    go_on(rig)
    assert rig.job(job["id"])["estado"] == "impresso"


def test_a_spool_that_was_removed_is_made_again(rig: Rig) -> None:
    job = rendered(rig, rig.livro())
    shutil.rmtree(rig.office.spool)
    go_on(rig)
    assert rig.job(job["id"])["estado"] == "impresso"
    assert rig.printed(rig.certidao())["estado"] == "impresso"


def test_s12_layouts_lost_or_changed_are_made_again(rig: Rig) -> None:
    cache = rig.folder / "layouts"
    limits = {"tempo_limite_s": 60, "memoria_mb": 1024, "cache_mb": 50, "processos": 1}
    rig.office.render = Render(cache, in_use=set, **limits)
    try:
        shutil.rmtree(cache)
        job, other = rig.taken(rig.livro()), rig.taken(rig.certidao(corpo=LONG))
        kept = {row["id"]: cache / f"{row['layout']}.json" for row in rig.rows(db.job)}
        for suffix in (".json", ".pdf"):  # the whole layout of another document in its place
            taken = kept[other["id"]].with_suffix(suffix).read_bytes()
            kept[job["id"]].with_suffix(suffix).write_bytes(taken)
        kept[other["id"]].write_bytes(kept[other["id"]].read_bytes()[:-200])
        rig.engine.run_once()
        assert [rig.job(each["id"])["estado"] for each in (job, other)] == ["impresso", "impresso"]
        assert "escritura" in text(rig.pdf(job["id"]))
        assert "Cláusula 8" in text(rig.pdf(other["id"]))
    finally:
        rig.office.render.close()
