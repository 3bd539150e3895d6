"""A day of the counter: checked against the till and loaded (H2); the control of paper seals, to be printed."""

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local, local_date
from printserver.counter import acts, check, load
from printserver.court.pending import ESTORNADO
from printserver.errors import Recusa, entrada_invalida
from printserver.selo import de_centavos
from printserver.web import words
from printserver.web.address import dia_pedido
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, dia_digitado, digitado, marcado, recusada


def conferencia() -> ResponseReturnValue:
    """Show a day as it is checked, or make its load."""
    if request.method == "GET":
        return _conferencia(dia_pedido("dia") or local_date(agora()), Forma())
    dia = local_date(agora())  # shown where the form names none
    try:
        conferir("data", "aguardam", "conferi")
        typed = dia_digitado("data")
        if typed is None:
            raise entrada_invalida("data", "falta o dia da carga")
        dia = typed
        if not marcado("confirmo") or not marcado("conferi"):
            raise Recusa("entrada-invalida", "Nada foi feito: marque que conferiu e use o botão da carga.")
        codes, _ = load.carregar(office(), autor(), _carga(dia), chave())
    except Recusa as recusa:
        if recusa.word == "sem-permissao":
            raise
        return _conferencia(dia, recusada(recusa)), recusa.kind.status
    feitos = words.plural(len(codes), "selo feito, que vai", "selos feitos, que vão")
    flash(f"Carga de {words.dia(dia)}: {feitos} ao tribunal.")
    return redirect(url_for("web.conferencia", dia=dia.isoformat()), 303)


def controle_dos_selos() -> ResponseReturnValue:
    """Show the control of paper seals of a period, as it is printed."""
    hoje = local_date(agora())
    de = dia_pedido("de") or dia_pedido("ate") or hoje
    ate = dia_pedido("ate") or max(de, hoje)
    if ate < de:
        raise entrada_invalida("ate", "o último dia vem antes do primeiro")
    return render_template(
        "screens/balcao_controle.html",
        de=de,
        ate=ate,
        hoje=hoje,
        linhas=check.relatorio(office(), de, ate),
        impresso_em=f"{local(agora()):%d/%m/%Y às %H:%M}",
    )


def _carga(dia: date) -> dict[str, Any]:
    """Return the request for the load of what was shown: other acts that came or went meanwhile refuse it."""
    shown = digitado("aguardam").split()
    if len(shown) != 2 or not all(each.isascii() and each.isdigit() and len(each) < 12 for each in shown):
        raise Recusa("entrada-invalida", "Nada foi feito: abra a conferência de novo e faça a carga a partir dela.")
    checked = {"quantidade": int(shown[0]), "total": str(de_centavos(int(shown[1])))}
    return {"data": dia.isoformat(), "escrevente": pessoa().usuario} | checked


def _conferencia(dia: date, forma: Forma) -> str:
    here, hoje = office(), local_date(agora())
    return render_template(
        "screens/balcao_conferencia.html",
        dia=dia,
        hoje=hoje,
        ontem=hoje - timedelta(days=1),
        forma=forma,
        dados=check.conferencia(here, dia),
        abertos=check.dias_abertos(here),
        isentos=acts.listar(here, dia, None, isentos=True)["itens"],
        estornados=acts.listar(here, dia, ESTORNADO)["itens"],
    )
