"""Settings: the file of the office, over it the environment; a wrong one stops the start with its name."""

from pathlib import Path

import pytest

from printserver.errors import ConfigError
from printserver.office import load_settings
from printserver.office.settings import SETTINGS_FILE, Settings, all_settings


def write(folder: Path, text: str) -> Path:
    (folder / SETTINGS_FILE).write_text(text, "utf-8")
    return folder


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings == Settings()
    assert (settings.xa.prazo_horas, settings.xa.pergunta_horas, settings.http.em_andamento) == (72, 12, 10_000)
    assert (settings.papel.exigir_numeros, settings.livro.lados_da_folha, settings.ficha.selo) == (
        False,
        2,
        "perguntar",
    )
    assert (settings.http.pedidos_por_minuto, settings.traslado.cobra_do_segundo) == (0, True)


def test_the_file_sets_and_the_environment_comes_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        '[serventia]\nnome = "Primeiro"\n[http]\nlinhas = 8\nem_andamento = 5\n[tribunal]\nurl = "http://a/"\n',
    )
    monkeypatch.setenv("PRINTSERVER_TRIBUNAL_URL", "http://b/")
    monkeypatch.setenv("PRINTSERVER_HTTP_EM_ANDAMENTO", "7")
    monkeypatch.setenv("PRINTSERVER_FILAS_FICHA_ABERTURA", "balcao")
    settings = load_settings(tmp_path)
    assert (settings.serventia.nome, settings.tribunal.url) == ("Primeiro", "http://b/")
    assert (settings.http.linhas, settings.http.em_andamento) == (8, 7)
    assert settings.filas.of("ficha_abertura") == "balcao"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[http]\nlinha = 8\n", "http.linha: não existe esta opção"),
        ("[htttp]\nlinhas = 8\n", "htttp: não existe esta opção"),
        ("[http]\nlinhas = 'muitas'\n", "http.linhas: deve ser um número inteiro"),
        ("[http]\nlinhas = 1\n", "http.linhas: deve ser 4 ou mais"),
        ("[ficha]\nselo = 'talvez'\n", "ficha.selo: valor não aceito; os aceitos são 'perguntar', 'sempre' ou 'nunca'"),
        ("[livro]\nlados_da_folha = 3\n", "livro.lados_da_folha: valor não aceito; os aceitos são 1 ou 2"),
        ("[livro]\nexternos_ate = 'logo'\n", "livro.externos_ate: deve ser uma data"),
        ("[serventia]\nuf = 'São Paulo'\n", "serventia.uf: não tem a forma esperada"),
        ("[render]\ntempo_limite_s = 0\n", "render.tempo_limite_s: deve ser mais que 0"),
        ("http = 3\n", "http: deve ser uma seção"),
        ("[http\n", "não é TOML válido"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_file_and_name(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(write(tmp_path, text))
    assert named in str(refused.value)
    assert str(tmp_path / SETTINGS_FILE) in str(refused.value)


def test_a_wrong_variable_is_named_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRINTSERVER_XA_PRAZO_HORAS", "muitas")
    with pytest.raises(ConfigError, match=r"xa\.prazo_horas"):
        load_settings(tmp_path)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="não é TOML válido"):
        load_settings(tmp_path)


def test_every_setting_says_what_it_is_for() -> None:
    found = all_settings()
    assert "xa.prazo_horas" in found
    assert [name for name, (_default, description) in found.items() if len(description) < 10] == []
