"""Every released schema upgrades to the newest in one step: a database of each is kept (`tools/keep_schema.py`)."""

import gzip
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from printserver import db
from printserver.db import Database, upgrade
from printserver.office import audit

ROOT = Path(__file__).parents[2]
KEPT = sorted((ROOT / "tests/data/schemas").glob("*.db.gz"))
COUNTED = ("serventia", "pessoa", "job", "selo", "pergunta", "tentativa", "log", "documento", "outbox", "sequencia")


@pytest.fixture(scope="module")
def of_today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What would be kept if this version was released now."""
    out = tmp_path_factory.mktemp("kept") / "today.db.gz"
    tool = str(ROOT / "tools/keep_schema.py")
    with patch.object(sys, "argv", [tool, "--out", str(out)]), patch.object(sys, "path", [*sys.path]):
        runpy.run_path(tool, run_name="__main__")  # in this process, whose renderer is there already
    return out


@pytest.fixture(params=[*KEPT, None], ids=lambda path: path.name if path else "today")
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    content = gzip.decompress((request.param or request.getfixturevalue("of_today")).read_bytes())
    (tmp_path / "kept.db").write_bytes(content)
    database = Database(f"sqlite:///{tmp_path / 'kept.db'}")
    yield database
    database.close()


def counts(database: Database) -> dict[str, int]:
    with database.read() as conn:
        return {name: conn.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in COUNTED}


def test_it_upgrades_in_one_step_and_keeps_every_row_and_the_chain(kept: Database) -> None:
    before = counts(kept)
    assert before["selo"] > 10 and before["log"] > 50
    upgrade.upgrade(kept)
    assert counts(kept) == before
    with kept.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []
        for office in conn.execute(sa.select(db.serventia.c.id)).scalars().all():
            assert audit.verify(conn, office)[1] is None
