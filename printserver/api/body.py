"""Strict JSON reader: refuses any body that two parsers could read differently.

It does not know the fields of the contract; they are validated by the caller.
"""

import json
import math
from typing import Any, NoReturn

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from printserver.common.data import JsonObject
from printserver.errors import Recusa, invalid_input

DEPTH_LIMIT = 100
# Values in one request; the largest deed has some hundreds. Empty lists need 20 times their text in memory.
VALUE_LIMIT = 200_000
# Each needs 30 times a plain character in the parser; a fully escaped text of 1.5 million characters is below it.
ESCAPE_LIMIT = 2_000_000
# Media types that callers send for JSON, `curl -d` among them. Any other type is refused.
MEDIA_TYPES = frozenset(
    {"", "application/json", "text/json", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"}
)
_DIGITS = 18  # integers that fit every database
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def read_json(request: Request) -> Any:
    """Return the request's JSON value.

    Raises `Recusa`: `json-invalido` for another media type, broken or non-UTF-8 text, a repeated name, a number outside
    JSON or out of range, more than 100 levels, too many values or escapes, or a lone surrogate; `entrada-invalida` with
    the field for a NUL, which databases reject. Raises werkzeug's 413 if the body is too large.
    """
    _check_headers(request)
    raw = _read(request)
    _check_size(raw)
    try:
        text = raw.decode("utf-8-sig")
        value = json.loads(
            text,
            object_pairs_hook=_unique_names,
            parse_constant=_no_constant,
            parse_float=_finite_float,
            parse_int=_short_integer,
        )
    except UnicodeDecodeError as error:
        raise _broken(f"o texto não é UTF-8 (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise _broken(f"o texto não é JSON a partir da linha {error.lineno}, coluna {error.colno}") from error
    except RecursionError as error:
        raise _broken(f"mais de {DEPTH_LIMIT} níveis") from error
    except ValueError as error:
        raise _broken(str(error)) from error
    _check_values(value)
    return value


def _read(request: Request) -> bytes:
    """Return the body. Raises werkzeug's 413; a chunked body has no length, so one byte above the limit is read."""
    limit = request.max_content_length
    if limit is None or request.content_length is not None:
        return request.get_data(cache=False)
    request.max_content_length = limit + 1
    raw = request.get_data(cache=False)
    request.max_content_length = limit
    if len(raw) > limit:
        raise RequestEntityTooLarge
    return raw


def _check_headers(request: Request) -> None:
    media_type = request.mimetype
    if media_type not in MEDIA_TYPES and not media_type.endswith("+json"):
        raise _broken(f"o tipo {media_type!r} não é aceito; envie Content-Type: application/json")
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise _broken(f"o texto deve vir em UTF-8, não em {charset!r}")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise _broken("corpo comprimido não é aceito; envie sem Content-Encoding")


def _check_size(raw: bytes) -> None:
    """Refuse a body with too many values before it is parsed (a text counts as one value).

    Each step is one pass in C code of the interpreter, so that no body blocks the other threads for long.
    """
    if raw.count(b"\\") > ESCAPE_LIMIT:
        raise _broken(f"mais de {ESCAPE_LIMIT} barras invertidas; envie o texto em UTF-8, sem \\u")
    if _structure(raw) <= VALUE_LIMIT:
        return
    # Without escaped quotes, every second piece between quotes is outside the texts. A value has at most one name.
    bare = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') > 4 * VALUE_LIMIT or _structure(b"".join(bare.split(b'"')[::2])) > VALUE_LIMIT:
        raise _broken(f"mais de {VALUE_LIMIT} valores")


def _structure(raw: bytes) -> int:
    return raw.count(b"[") + raw.count(b"{") + raw.count(b",")


def _check_values(value: Any) -> None:
    """Check all values without recursion: depth, lone surrogates, NUL."""
    pending: list[tuple[Any, str, int]] = [(value, "", 1)]
    while pending:
        item, path, depth = pending.pop()
        if isinstance(item, str):
            _check_text(item, path)
        elif isinstance(item, (dict, list)):
            if depth > DEPTH_LIMIT:
                raise _broken(f"mais de {DEPTH_LIMIT} níveis")
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            for name, inner in pairs:
                if isinstance(name, str):
                    _check_text(name, path)
                if isinstance(inner, (str, dict, list)):
                    pending.append((inner, f"{path}.{name}" if path else str(name), depth + 1))


def _check_text(text: str, path: str) -> None:
    if text.isascii() and "\0" not in text:
        return
    if "\0" in text:
        raise invalid_input(path, "o caractere nulo (\\u0000) não é aceito")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _broken(f"{path or 'nome de campo'}: metade de um caractere (\\ud800 a \\udfff sem o seu par)") from error


def _unique_names(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"o campo {name[:80]!r} aparece mais de uma vez no mesmo objeto")
            seen.add(name)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} não existe em JSON")


def _finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"o número {text[:20]} é grande demais")
    return value


def _short_integer(text: str) -> int:
    if len(text) > _DIGITS:
        raise ValueError(f"o número {text[:20]}… é grande demais")
    return int(text)


def _broken(why: str) -> Recusa:
    return Recusa("json-invalido", f"JSON inválido: {why}.")
