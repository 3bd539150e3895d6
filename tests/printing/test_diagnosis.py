"""Diagnosis of a queue or a job in plain Portuguese: from IPP reasons, or from messages without them."""

import pytest

from printserver.printing import diagnose_job, diagnose_queue, diagnosis


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("media-empty-error", "sem papel"),
        ("media-jam-error", "atolamento"),
        ("cover-open-report", "tampa aberta"),
        ("door-open-error", "tampa aberta"),
        ("toner-empty-error", "toner"),
        ("marker-supply-empty-error", "toner"),
        ("offline-report", "fora de linha"),
        ("paused", "pausada"),
        ("job-hold-until-specified", "retida"),
        ("media-needed-error", "pede outro papel"),
    ],
)
def test_a_reason_becomes_words_and_what_to_do(reason: str, words: str) -> None:
    for found in (diagnose_job("processing", [reason]), diagnose_queue("processing", [reason])):
        assert found is not None
        assert (found.situacao, found.stops) == (words, True)
        assert found.o_que_fazer.endswith(".")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("The printer may not exist or is unavailable at this time.", "fora de linha"),
        ("The printer is not responding.", "fora de linha"),
        ('Unable to locate printer "laser".', "fora de linha"),
        ("A impressora não está respondendo.", "fora de linha"),
        ("A impressora pode não existir ou não está disponível neste momento.", "fora de linha"),
        ("The printer is in use.", "ocupada"),
        ("Out of paper!", "sem papel"),
        ("Bandeja 2 vazia", "sem papel"),
        ("Sem papel", "sem papel"),
        ("Paper jam in tray 2", "atolamento"),
        ("Papel atolado na unidade fusora", "atolamento"),
        ("Cover is open.", "tampa aberta"),
        ("Porta frontal aberta", "tampa aberta"),
        ("Toner vazio: substitua o cartucho", "toner"),
        ("Toner/ink is almost empty: low", "pouco toner"),
        ("Authentication required", "pede senha"),
    ],
)
def test_a_message_is_read_where_the_reasons_say_nothing(message: str, words: str) -> None:
    found = diagnose_job("processing", ["job-printing"], message)
    assert found is not None and found.situacao == words
    assert diagnose_queue("processing", [], message).situacao == words


@pytest.mark.parametrize(
    "message", ["Rendering completed.", "Connected to printer.", "Sending data to printer.", "", None]
)
def test_a_message_about_nothing_wrong_says_nothing(message: str | None) -> None:
    assert diagnose_job("processing", ["job-printing"], message) is None
    assert diagnose_queue("processing", [], message) is diagnosis.PRINTING
    assert diagnose_queue("idle", [], message) is diagnosis.READY


def test_the_worst_of_many_reasons_speaks_and_a_warning_last() -> None:
    found = diagnose_job("processing-stopped", ["toner-low-warning", "paused", "media-jam-error"])
    assert found is diagnosis.JAM
    assert diagnose_queue("processing", ["toner-low-warning"]) is diagnosis.TONER_LOW
    assert diagnose_queue("stopped", ["toner-low-warning"]) is diagnosis.PAUSED


def test_a_state_alone_says_something() -> None:
    assert diagnose_queue("stopped", []) is diagnosis.PAUSED
    assert diagnose_job("pending-held", []) is diagnosis.HELD
    assert diagnose_job("processing-stopped", []) is diagnosis.PAUSED
    assert diagnose_job("pending", []) is None


@pytest.mark.parametrize("state", ["completed", "canceled", "aborted", None])
def test_of_an_ended_job_the_reasons_mean_nothing(state: str | None) -> None:
    assert diagnose_job(state, ["media-empty-error", "processing-to-stop-point"], "sem papel") is None
