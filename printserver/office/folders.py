"""What of an office's folder stays where it is: neither a copy nor an export has it as a file."""

from typing import Final

BEFORE_UPGRADE: Final = "antes-da-atualizacao"
"""The database as it is kept aside during an upgrade."""
UPGRADE_PROOF: Final = "prova-da-atualizacao"
"""The page that proves a new release."""
MIRROR_STATE: Final = "espelho.json"
"""How far this machine's mirror is."""
_STAYING: Final = frozenset({"cache", "copias", "imagens", "run", "saida", BEFORE_UPGRADE, UPGRADE_PROOF, MIRROR_STATE})
"""What is made again, what runs, what was printed to a folder, what copies and upgrades keep for themselves."""
_DATABASES: Final = ("printserver.db", "tribunal-simulado.db")
"""Of the office, and of a demonstration's court. SQLite has files beside each, by its name."""


def stays(name: str) -> bool:
    """Return whether that file or folder, directly in the office's folder, stays there."""
    return name in _STAYING or name.startswith((".", *_DATABASES))
