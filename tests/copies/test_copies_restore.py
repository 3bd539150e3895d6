"""An office is brought back from copy and mirror: no number twice, no second print, nothing answered is lost (B3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copies.copied_office import copied_rig, copy, person, restore, sequence
from printserver import db
from printserver.copies import release
from printserver.errors import Recusa
from support.court import Court
from support.office import Rig


@dataclass
class Story:
    """The office as it was lost, and as it came back; the prints by what became of them."""

    lost: Rig
    back: Rig
    jobs: dict[str, dict[str, Any]]
    documents: dict[str, dict[str, Any]]
    answers: dict[str, Any]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    base = tmp_path_factory.mktemp("restauro")
    with copied_rig(base) as rig:
        documents = {name: rig.certidao() for name in ("before", "waits", "after", "accepted")}
        documents["livro"] = rig.livro()
        jobs = {"before": rig.printed(documents["before"])}
        rig.printed({"tipo": "minuta", "instrumento": documents["livro"]["instrumento"]})
        jobs["waits"] = rig.taken(documents["waits"])  # accepted, on its way when the copy was made
        jobs["asked"] = rig.question(documents["before"])
        rig.clock.forward(minutes=5)
        copy(rig)
        rig.clock.forward(minutes=5)
        rig.engine.run_once()
        jobs["waits"] = rig.job(jobs["waits"]["id"])
        jobs["livro"] = rig.printed(documents["livro"])
        jobs["after"] = rig.printed(documents["after"], idempotency_key="depois")
        jobs["accepted"] = rig.taken(documents["accepted"])
        back = restore(rig, base / "de-volta")
        yield Story(rig, back, jobs, documents, {})
        back.office.db.close()


def test_b3_a_restored_office_looks_up_and_does_nothing_else(story: Story) -> None:
    rig = story.back
    assert rig.job(story.jobs["before"]["id"])["estado"] == "impresso"
    answer = rig.post(rig.certidao())
    assert (answer.status, answer.word) == (503, "servidor-ocupado")
    assert "recuperada da cópia" in answer.json["detail"]
    before = rig.codes()
    standalone = {
        "natureza": 1,
        "ato": "CE",
        "identificador": "A",
        "escrevente": "maria",
        "isento": True,
        "motivo_isencao": "x",
    }
    assert rig.call("POST", "/selos", standalone).status == 503
    rig.engine.run_once()
    assert rig.codes() == before
    health = rig.app.test_client().get("/readyz")
    assert (health.status_code, health.get_json()["restauracao"]) == (503, False)
    with pytest.raises(Recusa, match="Ainda falta: o espelho, a lista do tribunal, o último papel"):
        release.release(rig.office, person(rig))


def test_b3_what_was_on_its_way_is_uncertain_and_open_questions_are_closed(story: Story) -> None:
    rig = story.back
    waits = rig.job(story.jobs["waits"]["id"])
    assert (waits["estado"], waits["pergunta"]["tipo"]) == ("incerto", "folhas")
    assert rig.job(story.jobs["asked"]["id"])["estado"] == "cancelado"
    assert {row["estado"] for row in rig.rows(db.outbox)} == {"duvida"}
    assert rig.proof().gaps == []


def test_b2_b3_the_mirror_brings_back_what_came_after_the_copy(story: Story) -> None:
    lost, rig = story.lost, story.back
    kept = release.take_mirror(rig.office, person(rig), lost.office.settings.espelho.pasta)
    assert rig.codes() == lost.codes()
    assert sequence(rig) == sequence(lost)
    assert kept["selos"] >= 4
    assert rig.job(story.jobs["waits"]["id"])["estado"] == "impresso"
    assert rig.job(story.jobs["livro"]["id"])["estado"] == "impresso"
    accepted = rig.job(story.jobs["accepted"]["id"])
    assert (accepted["estado"], accepted["pergunta"]["tipo"]) == ("incerto", "folhas")
    assert rig.proof().gaps == []
    seals = {row["codigo"]: row for row in rig.rows(db.selo)}
    for row in lost.rows(db.selo):
        assert seals[row["codigo"]] == row
    assert len(rig.rows(db.outbox)) == len(lost.rows(db.outbox))
    again = release.take_mirror(rig.office, person(rig), lost.office.settings.espelho.pasta)
    assert (again["selos"], again["impressoes"]) == (0, 0)


def test_n8_b3_a_minuta_that_is_in_the_copy_stays_though_the_mirror_leaves_its_text_out(story: Story) -> None:
    mine, lost = ({row["id"]: row for row in rig.rows(db.instrumento)} for rig in (story.back, story.lost))
    assert mine == lost
    assert [row["id"] for row in mine.values() if row["minuta"]]


def test_b3_released_it_goes_on_without_a_number_or_a_print_twice(story: Story) -> None:
    lost, rig = story.lost, story.back
    release.take_paper(rig.office, person(rig), lost.codes()[-1])
    with pytest.raises(Recusa, match="não tem o endereço do tribunal"):
        release.take_court(rig.office, person(rig))
    listing = "selo\n" + "\n".join(lost.codes())
    release.take_court(rig.office, person(rig), release.search.Arquivo(formato="csv", conteudo=listing))
    with pytest.raises(Recusa, match="faça uma cópia"):
        release.release(rig.office, person(rig))
    copy(rig)
    release.release(rig.office, person(rig))
    question = rig.post(story.documents["after"])
    assert (question.status, question.word) == (409, "reimpressao-exige-xa")
    replay = rig.post(story.documents["after"], idempotency_key="depois")
    assert (replay.status, replay.replay, replay.job["id"]) == (202, True, story.jobs["after"]["id"])
    assert rig.post(story.documents["accepted"]).word == "reimpressao-exige-xa"
    new = rig.printed(rig.certidao())
    assert new["estado"] == "impresso"
    assert len(set(rig.codes())) == len(rig.codes())
    assert set(lost.codes()) < set(rig.codes())
    resent = rig.act(story.jobs["accepted"]["id"], "reenviar")
    assert resent.status == 200, resent
    rig.engine.run_once()
    assert rig.job(story.jobs["accepted"]["id"])["estado"] == "impresso"
    assert rig.proof().gaps == []


def test_b3_without_a_mirror_numbers_jump_past_the_courts_list(both: tuple[Rig, Court], tmp_path: Path) -> None:
    rig, court = both
    place = str(tmp_path / "lugar")
    text = (rig.folder / "printserver.toml").read_text("utf-8")
    (rig.folder / "printserver.toml").write_text(f'{text}\n[copias]\nlugares = ["{place}"]\n', "utf-8")
    rig.office.current(at_once=True)
    rig.printed(rig.certidao())
    copy(rig)
    lost = rig.printed(rig.livro())
    assert lost["estado"] == "impresso"
    while rig.engine.run_once():
        pass
    known = sequence(rig)
    back = restore(rig, tmp_path / "de-volta")
    assert sequence(back) < known
    release.take_court(back.office, person(back))
    assert sequence(back) == known
    release.take_mirror(back.office, person(back), "", "não há espelho")
    release.take_paper(back.office, person(back), "nenhum")
    assert sequence(back) > known
    copy(back)
    release.release(back.office, person(back))
    assert back.printed(back.certidao())["estado"] == "impresso"
    while back.engine.run_once():
        pass
    assert set(rig.codes()) <= set(court.registros)
    back.office.db.close()
