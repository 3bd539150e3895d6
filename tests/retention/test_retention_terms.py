"""Texts and PDFs go after their term; seals, log and what others share stay (A3, LGPD)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db, retention
from printserver.ledger import bodies
from printserver.office import acting
from printserver.office.settings import SETTINGS_FILE
from printserver.retention import named
from printserver.server.app import create_app
from support.office import Rig, command_line, edited_by_hand, open_rig
from support.offices import logged_in
from support.postgres import PrivatePostgres

TEXT = {"formato": "texto", "conteudo": "Texto que só a certidão antiga tem, e que ninguém mais guarda."}
SHARED = {"formato": "texto", "conteudo": "Texto padrão que duas certidões têm."}


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    server: PrivatePostgres | None = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    with open_rig(tmp_path / "serventia", postgres=server, settings={"prazos": {"certidao": 30}}) as opened:
        yield opened


def certidao(rig: Rig, body: dict[str, str], **more: Any) -> dict[str, Any]:
    return rig.printed(rig.certidao(corpo=body, **more))


def files(rig: Rig) -> set[str]:
    return {path.stem for path in rig.office.spool.rglob("*.pdf")}


def texts(rig: Rig) -> set[str]:
    return {row["conteudo"] for row in rig.rows(db.corpo)}


def test_a3_after_the_term_text_and_pdf_are_gone_and_seal_and_log_stay(rig: Rig) -> None:
    old, shared, livro = certidao(rig, TEXT), certidao(rig, SHARED), rig.printed(rig.livro())
    seal = old["selos"][0]["codigo"]
    rig.clock.forward(days=20)
    young = certidao(rig, SHARED)
    before = {row["codigo"]: row for row in rig.rows(db.selo)}
    layouts = {row["id"]: row["layout"] for row in rig.rows(db.job)}
    rig.clock.forward(days=11)

    assert retention.count_expired(rig.office) == {"certidao": 2}
    made = retention.remove_expired(rig.office)
    assert made.jobs == {"certidao": 2}
    for gone in (old, shared):
        job = rig.job(gone["id"])
        assert job["removido_em"].startswith("2026-12-21")
        for path in (f"/jobs/{gone['id']}/pdf", f"/jobs/{gone['id']}/pdf?copia=1"):
            refused = rig.call("GET", path)
            assert (refused.status, refused.word) == (410, "removido")
            assert "21/12/2026" in refused.json["detail"]
        assert gone["sha256"] not in files(rig)
    assert TEXT["conteudo"] not in texts(rig)
    assert SHARED["conteudo"] in texts(rig)  # the young one has it too
    assert rig.office.render.kept(layouts[old["id"]]) is None
    for kept in (young, livro):
        assert rig.job(kept["id"])["removido_em"] is None
        assert rig.pdf(kept["id"])
    assert rig.selo(seal)["codigo"] == seal
    assert {row["codigo"]: row for row in rig.rows(db.selo)} == before
    assert rig.proof().gaps == []
    told = [row for row in rig.rows(db.log) if (row["objeto"], row["estado"]) == ("guarda", "removidos")]
    assert [row["detalhe"] for row in told] == [{"documentos": 2, "tipo": "certidao"}]
    assert retention.remove_expired(rig.office).jobs == {}


def test_a3_the_screens_say_that_a_print_was_removed(rig: Rig) -> None:
    old = certidao(rig, TEXT)
    rig.clock.forward(days=31)
    retention.remove_expired(rig.office)
    app = create_app(rig.office)
    client = logged_in(app)
    for page in (f"/trabalhos/{old['id']}", f"/trabalhos/{old['id']}/vivo"):
        shown = client.get(page)
        assert shown.status_code == 200, page
    shown = client.get(f"/trabalhos/{old['id']}").get_data(as_text=True)
    assert "removidos em 21/12/2026, pelo prazo de guarda" in shown
    assert f"/trabalhos/{old['id']}/paginas/" not in shown
    for page in ("pdf", "paginas/1.png"):
        gone = client.get(f"/trabalhos/{old['id']}/{page}")
        assert gone.status_code == 410
        assert "removidos em 21/12/2026" in gone.get_data(as_text=True)
    assert client.get(f"/correicao/trabalho/{old['id']}/pdf").status_code == 200


def test_a3_without_a_term_nothing_is_removed_and_the_engine_does_it_daily(rig: Rig) -> None:
    livro, old = rig.printed(rig.livro()), certidao(rig, TEXT)
    rig.clock.forward(days=400)
    rig.engine.run_once()
    assert rig.job(livro["id"])["removido_em"] is None
    assert rig.job(old["id"])["removido_em"] is not None
    assert old["sha256"] not in files(rig)


def test_a3_a_pass_that_broke_off_is_finished_by_the_next(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    old = certidao(rig, TEXT)
    rig.clock.forward(days=31)
    monkeypatch.setattr(type(rig.office.imagens), "discard", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        retention.remove_expired(rig.office)
    monkeypatch.undo()
    rig.office.spool.mkdir(exist_ok=True)
    path = rig.office.spool / old["sha256"][:2] / f"{old['sha256']}.pdf"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"left by the pass that broke off")
    retention.remove_expired(rig.office)
    assert not path.exists()
    assert TEXT["conteudo"] not in texts(rig)


def test_a3_a_print_accepted_during_a_pass_keeps_its_text_and_layout(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    certidao(rig, TEXT)
    rig.clock.forward(days=31)
    keep_used, taken = named.keep_used, []

    def and_accept(*arguments: Any) -> None:
        keep_used(*arguments)
        taken.append(rig.taken(rig.certidao(corpo=TEXT)))

    monkeypatch.setattr(named, "keep_used", and_accept)
    assert retention.remove_expired(rig.office).jobs == {"certidao": 1}
    assert TEXT["conteudo"] in texts(rig)
    (row,) = rig.rows(db.job, db.job.c.id == taken[0]["id"])
    assert rig.office.render.kept(row["layout"]) is not None
    rig.engine.run_once()
    assert rig.job(row["id"])["estado"] == "impresso"


def test_a3_a_pass_waits_for_a_transaction_that_found_its_text_stored(
    tmp_path: Path, postgres_server: PrivatePostgres
) -> None:
    """Of another process, on PostgreSQL: its print is not seen before its commit."""
    with open_rig(tmp_path / "serventia", postgres=postgres_server, settings={"prazos": {"certidao": 30}}) as rig:
        certidao(rig, TEXT)
        rig.clock.forward(days=31)
        waits = rig.taken(rig.certidao(corpo=SHARED))
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'corpo'::regclass AND NOT granted"
        with ThreadPoolExecutor(1) as pool:
            with acting(rig.office) as act:
                named_here = bodies.store_bodies(act.conn, rig.office.serventia_id, {"corpo": TEXT})
                of_print = db.this_row(db.job, rig.office.serventia_id, rig.rows(db.job)[-1]["n"])
                act.conn.execute(sa.update(db.job).where(of_print).values(composicao=named_here))
                act.log("job", waits["id"], waits["estado"])
                done = pool.submit(retention.remove_expired, rig.office)
                while not done.done() and not _count(rig, waiting):
                    pass
            assert done.result().jobs == {"certidao": 1}
        assert TEXT["conteudo"] in texts(rig)


def _count(rig: Rig, query: str) -> int:
    with rig.office.db.read() as conn:
        return int(conn.exec_driver_sql(query).scalar_one())


def test_a3_a_print_that_may_still_come_to_paper_is_kept(rig: Rig) -> None:
    waiting = rig.taken(rig.certidao(corpo=TEXT))
    rig.clock.forward(days=31)
    assert retention.remove_expired(rig.office).jobs == {}
    rig.engine.run_once()
    assert rig.pdf(waiting["id"])


def test_a3_a_resend_of_what_was_removed_is_refused_in_words(rig: Rig) -> None:
    old = certidao(rig, TEXT)
    rig.clock.forward(days=31)
    retention.remove_expired(rig.office)
    for action in ("reenviar", "folhas"):
        refused = rig.act(old["id"], action, **({"paginas": "1"} if action == "folhas" else {}))
        assert 400 <= refused.status < 500, refused


def test_the_command_counts_before_it_removes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_rig(tmp_path / "serventia") as opened:
        job = certidao(opened, TEXT)
        settings = opened.folder / SETTINGS_FILE
        edited_by_hand(settings, settings.read_text() + "\n[prazos]\ncertidao = 1\n")
        assert command_line("guarda", "aplicar", "--simular", "--instance", opened.folder) == 0
        assert "as certidões: 1" in capsys.readouterr().out
        assert job["sha256"] in files(opened)
        assert command_line("guarda", "aplicar", "--instance", opened.folder) == 0
        assert "Selos e auditoria ficam" in capsys.readouterr().out
        assert job["sha256"] not in files(opened)
