"""Over TLS the simulated court accepts only clients with the office's certificate."""

import http.client
import ssl
from pathlib import Path

import pytest
from seal_factory import SealFactory

from printserver.selo import Certificate, generate_test_certificate
from support.court import Court, mutual_tls, rig_with_court, run_court
from support.office import NOW, command_line, open_rig


def test_the_offices_certificate_gets_in_and_no_other(
    tmp_path: Path, certificate: Certificate, factory: SealFactory
) -> None:
    files = mutual_tls(tmp_path)
    nobody = ssl.create_default_context(cafile=str(files["certificado"]))
    generate_test_certificate(tmp_path / "outro.p12", "senha", nome="Outra serventia", now=NOW)
    (tmp_path / "outro.pem").write_bytes(Certificate.load(tmp_path / "outro.p12", "senha").pem())
    other = ssl.create_default_context(cafile=str(files["certificado"]))
    other.load_cert_chain(tmp_path / "outro.pem")
    with run_court(tmp_path, {"123456": certificate}, clock=factory.clock, tls=files) as court:
        assert court.url.startswith("https:")
        for context in (nobody, other):
            with pytest.raises((OSError, http.client.HTTPException)):
                Court(court.port, context).send(factory.item())
        assert court.send(factory.item())[0]["totalErros"] == 0
        assert court.resumo["selos"] == 1
        court.fail("fecha-depois", 1)
        with pytest.raises((OSError, http.client.HTTPException)):
            court.send(factory.item())
        assert court.resumo["aceitos"] == 2


def test_an_office_reports_over_mutual_tls(tmp_path: Path) -> None:
    with rig_with_court(tmp_path / "office", tls=True) as (rig, court):
        rig.printed(rig.livro())
        assert {code: each["aceito"] for code, each in court.registros.items()} == dict.fromkeys(rig.codes(), 1)


def test_files_that_are_no_certificate_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.pem").write_text("nada")
    with open_rig(tmp_path / "office") as rig:
        files = [tmp_path / "x.pem", tmp_path / "x.key"]
        assert command_line("tribunal-simulado", "--instance", rig.folder, "--tls", *files) == 1
    assert "x.pem" in capsys.readouterr().err
