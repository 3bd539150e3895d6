"""Page of one job: verdict, what can be done, seals, its life in plain words, and the pages of the marked copy (X9)."""

import hashlib

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.common.data import JsonObject, JsonView
from printserver.errors import Recusa
from printserver.rendering import WIDTHS
from printserver.web import polling, words
from printserver.web.address import requested_option
from printserver.web.context import author, find_person, office
from printserver.web.prints import event_words, job_actions

_kept: polling.Kept[JsonObject] = polling.Kept()


def show_job(job_id: str) -> ResponseReturnValue:
    """Show the page of one job."""
    job = jobs.look_up(office(), job_id)
    return render_template("screens/trabalho.html", job=job, parte=_part(job_id).html, copia=_copy_part(job))


def live_job(job_id: str) -> ResponseReturnValue:
    """Answer the poll of a job's page."""
    return polling.answer(lambda: _part(job_id))


def live_copy(job_id: str) -> ResponseReturnValue:
    """Answer the poll for the marked copy: 204 until there is one; then return it, and polling stops."""
    job = jobs.look_up(office(), job_id)
    return _copy_part(job) if job["sha256"] else Response(status=204)


def pdf(job_id: str) -> ResponseReturnValue:
    """Return the marked copy, never the sealed PDF (X9)."""
    data = jobs.pdf(office(), author(), job_id, copia=True)
    response = Response(data, mimetype="application/pdf")
    disposition = "attachment" if request.args.get("baixar") else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="copia-{job_id[:12]}.pdf"'
    return response


def page_image(job_id: str, pagina: int) -> ResponseReturnValue:
    """Return the image of a page of the marked copy; a picture with words in its place if it cannot be drawn (X9).

    The address of an image names its content, and the browser keeps it for the session it was asked in.
    """
    width = requested_option("largura", [str(each) for each in WIDTHS]) or WIDTHS[0]
    try:
        image = jobs.page_image(office(), job_id, pagina, int(width))
    except Recusa as refusal:
        if refusal.word in ("nao-encontrado", "pdf-ainda-nao", "removido"):
            raise
        words_alone = render_template("screens/sem_imagem.svg", texto=refusal.detail)
        return Response(words_alone, mimetype="image/svg+xml")
    response = Response(image, mimetype="image/png")
    response.set_etag(hashlib.sha256(image).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["Vary"] = "Cookie"
    return response.make_conditional(request)


def measure(job: JsonView) -> tuple[int, int, int]:
    """Return width and height of a page's image in pixels, and the width of the large one."""
    width, height = jobs.page_size(office(), job["id"])
    return WIDTHS[0], round(WIDTHS[0] * height / width), WIDTHS[-1]


def _part(job_id: str) -> polling.Part:
    here = office()
    values = _kept.get(here, (here.instance_name, job_id, find_person().usuario), lambda: _gather(job_id))
    return polling.live_part("screens/_trabalho.html", "web.vivo_trabalho", {"job_id": job_id}, **values)


def _gather(job_id: str) -> JsonObject:
    """Return what the live part of a job's page shows."""
    job = jobs.look_up(office(), job_id)
    return {
        "job": job,
        "acoes": job_actions.of(job),
        "anterior": jobs.previous(office(), job_id) if job["selos"] else None,
        "folhas": sheets(job),
        "estados": words.PAGE_STATES,
        "vida": event_words.life(jobs.life(office(), job_id)),
    }


def sheets(job: JsonView) -> dict[int, JsonObject]:
    """Return what is known of each page's sheet: number and report; empty if nothing is."""
    reported = jobs.reported(office(), job["id"])
    return reported if any(each["estado"] or each["papel"] for each in reported.values()) else {}


def _copy_part(job: JsonView) -> str:
    """Return the pages as images; live only until the PDF exists, so that a reader is not disturbed."""
    if job["removido_em"]:
        return render_template("screens/_copia.html", job=job)
    if job["sha256"]:
        return render_template("screens/_copia.html", job=job, medida=measure(job), folhas=sheets(job))
    return polling.live_part("screens/_copia.html", "web.vivo_copia", {"job_id": job["id"]}, job=job).html
