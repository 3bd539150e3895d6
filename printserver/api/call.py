"""Decorator of a call: route, right, query, body, answer and refusals, for the server and for OpenAPI."""

from collections.abc import Callable, Iterable
from functools import wraps

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from printserver.api.context import needs
from printserver.api.documented import SECURITY, Responses, document_only, refusals
from printserver.api.examples import Examples
from printserver.api.queries import NoQuery
from printserver.errors import ErrorWord

View = Callable[..., Response]


def call(
    blueprint: APIBlueprint,
    route: str,
    *,
    right: str | None = None,
    query: type[BaseModel] | None = None,
    body: tuple[type[BaseModel], Examples] | None = None,
    answer: tuple[int, type[BaseModel], str] | Responses,
    refuses: Iterable[ErrorWord] = (),
    also: Responses | None = None,
) -> Callable[[View], View]:
    """Register a view as the call `route` ("POST /selos"); the docstring of the view is the call's description.

    The right is checked before the request is read. The view gets the path parameters, then `query` (the validated
    model) and `data` (the parsed JSON) if the call has a model for them; a call without `query` refuses every
    parameter. `body` is a model and its examples. `answer` is status, model and description of the success, or its
    OpenAPI responses if it has no model. `refuses` is added to the error words of every call. `also`: other
    successes, as OpenAPI responses.
    """
    method, _, path = route.partition(" ")
    register = {"GET": blueprint.get, "POST": blueprint.post}[method]

    def decorate(view: View) -> View:
        decorated = view if query is not None else _without_query(view)
        described = answer if isinstance(answer, dict) else {}
        decorated = blueprint.doc(responses=described | refusals(refuses) | (also or {}), security=SECURITY)(decorated)
        if not isinstance(answer, dict):
            status, model, description = answer
            decorated = blueprint.output(model, status_code=status, description=description)(decorated)
        if body is not None:
            decorated = blueprint.input(document_only(body[0]), arg_name="data", examples=body[1])(decorated)
        decorated = blueprint.input(query or NoQuery, location="query", arg_name="query")(decorated)
        if right is not None:
            decorated = needs(right)(decorated)
        registered: View = register(path)(decorated)
        return registered

    return decorate


def _without_query(view: View) -> View:
    """Return a view without the empty `query` argument, which is only validated."""

    @wraps(view)
    def called(*args: object, query: NoQuery, **kwargs: object) -> Response:  # noqa: ARG001
        return view(*args, **kwargs)

    return called
