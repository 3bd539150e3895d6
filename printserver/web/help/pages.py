"""Screens of the help: the guide's table of contents with its search, and one page for each chapter."""

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa
from printserver.web.address import requested_text
from printserver.web.help import guide

_LONGEST = 100  # characters of a search


def contents() -> ResponseReturnValue:
    """Show the chapters and sections; with `q`, the sections that have its words."""
    text = requested_text("q", _LONGEST)
    return render_template("screens/ajuda.html", capitulos=guide.chapters(), procurado=text, achados=guide.find(text))


def chapter(capitulo: str) -> ResponseReturnValue:
    """Show a chapter of the guide."""
    every = guide.chapters()
    at = next((n for n, each in enumerate(every) if each.endereco == capitulo), None)
    if at is None:
        raise Recusa("nao-encontrado", "O guia não tem este capítulo.")
    following = every[at + 1] if at + 1 < len(every) else None
    return render_template("screens/ajuda_capitulo.html", capitulo=every[at], seguinte=following)
