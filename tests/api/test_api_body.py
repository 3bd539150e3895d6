"""The strict reader of JSON: what two readers could read in two ways never gets in."""

import json
import time
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from printserver.api import StrictRequest
from printserver.api.body import DEPTH_LIMIT, ESCAPE_LIMIT, VALUE_LIMIT, read_json
from printserver.errors import Recusa

LIMIT = 1000


def _request(raw: bytes, content_type: str = "application/json", headers: Any = None) -> StrictRequest:
    builder = EnvironBuilder(method="POST", data=raw, content_type=content_type, headers=headers)
    return StrictRequest(builder.get_environ())


def _chunked(raw: bytes) -> StrictRequest:
    environ = EnvironBuilder(method="POST", content_type="application/json").get_environ()
    environ.pop("CONTENT_LENGTH", None)
    request = StrictRequest(environ | {"wsgi.input": BytesIO(raw), "wsgi.input_terminated": True})
    request.max_content_length = LIMIT
    return request


def _word(raw: bytes, content_type: str = "application/json", headers: Any = None) -> str:
    with pytest.raises(Recusa) as error:
        read_json(_request(raw, content_type, headers))
    return error.value.word


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


@given(value=_values, escaped=st.booleans())
def test_any_plain_json_comes_through_as_it_is(value: Any, escaped: bool) -> None:
    assert read_json(_request(json.dumps(value, ensure_ascii=escaped).encode())) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 1} x',
        b"NaN",
        b"[-Infinity]",
        b"[1e999]",
        b"9999999999999999999",
        b"\xff\xfe",
        '{"a": "ção"}'.encode("latin-1"),
        b'"\\ud800"',
        b'{"\\ud800": 1}',
        b'["\\udc00\\ud800"]',
        b"[" * 100_000,
        b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1),
        b'{"a":' * (DEPTH_LIMIT + 1) + b"1" + b"}" * (DEPTH_LIMIT + 1),
        b"[" + b"[]," * VALUE_LIMIT + b"[]]",
    ],
)
def test_what_is_no_strict_json_is_refused(raw: bytes) -> None:
    assert _word(raw) == "json-invalido"


@pytest.mark.parametrize("raw", [b'{"isento": true, "isento": false}', b'[{"a": {"b": 1, "c": 2, "b": 1}}]'])
def test_a_name_that_stands_twice_is_refused(raw: bytes) -> None:
    assert _word(raw) == "json-invalido"


def test_one_hundred_levels_are_read() -> None:
    assert read_json(_request(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT))[0]


def test_text_full_of_brackets_and_commas_is_one_value() -> None:
    text = '[[SELO_LIVRO]], {"\\n' * VALUE_LIMIT
    assert read_json(_request(json.dumps({"corpo": text}).encode())) == {"corpo": text}


_MB = 2**20


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a": "' + b'\\"' * 2000 + b"," * (VALUE_LIMIT + 1),
        b'{"a": "' + b'\\"' * (ESCAPE_LIMIT // 2) + b"," * (VALUE_LIMIT + 1),
        b'"' * (24 * _MB),
        b'[""' + b'"",' * (4 * _MB),
        b'"' + b"\\" * ESCAPE_LIMIT + b"[" * (VALUE_LIMIT + 1),
        b'"' + b"\\u00e9" * (ESCAPE_LIMIT - 1) + b'"',
        b"[" + b"," * (24 * _MB),
        b"[" * (24 * _MB),
        b"9" * (24 * _MB),
        b"1." + b"9" * (24 * _MB),
        b"1e" + b"9" * (24 * _MB),
        b" " * (24 * _MB),
        b'{"a": 1' + b"\n" * (20 * _MB) + b"x",
        b"{" + b",".join(b'"%d":1' % number for number in range(VALUE_LIMIT - 1)) + b"}",
        b"{" + b",".join([b'"a":1'] * VALUE_LIMIT) + b"}",
    ],
    ids=(
        *("open string", "long open string", "quotes", "empty texts", "backslashes", "escapes", "commas", "brackets"),
        *("digits", "decimals", "exponent", "blanks", "lines", "names", "one name"),
    ),
)
def test_no_body_holds_the_interpreter_for_long(raw: bytes) -> None:
    """Of this thread's own time: while it parses, no other thread of the server answers."""
    request = _request(raw)
    began = time.thread_time()
    with suppress(Recusa):
        read_json(request)
    assert time.thread_time() - began < 3


def test_a_byte_order_mark_is_tolerated() -> None:
    assert read_json(_request(b'\xef\xbb\xbf{"a": 1}')) == {"a": 1}


def test_a_nul_is_named_by_its_field() -> None:
    with pytest.raises(Recusa) as error:
        read_json(_request(b'{"documento": {"partes": [{"nome": "a\\u0000b"}]}}'))
    assert error.value.word == "entrada-invalida"
    assert [item.campo for item in error.value.errors] == ["documento.partes.0.nome"]


@pytest.mark.parametrize(
    "content_type", ["text/xml", "multipart/form-data; boundary=x", "application/json; charset=latin-1"]
)
def test_another_media_type_or_charset_is_refused(content_type: str) -> None:
    assert _word(b"{}", content_type) == "json-invalido"


def test_a_compressed_body_is_refused() -> None:
    assert _word(b"{}", headers={"Content-Encoding": "gzip"}) == "json-invalido"


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "application/json; charset=UTF-8",
        "application/vnd.api+json",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "text/json",
        "text/plain",
    ],
)
def test_what_callers_send_for_json_in_good_faith_is_read(content_type: str) -> None:
    assert read_json(_request(b'{"a": "&b=c"}', content_type)) == {"a": "&b=c"}


def test_a_chunked_body_is_read_up_to_the_limit_and_refused_past_it() -> None:
    text = "a" * (LIMIT - 2)
    assert read_json(_chunked(f'"{text}"'.encode())) == text
    with pytest.raises(RequestEntityTooLarge):
        read_json(_chunked(f'"{text}"'.encode() + b" "))
