"""The screen of numbered paper (P5): what each queue received, used, spoiled and has; a lot, and the next sheet."""

import re
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Recusa
from printserver.web.context import autor, office, pessoa
from printserver.web.forms import Forma, conferir, digitado, recusada

RECEBER, SEGUIR = "receber", "seguir"


def papel() -> ResponseReturnValue:
    """Show the paper of all queues; record a lot, or which sheet is next, and show a mistake where it was typed."""
    if request.method == "GET":
        return _tela()
    fila, acao = digitado("fila"), digitado("acao")
    try:
        if acao == RECEBER:
            conferir("fila", "acao", "de", "ate")
            lote = {"de": digitado("de"), "ate": digitado("ate"), "escrevente": pessoa().usuario}
            jobs.receber_papel(office(), autor(), fila, lote)
            flash(f"Papel de {lote['de']} a {lote['ate']} recebido para a fila {fila}.")
        else:
            conferir("fila", "acao", "proximo", "inutilizados")
            if acao != SEGUIR:
                raise Recusa("entrada-invalida", "Nada foi feito: use um dos botões.")
            jobs.papel_da_fila(office(), autor(), fila, _proximo())
            flash(f"A fila {fila} continua em {digitado('proximo')}.")
    except Recusa as recusa:
        if recusa.word in ("sem-permissao", "fila-desconhecida"):
            raise
        return _tela({(fila, acao): recusada(recusa)}), recusa.kind.status
    return redirect(url_for("web.papel"), 303)


def _proximo() -> dict[str, Any]:
    """Return what was typed of the next sheet; the spoiled ones stand in one field, parted by blanks or commas."""
    spoiled = [number for number in re.split(r"[\s,;]+", digitado("inutilizados")) if number]
    return {"proximo": digitado("proximo"), "inutilizados": spoiled, "escrevente": pessoa().usuario}


def _tela(formas: Mapping[tuple[str, str], Forma] | None = None) -> str:
    return render_template("screens/papel.html", filas=jobs.papel(office()), enviadas=formas or {}, vazia=Forma())
