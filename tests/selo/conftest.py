"""One test certificate for the tests of the seal: an RSA key takes long to make."""

from datetime import UTC, datetime

import pytest

from printserver.selo import Certificado, gerar_de_teste


@pytest.fixture(scope="session")
def certificado(tmp_path_factory: pytest.TempPathFactory) -> Certificado:
    path = tmp_path_factory.mktemp("certificado") / "teste.pfx"
    gerar_de_teste(path, "segredo", nome="SERVENTIA DE TESTE", agora=datetime(2026, 11, 20, tzinfo=UTC))
    return Certificado.carregar(path, "segredo")
