"""What ails a queue or a job, in words a person understands: from reasons, and from messages where they say nothing."""

import pytest

from printserver.printing import diagnosis
from printserver.printing.diagnosis import da_fila, do_trabalho


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
    for found in (do_trabalho("processing", [reason]), da_fila("processing", [reason])):
        assert found is not None
        assert (found.situacao, found.para) == (words, True)
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
    found = do_trabalho("processing", ["job-printing"], message)
    assert found is not None and found.situacao == words
    assert da_fila("processing", [], message).situacao == words


@pytest.mark.parametrize(
    "message", ["Rendering completed.", "Connected to printer.", "Sending data to printer.", "", None]
)
def test_a_message_about_nothing_wrong_says_nothing(message: str | None) -> None:
    assert do_trabalho("processing", ["job-printing"], message) is None
    assert da_fila("processing", [], message) is diagnosis.IMPRIMINDO
    assert da_fila("idle", [], message) is diagnosis.PRONTA


def test_the_worst_of_many_reasons_speaks_and_a_warning_last() -> None:
    found = do_trabalho("processing-stopped", ["toner-low-warning", "paused", "media-jam-error"])
    assert found is diagnosis.ATOLAMENTO
    assert da_fila("processing", ["toner-low-warning"]) is diagnosis.TONER_BAIXO
    assert da_fila("stopped", ["toner-low-warning"]) is diagnosis.PAUSADA


def test_a_state_alone_says_something() -> None:
    assert da_fila("stopped", []) is diagnosis.PAUSADA
    assert do_trabalho("pending-held", []) is diagnosis.RETIDA
    assert do_trabalho("processing-stopped", []) is diagnosis.PAUSADA
    assert do_trabalho("pending", []) is None


@pytest.mark.parametrize("state", ["completed", "canceled", "aborted", None])
def test_of_an_ended_job_the_reasons_mean_nothing(state: str | None) -> None:
    assert do_trabalho(state, ["media-empty-error", "processing-to-stop-point"], "sem papel") is None
