"""The one search: whatever a person typed, scanned or pasted, in any field, of any day; one hit opens at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.common.data import JsonObject, JsonView
from printserver.web import names
from printserver.web.address import requested_text
from printserver.web.civil.records import record_of
from printserver.web.context import office
from printserver.web.prints import prints
from printserver.web.seals.search import WRONG_DIGIT

_SHOWN: Final = 10  # of each group
_MAX_TEXT: Final = 1000  # a whole QR

SealFilters = Mapping[str, str]


def find_anything() -> ResponseReturnValue:
    """Show what was found by groups: prints, seals, records of Registro Civil; open the only hit."""
    text = requested_text("q", _MAX_TEXT)
    terms = search.parse_terms(text)
    wrong = _wrong(terms)
    found = _nothing() if wrong or terms.empty else jobs.find(office(), {}, text, limit=_SHOWN)
    by = None if wrong else seal_filters(terms)
    seals = search.list_all(office(), by)["itens"] if by else []
    if not (seals or wrong) and terms.part:
        by = {"parte": text}
        seals = search.list_all(office(), by)["itens"]
    if only := _only(found["itens"], seals):
        return redirect(only, 303)
    names.load(found["itens"])
    listed = {record: None for job in found["itens"] if (record := record_of(job["documento"]))}
    return render_template(
        "screens/procurar.html",
        q=text,
        termos=terms,
        erro=wrong,
        impressoes=found,
        selos=seals[:_SHOWN],
        filtros_dos_selos=_typed(by) if by and len(seals) > _SHOWN else None,
        registros=list(listed),
        lista_toda=bool(found["mais"]) and len(text) <= prints.MAX_TEXT,
    )


def _wrong(terms: search.Terms) -> str | None:
    """Return what is wrong with a code or matrícula whose check digits do not match."""
    if terms.wrong_codigo:
        return f"{terms.codigo} tem a forma de um código de selo, mas {WRONG_DIGIT}."
    if terms.wrong_matricula:
        return "São os 32 algarismos de uma matrícula, mas os dois últimos (verificadores) não conferem: confira-os."
    return None


def seal_filters(terms: search.Terms) -> SealFilters | None:
    """Return the filters that find seals by what was typed, None where it names none."""
    if terms.codigo:
        return {"codigo": terms.codigo}
    if terms.matricula:
        return {"matricula": terms.matricula}
    if terms.livro and not terms.words:
        return {"livro": terms.livro} | ({"folha": terms.folha} if terms.folha else {})
    return {"identificador": terms.number} if terms.number else None


def _typed(by: SealFilters) -> SealFilters:
    """Return filters as the seals' screen has them: one field for a code and for a part."""
    return {"codigo" if name == "parte" else name: value for name, value in by.items()}


def _only(found: Sequence[JsonView], seals: Sequence[JsonView]) -> str | None:
    """Return the address of the only hit. A seal's own code opens the seal; a print beside its own seals, the print."""
    if len(seals) == 1 and len(found) <= 1:
        return url_for("web.selo", codigo=seals[0]["codigo"])
    if len(found) == 1 and all(seal["job"] == found[0]["id"] for seal in seals):
        return url_for("web.trabalho", job_id=found[0]["id"])
    return None


def _nothing() -> JsonObject:
    return {"itens": [], "mais": False, "total": 0}
