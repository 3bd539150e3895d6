"""The tables, by topic. All are part of one `metadata`; `printserver.db` exports them."""
