"""Context of the views: the office, and the gate that authenticates callers."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, current_app, g

from printserver.api.auth import Gate, author
from printserver.api.metrics import Meter
from printserver.common.data import JsonObject
from printserver.office import Office, people

_EXTENSION = "printserver.api"
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Context:
    """The objects of one application."""

    office: Office
    gate: Gate
    meter: Meter
    describe: Callable[[], JsonObject]


def put(app: Flask, context: Context) -> None:
    """Attach `context` to `app`."""
    app.extensions[_EXTENSION] = context


def context() -> Context:
    """Return the context of the application that serves the current request."""
    found: Context = current_app.extensions[_EXTENSION]
    return found


def office() -> Office:
    """Return the office of the current request: its settings, tables and certificate do not change meanwhile."""
    if "office" not in g:
        g.office = context().office.current()
    found: Office = g.office
    return found


def needs(right: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Require the right `right` before the request is read."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            people.require_right(author(), right)
            return view(*args, **kwargs)

        return checked

    return decorate
