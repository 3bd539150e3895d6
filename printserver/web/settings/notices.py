"""*Ajustes › Avisos*: the mail server and who gets which notices; a message is sent before it is kept."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver.court import mail
from printserver.office import Settings, settings_file
from printserver.web.context import author, office
from printserver.web.forms import Form, typed_text
from printserver.web.settings.settings_form import Option, seen, tried_form

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
    Option("avisos.certificado", "Certificado, auditoria e incidentes", "Em branco: os destinatários."),
)
OPTIONS: Final = (*SERVER, *PEOPLE)


def notice_settings() -> ResponseReturnValue:
    """Show the settings of the notices; send a message to everybody in them; keep them once it has gone."""
    return tried_form(OPTIONS, _try, "servidor", _page, {PASSWORD: _keep_password})


def _page(form: Form, tried: str | None) -> str:
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


def _keep_password(settings: Settings) -> str | None:
    """Store the password that was typed where the program reads it; the log says that it changed, never what it is."""
    password, name = typed_text(PASSWORD), settings.avisos.arquivo_da_senha
    if not password:
        return None
    seen_file = settings_file.mark_of(office().instance / name)
    settings_file.replace_file(office(), author(), name, f"{password}\n".encode(), seen_file, "senha trocada", {})
    return "Senha"
