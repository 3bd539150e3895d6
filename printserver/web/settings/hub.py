"""*Ajustes*: the list of what can be set, each with a sentence of what it is for."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

# Endpoint, name and purpose; a person sees those that they may open.
SHEETS: Final[tuple[tuple[str, str, str], ...]] = (
    ("pessoas", "Pessoas", "Quem trabalha aqui, com que papel; senha esquecida; quem saiu."),
    ("chaves", "Chaves", "As chaves dos programas que imprimem: o que podem, o último uso, revogar."),
    ("auditoria", "Auditoria", "Tudo o que foi feito, por quem e de onde; exceções; conferência do registro."),
)


def settings() -> ResponseReturnValue:
    """Show the list."""
    return render_template("screens/ajustes.html", folhas=SHEETS)
