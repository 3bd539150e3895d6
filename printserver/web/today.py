"""Hoje, the first page: what waits, the last prints, and the day in one line, updated live."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.clock import local_date
from printserver.common.data import JsonObject
from printserver.web import court_page, names, polling, waiting
from printserver.web.context import now, office

_SHOWN: Final = 20  # prints: what a screen of 1920 by 1080 holds
_days: polling.Kept[JsonObject] = polling.Kept()


def first_page() -> ResponseReturnValue:
    """Show the first page."""
    return render_template("screens/hoje.html", espera=_waiting_part().html, ultimas=_last_part().html)


def live_waiting() -> ResponseReturnValue:
    """Answer the poll of what waits."""
    return polling.answer(_waiting_part)


def live_last() -> ResponseReturnValue:
    """Answer the poll of the last prints."""
    return polling.answer(_last_part)


def _waiting_part() -> polling.Part:
    found = waiting.everything()
    names.load(each.documento for each in found if each.documento is not None)
    return polling.live_part(
        "screens/_espera.html", "web.vivo_espera", {}, esperam=found, minhas=waiting.mine(found), agora=now()
    )


def _last_part() -> polling.Part:
    here = office()
    day = _days.get(here, (here.instance_name, local_date(now())), _day)
    names.load(day["itens"])
    without_load = court_page.court_status()["sem_carga"]
    return polling.live_part("screens/_ultimas.html", "web.vivo_ultimas", {}, **day, sem_carga=without_load)


def _day() -> JsonObject:
    """Return the last prints, and the number of prints and the sums of the seals of today."""
    here, today = office(), local_date(now()).isoformat()
    of_today = jobs.list_all(here, {"de": today, "ate": today})
    newest = of_today["itens"] if len(of_today["itens"]) >= _SHOWN else jobs.list_all(here, {})["itens"]
    sums = search.add_up(here, {"de": today, "ate": today})["validos"]
    return {"itens": newest[:_SHOWN], "total": of_today["total"], "selos": dict(sums)}
