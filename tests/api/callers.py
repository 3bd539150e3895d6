"""A system that calls the API with its key, and how the tests read what it is refused."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(frozen=True)
class Caller:
    """A system that calls with one key."""

    client: FlaskClient
    key: str

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", **(more or {})}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers())

    def post(self, path: str, data: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        if isinstance(data, bytes):
            return self.client.post(path, data=data, headers=self.headers(headers))
        return self.client.post(path, json=data, headers=self.headers(headers))


def word(response: TestResponse) -> str:
    """Return the word of a problem answer, having checked its form."""
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["status"] == response.status_code
    assert {"type", "title", "status", "detail", "repetir"} <= body.keys()
    return str(body["type"]).rpartition("/")[2]
