"""*Pessoas*: who works here, with which role; a new person, another password, somebody who left (A1, A5).

A password that is made here is shown once, and its person replaces it at the first login.
"""

import re
import secrets
from typing import Final

import sqlalchemy as sa
from anyascii import anyascii
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa, invalid_input
from printserver.office import people, sessions
from printserver.web import access, words
from printserver.web.context import find_person, now, office, register
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_choice, typed_text

_PASSWORD_WORDS: Final = 4  # of two syllables each
_SYLLABLES: Final = tuple(a + b for a in "bcdfgjlmnprstv" for b in "aeiou")


def list_of_people() -> ResponseReturnValue:
    """Show the people of the office."""
    here = office()
    with here.db.read() as conn:
        found = people.list_people(conn, here.serventia_id)
        entries = sessions.last_entries(conn, here.serventia_id)
        factors = {who.id: people.find_factor(conn, who).ativo for who, _active in found}
    return render_template(
        "screens/pessoas.html",
        pessoas=sorted(found, key=lambda each: (not each[1], each[0].nome.casefold())),
        entradas=entries,
        fatores=factors,
        pode=bool(_grantable()),
    )


def new_person() -> ResponseReturnValue:
    """Create a person; their password is shown once."""
    if request.method == "GET":
        return _new_form(Form())
    try:
        check_fields("nome", "usuario", "papel")
        papel = typed_choice("papel", _grantable())
        here, password = office(), _password()
        with here.db.write() as conn:
            usuario = typed_text("usuario").lower() or _free_username(conn, typed_text("nome"))
            made = people.create_person(
                conn, here.serventia_id, usuario, typed_text("nome"), papel, password, here.clock(), provisional=True
            )
    except Recusa as refusal:
        return _new_form(refused_form(refusal)), refusal.kind.status
    register("pessoa", made.usuario, "criada", {"papel": papel, "nome": made.nome})
    return render_template("screens/pessoa_senha.html", quem=made, senha=password, nova=True)


def one_person(usuario: str) -> ResponseReturnValue:
    """Show a person and what can be changed; change name and role."""
    who, active = _find(usuario)
    if request.method == "GET":
        return _show(who, active, Form())
    here = office()
    try:
        check_fields("nome", "papel")
        _check_manageable(who)
        papel, nome = typed_choice("papel", _grantable()), typed_text("nome")
        with here.db.write() as conn:
            if papel != who.papel:
                people.change_role(conn, here.serventia_id, usuario, papel, here.clock())
            if nome != who.nome:
                people.change_name(conn, here.serventia_id, usuario, nome, here.clock())
    except Recusa as refusal:
        return _refused(refusal, who, active)
    before = {name: getattr(who, name) for name, new in (("papel", papel), ("nome", nome)) if getattr(who, name) != new}
    if before:
        after = {name: {"papel": papel, "nome": nome}[name] for name in before}
        register("pessoa", who.usuario, "mudada", {"antes": before, "depois": after})
    flash("Gravado." if before else "Nada mudou.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def other_password(usuario: str) -> ResponseReturnValue:
    """Give a person another password, shown once; without their second factor if the phone was lost."""
    who, active = _find(usuario)
    here, password = office(), _password()
    try:
        check_fields("sem_fator")
        _check_manageable(who)
        lost = ticked("sem_fator")
        with here.db.write() as conn:
            people.change_password(conn, here.serventia_id, usuario, password, here.clock(), provisional=True)
            if lost:
                people.disable_factor(conn, who)
    except Recusa as refusal:
        return _refused(refusal, who, active)
    register("pessoa", who.usuario, "senha mudada", {"segundo_fator": "removido"} if lost else {})
    return render_template("screens/pessoa_senha.html", quem=who, senha=password, nova=False)


def leave_or_return(usuario: str) -> ResponseReturnValue:
    """Deactivate a person who left, or reactivate one who came back."""
    who, active = _find(usuario)
    here = office()
    try:
        check_fields("acao", "motivo")
        _check_manageable(who)
        action = typed_choice("acao", ("desativar", "reativar"))
        if not typed_text("motivo"):
            raise invalid_input("motivo", "diga o motivo: fica registrado com o seu nome")
        with here.db.write() as conn:
            change = people.deactivate if action == "desativar" else people.reactivate
            change(conn, here.serventia_id, usuario, here.clock())
    except Recusa as refusal:
        return _refused(refusal, who, active)
    state = "desativada" if action == "desativar" else "reativada"
    register("pessoa", who.usuario, state, {"motivo": typed_text("motivo")[:500]})
    flash(f"{who.nome}: {state}.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def end_sessions(usuario: str) -> ResponseReturnValue:
    """End every open session of a person."""
    who, active = _find(usuario)
    here = office()
    try:
        check_fields()
        _check_manageable(who)
    except Recusa as refusal:
        return _refused(refusal, who, active)
    with here.db.write() as conn:
        ended = sessions.end_all(conn, who, here.clock())
    if ended:
        register("pessoa", who.usuario, "entradas encerradas", {"quantas": ended})
    flash(f"{words.plural(ended, 'entrada encerrada', 'entradas encerradas')}.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def roles() -> ResponseReturnValue:
    """Show who may do what: the table that the server checks (see `access`)."""
    return render_template("screens/papeis.html", poderes=access.ABILITIES, todos=people.ROLES)


def _find(usuario: str) -> tuple[people.Person, bool]:
    """Return a person and whether they are active. Raises `Recusa` `nao-encontrado`."""
    here = office()
    with here.db.read() as conn:
        found = people.list_people(conn, here.serventia_id)
    for who, active in found:
        if who.usuario == usuario:
            return who, active
    raise Recusa("nao-encontrado", "Não há pessoa com este usuário.")


def _grantable() -> tuple[str, ...]:
    """Return the roles of the people whom the person who is logged in may create and change."""
    here = office()
    with here.db.read() as conn:
        found = people.list_people(conn, here.serventia_id)
    headless = not any(active and who.papel in people.HEADS for who, active in found)
    return people.grantable_roles(find_person().papel, headless=headless)


def _why_not(who: people.Person) -> str:
    """Return why the person who is logged in may not change `who`; empty if they may."""
    if who.usuario == find_person().usuario:
        return "A própria conta se muda em Minha conta; o papel e a saída, outra pessoa os muda."
    if who.papel not in _grantable():
        return "Os chefes da serventia são mudados pelo tabelião."
    return ""


def _check_manageable(who: people.Person) -> None:
    if why := _why_not(who):
        raise Recusa("sem-permissao", why)


def _refused(refusal: Recusa, who: people.Person, active: bool) -> ResponseReturnValue:
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    return _show(who, active, refused_form(refusal)), refusal.kind.status


def _show(who: people.Person, active: bool, form: Form) -> str:
    here, settings = office(), office().settings.pessoas
    with here.db.read() as conn:
        hours, minutes = settings.sessao_horas, settings.sessao_ociosa_minutos
        open_sessions = sessions.list_open(conn, who, now(), hours=hours, minutes=minutes)
        factor = people.find_factor(conn, who)
    return render_template(
        "screens/pessoa.html",
        forma=form,
        quem=who,
        ativa=active,
        fator=factor,
        entradas=open_sessions,
        papeis_possiveis=_grantable(),
        porque_nao=_why_not(who),
    )


def _new_form(form: Form) -> str:
    return render_template("screens/pessoa_nova.html", forma=form, papeis_possiveis=_grantable())


def _free_username(conn: sa.Connection, nome: str) -> str:
    """Return a user name made of first and last name that nobody has; empty if the name has no letters."""
    parts = [re.sub(r"[^a-z]", "", anyascii(part).lower()) for part in nome.split()]
    parts = [part for part in parts if part]
    base = ".".join(dict.fromkeys((parts[0], parts[-1])))[:60] if parts else ""
    numbers = ("", *map(str, range(2, 100)))
    return next((base + n for n in numbers if base and not people.exists(conn, office().serventia_id, base + n)), "")


def _password() -> str:
    """Return a password of four made-up words that can be read out: 10^14 of them."""
    word = ["".join(secrets.choice(_SYLLABLES) for _ in range(2)) for _ in range(_PASSWORD_WORDS)]
    return "-".join(word)
