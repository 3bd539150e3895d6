"""Print server of a notary office: lays documents out, seals them, prints each sealed one once."""

__version__ = "0.1.0"
