"""Settings as fields of a form: what is typed becomes a draft of the settings file, which is tried and then kept."""

import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from printserver.errors import BadField, Recusa, invalid_input
from printserver.office import settings_file
from printserver.office.settings import (
    Settings,
    all_settings,
    from_environment,
    needs_restart,
    option_of,
    value_of,
)
from printserver.web.context import author, office, take_files
from printserver.web.forms import (
    SECRETS,
    Form,
    check_fields,
    for_people,
    refused_form,
    ticked,
    typed_choice,
    typed_day,
    typed_text,
)

Kind = Literal["texto", "inteiro", "numero", "lista", "dia", "escolha", "sim"]
NO_OTHERS: Final[Mapping[str, Callable[[Settings], str | None]]] = types.MappingProxyType({})
SEEN: Final = "visto"  # the mark of the file that the form was made from


@dataclass(frozen=True, slots=True)
class Option:
    """A setting as a field: its name (`secao.nome`), its label, a hint, and the words of its choices."""

    name: str
    rotulo: str
    dica: str = ""
    escolhas: Mapping[str, str] = field(default_factory=dict)

    @property
    def campo(self) -> str:
        """The name of the form's field."""
        return field_of(self.name)

    @property
    def tipo(self) -> Kind:
        """How the field is typed, by the type of the setting."""
        return kind_of(self.name)

    @property
    def variavel(self) -> str:
        """The environment variable that gives the setting."""
        return f"PRINTSERVER_{self.name.replace('.', '_').upper()}"

    @property
    def do_ambiente(self) -> bool:
        """Whether the environment gives it, so that the file does not decide it."""
        return self.name in from_environment()

    @property
    def ao_ligar(self) -> bool:
        """Whether it takes effect only when the server starts."""
        return needs_restart(self.name)

    @property
    def valor(self) -> str:
        """The value in the form that is typed."""
        return typed_form(value_of(office().settings, self.name))


def field_of(name: str) -> str:
    """Return the form's field of a setting: its name in its section, unless fields of that name hold a secret."""
    own = name.partition(".")[2]
    return name.replace(".", "_") if own in SECRETS else own


def kind_of(name: str) -> Kind:
    """Return how the setting `name` is typed in a form."""
    annotation = option_of(name).annotation
    if typing.get_origin(annotation) is types.UnionType:
        annotation = next(each for each in typing.get_args(annotation) if each is not type(None))
    if typing.get_origin(annotation) is list:
        return "lista"
    if typing.get_origin(annotation) is Literal:
        return "escolha"
    kinds: Mapping[object, Kind] = {bool: "sim", int: "inteiro", float: "numero", date: "dia"}
    return kinds.get(annotation, "texto")


def generic(name: str) -> Option:
    """Return a setting as a field by its description alone."""
    annotation = option_of(name).annotation
    words = typing.get_args(annotation) if kind_of(name) == "escolha" else ()
    return Option(name, name, all_settings()[name][1], {str(each): str(each) for each in words})


def typed_form(value: object) -> str:
    """Return a setting's value as it is typed."""
    if isinstance(value, bool):
        return "sim" if value else ""
    if isinstance(value, (list, tuple)):
        return " ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def seen() -> str:
    """Return the mark of the settings that are in force, which the form carries: no tab overwrites another one."""
    return office().state.settings_mark


def refused(refusal: Recusa) -> Form:
    """Return the form as it was sent, with its messages; as it is now, if the settings have changed since."""
    if typed_text(SEEN) not in ("", seen()):
        return Form({}, {}, settings_file.CHANGED)
    return refused_form(refusal)


def draft(options: Sequence[Option]) -> settings_file.Draft:
    """Return the settings as typed. Raises `Recusa` `entrada-invalida` at the fields."""
    changes = {each.name: _typed(each) for each in options if not each.do_ambiente}
    return at_fields(lambda: settings_file.draft(office(), changes))


def tried_form(
    options: Sequence[Option],
    attempt: Callable[[Settings], str | None],
    at: str,
    page: Callable[[Form, str | None], str],
    others: Mapping[str, Callable[[Settings], str | None]] = NO_OTHERS,
) -> ResponseReturnValue:
    """Show settings in a form, try them (`acao=testar`), and keep them once the trial has passed, or when told to.

    `attempt` returns why the settings do not work, or None; that is said at the field `at`. `page` renders the form
    and the result of a trial: empty if it passed, None without one. `others` are fields that are no settings: each is
    stored after the settings, and returns its label if it changed.
    """
    form, tried = Form(), None
    try:
        if request.method == "POST":
            action = typed_choice("acao", ("testar", "guardar"))
            check_fields("acao", SEEN, "mesmo_assim", *others, *(each.campo for each in options))
            made = draft(options)
            fault = attempt(made.settings)
            if action == "guardar":
                if fault is not None and not ticked("mesmo_assim"):
                    raise invalid_input(at, fault)
                keep(options, made, others)
                return redirect(request.path, 303)
            tried = fault or ""
            form = refused_form(Recusa("entrada-invalida", ""))
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return page(refused(refusal), None), refusal.kind.status
    return page(form, tried)


def keep(
    options: Sequence[Option],
    made: settings_file.Draft,
    others: Mapping[str, Callable[[Settings], str | None]] = NO_OTHERS,
) -> None:
    """Write the draft and have it in force. Raises `Recusa` if the file has changed since the form was shown.

    `others`: see `tried_form`.
    """
    if made.differences:
        settings_file.keep(office(), author(), made, typed_text(SEEN))
        take_files()
    labels = {each.name: each.rotulo for each in options}
    changed = [labels.get(each.name, each.name) for each in made.differences]
    try:
        changed += filter(None, (store(made.settings) for store in others.values()))
    except Recusa as refusal:  # the settings are written by then: what the person sees must say so
        flash(f"Guardado: {', '.join(changed) or 'nada'}. O resto não: {for_people(refusal.detail)}")
        return
    later = any(needs_restart(each.name) for each in made.differences)
    when = "Vale quando o servidor for ligado de novo." if later else "Já está valendo."
    flash(f"Guardado: {', '.join(changed)}. {when}" if changed else "Nada mudou.")


def at_fields(do: Callable[[], settings_file.Draft]) -> settings_file.Draft:
    """Run `do`, with a refusal's settings named by their fields; what is wrong with a whole section is said above."""
    try:
        return do()
    except Recusa as refusal:
        errors = [
            BadField(field_of(".".join(parts[:2])), each.mensagem)
            for each in refusal.errors
            if len(parts := each.campo.split(".")) > 1
        ]
        whole = [each.mensagem for each in refusal.errors if "." not in each.campo]
        detail = f"Nada foi feito: {'; '.join(whole)}." if whole else for_people(refusal.detail)
        raise Recusa(refusal.word, detail, errors=errors) from refusal


def _typed(option: Option) -> object:
    match option.tipo:
        case "sim":
            return ticked(option.campo)
        case "dia":
            return typed_day(option.campo)
        case "lista":
            return [each for each in re.split(r"[\s,;]+", typed_text(option.campo)) if each]
        case "inteiro" | "numero":
            return _number(option)
        case "escolha":
            return _choice(option)
    return typed_text(option.campo)


def _choice(option: Option) -> object:
    """Return the choice that is typed; a choice may be a number. Another text is left to the settings to refuse."""
    text = typed_text(option.campo)
    return next((each for each in typing.get_args(option_of(option.name).annotation) if str(each) == text), text)


def _number(option: Option) -> int | float:
    text = typed_text(option.campo).replace(" ", "")
    whole = option.tipo == "inteiro"
    if not re.fullmatch(r"-?\d{1,9}" if whole else r"-?\d{1,9}(?:[.,]\d{1,6})?", text, re.ASCII):
        raise invalid_input(option.campo, "deve ser um número inteiro" if whole else "deve ser um número, como 1,5")
    return int(text) if whole else float(text.replace(",", "."))
