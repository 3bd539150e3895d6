"""HTTP requests that are refused: too large, malformed, too deep, unauthenticated. Nothing of them is kept."""

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import deeds
import pytest

from support.server import Client

_MB = 1024 * 1024


def test_a_body_over_24_mb_is_413(client: Client) -> None:
    answer = client.call("POST", "/api/v1/jobs", b'"' + b"x" * (24 * _MB) + b'"')
    assert (answer.status, answer.word) == (413, "corpo-grande-demais")


def test_a_chunked_body_over_24_mb_is_413(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    try:
        connection.request(
            "POST",
            "/api/v1/jobs",
            iter([b"[" * _MB] * 25),
            {"Authorization": f"Bearer {client.key}", "Transfer-Encoding": "chunked"},
            encode_chunked=True,
        )
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pytest.fail("the server hung up instead of answering")
    finally:
        connection.close()


BROKEN = {
    "cut": b'{"documento": {"tipo": "livro"',
    "no json": b"documento=livro",
    "latin-1": '{"escrevente": "joão"}'.encode("latin-1"),
    "too deep": b"[" * 5000 + b"]" * 5000,
    "deep objects": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "a name twice": b'{"escrevente": "a", "escrevente": "b"}',
    "not a number": b'{"copias": NaN}',
    "half a character": b'{"escrevente": "\\ud800"}',
    "empty": b"",
    "a million values": json.dumps([[]] * 1_000_000).encode(),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_json_is_400(client: Client, fault: str) -> None:
    answer = client.call("POST", "/api/v1/jobs", BROKEN[fault], key=f"quebrado {fault}")
    assert (answer.status, answer.word) == (400, "json-invalido")
    assert client.get("/api/v1/jobs?chave=quebrado%20" + fault.replace(" ", "%20")).json["total"] == 0


def test_a_mistyped_field_is_named(client: Client) -> None:
    body = deeds.livro()
    body["documento"]["instrumento"]["atos"][0]["isneto"] = True
    answer = client.print(body)
    assert (answer.status, answer.word) == (422, "entrada-invalida")
    assert "documento.instrumento.atos.0.isneto" in [error["campo"] for error in answer.json["errors"]]


def test_a_wrong_key_gets_nowhere(client: Client) -> None:
    other = Client(client.port, "x" * 43)
    assert (other.print(deeds.livro()).status, other.get("/api/v1/jobs").status) == (401, 401)
    assert other.get("/healthz").status == 200


def test_followers_that_find_no_room_to_wait_are_slowed_down(client: Client) -> None:
    def follow(_number: int) -> float:
        began = time.monotonic()
        assert client.get("/api/v1/eventos?depois=900000000&espera=3").json == {"itens": []}
        return time.monotonic() - began

    with ThreadPoolExecutor(12) as followers:  # 8 of 16 threads wait
        assert min(followers.map(follow, range(12))) >= 1


@pytest.mark.parametrize("names", [("Idempotency-Key", "Idempotency-Key"), ("IDEMPOTENCY-KEY", "idempotency_key")])
def test_a_key_that_a_proxy_sends_twice_is_refused_and_makes_no_second_seal(
    client: Client, names: tuple[str, ...]
) -> None:
    key = f"dobrada-{deeds.certidao()['documento']['pedido']}-{names[1]}"
    body = {"ato": "ES", "identificador": key, "servico": "certidao-notas", "escrevente": "admin"}
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=60)
    connection.putrequest("POST", "/api/v1/selos")
    content = json.dumps(body).encode()
    connection.putheader("Authorization", f"Bearer {client.key}")
    connection.putheader("Content-Length", str(len(content)))
    for name in names:
        connection.putheader(name, key)
    connection.endheaders(content)
    answer = connection.getresponse()
    assert answer.status == 422
    assert json.loads(answer.read())["errors"][0]["campo"] == "Idempotency-Key"
    connection.close()
    first = client.post("/api/v1/selos", body, key=key)
    assert (first.status, first.replayed) == (201, False)
    again = client.post("/api/v1/selos", body, key=key)
    assert (again.replayed, again.json["codigo"]) == (True, first.json["codigo"])
