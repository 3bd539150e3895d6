"""A certidão of Registro Civil as rows of frames: plain data that its template sets (C14, C15)."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from printserver.common.data import JsonObject, JsonView
from printserver.common.text import capitalized
from printserver.documents.assento import AverbacaoAnotacao
from printserver.documents.civil.fields import Fields
from printserver.documents.civil.frames import FULL_WIDTH, MATRICULA, Model, ModelField, at
from printserver.documents.civil.words import date_in_figures
from printserver.selo import parse_matricula

NOTICE: Final = "A presente certidão envolve elementos de averbação à margem do termo."
"""What the norms have a breve relato say where it tells of a marginal note (C15)."""

_TYPES: Final = {"averbacao": "averbação", "anotacao": "anotação"}


def sheet(
    model: Model,
    campos: Fields,
    *,
    matricula: str | None,
    averbacoes: Sequence[AverbacaoAnotacao],
    full: bool = False,
    titulo: str | None = None,
) -> JsonObject:
    """Return what the template prints: title, rows of frames, marginal notes and their notice.

    `campos` are of the model's especie, and complete (`models.missing`). Breve relato tells the notes with `mencao`
    that are not `restrita`; with `full` all are told, and there is no notice (C15). `titulo` takes the place of
    the model's. Raises ValueError for a matrícula that does not hold (C10).
    """
    data = campos.model_dump()
    written = None if matricula is None else parse_matricula(matricula).grouped
    notes = _notes(averbacoes, everything=full)
    rows = _rows(_frames(model.campos, data, written))
    notes_rows = _rows(_frames(model.notes, data, written))
    return {
        "titulo": titulo or model.titulo,
        "matricula": written,
        "quadros": rows,
        "averbacoes": [
            {"tipo": capitalized(_TYPES[note.tipo]), "data": date_in_figures(note.data), "texto": note.texto}
            for note in notes
        ],
        "aviso": NOTICE if notes and not full else None,
        "cadastro": {"titulo": model.notes_title, "quadros": notes_rows} if notes_rows else None,
    }


def _notes(averbacoes: Sequence[AverbacaoAnotacao], *, everything: bool) -> list[AverbacaoAnotacao]:
    """Return the notes that are told, each once, by date."""
    told = {
        (note.tipo, note.data, note.texto): note
        for note in averbacoes
        if everything or (note.mencao and not note.restrita)
    }
    return sorted(told.values(), key=lambda note: note.data)


def _frames(
    fields: Sequence[ModelField], data: JsonView, matricula: str | None, place: str = ""
) -> Iterator[tuple[ModelField, str, str]]:
    """Yield (frame, label, text) of all that is given, in order; `place` is the number of the item within its list."""
    for field in fields:
        if field.itens:
            items: Sequence[Any] = at(data, field.nome) or ()
            for n, item in enumerate(items, 1):
                number = place or (str(n) if len(items) > 1 else "")
                yield from _frames(field.itens, item, matricula, number)
            continue
        text = (matricula or "") if field.nome == MATRICULA else field.texto(data)
        if text:
            yield field, " ".join(field.rotulo.replace("{n}", place).split()), text


def _rows(frames: Iterator[tuple[ModelField, str, str]]) -> list[list[JsonObject]]:
    """Set frames side by side, as many as a row takes; the last of each row takes what is left of it."""
    rows: list[list[JsonObject]] = []
    room = 0
    for field, label, text in frames:
        if field.starts or field.largura > room:
            rows.append([])
            room = FULL_WIDTH
        rows[-1].append({"rotulo": label, "texto": text, "largura": field.largura})
        room -= field.largura
    for row in rows:
        row[-1]["largura"] += FULL_WIDTH - sum(frame["largura"] for frame in row)
    return rows
