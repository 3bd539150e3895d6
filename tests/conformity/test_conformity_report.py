"""The report of conformity: rows measured with evidence, the office's own left open, in under 30 s; the components."""

import hashlib
import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from printserver import db, incidents
from printserver.conformity import as_json, measure
from printserver.conformity.components import bill_of_materials
from printserver.conformity.connections import own_port
from printserver.office import Act, acting, people
from printserver.server.app import create_app
from support.office import NOW, Rig, command_line, disarm, open_rig, text

NOWHERE = "127.0.0.1:9"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office that printed, with a mended incident, and a person who left."""
    settings: dict[str, dict[str, Any]] = {"serventia": {"classe": 2}}
    with open_rig(tmp_path_factory.mktemp("conforme") / "casa", settings=settings) as opened:
        opened.printed(opened.livro())
        with acting(opened.office) as act:
            _prepare(act)
        yield opened


def _prepare(act: Act) -> None:
    incidents.open_incident(act.conn, act.office, "copia-falhou", "a cópia falhou: disco cheio", act.now)
    people.create_key(act.conn, 1, "balcao-velho", ["imprimir"], act.now)
    people.revoke_key(act.conn, 1, "balcao-velho", act.now)


def answers(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["pede"]: each for each in found["linhas"]}


@pytest.fixture(scope="module")
def reported(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], bytes]:
    """The report as the command line makes it, of an office that was exported once."""
    folder = tmp_path_factory.mktemp("saida")
    assert command_line("serventia", "exportar", folder / "arquivo", "--instance", rig.folder) == 0
    out = ("conformidade", "--json", folder / "c.pdf", "--endereco", NOWHERE, "--instance", rig.folder)
    assert command_line(*out) == 0
    return json.loads((folder / "c.json").read_text("utf-8")), (folder / "c.pdf").read_bytes()


def test_each_row_is_measured_or_left_open_and_bears_evidence_with_its_hash(
    rig: Rig, reported: tuple[dict[str, Any], bytes]
) -> None:
    found, pdf = reported
    for name, kept in found["evidencias"].items():
        exact = json.dumps(kept["fatos"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        assert kept["sha256"] == hashlib.sha256(exact).hexdigest(), name
    own = [each for each in found["linhas"] if each["estado"] == "da-serventia"]
    assert len(own) >= 10
    assert all(not each["medido"] for each in own)
    for each in found["linhas"]:
        assert each["estado"] == "da-serventia" or each["medido"], each
        assert {name: found["evidencias"][name]["sha256"] for name in each["evidencias"]} == each["evidencias"]
    assert (found["serventia"]["classe"], found["artigos"]) == (2, "conferir com o texto vigente")
    read = text(pdf)
    for word in ("Relatório de conformidade", "conferir com o texto", "Em aberto: da serventia", "página 1 de"):
        assert word in read
    assert all(kept["sha256"][:20] in re.sub(r"\s", "", read) for kept in found["evidencias"].values())
    made = rig.rows(db.log, db.log.c.objeto == "conformidade")
    assert made[-1]["detalhe"]["sha256"] == hashlib.sha256(pdf).hexdigest()


def test_what_is_so_decides_the_state_of_a_row(rig: Rig, reported: tuple[dict[str, Any], bytes]) -> None:
    rows = answers(reported[0])
    expected = {
        "Segundo fator em todo acesso administrativo": "nao-atende",
        "Cópias automáticas, dois lugares, um protegido de apagamento": "nao-atende",
        "Ensaio de restauração com ata": "nao-atende",
        "Trilha que não se altera, com conferência": "atende",
        "Formatos abertos": "atende",
        "Incidente crítico em 72 h à Corregedoria; causa de cada um": "em-parte",
        "TLS 1.2 ou mais novo": "nao-se-sabe",
        "Saída: extração inteira em forma aberta, ensaiada": "em-parte",
        "Contratos com fornecedores, com as sete cláusulas": "da-serventia",
    }
    assert {name: rows[name]["estado"] for name in expected} == expected
    trail = reported[0]["evidencias"]["trilha"]["fatos"]
    assert trail["cabeca"].startswith(f"{trail['conferida_ate']}:")
    keys = reported[0]["evidencias"]["chaves"]["fatos"]["chaves"]
    assert [each["nome"] for each in keys if each["revogada_em"]] == ["balcao-velho"]
    assert "admin" not in rows["Segundo fator em todo acesso administrativo"]["evidencias"]
    staff = {each["usuario"]: each for each in reported[0]["evidencias"]["pessoas"]["fatos"]["pessoas"]}
    assert staff["tereza"]["papel"] == "tabeliao"
    register = reported[0]["evidencias"]["certificados"]["fatos"]
    assert register["registro"][0]["certificado"] == register["em_uso"]["impressao_digital"]


def test_b4_only_a_rehearsal_within_the_months_of_the_class_counts(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"serventia": {"classe": 2}}) as opened:
        today = opened.office.clock()
        for when, rehearsal, trail in (
            (today.replace(year=today.year - 1) - timedelta(days=1), "nao-atende", "em-parte"),
            (today.replace(year=today.year - 1), "atende", "atende"),
        ):
            made = {"quando": when, "lugar": "/mnt/a", "certo": True, "figuras": {}, "ata": "a.pdf", "quem": "maria"}
            with opened.office.db.write() as conn:
                conn.execute(db.ensaio.insert().values(serventia_id=1, **made))
            rows = answers(as_json(opened.office, measure(opened.office, NOWHERE)))
            assert rows["Ensaio de restauração com ata"]["estado"] == rehearsal
            found = rows["Relatório da trilha: imutável, pessoa, hora, guarda, restaurável"]
            assert (found["estado"], "pedido a cada 12 meses" in found["medido"]) == (trail, trail == "em-parte")


def test_a6_a_changed_log_is_not_said_to_verify(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as opened:
        opened.printed(opened.livro())
        with opened.office.db.write() as conn:
            disarm(conn)
            conn.execute(sa.update(db.log).where(db.log.c.n == 2).values(quem="outro"))
        row = answers(as_json(opened.office, measure(opened.office, NOWHERE)))[
            "Trilha que não se altera, com conferência"
        ]
    assert row["estado"] == "nao-atende"
    assert "o registro 2 da auditoria foi alterado" in row["medido"]


def test_the_list_of_components_has_the_structure_of_cyclonedx() -> None:
    bill = bill_of_materials(NOW)
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    parts = [bill["metadata"]["component"], *bill["components"]]
    refs = [each["bom-ref"] for each in parts]
    assert len(set(refs)) == len(refs) > 50
    for each in parts:
        assert each["type"] in ("application", "library")
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        assert metadata.version(each["name"]) == each["version"]
        for licence in each["licenses"]:
            assert set(licence) in ({"expression"}, {"license"})
    assert {each["ref"] for each in bill["dependencies"]} == set(refs)
    assert {to for each in bill["dependencies"] for to in each["dependsOn"]} <= set(refs)
    names = {each["name"] for each in parts}
    assert {"weasyprint", "psycopg-binary", "cryptography"} <= names
    assert names.isdisjoint({"pytest", "ruff", "mypy"})  # tools are no part of what runs
    licences = {each["name"]: each["licenses"] for each in parts}
    assert licences["printserver"] == [{"expression": "AGPL-3.0-or-later"}]


def test_tls_is_measured_where_the_server_answers(rig: Rig, tmp_path: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", tmp_path / "k", "-out", tmp_path / "c"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    with socket.create_server(("127.0.0.1", 0)) as door:
        answering = threading.Thread(target=lambda: context.wrap_socket(door.accept()[0], server_side=True).close())
        answering.start()
        found = own_port(f"127.0.0.1:{door.getsockname()[1]}")
        answering.join()
    assert (found.versao, found.falha) == ("TLSv1.3", None)
    with socket.create_server(("127.0.0.1", 0)) as door:
        answering = threading.Thread(target=lambda: door.accept()[0].close())
        answering.start()
        found = own_port(f"127.0.0.1:{door.getsockname()[1]}")
        answering.join()
    assert (found.versao, found.falha) == (None, "responde sem TLS")


def test_a5_heads_and_the_administrator_get_it_at_the_screen(rig: Rig) -> None:
    with create_app(rig.office).test_client() as client:
        _enter(client, "tereza")
        page = client.get("/ajustes/conformidade").get_data(as_text=True)
        assert "Baixar em PDF" in page
        pdf = client.get("/ajustes/conformidade/exportar?formato=pdf")
        assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")
        assert client.get("/ajustes/conformidade/exportar?formato=json").json["relatorio"] == "conformidade"
        assert client.get("/ajustes/conformidade/exportar?formato=doc").status_code == 422
        assert "Fez o relatório de conformidade" in client.get("/auditoria").get_data(as_text=True)
    with create_app(rig.office).test_client() as client:
        _enter(client, "maria")
        assert client.get("/ajustes/conformidade").status_code == 403
        assert client.get("/ajustes/conformidade/exportar?formato=pdf").status_code == 403


def _enter(client: FlaskClient, usuario: str) -> None:
    page = client.get("/entrar").get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]*)"', page)[0]
    data = {"usuario": usuario, "senha": "correta cavalo bateria", "csrf_token": token}
    assert client.post("/entrar", data=data).status_code == 303
