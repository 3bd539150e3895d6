"""The server's technical log: one JSON line per event on standard error. The office's log is `audit`.

It holds no persons' data (LGPD): events name jobs and seals by their codes, and the texts of errors are cleaned here.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

_DETAIL: Final = re.compile(r"^(?:DETAIL|CONTEXT|HINT|STATEMENT):.*$|input_value=.*?(?=, input_type)", re.MULTILINE)
_NUMBER: Final = re.compile(r"(?<!\d)(?:\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}|\d{11})(?!\d)")


def without_persons(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out of an event's texts what a database or a parser quotes of the data, and numbers of persons."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _NUMBER.sub("[número]", _DETAIL.sub("[dados]", value))
    return event


def configure_logs() -> None:
    """Configure structlog for this process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_persons,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
