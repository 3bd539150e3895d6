"""The contract end to end but for the socket: the examples of the guide are posted to a real office, and answered."""

import base64
import copy
import io
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest
from callers import Caller, word
from werkzeug.test import TestResponse

from printserver.api import examples, new_app, register, schemas
from printserver.office import Office, create
from printserver.server.engine import Engine


class Desk:
    """An office of this module's own, its engine, and a caller with all rights."""

    def __init__(self, office: Office, key: str) -> None:
        app = new_app("desk")
        register(app, office)
        self.office = office
        self.caller = Caller(app.test_client(), key)
        self.engine = Engine(office)

    def post(self, value: dict[str, Any], key: str | None = None) -> TestResponse:
        return self.caller.post("/api/v1/jobs", value, {"Idempotency-Key": key} if key else None)

    def printed(self, value: dict[str, Any]) -> dict[str, Any]:
        """Post, let the engine do all that is due, and return the job."""
        response = self.post(value)
        assert response.status_code == 202, response.data.decode()
        self.engine.run_once()
        return self.job(response.get_json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        response = self.caller.get(f"/api/v1/jobs/{job_id}")
        assert response.status_code == 200
        found: dict[str, Any] = response.get_json()
        schemas.Job.model_validate(found)
        return found


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk") / "serventia"
    made = create.create_office(folder, datetime.now(UTC))
    office = Office.open_folder(folder)
    yield Desk(office, made.chave)
    office.close()


def _deed(kind: str = "livro", **fields: Any) -> dict[str, Any]:
    """Return the example of `tipo` as another deed on folhas of its own."""
    value = copy.deepcopy(examples.POSTS[kind]["value"])
    number = uuid.uuid4().int
    value["documento"]["instrumento"].update({"id": f"T-{number}", "livro": str(number % 10**8), **fields})
    return value


def _pages_of(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def test_the_examples_of_the_guide_are_taken_in_their_order(desk: Desk) -> None:
    seals: dict[str, list[str]] = {}
    for name, example in examples.POSTS.items():
        response = desk.post(example["value"])
        body = response.get_json()
        if name == "ficha_abertura":
            assert word(response) == "selo-facultativo"
            body = body["job"]
        else:
            assert response.status_code == 202, response.data.decode()
            assert response.headers["Location"] == body["links"]["self"]
        schemas.Job.model_validate(body)
        assert body["documento"]["tipo"] == name.removesuffix("-2")
        seals[name] = [seal["codigo"] for seal in body["selos"]]
        desk.engine.run_once()
    assert {name: len(codes) for name, codes in seals.items()} == {
        "minuta": 0,
        "livro": 2,
        "traslado": 1,
        "traslado-2": 1,
        "certidao": 1,
        "ficha_abertura": 0,
        "avulso": 0,
        "assento": 1,
        "certidao-2": 1,
        "habilitacao": 1,
        "edital": 0,
        "averbacao": 1,
        "procedimento": 1,
    }


def test_the_same_key_and_body_is_a_replay_and_another_body_is_refused(desk: Desk) -> None:
    value, key = _deed(), f"tecla-{uuid.uuid4()}-ção"
    key_on_the_wire = key.encode().decode("latin-1")
    first = desk.post(value, key_on_the_wire)
    reordered = json.dumps(dict(reversed(value.items())), indent=3).encode()
    second = desk.caller.post("/api/v1/jobs", reordered, {"Idempotency-Key": key_on_the_wire})
    assert (first.status_code, second.status_code) == (202, 202)
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert second.get_json()["id"] == first.get_json()["id"]
    assert word(desk.post(_deed(), key_on_the_wire)) == "chave-reutilizada"
    found = desk.caller.client.get(
        "/api/v1/jobs", query_string={"chave": key}, headers=desk.caller.headers()
    ).get_json()
    assert [job["id"] for job in found["itens"]] == [first.get_json()["id"]]


@pytest.mark.parametrize("key", ["", " ", "a" * 256, "a\tb"])
def test_a_bad_key_is_named(desk: Desk, key: str) -> None:
    response = desk.caller.post("/api/v1/jobs", _deed(), {"Idempotency-Key": key})
    assert word(response) == "entrada-invalida"
    assert [item["campo"] for item in response.get_json()["errors"]] == ["Idempotency-Key"]


def test_a_key_may_have_blanks_within(desk: Desk) -> None:
    value, key = _deed(), f"guichê 3 {uuid.uuid4()}"
    first = desk.caller.post("/api/v1/jobs?espera=0.25", value, {"Idempotency-Key": key.encode().decode("latin-1")})
    assert first.status_code == 202
    again = desk.caller.post("/api/v1/jobs?espera=0.25", value, {"Idempotency-Key": key.encode().decode("latin-1")})
    assert (again.headers["Idempotent-Replay"], again.get_json()["id"]) == ("true", first.get_json()["id"])


@pytest.mark.parametrize("espera", ["-1", "30.5", "nan", "inf", "x", "1,5"])
def test_a_wait_that_is_none_is_refused(desk: Desk, espera: str) -> None:
    refused = desk.caller.get(f"/api/v1/eventos?espera={espera}")
    assert [item["campo"] for item in refused.get_json()["errors"]] == ["espera"]


def test_x1_a_second_print_stops_with_the_question_and_yes_prints_anew(desk: Desk) -> None:
    value, key = _deed(), f"tecla-{uuid.uuid4()}"
    first = desk.printed(value)
    response = desk.post(value, key)
    assert word(response) == "reimpressao-exige-xa"
    body = response.get_json()
    schemas.HeldProblem.model_validate(body)
    held = body["job"]
    assert held["estado"] == "aguardando_xa"
    assert body["anterior"]["id"] == first["id"]
    assert held["pergunta"]["selos"] == [seal["codigo"] for seal in first["selos"]]
    again = desk.post(value, key)
    assert (word(again), again.headers["Idempotent-Replay"]) == ("reimpressao-exige-xa", "true")
    assert again.get_json()["job"]["id"] == held["id"]

    path, key_of_yes = f"/api/v1/jobs/{held['id']}/xa", {"Idempotency-Key": f"sim-{uuid.uuid4()}"}
    answered = desk.caller.post(path, examples.XA["sim"]["value"], key_of_yes)
    assert answered.status_code == 200, answered.data.decode()
    replay = desk.caller.post(path, examples.XA["sim"]["value"], key_of_yes)
    assert (replay.status_code, replay.headers.get("Idempotent-Replay")) == (200, "true")
    assert replay.get_json()["selos"] == answered.get_json()["selos"]
    new = answered.get_json()
    schemas.Job.model_validate(new)
    assert len(new["selos"]) == 2
    assert desk.post(value, key).status_code == 409  # the first status, for ever
    twice = desk.caller.post(f"/api/v1/jobs/{held['id']}/xa", examples.XA["nao"]["value"])
    assert word(twice) == "pergunta-respondida"
    assert twice.get_json()["job"]["id"] == held["id"]
    old = desk.caller.get(f"/api/v1/selos/{first['selos'][0]['codigo']}").get_json()
    schemas.Seal.model_validate(old)
    assert old["retificado_por"] is not None


def test_n9_the_seal_of_a_ficha_is_answered(desk: Desk) -> None:
    value = copy.deepcopy(examples.POSTS["ficha_abertura"]["value"])
    value["documento"]["ficha"] = uuid.uuid4().hex[:12]
    held = desk.post(value).get_json()["job"]
    answered = desk.caller.post(f"/api/v1/jobs/{held['id']}/selo", examples.SELO["sim"]["value"])
    assert answered.status_code == 200, answered.data.decode()
    assert len(answered.get_json()["selos"]) == 1


def test_a_held_job_is_cancelled(desk: Desk) -> None:
    value = copy.deepcopy(examples.POSTS["ficha_abertura"]["value"])
    value["documento"]["ficha"] = uuid.uuid4().hex[:12]
    held = desk.post(value).get_json()["job"]
    response = desk.caller.post(f"/api/v1/jobs/{held['id']}/cancelar", examples.CANCEL["desistiu"]["value"])
    assert (response.status_code, response.get_json()["estado"]) == (200, "cancelado")


def test_x2_a_document_is_excluded(desk: Desk) -> None:
    job = desk.printed(_deed())
    response = desk.caller.post(f"/api/v1/jobs/{job['id']}/excluir", examples.EXCLUDE["ato-desfeito"]["value"])
    assert response.status_code == 200, response.data.decode()
    assert all(seal["retificado_por"] for seal in desk.job(job["id"])["selos"])


def test_x5_a_spoiled_page_is_printed_again(desk: Desk) -> None:
    job = desk.printed(_deed())
    response = desk.caller.post(f"/api/v1/jobs/{job['id']}/folhas", examples.FOLHAS["uma-estragada"]["value"])
    assert response.status_code == 200, response.data.decode()
    assert response.get_json()["selos"] == job["selos"]


def test_x5_a_printed_job_is_not_sent_again(desk: Desk) -> None:
    job = desk.printed(_deed())
    response = desk.caller.post(f"/api/v1/jobs/{job['id']}/reenviar", examples.RESEND["nada-saiu"]["value"])
    assert word(response) in ("estado-nao-permite", "diga-as-folhas")


def test_x9_the_pdf_is_the_very_one_or_a_marked_copy(desk: Desk) -> None:
    value = _deed()
    taken = desk.post(value).get_json()
    assert word(desk.caller.get(f"/api/v1/jobs/{taken['id']}/pdf")) == "pdf-ainda-nao"
    desk.engine.run_once()
    original = desk.caller.get(f"/api/v1/jobs/{taken['id']}/pdf")
    copia = desk.caller.get(f"/api/v1/jobs/{taken['id']}/pdf?copia=1")
    assert original.content_type == copia.content_type == "application/pdf"
    assert original.data != copia.data
    assert _pages_of(original.data) == _pages_of(copia.data) == desk.job(taken["id"])["paginas"]


def test_a_wait_ends_as_soon_as_the_state_is_another(desk: Desk) -> None:
    job = desk.printed(_deed())
    assert desk.caller.get(f"/api/v1/jobs/{job['id']}?espera=30").get_json()["estado"] == job["estado"]
    assert desk.caller.get(f"/api/v1/jobs/{job['id']}?espera=30&desde=aceito").get_json()["estado"] == job["estado"]


def test_events_are_numbered_without_gaps_and_followed(desk: Desk) -> None:
    job = desk.printed(_deed())
    events = desk.caller.get("/api/v1/eventos?depois=0").get_json()
    schemas.Events.model_validate(events)
    last = 0
    while events["itens"]:
        numbers = [item["n"] for item in events["itens"]]
        assert numbers == list(range(last + 1, last + 1 + len(numbers)))
        last = numbers[-1]
        seen = [item["id"] for item in events["itens"]]
        events = desk.caller.get(f"/api/v1/eventos?depois={last}").get_json()
    assert {job["id"], *(seal["codigo"] for seal in job["selos"])} <= set(seen)


def test_lists_are_pages(desk: Desk) -> None:
    job = desk.printed(_deed())
    for path, model in (("jobs", schemas.Jobs), ("selos", schemas.Seals)):
        found = desk.caller.get(f"/api/v1/{path}?livro={job['documento']['livro']}&pagina=1").get_json()
        model.model_validate(found)
        assert (len(found["itens"]), found["pagina"]) == (found["total"], 1)
        assert found["total"] == (1 if path == "jobs" else 2)


def test_formats_and_queues_are_described(desk: Desk) -> None:
    formats = desk.caller.get("/api/v1/formatos").get_json()
    schemas.Formats.model_validate(formats)
    names = [item["nome"] for item in formats["itens"]]
    assert {"livro", "livro-corpo", "traslado", "certidao", "ficha"} <= set(names)
    assert desk.caller.get(f"/api/v1/formatos/{names[0]}").get_json() == formats["itens"][0]
    assert word(desk.caller.get("/api/v1/formatos/nenhum")) == "formato-desconhecido"
    queues = desk.caller.get("/api/v1/filas").get_json()
    schemas.Queues.model_validate(queues)
    assert [(item["nome"], item["padrao"]) for item in queues["itens"]] == [("notas", True)]


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for path in ("jobs/nenhum", "jobs/nenhum/pdf", "selos/1234561CE0000000000001260"):
        assert word(desk.caller.get(f"/api/v1/{path}")) == "nao-encontrado"
    for action, shown in (("xa", examples.XA["nao"]), ("cancelar", examples.CANCEL["desistiu"])):
        assert word(desk.caller.post(f"/api/v1/jobs/nenhum/{action}", shown["value"])) == "nao-encontrado"


def test_a_bad_request_names_its_field_and_seals_nothing(desk: Desk) -> None:
    before = desk.caller.get("/api/v1/selos").get_json()["total"]
    value = _deed()
    value["documento"]["instrumento"]["atos"][0]["emolumentos"]["total"] = "95.13"
    value["documento"]["instrumento"]["isente"] = True
    response = desk.post(value)
    assert word(response) == "entrada-invalida"
    fields = [item["campo"] for item in response.get_json()["errors"]]
    assert "documento.instrumento.isente" in fields
    assert desk.caller.get("/api/v1/selos").get_json()["total"] == before


def test_a_body_that_is_no_pdf_is_refused(desk: Desk) -> None:
    value = _deed(corpo={"formato": "pdf", "conteudo": base64.b64encode(b"nada").decode()})
    assert word(desk.post(value)) == "corpo-invalido"


@pytest.mark.parametrize(
    ("body_format", "content"),
    [
        *(("texto", each) for each in ("\u200b", "\u00ad\n\u2060", "\ufe0f")),
        *(("html", each) for each in ("<p></p>", "<p>&nbsp;</p>", "<!-- x -->", "<ul><li>\u200b</li></ul>")),
        *(("html", each) for each in ("<table><tr><td></td></tr></table>", "<script>x</script>")),
    ],
)
def test_p2a_a_body_that_shows_nothing_is_not_sealed(desk: Desk, body_format: str, content: str) -> None:
    before = desk.caller.get("/api/v1/selos").get_json()["total"]
    assert word(desk.post(_deed(corpo={"formato": body_format, "conteudo": content}))) == "corpo-invalido"
    assert desk.caller.get("/api/v1/selos").get_json()["total"] == before


def test_the_server_tells_its_health_and_its_numbers(desk: Desk) -> None:
    health = desk.caller.client.get("/healthz").get_json()
    schemas.Health.model_validate(health)
    assert (health["demonstracao"], health["instancia"]) == (True, desk.office.instance_name)
    ready = desk.caller.client.get("/readyz")
    schemas.Readiness.model_validate(ready.get_json())
    assert ready.status_code == 200
    desk.printed(_deed())
    numbers = desk.caller.get("/metrics").data.decode()
    assert 'printserver_http_requests_total{endpoint="prints.post_job",status="202"}' in numbers
    assert 'printserver_seals{estado="comunicação pendente"}' in numbers


def test_a_server_without_its_spool_is_not_ready(desk: Desk) -> None:
    aside = desk.office.spool.rename(desk.office.instance / "spool-aside")
    try:
        response = desk.caller.client.get("/readyz")
        assert word(response) == "servidor-ocupado"
        assert (response.get_json()["spool"], response.get_json()["banco"]) == (False, True)
    finally:
        aside.rename(desk.office.spool)
