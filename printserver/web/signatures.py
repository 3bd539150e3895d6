"""Signatures gathered on different days (N11): what is open, and the rectification of a livro's seals, shown first."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Recusa
from printserver.seal_actions import signatures as atos
from printserver.web.context import autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, dia_digitado, digitado, escolha, marcado, recusada

ESTADOS: Mapping[str, str] = {
    "pendentes": "Faltam assinaturas: os selos vão a zero",
    "completas": "Todos assinaram: valor cheio (um terço, se passaram 30 dias da primeira assinatura)",
    "desistencia": "Uma parte desistiu, ou os 30 dias passaram sem todas as assinaturas: um terço do valor",
}
_FEITO = {"zero": "a zero", "cheio": "ao valor cheio", "terco": "a um terço do valor"}


def assinaturas() -> ResponseReturnValue:
    """Show the instrumentos whose signatures are incomplete."""
    return render_template("screens/assinaturas.html", abertas=atos.pendentes(office()))


def assinar(job_id: str) -> ResponseReturnValue:
    """Ask how the signatures of a livro stand, show what would be made, and make it once it was seen."""
    job = jobs.consultar(office(), job_id)
    if job["documento"]["tipo"] != "livro":
        raise Recusa("estado-nao-permite", "Só um livro espera por assinaturas.")
    if request.method == "GET":
        return _mostrar(job, Forma(), None)
    instrumento = job["documento"]["instrumento"]
    dados = {"estado": digitado("estado"), "escrevente": pessoa().usuario}
    dados |= {nome: digitado(nome) for nome in ("primeira", "motivo") if digitado(nome)}
    try:
        conferir("estado", "primeira", "motivo", "visto")
        escolha("estado", ESTADOS)
        dia_digitado("primeira")
        shown = atos.assinar(office(), autor(), instrumento, dados | {"simular": True})[0]
        if not marcado("confirmo") or digitado("visto") != _marca(shown):
            return _mostrar(job, recusada(Recusa("entrada-invalida", "")), shown)
        atos.assinar(office(), autor(), instrumento, dados, chave())
    except Recusa as recusa:
        return _mostrar(job, recusada(recusa), None), recusa.kind.status
    n = len(shown["selos"])
    feito = f"{'1 selo retificado' if n == 1 else f'{n} selos retificados'} {_FEITO[shown['valor']]}" if n else ""
    flash(f"Registrado. {feito or 'Nenhum selo mudou de valor'}.")
    return redirect(url_for("web.assinaturas"), 303)


def _marca(shown: Mapping[str, Any]) -> str:
    """Return what a person has seen, so that nothing else is done: on the next day it may be another value."""
    seals = ",".join(f"{item['retifica']}:{item['total_centavos']}" for item in shown["selos"])
    return f"{shown['estado']};{shown['primeira']};{shown['valor']};{seals}"


def _mostrar(job: Mapping[str, Any], forma: Forma, shown: Mapping[str, Any] | None) -> str:
    aberta = next((item for item in atos.pendentes(office()) if item["job"] == job["id"]), None)
    return render_template(
        "screens/assinar.html",
        job=job,
        forma=forma,
        aberta=aberta,
        estados=ESTADOS,
        visto=shown,
        marca=_marca(shown) if shown else "",
    )
