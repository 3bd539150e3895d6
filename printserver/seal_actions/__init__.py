"""The life of a seal beyond its print: acts without one, retification, links, paper and daily seals, look-up."""

from printserver.seal_actions.common import (
    acting_author,
    as_new,
    confirmed_ato,
    newest_code,
    note_date_reason,
    office_selo,
    resolve_value,
)
from printserver.seal_actions.once import do_once

__all__ = [
    "acting_author",
    "as_new",
    "carta",
    "confirmed_ato",
    "do_once",
    "exclude",
    "link",
    "newest_code",
    "note_date_reason",
    "office_selo",
    "rectify",
    "resolve_value",
    "signatures",
    "standalone",
]
