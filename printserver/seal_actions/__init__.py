"""Acts on seals outside a print: rectification, exclusion, links, seals without a print, signatures, cartas."""

from printserver.seal_actions.common import (
    BUSY,
    act_as,
    as_new,
    confirmed_ato,
    newest_code,
    note_date_reason,
    office_selo,
    price_day,
    resolve_value,
)

__all__ = [
    "BUSY",
    "act_as",
    "as_new",
    "carta",
    "confirmed_ato",
    "exchange",
    "exclude",
    "link",
    "newest_code",
    "note_date_reason",
    "office_selo",
    "price_day",
    "records",
    "rectify",
    "resolve_value",
    "signatures",
    "standalone",
]
