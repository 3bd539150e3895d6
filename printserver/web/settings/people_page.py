"""*Pessoas*: who works here, with which role; a new person, another password, somebody who left (A1, A5).

A password that is made here is shown once, and its person replaces it at the first login.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa, invalid_input
from printserver.office import Act, acting, people, sessions, settings_file
from printserver.web import access, words
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_choice, typed_text
from printserver.web.settings.made_once import Made, once

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
    """Create a person, once per form; their password is shown once."""
    if request.method == "GET":
        return _new_form(Form())
    try:
        check_fields("nome", "usuario", "papel")
        papel = typed_choice("papel", _grantable())
        made = once(lambda act: _create(act, papel))
    except Recusa as refusal:
        return _new_form(refused_form(refusal)), refusal.kind.status
    return _show_password(made, new=True)


def one_person(usuario: str) -> ResponseReturnValue:
    """Show a person and what can be changed; change name and role, unless they changed since the form was shown."""
    if request.method == "GET":
        return _show(*_find(usuario), Form())
    try:
        check_fields("nome", "papel", "visto")
        _check_manageable(_find(usuario)[0], _grantable())
        after = {"papel": typed_choice("papel", _grantable()), "nome": typed_text("nome")}
        with _changing(usuario) as (act, who, active):
            if typed_text("visto") != _mark(who, active):
                raise Recusa("entrada-invalida", settings_file.CHANGED)
            before = {name: old for name, old in (("papel", who.papel), ("nome", who.nome)) if old != after[name]}
            if "papel" in before:
                people.change_role(act.conn, who.serventia_id, usuario, after["papel"], act.now)
            if "nome" in before:
                people.change_name(act.conn, who.serventia_id, usuario, after["nome"], act.now)
            if before:
                changed = {name: after[name] for name in before}
                act.log("pessoa", who.usuario, "mudada", {"antes": before, "depois": changed})
    except Recusa as refusal:
        who, active = _find(usuario)
        stale = typed_text("visto") != _mark(who, active)
        return _refused(refusal, usuario, Form({}, {}, settings_file.CHANGED) if stale else None)
    flash("Gravado." if before else "Nada mudou.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def other_password(usuario: str) -> ResponseReturnValue:
    """Give a person another password, once per form, shown once; without their second factor if the phone was lost."""
    try:
        check_fields("sem_fator")
        lost, grantable = ticked("sem_fator"), _grantable()
        _check_manageable(_find(usuario)[0], grantable)
        made = once(lambda act: _replace_password(act, usuario, grantable, lost=lost))
    except Recusa as refusal:
        return _refused(refusal, usuario)
    return _show_password(made, new=False)


def leave_or_return(usuario: str) -> ResponseReturnValue:
    """Deactivate a person who left, or reactivate one who came back."""
    try:
        check_fields("acao", "motivo")
        _check_manageable(_find(usuario)[0], _grantable())
        action = typed_choice("acao", ("desativar", "reativar"))
        if not typed_text("motivo"):
            raise invalid_input("motivo", "diga o motivo: fica registrado com o seu nome")
        state = "desativada" if action == "desativar" else "reativada"
        with _changing(usuario) as (act, who, _active):
            change = people.deactivate if action == "desativar" else people.reactivate
            change(act.conn, who.serventia_id, usuario, act.now)
            act.log("pessoa", who.usuario, state, {"motivo": typed_text("motivo")[:500]})
    except Recusa as refusal:
        return _refused(refusal, usuario)
    flash(f"{who.nome}: {state}.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def end_sessions(usuario: str) -> ResponseReturnValue:
    """End every open session of a person."""
    try:
        check_fields()
        _check_manageable(_find(usuario)[0], _grantable())
        with _changing(usuario) as (act, who, _active):
            ended = sessions.end_all(act.conn, who, act.now)
            if ended:
                act.log("pessoa", who.usuario, "entradas encerradas", {"quantas": ended})
    except Recusa as refusal:
        return _refused(refusal, usuario)
    flash(f"{words.plural(ended, 'entrada encerrada', 'entradas encerradas')}.")
    return redirect(url_for("web.pessoa", usuario=usuario), 303)


def roles() -> ResponseReturnValue:
    """Show who may do what: the table that the server checks (see `access`)."""
    return render_template("screens/papeis.html", poderes=access.ABILITIES, todos=people.ROLES)


def _create(act: Act, papel: str) -> Made:
    here, password, nome = office(), _password(), typed_text("nome")
    usuario = typed_text("usuario").lower() or _free_username(act.conn, nome)
    made = people.create_person(act.conn, here.serventia_id, usuario, nome, papel, password, act.now, provisional=True)
    act.log("pessoa", made.usuario, "criada", {"papel": papel, "nome": made.nome})
    return Made(made.usuario, password)


def _replace_password(act: Act, usuario: str, grantable: tuple[str, ...], *, lost: bool) -> Made:
    (who, _active), password = _lock(act, usuario, grantable), _password()
    people.change_password(act.conn, who.serventia_id, usuario, password, act.now, provisional=True)
    if lost:
        people.disable_factor(act.conn, who)
    act.log("pessoa", who.usuario, "senha mudada", {"segundo_fator": "removido"} if lost else {})
    return Made(who.usuario, password)


def _show_password(made: Made, *, new: bool) -> str:
    """Show the password that was made; only that it was made, if the form was sent again."""
    who, _active = _find(made.nome)
    return render_template("screens/pessoa_senha.html", quem=who, senha=made.segredo, nova=new)


@contextmanager
def _changing(usuario: str) -> Iterator[tuple[Act, people.Person, bool]]:
    """Run a change of a person in one transaction, with its log entries; give them as they are now, and locked."""
    grantable = _grantable()
    with acting(office(), author()) as act:
        who, active = _lock(act, usuario, grantable)
        yield act, who, active


def _lock(act: Act, usuario: str, grantable: tuple[str, ...]) -> tuple[people.Person, bool]:
    """Return a person as they are now, locked. Raises `Recusa` `sem-permissao` for one that may not be changed."""
    found = people.lock_person(act.conn, office().serventia_id, usuario)
    _check_manageable(found[0], grantable)
    return found


def _mark(who: people.Person, active: bool) -> str:
    """Return a mark of the person's row, which the form carries: a stale tab does not set an old role back."""
    return hashlib.sha256(repr((who.nome, who.papel, active)).encode()).hexdigest()


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


def _why_not(who: people.Person, grantable: tuple[str, ...]) -> str:
    """Return why the person who is logged in may not change `who`; empty if they may. `grantable`: see `_grantable`."""
    if who.usuario == find_person().usuario:
        return "A própria conta se muda em Minha conta; o papel e a saída, outra pessoa os muda."
    if who.papel not in grantable:
        return "Os chefes da serventia são mudados pelo tabelião."
    return ""


def _check_manageable(who: people.Person, grantable: tuple[str, ...]) -> None:
    if why := _why_not(who, grantable):
        raise Recusa("sem-permissao", why)


def _refused(refusal: Recusa, usuario: str, form: Form | None = None) -> ResponseReturnValue:
    """Show the person as they are now, with the refusal, or with `form` instead of what was typed."""
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    return _show(*_find(usuario), form or refused_form(refusal)), refusal.kind.status


def _show(who: people.Person, active: bool, form: Form) -> str:
    here, settings, grantable = office(), office().settings.pessoas, _grantable()
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
        papeis_possiveis=grantable,
        porque_nao=_why_not(who, grantable),
        visto=_mark(who, active),
    )


def _new_form(form: Form) -> str:
    return render_template("screens/pessoa_nova.html", forma=form, papeis_possiveis=_grantable())


def _free_username(conn: sa.Connection, nome: str) -> str:
    """Return a user name made of first and last name that nobody has; empty if the name has no letters."""
    base = people.username_of(nome)
    numbers = ("", *map(str, range(2, 100)))
    return next((base + n for n in numbers if base and not people.exists(conn, office().serventia_id, base + n)), "")


def _password() -> str:
    """Return a password of four made-up words that can be read out: 10^14 of them."""
    word = ["".join(secrets.choice(_SYLLABLES) for _ in range(2)) for _ in range(_PASSWORD_WORDS)]
    return "-".join(word)
