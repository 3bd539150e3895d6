"""*Ajustes*: the list of what can be set, each with a sentence of what it is for."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver.web.context import office

# Endpoint, name and purpose; a person sees those that they may open.
SHEETS: Final[tuple[tuple[str, str, str], ...]] = (
    # -- filas, certificado, tribunal, avisos, configuração
    ("certificado", "Certificado", "De quem é e até quando vale; pôr outro em uso, sem parar nada."),
    ("ajuste_tribunal", "Tribunal", "Endereço do serviço de selos e quando se comunica; testado antes de valer."),
    ("ajuste_avisos", "Avisos por e-mail", "Servidor de e-mail e quem recebe que aviso; com mensagem de teste."),
    ("configuracao", "Configuração", "Todas as opções do arquivo da serventia, com o valor de agora."),
)


def settings() -> ResponseReturnValue:
    """Show the list."""
    return render_template("screens/ajustes.html", folhas=SHEETS, defeitos=office().state.faults)
