"""A court of one office, with the office's certificate and a clock that tests move."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from seal_factory import Fabrica

from printserver.selo import Certificado, carregar_atos, gerar_de_teste
from support.court import Court, run_court
from support.office import AGORA, Clock

CNS = "123456"


@pytest.fixture(scope="session")
def certificado(tmp_path_factory: pytest.TempPathFactory) -> Certificado:
    path = tmp_path_factory.mktemp("certificado") / "c.p12"
    gerar_de_teste(path, "senha", nome="Serventia de teste", agora=AGORA)
    return Certificado.carregar(path, "senha")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fabrica(certificado: Certificado, clock: Clock) -> Fabrica:
    return Fabrica(CNS, certificado, clock)


@pytest.fixture
def court(tmp_path: Path, certificado: Certificado, clock: Clock) -> Iterator[Court]:
    (tmp_path / "atos.toml").write_text(
        '[FC]\ndescricao = "Fotocópias do dia"\nnaturezas = [1]\niss_a_parte = true\n', "utf-8"
    )
    with run_court(tmp_path, {CNS: certificado}, carregar_atos(tmp_path), clock=clock) as running:
        yield running
