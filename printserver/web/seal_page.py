"""One seal: its data, what the court said of it, its chain, and what a person may do with it under their own name.

Rectify it (R1, R2), exclude it (X4), send again what the court refused (T2). `atos` decides again when it is asked.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.clock import local, local_date
from printserver.court import standing
from printserver.errors import Recusa
from printserver.office import people
from printserver.seal_actions import exclude, rectify
from printserver.selo import COMPONENTES, EXCLUSAO, ROTULOS, SeloNovo, centavos
from printserver.web import fee_input, words
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, confirmado, dia_digitado, digitado, marcado, recusada

SALTO = 3  # times the value so far: said before it goes
_RECUSADO = ("objetado", "impossivel")


def selo(codigo: str) -> ResponseReturnValue:
    """Show the page of a seal."""
    found = jobs.selo(office(), codigo)
    chain = [search.listar(office(), {"codigo": each})["itens"] for each in found["cadeia"]]
    return render_template(
        "screens/selo.html",
        selo=found,
        cadeia=[one for some in chain for one in some],
        pode=_pode(found),
        rotulos=ROTULOS,
    )


def retificar(codigo: str) -> ResponseReturnValue:
    """Ask what is wrong and how it should be, show what would change, and make the retificador once it was seen."""
    if request.method == "GET":
        return _forma_de_retificar(codigo, Forma())
    try:
        conferir("data", "ato", "identificador", *fee_input.CAMPOS, "motivo", "fora_do_prazo", "visto")
        dados = _retificacao(codigo)
        antes, depois = rectify.simular(office(), autor(), codigo, dados)
        visto = _visto(codigo, antes, depois)
        if not marcado("confirmo") or digitado("visto") != visto["marca"]:
            return _forma_de_retificar(codigo, recusada(Recusa("entrada-invalida", "")), visto)
        new, _repetido = rectify.retificar(office(), autor(), codigo, dados, chave())
    except Recusa as recusa:
        return _recusada(recusa, lambda forma: _forma_de_retificar(codigo, forma))
    flash("O selo foi retificado. Este é o selo que vale agora.")
    return redirect(url_for("web.selo", codigo=new), 303)


def excluir(codigo: str) -> ResponseReturnValue:
    """Ask for the reason, then exclude the seal by XA."""
    if request.method == "GET":
        return _forma_de_excluir(codigo, Forma())
    dados: dict[str, Any] = {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}
    try:
        conferir("motivo", "fora_do_prazo")
        confirmado()
        if marcado("fora_do_prazo"):
            dados["fora_do_prazo"] = True
        xa, _repetido = exclude.excluir(office(), autor(), codigo, dados, chave())
    except Recusa as recusa:
        return _recusada(recusa, lambda forma: _forma_de_excluir(codigo, forma))
    flash(f"O selo foi excluído, pelo selo {xa}.")
    return redirect(url_for("web.selo", codigo=codigo), 303)


def mandar_de_novo(codigo: str) -> ResponseReturnValue:
    """Send what the court refused of a seal again, as it stands."""
    conferir()
    standing.comunicar(office(), autor(), {"selos": [codigo], "escrevente": pessoa().usuario})
    flash("O que o tribunal recusou vai ser mandado de novo, como está.")
    return redirect(url_for("web.selo", codigo=codigo), 303)


def _pode(found: Mapping[str, Any]) -> dict[str, bool]:
    """Return what may be asked for of a seal."""
    refused = [each for each in found["comunicacoes"] if each["estado"] in _RECUSADO]
    return {
        "retificar": found["vivo"] and found["ato"] != EXCLUSAO,
        "excluir": found["vivo"] and found["ato"] != EXCLUSAO,
        "mandar": any(each["tipo"] == "vinculo" or not found["retificado_por"] for each in refused),
    }


def _recusada(recusa: Recusa, show: Any) -> ResponseReturnValue:
    if recusa.word in ("sem-permissao", "nao-encontrado"):
        raise recusa
    return show(recusada(recusa)), recusa.kind.status


def _retificacao(codigo: str) -> dict[str, Any]:
    """Return the request of `POST /selos/{codigo}/retificacao`: only what the person changed."""
    found = jobs.selo(office(), codigo)
    dados: dict[str, Any] = {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}
    dados |= {name: digitado(name) for name in ("ato", "identificador") if digitado(name)}
    dados |= {"data": dia.isoformat()} if (dia := dia_digitado("data")) else {}
    dados |= fee_input.valor_mudado(_valor_de(found))
    dados |= {"fora_do_prazo": True} if marcado("fora_do_prazo") else {}
    if dados.keys() <= {"escrevente", "motivo", "fora_do_prazo"}:
        raise Recusa("entrada-invalida", "Nada mudaria: diga o que se retifica, data, ato, identificador ou valor.")
    return dados


def _valor_de(found: Mapping[str, Any]) -> dict[str, str]:
    """Return a seal's value as it stands in the fields of a form."""
    reason = {"motivo_isencao": found["motivo_isencao"]} if found["isento"] else {}
    return fee_input.em_campos(found["emolumentos_centavos"]) | reason


def _visto(codigo: str, antes: SeloNovo, depois: SeloNovo) -> dict[str, Any]:
    """Return what a person sees before it goes: what changes, as it is and as it will be, and the mark of it."""
    rows = [
        ("Data do ato", *(words.dia(local_date(each.momento)) for each in (antes, depois))),
        ("Ato", *(f"{each.ato} · {each.descricao}" for each in (antes, depois))),
        ("Identificador", antes.identificador, depois.identificador),
        *(
            (ROTULOS[name], *(_reais(getattr(each.emolumentos, name)) for each in (antes, depois)))
            for name in COMPONENTES
        ),
        ("Isento", *((each.motivo_isencao or "sim") if each.isento else "não" for each in (antes, depois))),
    ]
    totals = [centavos(each.emolumentos.total_do_selo(each.iss_a_parte)) for each in (antes, depois)]
    changed = [row for row in rows if row[1] != row[2]]
    mark = hashlib.sha256(repr((codigo, changed, totals)).encode()).hexdigest()
    leap = totals[0] > 0 and totals[1] >= SALTO * totals[0]
    return {"mudancas": changed, "totais": totals, "marca": mark, "vezes": totals[1] / totals[0] if leap else None}


def _reais(valor: Decimal) -> str:
    return words.reais(centavos(valor))


def _forma_de_retificar(codigo: str, forma: Forma, visto: Mapping[str, Any] | None = None) -> str:
    found = jobs.selo(office(), codigo)
    here = office()
    kind = here.atos.get(found["ato"])
    atos = [here.atos.get(code) for code in here.atos.codigos()]
    return render_template(
        "screens/retificar.html",
        selo=found,
        forma=forma,
        visto=visto,
        permitido=_pode(found)["retificar"],
        hoje=local_date(agora()),
        valores=_valor_de(found),
        rotulos={name: ROTULOS[name] for name in COMPONENTES},
        de_papel=kind is not None and kind.hibrido,
        atos=[
            each
            for each in atos
            if each and not each.so_retificador and not each.hibrido and found["natureza"] in each.naturezas
        ],
        servicos=[
            each
            for name in here.servicos.nomes()
            if (each := here.servicos.get(name)) and each.natureza == found["natureza"] and each.emolumentos
        ],
        **_prazo(found, here.settings.xa.prazo_tipo_horas),
    )


def _forma_de_excluir(codigo: str, forma: Forma) -> str:
    found = jobs.selo(office(), codigo)
    return render_template(
        "screens/excluir_selo.html",
        selo=found,
        forma=forma,
        permitido=_pode(found)["excluir"],
        **_prazo(found, office().settings.xa.prazo_horas),
    )


def _prazo(found: Mapping[str, Any], hours: int) -> dict[str, Any]:
    """Return the term of X4, whether it is over, and whether this person may go past it."""
    until = datetime.fromisoformat(found["momento"]) + timedelta(hours=hours)
    return {"ate": local(until), "encerrado": agora() > until, "chefia": pessoa().papel in people.CHEFIA}
