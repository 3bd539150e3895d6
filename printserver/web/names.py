"""What a print is called on the screens: title, parties, livro and folhas, as people say them; its number apart.

`Escritura de venda e compra · Brandão de Araújo → Figueiró`, `L. 123, fls. 1–2v`, `P-2026-001234`.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from textwrap import shorten
from typing import Final

from flask import g

from printserver import documents, jobs
from printserver.common.data import JsonObject, JsonView
from printserver.common.text import latin
from printserver.web.context import office

_TITLE_CHARS: Final = 36
_NAME_CHARS: Final = 40
_PARTICLES: Final = frozenset({"da", "das", "de", "do", "dos", "e", "di", "du", "del", "della", "van", "von", "y"})
_SUFFIXES: Final = frozenset({"filho", "filha", "neto", "neta", "junior", "jr", "sobrinho", "sobrinha", "segundo"})
_COMPANY: Final = re.compile(
    r"\b(ltda|s/?a|s\.a|eireli|me|epp|cia|banco|municipio|estado|uniao|condominio|associacao|espolio|fundacao|igreja)\b"
)
_BYSTANDERS: Final = ("interven", "anuent", "procurador", "testemunh", "representa", "advogad", "assistent")
_ENDING: Final = re.compile(r"(es|as|os|s|a|o|e)$")
_PIECES: Final = {"capa": "capa", "memorial": "memorial", "folha-do-selo": "folha do selo"}
_NOTHING: Final[JsonObject] = {"titulo": None, "partes": None, "iniciais": None, "lados": None}


def load(listed: Iterable[JsonView]) -> None:
    """Read the names of all prints of a list at once; the filters below then ask no more."""
    known = _known()
    if wanted := [job["id"] for job in listed if job["id"] not in known]:
        found = jobs.names_of(office(), wanted)
        known |= {job_id: found.get(job_id, _NOTHING) for job_id in wanted}


def name(job: JsonView) -> str:
    """Return what a print is called: its title, and whose it is."""
    return " · ".join(filter(None, (title(job), whose(job))))


def title(job: JsonView) -> str:
    """Return the title of a print; a copy, a draft or a piece of a habilitação is called so first."""
    document = job["documento"]
    kind = documents.kind_of(document)
    found = shorten(_plain_title(_of(job)["titulo"] or ""), _TITLE_CHARS, placeholder="…")
    if kind.is_copy or kind is documents.KINDS["minuta"]:
        first = f"{document['numero']}º traslado" if document.get("numero") else kind.name
        return f"{first} · {found}" if found else first
    if kind is documents.KINDS["habilitacao"]:
        return f"{kind.name}, {_PIECES.get(document.get('especie'), 'peça')}"
    return found or kind.name


def whose(job: JsonView) -> str:
    """Return the parties of a print; of one whose term is over, their initials."""
    found = _of(job)
    return parties(found["partes"] or ()) or (found["iniciais"] or "").replace(";", ", ")


def place(job: JsonView) -> str:
    """Return where a print stands: `L. 123, fls. 1–2v`; empty without a livro."""
    document, sides = job["documento"], _of(job)["lados"]
    if not document.get("livro"):
        return ""
    livro = f"L. {_bare(document['livro'])}"
    first, last = document.get("folha_inicial"), document.get("folha_final")
    if not first:
        return livro
    if sides is not None:
        first, last = (f"{folha}{'v' if lado == 'verso' else ''}" for folha, lado in sides)
    first, last = _bare(first), _bare(last or first)
    return f"{livro}, fl. {first}" if first == last else f"{livro}, fls. {first}–{last}"


def number(job: JsonView) -> str:
    """Return the number by which the calling program knows a document: of instrumento, pedido, ficha, processo …"""
    document = job["documento"]
    found = str(document.get(documents.kind_of(document).named_by) or "")
    return f"{found}, via {document['via']}" if (document.get("via") or 1) > 1 else found


def short(job_ids: Collection[str]) -> dict[str, str]:
    """Return the title and the parties of prints by their ids, as far as they are kept."""
    found = jobs.names_of(office(), list(job_ids)) if job_ids else {}
    return {
        job_id: " · ".join(filter(None, (_plain_title(each["titulo"] or ""), parties(each["partes"] or ()))))
        for job_id, each in found.items()
    }


def parties(persons: Sequence[JsonView]) -> str:
    """Return whose a document is: two sides by their surnames, with an arrow; of one side, the names in full."""
    sides: dict[str, list[str]] = {}
    for each in persons:
        sides.setdefault(_side(each.get("qualidade")), []).append(_cased(each["nome"]))
    acting = [names for side, names in sides.items() if not side.startswith(_BYSTANDERS)] or list(sides.values())
    if not acting:
        return ""
    if len(acting) == 1:
        return _joined([shorten(each, _NAME_CHARS, placeholder="…") for each in acting[0]])
    return " → ".join(_joined(list(dict.fromkeys(map(surname, names)))) for names in acting[:2])


def surname(nome: str) -> str:
    """Return a person's surname as people shorten it: `Brandão de Araújo`, `Souza Filho`; a company's name whole."""
    words = nome.split()
    if len(words) < 2 or _COMPANY.search(latin(nome)):
        return shorten(nome, _NAME_CHARS, placeholder="…")
    start = len(words) - 1
    if latin(words[start]).rstrip(".") in _SUFFIXES and start > 1:
        start -= 1
    if start >= 4 and words[start - 1].casefold() in _PARTICLES and words[start - 2].casefold() not in _PARTICLES:
        start -= 2  # two given names before: what stands before the particle is a surname too
    return " ".join(words[start:])


def _known() -> dict[str, JsonObject]:
    if "web_prints" not in g:
        g.web_prints = {}
    known: dict[str, JsonObject] = g.web_prints
    return known


def _of(job: JsonView) -> JsonObject:
    load([job])
    return _known()[job["id"]]


def _side(quality: str | None) -> str:
    """Return the first word of a quality, alike for both genders and numbers: `Vendedora e credora` as `Vendedor`."""
    first = latin(quality or "").split()[:1]
    return _ENDING.sub("", first[0]) if first else ""


def _joined(names: Sequence[str]) -> str:
    if len(names) <= 2:
        return " e ".join(names)
    return f"{names[0]} e outros {len(names) - 1}"


def _plain_title(titulo: str) -> str:
    """Return a title without what every deed is, and not in capitals throughout."""
    text = re.sub(r"\s+p[úu]blic[oa]\b", "", titulo, count=1, flags=re.IGNORECASE)
    return text.capitalize() if text.isupper() else text


def _cased(nome: str) -> str:
    if not nome.isupper():
        return nome
    words = (word.lower() if word.casefold() in _PARTICLES else word.capitalize() for word in nome.split())
    return " ".join(words)


def _bare(number: str) -> str:
    """Return a number of a livro or folha without leading zeros."""
    return number.lstrip("0") or number
