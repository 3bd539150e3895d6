"""The server's technical log holds no persons' data (LGPD), whatever goes wrong; the office's own log is another."""

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from printserver import db
from printserver.server.logs import configure_logs, without_persons
from support.court import Court, rig_with_court
from support.office import Rig

NAMES = ("Zoroastro", "Quitéria", "Evangelina")
NUMBERS = ("529.982.247-25", "52998224725", "11.222.333/0001-81")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """All that the program writes to its log, as it is configured when it is served."""
    stream = StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs()
    structlog.configure(cache_logger_on_first_use=False)  # the loggers of other tests keep their own streams
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa") as pair:
        yield pair


def document(rig: Rig, **more: object) -> dict[str, object]:
    """Return a livro full of names and numbers of persons."""
    parties = [
        {"qualidade": "Outorgante", "nome": f"{name} de Alencastro", "documento": f"CPF {NUMBERS[0]}"} for name in NAMES
    ]
    text = "\n\n".join(f"Compareceu {name} de Alencastro, CPF {NUMBERS[0]}, CNPJ {NUMBERS[2]}." for name in NAMES)
    return rig.livro(partes=parties, corpo={"formato": "texto", "conteudo": text}, **more)


def test_nothing_that_goes_right_or_wrong_writes_a_persons_data_to_the_log(
    both: tuple[Rig, Court], written: StringIO
) -> None:
    rig, court = both
    rig.printed(document(rig))
    ficha = {"tipo": "ficha_abertura", "ficha": "1", "pessoa": {"nome": "Zoroastro Alencastro", "documento": "529"}}
    rig.post(ficha)
    assert rig.post(document(rig) | {"pessoa": {"nome": "Quitéria"}}).status == 422
    court.fail("fora")
    rig.printed(document(rig))
    court.fail("objeta")
    rig.clock.forward(hours=21)
    rig.engine.run_once()
    with rig.office.db.write() as conn:  # the printer is gone
        conn.execute(sa.update(db.fila).values(tipo="cups", destino="fila-que-nao-ha", servidor="/nada/socket"))
    rig.printed(document(rig))
    with rig.office.db.write() as conn:  # a damaged database: the table of names is gone
        conn.exec_driver_sql("ALTER TABLE nome RENAME TO estragada")
    assert rig.post(document(rig)).status == 503
    rig.engine.housekeeping()
    log = written.getvalue()
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert len(events) > 1, log
    assert any("INSERT INTO nome" in str(each.get("exception", "")) for each in events)
    for secret in (*NAMES, *NUMBERS, "Alencastro"):
        assert secret not in log, secret


def test_what_a_database_or_a_parser_quotes_is_taken_out() -> None:
    event = {
        "event": "step failed",
        "exception": "UniqueViolation: duplicate key\nDETAIL:  Key (nome)=(Quitéria) already exists.\nline 3",
        "why": "1 validation error\n nome\n  wrong [type=x, input_value='Zoroastro', input_type=str]",
        "said": f"CPF {NUMBERS[0]} e {NUMBERS[1]}, CNPJ {NUMBERS[2]}; selo 1234561AB123456789012318I",
        "n": 52998224725,
    }
    cleaned = without_persons(None, "error", event)
    told = " ".join(map(str, (value for value in cleaned.values() if isinstance(value, str))))
    assert "line 3" in told
    assert "1234561AB123456789012318I" in told  # a seal is found by its code
    for secret in (*NAMES, *NUMBERS):
        assert secret not in told
