"""The questions that hold a print: may the old seals be excluded (X1-X4), and does the ficha get a seal (N9).

If someone else has answered, or the seals have changed, the page says so; nothing is executed twice.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.common.data import JsonObject, JsonView
from printserver.documents import KINDS
from printserver.errors import Recusa
from printserver.office import people
from printserver.web import access, pin, polling, words
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import RESUMED, Form, check_fields, key, refused_form, ticked, typed_text
from printserver.web.prints import event_words
from printserver.web.prints.job_page import measure

_YES_FIELDS = ("papel_em_maos", "folha_inicial", "folha_final", "fora_do_prazo")


def question(job_id: str) -> ResponseReturnValue:
    """Show a job's open question; if there is none, show how it was closed."""
    if request.method != "GET":  # a draft: shown again as it was typed
        return _refused(job_id, Recusa("entrada-invalida", RESUMED))
    job = jobs.look_up(office(), job_id)
    if not access.may(access.ANSWER):
        return redirect(url_for("web.trabalho", job_id=job_id), 303)
    if job["pergunta"] and job["pergunta"]["tipo"] == "folhas":
        return redirect(url_for("web.folhas", job_id=job_id), 303)
    return _show(job, Form())


def live_question(job_id: str) -> ResponseReturnValue:
    """Answer the poll of a question's page: whether it is still open, with the same seals."""
    return polling.answer(lambda: _still_open(jobs.look_up(office(), job_id)))


def answer_xa(job_id: str) -> ResponseReturnValue:
    """Answer the XA question: `resposta` is `sim` or `nao`."""
    yes = typed_text("resposta") == "sim"
    try:
        if typed_text("resposta") not in ("sim", "nao"):
            raise Recusa("entrada-invalida", "Nada foi feito: responda com um dos botões, Sim ou Não.")
        check_fields("resposta", "motivo", "selos", *(_YES_FIELDS if yes else ()))
        data = _xa_answer(yes=yes)
        if yes:
            pin.check("xa", *pin.late(data))
        jobs.answer_xa(office(), author(), job_id, data, key())
    except Recusa as refusal:
        return _refused(job_id, refusal)
    flash(
        "Resposta registrada: SIM. Os selos anteriores foram excluídos e o documento vai ser impresso."
        if yes
        else "Resposta registrada: NÃO. Nada foi excluído e nada vai ser impresso."
    )
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _xa_answer(*, yes: bool) -> dict[str, object]:
    """Return the body of `POST /jobs/{id}/xa` that the form holds."""
    data: dict[str, object] = {"confirma": yes, "escrevente": find_person().usuario}
    if yes:
        data["selos"] = typed_text("selos").split()  # the answer covers the seals that were shown (X1)
        data["papel_em_maos"] = ticked("papel_em_maos")
        data |= {nome: typed_text(nome) for nome in ("folha_inicial", "folha_final") if typed_text(nome)}
        data |= {"fora_do_prazo": True} if ticked("fora_do_prazo") else {}
    return data | ({"motivo": typed_text("motivo")} if yes or typed_text("motivo") else {})


def answer_selo(job_id: str) -> ResponseReturnValue:
    """Answer the ficha's question: `resposta` is `com` or `sem`."""
    resposta = typed_text("resposta")
    data = {"gerar": resposta == "com", "escrevente": find_person().usuario}
    try:
        if resposta not in ("com", "sem"):
            raise Recusa("entrada-invalida", "Nada foi feito: responda com um dos botões.")
        check_fields("resposta")
        jobs.answer_selo(office(), author(), job_id, data, key())
    except Recusa as refusal:
        return _refused(job_id, refusal)
    flash(f"Resposta registrada: ficha {resposta.upper()} SELO.")
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _refused(job_id: str, refusal: Recusa) -> ResponseReturnValue:
    """Show the current question again, with the typed fields and the refusal."""
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    form = refused_form(refusal)
    if refusal.word == "pergunta-mudou":
        # The other fields were about other seals: keep only the reason.
        reason = {"motivo": form.value_of("motivo")}
        form = Form(reason, {}, "Nada foi feito: os selos mudaram desde que a pergunta foi aberta. Leia de novo.")
    return _show(jobs.look_up(office(), job_id), form), refusal.kind.status


def _show(job: JsonView, form: Form) -> str:
    open_question = job["pergunta"]
    if open_question is None:
        return render_template("screens/pergunta_fechada.html", job=job, resposta=_answer(job))
    still_open = _still_open(job).html
    if open_question["tipo"] == "selo":
        return render_template("screens/pergunta_selo.html", job=job, forma=form, ainda=still_open)
    selos = [jobs.selo(office(), codigo) for codigo in open_question["selos"]]
    previous = _previous(selos)
    return render_template(
        "screens/pergunta_xa.html",
        job=job,
        forma=form,
        ainda=still_open,
        selos=selos,
        anterior=previous,
        medida=None if previous is None else measure(previous),
        papel_em_maos=KINDS[job["documento"]["tipo"]].leaves_office,
        folhas_novas=job["documento"]["tipo"] == "livro" and office().rules.folhas_novas,
        encerrado=bool(open_question["xa_ate"]) and words.is_past(open_question["xa_ate"], now()),
        chefia=find_person().papel in people.HEADS,
    )


def _still_open(job: JsonView) -> polling.Part:
    return polling.live_part(
        "screens/_ainda.html", "web.vivo_pergunta", {"job_id": job["id"]}, job=job, resposta=_answer(job)
    )


def _previous(selos: list[JsonObject]) -> JsonObject | None:
    """Return the job whose print the seals are on."""
    made = next((selo["job"] for selo in selos if selo["job"]), None)
    return None if made is None else jobs.look_up(office(), made)


def _answer(job: JsonView) -> event_words.Event | None:
    """Return the event that closed the newest question; None while it is open, or if there was none."""
    return None if job["pergunta"] else event_words.answer(jobs.life(office(), job["id"]))
