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
from support.office import IMPOSSIBLE, House

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
def other_key(house: House) -> str:
    """The API key of another system of the office."""
    with house.office.db.write() as conn:
        return people.create_key(conn, 1, "outro", people.RIGHTS, house.clock())


def test_same_key_and_body_give_the_first_status_and_the_job_as_it_stands(house: House) -> None:
    document = house.livro()
    first = house.post(document, idempotency_key="k")
    house.engine.run_once()
    again = house.post(document, idempotency_key="k")
    assert (first.status, first.replay, first.job["estado"]) == (202, False, "aceito")
    assert (again.status, again.replay, again.job["estado"]) == (202, True, "impresso")
    assert again.job["id"] == first.job["id"]
    assert len(house.codes()) == 2


def test_another_body_under_the_same_key_is_refused(house: House) -> None:
    house.post(house.certidao(), idempotency_key="k")
    before = house.state()
    found = house.post(house.certidao(), idempotency_key="k")
    assert (found.status, found.word) == (422, "chave-reutilizada")
    assert house.state() == before


def test_bodies_are_compared_as_json_values(house: House) -> None:
    document = house.certidao(via=1)
    first = house.post(document, idempotency_key="k")
    turned = dict(reversed(document.items())) | {"via": 1.0}
    again = house.call("POST", "/jobs", {"escrevente": "maria", "documento": turned}, idempotency_key="k")
    assert (again.status, again.replay, again.job["id"]) == (202, True, first.job["id"])
    assert house.call(
        "POST", "/jobs", {"escrevente": "maria", "documento": turned | {"via": "1"}}, idempotency_key="k"
    ).word == ("chave-reutilizada")


def test_an_answer_that_made_no_job_leaves_the_key_free(house: House) -> None:
    document = house.livro()
    assert (
        house.post(
            document | {"instrumento": document["instrumento"] | {"corpo": IMPOSSIBLE}}, idempotency_key="k"
        ).status
        == 422
    )
    assert house.post(house.traslado("P-nunca-visto"), idempotency_key="k").status == 404
    found = house.post(document, idempotency_key="k")
    assert (found.status, found.replay) == (202, False)


def test_a_held_job_binds_its_key_whatever_becomes_of_it(house: House) -> None:
    document = house.livro()
    house.printed(document)
    first = house.post(document, idempotency_key="k")
    house.yes(first.job["id"])
    house.engine.run_once()
    again = house.post(document, idempotency_key="k")
    assert (again.status, again.word, again.replay) == (409, "reimpressao-exige-xa", True)
    assert (again.job["id"], again.job["estado"]) == (first.job["id"], "impresso")
    assert len(house.codes()) == 2 + 2 + 2


def test_keys_belong_to_the_api_key(house: House, other_key: str) -> None:
    first, second = house.certidao(), house.certidao()
    mine, theirs = house.post(first, idempotency_key="k"), house.post(second, idempotency_key="k", key=other_key)
    assert (mine.status, theirs.status) == (202, 202)
    assert [each["id"] for each in house.call("GET", "/jobs?chave=k").json["itens"]] == [mine.job["id"]]
    found = house.call("GET", "/jobs?chave=k", key=other_key).json["itens"]
    assert [each["id"] for each in found] == [theirs.job["id"]]


def test_without_a_key_every_post_is_a_new_wish(house: House) -> None:
    document = {"tipo": "minuta", "instrumento": house.instrumento()}
    assert house.taken(document)["id"] != house.taken(document)["id"]


def test_a_key_has_up_to_255_characters(house: House) -> None:
    assert house.post(house.certidao(), idempotency_key="k" * 255).status == 202
    assert house.post(house.certidao(), idempotency_key="k" * 256).word == "entrada-invalida"


def _xa(house: House) -> tuple[str, dict[str, Any]]:
    document = house.livro()
    house.printed(document)
    return f"/jobs/{house.question(document)['id']}/xa", {"confirma": True, "motivo": "erro"}


def _no(house: House) -> tuple[str, dict[str, Any]]:
    document = house.livro()
    house.printed(document)
    return f"/jobs/{house.question(document)['id']}/xa", {"confirma": False}


def _selo(house: House) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{house.post(house.ficha()).job['id']}/selo", {"gerar": True}


def _exclude(house: House) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{house.printed(house.livro())['id']}/excluir", {"motivo": "erro"}


def _folhas(house: House) -> tuple[str, dict[str, Any]]:
    said = [{"pagina": 1, "estado": "inutilizada"}]
    return f"/jobs/{house.printed(house.livro())['id']}/folhas", {
        "motivo": "amassada",
        "paginas": said,
        "imprimir": "1",
    }


def _cancel(house: House) -> tuple[str, dict[str, Any]]:
    return f"/jobs/{house.taken(house.livro())['id']}/cancelar", {"motivo": "desistência"}


def _resend(house: House) -> tuple[str, dict[str, Any]]:
    job = house.taken(house.livro())["id"]
    house.act(job, "cancelar")
    return f"/jobs/{job}/reenviar", {"motivo": "nada saiu"}


@pytest.mark.parametrize("action", [_xa, _no, _selo, _exclude, _folhas, _cancel, _resend])
def test_every_post_that_acts_on_a_job_answers_once_for_each_key(
    house: House, action: Callable[[House], tuple[str, dict[str, Any]]]
) -> None:
    path, data = action(house)
    data["escrevente"] = "maria"
    first = house.call("POST", path, data, idempotency_key="k")
    assert (first.status, first.replay) == (200, False), first
    house.engine.run_once()
    before = house.state()
    again = house.call("POST", path, data, idempotency_key="k")
    assert (again.status, again.replay, again.json["id"]) == (200, True, first.json["id"])
    assert again.json == house.job(first.json["id"])
    other = house.call("POST", path, data | {"escrevente": "rui"}, idempotency_key="k")
    assert (other.status, other.word) == (422, "chave-reutilizada")
    assert house.post(house.certidao(), idempotency_key="k").word == "chave-reutilizada"
    assert house.state() == before


def test_x3_after_a_no_the_same_key_says_who_answered_and_what_to_do(house: House) -> None:
    document = house.livro()
    house.printed(document)
    held = house.question(document, idempotency_key="outra-vez")
    house.no(held["id"])
    again = house.post(document, idempotency_key="outra-vez")
    assert (again.status, again.word, again.replay) == (409, "reimpressao-exige-xa", True)
    assert (again.job["estado"], again.job["pergunta"]) == ("cancelado", None)
    detail = again.json["detail"]
    assert "já foi respondida por maria em " in detail
    assert "nada foi impresso" in detail and "outra chave" in detail and "?" not in detail


def test_x2_after_a_yes_the_same_key_says_that_the_job_went_on(house: House) -> None:
    document = house.livro()
    house.printed(document)
    held = house.question(document, idempotency_key="outra-vez")
    house.yes(held["id"])
    detail = house.post(document, idempotency_key="outra-vez").json["detail"]
    assert "já foi respondida por maria em " in detail and "o trabalho seguiu" in detail and "?" not in detail


def test_x1_while_the_question_is_open_the_same_key_asks_it(house: House) -> None:
    document = house.livro()
    house.printed(document)
    first = house.post(document, idempotency_key="outra-vez")
    assert house.post(document, idempotency_key="outra-vez").json["detail"] == first.json["detail"]
    house.post({"tipo": "livro", "instrumento": document["instrumento"] | {"titulo": "Outro"}}, idempotency_key="b")
    replaced = house.post(document, idempotency_key="outra-vez").json["detail"]
    assert "substituída por outro pedido" in replaced and "nada foi impresso" in replaced
