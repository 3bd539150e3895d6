"""*Ajustes › Restauração*: the steps of an office that came from a copy, until it seals and prints again (B3)."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.copies import release
from printserver.errors import Recusa, invalid_input
from printserver.search import Arquivo
from printserver.web import court_page
from printserver.web.context import author, office
from printserver.web.forms import Form, check_confirmed, check_fields, refused_form, typed_text


def show_release() -> ResponseReturnValue:
    """Show what was brought and what is missing."""
    return _page(Form())


def bring_mirror() -> ResponseReturnValue:
    """Bring back what the mirror has, or say why there is none."""

    def take() -> str:
        check_fields("lugar", "motivo_do_espelho")
        place, reason = typed_text("lugar"), typed_text("motivo_do_espelho")
        if place and reason:
            raise invalid_input("lugar", "diga onde está o espelho, ou por que não há: um dos dois")
        try:
            kept = release.take_mirror(office(), author(), place, reason)
        except Recusa as refusal:
            raise _at("lugar", refusal) from refusal
        if not place:
            return "Fica registrado que não há espelho."
        return f"Do espelho: {kept['selos']} selos e {kept['impressoes']} impressões trazidos."

    return _step(take)


def bring_court() -> ResponseReturnValue:
    """Take the court's list, asked for now or from a file."""

    def take() -> str:
        check_fields("arquivo")
        kept = release.take_court(office(), author(), _listing())
        return f"{kept['selos']} selos na lista do tribunal; {kept['nao_constam_aqui']} não constam aqui."

    return _step(take)


def bring_paper() -> ResponseReturnValue:
    """Take the person's word about the last paper."""

    def take() -> str:
        check_fields("ultimo")
        release.take_paper(office(), author(), typed_text("ultimo"))
        return "O último papel está registrado."

    return _step(take)


def end_release() -> ResponseReturnValue:
    """Release the office."""

    def take() -> str:
        check_fields()
        check_confirmed()
        release.release(office(), author())
        return "A serventia sela e imprime. Confira as impressões incertas, em Hoje."

    return _step(take)


def _step(take: Callable[[], str]) -> ResponseReturnValue:
    try:
        said = take()
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _page(refused_form(refusal)), refusal.kind.status
    court_page.forget_status()
    flash(said)
    return redirect(url_for("web.restauracao"), 303)


def _at(field: str, refusal: Recusa) -> Recusa:
    """Return a refusal about the mirror at the field of this screen."""
    if refusal.word != "entrada-invalida" or not refusal.errors:
        return refusal
    name = "motivo_do_espelho" if refusal.errors[0].campo == "motivo" else field
    return invalid_input(name, refusal.errors[0].mensagem)


def _listing() -> Arquivo | None:
    file = request.files.get("arquivo")
    if file is None or not file.filename:
        return None
    return Arquivo(formato="json" if file.filename.lower().endswith(".json") else "csv", conteudo=file.read())


def _page(form: Form) -> str:
    here = office()
    return render_template(
        "screens/restauracao.html",
        forma=form,
        como=release.standing(here),
        tribunal=bool(here.settings.tribunal.url),
        espelho=here.settings.espelho.pasta,
        saltados=release.WITHOUT_MIRROR,
    )
