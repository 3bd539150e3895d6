"""The term of X4 is asked of one module: a term for one kind alone reaches every place that tells or applies it."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest

from printserver.documents import terms
from support.office import Rig

TERM = "2026-11-22T14:30:00-03:00"  # 48 hours after NOW
USUAL = "2026-11-23T14:30:00-03:00"


@pytest.fixture(autouse=True)
def _short_for_certidoes() -> object:
    """A term of 48 hours for certidões alone, in the one place that has it."""
    with patch.dict(terms.XA_HOURS, {"certidao": 48}):
        yield


@pytest.mark.parametrize(("of_office", "hours"), [(72, 48), (24, 24)])
def test_x4_a_term_of_one_kind_is_never_longer_than_the_offices(of_office: int, hours: int) -> None:
    act = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    of_kinds = terms.Terms(xa_hours=of_office)
    assert of_kinds.xa_until("certidao", act) == act + timedelta(hours=hours)
    assert of_kinds.xa_until("livro", act) == of_kinds.xa_until(None, act) == act + timedelta(hours=of_office)


def test_x4_a_term_of_one_kind_is_told_by_question_and_seal(rig: Rig) -> None:
    certidao, livro = rig.certidao(), rig.livro()
    for document, until in ((certidao, TERM), (livro, USUAL)):
        job = rig.printed(document)
        assert rig.selo(job["selos"][0]["codigo"])["xa_ate"] == until
        assert rig.question(document)["pergunta"]["xa_ate"] == until


def test_x4_a_term_of_one_kind_is_applied_by_guard_and_exclusions(rig: Rig) -> None:
    certidao, livro = rig.certidao(), rig.livro()
    papers = {"papel_em_maos": True}
    made, other = rig.printed(certidao), rig.printed(livro)
    rig.clock.forward(hours=49)
    assert rig.post(certidao).word == "prazo-xa-encerrado"
    assert rig.act(made["id"], "excluir", **papers).word == "prazo-xa-encerrado"
    codigo = made["selos"][0]["codigo"]
    body = {"motivo": "erro", "escrevente": "maria"}
    refused = rig.call("POST", f"/selos/{codigo}/xa", body)
    assert (refused.word, refused.json["xa_ate"]) == ("prazo-xa-encerrado", TERM)
    rig.question(livro)
    assert rig.act(other["id"], "excluir", **papers).status == 200
