"""The one clock (S7): UTC inside, America/Sao_Paulo for people. Every time in this program comes from here."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")

# A clock is a function that gives the present moment as an aware datetime in UTC; tests hand in their own.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return `moment` (aware) in the office's time zone, America/Sao_Paulo (S7)."""
    return moment.astimezone(SAO_PAULO)


def local_date(moment: datetime) -> date:
    """Return the office's calendar day of `moment` (aware) (S7)."""
    return local(moment).date()


def rfc3339(moment: datetime) -> str:
    """Return `moment` as the contract writes times: RFC 3339 in the office's offset, whole seconds."""
    return local(moment).isoformat(timespec="seconds")
