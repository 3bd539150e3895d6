"""Seals by part of a code, by number of paper, and by a folha within a livro, as SQL conditions (T5).

Each part is read from an index of its own, on both databases, so a million seals are not read (`bench/lookup.py`).
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.documents import normalize, normalize_folha, normalize_sheet
from printserver.office import Office
from printserver.selo import parse_paper_seal

MIN_PART: Final = 4  # characters
_CODE_CHARS, _UP_TO_ATO, _UP_TO_NUMBER = 25, 9, 22
_PART: Final = re.compile(r"[0-9A-Z]+")
_ATO_AND_NUMBER: Final = re.compile(r"[0-9A-Z]{2}[0-9A-Z]*")
_s = db.selo.c

Condition = sa.ColumnElement[bool]


def with_part(office: Office, text: str) -> Condition:
    """Return the condition that a seal's code begins or ends with `text`, or that `text` is the number of its paper.

    A part begins at the office's CNS, down to the ato, or at the ato; it ends at the number or at the last character,
    and has four characters at least. The paper is a paper seal, or a numbered sheet of the seal's print.
    """
    mine, paper = _s.serventia_id == office.serventia_id, db.papel.c
    part = "".join(letter for letter in text.upper() if letter not in " .-/|")
    if _UP_TO_ATO <= len(part) <= _CODE_CHARS and part.startswith(office.cns) and _PART.fullmatch(part):
        # May be many, so not by id; down to the ato, by the columns of an index that is in the list's order.
        return sa.and_(mine, _of_ato(part) if len(part) == _UP_TO_ATO else _beginning(part))
    found = [] if len(part) < MIN_PART or not _PART.fullmatch(part) else list(_of_code(office, part))
    if (numbered := _paper_seal(office, text)) is not None:
        found.append(numbered)
    sheets = (
        sa.select(_s.id)
        .join(db.papel, sa.and_(paper.serventia_id == _s.serventia_id, paper.job_id == _s.job_id))
        .where(paper.serventia_id == office.serventia_id, paper.numero == normalize_sheet(text))
    )
    # One index for each, which an OR over different expressions would not use on SQLite; joins for the same reason.
    return _one_of(office, sa.union(sheets, *(sa.select(_s.id).where(mine, each) for each in found)))


def _of_code(office: Office, part: str) -> Iterator[Condition]:
    """Yield the conditions that `part` begins or ends a code."""
    size = len(part)
    if size > _CODE_CHARS:
        return
    if size > 2 and _ATO_AND_NUMBER.fullmatch(part) and not part[:2].isdigit():
        yield from (_beginning(f"{office.cns}{natureza}{part}") for natureza in (1, 2))
    yield sa.and_(_s.codigo_fim == part[-MIN_PART:], sa.func.substr(_s.codigo, _CODE_CHARS + 1 - size) == part)
    if size <= _UP_TO_NUMBER:
        start = _UP_TO_NUMBER + 1 - size
        yield sa.and_(_s.numero_fim == part[-MIN_PART:], sa.func.substr(_s.codigo, start, size) == part)


def _beginning(part: str) -> Condition:
    """Return a range over the index of codes; digits sort before capitals in every collation."""
    return _s.codigo.between(part.ljust(_CODE_CHARS, "0")[:_CODE_CHARS], part.ljust(_CODE_CHARS, "Z")[:_CODE_CHARS])


def _of_ato(part: str) -> Condition:
    natureza, ato = part[-3], part[-2:]
    return sa.and_(_s.natureza == int(natureza), _s.ato == ato) if natureza.isdigit() else sa.false()


def _paper_seal(office: Office, text: str) -> Condition | None:
    """Return the condition that a seal is of this paper seal, as `AU0371AJ 0979007`; None if it is not written so."""
    try:
        paper = parse_paper_seal(text.upper().strip())
    except ValueError:
        return None
    code = f"{office.cns}1{paper.ato}{paper.informacao}"
    return _beginning(code)


def on_folha(office: Office, livro: str, folha: str) -> Condition:
    """Return the condition that a seal is of a deed that stands on this folha of the livro, wherever it begins.

    Raises `Recusa` `entrada-invalida` if the folha is not written in digits.
    """
    book, number = normalize(livro), normalize_folha(folha)
    sides, deed, copy = db.folha_lado.c, db.documento.alias("escritura"), db.documento.alias("copia")
    mine = _s.serventia_id == office.serventia_id
    begins = sa.select(_s.id).where(mine, _s.livro == book, _s.folha_inicial == str(number))
    within = (
        sa.select(_s.id)
        .select_from(db.folha_lado)
        .join(deed, (deed.c.serventia_id == sides.serventia_id) & (deed.c.id == sides.documento_id))
        .join(copy, sa.and_(copy.c.serventia_id == deed.c.serventia_id, copy.c.instrumento_id == deed.c.instrumento_id))
        .join(db.selo, sa.and_(_s.serventia_id == copy.c.serventia_id, _s.documento_id == copy.c.id))
        .where(
            sides.serventia_id == office.serventia_id,
            sides.livro == book,
            sides.folha == number,
            sa.text("folha_lado.estado <> 'livre'"),  # as the index is written
        )
    )
    return _one_of(office, sa.union(begins, within), few=True)


def _one_of(office: Office, ids: sa.CompoundSelect[Any], *, few: bool = False) -> Condition:
    """Return the condition that a seal is one of these, read by the table's key.

    PostgreSQL's key has the office before the id. On SQLite the id is the key, and the office named beside it would
    lead to an index by office instead. `few`: PostgreSQL would take them for many, and read all seals.
    """
    if office.db.sqlite:
        return _s.id.in_(ids)
    found = _s.id == sa.any_(sa.func.array(ids.scalar_subquery())) if few else _s.id.in_(ids)
    return sa.and_(_s.serventia_id == office.serventia_id, found)
