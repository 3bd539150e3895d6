"""The steps from a restored office to one that works: mirror, court's list, last paper, release (B3).

Each step moves the numbers forward, past all that it names, and never back. It can be repeated. Only when every step is
in does a person release the office.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from printserver import db, search
from printserver.clock import local_date, rfc3339
from printserver.common.data import JsonObject, JsonView
from printserver.copies import after_copy, rows
from printserver.copies.bring_back import bring_back
from printserver.copies.read_mirror import read_mirror
from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.office import Act, Author, Office, acting, copy_key, mirror_lines, restored
from printserver.office.restored import Restoration
from printserver.selo import advance, next_number, read, sequence_name

MIRROR, COURT, PAPER = restored.MIRROR, restored.COURT, "papel"
_DIGITS: Final = 13  # of a number (S3)
STEPS: Final = (MIRROR, COURT, PAPER)
WITHOUT_MIRROR: Final = 1000
"""Numbers skipped where no mirror names the last ones: those given out and neither printed nor reported."""
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Release:
    """How far the release is: the restoration, the steps that are asked for, what is missing, the next numbers."""

    restauracao: Restoration
    pedidos: tuple[str, ...]
    faltam: tuple[str, ...]
    following: JsonView


def standing(office: Office) -> Release | None:
    """Return how far the release is; None: the office works."""
    with office.db.read() as conn:
        found = restored.find(conn, office.serventia_id)
        if found is None:
            return None
        missing = tuple(step for step in STEPS if step not in found.passos)
        return Release(found, STEPS, missing, mirror_lines.sequences(conn, office.serventia_id))


def take_mirror(office: Office, author: Author, place: str, reason: str = "") -> JsonObject:
    """Bring back what the mirror at `place` (file or folder) knows beyond the copy.

    Without a place: there is no mirror, or it is lost; `reason` says which, on record. Raises `Recusa`
    `entrada-invalida`, `estado-nao-permite`.
    """
    if not place.strip():
        return _without_mirror(office, author, reason)
    with acting(office, author) as act:
        found = _open(act)
        head = found.registro_n, found.registro_hash
        lost = read_mirror(act.conn, office, Path(place.strip()), head, mirror_lines.cipher(_key(office)))
        counts = bring_back(act, lost)
        after_copy.hold_prints(act)
        after_copy.ask_before_sending(act)
        for name, following in lost.sequences.items():
            _forward(act, name, following)
        _past(act, lost.codigos)
        what = {"arquivo": lost.arquivo, "registros": lost.entries, "cabeca": f"{lost.ate[0]}:{lost.ate[1]}", **counts}
        return _done(act, found, MIRROR, what)


def _key(office: Office) -> str:
    """Return the key of the copies, with which the mirror is ciphered. Raises `Recusa` `entrada-invalida`."""
    try:
        key = copy_key.read(office.instance)
    except ConfigError as error:
        raise invalid_input(MIRROR, str(error)) from error
    if key is None:
        raise invalid_input(MIRROR, "a pasta da serventia não tem a chave das cópias, com que o espelho é cifrado")
    return key


def _without_mirror(office: Office, author: Author, reason: str) -> JsonObject:
    if not reason.strip():
        raise invalid_input("motivo", "diga onde está o espelho, ou por que não há")
    with acting(office, author) as act:
        found = _open(act)
        for name, following in _sequences(act).items():
            _forward(act, name, following + WITHOUT_MIRROR)
        return _done(act, found, MIRROR, {"motivo": reason.strip(), "saltados": WITHOUT_MIRROR})


def take_court(office: Office, author: Author, file: search.Arquivo | None = None) -> JsonObject:
    """Move the numbers past all seals that the court has, from the day before the copy until today, or of `file`.

    Raises `Recusa` as `search.codes_of_court`, and `estado-nao-permite`.
    """
    with office.db.read() as conn:
        begun = restored.find(conn, office.serventia_id)
    since = local_date(begun.copia_de if begun is not None else office.clock()) - timedelta(days=1)
    codes = search.codes_of_court(office, since, local_date(office.clock()), file)
    with acting(office, author) as act:
        found = _open(act)
        missing = sorted(codes - _known(act, codes))
        _past(act, codes)
        what: JsonObject = {"fonte": "tribunal" if file is None else "arquivo", "de": since.isoformat()}
        what |= {"selos": len(codes), "nao_constam_aqui": len(missing), "quais": missing[:_SHOWN]}
        return _done(act, found, COURT, what)


def take_paper(office: Office, author: Author, last: str) -> JsonObject:
    """Move the numbers past the seal of the last paper: its code or its number; `nenhum`: none came out.

    Raises `Recusa` `entrada-invalida`, `estado-nao-permite`.
    """
    text = "".join(last.upper().split())
    with acting(office, author) as act:
        found = _open(act)
        if text == "NENHUM":
            return _done(act, found, PAPER, {"ultimo": "nenhum"})
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            number = int(text)
            for name in _sequences(act):
                _forward(act, name, number + 1)
        else:
            _past(act, [_code(office, text)])
        return _done(act, found, PAPER, {"ultimo": text})


def release(office: Office, author: Author) -> None:
    """End the restoration: the office seals and prints again. Raises `Recusa` `estado-nao-permite`.

    A copy of the restored office comes first: the older copies and the mirror do not go on from each other any more.
    """
    with acting(office, author) as act:
        found = _open(act)
        if missing := [step for step in STEPS if step not in found.passos]:
            raise Recusa("estado-nao-permite", f"Ainda falta: {', '.join(NAMES[step] for step in missing)}.")
        if _lacks_copy(act, found):
            raise Recusa("estado-nao-permite", "Antes, faça uma cópia da serventia recuperada: Ajustes › Cópias.")
        table = db.restauracao
        mine = (table.c.serventia_id == office.serventia_id, table.c.fim.is_(None))
        act.conn.execute(sa.update(table).where(*mine).values(fim=act.now))
        following = mirror_lines.sequences(act.conn, office.serventia_id)
        act.log("restauracao", office.cns, "liberada", {"proximos": following})


NAMES: Final = {MIRROR: "o espelho", COURT: "a lista do tribunal", PAPER: "o último papel"}


def _lacks_copy(act: Act, found: Restoration) -> bool:
    office = act.office
    return bool(office.settings.copias.lugares) and not rows.copied_after(act.conn, office.serventia_id, found.copied_n)


def _open(act: Act) -> Restoration:
    found = restored.find(act.conn, act.office.serventia_id)
    if found is None:
        raise Recusa("estado-nao-permite", "Esta serventia não está à espera de conferência: ela já sela e imprime.")
    return found


def _done(act: Act, found: Restoration, step: str, what: JsonObject) -> JsonObject:
    """Keep what a step brought, with who and when, and write it into the log."""
    kept = what | {"quando": rfc3339(act.now), "quem": act.author.pessoa}
    kept["proximos"] = mirror_lines.sequences(act.conn, act.office.serventia_id)
    table = db.restauracao
    values = {"passos": {**found.passos, step: kept}}
    act.conn.execute(sa.update(table).where(db.this_row(table, act.office.serventia_id, found.id)).values(**values))
    act.log("restauracao", act.office.cns, step, {name: value for name, value in kept.items() if name != "quais"})
    return kept


def _sequences(act: Act) -> dict[str, int]:
    """Return the next number of each sequence; of the office's at least."""
    mode = act.office.settings.selo.sequencia
    first = {} if mode == "ato" else {sequence_name(mode, 1, "", act.now.year): 1}
    return first | mirror_lines.sequences(act.conn, act.office.serventia_id)


def _forward(act: Act, name: str, following: int) -> None:
    """Move a sequence forward; never back."""
    sid = act.office.serventia_id
    if following > next_number(act.conn, sid, name):
        try:
            advance(act.conn, sid, name, following)
        except ValueError as error:
            raise invalid_input("ultimo", str(error)) from error


def _past(act: Act, codes: Iterable[str]) -> None:
    """Move the sequences past the numbers of these seals; those of paper seals are no numbers of ours (S4)."""
    highest: dict[str, int] = {}
    for text in codes:
        code = read(text)
        ato = act.office.atos.get(code.ato, code.natureza)
        if not code.informacao.isdigit() or (ato is not None and ato.hibrido):
            continue
        mode = act.office.settings.selo.sequencia
        name = sequence_name(mode, code.natureza, code.ato, code.ano)
        highest[name] = max(int(code.informacao), highest.get(name, 0))
    for name, number in sorted(highest.items()):
        _forward(act, name, number + 1)


def _code(office: Office, text: str) -> str:
    try:
        code = read(text)
    except ValueError as error:
        raise invalid_input("ultimo", f"{error}. Digite o código do selo do último papel, ou nenhum") from error
    if code.cns != office.cns:
        raise invalid_input("ultimo", f"o selo é da serventia de CNS {code.cns}, e esta é a {office.cns}")
    return text


def _known(act: Act, codes: set[str]) -> set[str]:
    table, found = db.selo.c, set[str]()
    ordered = sorted(codes)
    for at in range(0, len(ordered), 500):
        query = sa.select(table.codigo).where(
            table.serventia_id == act.office.serventia_id, table.codigo.in_(ordered[at : at + 500])
        )
        found |= set(act.conn.execute(query).scalars())
    return found
