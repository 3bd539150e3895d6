"""Folders of an office that stay where they are: neither a copy nor an export has them."""

from typing import Final

BEFORE_UPGRADE: Final = "antes-da-atualizacao"
"""The database as it is kept aside during an upgrade."""
UPGRADE_PROOF: Final = "prova-da-atualizacao"
"""The page that proves a new release."""
STAYING: Final = frozenset({"cache", "copias", "imagens", "run", "saida", BEFORE_UPGRADE, UPGRADE_PROOF})
"""What is made again, what runs, what was printed to a folder, what copies and upgrades keep for themselves."""
