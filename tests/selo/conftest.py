"""One test certificate for the tests of the seal: an RSA key takes long to make."""

from datetime import UTC, datetime

import pytest

from printserver.selo import Certificate, generate_test_certificate


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    path = tmp_path_factory.mktemp("certificado") / "teste.pfx"
    generate_test_certificate(path, "segredo", nome="SERVENTIA DE TESTE", now=datetime(2026, 11, 20, tzinfo=UTC))
    return Certificate.load(path, "segredo")
