"""The PIN of the person at the screen, asked in place before an act that the office has set (`pessoas.pin`, A4).

A view calls `check` once, when the form is otherwise right and just before the act; its template shows the field by the
macro `formas.pin`. Both name the acts in the words of the setting.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from flask import abort, make_response, request

from printserver.errors import invalid_input
from printserver.office import people
from printserver.web import drafts, login, security
from printserver.web.context import find_person, office, register
from printserver.web.forms import typed_text

PinAct = Literal["xa", "isento", "substituicao", "fora-do-prazo", "fechamento"]
_TOO_MANY = (
    "PIN errado muitas vezes seguidas: nada foi feito, e a sua entrada terminou. O que você digitou está guardado: "
    "entre com a senha, e a página volta."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the field needs to know: whether the person has set a PIN."""

    criado: bool


def asked(*acts: PinAct) -> Asked | None:
    """Return how the PIN is asked for any of these acts; None where the office asks none."""
    if not set(acts) & set(office().settings.pessoas.pin):
        return None
    with office().db.read() as conn:
        return Asked(people.has_pin(conn, find_person()))


def free(data: Mapping[str, object]) -> tuple[PinAct, ...]:
    """Return the act `isento` if the request `data` makes a seal free of charge."""
    return ("isento",) if data.get("isento") else ()


def late(data: Mapping[str, object]) -> tuple[PinAct, ...]:
    """Return the act `fora-do-prazo` if the request `data` goes past the term (X4)."""
    return ("fora-do-prazo",) if data.get("fora_do_prazo") else ()


def check(*acts: PinAct) -> None:
    """Check the PIN of the form, if the office asks it for one of these acts, those that this form does now.

    Raises `Recusa` `entrada-invalida` at the field. After too many wrong ones it ends the person's sessions, and the
    answer is the login page, which keeps what was typed.
    """
    found = asked(*acts)
    if found is None:
        return
    if not found.criado:
        raise invalid_input("pin", "você ainda não tem PIN: crie-o em Minha conta e volte a esta página")
    pin = typed_text("pin")
    if not pin:
        raise invalid_input("pin", "digite o seu PIN")
    person, where = find_person(), (request.endpoint or "").removeprefix("web.")
    right, may_go_on = security.try_pin(person, pin)
    if right:
        return
    register(
        "pessoa", person.usuario, "PIN recusado", {"tela": where} | ({} if may_go_on else {"entrada": "encerrada"})
    )
    if may_go_on:
        raise invalid_input("pin", "o PIN não confere: digite de novo")
    draft = drafts.kept_draft()
    security.end_sessions(person)
    abort(make_response(login.render_page(None, notice=_TOO_MANY, draft=draft), 401))
