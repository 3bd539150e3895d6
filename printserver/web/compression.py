"""Compresses the screens' text for browsers that accept gzip: a table of prints is a tenth of its size on the wire."""

import gzip
from functools import lru_cache
from typing import Final

from flask import Response, request

_TEXTS: Final = ("text/html", "text/css", "text/javascript", "image/svg+xml")
_WORTH: Final = 1024  # bytes; a shorter text fits one packet as it is
_LEVEL: Final = 5  # a screen of 60 kB in about 1 ms


def compress(response: Response) -> Response:
    """Compress the body in place and say so; downloads and answers without a body stay as they are.

    The CSRF token cannot be read off the size of a page: another site gets no cookie of the session on what it embeds
    or posts (`SameSite`), and sees no length of a page that it opens.
    """
    static = request.endpoint == "web.static"
    if response.mimetype not in _TEXTS or response.status_code != 200 or (response.is_streamed and not static):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip") or "Content-Encoding" in response.headers:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _WORTH:
        return response
    response.set_data(_file(body) if static else gzip.compress(body, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _weak = response.get_etag()
    if etag:  # the same file, but not the same bytes
        response.set_etag(etag, weak=True)
    return response


@lru_cache(maxsize=16)
def _file(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
