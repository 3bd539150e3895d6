"""Paper seals by number: a range made by hand (H3); numbers that are void, or were reported elsewhere (H2, S4)."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.counter import check, load
from printserver.errors import Recusa, entrada_invalida
from printserver.web import fee_input, words
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.counter import atos_de_papel
from printserver.web.forms import Forma, chave, conferir, confirmado, dia_digitado, digitado, recusada

_FAIXA = ("ato", "serie", "de", "ate", "data")
_DESTINOS = {"inutilizados": load.inutilizar, "comunicados": load.ja_comunicados}


def faixa() -> ResponseReturnValue:
    """Ask for a range of paper seals of one type and value, then make their seals."""
    if request.method == "GET":
        return _faixa(Forma())
    try:
        conferir(*_FAIXA, *fee_input.CAMPOS)
        confirmado()
        codes, _ = load.por_faixa(office(), autor(), _numeros() | fee_input.valor_digitado(), chave())
    except Recusa as recusa:
        return _recusada(recusa, _faixa)
    dia = words.dia(_dia())
    flash(f"{words.plural(len(codes), 'selo feito', 'selos feitos')}, de {codes[0]} a {codes[-1]}, dia {dia}.")
    return redirect(url_for("web.faixa"), 303)


def numeros() -> ResponseReturnValue:
    """Ask for a range of paper seals that is not to be reported from here, and why; then write it down."""
    if request.method == "GET":
        return _sem_selo(Forma())
    try:
        conferir("destino", *_FAIXA, "motivo")
        confirmado()
        fazer = _DESTINOS.get(digitado("destino"))
        if fazer is None:
            raise entrada_invalida("destino", "diga o que houve com estes números")
        feita, _ = fazer(office(), autor(), _numeros() | {"motivo": digitado("motivo")}, chave())
    except Recusa as recusa:
        return _recusada(recusa, _sem_selo)
    dia = words.data(feita["data"])
    flash(f"{feita['ato']}{feita['serie']}, de {feita['de']:07} a {feita['ate']:07}, dia {dia}: registrado.")
    return redirect(url_for("web.numeros"), 303)


def _numeros() -> dict[str, Any]:
    return {
        "ato": digitado("ato"),
        "serie": digitado("serie").upper(),
        "de": _inteiro("de"),
        "ate": _inteiro("ate") if digitado("ate") else _inteiro("de"),
        "data": _dia().isoformat(),
        "escrevente": pessoa().usuario,
    }


def _dia() -> date:
    """Return the day of the form; blank it is the clock's, also on a page that was left open over midnight."""
    return dia_digitado("data") or local_date(agora())


def _inteiro(nome: str) -> int:
    texto = digitado(nome)
    if not (texto.isascii() and texto.isdigit() and len(texto) <= 7):
        raise entrada_invalida(nome, "escreva o número do selo de papel, até sete algarismos")
    return int(texto)


def _recusada(recusa: Recusa, mostrar: Any) -> ResponseReturnValue:
    if recusa.word == "sem-permissao":
        raise recusa
    return mostrar(recusada(recusa)), recusa.kind.status


def _faixa(forma: Forma) -> str:
    return render_template(
        "screens/balcao_faixa.html",
        forma=forma,
        tipos=atos_de_papel(),
        hoje=local_date(agora()),
        limite=load.POR_CARGA,
        **fee_input.para_a_tela(),
    )


def _sem_selo(forma: Forma) -> str:
    return render_template(
        "screens/balcao_numeros.html",
        forma=forma,
        tipos=_todos(),
        hoje=local_date(agora()),
        faixas=check.faixas_sem_selo(office()),
    )


def _todos() -> dict[str, Any]:
    """Return every type of act of a paper seal: to be void it need not be confirmed."""
    table = office().atos
    kinds = {codigo: table.get(codigo) for codigo in table.codigos()}
    return {codigo: kind for codigo, kind in kinds.items() if kind is not None and kind.hibrido}
