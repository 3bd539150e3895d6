"""One lease and one back-off for all who share work (docs/decisions/31)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.office import Duty, Lease, backoff, owner_name
from support.office import Rig

LENGTH = timedelta(seconds=30)
LEASE = Lease(db.vigia, LENGTH)
ELSEWHERE = "outra-máquina:1:1"


def duty(rig: Rig, owner: str) -> Duty:
    key = {"serventia_id": rig.office.serventia_id, "servidor": "lease"}
    return Duty(rig.office.db, rig.clock, LEASE, key, owner)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1), (1, 2), (5, 32), (6, 60), (10**6, 60)])
def test_a_back_off_doubles_up_to_its_longest(failures: int, seconds: int) -> None:
    assert backoff(failures, timedelta(minutes=1)) == timedelta(seconds=seconds)


def test_a_back_off_counts_in_its_unit() -> None:
    assert backoff(2, timedelta(hours=1), timedelta(minutes=1)) == timedelta(minutes=4)


@pytest.mark.parametrize(
    ("ahead", "free"), [(-1, True), (0, True), (1, False), (30, False), (60, False), (61, True), (86_400, True)]
)
def test_a_lease_is_over_at_its_end_and_when_it_ends_later_than_one_can(rig: Rig, ahead: int, free: bool) -> None:
    now = rig.clock()
    with rig.office.db.write() as conn:
        row = {"serventia_id": rig.office.serventia_id, "servidor": "lease", "dono": ELSEWHERE}
        conn.execute(sa.insert(db.vigia).values(row | {"posse_ate": now + timedelta(seconds=ahead)}))
        found = conn.execute(sa.select(db.vigia.c.dono).where(LEASE.is_free(now))).scalars().all()
    assert (ELSEWHERE in found) == free
    assert duty(rig, "terceira:1:1").hold() == free


def test_a_duty_is_held_by_one_until_its_lease_is_over(rig: Rig) -> None:
    one, other = duty(rig, owner_name()), duty(rig, ELSEWHERE)
    assert (one.hold(), other.hold(), one.hold()) == (True, False, True)
    rig.clock.forward(seconds=LENGTH.total_seconds())
    with rig.office.db.write() as conn:
        assert one.confirm(conn)  # nobody took it: it is renewed
    assert not other.hold()
    rig.clock.forward(seconds=LENGTH.total_seconds())
    assert other.hold()
    with rig.office.db.write() as conn:
        assert not one.confirm(conn)
    assert not one.hold()


def test_a_duty_of_a_dead_process_of_this_machine_is_free_at_once(rig: Rig) -> None:
    machine = owner_name().rsplit(":", 2)[0]
    assert duty(rig, f"{machine}:4194305:1").hold()
    assert duty(rig, ELSEWHERE).hold()


def test_a_duty_held_before_the_clock_was_put_back_is_taken_again(rig: Rig) -> None:
    one, other = duty(rig, owner_name()), duty(rig, ELSEWHERE)
    assert one.hold()
    rig.clock.forward(hours=-1)
    assert other.hold()
    assert not one.hold()
