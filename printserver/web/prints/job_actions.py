"""What a person can do with a print now; and what cannot be done, with the reason."""

from dataclasses import dataclass, replace

from flask import url_for

from printserver import jobs
from printserver.common.data import JsonView
from printserver.web import access
from printserver.web.context import author, office


@dataclass(frozen=True, slots=True)
class Action:
    """An action: id of its link, its words, its address; `motivo` is why it cannot be done now, None if it can."""

    id: str
    texto: str
    endereco: str
    motivo: str | None = None


def can(job: JsonView) -> dict[str, bool]:
    """Return the actions allowed in the job's state; `jobs` checks again on each action."""
    signatures = job["documento"]["tipo"] == "livro" and bool(job["vale"])
    return jobs.allowed(office(), job["id"]) | {"assinaturas": signatures}


def of(job: JsonView) -> list[Action]:
    """Return the actions on the print, those that can be done first."""
    allowed = can(job)
    reasons = {
        "folhas": _why_no_sheets(job),
        "reenviar": _why_no_resend(job),
        "cancelar": "O trabalho já terminou: nada há a cancelar.",
        "assinaturas": _DEAD if job["vale"] is False else "As assinaturas são do livro impresso e selado.",
    }
    texts = {
        "folhas": _sheets_words(job),
        "reenviar": "Nada saiu: imprimir tudo de novo…",
        "cancelar": "Cancelar…",
        "assinaturas": "Assinaturas em dias diferentes…",
    }
    endpoints = {"reenviar": "reenviar", "folhas": "folhas", "cancelar": "cancelar", "assinaturas": "assinar"}
    made = [
        Action(
            f"ir-{name}",
            text,
            url_for(f"web.{endpoints[name]}", job_id=job["id"]),
            None if allowed[name] else reasons[name],
        )
        for name, text in texts.items()
        if name != "assinaturas" or job["documento"]["tipo"] == "livro"
    ]
    made += _new_documents(job)
    if not access.may(access.PRINT):
        made = [replace(each, motivo=access.why_not(access.PRINT)) for each in made]
    return sorted(made, key=lambda action: action.motivo is not None)


_DEAD = "Os selos desta impressão foram excluídos, ou outro documento tomou o lugar dela."
_REMOVED = "Texto e PDF foram removidos, pelo prazo de guarda: mande o documento outra vez pelo programa."


def _sheets_words(job: JsonView) -> str:
    if job["faltam"]:
        return "Imprimir as páginas que faltam…"
    if job["estado"] == "incerto":
        return "Informar o que saiu, folha por folha…"
    return "Alguma folha se estragou ou não saiu…"


def _why_no_sheets(job: JsonView) -> str:
    if job["removido_em"]:
        return _REMOVED
    if job["vale"] is False:
        return _DEAD
    if job["estado"] == "cancelado":
        return "Nada foi impresso por este pedido."
    return "Ainda não foi à impressora."


def _why_no_resend(job: JsonView) -> str:
    if job["removido_em"]:
        return _REMOVED
    if job["vale"] is False:
        return _DEAD
    if job["desatualizado"]:
        return "Mostra um selo que já não vale: exclua o selo deste e imprima-o de novo."
    if job["pergunta"] and job["pergunta"]["tipo"] != "folhas":
        return "Espera a resposta à pergunta."
    if job["estado"] == "cancelado":
        return "O pedido foi cancelado: mande o documento de novo pelo programa."
    if job["estado"] == "impresso":
        return "As folhas saíram: informe só as que se estragaram."
    if not job["encerrado"]:
        return "Ainda está a caminho da impressora: espere, ou cancele."
    return "Já se contaram ou informaram folhas: use folha por folha."


def _new_documents(job: JsonView) -> list[Action]:
    """Return the documents that are made from this print (X8, N11)."""
    made = {
        "substituir": ("Já saiu do cartório com erro: substituir…", url_for("web.substituir", job_id=job["id"])),
        "copia_judicial": ("Cópia por ordem judicial…", url_for("web.copia_judicial", job_id=job["id"])),
    }
    return [
        Action(f"ir-{name}", *made[name], why_not or None)
        for name, why_not in jobs.further(office(), author(), job["id"]).items()
    ]
