"""Correição: one PDF of all that is on record of a seal, a print or an act, found by whatever names it (A6).

Its making is on record, with the SHA-256 of the file: a copy that somebody changed is told from the one made here.
"""

import hashlib
import re
from collections.abc import Callable

import sqlalchemy as sa
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import db, jobs, search
from printserver.common.data import JsonView
from printserver.errors import Recusa
from printserver.search import Inspection
from printserver.selo import parse_paper_seal
from printserver.web import find, names, words
from printserver.web.address import NOTHING_FOUND, requested_text
from printserver.web.audit import inspection_words
from printserver.web.context import find_person, now, office, register
from printserver.web.forms import Form
from printserver.web.seals.search import WRONG_DIGIT

_SHOWN = 20
_MAX_TEXT = 1000  # a whole QR


def search_page() -> ResponseReturnValue:
    """Ask what is to be examined, and show what was found by it."""
    text = requested_text("q", _MAX_TEXT)
    terms = search.parse_terms(text)
    if terms.wrong_codigo:
        form = Form({"q": text}, {"q": WRONG_DIGIT}, NOTHING_FOUND)
        return render_template("screens/correicao.html", forma=form, q=text, achados=None), 422
    codes, prints = _found(text, terms) if text else ([], [])
    names.load(prints)
    acts = {str(job["documento"]["instrumento"]) for job in prints if job["documento"].get("instrumento")}
    values = {"selos": codes, "impressoes": prints, "atos": sorted(acts)}
    return render_template("screens/correicao.html", forma=Form({"q": text}), q=text, achados=values if text else None)


def pdf_of_seal(codigo: str) -> ResponseReturnValue:
    """Make the correição of a seal."""
    code = codigo.upper()
    return _answer("selo", code, f"Selo {code}", search.inspect_seal)


def pdf_of_print(job_id: str) -> ResponseReturnValue:
    """Make the correição of a print: of its document."""
    title = words.title(jobs.look_up(office(), job_id)["documento"])
    return _answer("trabalho", job_id, title, search.inspect_print)


def pdf_of_act() -> ResponseReturnValue:
    """Make the correição of an instrumento, or of a record of Registro Civil."""
    name = requested_text("id")
    return _answer("ato", name, f"Ato {name}", search.inspect_act)


def _answer(kind: str, name: str, title: str, inspect: Callable[[jobs.Office, str], Inspection]) -> ResponseReturnValue:
    here, person = office(), find_person()
    found = inspect(here, name)
    made = f"Feita em {words.full_time(now())} por {person.nome} ({person.usuario})"
    content = here.render.report(inspection_words.report(found, title, made))
    what = {"tipo": kind, "sha256": hashlib.sha256(content).hexdigest(), "cabeca": found.head}
    register("correicao", name, "feita", what)
    response = Response(content, mimetype="application/pdf")
    file = re.sub(r"[^A-Za-z0-9]+", "-", name)[:40].strip("-") or kind
    disposition = "attachment" if request.args.get("baixar") else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="correicao-{file}.pdf"'
    return response


def _found(text: str, terms: search.Terms) -> tuple[list[JsonView], list[JsonView]]:
    """Return the seals and the prints that are named by a code, a paper, a livro and folha, a pedido, a job."""
    if paper := _of_paper_seal(text):
        terms = search.parse_terms(paper)
        text = paper
    by = find.seal_filters(terms)
    seals = search.list_all(office(), by)["itens"][:_SHOWN] if by else []
    try:
        prints = jobs.find(office(), {}, text, limit=_SHOWN)["itens"]
    except Recusa as refusal:
        if refusal.word != "entrada-invalida":
            raise
        prints = []
    return seals, prints


def _of_paper_seal(text: str) -> str | None:
    """Return the seal that reported a paper seal (`AU0371AJ 0979007`); None if the text names none (S4)."""
    try:
        paper = parse_paper_seal(" ".join(text.upper().split()))
    except ValueError:
        return None
    table, here = db.selo_papel.c, office()
    mine = (table.serventia_id == here.serventia_id, table.ato == paper.ato, table.serie == paper.serie)
    with here.db.read() as conn:
        query = sa.select(table.codigo).where(*mine, table.numero == paper.numero)
        found: str | None = conn.execute(query).scalar_one_or_none()
    return found
