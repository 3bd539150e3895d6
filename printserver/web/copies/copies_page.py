"""*Ajustes › Cópias*: places with the age of each copy, the key on paper, rehearsals with their minutes (B1, B4)."""

import threading
from collections.abc import Callable
from typing import Final

import structlog
from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import copies
from printserver.errors import ConfigError, Recusa
from printserver.jobs import Office
from printserver.web import court_page
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_fields, refused_form, typed_text

_log = structlog.get_logger()
_SHOWN: Final = 12
_running: dict[str, threading.Thread] = {}
_lock = threading.Lock()


def show_copies() -> ResponseReturnValue:
    """Show places, key, newest copies and rehearsals; confirm the key that is kept on paper."""
    if request.method == "GET":
        return _page(Form())
    try:
        check_fields("chave_das_copias")
        copies.confirm(office(), author(), typed_text("chave_das_copias"))
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _page(refused_form(refusal)), refusal.kind.status
    court_page.forget_status()
    flash("A chave é a desta serventia. Guarde a folha onde estava.")
    return redirect(url_for("web.copias"), 303)


def copy_now() -> ResponseReturnValue:
    """Begin a copy, in the background."""
    return _begin("cópia", "A cópia começou. Esta tela a mostra quando terminar.", copies.make_copy)


def rehearse_now() -> ResponseReturnValue:
    """Begin a rehearsal, in the background."""
    who = find_person().usuario
    return _begin(
        "ensaio", "O ensaio começou. A ata aparece aqui quando terminar.", lambda here: copies.rehearse(here, who)
    )


def sheet() -> ResponseReturnValue:
    """Give the *folha de emergência* with the key; by a button alone, so that no link leads to it."""
    check_fields()
    person = find_person()
    try:
        content = copies.emergency_sheet(office(), author(), f"{person.nome} ({person.usuario})")
    except ConfigError as error:
        raise Recusa("servidor-ocupado", f"Nada foi feito: {error}.") from error
    return _pdf(content, "folha-de-emergencia.pdf")


def minutes(numero: int) -> ResponseReturnValue:
    """Give the minutes of a rehearsal."""
    here = office()
    with here.db.read() as conn:
        done = copies.rehearsal(conn, here.serventia_id, numero)
    if done is None or done.ata is None:
        raise Recusa("nao-encontrado", "Não há ata deste ensaio.")
    return _pdf(copies.read_minutes(here, done), done.ata.rpartition("/")[2])


def _begin(name: str, text: str, run: Callable[[Office], object]) -> ResponseReturnValue:
    check_fields()
    here = office()
    if not here.settings.copias.lugares:
        raise Recusa("estado-nao-permite", "Diga antes ao menos um lugar, em Configuração: copias.lugares.")
    with _lock:
        if (running := _running.get(here.instance_name)) is not None and running.is_alive():
            raise Recusa("estado-nao-permite", f"Já há uma {running.name} em andamento: espere que termine.")
        thread = threading.Thread(target=_run, args=(here, run), name=name, daemon=True)
        _running[here.instance_name] = thread
        thread.start()
    flash(text)
    return redirect(url_for("web.copias"), 303)


def _run(here: Office, run: Callable[[Office], object]) -> None:
    try:
        run(here)
    except (ConfigError, Recusa) as error:
        _log.error("what was begun at the screen of the copies failed", why=str(error))
    except Exception:
        _log.exception("what was begun at the screen of the copies failed")


def _page(form: Form) -> str:
    here = office()
    with here.db.read() as conn:
        found = copies.standing(conn, here, now())
        made = copies.copies(conn, here.serventia_id, _SHOWN)
        rehearsed = copies.rehearsals(conn, here.serventia_id, _SHOWN)
    with _lock:
        running = _running.get(here.instance_name)
    return render_template(
        "screens/copias.html",
        forma=form,
        como=found,
        feitas=made,
        ensaios=rehearsed,
        mesmo_disco=[place.lugar for place in found.lugares if copies.same_disk(here, place.lugar)],
        em_andamento=running.name if running is not None and running.is_alive() else "",
    )


def _pdf(content: bytes, name: str) -> Response:
    answer = Response(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
