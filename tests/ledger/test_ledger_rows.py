"""The records of rows have the columns of their tables: a retificador is made from the record of its seal."""

from dataclasses import fields

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.ledger import Attempt, Job, Queue, Seal


@pytest.mark.parametrize(("record", "table"), [(Job, db.job), (Seal, db.selo)])
def test_r1_a6_a_record_of_a_job_or_seal_has_every_column_and_no_other(record: type, table: sa.Table) -> None:
    assert {each.name for each in fields(record)} == set(table.c.keys()) - set(db.PARTS_OF_CODE)


@pytest.mark.parametrize(("record", "table"), [(Attempt, db.tentativa), (Queue, db.fila)])
def test_a_record_has_only_columns_of_its_table(record: type, table: sa.Table) -> None:
    assert {each.name for each in fields(record)} <= set(table.c.keys())
