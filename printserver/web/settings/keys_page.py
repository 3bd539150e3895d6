"""*Chaves*: keys of the programs that print: made, shown once, last use, revoked (A2, A5)."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Recusa, invalid_input
from printserver.office import Act, acting, people
from printserver.web.context import author, office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_text
from printserver.web.settings.made_once import Made, once

RIGHTS = {
    "imprimir": "imprimir documentos",
    "original": "ler o PDF selado",
    "responder": "responder às perguntas, informar folhas e papel",
    "selos": "fazer, retificar e excluir selos; balcão",
}


def rights_in_words(rights: Collection[str]) -> str:
    """Return what a key may do, in words."""
    found = [text for name, text in RIGHTS.items() if name in rights]
    return "; ".join([*found, *(["só vê o que imprime"] if people.SEM_CONSULTA in rights else [])])


def list_of_keys() -> ResponseReturnValue:
    """Show the keys of the office."""
    here = office()
    with here.db.read() as conn:
        found = people.list_keys(conn, here.serventia_id)
    return render_template("screens/chaves.html", chaves=sorted(found, key=lambda each: each[1] is not None))


def new_key() -> ResponseReturnValue:
    """Make a key, once per form, and show it once."""
    if request.method == "GET":
        return _form(Form())
    try:
        check_fields("nome", "direitos", "fila", "so_o_seu", multiple=("direitos",))
        rights = request.form.getlist("direitos")
        queue = typed_text("fila") or None
        if queue is not None and queue not in _queues():
            raise invalid_input("fila", "não há fila com este nome")
        own_only = ticked("so_o_seu")
        made = once(lambda act: _make(act, rights, queue, own_only=own_only))
    except Recusa as refusal:
        return _form(refused_form(refusal)), refusal.kind.status
    return render_template("screens/chave_feita.html", nome=made.nome, texto=made.segredo)


def revoke_key(numero: int) -> ResponseReturnValue:
    """Ask why a key is revoked, and revoke it, at once and for good."""
    here = office()
    with here.db.read() as conn:
        found = next((each for each in people.list_keys(conn, here.serventia_id) if each[0].id == numero), None)
    if found is None:
        raise Recusa("nao-encontrado", "Não há chave com este número.")
    if request.method == "GET":
        return render_template("screens/chave_revogar.html", chave=found[0], revogada=found[1], forma=Form())
    try:
        check_fields("motivo")
        if not typed_text("motivo"):
            raise invalid_input("motivo", "diga o motivo: fica registrado com o seu nome")
        with acting(here, author()) as act:
            people.revoke_key(act.conn, here.serventia_id, found[0].nome, act.now)
            act.log("chave", found[0].nome, "revogada", {"motivo": typed_text("motivo")[:500]})
    except Recusa as refusal:
        form = refused_form(refusal)
        page = render_template("screens/chave_revogar.html", chave=found[0], revogada=found[1], forma=form)
        return page, refusal.kind.status
    flash(f"A chave {found[0].nome} foi revogada: nada mais se faz com ela.")
    return redirect(url_for("web.chaves"), 303)


def _make(act: Act, rights: list[str], queue: str | None, *, own_only: bool) -> Made:
    nome = typed_text("nome")
    text = people.create_key(act.conn, office().serventia_id, nome, rights, act.now, queue, lookup=not own_only)
    act.log("chave", nome, "criada", {"direitos": rights, "fila": queue, "sem_consulta": own_only})
    return Made(nome, text)


def _form(form: Form) -> str:
    chosen = set(request.form.getlist("direitos")) if request.method == "POST" else {"imprimir", "responder"}
    return render_template("screens/chave_nova.html", forma=form, direitos=RIGHTS, marcados=chosen, filas=_queues())


def _queues() -> list[str]:
    return [str(each["nome"]) for each in jobs.all_queues(office())]
