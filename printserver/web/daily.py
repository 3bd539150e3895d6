"""The daily seals: the day's total so far, the new one, and the chain of its seal (D1, D2).

A total that leaps, that is lower than before, or that comes from a page of another day is shown again before it goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.counter import daily
from printserver.errors import Recusa, entrada_invalida
from printserver.selo import EXCLUSAO, centavos, parse_reais
from printserver.web import fee_input, words
from printserver.web.address import dia_pedido
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, dia_digitado, digitado, erros_de, escolha, recusada

NOMES = {"fotocopia": "Fotocópias", "cenad": "Autenticações digitais (CENAD)"}
SALTO: Final = 3  # times what was before, or is usual: a person is asked


@dataclass(frozen=True, slots=True)
class Conferencia:
    """What a person sees before an unusual total goes: why it is asked, what it was, what it will be; and its mark."""

    porques: list[str]
    antes: tuple[int, int] | None
    depois: tuple[int, int]
    marca: str


def diarios_do_dia() -> ResponseReturnValue:
    """Show a day's seals with a form for each, or take a new total."""
    if request.method == "GET":
        return _mostrar(dia_pedido("dia") or local_date(agora()), "", Forma())
    dia, tipo = local_date(agora()), digitado("tipo")  # shown where the form names no day
    try:
        conferir("tipo", "data", "aberta", "total", "iss", "servico", "quantidade", "motivo", "visto")
        escolha("tipo", NOMES)
        typed = dia_digitado("data")
        if typed is None:
            raise entrada_invalida("data", "falta o dia")
        dia = typed
        dados = {"tipo": tipo, "data": dia.isoformat(), "escrevente": pessoa().usuario}
        dados |= {"motivo": digitado("motivo")} if digitado("motivo") else {}
        antes = _selo_do_dia(dia)[tipo]
        valor = _valor(antes)
        visto = _conferencia(dia, tipo, antes, valor)
        if visto is not None and digitado("visto") != visto.marca:
            return _mostrar(dia, tipo, recusada(Recusa("entrada-invalida", "")), visto)
        codigo, _ = daily.lancar(office(), autor(), dados | valor, chave())
    except Recusa as recusa:
        if recusa.word == "sem-permissao":
            raise
        return _mostrar(dia, tipo, recusada(recusa)), recusa.kind.status
    selo = jobs.selo(office(), codigo)
    iss = f" e ISS de {words.reais(selo['iss_centavos'])}" if selo["iss_centavos"] else ""
    flash(f"{NOMES[tipo]} de {words.dia(dia)}: {words.reais(selo['total_centavos'])}{iss}, selo {codigo}.")
    return redirect(url_for("web.diarios", dia=None if dia == local_date(agora()) else dia.isoformat()), 303)


def _valor(antes: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the day's total as typed; with a service, how often it was done tells the components too (D3).

    Total and ISS stand in their fields as they are: left alone beside a service, they are no second value. A blank ISS
    keeps the day's. Raises `Recusa` `entrada-invalida` where nothing changes, and where two values were typed.
    """
    shown = _na_tela(antes)
    typed = {nome: fee_input.dinheiro(nome) if digitado(nome) else "" for nome in ("total", "iss")}
    mudados = [
        nome for nome, valor in typed.items() if valor and valor != (fee_input.em_reais(shown.get(nome, "")) or "")
    ]
    if not digitado("servico"):
        if digitado("quantidade"):
            raise entrada_invalida("quantidade", "vale só com um serviço: escolha-o, ou deixe em branco")
        if not typed["total"]:
            raise entrada_invalida("total", "escreva o total do dia")
        if shown and not mudados:
            raise entrada_invalida("total", "o total e o ISS do dia já são estes: nada muda")
        return {nome: valor for nome, valor in typed.items() if valor}
    if mudados:
        text = "há dois valores: deixe só o total, ou só o serviço"
        raise erros_de(dict.fromkeys([*mudados, "servico"], text), text)
    vezes = digitado("quantidade")
    if not (vezes.isascii() and vezes.isdigit() and len(vezes) <= 4):
        raise entrada_invalida("quantidade", "escreva quantos foram no dia, só algarismos")
    return {"servicos": [{"servico": digitado("servico"), "quantidade": int(vezes)}]}


def _conferencia(dia: date, tipo: str, antes: Mapping[str, Any] | None, valor: Mapping[str, Any]) -> Conferencia | None:
    """Return what a person has to see before this total goes; None where it is as usual."""
    before = _como_esta(antes)
    after = _depois(valor, before)
    if after is None:
        return None
    usual = before[0] if before else daily.habitual(office(), tipo, dia)  # type: ignore[arg-type]
    why = []
    if usual and after[0] >= SALTO * usual:
        what = "o total do dia até agora" if before else "o que é habitual num dia"
        why.append(f"O total é {_vezes(after[0], usual)} {what} ({words.reais(usual)}).")
    if before and after[0] < before[0] and not digitado("motivo"):
        return None  # refused for want of its reason
    if before and after[0] < before[0]:
        why.append(f"O total é menor que o do dia até agora ({words.reais(before[0])}).")
    if before and before[1] and after[1] >= SALTO * before[1] and after[0] < SALTO * before[0]:
        why.append(f"O ISS é {_vezes(after[1], before[1])} o do dia até agora ({words.reais(before[1])}).")
    if digitado("aberta") == dia.isoformat() and dia != local_date(agora()):
        why.append(f"Esta página foi aberta em {words.dia(dia)}, e esse dia já acabou: confira se o total é dele.")
    return Conferencia(why, before, after, f"{dia};{tipo};{before};{after}") if why else None


def _depois(valor: Mapping[str, Any], before: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return total and ISS as they will be, in centavos; None where only the table knows, and refuses or not."""
    if "total" in valor:
        kept = before[1] if before else 0
        return _centavos(valor["total"]), _centavos(valor["iss"]) if "iss" in valor else kept
    asked = valor["servicos"][0]
    each = office().servicos.get(asked["servico"])
    if each is None or each.emolumentos is None:
        return None
    costs = each.emolumentos.vezes(asked["quantidade"])
    return centavos(costs.total_do_selo(True)), centavos(costs.iss)


def _centavos(texto: str) -> int:
    return centavos(parse_reais(texto))


def _vezes(agora: int, antes: int) -> str:
    return f"{agora / antes:.1f}".removesuffix(".0").replace(".", ",") + " vezes"


def _na_tela(selo: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what stands in the fields of a day's form before a person types: the total and the ISS as they are."""
    amounts = dict(zip(("total", "iss"), _como_esta(selo) or (), strict=False))
    return fee_input.em_campos(amounts)


def _como_esta(selo: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Return a day's total without ISS, and its ISS, in centavos; None where it has no seal, or it was excluded."""
    if selo is None or selo["ato"] == EXCLUSAO:
        return None
    fees = selo["emolumentos_centavos"]
    return sum(fees.values()) - fees["iss"], int(fees["iss"])


def _selo_do_dia(dia: date) -> dict[str, Any]:
    here = office()
    return {name: code and jobs.selo(here, code) for name, code in daily.do_dia(here, dia).items()}


def _mostrar(dia: date, tipo: str, forma: Forma, visto: Conferencia | None = None) -> str:
    here, found = office(), _selo_do_dia(dia)
    return render_template(
        "screens/diarios.html",
        dia=dia,
        hoje=local_date(agora()),
        nomes=NOMES,
        selos=found,
        cadeias={
            name: [jobs.selo(here, code) for code in seal["cadeia"]] if seal else [] for name, seal in found.items()
        },
        digitadas={name: forma if name == tipo else Forma(_na_tela(found[name])) for name in NOMES},
        vistos={tipo: visto},
        servicos=fee_input.servicos(),
    )
