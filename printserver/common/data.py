"""Types for data whose fields are defined by a contract or a table, not by a class."""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]
"""A JSON object: an answer of the contract, a message of the court."""

JsonView = Mapping[str, Any]
"""A JSON object that is only read."""

Columns = dict[str, Any]
"""Values of a row by column, to be written."""

Row = Mapping[Any, Any]
"""A row as read, by column."""
