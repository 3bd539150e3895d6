"""The one clock (S7): UTC inside, America/Sao_Paulo for people. Every time in this program comes from here."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

SAO_PAULO = ZoneInfo("America/Sao_Paulo")

# A clock is a function that gives the present moment as an aware datetime in UTC; tests hand in their own.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return `moment` (aware) in the office's time zone, America/Sao_Paulo (S7)."""
    # by way of UTC: a time of day that the start of a summer time left out becomes the one that the clocks showed
    return moment.astimezone(UTC).astimezone(SAO_PAULO)


def local_date(moment: datetime) -> date:
    """Return the office's calendar day of `moment` (aware) (S7)."""
    return local(moment).date()


def day_start(day: date) -> datetime:
    """Return the moment (UTC) at which the office's calendar day begins (S7)."""
    return datetime.combine(day, time(), SAO_PAULO).astimezone(UTC)


def day_end(day: date) -> datetime:
    """Return the moment (UTC) at which the office's calendar day is over (S7): the first that is no part of it."""
    return day_start(day + timedelta(days=1)) if day < date.max else datetime.max.replace(tzinfo=UTC)


def rfc3339(moment: datetime) -> str:
    """Return `moment` as the contract writes times: RFC 3339 in the office's offset, whole seconds.

    RFC 3339 has no offsets with seconds, which São Paulo's was until 1914 (-03:06:28). The time of day stands; the
    offset loses its seconds.
    """
    here = local(moment)
    offset = here.utcoffset() or timedelta()
    return here.replace(tzinfo=timezone(timedelta(minutes=int(offset / timedelta(minutes=1))))).isoformat(
        timespec="seconds"
    )
