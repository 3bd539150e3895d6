"""One job: its state in plain words, its seals, its history, and its marked copy (X9)."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.web import polling, words
from printserver.web.context import autor, office


def trabalho(job_id: str) -> ResponseReturnValue:
    """Show the page of one job."""
    job = jobs.consultar(office(), job_id)
    return render_template("screens/trabalho.html", job=job, parte=_parte(job).html, copia=_copia(job))


def vivo_trabalho(job_id: str) -> ResponseReturnValue:
    """Answer the poll of a job's page."""
    return polling.responder(_parte(jobs.consultar(office(), job_id)))


def vivo_copia(job_id: str) -> ResponseReturnValue:
    """Answer the poll for the marked copy: nothing until there is one; then it is shown and asked for no more."""
    job = jobs.consultar(office(), job_id)
    return _copia(job) if job["sha256"] else Response(status=204)


def pdf(job_id: str) -> ResponseReturnValue:
    """Give the marked copy, never the sealed bytes: a screen is not a printer (X9)."""
    dados = jobs.pdf(office(), autor(), job_id, copia=True)
    response = Response(dados, mimetype="application/pdf")
    como = "attachment" if request.args.get("baixar") else "inline"
    response.headers["Content-Disposition"] = f'{como}; filename="copia-{job_id[:12]}.pdf"'
    return response


def pode(job: Mapping[str, Any]) -> dict[str, bool]:
    """Return what may be asked for in the job's state; `jobs` decides again when it is asked."""
    assinaturas = job["documento"]["tipo"] == "livro" and bool(job["vale"])
    return jobs.permitido(office(), job["id"]) | {"assinaturas": assinaturas}


def _parte(job: Mapping[str, Any]) -> polling.Parte:
    ditas = jobs.ditas(office(), job["id"]) if job["sha256"] else {}
    return polling.parte(
        "screens/_trabalho.html",
        "web.vivo_trabalho",
        {"job_id": job["id"]},
        job=job,
        pode=pode(job),
        anterior=jobs.anterior(office(), job["id"]) if job["selos"] else None,
        ditas=ditas if any(each["estado"] for each in ditas.values()) else {},
        estados=words.PAGINAS,
    )


def _copia(job: Mapping[str, Any]) -> str:
    """Return the part of the page with the PDF: live only until the PDF exists, so that a reader is not disturbed."""
    if job["sha256"]:
        return render_template("screens/_copia.html", job=job)
    return polling.parte("screens/_copia.html", "web.vivo_copia", {"job_id": job["id"]}, job=job).html
