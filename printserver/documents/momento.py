"""The moment of an act (S7): the one that its seal belongs to, in the days of America/Sao_Paulo."""

from datetime import UTC, date, datetime, time

from printserver.clock import SAO_PAULO, local_date
from printserver.errors import Campo, Recusa

FIM_DO_DIA = time(23, 59, 59)


def momento_do_ato(data: date | None, motivo: str | None, agora: datetime, *, campo: str) -> datetime:
    """Return the moment (UTC) of an act dated `data`: now if it is today or not given, else that day's 23:59:59.

    `campo` is the dotted path of the object that holds `data` and `motivo_data`. Raises Recusa `data-do-ato` for a day
    to come, or a past one without a reason (S7).
    """
    hoje = local_date(agora)
    if data is None or data == hoje:
        return agora
    if data > hoje:
        raise _data_do_ato(f"{campo}.data", f"a data do ato ({data:%d/%m/%Y}) ainda não chegou")
    if motivo is None:
        raise _data_do_ato(
            f"{campo}.motivo_data", f"a data do ato ({data:%d/%m/%Y}) é anterior a hoje: diga o motivo em motivo_data"
        )
    return datetime.combine(data, FIM_DO_DIA, SAO_PAULO).astimezone(UTC)


def _data_do_ato(campo: str, mensagem: str) -> Recusa:
    return Recusa("data-do-ato", f"{campo}: {mensagem}.", errors=[Campo(campo, mensagem)])
