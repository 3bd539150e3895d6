"""*Ajustes*: the list of what can be set, each with a sentence of what it is for."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

# Endpoint, name and purpose; a person sees those that they may open.
SHEETS: Final[tuple[tuple[str, str, str], ...]] = (
    ("auditoria", "Auditoria", "Tudo o que foi feito, por quem e de onde; exceções; conferência do registro."),
    ("correicao", "Correição", "Um PDF de tudo o que está registrado de um selo ou de um ato, para o juiz conferir."),
)


def settings() -> ResponseReturnValue:
    """Show the list."""
    return render_template("screens/ajustes.html", folhas=SHEETS)
