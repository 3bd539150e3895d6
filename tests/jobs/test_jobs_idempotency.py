"""One Idempotency-Key for each press of the button: what it made is found again, and never made twice."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printserver.ledger import idempotency
from printserver.office import people
from support.office import IMPOSSIBLE, Rig

_texts = st.text(max_size=8)
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


def _as_kept(value: object) -> object:
    """Return a value in which 1 and 1.0 are one number: keys that are kept were bound to the hash of this."""
    if isinstance(value, dict):
        return {name: _as_kept(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_as_kept(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@given(value=_values)
@example(value={"a": ["é" * 250_000, "\U0001f600" * 100_001, ""], "": -0.0, "b": 1e300})
def test_a_request_has_the_hash_that_its_key_was_bound_to(value: object) -> None:
    text = json.dumps(["rota", _as_kept(value)], sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    assert idempotency.digest("rota", value) == hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def other_key(rig: Rig) -> str:
    """The API key of another system of the office."""
    with rig.office.db.write() as conn:
        return people.create_key(conn, 1, "outro", people.RIGHTS, rig.clock())


def test_same_key_and_body_give_the_first_status_and_the_job_as_it_stands(rig: Rig) -> None:
    document = rig.livro()
    first = rig.post(document, idempotency_key="k")
    rig.engine.run_once()
    again = rig.post(document, idempotency_key="k")
    assert (first.status, first.replay, first.job["estado"]) == (202, False, "aceito")
    assert (again.status, again.replay, again.job["estado"]) == (202, True, "impresso")
    assert again.job["id"] == first.job["id"]
    assert len(rig.codes()) == 2


def test_another_body_under_the_same_key_is_refused(rig: Rig) -> None:
    rig.post(rig.certidao(), idempotency_key="k")
    before = rig.state()
    found = rig.post(rig.certidao(), idempotency_key="k")
    assert (found.status, found.word) == (422, "chave-reutilizada")
    assert rig.state() == before


def test_bodies_are_compared_as_json_values(rig: Rig) -> None:
    document = rig.certidao(via=1)
    first = rig.post(document, idempotency_key="k")
    turned = dict(reversed(document.items())) | {"via": 1.0}
    again = rig.call("POST", "/jobs", {"escrevente": "maria", "documento": turned}, idempotency_key="k")
    assert (again.status, again.replay, again.job["id"]) == (202, True, first.job["id"])
    assert rig.call(
        "POST", "/jobs", {"escrevente": "maria", "documento": turned | {"via": "1"}}, idempotency_key="k"
    ).word == ("chave-reutilizada")


def test_an_answer_that_made_no_job_leaves_the_key_free(rig: Rig) -> None:
    document = rig.livro()
    assert (
        rig.post(
            document | {"instrumento": document["instrumento"] | {"corpo": IMPOSSIBLE}}, idempotency_key="k"
        ).status
        == 422
    )
    assert rig.post(rig.traslado("P-nunca-visto"), idempotency_key="k").status == 404
    found = rig.post(document, idempotency_key="k")
    assert (found.status, found.replay) == (202, False)


def test_a_held_job_binds_its_key_whatever_becomes_of_it(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    first = rig.post(document, idempotency_key="k")
    rig.yes(first.job["id"])
    rig.engine.run_once()
    again = rig.post(document, idempotency_key="k")
    assert (again.status, again.word, again.replay) == (409, "reimpressao-exige-xa", True)
    assert (again.job["id"], again.job["estado"]) == (first.job["id"], "impresso")
    assert len(rig.codes()) == 2 + 2 + 2


def test_keys_belong_to_the_api_key(rig: Rig, other_key: str) -> None:
    first, second = rig.certidao(), rig.certidao()
    mine, theirs = rig.post(first, idempotency_key="k"), rig.post(second, idempotency_key="k", key=other_key)
    assert (mine.status, theirs.status) == (202, 202)
    assert [each["id"] for each in rig.call("GET", "/jobs?chave=k").json["itens"]] == [mine.job["id"]]
    found = rig.call("GET", "/jobs?chave=k", key=other_key).json["itens"]
    assert [each["id"] for each in found] == [theirs.job["id"]]


def test_without_a_key_every_post_is_a_new_wish(rig: Rig) -> None:
    document = {"tipo": "minuta", "instrumento": rig.instrumento()}
    assert rig.taken(document)["id"] != rig.taken(document)["id"]


def test_a_key_has_up_to_255_characters(rig: Rig) -> None:
    assert rig.post(rig.certidao(), idempotency_key="k" * 255).status == 202
    assert rig.post(rig.certidao(), idempotency_key="k" * 256).word == "entrada-invalida"


def _xa(rig: Rig) -> tuple[str, dict[str, Any]]:
    document = rig.livro()
    rig.printed(document)
    return f"/jobs/{rig.question(document)['id']}/xa", {"confirma": True, "motivo": "erro"}


def _no(rig: Rig) -> tuple[str, dict[str, Any]]:
    document = rig.livro()
    rig.printed(document)
    return f"/jobs/{rig.question(document)['id']}/xa", {"confirma": False}


def _selo(rig: Rig) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{rig.post(rig.ficha()).job['id']}/selo", {"gerar": True}


def _exclude(rig: Rig) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{rig.printed(rig.livro())['id']}/excluir", {"motivo": "erro"}


def _folhas(rig: Rig) -> tuple[str, dict[str, Any]]:
    said = [{"pagina": 1, "estado": "inutilizada"}]
    return f"/jobs/{rig.printed(rig.livro())['id']}/folhas", {
        "motivo": "amassada",
        "paginas": said,
        "imprimir": "1",
    }


def _cancel(rig: Rig) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{rig.taken(rig.livro())['id']}/cancelar", {"motivo": "desistência"}


def _resend(rig: Rig) -> tuple[str, dict[str, Any]]:
    job = rig.taken(rig.livro())["id"]
    rig.act(job, "cancelar")
    return f"/jobs/{job}/reenviar", {"motivo": "nada saiu"}


@pytest.mark.parametrize("action", [_xa, _no, _selo, _exclude, _folhas, _cancel, _resend])
def test_every_post_that_acts_on_a_job_answers_once_for_each_key(
    rig: Rig, action: Callable[[Rig], tuple[str, dict[str, Any]]]
) -> None:
    path, data = action(rig)
    data["escrevente"] = "maria"
    first = rig.call("POST", path, data, idempotency_key="k")
    assert (first.status, first.replay) == (200, False), first
    rig.engine.run_once()
    before = rig.state()
    again = rig.call("POST", path, data, idempotency_key="k")
    assert (again.status, again.replay, again.json["id"]) == (200, True, first.json["id"])
    assert again.json == rig.job(first.json["id"])
    other = rig.call("POST", path, data | {"escrevente": "rui"}, idempotency_key="k")
    assert (other.status, other.word) == (422, "chave-reutilizada")
    assert rig.post(rig.certidao(), idempotency_key="k").word == "chave-reutilizada"
    assert rig.state() == before


def test_x3_after_a_no_the_same_key_says_who_answered_and_what_to_do(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document, idempotency_key="outra-vez")
    rig.no(held["id"])
    again = rig.post(document, idempotency_key="outra-vez")
    assert (again.status, again.word, again.replay) == (409, "reimpressao-exige-xa", True)
    assert (again.job["estado"], again.job["pergunta"]) == ("cancelado", None)
    detail = again.json["detail"]
    assert "já foi respondida por maria em " in detail
    assert "nada foi impresso" in detail and "outra chave" in detail and "?" not in detail


def test_x2_after_a_yes_the_same_key_says_that_the_job_went_on(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document, idempotency_key="outra-vez")
    rig.yes(held["id"])
    detail = rig.post(document, idempotency_key="outra-vez").json["detail"]
    assert "já foi respondida por maria em " in detail and "o trabalho seguiu" in detail and "?" not in detail


def test_x1_while_the_question_is_open_the_same_key_asks_it(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    first = rig.post(document, idempotency_key="outra-vez")
    assert rig.post(document, idempotency_key="outra-vez").json["detail"] == first.json["detail"]
    rig.post({"tipo": "livro", "instrumento": document["instrumento"] | {"titulo": "Outro"}}, idempotency_key="b")
    replaced = rig.post(document, idempotency_key="outra-vez").json["detail"]
    assert "substituída por outro pedido" in replaced and "nada foi impresso" in replaced
