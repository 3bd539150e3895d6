"""*Ajustes*: the list of what can be set, each with a sentence of what it is for."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

# Endpoint, name and purpose; a person sees those that they may open.
SHEETS: Final[tuple[tuple[str, str, str], ...]] = (
    ("formatos", "Formatos", "Papel, margens, lugar do selo e texto de cada documento, ao lado da página impressa."),
)


def settings() -> ResponseReturnValue:
    """Show the list."""
    return render_template("screens/ajustes.html", folhas=SHEETS)
