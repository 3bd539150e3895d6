"""The days that a certidão of Registro Civil states: none to come, none that no registry knows, in their order."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from printserver.clock import local_date
from printserver.documents.assento import Assento
from printserver.documents.civil.fields import Fields
from printserver.documents.civil_documents import CivilCertidao
from printserver.documents.plan import Context
from printserver.errors import BadField, Recusa

FIRST_DAY: Final = date(1800, 1, 1)
"""The birth of the oldest person whom an assento may name. Dates that programs write for empty ones are before it."""
_TO_COME: Final = "validade"  # the one field whose day may lie ahead
_ORDER: Final = (
    ("data_nascimento", "data_falecimento"),
    ("data_nascimento", "data_registro"),
    ("data_falecimento", "data_registro"),
    ("data_celebracao", "data_registro"),
)


def check_days(document: CivilCertidao, campos: Fields, context: Context) -> None:
    """Raise Recusa `entrada-invalida` with the path of each day that cannot be: to come, too old, out of order."""
    today = local_date(context.agora)
    errors = [
        BadField(path, f"{day.day:02}/{day.month:02}/{day.year:04} {why}")
        for path, day in _days(document, campos)
        if (why := _wrong(path, day, today))
    ]
    errors += [
        BadField(f"documento.campos.{later}", f"esta data é anterior à de {earlier}")
        for earlier, later in _ORDER
        if (first := getattr(campos, earlier, None)) and (then := getattr(campos, later, None)) and then < first
    ]
    if document.busca is not None and document.busca.ate < document.busca.de:
        errors.append(BadField("documento.busca.ate", "o fim do período da busca é anterior ao seu início"))
    if errors:
        raise Recusa("entrada-invalida", "; ".join(f"{each.campo}: {each.mensagem}" for each in errors), errors=errors)


def _wrong(path: str, day: date, today: date) -> str | None:
    if day > today and path.rpartition(".")[2] != _TO_COME:
        return "ainda não chegou"
    return f"é anterior a {FIRST_DAY:%d/%m/%Y}: confira o ano" if day < FIRST_DAY else None


def _days(document: CivilCertidao, campos: Fields) -> Iterator[tuple[str, date]]:
    if isinstance(document.assento, Assento):
        yield "documento.assento.data", document.assento.data
    for n, note in enumerate(document.averbacoes_anotacoes):
        yield f"documento.averbacoes_anotacoes.{n}.data", note.data
    if document.busca is not None:
        yield "documento.busca.de", document.busca.de
        yield "documento.busca.ate", document.busca.ate
    yield from _within(campos.model_dump(), "documento.campos")


def _within(value: Any, path: str) -> Iterator[tuple[str, date]]:
    if isinstance(value, date):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _within(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from _within(item, f"{path}.{n}")
