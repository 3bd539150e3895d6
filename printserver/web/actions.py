"""What a person may do to a job, with a reason: send it again, take it back, say page by page what came out (X5)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Campo, Recusa
from printserver.jobs import Office
from printserver.people import Autor
from printserver.web.context import autor, office, pessoa
from printserver.web.forms import Forma, chave, digitado, recusada
from printserver.web.job_page import pode

ESTADOS_DA_PAGINA: Mapping[str, str] = {"boa": "boa", "inutilizada": "inutilizada", "nao_saiu": "não saiu"}

_Acao = Callable[[Office, Autor, str, object, str | None], object]


def reenviar(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then send the whole print again: a person's word that no page came out."""
    dados = _quem_e_por_que() | _fila()
    return _agir(job_id, "reenviar", jobs.reenviar, dados, "O documento foi enviado de novo, com os mesmos selos.")


def cancelar(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then take the job off its queue."""
    return _agir(job_id, "cancelar", jobs.cancelar, _quem_e_por_que(), "O pedido de cancelamento foi registrado.")


def folhas(job_id: str) -> ResponseReturnValue:
    """Ask what came out, page by page, then record it and print what is missing."""
    job = jobs.consultar(office(), job_id)
    if request.method == "GET":
        return _forma(job, "folhas", Forma())
    try:
        if digitado("versos") == "sim":
            virei = {"escrevente": pessoa().usuario, "motivo": "folhas viradas na bandeja"}
            jobs.dizer_folhas(office(), autor(), job_id, virei | {"paginas": [], "versos": True}, chave())
            flash("Os versos vão ser impressos.")
            return redirect(url_for("web.trabalho", job_id=job_id), 303)
        _confirmado()
        ditas = _ditas(job["paginas"], todas=not _vira(job))
        dados = _quem_e_por_que() | {"paginas": ditas, "imprimir": None}
        if digitado("imprimir") == "sim":
            faltam = [dita["pagina"] for dita in ditas if dita["estado"] != "boa"]
            dados |= {"imprimir": intervalos(faltam) or None} | _fila()
        jobs.dizer_folhas(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusada(job_id, "folhas", recusa)
    flash("O que saiu, folha por folha, foi registrado.")
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def intervalos(paginas: Sequence[int]) -> str:
    """Return page numbers (ascending) as the contract writes them: `2-3,5`."""
    trechos: list[list[int]] = []
    for pagina in paginas:
        if trechos and trechos[-1][1] == pagina - 1:
            trechos[-1][1] = pagina
        else:
            trechos.append([pagina, pagina])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in trechos)


def _agir(job_id: str, nome: str, acao: _Acao, dados: dict[str, Any], feito: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _forma(jobs.consultar(office(), job_id), nome, Forma())
    try:
        _confirmado()
        acao(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusada(job_id, nome, recusa)
    flash(feito)
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _confirmado() -> None:
    """Raise `Recusa` unless the form was sent by its own button: Enter in a field confirms nothing."""
    if digitado("confirmo") != "sim":
        raise Recusa("entrada-invalida", "Nada foi feito: confirme com o botão no fim da página.")


def _recusada(job_id: str, nome: str, recusa: Recusa) -> ResponseReturnValue:
    if recusa.word in ("sem-permissao", "nao-encontrado"):
        raise recusa
    return _forma(jobs.consultar(office(), job_id), nome, recusada(recusa)), recusa.kind.status


def _forma(job: Mapping[str, Any], nome: str, forma: Forma) -> str:
    return render_template(
        f"screens/{nome}.html",
        job=job,
        forma=forma,
        permitido=pode(job)[nome],
        filas=jobs.filas(office()) if nome != "cancelar" else [],
        estados=ESTADOS_DA_PAGINA,
        vira=_vira(job),
    )


def _quem_e_por_que() -> dict[str, Any]:
    return {"escrevente": pessoa().usuario, "motivo": digitado("motivo")}


def _fila() -> dict[str, str]:
    return {nome: digitado(nome) for nome in ("fila", "bandeja") if digitado(nome)}


def _vira(job: Mapping[str, Any]) -> bool:
    """Tell whether the job waits for its sheets to be turned: its backs never went to the printer."""
    question = job["pergunta"]
    return bool(question) and any(each["acao"] == "versos" for each in question["alternativas"])


def _ditas(paginas: int, *, todas: bool) -> list[dict[str, Any]]:
    """Return what was said of each page; what was not said page by page is what was said of all the others.

    `todas`: something must be said of every page.
    """
    outras = digitado("outras")
    ditas: list[dict[str, Any]] = []
    for pagina in range(1, paginas + 1):
        estado = digitado(f"pagina_{pagina}") or outras
        if not estado and not todas:
            continue
        if estado not in ESTADOS_DA_PAGINA:
            raise Recusa(
                "entrada-invalida",
                "Falta dizer o que houve com alguma página.",
                errors=[Campo(f"pagina_{pagina}", "diga se saiu boa, foi inutilizada ou não saiu")],
            )
        papel = digitado(f"papel_{pagina}")
        ditas.append({"pagina": pagina, "estado": estado} | ({"papel": papel} if papel else {}))
    return ditas
