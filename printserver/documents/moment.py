"""The moment of an act and its seal (S7). Days are in America/Sao_Paulo."""

from datetime import UTC, date, datetime, time
from typing import Final

from printserver.clock import SAO_PAULO, local_date
from printserver.errors import BadField, Recusa

END_OF_DAY = time(23, 59, 59)
FIRST_DAY: Final = date(1900, 1, 2)
# The values of an empty date in Delphi and Access, Excel, COBOL and .NET, Windows and SQL Server.
_OLD_EMPTY_DATES: Final = frozenset(
    {
        date(1, 1, 1),
        date(1601, 1, 1),
        date(1753, 1, 1),
        date(1899, 12, 30),
        date(1899, 12, 31),
        date(1900, 1, 1),
    }
)
_UNIX_EMPTY_DATE: Final = date(1970, 1, 1)


def ato_moment(data: date | None, reason: str | None, now: datetime, *, field: str) -> datetime:
    """Return the moment (UTC) of an act dated `data`: now if it is today or not given, else that day's 23:59:59.

    `field` is the dotted path of the object of both fields. Raises Recusa `data-do-ato` for a future day, a past one
    without a reason (S7), or one that represents an empty date (S7a).
    """
    today = local_date(now)
    if data is None or data == today:
        return now
    refuse_empty_date(data, reason, field=f"{field}.data")
    if data > today:
        raise _data_do_ato(f"{field}.data", f"a data do ato ({data:%d/%m/%Y}) ainda não chegou")
    if reason is None:
        raise _data_do_ato(
            f"{field}.motivo_data", f"a data do ato ({data:%d/%m/%Y}) é anterior a hoje: diga o motivo em motivo_data"
        )
    return datetime.combine(data, END_OF_DAY, SAO_PAULO).astimezone(UTC)


def refuse_empty_date(data: date, reason: str | None, *, field: str) -> None:
    """Raise Recusa `data-do-ato` for a date that programs write for an empty one, or one before 1900-01-02 (S7a).

    1970-01-01, the Unix epoch, may be the date of an act if `motivo` contains that year.
    """
    escrita = f"{data.day:02}/{data.month:02}/{data.year:04}"
    if data in _OLD_EMPTY_DATES:
        raise _data_do_ato(field, f"{escrita} é o que programas gravam quando a data está vazia: envie a data do ato")
    if data < FIRST_DAY:
        raise _data_do_ato(field, f"{escrita} é anterior a {FIRST_DAY:%d/%m/%Y}: confira o ano")
    if data == _UNIX_EMPTY_DATE and str(data.year) not in (reason or ""):
        raise _data_do_ato(
            field,
            f"{escrita} é o que programas gravam quando a data está vazia: envie a data do ato, "
            "ou, se for mesmo essa, diga no motivo que o ato é de 1970",
        )


def _data_do_ato(field: str, mensagem: str) -> Recusa:
    return Recusa("data-do-ato", f"{field}: {mensagem}.", errors=[BadField(field, mensagem)])
