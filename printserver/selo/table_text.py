"""Writes rows into the text of an office's tables (TOML), so that its comments and all other rows stay as they are."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT, Comment, Item, Table, Whitespace

from printserver.selo.atos import AtoType
from printserver.selo.fees import COMPONENTS
from printserver.selo.services import Service, ServiceTable

_FLAGS: Final = ("so_retificador", "hibrido", "iss_a_parte", "a_confirmar")
_Trivia = list[tuple[Any, Item]]
_Rows = Sequence[Mapping[str, Any]]


def with_services(text: str, before: ServiceTable, changed: Mapping[str, Sequence[Service]]) -> str:
    """Return the text of servicos.toml in which each service of `changed` has exactly these versions.

    `before` is the table that `text` gives: a version that is in it already is not touched. A service that the text
    does not have yet, as one of the shipped table, is written with all its versions. No versions: its rows go.
    """
    document = _parse(text)
    added = dict[str, _Rows]()
    for name, versions in changed.items():
        wanted = sorted(versions, key=lambda each: each.desde)
        if isinstance(document.get(name), Table | AoT) and wanted:
            _put_versions(document, name, before.versions(name), wanted)
            continue
        _drop(document, name)  # also what is written in one line, as `name = {…}`
        if wanted:
            added[name] = [_service_fields(each) for each in wanted]
    return _with_new(document, added)


def with_ato(text: str, ato: AtoType) -> str:
    """Return the text of atos.toml in which the ato has a row: its own, or one that is of its natureza alone (C3)."""
    document = _parse(text)
    general = document.get(ato.codigo)
    key = f"{ato.natureza}.{ato.codigo}"
    fields = {"descricao": ato.descricao} | {name: True for name in _FLAGS if getattr(ato, name)}
    if key not in document and isinstance(general, Table) and general.unwrap().get("naturezas") == [ato.natureza]:
        _set_fields(general, fields, (*_FLAGS, "descricao"))
    elif isinstance(mine := document.get(key), Table):
        _set_fields(mine, fields, (*_FLAGS, "descricao"))
    else:
        _drop(document, key)
        return _with_new(document, {key: [fields]})
    return tomlkit.dumps(document)


def without_ato(text: str, ato: AtoType) -> str:
    """Return the text of atos.toml without this ato, one that the shipped table does not have."""
    document = _parse(text)
    _drop(document, f"{ato.natureza}.{ato.codigo}")
    general = document.get(ato.codigo)
    if isinstance(general, Table):
        others = [each for each in general.unwrap().get("naturezas", []) if each != ato.natureza]
        if others:
            general["naturezas"] = others
        else:
            _drop(document, ato.codigo)
    return tomlkit.dumps(document)


def _parse(text: str) -> tomlkit.TOMLDocument:
    return tomlkit.parse(text if not text or text.endswith("\n") else f"{text}\n")


def _service_fields(service: Service) -> dict[str, Any]:
    """Return the row of a version, in the order of the shipped table."""
    fields: dict[str, Any] = {"desde": service.desde.isoformat()} if service.desde > date.min else {}
    fields |= {"descricao": service.descricao, "natureza": service.natureza, "ano": service.ano}
    if service.emolumentos is not None:
        fields |= {name: f"{getattr(service.emolumentos, name):.2f}" for name in COMPONENTS}
    if service.total is not None:
        fields["total"] = f"{service.total:.2f}"
    fields |= {name: True for name in ("a_confirmar", "encerrado") if getattr(service, name)}
    return fields | ({"fonte": service.fonte} if service.fonte else {})


_SERVICE_KEYS: Final = (
    *("desde", "descricao", "natureza", "ano", *COMPONENTS, "total"),
    *("a_confirmar", "encerrado", "fonte"),
)


def _put_versions(
    document: tomlkit.TOMLDocument, name: str, before: Sequence[Service], wanted: Sequence[Service]
) -> None:
    """Make the rows of a service that the document has into the versions `wanted`, the oldest first."""
    rows = document[name]
    if isinstance(rows, Table):
        if len(wanted) == 1 and len(before) == 1:
            if wanted[0] != before[0]:
                _set_fields(rows, _service_fields(wanted[0]), _SERVICE_KEYS)
            return
        only = tomlkit.aot()
        only.append(rows)
        document[name] = only
        rows = document[name]
    known, last = {each.desde: each for each in before}, {each.desde: each for each in wanted}
    tables = {_begin(each): each for each in rows}
    for day, version in last.items():
        if day not in tables:
            _append(rows, _table(_service_fields(version)))
        elif known.get(day) != version:
            _set_fields(tables[day], _service_fields(version), _SERVICE_KEYS)

    for n in reversed(range(len(rows))):
        if _begin(rows[n]) not in last:
            trivia = _take_trailing(rows[n])
            del rows[n]
            _add_trailing(rows[n - 1], trivia)  # of the first: the last


def _begin(row: Table) -> date:
    value = row.unwrap().get("desde", date.min)
    return value if isinstance(value, date) else date.fromisoformat(str(value).strip())


def _table(fields: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    for name, value in fields.items():
        table[name] = value
    return table


def _with_new(document: tomlkit.TOMLDocument, added: Mapping[str, _Rows]) -> str:
    """Return the text of the document with new rows at its end, each with its versions."""
    parts = [text] if (text := tomlkit.dumps(document)) else []
    for name, rows in added.items():
        for fields in rows:
            one = tomlkit.document()
            one[name] = _table(fields)
            if len(rows) > 1:
                versions = tomlkit.aot()
                versions.append(_table(fields))
                one[name] = versions
            parts.append(tomlkit.dumps(one).strip("\n") + "\n")
    return "\n".join(parts)


def _append(rows: AoT, table: Table) -> None:
    """Add a version after the last: what stands before the next row of the file, as its comments, stays there."""
    trivia = _take_trailing(rows[-1])
    _add_trailing(rows[-1], [(None, tomlkit.nl())])
    rows.append(table)
    rows[-1].trivia.indent = ""  # tomlkit may put a blank line there
    _add_trailing(rows[-1], trivia)


def _set_fields(table: Table, fields: Mapping[str, Any], keys: Sequence[str]) -> None:
    """Give a row these fields and no others of `keys`; what is equal already is not touched."""
    trivia = _take_trailing(table)
    now = table.unwrap()
    for key in keys:
        if key in now and key not in fields and now[key] is not False:
            del table[key]
    for key, value in fields.items():
        held = now.get(key)
        if (held.strip() if isinstance(held, str) else held) != value:
            table[key] = value
    _add_trailing(table, trivia)


def _drop(document: tomlkit.TOMLDocument, name: str) -> None:
    """Remove a row with all its versions; what stands between it and the next row goes to the row before it."""
    if name not in document:
        return
    gone, earlier = document[name], None
    for key, item in document.body:
        if key is not None and key.key == name:
            break
        earlier = item if isinstance(item, Table | AoT) else earlier
    trivia = _take_trailing(gone[-1] if isinstance(gone, AoT) else gone) if isinstance(gone, Table | AoT) else []
    del document[name]
    if isinstance(earlier, AoT | Table):
        _add_trailing(earlier[-1] if isinstance(earlier, AoT) else earlier, trivia)
    else:
        for _, item in trivia:
            document.add(item)


def _take_trailing(table: Table) -> _Trivia:
    """Take the blank lines and comments at the end of a row, from the first blank line on: they belong to the next."""
    body = table.value.body
    end = len(body)
    while end and body[end - 1][0] is None and isinstance(body[end - 1][1], Whitespace | Comment):
        end -= 1
    while end < len(body) and isinstance(body[end][1], Comment):
        end += 1
    taken = body[end:]
    del body[end:]
    return taken


def _add_trailing(table: Table, trivia: _Trivia) -> None:
    """Put blank lines and comments at the end of a row; a blank line that stands there already is not doubled."""
    body = table.value.body
    while trivia and isinstance(trivia[0][1], Whitespace) and body and isinstance(body[-1][1], Whitespace):
        body.pop()
    body.extend(trivia)
