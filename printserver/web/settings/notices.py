"""*Ajustes › Avisos*: the mail server and who gets which notices; a message is sent before it is kept."""

from typing import Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.common.files import write_whole
from printserver.court import mail
from printserver.errors import Recusa, invalid_input
from printserver.office import Settings
from printserver.web.context import office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_choice, typed_text
from printserver.web.settings.court import ACTIONS
from printserver.web.settings.settings_form import SEEN, Option, draft, keep, refused, seen

PASSWORD: Final = "senha"  # noqa: S105  # the name of the form's field
SERVER: Final = (
    Option("avisos.servidor", "Servidor de e-mail (SMTP)", "Em branco, os avisos ficam só na tela."),
    Option("avisos.porta", "Porta"),
    Option(
        "avisos.seguranca",
        "Cifra",
        escolhas={"starttls": "STARTTLS", "tls": "TLS desde o início", "nenhuma": "Nenhuma"},
    ),
    Option("avisos.usuario", "Usuário", "Em branco, sem senha."),
)
PEOPLE: Final = (
    Option("avisos.remetente", "Remetente"),
    Option("avisos.destinatarios", "Destinatários", "Endereços separados por espaço, para o que não tem outro."),
    Option("avisos.prazos", "Prazos que acabam", "Em branco: os destinatários."),
    Option("avisos.recusas", "Recusas do tribunal", "Em branco: os destinatários."),
    Option("avisos.envios", "Resumo dos envios e das cargas", "Em branco: os destinatários."),
    Option("avisos.certificado", "Certificado e auditoria", "Em branco: os destinatários."),
)
OPTIONS: Final = (*SERVER, *PEOPLE)


def notice_settings() -> ResponseReturnValue:
    """Show the settings of the notices; send a message to everybody in them; keep them once it has gone."""
    form, tried = Form(), None
    try:
        if request.method == "POST":
            action = typed_choice("acao", ACTIONS)
            check_fields("acao", SEEN, "mesmo_assim", PASSWORD, *(each.campo for each in OPTIONS))
            made = draft(OPTIONS)
            fault = _try(made.settings)
            if action == "guardar":
                if fault is not None and not ticked("mesmo_assim"):
                    raise invalid_input("servidor", fault)
                _keep_password(made.settings)
                keep(OPTIONS, made)
                return redirect(url_for("web.ajuste_avisos"), 303)
            tried = fault or ""
            form = refused_form(Recusa("entrada-invalida", ""))
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _page(refused(refusal)), refusal.kind.status
    return _page(form, tried)


def _page(form: Form, tried: str | None = None) -> str:
    return render_template(
        "screens/ajuste_avisos.html",
        forma=form,
        servidor=SERVER,
        pessoas=PEOPLE,
        visto=seen(),
        tem_senha=(office().instance / office().settings.avisos.arquivo_da_senha).exists(),
        prova=tried,
    )


def _try(settings: Settings) -> str | None:
    """Send a message to everybody. Return why it did not go, or None; None too where there is no mail server."""
    if not settings.avisos.servidor:
        return None
    return mail.send_trial(office(), settings.avisos, typed_text(PASSWORD) or None)


def _keep_password(settings: Settings) -> None:
    """Store the password that was typed where the program reads it; it is in no log."""
    if password := typed_text(PASSWORD):
        write_whole(office().instance / settings.avisos.arquivo_da_senha, f"{password}\n".encode())
