"""The month of Registro Civil: sheets of numbered paper by queue and series; certidões collected or not (C24)."""

from pathlib import Path
from typing import Any

import pytest

from printserver import db
from support import civil_documents as civil
from support.office import Rig, open_rig


@pytest.fixture
def numbered(rig: Rig) -> Rig:
    """The default queue has numbered paper."""
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(papel_numerado=True))
    return rig


def month(rig: Rig, text: str) -> dict[str, Any]:
    found = rig.call("GET", f"/papel?mes={text}")
    assert found.status == 200, found
    return {f"{each['fila']}/{each['serie']}": each for each in found.json["itens"]}


def counts(line: dict[str, Any]) -> tuple[Any, ...]:
    names = ("estoque_anterior", "recebidos", "usados", "inutilizados", "usados_inutilizados", "estoque")
    return tuple(line[name] for name in names)


def test_c24_the_paper_of_a_month_adds_up_and_later_months_do_not_change_it(numbered: Rig) -> None:
    rig = numbered
    [queue] = [each["nome"] for each in rig.call("GET", "/filas").json["itens"]]
    base = f"/filas/{queue}/papel"
    for first, last in (("A0001", "A0010"), ("B0001", "B0005")):
        lot = {"de": first, "ate": last, "escrevente": "maria"}
        assert rig.call("POST", f"{base}/lotes", lot).status == 201
    go_on = {"proximo": "A0003", "inutilizados": ["A0001", "A0002"], "escrevente": "maria"}
    assert rig.call("POST", base, go_on).status == 200
    job = rig.printed(civil.certidao(1, assento=civil.assento(1, de_antes=True), **civil.VALUE))
    sheets = len(rig.rows(db.papel, db.papel.c.job_id == job["id"]))
    assert sheets >= 1
    november = month(rig, "2026-11")
    assert counts(november[f"{queue}/A"]) == (0, 10, sheets, 2, 0, 8 - sheets)
    assert counts(november[f"{queue}/B"]) == (0, 5, 0, 0, 0, 5)

    rig.clock.forward(days=20)
    rig.act(job["id"], "excluir", papel_em_maos=True, fora_do_prazo=True, escrevente="tereza")
    december = month(rig, "2026-12")
    assert counts(december[f"{queue}/A"]) == (8 - sheets, 0, 0, 0, sheets, 8 - sheets)
    assert month(rig, "2026-11") == november
    assert counts(month(rig, "2027-01")[f"{queue}/A"]) == (8 - sheets, 0, 0, 0, 0, 8 - sheets)
    assert month(rig, "2026-10") == {}
    free = rig.call("GET", "/gratuidades?mes=2026-12").json["papeis"]
    assert free == {"usados": 0, "inutilizados": sheets}


def test_c24_the_paper_of_a_month_as_csv_and_numbers_that_came_with_the_request(rig: Rig) -> None:
    rig.printed(rig.certidao(), papel_seguranca=["=C7"])
    assert counts(month(rig, "2026-11")["None/=C"]) == (None, 0, 1, 0, 0, None)
    lines = rig.call("GET", "/papel?mes=2026-11&formato=csv").json.decode().splitlines()
    assert lines == [
        "mes;fila;serie;estoque_anterior;recebidos;usados;inutilizados;usados_inutilizados;estoque",
        "2026-11;;'=C;;0;1;0;0;",
    ]
    assert rig.call("GET", "/papel?mes=2026-13").status == 422


def certidao(rig: Rig, n: int = 1) -> dict[str, Any]:
    return rig.printed(civil.certidao(n, assento=civil.assento(n, de_antes=True), **civil.VALUE))


def listed(rig: Rig, which: str) -> list[str]:
    found = rig.call("GET", f"/certidoes?situacao={which}").json
    assert found["total"] == len(found["itens"])
    return [each["job"] for each in found["itens"]]


def mark(rig: Rig, job: dict[str, Any], destino: str, key: str | None = None, **more: Any) -> Any:
    data = {"destino": destino, "escrevente": "maria", **more}
    return rig.call("POST", f"/certidoes/{job['id']}/destino", data, idempotency_key=key)


def test_c24_a_certidao_not_collected_after_90_days_is_listed_and_discarded_with_its_seal_kept(rig: Rig) -> None:
    job = certidao(rig)
    rig.printed(civil.page(civil.assento(7)))  # an assento stays in the office
    assert (listed(rig, "a_retirar"), listed(rig, "vencidas")) == ([job["id"]], [])
    rig.clock.forward(days=90)
    early = mark(rig, job, "descartada", motivo="ninguém veio")
    assert (early.status, early.word, listed(rig, "vencidas")) == (409, "estado-nao-permite", [])
    assert "18/02/2027" in early.json["detail"]
    rig.clock.forward(days=1)
    assert listed(rig, "vencidas") == [job["id"]]
    assert mark(rig, job, "descartada").json["errors"][0]["campo"] == "motivo"
    before = rig.codes()
    done = mark(rig, job, "descartada", key="k", motivo="ninguém veio")
    assert done.status == 200
    fate = done.json["destino"]
    assert (fate["destino"], fate["quem"], fate["dia"]) == ("descartada", "maria", "2027-02-19")
    assert mark(rig, job, "descartada", key="k", motivo="ninguém veio").replay
    assert (listed(rig, "vencidas"), listed(rig, "a_retirar"), listed(rig, "descartadas")) == ([], [], [job["id"]])
    assert rig.codes() == before
    assert rig.selo(job["selos"][0]["codigo"])["vivo"] and rig.job(job["id"])["vale"]
    assert rig.job(job["id"])["historico"][-1]["detalhe"]["certidao"] == "descartada"
    rig.assert_gapless()


def test_c24_a_collected_certidao_keeps_who_and_when_and_a_mistake_is_undone(rig: Rig) -> None:
    job = certidao(rig)
    assert mark(rig, job, "retirada").json["errors"][0]["campo"] == "por"
    for day in ("2026-11-19", "2026-11-21"):
        assert mark(rig, job, "retirada", por="Ana Prado", dia=day).json["errors"][0]["campo"] == "dia"
    found = mark(rig, job, "retirada", por="Ana Prado").json
    assert found["destino"]["por"] == "Ana Prado"
    assert (found["impressa_em"], found["retirar_ate"], found["vencida"]) == ("2026-11-20", "2027-02-18", False)
    assert mark(rig, job, "retirada", por="Rui").word == "estado-nao-permite"
    lines = rig.call("GET", "/certidoes?situacao=retiradas&formato=csv").json.decode().splitlines()
    assert lines[0].startswith("pedido;via;registrados;selos;impressa_em;retirar_ate;destino;dia;por;")
    assert "Ana Lúcia de Assunção" in lines[1] and "Ana Prado" in lines[1]
    assert mark(rig, job, "a_retirar").json["errors"][0]["campo"] == "motivo"
    assert mark(rig, job, "a_retirar", motivo="era outra certidão").json["destino"] is None
    assert listed(rig, "a_retirar") == [job["id"]]
    assert mark(rig, job, "a_retirar", motivo="de novo").word == "estado-nao-permite"
    steps = [(each["detalhe"] or {}).get("certidao") for each in rig.job(job["id"])["historico"]]
    assert [each for each in steps if each] == ["retirada", "à espera"]


def test_c24_only_a_live_certidao_of_registro_civil_on_paper_waits(rig: Rig) -> None:
    excluded, waiting = certidao(rig, 1), certidao(rig, 2)
    rig.act(excluded["id"], "excluir", papel_em_maos=True)
    assert listed(rig, "a_retirar") == [waiting["id"]]
    assert mark(rig, excluded, "retirada", por="Ana").word == "nao-encontrado"
    page = rig.printed(civil.page(civil.assento(7)))
    assert mark(rig, page, "retirada", por="Ana").word == "nao-encontrado"
    moving = rig.taken(civil.certidao(3, assento=civil.assento(3, de_antes=True), **civil.VALUE))
    assert mark(rig, moving, "retirada", por="Ana").word == "impressao-em-andamento"
    assert rig.call("GET", "/certidoes?situacao=perdidas").status == 422


def test_c24_the_term_is_a_setting(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"civil": {"retirada_dias": 5}}) as rig:
        job = certidao(rig)
        rig.clock.forward(days=6)
        assert listed(rig, "vencidas") == [job["id"]]
        assert rig.call("GET", "/certidoes").json["dias"] == 5
