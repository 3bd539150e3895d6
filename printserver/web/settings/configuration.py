"""*Ajustes › Configuração*: every setting, its value and where it comes from; what of the files is not in force."""

from typing import Final

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa
from printserver.office import settings_file
from printserver.office.settings import SETTINGS_FILE, all_settings, from_environment, needs_restart, value_of
from printserver.web.access import SETTINGS, VALUES, may, why_not
from printserver.web.context import office
from printserver.web.forms import Form, check_fields
from printserver.web.settings.settings_form import SEEN, draft, generic, keep, refused, seen, typed_form

# What is not changed here: it has a screen of its own, or a wrong value would lock everybody out or mix two offices up.
_ELSEWHERE: Final = {"tribunal": "web.ajuste_tribunal", "avisos": "web.ajuste_avisos"}
_BY_HAND: Final = frozenset(
    {"banco.url", "serventia.demonstracao", "selo.certificado", "selo.senha_do_certificado", "selo.sequencia"}
)
# A5: what an act costs or is allowed is no task of who administers the machine.
_OF_HEADS: Final = frozenset(
    {
        *("traslado", "ficha", "civil", "xa", "livro", "diarios"),
        *("pessoas.pin", "pessoas.subscritor", "papel.exigir_numeros", "selo.tolerancia_do_relogio_s"),
    }
)


def list_settings() -> ResponseReturnValue:
    """Show every setting."""
    given, here = from_environment(), office()
    rows: dict[str, list[dict[str, object]]] = {}
    for name, (default, text) in all_settings().items():
        value = value_of(here.settings, name)
        section = name.partition(".")[0]
        rows.setdefault(section, []).append(
            {
                "nome": name,
                "valor": "não se mostra" if name in settings_file.SECRET and value else _shown(value),
                "texto": text,
                "origem": "ambiente" if name in given else "padrão" if value == default else "arquivo",
                "ao_ligar": needs_restart(name),
                "espera": name in here.state.waiting,
                "tela": _ELSEWHERE.get(section),
                "muda": name not in _BY_HAND and name not in given and _may_change(name),
            }
        )
    return render_template(
        "screens/configuracao.html", secoes_do_arquivo=rows, defeitos=here.state.faults, arquivo=SETTINGS_FILE
    )


def change_setting(nome: str) -> ResponseReturnValue:
    """Show one setting and change it."""
    if nome not in all_settings() or nome in _BY_HAND or nome.partition(".")[0] in _ELSEWHERE:
        abort(404)
    option, form = generic(nome), Form()
    if request.method == "POST":
        try:
            if not _may_change(nome):
                raise Recusa("sem-permissao", why_not(VALUES))
            check_fields(SEEN, option.campo)
            keep((option,), draft((option,)))
            return redirect(url_for("web.configuracao"), 303)
        except Recusa as refusal:
            if refusal.word == "sem-permissao":
                raise
            form = refused(refusal)
            return _one(nome, form), refusal.kind.status
    return _one(nome, form)


def _one(nome: str, form: Form) -> str:
    return render_template(
        "screens/configuracao_uma.html",
        opcao=generic(nome),
        forma=form,
        pode=_may_change(nome),
        padrao=_shown(all_settings()[nome][0]),
        visto=seen(),
    )


def _may_change(name: str) -> bool:
    return may(VALUES if name in _OF_HEADS or name.partition(".")[0] in _OF_HEADS else SETTINGS)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "sim" if value else "não"
    return typed_form(value) or "—"
