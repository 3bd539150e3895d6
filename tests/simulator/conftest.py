"""A court of one office, with the office's certificate and a clock that tests move."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from seal_factory import SealFactory

from printserver.selo import Certificate, generate_test_certificate, load_atos
from support.court import Court, run_court
from support.office import NOW, Clock

CNS = "123456"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    path = tmp_path_factory.mktemp("certificado") / "c.p12"
    generate_test_certificate(path, "senha", nome="Serventia de teste", now=NOW)
    return Certificate.load(path, "senha")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def factory(certificate: Certificate, clock: Clock) -> SealFactory:
    return SealFactory(CNS, certificate, clock)


@pytest.fixture
def court(tmp_path: Path, certificate: Certificate, clock: Clock) -> Iterator[Court]:
    (tmp_path / "atos.toml").write_text(
        '[FC]\ndescricao = "Fotocópias do dia"\nnaturezas = [1]\niss_a_parte = true\n', "utf-8"
    )
    with run_court(tmp_path, {CNS: certificate}, load_atos(tmp_path), clock=clock) as running:
        yield running
