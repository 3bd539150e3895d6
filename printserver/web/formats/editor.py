"""The editor of a format: its fields on the left, the page on the right; and its template, edited the same way.

What is typed is kept only if `printserver formatos check` accepts it, and only over the format that was shown.
"""

from collections.abc import Callable, Mapping
from typing import Final

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.errors import BadField, ConfigError, Recusa
from printserver.formats import (
    FIELD_VARIABLES,
    NAME_PATTERN,
    Definition,
    WrongFormat,
    fields,
    files,
    template_variables,
    templates,
)
from printserver.office import format_versions
from printserver.web.context import author, office
from printserver.web.formats import form, sheet, words
from printserver.web.formats.form import Typed
from printserver.web.formats.sheet import Drawn
from printserver.web.forms import check_fields, refused_form, typed_text, whole_number

_Show = Callable[[Drawn, Mapping[str, str] | None], str]

_STALE: Final = (
    "Nada foi guardado: o formato mudou depois que esta página foi aberta. Veja abaixo o que mudou. O que você digitou "
    "está aqui; guardado agora, vale por cima do que mudou."
)
_COMMON: Final = ("base", "acao", "folha", "motivo")
_SEVERAL: Final = ("f.imprime", "f.bloco.linhas")


def edit(nome: str) -> ResponseReturnValue:
    """Show the fields of a format beside its page; keep them, or show what is wrong at the fields."""
    now = _require(nome)
    if request.method == "GET":
        return _open(nome, now)
    typed, drawn = form.sent(), Drawn()
    try:
        check_fields(*_COMMON, form.NAMES, multiple=_SEVERAL)
        act, _, what = typed_text("acao").partition(":")
        if act in ("mais", "tirar"):
            return _show(nome, now, _changed(typed, act, what), sheet.draw(nome, now))
        wanted, drawn = _wanted(nome, now, typed)
        if act == "ver" and wanted is not None:
            drawn = sheet.draw(nome, wanted, typed_text("folha"))
        elif wanted is not None:
            return _save(nome, wanted, lambda found, other: _show(nome, now, typed, found, other))
        return _show(nome, now, typed, drawn), 200 if act == "ver" else 422
    except Recusa as refusal:
        found = refused_form(refusal)
        return _show(nome, now, typed, Drawn(None, {}, (found.aviso or "",))), refusal.kind.status


def edit_template(nome: str) -> ResponseReturnValue:
    """Show the template and style sheet of a format beside its page; keep them, or show what is wrong with its line."""
    now = _require(nome)
    try:
        template, own = _template(nome, now)
    except WrongFormat as error:
        return _show_wrong(nome, now, error)
    if request.method == "GET":
        return _show_template(nome, now, template, own, sheet.draw(nome, now, "1"))
    typed = {name: _text(name) for name in ("modelo", "estilo")}
    try:
        check_fields(*_COMMON, *typed)
        wanted = _with_template(nome, now, typed)
        if typed_text("acao") == "ver":
            drawn = sheet.draw(nome, wanted, typed_text("folha"))
            return _show_template(nome, now, template, own, _of_template(drawn), typed)
        return _save(
            nome,
            wanted,
            lambda found, other: _show_template(nome, now, template, own, _of_template(found), typed, other),
        )
    except Recusa as refusal:
        drawn = Drawn(None, {}, (refused_form(refusal).aviso or "",))
        return _show_template(nome, now, template, own, drawn, typed), refusal.kind.status


def preview(nome: str) -> ResponseReturnValue:
    """Answer with the page of what is typed now, or with what is wrong, for the script of the page."""
    now = _require(nome)
    if "modelo" in request.form:
        check_fields(*_COMMON, "modelo", "estilo")
        typed = {name: _text(name) for name in ("modelo", "estilo")}
        try:
            made = _with_template(nome, now, typed)
        except WrongFormat as error:
            return _of_template(sheet.refused(error)).as_json("")
        return _of_template(sheet.draw(nome, made, typed_text("folha"))).as_json("")
    check_fields(*_COMMON, form.NAMES, multiple=_SEVERAL)
    wanted, drawn = _wanted(nome, now, form.sent())
    if wanted is not None:
        drawn = sheet.draw(nome, wanted, typed_text("folha"))
    return drawn.as_json(form.PREFIX)


def _require(nome: str) -> dict[str, str]:
    """Return the files in force of a format. Raises `Recusa` `formato-desconhecido`."""
    if not NAME_PATTERN.match(nome) or not (now := format_versions.current(office(), nome)):
        raise Recusa("formato-desconhecido", f"Não há formato “{nome}”.")
    return now


def _wanted(nome: str, now: files.Files, typed: Typed) -> tuple[dict[str, str] | None, Drawn]:
    """Return the files that what is typed makes of those in force; None with what is wrong at the fields."""
    toml = f"{nome}.toml"
    try:
        before = fields.plain(now[toml])
        images = _takes_images(nome)
    except ValueError as error:
        return None, Drawn(None, {}, (f"O arquivo {toml} não se lê: {error}. Volte a uma versão anterior.",))
    found, wrong = form.values(typed, images=images)
    if wrong:
        return None, Drawn(None, wrong)
    return {**now, toml: fields.rewrite(now[toml], form.in_order(found, before))}, Drawn()


def _takes_images(nome: str) -> bool:
    try:
        return office().formatos.get(nome).takes_page_images
    except ConfigError:
        return False


def _save(nome: str, wanted: files.Files, show: _Show) -> ResponseReturnValue:
    motivo = typed_text("motivo")[:500] or None
    try:
        changed = format_versions.save(office(), author(), nome, typed_text("base"), wanted, motivo=motivo)
    except format_versions.Stale as stale:
        return show(Drawn(None, {}, (_STALE,)), stale.arquivos), 409
    except WrongFormat as error:
        return show(sheet.refused(error), None), 422
    except OSError as error:
        return show(Drawn(None, {}, (f"O arquivo não pôde ser gravado: {faults.of_os(error)}.",)), None), 503
    flash(f"Formato {nome} guardado: vale para a próxima impressão." if changed else "Nada mudou no formato.")
    return redirect(request.path, 303)


def _changed(typed: Typed, act: str, what: str) -> Typed:
    listing, _, number = what.partition(".")
    if listing not in fields.LISTS:
        return typed
    return typed.with_more(listing) if act == "mais" else typed.without(listing, whole_number(number) or 0)


def _open(nome: str, now: files.Files) -> str:
    drawn = sheet.draw(nome, now)
    try:
        typed = form.shown(office().formatos.get(nome))
    except ConfigError as error:
        return _show_wrong(nome, now, error)
    return _show(nome, now, typed, drawn)


def _show_wrong(nome: str, now: files.Files, error: Exception) -> str:
    return render_template(
        "screens/formato_errado.html", nome=nome, linhas=str(error).splitlines(), texto=now[f"{nome}.toml"]
    )


def _show(nome: str, now: files.Files, typed: Typed, drawn: Drawn, other: Mapping[str, str] | None = None) -> str:
    if drawn.estado is None:
        kept = sheet.draw(nome, now)
        drawn = Drawn(kept.estado, drawn.erros, drawn.avisos)
    return render_template(
        "screens/formato.html",
        campos=_parts(_takes_images(nome)),
        digitado=typed,
        item=fields.of_item,
        variaveis=FIELD_VARIABLES,
        prefixo=form.PREFIX,
        **_around(nome, now, drawn, other),
    )


def _show_template(
    nome: str,
    now: files.Files,
    template: Mapping[str, str],
    own: bool,
    drawn: Drawn,
    typed: Mapping[str, str] | None = None,
    other: Mapping[str, str] | None = None,
) -> str:
    if drawn.estado is None:
        drawn = Drawn(sheet.draw(nome, now).estado, drawn.erros, drawn.avisos)
    return render_template(
        "screens/formato_modelo.html",
        modelo=typed or template,
        proprio=own,
        variaveis=template_variables(),
        prefixo="",
        **_around(nome, now, drawn, other),
    )


def _around(nome: str, now: files.Files, drawn: Drawn, other: Mapping[str, str] | None) -> JsonObject:
    opened = request.form.get("base", "").strip()
    return {
        "nome": nome,
        "proprio_da_serventia": office().formatos.is_own(nome),
        "do_programa": office().formatos.is_shipped(nome),
        "documentos": format_versions.uses(office()).get(nome, []),
        "base": files.digest(other) if other is not None else opened or files.digest(now),
        "folha": drawn,
        "mudou": _what_changed(nome, opened, other) if other is not None else None,
        "palavras": words,
        "motivo": typed_text("motivo"),
        "abertos": {"bloco", "margens"} | {path.partition(".")[0] for path in drawn.erros},
    }


def _what_changed(nome: str, base: str, other: Mapping[str, str]) -> JsonObject:
    """Return who changed the format since the form was opened, and the difference."""
    known = format_versions.versions(office(), nome)
    before = next((each for each in known if each.sha256 == base), None)
    newest = known[0] if known else None
    lines = format_versions.differences(before.arquivos, other) if before is not None else []
    return {"quem": newest.quem if newest else None, "linhas": lines}


def _parts(images: bool) -> list[tuple[str, str, tuple[fields.Field, ...]]]:
    """Return the groups of fields: key, title, fields. The block comes first: it is what is moved most."""
    order = ("bloco", "margens", "pagina", "fontes", *(("imagens",) if images else ()))
    titled = [(name, Definition.model_fields[name].title or "", fields.of_table(name)) for name in order]
    return [*titled[:1], *titled[1:], ("geral", "Geral", fields.general())]


# -- templates --------------------------------------------------------------------------------------------------------


def _template(nome: str, now: files.Files) -> tuple[dict[str, str], bool]:
    """Return template and own style sheet of a format as texts, and whether the office has them for it alone."""
    try:
        page_format = office().formatos.get(nome)
        name, made_of = page_format.template, page_format.modelos
    except ConfigError:
        name = _template_of(nome, now)
        made_of = {path.partition("/")[2]: text for path, text in now.items()}
    own = f"modelos/{name}" in now and not format_versions.others_with(office(), nome, name)
    return {"modelo": made_of.get(name, ""), "estilo": made_of.get(templates.own_stylesheet(name), "")}, own


def _template_of(nome: str, now: files.Files) -> str:
    """Return the name of the template in a format's file. Raises `WrongFormat` for a file that cannot be read."""
    try:
        return str(fields.plain(now[f"{nome}.toml"])["template"])
    except (ValueError, KeyError) as error:
        raise WrongFormat(f"{nome}.toml", [BadField("", f"o arquivo não se lê: {error}")]) from error


def _with_template(nome: str, now: files.Files, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the files with another template: the format's own, under its own name unless it has one already.

    A template as it is in force changes nothing.
    """
    before, own = _template(nome, now)
    if dict(typed) == before:
        return dict(now)
    toml = now[f"{nome}.toml"]
    name = _template_of(nome, now) if own else format_versions.own_template(nome)
    wanted = {**now, f"{nome}.toml": fields.rewrite(toml, {"template": name}), f"modelos/{name}": typed["modelo"]}
    style = f"modelos/{templates.own_stylesheet(name)}"
    if typed["estilo"] or style in now:
        wanted[style] = typed["estilo"]
    return wanted


def _of_template(drawn: Drawn) -> Drawn:
    """Return what is wrong with a template at its field."""
    at = {("estilo" if path.endswith(".css") else "modelo"): text for path, text in drawn.erros.items()}
    return Drawn(drawn.estado, at, drawn.avisos)


def _text(name: str) -> str:
    """Return a text area's text with the line ends of a file."""
    text = request.form.get(name, "").replace("\r\n", "\n").rstrip("\n")
    return f"{text}\n" if text else ""
