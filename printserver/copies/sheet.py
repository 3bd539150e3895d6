"""The *folha de emergência*: one page with the key of the copies, their places, and what to do with them (B1)."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from printserver.clock import local
from printserver.copies.key import ensure_key, key_standing
from printserver.office import Act, Author, Office, acting, copy_key

_FOLDER: Final = Path(__file__).resolve().parent.parent / "templates" / "reports"


def emergency_sheet(office: Office, author: Author, who: str) -> bytes:
    """Return the sheet as PDF; its making is on record, the key is not. `who` is named at its foot.

    Raises ConfigError, OSError, `Recusa` `servidor-ocupado`.
    """
    now = office.clock()
    key = ensure_key(office, now)
    with office.db.read() as conn:
        made = key_standing(conn, office, now).criada_em or now
    html = (
        _environment()
        .get_template("folha-de-emergencia.html")
        .render(
            serventia=office.settings.serventia.nome,
            cns=office.cns,
            grupos=copy_key.spaced(key).split(),
            criada_em=_day(made),
            lugares=office.settings.copias.lugares or ["nenhum lugar está configurado ainda"],
            feito=f"Impressa em {_day(now)} por {who}.",
        )
    )
    pages = office.render.own_pages(html, (_FOLDER / "folha-de-emergencia.css").read_text("utf-8"))
    with acting(office, author) as act:
        _log(act)
    return pages


def _log(act: Act) -> None:
    act.log("copias", "chave", "impressa")


def _day(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y}"


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
