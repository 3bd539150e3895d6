"""The court's list, from the court or from a file: the normalized fields of each seal.

A file is CSV (`;`, `,` or tab between the columns; UTF-8, UTF-16 or Windows-1252) or JSON (a list of objects, or an
object with `itens`). It must have the column `selo` (or `codigo`). Of the other columns those of `COLUMNS` are
compared; the rest are reported and ignored. Invalid data is refused with its line.

A CSV may be an export of this program that was saved by a spreadsheet: then `95,10` is `95,1`, `95,00` is `95`, a date
has a two-digit year or no leading zeros, blank cells at the end of a line are missing, and the headings are the
workbook's.
"""

import codecs
import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from printserver.common.cells import unmark
from printserver.common.data import JsonObject, JsonView
from printserver.errors import BadField, Recusa, invalid_input
from printserver.search.columns import READ_AS, plain_name
from printserver.selo import COMPONENTS, matricula_digits, read

MAX_ROWS: Final = 300_000
MAX_LINE_CHARS: Final = 1_000_000
MAX_DIGITS: Final = 18  # digits
MAX_COLUMNS: Final = 300  # columns: a list of the court has about ten, an export of this program about thirty
_ERRORS_SHOWN: Final = 20
_CODIGO_NAMES: Final = ("selo", "codigo", "codigo_do_selo", "selo_digital")
_OTHER_NAMES: Final[Mapping[str, str]] = {
    **READ_AS,
    "linha": "registro",
    "registro_do_ato": "registro",
    "data_do_ato": "data",
    "valor": "total",
    "valor_total": "total",
    "selo_retificado": "retifica",
    "selo_vinculador": "vinculador",
}
# Columns of the court's list that are not compared.
_NOT_COMPARED: Final = frozenset({"situacao", "recebidoem", "atrasado", "retificadopor", "erros"})
# A spreadsheet drops zeros after the comma, and the comma with them. 1.234 is ambiguous and refused.
_AMOUNT: Final = re.compile(r"(?:R\$)?\s*(?:(\d{1,3}(?:\.\d{3})+|\d+),(\d{1,2})|(\d+)(?:\.(\d{1,2}))?)")
_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:[ ,T].*)?")
_ISO_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T].*)?")


@dataclass(frozen=True, slots=True)
class Item:
    """One seal of a list: its fields of `COLUMNS`, normalized for comparison."""

    codigo: str
    campos: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CourtList:
    """The list, by code, and the unknown columns."""

    itens: Mapping[str, Item]
    ignored: tuple[str, ...] = ()


_AMOUNT_DIGITS: Final = 15  # of an amount: no office has larger sums


def normalize_identifier(value: str) -> str:
    """Normalize an identifier: a matrícula is the same with and without blanks (C10).

    Leading apostrophes are ignored: a spreadsheet removes one when a person edits a cell.
    """
    try:
        return matricula_digits(value)
    except ValueError:
        return " ".join(unicodedata.normalize("NFC", value).split()).lstrip("'")


def _selo(value: str) -> str:
    """Normalize a code; an absent one is "", also in the form of a registro."""
    return "" if value.strip() in ("", "0", "-") else "".join(value.split()).upper()


def _reais(value: str) -> str:
    found = _AMOUNT.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"valor {value[:30]!r}: escreva 95,12")
    whole, cents = (found[1] or found[3]).replace(".", ""), found[2] or found[4] or ""
    if len(whole) > _AMOUNT_DIGITS:
        raise ValueError(f"valor {value[:30]!r}…: grande demais")
    return str(int(whole) * 100 + int(cents.ljust(2, "0")))


def _centavos(value: str) -> str:
    if not (value.strip().isascii() and value.strip().isdigit()):
        raise ValueError(f"{value[:30]!r} não é um número inteiro de centavos")
    if len(value.strip()) > _AMOUNT_DIGITS:
        raise ValueError(f"{value[:30]!r}…: grande demais")
    return str(int(value))


def _year(digits: str) -> int:
    """Return the year; two digits mean 1930 to 2029, as in spreadsheets."""
    year = int(digits)
    return year if len(digits) == 4 else 2000 + year if year < 30 else 1900 + year


def _day(value: str) -> str:
    text = value.strip()
    try:
        if found := _DAY.fullmatch(text):
            return date(_year(found[3]), int(found[2]), int(found[1])).isoformat()
        if found := _ISO_DAY.fullmatch(text):
            return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        pass
    raise ValueError(f"data {value[:30]!r}: escreva 20/11/2026 ou 2026-11-20")


_MONEY: Final = (*(f"emolumentos_{name}" for name in COMPONENTS), "total", "iss")
# The comparable columns by name, and their normalization.
COLUMNS: Final[Mapping[str, Callable[[str], str]]] = {
    "registro": str.strip,
    "ato": lambda value: value.strip().upper(),
    "data": _day,
    "identificador": normalize_identifier,
    "retifica": _selo,
    "vinculador": _selo,
    **dict.fromkeys(_MONEY, _reais),
    **{f"{name}_centavos": _centavos for name in _MONEY},
}
_MAY_BE_EMPTY: Final = ("retifica", "vinculador")  # an absent value is compared too
_KEPT_AS: Final[Mapping[str, str]] = {name: f"{name}_centavos" for name in _MONEY}


def from_court(itens: Iterable[JsonView]) -> CourtList:
    """Return the list sent by the court, without the seals that it refused."""
    found = {}
    for each in itens:
        if each.get("situacao", "recebido") == "recebido":
            fields = {name: str(each[name]) for name in ("registro",) if each.get(name)}
            fields["vinculador"] = str(each.get("vinculador") or "")
            found[each["selo"]] = Item(each["selo"], fields)
    return CourtList(found)


def from_file(file_format: str, content: str | bytes) -> CourtList:
    """Parse the list in a file (`csv` or `json`).

    Raises `Recusa` `entrada-invalida`; `errors` names at most twenty lines.
    """
    text = _decode(content)
    if file_format == "csv":
        lines = _from_csv(text)
    elif file_format == "json":
        lines = _from_json(text)
    else:
        raise invalid_input("formato", "csv ou json")
    return _parse(lines)


def _decode(content: str | bytes) -> str:
    if isinstance(content, str):
        return content.removeprefix("\ufeff")
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16")  # Excel's "Unicode text"
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # Excel's default for CSV


def _from_csv(text: str) -> list[tuple[int, dict[str, str]]]:
    head = text.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(_entries(text), delimiter=delimiter)
    found: list[tuple[int, dict[str, str]]] = []
    try:
        names = _without_blanks(next(reader, []), 0)
        optional = _count_optional(names, _names(names))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                where = f"linha {reader.line_num}"
                found.append((reader.line_num, dict(zip(names, _cells(cells, names, optional, where), strict=True))))
                _refuse_too_many(len(found))
    except csv.Error as error:
        why = "uma célula tem mais de 131.072 caracteres" if "larger" in str(error) else "aspas ou fins de linha soltos"
        raise invalid_input(f"linha {reader.line_num}", f"não é CSV: {why}") from None
    return found


def _entries(text: str) -> Iterator[str]:
    """Yield the lines of a text. Raises `Recusa` for a line over the limit, before its cells are parsed."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > MAX_LINE_CHARS:
            raise invalid_input(f"linha {number}", f"tem mais de {MAX_LINE_CHARS} caracteres")
        yield line


def _refuse_too_many(how_many: int) -> None:
    if how_many > MAX_ROWS:
        raise invalid_input("lista", f"mais de {MAX_ROWS} selos: compare um período menor")


def _without_blanks(cells: list[str], least: int) -> list[str]:
    """Return the cells without trailing blank ones after `least`, which spreadsheets add."""
    count = len(cells)
    while count > least and not cells[count - 1].strip():
        count -= 1
    return cells[:count]


def _count_optional(names: Sequence[str], known: Mapping[str, str | None]) -> int:
    """Return the number of optional columns at the end of a line: those that may be empty or are not compared."""
    count = 0
    while count < len(names) and known[names[-1 - count]] in (None, *_MAY_BE_EMPTY):
        count += 1
    return count


def _cells(cells: list[str], names: Sequence[str], optional: int, where: str) -> list[str]:
    """Return the values of a line's cells, one for each name."""
    given = _without_blanks(cells, len(names))
    if not len(names) - optional <= len(given) <= len(names):
        raise invalid_input(where, f"tem {len(given)} colunas; o cabeçalho tem {len(names)}")
    return [*map(unmark, given), *[""] * (len(names) - len(given))]


def _from_json(text: str) -> list[tuple[int, dict[str, str]]]:
    _refuse_too_many(text.count("{") - 1)
    try:
        # Python callbacks for objects and numbers let other threads run in between
        given = json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise invalid_input(f"linha {error.lineno}", "o arquivo não é JSON a partir daqui") from None
    except ValueError as error:
        raise invalid_input("lista", str(error)) from None
    except RecursionError:
        raise invalid_input("lista", "o arquivo não é uma lista de selos") from None
    items = given.get("itens") if isinstance(given, dict) else given
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise invalid_input("lista", 'esperada uma lista de objetos, ou um objeto com "itens"')
    return [(n, {name: _as_text(value) for name, value in item.items()}) for n, item in enumerate(items, 1)]


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    return dict(pairs)


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"o número {digits[:20]}… é grande demais")
    return int(digits)


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def _parse(lines: list[tuple[int, dict[str, str]]]) -> CourtList:
    _refuse_too_many(len(lines))
    items: dict[str, Item] = {}
    seen: dict[str, int] = {}
    errors: list[BadField] = []
    ignored: dict[str, None] = {}
    known: dict[tuple[str, ...], dict[str, str | None]] = {}
    for number, given in lines:
        shape = tuple(given)
        if shape not in known:
            known[shape] = _names(shape, f"linha {number}")
            ignored |= dict.fromkeys(name for name, column in known[shape].items() if column is None)
        if _is_objected(given):
            continue
        try:
            item = _item(given, known[shape])
            if item.codigo in items:
                raise ValueError(f"o selo {item.codigo} já está na linha {seen[item.codigo]}")
        except ValueError as error:
            errors.append(BadField(f"linha {number}", str(error)))
            continue
        items[item.codigo], seen[item.codigo] = item, number
    if errors:
        more = f" (e mais {len(errors) - _ERRORS_SHOWN})" if len(errors) > _ERRORS_SHOWN else ""
        first = errors[0]
        detail = f"A lista não pôde ser lida. {first.campo}: {first.mensagem}{more}"
        raise Recusa("entrada-invalida", detail, errors=errors[:_ERRORS_SHOWN])
    return CourtList(items, tuple(name for name in ignored if plain_name(name) not in _NOT_COMPARED))


def _is_objected(given: Mapping[str, str]) -> bool:
    return any(plain_name(name) == "situacao" and plain_name(value) == "objetado" for name, value in given.items())


def _names(names: Collection[str], where: str = "linha 1") -> dict[str, str | None]:
    """Return the meaning of each column of a file: `codigo`, one of `COLUMNS`, or None if ignored."""
    if len(names) > MAX_COLUMNS:
        raise invalid_input(where, f"há {len(names)} colunas: no máximo {MAX_COLUMNS}")
    found: dict[str, str | None] = {}
    taken: set[str] = set()
    for name in names:
        simple = plain_name(name)
        column = "codigo" if simple in _CODIGO_NAMES else _OTHER_NAMES.get(simple, simple)
        if column != "codigo" and column not in COLUMNS:
            found[name] = None
            continue
        if column in taken:
            raise invalid_input(where, f"há duas colunas para {column}")
        taken.add(column)
        found[name] = column
    if "codigo" not in taken:
        raise invalid_input(where, 'falta a coluna "selo", com o código de 25 caracteres')
    return found


def _item(given: Mapping[str, str], names: Mapping[str, str | None]) -> Item:
    code, fields = "", {}
    for name, value in given.items():
        column = names[name]
        if column == "codigo":
            code = str(read("".join(value.split()).upper()))
        elif column is not None and (value.strip() or column in _MAY_BE_EMPTY):
            try:
                fields[_KEPT_AS.get(column, column)] = COLUMNS[column](value)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    return Item(code, fields)
