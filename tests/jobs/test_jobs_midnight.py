"""A question that waits over midnight: the livro keeps the date that it was asked for with (S7)."""

from datetime import UTC, datetime

from printserver import db
from support.office import Rig


def test_s7_a_livro_held_before_midnight_is_sealed_on_its_own_day_after_it(rig: Rig) -> None:
    rig.clock.now = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)  # 23:30 of the 20th in Sao Paulo
    document = rig.livro(data="2026-11-20")
    rig.printed(document)
    held = rig.question(document)
    rig.clock.forward(hours=1)
    answered = rig.yes(held["id"], motivo="erro de digitação")
    assert answered.status == 200
    (selo,) = rig.rows(db.selo, db.selo.c.codigo == answered.job["selos"][0]["codigo"])
    assert selo["momento"] == datetime(2026, 11, 21, 2, 59, 59, tzinfo=UTC)
    accepted = next(line for line in answered.job["historico"] if line["estado"] == "aceito")
    assert "reimpressão pedida em 2026-11-20" in accepted["detalhe"]["motivo_data"]


def test_s7_a_livro_of_an_earlier_day_still_needs_its_reason(rig: Rig) -> None:
    refused = rig.post(rig.livro(data="2026-11-19"))
    assert (refused.status, refused.word) == (422, "data-do-ato")
