"""The questions that hold a print: may the old seals be excluded (X1-X4), and does the ficha get a seal (N9).

A question that someone else has answered meanwhile, or whose seals have changed, is said so; nothing is done twice.
"""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.errors import Recusa
from printserver.office import people
from printserver.web import polling, words
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import RETOMADA, Forma, chave, conferir, digitado, marcado, recusada

_DO_SIM = ("papel_em_maos", "folha_inicial", "folha_final", "fora_do_prazo")
_DEIXA_O_CARTORIO = ("traslado", "certidao")  # X2: the paper must be in hand


def pergunta(job_id: str) -> ResponseReturnValue:
    """Show a job's open question; where there is none, say what became of it."""
    if request.method != "GET":  # a form of this page that had expired: shown again as it was typed
        return _recusado(job_id, Recusa("entrada-invalida", RETOMADA))
    job = jobs.consultar(office(), job_id)
    if job["pergunta"] and job["pergunta"]["tipo"] == "folhas":
        return redirect(url_for("web.folhas", job_id=job_id), 303)
    return _mostrar(job, Forma())


def vivo_pergunta(job_id: str) -> ResponseReturnValue:
    """Answer the poll of a question's page: is it still open, with the seals that are shown?"""
    return polling.responder(_ainda(jobs.consultar(office(), job_id)))


def responder_xa(job_id: str) -> ResponseReturnValue:
    """Answer the XA question: `resposta` is sim or nao."""
    sim = digitado("resposta") == "sim"
    try:
        if digitado("resposta") not in ("sim", "nao"):
            raise Recusa("entrada-invalida", "Nada foi feito: responda com um dos botões, Sim ou Não.")
        conferir("resposta", "motivo", "selos", *(_DO_SIM if sim else ()))
        dados = _resposta_xa(sim=sim)
        jobs.responder_xa(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusado(job_id, recusa)
    flash(
        "Resposta registrada: SIM. Os selos anteriores foram excluídos e o documento vai ser impresso."
        if sim
        else "Resposta registrada: NÃO. Nada foi excluído e nada vai ser impresso."
    )
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _resposta_xa(*, sim: bool) -> dict[str, Any]:
    """Return the answer of `POST /jobs/{id}/xa` that the form holds."""
    dados: dict[str, Any] = {"confirma": sim, "escrevente": pessoa().usuario}
    if sim:
        dados["selos"] = digitado("selos").split()  # a yes holds for the seals that it was shown (X1)
        dados["papel_em_maos"] = marcado("papel_em_maos")
        dados |= {nome: digitado(nome) for nome in ("folha_inicial", "folha_final") if digitado(nome)}
        dados |= {"fora_do_prazo": True} if marcado("fora_do_prazo") else {}
    return dados | ({"motivo": digitado("motivo")} if sim or digitado("motivo") else {})


def responder_selo(job_id: str) -> ResponseReturnValue:
    """Answer the ficha's question: `resposta` is com or sem."""
    resposta = digitado("resposta")
    dados = {"gerar": resposta == "com", "escrevente": pessoa().usuario}
    try:
        if resposta not in ("com", "sem"):
            raise Recusa("entrada-invalida", "Nada foi feito: responda com um dos botões.")
        conferir("resposta")
        jobs.responder_selo(office(), autor(), job_id, dados, chave())
    except Recusa as recusa:
        return _recusado(job_id, recusa)
    flash(f"Resposta registrada: ficha {resposta.upper()} SELO.")
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _recusado(job_id: str, recusa: Recusa) -> ResponseReturnValue:
    """Show the question again as it stands now, with what was typed and why it was not taken."""
    if recusa.word in ("sem-permissao", "nao-encontrado"):
        raise recusa
    forma = recusada(recusa)
    if recusa.word == "pergunta-mudou":
        # What was typed was about other seals: only the reason is worth keeping.
        motivo = {"motivo": forma.valor("motivo")}
        forma = Forma(motivo, {}, "Nada foi feito: os selos mudaram desde que a pergunta foi aberta. Leia de novo.")
    return _mostrar(jobs.consultar(office(), job_id), forma), recusa.kind.status


def _mostrar(job: Mapping[str, Any], forma: Forma) -> str:
    aberta = job["pergunta"]
    if aberta is None:
        return render_template("screens/pergunta_fechada.html", job=job, resposta=_resposta(job))
    ainda = _ainda(job).html
    if aberta["tipo"] == "selo":
        return render_template("screens/pergunta_selo.html", job=job, forma=forma, ainda=ainda)
    selos = [jobs.selo(office(), codigo) for codigo in aberta["selos"]]
    return render_template(
        "screens/pergunta_xa.html",
        job=job,
        forma=forma,
        ainda=ainda,
        selos=selos,
        anterior=_anterior(selos),
        papel_em_maos=job["documento"]["tipo"] in _DEIXA_O_CARTORIO,
        folhas_novas=job["documento"]["tipo"] == "livro" and office().regras.folhas_novas,
        encerrado=bool(aberta["xa_ate"]) and words.passou(aberta["xa_ate"], agora()),
        chefia=pessoa().papel in people.CHEFIA,
    )


def _ainda(job: Mapping[str, Any]) -> polling.Parte:
    return polling.parte(
        "screens/_ainda.html", "web.vivo_pergunta", {"job_id": job["id"]}, job=job, resposta=_resposta(job)
    )


def _anterior(selos: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the job whose print the seals are on."""
    feito = next((selo["job"] for selo in selos if selo["job"]), None)
    return None if feito is None else jobs.consultar(office(), feito)


def _resposta(job: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the step of the history that ended the question: the first after it was asked."""
    passos = iter(job["historico"])
    for passo in passos:
        if passo["estado"].startswith("aguardando"):
            return next((seguinte for seguinte in passos if not seguinte["estado"].startswith("aguardando")), None)
    return None
