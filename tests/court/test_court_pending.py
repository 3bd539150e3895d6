"""What is left of each seal's 24 hours, what was refused, and the line: over the API and as metrics."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from printserver.api import schemas
from printserver.clock import rfc3339
from support.court import Court, rig_with_court
from support.office import FEES, Rig, put_certificate


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa") as (rig, court):
        yield rig, court


def seal(rig: Rig, n: int = 1) -> str:
    body = {"ato": "ES", "identificador": f"ATA-{n}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def listed(rig: Rig, quais: str) -> list[dict[str, Any]]:
    found = rig.call("GET", f"/comunicacoes/pendencias?quais={quais}").json
    schemas.Pendings.model_validate(found)
    assert found["total"] == len(found["itens"])
    return list(found["itens"])


def numbers(rig: Rig) -> dict[str, float]:
    client = rig.app.test_client()
    lines = client.get("/metrics", headers={"Authorization": f"Bearer {rig.key}"}).get_data(as_text=True).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


def test_t1_the_most_urgent_first_with_what_each_has_left(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    codes = []
    for n, hours in enumerate((5, 8, 7, 5)):
        codes.append(seal(rig, n))
        rig.clock.forward(hours=hours)
    items = listed(rig, "pendentes")
    assert [item["selo"] for item in items] == codes
    assert [item["urgencia"] for item in items] == ["atrasado", "4h", "12h", "em-dia"]
    assert items[0]["falta_s"] == -3600


def test_t1_t2_the_numbers_of_the_court_are_metrics(both: tuple[Rig, Court]) -> None:
    rig, court = both
    assert str(numbers(rig)["printserver_court_deadline_seconds"]) == "nan"
    bad = seal(rig)
    court.fail("objeta", selos=[bad])
    rig.engine.run_once()
    court.fail("fora")
    for n in range(2, 6):
        seal(rig, n)
        rig.engine.run_once()
    found = numbers(rig)
    assert found["printserver_court_breaker_open"] == 1
    rig.clock.forward(hours=25)
    found = numbers(rig)
    assert found["printserver_court_deadline_seconds"] == -3600
    assert found['printserver_court_pending{urgencia="atrasado"}'] == 4
    assert found['printserver_court_pending{urgencia="em-dia"}'] == 0
    assert found["printserver_court_refused"] == 1
    assert found["printserver_court_breaker_open"] == 0


def test_t2_r5_what_was_refused_is_listed_with_the_courts_words(both: tuple[Rig, Court]) -> None:
    rig, court = both
    above, below = seal(rig, 1), seal(rig, 2)
    rig.engine.run_once()
    bad = seal(rig, 3)
    court.fail("objeta")
    link = {"vinculador": above, "vinculados": [below], "escrevente": "maria"}
    assert rig.call("POST", "/vinculos", link).status == 201
    rig.engine.run_once()
    (refused,) = listed(rig, "recusados")
    assert (refused["selo"], refused["estado"], refused["urgencia"]) == (bad, "aguardando retificação", None)
    assert refused["erros"][0]["codigo"] == "objecao-simulada"
    (tie,) = listed(rig, "vinculos")
    assert (tie["selo"], tie["alvo"], tie["envio"]) == (below, above, "objetado")
    assert tie["erros"][0]["mensagem"]
    standing = rig.call("GET", "/comunicacoes").json
    schemas.Standing.model_validate(standing)
    assert (standing["recusados"], standing["vinculos_recusados"]) == (2, 1)
    mend = {"identificador": "ATA-33", "motivo": "número trocado", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{bad}/retificacao", mend).status == 201
    assert listed(rig, "recusados") == []


def test_t4_the_certificates_end_is_in_how_the_office_stands(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    end = rig.office.certificado.valid_until
    seen = []
    for left in (31, 30, 0):
        rig.clock.now = end - timedelta(days=left)
        standing = rig.call("GET", "/comunicacoes").json
        seen.append((standing["certificado_aviso"], standing["certificado_vencido"]))
    assert seen == [(False, False), (True, False), (True, True)]
    assert standing["certificado_titular"] == rig.office.certificado.holder


def test_t4_a_certificate_that_is_not_good_yet_is_in_how_the_office_stands(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    assert rig.call("GET", "/comunicacoes").json["certificado_futuro"] is False
    begin = put_certificate(rig, timedelta(days=7)).valid_from
    standing = rig.call("GET", "/comunicacoes").json
    schemas.Standing.model_validate(standing)
    assert (standing["certificado_futuro"], standing["certificado_de"]) == (True, rfc3339(begin))
    rig.clock.now = begin
    assert rig.call("GET", "/comunicacoes").json["certificado_futuro"] is False


def test_t2_the_newest_fault_of_the_day_is_told(both: tuple[Rig, Court]) -> None:
    rig, court = both
    assert rig.call("GET", "/comunicacoes").json["falha_do_dia"] is None
    court.fail("500", vezes=1)
    seal(rig)
    rig.engine.run_once()
    rig.clock.forward(minutes=1)
    rig.engine.run_once()
    fault = rig.call("GET", "/comunicacoes").json["falha_do_dia"]
    assert "500" in fault["texto"]
    rig.clock.forward(days=2)
    assert rig.call("GET", "/comunicacoes").json["falha_do_dia"] is None
