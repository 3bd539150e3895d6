"""Page of one job: state in plain Portuguese, seals, history, and the marked copy (X9)."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.common.data import JsonView
from printserver.web import polling, words
from printserver.web.context import author, office


def show_job(job_id: str) -> ResponseReturnValue:
    """Show the page of one job."""
    job = jobs.look_up(office(), job_id)
    return render_template("screens/trabalho.html", job=job, parte=_part(job).html, copia=_copy_part(job))


def live_job(job_id: str) -> ResponseReturnValue:
    """Answer the poll of a job's page."""
    return polling.answer(_part(jobs.look_up(office(), job_id)))


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


def can(job: JsonView) -> dict[str, bool]:
    """Return the actions allowed in the job's state; `jobs` checks again on each action."""
    signatures = job["documento"]["tipo"] == "livro" and bool(job["vale"])
    return jobs.allowed(office(), job["id"]) | {"assinaturas": signatures}


def _part(job: JsonView) -> polling.Part:
    reported = jobs.reported(office(), job["id"]) if job["sha256"] else {}
    return polling.live_part(
        "screens/_trabalho.html",
        "web.vivo_trabalho",
        {"job_id": job["id"]},
        job=job,
        pode=can(job),
        anterior=jobs.previous(office(), job["id"]) if job["selos"] else None,
        ditas=reported if any(each["estado"] for each in reported.values()) else {},
        estados=words.PAGE_STATES,
    )


def _copy_part(job: JsonView) -> str:
    """Return the part of the page with the PDF; live only until the PDF exists, so that a reader is not disturbed."""
    if job["sha256"]:
        return render_template("screens/_copia.html", job=job)
    return polling.live_part("screens/_copia.html", "web.vivo_copia", {"job_id": job["id"]}, job=job).html
