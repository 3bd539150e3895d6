"""The counter: acts recorded with their paper seals, one after the other by keyboard alone, and reversed (H1, H2)."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.counter import acts as atos
from printserver.counter import check
from printserver.errors import Recusa, entrada_invalida
from printserver.selo import SeloDePapel, TipoDeAto, ler_papel
from printserver.web import fee_input, words
from printserver.web.address import dia_pedido, opcao_pedida, pagina_pedida
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, confirmado, dia_digitado, digitado, recusada

_SEM_ATO = re.compile(r"[0-9A-Z]{6}[0-9]{7}")


def balcao() -> ResponseReturnValue:
    """Show a day's acts and the form for the next one, or record it.

    The day is the clock's, also for a page that was left open over midnight; another day is a mode of its own, which
    the form bears and the page shows.
    """
    tipos = atos_de_papel()
    escolhido = (request.form if request.method == "POST" else request.args).get("ato", "")
    ato = escolhido if escolhido in tipos else next(iter(tipos), "")
    if request.method == "GET":
        opcao_pedida("ato", tipos)
        return _balcao(ato, dia_pedido("dia") or _hoje(), _proposta(ato))
    dia = _hoje()
    try:
        conferir("ato", "papel", "data", "proposto", *fee_input.CAMPOS)
        dia = dia_digitado("data") or dia
        if escolhido not in tipos:
            raise entrada_invalida("ato", "este tipo de ato não se registra aqui")
        papel, lido = _papel(ato)
        if lido in tipos and lido != ato:
            # A scanner tells the type: the form turns to it; the person sees the value before anything is recorded.
            aviso = f"O selo de papel é de {lido}, {tipos[lido].descricao}. Nada foi gravado: confira o valor e grave."
            return _balcao(lido, dia, Forma({**_proposta(lido).valores, "papel": papel}, {}, aviso)), 422
        conhecido = lido if office().atos.get(lido) is not None else ato  # to be refused by its own name
        dados = {"ato": conhecido, "papel": papel, "data": dia.isoformat(), "escrevente": pessoa().usuario}
        valor = fee_input.valor_digitado(dict(parse_qsl(digitado("proposto"))))
        feito, _ = atos.registrar(office(), autor(), dados | valor, chave())
    except Recusa as recusa:
        if recusa.word == "sem-permissao":
            raise
        return _balcao(ato, dia, recusada(recusa)), recusa.kind.status
    custa = "isento" if feito["isento"] else words.reais(feito["total_centavos"])
    flash(f"{feito['papel']} gravado em {words.data(feito['data'])}: {custa}.")
    return redirect(url_for("web.balcao", ato=ato, dia=None if dia == _hoje() else dia.isoformat()), 303)


def estorno(number: str) -> ResponseReturnValue:
    """Ask for the reason and what became of the paper seal, then reverse an act that waits."""
    ato = atos.consultar(office(), number)
    if request.method == "GET":
        return _estorno(ato, Forma())
    try:
        conferir("papel", "motivo")
        confirmado()
        if digitado("papel") not in ("inutilizado", "bom"):
            raise entrada_invalida("papel", "diga o que houve com o selo de papel")
        dados = {
            "motivo": digitado("motivo"),
            "papel_inutilizado": digitado("papel") == "inutilizado",
            "escrevente": pessoa().usuario,
        }
        atos.estornar(office(), autor(), number, dados, chave())
    except Recusa as recusa:
        if recusa.word in ("sem-permissao", "nao-encontrado"):
            raise
        return _estorno(atos.consultar(office(), number), recusada(recusa)), recusa.kind.status
    flash(f"{ato['papel']} estornado.")
    return redirect(url_for("web.balcao", ato=ato["ato"], dia=ato["data"]), 303)


def atos_de_papel() -> dict[str, TipoDeAto]:
    """Return the types of act of a paper seal by code; what is to be confirmed, in a demonstration alone (S9)."""
    here = office()
    kinds = [here.atos.get(codigo) for codigo in here.atos.codigos()]
    return {
        kind.codigo: kind
        for kind in kinds
        if kind is not None
        and kind.hibrido
        and fee_input.NOTAS in kind.naturezas
        and (here.settings.serventia.demonstracao or not kind.a_confirmar)
    }


def _hoje() -> date:
    return local_date(agora())


def _papel(ato: str) -> tuple[str, str]:
    """Return the paper seal as typed or scanned, and its ato; without one it is of the type that is shown."""
    texto = digitado("papel")
    limpo = texto.upper().translate(atos.SEPARADORES)
    if _SEM_ATO.fullmatch(limpo):
        return f"{ato}{limpo}", ato
    return texto, limpo[:2]


def _proposta(ato: str) -> Forma:
    """Return the form as it waits for the next act: the number and the value follow the person's last."""
    antes = atos.ultimo(office(), pessoa().usuario, ato)
    if antes is None:
        return Forma()
    papel = ler_papel(antes["papel"])
    campos: dict[str, str] = {}
    if papel.numero < 9_999_999:
        campos["papel"] = str(SeloDePapel(papel.ato, papel.serie, papel.numero + 1))
    if not antes["isento"]:
        campos |= fee_input.como_se_digita(antes["emolumentos_centavos"])
    return Forma(campos)


def _proposto(ato: str) -> str:
    """Return the value that was proposed in the form, for it to bear: what a person changes of it is the choice."""
    if request.method == "POST" and ato == digitado("ato"):
        return digitado("proposto")
    return urlencode([(nome, valor) for nome, valor in _proposta(ato).valores.items() if nome != "papel"])


def _balcao(ato: str, dia: date, forma: Forma) -> str:
    pagina = pagina_pedida()
    abertos = check.dias_abertos(office())
    return render_template(
        "screens/balcao.html",
        proposto=_proposto(ato),
        tipos=atos_de_papel(),
        a_confirmar=[codigo for codigo in office().atos.codigos() if _falta_confirmar(codigo)],
        ato=ato,
        dia=dia,
        hoje=_hoje(),
        forma=forma,
        lista=atos.listar(office(), dia, None, pagina),
        por_pagina=atos.PAGE,
        deste_dia=next((each for each in abertos if each["data"] == dia.isoformat()), None),
        outros_dias=[each for each in abertos if each["data"] != dia.isoformat()],
        **fee_input.para_a_tela(),
    )


def _falta_confirmar(codigo: str) -> bool:
    kind = office().atos.get(codigo)
    return kind is not None and kind.hibrido and codigo not in atos_de_papel()


def _estorno(ato: dict[str, Any], forma: Forma) -> str:
    return render_template("screens/balcao_estorno.html", ato=ato, forma=forma)
