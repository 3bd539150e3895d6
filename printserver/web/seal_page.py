"""One seal: its data, what the court said of it, its chain, and what a person may do with it under their own name.

Rectify it (R1, R2), exclude it (X4), send again what the court refused (T2). `atos` decides again when it is asked.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import consulta, jobs, people
from printserver.atos import comunicacao, exclusao, retificacao
from printserver.clock import local, local_date
from printserver.errors import Campo, Recusa
from printserver.selo import COMPONENTES, ROTULOS, de_centavos
from printserver.selo.atos import EXCLUSAO
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, chave, digitado, recusada
from printserver.web.seal_words import COMO_SE_ESCREVE, reais_digitados

_RECUSADO = ("objetado", "impossivel")


def selo(codigo: str) -> ResponseReturnValue:
    """Show the page of a seal."""
    found = jobs.selo(office(), codigo)
    chain = [consulta.listar(office(), {"codigo": each})["itens"] for each in found["cadeia"]]
    return render_template(
        "screens/selo.html",
        selo=found,
        cadeia=[one for some in chain for one in some],
        pode=_pode(found),
        rotulos=ROTULOS,
    )


def retificar(codigo: str) -> ResponseReturnValue:
    """Ask what is wrong and how it should be, then make the retificador."""
    if request.method == "GET":
        return _forma_de_retificar(codigo, Forma())
    try:
        _confirmado()
        new, _repetido = retificacao.retificar(office(), autor(), codigo, _retificacao(), chave())
    except Recusa as recusa:
        return _recusada(recusa, lambda forma: _forma_de_retificar(codigo, forma))
    flash("O selo foi retificado. Este é o selo que vale agora.")
    return redirect(url_for("web.selo", codigo=new), 303)


def excluir(codigo: str) -> ResponseReturnValue:
    """Ask for the reason, then exclude the seal by XA."""
    if request.method == "GET":
        return _forma_de_excluir(codigo, Forma())
    dados: dict[str, Any] = {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}
    if digitado("fora_do_prazo") == "sim":
        dados["fora_do_prazo"] = True
    try:
        _confirmado()
        xa, _repetido = exclusao.excluir(office(), autor(), codigo, dados, chave())
    except Recusa as recusa:
        return _recusada(recusa, lambda forma: _forma_de_excluir(codigo, forma))
    flash(f"O selo foi excluído, pelo selo {xa}.")
    return redirect(url_for("web.selo", codigo=codigo), 303)


def mandar_de_novo(codigo: str) -> ResponseReturnValue:
    """Send what the court refused of a seal again, as it stands."""
    comunicacao.comunicar(office(), autor(), {"selos": [codigo], "escrevente": pessoa().usuario})
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


def _confirmado() -> None:
    """Raise `Recusa` unless the form was sent by its own button: Enter in a field confirms nothing."""
    if digitado("confirmo") != "sim":
        raise Recusa("entrada-invalida", "Nada foi feito: confirme com o botão no fim da página.")


def _recusada(recusa: Recusa, show: Any) -> ResponseReturnValue:
    if recusa.word in ("sem-permissao", "nao-encontrado"):
        raise recusa
    shown = recusada(recusa)
    erros = {
        nome.removeprefix("retificacao."): COMO_SE_ESCREVE if nome.startswith("emolumentos.") else mensagem
        for nome, mensagem in shown.erros.items()
    }
    return show(Forma(shown.valores, erros, shown.aviso)), recusa.kind.status


def _retificacao() -> dict[str, Any]:
    """Return the request of `POST /selos/{codigo}/retificacao`: only what the person wants changed."""
    dados: dict[str, Any] = {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}
    dados |= {name: digitado(name) for name in ("data", "ato", "identificador") if digitado(name)}
    match digitado("valor"):
        case "servico":
            dados["servico"] = digitado("servico")
        case "emolumentos":
            fees = {name: reais_digitados(digitado(f"emolumentos.{name}") or "0,00") for name in COMPONENTES}
            dados["emolumentos"] = fees
        case "isento":
            dados |= {"isento": True, "motivo_isencao": digitado("motivo_isencao")}
    if digitado("fora_do_prazo") == "sim":
        dados["fora_do_prazo"] = True
    if dados.keys() <= {"escrevente", "motivo", "fora_do_prazo"}:
        raise Recusa(
            "entrada-invalida",
            "Nada mudaria.",
            errors=[Campo("data", "diga o que se retifica: data, tipo, identificador ou valor")],
        )
    return dados


def _forma_de_retificar(codigo: str, forma: Forma) -> str:
    found = jobs.selo(office(), codigo)
    here = office()
    fees = {
        name: f"{de_centavos(value):.2f}".replace(".", ",") for name, value in found["emolumentos_centavos"].items()
    }
    kind = here.atos.get(found["ato"])
    atos = [here.atos.get(code) for code in here.atos.codigos()]
    return render_template(
        "screens/retificar.html",
        selo=found,
        forma=forma,
        permitido=_pode(found)["retificar"],
        hoje=local_date(agora()),
        valores=fees,
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
