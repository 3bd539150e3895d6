"""The dates of acts over HTTP: what programs write for an empty date is no date of an act, in any call (S7, S7a)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from support.office import FEES, Rig, open_rig

WHO = {"escrevente": "maria"}
PAPER = {"ato": "AU", "serie": "0371AJ", "de": 1, "ate": 2, **WHO}
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "avulso": ("/selos", {"ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, "motivo_data": "antes", **WHO}),
    "carta": (
        "/cartas-de-sentenca",
        {"identificador": "CS-1", "certidao": {"emolumentos": FEES}, "motivo_data": "antes", **WHO},
    ),
    "balcao": ("/atos-de-balcao", {"ato": "AU", "papel": "AU0371AJ 0979007", "emolumentos": FEES, **WHO}),
    "faixa": ("/hibridos", PAPER | {"emolumentos": FEES}),
    "carga": ("/hibridos/carga", dict(WHO)),
    "inutilizados": ("/hibridos/inutilizados", PAPER | {"motivo": "rasgados"}),
    "comunicados": ("/hibridos/comunicados", PAPER | {"motivo": "outro programa"}),
    "diario": ("/diarios", {"tipo": "fotocopia", "total": "9.00", "motivo": "esquecido", **WHO}),
    "diario sem motivo": ("/diarios", {"tipo": "fotocopia", "total": "9.00", **WHO}),
}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One office for all: what is refused leaves no trace."""
    with open_rig(tmp_path_factory.mktemp("datas") / "casa") as rig:
        yield rig


@pytest.fixture(scope="module")
def seal(rig: Rig) -> dict[str, Any]:
    made = rig.call("POST", "/selos", {"ato": "ES", "identificador": "ATA-0", "emolumentos": FEES, **WHO})
    return dict(made.json)


@pytest.mark.parametrize("day", ["0001-01-01", "0226-11-20", "1899-12-30", "1900-01-01", "1970-01-01"])
@pytest.mark.parametrize("call", ACTS)
def test_s7a_no_call_takes_an_empty_date(rig: Rig, seal: dict[str, Any], call: str, day: str) -> None:
    before = rig.state()
    path, body = ACTS[call]
    refused = rig.call("POST", path, body | {"data": day})
    assert (refused.status, refused.word) == (422, "data-do-ato"), refused
    assert "/".join(reversed(day.split("-"))) in refused.json["detail"]
    body = {"data": day, "motivo": "era outro dia", **WHO}
    assert rig.call("POST", f"/selos/{seal['codigo']}/retificacao", body).word == "data-do-ato"
    assert rig.state() == before


@pytest.mark.parametrize("day", ["1900-01-00", "0000-00-00", "1900-02-29", "20261120"])
def test_s7a_what_is_no_day_of_the_calendar_is_refused(rig: Rig, day: str) -> None:
    path, body = ACTS["avulso"]
    assert rig.call("POST", path, body | {"data": day}).word == "entrada-invalida"


def test_s7a_an_act_of_1970_says_so_and_an_old_time_is_written_whole(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        path, body = ACTS["avulso"]
        body = body | {"data": "1970-01-01", "motivo_data": "ata do primeiro dia de 1970"}
        assert rig.call("POST", path, body).json["registro"].split("|")[4] == "197001012359590"
        body = body | {"data": "1900-01-02"}
        old = rig.call("POST", path, body).json
        assert (old["momento"], old["data"]) == ("1900-01-02T23:59:59-03:06", "1900-01-02")
        assert old["registro"].split("|")[4] == "190001022359590"
        assert rig.call("GET", "/selos/exportacao?formato=xlsx&ate=1900-01-02").status == 200


def test_s7_the_reason_of_a_day_gone_by_is_on_record(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        for call in ("avulso", "carta", "diario"):
            path, body = ACTS[call]
            assert rig.call("POST", path, body | {"data": "2026-11-18"}).status == 201
        log = [row["detalhe"] for row in rig.rows(db.log, db.log.c.objeto == "selo")]
    assert [what["motivo_data"] for what in log if "total_centavos" in what] == ["antes", "antes", "antes", "esquecido"]


def test_d1_s7_the_seal_of_a_day_gone_by_needs_a_reason(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        path, body = ACTS["diario sem motivo"]
        late = rig.call("POST", path, body | {"data": "2026-11-18"})
        assert (late.word, late.json["errors"][0]["campo"]) == ("data-do-ato", "motivo")
        assert rig.call("POST", path, body | {"data": "2026-11-18", "motivo": "sem energia"}).status == 201
        grown = rig.call("POST", path, body | {"data": "2026-11-18", "total": "10.00"})
        assert (grown.status, grown.json["total_centavos"]) == (201, 1000)


def test_n11_the_first_signature_is_not_before_the_act(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        livro = rig.livro(data="2026-11-18", motivo_data="sem energia")
        rig.printed(livro)
        path = f"/instrumentos/{livro['instrumento']['id']}/assinaturas"
        for simulate in (True, False):
            body = {"estado": "pendentes", "primeira": "2026-11-17", "simular": simulate, **WHO}
            refused = rig.call("POST", path, body)
            assert (refused.word, refused.json["errors"][0]["campo"]) == ("entrada-invalida", "primeira")
        assert rig.call("POST", path, {"estado": "pendentes", "primeira": "2026-11-18", **WHO}).status == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        *("/jobs?de={}", "/jobs?ate={}", "/selos?de={}", "/selos?ate={}", "/selos/totais?de={}&ate={}"),
        *("/selos/exportacao?ate={}", "/atos-de-balcao?data={}", "/diarios?data={}"),
        *("/hibridos/conferencia?data={}", "/hibridos/relatorio?de={}&ate={}"),
    ],
)
def test_t5_the_first_and_the_last_day_there_are_can_be_asked_for(rig: Rig, path: str, day: str) -> None:
    assert rig.call("GET", path.replace("{}", day)).status == 200
