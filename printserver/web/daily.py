"""The daily seals: the day's total so far, the new one, and the chain of its seal (D1, D2)."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.atos import diarios
from printserver.clock import local_date
from printserver.errors import Recusa, entrada_invalida
from printserver.web import values, words
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.counter import dia_pedido
from printserver.web.forms import Forma, chave, digitado, recusada

NOMES = {"fotocopia": "Fotocópias", "cenad": "Autenticações digitais (CENAD)"}


def diarios_do_dia() -> ResponseReturnValue:
    """Show a day's seals with a form for each, or take a new total."""
    if request.method == "GET":
        return _mostrar(dia_pedido(), "", Forma())
    dia, tipo = dia_pedido("data"), digitado("tipo")
    try:
        dados = {"tipo": tipo, "data": dia.isoformat(), "escrevente": pessoa().usuario}
        dados |= {"motivo": digitado("motivo")} if digitado("motivo") else {}
        codigo, _ = diarios.lancar(office(), autor(), dados | _valor(), chave())
    except Recusa as recusa:
        if recusa.word == "sem-permissao":
            raise
        return _mostrar(dia, tipo, recusada(recusa)), recusa.kind.status
    selo = jobs.selo(office(), codigo)
    flash(f"{NOMES[tipo]} de {words.dia(dia)}: {words.reais(selo['total_centavos'])}, selo {codigo}.")
    return redirect(url_for("web.diarios", dia=None if dia == local_date(agora()) else dia.isoformat()), 303)


def _valor() -> dict[str, Any]:
    """Return the day's total as typed; with a service, how often it was done tells the components too (D3)."""
    if not digitado("servico"):
        return {"total": values.dinheiro("total"), "iss": values.dinheiro("iss")}
    vezes = digitado("quantidade")
    if not (vezes.isascii() and vezes.isdigit() and len(vezes) <= 4):
        raise entrada_invalida("quantidade", "escreva quantos foram no dia, só algarismos")
    return {"servicos": [{"servico": digitado("servico"), "quantidade": int(vezes)}]}


def _mostrar(dia: date, tipo: str, forma: Forma) -> str:
    here = office()
    found = {name: code and jobs.selo(here, code) for name, code in diarios.do_dia(here, dia).items()}
    return render_template(
        "screens/diarios.html",
        dia=dia,
        hoje=local_date(agora()),
        nomes=NOMES,
        selos=found,
        cadeias={
            name: [jobs.selo(here, code) for code in seal["cadeia"]] if seal else [] for name, seal in found.items()
        },
        digitadas={name: forma if name == tipo else Forma() for name in NOMES},
        servicos=values.servicos(),
    )
