"""What a person may do to a job, with a reason: send it again, take it back, say page by page what came out (X5)."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.jobs import Office, intervalos
from printserver.office.people import Autor
from printserver.web import words
from printserver.web.context import autor, office, pessoa
from printserver.web.forms import Forma, chave, conferir, confirmado, digitado, erros_de, escolha, marcado, recusada
from printserver.web.job_page import pode

_Acao = Callable[[Office, Autor, str, object, str | None], object]


def reenviar(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then send the whole print again: a person's word that no page came out."""
    feito = "O documento foi enviado de novo, com os mesmos selos."
    return _agir(job_id, "reenviar", jobs.reenviar, ("motivo", "fila", "bandeja"), feito)


def cancelar(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then take the job off its queue."""
    return _agir(job_id, "cancelar", jobs.cancelar, ("motivo",), "O pedido de cancelamento foi registrado.")


def folhas(job_id: str) -> ResponseReturnValue:
    """Ask what came out, page by page, then record it and print what is missing."""
    job = jobs.consultar(office(), job_id)
    if request.method == "GET":
        return _forma(job, "folhas", Forma())
    ditas: list[dict[str, Any]] = []
    try:
        if digitado("versos"):
            conferir("versos")
            marcado("versos")
            virei = {"escrevente": pessoa().usuario, "motivo": "folhas viradas na bandeja"}
            jobs.dizer_folhas(office(), autor(), job_id, virei | {"paginas": [], "versos": True}, chave())
            flash("Os versos vão ser impressos.")
            return redirect(url_for("web.trabalho", job_id=job_id), 303)
        conferir("outras", r"pagina_\d+", r"papel_\d+", "motivo", "imprimir", "fila", "bandeja")
        confirmado()
        ditas = _ditas(job, todas=not _vira(job))
        dados = _quem_e_por_que() | {"paginas": ditas} | _a_imprimir(job, ditas)
        jobs.dizer_folhas(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusada(job_id, "folhas", _por_pagina(recusa, ditas))
    flash("O que saiu, folha por folha, foi registrado.")
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _a_imprimir(job: Mapping[str, Any], ditas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what is printed again, and where: the pages that are not good, where the person wants them."""
    fila = _fila()
    if not marcado("imprimir"):
        if fila.get("bandeja") or fila.get("fila", job["fila"]) != job["fila"]:
            nome = "bandeja" if fila.get("bandeja") else "fila"
            raise entrada_invalida(nome, "vale só para imprimir de novo: marque-o, ou deixe como estava")
        return {"imprimir": None}
    faltam = [dita["pagina"] for dita in ditas if dita["estado"] != "boa"]
    return {"imprimir": intervalos(faltam)} | fila if faltam else {"imprimir": None}


def _por_pagina(recusa: Recusa, ditas: Sequence[Mapping[str, Any]]) -> Recusa:
    """Return the refusal with its places in the list of what was said as the pages that they are of."""

    def page(campo: str) -> str:
        found = re.fullmatch(r"paginas\.(\d+)\.(\w+)", campo)
        if found is None or int(found[1]) >= len(ditas):
            return campo
        return f"{'papel' if found[2] == 'papel' else 'pagina'}_{ditas[int(found[1])]['pagina']}"

    recusa.errors = tuple(Campo(page(each.campo), each.mensagem) for each in recusa.errors)
    return recusa


def _agir(job_id: str, nome: str, acao: _Acao, campos: tuple[str, ...], feito: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _forma(jobs.consultar(office(), job_id), nome, Forma())
    try:
        conferir(*campos)
        confirmado()
        dados = _quem_e_por_que() | (_fila() if "fila" in campos else {})
        acao(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusada(job_id, nome, recusa)
    flash(feito)
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _recusada(job_id: str, nome: str, recusa: Recusa) -> ResponseReturnValue:
    if recusa.word in ("sem-permissao", "nao-encontrado"):
        raise recusa
    return _forma(jobs.consultar(office(), job_id), nome, recusada(recusa)), recusa.kind.status


def _forma(job: Mapping[str, Any], nome: str, forma: Forma) -> str:
    return render_template(
        f"screens/{nome}.html",
        job=job,
        forma=forma,
        pode=pode(job),
        filas=jobs.filas(office()) if nome != "cancelar" else [],
        estados=words.PAGINAS,
        ditas=jobs.ditas(office(), job["id"]) if nome == "folhas" and job["sha256"] else {},
        vira=_vira(job),
    )


def _quem_e_por_que() -> dict[str, Any]:
    return {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}


def _fila() -> dict[str, str]:
    """Return queue and tray that the form names. Raises `Recusa` `entrada-invalida` for a queue that is none."""
    if digitado("fila"):
        escolha("fila", tuple(each["nome"] for each in jobs.filas(office())))
    return {nome: digitado(nome) for nome in ("fila", "bandeja") if digitado(nome)}


def _vira(job: Mapping[str, Any]) -> bool:
    """Tell whether the job waits for its sheets to be turned: its backs never went to the printer."""
    question = job["pergunta"]
    return bool(question) and any(each["acao"] == "versos" for each in question["alternativas"])


def _ditas(job: Mapping[str, Any], *, todas: bool) -> list[dict[str, Any]]:
    """Return what was said of each page; what was not said page by page is what was said of all the others.

    `todas`: something must be said of every page. The number of a spoiled sheet stands in its field where it is known.
    """
    outras, conhecidas = digitado("outras"), jobs.ditas(office(), job["id"])
    ditas: list[dict[str, Any]] = []
    erros: dict[str, str] = {}
    for pagina in _paginas_do_formulario(job["paginas"]):
        estado, papel = digitado(f"pagina_{pagina}") or outras, digitado(f"papel_{pagina}")
        if estado not in words.PAGINAS and (estado or todas):
            erros[f"pagina_{pagina}"] = "diga se saiu boa, foi inutilizada ou não saiu"
        elif papel and estado != "inutilizada" and papel != conhecidas[pagina]["papel"]:
            erros[f"papel_{pagina}"] = "só se escreve o número de uma folha inutilizada: marque-a assim, ou apague-o"
        elif estado:
            spoiled = {"papel": papel} if papel and estado == "inutilizada" else {}
            ditas.append({"pagina": pagina, "estado": estado} | spoiled)
    if erros:
        raise erros_de(erros, "Falta dizer o que houve com alguma página.")
    return ditas


def _paginas_do_formulario(paginas: int) -> range:
    """Return the document's pages. Raises `Recusa` `entrada-invalida` where the form speaks of another."""
    for nome in request.form:
        found = re.fullmatch(r"(?:pagina|papel)_(\d+)", nome)
        if found is not None and not 1 <= int(found[1]) <= paginas:
            raise Recusa(
                "entrada-invalida", f"Nada foi feito: o documento tem {words.plural(paginas, 'página', 'páginas')}."
            )
    return range(1, paginas + 1)
