"""What surrounds every screen: sections, the bell and the court's dot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from printserver.web import court_page, court_words, polling, waiting
from printserver.web.access import COUNTER, LOOK, SEE_OFFICE, Ability, may


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the console: its name, its first screen, the prefixes of its paths, and the ability to see it."""

    nome: str
    endpoint: str
    paths: tuple[str, ...]
    tecla: str = ""
    see: Ability = LOOK


SECTIONS: Final = (
    Section("Hoje", "web.hoje", ()),
    Section("Impressões", "web.impressoes", ("/impressoes", "/trabalhos", "/registro", "/certidoes"), "i"),
    Section("Balcão", "web.balcao", ("/balcao",), "b", COUNTER),
    Section("Selos", "web.selos", ("/selos", "/assinaturas", "/gratuidades"), "s"),
    Section("Tribunal", "web.tribunal", ("/tribunal", "/central"), "t"),
    Section("Papel", "web.papel", ("/papel",), "l"),
    Section("Fechamento", "web.fechamento", ("/fechamento",), "f", SEE_OFFICE),
    Section("Ajustes", "web.ajustes", ("/ajustes", "/auditoria", "/correicao"), "j", SEE_OFFICE),
)


def sections() -> Sequence[Section]:
    """Return the sections of the person who is logged in."""
    return [each for each in SECTIONS if may(each.see)]


def current_section() -> str:
    """Return the name of the section that the request's path belongs to; empty where there is none."""
    if request.path == "/":
        return SECTIONS[0].nome
    inside = (each.nome for each in SECTIONS for path in each.paths if request.path.startswith(path))
    return next(inside, "")


def count() -> int:
    """Return how many things wait, for the window's title; 0 where nobody is logged in."""
    return len(waiting.everything()) if current_user.is_authenticated else 0


def bell() -> str:
    """Return the bell and the court's dot as a live part."""
    return _bell().html


def live_bell() -> ResponseReturnValue:
    """Answer the poll of the bell."""
    return polling.answer(_bell)


def _bell() -> polling.Part:
    found = waiting.everything()
    status = court_page.court_status()
    court = court_words.court_standing(status)
    return polling.live_part(
        "screens/_sino.html",
        "web.vivo_sino",
        {},
        esperam=len(found),
        minhas=waiting.mine(found),
        tribunal=court,
        curto=court_words.short(status, court),
    )
