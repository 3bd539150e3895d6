"""The screens of Registro Civil: the seals of a record, the requests of the exchange, the free acts of a month."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from web_rig import Person

from printserver.server.app import create_app
from support import civil_documents as civil
from support.office import Rig, open_rig

REASON = "nome com erro"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        yield opened


@pytest.fixture
def maria(rig: Rig) -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login("maria").status_code == 303
    return person


def seen(who: Person, path: str) -> str:
    found = who.get(path)
    assert found.status_code == 200, found
    return re.sub(r"<[^>]*>|\s+", " ", found.get_data(as_text=True))


def test_c21_the_seals_of_a_record_are_reached_from_a_print_and_excluded_together(rig: Rig, maria: Person) -> None:
    of = civil.assento(1, de_antes=True)
    one = rig.printed(civil.certidao(1, assento=of, **civil.VALUE))
    two = rig.printed(civil.certidao(2, assento={"id": of["id"]}, **civil.VALUE))
    path = f"/registro?id={of['id']}"
    for place in (f"/trabalhos/{one['id']}", f"/selos/{one['selos'][0]['codigo']}"):
        assert path in maria.get(place).get_data(as_text=True)
    assert all(job["selos"][0]["codigo"] in seen(maria, path) for job in (one, two))
    assert "Ana Lúcia de Assunção" in seen(maria, path)
    codes = [job["selos"][0]["codigo"] for job in (one, two)]
    refused = maria.client.post(
        path, data=maria.hidden(path, path) | {"selos": codes, "motivo": REASON, "confirmo": "sim"}
    )
    assert refused.status_code == 422
    assert "papel" in refused.get_data(as_text=True).lower()
    assert all(rig.selo(code)["vivo"] for code in codes)
    form = maria.hidden(path, path) | {"selos": codes, "motivo": REASON, "papel_em_maos": "sim", "confirmo": "sim"}
    assert maria.client.post(path, data=form).status_code == 303
    assert not any(rig.selo(code)["vivo"] for code in codes)
    form = maria.hidden(path, path) | {"motivo": REASON, "confirmo": "sim"}
    unsaid = maria.client.post(path, data=form)
    assert unsaid.status_code == 422


def test_c24_the_free_acts_of_the_month_are_on_a_screen(rig: Rig, maria: Person) -> None:
    assert "Nenhum ato gratuito neste mês" in seen(maria, "/gratuidades")
    rig.printed(civil.page(civil.assento(1)))
    assert "gratuidade da lei" in seen(maria, "/gratuidades?mes=2026-11")
    sheet = maria.get("/gratuidades?mes=2026-11&formato=csv")
    assert "lei;AS;" in sheet.get_data(as_text=True)


def test_c24_the_paper_of_the_month_is_on_a_screen_and_in_csv(rig: Rig, maria: Person) -> None:
    assert "Papel do mês" in seen(maria, "/papel")
    assert "Nenhum papel numerado neste mês" in seen(maria, "/papel/mes")
    rig.printed(rig.certidao(), papel_seguranca=["C7"])
    assert "número dado no pedido C — 0 1 0 0 —" in " ".join(seen(maria, "/papel/mes?mes=2026-11").split())
    assert "2026-11;;C;;0;1;0;0;" in maria.get("/papel/mes?mes=2026-11&formato=csv").get_data(as_text=True)
    assert maria.get("/papel/mes?mes=2026-13").status_code == 422


def test_c24_a_certidao_is_marked_as_collected_or_discarded_at_the_screen(rig: Rig, maria: Person) -> None:
    assert "Nenhuma certidão espera há mais de 90 dias" in seen(maria, "/certidoes")
    job = rig.printed(civil.certidao(1, assento=civil.assento(1, de_antes=True), **civil.VALUE))
    here = f"/certidoes/{job['id']}"
    for place in (f"/trabalhos/{job['id']}", "/certidoes?situacao=a_retirar"):
        assert here in maria.get(place).get_data(as_text=True)

    def send(**fields: str) -> tuple[int, str]:
        found = maria.client.post(here, data=maria.hidden(here, here) | {"confirmo": "sim"} | fields)
        return found.status_code, found.get_data(as_text=True)

    status, page = send(destino="retirada", dia="2026-11-20", por="")
    assert (status, "diga o nome de quem retirou" in page) == (422, True)
    status, page = send(destino="retirada", dia="2026-11-21", por="Ana Prado")
    assert (status, 'value="Ana Prado"' in page) == (422, True)
    assert send(destino="retirada", dia="2026-11-20", por="Ana Prado")[0] == 303
    assert "Ana Prado" in seen(maria, here)
    assert "Ana Prado" in seen(maria, "/certidoes?situacao=retiradas")
    assert "Ana Prado" in maria.get("/certidoes?situacao=retiradas&formato=csv").get_data(as_text=True)
    assert send(destino="a_retirar", motivo="era outra")[0] == 303
    assert "Registrar o descarte" not in seen(maria, here)
    rig.clock.forward(days=91)
    assert maria.login("maria").status_code == 303
    assert "Ana Lúcia de Assunção" in seen(maria, "/certidoes")
    assert send(destino="descartada", dia="2027-02-19", motivo="ninguém veio")[0] == 303
    assert "ninguém veio" in seen(maria, "/certidoes?situacao=descartadas")
    assert rig.selo(job["selos"][0]["codigo"])["vivo"]
    assert maria.get("/certidoes/nada").status_code == 404


def test_c22_the_requests_of_the_exchange_show_code_and_link_to_copy(rig: Rig, maria: Person) -> None:
    assert "Nenhum pedido da central ainda" in seen(maria, "/central")
    given = {
        "canal": "crc",
        "codigo_hash": "AB12",
        "especie": "inteiro-teor",
        "assento": {name: value for name, value in civil.assento(1, de_antes=True).items() if name != "corpo"},
        "campos": {"nomes": ["Ana Lúcia de Assunção"]},
        "servico": "certidao-inteiro-teor",
        "entrega": "arquivo",
        "previa": False,
        "escrevente": "maria",
    }
    made = rig.call("POST", "/crc/certidoes", given)
    assert made.status == 201, made
    page = maria.get("/central").get_data(as_text=True)
    assert f'value="{made.json["selo"]}"' in page
    assert made.json["qr"]["url"].replace("&", "&amp;") in page
    xml = maria.get("/central/AB12/xml").get_data()
    assert xml == rig.call("GET", "/crc/certidoes/AB12/arquivos/xml").json
    assert "Nenhum pedido nesta situação" in seen(maria, "/central?estado=falhou")
