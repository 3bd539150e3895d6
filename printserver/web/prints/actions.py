"""Actions of a person on a job, each with a reason: resend, cancel, report what came out page by page (X5)."""

import re
from collections.abc import Callable, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.common.data import JsonObject, JsonView
from printserver.errors import BadField, Recusa, invalid_input
from printserver.jobs import Office, page_ranges
from printserver.office import Author
from printserver.web import words
from printserver.web.context import author, find_person, office
from printserver.web.forms import (
    Form,
    check_confirmed,
    check_fields,
    field_errors,
    key,
    refused_form,
    ticked,
    typed_choice,
    typed_text,
)
from printserver.web.prints.job_actions import can
from printserver.web.prints.job_page import measure

_Action = Callable[[Office, Author, str, object, str | None], object]


def resend(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then send the whole print again. The person confirms that no page came out."""
    made = "O documento foi enviado de novo, com os mesmos selos."
    return _act(job_id, "reenviar", jobs.resend, ("motivo", "fila", "bandeja"), made)


def cancel(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, then cancel the job."""
    return _act(job_id, "cancelar", jobs.cancel, ("motivo",), "O pedido de cancelamento foi registrado.")


def folhas(job_id: str) -> ResponseReturnValue:
    """Ask what came out, page by page, then record it and print the missing pages."""
    job = jobs.look_up(office(), job_id)
    if request.method == "GET":
        return _render_form(job, "folhas", Form())
    reported: list[JsonObject] = []
    try:
        if typed_text("versos"):
            check_fields("versos")
            ticked("versos")
            turned = {"escrevente": find_person().usuario, "motivo": "folhas viradas na bandeja"}
            jobs.report_pages(office(), author(), job_id, turned | {"paginas": [], "versos": True}, key())
            flash("Os versos vão ser impressos.")
            return redirect(url_for("web.trabalho", job_id=job_id), 303)
        check_fields("outras", "parou", r"pagina_\d+", r"papel_\d+", "motivo", "imprimir", "fila", "bandeja")
        check_confirmed()
        reported = _claimed(job, all_pages=not _needs_turning(job))
        data = _who_and_why() | {"paginas": reported} | _to_print(job, reported)
        jobs.report_pages(office(), author(), job_id, data, key())
    except Recusa as refusal:
        return _refused(job_id, "folhas", _by_page(refusal, reported))
    flash("O que saiu, folha por folha, foi registrado.")
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _to_print(job: JsonView, reported: Sequence[JsonView]) -> JsonObject:
    """Return the pages to print again (those not reported good), with the queue and tray that the person chose."""
    queue = _typed_queue()
    if not ticked("imprimir"):
        if queue.get("bandeja") or queue.get("fila", job["fila"]) != job["fila"]:
            nome = "bandeja" if queue.get("bandeja") else "fila"
            raise invalid_input(nome, "vale só para imprimir de novo: marque-o, ou deixe como estava")
        return {"imprimir": None}
    faltam = [said["pagina"] for said in reported if said["estado"] != "boa"]
    return {"imprimir": page_ranges(faltam)} | queue if faltam else {"imprimir": None}


def _by_page(refusal: Recusa, reported: Sequence[JsonView]) -> Recusa:
    """Replace positions in the list `reported` by page numbers in the refusal's field names."""

    def page(field: str) -> str:
        found = re.fullmatch(r"paginas\.(\d+)\.(\w+)", field)
        if found is None or int(found[1]) >= len(reported):
            return field
        return f"{'papel' if found[2] == 'papel' else 'pagina'}_{reported[int(found[1])]['pagina']}"

    refusal.errors = tuple(BadField(page(each.campo), each.mensagem) for each in refusal.errors)
    return refusal


def _act(job_id: str, nome: str, acao: _Action, fields: tuple[str, ...], made: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _render_form(jobs.look_up(office(), job_id), nome, Form())
    try:
        check_fields(*fields)
        check_confirmed()
        data = _who_and_why() | (_typed_queue() if "fila" in fields else {})
        acao(office(), author(), job_id, data, key())
    except Recusa as refusal:
        return _refused(job_id, nome, refusal)
    flash(made)
    return redirect(url_for("web.trabalho", job_id=job_id), 303)


def _refused(job_id: str, nome: str, refusal: Recusa) -> ResponseReturnValue:
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    return _render_form(jobs.look_up(office(), job_id), nome, refused_form(refusal)), refusal.kind.status


def _render_form(job: JsonView, nome: str, form: Form) -> str:
    return render_template(
        f"screens/{nome}.html",
        job=job,
        forma=form,
        pode=can(job),
        filas=jobs.all_queues(office()) if nome != "cancelar" else [],
        estados=words.PAGE_STATES,
        ditas=jobs.reported(office(), job["id"]) if nome == "folhas" else {},
        medida=measure(job),
        vira=_needs_turning(job),
        chave=_key_of_report(job) if nome == "folhas" else "",
    )


def _key_of_report(job: JsonView) -> str:
    """Return the idempotency key of the next report of pages: of two tabs that saw the same, one alone counts (X5)."""
    reports = sum("paginas" in step["detalhe"] for step in job["historico"] if isinstance(step["detalhe"], dict))
    return f"folhas-{job['id']}-{reports}"


def _who_and_why() -> dict[str, object]:
    return {"escrevente": find_person().usuario, "motivo": typed_text("motivo")}


def _typed_queue() -> dict[str, str]:
    """Return the queue and tray of the form. Raises `Recusa` `entrada-invalida` for an unknown queue."""
    if typed_text("fila"):
        typed_choice("fila", tuple(each["nome"] for each in jobs.all_queues(office())))
    return {nome: typed_text(nome) for nome in ("fila", "bandeja") if typed_text(nome)}


def _needs_turning(job: JsonView) -> bool:
    """Whether the job waits for its sheets to be turned: the back sides were never sent to the printer."""
    question = job["pergunta"]
    return bool(question) and any(each["acao"] == "versos" for each in question["alternativas"])


def _claimed(job: JsonView, *, all_pages: bool) -> list[JsonObject]:
    """Return the reported state of each page; pages without a state have that of `_default`.

    `all_pages`: every page must have a state. The field of a spoiled sheet's number is prefilled where it is known.
    """
    known = jobs.reported(office(), job["id"])
    default = _default(known)
    reported: list[JsonObject] = []
    erros: dict[str, str] = {}
    for page in _form_pages(job["paginas"]):
        state, papel = typed_text(f"pagina_{page}") or default(page), typed_text(f"papel_{page}")
        if state not in words.PAGE_STATES and (state or all_pages):
            erros[f"pagina_{page}"] = "diga se saiu boa, foi inutilizada ou não saiu"
        elif papel and state != "inutilizada" and papel != known[page]["papel"]:
            erros[f"papel_{page}"] = "só se escreve o número de uma folha inutilizada: marque-a assim, ou apague-o"
        elif state:
            spoiled = {"papel": papel} if papel and state == "inutilizada" else {}
            reported.append({"pagina": page, "estado": state} | spoiled)
    if erros:
        raise field_errors(erros, "Falta dizer o que houve com alguma página.")
    return reported


def _default(known: Mapping[int, JsonView]) -> Callable[[int], str]:
    """Return the state of a page without one of its own: by the page where the printer stopped, else by `outras`.

    The sheet on which it stopped is spoiled, those before it are good, those after it did not come out. A page that was
    reported good stays good. Raises `Recusa` `entrada-invalida` for a page that the document does not have.
    """
    stopped, others = typed_text("parou"), typed_text("outras")
    if not stopped:
        return lambda _page: others
    if not (stopped.isascii() and stopped.isdigit() and int(stopped) in known):
        raise invalid_input("parou", "escolha uma das páginas")
    jam = known[int(stopped)]["folha"]

    def state(page: int) -> str:
        if known[page]["vale"] and known[page]["estado"] == "boa":
            return "boa"
        sheet = known[page]["folha"]
        return "inutilizada" if sheet == jam else "boa" if sheet < jam else "nao_saiu"

    return state


def _form_pages(paginas: int) -> range:
    """Return the document's page numbers. Raises `Recusa` `entrada-invalida` if the form names any other page."""
    for nome in request.form:
        found = re.fullmatch(r"(?:pagina|papel)_(\d+)", nome)
        if found is not None and not 1 <= int(found[1]) <= paginas:
            raise Recusa(
                "entrada-invalida", f"Nada foi feito: o documento tem {words.plural(paginas, 'página', 'páginas')}."
            )
    return range(1, paginas + 1)
